"""Turn the names, numbers and words of scales in a sentence into the values of a bundle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from ...graph.arabic import fold, stem
from ...graph.entity import Entity
from ...graph.territories import territories
from ...ontology.namespaces import ID, TW
from ...ontology.schema import Schema
from .body_names import Body
from .dates import SaidDate
from .mentions import Mention
from .name_words import ACTING, TITLES
from .numbers import Amount, plain
from .phrases import Person, Phrases, Post, Side
from .tokens import Sentence, folded_words, tokens

#: Characters before and after a number in which its comparator and its unit are looked for.
_BEFORE, _AFTER = 20, 60


class Scales:
    """The cues and labels of units, comparators and stages."""

    def __init__(self, schema: Schema, units: Iterable[Entity]) -> None:
        self._words: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for ref in schema.concepts:
            names = [*schema.values(ID + ref, TW + "cue"), schema.label(ID + ref, "ar")]
            self._add(ref, names)
        for unit in units:
            self._add(unit.ref, [unit.ar, *(alias.name for alias in unit.aliases)])

    def _add(self, ref: str, names: Iterable[str]) -> None:
        kind = ref.partition("/")[0]
        if kind in ("stage", "unit", "comparator"):
            for name in names:
                words = tuple(stem(token.folded) for token in tokens(name))
                if words:
                    self._words.setdefault(kind, []).append((words, ref))

    def find(self, kind: str, text: str, *, is_last: bool = False, within: int = 1000) -> str:
        """The slug of the value whose words come first in a text, or last; empty if there is none.

        The words begin among the first ``within`` words.
        """
        stems = [stem(token.folded.removeprefix("و")) for token in tokens(text)]
        best: tuple[int, int, str] | None = None
        for words, ref in self._words.get(kind, ()):
            for at in range(min(within, len(stems) - len(words) + 1)):
                if tuple(stems[at : at + len(words)]) == words:
                    place = -at if is_last else at
                    if best is None or (place, -len(words)) < best[:2]:
                        best = place, -len(words), ref
        return best[2].partition("/")[2] if best else ""

    def figure(self, text: str, amount: Amount, within: int = 1000) -> dict[str, str]:
        """Value, unit and comparator of an amount; the unit is empty if no word tells it."""
        number = text[amount.start : amount.start + _AFTER]
        before = text[max(0, amount.start - _BEFORE) : amount.start]
        said = text[amount.start : amount.end] if amount.kind == "money" else ""
        after = said or text[amount.end : amount.end + _AFTER] or number
        unit = self.find("unit", after, within=1000 if said else within)
        return {
            "value": plain(amount.value),
            "unit": unit,
            "comparator": self.find("comparator", before, is_last=True) or "exactly",
        }

    def figures(self, text: str, found: Iterable[Amount]) -> Iterator[dict[str, str]]:
        """The figures of some amounts of a text."""
        return (self.figure(text, amount) for amount in found)


Item: TypeAlias = dict[str, Any]
Unit: TypeAlias = Person | Body | Side

_LISTED: Final = folded_words("و كل كلا كلٌ من ب ل السادة عن بين") | TITLES
_AREA_MARKS: Final = folded_words("مجال مجالات بمجال بمجالات المجال بشأن حول قطاع لبناء بناء")
_AREA_ENDS: Final = folded_words("وذلك بحضور كما حيث الذي التي مما وقع وقعت وأكد بما خلال")
_AMOUNT_MARKS: Final = folded_words(
    "بقيمة قيمته قيمتها بتكلفة تكلفته وتكلفة تكلفة بمبلغ مبلغ قدره قدرها تبلغ يبلغ بلغ بلغت"
    " باستثمارات استثمارات يمتد تمتد يمتدة بطول طوله طولها يتجاوز بطاقة بقدرة قدرة سعة بسعة طاقة"
    " تدريب بتدريب لتدريب وتدريب تأهيل وتأهيل تصل على تمويل نحو لأكثر أكثر حوالي حوالى تتجاوز"
)
_TRAINING: Final = folded_words("تدريب بتدريب لتدريب وتدريب تأهيل وتأهيل لتأهيل")
_TRAINED: Final = folded_words(
    "متدرب متدربا متدربين مدرب مدربا مدربين شاب شابا طالب طالبا طلاب خريج خريجا خريجين شخص شخصا"
    " كادر كادرا كوادر موظف موظفا موظفين مهندس مهندسا"
)
_LATIN: Final = re.compile(r"[\s»”\"]*\(\s*([A-Za-z][^()\n]{1,80}?)\s*\)")
#: A name without a post in a list of people, before the body that it signs for.
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_FOR_BODY: Final = re.compile(
    r"[\s»\"”()]*[،,]\s*(?:و\s*)?((?:[^\W\d]+\s+){1,4}[^\W\d]+)\s*[،,]?\s*عن\s+"
)
_THINGS: Final = {
    fold(word): kind
    for word, kind in {
        "كابل": "network-infrastructure", "كبل": "network-infrastructure",
        "شبكة": "network-infrastructure", "مركز": "facility", "قمر": "satellite",
    }.items()
}  # fmt: skip
_KINDS_OF_THINGS: Final = folded_words("بحري بيانات البيانات ألياف اصطناعي صناعي جديد دولي")
_REACH: Final = 4


@dataclass(frozen=True, slots=True)
class Bundle:
    """Items that a sentence proposes together; ``spans`` are the words that say them."""

    sentence: Sentence
    items: tuple[Item, ...]
    spans: tuple[tuple[int, int], ...]


class BundleValues:
    """The units, areas and figures of one text; see :func:`Suggester.suggest` for its parts."""

    def __init__(
        self,
        phrases: Phrases,
        mentions: Sequence[Mention],
        dates: Sequence[SaidDate],
        amounts: Sequence[Amount],
        scales: Scales,
        label: Callable[[str, str], str],
    ) -> None:
        self._phrases, self._scales, self._label = phrases, scales, label
        self._text = phrases.text
        self._mentions, self._dates, self._amounts = mentions, dates, amounts
        people: list[Unit] = list(phrases.people)
        spans = [(one.start, one.end) for one in people]
        bodies = [
            body
            for body in phrases.bodies
            if (body.ref or body.kind in ACTING)
            and not any(s < body.end and body.start < e for s, e in spans)
        ]
        self._units: list[Unit] = sorted(
            [*people, *bodies, *phrases.sides()], key=lambda one: one.start
        )

    def _inside(self, found: Iterable[Any], sentence: Sentence) -> list[Any]:
        return [one for one in found if sentence.start <= one.start and one.end <= sentence.end]

    def _words(self, sentence: Sentence) -> list[tuple[int, int, str]]:
        return [
            (t.start + sentence.start, t.end + sentence.start, t.folded)
            for t in tokens(sentence.text)
        ]

    # Values.

    def _country(self, ref: str) -> str | Item:
        """A country as the value of a predicate; a new one where it is not registered."""
        if not ref.startswith("territory/"):
            return ref
        code = ref.removeprefix("territory/")
        found = next(item for item in territories() if item.code == code)
        new = {"new": "country" if found.iso3 else "region", "ar": found.names[0],
               "en": found.names[1]}  # fmt: skip
        return {**new, "iso3": found.iso3} if found.iso3 else new

    def _value(self, unit: Unit) -> str | Item:
        """A unit as the value of a predicate."""
        if isinstance(unit, Side):
            return self._country(unit.ref)
        if unit.ref:
            return unit.ref
        if isinstance(unit, Person):
            return {"new": "official", "ar": unit.name, "en": ""}
        latin = _LATIN.match(self._text, unit.end)
        item: Item = {"new": unit.kind, "ar": unit.text, "en": latin.group(1) if latin else ""}
        if unit.country:
            item["belongsToCountry"] = self._country(unit.country)
        return item

    def _post(self, post: Post) -> str | Item:
        if post.ref:
            return post.ref
        item: Item = {"new": "post", "ar": post.text, "en": ""}
        if post.country:
            item["belongsToCountry"] = self._country(post.country)
        if post.body is not None and (body := self._employer(post.body)):
            item["postIn"] = body
        return item

    def _employer(self, body: Body) -> str | Item:
        """A body as what a post is in: a centre is an institute then, and a project none."""
        if body.ref or body.kind in ACTING:
            return self._value(body)
        if body.kind != "facility":
            return ""
        return self._value(replace(body, kind="institute"))

    def _called(self, unit: Unit) -> str:
        if isinstance(unit, Person):
            return self._label(unit.ref, "ar") if unit.ref else unit.name
        if isinstance(unit, Side):
            return self._label(unit.ref, "ar")
        return self._label(unit.ref, "ar") if unit.ref else unit.text

    def _person(self, person: Person, sentence: Sentence) -> Iterator[Bundle]:
        if not person.posts:
            return
        for post in map(self._post, person.posts):
            item: Item = {"subject": person.ref, "predicate": "holds", "object": post}
            if not person.ref:
                item = {"new": "official", "ar": person.name, "en": "", "post": post}
            yield Bundle(sentence, (item,), ((person.start, person.end),))

    # Lists of units.

    def _run(self, at: int, end: int) -> list[Unit]:
        """The units of a list that begins at an offset: only words that join them in between."""
        found: list[Unit] = []
        for unit in self._units:
            if unit.start < at or unit.end > end:
                continue
            gap = _IN_BRACKETS.sub(lambda m: " " * len(m[0]), self._text[at : unit.start])
            if found and isinstance(unit, Body) and (name := _FOR_BODY.fullmatch(gap)):
                begin = at + name.start(1)
                found.append(Person(begin, begin + len(name[1]), " ".join(name[1].split())))
                at = unit.end
                continue
            words = {t.folded for t in tokens(gap)}
            if not words <= _LISTED or "\n" in gap or re.search(r"[.؛;]", gap):
                break
            found.append(unit)
            at = unit.end
        return found

    def _before(self, at: int, start: int) -> Unit | None:
        """The unit that ends right before an offset."""
        ends = [u for u in self._units if start <= u.start and u.end <= at]
        if ends and not tokens(self._text[ends[-1].end : at]):
            return ends[-1]
        return None

    def _areas(self, start: int, end: int) -> list[tuple[str, int, int]]:
        """The areas after a word such as مجال, to the end of its clause."""
        found: list[tuple[str, int, int]] = []
        is_open = False
        places = {m.start: m for m in self._mentions if m.candidates[0].startswith("area/")}
        phrases = self._phrases
        for word in phrases.words[phrases.index_of(start) : phrases.index_of(end)]:
            if word.folded in _AREA_ENDS or (is_open and self._text[word.start - 2] in ".؛"):
                is_open = False
            if word.folded in _AREA_MARKS:
                is_open = True
            mention = places.get(word.start)
            if is_open and mention is not None and mention.kind == "name":
                found.append((mention.candidates[0], mention.start, mention.end))
        return found

    # Figures.

    def _figures(
        self, sentence: Sentence, words: Sequence[tuple[int, int, str]]
    ) -> Iterator[tuple[Item, int, int]]:
        """The amounts and quantities of a sentence that have a unit and a word that tells them."""
        for amount in self._inside(self._amounts, sentence):
            near = [w for _, end, w in words if amount.start - 45 <= end <= amount.start][-_REACH:]
            is_told = any(word.removeprefix("و") in _AMOUNT_MARKS for word in near)
            if amount.kind not in ("number", "money"):
                continue
            figure = self._scales.figure(self._text, amount, within=2)
            follows = [w for start, _, w in words if start >= amount.end][:2]
            if not figure["unit"] and _TRAINED & set(follows) and _TRAINING & set(near):
                figure["unit"] = "trainee"
            if figure["unit"] not in ("", "agreement") and (is_told or amount.kind == "money"):
                yield {**figure, "ar": "", "en": ""}, amount.start, amount.end

    def _loose_figures(
        self, sentence: Sentence, amounts: Iterable[tuple[Item, int, int]], about: str
    ) -> Iterator[Bundle]:
        """Figures of the nearest body or thing before them, else of the agreement spoken of."""
        things: list[tuple[int, int, Any]] = [
            (m.start, m.end, m.candidates[0])
            for m in self._inside(self._mentions, sentence)
            if m.kind == "name" and m.candidates[0].startswith(
                ("facility/", "project/", "network-infrastructure/", "digital-platform/",
                 "infrastructure/", "satellite/", "initiative/", "agreement/")
            )
        ]  # fmt: skip
        bodies = self._inside(self._phrases.bodies, sentence)
        things += self._unnamed_things(sentence)
        for figure, start, end in amounts:
            before = [ref for _, stop, ref in sorted(things, key=lambda t: t[1]) if stop <= start]
            unit = next((b for b in reversed(bodies) if b.end <= start), None)
            of: Any = before[-1] if before else self._value(unit) if unit else about
            if not of:
                continue
            item = {"new": "figure", **figure, "of": of}
            spans = ((unit.start, unit.end),) if unit and not before else ()
            yield Bundle(sentence, (item,), (*spans, (start, end)))

    def _unnamed_things(self, sentence: Sentence) -> Iterator[tuple[int, int, Item]]:
        """Cables, networks and centres that a sentence speaks of, each as a new entity."""
        phrases = self._phrases
        for at in range(phrases.index_of(sentence.start), phrases.index_of(sentence.end)):
            word = phrases.words[at]
            kind = _THINGS.get(word.folded.removeprefix("ال"))
            if kind and word.end <= sentence.end:
                last = at + 1
                while phrases.is_joined(last) and (
                    (phrases.folded(last) in _KINDS_OF_THINGS)
                    or (phrases.is_definite(at) and phrases.is_definite(last))
                ):
                    last += 1
                end = phrases.words[last - 1].end
                name = self._text[word.start : end]
                yield word.start, end, {"new": kind, "ar": name, "en": ""}
