"""Search: entities by name or class, terms of the ontology by name, facts by their parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import pyoxigraph as ox

from ..graph.arabic import fold
from ..graph.errors import UnknownNameError
from ..graph.fact import ACTIVE_STATUSES
from ..graph.store import Store, select
from ..ontology.namespaces import DCTERMS, DOCUMENT, GRAPH_EVIDENCE, ID, OA, OWL, PREFIXES, TW
from ..ontology.schema import class_slug, is_own, local_name
from .labels import short_iri
from .listing import Cell, Listing, Paragraph
from .names import Names
from .results import Shown

_TERMS: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?term ?label {{
  VALUES ?kind {{ {kinds} }} ?term a ?kind OPTIONAL {{ ?term rdfs:label ?label }}
}} ORDER BY ?term"""
_CLASSES: Final = f"<{OWL}Class>"
_PREDICATES: Final = f"<{OWL}ObjectProperty> <{OWL}DatatypeProperty>"
_MEMBERS: Final = "SELECT DISTINCT ?thing {{ ?thing a <{iri}> }} ORDER BY ?thing"
_LOWEST: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?class {{
  VALUES ?thing {{ {things} }} ?thing a ?class
  FILTER NOT EXISTS {{ ?thing a ?lower . ?lower rdfs:subClassOf ?class }}
}} ORDER BY ?class"""
#: How many facts quote each document, for ``str.format`` with IRIs in angle brackets.
FACTS_OF_DOCUMENTS: Final = f"""SELECT ?thing (COUNT(DISTINCT ?fact) AS ?n) {{{{
  VALUES ?thing {{{{ {{things}} }}}}
  GRAPH <{GRAPH_EVIDENCE}> {{{{ ?fact <{TW}evidence>/<{OA}hasSource> ?thing }}}}
}}}} GROUP BY ?thing"""


@dataclass(frozen=True, slots=True)
class Entity(Paragraph):
    """An entity or document: its IRI, and its most specific classes as IRIs."""

    iri: str
    classes: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The short name by which commands and parameters take it: ``country/iraq``."""
        return short_iri(self.iri)

    def __repr__(self) -> str:
        return f"Entity({self.slug!r})"


def listing(store: Store, iris: Iterable[str], language: str) -> Listing[Entity]:
    """The entities as a table of names, classes and slugs."""
    found = list(iris)
    classes: dict[str, list[str]] = {iri: [] for iri in found}
    if found:
        things = " ".join(str(ox.NamedNode(iri)) for iri in found)
        for binding in select(store, _LOWEST.format(things=things)):
            if is_own(binding["class"].value):
                classes[binding["thing"].value].append(binding["class"].value)

    def row(entity: Entity) -> Sequence[Cell]:
        kinds = tuple(ox.NamedNode(iri) for iri in entity.classes)
        return ox.NamedNode(entity.iri), kinds, entity.slug

    entities = [Entity(iri, tuple(classes[iri])) for iri in found]
    return Listing(entities, ("entity", "kind", "slug"), row, Shown(store, language))


def members(store: Store, class_: str) -> list[str]:
    """The IRIs of the members of a class, of the classes below it too.

    Raises ``UnknownNameError`` if there is no such class.
    """
    rows = select(store, _MEMBERS.format(iri=class_iri(store, class_)))
    return [iri for row in rows if (iri := row["thing"].value).startswith((ID, DOCUMENT))]


def search(names: Names, text: str, limit: int) -> list[str]:
    """The IRIs of entities with such a name, best first: the same, with all its words, similar."""
    near = (iri for name in names.near(text) for iri in names.find(name)[:1])
    found = dict.fromkeys((*names.find(text), *names.containing(text)))
    return list(found or dict.fromkeys(near))[:limit]


def class_iri(store: Store, name: str) -> str:
    """The class with this slug, local name, prefixed name, IRI or label in either language."""
    return _term(store, name, _CLASSES, "kind-class")


def predicate_iri(store: Store, name: str) -> str:
    """The property with this local name, prefixed name, IRI or label in either language."""
    return _term(store, name, _PREDICATES, "kind-predicate")


def _term(store: Store, name: str, kinds: str, kind: str) -> str:
    known: dict[str, str] = {}
    for row in select(store, _TERMS.format(kinds=kinds)):
        iri = row["term"].value
        for written in _written(iri, row["label"].value if "label" in row else ""):
            known.setdefault(fold(written), iri)
    wanted = fold(name.strip().removeprefix("<").removesuffix(">"))
    if wanted in known:
        return known[wanted]
    near = dict.fromkeys(short_iri(known[key]) for key in get_close_matches(wanted, known))
    raise UnknownNameError(name, kind, near)


def _written(iri: str, label: str) -> Iterator[str]:
    """How a term may be written."""
    yield from (iri, short_iri(iri))
    if iri.startswith(PREFIXES["tw"]) or is_own(iri):
        yield from (local_name(iri), class_slug(iri))
    if label:
        yield label


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
