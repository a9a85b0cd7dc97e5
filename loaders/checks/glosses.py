"""Check the English glosses that curators write beside quotes, and share them between quotes.

A gloss is a translation of ours and proves nothing, but a reader without Arabic relies on it. It
must have every number and every proper name of its quote, and no number besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeAlias

from ...graph.arabic import fold
from ...graph.entity import Entity
from ...graph.fact import Evidence, Fact
from ...messages.fault import Fault, Place
from ...messages.message import Message
from ..text.mentions import PROPER, Gazetteer, Name
from ..text.numbers import Amount, amounts

_ARABIC: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_LETTER: Final = re.compile("[A-Za-z]")
#: The last character of a sentence, or of a fragment that is not cut off.
_ENDS: Final = re.compile(r"[\w.!?%)\]’'”\"»]$")
#: A qualification in the label of an entity, which no text prints: Ministry of Finance (Egypt).
_IN_BRACKETS: Final = re.compile(r"\s*\([^)]*\)")
_UNITS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
)  # fmt: skip
_SMALL: Final = {
    **{word: number for number, word in enumerate(_UNITS, 1)},
    **{word: number for number, word in enumerate(_ORDINALS, 1)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
}
_SCALES: Final = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_SCALE: Final = "|".join(_SCALES)
_NUMBER: Final = re.compile(
    rf"(?<![\w.])(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<rest>\.\d+)?(?:st|nd|rd|th)?"
    rf"|(?P<tens>{'|'.join(_TENS)})-(?P<unit>{'|'.join((*_UNITS[:9], *_ORDINALS[:9]))})"
    rf"|(?P<word>{'|'.join(sorted(_SMALL, key=len, reverse=True))})|an?(?= (?:{_SCALE})\b))"
    rf"(?P<scales>(?:[ -](?:{_SCALE}))*)\b",
    re.IGNORECASE,
)
#: “One of” and “the two sides” need no number in Arabic, whose grammar says it.
_GRAMMAR: Final = frozenset({"one", "two"})
#: How English says a currency, by its Arabic name as folded, and a percentage.
_CURRENCIES: Final = {
    "دولار": r"dollar|\$|usd", "جنيه": r"pound|£|egp", "يورو": "euro|€|eur", "درهم": "dirham",
    "ريال": "riyal|rial", "دينار": "dinar", "ليره": "lira", "ين": "yen", "يوان": "yuan",
    "روبل": "rou?ble", "روبيه": "rupee", "فرنك": "franc",
}  # fmt: skip
_PERCENT: Final = "%|per ?cent"
#: The words of a quote: the document's slug, and the offsets of its parts.
Quoted: TypeAlias = tuple[str, tuple[tuple[int, int], ...]]
#: The gloss that the same words share, with the name of the file that has it, by quote.
First: TypeAlias = dict[Quoted, tuple[str, str]]
#: A quote with a gloss, and the place where the gloss is written.
Written: TypeAlias = tuple[tuple[Evidence, ...], Place]


def form_fault(gloss: str) -> Message | None:
    """What is wrong with the form of a gloss, or None."""
    if found := _ARABIC.search(gloss):
        return Message("gloss-with-arabic", letter=found.group())
    if not _LETTER.search(gloss):
        return Message("gloss-without-words")
    if gloss != " ".join(gloss.split()):
        return Message("gloss-with-spaces")
    if not _ENDS.search(gloss):
        return Message("gloss-cut-off", end=gloss[-20:])
    return None


def first_glosses(written: Iterable[Written]) -> First:
    """The gloss of each quote that other entries with the same words share."""
    return joined({_quoted(e): (place.file, e[0].gloss)} for e, place in written)


def joined(parts: Iterable[First]) -> First:
    """The first glosses of parts of the facts, in the order of their files.

    Of several, one of the first file counts, and there the first in the alphabet: the order of
    rows changes nothing.
    """
    first: First = {}
    for part in parts:
        for quoted, (file, gloss) in part.items():
            known, other = first.setdefault(quoted, (file, gloss))
            first[quoted] = known, min(gloss, other) if file == known else other
    return first


def with_shared_glosses(facts: Sequence[Fact], first: First) -> tuple[Fact, ...]:
    """The facts, with the gloss of the same words of the same document where they have none."""
    documents = {document for document, _ in first}
    return tuple(
        glossed(fact, first.get(_quoted(fact.evidence), ("", ""))[1])
        if fact.evidence[0].document in documents
        else fact
        for fact in facts
    )


def glossed(fact: Fact, gloss: str) -> Fact:
    """The same fact with a gloss of its quote, if that has none."""
    if not gloss or fact.evidence[0].gloss:
        return fact
    first = replace(fact.evidence[0], gloss=gloss)
    return replace(fact, evidence=(first, *fact.evidence[1:]))


def gloss_lines(facts: Iterable[Fact]) -> Iterator[str]:
    """The N-Quads of the glosses of the facts."""
    for fact in facts:
        if fact.evidence[0].gloss:
            yield fact.evidence[0].gloss_line(fact.iri)


class Glosses:
    """Compares glosses with their quotes, one after the other."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        # A name that holds only in some documents is a description, such as “the ministry”.
        self._gazetteer = Gazetteer(
            Name(entity.ref, name)
            for entity in entities.values()
            if not PROPER.isdisjoint(entity.kinds)
            for name in (entity.ar, *(a.name for a in entity.aliases if not a.documents))
        )
        self._first: dict[Quoted, str] = {}
        self._seen: set[tuple[Quoted, str]] = set()

    @property
    def count(self) -> int:
        """How many glosses have been judged, equal ones of the same words once."""
        return len(self._seen)

    def learn(self, written: Iterable[Written]) -> None:
        """Take these glosses as known, so that others are compared with them."""
        for evidence, _ in written:
            self._first.setdefault(_quoted(evidence), evidence[0].gloss)

    def judged(self, evidence: Sequence[Evidence], place: Place) -> tuple[list[Fault], list[Fault]]:
        """The faults and the warnings of the gloss of a quote; none the second time."""
        quoted, gloss = _quoted(evidence), evidence[0].gloss
        if (quoted, gloss) in self._seen:
            return [], []
        self._seen.add((quoted, gloss))
        warnings = list(self._unnamed(evidence, place))
        other = self._first.setdefault(quoted, gloss)
        if other != gloss:
            warnings.append(
                Fault.at(place, "glosses-differ", gloss=gloss, other=other, check="glosses")
            )
        return list(_numbers(evidence, place)), warnings

    def _unnamed(self, evidence: Sequence[Evidence], place: Place) -> Iterator[Fault]:
        """A warning for each proper name of the quote that the gloss does not have in English."""
        slug = evidence[0].document
        gloss = f" {_words_of(evidence[0].gloss)} "
        for part in evidence:
            for mention in self._gazetteer.mentions(part.quote, slug):
                if mention.kind == "name":
                    (ref,) = mention.candidates
                    names = _english(self._entities[ref])
                    if not any(f" {_words_of(name)} " in gloss for name in names):
                        yield Fault.at(
                            place,
                            "gloss-lacks-name",
                            name=part.quote[mention.start : mention.end],
                            names=sorted(names, key=len)[:3],
                            check="glosses",
                        )


def _numbers(evidence: Sequence[Evidence], place: Place) -> Iterator[Fault]:
    """A fault for each number that only the quote or only the gloss has."""
    gloss = evidence[0].gloss
    quoted = [amount for part in evidence for amount in amounts(part.quote)]
    said = english_numbers(gloss)
    known = {amount.value for amount in quoted}
    for amount in dict.fromkeys(quoted):
        # English has “both”, “half” and “a third” for what is no plain number.
        is_number = amount.kind not in ("dual", "fraction")
        if is_number and amount.value not in said.values():
            yield _fault("gloss-lacks-number", place, amount.value)
        elif not re.search(_unit(amount), gloss, re.IGNORECASE):
            yield _fault("gloss-lacks-unit", place, amount.value)
    for words, number in said.items():
        if number not in known and words not in _GRAMMAR:
            yield _fault("gloss-adds-number", place, number)


def english_numbers(text: str) -> dict[str, Decimal]:
    """The numbers in an English text, in digits and in words, by how they are written.

    >>> list(english_numbers("Some 4,500 villages and 3.5 million homes, in third place").values())
    [Decimal('4500'), Decimal('3500000.0'), Decimal('3')]
    """
    found: dict[str, Decimal] = {}
    for match in _NUMBER.finditer(text):
        value = Decimal(1)
        if match["digits"]:
            value = Decimal(match["digits"].replace(",", "") + (match["rest"] or ""))
        elif match["tens"]:
            unit = match["unit"].lower()
            value = Decimal(_SMALL[match["tens"].lower()] + _SMALL[unit])
        elif match["word"]:
            value = Decimal(_SMALL[match["word"].lower()])
        for scale in re.split("[ -]", match["scales"])[1:]:
            value *= _SCALES[scale.lower()]
        found[match.group().lower()] = value
    return found


def _quoted(evidence: Sequence[Evidence]) -> Quoted:
    return evidence[0].document, tuple((part.start, part.end) for part in evidence)


def _unit(amount: Amount) -> str:
    """A pattern that the unit of an amount matches in English; an empty one if it has none."""
    if amount.kind == "percentage":
        return _PERCENT
    return _CURRENCIES.get(amount.unit, "") if amount.kind == "money" else ""


def _fault(code: str, place: Place, number: Decimal) -> Fault:
    return Fault.at(place, code, number=f"{number.normalize():,f}", check="glosses")


def _english(entity: Entity) -> list[str]:
    """The English names of an entity, also without what the register adds in brackets."""
    names = [entity.en, *(a.name for a in entity.aliases if a.language == "en")]
    return list(dict.fromkeys(_IN_BRACKETS.sub("", name) for name in names))


def _words_of(text: str) -> str:
    """The words of a text, folded, without marks and the possessive."""
    return " ".join(re.findall(r"\w+", re.sub(r"'s\b", "", fold(text))))
