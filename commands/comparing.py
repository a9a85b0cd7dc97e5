"""Comparing two states of the graph: ``diff``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .settings import FAULTS, Settings, common


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option("--answers", is_flag=True, help="Also the stored questions whose answers change.")
@click.option("--alone", is_flag=True, help="Without the bundled collection under the others.")
@common
@click.pass_obj
def diff(settings: Settings, before: str, after: str | None, answers: bool, alone: bool) -> None:
    """Compare two states of the graph, fact by fact; B is the present one if left out.

    A state is a dump (a file in N-Quads), a build (its folder, or its 16 digits in the cache), a
    collection's folder, or a git revision of the collections (git:REV; of the current folder, if
    it is a collection). Exit 0 if no fact differs, 1 if one does, 2 for trouble.

    \b
    taawun diff git:HEAD~1 --collection my-dossier
    taawun diff old.nq new.nq --format json
    """
    from ..loaders.builds.snapshot import States
    from ..queries.changes import difference
    from .change_report import report

    here = [Path()] if Path("facts").is_dir() else []
    states = States(settings.collections or here, alone=alone)
    old = states.get(before)
    new = states.present() if after is None else states.get(after)
    found = difference(old, new, settings.catalogue.questions.values() if answers else ())
    report(settings, found)
    if found:
        sys.exit(FAULTS)
