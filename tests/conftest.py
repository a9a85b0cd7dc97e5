"""What most tests stand on: the bundled collection, its build in a cache of its own, its graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taawun.api import KnowledgeGraph
from taawun.cli import main
from taawun.loaders.build import Build, build
from taawun.loaders.collection import SEEDS, Collection, read_collection


@pytest.fixture(scope="session")
def the_collection() -> Collection:
    """The bundled collection, read and checked."""
    return read_collection([SEEDS])


@pytest.fixture(scope="session")
def the_build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build of the bundled collection."""
    return build(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def graph(the_build: Build) -> KnowledgeGraph:
    """The bundled graph, opened."""
    return KnowledgeGraph(the_build.store())


@pytest.fixture
def run(the_build: Build) -> Callable[..., Result]:
    """Run a command of ours in a pipe, in English, over the session's cache."""

    def call(*arguments: str, env: Mapping[str, str] | None = None, **options: Any) -> Result:
        surroundings = {
            "TAAWUN_CACHE": str(the_build.path.parent),
            "TAAWUN_COLLECTIONS": "",
            "LC_ALL": "en_GB.UTF-8",
            "COLUMNS": "100",
            **(env or {}),
        }
        return CliRunner().invoke(main, list(arguments), env=surroundings, **options)

    return call
