"""Which words of faults have no Arabic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taawun.messages.fault import Fault
from taawun.messages.message import Message, has_words


def untranslated(faults: Iterable[Fault]) -> set[str]:
    """The codes, and the words of other programs, that the Arabic catalogue lacks."""
    return {
        code
        for fault in faults
        for message in (fault.message, fault.remedy)
        if message
        for code in _codes(message)
        if not has_words(code, "ar")
    }


def _codes(message: Message) -> Iterator[str]:
    yield message.code
    for part in message.parts.values():
        for item in part if isinstance(part, tuple) else (part,):
            if isinstance(item, Message):
                yield from _codes(item)
