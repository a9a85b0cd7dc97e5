"""The overview, the facets and the answers for every value, against the stored questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from taawun.api import KnowledgeGraph
from taawun.graph.fact import PROSPECTS
from taawun.ontology.namespaces import ID, TW
from taawun.queries.catalogue import Catalogue
from taawun.queries.items import centre
from taawun.queries.profile import Profile
from taawun.viz.answers import answer_questions, subject_of
from taawun.viz.overview import BANDS, Overview, overview
from taawun.viz.read_view import read_view
from taawun.viz.view import View, focus, iri_of

CATALOGUE = Catalogue()


@pytest.fixture(scope="module")
def view(graph: KnowledgeGraph) -> View:
    return read_view(graph.store)


@pytest.fixture(scope="module")
def found(view: View) -> Overview:
    result = overview(view)
    assert result is not None
    return result


def column(graph: KnowledgeGraph, question: str, name: str, **values: str) -> set[str]:
    """What stands in a column of a stored question's answer, as IRIs."""
    return {row[name].value for row in graph.ask(question, **values)}


def in_band(found: Overview, *bands: str) -> set[str]:
    return {partner.iri for partner in found.partners if partner.band in bands}


def test_the_centre_is_the_country_that_the_pages_are_about(
    graph: KnowledgeGraph, found: Overview
) -> None:
    assert found.centre == centre(graph.store) == ID + "country/egypt"


def test_who_is_signed_is_who_signed(graph: KnowledgeGraph, found: Overview) -> None:
    signed = column(graph, "agreement-signatories", "signatory", country="egypt")
    assert in_band(found, "signed") == signed
    assert len(signed) == 6


def test_the_pages_tell_of_each_partner_what_the_overview_tells(
    graph: KnowledgeGraph, found: Overview
) -> None:
    profile = Profile(graph.store, found.centre, "en")
    told = {one.iri: (one.band, set(one.items)) for one in profile.partners}
    assert told == {one.iri: (one.band, set(one.items)) for one in found.partners}
    for one in profile.partners:
        met = {fact.subject.value for fact in one.meetings}
        assert met == {*next(p.meetings for p in found.partners if p.iri == one.iri)}


def test_whoever_only_talks_is_among_those_of_talks_without_agreement(
    graph: KnowledgeGraph, found: Overview
) -> None:
    talking = column(graph, "talks-without-agreement", "country")
    assert in_band(found, "agreed", "talks") == talking
    agreed = column(graph, "agreed-but-not-signed", "agreement")
    items = {item.iri for item in found.items if item.band == "agreed"}
    assert items == agreed


def test_who_cooperates_is_signed_or_has_a_programme(
    graph: KnowledgeGraph, found: Overview
) -> None:
    """Talks, offers and plans are no cooperation yet: these are the three partners more."""
    cooperating = column(graph, "cooperation-partners", "partner", country="egypt")
    assert in_band(found, "signed", "programmes") == cooperating
    more = {partner.iri.removeprefix(ID) for partner in found.partners} - {
        iri.removeprefix(ID) for iri in cooperating
    }
    assert more == {"country/iraq", "country/lithuania", "region/africa"}


def test_what_is_planned_or_expected_is_never_reached(view: View, found: Overview) -> None:
    facts = {fact.iri: fact for fact in view.facts}
    for partner in found.partners:
        proof = [facts[iri] for iri in partner.facts]
        assert proof, partner
        if partner.band != "planned":
            assert not [fact for fact in proof if fact.modality in PROSPECTS], partner
    trade = next(item for item in found.items if item.iri == ID + "agreement/africa-free-trade")
    assert (trade.band, trade.stage, trade.expected) == ("planned", "", ID + "stage/signed")
    africa = next(partner for partner in found.partners if partner.iri == ID + "region/africa")
    assert africa.band == "planned"


def test_a_signature_that_becomes_a_plan_is_signed_no_more(view: View) -> None:
    """The rule most easily broken: the same facts as plans count for nothing reached."""
    agreement = ID + "agreement/postal-ecommerce-libya"
    facts = tuple(
        fact._replace(modality="expected") if fact.subject.value == agreement else fact
        for fact in view.facts
    )
    changed = overview(replace(view, facts=facts))
    assert changed is not None
    assert ID + "country/libya" in in_band(changed, "planned")
    assert len(in_band(changed, "signed")) == 5


def test_every_item_is_counted_once_and_named_by_its_facts(view: View, found: Overview) -> None:
    iris = [item.iri for item in (*found.items, *found.own)]
    assert len(iris) == len(set(iris))
    facts = {fact.iri: fact for fact in view.facts}
    for item in found.items:
        assert item.partners
        assert {facts[iri].subject.value for iri in item.facts} == {item.iri}
    assert [BANDS.index(partner.band) for partner in found.partners] == sorted(
        BANDS.index(partner.band) for partner in found.partners
    )


def test_a_cell_holds_the_items_of_a_partner_in_an_area(view: View, found: Overview) -> None:
    areas = {node.iri: node.areas for node in view.nodes}
    assert found.cells
    for cell in found.cells:
        for iri in cell.items:
            item = next(one for one in found.items if one.iri == iri)
            assert cell.partner in item.partners
            assert any(cell.area in (area, *areas[area]) for area in item.areas)


def test_of_a_part_nothing_is_counted(view: View) -> None:
    assert overview(focus(view, ID + "country/iraq", 1)) is None


# The facets.


def test_the_facets_list_countries_and_areas_and_nothing_else(view: View) -> None:
    classes = {node.iri: node.classes for node in view.nodes}
    for name, kind in (("countries", TW + "Country"), ("areas", TW + "Area")):
        listed = {iri for node in view.nodes for iri in getattr(node, name) if iri in classes}
        assert listed == {iri for iri, mine in classes.items() if kind in mine}


def test_an_area_stands_for_what_the_stored_question_finds_in_it(
    graph: KnowledgeGraph, view: View
) -> None:
    nodes = {node.iri: node for node in view.nodes}
    for area in ("e-commerce", "cybersecurity", "capacity-building", "postal-services"):
        if ID + f"area/{area}" not in nodes:
            continue
        subjects = column(graph, "all-about-area", "subject", area=area)
        sorted_here = {iri for iri in subjects if ID + f"area/{area}" in nodes[iri].areas}
        assert sorted_here == subjects
        told = {
            fact.subject.value
            for fact in view.facts
            if ID + f"area/{area}" in nodes[fact.subject.value].areas
        }
        objects = {iri_of(fact.object) for fact in view.facts if fact.subject.value in told}
        assert told
        assert any(ID + f"area/{area}" in nodes[iri].areas for iri in objects if iri in nodes)


def test_a_country_stands_for_its_officials(graph: KnowledgeGraph, view: View) -> None:
    nodes = {node.iri: node for node in view.nodes}
    for country in ("egypt", "iraq", "lithuania"):
        officials = column(graph, "officials", "official", country=country)
        assert officials
        assert all(ID + f"country/{country}" in nodes[iri].countries for iri in officials)


# The answers for every value.

ASKED: Mapping[str, tuple[dict[str, str], ...]] = {
    "country-areas": ({"country": "lithuania"}, {"country": "libya"}),
    "offers-to-country": ({"country": "iraq"}, {"country": "sudan"}),
    "shared-areas": ({"first": "libya", "second": "sudan"}, {"first": "iraq", "second": "libya"}),
    "agreement-signatories": ({"country": "nigeria"}, {"country": "iraq"}),
    "people-met": ({}, {"person": "heba-saleh"}),
    "event-participants": ({}, {"event": "meeting/egypt-iraq-talks"}),
    "areas-without-agreement": ({"country": "iraq"},),
    "figures": ({"figureOf": "egypt"}, {"figureOf": "iraq"}),
    "possibly-same": ({}, {"entity": "product/farmer-card"}),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_answer_for_a_value_is_that_of_asking_for_it(
    name: str, graph: KnowledgeGraph, view: View
) -> None:
    question = CATALOGUE.get(name)
    (answered,) = answer_questions(graph.store, [question], graph.names)
    facts = {fact.iri for fact in view.facts}
    for given in ASKED[name]:
        asked = question.asked({**question.examples, **given}, graph.names)
        key = tuple(value.term.value if value.term else "" for value in asked.values)
        rows = dict(answered.answers).get(key, ())
        if key == tuple(item.standing for item in answered.parameters):
            rows = answered.rows
        expected = graph.sparql(question.sparql(asked, graph.names))
        assert len(rows) == len(expected), given
        assert all(facts.issuperset(row.facts) for row in rows)
    assert answered.subject != "other"


def test_every_question_has_a_subject() -> None:
    assert [q.name for q in CATALOGUE.questions.values() if subject_of(q.tags) == "other"] == []
