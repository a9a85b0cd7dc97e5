"""What the desk judges by a part is what the whole would say: faults, shapes, answers, quads."""

from __future__ import annotations

import random
from typing import Any

import pyoxigraph as ox
import pytest
from dossier import dossier

from taawun.desk.review_pages import Reviewing
from taawun.desk.session import Desk
from taawun.graph.errors import CollectionError
from taawun.graph.query_dependencies import Touched, terms_of_query
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.build import lines_of
from taawun.loaders.builds.source_state import read_kept
from taawun.loaders.checks.kept_shapes import kept_trial
from taawun.loaders.checks.shacl.dependencies import Edited, reads_of_shape
from taawun.loaders.checks.shacl.source import targeted
from taawun.loaders.checks.shape_trial import ShapeTrial
from taawun.loaders.checks.shapes import Shapes, subclasses
from taawun.loaders.editing.working_copy import WorkingCopy
from taawun.ontology.namespaces import GRAPH_EVIDENCE, ID, RDF, RDFS, TW, XSD
from taawun.queries.catalogue import Catalogue
from taawun.queries.changes import rows_of
from taawun.queries.labels import named_faults

TEXT = "تتعاون مملكة النموذج مع جمهورية المثال في مجال التجارة الإلكترونية ومجال الأمن السيبراني."


@pytest.fixture
def desk(tmp_path, few_facts_alone) -> Desk:
    assert few_facts_alone
    return Desk([dossier(tmp_path / "mine", f"{TEXT}\n")], "Huda")


def random_items(desk: Desk, chance: random.Random) -> list[dict[str, Any]]:
    """A new entity, or a fact that the ontology allows, between any things; often nonsense."""
    known = desk.known
    number = chance.randrange(10**6)
    if chance.random() < 0.3:
        kind = chance.choice(["organization", "agreement", "offer", "program", "country", "group"])
        return [{"new": kind, "ar": f"شيء {number}", "en": f"Thing {number}"}]
    said = {"document": "news", "quote": TEXT.rstrip("."), "modality": "inferred", "note": "؟"}
    properties = [p for p in known.schema.properties.values() if not p.datatype]
    while True:
        item = chance.choice(properties)
        first = [r for r, e in known.entities.items() if e.kinds & item.domains]
        then = [r for r, e in known.entities.items() if e.kinds & item.ranges]
        then += [r for r, kinds in known.schema.concepts.items() if kinds & item.ranges]
        if first and then:
            chosen = {"subject": chance.choice(first), "object": chance.choice(then)}
            if chance.random() < 0.2:
                said |= {"modality": "planned", "note": ""}
            return [{**said, **chosen, "predicate": item.name}]


class Whole:
    """The state of a desk, made from everything."""

    def __init__(self, desk: Desk) -> None:
        known = desk.known
        derived = list(WorkingCopy._derive(known))
        store = ox.Store()
        lines = "\n".join(lines_of(known, derived))
        store.bulk_load(lines.encode(), ox.RdfFormat.N_QUADS, lenient=True)
        self.store = EmbeddedStore(store)
        self.derived = {item.iri for item in derived}

    def shape_faults(self) -> set[str]:
        shapes = Shapes()
        evidence = ox.NamedNode(GRAPH_EVIDENCE)
        graphs = (ox.DefaultGraph(), evidence)
        flat = shapes.store(q for q in self.store.quads if q.graph_name in graphs)
        return set(map(str, named_faults(shapes.validate(flat).faults)))


def assert_same(desk: Desk, faults: set[str]) -> None:
    """The desk's facts, derived facts and answers are those of the whole, with no new fault."""
    whole = Whole(desk)
    assert set(desk._store.quads) == set(whole.store.quads)
    assert set(desk._working.derived) == whole.derived
    assert whole.shape_faults() <= faults
    questions = Catalogue().questions
    assert set(desk._answers) == set(questions)
    for name, question in questions.items():
        # Ties are in any order.
        assert sorted(map(str, desk._answers[name].rows)) == sorted(
            map(str, rows_of(whole.store, question).rows)
        ), name


@pytest.mark.parametrize(("seed", "edits"), [(1, 16), pytest.param(2, 60, marks=pytest.mark.slow)])
def test_random_edits_lead_to_what_everything_leads_to(desk, seed, edits, monkeypatch):
    """Saves that only some checks, shapes and questions looked at, against all of them."""
    chance = random.Random(seed)
    in_part = WorkingCopy._lint

    def in_full(working: WorkingCopy, new: Any, edit: Any, places: Any) -> None:
        found: list[CollectionError | None] = []
        for whole in (True, False):
            with monkeypatch.context() as patch:
                if whole:
                    patch.setattr(WorkingCopy, "_compared", lambda _, n, __, p: (n.facts, p))
                try:
                    in_part(working, new, edit, places)
                    found.append(None)
                except CollectionError as error:
                    found.append(error)
        everything, part = (set(map(str, one.faults)) if one else set() for one in found)
        assert part == everything
        if found[1]:
            raise found[1]

    monkeypatch.setattr(WorkingCopy, "_lint", in_full)
    # Of entities whose facts are left out.
    faults = Whole(desk).shape_faults()
    while desk.prepare():
        pass
    written, refused = 0, []
    for _ in range(edits):
        items = random_items(desk, chance)
        found = desk.save(items, "en")
        written += not found["faults"]
        refused += found["faults"]
    facts = Reviewing(desk).facts("news", "en")["facts"]
    assert len(facts) > 2
    for one in chance.sample(facts, 2):
        verdict = {"fact": one["fact"], "at": one["at"], "found": "disputed", "comment": "?"}
        found = Reviewing(desk).record("news", verdict, "en")
        written += not found["faults"]
    assert written > edits / 4
    assert refused != []
    assert_same(desk, faults)
    read = desk._working.collection
    for _ in range(min(written, edits // 4) - 1):
        assert desk.undo()["undone"]
    assert_same(desk, faults)
    assert desk.undo()["undone"]
    again = Desk([desk.folder], "Huda")
    assert desk._working.collection.facts == again.known.facts
    assert len(desk._working.places) == len(desk.known.facts)
    assert set(desk._store.quads) == set(again._store.quads)
    assert desk.known.documents is read.documents, "nothing was read again"
    while desk.save(random_items(desk, chance), "en")["faults"]:
        pass
    assert_same(desk, faults)


def test_a_shape_reads_no_more_than_its_description_leads_to():
    """What is told from the description of each shape, against the queries made of it."""
    shapes = Shapes()
    compiler = shapes._compiler(shapes.store([]))
    compared = 0
    for shape in targeted(shapes.source):
        told = reads_of_shape(compiler, shape).terms
        assert told is not None
        for rule in compiler.rules(shape):
            for query in filter(None, (rule.query, rule.targets)):
                read = terms_of_query(query)
                # A query may be doubtful where its shape is not.
                read = read and {term for term in read if not term.startswith(XSD)}
                assert read is None or read <= told | {RDF + "type"}, shape
                compared += read is not None
    assert compared > 400


@pytest.mark.parametrize(
    ("changed", "query"),
    [
        (RDF + "type", "SELECT * { ?x a/rdfs:subClassOf* tw:Body }"),
        (RDF + "type", "SELECT * { ?x rdf:type ?class }"),
        (RDF + "type", "SELECT * { ?x a tw:Body, ?class }"),
        (RDF + "type", "SELECT * { ?class ^a ?x }"),
        (RDF + "type", "SELECT * { ?x a ?c OPTIONAL { ?x tw:area ?y FILTER(?c IN (tw:Body)) } }"),
        (RDF + "type", "SELECT * { ?x a ?class FILTER(?class IN (tw:Body) || true) }"),
        (TW + "stage", "SELECT * { ?x ?p ?o }"),
        (TW + "stage", "SELECT * { VALUES ?p { UNDEF tw:area } ?x ?p ?o }"),
        (TW + "stage", "SELECT * { { VALUES ?p { tw:area } ?x ?p ?o } UNION { ?x ?p ?o } }"),
        (TW + "stage", "SELECT * { VALUES ?p { tw:area } { SELECT ?x { ?x ?p ?o } } }"),
        (TW + "stage", "SELECT * { ?x !(tw:area|tw:party) ?o }"),
        (TW + "stage", "SELECT * { ?x !tw:area ?o }"),
        (TW + "stage", "SELECT * { ?x tw:area* ?y }"),
        (TW + "stage", "SELECT * { [ ?p ?o ] tw:area ?y }"),
        (TW + "stage", "SELECT * { ?x tw:area ?y ; ?p ?o }"),
        (TW + "stage", "SELECT * { GRAPH ?g { ?x tw:area ?y } GRAPH ?h { ?x tw:stage ?y } }"),
        (TW + "stage", "DESCRIBE ?x { ?x tw:area ?y }"),
    ],
)  # fmt: skip
def test_a_query_that_may_change_is_asked_again(changed, query):
    prologue = f"PREFIX tw: <{TW}> PREFIX rdfs: <{RDFS}> PREFIX rdf: <{RDF}> "
    one = ox.NamedNode(f"{ID}stage/signed")
    touched = Touched.by([ox.Quad(one, ox.NamedNode(changed), one)])
    assert touched.may_change(prologue + query)
    assert not touched.may_change(prologue + "SELECT * { ?x a tw:Body ; tw:area ?o, ?p }")


def test_only_listed_predicates_and_classes_are_read():
    prologue = f"PREFIX tw: <{TW}> "
    for query, names in (
        ("SELECT * { VALUES ?p { tw:area tw:party } OPTIONAL { ?x ?p ?o } }", {"area", "party"}),
        ("SELECT * { ?x a ?c FILTER(?c IN (tw:Body, tw:Offer)) }", {"Body", "Offer"}),
        ("SELECT * { ?x (tw:area|^tw:party)/tw:stage ?o }", {"area", "party", "stage"}),
    ):
        assert terms_of_query(prologue + query) == {TW + name for name in names}


def test_a_violation_from_before_an_edit_is_not_that_of_the_edit(desk):
    """The shapes that an edit touches say what all shapes say: what is new, and only that."""
    store = desk._store.quads
    trial = ShapeTrial(Shapes().ready(subclasses(store)), Shapes)
    things = [ox.NamedNode(f"{ID}agreement/{name}") for name in ("one", "two")]
    kind = (ox.NamedNode(RDF + "type"), ox.NamedNode(TW + "Agreement"), ox.DefaultGraph())
    first, second = ([ox.Quad(thing, *kind)] for thing in things)
    assert {f.place.file for f in trial.added_faults(store, first, [])} == {things[0].value}
    store.extend(first)
    trial.take_over(first, [])
    assert {f.place.file for f in trial.added_faults(store, second, [])} == {things[1].value}
    assert trial.added_faults(store, [], first) == []


def test_the_type_of_a_thing_touches_the_shapes_of_predicates_that_it_has(desk):
    """A domain is checked again for a thing that has the property, and for no other."""
    store = desk._store.quads
    area = next(store.quads_for_pattern(None, ox.NamedNode(TW + "area"), None))
    shapes = {one.shape.value.rpartition("#")[2]: one for one in Shapes().ready(subclasses(store))}
    kind = (ox.NamedNode(RDF + "type"), ox.NamedNode(TW + "Agreement"))
    for thing, has_area in ((area.subject, True), (ox.NamedNode(f"{ID}agreement/new"), False)):
        edited = Edited(store, [ox.Quad(thing, *kind)])
        assert edited.may_change(shapes["area-domain"].reads) is has_area
        # Its focus nodes are the members of the class.
        assert edited.may_change(shapes["AgreementParties"].reads)


def test_shapes_are_kept_once_and_made_again_if_damaged(desk, tmp_path, monkeypatch):
    cache = tmp_path / "kept"
    cache.mkdir()
    monkeypatch.setenv("TAAWUN_CACHE", str(cache))
    store, schema = desk._store.quads, desk._working.collection.schema
    whole = Shapes(schema=schema).ready(subclasses(store))
    assert kept_trial([], schema, store)._shapes == whole
    (file,) = cache.iterdir()
    assert read_kept(file) == whole
    with monkeypatch.context() as patch:
        patch.setattr(Shapes, "ready", None)
        assert kept_trial([], schema, store)._shapes == whole
    file.write_bytes(file.read_bytes()[:-9])
    assert kept_trial([], schema, store)._shapes == whole
    assert read_kept(file) == whole
