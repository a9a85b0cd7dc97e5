"""Ask for a fact step by step on a terminal; each answer is checked before the next question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Final, TypeVar

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, DummyCompleter
from prompt_toolkit.document import Document as Typed

from ..graph.arabic import find_folded, fold
from ..graph.document import Document
from ..graph.errors import (
    CollectionError,
    MisuseError,
    QuoteError,
    TaawunError,
    UnknownNameError,
    told,
)
from ..graph.fact import MODALITIES
from ..loaders.checks.quotes import evidence, told_apart
from ..loaders.collection import Collection
from ..loaders.editing.additions import check_triple
from ..loaders.editing.references import References
from ..loaders.facts import writable
from ..loaders.text.dates import edtf_fault
from ..loaders.text.suggestion import Suggester, covered_spans
from ..messages.message import say
from ..ontology.namespaces import ID, TW

_T = TypeVar("_T")
#: Characters shown before and after a quote that stands in several places.
_AROUND: Final = 30


class _Known(Completer):
    """Completes what is typed to the known values in whose value or explanation it stands."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = [
            (value, meaning, fold(f"{value} {meaning}")) for value, meaning in options.items()
        ]

    def get_completions(self, document: Typed, _event: CompleteEvent) -> Iterable[Completion]:
        """The values, in their order."""
        typed = document.text_before_cursor
        for value, meaning, folded in self._options:
            if fold(typed) in folded:
                yield Completion(value, -len(typed), display_meta=meaning)


class Dialogue:
    """The questions for one fact after another, over one stack of collections."""

    def __init__(self, known: Collection, words: References, language: str) -> None:
        self._known, self._words, self._language = known, words, language
        self._suggester = Suggester(known.schema, known.entities)
        self._session: PromptSession[str] = PromptSession()
        self._labels = {
            ref: f"{self._suggester.label(ref, 'ar')} · {self._suggester.label(ref, 'en')}"
            for ref in self._suggester.classes
        }

    def document(self) -> Document:
        """Ask for the document."""
        titles = {d.slug: f"{d.ar} · {d.en}" for d in self._known.documents.values()}

        def accept(text: str) -> Document:
            slug = self._words.document(text)
            if slug not in self._known.documents:
                raise UnknownNameError(text, "kind-document", get_close_matches(slug, titles))
            return self._known.documents[slug]

        return self._ask("document", titles, accept)

    def quote(self, document: Document) -> dict[str, str]:
        """Ask for a quote that stands in the document; which of its places, if there are several.

        What differs only in spelling is offered again as the document has it.
        """
        covered = covered_spans(self._known.facts, document.slug)
        covered += [(span.start, span.end) for span in (*document.furniture, *document.silent)]
        found = self._suggester.suggest(document.text, document.slug, covered)
        sentences = sorted(found.sentences, key=lambda s: s.state == "covered")
        options = {s.quote.text: say(f"mention-{s.state}", self._language) for s in sentences}
        default = ""
        while True:
            text = self._prompt("quote", options, default)
            found_at = re.finditer(re.escape(text), document.text) if text else ()
            places = [match.span() for match in found_at]
            start, end = self._chosen(document.text, places) if len(places) > 1 else (0, 0)
            prefix, suffix = told_apart(document.text, start, end) if end else ("", "")
            try:
                evidence(document, text, prefix, suffix)
            except QuoteError as error:
                click.secho(told(error, self._language), fg="red")
                span = find_folded(document.text, text)
                default = document.text[slice(*span)] if span else text
                continue
            return {
                "document": document.slug, "quote": text, "prefix": prefix, "suffix": suffix,
            }  # fmt: skip

    def fact(self, quote: str) -> dict[str, str]:
        """Ask for what the quote says."""
        mentioned = [
            ref for mention in self._suggester.suggest(quote).mentions for ref in mention.candidates
        ]
        named = {
            ref: self._labels[ref]
            for ref in dict.fromkeys((*mentioned, *sorted(self._labels)))
            if ref in self._labels
        }
        subject = self._ask("subject", named, self._subject)
        schema = self._known.schema
        predicates = {
            name: f"{schema.label(item.iri, 'ar')} · {schema.label(item.iri, 'en')}"
            for name, item in sorted(writable(schema).items())
            if not item.domains.isdisjoint(self._suggester.classes[subject])
        }

        def fitting(text: str) -> str:
            name = self._words.predicate(text)
            if name not in predicates:
                near = get_close_matches(name, predicates)
                raise UnknownNameError(text, "kind-fitting-predicate", near)
            return name

        predicate = self._ask("predicate", predicates, fitting)
        item = schema.properties[predicate]

        def accept(text: str) -> str:
            value = text if item.datatype else self._words.entity(text, item.ranges)
            check_triple(self._known, subject, predicate, value)
            return value

        options = {} if item.datatype else self._of_class(named, item.ranges)
        said = {"subject": subject, "predicate": predicate}
        said["object"] = self._ask("object", options, accept)
        return said | self._qualifiers(self._of_class(named, frozenset({TW + "Actor"})))

    def _subject(self, text: str) -> str:
        reference = self._words.entity(text)
        if reference not in self._suggester.classes:
            raise UnknownNameError(text, "kind-entity")
        return reference

    def agrees(self, question: str) -> bool:
        """Ask a question of yes or no; no is what silence means."""
        answer = self._session.prompt(
            f"{say(question, self._language)} ", completer=DummyCompleter(), default=""
        )
        return fold(answer) in ("y", "yes", "ن", "نعم")

    def _of_class(self, named: Mapping[str, str], kinds: frozenset[str]) -> dict[str, str]:
        return {
            ref: meaning
            for ref, meaning in named.items()
            if not kinds.isdisjoint(self._suggester.classes[ref])
        }

    def _qualifiers(self, actors: Mapping[str, str]) -> dict[str, str]:
        schema = self._known.schema
        modalities = {
            name: f"{schema.label(f'{ID}modality/{name}', 'ar')} · {name}" for name in MODALITIES
        }

        def modality(text: str) -> str:
            if text not in ("", *MODALITIES):
                raise UnknownNameError(text, "kind-modality", MODALITIES)
            return text

        said = {"modality": self._ask("modality", modalities, modality)}
        if said["modality"] == "reported":
            said["statedBy"] = self._ask("statedBy", actors, self._words.entity)
        if said["modality"] == "inferred":
            said["note"] = self._ask("note", {}, _something)
            said["noteAr"] = self._prompt("noteAr", {})
        said["when"] = self._ask("when", {}, _date)
        if said["when"]:
            said["dateText"] = self._prompt("dateText", {})
        return {key: value for key, value in said.items() if value}

    def _chosen(self, text: str, places: list[tuple[int, int]]) -> tuple[int, int]:
        """Ask which place of a quote is meant."""
        around = {
            str(number): text[max(0, start - _AROUND) : end + _AROUND].replace("\n", " ")
            for number, (start, end) in enumerate(places, 1)
        }
        for number, words in around.items():
            click.echo(f"  {number}: … {words} …")

        def accept(number: str) -> tuple[int, int]:
            if number not in around:
                raise UnknownNameError(number, "kind-place", list(around))
            return places[int(number) - 1]

        return self._ask("place", around, accept)

    def _ask(self, name: str, options: Mapping[str, str], accept: Callable[[str], _T]) -> _T:
        """Ask until the answer is accepted; what is wrong with it is told."""
        text = ""
        while True:
            text = self._prompt(name, options, text)
            try:
                return accept(text)
            except CollectionError as error:
                for fault in error.faults:
                    click.secho(told(fault, self._language), fg="red")
            except TaawunError as error:
                click.secho(told(error, self._language), fg="red")

    def _prompt(self, name: str, options: Mapping[str, str], default: str = "") -> str:
        return self._session.prompt(
            f"{say(f'prompt-{name}', self._language)}: ",
            completer=_Known(options),
            complete_while_typing=True,
            default=default,
        ).strip()


def _something(text: str) -> str:
    if not text:
        raise MisuseError("inferred-without-note")
    return text


def _date(text: str) -> str:
    """An EDTF date, or nothing."""
    if text and (wrong := edtf_fault(text)):
        raise TaawunError(wrong)
    return text
