"""Tell faults and errors on standard error: in words, or as JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from io import StringIO

import click

from ..graph.errors import CollectionError, OutputError, TaawunError, as_json, told
from ..messages.fault import Fault
from ..messages.message import foreign, say
from ..messages.untrusted_text import escaped, visible
from .settings import DONE, MISUSE, Settings
from .translation import right_to_left


def tell(
    what: Fault | TaawunError, settings: Settings, before: str = "", severity: str = "error"
) -> None:
    """Print a fault or an error: in words, begun by ``before``, or as one line of JSON."""
    if settings.format == "json":
        line = escaped(json.dumps({"severity": severity, **as_json(what)}, ensure_ascii=False))
    else:
        line = visible(told(what, settings.language, before))
    print(line, file=sys.stderr)


def warn(fault: Fault | TaawunError, settings: Settings) -> None:
    """Print a fault, or a doubt about a query, as a warning."""
    tell(fault, settings, say("warning", settings.language), severity="warning")


def report(error: TaawunError | OSError, settings: Settings) -> int:
    """Tell why a command failed, and return its exit code."""
    if isinstance(error, OSError):
        # What is left to be written has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            # The reader of a pipe has seen enough.
            return DONE
        language = "en" if settings.format == "json" else settings.language
        file = error.filename or say("standard-output", language)
        reason = foreign(error)
        error = OutputError("output-not-written", file=str(file), reason=reason)
    faults = error.faults if isinstance(error, CollectionError) else ()
    for fault in faults:
        tell(fault, settings)
    tell(error, settings, "" if faults else "taawun")
    return MISUSE


def report_usage(error: click.ClickException, settings: Settings) -> int:
    """Tell what click finds wrong with a command line, and return its exit code."""
    if settings.format == "json":
        line = json.dumps(
            {"severity": "error", "code": "usage", "message": error.format_message()},
            ensure_ascii=False,
        )
        print(escaped(line), file=sys.stderr)
    else:
        said = StringIO()
        error.show(said)
        text = visible(said.getvalue())
        print(text if settings.language == "en" else right_to_left(text), end="", file=sys.stderr)
    return error.exit_code
