"""Answers as files: CSV, a workbook, JSON with its proofs, and the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...api import KnowledgeGraph
from ...graph.errors import QueryError
from ...queries.answer import Triples, write_answer
from ...queries.proven_answer import write_proven
from ...queries.rows import Rows, Truth
from ...queries.workbook import write_answer_book
from ..sparql.query_tasks import answered
from ..workers.reply import Reply
from .page import Page

#: The files of an answer and their media types.
FILES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "rq": "application/sparql-query",
}


def files_of(page: Page, path: str, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    """The name and the address of each file of an answer."""
    names = {"rq": "SPARQL", "xlsx": "Excel"}
    return [
        (names.get(suffix, suffix.upper()), page.site(f"{path}.{suffix}", **parameters))
        for suffix in FILES
    ]


def answer_file(
    graph: KnowledgeGraph,
    reply: Reply,
    *,
    form: str,
    language: str,
    name: str = "",
    text: str = "",
    query: str = "",
    parameters: dict[str, str] | None = None,
) -> None:
    """Write an answer as a file: that of a stored question, of own words, or of a query.

    Raises ``UnsureError`` if own words are not understood, and ``QueryError`` for an answer that
    has no rows by its nature.
    """
    graph.language = language
    given = {key: value for key, value in (parameters or {}).items() if value.strip()}
    if name:
        found: Rows | Truth | Triples = answered(graph, name, given, language)
    elif text:
        outcome = graph.read(text)
        if outcome.plan is None or outcome.plan.card or outcome.kind == "lacking":
            raise outcome.error
        found = graph.answered(outcome)
    else:
        found = graph.sparql(query)
    if not isinstance(found, Rows):
        raise QueryError("only-rows-explained")
    reply.begin(
        FILES[form],
        Content_Disposition=f'attachment; filename="{name or "taawun-answer"}.{form}"',
    )
    if form == "csv":
        write_answer(found.answer, "csv", reply.body, for_spreadsheet=True)
    elif form == "json":
        write_proven(found, found.proven(), "json", reply.body)
    elif form == "rq":
        reply.body.write(found.text.rstrip() + "\n")
    else:
        write_answer_book(found, found.proven(), reply.body.buffer)
