"""Fact files: YAML, CSV and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from ...graph.fact import Evidence, Fact
from ...messages.fault import Fault, Place, near
from ...messages.message import Message, foreign
from ..facts import QUALIFIERS, FactMaker
from ..record_status import TRIPLE
from .csv_table import Cell, Kind, Row, read_table
from .value import Value
from .yaml_nodes import Node, not_text, read_text, read_yaml

FILE_KEYS: Final = frozenset({"document", "evidence"})
ENTRY_KEYS: Final = frozenset(
    {"quote", "gloss", "prefix", "suffix", "context", "facts", *QUALIFIERS}
)
FACT_KEYS: Final = frozenset({*TRIPLE, *QUALIFIERS})


def read_facts_yaml(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Node]]:
    """Yield the facts of one YAML file, each with its place.

    Quotes and facts are checked independently, so that one run reports every fault.
    """
    root = read_yaml(path, name, faults)
    if root is None or root.is_empty:
        return
    fields = root.fields(FILE_KEYS)
    if missing := sorted(FILE_KEYS - fields.keys()):
        if root.is_mapping:
            root.fault("fact-file-lacks", names=missing)
        return
    document = maker.document(fields["document"])
    if document is None:
        return
    for entry in fields["evidence"].items():
        parts = entry.fields(ENTRY_KEYS)
        if "quote" not in parts or "facts" not in parts:
            entry.fault("entry-without-quote-or-facts", remedy=Message("add-missing"))
            continue
        before, after = (parts[key].text() if key in parts else "" for key in ("prefix", "suffix"))
        quote = maker.quote(
            document, parts["quote"], before, after, _context(parts), parts.get("gloss")
        )
        shared: dict[str, Value] = {key: parts[key] for key in QUALIFIERS if key in parts}
        # “suggest” writes entries whose facts are still comments.
        nothing = parts["facts"].is_text and not parts["facts"].text()
        for item in () if nothing else parts["facts"].items():
            written = _written(item, shared)
            fact = maker.fact(written, quote) if written else None
            if fact:
                yield fact, item


def _context(parts: Mapping[str, Node]) -> list[Node]:
    """The sentences that help to read the quote: one, or a list of them."""
    context = parts.get("context")
    if context is None:
        return []
    return context.items() if context.is_list else [context]


def _written(item: Node, shared: Mapping[str, Value]) -> Mapping[str, Value] | None:
    if item.is_list:
        parts = item.items()
        if len(parts) != len(TRIPLE):
            item.fault("fact-parts", parts=len(parts), remedy=Message("write-triple"))
            return None
        return {**shared, **dict(zip(TRIPLE, parts, strict=True))}
    if not item.is_mapping:
        item.fault("fact-not-a-list", remedy=Message("write-triple"))
        return None
    fields = item.fields(FACT_KEYS)
    if missing := [key for key in TRIPLE if key not in fields]:
        item.fault("fact-lacks", names=missing, remedy=Message("add-missing"))
        return None
    return {**shared, **fields}


_QUALIFIERS: Final = {
    "modality": "نوع القول",
    "statedBy": "القائل",
    "onBehalfOf": "نيابة عن",
    "when": "الزمن",
    "dateText": "لفظ التاريخ",
    "recordStatus": "حالة السجل",
    "statusReason": "سبب حالة السجل بالإنجليزية",
    "statusReasonAr": "سبب حالة السجل",
    "statusDate": "تاريخ حالة السجل",
    "supersededBy": "حلت محلها",
    "note": "ملاحظة بالإنجليزية",
    "noteAr": "ملاحظة",
}
_WORDS: Final = frozenset(
    (
        "quote", "prefix", "suffix", "context", "dateText", "statusReason", "statusReasonAr",
        "note", "noteAr",
    )
)  # fmt: skip
#: What a row may say, in the order of a spreadsheet's columns.
FACTS: Final = Kind(
    name="facts",
    headings={
        "document": "الوثيقة",
        "quote": "الاقتباس",
        "gloss": "ترجمة الاقتباس بالإنجليزية",
        "prefix": "ما قبله",
        "suffix": "ما بعده",
        "context": "السياق",
        "subject": "الطرف الأول",
        "predicate": "العلاقة",
        "object": "الطرف الثاني",
        **{name: _QUALIFIERS[name] for name in QUALIFIERS},
    },
    needed=("document", "quote", "subject", "predicate", "object"),
    words=_WORDS,
    figures=frozenset({"object", "when", "statusDate"}),
)
COLUMNS: Final = tuple(FACTS.headings)
#: How many located quotes are cached: rows that share one are close together.
_REMEMBERED: Final = 1000
#: Where a quote was found to stand, by document, quote, prefix, suffix, context and gloss.
Located: TypeAlias = dict[tuple[str, ...], tuple[Evidence, ...] | None]


def facts_of(rows: Iterator[Row], maker: FactMaker) -> Iterator[tuple[Fact, Cell]]:
    """The facts of the valid rows; the faults of the others are reported."""
    located: Located = {}
    for row in rows:
        if found := _fact(row, maker, located):
            yield found


def _fact(row: Row, maker: FactMaker, located: Located) -> tuple[Fact, Cell] | None:
    """The fact that the row states, with its subject's cell; None with faults.

    ``located`` is the cache of quotes.
    """
    cells = row.cells(FACTS.needed)
    if not cells:
        return None
    values = row.values
    prefix, suffix = values.get("prefix", ""), values.get("suffix", "")
    around = (prefix, suffix, values.get("context", ""), values.get("gloss", ""))
    key = (values["document"], values["quote"], *around)
    if key not in located:
        if len(located) == _REMEMBERED:
            located.clear()
        document = maker.document(cells["document"])
        context = [cells["context"]] if "context" in cells else []
        located[key] = (
            maker.quote(document, cells["quote"], prefix, suffix, context, cells.get("gloss"))
            if document
            else None
        )
    fact = maker.fact(cells, located[key])
    return (fact, cells["subject"]) if fact else None


def read_facts_csv(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Cell]]:
    """Yield the facts of one CSV file, each with its subject's cell."""
    return facts_of(read_table(path, name, FACTS, faults), maker)


_KNOWN = frozenset(COLUMNS)


def read_facts_jsonl(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Cell]]:
    """Yield the facts of one file in JSON lines (UTF-8), each with its subject's value.

    Places are lines, and in the line where the value's key stands. Empty lines are skipped.
    """
    return facts_of(rows_of_jsonl(path, name, faults), maker)


def rows_of_jsonl(path: Path, name: str, faults: list[Fault]) -> Iterator[Row]:
    """Yield the lines of one file that are objects with the known keys."""
    for number, line in enumerate(_lines(path, name, faults), 1):
        if not line.strip():
            continue
        place = Place(name, number)
        try:
            pairs = _PAIRS.decode(line)
        except json.JSONDecodeError as error:
            here = Place(name, number, error.colno)
            faults.append(Fault.at(here, "not-json", reason=foreign(error.msg)))
            continue
        except RecursionError:
            faults.append(Fault.at(place, "json-too-deep"))
            continue
        if not isinstance(pairs, _Pairs):
            faults.append(Fault.at(place, "json-not-an-object"))
        elif (values := _values(pairs, line, place, faults)) is not None:
            columns = _Columns(line)
            yield Row(name, number, values, columns, faults)


def _lines(path: Path, name: str, faults: list[Fault]) -> Iterator[str]:
    """The lines of a file; what is not UTF-8 text is reported."""
    if found := not_text(path, name):
        faults.append(found)
        return
    try:
        # Only \\n ends a line: other line separators may stand inside a value.
        with path.open(encoding="utf-8", newline="\n") as file:
            first = file.readline()
            if not first.startswith("\ufeff"):
                yield first
                yield from file
                return
    except (OSError, UnicodeDecodeError):
        pass
    read_text(path, name, faults)


class _Pairs(list[tuple[str, object]]):
    """The keys and values of an object, in their order."""


class _Number(str):
    """A number as it is printed."""

    __slots__ = ()


class _Columns(dict[str, int]):
    """Where each key begins in the line, searched for when asked."""

    def __init__(self, line: str) -> None:
        self._line = line

    def get(self, key: str, default: int = 0) -> int:  # type: ignore[override]
        at = self._line.find(f'"{key}"')
        return at + 1 if at >= 0 else default


_PAIRS = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_Number
)


def _values(pairs: _Pairs, line: str, place: Place, faults: list[Fault]) -> dict[str, str] | None:
    """The non-empty values by key; None with faults."""
    found: dict[str, str] = {}
    before = len(faults)
    for key, value in pairs:
        here = Place(place.file, place.line, line.find(json.dumps(key, ensure_ascii=False)) + 1)
        if key not in _KNOWN:
            faults.append(Fault.at(here, "unknown-key", key=key, remedy=near(key, COLUMNS)))
        elif key in found:
            remedy = Message("keep-one")
            faults.append(Fault.at(here, "repeated-key", key=key, remedy=remedy))
        elif isinstance(value, bool):
            found[key] = "true" if value else "false"
        elif isinstance(value, str):
            found[key] = value
        elif value is not None:
            faults.append(Fault.at(here, "json-not-single", key=key))
    if len(faults) > before:
        return None
    return {key: value for key, value in found.items() if value}
