"""Profiles: what the page of an entity says first, made from facts and from nothing else."""

from __future__ import annotations

import re

import pytest

from taawun.ontology.namespaces import ID, TW
from taawun.queries.profile import Profile
from taawun.queries.profile_text import Wording, to, unsaid
from taawun.viz.overview import overview
from taawun.viz.read_view import read_view

#: Holes, doubled signs and doubled words, as a template with a missing part would leave them.
FLAWS = re.compile(
    r"[{}\ue000-\ue002]|  | [،.;]|\(\)|: ?[.؛;،]|[;؛] ?[;؛]|\.\.|\b(\w+) \1\b|\bNone\b"
)


def paragraph(store, iri, language):
    profile = Profile(store, iri, language)
    clauses = Wording(store, profile).paragraph()
    return profile, clauses, "".join(clause.before + clause.plain for clause in clauses)


@pytest.mark.parametrize("language", [pytest.param("ar", marks=pytest.mark.slow), "en"])
def test_every_entity_has_a_paragraph_without_holes_whose_clauses_have_facts(graph, language):
    entities = [entity.iri for entity in graph.entities("entity")]
    assert len(entities) > 300
    without = set()
    for iri in entities:
        profile, clauses, text = paragraph(graph.store, iri, language)
        assert not FLAWS.search(text), text
        assert all(clause.facts for clause in clauses), text
        if not clauses:
            without.add(iri)
        # Only the clause about what is not done rests on prospects.
        for clause in clauses[:-1]:
            own = {fact.iri for fact in profile.facts}
            firm = [fact for fact in clause.facts if fact.iri in own]
            assert not any(fact.is_prospect for fact in firm) or "planned" in clause.plain
    # Nothing but regions, of which most texts say nothing, and the scope of a figure: a relation
    # that has no name from this end.
    assert ID + "region/world" in without
    assert [iri for iri in without if not iri.startswith(ID + "region/")] == []


def test_a_country_is_told_by_how_far_each_partner_has_come(graph):
    _, clauses, text = paragraph(graph.store, ID + "country/egypt", "en")
    assert text.startswith("Egypt has 6 signed agreements, with Côte d'Ivoire")
    assert "1 agreement in principle that no document calls signed, with Iraq" in text
    stages = {
        fact.object.value for fact in clauses[0].facts if fact.predicate.value == TW + "stage"
    }
    assert stages == {ID + "stage/signed"}
    _, _, arabic = paragraph(graph.store, ID + "country/iraq", "ar")
    assert arabic.startswith(
        "للعراق اتفاق مبدئي واحد لم يرد توقيعه مع مصر، "
        "وموضوع تعاون واحد قيد البحث (مستنتج: 1) مع مصر، و27 عرضًا ومقترحًا"
    )


def test_arabic_verbs_agree_with_the_person(graph):
    he = paragraph(graph.store, ID + "official/amr-talaat", "ar")[2]
    she = paragraph(graph.store, ID + "official/heba-saleh", "ar")[2]
    assert he.startswith("عمرو طلعت يشغل منصب وزير الاتصالات وتكنولوجيا المعلومات (مصر)، وترأس")
    assert she.startswith("هبة صالح تشغل منصب مدير معهد تكنولوجيا المعلومات (مصر)، وتحدثت في")
    assert "ونُسبت إليها 24 حقيقة" in she


def test_an_arabic_name_keeps_its_article_after_the_preposition():
    assert [to(name) for name in ("العراق", "اللجنة", "مصر", "OECD")] == [
        "للعراق", "للجنة", "لمصر", "لـ OECD",
    ]  # fmt: skip
    assert to("إفريقيا") == "لإفريقيا"


def test_what_is_only_expected_or_planned_is_never_reached(graph):
    trade = Profile(graph.store, ID + "agreement/africa-free-trade", "en")
    (item,) = trade.items
    assert (item.stage, item.band(trade.roles)) == ("", "planned")
    assert [fact.object.value for fact in item.expected] == [ID + "stage/signed"]
    egypt = Profile(graph.store, ID + "country/egypt", "en")
    bands = {partner.iri.removeprefix(ID): partner.band for partner in egypt.partners}
    signed = {name for name, band in bands.items() if band == "signed"}
    assert signed == {
        f"country/{name}"
        for name in ("cote-divoire", "equatorial-guinea", "guinea", "libya", "nigeria", "sudan")
    }
    assert (bands["country/iraq"], bands["country/lithuania"]) == ("agreed", "talks")
    reached = {stage.rpartition("/")[2]: len(items) for stage, items, _ in egypt.ladder}
    assert (reached["signed"], reached["agreed-in-principle"]) == (6, 1)


def test_partners_are_those_of_the_overview(graph):
    drawn = overview(read_view(graph.store), ID + "country/egypt")
    assert drawn
    theirs = {partner.iri: partner.band for partner in drawn.partners}
    ours = Profile(graph.store, ID + "country/egypt", "en").partners
    assert {partner.iri: partner.band for partner in ours} == theirs
    items = {partner.iri: set(partner.items) for partner in drawn.partners}
    # The overview also counts what is for a region in which the centre lies, and is for it too.
    assert all(set(partner.items) <= items[partner.iri] for partner in ours)
    assert len(theirs) >= 12


def test_a_partner_has_the_centre_as_a_partner_as_far_as_the_centre_has_it(graph):
    egypt = Profile(graph.store, ID + "country/egypt", "en")
    for partner in egypt.partners:
        back = Profile(graph.store, partner.iri, "en").partners
        bands = {one.iri: one.band for one in back}
        assert bands[egypt.iri] == partner.band, partner.iri


def test_facts_stand_firmest_first_and_once(graph):
    egypt = Profile(graph.store, ID + "country/egypt", "en")
    told = [fact.iri for section in egypt.sections for row in section.rows for fact in row]
    assert len(told) == len(set(told)) == len(egypt.facts)
    for section in egypt.sections:
        firm = [row[0].is_prospect for row in section.rows]
        assert firm == sorted(firm)
    country_of = next(s for s in egypt.sections if s.predicate == TW + "belongsToCountry")
    assert sum(count for _, count in country_of.kinds) == len(country_of.rows)
    assert egypt.people[0].iri == ID + "official/amr-talaat"


def test_what_no_document_says_is_told_and_nothing_else(graph):
    def told(iri):
        return {one.code: set(one.things) for one in unsaid(Profile(graph.store, ID + iri, "en"))}

    iraq = told("country/iraq")
    assert iraq["unsaid-signed"] == {ID + "memorandum-of-understanding/egypt-iraq"}
    assert iraq["unsaid-year"] == {ID + "meeting/egypt-iraq-experts"}
    libya = told("agreement/postal-ecommerce-libya")
    assert "unsaid-signing-date" in libya
    assert "unsaid-signed" not in libya
    # A place that is only planned is said, as planned.
    assert "unsaid-place" not in told("meeting/egypt-lithuania-planned-talks")
    assert "unsaid-post" in told("official/luay-amin")
    assert "unsaid-post" not in told("official/amr-talaat")


def test_nothing_that_a_fact_says_is_told_as_unsaid(graph):
    said = {
        "unsaid-signing-date": TW + "signedOn",
        "unsaid-date": TW + "heldOn",
        "unsaid-place": TW + "locatedIn",
        "unsaid-post": TW + "holds",
    }
    facts = {(fact.subject.value, fact.predicate.value) for fact in graph.facts()}
    told = [one for kind in ("event", "agreement", "country") for one in graph.entities(kind)]
    assert len(told) > 20
    for entity in told:
        for one in unsaid(Profile(graph.store, entity.iri, "en")):
            for thing in one.things:
                assert (thing, said.get(one.code, "")) not in facts, (thing, one.code)
