"""The examples in docstrings: each of them is run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from taawun.loaders.builds.cache import Build

ROOT = Path(__file__).parent.parent
FOLDERS = ("commands", "graph", "loaders", "messages", "ontology", "queries", "server", "viz")
MODULES = sorted(
    ".".join(("taawun", *path.relative_to(ROOT).with_suffix("").parts))
    for path in (*ROOT.glob("*.py"), *(p for f in FOLDERS for p in (ROOT / f).rglob("*.py")))
    if ">>> " in path.read_text("utf-8")
)


def test_there_are_examples() -> None:
    assert len(MODULES) > 4


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(
    name: str, the_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAAWUN_CACHE", str(the_build.path.parent))
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried > 0
    assert failed == 0
