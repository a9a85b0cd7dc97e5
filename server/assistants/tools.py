"""What an assistant may ask: each tool gives facts with their quotes, document and offsets.

Run in a worker process, where time and memory are limited. Every answer says of each fact how
firmly it is stated, so that nothing planned, reported or inferred is told as done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from ...api import KnowledgeGraph
from ...graph.errors import UnknownNameError, told
from ...graph.fact_reader import FactReader, facts_of
from ...graph.fact_record import FactRecord, Json
from ...messages.message import say
from ...ontology.namespaces import DOCUMENT, FACT, INFERENCE
from ...ontology.schema import local_name
from ...queries.asking.wording import Wording
from ...queries.fact_words import iris_of, marks, name_of, pattern_in_words, status_of
from ...queries.labels import Labels, short_iri
from ...queries.rows import Rows, Truth
from ...queries.why import RowExplanation
from ..workers.reply import Reply
from ..workers.served_graph import OpenedBuild

#: The most rows, facts and characters of one result: an assistant reads all of it.
ROWS: Final = 100
_FACTS: Final = 200
_CHARACTERS: Final = 12_000
#: How many stored questions about a subject are named.
_RELATED: Final = 5
#: What each modality means for somebody who retells it.
_RETELL: Final = {
    "asserted": "stated by the document",
    "reported": "reported: say who says it",
    "inferred": "inferred by the curator, not said by the document; the note gives the reason",
    "planned": "only planned: it has not happened according to the document",
    "expected": "only expected: it has not happened according to the document",
    "conditional": "only under a condition",
    "denied": "the document denies it",
    "derived": "follows by a rule from the facts under it",
}
_ARABIC: Final = re.compile("[\u0600-\u06ff]")


def tool(graph: OpenedBuild, reply: Reply, *, name: str, language: str, **given: Any) -> None:
    """Run a tool and write its result as JSON. ``language`` is empty for that of the text."""
    words = " ".join(str(value) for value in given.values() if isinstance(value, str))
    graph.language = language or ("ar" if _ARABIC.search(words) else "en")
    result = TOOLS[name](graph, **given)
    reply.begin("application/json")
    json.dump(result, reply.body, ensure_ascii=False)


def _search(graph: OpenedBuild, *, text: str, limit: int) -> Json:
    entities = list(graph.search(text, limit=limit))
    teller = _Teller(graph)
    questions = [question for _, question in graph.catalogue.ranked(text)[:_RELATED]]
    return {
        "entities": [
            {
                "id": item.slug,
                "name": teller.label(item.iri),
                "classes": [teller.label(kind) for kind in item.classes],
            }
            for item in entities
        ],
        "questions": [_question(item, graph.language) for item in questions],
    }


def _question(question: Any, language: str) -> Json:
    return {
        "name": question.name,
        "question": question.summary(language),
        "parameters": {
            item.name: {"type": item.type, "required": item.is_required}
            for item in question.parameters
        },
    }


def _ask(graph: OpenedBuild, *, question: str, parameters: dict[str, str], limit: int) -> Json:
    if graph.catalogue.is_name(question):
        rows = graph.ask_stored(graph.catalogue.get(question), parameters)
        labels = rows.shown.labels
        asked = rows.answer.asked
        read_as = asked.title(labels, graph.language) if asked else ""
        return {"read_as": read_as, **_answer(rows, limit)}
    outcome = graph.read(question)
    wording = Wording(graph.store)
    choices = list(outcome.candidates)
    if outcome.plan and outcome.question and outcome.kind == "lacking" and not parameters:
        choices = [(outcome.question, dict(outcome.plan.values))]
    if outcome.plan is None or (outcome.kind == "lacking" and not parameters):
        error = outcome.error
        return {
            "understood": False,
            "reason": error.message.text(graph.language),
            "near_names": list(outcome.near),
            "candidates": [
                {
                    "question": found.name,
                    "parameters": {key: short_iri(value) for key, value in values.items()},
                    "reads": wording.stored(found, values, graph.language),
                }
                for found, values in choices
            ],
            # Stored questions with words in common, which may ask something else.
            "related": [
                _question(found, graph.language)
                for _, found in graph.catalogue.ranked(question)[:_RELATED]
            ],
        }
    if parameters:
        outcome = outcome.with_values(parameters, graph.names)
    if outcome.plan and outcome.plan.card:
        return {"read_as": wording.read_as(outcome), **_show(graph, entity=outcome.plan.card)}
    rows = graph.answered(outcome)
    found = _answer(rows, limit)
    # The rows are read already: what the answer means depends on whether there were any.
    code = outcome.remark(has_rows=bool(found["rows"]))
    said: Json = {"remark": say(code, outcome.language)} if code else {}
    query = "\n".join(line for line in rows.text.splitlines() if not line.startswith("#+"))
    if rows.short_of_that:
        less = rows.short_of_that
        said["short_of_that"] = {"read_as": less.understood, **_answer(less, limit)}
    return {"understood": True, "read_as": rows.understood, **said, **found, "sparql": query}


def _sparql(graph: OpenedBuild, *, query: str, limit: int) -> Json:
    answer = graph.sparql(query)
    if isinstance(answer, Rows):
        return _answer(answer, limit)
    teller = _Teller(graph)
    if isinstance(answer, Truth):
        proofs = [teller.proof(item) for item in answer.why()]
        return {"boolean": bool(answer), "proof": proofs[0] if proofs else {}}
    return {"triples": [[str(term) for term in triple] for triple in answer[:limit]],
            "count": len(answer)}  # fmt: skip


def _answer(rows: Rows, limit: int) -> Json:
    """The first rows of an answer, each with its cells, their ids and its proof."""
    block = next(rows.answer.blocks(limit + 1), [])
    table = rows.as_table(block[:limit], why=True)
    teller = _Teller(rows.store, rows.shown.language)
    shown = []
    for number, (cells, proof) in enumerate(zip(table.rows, table.proofs, strict=True)):
        ids = {
            heading: short_iri(cell.term.value)
            for heading, cell in zip(table.headings, cells, strict=True)
            if isinstance(cell.term, ox.NamedNode)
        }
        item: Json = {
            "cells": {h: cell.text for h, cell in zip(table.headings, cells, strict=True)},
            "ids": ids,
        }
        if table.reservations and table.reservations[number]:
            item["rests_on"] = table.reservations[number]
        item["proof"] = teller.proof(proof)
        shown.append(item)
    found: Json = {"rows": shown, "more_rows": len(block) > limit}
    if rows.answer.warnings:
        found["warnings"] = [told(warning, rows.shown.language) for warning in rows.answer.warnings]
    if not shown:
        found["nothing"] = say(rows.answer.none, rows.shown.language)
    return found


def _show(graph: OpenedBuild, *, entity: str) -> Json:
    card = graph.show(entity)
    teller = _Teller(graph)
    facts = list(card.facts)
    return {
        "id": short_iri(card.iri),
        "names": card.labels,
        "also": list(card.aliases),
        "classes": [teller.label(kind) for kind in card.classes],
        "facts": [teller.fact(fact) for fact in facts[:_FACTS]],
        "more_facts": max(0, len(facts) - _FACTS),
    }


def _path(graph: OpenedBuild, *, start: str, end: str) -> Json:
    paths = [list(way) for way in graph.path(start, end)]
    teller = _Teller(graph)
    facts = facts_of(graph.store, [step.triple for way in paths for step in way])
    return {
        "paths": [
            [teller.fact(fact) for step in way for fact in facts[step.triple][:1]] for way in paths
        ]
    }


def _document(graph: OpenedBuild, *, document: str, start: int, end: int) -> Json:
    iri = graph.names.get(document, "source-document")
    text = graph.text(iri)
    teller = _Teller(graph)
    stop = min(end or start + _CHARACTERS, start + _CHARACTERS)
    places = {
        fact: [part for q in fact.quotes if q.document_iri == iri for part in q.parts]
        for fact in FactReader(graph.store).in_document(iri)
    }
    facts = [
        fact
        for fact, parts in places.items()
        if any(p.start < stop and p.end > start for p in parts)
    ]
    facts.sort(key=lambda fact: min(part.start for part in places[fact]))
    found: Json = {"document": short_iri(iri).removeprefix("doc:"), "title": teller.label(iri)}
    if text is None:
        found["text"] = None
        found["note"] = "The whole text is not shown here; the quotes are."
    else:
        stop = min(stop, len(text))
        found |= {"text": text[start:stop], "start": start, "end": stop, "length": len(text)}
    found["facts"] = [teller.fact(fact) for fact in facts[:_FACTS]]
    found["more_facts"] = max(0, len(facts) - _FACTS)
    return found


def _why(graph: OpenedBuild, *, fact: str) -> Json:
    key = fact.strip().removeprefix("<").removesuffix(">")
    known = key if key.startswith((FACT, INFERENCE)) else ""
    for prefix, start in (("fact", FACT), ("inference", INFERENCE)):
        for mark in (f"{prefix}:", f"{prefix}/"):
            if key.startswith(mark):
                known = start + key.removeprefix(mark)
    if not re.fullmatch(r"\S+/[0-9a-f]{16}", known) or not graph.store.query(
        f"ASK {{ GRAPH <{known}> {{ ?s ?p ?o }} }}"
    ):
        raise UnknownNameError(fact, "kind-fact")
    return _Teller(graph).fact(FactReader(graph.store).get(known), deep=True)


class _Teller:
    """Puts facts and proofs into JSON with the words of one language."""

    def __init__(self, graph: Any, language: str = "") -> None:
        store = graph.store if isinstance(graph, KnowledgeGraph) else graph
        self._language = language or graph.language
        self._labels = Labels(store)

    def label(self, iri: str) -> str:
        """The label of an IRI."""
        return self._labels(iri, self._language)

    def _names(self, terms: Iterable[object]) -> list[str]:
        return [name_of(term, self._labels, self._language) for term in terms]

    def fact(self, fact: FactRecord, *, deep: bool = False) -> Json:
        """A fact as a sentence, how firmly it is stated, by whom, and the quotes that prove it."""
        self._labels.fetch(iris_of([fact]))
        found: Json = {
            "fact": short_iri(fact.iri),
            "sentence": " ".join(self._names(fact.triple)),
            "predicate": local_name(fact.predicate.value),
            "ids": [
                short_iri(term.value) if isinstance(term, ox.NamedNode) else term.value
                for term in (fact.subject, fact.object)
            ],
            "modality": fact.modality,
            "retell_as": _RETELL[fact.modality],
        }
        more = {
            "said": marks(fact, self._labels, self._language),
            "stated_by": self._names(fact.stated_by),
            "on_behalf_of": self._names(fact.on_behalf_of),
            "when": fact.when,
            "date_text": fact.date_text,
            "note": fact.note(self._language),
            "status": status_of(fact, self._labels, self._language),
        }
        found |= {name: value for name, value in more.items() if value}
        found["quotes"] = [
            {
                "quote": part.text,
                "document": quote.document_iri.removeprefix(DOCUMENT),
                "file": quote.document,
                "start": part.start,
                "end": part.end,
                # A curator's English, which proves nothing.
                **({"gloss": quote.gloss} if quote.gloss and part is quote.parts[0] else {}),
                **(
                    {"context": [{"quote": c.text, "start": c.start, "end": c.end}
                                 for c in quote.context]}
                    if deep and quote.context
                    else {}
                ),
            }
            for quote in fact.quotes
            for part in quote.parts
        ]  # fmt: skip
        if fact.is_derived:
            found["rule"] = self.label(fact.rule)
            found["follows_from"] = [self.fact(one, deep=deep) for one in fact.derived_from]
        return found

    def proof(self, explanation: RowExplanation) -> Json:
        """What proves a row: its facts, what is absent, or why there is no proof."""
        if explanation.unexplained:
            return {"unexplained": explanation.unexplained.text(self._language)}
        found: Json = {"facts": [self.fact(fact) for fact in explanation.facts]}
        if explanation.absence:
            found["absent"] = [
                say("answer-absent", self._language,
                    pattern=pattern_in_words(pattern, self._labels, self._language))
                for pattern in explanation.absence
            ]  # fmt: skip
        if explanation.is_aggregate:
            found["counts_all"] = say("answer-counts-all", self._language)
        return found


TOOLS: Final[Mapping[str, Callable[..., Json]]] = {
    "search": _search,
    "ask": _ask,
    "sparql": _sparql,
    "show": _show,
    "path": _path,
    "document": _document,
    "why": _why,
}
