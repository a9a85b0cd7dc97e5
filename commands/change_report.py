"""Printing what changes from one store to another: facts, what follows from them, and answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click
import pyoxigraph as ox

from ..graph.fact_record import FactRecord, fact_json
from ..messages.message import say
from ..messages.untrusted_text import escaped
from ..ontology.namespaces import ID
from ..queries.changes import Alteration, AnswerChange, Difference
from ..queries.fact_words import glosses_of, quotes_of
from ..queries.labels import Labels, short_iri
from ..queries.results import Shown, bindings
from .output import emit
from .settings import FAULTS, Settings, common, gloss_option
from .terminal import Printer, console

#: Rows shown of each answer that changes; the other formats have them all.
_SHOWN: Final = 5
_HEADINGS: Final = ("change", "of", "subject", "predicate", "object", "details")


def report(settings: Settings, found: Difference) -> None:
    """Print a difference in the chosen format."""
    if settings.style == "json":
        click.echo(escaped(json.dumps(_as_json(found), ensure_ascii=False, indent=2)))
    elif settings.style == "table":
        _Page(found, settings.language, settings.gloss).print()
    else:
        emit(settings, _HEADINGS, list(_rows(found, settings.language)))


class _Page:
    """The difference for people. What is gone is called by the names that it had."""

    def __init__(self, found: Difference, language: str, gloss: bool | None) -> None:
        self.found, self.language = found, language
        self.old, self.out = (
            Printer(console(), Labels(store), language, gloss=gloss)
            for store in (found.before, found.after)
        )

    def print(self) -> None:
        """Print it part by part; a part without changes is left out."""
        found = self.found.changes
        if not self.found:
            self.out.line(say("diff-none", self.language))
        for name, things, printer in (
            ("diff-things-added", found.things_added, self.out),
            ("diff-things-removed", found.things_removed, self.old),
            ("diff-things-altered", found.things_altered, self.out),
        ):
            if things:
                self._heading(name, things)
                printer.things(things)
        paired = {fact.iri for item in found.requalified for fact in (item.before, item.after)}
        added, removed = (
            [fact for fact in facts if fact.iri not in paired]
            for facts in (found.added, found.removed)
        )
        if added:
            self._heading("diff-facts-added", added)
            self.out.facts(added)
        if removed:
            self._heading("diff-facts-removed", removed)
            self.old.facts(removed)
        if found.requalified:
            self._heading("diff-facts-requalified", found.requalified)
        for item in found.requalified:
            self.old.sentences([item.before], "− ")
            self.out.sentences([item.after], "+ ")
        if found.altered:
            self._heading("diff-facts-altered", found.altered)
        for item in found.altered:
            self._alteration(item)
        if found.derived_added:
            self._heading("diff-derived-added", found.derived_added)
            self.out.sentences(found.derived_added)
        if found.derived_removed:
            self._heading("diff-derived-removed", found.derived_removed)
            self.old.sentences(found.derived_removed)
        if self.found.answers:
            self._heading("diff-answers", self.found.answers)
        for change in self.found.answers:
            self._answer(change)

    def _heading(self, name: str, items: Sequence[object]) -> None:
        self.out.line(say(name, self.language, count=len(items)), "bold")

    def _alteration(self, item: Alteration) -> None:
        before, after = item.before, item.after
        self.out.facts([after])
        if before.record_status != after.record_status:
            statuses = (f"{ID}record-status/{x.record_status}" for x in (before, after))
            old, new = (self.out.labels(iri, self.language) for iri in statuses)
            self._was(say("diff-status", self.language, before=old, after=new))
        elif before.status_reasons != after.status_reasons:
            reason = before.status_reason(self.language)
            self._was(say("diff-reason-before", self.language, reason=reason))
        if (note := before.note(self.language)) != after.note(self.language):
            self._was(say("diff-note-before", self.language, note=note or "—"))
        kept = {quote.place: quote.gloss for quote in after.quotes}
        for quote in before.quotes:
            if quote.place not in kept:
                self._was(say("diff-quote-before", self.language, quote=quote.text))
            elif quote.gloss != kept[quote.place]:
                gloss = quote.gloss or "—"
                self._was(say("diff-gloss-before", self.language, gloss=gloss))

    def _was(self, text: str) -> None:
        self.out.indented(text, "dim", 6)

    def _answer(self, change: AnswerChange) -> None:
        question = change.question
        self.out.line(f"  ▸ {question.name}: {question.summary(self.language)}")
        for sign, store, rows in (
            ("+", self.found.after, change.gained),
            ("−", self.found.before, change.lost),
        ):
            shown = Shown(store, self.language)
            for row in rows[:_SHOWN]:
                self.out.indented(f"{sign} {' · '.join(map(shown.term, row))}", indent=6)
            if more := len(rows[_SHOWN:]):
                self.out.indented(
                    f"{sign} {say('diff-more-rows', self.language, count=more)}", "dim", 6
                )


def _rows(found: Difference, language: str) -> Iterator[tuple[str, ...]]:
    old, new = Shown(found.before, language), Shown(found.after, language)
    changes = found.changes
    for change, things, shown in (
        ("added", changes.things_added, new),
        ("removed", changes.things_removed, old),
        ("altered", changes.things_altered, new),
    ):
        for iri in things:
            yield change, "thing", shown.term(ox.NamedNode(iri)), "", "", short_iri(iri)
    for change, kind, facts, shown in (
        ("added", "fact", changes.added, new),
        ("removed", "fact", changes.removed, old),
        ("before", "fact", [item.before for item in changes.altered], old),
        ("after", "fact", [item.after for item in changes.altered], new),
        ("added", "derived", changes.derived_added, new),
        ("removed", "derived", changes.derived_removed, old),
    ):
        for fact in facts:
            names = (shown.term(term) for term in (fact.subject, fact.predicate, fact.object))
            speakers, others = (
                ", ".join(map(shown.term, terms)) for terms in (fact.stated_by, fact.on_behalf_of)
            )
            details = (
                shown.modality(fact), speakers, others, fact.when, fact.date_text,
                shown.record_status(fact), fact.note(shown.language), quotes_of([fact]),
                glosses_of([fact]),
            )  # fmt: skip
            yield change, kind, *names, "; ".join(filter(None, details))
    for item in found.answers:
        for change, rows, shown in (("gained", item.gained, new), ("lost", item.lost, old)):
            for row in rows:
                yield change, item.question.name, "", "", "", " · ".join(map(shown.term, row))


def _as_json(found: Difference) -> dict[str, Any]:
    changes = found.changes
    return {
        "things": {
            "added": list(changes.things_added),
            "removed": list(changes.things_removed),
            "altered": list(changes.things_altered),
        },
        "facts": {
            "added": list(map(_fact, changes.added)),
            "removed": list(map(_fact, changes.removed)),
            "altered": [
                {"before": _fact(item.before), "after": _fact(item.after)}
                for item in changes.altered
            ],
            "requalified": [
                {"before": item.before.iri, "after": item.after.iri} for item in changes.requalified
            ],
        },
        "derived": {
            "added": list(map(fact_json, changes.derived_added)),
            "removed": list(map(fact_json, changes.derived_removed)),
        },
        "answers": [
            {
                "question": item.question.name,
                "gained": [dict(bindings(item.variables, row)) for row in item.gained],
                "lost": [dict(bindings(item.variables, row)) for row in item.lost],
            }
            for item in found.answers
        ],
    }


def _fact(fact: FactRecord) -> dict[str, Any]:
    return fact_json(fact) | {"recordStatus": fact.record_status}


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option(
    "--answers", is_flag=True, help="Also show the stored questions whose answers change."
)
@click.option("--alone", is_flag=True, help="Leave out the bundled collection.")
@gloss_option
@common
@click.pass_obj
def diff(settings: Settings, before: str, after: str | None, answers: bool, alone: bool) -> None:
    """Compare two states of the graph, fact by fact; without B, A and the present state.

    A state is a file in N-Quads, a build (its folder, or its 16 digits in the cache), a
    collection's folder, or a git revision of the collections (git:REV; of the current folder, if it
    is a collection). Exits with 0 if no fact differs, 1 if one does, 2 on errors.

    \b
    taawun diff git:HEAD~1 --collection my-dossier
    taawun diff old.nq new.nq --format json
    """
    from ..loaders.builds.snapshot import States
    from ..queries.changes import difference

    states = States(settings.collections, alone=alone)
    old = states.get(before)
    new = states.present() if after is None else states.get(after)
    found = difference(old, new, settings.catalogue.questions.values() if answers else ())
    report(settings, found)
    if found:
        sys.exit(FAULTS)
