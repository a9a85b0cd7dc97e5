"""SHACL as SPARQL: what each construct finds is what pySHACL finds, field by field.

The file is the case: each file of ``shacl/applied`` holds one shape, applied to ``data.ttl``.
Those whose names begin with ``beyond-`` say what only pySHACL can apply. Files of
``shacl/refused`` say what nothing applies.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.graph.errors import ShapesError
from taawun.loaders.builds.build import build
from taawun.loaders.checks.shacl.source import Result
from taawun.loaders.checks.shapes import Shapes, build_store

HERE = Path(__file__).parent / "shacl"
APPLIED = sorted((HERE / "applied").glob("*.ttl"))
REFUSED = sorted((HERE / "refused").glob("*.ttl"))
#: Cases in which nothing is wrong, so that there is something that finds nothing.
SOUND = {
    "datatype-boolean", "datatype-decimal", "datatype-string", "deactivated", "max-count-2",
    "node-kind-iri",
}  # fmt: skip


def _data() -> list[ox.Quad]:
    return list(ox.parse(path=str(HERE / "data.ttl"), format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize("file", APPLIED, ids=lambda path: path.stem)
def test_a_construct_finds_what_pyshacl_finds(file: Path) -> None:
    shapes = Shapes((), (file,))
    store = shapes.store(_data())
    found = shapes.validate(store)
    assert list(found.results) == shapes.reference(store)
    assert bool(found.results) is (file.stem not in SOUND)
    assert bool(found.by_reference) is (
        file.stem.startswith("beyond-") or file.stem == "pattern-look-ahead"
    )


def _validate(file: Path) -> None:
    shapes = Shapes((), (file,))
    shapes.validate(shapes.store(_data()))


@pytest.mark.parametrize("file", REFUSED, ids=lambda path: path.stem)
def test_what_nothing_can_check_is_refused_with_its_place(file: Path) -> None:
    with pytest.raises(ShapesError, match=r"Shape|Nothing|amina|path|sh:select"):
        _validate(file)


def test_a_misspelt_name_comes_with_the_right_one() -> None:
    with pytest.raises(ShapesError) as raised:
        Shapes((), (HERE / "refused" / "misspelt.ttl",))
    assert raised.value.message.code == "unknown-shacl-name"
    assert raised.value.remedy is not None
    assert raised.value.remedy.parts["names"][0] == "minCount"


def _spoilt(quads: list[ox.Quad], seed: int) -> list[ox.Quad]:
    """The quads with some taken away, some objects swapped, and some words changed."""
    chance = random.Random(seed)
    wrong = [ox.Literal("?"), ox.Literal(-1), ox.Literal("x", language="fr"), ox.Literal("")]
    found = []
    for quad in quads:
        what = chance.random()
        if what < 0.08:
            continue
        term: object = quad.object
        if what < 0.12:
            term = chance.choice(wrong)
        elif what < 0.16:
            term = chance.choice(quads).object
        elif what < 0.2:
            found.append(quad)
            term = chance.choice(quads).object
        found.append(ox.Quad(quad.subject, quad.predicate, term))
    return found


def _comparable(results: Iterable[Result]) -> list[Result]:
    """The results but those of sh:lessThan for anything but a number.

    pySHACL orders IRIs, and literals of types that SPARQL cannot compare; SHACL wants a result.
    """
    return [r for r in results if r.constraint != "LessThan" or r.value.endswith("#integer>")]


@pytest.mark.slow
@pytest.mark.usefixtures("few_facts_alone")
def test_a_spoilt_graph_is_found_to_be_the_same_by_both(tmp_path: Path) -> None:
    """Few facts, a fifth of them spoilt, twice: more kinds of results than of all spoilt less."""
    shapes, kinds = Shapes(), set()
    quads = sorted(build_store(shapes, build(cache=tmp_path).dump), key=str)
    for seed in (1, 2):
        store = shapes.store(_spoilt(quads, seed))
        found = shapes.validate(store)
        kinds |= {(item.name, item.constraint) for item in found.results}
        assert _comparable(found.results) == _comparable(shapes.reference(store))
        assert not found.by_reference
    assert len(kinds) > 110
