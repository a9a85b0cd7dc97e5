"""What was understood of a question, in words: every condition, every parameter, defaults too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from ...graph.store import Store
from ...messages.message import say
from ...ontology.namespaces import TW
from ..labels import Labels, short_iri
from ..parameters import Asked, with_defaults
from ..question import Question
from .periods import month_named
from .plan import CONDITIONS, Plan
from .reading import Outcome

_TYPE: Final = "rdf:type"


class Wording:
    """Puts readings into words, with the labels of one graph."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._labels = Labels(store)

    def read_as(self, outcome: Outcome) -> str:
        """The line "Read as: …", in the language of the question; empty where nothing was read."""
        reading = self._reading(outcome)
        return say("reading-read-as", outcome.language, reading=reading) if reading else ""

    def _reading(self, outcome: Outcome) -> str:
        language = outcome.language
        plan = outcome.plan
        if plan is None:
            return ""
        if outcome.asked is not None:
            told = outcome.asked.title(self._labels, language)
        elif plan.card:
            told = self._label(plan.card, language)
        else:
            told = self._steps(plan, language)
        if plan.superlative:
            told = say(plan.superlative, language, reading=told)
        if outcome.uncompared:
            told = say("reading-uncompared", language, reading=told, count=outcome.uncompared)
        if plan.is_count:
            told = say("reading-count", language, reading=told)
        if plan.is_whether:
            told = say("reading-whether", language, reading=told)
        return told

    def short_of_that(self, outcome: Outcome) -> str:
        """What is asked instead, where nothing is as it was asked: "Short of that: …"."""
        assert outcome.short
        reading = self._reading(outcome.short)
        return say("reading-short", outcome.language, reading=reading)

    def stored(self, question: Question, values: Mapping[str, str], language: str) -> str:
        """A stored question with the value of each of its parameters, defaults too."""
        told = []
        terms = {name: ox.NamedNode(value) for name, value in values.items()}
        for one in with_defaults(question.parameters, terms):
            if one.parameter.is_required and not one.is_given:
                name = one.parameter.called(language)
                told.append(say("answer-parameter", language, name=name, value="…"))
                continue
            told += Asked(question.name, "", "", (one,)).told(self._labels, language)
        if not told:
            return question.summary(language)
        joint = "؛ " if language == "ar" else "; "
        return say(
            "reading-stored",
            language,
            question=question.summary(language),
            parameters=joint.join(told),
        )

    def command(self, question: Question, values: Mapping[str, str]) -> str:
        """The command that asks a stored question with values."""
        named = (f"-p {name}={short_iri(value)}" for name, value in values.items())
        return " ".join(["taawun ask", question.name, *named])

    def _steps(self, plan: Plan, language: str) -> str:
        """Each thing with its conditions: "Agreement (signatory: Egypt; signatory: Libya)"."""
        joint = "؛ " if language == "ar" else "; "
        things: dict[str, list[str]] = {}
        if plan.absent:
            kind, *steps = plan.steps
            said = self._steps(replace(plan, absent="", steps=steps), language)
            thing = self._term(kind.subject, language)
            return say("reading-absent", language, thing=thing, reading=said)
        for subject, predicate, object_ in plan.steps:
            if predicate == _TYPE:
                things.setdefault(object_ if subject == "?" else subject, [])
                continue
            told = say(
                "answer-parameter",
                language,
                name=self._condition(predicate, language),
                value=self._term(object_, language),
            )
            things.setdefault(subject, []).append(told)
        words = []
        for thing, told_of in things.items():
            label = self._term(thing, language)
            parts = joint.join(dict.fromkeys(told_of))
            words.append(
                say("reading-stored", language, question=label, parameters=parts)
                if parts
                else label
            )
        return joint.join(words)

    def _condition(self, predicate: str, language: str) -> str:
        told = CONDITIONS.get(predicate)
        if told:
            return told[language]
        return " / ".join(self._label(TW + one, language) for one in predicate.split("|"))

    def _term(self, term: str, language: str) -> str:
        """``?`` for what is asked, a class for a thing of it, a name for a named thing or title."""
        if term == "?":
            return "؟" if language == "ar" else "?"
        if term.startswith("?"):
            return self._label(TW + term[1:], language)
        if term.startswith("http"):
            return self._label(term, language)
        if term.startswith("title:"):
            return say(f"reading-title-{term.removeprefix('title:')}", language)
        return "; ".join(month_named(date, language) for date in term.split("; "))

    def _label(self, iri: str, language: str) -> str:
        if not iri.startswith("http"):
            return iri
        self._labels.fetch([iri])
        return self._labels(iri, language)
