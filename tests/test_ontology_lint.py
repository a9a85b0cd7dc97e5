"""The lint of the ontology: its own files are clean, and each rule finds its fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rdflib import OWL, RDF, SKOS, Graph, URIRef

from taawun.ontology.lint import RULES, bundled, lint
from taawun.ontology.namespaces import TW

PREFIXES = """
@prefix tw: <https://w3id.org/taawun/ontology#> .
@prefix id: <https://w3id.org/taawun/id/> .
@prefix area: <https://w3id.org/taawun/id/area/> .
@prefix modality: <https://w3id.org/taawun/id/modality/> .
@prefix scheme: <https://w3id.org/taawun/id/scheme/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix schema: <https://schema.org/> .
"""

#: What is added to the ontology, the code of the fault that must come, and its term.
FAULTS = {
    "no_blank_nodes": ("tw:Country rdfs:seeAlso [] .", "blank-node-value", "tw:Country"),
    "naming": ("tw:Holds a owl:ObjectProperty .", "property-not-camel-case", "tw:Holds"),
    "one_text_a_language": (
        'tw:Country rdfs:label "بلد"@ar .',
        "text-not-single",
        "tw:Country",
    ),
    "defined_by": (
        "tw:Country rdfs:isDefinedBy <https://example.org/other> .",
        "defined-by-wrong",
        "tw:Country",
    ),
    "script_and_form": (
        'tw:unit rdfs:comment "انظر unit."@ar .',
        "comment-has-latin-word",
        "tw:unit",
    ),
    "unique_labels": ('tw:Country rdfs:label "مدينة"@ar .', "label-shared", "tw:Country"),
    "specialisation": ("tw:Thing a owl:Class .", "class-without-superclass", "tw:Thing"),
    "no_circles": (
        "tw:Entity rdfs:subClassOf tw:Country .",
        "term-above-itself",
        "tw:Country",
    ),
    "outside_terms_are_real": (
        "tw:holds rdfs:subPropertyOf org:isHolding . org:isHolding a owl:ObjectProperty .",
        "term-not-in-vocabulary",
        "org:isHolding",
    ),
    "domains_and_ranges": (
        "tw:locatedIn schema:domainIncludes tw:City .",
        "end-redundant",
        "tw:locatedIn",
    ),
    "hierarchy_agrees": (
        "tw:holds rdfs:subPropertyOf tw:participant .",
        "end-wider",
        "tw:holds",
    ),
    "values_have_schemes": ("area:new a tw:Area .", "value-scheme-wrong", "area:new"),
    "functional_values_differ": (
        "modality:new a tw:Modality .",
        "values-not-different",
        "modality:asserted",
    ),
}


@pytest.fixture(scope="module")
def shared() -> Graph:
    return bundled()


@pytest.fixture
def ontology(shared: Graph) -> Iterator[Graph]:
    """The ontology, to which a test may add; what it adds is taken out again."""
    before = set(shared)
    yield shared
    for triple in set(shared) - before:
        shared.remove(triple)


def found(ontology: Graph) -> set[tuple[str, object]]:
    """The codes of the faults, each with its term."""
    return {(fault.code, fault.message.parts["term"]) for fault in lint(ontology)}


def test_the_ontology_has_no_fault(ontology: Graph) -> None:
    assert lint(ontology) == []


def test_every_rule_has_a_planted_fault() -> None:
    assert sorted(FAULTS) == sorted(rule.__name__ for rule in RULES)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(ontology: Graph, name: str) -> None:
    turtle, code, term = FAULTS[name]
    ontology.parse(data=PREFIXES + turtle, format="turtle")
    rule = next(rule for rule in RULES if rule.__name__ == name)
    assert (code, term) in {(fault.code, fault.message.parts["term"]) for fault in rule(ontology)}
    assert all(fault.remedy for fault in rule(ontology))


def test_the_lint_applies_every_rule(ontology: Graph) -> None:
    planted = "".join(turtle for turtle, _, _ in FAULTS.values())
    ontology.parse(data=PREFIXES + planted, format="turtle")
    assert {(code, term) for _, code, term in FAULTS.values()} <= found(ontology)


def test_a_fault_says_what_is_wrong_with_which_term(ontology: Graph) -> None:
    ontology.parse(data=PREFIXES + 'tw:Country rdfs:label "مدينة"@ar .', format="turtle")
    texts = [fault.message.text("en") for fault in lint(ontology)]
    assert "tw:Country has 2 values of rdfs:label in @ar; exactly one is required" in texts
    assert "tw:Country has the same label “مدينة”@ar as tw:City" in texts


def test_an_unknown_vocabulary_is_a_fault(ontology: Graph) -> None:
    ontology.add((URIRef("http://example.org/Thing"), RDF.type, OWL.Class))
    assert ("vocabulary-unknown", "http://example.org/Thing") in found(ontology)


def test_an_undeclared_predicate_is_a_fault(ontology: Graph) -> None:
    ontology.add((URIRef(TW + "Country"), SKOS.editorialNote, URIRef(TW + "City")))
    assert ("term-undeclared", "skos:editorialNote") in found(ontology)


@pytest.mark.parametrize("name", ["Country", "Ministry", "Initiative", "Agreement"])
def test_the_classes_that_the_project_is_about_are_there(ontology: Graph, name: str) -> None:
    assert (URIRef(TW + name), RDF.type, OWL.Class) in ontology


def test_no_property_identifies_things_by_a_key(ontology: Graph) -> None:
    """``owl:hasKey`` made owlrl merge Egypt and Iraq."""
    assert len(ontology) > 0
    assert (None, OWL.hasKey, None) not in ontology
    assert (None, OWL.sameAs, None) not in ontology
