"""The facts behind triples, and explanations as JSON."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from quoted import quoted
from taawun.graph.derive import DerivedFact
from taawun.graph.errors import QueryError
from taawun.graph.fact import Fact
from taawun.graph.fact_reader import facts_of
from taawun.graph.fact_record import fact_json
from taawun.graph.store import EmbeddedStore
from taawun.ontology.namespaces import DCTERMS, DOCUMENT, ID, INFERENCE, PROV, TW
from taawun.queries.proof_json import explanation_json
from taawun.queries.why import explain

QUOTE = "وقعت مصر والعراق على اتفاقية"


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(ID + name)


def fact(subject: str, object_: str, modality: str = "asserted", status: str = "asserted") -> Fact:
    return Fact(
        iri(subject),
        ox.NamedNode(f"{TW}signatory"),
        iri(object_),
        (
            ("modality", iri(f"modality/{modality}")),
            ("recordStatus", iri(f"record-status/{status}")),
            ("statedBy", iri("official/talaat")),
            ("when", ox.Literal("2019-XX")),
        ),
        (quoted(QUOTE, 10, after=" بعد"),),
    )


EGYPT = fact("agreement/ai", "country/egypt")
IRAQ = fact("agreement/ai", "country/iraq", "reported")
RETRACTED = fact("agreement/ai", "country/iraq", "planned", "retracted")
TOGETHER = DerivedFact(
    (str(EGYPT.object), f"<{TW}cooperatesWith>", str(IRAQ.object)),
    "signed-together",
    tuple(sorted((EGYPT.iri, IRAQ.iri))),
)


@pytest.fixture(scope="module")
def store_with_a_derived_fact() -> EmbeddedStore:
    lines = [line for item in (EGYPT, IRAQ, RETRACTED) for line in item.lines()]
    lines += TOGETHER.lines()
    lines.append(f'<{DOCUMENT}paper> <{DCTERMS}identifier> "001 صحيفة.txt" .')
    return EmbeddedStore.in_memory("\n".join(lines).encode())


def test_a_fact_has_its_qualifiers_and_its_quote(store_with_a_derived_fact):
    (view,) = facts_of(store_with_a_derived_fact, [EGYPT.triple])[EGYPT.triple]
    assert view.iri == EGYPT.iri
    assert (view.modality, view.record_status, view.when) == ("asserted", "asserted", "2019-XX")
    assert view.stated_by == (iri("official/talaat"),)
    (quote,) = view.quotes
    assert quote.document == "001 صحيفة.txt"
    assert quote.document_iri == f"{DOCUMENT}paper"
    (part,) = quote.parts
    assert (part.text, part.prefix, part.suffix) == (QUOTE, " " * 10, " بعد")
    assert (part.start, part.end) == (10, 10 + len(QUOTE))


def test_a_retracted_fact_says_nothing(store_with_a_derived_fact):
    (view,) = facts_of(store_with_a_derived_fact, [IRAQ.triple])[IRAQ.triple]
    assert view.iri == IRAQ.iri


def test_a_triple_that_no_fact_says_has_none(store_with_a_derived_fact):
    triple = ox.Triple(iri("a"), iri("b"), ox.Literal("01", datatype=iri("c")))
    assert facts_of(store_with_a_derived_fact, [triple]) == {triple: ()}


def test_a_derived_fact_has_the_facts_under_it(store_with_a_derived_fact):
    triple = ox.Triple(EGYPT.object, ox.NamedNode(f"{TW}cooperatesWith"), IRAQ.object)
    (view,) = facts_of(store_with_a_derived_fact, [triple])[triple]
    assert view.is_derived
    assert {under.iri for under in view.asserted()} == {EGYPT.iri, IRAQ.iri}
    assert fact_json(view)["derivedBy"] == f"{ID}rule/signed-together"
    assert len(fact_json(view)["derivedFrom"]) == 2


def test_derived_facts_that_rest_on_each_other_are_refused():
    one, other = f"<{INFERENCE}1>", f"<{INFERENCE}2>"
    graph = "<https://w3id.org/taawun/graph/evidence>"
    lines = [f"<urn:a> <urn:p> <urn:b> {name} ." for name in (one, other)]
    lines += [f"{a} <{PROV}wasDerivedFrom> {b} {graph} ." for a, b in ((one, other), (other, one))]
    store = EmbeddedStore.in_memory("\n".join(lines).encode())
    triple = ox.Triple(*(ox.NamedNode(f"urn:{name}") for name in "apb"))
    with pytest.raises(QueryError, match="circle"):
        facts_of(store, [triple])


def test_json_unfolds_derived_facts_and_keeps_to_the_contract(store_with_a_derived_fact):
    text = f"SELECT ?x ?y {{ ?x <{TW}cooperatesWith> ?y FILTER NOT EXISTS {{ ?y <{TW}near> ?x }} }}"
    (explanation,) = explain(store_with_a_derived_fact, text)
    item = explanation_json(explanation)
    assert set(item) == {"facts", "definitions", "absence"}
    assert item["definitions"] == []
    assert item["absence"] == [
        f"NOT EXISTS {{ <{ID}country/iraq> tw:near <{ID}country/egypt> . }}".replace(
            f"<{ID}country/iraq>", "country:iraq"
        ).replace(f"<{ID}country/egypt>", "country:egypt")
    ]
    assert {found["fact"] for found in item["facts"]} == {EGYPT.iri, IRAQ.iri}
    for found in item["facts"]:
        assert set(found) == {
            "fact", "subject", "predicate", "object", "modality", "statedBy", "when", "evidence",
            "support", "derived",
        }  # fmt: skip
        assert found["subject"] == f"{ID}agreement/ai"
        assert found["object"]["type"] == "uri"
        assert found["evidence"] == [
            {"document": "001 صحيفة.txt", "quote": QUOTE, "start": 10, "end": 10 + len(QUOTE)}
        ]
        assert found["derived"][0]["fact"] == TOGETHER.iri
