"""Pages that answer what visitors ask themselves: in their own words, or in SPARQL.

The query page has a form with an editor, patterns to start from, and the answer with names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

from ...api import KnowledgeGraph
from ...graph.errors import QueryError, told
from ...graph.store import select
from ...messages.message import say
from ...ontology.namespaces import ID, PREFIXES
from ...ontology.schema import is_own
from ...queries.answer_table import AnswerTable, Named, named
from ...queries.asking import Outcome
from ...queries.asking.wording import Wording
from ...queries.labels import short_iri
from ...queries.question import Question
from ...queries.results import Shown
from ...queries.rows import Rows, Truth
from ...queries.search import search
from ..sparql.service_description import NAMED
from ..workers.reply import Reply
from .page import Page
from .question_pages import SHOWN, as_answer, as_shown, files_of

_EXAMPLE: Final = """SELECT ?agreement ?signatory WHERE {
  ?agreement tw:signatory country:egypt , ?signatory
}"""
#: Terms and entities with their names, for completion.
_WORDS: Final = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label { ?thing rdfs:label ?label } ORDER BY ?thing ?label"""
#: Maximum number of words that the editor completes.
_MOST: Final = 20_000


@cache
def patterns() -> tuple[dict[str, str], ...]:
    """The patterns of ``docs/sparql.md``: ``ar``, ``en`` and ``query`` of each."""
    text = (files("taawun.server.pages") / "assets" / "patterns.json").read_text("utf-8")
    return tuple(json.loads(text))


def editor_words(graph: KnowledgeGraph, reply: Reply) -> None:
    """Write what the editor completes: prefixes, and terms and entities with their labels."""
    found: dict[str, list[str]] = {}
    for row in select(graph.store, _WORDS):
        iri = row["thing"].value
        if iri.startswith(ID):
            kind, _, name = iri.removeprefix(ID).partition("/")
            short = f"{kind}:{name}"
        else:
            short = short_iri(iri) if is_own(iri) or ":" in short_iri(iri)[:9] else ""
        if short and not short.startswith("http"):
            found.setdefault(short, []).append(row["label"].value)
    terms = [{"text": name, "labels": labels} for name, labels in found.items()][:_MOST]
    kinds = {name.partition(":")[0] for name in found}
    told = {"prefixes": PREFIXES | {kind: f"{ID}{kind}/" for kind in kinds - PREFIXES.keys()},
            "terms": terms}  # fmt: skip
    reply.begin("application/json")
    reply.body.write(json.dumps(told, ensure_ascii=False))


def query_page(graph: KnowledgeGraph, reply: Reply, *, text: str, why: bool, language: str) -> None:
    """Write the query form and, if a query is given, its answer."""
    page = Page(graph, language)
    graph.language = language
    values: dict[str, Any] = {"text": text or _EXAMPLE, "why": why, "forms": (), "graphs": NAMED}
    values["files"] = []
    values["patterns"] = [(one[language], one["query"]) for one in patterns()]
    values["parameters"] = ({"query": text} if text else {}) | ({"why": "true"} if why else {})
    try:
        answer = _told(graph, text, why) if text.strip() else None
    except QueryError as error:
        fault = told(error, language)
        page.write(reply, "query.html", "/sparql", 400, fault=fault, answer=None, **values)
        return
    if answer and answer["has_files"]:
        values["files"] = files_of(page, "/sparql", {"query": text})
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
        return as_shown(table, answer, graph.language)
    shown = Shown(graph.store, graph.language)
    headings = [shown.column(name) for name in ("subject", "predicate", "object")]
    table = AnswerTable(headings, named(shown, [(*triple,) for triple in answer[:SHOWN]]), [])
    return as_shown(table, answer, graph.language, is_cut=len(answer) > SHOWN)


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
