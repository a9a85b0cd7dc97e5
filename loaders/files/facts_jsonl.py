"""Fact files in JSON lines: one fact per line, for programs that write many.

The keys are those of the columns in CSV. A value is a string, or a number or ``true`` or
``false`` where the fact has one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ...graph.fact import Fact
from ...messages.fault import Fault, Place, near
from ...messages.message import Message, foreign
from ..facts import FactMaker
from .csv_table import Cell, Row
from .fact_rows import COLUMNS, facts_of
from .yaml_nodes import read_text

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
