"""The command line: each command parses, calls the library, prints."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import pyoxigraph as ox

from .api import KnowledgeGraph, Rows, Truth
from .api import open as open_graph
from .graph.errors import CollectionError, OutputError, QueryError, TaawunError
from .printing import Printer, console, say, writing
from .queries.catalogue import Catalogue
from .queries.names import Labels, short_iri
from .queries.results import FORMATS, Shown, to_markdown, to_separated

_DONE, _FAULTS, _MISUSE = 0, 1, 2
_EXPORTS: Final = ("nquads", "trig", "turtle", "jsonld", "csv", "graphml")
_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass
class Settings:
    """What the common options say, wherever on the line they stand."""

    lang: str | None = None
    format: str | None = None
    collection: list[Path] = field(default_factory=list)
    endpoint: str | None = None
    timeout: float = 30.0

    @property
    def language(self) -> str:
        """The chosen language, else the locale's, else English."""
        if self.lang:
            return self.lang
        names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
        chosen = next((name for name in names if name), locale.getlocale()[0] or "")
        return "ar" if chosen.startswith("ar") else "en"

    @property
    def style(self) -> str:
        """The chosen format, else a table on a terminal and CSV in a pipe."""
        return self.format or ("table" if sys.stdout.isatty() else "csv")

    @property
    def collections(self) -> list[Path]:
        """The chosen collections, after those of TAAWUN_COLLECTIONS."""
        listed = os.environ.get("TAAWUN_COLLECTIONS", "")
        return [*(Path(name) for name in listed.split(os.pathsep) if name), *self.collection]

    @cached_property
    def catalogue(self) -> Catalogue:
        """The stored questions, those of the collections over the bundled ones."""
        return Catalogue(folder / "queries" for folder in self.collections)

    @cached_property
    def labels(self) -> Labels:
        """The names of things in the chosen graph."""
        return Labels(self.graph.store)

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """The graph that the options choose, built if need be."""
        return open_graph(
            *self.collections,
            language=self.language,
            endpoint=self.endpoint,
            timeout=self.timeout,
        )


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep a common option in the settings, whether it stands before or after the command."""
    settings = context.ensure_object(Settings)
    if parameter.name == "collection":
        settings.collection += [Path(item) for item in value]
    elif value is not None:
        setattr(settings, parameter.name or "", value)


def common(command: _Command) -> _Command:
    """Give a command the options that work everywhere."""
    for option in (
        click.option(
            "--timeout",
            type=click.FloatRange(min=1),
            help="Seconds to wait for the endpoint.  [default: 30]",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--endpoint",
            metavar="URL",
            help="Ask a remote SPARQL 1.1 endpoint.",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--collection",
            multiple=True,
            metavar="DIR",
            type=click.Path(exists=True, file_okay=False),
            help="Stack your own collection over the bundled one (repeatable).",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--format",
            type=click.Choice(FORMATS),
            help="How to print.  [default: table on a terminal, csv in a pipe]",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--lang",
            type=click.Choice(["ar", "en"]),
            help="Language of labels and messages.  [default: the locale's]",
            expose_value=False,
            callback=_remember,
        ),
    ):
        command = option(command)
    return command


class Commands(click.Group):
    """The command group: shows every error of ours in one place, without a traceback."""

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; what Taawun raises on purpose becomes a message and exit code 2."""
        try:
            super().invoke(ctx)
            return
        except CollectionError as error:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            count = len(error.faults)
            click.echo(
                f"{count} {'fault' if count == 1 else 'faults'}; the last good build is untouched.",
                err=True,
            )
        except TaawunError as error:
            click.echo(f"taawun: {error}", err=True)
        except BrokenPipeError:
            # The reader of a pipe has seen enough.
            sys.stderr.close()
            ctx.exit(_DONE)
        ctx.exit(_MISUSE)


_FIRST_WORDS: Final = {
    "en": """Egypt's digital cooperation with the world, every answer with the words that prove it.
  taawun questions                      what can be asked, in Arabic and English
  taawun ask agreement-signatories --why    run a question, with the quotes behind each row
  taawun show "العراق"                   all that is known of a country, person, body …
  taawun explore --open                 walk the network in your browser, offline""",
    "ar": """تعاون مصر الرقمي مع العالم، وكل إجابة معها الكلمات التي تثبتها.
  taawun questions                      ما يمكن السؤال عنه بالعربية والإنجليزية
  taawun ask agreement-signatories --why    سؤال محفوظ مع الاقتباسات وراء كل صف
  taawun show "العراق"                   كل ما يُعرف عن دولة أو شخص أو جهة
  taawun explore --open                 تجوّل في الشبكة في المتصفح دون اتصال""",
}


@click.group(cls=Commands, invoke_without_command=True)
@common
@click.version_option(package_name="taawun")
@click.pass_context
def main(context: click.Context) -> None:
    """Ask a knowledge graph of Egypt's digital cooperation, and see what proves each answer."""
    if context.invoked_subcommand is None:
        click.echo(_FIRST_WORDS[context.ensure_object(Settings).language])


# ---- build and check ------------------------------------------------------------------------


@main.command()
@common
@click.pass_obj
def build(settings: Settings) -> None:
    """Read and check the collections, and build the store if anything has changed.

    The other commands do this by themselves.
    """
    from .loaders.build import build as build_graph

    made = build_graph(settings.collections)
    state = "built" if made.is_new else "nothing has changed"
    counts = ", ".join(f"{count} {name}" for name, count in made.manifest().items())
    click.echo(f"{state}: {counts}\n{made.path}")


@main.command()
@click.option("--stats", is_flag=True, help="Also show degrees and components of the network.")
@click.option(
    "--accept-answers", is_flag=True, help="Take the present answers as the expected ones."
)
@common
@click.pass_obj
def check(settings: Settings, stats: bool, accept_answers: bool) -> None:
    """Perform every check: names, quotes, types, coverage, shapes, expected answers.

    Says how many checks were performed, passed, failed and skipped. Exit 1 if one failed.
    """
    from . import checks
    from .loaders.build import build as build_graph

    made = build_graph(settings.collections)
    if accept_answers:
        count = checks.accept_answers(made.store())
        click.echo(f"{count} answers written to queries/answers/; review the diff")
    report = checks.check(made, settings.collections)
    printer = _printer(settings)
    rows = [
        (
            item.name,
            str(item.performed),
            str(item.performed - len(item.faults)),
            str(len(item.faults)),
            "0",
        )
        for item in report.checks
    ]
    totals = [str(sum(int(row[column]) for row in rows)) for column in range(1, 5)]
    headings = ("check", "performed", "passed", "failed", "skipped")
    _emit(settings, headings, [*rows, ("all", *totals)])
    if settings.style == "table":
        for item in report.coverage:
            printer.line(
                f"{item.document}: {item.quoted} of {item.sentences} sentences quoted, "
                f"{item.listed} listed with a reason, {len(item.open)} open; "
                f"{item.characters:.0%} of the text stands in a quote or a listed span"
            )
    if stats:
        _print_statistics(settings)
    for performed in report.checks:
        for warning in performed.warnings:
            click.echo(f"warning: {warning}", err=True)
        for fault in performed.faults:
            click.echo(str(fault), err=True)
    if report.faults:
        sys.exit(_FAULTS)


def _print_statistics(settings: Settings) -> None:
    from .queries.names import Labels
    from .queries.network import statistics

    found = statistics(settings.graph.store)
    labels = Labels(settings.graph.store)
    parts = found["components"]
    click.echo(
        f"{found['nodes']} entities, {found['edges']} facts between them, "
        f"{len(parts)} connected parts, the largest of {parts[0]}"
    )
    _emit(
        settings,
        ("entity", "facts"),
        [(labels(iri, settings.language), str(degree)) for iri, degree in found["degrees"]],
    )


# ---- ask ------------------------------------------------------------------------------------


@main.command()
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
        printer = _printer(settings)
        for name, ar, en, parameters, _ in rows:
            printer.line(
                name + (f"  -p {parameters.replace(', ', '=… -p ')}=…" if parameters else ""),
                "bold",
            )
            printer.line(f"    {ar}")
            printer.line(f"    {en}")
        printer.line(say("rows", settings.language, len(rows)), "dim")
    else:
        _emit(settings, ("name", "question_ar", "question_en", "parameters", "tags"), rows)
    if not rows:
        tags = sorted({tag for q in settings.catalogue.questions.values() for tag in q.tags})
        click.echo(f"no question has the tag “{tag}”; tags are: {', '.join(tags)}", err=True)
        sys.exit(_FAULTS)


@main.command()
@click.argument("question", nargs=-1, required=True)
@click.option(
    "-p",
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter: a slug, an IRI or any name in either language (repeatable).",
)
@click.option("--why", is_flag=True, help="Show under each row the quotes that prove it.")
@click.option("--all", "everything", is_flag=True, help="With --why: fold no list of facts.")
@common
@click.pass_obj
def ask(
    settings: Settings,
    question: Sequence[str],
    parameters: Sequence[str],
    why: bool,
    everything: bool,
) -> None:
    """Run a stored question, by its name or in your own words.

    \b
    taawun ask agreement-signatories --why
    taawun ask cooperation-areas -p country=العراق
    taawun ask "ما الاتفاقيات التي وقعتها مصر مع نيجيريا؟"
    """
    graph = settings.graph
    words = " ".join(question)
    values = dict(_pair(item) for item in parameters)
    if words in graph.catalogue:
        stored = graph.catalogue.get(words)
    else:
        stored, found = graph.catalogue.nearest(words, graph.names)
        values = {**found, **values}
        chosen = " ".join([stored.name, *(f"-p {k}={short_iri(v)}" for k, v in values.items())])
        click.echo(say("took", settings.language, chosen), err=True)
        click.echo(f"  {stored.summary(settings.language)}", err=True)
    _print_rows(settings, graph.ask_stored(stored, values), why, everything)


@main.command()
@click.argument("query")
@click.option("--why", is_flag=True, help="Show under each row the quotes that prove it.")
@click.option("--all", "everything", is_flag=True, help="With --why: fold no list of facts.")
@common
@click.pass_obj
def sparql(settings: Settings, query: str, why: bool, everything: bool) -> None:
    """Run any SPARQL 1.1 query: its text, a file that holds it, or - for standard input.

    The usual prefixes (tw: country: area: rdfs: skos: …) need not be declared.

    \b
    taawun sparql 'SELECT ?who WHERE { ?who tw:holds ?post } LIMIT 5'
    """
    answer = settings.graph.sparql(_query_text(query))
    if isinstance(answer, Rows):
        _print_rows(settings, answer, why, everything)
    elif isinstance(answer, Truth):
        _print_truth(settings, answer, why, everything)
    else:
        _print_triples(settings, answer, why)


@main.command()
@click.argument("entity", nargs=-1, required=True)
@click.option("--why", is_flag=True, help="Show the quotes under the facts.")
@common
@click.pass_obj
def show(settings: Settings, entity: Sequence[str], why: bool) -> None:
    """Show all that is known of an entity: its slug, IRI, or any name in either language."""
    from .queries.why import facts_of

    graph = settings.graph
    card = graph.show(" ".join(entity))
    facts = facts_of(graph.store, card.triples)
    views = [view for triple in card.triples for view in facts.get(triple, ())]
    if settings.style == "json":
        from .queries.proofs import card_json

        click.echo(card_json(card, views))
    elif settings.style == "table":
        _printer(settings).card(card, views, why=why)
    else:
        shown = Shown(graph.store, settings.language)
        rows = [
            [shown.term(t) for t in (v.subject, v.predicate, v.object)] + [v.modality]
            for v in views
        ]
        _emit(settings, [*map(shown.column, ("subject", "predicate", "object", "modality"))], rows)
    if not views:
        sys.exit(_FAULTS)


@main.command()
@click.argument("start")
@click.argument("end")
@click.option("--limit", default=3, show_default=True, help="How many ways of the same length.")
@common
@click.pass_obj
def path(settings: Settings, start: str, end: str, limit: int) -> None:
    """Show how two entities hang together, each step with its quote.

    \b
    taawun path العراق ليتوانيا
    """
    from .queries.why import facts_of

    graph = settings.graph
    ways = graph.path(start, end, limit=limit)
    triples = [step.triple for way in ways for step in way]
    facts = facts_of(graph.store, triples)
    if settings.style == "table":
        _printer(settings).paths(ways, facts)
    elif settings.style == "json":
        from .queries.proofs import paths_json

        click.echo(paths_json(ways, facts))
    else:
        from .queries.proofs import quotes_of

        shown = Shown(graph.store, settings.language)
        rows = [
            [
                str(number),
                *map(shown.term, (step.subject, step.predicate, step.object)),
                quotes_of(facts[step.triple][:1]),
            ]
            for number, way in enumerate(ways, 1)
            for step in way
        ]
        names = ("path", "subject", "predicate", "object", "quote")
        _emit(settings, [shown.column(name) for name in names], rows)
    if not ways:
        sys.exit(_FAULTS)


# ---- look and hand on -----------------------------------------------------------------------


@main.command()
@click.option(
    "-o", "--output", default="taawun.html", show_default=True, type=click.Path(dir_okay=False)
)
@click.option("--focus", metavar="ENTITY", help="Only this entity and what hangs on it.")
@click.option("--depth", default=1, show_default=True, help="With --focus: how many steps.")
@click.option(
    "--question",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="A stored question that the page answers (repeatable).  [default: all]",
)
@click.option(
    "--no-texts",
    is_flag=True,
    help="Leave the documents out: only the quotes, for pages that others may not republish.",
)
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@common
@click.pass_obj
def explore(
    settings: Settings,
    output: str,
    focus: str | None,
    depth: int,
    chosen: Sequence[str],
    no_texts: bool,
    open_it: bool,
) -> None:
    """Write the interactive graph: one HTML file that works offline, in Arabic and English."""
    try:
        written = settings.graph.explore(
            output, focus=focus, depth=depth, questions=chosen or None, texts=not no_texts
        )
    except OSError as error:
        raise OutputError(f"{output} cannot be written: {error.strerror}") from error
    click.echo(f"{written} ({written.stat().st_size / 1e6:.1f} MB): open it in any browser")
    if open_it:
        click.launch(str(written))


@main.command(name="export")
@click.argument("form", metavar="FORMAT", type=click.Choice(_EXPORTS))
@click.option(
    "-o", "--output", default="-", metavar="FILE", help="Where to.  [default: standard output]"
)
@click.option("--base", metavar="IRI", help="With nquads: put our IRIs under another base.")
@common
@click.pass_obj
def export_command(settings: Settings, form: str, output: str, base: str | None) -> None:
    """Write the graph in another format.

    \b
    nquads   every graph, sorted: the same bytes on every machine
    trig     every graph, readable          jsonld   every graph, for programs
    turtle   the plain view only            csv      one row a fact and quote, for spreadsheets
    graphml  entities and facts, for Gephi, yEd, Cytoscape
    """
    from .loaders.build import build as build_graph
    from .queries.export import export, rebased

    if base is not None and form != "nquads":
        raise click.UsageError("--base goes with nquads")
    made = build_graph(settings.collections)
    with writing(output) as out:
        if base is None:
            export(form, made.dump, made.store(), out)
        else:
            out.write(rebased(made.dump, base))


# ---- printing -------------------------------------------------------------------------------


def _printer(settings: Settings) -> Printer:
    return Printer(console(), settings.labels, settings.language)


def _emit(settings: Settings, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print plain rows in the chosen format."""
    style = settings.style
    if style == "table":
        _printer(settings).table(headings, rows)
    elif style == "json":
        items = [dict(zip(headings, row, strict=True)) for row in rows]
        click.echo(json.dumps(items, ensure_ascii=False, indent=2))
    elif style == "markdown":
        click.echo(to_markdown(headings, rows), nl=False)
    else:
        click.echo(to_separated(headings, rows, "\t" if style == "tsv" else ","), nl=False)


def _print_rows(settings: Settings, rows: Rows, why: bool, everything: bool) -> None:
    """Print an answer, and under each row why it holds; exit 1 if there is none."""
    if settings.style == "json":
        click.echo(rows.to_json(why=why))
    elif why and settings.style == "table":
        printer = _printer(settings)
        for cells, explanation in zip(rows.cells, rows.why(), strict=True):
            printer.row(rows.headings, cells)
            printer.explanation(explanation, everything=everything)
    elif why:
        from .queries.proofs import quotes_of

        quotes = [quotes_of(explanation.facts) for explanation in rows.why()]
        proven = [[*row, quote] for row, quote in zip(rows.cells, quotes, strict=True)]
        _emit(settings, [*rows.headings, rows.shown.column("quote")], proven)
    else:
        _emit(settings, rows.headings, rows.cells)
    if settings.style == "table":
        count = len(rows)
        word = (
            say("row", settings.language) if count == 1 else say("rows", settings.language, count)
        )
        _printer(settings).line(word if count else say("nothing", settings.language), "dim")
    if not rows:
        sys.exit(_FAULTS)


def _print_truth(settings: Settings, truth: Truth, why: bool, everything: bool) -> None:
    """Print yes or no; exit 1 for no, as for an answer without rows."""
    if settings.style == "json":
        click.echo(truth.to_json(why=why))
    else:
        click.echo(say("yes" if truth else "no", settings.language))
        if why and truth:
            printer = _printer(settings)
            for explanation in truth.why():
                printer.explanation(explanation, everything=everything)
    if not truth:
        sys.exit(_FAULTS)


def _print_triples(settings: Settings, triples: Sequence[ox.Triple], why: bool) -> None:
    """Print triples as N-Triples, or with ``--why`` as facts under their quotes."""
    from .queries.why import facts_of

    if why:
        facts = facts_of(settings.graph.store, triples)
        views = [view for triple in triples for view in facts.get(triple, ())]
        if settings.style == "json":
            from .queries.proofs import facts_json

            click.echo(facts_json(views))
        else:
            _printer(settings).facts(views)
    else:
        for triple in triples:
            click.echo(f"{triple} .")
    if not triples:
        sys.exit(_FAULTS)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise click.UsageError(f"“{text}” is no parameter; write NAME=VALUE, as in country=العراق")
    return name, value


def _query_text(query: str) -> str:
    """The query itself: from standard input, a file, or the argument."""
    if query == "-":
        try:
            return sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise QueryError(f"the query on standard input is not UTF-8: {error}") from error
    if query.endswith((".rq", ".sparql")) or ("{" not in query and Path(query).is_file()):
        try:
            return Path(query).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise QueryError(f"the query file {query} cannot be read: {error}") from error
    return query
