"""Find the stored question that a text asks, by its wording and the paraphrases in its header."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from ...ontology.namespaces import ID
from ..catalogue import Catalogue
from ..question import Question, wordings
from .known_names import KnownNames
from .lexicon import keys_of, light, words_of
from .plan import Plan
from .recognise import Recogniser
from .units import Mention, Spoken, Units

_SLOT: Final = re.compile(r"\{(\w+)\}")
#: Wordings that are compared in full, the likeliest first.
_COMPARED: Final = 40
#: What is asked for, where one word is as good as another.
_ALIKE: Final = {"about": "which", "": "which", "how": "which"}
#: Below this share of common words a question is not a candidate.
_LEAST: Final = 0.34


class Wording(NamedTuple):
    """One way to ask a stored question, with ``{parameter}`` for the names in it."""

    name: str
    text: str
    stems: frozenset[str]


class Pattern(NamedTuple):
    """A wording, recognised: ``slots`` are the mentions that stand for parameters."""

    question: Question
    units: Units
    slots: Mapping[str, Mention]


class Match(NamedTuple):
    """How far a wording fits: word for word, in all it says, or a share; with parameter values."""

    plan: Plan
    share: float
    is_exact: bool
    is_verbatim: bool = False


class StoredMatch:
    """Matches texts with the stored questions of a catalogue."""

    def __init__(self, catalogue: Catalogue, recogniser: Recogniser, names: KnownNames) -> None:
        self._catalogue, self._recogniser, self._names = catalogue, recogniser, names
        self._wordings: dict[str, list[Wording]] = {}
        self._read: dict[str, Units] = {}

    def named(self, text: str) -> Question | None:
        """The question whose wording the text is, word for word."""
        name = self._whole.get(keys_of(text))
        return self._catalogue.get(name) if name else None

    @cached_property
    def _whole(self) -> Mapping[tuple[str, ...], str]:
        found: dict[tuple[str, ...], str] = {}
        for language in ("en", "ar"):
            for name, written in self._catalogue.texts.items():
                for text in wordings(name, written, language):
                    if "{" not in text:
                        found.setdefault(keys_of(text), name)
        return found

    def matches(self, u: Units, least: float = 0.0) -> list[Match]:
        """The wordings in the language of the text that fit it, best first.

        ``least`` is the share of words, from 0 to 1, that they must have in common.
        """
        names = {place for m in u.mentions for place in range(m.first, m.last + 1)}
        said = enumerate(words_of(u.text))
        words = frozenset(light(word.key) for place, word in said if place not in names)
        with_units = _with_units(u)
        ranked = []
        for wording in self._in(u.language):
            common = len(wording.stems & words)
            if common and common >= least * len(wording.stems | words):
                ranked.append((-common / len(wording.stems | words), wording.name, wording))
        found: list[Match] = []
        for *_, wording in sorted(ranked, key=lambda item: item[:2])[:_COMPARED]:
            mine = with_units if self._asks_unit(wording) else u
            pattern = self._pattern(wording, mine)
            match = pattern and self._match(pattern, mine)
            if match:
                found.append(match)
        found.sort(key=lambda m: (not m.is_verbatim, not m.is_exact, -m.share, m.plan.stored))
        return found

    def _in(self, language: str) -> list[Wording]:
        if language not in self._wordings:
            self._wordings[language] = [
                Wording(name, text, _words(_SLOT.sub(" ", text)))
                for name, written in self._catalogue.texts.items()
                for text in wordings(name, written, language)
            ]
        return self._wordings[language]

    def _pattern(self, wording: Wording, u: Units) -> Pattern | None:
        """The wording with names of the text, or of any fitting entity, in place of parameters."""
        question = self._catalogue.get(wording.name)
        types = {p.name: p.type for p in question.parameters}
        slots: dict[str, str] = {}
        taken: set[str] = set()
        for name in _SLOT.findall(wording.text):
            fitting = self._examples(types.get(name, ""), u)
            example = next((iri for iri in fitting if iri not in taken), None)
            if example is None:
                return None
            taken.add(example)
            slots[name] = example

        def put(found: re.Match[str]) -> str:
            return self._names.label(slots[found[1]], u.language)

        text = _SLOT.sub(put, wording.text)
        if text not in self._read:
            self._read[text] = self._recogniser.units(text)
        units = self._read[text]
        if self._asks_unit(wording):
            units = _with_units(units)
        mentions = {m.iri: m for m in units.mentions}
        if any(iri not in mentions for iri in slots.values()):
            return None
        return Pattern(question, units, {n: mentions[iri] for n, iri in slots.items()})

    def _asks_unit(self, wording: Wording) -> bool:
        slots = set(_SLOT.findall(wording.text))
        parameters = self._catalogue.get(wording.name).parameters if slots else ()
        return any(p.name in slots and p.type == "unit" for p in parameters)

    def _examples(self, kind: str, u: Units) -> Iterator[str]:
        for m in u.mentions:
            if self._fits(m, kind):
                yield m.iri
        for slug in ("country/egypt", "country/iraq"):
            iri = ID + slug
            if not _classes_of(kind).isdisjoint(self._names.classes.get(iri, ())):
                yield iri
        for iri in sorted(self._names.classes):
            if not _classes_of(kind).isdisjoint(self._names.classes[iri]):
                yield iri

    @staticmethod
    def _fits(m: Mention, kind: str) -> bool:
        return m.is_a(*_classes_of(kind))

    def _match(self, pattern: Pattern, u: Units) -> Match | None:
        values = self._bound(pattern, u)
        if values is None:
            return None
        plan = Plan(stored=pattern.question.name, values=values)
        mine, theirs = u.left(()), pattern.units.left(())
        met = [item for item in mine if any(_same(item, other) for other in theirs)]
        back = [item for item in theirs if any(_same(item, other) for other in mine)]
        unknown = {light(word.lower()) for word in u.unknown}
        words = {light(word.lower()) for word in pattern.units.unknown}
        total = len(mine) + len(theirs) + len(unknown) + len(words)
        share = (len(met) + len(back) + 2 * len(unknown & words)) / total if total else 0.0
        asked, wanted = (_ALIKE.get(x, x) for x in (u.asked, pattern.units.asked))
        slots = {m.iri for m in pattern.slots.values()}
        verbatim = _shape(u, values.values()) == _shape(pattern.units, slots)
        exact = verbatim or (
            asked == wanted
            and len(met) == len(mine)
            and len(back) == len(theirs)
            and unknown == words
            and total > 0
            and (_is_passive(u) == _is_passive(pattern.units) or _tells_sides(pattern, u))
            and not (u.foreign or u.dates or u.numbers or u.ambiguous)
        )
        return Match(plan, share, exact, verbatim) if exact or share >= _LEAST else None

    def _bound(self, pattern: Pattern, u: Units) -> dict[str, str] | None:
        """The values of the parameters; None if a name of the text or a slot stays free."""
        types = {p.name: p.type for p in pattern.question.parameters}
        free = list(pattern.slots.items())
        fixed = {m.iri for m in pattern.units.mentions} - {m.iri for m in pattern.slots.values()}
        values: dict[str, str] = {}
        for m in u.mentions:
            fitting = [
                (name, slot)
                for name, slot in free
                if self._fits(m, types[name]) and _roles_agree(m.role, slot.role)
            ]
            if fitting and len(m.iris) == 1:
                # The same role first, then the order of the words.
                name, slot = min(fitting, key=lambda item: item[1].role != m.role)
                values[name] = m.iri
                free.remove((name, slot))
            elif m.iri in fixed:
                fixed.discard(m.iri)
            else:
                return None
        return None if free or fixed else values


@lru_cache(maxsize=256)
def _classes_of(kind: str) -> frozenset[str]:
    """The local names of classes by their slugs, which a bar separates."""
    return frozenset(
        "".join(part.capitalize() for part in slug.split("-")) for slug in kind.split("|")
    )


def _is_passive(u: Units) -> bool:
    """Whether a form of "to be" is there: a name without a preposition may then be either."""
    return bool(re.search(r"\b(?:was|were|is|are|been)\b", u.text, re.IGNORECASE))


def _tells_sides(pattern: Pattern, u: Units) -> bool:
    """Whether prepositions alone tell who does it: "offered to X" is not what "X offers"."""
    is_bare = any(not slot.role for slot in pattern.slots.values())
    return all(m.role and not (is_bare and m.role in ("to", "about")) for m in u.mentions)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(map(light, keys_of(text)))


def _with_units(u: Units) -> Units:
    """The same text, with units of measurement as names."""
    found = []
    for item in u.spoken:
        for unit in item.concepts:
            if unit.startswith("unit:"):
                iri = unit.removeprefix("unit:")
                kinds = frozenset({"Entity", "Unit"})
                found.append(Mention((iri,), item.first, item.last, "name", kinds, "", item.text))
    places = {m.first for m in found}
    if not found or len(places) < len(found):
        return u
    mentions = sorted([*u.mentions, *found], key=lambda m: m.first)
    return replace(u, mentions=mentions, spoken=[s for s in u.spoken if s.first not in places])


def _shape(u: Units, bound: Container[str]) -> list[str]:
    """The words of a text, with an empty word for each name that stands for a parameter."""
    first = {m.first: m for m in u.mentions if m.iri in bound}
    found: list[str] = []
    end = -1
    for place, word in enumerate(words_of(u.text)):
        if place in first:
            found.append("")
            end = first[place].last
        elif place > end:
            found.append(word.key)
    return found


def _same(one: Spoken, other: Spoken) -> bool:
    return not one.concepts.isdisjoint(other.concepts)


_OPPOSED: Final = ({"by", "from"}, {"to"})


def _roles_agree(one: str, other: str) -> bool:
    givers, receivers = _OPPOSED
    return not ((one in givers and other in receivers) or (one in receivers and other in givers))


def candidates(matches: Sequence[Match], most: int = 3) -> list[Plan]:
    """The best plans of different questions."""
    found: dict[str, Plan] = {}
    for match in matches:
        found.setdefault(match.plan.stored, match.plan)
    return list(found.values())[:most]
