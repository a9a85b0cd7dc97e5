"""Replace characters that would control the terminal or hide text with visible ones."""

from __future__ import annotations

import re
from typing import Final

#: Control characters except tab and line feed, direction overrides, surrogates.
_HIDDEN: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with a visible symbol in place of each control character.

    >>> visible("\\x1b[2J")
    '␛[2J'
    """
    return _HIDDEN.sub(_picture, text)


def escaped(text: str) -> str:
    """JSON, Turtle or N-Triples with the same characters escaped, which preserves the meaning.

    >>> escaped('"\\u202e"')
    '"\\\\u202e"'
    """
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
