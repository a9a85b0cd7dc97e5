"""The IRIs that the code names: one place for the base and for every prefix.

Base and layout of the IRIs are a contract (``docs/design.md``, section 3). Plain strings, so
that importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BASE: Final = "https://w3id.org/taawun/"
TW: Final = BASE + "ontology#"
ID: Final = BASE + "id/"
DOCUMENT: Final = BASE + "document/"
FACT: Final = BASE + "fact/"
EVIDENCE: Final = BASE + "evidence/"
PASSAGE: Final = BASE + "passage/"
INFERENCE: Final = BASE + "inference/"

GRAPH_ENTITIES: Final = BASE + "graph/entities"
GRAPH_EVIDENCE: Final = BASE + "graph/evidence"
GRAPH_ONTOLOGY: Final = BASE + "graph/ontology"
#: The plain view on stores whose default graph is a union of the named ones.
GRAPH_PLAIN: Final = BASE + "graph/plain"
#: What documents say is planned, expected, conditional or denied.
GRAPH_PROSPECTS: Final = BASE + "graph/prospects"
#: What ``taawun push`` says about itself in a remote store.
GRAPH_PUSH: Final = BASE + "graph/push"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
ORG: Final = "http://www.w3.org/ns/org#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
PROV: Final = "http://www.w3.org/ns/prov#"
OA: Final = "http://www.w3.org/ns/oa#"
SCHEMA: Final = "https://schema.org/"
#: The licence of the data.
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
SH: Final = "http://www.w3.org/ns/shacl#"
EUROVOC: Final = "http://eurovoc.europa.eu/"
UNESCO: Final = "http://vocabularies.unesco.org/thesaurus/"

#: The vocabularies that terms of ours and of collections specialise, and never belong to.
OUTSIDE: Final = (
    BASE, RDF, RDFS, OWL, XSD, SKOS, DCTERMS, ORG, FOAF, PROV, OA, SCHEMA, SH, EUROVOC, UNESCO,
    "http://www.nanopub.org/nschema#", "http://purl.org/vocab/vann/", "http://schema.org/",
)  # fmt: skip

#: The prefixes that every query may use without declaring them, and that exports declare.
PREFIXES: Final[dict[str, str]] = {
    "tw": TW,
    "id": ID,
    "doc": DOCUMENT,
    "fact": FACT,
    "evidence": EVIDENCE,
    "passage": PASSAGE,
    "inference": INFERENCE,
    "graph": BASE + "graph/",
    "country": ID + "country/",
    "area": ID + "area/",
    "stage": ID + "stage/",
    "modality": ID + "modality/",
    "status": ID + "record-status/",
    "comparator": ID + "comparator/",
    "unit": ID + "unit/",
    "format": ID + "event-format/",
    "rule": ID + "rule/",
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "org": ORG,
    "foaf": FOAF,
    "prov": PROV,
    "oa": OA,
    "np": "http://www.nanopub.org/nschema#",
    "schema": SCHEMA,
}


def shortened(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """The IRI with the prefix of the longest namespace that it begins with, or as it is.

    >>> shortened(ID + "area/trade")
    'area:trade'
    """
    for prefix, namespace in sorted(prefixes.items(), key=lambda item: -len(item[1])):
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
