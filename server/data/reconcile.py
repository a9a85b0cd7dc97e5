"""A reconciliation service over the graph: the Reconciliation Service API 0.2 of the W3C group.

OpenRefine and other clients match a column of names with it. Names are found in both languages and
in any spelling, as everywhere here; properties are compared with what the documents say is so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

import pyoxigraph as ox

from ...api import KnowledgeGraph
from ...graph.arabic import fold
from ...graph.errors import QueryError, UnknownNameError
from ...graph.store import Term, select
from ...messages.message import say
from ...ontology.namespaces import BASE, ID, RDFS, SKOS
from ...ontology.schema import class_slug, is_own, local_name
from ...queries.labels import Labels, short_iri
from ...queries.profile import Profile
from ...queries.profile_text import Wording, rendered
from ...queries.search import class_iri, listing, members, predicate_iri
from ..workers.reply import Reply
from .lists import values_of

#: The most queries of a batch, and the candidates of a query.
BATCH: Final = 50
_CANDIDATES: Final = 5
_MOST: Final = 50
_SUGGESTED: Final = 20
#: The most likeness of a name that is not the very name.
_NEVER_SAME: Final = 0.99
#: The size of the preview, in pixels.
_WIDTH, _HEIGHT = 420, 220
_TERMS: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?term ?label ?text {{
  VALUES ?kind {{ {kinds} }} ?term a ?kind ; rdfs:label ?label
  FILTER(LANG(?label) = "{language}")
  OPTIONAL {{ ?term rdfs:comment ?text FILTER(LANG(?text) = "{language}") }}
}} ORDER BY ?label"""
_KINDS: Final = {"type": "owl:Class", "property": "owl:ObjectProperty owl:DatatypeProperty"}
_USED: Final = """SELECT DISTINCT ?p {{ VALUES ?thing {{ {things} }} ?thing ?p ?o }}"""


def reconcile(
    graph: KnowledgeGraph, reply: Reply, *, what: str, given: dict[str, str], language: str,
    address: str,
) -> None:  # fmt: skip
    """Write what a client of the API asks for. Raises ``QueryError`` if it cannot be read."""
    graph.language = language
    if what == "preview":
        reply.begin("text/html", Content_Security_Policy=_STYLE_ONLY)
        reply.body.write(_preview(graph, given.get("id", "")))
        return
    reply.begin("application/json")
    json.dump(_WRITERS[what](graph, given, address), reply.body, ensure_ascii=False)


def _service(graph: KnowledgeGraph, given: Mapping[str, str], address: str) -> Any:
    """The endpoint itself: the manifest, a batch of queries, or a request for properties."""
    if "queries" in given:
        return _batch(graph, _object(given["queries"], "queries"))
    if "extend" in given:
        return _extend(graph, _object(given["extend"], "extend"))
    service = f"{address}api/reconcile/{graph.language}"
    paths = {
        kind: {"service_url": service, "service_path": f"/suggest/{kind}"}
        for kind in ("entity", "property", "type")
    }
    common = ("agreement", "official", "organization", "country", "event")
    return {
        "versions": ["0.2"],
        "name": say("reconcile-name", graph.language),
        "identifierSpace": ID,
        "schemaSpace": f"{BASE}ontology#",
        "documentation": f"{address}about",
        "defaultTypes": [_type(graph, class_iri(graph.store, slug)) for slug in common],
        "view": {"url": f"{address}id/{{{{id}}}}"},
        "preview": {"url": f"{service}/preview?id={{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
        "suggest": paths,
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": [],
        },
        "batchSize": BATCH,
    }


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise QueryError("reconcile-not-json", name=name)
    return found


def _batch(graph: KnowledgeGraph, queries: Mapping[str, Any]) -> dict[str, Any]:
    if len(queries) > BATCH:
        raise QueryError("reconcile-batch-too-long", number=len(queries), most=BATCH)
    return {name: {"result": _result(graph, query)} for name, query in queries.items()}


def _result(graph: KnowledgeGraph, query: Any) -> list[dict[str, Any]]:
    if not isinstance(query, dict) or not (query.get("query") or query.get("properties")):
        raise QueryError("reconcile-no-query")
    limit = query.get("limit")
    if not isinstance(limit, (int, float)) or not limit >= 1:
        limit = _CANDIDATES
    limit = int(min(limit, _MOST))
    kinds = query.get("type") or []
    allowed = _allowed(graph, kinds if isinstance(kinds, list) else [kinds])
    wanted = _wanted(graph, query.get("properties") or [])
    text = query.get("query") or ""
    found = (
        {one.thing: one.likeness if one.has_the_name else min(one.likeness, _NEVER_SAME)
         for one in graph.names.candidates(str(text), allowed)[: 4 * _MOST]
         if one.thing.startswith(ID)}
        if text
        else dict.fromkeys(members(graph.store, "entity") if allowed is None else allowed, 1.0)
    )  # fmt: skip
    shares = _shares(graph, list(found), wanted)
    scored = sorted(
        # What is said about a thing weighs as much as its name.
        (
            (likeness * (1 + shares[iri]) / 2 if wanted else likeness, iri)
            for iri, likeness in found.items()
            if text or shares[iri]
        ),
        key=lambda item: (-item[0], item[1]),
    )
    same = [iri for _, iri in scored if text and found[iri] == 1 and shares[iri] == 1]
    shown = listing(graph.store, [iri for _, iri in scored[:limit]], graph.language)
    labels = Labels.of(graph.store)
    return [
        {
            **_named(labels, entity.iri, graph.language),
            "score": round(100 * score, 2),
            "match": same == [iri],
            "type": [_type(graph, kind) for kind in entity.classes],
            "features": [
                {"id": "name", "value": round(100 * found[iri], 2)},
                {"id": "properties", "value": round(100 * shares[iri], 2)},
            ],
        }
        for (score, iri), entity in zip(scored[:limit], shown, strict=True)
    ]


def _allowed(graph: KnowledgeGraph, kinds: Iterable[Any]) -> frozenset[str] | None:
    """The members of the types; None for any. A type that does not exist has none."""
    found: set[str] = set()
    is_any = True
    for kind in kinds:
        is_any = False
        try:
            found.update(members(graph.store, str(kind)))
        except UnknownNameError:
            continue
    return None if is_any else frozenset(found)


def _wanted(graph: KnowledgeGraph, properties: Any) -> list[tuple[str, frozenset[str]]]:
    """Each property with the folded names or values of which one is wanted."""
    found = []
    if not isinstance(properties, list):
        raise QueryError("reconcile-no-query")
    for item in properties:
        if not isinstance(item, dict) or "pid" not in item or "v" not in item:
            raise QueryError("reconcile-no-query")
        values = item["v"] if isinstance(item["v"], list) else [item["v"]]
        texts = {
            fold(str(value.get("id", "") if isinstance(value, dict) else value)) for value in values
        }
        try:
            found.append((predicate_iri(graph.store, str(item["pid"])), frozenset(texts)))
        except UnknownNameError:
            found.append(("", frozenset(texts)))
    return found


def _shares(
    graph: KnowledgeGraph, iris: Sequence[str], wanted: Sequence[tuple[str, frozenset[str]]]
) -> dict[str, float]:
    """Of each entity, the share of the properties that fit; all of them if none is wanted."""
    if not wanted:
        return dict.fromkeys(iris, 1.0)
    values = values_of(graph.store, iris, {p for p, _ in wanted if p})
    ends = {term.value for known in values.values() for terms in known.values() for term in terms
            if isinstance(term, ox.NamedNode)}  # fmt: skip
    named = values_of(graph.store, sorted(ends), (f"{RDFS}label", f"{SKOS}altLabel"))

    def spelt(term: Term) -> set[str]:
        if not isinstance(term, ox.NamedNode):
            return {fold(term.value)}
        names = {fold(one.value) for terms in named[term.value].values() for one in terms}
        return {*names, fold(term.value), fold(short_iri(term.value))}

    return {
        iri: sum(any(spelt(term) & texts for term in values[iri].get(p, ())) for p, texts in wanted)
        / len(wanted)
        for iri in iris
    }


def _extend(graph: KnowledgeGraph, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The values of some properties of some entities, as the documents say they are."""
    ids, properties = asked.get("ids"), asked.get("properties")
    if not (isinstance(ids, list) and isinstance(properties, list)):
        raise QueryError("reconcile-not-json", name="extend")
    wanted = {}
    for item in properties:
        name = str(item.get("id", "")) if isinstance(item, dict) else ""
        wanted[name] = predicate_iri(graph.store, name)
    iris = {str(name): next(iter(graph.names.find(str(name))), "") for name in ids}
    values = values_of(graph.store, [iri for iri in iris.values() if iri], wanted.values())
    labels = Labels.of(graph.store)
    labels.fetch(
        term.value for known in values.values() for terms in known.values() for term in terms
        if isinstance(term, ox.NamedNode)
    )  # fmt: skip
    return {
        "meta": [{"id": n, "name": labels(iri, graph.language)} for n, iri in wanted.items()],
        "rows": {
            name: {
                key: [
                    _cell(labels, term, graph.language) for term in values.get(iri, {}).get(p, ())
                ]
                for key, p in wanted.items()
            }
            for name, iri in iris.items()
        },
    }


def _cell(labels: Labels, term: Term, language: str) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return _named(labels, term.value, language)
    kind = local_name(term.datatype.value) if isinstance(term, ox.Literal) else ""
    if kind == "integer":
        return {"int": int(term.value)}
    return {"float": float(term.value)} if kind == "decimal" else {"str": term.value}


def _named(labels: Labels, iri: str, language: str) -> dict[str, Any]:
    return {"id": short_iri(iri), "name": labels(iri, language)}


def _type(graph: KnowledgeGraph, iri: str) -> dict[str, Any]:
    return {"id": class_slug(iri), "name": Labels.of(graph.store)(iri, graph.language)}


def _suggest_entity(graph: KnowledgeGraph, given: Mapping[str, str], _: str) -> Any:
    prefix = given.get("prefix", "")
    found = dict.fromkeys((*graph.names.find(prefix), *graph.names.containing(prefix)))
    iris = [iri for iri in found if iri.startswith(ID)]
    shown = listing(graph.store, _page(iris, given), graph.language)
    labels = Labels.of(graph.store)
    return {
        "result": [
            {
                **_named(labels, entity.iri, graph.language),
                "notable": [_type(graph, iri) for iri in entity.classes],
            }
            for entity in shown
        ]
    }


def _suggest_term(kind: str) -> Callable[..., Any]:
    def suggest(graph: KnowledgeGraph, given: Mapping[str, str], _: str) -> Any:
        text = fold(given.get("prefix", ""))
        written = class_slug if kind == "type" else local_name
        found = [
            {"id": written(iri), "name": label, **({"description": comment} if comment else {})}
            for iri, label, comment in _terms(graph, kind)
            if text in fold(label) or text in fold(written(iri))
        ]
        return {"result": _page(found, given)}

    return suggest


def _terms(graph: KnowledgeGraph, kind: str) -> Iterator[tuple[str, str, str]]:
    query = _TERMS.format(kinds=_KINDS[kind], language=graph.language)
    for row in select(graph.store, query):
        if is_own(iri := row["term"].value):
            yield iri, row["label"].value, row["text"].value if "text" in row else ""


def _properties(graph: KnowledgeGraph, given: Mapping[str, str], _: str) -> Any:
    """The properties that entities of a type have."""
    kind = given.get("type", "")
    iris = members(graph.store, kind or "entity")
    used = set()
    if iris:
        things = " ".join(f"<{iri}>" for iri in iris)
        used = {row["p"].value for row in select(graph.store, _USED.format(things=things))}
    found = [{"id": local_name(iri), "name": label}
             for iri, label, _ in _terms(graph, "property") if iri in used]  # fmt: skip
    limit = given.get("limit", "")
    shown = found[: int(limit)] if limit.isascii() and limit.isdigit() and len(limit) < 9 else found
    return {"type": kind, "limit": len(shown), "properties": shown}


def _page(found: list[Any], given: Mapping[str, str]) -> list[Any]:
    cursor = given.get("cursor", "")
    start = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 9 else 0
    return found[start : start + _SUGGESTED]


#: A preview is shown within the page of a client, and has a style of its own.
_STYLE_ONLY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def _preview(graph: KnowledgeGraph, name: str) -> str:
    """A small page about an entity: its names, its classes and the paragraph of its profile."""
    iri = graph.names.get(name)
    language = graph.language
    profile = Profile(graph.store, iri, language)
    clauses = Wording(graph.store, profile).paragraph()
    text = "".join(f"{c.before}{rendered(c.text, escape, lambda _, words: escape(words))}"
                   for c in clauses)  # fmt: skip
    (entity,) = listing(graph.store, [iri], language)
    labels = Labels.of(graph.store)
    names = [labels(iri, code) for code in (language, "en" if language == "ar" else "ar")]
    kinds = ", ".join(_type(graph, one)["name"] for one in entity.classes)
    side = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{side}"><meta charset="utf-8">'
        f"<title>{escape(names[0])}</title>"
        "<style>body{font:15px/1.5 sans-serif;margin:8px}h1{font-size:17px;margin:0}"
        "p{margin:4px 0}small{color:#555}</style>"
        f"<h1><bdi>{escape(names[0])}</bdi></h1><p><small><bdi>{escape(names[-1])}</bdi>"
        f" · {escape(kinds)}</small></p><p>{text}</p></html>"
    )


_WRITERS: Final[Mapping[str, Callable[[KnowledgeGraph, Mapping[str, str], str], Any]]] = {
    "service": _service,
    "suggest/entity": _suggest_entity,
    "suggest/property": _suggest_term("property"),
    "suggest/type": _suggest_term("type"),
    "properties": _properties,
}
PATHS: Final = (*_WRITERS, "preview")
