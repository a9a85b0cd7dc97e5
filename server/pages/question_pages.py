"""Pages of stored questions and their answers, and answers as files: CSV, Excel, JSON, SPARQL."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from ...api import KnowledgeGraph
from ...graph.errors import QueryError, UnknownNameError, told
from ...messages.message import say
from ...queries.answer import Triples
from ...queries.answer_table import AnswerTable
from ...queries.labels import short_iri
from ...queries.parameters import LITERAL_TYPES, Parameter, lacking, name_choices
from ...queries.proven_answer import write_proven, write_without_proofs
from ...queries.question import Question
from ...queries.rows import Rows, Truth
from ...queries.workbook import write_answer_book
from ..sparql.query_tasks import answered
from ..workers.reply import Reply
from .page import Page

#: Maximum number of rows on a page; CSV and JSON have all rows.
SHOWN: Final = 200
#: Maximum number of values that a field offers; a form of all entities would be mostly these.
_CHOICES: Final = 300
#: Questions that are offered while the explorer is being made.
_MEANWHILE: Final = 8

#: Subjects of questions, each with the tags that belong to it; the first that fits counts.
SUBJECTS: Final = {
    "agreements": {"agreement", "memorandum", "signed"},
    "offers": {"offer", "proposal"},
    "programmes": {"initiative", "project", "strategy", "infrastructure", "service", "product"},
    "figures": {"figure", "ranking", "rank", "number", "budget"},
    "events": {"event", "meeting", "conference", "visit"},
    "people": {"official", "person", "post", "ambassador", "minister"},
    "bodies": {"organization", "body", "ministry"},
    "areas": {"area", "theme"},
    "countries": {"country", "partner", "region"},
}


def subject_of(question: Question) -> str:
    """The subject of a question; ``facts`` if it is about the facts themselves."""
    tags = set(question.tags)
    return next((name for name, known in SUBJECTS.items() if tags & known), "facts")


def questions_page(graph: KnowledgeGraph, reply: Reply, *, language: str) -> None:
    """Write the list of stored questions."""
    page = Page(graph, language)
    groups: dict[str, list[Question]] = {}
    for question in graph.catalogue.questions.values():
        groups.setdefault(subject_of(question), []).append(question)
    ordered = [(one, groups[one]) for one in (*SUBJECTS, "facts") if one in groups]
    page.write(reply, "questions.html", "/questions", groups=ordered, text="", why=False, forms=())


def waiting_page(graph: KnowledgeGraph, reply: Reply, *, language: str) -> None:
    """Write what is shown while the explorer is being made; the server has it load again."""
    listed = list(graph.catalogue.questions.values())[:_MEANWHILE]
    Page(graph, language).write(reply, "waiting.html", "/", listed=listed, forms=())


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
        near = get_close_matches(name, graph.catalogue.questions, n=3, cutoff=0.4)
        pages = [
            (page.site(f"/questions/{one}"), graph.catalogue.get(one).summary(language))
            for one in near
        ]
        page.write(reply, "missing.html", path, 404, wanted=name, near=[], pages=pages, forms=())
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
        "files": [],
        "sparql": "",
    }
    values["fields"] = (
        []
        if page.published
        else [_field(graph, item, given, language) for item in stored.parameters]
    )
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
    values["files"] = [] if page.published else files_of(page, path, given)
    values["sparql"] = rows.text
    if rows.answer.asked:
        values["asked"] = rows.answer.asked.told(rows.shown.labels, language)
        open_to_any = {
            item.parameter.name for item in rows.answer.asked.values if item.term is None
        }
        values["fields"] = [
            item._replace(value="") if item.parameter.name in open_to_any else item
            for item in values["fields"]
        ]
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
    # A link has an IRI or a slug, where a person writes a name.
    meant = (iri for iri in choices if value in (iri, short_iri(iri), iri.rpartition("/")[2]))
    value = choices.get(next(meant, ""), value)
    hint = say("answer-any", language)
    if parameter.is_required:
        hint = say("page-ask-example", language, value=example)
    listed = list(choices.values()) if len(choices) <= _CHOICES else []
    return Field(parameter, parameter.called(language), value, hint, listed)


def as_answer(rows: Rows, why: bool) -> dict[str, Any]:
    """The first rows of an answer, for the template."""
    block = next(rows.answer.blocks(SHOWN + 1), [])
    table = rows.as_table(block[:SHOWN], why=why)
    return as_shown(table, rows, rows.shown.language, is_cut=len(block) > SHOWN)


def as_shown(
    table: AnswerTable, answer: Rows | Truth | Triples, language: str, *, is_cut: bool = False
) -> dict[str, Any]:
    """An answer for the template, with the warnings about its query."""
    warnings = [told(item, language) for item in answer.warnings]
    found = {"table": table, "is_cut": is_cut, "warnings": warnings, "has_files": False}
    return (
        found | {"has_files": True, "none": answer.answer.none}
        if isinstance(answer, Rows)
        else found
    )


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
        write_without_proofs(found, "csv", reply.body, for_spreadsheet=True)
    elif form == "json":
        write_proven(found, found.proven(), "json", reply.body)
    elif form == "rq":
        reply.body.write(found.text.rstrip() + "\n")
    else:
        write_answer_book(found, found.proven(), reply.body.buffer)
