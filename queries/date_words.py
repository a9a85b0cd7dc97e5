"""Dates, durations and numbers as people read them; the graph keeps EDTF and ISO 8601."""

from __future__ import annotations

import re
from typing import Final

_DATE: Final = re.compile(r"(\d{4}|XXXX)(?:-(0[1-9]|1[0-2]|2[1-4]|3[3-6]|4[01])(?:-([0-3]\d))?)?")
_DURATION: Final = re.compile(r"P(?:\d+[YMWD])+")
#: A year has no separators; five digits and more have them.
_NUMBER: Final = re.compile(r"(-?\d{5,})(\.\d+)?")
_MARKS: Final = re.compile("[?~%]")
_MONTHS: Final = {
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "en": "January February March April May June July August September October November December",
}
#: Seasons, quarters and halves by EDTF's codes.
_PARTS: Final = {
    "21": ("ربيع", "spring"), "22": ("صيف", "summer"), "23": ("خريف", "autumn"),
    "24": ("شتاء", "winter"), "33": ("الربع الأول من عام", "first quarter of"),
    "34": ("الربع الثاني من عام", "second quarter of"),
    "35": ("الربع الثالث من عام", "third quarter of"),
    "36": ("الربع الرابع من عام", "fourth quarter of"),
    "40": ("النصف الأول من عام", "first half of"),
    "41": ("النصف الثاني من عام", "second half of"),
}  # fmt: skip
_NO_YEAR: Final = {"ar": "(لم تُذكر السنة)", "en": "(year not printed)"}
_AND: Final = {"ar": " و", "en": " and "}
_NOT_SURE: Final = {"ar": "{} (غير مؤكد)", "en": "{} (not certain)"}
_SINCE: Final = {"ar": "منذ {}", "en": "since {}"}
_UNTIL: Final = {"ar": "حتى {}", "en": "until {}"}
#: One, two, three to ten, and more than ten; English needs the first and the last.
_UNITS: Final = {
    "ar": {
        "Y": ("سنة واحدة", "سنتان", "{} سنوات", "{} سنة"),
        "M": ("شهر واحد", "شهران", "{} أشهر", "{} شهرًا"),
        "W": ("أسبوع واحد", "أسبوعان", "{} أسابيع", "{} أسبوعًا"),
        "D": ("يوم واحد", "يومان", "{} أيام", "{} يومًا"),
    },
    "en": {
        "Y": ("1 year", "2 years", "{} years", "{} years"),
        "M": ("1 month", "2 months", "{} months", "{} months"),
        "W": ("1 week", "2 weeks", "{} weeks", "{} weeks"),
        "D": ("1 day", "2 days", "{} days", "{} days"),
    },
}


def readable(text: str, language: str) -> str:
    """The date, duration or number as people read it; any other text, and a bare year, as it is.

    >>> readable("XXXX-02-08/XXXX-02-09", "en")
    '8–9 February (year not printed)'
    >>> readable("2022-09", "ar"), readable("P5Y", "ar"), readable("2019/2020", "en")
    ('سبتمبر 2022', '5 سنوات', '2019/2020')
    >>> readable("60000000", "ar"), readable("P1Y6M", "en"), readable("2023?-02", "en")
    ('60,000,000', '1 year and 6 months', 'February 2023 (not certain)')
    >>> readable("2019/..", "ar"), readable("a?b", "en"), readable("1/2", "en")
    ('منذ 2019', 'a?b', '1/2')
    >>> readable("2025-36", "ar"), readable("XXXX-40", "en")
    ('الربع الرابع من عام 2025', 'first half of the year (year not printed)')
    """
    if match := _NUMBER.fullmatch(text):
        return f"{int(match[1]):,}{match[2] or ''}"
    if _DURATION.fullmatch(text):
        return _AND[language].join(
            _length(int(number), unit, language)
            for number, unit in re.findall(r"(\d+)([YMWD])", text)
        )
    if _MARKS.search(text) and (told := readable(_MARKS.sub("", text), language)) != text:
        return _NOT_SURE[language].format(told) if _edtf(text) else text
    if (open_end := re.fullmatch(r"([^/]+)/(?:\.\.)?", text)) and _edtf(open_end[1]):
        return _SINCE[language].format(readable(open_end[1], language))
    if (open_start := re.fullmatch(r"(?:\.\.)?/([^/]+)", text)) and _edtf(open_start[1]):
        return _UNTIL[language].format(readable(open_start[1], language))
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


def _edtf(text: str) -> bool:
    return all(_DATE.fullmatch(_MARKS.sub("", part)) for part in text.split("/"))


def _length(number: int, unit: str, language: str) -> str:
    forms = _UNITS[language][unit]
    return forms[min(number, 3) - 1 if number <= 10 else 3].format(number)


def _words(year: str, month: str | None, day: str, language: str) -> str:
    told = _NO_YEAR[language] if year == "XXXX" else year
    if month in _PARTS:
        name = _PARTS[month][language == "en"]
        if year == "XXXX":
            name = name.replace("من عام", "من العام").replace(" of", " of the year")
    else:
        name = _MONTHS[language].split()[int(month) - 1] if month else ""
    return " ".join(filter(None, (day, name, told)))
