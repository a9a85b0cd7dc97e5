"""Rules that every stored question keeps: nothing vanishes, nothing is multiplied, counts agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

import pyoxigraph as ox
import pytest

from taawun.api import KnowledgeGraph
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.cache import Build
from taawun.ontology.namespaces import ID, TW
from taawun.queries.answer import answer_of
from taawun.queries.catalogue import Catalogue
from taawun.queries.results import Table

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
#: The modalities of what is said to be so.
PLAIN = {f"modality/{name}" for name in ("asserted", "reported", "inferred")}
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


@cache
def without(build: Build, name: str) -> EmbeddedStore:
    """The graph in which no fact says the property."""
    store = ox.Store()
    kept = (quad for quad in build.store().quads if quad.predicate.value != TW + name)
    store.bulk_extend(kept)
    return EmbeddedStore(store)


@pytest.mark.parametrize("name", OPTIONAL)
def test_no_row_vanishes_with_a_property_that_a_thing_may_lack(
    name: str, the_build: Build, answers: Mapping[str, Table]
) -> None:
    stripped = without(the_build, name)
    lost = {}
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


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("partner", ["egypt", "lithuania", "denmark"])
def test_areas_are_compared_with_the_partner_that_is_asked_for(
    graph: KnowledgeGraph, country: str, partner: str
) -> None:
    values = {"country": f"country/{country}", "partner": f"country/{partner}"}
    areas = {row[0] for row in rows(graph, "country-areas", **values)}
    asked = {"first": values["country"], "second": "country/sudan", "partner": values["partner"]}
    compared = rows(graph, "compare-two-countries", **asked)
    assert (TW + "Area", values["country"], str(len(areas))) in compared
    if country != "egypt" and partner != "egypt":
        assert areas == set()


def test_what_is_said_more_than_once_has_one_row_in_an_overview_of_an_area(
    graph: KnowledgeGraph,
) -> None:
    told = 0
    for area in ("telecommunications", "information-technology", "digital-transformation",
                 "bilateral-cooperation", "postal-services", "innovation"):  # fmt: skip
        for name in ("all-about-area", "area-partners"):
            found = rows(graph, name, area=f"area/{area}")
            told += len(found)
            firm = [row[:-1] for row in found if row[-1] in PLAIN]
            assert len(firm) == len(set(firm)), (name, area)
    assert told > 100


def test_an_area_has_its_branches_at_every_depth(graph: KnowledgeGraph) -> None:
    named = {row[1] for row in rows(graph, "countries-by-area", area="area/telecommunications")}
    assert {"area/satellites", "area/fibre-networks", "area/rural-connectivity"} <= named
    told = {row[0] for row in rows(graph, "all-about-area", area="area/telecommunications")}
    assert {"satellite/tiba-1", "offer/ntra-satellite-expertise"} <= told
    assert rows(graph, "training-beneficiaries", area="area/health") == []


def test_the_counts_that_the_documents_give(graph: KnowledgeGraph) -> None:
    """Read off the documents by hand: six signed agreements, 26 offers to Iraq."""
    assert counted(graph, "agreements-per-country", "egypt") == 6
    assert compared(graph, "Offer", "iraq") == 26
    assert compared(graph, "Offer", "lithuania") == 0
    assert compared(graph, "CooperationTopic", "lithuania") == 6
    assert compared(graph, "Agreement", "iraq") == 0
    assert len(rows(graph, "agreements-by-region", region="region/africa")) == 6
