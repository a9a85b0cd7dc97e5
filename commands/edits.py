"""Try an edit of your own collection, show what it changes, and write it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..graph.errors import MisuseError
from ..messages.fault import by_weight
from ..messages.message import say
from .faults import warn
from .output import print_line
from .settings import Settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ..loaders.editing.transaction import Edit
    from ..loaders.editing.working_copy import WorkingCopy
    from ..trial import Trial


def target_of(settings: Settings) -> Path:
    """The collection to write into, the last one given."""
    if not settings.collections:
        raise MisuseError("collection-missing")
    return settings.collections[-1]


def reader_of(name: str | None) -> str:
    """Who reads: the name given, else TAAWUN_READER, else the login.

    Raises ``MisuseError`` for a name that cannot be part of a file's name.
    """
    from getpass import getuser

    from ..loaders.reviews import reader_name

    return reader_name(name or os.environ.get("TAAWUN_READER") or getuser())


def tried(settings: Settings, working: WorkingCopy, edit: Edit) -> AbstractContextManager[Trial]:
    """Try the edit; see :func:`taawun.trial.tried`."""
    from .. import trial

    return trial.tried(working, edit, settings.catalogue)


def show(settings: Settings, trial: Trial) -> None:
    """Show what an edit changes, and the warnings about it."""
    from .change_report import report

    report(settings, trial.difference)
    for warning in by_weight(trial.edit.warnings):
        warn(warning, settings)


def carry_out(
    settings: Settings, edit: Edit, dry_run: bool, working: WorkingCopy | None = None
) -> None:
    """Show what the edit changes, and unless it is a dry run write it.

    ``working`` has the collections as they were read for the edit.
    """
    from ..loaders.editing.working_copy import WorkingCopy

    with tried(settings, working or WorkingCopy(settings.collections), edit) as trial:
        show(settings, trial)
        if dry_run:
            print_line(say("nothing-written", settings.language), err=True)
        else:
            write(settings, trial)


def write(settings: Settings, trial: Trial) -> None:
    """Write the edit, and tell the files."""
    for path in trial.write():
        print_line(say("file-written", settings.language, file=str(path)), err=True)
