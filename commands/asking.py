"""Commands that ask: ``questions``, ``ask``, ``sparql``, ``show``, ``path``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from os.path import isfile
from typing import TYPE_CHECKING, Final

import click

from ..graph.errors import InputError, MisuseError
from ..messages.message import say
from ..queries.labels import short_iri
from ..queries.parameters import usage
from ..queries.results import Naming, Shown
from ..queries.rows import Rows, Truth
from ..queries.workbook import workbook
from . import completion
from .input import read_input, with_choices
from .output import (
    emit,
    print_line,
    print_rows,
    print_triples,
    print_truth,
    printer_for,
    written_to,
)
from .settings import FAULTS, Settings, answer_options, common, gloss_option, output_option
from .stopping import stoppable

if TYPE_CHECKING:
    from ..graph.fact_record import FactRecord

_FACT_COLUMNS: Final = (
    "subject", "predicate", "object", "modality", "recordStatus", "statusDate", "statusReason",
    "supersededBy", "fact",
)  # fmt: skip


@click.command()
@click.option("--tag", help="Only the questions with this tag.")
@common
@click.pass_obj
def questions(settings: Settings, tag: str | None) -> None:
    """List the stored questions, in both languages."""
    found = [
        question
        for question in settings.catalogue.questions.values()
        if tag is None or tag in question.tags
    ]
    rows = [
        (q.name, q.ar, q.en, ", ".join(p.name for p in q.parameters), ", ".join(q.tags))
        for q in found
    ]
    if settings.style == "table":
        printer = printer_for(settings)
        for question in found:
            printer.line("  ".join([question.name, *map(usage, question.parameters)]), "bold")
            printer.line(f"    {question.ar}")
            printer.line(f"    {question.en}")
        printer.line(say("answer-rows", settings.language, count=len(rows)), "dim")
    else:
        emit(settings, ("name", "question_ar", "question_en", "parameters", "tags"), rows)
    if not rows:
        tags = sorted({tag for q in settings.catalogue.questions.values() for tag in q.tags})
        print_line(say("questions-no-tag", settings.language, tag=tag or "", tags=tags), err=True)
        sys.exit(FAULTS)


@click.command()
@click.argument("question", nargs=-1, required=True, shell_complete=completion.questions)
@click.option(
    "-p",
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=completion.parameters,
    help="The value of a parameter: a slug, an IRI or any name in either language (repeatable).",
)
@answer_options
@common
@click.pass_obj
@stoppable
def ask(
    settings: Settings,
    question: Sequence[str],
    parameters: Sequence[str],
    why: bool,
    everything: bool,
    naming: Naming | None,
    output: str | None,
) -> None:
    """Ask a stored question, by its name or in your own words.

    \b
    taawun ask agreement-signatories --why
    taawun ask country-areas -p country=العراق
    taawun ask "ما الاتفاقيات التي وقعتها مصر مع نيجيريا؟"
    """
    words = " ".join(question)
    values = dict(_pair(item) for item in parameters)
    with written_to(settings, output):
        graph = settings.graph
        if graph.catalogue.is_name(words):
            stored = graph.catalogue.get(words)
            values = with_choices(settings, stored, values)
            rows = graph.ask_stored(stored, values)
            print_rows(settings, rows, why, everything, naming=naming)
            return
        from .own_words import ask_in_own_words

        ask_in_own_words(
            settings,
            words,
            values,
            why,
            everything,
            naming,
            show=lambda entity: show_entity(settings, entity, why=why),
        )


@click.command()
@click.argument("query")
@answer_options
@common
@click.pass_obj
@stoppable
def sparql(
    settings: Settings,
    query: str,
    why: bool,
    everything: bool,
    naming: Naming | None,
    output: str | None,
) -> None:
    """Run a SPARQL 1.1 query: its text, a file, or - for standard input.

    The usual prefixes (tw: country: area: rdfs: skos: …) need not be declared. CSV and TSV are
    those of SPARQL 1.1, with IRIs, unless --labels or --ids is given.

    \b
    taawun sparql 'SELECT ?who WHERE { ?who tw:holds ?post } LIMIT 5'
    """
    with written_to(settings, output):
        answer = settings.graph.sparql(_query_text(query))
        if answer.warnings:
            from .faults import warn

            for warning in answer.warnings:
                warn(warning, settings)
        if isinstance(answer, Rows):
            naming = naming or ("iris" if settings.style in ("csv", "tsv") else "labels")
            print_rows(settings, answer, why, everything, naming=naming)
        elif isinstance(answer, Truth):
            print_truth(settings, answer, why, everything)
        else:
            print_triples(settings, answer, why)


@click.command()
@click.argument("entity", nargs=-1, required=True, shell_complete=completion.entities)
@click.option("--why", is_flag=True, help="Show the quotes under the facts.")
@click.option(
    "--history",
    "past_only",
    is_flag=True,
    help="Show withdrawn, replaced and pending facts instead: status, day and reason.",
)
@gloss_option
@output_option
@common
@click.pass_obj
@stoppable
def show(
    settings: Settings, entity: Sequence[str], why: bool, past_only: bool, output: str | None
) -> None:
    """Show everything known about an entity, given by slug, IRI or any name in either language."""
    with written_to(settings, output):
        show_entity(settings, " ".join(entity), why=why, past_only=past_only)


def show_entity(settings: Settings, name: str, *, why: bool, past_only: bool = False) -> None:
    """Print the card of an entity; exit 1 if nothing is known of it."""
    from ..graph.fact_reader import facts_of
    from ..queries.proof_json import card_json

    graph = settings.graph
    card = graph.show(name)
    past = graph.history(name) if past_only else ()
    disagreements = () if past_only else graph.disagreements(name)
    facts = {} if past_only else facts_of(graph.store, card.triples)
    views = [view for triple in card.triples for view in facts.get(triple, ())]
    views += [item.fact for item in past]
    if settings.style == "json":
        click.echo(card_json(card, views, disagreements))
    elif settings.style != "table":
        _emit_facts(settings, views, why=why)
    elif past_only:
        printer_for(settings).history(card, past, why=why)
    else:
        printer_for(settings).card(card, views, disagreements, why=why)
    if not views:
        sys.exit(FAULTS)


def _emit_facts(settings: Settings, views: Sequence[FactRecord], *, why: bool) -> None:
    """Facts as rows, each with its record and its IRI, by which other files may name it.

    With ``why`` a row for each quote, as under an answer; a workbook has a sheet of each.
    """
    from ..queries.fact_words import PROOF_COLUMNS, proof_rows

    shown = Shown(settings.graph.store, settings.language)
    proofs = (
        [*map(shown.term, view.triple), *proof]
        for view in views
        for proof in proof_rows([view], shown)
    )
    proof_headings = [*map(shown.column, ("subject", "predicate", "object")), *PROOF_COLUMNS]
    rows = (
        [
            *map(shown.term, (view.subject, view.predicate, view.object)),
            shown.modality(view),
            shown.record_status(view),
            view.status_date,
            view.status_reason(settings.language),
            short_iri(view.superseded_by),
            short_iri(view.iri),
        ]
        for view in views
    )
    headings = [shown.column(name) for name in _FACT_COLUMNS]
    if settings.style == "xlsx":
        with workbook(sys.stdout.buffer, settings.language) as book:
            book.add("sheet-answer", headings, rows)
            book.add("sheet-proofs", proof_headings, proofs)
    elif why:
        emit(settings, proof_headings, list(proofs))
    else:
        emit(settings, headings, list(rows))


@click.command()
@click.argument("start", shell_complete=completion.entities)
@click.argument("end", shell_complete=completion.entities)
@click.option(
    "--limit", default=3, show_default=True, help="How many paths of the same length to show."
)
@gloss_option
@common
@click.pass_obj
@stoppable
def path(settings: Settings, start: str, end: str, limit: int) -> None:
    """Show how two entities are connected, each step with its quote.

    \b
    taawun path العراق ليتوانيا
    """
    from ..graph.fact_reader import facts_of

    graph = settings.graph
    ways = graph.path(start, end, limit=limit)
    triples = [step.triple for way in ways for step in way]
    facts = facts_of(graph.store, triples)
    if settings.style == "table":
        printer_for(settings).paths(ways, facts)
    elif settings.style == "json":
        from ..queries.proof_json import paths_json

        click.echo(paths_json(ways, facts))
    else:
        from ..queries.fact_words import PROOF_COLUMNS, proof_rows, rank

        shown = Shown(graph.store, settings.language)
        rows = [
            [
                str(number),
                *map(shown.term, (step.subject, step.predicate, step.object)),
                *proof,
            ]
            for number, way in enumerate(ways, 1)
            for step in way
            for proof in proof_rows(sorted(facts[step.triple], key=rank)[:1], shown)
        ]
        names = ("path", "subject", "predicate", "object")
        emit(settings, [*map(shown.column, names), *PROOF_COLUMNS], rows)
    if not ways:
        sys.exit(FAULTS)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise MisuseError("parameter-malformed", text=text)
    return name, value


def _query_text(query: str) -> str:
    """The query itself: from standard input, a file, or the argument."""
    if query != "-" and not (
        query.endswith((".rq", ".sparql")) or ("{" not in query and isfile(query))
    ):
        return query
    return InputError.text_of(query, read_input(query))
