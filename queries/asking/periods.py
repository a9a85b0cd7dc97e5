"""Dates in a question: a year, a month, and periods such as "before 2021" or "between … and …"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from .lexicon import Word

#: A year, with the Arabic "and", "to" or "in" that may be written on to it.
_YEAR: Final = re.compile(r"([وفبل]?)((?:19|20)\d\d)")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january يناير",
            "february فبراير",
            "march مارس",
            "april ابريل",
            "may مايو",
            "june يونيو",
            "july يوليو",
            "august اغسطس",
            "september سبتمبر",
            "october اكتوبر",
            "november نوفمبر",
            "december ديسمبر",
        ),
        1,
    )
    for name in names.split()
}
_NAMES_OF_MONTHS: Final = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    "ar": (
        *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس"),
        *("سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
    ),
}
_OF_YEAR: Final = frozenset(
    {"the", "year", "years", "عام", "سنه", "العام", "السنه", "عامي", "سنتي", "العامين", "بعام",
     "لعام", "السنوات", "اعوام"}
)  # fmt: skip
#: What a word before a date says: only days before it, until its end, after it, or since it.
_SIGNS: Final = {
    "before": "before", "earlier than": "before", "prior to": "before", "older than": "before",
    "in or before": "until", "on or before": "until", "by": "until", "in or after": "since",
    "on or after": "since", "قبل": "before", "من قبل": "before", "اقدم من": "before",
    "until": "until", "till": "until", "up to": "until", "no later than": "until",
    "until the end of": "until", "by the end of": "until", "حتي": "until", "لغايه": "until",
    "لحد": "until", "حتي نهايه": "until", "الي غايه": "until",
    "after": "after", "later than": "after", "newer than": "after", "بعد": "after",
    "من بعد": "after", "احدث من": "after",
    "since": "since", "منذ": "since", "من اول": "since", "ابتداء من": "since",
    "اعتبارا من": "since",
}  # fmt: skip
_AFTERWARDS: Final = {
    "or later": "since", "or after": "since", "and later": "since", "and after": "since",
    "onwards": "since", "onward": "since", "or earlier": "until", "or before": "until",
    "and earlier": "until", "and before": "until", "فصاعدا": "since", "وما بعدها": "since",
    "وما بعده": "since", "او بعدها": "since", "او بعده": "since", "وما قبلها": "until",
    "وما قبله": "until", "او قبلها": "until", "او قبله": "until",
}  # fmt: skip
_BETWEEN: Final = {"between": ("and", "to"), "بين": ("و", "الي"), "ما بين": ("و", "الي")}
_FROM: Final = {"from": ("to", "until", "till", "through"), "من": ("الي", "حتي", "لحد")}
_ONWARDS: Final = frozenset({"on", "onwards", "onward", "فصاعدا", "وطالع", "ولاحقا"})


def month_named(date: str, language: str) -> str:
    """A month in words, with its year if there is one: ``-02`` is February; other dates as is."""
    found = re.fullmatch(r"(\d{4})?-(\d\d)", date)
    if not found or not 1 <= int(found[2]) <= 12:
        return date
    name = _NAMES_OF_MONTHS[language][int(found[2]) - 1]
    return f"{name} {found[1]}" if found[1] else name


class Period(str):
    """A period, as the words say it, with its first and last day; either may be empty."""

    first: str
    last: str

    def __new__(cls, words: str, first: str = "", last: str = "") -> Period:
        period = super().__new__(cls, words)
        period.first, period.last = first, last
        return period


def as_period(date: str) -> Period | None:
    """A year, a month of a year or a span of years as the period of its days."""
    if isinstance(date, Period):
        return date
    found = re.fullmatch(r"(\d{4})(?:-(\d\d)|/(\d{4}))?", date)
    if not found:
        return None
    first, month, last = found.groups()
    if month:
        days = monthrange(int(first), int(month))[1]
        return Period(date, f"{first}-{month}-01", f"{first}-{month}-{days:02d}")
    return Period(date, f"{first}-01-01", f"{last or first}-12-31")


def date_at(words: Sequence[Word], place: int) -> tuple[str, int] | None:
    """The date or :class:`Period` that begins at a place, and the number of its words."""
    return _period(words, place) or _open_ended(words, place) or _date(words, place)


def _date(words: Sequence[Word], place: int) -> tuple[str, int] | None:
    """A year, a span of two years, or a month with or without its year."""
    word = words[place].folded
    if month := _MONTHS.get(word):
        capital = words[place].text[:1].isupper() or words[place].is_arabic
        if year := _year(words, place + 1):
            return f"{year}-{month:02d}", 2
        return (f"-{month:02d}", 1) if capital and word not in ("may", "march") else None
    if word in _OF_YEAR and word != "the" and _year(words, place + 1):
        found = _date(words, place + 1)
        return (found[0], found[1] + 1) if found else None
    year = _year(words, place)
    if not year:
        return None
    after = _year(words, place + 1)
    if after and words[place + 1].folded == after:
        return f"{year}/{after}", 2
    return year, 1


def _year(words: Sequence[Word], place: int) -> str:
    found = _YEAR.fullmatch(words[place].folded) if place < len(words) else None
    return found[2] if found else ""


def _days(words: Sequence[Word], place: int) -> tuple[date, date, int] | None:
    """The first and last day of a date, and the number of its words, "the year" included."""
    start = place
    while place < len(words) and words[place].folded in _OF_YEAR:
        place += 1
    if place >= len(words):
        return None
    if month := _MONTHS.get(words[place].folded):
        of_year = int(_year(words, place + 1) or 0)
        if not of_year:
            return None
        last = monthrange(of_year, month)[1]
        return date(of_year, month, 1), date(of_year, month, last), place + 2 - start
    if not (first := _year(words, place)):
        return None
    # "2019/2020" is one date; "2019 و2020" are two.
    joined = place + 1 < len(words) and words[place + 1].folded == _year(words, place + 1) != ""
    final = _year(words, place + 1) if joined else first
    return date(int(first), 1, 1), date(int(final), 12, 31), place + 1 + joined - start


def _open_ended(words: Sequence[Word], place: int) -> tuple[Period, int] | None:
    """A date with what follows it or goes before it: "2020 or later", «2020 وما بعدها»."""
    found = _days(words, place)
    if not found:
        return None
    first, last, length = found
    for more in (3, 2, 1):
        after = words[place + length : place + length + more]
        sign = _AFTERWARDS.get(" ".join(word.folded for word in after))
        if sign:
            days = (first.isoformat(), "") if sign == "since" else ("", last.isoformat())
            return _told(words, place, length + len(after), *days)
    return None


def _period(words: Sequence[Word], place: int) -> tuple[Period, int] | None:
    for length in (4, 3, 2, 1):
        said = " ".join(word.folded for word in words[place : place + length])
        sign = _SIGNS.get(said)
        if sign and (days_said := _days(words, place + length)):
            first, last, more = days_said
            days = {
                "before": ("", _shifted(first, -1)),
                "until": ("", last.isoformat()),
                "after": (_shifted(last, 1), ""),
                "since": (first.isoformat(), ""),
            }
            return _told(words, place, length + more, *days[sign])
        for signs in (_BETWEEN, _FROM):
            if said in signs and (period := _two(words, place, length, signs[said])):
                return period
    return None


def _two(
    words: Sequence[Word], place: int, length: int, joints: Sequence[str]
) -> tuple[Period, int] | None:
    """A period of two dates, or one that goes on: "from 2019 on"."""
    if not (first := _days(words, place + length)):
        return None
    after = place + length + first[2]
    if after >= len(words):
        return None
    if words[after].folded in _ONWARDS:
        return _told(words, place, after + 1 - place, first[0].isoformat(), "")
    written_on = words[after].folded.startswith("و") and "و" in joints
    if not written_on:
        if words[after].folded not in joints:
            return None
        after += 1
    elif words[after].folded in ("وعام", "وسنه"):
        after += 1
    second = _days(words, after)
    if not second or second[1] < first[0]:
        return None
    size = after + second[2] - place
    return _told(words, place, size, first[0].isoformat(), second[1].isoformat())


def _told(
    words: Sequence[Word], place: int, length: int, first: str, last: str
) -> tuple[Period, int]:
    text = " ".join(word.text for word in words[place : place + length])
    return Period(text, first, last), length


def _shifted(day: date, days: int) -> str:
    return (day + timedelta(days)).isoformat()
