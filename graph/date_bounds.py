"""The first and last day of an EDTF date, for comparing dates."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache
from typing import Final

#: EDTF's codes for quarters and halves of a year, each with its first and last month.
PARTS_OF_YEAR: Final = {
    "33": (1, 3), "34": (4, 6), "35": (7, 9), "36": (10, 12), "40": (1, 6), "41": (7, 12),
}  # fmt: skip
_DATE: Final = re.compile(
    r"(?P<year>\d[\dX]{3})(?:-(?P<month>0\d|1[0-2]|XX|2\d|3\d|4[01])(?:-(?P<day>[0-3X][\dX]))?)?"
)
_MARKS: Final = re.compile(r"[?~%]")


@lru_cache(maxsize=4096)
def date_bounds(edtf: str) -> tuple[str | None, str | None]:
    """The earliest and latest day as ``YYYY-MM-DD``, None if the year is unknown.

    Uncertain and approximate dates count as written; an open interval has no last day; a season
    other than a quarter or half may be any day of its year.

    >>> date_bounds("2022-09"), date_bounds("2025-36"), date_bounds("2019/2020")
    (('2022-09-01', '2022-09-30'), ('2025-10-01', '2025-12-31'), ('2019-01-01', '2020-12-31'))
    >>> date_bounds("XXXX-02-08"), date_bounds("201X/..")
    ((None, None), ('2010-01-01', None))
    """
    start, slash, end = _MARKS.sub("", edtf).partition("/")
    return _days(start)[0], _days(end if slash else start)[1]


def _days(date: str) -> tuple[str | None, str | None]:
    found = _DATE.fullmatch(date)
    if found is None:
        return None, None
    years = found["year"].replace("X", "0"), found["year"].replace("X", "9")
    month, day = found["month"], found["day"]
    first, last = PARTS_OF_YEAR.get(month or "", (1, 12))
    if month and month.isdecimal() and int(month) <= 12:
        first = last = int(month)
    days = 1, monthrange(int(years[1]), last)[1]
    if day and day.isdecimal():
        days = int(day), int(day)
    return tuple(  # type: ignore[return-value]
        f"{year}-{number:02d}-{date:02d}"
        for year, number, date in zip(years, (first, last), days, strict=True)
    )
