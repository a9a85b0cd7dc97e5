"""Commands that write the graph out: ``explore``, ``export``, ``push``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from ..graph.errors import MisuseError
from ..messages.message import say
from ..messages.untrusted_text import escaped
from . import completion
from .output import print_line, writable, writing
from .settings import FAULTS, Settings, common, file_option, page_options

if TYPE_CHECKING:
    from ..graph.remote.push import Comparison, Progress

EXPORTS: Final = (
    "nquads", "trig", "turtle", "jsonld", "csv", "facts-csv", "entities-csv", "graphml", "gexf",
    "cypher", "neo4j-nodes", "neo4j-relationships", "nanopub", "ftm",
)  # fmt: skip


@click.command()
@click.option(
    "-o", "--output", default="taawun.html", show_default=True, type=click.Path(dir_okay=False)
)
@click.option(
    "--focus",
    metavar="ENTITY",
    shell_complete=completion.entities,
    help="Show only this entity and what it is connected to.",
)
@click.option("--depth", default=1, show_default=True, help="With --focus: how many steps away.")
@click.option(
    "--question",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="A stored question that the page answers (repeatable).  [default: all]",
)
@page_options
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
    with writable(output):
        written = settings.graph.explore(
            output, focus=focus, depth=depth, questions=chosen or None, texts=not no_texts
        )
    size = f"{written.path.stat().st_size / 1e6:.1f}"
    print_line(say("explore-written", settings.language, file=str(written), size=size))
    if open_it:
        click.launch(str(written))


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(EXPORTS))
@file_option
@click.option("--base", metavar="IRI", help="With nquads: replace the base of all our IRIs.")
@common
@click.pass_obj
def export(settings: Settings, form: str, output: str, base: str | None) -> None:
    """Write the graph in another format.

    \b
    nquads   every graph, sorted: the same bytes on every machine
    trig     every graph, readable
    jsonld   every graph, for programs
    turtle   the plain view only
    csv      one row for each fact and quote, for spreadsheets
    graphml  entities and facts, for Gephi, yEd, Cytoscape
    gexf     the same, for Gephi
    cypher   the same, as statements for Neo4j and other property graphs
    neo4j-nodes, neo4j-relationships   the same, as the two files of Neo4j's import
    nanopub  each fact with its evidence, as a nanopublication
    ftm      FollowTheMoney entities, for Aleph and similar tools
    facts-csv, entities-csv   the tables that import reads, complete
    """
    from ..loaders.builds.build import build as build_graph
    from ..queries.export import export as write_export
    from ..queries.export import rebased

    if base is not None and form != "nquads":
        raise MisuseError("base-without-nquads")
    if form.endswith("-csv"):
        _export_table(settings, form.removesuffix("-csv"), output)
        return
    made = build_graph(settings.collections)
    with writing(output) as out:
        if base is None:
            write_export(form, made.dump, made.store(), out, settings.language)
        else:
            out.write(rebased(made.dump, base))


def _export_table(settings: Settings, kind: str, output: str) -> None:
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.table_import import table

    content = table(kind, read_collection([SEEDS, *settings.collections]))
    with writing(output) as out:
        out.write(content)


@click.command()
@click.option(
    "--update",
    metavar="URL",
    help="The address for updates.  [default: the endpoint, with /update for a final /query]",
)
@click.option("--check", is_flag=True, help="Change nothing; compare the store with the build.")
@common
@click.pass_obj
def push(settings: Settings, update: str | None, check: bool) -> None:
    """Load the graph into a remote SPARQL 1.1 store, or update the copy that it has.

    Only differences are sent, so an interrupted push continues where it stopped. Other graphs in
    the store are not touched. The name and password come from TAAWUN_USER and TAAWUN_PASSWORD.

    \b
    taawun push --endpoint http://localhost:7878/query
    taawun push --endpoint http://localhost:8890/sparql --update http://localhost:8890/sparql-auth
    taawun push --endpoint http://localhost:7878/query --check
    """
    from ..graph.remote import push as pushing
    from ..graph.remote.remote_store import Endpoint
    from ..loaders.builds.build import build as build_graph

    url = settings.endpoint
    if url is None:
        raise MisuseError("endpoint-missing")
    update = update or re.sub(r"/query$", "/update", url)
    endpoint = Endpoint(url, timeout=settings.patience, update_url=update)
    local = build_graph(settings.collections).store()
    with _progress(settings.language) as progress:
        found = pushing.compare(local, endpoint, progress) if check else None
        done = None if check else pushing.push(local, endpoint, progress)
    if found:
        _report(settings, url, found)
    if done:
        print_line(say("push-done", settings.language, url=url, **asdict(done)))


def _report(settings: Settings, url: str, found: Comparison) -> None:
    """Say whether the store holds the build; exit 1 if it does not."""
    if not found.missing and not found.extra:
        print_line(say("push-same", settings.language, url=url, count=found.held))
        return
    print_line(
        say(
            "push-different",
            settings.language,
            url=url,
            held=found.held,
            missing=found.missing,
            extra=found.extra,
        ),
        err=True,
    )
    for sign, quads, count in (
        ("-", found.first_missing, found.missing),
        ("+", found.first_extra, found.extra),
    ):
        for quad in quads:
            print_line(f"{sign} {escaped(str(quad))} .", err=True)
        if count > len(quads):
            click.echo(f"{sign} … {count - len(quads)}", err=True)
    sys.exit(FAULTS)


@contextmanager
def _progress(language: str) -> Iterator[Progress]:
    """A line on a terminal that says how far the work is; nothing where there is none."""
    shows = sys.stderr.isatty()

    def show(what: str, done: int, total: int) -> None:
        if shows:
            told = say(f"push-{what}", language, done=done, total=total)
            click.echo(f"\r\x1b[K{told}", nl=False, err=True)

    try:
        yield show
    finally:
        if shows:
            click.echo("\r\x1b[K", nl=False, err=True)
