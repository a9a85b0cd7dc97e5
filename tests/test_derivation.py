"""Derived facts: what each rule draws, what it rests on, and the same by an OWL RL reasoner."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from quoted import quoted
from taawun.graph.derivation_rules import RULES
from taawun.graph.derive import DerivedFact, derive
from taawun.graph.fact import Fact
from taawun.loaders.collection import Collection
from taawun.ontology.namespaces import FACT, ID, INFERENCE, TW
from taawun.ontology.schema import FILES, Schema

#: The documents whose facts the slow reasoner is asked about; over all five it agrees as well.
ORACLE_DOCUMENTS = ("african-cooperation", "digital-government", "oecd-governance-conference")
ASSERTED = ("modality", ox.NamedNode(ID + "modality/asserted"))


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.load()


def fact(triple: str, status: str = "asserted", start: int = 0) -> Fact:
    """A fact from three names: ``fact("country/egypt signed agreement/one")``."""
    subject, predicate, object_ = triple.split()
    return Fact(
        ox.NamedNode(ID + subject),
        ox.NamedNode(TW + predicate),
        ox.NamedNode(ID + object_),
        (ASSERTED, ("recordStatus", ox.NamedNode(f"{ID}record-status/{status}"))),
        (quoted("x", start),),
    )


def derived(schema: Schema, *facts: Fact) -> list[DerivedFact]:
    """What follows, where each thing has the class that its reference begins with."""
    references = {
        term.value.removeprefix(ID)
        for item in facts
        for term in (item.subject, item.object)
        if isinstance(term, ox.NamedNode)
    }
    classes = {
        ID + ref: schema.superclasses(schema.classes[ref.partition("/")[0]]) for ref in references
    }
    return list(derive(facts, schema, classes))


def words(item: DerivedFact) -> str:
    subject, predicate, object_ = (term.strip("<>") for term in item.terms)
    return " ".join(
        [subject.removeprefix(ID), predicate.removeprefix(TW), object_.removeprefix(ID)]
    )


def by_rule(items: Iterable[DerivedFact], rule: str) -> set[str]:
    return {words(item) for item in items if item.rule == rule}


def test_an_inverse_follows(schema: Schema) -> None:
    stated = fact("meeting/one outcome agreement/one")
    (item,) = derived(schema, stated)
    assert words(item) == "agreement/one outcomeOf meeting/one"
    assert item.rule == "inverse"
    assert item.sources == (stated.iri,)


def test_a_sub_property_leads_to_the_property_above(schema: Schema) -> None:
    items = derived(schema, fact("meeting/one chair official/one"))
    assert by_rule(items, "sub-property") >= {"meeting/one participant official/one"}
    assert by_rule(items, "inverse") == {
        "official/one chaired meeting/one",
        "official/one participatedIn meeting/one",
    }


def test_a_symmetric_property_holds_both_ways(schema: Schema) -> None:
    items = derived(schema, fact("country/egypt relationsWith country/iraq"))
    assert by_rule(items, "symmetric") == {"country/iraq relationsWith country/egypt"}


def test_a_transitive_property_goes_on(schema: Schema) -> None:
    first, second, third = (fact(f"project/{a} partOf project/{b}") for a, b in ("ab", "bc", "cd"))
    items = derived(schema, first, second, third)
    assert by_rule(items, "transitive") == {
        "project/a partOf project/c",
        "project/b partOf project/d",
        "project/a partOf project/d",
    }
    (near,) = [item for item in items if words(item) == "project/a partOf project/c"]
    assert near.sources == (first.iri, second.iri)


def test_a_circle_does_not_make_a_thing_part_of_itself(schema: Schema) -> None:
    items = derived(schema, fact("project/a partOf project/b"), fact("project/b partOf project/a"))
    assert items
    assert all(item.terms[0] != item.terms[2] for item in items)


def test_countries_that_sign_together_cooperate(schema: Schema) -> None:
    egypt, nigeria = (
        fact(f"agreement/one signatory country/{name}") for name in ("egypt", "nigeria")
    )
    items = derived(schema, egypt, nigeria)
    assert by_rule(items, "signed-together") == {
        "country/egypt cooperatesWith country/nigeria",
        "country/nigeria cooperatesWith country/egypt",
    }
    for item in items:
        if item.rule == "signed-together":
            assert set(item.sources) == {egypt.iri, nigeria.iri}


def test_who_funds_a_programme_cooperates_with_the_country_it_is_for(schema: Schema) -> None:
    items = derived(
        schema,
        fact("project/one fundedBy international-organization/eu"),
        fact("project/one beneficiary country/egypt"),
    )
    assert by_rule(items, "programme-partners") == {
        "international-organization/eu cooperatesWith country/egypt"
    }
    assert by_rule(items, "symmetric") == {
        "country/egypt cooperatesWith international-organization/eu"
    }


def test_countries_that_meet_are_in_talks_and_do_not_cooperate_by_that(schema: Schema) -> None:
    items = derived(
        schema,
        fact("meeting/one party country/egypt"),
        fact("meeting/one party country/lithuania"),
    )
    assert by_rule(items, "talks-together") == {
        "country/egypt inTalksWith country/lithuania",
        "country/lithuania inTalksWith country/egypt",
    }
    assert not any("cooperatesWith" in words(item) for item in items)


def test_parties_to_what_is_not_signed_do_not_cooperate_by_that(schema: Schema) -> None:
    items = derived(
        schema,
        fact("agreement/one party country/egypt"),
        fact("agreement/one party country/iraq"),
    )
    assert not any("cooperatesWith" in words(item) for item in items)


def test_the_minister_of_a_country_is_no_party(schema: Schema) -> None:
    items = derived(
        schema,
        fact("meeting/one party official/minister"),
        fact("meeting/one party country/lithuania"),
    )
    assert by_rule(items, "talks-together") == set()


@pytest.mark.parametrize("status", ["candidate", "superseded", "retracted"])
def test_nothing_follows_from_an_inactive_fact(schema: Schema, status: str) -> None:
    assert derived(schema, fact("meeting/one outcome agreement/one", status)) == []


def test_what_a_fact_says_is_not_derived_as_well(schema: Schema) -> None:
    items = derived(
        schema,
        fact("meeting/one chair official/one"),
        fact("meeting/one participant official/one"),
    )
    assert "meeting/one participant official/one" not in set(map(words, items))


def test_each_fact_that_says_a_premise_gives_a_derived_fact_of_its_own(schema: Schema) -> None:
    plain = fact("meeting/one outcome agreement/one")
    reported = Fact(
        plain.subject,
        plain.predicate,
        plain.object,
        (("modality", ox.NamedNode(ID + "modality/reported")), plain.qualifiers[1]),
        plain.evidence,
    )
    items = derived(schema, plain, reported)
    assert [item.sources for item in items] == [(plain.iri,), (reported.iri,)]
    assert len({item.iri for item in items}) == 2


def test_the_order_of_facts_does_not_matter(schema: Schema) -> None:
    facts = [
        fact(text)
        for text in (
            "agreement/one signatory country/egypt",
            "agreement/one signatory country/iraq",
            "meeting/one outcome agreement/one",
            "project/a partOf project/b",
            "project/b partOf project/c",
        )
    ]
    forwards = {item.iri for item in derived(schema, *facts)}
    assert forwards
    assert {item.iri for item in derived(schema, *reversed(facts))} == forwards


@pytest.fixture(scope="module")
def all_derived(the_collection: Collection) -> list[DerivedFact]:
    """What follows from the bundled facts."""
    found = list(derive(the_collection.facts, the_collection.schema, the_collection.classes))
    assert len(found) > 1000
    return found


def test_every_derivation_rests_on_graphs_that_are_there(
    all_derived: list[DerivedFact], the_collection: Collection
) -> None:
    there = {item.iri for item in all_derived}
    there.update(fact.iri for fact in the_collection.facts if fact.is_active)
    for item in all_derived:
        assert item.sources
        assert there.issuperset(item.sources)


def test_a_derived_fact_has_the_one_time_of_its_premises(
    the_collection: Collection, all_derived: list[DerivedFact]
) -> None:
    by_iri = {item.iri: item for item in all_derived}
    said = {item.iri: item for item in the_collection.facts}
    dates = {f"{TW}{rule.date}" for rule in RULES}

    def times(graph: str) -> set[str]:
        if graph in by_iri:
            return set().union(*map(times, by_iri[graph].sources))
        when = said[graph].qualifier("when")
        if said[graph].predicate.value in dates:
            return {said[graph].object.value}
        return {when.value} if when else set()

    assert {item.when for item in all_derived} >= {"", "2017", "2019", "XXXX-02"}
    for item in all_derived:
        found = times(item.iri)
        is_relation = not item.terms[2].startswith('"')
        assert item.when == (found.pop() if len(found) == 1 and is_relation else "")


def test_what_joins_two_parties_gives_its_date_to_what_follows(
    the_collection: Collection, all_derived: list[DerivedFact]
) -> None:
    dates = {rule.name: f"{TW}{rule.date}" for rule in RULES}
    said = {item.iri: item for item in the_collection.facts}
    joined = [item for item in all_derived if item.rule in dates and said.keys() >= {*item.sources}]
    assert len(joined) > 15
    for item in joined:
        (joint,) = {said[source].subject for source in item.sources}
        printed = {
            fact.iri
            for fact in the_collection.facts
            if fact.subject == joint
            and fact.predicate.value == dates[item.rule]
            and fact.is_premise
        }
        assert len(printed & {*item.sources}) == bool(printed), words(item)
        assert not printed or item.when


def test_nothing_derived_rests_on_itself(all_derived: list[DerivedFact]) -> None:
    sources: dict[str, tuple[str, ...]] = {item.iri: item.sources for item in all_derived}
    triple = {item.iri: item.terms for item in all_derived}
    sound: set[str] = set()

    def check(iri: str, above: frozenset[tuple[str, str, str]]) -> None:
        if iri in sound or iri.startswith(FACT):
            return
        assert iri.startswith(INFERENCE)
        assert triple[iri] not in above, f"{triple[iri]} rests on itself"
        for source in sources[iri]:
            check(source, above | {triple[iri]})
        sound.add(iri)

    for iri in sources:
        check(iri, frozenset())
    assert len(sound) == len(sources)


def test_no_derived_triple_is_asserted(
    all_derived: list[DerivedFact], the_collection: Collection
) -> None:
    asserted = {
        (str(fact.subject), str(fact.predicate), str(fact.object))
        for fact in the_collection.facts
        if fact.is_active
    }
    assert not asserted.intersection(item.terms for item in all_derived)


def test_every_rule_is_described_in_the_ontology(the_collection: Collection) -> None:
    by_ontology = {"inverse", "sub-property", "symmetric", "transitive", "date-bounds"}
    names = by_ontology | {rule.name for rule in RULES}
    concepts = {ref for ref in the_collection.schema.concepts if ref.startswith("rule/")}
    assert concepts == {f"rule/{name}" for name in names}


def test_the_rules_name_terms_of_the_ontology(schema: Schema) -> None:
    for rule in RULES:
        assert {rule.head, *rule.left, *rule.right} <= schema.properties.keys()
        for name in (*rule.classes, *rule.left_classes, *rule.right_classes):
            assert TW + name in schema.classes.values()


def test_an_owl_rl_reasoner_draws_the_same(the_collection: Collection) -> None:
    """Both ways, but for the named rules, and reflexive triples, which say nothing."""
    from owlrl import DeductiveClosure, OWLRL_Semantics

    facts = [
        fact
        for fact in the_collection.facts
        if fact.is_premise and fact.evidence[0].document in ORACLE_DOCUMENTS
    ]
    ours = {(str(fact.subject), str(fact.predicate), str(fact.object)) for fact in facts}
    assert len(ours) > 100
    items = list(derive(facts, the_collection.schema, the_collection.classes))
    named = {"date-bounds", *(rule.name for rule in RULES)}
    by_name = {item.terms for item in items if item.rule in named}
    assert {item.rule for item in items} > {"inverse", "sub-property", "symmetric", "transitive"}
    assert by_name
    ours.update(item.terms for item in items)

    closure = property_axioms()
    for fact in facts:
        closure.parse(data=f"{fact.triple} .", format="nt")
    for terms in by_name:
        closure.parse(data=" ".join(terms) + " .", format="nt")
    DeductiveClosure(OWLRL_Semantics, axiomatic_triples=False).expand(closure)
    theirs = {
        (subject.n3(), predicate.n3(), ox_form(object_.n3()))
        for subject, predicate, object_ in closure
        if str(subject).startswith(ID) and str(predicate).startswith(TW) and subject != object_
    }
    assert theirs - ours == set()
    assert ours - theirs == set()


def ox_form(term: str) -> str:
    """The N-Triples form without the datatype of plain strings."""
    return term.removesuffix("^^<http://www.w3.org/2001/XMLSchema#string>")


def property_axioms() -> Graph:
    """What the ontology says of our properties among themselves, and no more."""
    ontology, axioms = Graph(), Graph()
    for file in FILES:
        ontology.parse(file, format="turtle")
    kinds = {OWL.SymmetricProperty, OWL.TransitiveProperty}
    for predicate in (OWL.inverseOf, RDFS.subPropertyOf, OWL.equivalentProperty, RDF.type):
        for subject, object_ in ontology.subject_objects(predicate):
            ours = all(str(term).startswith(TW) for term in (subject, object_))
            if str(subject).startswith(TW) and (ours or object_ in kinds):
                assert isinstance(subject, URIRef)
                axioms.add((subject, predicate, object_))
    assert len(axioms) > 50
    return axioms
