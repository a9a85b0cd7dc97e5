"""Dates: find them in a text, as EDTF with the printed precision, and check EDTF dates.

Main functions::

    said_dates("يومي 8 و9 فبراير")          # each date: where it stands and its EDTF
    is_said("2022-09", quote)               # is this date said in the quote?

Offsets are those of the given text. If no year is printed, the EDTF has XXXX; a year that only the
reader can infer (فبراير الماضي) is never filled in. Quarters and halves of a year have the codes of
EDTF: الربع الرابع من عام 2025 is 2025-36, النصف الأول 2025-40. Months are the Egyptian, Levantine
and Maghrebi ones; Hijri dates are ignored.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ...messages.message import Message


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
_PAST: Final = re.compile("(?:ال)?(?:ماضي|ماضى|فائت|منصرم)")
_COMING: Final = re.compile("(?:ال)?(?:مقبل|قادم)")
_ORDINALS: Final = {
    "الأول": 0, "الاول": 0, "الثاني": 1, "الثانى": 1, "الثالث": 2, "الرابع": 3,
    "الأخير": -1, "الاخير": -1,
}  # fmt: skip
_PARTS: Final = {"ربع": ("33", "34", "35", "36"), "نصف": ("40", "41")}
#: A quarter or a half of a year that is printed, or that is the reader's: من العام الجاري.
_PART_OF_YEAR: Final = (
    rf"(?:(?:(?<!\w)|(?<=\b[وفبك]))ال|(?<=\bل)ل)(?P<part>{'|'.join(_PARTS)})[^\S\n]+"
    rf"(?P<which>{'|'.join(_ORDINALS)})[^\S\n]+(?:من[^\S\n]+)?"
    rf"(?:(?:(?:ال)?عام|(?:ال)?سنة)[^\S\n]+)?"
    rf"(?:(?P<of>{_YEAR})م?|(?<=عام[^\S\n]|سنة[^\S\n])"
    rf"(?:الجاري|الجارى|الحالي|الحالى|الماضي|الماضى|المقبل|القادم)ة?)"
)
#: Compiled on first use, as most commands look for no date; re caches it.
_DATE: Final = "|".join(
    (
        rf"{_PART_OF_YEAR}{_EDGE}",
        rf"(?<!\w)[Qq](?P<quarter>[1-4])[^\S\n]?[-/]?[^\S\n]?(?P<of_quarter>{_YEAR}){_EDGE}",
        rf"(?<![\w.])(?P<iso>(?P<y1>{_YEAR})[-/](?P<m1>\d{{1,2}})[-/](?P<d1>\d{{1,2}})){_EDGE}",
        rf"(?<![\w./-])(?P<dmy>(?P<d2>\d{{1,2}})[-/.](?P<m2>\d{{1,2}})[-/.](?P<y2>{_YEAR})){_EDGE}",
        rf"(?<![\w./-])(?P<years>(?P<from>{_YEAR})[^\S\n]?[-–/][^\S\n]?(?P<to>{_YEAR})){_EDGE}",
        rf"(?:(?<!\w)|(?<=\b[وفبكل]))(?:{_DAYS}{_OF})?(?:(?P<word>شهر)[^\S\n]+)?"
        rf"{_MONTH}{_WITH_YEAR}م?{_EDGE}",
        rf"(?:(?<![\w.,٫٬/-])|(?<=\b[وفبكل]))(?P<alone>{_YEAR})م?{_EDGE}(?!-?\d)",
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


def completed(text: str, dateline: str) -> frozenset[str]:
    """The dates of the text without a year, with the year that they have by a printed dateline.

    A date called past or coming is the last one before the dateline or the first one after it;
    any other is of the dateline's year. A dateline has a year and a month.

    >>> sorted(completed("في 26 مارس الجاري، بعد ديسمبر الماضي", "القاهرة في 28 مارس 2023"))
    ['2022-12', '2023-03-26']
    """
    found = set()
    for line in {date.edtf for date in _dates(dateline) if re.match(r"\d{4}-\d\d", date.edtf)}:
        year, day = int(line[:4]), line[5:10]
        for date in _dates(text):
            if date.edtf.startswith("XXXX-"):
                begin = date.edtf[5:10]
                where = text[date.end :].lstrip()
                shift = 0
                if _PAST.match(where):
                    shift = -int(begin[: len(day)] >= day[: len(begin)])
                elif _COMING.match(where):
                    shift = int(begin[: len(day)] <= day[: len(begin)])
                found.add(date.edtf.replace("XXXX", str(year + shift)))
    return frozenset(found)


@lru_cache(maxsize=1024)
def _dates(text: str) -> tuple[SaidDate, ...]:
    found = []
    for match in re.finditer(_DATE, text):
        edtf = _edtf(match, text)
        if edtf is not None and edtf_fault(edtf) is None:
            found.append(SaidDate(match.start(), match.end(), edtf))
    return tuple(found)


def _edtf(match: re.Match[str], text: str) -> str | None:
    part = match.groupdict()
    if part["quarter"]:
        return f"{int(part['of_quarter'])}-{_PARTS['ربع'][int(part['quarter']) - 1]}"
    if part["part"]:
        codes, which = _PARTS[part["part"]], _ORDINALS[part["which"]]
        year = str(int(part["of"])) if part["of"] else "XXXX"
        return f"{year}-{codes[which]}" if which < len(codes) else None
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


_DURATION: Final = re.compile(
    r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?"
)
_DAY: Final = re.compile(r"([\dX]{4})-(\d\d)-(\d\d)")
_SPAN: Final = re.compile(r"(\d{4}(?:-\d\d){0,2})/(\d{4}(?:-\d\d){0,2})")
#: Quarters and halves of a year (33 to 36, 40, 41): the package parses them only without marks.
_EDTF_PART_OF_YEAR: Final = re.compile(r"(?<=[\dX]{4}-)(?:3[3-6]|4[01])(?![\d-])")
_MONTH_DAY: Final = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|[12][0-9]))"
)
_COMMON: Final = rf"(?:[0-9]{{4}}|XXXX)(?:-(?:{_MONTH_DAY}|0[1-9]|1[0-2]|3[3-6]|4[01]))?"
#: What nearly every date is. The package has the whole grammar, and takes half a second to load
#: it and to parse the first dates.
_COMMON_DATE: Final = re.compile(rf"{_COMMON}(?:/{_COMMON})?")
#: For days without a year, the 29th of February is possible.
_LEAP_YEAR: Final = 2000


@lru_cache(maxsize=4096)
def edtf_fault(text: str) -> Message | None:
    """What is wrong with a date in EDTF; None if nothing is.

    Besides the grammar, which the ``edtf`` package checks, days must exist and spans run forwards.
    2025-36 is the fourth quarter of 2025, 2025-40 its first half.
    """
    if not _COMMON_DATE.fullmatch(text) and not _is_edtf(text):
        return Message("not-a-date", text=text)
    for year, month, day in _DAY.findall(text):
        of_year = int(year) if year.isdecimal() and int(year) else _LEAP_YEAR
        if int(month) <= 12 and int(day) > monthrange(of_year, int(month))[1]:
            return Message("no-such-day", text=text, day=day)
    if span := _SPAN.fullmatch(text):
        start, end = (part.split("-") for part in span.groups())
        if start[: len(end)] > end[: len(start)]:
            return Message("span-backwards", text=text)
    return None


def _is_edtf(text: str) -> bool:
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    if text != text.strip():
        return False
    try:
        parse_edtf(_EDTF_PART_OF_YEAR.sub("01", text))
    except (EDTFParseException, ValueError):
        return False
    return True


def duration_fault(text: str) -> Message | None:
    """What is wrong with an ISO 8601 duration; None if nothing is."""
    return None if _DURATION.fullmatch(text) else Message("not-a-duration", text=text)


def lengths(dates: Iterable[str]) -> frozenset[str]:
    """How long spans of days last: يومي 8 و9 فبراير are two days.

    >>> sorted(lengths({"XXXX-02-08/XXXX-02-09"}))
    ['P2D']
    """
    ends = (date.split("/") for date in dates if "/" in date)
    return frozenset(
        f"P{int(last[-2:]) - int(first[-2:]) + 1}D"
        for first, last in ends
        if first[:-2] == last[:-2] and len(first) == len("2022-09-08")
    )
