"""Stored questions in a larger graph: none takes time by the square of the facts."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import STORE, Build
from taawun.queries.catalogue import Catalogue

ROOT = Path(__file__).parent.parent
FACTS = 10_000
#: The larger graph holds some seven times as many triples. By their number questions take up to
#: 15 times as long, by its square 40 times and more.
LIMIT = 25
#: Seconds that count at least, since fixed costs decide below.
LEAST = 0.0005


@pytest.fixture(scope="module")
def bundled(the_build: Build) -> ox.Store:
    """The bundled graph."""
    return ox.Store.read_only(str(the_build.path / STORE))


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """The bundled facts, told again and again about other things."""
    folder = tmp_path_factory.mktemp("larger")
    script = ROOT / "benchmarks" / "generate.py"
    subprocess.run([sys.executable, script, folder / "mine", "--facts", str(FACTS)], check=True)
    made = build([folder / "mine"], cache=folder / "cache")
    return ox.Store.read_only(str(made.path / STORE))


def seconds(store: ox.Store, text: str) -> float:
    """The processor time of one query, its rows read."""
    start = time.process_time()
    solutions = store.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    for _row in solutions:
        pass
    return max(time.process_time() - start, LEAST)


def test_no_question_grows_with_the_square_of_the_graph(bundled, larger):
    """The best of three runs counts in either graph; the larger is run again only if it must."""
    too_slow = []
    for name, question in Catalogue().questions.items():
        limit = LIMIT * min(seconds(bundled, question.text) for _ in range(3))
        if not any(seconds(larger, question.text) < limit for _ in range(3)):
            too_slow.append(name)
    assert too_slow == []
