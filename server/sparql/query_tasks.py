"""Tasks that run queries and stored questions, with or without proofs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from ...api import KnowledgeGraph
from ...graph.errors import QueryError, TaawunError, UnknownNameError, as_json
from ...graph.remote.remote_store import RemoteStore
from ...graph.store import EmbeddedStore, Graphs
from ...messages.message import foreign
from ...ontology.namespaces import PREFIXES
from ...queries.proven_answer import write_proven, write_without_proofs
from ...queries.question import Question
from ...queries.rows import Rows, Truth
from ...queries.why import explainable
from ..workers.reply import Reply
from .media_types import GRAPHS, RESULTS, choose

#: The formats of a stored question's answer; the first is the default.
ANSWERS: Final = ("application/json", "application/sparql-results+json", "text/csv")


def query(
    graph: KnowledgeGraph,
    reply: Reply,
    *,
    text: str,
    accept: str,
    base: str,
    dataset: tuple[Sequence[str], Sequence[str]] | None,
) -> None:
    """Run a query and stream its answer in the format that the client prefers.

    Our prefixes are predeclared. What is probably wrong with the query is in a header.
    """
    store = graph.store
    assert isinstance(store, (EmbeddedStore, RemoteStore))
    graphs = Graphs(tuple(dataset[0]), tuple(dataset[1])) if dataset else None
    text, warnings = graph.own_queries.prepare(text, graphs, base)
    answer = store.query(text, graphs, base)
    offers: Mapping[str, Any] = GRAPHS if isinstance(answer, ox.QueryTriples) else RESULTS
    media = choose(accept, offers)
    if media is None:
        refuse(reply, offers)
        return
    reply.begin(media, 200, **warned(warnings))
    out = reply.body.buffer
    try:
        if isinstance(answer, ox.QueryTriples):
            ox.serialize(answer, out, GRAPHS[media], prefixes=PREFIXES)
        else:
            answer.serialize(out, RESULTS[media])
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError("query-not-evaluated", reason=foreign(error)) from error


def warned(warnings: Sequence[TaawunError]) -> dict[str, str]:
    """The header with the warnings about a query, as JSON in ASCII; none without warnings."""
    said = [as_json(item) for item in warnings]
    return {"Taawun_Warnings": json.dumps(said)} if said else {}


def refuse(reply: Reply, offers: Sequence[str] | Mapping[str, Any]) -> None:
    """Return 406 with the available formats."""
    reply.refuse(406, TaawunError("not-acceptable", formats=list(offers)))


def explained(graph: KnowledgeGraph, reply: Reply, *, text: str) -> None:
    """Run a SELECT or ASK query and write each row with its proof.

    Raises ``UnexplainableError`` if none of its rows can have one: who asks here asks for proofs.
    """
    answer = graph.sparql(text)
    if isinstance(answer, Rows):
        explainable(answer.text)
    reply.begin("application/json", 200, **warned(answer.warnings))
    if isinstance(answer, Rows):
        write_proven(answer, answer.proven(), "json", reply.body)
    elif isinstance(answer, Truth):
        reply.body.write(answer.to_json(why=True))
    else:
        raise QueryError("only-rows-explained")


def question(
    graph: KnowledgeGraph,
    reply: Reply,
    *,
    name: str,
    parameters: dict[str, str],
    why: bool,
    language: str,
    accept: str,
) -> None:
    """Run a stored question: JSON as ``taawun ask --format json`` prints it, or CSV."""
    media = choose(accept, ANSWERS)
    if media is None:
        refuse(reply, ANSWERS)
        return
    rows = answered(graph, name, parameters, language)
    # Every value of the answer, defaults too, is in the address that gives this answer again.
    values = rows.answer.asked.as_given() if rows.answer.asked else {}
    again = urlencode({**values, **({"why": "true"} if why else {}), "lang": language})
    reply.begin(media, Content_Location=f"/api/questions/{name}?{again}")
    style = "csv" if media == "text/csv" else "json"
    if why:
        write_proven(rows, rows.proven(), style, reply.body)
    else:
        write_without_proofs(rows, style, reply.body)


def answered(graph: KnowledgeGraph, name: str, parameters: dict[str, str], language: str) -> Rows:
    """Answer a stored question. Raises ``QueryError`` for an unknown parameter value."""
    stored = graph.catalogue.get(name)
    graph.language = language
    try:
        return graph.ask_stored(stored, parameters)
    except UnknownNameError as error:
        raise QueryError(error.message, remedy=error.remedy) from error


def questions(graph: KnowledgeGraph, reply: Reply) -> None:
    """List the stored questions."""
    reply.begin("application/json")
    listed = [_told(stored) for stored in graph.catalogue.questions.values()]
    reply.body.write(json.dumps(listed, ensure_ascii=False, indent=2))


def _told(stored: Question) -> dict[str, Any]:
    return {
        "name": stored.name,
        "ar": stored.ar,
        "en": stored.en,
        "tags": stored.tags,
        "parameters": [
            {
                "name": item.name,
                "type": item.type,
                "ar": item.ar,
                "en": item.en,
                "required": item.is_required,
                ("example" if item.is_required else "default"): item.example or None,
            }
            for item in stored.parameters
        ],
    }
