"""Ending a command that only reads, in the middle of a query: by Ctrl-C or by its time limit."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Timer
from typing import Concatenate, ParamSpec

from ..messages.message import say
from .settings import MISUSE, Settings


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process itself, for commands that only read.

    Python tells of it no sooner than Oxigraph has evaluated the query, which may take for ever.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        # Whoever started us has it ignored.
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


P = ParamSpec("P")


def stoppable(
    command: Callable[Concatenate[Settings, P], None],
) -> Callable[Concatenate[Settings, P], None]:
    """The command, with ``--timeout`` a limit for its answer from the embedded store too."""

    @wraps(command)
    def limited(settings: Settings, /, *arguments: P.args, **options: P.kwargs) -> None:
        with ended_by_interrupt():
            if settings.timeout is not None and not settings.endpoint:
                # The time is for the answer: a graph that is not built yet is built before.
                _ = settings.graph
            with ended_in_time(settings):
                command(settings, *arguments, **options)

    return limited


@contextmanager
def ended_in_time(settings: Settings) -> Iterator[None]:
    """End the process when the time is over; an endpoint has limits of its own."""
    if settings.timeout is None or settings.endpoint:
        yield
        return
    told = say("query-stopped", settings.language, seconds=settings.timeout)
    timer = Timer(settings.timeout, _stop, (told,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stop(message: str) -> None:
    """No exception reaches the thread that evaluates the query."""
    print(message, file=sys.stderr, flush=True)
    os._exit(MISUSE)
