"""Fact files with one fact per row: CSV and JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from ...graph.fact import Evidence, Fact
from ...messages.fault import Fault
from ..facts import QUALIFIERS, FactMaker
from .csv_table import Cell, Kind, Row, read_table

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
#: Where a quote was found to stand, by document, quote, prefix, suffix and context.
Located: TypeAlias = dict[tuple[str, str, str, str, str], tuple[Evidence, ...] | None]


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
    key = (values["document"], values["quote"], prefix, suffix, values.get("context", ""))
    if key not in located:
        if len(located) == _REMEMBERED:
            located.clear()
        document = maker.document(cells["document"])
        context = [cells["context"]] if "context" in cells else []
        located[key] = (
            maker.quote(document, cells["quote"], prefix, suffix, context) if document else None
        )
    fact = maker.fact(cells, located[key])
    return (fact, cells["subject"]) if fact else None


def read_facts_csv(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Cell]]:
    """Yield the facts of one CSV file, each with its subject's cell."""
    return facts_of(read_table(path, name, FACTS, faults), maker)
