"""Tasks for the pages of stored questions, their answers, and the query form."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from ...api import KnowledgeGraph
from ...graph.errors import QueryError, UnknownNameError, told
from ...messages.message import say
from ...queries.answer import Triples
from ...queries.answer_table import AnswerTable, Named, named
from ...queries.parameters import LITERAL_TYPES, Parameter, lacking, name_choices
from ...queries.results import Shown
from ...queries.rows import Rows, Truth
from ..sparql.named_graphs import NAMED
from ..sparql.query_tasks import answered
from ..workers.reply import Reply
from .page import Page

#: Maximum number of rows on a page; CSV and JSON have all rows.
_SHOWN: Final = 200
#: Maximum number of values that a field offers; a form of all entities would be mostly these.
_CHOICES: Final = 300
_EXAMPLE: Final = """SELECT ?agreement ?signatory WHERE {
  ?agreement tw:signatory country:egypt , ?signatory
}"""


def questions_page(graph: KnowledgeGraph, reply: Reply, *, language: str) -> None:
    """Write the list of stored questions."""
    listed = list(graph.catalogue.questions.values())
    Page(graph, language).write(
        reply, "questions.html", "/questions", listed=listed, text="", why=False, forms=()
    )


def question_page(
    graph: KnowledgeGraph,
    reply: Reply,
    *,
    name: str,
    parameters: dict[str, str],
    why: bool,
    language: str,
) -> None:
    """Write one stored question, a form for its parameters, and its answer."""
    page = Page(graph, language)
    path = f"/questions/{name}"
    if name not in graph.catalogue:
        page.write(reply, "missing.html", path, 404, wanted=name, near=[], forms=())
        return
    stored = graph.catalogue.get(name)
    given = {key: value for key, value in parameters.items() if value.strip()}
    values: dict[str, Any] = {
        "asked": [],
        "lacking": [],
        "stored": stored,
        "why": why,
        "forms": (),
        "fault": "",
        "answer": None,
    }
    values["fields"] = [_field(graph, item, given, language) for item in stored.parameters]
    values["parameters"] = given | ({"why": "true"} if why else {})
    if missing := lacking(stored.parameters, given):
        values["lacking"] = [item.called(language) for item in missing]
        page.write(reply, "question.html", path, **values)
        return
    try:
        rows = answered(graph, name, given, language)
    except (QueryError, UnknownNameError) as error:
        values["fault"] = told(error, language)
        page.write(reply, "question.html", path, 400, **values)
        return
    values["answer"] = as_answer(rows, why)
    if rows.answer.asked:
        values["asked"] = rows.answer.asked.told(rows.shown.labels, language)
    page.write(reply, "question.html", path, **values)


class Field(NamedTuple):
    """A field of a question's form: what is filled in, and what may be."""

    parameter: Parameter
    name: str
    value: str
    hint: str
    choices: list[str]


def _field(
    graph: KnowledgeGraph, parameter: Parameter, given: dict[str, str], language: str
) -> Field:
    choices = {}
    if parameter.type not in LITERAL_TYPES:
        choices = name_choices(graph.store, graph.names, parameter.type, language)
    example = parameter.example
    if isinstance(parameter.default, ox.NamedNode):
        example = choices.get(parameter.default.value, example)
    value = given.get(parameter.name, "" if parameter.is_required else example)
    hint = say("answer-any", language)
    if parameter.is_required:
        hint = say("page-ask-example", language, value=example)
    listed = list(choices.values()) if len(choices) <= _CHOICES else []
    return Field(parameter, parameter.called(language), value, hint, listed)


def query_page(graph: KnowledgeGraph, reply: Reply, *, text: str, why: bool, language: str) -> None:
    """Write the query form and, if a query is given, its answer."""
    page = Page(graph, language)
    graph.language = language
    values: dict[str, Any] = {"text": text or _EXAMPLE, "why": why, "forms": (), "graphs": NAMED}
    values["parameters"] = {"query": text} | ({"why": "true"} if why else {})
    try:
        answer = _told(graph, text, why) if text.strip() else None
    except QueryError as error:
        fault = told(error, language)
        page.write(reply, "query.html", "/sparql", 400, fault=fault, answer=None, **values)
        return
    page.write(reply, "query.html", "/sparql", fault="", answer=answer, **values)


def _told(graph: KnowledgeGraph, text: str, why: bool) -> dict[str, Any]:
    """Return the answer to any query as a table: three columns for triples, one for ASK."""
    answer = graph.sparql(text)
    if isinstance(answer, Rows):
        return as_answer(answer, why)
    if isinstance(answer, Truth):
        word = say("answer-yes" if answer else "answer-no", graph.language)
        proofs = answer.why() if why else []
        table = AnswerTable([""], [[Named(None, word)]], [], proofs)
        return _as_shown(table, answer, graph.language)
    shown = Shown(graph.store, graph.language)
    headings = [shown.column(name) for name in ("subject", "predicate", "object")]
    table = AnswerTable(headings, named(shown, [(*triple,) for triple in answer[:_SHOWN]]), [])
    return _as_shown(table, answer, graph.language, is_cut=len(answer) > _SHOWN)


def as_answer(rows: Rows, why: bool) -> dict[str, Any]:
    """The first rows of an answer, for the template."""
    block = next(rows.answer.blocks(_SHOWN + 1), [])
    table = rows.as_table(block[:_SHOWN], why=why)
    return _as_shown(table, rows, rows.shown.language, is_cut=len(block) > _SHOWN)


def _as_shown(
    table: AnswerTable, answer: Rows | Truth | Triples, language: str, *, is_cut: bool = False
) -> dict[str, Any]:
    """An answer for the template, with the warnings about its query."""
    warnings = [told(item, language) for item in answer.warnings]
    return {"table": table, "is_cut": is_cut, "warnings": warnings}
