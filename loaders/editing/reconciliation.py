"""Names of a list matched to entities: candidates ranked, and what is accepted kept as names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import yaml

from ...graph.arabic import fold
from ...graph.errors import InputError, MisuseError, OutputError, needs
from ...graph.name_index import Candidate
from ..collection import Collection
from ..entities import ALSO_FILE
from ..files.yaml_nodes import files
from ..files.yaml_text import LOADER, data_of, field_of, flow_list, reads_as, scalar, with_item
from ..files.yaml_text import with_entry as with_mapping_entry
from .references import References
from .transaction import Edit

#: How many candidates are given.
_MOST: Final = 5


class Reconciler:
    """Finds the entities that names may stand for, in either language and either script."""

    def __init__(self, known: Collection) -> None:
        self._references = References(known)

    def candidates(self, name: str, kinds: frozenset[str] = frozenset()) -> list[Candidate]:
        """The best candidates, best first; of the classes ``kinds``, given by IRI, if any.

        >>> from taawun.loaders.collection import read_collection
        >>> from taawun.loaders.builds.inputs import SEEDS
        >>> known = Reconciler(read_collection([SEEDS]))
        >>> known.candidates("  كوت ديفوار ")[0]
        Candidate(thing='country/cote-divoire', why='same', likeness=1.0)
        """
        return self._references.index.candidates(name.strip(), self._of(kinds))[:_MOST]

    def sure(self, name: str, kinds: frozenset[str] = frozenset()) -> str:
        """The one entity that has the name; ``""`` if there is none, or several."""
        found = self._references.index.same(name.strip(), self._of(kinds))
        same = [one.thing for one in found if one.has_the_name]
        return same[0] if len(same) == 1 else ""

    def _of(self, kinds: frozenset[str]) -> frozenset[str] | None:
        """The things of some classes; None for all."""
        if not kinds:
            return None
        classes = self._references.classes
        return frozenset(ref for ref, own in classes.items() if own & kinds)


def names_in(text: str, column: str = "") -> list[str]:
    """The names of a list or of a column of a table, each once, in order.

    A text with tabs, or with a heading that ``column`` names, is a table; its first column is
    taken where none is named. Raises ``MisuseError`` if there is no such column.
    """
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    if not lines:
        return []
    separator = "\t" if "\t" in lines[0] else ";" if ";" in lines[0] else ","
    if column or separator == "\t":
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
        headings = [cell.strip() for cell in rows[0]]
        if column and column not in headings:
            raise MisuseError("no-column", name=column, names=headings)
        at = headings.index(column) if column else 0
        lines = [row[at] for row in rows[bool(column) :] if at < len(row)]
    return list(dict.fromkeys(name for line in lines if (name := " ".join(line.split()))))


def table_text(name: str, content: bytes) -> str:
    """The text of a file of names; a workbook's sheet is read as a table with tabs.

    Raises ``InputError`` if it is not text, or not a workbook.
    """
    if not name.lower().endswith(".xlsx"):
        return InputError.text_of(name, content)
    with needs("excel"):
        from openpyxl import load_workbook
    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise InputError("text-unreadable", file=name, reason=str(error)) from error
    rows = sheet.iter_rows(values_only=True) if sheet else ()
    cells = (["" if cell is None else str(cell) for cell in row] for row in rows)
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in cells)


def with_names(
    folder: Path,
    known: Collection,
    names: Mapping[str, Sequence[str]],
    seen: str,
    so_far: Mapping[Path, bytes] | None = None,
) -> Edit:
    """The edit that gives registered entities further names, by reference.

    An entity of the collection's own YAML files gets them in its ``also``; of any other, they are
    written to ``entities/also.yaml``. Names that an entity has already are left out.
    ``so_far`` has new contents of files that the edit is to build on.
    """
    texts = {path: content.decode() for path, content in (so_far or {}).items()}
    before = dict(texts)
    for ref, given in names.items():
        entity = known.entities.get(ref)
        has = {fold(name) for name in (entity.ar, entity.en)} if entity else set()
        has |= {fold(alias.name) for alias in entity.aliases} if entity else set()
        new = [name for name in dict.fromkeys(given) if fold(name) not in has]
        if not entity or not new:
            continue
        for path, text in _places(folder, ref, texts):
            if (changed := _with_also(text, ref, new)) is not None:
                texts[path] = changed
                break
        else:
            path = Path("entities") / ALSO_FILE
            texts[path] = _in_also_file(_read(folder, path, texts), ref, new)
    new_texts = {path: text for path, text in texts.items() if before.get(path) != text}
    return Edit(folder, {path: text.encode() for path, text in new_texts.items()}, seen)


def _read(folder: Path, path: Path, texts: Mapping[Path, str]) -> str:
    file = folder / path
    return texts.get(path) or (file.read_bytes().decode() if file.is_file() else "")


def _places(folder: Path, ref: str, texts: Mapping[Path, str]) -> Iterator[tuple[Path, str]]:
    for file in files(folder / "entities", ".yaml", ".yml"):
        path = Path("entities") / file.name
        text = _read(folder, path, texts)
        if file.name != ALSO_FILE and ref in text:
            yield path, text


def _with_also(text: str, ref: str, new: Sequence[str]) -> str | None:
    """The text of a file of entities with further names of one; None if it is not there."""
    root = yaml.compose(text, Loader=LOADER)
    entry = field_of(root, ref) if root is not None else None
    if root is None or entry is None or not isinstance(entry[1], yaml.MappingNode):
        return None
    data = data_of(root)
    held = field_of(entry[1], "also")
    old = list(data[ref].get("also") or [])
    if held and old:
        changed = text
        for number, name in enumerate(new, len(old)):
            node = yaml.compose(changed, Loader=LOADER)
            assert node is not None
            pair = field_of(field_of(node, ref)[1], "also")  # type: ignore[index]
            assert pair is not None
            changed = with_item(changed, pair, [scalar(name)], number)
    elif entry[1].flow_style:
        end = entry[1].end_mark.index - 1
        changed = f"{text[:end]}, also: {flow_list(new)}{text[end:]}"
    else:
        last = entry[1].value[-1][1]
        column = " " * entry[1].start_mark.column
        at = text.find("\n", last.end_mark.index - 1)
        at = len(text) if at < 0 else at
        changed = f"{text[:at]}\n{column}also: {flow_list(new)}{text[at:]}"
    data[ref]["also"] = [*old, *new]
    if not reads_as(changed, data):
        raise OutputError("review-not-insertable", file=ref)
    return changed


def _in_also_file(text: str, ref: str, new: Sequence[str]) -> str:
    root = yaml.compose(text, Loader=LOADER)
    data = data_of(root) or {}
    pair = field_of(root, ref) if root is not None else None
    if pair and isinstance(pair[1], yaml.SequenceNode):
        for number, name in enumerate(new, len(pair[1].value)):
            again = yaml.compose(text, Loader=LOADER)
            assert again is not None
            text = with_item(text, field_of(again, ref), [scalar(name)], number)  # type: ignore[arg-type]
    else:
        at = next((n for n, known in enumerate(data) if known > ref), len(data))
        text = with_mapping_entry(text, root if data else None, [f"{ref}: {flow_list(new)}"], at)
    if not reads_as(text, {**data, ref: [*data.get(ref, []), *new]}):
        raise OutputError("review-not-insertable", file=ALSO_FILE)
    return text
