"""The shapes: each accepts what it should and refuses what it should.

The file is the case. A refused example is read on top of ``accepted/world.ttl``, so that it shows
nothing but its fault; its first line names the shapes that must fire, and no other may.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, Namespace, URIRef

from taawun.loaders.builds.cache import Build
from taawun.loaders.checks.shacl.source import Result, ShapeMessage
from taawun.loaders.checks.shape_process import validate_build
from taawun.loaders.checks.shapes import SHAPES, SHAPES_FILE, Shapes
from taawun.messages.fault import Fault, Place
from taawun.ontology.namespaces import GRAPH_EVIDENCE, TW

HERE = Path(__file__).parent / "shapes"
WORLD = HERE / "accepted" / "world.ttl"
ACCEPTED = sorted((HERE / "accepted").glob("*.ttl"))
REFUSED = sorted((HERE / "refused").glob("*.ttl"))
SHAPE = Namespace(SHAPES)


def _id(path: Path) -> str:
    return str(path.relative_to(HERE.parent))


@cache
def _prefixes() -> str:
    return (HERE / "prefixes.ttl").read_text(encoding="utf-8")


def _triples(*files: Path) -> list[ox.Triple]:
    texts = [_prefixes() + file.read_text(encoding="utf-8") for file in files]
    return [quad.triple for text in texts for quad in ox.parse(text, ox.RdfFormat.TURTLE)]


def validate(*files: Path) -> list[Result]:
    """The results of the bundled shapes."""
    return list(_shapes().validate(_shapes().store(_triples(*files))).results)


@cache
def _shapes() -> Shapes:
    return Shapes()


def _example(file: Path) -> list[ox.Triple]:
    """An example whose subjects bear its name; with a world, if it says something of one."""
    world, found = _triples(WORLD), _triples(file)
    if {triple.subject for triple in found} & {triple.subject for triple in world}:
        found += world
    own = {triple.subject for triple in found}

    def named(term: object) -> Any:
        return ox.NamedNode(f"{term.value}.{file.stem}") if term in own else term

    return [ox.Triple(named(t.subject), t.predicate, named(t.object)) for t in found]


@pytest.fixture(scope="module")
def together() -> ox.Store:
    """The world and all examples side by side, which take no longer than a few one by one."""
    examples = (_example(file) for file in {*ACCEPTED, *REFUSED} - {WORLD})
    return _shapes().store([*_triples(WORLD), *chain(*examples)])


@pytest.fixture(scope="module")
def broken(together: ox.Store) -> Mapping[str, set[str]]:
    """The names of the shapes that are broken by each example, by its name."""
    found = defaultdict(set)
    for result in _shapes().validate(together).results:
        found[result.focus.rpartition(".")[2]].add(result.name)
    return found


def _expected(file: Path) -> set[str]:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    names = first.removeprefix("#").split()
    assert names, f"{file}: the first line must name the shapes that fire"
    return {name.removeprefix("shape:") for name in names}


@cache
def _handwritten() -> Graph:
    return Graph().parse(SHAPES_FILE, format="turtle")


def _reporting_shapes(graph: Graph) -> set[str]:
    """The local names of the shapes that can report something: those with a target."""
    targets = (SH.targetClass, SH.targetSubjectsOf)
    found = {str(shape) for target in targets for shape in graph.subjects(target)}
    return {shape.removeprefix(SHAPES) for shape in found}


def test_an_accepted_example_breaks_no_rule(broken: Mapping[str, set[str]]) -> None:
    assert WORLD in ACCEPTED
    assert broken.keys() == {file.stem for file in REFUSED}


@pytest.mark.parametrize("file", REFUSED, ids=_id)
def test_a_refused_example_breaks_the_rule_it_names_and_no_other(
    broken: Mapping[str, set[str]], file: Path
) -> None:
    assert broken[file.stem] == _expected(file)


def test_pyshacl_finds_the_same_in_every_example(together: ox.Store) -> None:
    assert list(_shapes().validate(together).results) == _shapes().reference(together)


@pytest.mark.parametrize("name", sorted(_reporting_shapes(_handwritten())))
def test_every_shape_has_a_refused_example(name: str) -> None:
    assert REFUSED
    assert any(name in _expected(file) for file in REFUSED), f"add tests/shapes/refused/{name}.ttl"


def test_the_ontology_itself_breaks_no_rule() -> None:
    assert validate() == []


def test_a_result_says_where_what_and_why_in_both_languages() -> None:
    results = validate(WORLD, HERE / "refused" / "EventDate.ttl")
    assert results == [
        Result(
            focus="https://w3id.org/taawun/id/event/talks",
            path="https://w3id.org/taawun/ontology#heldOn",
            value='"8 و9 فبراير"',
            shape=SHAPES + "EventDate",
            message=ShapeMessage(
                "shape-violated",
                shape="EventDate",
                ar="تاريخ الفعالية بصيغة EDTF، مثل XXXX-02-08/XXXX-02-09.",
                en="The date of an event is EDTF, such as XXXX-02-08/XXXX-02-09.",
            ),
            severity="Violation",
            constraint="Node",
        )
    ]


def test_a_rule_in_sparql_reports_in_both_languages_too() -> None:
    (result,) = validate(WORLD, HERE / "refused" / "AgreementParties.ttl")
    assert result.message.text("ar").startswith("للاتفاقية")
    assert result.message.text("en").startswith("An agreement")
    assert result.severity == "Warning"


def test_a_made_shape_names_the_classes_in_both_languages() -> None:
    results = validate(WORLD, HERE / "refused" / "stage-domain.ttl")
    assert [str(result.message) for result in results] == [
        "Only Cooperation item or Infrastructure or Service or product or Programme of work "
        "can have “is at the stage” (tw:stage)."
    ]
    assert "المرحلة" in results[0].message.text("ar")


def test_a_violation_is_a_fault_whose_text_comes_in_the_language_asked_for() -> None:
    store = _shapes().store(_triples(WORLD, HERE / "refused" / "EventDate.ttl"))
    (fault,) = _shapes().validate(store).faults
    assert (fault.code, fault.remedy) == ("shape-violated", None)
    assert fault.message.text("en").isascii()
    assert fault.message.text("ar").startswith("تاريخ")


def test_a_shape_without_a_message_is_named(tmp_path: Path) -> None:
    file = tmp_path / "shapes.ttl"
    file.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        f"<{SHAPES}Dull> a sh:NodeShape ; sh:targetNode <{SHAPES}Dull> ; sh:nodeKind sh:Literal .",
        "utf-8",
    )
    shapes = Shapes((), (file,))
    place = Place(SHAPES + "Dull")
    dull = Fault.at(place, "shape-violated", shape="Dull", check="shapes")
    assert shapes.validate(shapes.store(())).faults == [dull]


def test_every_shape_has_an_iri_a_severity_and_a_message_in_each_language() -> None:
    graph = _shapes().graph
    names = _reporting_shapes(graph)
    assert names
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]
    for name in names:
        shape = URIRef(SHAPES + name)
        messages = [text for text in graph.objects(shape, SH.message) if isinstance(text, Literal)]
        assert sorted(str(text.language) for text in messages) == ["ar", "en"], name
        assert len(list(graph.objects(shape, SH.severity))) == 1, name
        assert (shape, RDFS.isDefinedBy, URIRef(SHAPES.rstrip("#"))) in graph, name
        assert {SH.NodeShape, SH.PropertyShape} & set(graph.objects(shape, RDF.type)), name


@pytest.mark.slow
def test_the_shapes_are_well_formed_by_the_shapes_of_shacl() -> None:
    from pyshacl import validate as run

    graph = _shapes().graph
    made = _reporting_shapes(graph) - _reporting_shapes(_handwritten())
    # Of the made shapes, one of each form: what has the same predicates is made in the same way.
    forms = {frozenset(graph.predicates(SHAPE[name])): name for name in made}
    assert len(forms) > 3
    for name in made - {*forms.values()}:
        graph.remove((SHAPE[name], None, None))
    conforms, _, text = run(Graph(), shacl_graph=graph, meta_shacl=True)
    assert conforms, text


@pytest.mark.parametrize("name", ["IsEdtf", "IsDuration"])
def test_a_pattern_uses_nothing_that_sparql_lacks(name: str) -> None:
    pattern = str(_handwritten().value(SHAPE[name], SH.pattern))
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert "(?" not in pattern.replace("?(", "")


def test_every_made_shape_stands_for_a_property_and_the_other_way_round() -> None:
    from taawun.ontology.schema import Schema

    made = _reporting_shapes(_shapes().graph) - _reporting_shapes(_handwritten())
    names = Schema.load().properties
    assert made == {f"{name}-{end}" for name in names for end in ("domain", "range")}


@pytest.mark.parametrize(
    ("shape", "text", "is_accepted"),
    [
        ("IsEdtf", "2019", True),
        ("IsEdtf", "2022-09", True),
        ("IsEdtf", "2019/2020", True),
        ("IsEdtf", "XXXX-02", True),
        ("IsEdtf", "XXXX-02-08/XXXX-02-09", True),
        ("IsEdtf", "2023?-02-08/2023?-02-09", True),
        ("IsEdtf", "2019/..", True),
        ("IsEdtf", "../2020", True),
        ("IsEdtf", "201X", True),
        ("IsEdtf", "2019~", True),
        ("IsEdtf", "2019-2020", False),
        ("IsEdtf", "2022-13", False),
        ("IsEdtf", "09/2022", False),
        ("IsEdtf", "فبراير", False),
        ("IsEdtf", "/", False),
        ("IsEdtf", "", False),
        ("IsDuration", "P5Y", True),
        ("IsDuration", "P2D", True),
        ("IsDuration", "P3W", True),
        ("IsDuration", "P1Y2M3DT4H5M6S", True),
        ("IsDuration", "PT90M", True),
        ("IsDuration", "P", False),
        ("IsDuration", "PT", False),
        ("IsDuration", "5Y", False),
        ("IsDuration", "P2D1Y", False),
    ],
)
def test_a_pattern_agrees_with_the_loader(shape: str, text: str, is_accepted: bool) -> None:
    from taawun.loaders.text.dates import duration_fault, edtf_fault

    fault = {"IsEdtf": edtf_fault, "IsDuration": duration_fault}[shape]
    pattern = str(_handwritten().value(SHAPE[shape], SH.pattern))
    assert bool(re.search(pattern, text)) is is_accepted
    assert (fault(text) is None) is is_accepted
    # A store that speaks SPARQL reads the same pattern in the same way.
    query = f"ASK {{ FILTER REGEX({ox.Literal(text)}, {ox.Literal(pattern)}) }}"
    assert bool(ox.Store().query(query)) is is_accepted


def test_a_build_is_validated_with_what_is_said_about_its_facts(tmp_path: Path) -> None:
    triples = _triples(WORLD, HERE / "refused" / "EventDate.ttl")
    facts = {t.subject for t in triples if t.object == ox.NamedNode(TW + "Fact")}
    named = [(t, f"<{GRAPH_EVIDENCE}>" if t.subject in facts else "") for t in triples]
    lines = [f"{t} {graph} ." for t, graph in named]
    dump = tmp_path / "dataset.nq"
    dump.write_text("\n".join(lines), encoding="utf-8")
    found = validate_build(dump)
    assert found.performed > len(_reporting_shapes(_handwritten()))
    assert {result.name for result in found.results} == {"EventDate"}


@pytest.mark.slow
def test_the_bundled_facts_break_no_rule(the_build: Build) -> None:
    found = validate_build(the_build.dump)
    assert found.performed > 1000
    assert found.faults == []
