"""What the OpenAPI description says of the lists and of the reconciliation service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...api import KnowledgeGraph
from ...graph.fact import MODALITIES
from ...graph.store import select
from ...ontology.namespaces import DOCUMENT, OWL
from ...ontology.schema import class_slug, is_own, local_name
from ...queries.labels import short_iri
from ...queries.parameters import LITERAL_TYPES
from .lists import FARTHEST, LISTS, MOST, USUAL
from .reconcile import BATCH

#: The most names of a kind that the description lists; of more it says the form alone.
_LISTED: Final = 1000
_TERMS: Final = "SELECT DISTINCT ?term {{ VALUES ?kind {{ {kinds} }} ?term a ?kind }}"
_JSON: Final = "application/json"
_SUMMARIES: Final = {
    "search": "Entities and documents with a name, best match first. / الكيانات والوثائق باسمها.",
    "entities": "Entities of a class, or all. / كيانات من صنف، أو جميعها.",
    "documents": "The documents. / الوثائق.",
    "facts": "Facts with their quotes. / الحقائق مع اقتباساتها.",
}
#: The kinds of what a parameter of a list names.
_KINDS: Final = {
    "class": "class", "entity": "entity", "subject": "entity", "object": "entity",
    "stated_by": "entity", "document": "document", "predicate": "predicate",
}  # fmt: skip


class Kinds:
    """Schemas of the names of each kind of thing, kept once among the components."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self.schemas: dict[str, Any] = {}

    def of(self, kind: str) -> dict[str, Any]:
        """A reference to the schema of the names of a kind."""
        name = "name-" + kind.replace("|", "-or-")
        if name not in self.schemas:
            known = self._known(kind)
            listed = {"enum": known} if 0 < len(known) <= _LISTED else {"minLength": 1}
            self.schemas[name] = {"type": "string", **listed}
        return {"$ref": f"#/components/schemas/{name}"}

    def _known(self, kind: str) -> list[str]:
        if kind in ("class", "predicate"):
            kinds = ("Class",) if kind == "class" else ("ObjectProperty", "DatatypeProperty")
            query = _TERMS.format(kinds=" ".join(f"<{OWL}{one}>" for one in kinds))
            terms = (row["term"].value for row in select(self._graph.store, query))
            written = class_slug if kind == "class" else local_name
            return sorted({written(iri) for iri in terms if is_own(iri)})
        found = self._graph.names.members(kind)
        if kind == "document":
            return [iri.removeprefix(DOCUMENT) for iri in found]
        return [short_iri(iri) for iri in found]


def parameter_schema(kinds: Kinds, kind: str) -> dict[str, Any]:
    """The schema of a value of that type of a stored question's parameter."""
    if kind == "number":
        # Whole numbers that every store can hold.
        return {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}
    return {"type": "string"} if kind in LITERAL_TYPES else kinds.of(kind)


def paths(kinds: Kinds, errors: Mapping[str, Any]) -> dict[str, Any]:
    """The operations of the lists, and those of the reconciliation service."""
    found: dict[str, Any] = {f"/api/{kind}": {"get": _list(kinds, kind, errors)} for kind in LISTS}
    anything = {"200": _body({"type": "object"}), **errors}
    query = {"$ref": "#/components/schemas/ReconciliationQuery"}
    queries = {"type": "object", "maxProperties": BATCH, "additionalProperties": query}
    form = {"type": "object", "required": ["queries"], "properties": {"queries": queries}}
    found["/api/reconcile"] = {
        "get": {
            "operationId": "reconcile-manifest",
            "summary": "The manifest of the Reconciliation Service API 0.2. / بيان خدمة المطابقة.",
            "responses": anything,
        },
        "post": {
            "operationId": "reconcile",
            "summary": "Match names with entities. / مطابقة الأسماء مع الكيانات.",
            "requestBody": {
                "required": True,
                "content": {
                    "application/x-www-form-urlencoded": {
                        "schema": form,
                        "encoding": {"queries": {"contentType": _JSON}},
                    }
                },
            },
            "responses": anything,
        },
    }
    text = {"type": "string"}
    for kind in ("entity", "property", "type"):
        found[f"/api/reconcile/suggest/{kind}"] = {
            "get": {
                "operationId": f"suggest-{kind}",
                "summary": "Completions of a name. / إكمال الأسماء.",
                "parameters": [
                    _query("prefix", text),
                    _query("cursor", {"type": "integer", "minimum": 0, "maximum": FARTHEST}),
                ],
                "responses": anything,
            }
        }
    found["/api/reconcile/properties"] = {
        "get": {
            "operationId": "propose-properties",
            "summary": "The properties that entities of a type have. / خصائص كيانات من صنف.",
            "parameters": [_query("type", kinds.of("class"))],
            "responses": anything,
        }
    }
    page = {
        "description": "A small page. / صفحة صغيرة.",
        "content": {"text/html": {"schema": text}},
    }
    found["/api/reconcile/preview"] = {
        "get": {
            "operationId": "preview",
            "summary": "A small page about an entity. / صفحة صغيرة عن كيان.",
            "parameters": [_query("id", kinds.of("entity"), is_required=True)],
            "responses": {"200": page, **errors},
        }
    }
    return found


#: Schemas of the parts of requests.
SCHEMAS: Final = {
    "ReconciliationQuery": {
        "type": "object",
        "required": ["query"],
        "additionalProperties": False,
        "properties": {
            "query": {"type": "string", "minLength": 1},
            "type": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "limit": {"type": "integer", "minimum": 1},
            "properties": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pid", "v"],
                    "properties": {"pid": {"type": "string"}, "v": {}},
                },
            },
            "type_strict": {"enum": ["any", "should", "all"]},
        },
    },
}


def _list(kinds: Kinds, kind: str, errors: Mapping[str, Any]) -> dict[str, Any]:
    what = LISTS[kind]
    given = []
    for name in what.parameters:
        if name == "modality":
            schema: dict[str, Any] = {"type": "string", "enum": list(MODALITIES)}
        elif name in _KINDS:
            schema = kinds.of(_KINDS[name])
        else:
            schema = {"type": "string", "minLength": 1, "pattern": r"\S"}
        given.append(_query(name, schema, is_required=name in what.required))
    number = {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0}
    fields = {"type": "array", "minItems": 1,
              "items": {"type": "string", "enum": list(what.fields)}}  # fmt: skip
    given += [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
        _query("offset", number),
        {**_query("fields", fields), "style": "form", "explode": False},
    ]
    page = {
        "type": "object",
        "required": ["total", "offset", "limit", "items"],
        "properties": {
            "total": {"type": "integer"},
            "offset": {"type": "integer"},
            "limit": {"type": "integer"},
            "items": {
                "type": "array",
                "items": {"type": "object", "properties": {key: {} for key in what.fields}},
            },
        },
    }
    answer = _body(page)
    answer["headers"] = {
        "Link": {"description": "first, prev, next and last page (RFC 8288). / صفحات أخرى.",
                 "schema": {"type": "string"}}
    }  # fmt: skip
    return {
        "operationId": f"list-{kind}",
        "summary": _SUMMARIES[kind],
        "parameters": given,
        "responses": {"200": answer, **errors},
    }


def _query(name: str, schema: Mapping[str, Any], *, is_required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": is_required, "schema": schema}


def _body(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "JSON.", "content": {_JSON: {"schema": schema}}}
