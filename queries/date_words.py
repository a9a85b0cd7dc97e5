"""Dates and durations as people read them; the graph keeps EDTF and ISO 8601."""

from __future__ import annotations

import re
from typing import Final

from ..messages.message import say

_DATE: Final = re.compile(r"(\d{4}|XXXX)(?:-(0[1-9]|1[0-2])(?:-([0-3]\d))?)?")
_DURATION: Final = re.compile(r"P(\d+)([YMD])")
_UNITS: Final = {"Y": "count-years", "M": "count-months", "D": "count-days"}


def readable(text: str, language: str) -> str:
    """The date or duration in words; any other text, and a bare year, as it is.

    >>> readable("XXXX-02-08/XXXX-02-09", "en")
    '8–9 February (year not printed)'
    >>> readable("2022-09", "ar"), readable("P5Y", "ar"), readable("2019/2020", "en")
    ('سبتمبر 2022', '5 سنوات', '2019/2020')
    """
    if match := _DURATION.fullmatch(text):
        return say(_UNITS[match[2]], language, count=int(match[1]))
    parts = [_DATE.fullmatch(part) for part in text.split("/")]
    dates = [part.groups() for part in parts if part]
    if len(dates) != len(parts) or len(dates) > 2 or not dates[0][1]:
        return text
    if len(dates) == 2 and dates[0][:2] == dates[1][:2] and dates[0][2] and dates[1][2]:
        year, month, first = dates[0]
        return _words(year, month, f"{int(first)}–{int(dates[1][2])}", language)
    return " – ".join(
        _words(year, month, str(int(day)) if day else "", language) for year, month, day in dates
    )


def _words(year: str, month: str | None, day: str, language: str) -> str:
    name = say(f"month-{int(month)}", language) if month else ""
    told = f"({say('date-no-year', language)})" if year == "XXXX" else year
    return " ".join(filter(None, (day, name, told)))
