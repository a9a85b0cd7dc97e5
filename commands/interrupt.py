"""Ctrl-C while a query is evaluated."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


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
