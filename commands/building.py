"""The commands ``build`` and ``check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..graph.errors import MisuseError
from ..messages.fault import by_weight
from ..messages.message import Message, say
from .faults import tell, warn
from .output import emit, print_line, printer_for
from .settings import FAULTS, Settings, common

if TYPE_CHECKING:
    from ..checks import Report
    from ..loaders.builds.cache import Build


@click.command()
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Share the work among N processes."
)
@click.option(
    "--scheduler",
    metavar="processes|URL",
    help="Who does the work: processes, or the workers of a Dask scheduler (tcp://…).",
)
@common
@click.pass_obj
def build(settings: Settings, jobs: int | None, scheduler: str | None) -> None:
    """Read and check the collections, and build the store if anything has changed.

    The other commands do this when it is needed.
    """
    from ..loaders.builds.build import build as build_graph
    from ..loaders.builds.sharded_build import PROCESSES, executor_of

    if scheduler not in (None, PROCESSES) and "://" not in str(scheduler):
        raise MisuseError("scheduler-unknown", name=str(scheduler))
    with executor_of(scheduler, jobs) as executor:
        made = build_graph(settings.collections, executor=executor)
    if made.is_new:
        _refresh(settings)
    language = settings.language
    counts = [Message(f"count-{name}", count=count) for name, count in made.manifest().items()]
    print_line(say("build-done" if made.is_new else "build-unchanged", language, counts=counts))
    print_line(str(made.path))


@click.command()
@click.option("--stats", is_flag=True, help="Also show the degrees and components of the network.")
@click.option("--accept-answers", is_flag=True, help="Make the present answers the expected ones.")
@click.option(
    "--reference", is_flag=True, help="Check the shapes with pySHACL too, and compare the results."
)
@click.option(
    "--preview", is_flag=True, help="Show what has changed since the last check that passed."
)
@common
@click.pass_obj
def check(
    settings: Settings, stats: bool, accept_answers: bool, reference: bool, preview: bool
) -> None:
    """Perform every check: names, quotes, types, coverage, shapes, expected answers.

    Shows how many checks were performed, passed, failed and skipped. Exits with 1 if one failed.
    """
    from .. import checks
    from ..loaders.builds.build import build as build_graph
    from ..loaders.builds.cache import remember

    made = build_graph(settings.collections)
    if made.is_new:
        _refresh(settings)
    if accept_answers:
        count = checks.accept_answers(made.store())
        print_line(say("check-answers-written", settings.language, count=count))
    report = checks.check(
        made, settings.collections, reference=reference, shape_seconds=settings.timeout
    )
    if preview:
        _preview(settings, made)
    else:
        _print_counts(settings, report)
    if stats:
        _print_statistics(settings)
    for warning in by_weight(one for check in report.checks for one in check.warnings):
        warn(warning, settings)
    for fault in report.faults:
        tell(fault, settings)
    if report.faults:
        sys.exit(FAULTS)
    if not preview:
        remember(made.path, settings.collections)


def _refresh(settings: Settings) -> None:
    """Bring the editor schemas of the last collection up to date with what was read."""
    from ..loaders.builds.inputs import SEEDS
    from ..loaders.collection import read_collection
    from ..loaders.editing.json_schemas import FOLDER, refresh

    folders = settings.collections
    if folders and (folders[-1] / FOLDER).is_dir():
        refresh(folders, read_collection([SEEDS, *folders]))


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
    all_of_it = ("all", *(str(sum(int(row[column]) for row in rows)) for column in range(1, 5)))
    headings = ("check", "performed", "passed", "failed", "skipped")
    shown = [(_check_name(settings, name), *counts) for name, *counts in [*rows, all_of_it]]
    emit(settings, [_heading(settings, name) for name in headings], shown)
    if settings.style == "table":
        for item in report.coverage:
            printer.line(
                say(
                    "check-coverage-of-document",
                    settings.language,
                    document=item.document,
                    sentences=Message("count-sentences", count=item.sentences),
                    quoted=item.quoted,
                    listed=item.listed,
                    open=len(item.open),
                    share=f"{item.characters:.0%}",
                )
            )


def _heading(settings: Settings, name: str) -> str:
    """A heading: for people in their language, for programs as a key."""
    return say(f"column-{name}", settings.language) if settings.style == "table" else name


def _check_name(settings: Settings, name: str) -> str:
    """The name of a check, as :func:`_heading` has headings."""
    from ..checks import title_of

    return title_of(name, settings.language) if settings.style == "table" else name


def _preview(settings: Settings, made: Build) -> None:
    """Show what differs from the last check that passed, else from the graph without the last
    collection.
    """
    from ..loaders.builds.build import build as build_graph
    from ..loaders.builds.cache import Build, last_checked
    from ..queries.changes import difference
    from .change_report import report

    if before := last_checked(made.path.parent, settings.collections):
        old = Build(before, is_new=False)
    else:
        old = build_graph(settings.collections[:-1])
        print_line(say("check-no-earlier-check", settings.language), err=True)
    questions = settings.catalogue.questions.values()
    report(settings, difference(old.store(), made.store(), questions))


def _print_statistics(settings: Settings) -> None:
    from ..queries.labels import Labels
    from ..queries.network import statistics

    found = statistics(settings.graph.store)
    labels = Labels(settings.graph.store)
    parts = found["components"]
    click.echo(
        say(
            "check-network",
            settings.language,
            entities=Message("count-entities", count=found["nodes"]),
            facts=Message("count-facts", count=found["edges"]),
            components=Message("count-components", count=len(parts)),
            largest=Message("count-entities", count=parts[0]),
        )
    )
    emit(
        settings,
        [_heading(settings, name) for name in ("entity", "facts")],
        [(labels(iri, settings.language), str(degree)) for iri, degree in found["degrees"]],
    )
