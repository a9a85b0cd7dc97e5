"""The JSON-LD context: it says of every property what the ontology says, and it works.

Run this file as a program to write the context anew after a change of the ontology.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rdflib import DCTERMS, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from taawun.ontology.namespaces import ID, PREFIXES, RDF, TW, XSD
from taawun.ontology.schema import HERE, Schema

# rdflib 7.6 warns of its own JSON-LD parser.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

CONTEXT = HERE / "context.jsonld"
WORLD = Path(__file__).parent / "shapes" / "accepted" / "world.ttl"
PREFIX_LINES = Path(__file__).parent / "shapes" / "prefixes.ttl"

#: Words that stand without a prefix, so that a reader of JSON needs no RDF.
WORDS: dict[str, Any] = {
    "id": "@id",
    "type": "@type",
    "graph": "@graph",
    "label": {"@id": "rdfs:label", "@container": "@language"},
    "comment": {"@id": "rdfs:comment", "@container": "@language"},
    "title": {"@id": "dcterms:title", "@container": "@language"},
    "altLabel": {"@id": "skos:altLabel", "@container": ["@language", "@set"]},
    "quote": {"@id": "oa:exact", "@container": "@language"},
}
OUTSIDE: dict[str, Any] = {
    name: {"@type": "@id"}
    for name in (
        *("oa:hasSource", "oa:hasSelector", "prov:wasDerivedFrom", "prov:wasAttributedTo"),
        *("skos:inScheme", "skos:exactMatch", "skos:closeMatch", "skos:broadMatch"),
        *("rdfs:isDefinedBy", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range"),
        *("owl:inverseOf", "owl:disjointWith", "owl:differentFrom"),
        *("schema:domainIncludes", "schema:rangeIncludes"),
    )
}


def expected() -> str:
    """The context in its normal form: prefixes, words, then the properties in order."""
    # “id” is the keyword here; entities keep their prefixes by class.
    prefixes = {name: iri for name, iri in PREFIXES.items() if name not in ("id", "graph")}
    terms = {f"tw:{name}": _term(item.datatype) for name, item in Schema.load().properties.items()}
    terms |= {key: {"@container": "@language"} for key in ("tw:gloss", "tw:note")}
    context = {"@version": 1.1, **prefixes, **WORDS, **dict(sorted({**terms, **OUTSIDE}.items()))}
    lines = [f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in context.items()]
    return '{\n  "@context": {\n' + ",\n".join(lines) + "\n  }\n}\n"


def _term(datatype: str | None) -> dict[str, str]:
    if datatype is None:
        return {"@type": "@id"}
    if datatype == RDF + "PlainLiteral":
        return {"@container": "@language"}
    return {"@type": datatype.replace(XSD, "xsd:")}


def context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CONTEXT.read_text(encoding="utf-8"))
    return found


def test_the_context_says_what_the_ontology_says() -> None:
    text = CONTEXT.read_text(encoding="utf-8")
    assert text == expected(), "run: python tests/test_ontology_context.py"


def test_a_document_in_plain_words_is_read_as_the_graph_it_means() -> None:
    document = {
        **context(),
        "id": "country:iraq",
        "type": "tw:Country",
        "label": {"ar": "العراق", "en": "Iraq"},
        "altLabel": {"ar": ["جمهورية العراق"]},
        "tw:iso3": "IRQ",
        "tw:cooperationArea": "area:cybersecurity",
    }
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    iraq, tw = URIRef(ID + "country/iraq"), Namespace(TW)
    assert set(graph.objects(iraq, RDFS.label)) == {
        Literal("العراق", lang="ar"),
        Literal("Iraq", lang="en"),
    }
    assert graph.value(iraq, SKOS.altLabel) == Literal("جمهورية العراق", lang="ar")
    assert graph.value(iraq, tw.iso3) == Literal("IRQ", datatype=XSD + "string")
    assert graph.value(iraq, tw.cooperationArea) == URIRef(ID + "area/cybersecurity")


def test_a_graph_written_with_the_context_is_read_back_the_same() -> None:
    text = PREFIX_LINES.read_text(encoding="utf-8") + WORLD.read_text(encoding="utf-8")
    graph = Graph().parse(data=text, format="turtle")
    assert (None, DCTERMS.title, None) in graph
    written = graph.serialize(format="json-ld", context=context()["@context"])
    back = Graph().parse(data=written, format="json-ld")
    assert isomorphic(_plain(back), _plain(graph))
    assert '"label"' in written


def _plain(graph: Graph) -> Graph:
    """The graph with explicit ``xsd:string`` made implicit: RDF 1.1 says they are the same."""
    copy = Graph()
    for subject, predicate, value in graph:
        if isinstance(value, Literal) and str(value.datatype) == XSD + "string":
            value = Literal(str(value))
        copy.add((subject, predicate, value))
    return copy


if __name__ == "__main__":
    CONTEXT.write_text(expected(), encoding="utf-8")
