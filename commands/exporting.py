"""Commands that write files: ``explore``, ``export``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from ..graph.errors import MisuseError, OutputError
from ..messages.message import foreign, say
from .output import print_line, writing
from .settings import Settings, common

EXPORTS: Final = (
    "nquads", "trig", "turtle", "jsonld", "csv", "facts-csv", "entities-csv", "graphml",
)  # fmt: skip


@click.command()
@click.option(
    "-o", "--output", default="taawun.html", show_default=True, type=click.Path(dir_okay=False)
)
@click.option(
    "--focus", metavar="ENTITY", help="Show only this entity and what it is connected to."
)
@click.option("--depth", default=1, show_default=True, help="With --focus: how many steps away.")
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
    help="Include the quotes only, not the whole documents, which others may not republish.",
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
        reason = foreign(error.strerror or str(error))
        raise OutputError("output-not-written", file=output, reason=reason) from error
    size = f"{written.stat().st_size / 1e6:.1f}"
    print_line(say("explore-written", settings.language, file=str(written), size=size))
    if open_it:
        click.launch(str(written))


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(EXPORTS))
@click.option(
    "-o",
    "--output",
    default="-",
    metavar="FILE",
    help="The file to write.  [default: standard output]",
)
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
            write_export(form, made.dump, made.store(), out)
        else:
            out.write(rebased(made.dump, base))


def _export_table(settings: Settings, kind: str, output: str) -> None:
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.table_import import table

    content = table(kind, read_collection([SEEDS, *settings.collections]))
    with writing(output) as out:
        out.write(content)
