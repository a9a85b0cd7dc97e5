"""What is said, and with which exit code, when a command does not come to its end."""

from __future__ import annotations

import os
import sys

from ..graph.control_characters import visible
from ..graph.errors import CollectionError
from ..messages.telling import told
from ..messages.words import say
from .settings import DONE, MISUSE


def report(error: BaseException, language: str) -> int:
    """Say what happened on standard error, in the language; returns the exit code."""
    if isinstance(error, BrokenPipeError):
        # The reader of a pipe has seen enough; what is left to be written has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    if isinstance(error, CollectionError):
        for fault in error.faults:
            print(visible(told(fault, language)), file=sys.stderr)
        count = len(error.faults)
        print(say("fault" if count == 1 else "faults", language, count), file=sys.stderr)
    else:
        print(visible(told(error, language, "taawun")), file=sys.stderr)
    return MISUSE
