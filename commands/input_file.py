"""Reading a file or standard input, the one way of all commands that take either."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from ..graph.errors import InputError
from ..messages.message import Message, foreign

#: The most that is read, in bytes: a device or a pipe may have no end.
LARGEST: Final = 64 << 20


def read_input(name: str, largest: int = LARGEST, *, remedy: Message | None = None) -> bytes:
    """The content of a file, or of standard input where the name is ``-``.

    Raises ``InputError`` where it cannot be read, with that remedy, and where it has more than
    ``largest`` bytes, of which no more than these are read.
    """
    try:
        if name == "-":
            content = sys.stdin.buffer.read(largest + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(largest + 1)
    except OSError as error:
        reason = foreign(error.strerror or str(error))
        raise InputError("text-unreadable", file=name, reason=reason, remedy=remedy) from error
    if len(content) > largest:
        raise InputError("input-too-large", file=name, megabytes=largest >> 20)
    return content
