"""Lists for programs: entities, documents and facts, found and listed page by page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple
from urllib.parse import urlencode

import pyoxigraph as ox

from ...api import KnowledgeGraph
from ...graph.errors import QueryError
from ...graph.fact_reader import FactReader
from ...graph.fact_record import Json, fact_json
from ...graph.store import Store, Term, select
from ...messages.message import Message
from ...ontology.namespaces import DCTERMS, DOCUMENT, SCHEMA, SKOS
from ...ontology.schema import class_slug
from ...queries.labels import Labels, short_iri
from ...queries.search import FACTS_OF_DOCUMENTS, fact_iris, listing, members, search
from ..workers.reply import Reply

#: Items of a page, and the most that can be asked for.
USUAL: Final = 50
MOST: Final = 1000
#: The farthest that a page may begin.
FARTHEST: Final = 10**9
_VALUES: Final = """SELECT DISTINCT ?thing ?p ?value {{
  VALUES ?thing {{ {things} }} VALUES ?p {{ {predicates} }} ?thing ?p ?value
}} ORDER BY ?thing ?p ?value"""


class Kind(NamedTuple):
    """A list: the keys of an item, its parameters, and how it is found and written."""

    fields: tuple[str, ...]
    parameters: tuple[str, ...]
    required: tuple[str, ...]
    find: Callable[..., Sequence[str]]
    items: Callable[[KnowledgeGraph, Sequence[str]], Iterable[Json]]


def data_list(
    graph: KnowledgeGraph, reply: Reply, *, kind: str, given: dict[str, str], path: str
) -> None:
    """Write one page of a list as JSON, with the number of all items and links to other pages.

    Raises ``QueryError`` for a parameter that the list does not have, or a value that it cannot
    have, and ``UnknownNameError`` for a name that is not in the graph.
    """
    what = LISTS[kind]
    values = dict(given)
    limit = _number(values, "limit", USUAL, 1, MOST)
    offset = _number(values, "offset", 0, 0, FARTHEST)
    fields = _fields(values, what)
    for name in values:
        if name not in what.parameters:
            raise QueryError("api-parameter-unknown", name=name, names=list(what.parameters))
    for name in what.required:
        if not values.get(name, "").strip():
            raise QueryError("api-parameter-missing", name=name)
    found = what.find(graph, **values)
    shown = what.items(graph, found[offset : offset + limit])
    body = {
        "total": len(found),
        "offset": offset,
        "limit": limit,
        "items": [{key: item[key] for key in fields if key in item} for item in shown],
    }
    links = _links(path, given, offset, limit, len(found))
    reply.begin("application/json", 200, **({"Link": links} if links else {}))
    json.dump(body, reply.body, ensure_ascii=False)


def _number(values: dict[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = values.pop(name, str(usual))
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not least <= int(text) <= most:
        raise QueryError("api-number-not-between", name=name, value=text, least=least, most=most)
    return int(text)


def _fields(values: dict[str, str], what: Kind) -> Sequence[str]:
    if "fields" not in values:
        return what.fields
    wanted = values.pop("fields").split(",")
    for name in wanted:
        if name not in what.fields:
            near = get_close_matches(name, what.fields) or what.fields
            remedy = Message("did-you-mean", names=list(near))
            raise QueryError("api-field-unknown", name=name, remedy=remedy)
    return list(dict.fromkeys(wanted))


def _links(path: str, given: dict[str, str], offset: int, limit: int, total: int) -> str:
    """The other pages, as RFC 8288 writes links."""
    last = (total - 1) // limit * limit if total else 0
    pages = {
        "first": 0 if offset else None,
        "prev": max(0, min(offset - limit, last)) if offset else None,
        "next": offset + limit if offset + limit < total else None,
        "last": last if offset + limit < total else None,
    }
    return ", ".join(
        f'<{path}?{urlencode({**given, "offset": place, "limit": limit})}>; rel="{name}"'
        for name, place in pages.items()
        if place is not None
    )


def _found(graph: KnowledgeGraph, q: str, **more: str) -> Sequence[str]:
    iris = search(graph.names, q, MOST)
    if "class" not in more:
        return iris
    allowed = {*members(graph.store, more["class"])}
    return [iri for iri in iris if iri in allowed]


def _entities(graph: KnowledgeGraph, **more: str) -> Sequence[str]:
    iris = members(graph.store, more.get("class", "entity"))
    if not more.get("q", "").strip():
        return iris
    allowed = {*iris}
    found = dict.fromkeys((*graph.names.find(more["q"]), *graph.names.containing(more["q"])))
    return [iri for iri in found if iri in allowed]


def _documents(graph: KnowledgeGraph) -> Sequence[str]:
    return graph.names.members("document")


def _facts(graph: KnowledgeGraph, **parts: str) -> Sequence[str]:
    found: dict[str, str | float] = dict(parts)
    if (text := parts.get("object")) and text.lstrip("-").replace(".", "", 1).isdecimal():
        found["object"] = float(text) if "." in text else int(text)
    entity = found.pop("entity", None)
    if entity is None:
        return fact_iris(graph.store, graph.names, **found)  # type: ignore[arg-type]
    # Whatever an entity is in the fact; it may be both.
    iris: dict[str, None] = {}
    for place in ("subject", "object"):
        if place not in found:
            about = {**found, place: entity}
            iris |= dict.fromkeys(fact_iris(graph.store, graph.names, **about))  # type: ignore[arg-type]
    return [*iris]


def entity_items(graph: KnowledgeGraph, iris: Sequence[str]) -> Iterable[Json]:
    """Entities and documents with their names in both languages and their classes."""
    labels, also = Labels.of(graph.store), values_of(graph.store, iris, [f"{SKOS}altLabel"])
    labels.fetch(iris)
    for entity in listing(graph.store, iris, "en"):
        yield {
            "id": short_iri(entity.iri),
            "iri": entity.iri,
            "names": {language: labels(entity.iri, language) for language in ("ar", "en")},
            "also": sorted({term.value for term in also[entity.iri].get(f"{SKOS}altLabel", ())}),
            "classes": [class_slug(iri) for iri in entity.classes],
        }


def values_of(
    store: Store, iris: Sequence[str], predicates: Iterable[str]
) -> dict[str, dict[str, list[Term]]]:
    """The values of some things by predicate, as the documents say they are."""
    found: dict[str, dict[str, list[Term]]] = {iri: defaultdict(list) for iri in iris}
    listed = " ".join(f"<{iri}>" for iri in predicates)
    if iris and listed:
        things = " ".join(f"<{iri}>" for iri in iris)
        for row in select(store, _VALUES.format(things=things, predicates=listed)):
            found[row["thing"].value][row["p"].value].append(row["value"])
    return found


def _document_items(graph: KnowledgeGraph, iris: Sequence[str]) -> Iterable[Json]:
    keys = {
        "file": f"{DCTERMS}identifier", "sha256": f"{SCHEMA}sha256",
        "publisher": f"{DCTERMS}publisher", "creator": f"{DCTERMS}creator",
        "issued": f"{DCTERMS}issued",
    }  # fmt: skip
    values, counts = values_of(graph.store, iris, [*keys.values()]), _counts(graph.store, iris)
    labels = Labels.of(graph.store)
    labels.fetch(iris)
    for iri in iris:
        found = {key: next(iter(values[iri].get(p, ())), None) for key, p in keys.items()}
        yield {
            "id": iri.removeprefix(DOCUMENT),
            "iri": iri,
            "names": {language: labels(iri, language) for language in ("ar", "en")},
            **{key: term.value if term is not None else None for key, term in found.items()},
            "facts": counts[iri],
        }


def _counts(store: Store, iris: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    if iris:
        things = " ".join(f"<{iri}>" for iri in iris)
        for row in select(store, FACTS_OF_DOCUMENTS.format(things=things)):
            if isinstance(row["n"], ox.Literal):
                found[row["thing"].value] = int(row["n"].value)
    return found


#: The keys of ``fact_json``; from the seventh on they are there where there is something to say.
_FACT: Final = (
    "fact", "subject", "predicate", "object", "modality", "evidence", "statedBy", "onBehalfOf",
    "attributedTo", "when", "dateText", "note", "support", "recordStatus", "statusReason",
    "statusDate", "supersededBy",
)  # fmt: skip


def _fact_items(graph: KnowledgeGraph, iris: Sequence[str]) -> Iterable[Json]:
    return map(fact_json, FactReader(graph.store).read(iris))


_ENTITY: Final = ("id", "iri", "names", "also", "classes")
LISTS: Final = {
    "search": Kind(_ENTITY, ("q", "class"), ("q",), _found, entity_items),
    "entities": Kind(_ENTITY, ("class", "q"), (), _entities, entity_items),
    "documents": Kind(
        ("id", "iri", "names", "file", "sha256", "publisher", "creator", "issued", "facts"),
        (), (), _documents, _document_items,
    ),
    "facts": Kind(
        _FACT,
        ("entity", "subject", "predicate", "object", "modality", "stated_by", "document"),
        (),
        _facts,
        _fact_items,
    ),
}  # fmt: skip
