"""``ask`` in one's own words: what was understood, the answer, or what to choose from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from ..graph.errors import MisuseError, TaawunError
from ..messages.message import say
from ..queries.asking.wording import Wording
from ..queries.rows import Rows, Truth
from .faults import tell
from .input import with_choices
from .output import print_line, print_rows, print_truth
from .settings import FAULTS, Settings

if TYPE_CHECKING:
    from ..queries.asking import Outcome
    from ..queries.results import Naming

#: So many rows of what there is short of an answer are told.
_SHORT = 5


def ask_in_own_words(
    settings: Settings,
    words: str,
    values: Mapping[str, str],
    why: bool,
    everything: bool,
    naming: Naming | None,
    *,
    show: Callable[[str], None],
) -> None:
    """Read the words, say what was understood, and answer; exit 1 where nothing is answered.

    ``show`` prints the card of an entity, given by IRI.
    """
    graph = settings.graph
    outcome = graph.read(words)
    if settings.lang is None:
        # Who asks in a language reads it, whatever the locale.
        settings.lang = graph.language = outcome.language
    if outcome.kind in ("foreign", "unread", "unsure"):
        if graph.catalogue.looks_like_a_name(words):
            graph.catalogue.get(words)
        _refuse(settings, outcome, why, everything, naming)
        return
    plan = outcome.plan
    assert plan is not None
    if values and not plan.stored:
        raise MisuseError("parameters-without-question", names=list(values))
    if outcome.question and (values or outcome.kind == "lacking"):
        values = with_choices(settings, outcome.question, {**plan.values, **values})
        outcome = outcome.with_values(values, graph.names)
    wording = Wording(graph.store)
    _note(settings, "reading-read-as", wording.read_as(outcome))
    if outcome.question:
        _note(settings, "reading-command", wording.command(outcome.question, plan.values))
    if plan.card:
        show(plan.card)
        return
    if not plan.stored:
        _note(settings, "reading-sparql", outcome.query)
    rows = graph.answered(outcome)
    if settings.style == "table":
        # The question and its values were just told.
        rows.answer.asked = None
    # Whether there are rows shows only when they are printed.
    if code := outcome.remark(has_rows=True):
        _note(settings, code, say(code, outcome.language))
    if outcome.kind == "no":
        _note_short(settings, rows, outcome)
        if settings.style == "json":
            print_truth(settings, Truth(graph.store, outcome.query, False), why, everything)
        sys.exit(FAULTS)
    if outcome.kind == "undated":
        print_rows(settings, rows, why, everything, naming=naming)
        sys.exit(FAULTS)
    try:
        print_rows(
            settings, rows, why, everything, nothing=outcome.remark(has_rows=False), naming=naming
        )
    finally:
        _note_short(settings, rows, outcome)


def _note_short(settings: Settings, rows: Rows, outcome: Outcome) -> None:
    """Say what there is short of what was asked for in vain, and how to ask for it."""
    found, short = rows.short_of_that, outcome.short
    if found is None or short is None:
        return
    wording = Wording(settings.graph.store)
    told, command = wording.short_of_that(outcome), ""
    if short.question and short.plan:
        command = wording.command(short.question, short.plan.values)
    lines = [" · ".join(filter(None, cells)) for cells in found.display(0, _SHORT)]
    if len(found) > _SHORT:
        lines.append("…")
    if settings.format == "json":
        parts = {"rows": lines, "command": command, "sparql": short.query}
        _note(settings, "reading-short", told, parts)
    else:
        shown = [told, *(f"  {line}" for line in lines), command]
        print_line("\n".join(filter(None, shown)), err=True)


def _refuse(
    settings: Settings, outcome: Outcome, why: bool, everything: bool, naming: Naming | None
) -> None:
    """Say what was not understood, and offer the likeliest questions."""
    wording = Wording(settings.graph.store)
    error = outcome.error
    if settings.format == "json":
        tell(error, settings)
    else:
        print_line(_in(error, outcome.language), err=True)
    found = outcome.candidates
    if found and settings.format != "json":
        print_line(say("reading-candidates", outcome.language), err=True)
    for number, (question, values) in enumerate(found, 1):
        told = wording.stored(question, values, outcome.language)
        command = wording.command(question, values)
        if settings.format == "json":
            parts = {"question": question.name, "values": values, "command": command}
            _note(settings, "reading-candidate", told, parts)
        else:
            print_line(f"  {number}. {told}\n     {command}", err=True)
    if found and sys.stdin.isatty() and settings.style == "table":
        chosen = click.prompt(
            say("reading-choose", outcome.language), default="", show_default=False, err=True
        )
        if chosen.strip() in map(str, range(1, len(found) + 1)):
            question, values = found[int(chosen) - 1]
            values = with_choices(settings, question, values)
            rows = settings.graph.ask_stored(question, values)
            print_rows(settings, rows, why, everything, naming=naming)
            return
    sys.exit(FAULTS)


def _in(error: TaawunError, language: str) -> str:
    """The words and the remedy of an error, in the language of the question."""
    lines = [error.message.text(language)]
    if error.remedy:
        lines.append(f"    {'←' if language == 'ar' else '→'} {error.remedy.text(language)}")
    return "\n".join(lines)


def _note(
    settings: Settings, code: str, text: str, parts: Mapping[str, object] | None = None
) -> None:
    """Say on standard error what was understood; as JSON for programs, with its parts."""
    if settings.format == "json":
        import json

        from ..messages.untrusted_text import escaped

        note: dict[str, object] = {"severity": "note", "code": code, "message": text}
        if parts:
            note["parts"] = parts
        print_line(escaped(json.dumps(note, ensure_ascii=False)), err=True)
    else:
        print_line(text, err=True)
