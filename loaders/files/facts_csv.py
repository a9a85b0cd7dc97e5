"""Fact files in CSV: one fact a row, for people who live in spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...graph.errors import Fault
from ...graph.fact import Fact
from ..facts import FactMaker
from .csv_table import Cell, read_table
from .fact_rows import FACTS, facts_of


def read_facts_csv(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Cell]]:
    """Yield the facts of one CSV file, each with its subject's cell."""
    return facts_of(read_table(path, name, FACTS, faults), maker)
