"""Task for the page that answers a question in the visitor's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ...api import KnowledgeGraph
from ...graph.errors import told
from ...messages.message import say
from ...queries.asking import Outcome
from ...queries.asking.wording import Wording
from ...queries.entity_search import search
from ...queries.labels import short_iri
from ...queries.question import Question
from ...queries.rows import Rows
from ..workers.reply import Reply
from .answer_files import files_of
from .page import Page
from .question_pages import as_answer

#: How many entities with such a name are offered.
_FOUND = 5


def own_words_page(
    graph: KnowledgeGraph, reply: Reply, *, text: str, why: bool, language: str
) -> None:
    """Write what was understood of the question, and its answer or what to choose from."""
    values: dict[str, Any] = {
        "text": text,
        "why": why,
        "read_as": "",
        "fault": "",
        "said": "",
        "card": "",
        "sparql": "",
        "link": "",
        "candidates": [],
        "answer": None,
        "files": [],
        "found": [],
    }
    page = Page(graph, language)
    if text.strip():
        values |= _read(graph, graph.read(text), why, language)
        values["found"] = search(graph.names, text, _FOUND)
        if values["answer"]:
            values["files"] = files_of(page, "/ask", {"q": text})
    parameters = {"q": text} | ({"why": "true"} if why else {})
    page.write(reply, "ask.html", "/ask", 200, parameters, forms=(), **values)


def _read(graph: KnowledgeGraph, outcome: Outcome, why: bool, language: str) -> dict[str, Any]:
    wording = Wording(graph.store)

    def choice(question: Question, values: Mapping[str, str]) -> tuple[str, str]:
        return question_link(question, values, language), wording.stored(question, values, language)

    plan = outcome.plan
    if plan is None:
        error = outcome.error
        return {
            "fault": told(error, language),
            "candidates": [choice(*one) for one in outcome.candidates],
        }
    if outcome.kind == "lacking":
        assert outcome.question
        return {
            "fault": say("reading-unsure", language),
            "candidates": [choice(outcome.question, plan.values)],
        }
    found: dict[str, Any] = {"read_as": wording.read_as(outcome)}
    if plan.card:
        return found | {"card": plan.card}
    if outcome.question:
        found["link"] = question_link(outcome.question, plan.values, language)
    else:
        found["sparql"] = outcome.query
    rows = Rows(
        graph.store,
        outcome.query_with_prefixes(graph.store),
        outcome.answer(graph.store, language),
    )
    answer = as_answer(rows, why)
    has_rows = bool(answer["table"].rows)
    code = outcome.remark(has_rows)
    return found | {
        "answer": answer if has_rows else None,
        "said": say(code, language) if code else "",
    }


def question_link(question: Question, values: Mapping[str, str], language: str) -> str:
    """The address of a stored question's page, with these values filled in."""
    filled = {name: short_iri(value) for name, value in values.items()}
    return f"/questions/{question.name}?{urlencode({'lang': language, **filled})}"
