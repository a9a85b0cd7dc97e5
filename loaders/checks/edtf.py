"""Check dates in EDTF (ISO 8601-2) and durations."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache
from typing import Final

from ...messages.message import Message

_DURATION: Final = re.compile(
    r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?"
)
_DAY: Final = re.compile(r"([\dX]{4})-(\d\d)-(\d\d)")
_SPAN: Final = re.compile(r"(\d{4}(?:-\d\d){0,2})/(\d{4}(?:-\d\d){0,2})")
#: Quarters and halves of a year (33 to 36, 40, 41): the package parses them only without marks.
_PART_OF_YEAR: Final = re.compile(r"(?<=[\dX]{4}-)(?:3[3-6]|4[01])(?![\d-])")
#: For days without a year, the 29th of February is possible.
_LEAP_YEAR: Final = 2000


@lru_cache(maxsize=4096)
def edtf_fault(text: str) -> Message | None:
    """What is wrong with a date in EDTF; None if nothing is.

    Besides the grammar, which the ``edtf`` package checks, days must exist and spans run forwards.
    2025-36 is the fourth quarter of 2025, 2025-40 its first half.
    """
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    wrong = Message("not-a-date", text=text)
    if text != text.strip():
        return wrong
    try:
        parse_edtf(_PART_OF_YEAR.sub("01", text))
    except (EDTFParseException, ValueError):
        return wrong
    for year, month, day in _DAY.findall(text):
        of_year = int(year) if year.isdecimal() and int(year) else _LEAP_YEAR
        if int(month) <= 12 and int(day) > monthrange(of_year, int(month))[1]:
            return Message("no-such-day", text=text, day=day)
    if span := _SPAN.fullmatch(text):
        start, end = (part.split("-") for part in span.groups())
        if start[: len(end)] > end[: len(start)]:
            return Message("span-backwards", text=text)
    return None


def duration_fault(text: str) -> Message | None:
    """What is wrong with an ISO 8601 duration; None if nothing is."""
    return None if _DURATION.fullmatch(text) else Message("not-a-duration", text=text)
