"""The OpenAPI 3.1 description of the HTTP API, generated from the catalogue."""

from __future__ import annotations

import json
from typing import Any, Final

from ...api import KnowledgeGraph
from ...queries.parameters import LITERAL_TYPES, Parameter
from ...queries.question import Question
from ..data.description import SCHEMAS, Kinds, parameter_schema, paths
from ..workers.reply import Reply
from .media_types import GRAPHS, RESULTS
from .query_tasks import ANSWERS

_REFUSAL: Final = {
    "description": "What is wrong, in one sentence. / جملة واحدة تقول ما الخطأ.",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}
_ERROR: Final = {
    "description": "What is wrong, with a stable code. / الخطأ، ومعه رمز ثابت.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
_STATUSES: Final = ("400", "404", "406", "503")
_REFUSALS: Final = dict.fromkeys(_STATUSES, _REFUSAL)
_ERRORS: Final = dict.fromkeys(_STATUSES, _ERROR)
_WHY: Final = {
    "name": "why",
    "in": "query",
    "description": "Say of each row why it holds. / بيّن لكل صف ما يثبته.",
    "schema": {"type": "boolean", "default": False},
}
_LANGUAGE: Final = {
    "name": "lang",
    "in": "query",
    "description": "The language of names in CSV. / لغة الأسماء في CSV.",
    "schema": {"type": "string", "enum": ["ar", "en"]},
}
_TERM: Final = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["uri", "literal", "bnode"]},
        "value": {"type": "string"},
        "xml:lang": {"type": "string"},
        "datatype": {"type": "string"},
    },
}
_TRIPLE: Final = {
    "type": "object",
    "required": ["subject", "predicate", "object"],
    "properties": {
        "subject": {"type": "string"},
        "predicate": {"type": "string"},
        "object": {"$ref": "#/components/schemas/Term"},
    },
}
_SCHEMAS: Final = {
    "Term": _TERM,
    "Triple": _TRIPLE,
    "Evidence": {
        "type": "object",
        "description": "A verbatim quote; offsets are Unicode code points of the document.",
        "required": ["document", "quote", "start", "end"],
        "properties": {
            "document": {"type": "string"},
            "quote": {"type": "string"},
            "gloss": {
                "type": "string",
                "description": "A curator's English translation of the quote, never evidence.",
            },
            "start": {"type": "integer"},
            "end": {"type": "integer"},
        },
    },
    "Fact": {
        "allOf": [{"$ref": "#/components/schemas/Triple"}],
        "required": ["fact", "modality", "evidence"],
        "properties": {
            "fact": {"type": "string"},
            "modality": {"type": "string"},
            "evidence": {"type": "array", "items": {"$ref": "#/components/schemas/Evidence"}},
        },
    },
    "Why": {
        "type": "object",
        "description": "What one row rests on.",
        "required": ["facts", "definitions", "absence"],
        "properties": {
            "facts": {"type": "array", "items": {"$ref": "#/components/schemas/Fact"}},
            "definitions": {"type": "array", "items": {"$ref": "#/components/schemas/Triple"}},
            "absence": {"type": "array", "items": {"type": "string"}},
            "proof": {"const": 1, "description": "The version of the proof, docs/proofs.md."},
            "query": {"type": "string"},
            "row": {
                "type": "object",
                "additionalProperties": {"$ref": "#/components/schemas/Term"},
            },
            "boolean": {"type": "boolean"},
            "witness": {"type": "array", "items": {"type": "string"}},
            "asks": {"type": "array", "items": {"type": "string"}},
            "documents": {"type": "object", "additionalProperties": {"type": "string"}},
            "closedWorld": {"type": "boolean"},
            "build": {"type": "string"},
        },
    },
    "Answer": {
        "type": "object",
        "description": "SPARQL 1.1 Query Results JSON; with why, one explanation a row.",
        "required": ["head"],
        "properties": {
            "head": {"type": "object"},
            "boolean": {"type": "boolean"},
            "results": {
                "type": "object",
                "required": ["bindings"],
                "properties": {
                    "bindings": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": {"$ref": "#/components/schemas/Term"},
                        },
                    }
                },
            },
            "restsOn": {
                "type": "array",
                "description": "What each row rests on besides asserted facts; null: not known.",
                "items": {"type": ["array", "null"], "items": {"type": "string"}},
            },
            "why": {"type": "array", "items": {"$ref": "#/components/schemas/Why"}},
        },
    },
    "Error": {
        "type": "object",
        "required": ["code", "message", "parts"],
        "properties": {
            "code": {"type": "string"},
            "message": {"type": "string"},
            "remedy": {"type": "string"},
            "parts": {"type": "object"},
        },
    },
}


def openapi(graph: KnowledgeGraph, reply: Reply, *, address: str) -> None:
    """Write the OpenAPI description of the server at that address."""
    from importlib.metadata import version

    kinds = Kinds(graph)
    questions = graph.catalogue.questions.values()
    described: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Taawun · تعاون",
            "version": version("taawun"),
            "description": "Egypt's digital cooperation with the world; every answer with the "
            "words that prove it. / تعاون مصر الرقمي مع العالم، وكل إجابة معها ما يثبتها.",
        },
        "servers": [{"url": address}],
        "paths": {
            "/sparql": {"get": _sparql(), "post": _posted()},
            "/api/sparql": {"get": _explained()},
            "/api/questions": {"get": _list()},
            **{
                f"/api/questions/{stored.name}": {"get": _question(stored, kinds)}
                for stored in questions
            },
            **paths(kinds, _ERRORS),
        },
    }
    described["components"] = {"schemas": {**_SCHEMAS, **SCHEMAS, **kinds.schemas}}
    reply.begin("application/json")
    reply.body.write(json.dumps(described, ensure_ascii=False, indent=2))


def _question(stored: Question, kinds: Kinds) -> dict[str, Any]:
    return {
        "operationId": stored.name,
        "summary": f"{stored.en} / {stored.ar}",
        "tags": list(stored.tags),
        "parameters": [*(_parameter(one, kinds) for one in stored.parameters), _WHY, _LANGUAGE],
        "responses": {"200": _answer(ANSWERS), **_ERRORS},
    }


def _parameter(parameter: Parameter, kinds: Kinds) -> dict[str, Any]:
    described = f"{parameter.en} / {parameter.ar}"
    if parameter.type not in LITERAL_TYPES:
        named = parameter.type.replace("-", " ").replace("|", " or ")
        described += f" ({named}: an id as listed, or an IRI or a name in either language)"
    schema = parameter_schema(kinds, parameter.type)
    found = {
        "name": parameter.name,
        "in": "query",
        "description": described,
        "required": parameter.is_required,
        "schema": schema,
    }
    if parameter.default is not None:
        value = int(parameter.example) if parameter.type == "number" else parameter.example
        if parameter.is_required:
            found["example"] = value
        else:
            found["schema"] = {**schema, "default": value}
    return found


def _answer(media: tuple[str, ...]) -> dict[str, Any]:
    answer = {"schema": {"$ref": "#/components/schemas/Answer"}}
    text = {"schema": {"type": "string"}}
    return {
        "description": "The rows. / الصفوف.",
        "content": {name: answer if name.endswith("json") else text for name in media},
    }


#: SPARQL 1.1 cannot be described by a pattern, so the schema names its form.
_SPARQL: Final = {"type": "string", "format": "sparql"}


def _query() -> dict[str, Any]:
    return {"name": "query", "in": "query", "required": True, "schema": _SPARQL}


def _posted() -> dict[str, Any]:
    """The same by POST, section 2.1.2 and 2.1.3 of the protocol."""
    form = {"type": "object", "required": ["query"], "properties": {"query": _SPARQL}}
    content = {
        "application/x-www-form-urlencoded": {"schema": form},
        "application/sparql-query": {"schema": _SPARQL},
    }
    described = {**_sparql(), "operationId": "sparql-post"}
    del described["parameters"]
    return {**described, "requestBody": {"required": True, "content": content}}


def _sparql() -> dict[str, Any]:
    graphs = {"type": "array", "items": {"type": "string", "format": "uri"}}
    named = [
        {"name": name, "in": "query", "schema": graphs}
        for name in ("default-graph-uri", "named-graph-uri")
    ]
    text: dict[str, Any] = {"schema": {"type": "string"}}
    read: dict[str, Any] = {"schema": {}}
    return {
        "operationId": "sparql",
        "summary": "Any query, by the SPARQL 1.1 Protocol. / أي استعلام وفق بروتوكول SPARQL 1.1.",
        "parameters": [_query(), *named],
        "responses": {
            "200": {
                "description": "The rows or triples. / الصفوف أو الثلاثيات.",
                "content": {
                    name: read if name.endswith("json") else text for name in (*RESULTS, *GRAPHS)
                },
            },
            **_REFUSALS,
        },
    }


def _explained() -> dict[str, Any]:
    return {
        "operationId": "explained",
        "summary": "A SELECT or ASK query, each row with its proof. / استعلام وكل صف معه دليله.",
        "parameters": [_query()],
        "responses": {"200": _answer(ANSWERS[:1]), **_ERRORS},
    }


def _list() -> dict[str, Any]:
    names = {"type": "array", "items": {"type": "object"}}
    return {
        "operationId": "questions",
        "summary": "The stored questions. / الأسئلة المحفوظة.",
        "responses": {
            "200": {
                "description": "All of them. / جميعها.",
                "content": {"application/json": {"schema": names}},
            },
            **_ERRORS,
        },
    }
