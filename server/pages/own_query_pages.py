"""Pages that answer what visitors ask themselves: in their own words, or in SPARQL.

The query page has a form with an editor, patterns to start from, and the answer with names; each
row of it leads to its proof.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

from ...api import KnowledgeGraph
from ...graph.errors import QueryError, UnexplainableError, told
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
from ...queries.why import explain, explainable
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
_NO_HEADING: Final = ""
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
    values |= {"files": [], "whys": []}
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
    if answer and not why:
        values["whys"] = [
            page.site("/sparql/row", query=text, row=digest(row)) for row in _terms(answer["table"])
        ]
    page.write(reply, "query.html", "/sparql", fault="", answer=answer, **values)


def row_page(graph: KnowledgeGraph, reply: Reply, *, text: str, row: str, language: str) -> None:
    """Write one row of the answer to a query, named by its digest, with its proof.

    The query page shows the proof in place; the query is run again to find the row.
    """
    page = Page(graph, language)
    graph.language = language
    values: dict[str, Any] = {"text": text, "forms": (), "fault": "", "table": None}
    values["parameters"] = {"query": text, "row": row}
    status = 200
    try:
        values["table"] = _proven(graph, text, row)
        if values["table"] is None:
            values["fault"], status = say("row-not-found", language), 404
    except UnexplainableError as error:
        values["fault"] = say("answer-unexplained", language, reason=error.message)
    except QueryError as error:
        values["fault"], status = told(error, language), 400
    page.write(reply, "row.html", "/sparql/row", status, **values)


def _proven(graph: KnowledgeGraph, text: str, row: str) -> AnswerTable | None:
    """Return the row of the answer that has this digest, with its proof; None if there is none.

    Raises ``UnexplainableError`` with the reason if no row can have one.
    """
    answer = graph.sparql(text)
    explainable(answer.text)
    if isinstance(answer, Rows):
        found = (terms for block in answer.answer.blocks() for terms in block)
        terms = next((terms for terms in found if digest(terms) == row), None)
        return answer.as_table([terms], why=True) if terms else None
    if isinstance(answer, Truth):
        return _truth(answer, graph.language, why=True) if row == digest(()) else None
    triple = next((triple for triple in answer if digest(triple) == row), None)
    if triple is None:
        return None
    shown = Shown(graph.store, graph.language)
    proofs = explain(graph.store, answer.text, [triple])
    return AnswerTable(_columns(shown), named(shown, [(*triple,)]), [], proofs)


def digest(row: Iterable[object]) -> str:
    """Return what names a row of an answer in an address: 16 hexadecimal digits of its terms."""
    terms = "\n".join("" if term is None else str(term) for term in row)
    return sha256(terms.encode()).hexdigest()[:16]


def _told(graph: KnowledgeGraph, text: str, why: bool) -> dict[str, Any]:
    """Return the answer to any query as a table: three columns for triples, one for ASK."""
    answer = graph.sparql(text)
    if isinstance(answer, Rows):
        return as_answer(answer, why)
    if isinstance(answer, Truth):
        return as_shown(_truth(answer, graph.language, why=why), answer, graph.language)
    shown = Shown(graph.store, graph.language)
    rows = named(shown, [(*triple,) for triple in answer[:SHOWN]])
    proofs = explain(graph.store, answer.text, answer[:SHOWN]) if why else []
    table = AnswerTable(_columns(shown), rows, [], proofs)
    return as_shown(table, answer, graph.language, is_cut=len(answer) > SHOWN)


def _terms(table: AnswerTable) -> Iterator[tuple[object, ...]]:
    """The terms of each row; a truth value has none."""
    is_truth = list(table.headings) == [_NO_HEADING]
    return (() if is_truth else tuple(cell.term for cell in row) for row in table.rows)


def _truth(answer: Truth, language: str, *, why: bool) -> AnswerTable:
    word = say("answer-yes" if answer else "answer-no", language)
    return AnswerTable([_NO_HEADING], [[Named(None, word)]], [], answer.why() if why else [])


def _columns(shown: Shown) -> list[str]:
    return [shown.column(name) for name in ("subject", "predicate", "object")]


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
        "short": None,
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

    def answered(one: Outcome) -> dict[str, Any]:
        text = one.query_with_prefixes(graph.store)
        return as_answer(Rows(graph.store, text, one.answer(graph.store, language)), why)

    answer = answered(outcome)
    has_rows = bool(answer["table"].rows)
    code = outcome.remark(has_rows)
    if outcome.short:
        found["short"] = answered(outcome.short)
        found["short_of_that"] = wording.short_of_that(outcome)
    return found | {
        "answer": answer if has_rows else None,
        "said": say(code, language) if code else "",
    }


def question_link(question: Question, values: Mapping[str, str], language: str) -> str:
    """The address of a stored question's page, with these values filled in."""
    filled = {name: short_iri(value) for name, value in values.items()}
    return f"/questions/{question.name}?{urlencode({'lang': language, **filled})}"
