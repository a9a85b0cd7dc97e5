"""The Arabic words for numbers, folded, with their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from ...graph.arabic import fold

V = TypeVar("V")


def _words(table: Mapping[str, V]) -> dict[str, V]:
    """Each spelling of ``one|other`` folded, with its value."""
    return {fold(form): value for forms, value in table.items() for form in forms.split("|")}


def _ended(stems: Mapping[str, int], endings: Iterable[str]) -> dict[str, int]:
    return {
        fold(stem + ending): value
        for forms, value in stems.items()
        for stem in forms.split("|")
        for ending in endings
    }


_DIGIT_STEMS: Final = {
    "ثلاث": 3, "أربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثماني|ثمان": 8, "تسع": 9,
}  # fmt: skip
UNITS: Final = {
    **_words({"واحد|واحدة": 1, "اثنان|اثنين|اثنتان|اثنتين|إثنين": 2, "عشر|عشرة": 10}),
    **_ended(_DIGIT_STEMS, ("", "ة")),
}
TENS: Final = _ended(
    {"عشر": 20, "ثلاث": 30, "أربع": 40, "خمس": 50, "ست": 60, "سبع": 70, "ثمان": 80, "تسع": 90},
    ("ون", "ين"),
)
#: 10, as the second word of a number from 11 to 19.
TEEN: Final = frozenset(_words({"عشر|عشرة": 10}))
#: The first word of 11 and 12; the others are those of the units.
TEEN_UNITS: Final = _words({"أحد|إحدى|حادي": 1, "اثنا|اثني|اثنتا|اثنتي": 2})
HUNDRED: Final = frozenset(_words({"مئة|مائة|مية": 100}))
HUNDREDS: Final = {
    **dict.fromkeys(HUNDRED, 100),
    **_words({"مئتان|مئتين|مائتان|مائتين|مائتي|مئتي": 200}),
    **{word: value * 100 for word, value in _ended(_DIGIT_STEMS, ("مئة", "مائة", "مية")).items()},
}
SCALES: Final = _words(
    {
        "ألف|آلاف|ألفا": 10**3,
        "مليون|ملايين|مليونا": 10**6,
        "مليار|مليارات|مليارا|بليون|بلايين": 10**9,
        "تريليون|ترليون|تريليونات": 10**12,
    }
)
#: Scales that are not numbers by themselves: thousands, millions.
UNCOUNTED: Final = frozenset(_words({"آلاف|ملايين|مليارات|بلايين|تريليونات": 0}))
DUAL_SCALES: Final = {
    word: 2 * value
    for word, value in _ended(
        {"ألف": 10**3, "مليون": 10**6, "مليار": 10**9, "تريليون": 10**12}, ("ين", "ان", "ي")
    ).items()
}
FRACTIONS: Final = _words(
    {
        "نصف|النصف": Decimal("0.5"),
        "ربع|الربع": Decimal("0.25"),
        "ثلث|الثلث": Decimal(1) / 3,
        "ثلثي|ثلثا|الثلثين": Decimal(2) / 3,
    }
)
ORDINALS: Final = _words(
    {
        "الأول|الأولى": 1, "الثاني|الثانية": 2, "الثالث|الثالثة": 3, "الرابع|الرابعة": 4,
        "الخامس|الخامسة": 5, "السادس|السادسة": 6, "السابع|السابعة": 7, "الثامن|الثامنة": 8,
        "التاسع|التاسعة": 9, "العاشر|العاشرة": 10,
    }
)  # fmt: skip
#: The first word of an ordinal of two: الحادي عشر, الثاني والعشرين.
ORDINAL_UNITS: Final = {**_words({"الحادي|الحادية": 1}), **ORDINALS}
ORDINAL_TENS: Final = {"ال" + word: value for word, value in TENS.items()}
#: Nouns in the dual, each of which means two.
DUALS: Final = {
    fold(stem + ending): fold(noun)
    for stem, noun in (
        ("يوم", "يوم"), ("عام", "عام"), ("سنت", "سنة"), ("شهر", "شهر"), ("أسبوع", "أسبوع"),
        ("ساعت", "ساعة"), ("دولت", "دولة"), ("بلد", "بلد"), ("وزارت", "وزارة"),
        ("مرحلت", "مرحلة"), ("اتفاقيت", "اتفاقية"), ("مذكرت", "مذكرة"), ("مشروع", "مشروع"),
        ("مبادرت", "مبادرة"), ("جامعت", "جامعة"), ("شركت", "شركة"), ("مدينت", "مدينة"),
        ("مرت", "مرة"), ("جلست", "جلسة"), ("مركز", "مركز"), ("وثيقت", "وثيقة"),
    )
    for ending in ("ين", "ان")
}  # fmt: skip
CURRENCIES: Final = frozenset(
    _words(
        {
            "دولار|دولارات|دولارا|جنيه|جنيهات|جنيها|يورو|درهم|دراهم|ريال|ريالات|دينار|دنانير"
            "|دينارا|ليرة|ليرات|ين|يوان|روبل|روبية|فرنك|usd|egp|eur": 0
        }
    )
)
CURRENCY_SIGNS: Final = _words({"$": "دولار", "€": "يورو", "£": "جنيه"})
PER_HUNDRED: Final = frozenset(_words({"بالمئة|بالمائة|بالمية": 0}))
OF_HUNDRED: Final = frozenset(_words({"المئة|المائة|المية": 0}))
