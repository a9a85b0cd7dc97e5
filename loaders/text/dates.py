"""Find the dates in a text, as EDTF with the printed precision.

Main functions::

    said_dates("يومي 8 و9 فبراير")          # each date: where it stands and its EDTF
    is_said("2022-09", quote)               # is this date said in the quote?

Offsets are those of the given text. If no year is printed, the EDTF has XXXX; a year that only the
reader can infer (فبراير الماضي) is never filled in. Months are the Egyptian, Levantine and Maghrebi
ones; Hijri dates are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ..checks.edtf import edtf_fault


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date at ``text[start:end]``."""

    start: int
    end: int
    edtf: str


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "يناير|كانون الثاني|جانفي", "فبراير|شباط|فيفري", "مارس|آذار|اذار",
            "أبريل|إبريل|ابريل|نيسان|أفريل", "مايو|أيار|ايار|ماي", "يونيو|يونيه|حزيران|جوان",
            "يوليو|يوليه|تموز|جويلية|يوليوز", "أغسطس|اغسطس|آب|أوت|غشت",
            "سبتمبر|أيلول|ايلول|شتنبر", "أكتوبر|اكتوبر|تشرين الأول|تشرين الاول",
            "نوفمبر|تشرين الثاني|نونبر", "ديسمبر|كانون الأول|كانون الاول|دجنبر",
        ),
        1,
    )
    for name in names.split("|")
}  # fmt: skip
#: Months whose names are also other words: they need a day, a year or شهر beside them.
_DOUBTFUL: Final = frozenset({"مارس", "آب", "ماي", "أوت", "جوان"})
_NAME: Final = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_MONTH: Final = rf"(?P<month>{_NAME})(?:\s?[/(]\s?(?:{_NAME})\)?)?"
_YEAR: Final = r"(?:19|20)\d\d|[١٢][٩٠][٠-٩]{2}"
_OF: Final = r"[^\S\n]+(?:من[^\S\n]+)?"
_DAYS: Final = r"(?P<day>\d{1,2})(?:[^\S\n]*(?:[-–]|و|حتى|إلى|الى)[^\S\n]*(?P<last>\d{1,2}))?"
_WITH_YEAR: Final = (
    rf"(?:[^\S\n]*[,،]?[^\S\n]*(?:(?:من[^\S\n]+)?(?:عام|سنة|العام)[^\S\n]+)?(?P<year>{_YEAR}))?"
)
_EDGE: Final = r"(?!\w|[.,٫٬/]\d)"
_DATE: Final = re.compile(
    "|".join(
        (
            rf"(?<![\w.])(?P<iso>(?P<y1>{_YEAR})[-/](?P<m1>\d{{1,2}})[-/](?P<d1>\d{{1,2}})){_EDGE}",
            rf"(?<![\w./-])(?P<dmy>(?P<d2>\d{{1,2}})[-/.](?P<m2>\d{{1,2}})[-/.](?P<y2>{_YEAR})){_EDGE}",
            rf"(?<![\w./-])(?P<years>(?P<from>{_YEAR})[^\S\n]?[-–/][^\S\n]?(?P<to>{_YEAR})){_EDGE}",
            rf"(?:(?<!\w)|(?<=\b[وفبكل]))(?:{_DAYS}{_OF})?(?:(?P<word>شهر)[^\S\n]+)?"
            rf"{_MONTH}{_WITH_YEAR}م?{_EDGE}",
            rf"(?:(?<![\w.,٫٬/-])|(?<=\b[وفبكل]))(?P<alone>{_YEAR})م?{_EDGE}(?!-?\d)",
        )
    )
)
#: Words after four digits that make them a quantity or a Hijri year.
_COUNTED: Final = re.compile(
    r"[^\S\n]*(?:[%٪$€]|هـ|مليون|مليار|ألف|دولار|جنيه|يورو|قرية|مواطن|طالب|كيلو|كم|متر|شركة|وظيفة"
    r"|متدرب|شخص|مدرسة|مكتب|ميجا|جيجا)"
)


def said_dates(text: str) -> list[SaidDate]:
    """Every date in the text, in order and without overlaps.

    >>> [d.edtf for d in said_dates("يومي 8 و9 فبراير، وكان الأول في سبتمبر 2022")]
    ['XXXX-02-08/XXXX-02-09', '2022-09']
    """
    return list(_dates(text))


def is_said(edtf: str, text: str) -> bool:
    """Whether the text contains the date: the same EDTF, or the two ends of the span."""
    return is_among(edtf, {date.edtf for date in _dates(text)})


def is_among(edtf: str, said: Set[str]) -> bool:
    """Whether a date is one of the given ones, or a span between two of them."""
    ends = {end for date in said for end in date.split("/")}
    return edtf in said | ends or ("/" in edtf and said >= set(edtf.split("/")))


@lru_cache(maxsize=1024)
def _dates(text: str) -> tuple[SaidDate, ...]:
    found = []
    for match in _DATE.finditer(text):
        edtf = _edtf(match, text)
        if edtf is not None and edtf_fault(edtf) is None:
            found.append(SaidDate(match.start(), match.end(), edtf))
    return tuple(found)


def _edtf(match: re.Match[str], text: str) -> str | None:
    part = match.groupdict()
    if part["iso"]:
        return _day(part["y1"], int(part["m1"]), int(part["d1"]))
    if part["dmy"]:
        day, month = int(part["d2"]), int(part["m2"])
        # Days come first, except in dates such as 3/15/2023.
        return _day(part["y2"], *((month, day) if month <= 12 else (day, month)))
    if part["years"]:
        first, last = int(part["from"]), int(part["to"])
        return f"{first}/{last}" if first < last else None
    if part["alone"]:
        return None if _COUNTED.match(text, match.end()) else str(int(part["alone"]))
    if part["month"] in _DOUBTFUL and not (part["day"] or part["year"] or part["word"]):
        return None
    year = str(int(part["year"])) if part["year"] else "XXXX"
    month = _MONTHS[part["month"]]
    if not part["day"]:
        return f"{year}-{month:02d}"
    begin = _day(year, month, int(part["day"]))
    return f"{begin}/{_day(year, month, int(part['last']))}" if part["last"] else begin


def _day(year: str, month: int, day: int) -> str:
    return f"{year if year == 'XXXX' else int(year)}-{month:02d}-{day:02d}"
