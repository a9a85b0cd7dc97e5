"""Facts: what makes one the same as another, and how it stands in the dataset."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from hashlib import sha256

import pyoxigraph as ox
import pytest

from quoted import quoted
from taawun.graph.fact import ACTIVE_STATUSES, IDENTIFYING, RECORD_STATUSES, Fact
from taawun.loaders.builds.cache import Build
from taawun.loaders.collection import Collection
from taawun.ontology.namespaces import (
    BASE,
    FACT,
    GRAPH_EVIDENCE,
    GRAPH_PROSPECTS,
    ID,
    INFERENCE,
    RDF,
    TW,
)

EVIDENCE = quoted("وقّعت", 3)


def named(path: str) -> ox.NamedNode:
    return ox.NamedNode(BASE + path)


ASSERTED = ("modality", named("id/modality/asserted"))
RECORDED = ("recordStatus", named("id/record-status/asserted"))


@pytest.fixture
def fact() -> Fact:
    """One fact, plainly asserted."""
    return Fact(
        named("id/agreement/one"),
        ox.NamedNode(TW + "signatory"),
        named("id/country/egypt"),
        (ASSERTED, RECORDED),
        (EVIDENCE,),
    )


def qualified(fact: Fact, *qualifiers: tuple[str, ox.NamedNode | ox.Literal]) -> Fact:
    return replace(fact, qualifiers=qualifiers)


def test_the_iri_is_the_hash_of_the_triple_and_what_qualifies_the_claim(fact: Fact) -> None:
    when = ("when", ox.Literal("2021"))
    claim = (
        "<https://w3id.org/taawun/id/agreement/one>"
        " <https://w3id.org/taawun/ontology#signatory>"
        " <https://w3id.org/taawun/id/country/egypt> ."
        " <https://w3id.org/taawun/ontology#modality>"
        " <https://w3id.org/taawun/id/modality/asserted>"
        ' <https://w3id.org/taawun/ontology#when> "2021"'
    )
    expected = "https://w3id.org/taawun/fact/" + sha256(claim.encode()).hexdigest()[:16]
    assert qualified(fact, ASSERTED, RECORDED, when).iri == expected


def test_the_order_of_qualifiers_does_not_matter(fact: Fact) -> None:
    by = ("statedBy", named("id/official/one"))
    assert qualified(fact, by, ASSERTED).iri == qualified(fact, ASSERTED, by).iri


@pytest.mark.parametrize(
    "qualifier",
    [
        ("note", ox.Literal("a remark", language="en")),
        ("wasAttributedTo", named("id/curator/one")),
        ("recordStatus", named("id/record-status/disputed")),
    ],
    ids=lambda item: item[0],
)
def test_what_is_said_about_the_record_does_not_change_the_fact(fact: Fact, qualifier) -> None:
    others = [item for item in fact.qualifiers if item[0] != qualifier[0]]
    assert qualified(fact, *others, qualifier).iri == fact.iri


@pytest.mark.parametrize("name", IDENTIFYING)
def test_what_is_claimed_is_part_of_the_fact(fact: Fact, name: str) -> None:
    others = [item for item in fact.qualifiers if item[0] != name]
    assert qualified(fact, *others, (name, ox.Literal("other"))).iri != fact.iri


def test_an_iri_and_a_text_that_reads_like_it_are_two_facts(fact: Fact) -> None:
    text = replace(fact, object=ox.Literal(fact.object.value))
    assert text.iri != fact.iri


def test_the_quote_is_no_part_of_the_fact(fact: Fact) -> None:
    elsewhere = quoted("وقعت", 5, "other")
    assert replace(fact, evidence=(elsewhere,)).iri == fact.iri


def test_evidence_is_the_same_only_at_one_place_of_one_content(fact: Fact) -> None:
    others = [
        replace(EVIDENCE, start=4),
        replace(EVIDENCE, end=9),
        replace(EVIDENCE, source=replace(EVIDENCE.source, sha256="1" * 64)),
    ]
    assert len({EVIDENCE.iri(fact.iri), *(other.iri(fact.iri) for other in others)}) == 4
    assert replace(EVIDENCE, source=replace(EVIDENCE.source, slug="renamed")).iri(
        fact.iri
    ) == EVIDENCE.iri(fact.iri)


@pytest.mark.parametrize("status", RECORD_STATUSES)
def test_only_active_facts_stand_in_the_plain_view_and_all_keep_their_graph(
    fact: Fact, status: str
) -> None:
    lines = list(
        qualified(fact, ASSERTED, ("recordStatus", named(f"id/record-status/{status}"))).lines()
    )
    triple = f"{fact.subject} {fact.predicate} {fact.object}"
    assert f"{triple} <{fact.iri}> ." in lines
    assert (f"{triple} ." in lines) == (status in ACTIVE_STATUSES)
    assert any("/ontology#evidence>" in line for line in lines)


def test_a_fact_without_a_status_is_not_active(fact: Fact) -> None:
    assert not qualified(fact, ASSERTED).is_active


def graph_of(quad: ox.Quad) -> str:
    """The IRI of the quad's graph; empty for the plain view."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


@pytest.fixture(scope="module")
def quads(the_build: Build) -> list[ox.Quad]:
    """Every quad of the bundled build."""
    return list(ox.parse(path=str(the_build.dump), format=ox.RdfFormat.N_QUADS))


def test_every_fact_and_every_derived_fact_is_a_graph_of_exactly_one_triple(
    quads: list[ox.Quad],
) -> None:
    sizes = Counter(map(graph_of, quads))
    of_facts = {name: size for name, size in sizes.items() if name.startswith((FACT, INFERENCE))}
    assert len(of_facts) > 2000
    assert set(of_facts.values()) == {1}


def test_the_dataset_has_no_other_graphs_than_the_contract_names(quads: list[ox.Quad]) -> None:
    graphs = set(map(graph_of, quads)) - {""}
    others = {name for name in graphs if not name.startswith((FACT, INFERENCE))}
    names = ("entities", "evidence", "ontology", "prospects")
    assert others == {BASE + "graph/" + name for name in names}


def test_there_are_no_blank_nodes(quads: list[ox.Quad]) -> None:
    assert len(quads) > 10_000
    blank = [
        quad
        for quad in quads
        if ox.BlankNode in {type(quad.subject), type(quad.object), type(quad.graph_name)}
    ]
    assert blank == []


def test_the_dump_is_sorted_and_says_nothing_twice(the_build: Build) -> None:
    lines = the_build.dump.read_text("utf-8").splitlines()
    assert len(lines) > 10_000
    assert lines == sorted(set(lines))


def test_each_fact_graph_is_typed_and_has_evidence(quads: list[ox.Quad]) -> None:
    graphs = {iri for iri in map(graph_of, quads) if iri.startswith(FACT)}
    said = defaultdict(set)
    for quad in quads:
        if quad.graph_name == ox.NamedNode(GRAPH_EVIDENCE):
            said[quad.predicate.value].add(quad.subject.value)
    assert graphs
    for needed in (RDF + "type", TW + "modality", TW + "recordStatus", TW + "evidence"):
        assert graphs <= said[needed]


def test_the_plain_view_is_what_facts_derivations_register_and_ontology_say(
    quads: list[ox.Quad], the_collection: Collection
) -> None:
    beside = {fact.iri for fact in the_collection.facts if not fact.is_premise}
    beside |= {GRAPH_EVIDENCE, GRAPH_PROSPECTS}
    plain, elsewhere = set(), set()
    for quad in quads:
        triple = (str(quad.subject), str(quad.predicate), str(quad.object))
        name = graph_of(quad)
        if not name:
            plain.add(triple)
        elif name not in beside:
            elsewhere.add(triple)
    assert plain
    assert plain == elsewhere


def test_two_documents_that_say_the_same_are_one_fact_with_two_quotes(
    the_collection: Collection,
) -> None:
    claims, quotes = defaultdict(set), defaultdict(set)
    for fact in the_collection.facts:
        claims[fact.iri].add((fact.triple, *(q for q in fact.qualifiers if q[0] in IDENTIFYING)))
        quotes[fact.iri].update(evidence.document for evidence in fact.evidence)
    assert any(len(documents) > 1 for documents in quotes.values())
    assert all(len(said) == 1 for said in claims.values())


def test_ids_are_of_the_contract(the_collection: Collection) -> None:
    subjects = {fact.subject.value for fact in the_collection.facts}
    assert subjects
    assert all(subject.startswith(ID) for subject in subjects)
