"""The lint of the ontology: its own files are clean, and each rule finds its fault."""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, SKOS, Graph, URIRef

from taawun.ontology.lint import RULES, lint, lint_graph
from taawun.ontology.namespaces import TW
from taawun.ontology.schema import FILES

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

#: What is added to the ontology, and the words of the message that must come.
FAULTS = {
    "no_blank_nodes": ("tw:Country rdfs:seeAlso [] .", "has a blank node"),
    "naming": ("tw:Holds a owl:ObjectProperty .", "tw:Holds: a property is written"),
    "one_text_a_language": (
        'tw:Country rdfs:label "بلد"@ar .',
        "tw:Country: 2 labels @ar; there must be one",
    ),
    "defined_by": (
        "tw:Country rdfs:isDefinedBy <https://example.org/other> .",
        "tw:Country: rdfs:isDefinedBy must be <https://w3id.org/taawun/ontology>",
    ),
    "script_and_form": (
        'tw:unit rdfs:comment "انظر unit."@ar .',
        "tw:unit: the Arabic comment has the Latin word “unit”",
    ),
    "unique_labels": (
        'tw:Country rdfs:label "مدينة"@ar .',
        "tw:Country: one label “مدينة”@ar for more than one class: also tw:City",
    ),
    "specialisation": ("tw:Thing a owl:Class .", "tw:Thing: specialises nothing"),
    "no_circles": (
        "tw:Entity rdfs:subClassOf tw:Country .",
        "tw:Country: http://www.w3.org/2000/01/rdf-schema#subClassOf leads from it back to itself",
    ),
    "outside_terms_are_real": (
        "tw:holds rdfs:subPropertyOf org:isHolding . org:isHolding a owl:ObjectProperty .",
        "http://www.w3.org/ns/org#isHolding: the vocabulary has no such term",
    ),
    "domains_and_ranges": (
        "tw:locatedIn schema:domainIncludes tw:City .",
        "tw:locatedIn: tw:City is below tw:Place; leave it out",
    ),
    "hierarchy_agrees": (
        "tw:holds rdfs:subPropertyOf tw:participant .",
        "tw:holds: http://www.w3.org/2000/01/rdf-schema#domain is wider than that of",
    ),
    "values_have_schemes": (
        "area:new a tw:Area .",
        "area/new: must be in one declared scheme",
    ),
    "functional_values_differ": (
        "modality:new a tw:Modality .",
        "modality/asserted: must be owl:differentFrom modality/new (tw:modality)",
    ),
}


@pytest.fixture
def ontology() -> Graph:
    graph = Graph()
    for file in FILES:
        graph.parse(file, format="turtle")
    return graph


def test_the_ontology_has_no_fault() -> None:
    assert lint() == []


def test_every_rule_has_a_planted_fault() -> None:
    assert sorted(FAULTS) == sorted(rule.__name__ for rule in RULES)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(ontology: Graph, name: str) -> None:
    turtle, message = FAULTS[name]
    ontology.parse(data=PREFIXES + turtle, format="turtle")
    rule = next(rule for rule in RULES if rule.__name__ == name)
    assert any(message in found for found in map(str, rule(ontology))), list(
        map(str, rule(ontology))
    )
    assert any(message in found for found in lint_graph(ontology))


def test_an_unknown_vocabulary_is_a_fault(ontology: Graph) -> None:
    ontology.add((URIRef("http://example.org/Thing"), RDF.type, OWL.Class))
    assert any("of a vocabulary that is not known" in message for message in lint_graph(ontology))


def test_an_undeclared_predicate_is_a_fault(ontology: Graph) -> None:
    ontology.add((URIRef(TW + "Country"), SKOS.editorialNote, URIRef(TW + "City")))
    assert any("editorialNote: is used but not declared" in m for m in lint_graph(ontology))


@pytest.mark.parametrize("name", ["Country", "Ministry", "Initiative", "Agreement"])
def test_the_classes_that_the_project_is_about_are_there(ontology: Graph, name: str) -> None:
    assert (URIRef(TW + name), RDF.type, OWL.Class) in ontology


def test_no_property_identifies_things_by_a_key(ontology: Graph) -> None:
    """``owl:hasKey`` made owlrl merge Egypt and Iraq."""
    assert len(ontology) > 0
    assert (None, OWL.hasKey, None) not in ontology
    assert (None, OWL.sameAs, None) not in ontology
