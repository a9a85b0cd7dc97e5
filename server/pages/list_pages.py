"""Lists of entities: partners, people, bodies, documents, the members of any class."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from ...graph.arabic import fold
from ...graph.errors import UnknownNameError
from ...graph.store import Store, select
from ...messages.message import say
from ...ontology.namespaces import BASE, DCTERMS, GRAPH_EVIDENCE, ID, TW
from ...ontology.schema import is_own
from ...queries.items import BANDS
from ...queries.items import centre as centre_of
from ...queries.labels import short_iri
from ...queries.names import Names
from ...queries.profile import Profile
from ...queries.results import to_separated
from ...queries.search import FACTS_OF_DOCUMENTS
from ..workers.reply import Reply
from ..workers.served_graph import OpenedBuild
from .page import Page

#: Lists with an address of their own: the class of their members.
LISTS: Final = {
    "partners": "country|region|international-organization",
    "people": "official",
    "bodies": "organization",
    "documents": "document",
}
#: The media types of a list, the first for browsers, and their suffixes.
FORMS: Final = {"html": "text/html", "json": "application/json", "csv": "text/csv"}
#: Maximum number of rows on a page; JSON and CSV have all rows.
_SHOWN: Final = 500

#: Rows of a thing, a column and a value, for some things.
_VALUES: Final = """SELECT ?thing ?column ?value {{
  VALUES ?thing {{ {things} }}
  VALUES (?column ?p) {{ {columns} }} ?thing ?p ?value
}}"""
_KINDS: Final = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?value {{ VALUES ?thing {{ {things} }} ?thing a ?value
  FILTER NOT EXISTS {{ ?thing a ?lower . ?lower rdfs:subClassOf ?value }} }}"""
_COUNTS: Final = f"""SELECT ?thing (COUNT(DISTINCT ?fact) AS ?n) {{{{
  VALUES ?thing {{{{ {{things}} }}}}
  {{{{ GRAPH ?fact {{{{ ?thing ?p ?o }}}} }}}} UNION {{{{ GRAPH ?fact {{{{ ?s ?p ?thing }}}} }}}}
  GRAPH <{GRAPH_EVIDENCE}> {{{{ ?fact a <{TW}Fact> }}}}
}}}} GROUP BY ?thing"""
_NAMES: Final = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?value {{ VALUES ?thing {{ {things} }} ?thing rdfs:label ?value }}"""
#: The columns between the name and the number of facts, and their properties.
_COLUMNS: Final[dict[str, dict[str, str]]] = {
    "people": {"post": TW + "holds", "country": TW + "belongsToCountry"},
    "bodies": {"kind": "", "country": TW + "belongsToCountry", "parent": TW + "subOrganizationOf"},
    "documents": {
        "publisher": DCTERMS + "publisher", "author": DCTERMS + "creator",
        "issued": DCTERMS + "issued",
    },
}  # fmt: skip


@dataclass(slots=True)
class Row:
    """One entity of a list; a cell holds terms, a number, or the name of a band."""

    iri: str
    cells: dict[str, Any] = field(default_factory=dict)


def list_page(
    graph: OpenedBuild,
    reply: Reply,
    *,
    path: str,
    media: str,
    language: str,
    text: str = "",
    order: str = "",
    of: str = "",
) -> None:
    """Write a list, searched and sorted: a page, JSON or CSV.

    ``path`` is a name in ``LISTS`` or ``id/CLASS``. Of partners, ``of`` is whose; by default the
    country to which most things belong.
    """
    page = Page(graph, language)
    kind = LISTS.get(path, path.removeprefix("id/"))
    iris, centre = graph.names.members(kind), ""
    if not iris:
        _missing(graph, page, reply, path, media)
        return
    if path == "partners":
        centre = graph.names.get(of) if of else centre_of(graph.store)
        rows = _partners(graph.store, centre, language)
    else:
        columns = _COLUMNS.get(path, {"kind": ""})
        rows = list(_rows(graph.store, iris, columns, are_documents=path == "documents"))
    cells = [cell for row in rows for cell in row.cells.values() if isinstance(cell, list)]
    terms = [term for cell in cells for term in cell if isinstance(term, ox.NamedNode)]
    page.labels.fetch([*(row.iri for row in rows), *(term.value for term in terms)])
    headings = ["name", *dict.fromkeys(name for row in rows for name in row.cells)]
    rows = _ordered(page, rows, order if order in headings else "")
    near: list[str] = []
    if text.strip():
        found = set(graph.names.containing(text)) | set(graph.names.find(text))
        wanted = fold(text)
        rows = [row for row in rows
                if row.iri in found or wanted in fold(_told(page, row, headings))]  # fmt: skip
        near = [] if rows else _near(graph.names, text, kind)
    if media == "application/json":
        _write_json(graph.store, reply, rows)
        return
    if media == "text/csv":
        reply.begin(media)
        names = [say(f"list-{name}", language) for name in headings]
        lines = [[*_texts(page, row, headings), row.iri] for row in rows]
        reply.body.write(to_separated([*names, "IRI"], lines, "csv"))
        return
    given = {"q": text, "sort": order, "of": of}
    parameters = {name: value for name, value in given.items() if value}
    page.write(
        reply, "list.html", f"/{path}", parameters=parameters, rows=rows[:_SHOWN],
        total=len(rows), headings=headings, order=order, text=text, near=near, forms=(),
        title=_title(page, path, kind, centre), of=of, term=_term(path, kind), bands=BANDS,
        sorted_by=lambda one: page.site(f"/{path}", **(parameters | {"sort": one})),
        files=[] if page.published else [
            (form.upper(), page.site(f"/{path}.{form}", **parameters)) for form in ("csv", "json")
        ],
    )  # fmt: skip


def _title(page: Page, path: str, kind: str, centre: str) -> str:
    if centre:
        return say("list-partners-of", page.language, name=page.labels(centre, page.language))
    if path in LISTS:
        return say(f"page-{path}", page.language)
    return page.labels(_term(path, kind), page.language)


def _term(path: str, kind: str) -> str:
    """The class of a list by class; the lists with names of their own need no definition."""
    return "" if path in LISTS else TW + "".join(part.capitalize() for part in kind.split("-"))


def _missing(graph: OpenedBuild, page: Page, reply: Reply, path: str, media: str) -> None:
    """Return 404 with the nearest lists, or as JSON or text."""
    name = path.removeprefix("id/")
    if media != "text/html":
        reply.refuse(404, UnknownNameError(name, "kind-class", _near_classes(graph, name)))
        return
    lists = [(page.site(f"/id/{slug}"), slug) for slug in _near_classes(graph, name)]
    near = [iri for one in graph.names.near(name) for iri in graph.names.find(one)[:1]]
    page.write(
        reply, "missing.html", f"/{path}", 404, wanted=name, near=near, pages=lists, forms=()
    )


def _near_classes(graph: OpenedBuild, name: str) -> list[str]:
    from difflib import get_close_matches

    known = {short_iri(iri).partition("/")[0] for iri in graph.names.members("entity")}
    return get_close_matches(fold(name).replace(" ", "-"), sorted(known), n=3, cutoff=0.5)


def _near(names: Names, text: str, kind: str) -> list[str]:
    return [iri for one in names.near(text, kind) for iri in names.find(one)[:1]]


def _partners(store: Store, centre: str, language: str) -> list[Row]:
    """The partners of an actor: how far each has come, the items, and their areas."""
    if not centre:
        return []
    found = []
    for partner in Profile(store, centre, language).partners:
        areas: dict[str, int] = defaultdict(int)
        for item in partner.items.values():
            for fact in item.of("area"):
                areas[fact.object.value] += 1
        first = sorted(areas, key=lambda iri: (-areas[iri], iri))[:3]
        cells = {
            "band": partner.band,
            "items": len(partner.items),
            "areas": [ox.NamedNode(iri) for iri in first],
        }
        found.append(Row(partner.iri, cells))
    return found


def _rows(
    store: Store, iris: Sequence[str], columns: dict[str, str], *, are_documents: bool
) -> Iterable[Row]:
    rows = {iri: Row(iri, {name: [] for name in columns}) for iri in iris}
    things = " ".join(str(ox.NamedNode(iri)) for iri in iris)
    listed = " ".join(f'("{name}" <{iri}>)' for name, iri in columns.items() if iri)
    if listed:
        values = _VALUES.format(things=things, columns=listed)
        for row in select(store, values):
            found = rows[row["thing"].value].cells[row["column"].value]
            if row["value"] not in found:
                found.append(row["value"])
    if "kind" in columns:
        for row in select(store, _KINDS.format(things=things)):
            if is_own(row["value"].value):
                rows[row["thing"].value].cells["kind"].append(row["value"])
    for made in rows.values():
        made.cells["facts"] = 0
    for row in select(
        store, (FACTS_OF_DOCUMENTS if are_documents else _COUNTS).format(things=things)
    ):
        rows[row["thing"].value].cells["facts"] = int(row["n"].value)
    return rows.values()


def _ordered(page: Page, rows: Iterable[Row], order: str) -> list[Row]:
    """The rows by a column: numbers from the largest, bands from the furthest, else by name."""
    order = order or next((c for row in rows for c in ("band", "facts") if c in row.cells), "name")

    def name(row: Row) -> str:
        text = fold(page.labels(row.iri, page.language))
        return text.removeprefix("ال") if page.language == "ar" else text

    def key(row: Row) -> tuple[Any, ...]:
        value = row.cells.get(order)
        if isinstance(value, int):
            return -value, name(row)
        if value in BANDS:
            return BANDS.index(value), -row.cells["items"], name(row)
        if isinstance(value, list):
            told = fold(_cell(page, value))
            return told == "", told, name(row)
        return (name(row),)

    return sorted(rows, key=key)


def _cell(page: Page, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(
            page.labels(term.value, page.language) if isinstance(term, ox.NamedNode) else term.value
            for term in value
        )
    return say(f"band-{value}", page.language) if value in BANDS else str(value)


def _texts(page: Page, row: Row, headings: Sequence[str]) -> list[str]:
    name = page.labels(row.iri, page.language)
    return [name, *(_cell(page, row.cells[one]) for one in headings[1:])]


def _told(page: Page, row: Row, headings: Sequence[str]) -> str:
    return " ".join(_texts(page, row, headings))


def _write_json(store: Store, reply: Reply, rows: Sequence[Row]) -> None:
    """Write the entities with their labels in both languages and their cells as IRIs."""
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    things = " ".join(str(ox.NamedNode(row.iri)) for row in rows)
    for found in select(store, _NAMES.format(things=things)) if rows else ():
        value = found["value"]
        if isinstance(value, ox.Literal) and value.language:
            labels[found["thing"].value][value.language] = value.value

    def told(cell: object) -> object:
        return [term.value for term in cell] if isinstance(cell, list) else cell

    listed = [
        {
            "iri": row.iri,
            "slug": short_iri(row.iri),
            "labels": labels[row.iri],
            **{name: told(cell) for name, cell in row.cells.items()},
        }
        for row in rows
    ]
    reply.begin("application/json")
    reply.body.write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")


def about_page(graph: OpenedBuild, reply: Reply, *, language: str) -> None:
    """Write what the site is, how much it holds, how to read it, and where the rest is."""
    page = Page(graph, language)
    facts = f"SELECT (COUNT(?f) AS ?n) {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?f a <{TW}Fact> }} }}"
    counts = {
        "documents": len(graph.names.members("document")),
        "facts": int(next(select(graph.store, facts))["n"].value),
        "entities": len(graph.names.members("entity")),
    }
    modalities = [ID + "modality/" + name for name in (
        "asserted", "reported", "inferred", "planned", "expected", "conditional", "denied",
    )]  # fmt: skip
    comments = f"""SELECT ?thing ?value {{
      VALUES ?thing {{ {" ".join(f"<{iri}>" for iri in modalities)} }}
      ?thing <http://www.w3.org/2004/02/skos/core#definition>
        |<http://www.w3.org/2000/01/rdf-schema#comment> ?value
      FILTER(LANG(?value) = "{language}") }}"""
    told = {row["thing"].value: row["value"].value for row in select(graph.store, comments)}
    page.write(
        reply, "about.html", "/about", forms=(), counts=counts, bands=BANDS,
        modalities=[(iri, told.get(iri, "")) for iri in modalities],
        graphs=[BASE + "graph/" + name for name in ("entities", "evidence", "prospects")],
    )  # fmt: skip
