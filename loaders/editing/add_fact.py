"""Add one fact, given as text: check each part, then insert it into its fact file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from ...graph.errors import CollectionError, QuoteError
from ...graph.fact import short_hash
from ...messages.fault import Fault, Place
from ..checks.claims import Claims
from ..checks.glosses import Glosses
from ..checks.quotes import spans
from ..collection import Collection, classes_of
from ..facts import FactMaker
from ..files.fact_files import TRIPLE
from ..files.value import Value
from ..files.yaml_nodes import files
from ..files.yaml_text import LOADER, data_of
from .insert_entry import QUOTE, Locate, Places, with_fact
from .json_schemas import modeline
from .transaction import Edit

__all__ = ["QUOTE", "addition", "check_triple"]


@dataclass(slots=True)
class Word(Value):
    """A value of an option of the command line."""

    name: str
    value: str
    faults: list[Fault]

    @property
    def place(self) -> Place:
        """The option."""
        return Place(self.name)

    def text(self) -> str:
        """The value as given."""
        return self.value


def check_triple(collection: Collection, subject: str, predicate: str, object_: str) -> None:
    """Raise ``CollectionError`` if this is not a valid triple of a fact."""
    faults: list[Fault] = []
    parts = zip(TRIPLE, (subject, predicate, object_), strict=True)
    _maker(collection).triple({name: Word(name, value, faults) for name, value in parts})
    if faults:
        raise CollectionError(faults)


def addition(
    folder: Path,
    seen: str,
    collection: Collection,
    quote: Mapping[str, str],
    fact: Mapping[str, str],
) -> Edit:
    """The edit that adds a fact to the collection ``folder``.

    ``collection`` is the whole stack as read, ``seen`` the folder's fingerprint before that.
    ``quote`` has ``document``, ``quote`` and, where needed, the other keys of ``QUOTE``; ``fact``
    has the triple and qualifiers, by reference and local name. Raises ``CollectionError`` with
    every fault of the options, and ``OutputError`` if the file cannot be edited safely.
    """
    faults: list[Fault] = []
    said = {key: Word(key, value, faults) for key, value in {**quote, **fact}.items()}
    maker = _maker(collection)
    document = maker.document(said["document"])
    before, after = (quote.get(key, "") for key in ("prefix", "suffix"))
    context = [said["context"]] if quote.get("context") else []
    gloss = said["gloss"] if quote.get("gloss") else None
    proof = (
        maker.quote(document, said["quote"], before, after, context, gloss) if document else None
    )
    made = maker.fact(said, proof)
    warnings: list[Fault] = []
    if made:
        claims = Claims(replace(collection, facts=(*collection.facts, made)))
        wrong, warnings = claims.judged(made, Place("quote"))
        faults += wrong
        if quote.get("gloss"):
            glosses = Glosses(collection.entities)
            glosses.learn(collection.glosses)
            wrong, more = glosses.judged(made.evidence, Place("gloss"))
            faults += wrong
            warnings += more
    if faults or document is None:
        raise CollectionError(faults)
    text = document.text

    def place(entry: Mapping[str, str]) -> Places | None:
        try:
            around = [entry.get(key, "") for key in ("prefix", "suffix")]
            return spans(text, entry["quote"], *around)
        except QuoteError:
            return None

    path = _fact_file(folder / "facts", document.slug, quote, place)
    old = path.read_bytes().decode() if path.exists() else modeline(folder, "facts.json")
    new = with_fact(old, document.slug, quote, fact, place)
    return Edit(folder, {path.relative_to(folder): new.encode()}, seen, tuple(warnings))


def _maker(collection: Collection) -> FactMaker:
    classes = classes_of(collection.schema, collection.entities)
    return FactMaker(collection.schema, classes, collection.documents)


def _fact_file(folder: Path, slug: str, quote: Mapping[str, str], place: Locate) -> Path:
    """The fact file of the document: one that quotes the place, else the last, else a new one."""
    mine: list[Path] = []
    free = folder / f"{slug}.yaml"
    for path in files(folder, ".yaml", ".yml"):
        data = data_of(yaml.compose(path.read_bytes().decode(), Loader=LOADER))
        if isinstance(data, dict) and data.get("document") == slug:
            mine.append(path)
            if any(place(entry) == place(quote) for entry in data["evidence"]):
                return path
        elif path == free and data is not None:
            free = folder / f"{slug}-{short_hash(slug)}.yaml"
    return mine[-1] if mine else free
