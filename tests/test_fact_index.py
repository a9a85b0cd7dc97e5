"""The file of facts beside a store says what the store says, and may be missing or damaged."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from indexed import assert_indexed, records_of

from taawun.graph.fact_index import FactIndexWriter
from taawun.graph.indexed_facts import VERSION
from taawun.graph.store import FACT_INDEX, EmbeddedStore
from taawun.loaders.builds.cache import Build


def test_it_says_of_every_fact_what_the_store_says(the_build: Build) -> None:
    assert_indexed(the_build.path)


def run(text: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            database.executescript(text)

    return damage


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"x" * 10_000),
    "cut short": cut_short,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "of another version": run(f"PRAGMA user_version = {VERSION + 1}"),
    "without a table": run("DROP TABLE said"),
    "without some facts": run("DELETE FROM fact WHERE rowid % 3 = 0 AND name LIKE 'inference/%'"),
    "another triple": run("UPDATE fact SET line = replace(line, 'iraq', 'iran')"),
    "other places": run("UPDATE fact SET evidence = replace(evidence, '1', '2')"),
    "other qualifiers": run("UPDATE said SET text = replace(text, 'asserted', 'denied')"),
    "qualifiers of other facts": run("UPDATE fact SET said = 1 WHERE said"),
    "other glosses": run("UPDATE beside SET value = replace(value, 'a', 'b')"),
    "other texts": run("UPDATE document SET text = replace(text, 'مصر', 'قطر')"),
    "without documents": run("DELETE FROM document"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_without_it_or_with_a_damaged_one_facts_are_read_from_the_store(
    name: str, small_build: Build, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_build.path, tmp_path / "build"))
    DAMAGES[name](folder / FACT_INDEX)
    store = EmbeddedStore.open(folder / "store")
    assert records_of(store) == records_of(EmbeddedStore(store.quads))


def test_a_full_disk_is_an_error_of_the_system(tmp_path: Path) -> None:
    writer = FactIndexWriter(lambda: tmp_path / "missing" / FACT_INDEX)
    with pytest.raises(OSError, match="unable to open"):
        writer.finish()
