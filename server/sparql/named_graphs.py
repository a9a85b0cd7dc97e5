"""The named graphs that every build has, as pages and triples say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ...graph.store import Store
from ...ontology.namespaces import (
    GRAPH_ENTITIES,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    GRAPH_PLAIN,
    GRAPH_PROSPECTS,
    GRAPH_PUSH,
    RDF,
    RDFS,
    XSD,
)
from ...queries.rows import select
from .service_description import SD

VOID: Final = "http://rdfs.org/ns/void#"


@dataclass(frozen=True, slots=True)
class NamedGraph:
    """What a named graph is called and holds, in both languages, and a query that shows it.

    ``download`` is the path under which the server gives all of it, if it does.
    """

    label: Mapping[str, str]
    holds: Mapping[str, str]
    example: str
    download: str = ""


NAMED: Final = {
    GRAPH_ENTITIES: NamedGraph(
        {"ar": "الكيانات", "en": "Entities"},
        {
            "ar": "ما يقوله السجل عن كل كيان ووثيقة: الأسماء والأصناف والمقابلات في سجلات أخرى.",
            "en": "What the register says of each entity and document: names, classes, and the "
            "same things in other registers.",
        },
        "SELECT ?thing ?name WHERE {\n  GRAPH graph:entities { ?thing rdfs:label ?name }\n}\n"
        "LIMIT 20",
    ),
    GRAPH_EVIDENCE: NamedGraph(
        {"ar": "الأدلة", "en": "Evidence"},
        {
            "ar": "ما يقال عن كل حقيقة: صيغتها وقائلها وحالتها، والاقتباسات التي تثبتها ومواضعها "
            "في الوثائق، وممَّ اشتُقت المشتقة منها.",
            "en": "What is said about each fact: its modality, who says it, its status, the quotes "
            "that prove it with their places, and what a derived one follows from.",
        },
        "SELECT ?fact ?quote WHERE {\n  GRAPH graph:evidence {\n"
        "    ?fact tw:evidence/oa:hasSelector/oa:exact ?quote\n  }\n}\nLIMIT 20",
    ),
    GRAPH_ONTOLOGY: NamedGraph(
        {"ar": "الأنطولوجيا", "en": "Ontology"},
        {
            "ar": "المصطلحات التي تقال بها الحقائق، مع أسمائها وشروحها باللغتين، ومجالات التعاون.",
            "en": "The terms in which facts are said, with names and comments in both languages, "
            "and the areas of cooperation.",
        },
        "SELECT ?term ?comment WHERE {\n  GRAPH graph:ontology { ?term rdfs:comment ?comment }\n}\n"
        "LIMIT 20",
        "/ontology.ttl",
    ),
    GRAPH_PLAIN: NamedGraph(
        {"ar": "العرض البسيط", "en": "Plain view"},
        {
            "ar": "كل ثلاثية مثبتة أو منقولة أو مستنتجة أو مشتقة مرة واحدة، مع الأسماء والأصناف "
            "والأنطولوجيا. وهو هنا "
            "الرسم الافتراضي، فيُسأل بلا GRAPH؛ ولا يحمل هذا الاسم إلا في المخازن التي رسمها "
            "الافتراضي اتحاد سائر الرسوم.",
            "en": "Each asserted, reported, inferred or derived triple once, with names, classes "
            "and the ontology. "
            "Here it is the default graph, and asked without GRAPH; it bears this name only in "
            "stores whose default graph is the union of all others.",
        },
        "SELECT ?agreement ?signatory WHERE {\n  ?agreement tw:signatory ?signatory\n}\nLIMIT 20",
    ),
    GRAPH_PROSPECTS: NamedGraph(
        {"ar": "ما لم يقع", "en": "Prospects"},
        {
            "ar": "كل ثلاثية تقول الوثائق إنها مخطط لها أو متوقعة أو مشروطة أو منفية، مرة واحدة. "
            "لا يُشتق منها شيء، ولا تظهر في العرض البسيط.",
            "en": "Each triple that the documents call planned, expected, conditional or denied, "
            "once. Nothing is derived from it, and the plain view does not have it.",
        },
        "SELECT ?project ?supporter WHERE {\n"
        "  GRAPH graph:prospects { ?project tw:supportedBy ?supporter }\n}\nLIMIT 20",
    ),
    GRAPH_PUSH: NamedGraph(
        {"ar": "الإرسال", "en": "Push"},
        {
            "ar": "ما يدوّنه taawun push في مخزن بعيد عن إرساله، حتى لا يُقرأ نصف رسم. "
            "وهو هنا فارغ دائمًا.",
            "en": "What taawun push notes in a remote store about itself, so that nobody reads "
            "half a graph. Here it is always empty.",
        },
        "SELECT ?p ?o WHERE {\n  GRAPH graph:push { ?push ?p ?o }\n}",
    ),
}


def size(store: Store, iri: str) -> int:
    """How many statements a graph has."""
    pattern = "?s ?p ?o" if iri == GRAPH_PLAIN else f"GRAPH <{iri}> {{ ?s ?p ?o }}"
    rows = select(store, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    return int(next(rows)["n"].value)


def graph_triples(store: Store, iri: str) -> Iterator[ox.Triple]:
    """What a program is told of a graph, in the terms of SPARQL Service Description and VoID."""
    node, told = ox.NamedNode(iri), NAMED[iri]
    yield ox.Triple(node, ox.NamedNode(RDF + "type"), ox.NamedNode(SD + "Graph"))
    number = ox.Literal(str(size(store, iri)), datatype=ox.NamedNode(XSD + "integer"))
    yield ox.Triple(node, ox.NamedNode(VOID + "triples"), number)
    for predicate, texts in (("label", told.label), ("comment", told.holds)):
        for language, text in texts.items():
            literal = ox.Literal(text, language=language)
            yield ox.Triple(node, ox.NamedNode(RDFS + predicate), literal)
