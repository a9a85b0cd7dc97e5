"""A collection's own ontology: a sound one is used everywhere, each spoiled one is refused.

``extension/labs`` is a collection with a class, properties, an area, a comparator and a shape.
``extension/refused/NAME.ttl`` is a file that spoils it, ``NAME.txt`` beside it says how: a line
for each fault, with its line in the file, its code, and words of its message and of its remedy.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from in_place import put_in_place

import taawun
from taawun.checks import check
from taawun.graph.errors import CollectionError, ShapesError
from taawun.loaders.builds import inputs
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import Build
from taawun.loaders.builds.inputs import fingerprint
from taawun.loaders.checks.shape_process import validate_build
from taawun.loaders.checks.shapes import Shapes
from taawun.loaders.collection import read_collection, term_files
from taawun.messages.fault import Fault
from taawun.ontology.namespaces import ID, TW
from taawun.queries.prefixes import prefixes_of
from taawun.viz.legend import FAMILIES, family_of
from taawun.viz.read_view import read_view

HERE = Path(__file__).parent / "extension"
LABS = HERE / "labs"
REFUSED = sorted((HERE / "refused").glob("*.ttl"))
MY = "https://example.org/my#"
LAB = ID + "laboratory/quantum"


@pytest.fixture(scope="module", autouse=True)
def named(the_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In place of the bundled collection: what the laboratories name of it, and no facts."""
    assert the_build, "the build of the session, made before this takes the place"
    folder = tmp_path_factory.mktemp("named") / "seeds"
    (folder / "entities").mkdir(parents=True)
    (folder / "entities" / "all.yaml").write_text(
        "country/egypt: {ar: مصر, en: Egypt}\n"
        "ministry/egypt-mcit: {ar: وزارة الاتصالات وتكنولوجيا المعلومات المصرية, en: MCIT}\n",
        "utf-8",
    )
    with put_in_place(folder):
        yield folder


@pytest.fixture(scope="module")
def labs(named: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build of the laboratories over it."""
    assert named
    return build([LABS], cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def copy_of_labs(tmp_path: Path) -> Path:
    """A copy of the collection, to be spoiled."""
    return Path(shutil.copytree(LABS, tmp_path / "labs"))


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(CollectionError) as raised:
        read_collection([inputs.SEEDS, folder])
    return raised.value.faults


def test_there_are_refused_files() -> None:
    assert len(REFUSED) > 20


@pytest.mark.parametrize("case", REFUSED, ids=lambda path: f"extension/refused/{path.name}")
def test_a_spoiled_ontology_is_refused_with_its_line_and_its_remedy(
    case: Path, copy_of_labs: Path
) -> None:
    shutil.copy(case, copy_of_labs / "ontology" / "more.ttl")
    faults = [f for f in faults_of(copy_of_labs) if f.place.file.endswith("more.ttl")]
    report = "\n".join(map(str, faults))
    wanted = [line.split("|") for line in case.with_suffix(".txt").read_text("utf-8").splitlines()]
    assert wanted
    for line, code, message, remedy in wanted:
        assert any(
            (fault.place.line, fault.code) == (int(line), code)
            and message in str(fault.message)
            and remedy in str(fault.remedy)
            for fault in faults
        ), report
    assert len(faults) == len(wanted), report
    assert all(fault.remedy for fault in faults)


def test_two_collections_cannot_take_the_same_name(copy_of_labs: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "ontology"
    other.mkdir(parents=True)
    text = (LABS / "ontology" / "labs.ttl").read_text("utf-8")
    block = text[text.index("my:Laboratory a") : text.index("my:ledBy a")]
    (other / "labs.ttl").write_text(
        text[: text.index("my:Laboratory a")].replace("example.org/my", "example.org/other") + block
    )
    with pytest.raises(CollectionError, match="“laboratory” of my:Laboratory already belongs to"):
        read_collection([inputs.SEEDS, copy_of_labs, tmp_path / "other"])


@pytest.mark.slow
def test_every_check_passes_and_those_of_the_ontology_are_counted(labs: Build) -> None:
    report = check(labs, [LABS])
    assert report.faults == ()
    performed = {item.name: item.performed for item in report.checks}
    assert performed["ontology"] > 50
    assert performed["shapes of collections"] == 1


@pytest.mark.slow
def test_a_shape_of_the_collection_is_applied(copy_of_labs: Path) -> None:
    """A laboratory that nobody leads breaks the collection's own shape, in both languages."""
    facts = copy_of_labs / "facts" / "quantum-lab.yaml"
    lines = facts.read_text("utf-8").splitlines(keepends=True)
    facts.write_text("".join(line for line in lines if "ledBy" not in line), "utf-8")
    report = check(build([copy_of_labs]), [copy_of_labs])
    (fault,) = report.faults
    assert "one body that leads it" in fault.message.text("en")
    assert "جهة واحدة تقوده" in fault.message.text("ar")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("my:ledBy", "<https://w3id.org/taawun/ontology#leadBy>", "there is no tw:leadBy"),
        (' , "لكل مختبر جهة واحدة تقوده."@ar', "", "the shape has no message @ar"),
        ("my:LaboratoryLeader", "<https://w3id.org/taawun/shapes#Mine>", "in our namespace"),
    ],
)
def test_a_spoiled_shape_is_refused(
    wrong: str, right: str, message: str, copy_of_labs: Path
) -> None:
    file = copy_of_labs / "ontology" / "shapes.ttl"
    file.write_text(file.read_text("utf-8").replace(wrong, right), "utf-8")
    faults = faults_of(copy_of_labs)
    assert any(message in str(fault.message) and fault.place.line == 4 for fault in faults), faults
    assert all(fault.remedy for fault in faults)


#: A million million rows: each entity with each other one, twice.
MULTIPLYING = '''
my:Multiplying a sh:NodeShape ;
  sh:targetNode my:Laboratory ;
  sh:message "Many."@en , "كثير."@ar ;
  sh:sparql [ sh:message "Many."@en , "كثير."@ar ;
    sh:select """SELECT $this WHERE {
      ?a ?b ?c . ?d ?e ?f . ?g ?h ?i .
      FILTER(STRLEN(STR(?a)) * STRLEN(STR(?d)) < STRLEN(STR(?g)) - 9999) }""" ] .
'''


@pytest.mark.slow
def test_a_shape_that_multiplies_is_stopped_and_named(copy_of_labs: Path) -> None:
    file = copy_of_labs / "ontology" / "shapes.ttl"
    before = file.read_text("utf-8")
    line = before.count("\n") + 2
    file.write_text(before + MULTIPLYING, "utf-8")
    found = validate_build(build([copy_of_labs]).dump, [copy_of_labs], seconds=1)
    (fault,) = found.unfinished
    assert fault.code == "shape-too-slow"
    assert (fault.place.file, fault.place.line) == ("labs/ontology/shapes.ttl", line)
    assert "Multiplying" in fault.message.text("en")
    assert found.performed > 1000, "the other shapes were applied"


def test_a_shape_that_asks_the_network_is_refused(copy_of_labs: Path) -> None:
    file = copy_of_labs / "ontology" / "shapes.ttl"
    asking = MULTIPLYING.replace("?a ?b ?c .", "?a ?b ?c.SeRVICE<http://127.0.0.1:1/>{?a ?b ?c}")
    file.write_text(file.read_text("utf-8") + asking, "utf-8")
    with pytest.raises(ShapesError, match="SERVICE"):
        Shapes(collections=[copy_of_labs])


@pytest.mark.slow
def test_types_are_checked_against_the_new_domains(copy_of_labs: Path) -> None:
    facts = copy_of_labs / "facts" / "quantum-lab.yaml"
    facts.write_text(
        facts.read_text("utf-8").replace("[laboratory/quantum, benches", "[country/egypt, benches")
    )
    (fault,) = faults_of(copy_of_labs)
    assert "only Laboratory can" in str(fault.message)


@pytest.mark.slow
def test_a_date_property_of_the_collection_takes_dates_only(copy_of_labs: Path) -> None:
    facts = copy_of_labs / "facts" / "quantum-lab.yaml"
    facts.write_text(facts.read_text("utf-8").replace('"2021"', '"in 2021"'))
    (fault,) = faults_of(copy_of_labs)
    assert "date" in str(fault.message)


def test_the_ontology_of_a_collection_bears_on_the_build(copy_of_labs: Path) -> None:
    before = fingerprint([copy_of_labs])
    file = copy_of_labs / "ontology" / "labs.ttl"
    file.write_text(file.read_text("utf-8").replace('"Laboratory"@en', '"Lab"@en'))
    assert fingerprint([copy_of_labs]) != before


def test_the_prefix_of_the_collection_is_known_to_queries(labs: Build) -> None:
    assert prefixes_of(labs.store()) == {
        "my": MY,
        "tw": TW,
    }
    kg = taawun.api.KnowledgeGraph(labs.store(), language="en", questions=[LABS / "queries"])
    rows = kg.sparql("SELECT ?x ?on { ?x a my:Laboratory ; tw:date ?on . ?body my:leads ?x }")
    assert [str(row) for row in rows] == ["Quantum Lab · 2021"]
    assert [fact.is_derived for fact in rows[0].why().facts] == [True, True]
    asked = kg.ask("laboratories", laboratory="مختبر الكم")
    assert len(asked) == 1
    assert asked[0].label("laboratory") == "Quantum Lab"


def test_a_class_of_the_collection_is_one_of_ours_too(labs: Build) -> None:
    kg = taawun.api.KnowledgeGraph(labs.store(), language="ar")
    assert kg.sparql(f"ASK {{ <{LAB}> a tw:Institute , tw:Organization , tw:Entity }}")
    card = kg.show("Quantum Lab")
    assert card.classes == (MY + "Laboratory",)
    assert len(card.outgoing) == 4


def test_the_picture_draws_it_with_the_family_of_its_superclass(labs: Build) -> None:
    view = read_view(labs.store())
    node = next(node for node in view.nodes if node.iri == LAB)
    terms = {term.iri: term for term in view.classes}
    assert FAMILIES[family_of(node.classes, terms)].key == "organization"
    assert terms[MY + "Laboratory"].name.ar == "مختبر"
    assert any(term.iri == MY + "ledBy" and term.name.en == "led by" for term in view.predicates)


def test_a_new_value_differs_from_ours_without_being_told(labs: Build) -> None:
    kg = taawun.api.KnowledgeGraph(labs.store())
    assert kg.sparql("ASK { comparator:nearly owl:differentFrom comparator:about }")


def test_the_exports_know_the_prefix(labs: Build, run) -> None:
    done = run(
        "export", "turtle", "--collection", str(LABS), env={"TAAWUN_CACHE": str(labs.path.parent)}
    )
    assert "@prefix my: <https://example.org/my#> ." in done.output
    assert "my:ledBy" in done.output


def test_show_as_json_names_the_class(labs: Build, run) -> None:
    done = run(
        "show", "laboratory/quantum", "--format", "json", "--collection", str(LABS),
        env={"TAAWUN_CACHE": str(labs.path.parent)},
    )  # fmt: skip
    assert json.loads(done.output)["classes"] == [MY + "Laboratory"]


def test_shapes_for_domains_are_made_for_new_properties() -> None:
    shapes = Shapes(collections=[LABS])
    names = {str(shape).rpartition("#")[2] for shape in shapes.graph.subjects()}
    assert {"ledBy-domain", "ledBy-range", "benches-range", "LaboratoryLeader"} <= names


def test_the_dump_has_no_blank_nodes(labs: Build) -> None:
    quads = list(ox.parse(path=str(labs.dump), format=ox.RdfFormat.N_QUADS))
    assert quads
    assert not any(isinstance(t, ox.BlankNode) for q in quads for t in (q.subject, q.object))
    assert list(term_files([LABS]))


@pytest.mark.slow
def test_the_page_about_it_shows_an_ontology_that_is_accepted(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "ontology-extension.md").read_text("utf-8")
    terms, shapes = re.findall(r"```turtle\n(.*?)```", page, re.DOTALL)
    folder = tmp_path / "mine" / "ontology"
    folder.mkdir(parents=True)
    (folder / "mine.ttl").write_text(terms, "utf-8")
    (folder / "shapes.ttl").write_text(shapes, "utf-8")
    read = read_collection([inputs.SEEDS, tmp_path / "mine"])
    assert read.schema.classes["laboratory"] == MY + "Laboratory"
    assert "area/quantum-computing" in read.schema.concepts
