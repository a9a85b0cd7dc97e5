"""Facts found by their parts: subject, predicate, object, and what is said about them."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ..graph.fact import ACTIVE_STATUSES
from ..graph.store import Store, select
from ..ontology.namespaces import DCTERMS, GRAPH_EVIDENCE, ID
from .entity_search import predicate_iri
from .names import Names

_ACTIVE: Final = ", ".join(f"<{ID}record-status/{name}>" for name in sorted(ACTIVE_STATUSES))
_FACTS: Final = """
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX tw: <https://w3id.org/taawun/ontology#>
SELECT DISTINCT ?fact ?a ?b ?c {{
  {triple}
  GRAPH ?fact {{ ?a ?b ?c }}
  GRAPH <{evidence}> {{ ?fact a tw:Fact ; tw:recordStatus ?status {about} }}
  FILTER(?status IN ({active}))
}}"""
_NAMED_SO: Final = "SELECT ?document {{ ?document <{key}> {name} }}"


def fact_iris(
    store: Store,
    names: Names,
    subject: str | None = None,
    predicate: str | None = None,
    object: str | float | None = None,
    *,
    modality: str | None = None,
    stated_by: str | None = None,
    document: str | None = None,
) -> list[str]:
    """The IRIs of the active facts with these parts, prospects too, sorted by their triples.

    A predicate stands for those below it and for its inverse. Raises ``UnknownNameError`` for a
    name that is not in the graph.
    """
    s = f"<{names.get(subject)}>" if subject is not None else "?s"
    o = "?o" if object is None else _object(names, object)
    triple = f"GRAPH ?fact {{ {s} ?p {o} }}"
    if isinstance(object, (int, float)):
        triple += f" FILTER(isNumeric(?o) && ?o = {object})"
    if predicate is not None:
        iri = predicate_iri(store, predicate)
        straight = f"{{ ?p rdfs:subPropertyOf* <{iri}> }} {triple}"
        turned = f"GRAPH ?fact {{ {o} ?p {s} }}"
        inverse = f"<{iri}> owl:inverseOf|^owl:inverseOf ?inverse . ?p rdfs:subPropertyOf* ?inverse"
        triple = f"{{ {straight} }} UNION {{ {inverse} . {turned} }}"
    about = ""
    if modality is not None:
        about += f"; tw:modality <{names.get(modality, 'modality')}> "
    if stated_by is not None:
        about += f"; tw:statedBy <{names.get(stated_by)}> "
    if document is not None:
        about += f"; tw:evidence/oa:hasSource <{_document(store, names, document)}> "
    text = _FACTS.format(triple=triple, evidence=GRAPH_EVIDENCE, about=about, active=_ACTIVE)
    found = {
        (*(str(row[name]) for name in "abc"), row["fact"].value) for row in select(store, text)
    }
    return [iri for *_, iri in sorted(found)]


def _object(names: Names, value: str | float) -> str:
    return "?o" if isinstance(value, (int, float)) else f"<{names.get(value)}>"


def _document(store: Store, names: Names, name: str) -> str:
    """A document by slug, IRI, title, or the name of its file."""
    literal = str(ox.Literal(name))
    for row in select(store, _NAMED_SO.format(key=f"{DCTERMS}identifier", name=literal)):
        return row["document"].value
    return names.get(name, "document")
