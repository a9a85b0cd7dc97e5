"""Find the numbers in a text, in digits of either script and in words, with their values.

Main functions::

    amounts("معيشة نحو ٦٠ مليون مواطن")   # each number: where it stands, its value, its kind
    Decimal(60000000) in values(quote)    # is this number said in the quote?

Offsets are those of the given text, 0-based and half-open. A number in parts (3.5 ملايين,
مليون و500 ألف) has one value; 2019/2020 and the days of a date are numbers here too. The dual
(يومين) means two, for nouns that are common in the news.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, TypeAlias, TypeVar

from ...graph.arabic import fold
from .tokens import Token, joined, stripped, tokens

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
#: Words after ربع and نصف that make them a part in a row, or a frequency.
_PARTS_OF: Final = (
    frozenset(ORDINALS)
    | _words({"الأخير|الأخيرة|سنوي|سنوية|السنوي|السنوية|سنويا|شهري|نهائي|النهائي": 0}).keys()
)
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


#: ``percentage``: value 15 for 15%. ``money``: with a currency. ``ordinal``: الثالث. ``dual``:
#: يومين. ``fraction``: النصف.
Kind: TypeAlias = Literal["number", "percentage", "money", "ordinal", "dual", "fraction"]

#: Digits: ٬ and , between groups of three, ٫ and . before a fraction.
_DIGITS: Final = re.compile(r"(\d{1,3}(?:[,٬]\d{3})+(?![\d,٬])|\d+)(?:[.,٫](\d+))?")
#: The same in a text: at the beginning of a word, or after proclitics (و500, لـ14).
_NUMBER: Final = re.compile(
    rf"(?:(?<!\w)|(?<![^\W_])(?P<clitics>[وف]?[بلك]?ـ?))(?<!\d[.,٫٬])(?P<digits>{_DIGITS.pattern})"
    r"(?![٫٬]?\d)(?!(?!م\b)[^\W_])"
)
_PERCENT: Final = re.compile(r"[^\S\n]*[%٪]")
_PERCENT_BEFORE: Final = re.compile(r"[%٪][^\S\n]*$")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number at ``text[start:end]``; ``unit`` is the currency, or the noun of a dual, folded."""

    start: int
    end: int
    value: Decimal
    kind: Kind
    unit: str = ""


def values(text: str) -> frozenset[Decimal]:
    """The values of all numbers in the text.

    >>> Decimal(3) in values("وفقًا لثلاثة محاور"), Decimal(3500000) in values("٣.٥ مليون منزل")
    (True, True)
    """
    return frozenset(amount.value for amount in _amounts(text))


def amounts(text: str) -> list[Amount]:
    """Every number in the text, in order and without overlaps.

    >>> [(a.value, a.kind) for a in amounts("تمويل 16 مليار دولار في المركز الثالث")]
    [(Decimal('16000000000'), 'money'), (Decimal('3'), 'ordinal')]
    """
    return list(_amounts(text))


@lru_cache(maxsize=1024)
def _amounts(text: str) -> tuple[Amount, ...]:
    return tuple(_Reader(text).amounts())


@dataclass(frozen=True, slots=True)
class _Part:
    """A number read so far: the index after its last word, and the scale of that word."""

    value: Decimal
    stop: int
    kind: Kind = "number"
    unit: str = ""
    scale: int = 0


class _Reader:
    """A text as words; a number in digits is one word, with its proclitics."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[Token] = []
        self.digits: dict[int, Decimal] = {}
        at = 0
        for match in _NUMBER.finditer(text):
            self._take(at, match.start())
            self.digits[len(self.words)] = _value(match.group("digits"))
            printed = (match.group("clitics") or "").rstrip("ـ") + match.group("digits")
            self.words.append(Token(match.start(), match.end(), printed))
            at = match.end()
        self._take(at, len(text))

    def _take(self, start: int, end: int) -> None:
        for token in tokens(self.text[start:end]):
            self.words.append(Token(token.start + start, token.end + start, token.folded))

    def amounts(self) -> Iterator[Amount]:
        index = 0
        while index < len(self.words):
            part = self._ordinal(index) or self._number(index) or self._dual(index)
            if part is None:
                index += 1
            else:
                amount, index = self._measured(index, part)
                yield amount

    def _measured(self, first: int, part: _Part) -> tuple[Amount, int]:
        """The amount with a following percent sign or currency, and the index after it."""
        text, stop = self.text, part.stop
        start, end = self.words[first].start, self.words[stop - 1].end

        def made(end: int, kind: Kind, unit: str = "", start: int = start) -> Amount:
            return Amount(start, end, part.value, kind, unit)

        if part.kind not in ("number", "fraction"):
            return made(end, part.kind, part.unit), stop
        if sign := _PERCENT.match(text, end):
            return made(sign.end(), "percentage"), stop
        if sign := _PERCENT_BEFORE.search(text[max(0, start - 3) : start]):
            return made(end, "percentage", start=start - len(sign.group())), stop
        if self._word(stop) in PER_HUNDRED:
            return made(self.words[stop].end, "percentage"), stop + 1
        if self._word(stop) == "في" and self._word(stop + 1) in OF_HUNDRED:
            return made(self.words[stop + 1].end, "percentage"), stop + 2
        if (unit := self._word(stop)) in CURRENCIES and self._joins(stop - 1):
            return made(self.words[stop].end, "money", unit), stop + 1
        if text[start - 1 : start] in CURRENCY_SIGNS:
            unit = CURRENCY_SIGNS[text[start - 1]]
            return made(end, "money", unit, start - 1), stop
        if text[end : end + 1] in CURRENCY_SIGNS:
            return made(end + 1, "money", CURRENCY_SIGNS[text[end]]), stop
        return made(end, part.kind), stop

    def _word(self, index: int) -> str:
        return self.words[index].folded if index < len(self.words) else ""

    def _joins(self, index: int) -> bool:
        """Whether there are only spaces between a word and the next."""
        return index + 1 < len(self.words) and joined(
            self.text, self.words[index], self.words[index + 1]
        )

    def _following(self, index: int) -> str:
        return self._word(index + 1) if self._joins(index) else ""

    def _after_and(self, index: int) -> str:
        """The word after و."""
        word = self._word(index) if index and self._joins(index - 1) else ""
        return word[1:] if word.startswith("و") else ""

    def _number(self, first: int) -> _Part | None:
        """Terms joined by و in descending order, perhaps with a fraction of the last scale."""
        part = self._term(first, stripped(self._word(first)))
        while part is not None and part.scale:
            after = self._after_and(part.stop)
            if after in FRACTIONS:
                value = part.value + FRACTIONS[after] * part.scale
                # مليون ونصف المليون repeats the scale.
                again = self._word(part.stop + 1).removeprefix("ال") in SCALES
                return _Part(value, part.stop + 1 + again)
            more = self._term(part.stop, (after,)) if after else None
            if more is None or more.kind != "number" or more.value >= part.scale:
                break
            part = replace(more, value=part.value + more.value)
        return part

    def _term(self, index: int, forms: tuple[str, ...]) -> _Part | None:
        """A small number, perhaps times a thousand, a million …; or only a scale."""
        for form in forms:
            if form in FRACTIONS:
                # A part of a year or of a match (الربع الأول, نصف سنوي) is no fraction.
                if self._following(index) in _PARTS_OF:
                    return None
                scale = SCALES.get(self._following(index))
                if scale:
                    return _Part(FRACTIONS[form] * scale, index + 2)
                return _Part(FRACTIONS[form], index + 1, "fraction")
            small = self._small(index, form)
            if small is not None:
                scale = SCALES.get(self._following(small.stop - 1))
                if scale:
                    return _Part(small.value * scale, small.stop + 1, scale=scale)
                return small
            if form in DUAL_SCALES:
                return _Part(Decimal(DUAL_SCALES[form]), index + 1, scale=DUAL_SCALES[form] // 2)
            if form in SCALES and form not in UNCOUNTED:
                return _Part(Decimal(SCALES[form]), index + 1, scale=SCALES[form])
        return None

    def _small(self, index: int, form: str) -> _Part | None:
        """A multiplier of a scale word: digits, or words up to nine hundred."""
        if index in self.digits:
            return _Part(self.digits[index], index + 1)
        unit = TEEN_UNITS.get(form, UNITS.get(form, 0))
        if 0 < unit < 10 and self._following(index) in TEEN:
            return _Part(Decimal(unit + 10), index + 2)
        if 2 < UNITS.get(form, 0) < 10 and self._following(index) in HUNDRED:
            return self._below_thousand(index + 2, UNITS[form] * 100)
        for table in (UNITS, TENS, HUNDREDS):
            if form in table:
                return self._below_thousand(index + 1, table[form])
        return None

    def _below_thousand(self, stop: int, value: int) -> _Part:
        """خمسة وعشرون and مئة وخمسون, before a scale word multiplies the whole."""
        while after := self._after_and(stop):
            if after in TENS and (value < 10 or value % 100 == 0):
                return _Part(Decimal(value + TENS[after]), stop + 1)
            if after not in UNITS or value % 100:
                break
            is_teen = self._following(stop) in TEEN and UNITS[after] < 10
            value += UNITS[after] + 10 * is_teen
            stop += 1 + is_teen
            if is_teen or not self._after_and(stop) or self._after_and(stop) not in TENS:
                break
            value += TENS[self._after_and(stop)]
            stop += 1
        return _Part(Decimal(value), stop)

    def _ordinal(self, first: int) -> _Part | None:
        following = self._following(first)
        for form in stripped(self._word(first)):
            if form in ORDINAL_UNITS:
                unit = ORDINAL_UNITS[form]
                if following in TEEN:
                    return _Part(Decimal(unit + 10), first + 2, "ordinal")
                if following.startswith("و") and following[1:] in ORDINAL_TENS:
                    value = unit + ORDINAL_TENS[following[1:]]
                    return _Part(Decimal(value), first + 2, "ordinal")
                if form in ORDINALS:
                    return _Part(Decimal(unit), first + 1, "ordinal")
            if form in ORDINAL_TENS:
                return _Part(Decimal(ORDINAL_TENS[form]), first + 1, "ordinal")
        return None

    def _dual(self, first: int) -> _Part | None:
        for form in stripped(self._word(first)):
            for word in (form, form.removeprefix("ال")):
                if word in DUALS:
                    return _Part(Decimal(2), first + 1, "dual", DUALS[word])
        return None


def _value(printed: str) -> Decimal:
    match = _DIGITS.fullmatch(printed)
    assert match is not None
    whole, fraction = match.groups()
    # Decimal() accepts the digits of every script.
    return Decimal(re.sub("[,٬]", "", whole) + (f".{fraction}" if fraction else ""))


def plain(value: object) -> str:
    """A number as digits, without an exponent or noughts behind the point.

    >>> from decimal import Decimal
    >>> plain(Decimal("7800000000.0")), plain(Decimal("0.5"))
    ('7800000000', '0.5')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
