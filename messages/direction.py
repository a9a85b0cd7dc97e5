"""Which way an Arabic line runs in a terminal, and what in it keeps its own direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: Left-to-right and right-to-left mark.
_LRM: Final = "\u200e"
_RLM: Final = "\u200f"
#: An Arabic quote; a stretch that is read from left to right inside an Arabic sentence.
_QUOTE: Final = re.compile(r"(«[^»]*[\u0600-\u06ff][^»]*»)")
_ARABIC: Final = "\u0600-\u06ff«»“”()←\u200e\u200f\n"
_LATIN: Final = re.compile(rf"{_QUOTE.pattern}|[^\s{_ARABIC}][^{_ARABIC}]*")
#: What stands between two such stretches, with no Arabic letter, and would turn with them.
_GAP: Final = re.compile(
    r"(?<=[A-Za-z0-9\u200e])([»”)]+[،؛]?|[،؛]|(?=\s*[«“(]))(\s*[«“(]*)(?=[\u200eA-Za-z0-9])"
)


def directed(text: str, heads: Sequence[str] = ()) -> str:
    """An Arabic line that runs from right to left, and in which keys and commands do not turn.

    ``heads`` stand before it, a place for example, each with a colon. A terminal takes the
    direction of a line from its first letter, and that of a sign such as ``--`` or ``/`` from
    what stands around it: marks that nobody sees say which it is. An Arabic quote has none, so
    that it can be copied.
    """
    pieces = _QUOTE.split(_LATIN.sub(_kept, text))
    pieces[::2] = [_GAP.sub(rf"\1{_RLM}\2", piece) for piece in pieces[::2]]
    return "".join([_RLM, *(f"{head}:{_RLM} " for head in heads), *pieces])


def _kept(found: re.Match[str]) -> str:
    """A Latin stretch that begins or ends with a sign, with a mark between it and the Arabic.

    A colon or comma before a space belongs to the Arabic, and so does one before Arabic words.
    """
    stretch, rest = found[0], found.string[found.end() :]
    if stretch[0] == "«":
        return stretch
    text = stretch.rstrip(" " if not rest or rest[0] in "»”" else " :.,;")
    head = "" if re.match(r"[^:;,.]|\S\S", text) else text[:2]
    bare = text.removeprefix(head)
    if re.fullmatch(r"\[?\d+([.,:]\d+)*\]?", bare) or not re.search("[A-Za-z0-9]", bare):
        return stretch
    # A number after an Arabic word turns around its signs: 2022-09 would become 09-2022.
    before = "" if bare[0].isalpha() else _LRM
    after = "" if bare[-1].isalnum() else _LRM
    return f"{head}{before}{bare}{after}{stretch.removeprefix(text)}"
