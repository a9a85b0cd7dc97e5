"""Building and checking: ``build`` and ``check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..sentences.telling import told
from ..words import say
from .lines import print_line
from .output import emit, printer_for
from .settings import FAULTS, Settings, common

if TYPE_CHECKING:
    from ..checks import Report
    from ..loaders.builds import Build


@click.command()
@common
@click.pass_obj
def build(settings: Settings) -> None:
    """Read and check the collections, and build the store if anything has changed.

    The other commands do this by themselves.
    """
    from ..loaders.build import build as build_graph

    made = build_graph(settings.collections)
    state = "built" if made.is_new else "nothing has changed"
    counts = ", ".join(f"{count} {name}" for name, count in made.manifest().items())
    print_line(f"{state}: {counts}\n{made.path}")


@click.command()
@click.option("--stats", is_flag=True, help="Also show degrees and components of the network.")
@click.option(
    "--accept-answers", is_flag=True, help="Take the present answers as the expected ones."
)
@click.option("--reference", is_flag=True, help="Have pySHACL check the shapes too, and compare.")
@click.option(
    "--preview", is_flag=True, help="Show what has changed since the last check that passed."
)
@common
@click.pass_obj
def check(
    settings: Settings, stats: bool, accept_answers: bool, reference: bool, preview: bool
) -> None:
    """Perform every check: names, quotes, types, coverage, shapes, expected answers.

    Says how many checks were performed, passed, failed and skipped. Exit 1 if one failed.
    """
    from .. import checks
    from ..loaders.baseline import remember
    from ..loaders.build import build as build_graph

    made = build_graph(settings.collections)
    if accept_answers:
        count = checks.accept_answers(made.store())
        click.echo(f"{count} answers written to queries/answers/; review the diff")
    report = checks.check(made, settings.collections, reference=reference)
    if preview:
        _preview(settings, made)
    else:
        _print_counts(settings, report)
    if stats:
        _print_statistics(settings)
    for performed in report.checks:
        for warning in performed.warnings:
            word = say("warning", settings.language)
            print_line(told(warning, settings.language, word), err=True)
        for fault in performed.faults:
            print_line(told(fault, settings.language), err=True)
    if report.faults:
        sys.exit(FAULTS)
    if not preview:
        remember(made.path, settings.collections)


def _print_counts(settings: Settings, report: Report) -> None:
    printer = printer_for(settings)
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
    emit(settings, headings, [*rows, ("all", *totals)])
    if settings.style == "table":
        for item in report.coverage:
            printer.line(
                f"{item.document}: {item.quoted} of {item.sentences} sentences quoted, "
                f"{item.listed} listed with a reason, {len(item.open)} open; "
                f"{item.characters:.0%} of the text stands in a quote or a listed span"
            )


def _preview(settings: Settings, made: Build) -> None:
    """Show what differs from the last check that passed, else from the graph without the last
    collection.
    """
    from ..loaders.baseline import last_checked
    from ..loaders.build import build as build_graph
    from ..loaders.builds import Build
    from ..queries.changes import difference
    from .change_report import report

    if before := last_checked(made.path.parent, settings.collections):
        old = Build(before, is_new=False)
    else:
        old = build_graph(settings.collections[:-1])
        print_line(say("first preview", settings.language), err=True)
    questions = settings.catalogue.questions.values()
    report(settings, difference(old.store(), made.store(), questions))


def _print_statistics(settings: Settings) -> None:
    from ..queries.labels import Labels
    from ..queries.network import statistics

    found = statistics(settings.graph.store)
    labels = Labels(settings.graph.store)
    parts = found["components"]
    click.echo(
        f"{found['nodes']} entities, {found['edges']} facts between them, "
        f"{len(parts)} connected parts, the largest of {parts[0]}"
    )
    emit(
        settings,
        ("entity", "facts"),
        [(labels(iri, settings.language), str(degree)) for iri, degree in found["degrees"]],
    )
