"""Rules that every stored question keeps: nothing vanishes, nothing is multiplied, counts agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pyoxigraph as ox
import pytest

from taawun.api import KnowledgeGraph
from taawun.graph.fact_reader import all_facts
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.cache import Build
from taawun.ontology.namespaces import ID, SKOS, TW
from taawun.queries.answer import answer_of
from taawun.queries.catalogue import Catalogue
from taawun.queries.results import Table
from taawun.queries.why import explain_or_say_why_not

QUESTIONS = Catalogue().questions
COUNTRIES = ("iraq", "lithuania", "egypt", "nigeria")
#: Questions whose rows are facts, whatever these say.
FACTS = {"dated-facts", "expected-facts", "inferred-facts", "planned-facts"}
#: Properties that a thing may well lack, each with the questions that are about just that.
OPTIONAL = {
    "comparator": {"approximate-figures"},
    "period": set(),
    "ranking": {"artificial-intelligence"},
    "scope": set(),
    "measure": set(),
    "heldOn": {"event-chronology"},
    "launchedOn": set(),
    "offeredBy": {"area-partners", "cybersecurity", "offers-by-body"},
    "through": {
        "agreement-channels", "areas-without-agreement", "bodies-working-abroad",
        "entities-in-several-documents",
    },
    "beneficiary": {
        "areas-without-agreement", "bodies-working-abroad",
        "entities-in-several-documents", "infrastructure-beneficiaries",
        "initiative-beneficiaries", "region-programmes", "service-beneficiaries",
        "training-beneficiaries",
    },
    "stage": {
        "agreed-but-not-signed", "agreements-by-stage", "initiative-stages", "offer-speakers",
        "products-already-issued",
    },
}  # fmt: skip
#: Questions that count or quote what documents speak of, so or not.
MENTIONS = {
    "compare-two-countries", "countries", "entities-in-several-documents", "entity-quotes",
    "facts-per-country",
}  # fmt: skip
#: Columns that tell rows apart and may yet be empty: a person in each post, and on each side.
TOGETHER = {"officials": ("post",), "event-participants": ("side",)}


def outside_optional(text: str) -> str:
    """The text of a query without its OPTIONAL groups."""
    while found := re.search(r"OPTIONAL\s*\{", text):
        end, depth = found.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        text = text[: found.start()] + text[end:]
    return text


@pytest.fixture(scope="module")
def copied(the_build: Build) -> ox.Store:
    """A copy of the graph, from which quads may be taken for a while."""
    store = ox.Store()
    store.bulk_extend(the_build.store().quads)
    return store


@contextmanager
def without(store: ox.Store, name: str) -> Iterator[EmbeddedStore]:
    """The graph in which no fact says the property."""
    gone = [*store.quads_for_pattern(None, ox.NamedNode(TW + name), None)]
    assert gone
    for quad in gone:
        store.remove(quad)
    try:
        yield EmbeddedStore(store)
    finally:
        store.extend(gone)


@pytest.mark.parametrize("name", OPTIONAL)
def test_no_row_vanishes_with_a_property_that_a_thing_may_lack(
    name: str, copied: ox.Store, answers: Mapping[str, Table]
) -> None:
    lost = {}
    with without(copied, name) as stripped:
        for question in set(QUESTIONS) - FACTS - OPTIONAL[name]:
            before, after = answers[question], answer_of(stripped, QUESTIONS[question])
            if gone := {str(row[0]) for row in before.rows} - {str(row[0]) for row in after.rows}:
                lost[question] = sorted(gone)[:2]
    assert lost == {}


def test_a_thing_has_one_row_and_is_not_multiplied_by_what_is_optional(
    answers: Mapping[str, Table],
) -> None:
    looked_at, multiplied = 0, {}
    for name, question in QUESTIONS.items():
        if "OPTIONAL" not in question.text or "COUNT" in question.text:
            continue
        table = answers[name]
        needed = outside_optional(question.text.partition("WHERE")[2].rpartition("ORDER BY")[0])
        keys = [
            i
            for i, v in enumerate(table.variables)
            if re.search(rf"\?{v}\b", needed) or v in TOGETHER.get(name, ())
        ]
        assert keys, name
        counted = Counter(tuple(str(row[i]) for i in keys) for row in table.rows)
        if twice := [key for key, number in counted.items() if number > 1]:
            multiplied[name] = twice
        looked_at += 1
    assert looked_at > 20
    assert multiplied == {}


def test_what_may_not_be_so_says_how_firmly_it_is_said() -> None:
    asked = {
        name: question.text
        for name, question in QUESTIONS.items()
        if re.search(r"GRAPH (\?fact|graph:prospects)", question.text)
    }
    assert len(asked) > 20
    for name, text in asked.items():
        selected = text[text.index("SELECT") : text.index("WHERE")]
        chosen = re.search(r"modality:\w+", re.sub("PREFIX.*", "", text))
        assert name in MENTIONS or "?modality" in selected or chosen, name


def rows(graph: KnowledgeGraph, name: str, **values: str) -> list[tuple[str, ...]]:
    """The rows of a question's answer, IRIs without their beginning."""
    answer = graph.ask_stored(QUESTIONS[name], values)
    return [
        tuple("" if row[v] is None else row[v].value.removeprefix(ID) for v in answer.variables)
        for row in answer
    ]


def counted(graph: KnowledgeGraph, name: str, country: str) -> int:
    """What a question that counts by country says of one, 0 where it has no row."""
    found = dict(row[:2] for row in rows(graph, name))
    return int(found.get(f"country/{country}", 0))


def compared(graph: KnowledgeGraph, kind: str, country: str) -> int:
    first, second = f"country/{country}", "country/denmark"
    for row in rows(graph, "compare-two-countries", first=first, second=second):
        if row[:2] == (TW + kind, first):
            return int(row[2])
    raise AssertionError(kind)


@pytest.mark.parametrize("country", COUNTRIES)
def test_questions_that_count_the_same_agree(graph: KnowledgeGraph, country: str) -> None:
    reference = f"country/{country}"
    offers = {row[0] for row in rows(graph, "offers-to-country", country=reference)}
    assert len(offers) == counted(graph, "countries-by-offers-received", country)
    assert len(offers) == compared(graph, "Offer", country)
    assert offers >= {row[0] for row in rows(graph, "offer-details", country=reference)}
    open_offers = {row[1] for row in rows(graph, "offers-without-agreement", country=reference)}
    assert open_offers <= offers
    signed = {row[0] for row in rows(graph, "agreement-signatories", country=reference)}
    assert len(signed) == counted(graph, "agreements-per-country", country)
    assert len(signed) == compared(graph, "Agreement", country)
    areas = {row[0] for row in rows(graph, "country-areas", country=reference)}
    assert areas == {row[0] for row in rows(graph, "country-area-items", country=reference)}
    assert len(areas) == compared(graph, "Area", country)
    events = {row[1] for row in rows(graph, "country-events", country=reference)}
    assert len(events) == compared(graph, "Event", country)


def test_the_counts_that_the_documents_give(graph: KnowledgeGraph) -> None:
    """Read off the documents by hand: six signed agreements, 26 offers to Iraq."""
    assert counted(graph, "agreements-per-country", "egypt") == 6
    assert compared(graph, "Offer", "iraq") == 26
    assert compared(graph, "Offer", "lithuania") == 0
    assert compared(graph, "CooperationTopic", "lithuania") == 6
    assert compared(graph, "Agreement", "iraq") == 0
    assert len(rows(graph, "agreements-by-region", region="region/africa")) == 6


@pytest.mark.slow
def test_an_area_is_asked_with_all_that_is_within_it(graph: KnowledgeGraph) -> None:
    """What is found in an area is found in every wider one, and no row differs by modality only."""
    broader = {}
    for quad in graph.store.quads:
        if quad.predicate.value == SKOS + "broader" and ID + "area/" in quad.subject.value:
            broader[quad.subject.value.removeprefix(ID)] = quad.object.value.removeprefix(ID)
    of_areas = {
        name: item.name
        for name, question in QUESTIONS.items()
        for item in question.parameters
        if item.type == "area"
    }
    assert len(of_areas) >= 8
    looked_at = 0
    for name, parameter in of_areas.items():
        found = {}
        for area in {*broader, *broader.values()}:
            answer = graph.ask_stored(QUESTIONS[name], {parameter: area})
            place = {v: n for n, v in enumerate(answer.variables)}
            told = [tuple(str(row[v]) for v in answer.variables) for row in answer]
            modality = place.get("modality", len(place))
            plain = [(*row[:modality], *row[modality + 1 :]) for row in told]
            assert len(set(plain)) == len(plain), (name, area)
            found[area] = set(told)
        for area, wider in broader.items():
            # Of training, only what is within capacity building is asked.
            assert found[area] <= found[wider] or not found[wider], (name, area, wider)
            looked_at += bool(found[area] and found[wider])
    assert looked_at > 100


def test_a_comparison_is_with_the_party_that_is_named(graph: KnowledgeGraph) -> None:
    def areas(first: str, second: str, **partner: str) -> list[int]:
        found = rows(graph, "compare-two-countries", first=first, second=second, **partner)
        counts = {country: int(count) for kind, country, count in found if kind == TW + "Area"}
        return [counts[f"country/{country}"] for country in (first, second)]

    assert areas("iraq", "lithuania") == [30, 17]
    assert areas("iraq", "lithuania", partner="denmark") == [0, 0]
    assert areas("egypt", "iraq", partner="lithuania") == [17, 0]
    # Egypt is no partner of its own: then any other country is.
    assert areas("egypt", "libya") == [44, 2]


def test_no_other_party_than_the_one_named_is_found(graph: KnowledgeGraph) -> None:
    """Of a country with which nobody does anything, no question finds anything."""
    asked = 0
    for name, question in QUESTIONS.items():
        for item in question.parameters:
            if item.type == "country" and item.default is not None and not item.is_required:
                values = {**question.examples, item.name: "denmark"}
                if "COUNT" not in question.text and name not in MENTIONS:
                    assert rows(graph, name, **values) == [], name
                    asked += 1
    assert asked > 10


def test_a_country_is_no_other_party_of_itself(graph: KnowledgeGraph) -> None:
    asked = 0
    for name, question in QUESTIONS.items():
        sides = [item.name for item in question.parameters if item.type == "country"]
        if len(sides) > 1 and "compare" not in name:
            assert rows(graph, name, **dict.fromkeys(sides, "egypt")) == [], name
            asked += 1
    assert asked >= 4


@pytest.mark.slow
def test_a_row_rests_on_what_is_reported_only_where_nothing_says_it_plainly(
    graph: KnowledgeGraph,
) -> None:
    plain = {
        fact.triple
        for fact in all_facts(graph.store)
        if (fact.modality, fact.record_status) == ("asserted", "asserted")
    }
    looked_at = 0
    for name, question in QUESTIONS.items():
        answer = graph.ask_stored(question, question.examples)
        block = [tuple(row[v] for v in answer.variables) for row in answer]
        marks = answer.as_table(block).reservations or []
        terms = [dict(zip(answer.variables, row, strict=True)) for row in block]
        proofs = explain_or_say_why_not(graph.store, answer.text, terms, alternatives=0)
        for mark, proof in zip(marks, proofs, strict=False):
            facts = [one for fact in proof.facts for one in fact.asserted()]
            told = {one.triple for one in facts}
            # A row of records is about this one record, whatever another says.
            if "?fact" in question.text:
                told -= {one.triple for one in facts if one.modality == "asserted"}
            else:
                told -= plain
            assert bool(mark) == bool(told), (name, mark)
            looked_at += 1
    assert looked_at > 1500
