"""Names that are not written in full: said in part, or misspelt by a letter.

Parts are "the documents complex" and "the Iraqi communications minister". An area of cooperation
may be an adjective: "postal agreements".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from .known_names import SMALL, KnownNames, Part
from .lexicon import Lexicon, Word, light, name_key, stem, words_of
from .units import Mention


def is_small(word: Word) -> bool:
    """Whether a word joins the words of a name: of, and, for."""
    return word.folded in _JOINS


def _marks(said: set[str]) -> set[str]:
    return {stem for stem in said if stem[0] == "@"}


_JOINS: Final = frozenset({"of", "the", "and", "for", "في", "او", "و"})
#: The longest run of words that is tried.
_LONGEST: Final = 9
#: The least share of a name that must be said, and the least letters of a single word.
_LEAST_SHARE, _LEAST_LETTERS = 0.3, 4
#: Words that begin a lower post, of which the higher one's name is a part.
_TITLES: Final = "deputy vice adviser assistant undersecretary نائب مستشار معاون وكيل"
_LOWER: Final = frozenset(map(light, _TITLES.split()))


class PartialNames:
    """Finds the one entity, or the posts of one title, of whose names some words are a part."""

    def __init__(self, names: KnownNames) -> None:
        self._names = names

    @cached_property
    def _index(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for place, part in enumerate(self._names.parts):
            for said in part.stems:
                found.setdefault(said, set()).add(place)
        return found

    @cached_property
    def _kinds(self) -> frozenset[str]:
        return frozenset[str]().union(*self._names.kind_words.values())

    def knows(self, word: Word) -> bool:
        """Whether the word is a part of some name."""
        return light(word.folded) in self._index

    def find(
        self, words: Sequence[Word], whole: Sequence[Mention], breaks: Sequence[str]
    ) -> Iterator[Mention]:
        """The mentions of entities by a part of a name.

        ``whole`` are those by whole names; ``breaks`` says of each word whether a name may go on.
        """
        places = {
            m.first: "@" + m.iri
            for m in whole
            if m.is_a("Country") and m.first == m.last and m.kind in ("name", "adjective")
        }
        stems = [
            places.get(place) or ("" if word.folded in SMALL else light(word.folded))
            for place, word in enumerate(words)
        ]
        areas = {frozenset(stems[m.first : m.last + 1]) for m in whole if m.is_a("Area")}
        for first in range(len(words)):
            if not stems[first] or breaks[first] in ("break", "edge"):
                continue
            stop = next((i for i in range(first, len(words)) if breaks[i] == "break"), len(words))
            for last in range(min(first + _LONGEST, stop) - 1, first - 1, -1):
                if not stems[last] or breaks[last] == "edge":
                    continue
                known = {
                    stem
                    for stem, told in zip(
                        stems[first : last + 1], breaks[first : last + 1], strict=True
                    )
                    if told
                }
                many = {w.folded for w in words[first : last + 1] if self._is_many(w)}
                if found := self._best(stems[first : last + 1], known, areas, many):
                    classes = self._names.classes[found[0]]
                    text = " ".join(word.text for word in words[first : last + 1])
                    role = {"ب": "in", "ل": "to"}.get(self._clitic(words[first]), "")
                    yield Mention(found, first, last, "part", classes, role, text)
                    break

    def _clitic(self, word: Word) -> str:
        rest = word.folded[1:]
        return word.folded[0] if word.is_arabic and light(rest) == light(word.folded) else ""

    def _is_many(self, word: Word) -> bool:
        """Whether a word is the plural of a kind of thing, and so begins no name."""
        if not word.is_arabic:
            return word.folded.endswith("s") and self._is_kind(light(word.folded))
        return word.folded.endswith(("ات", "ون", "ين")) and self._is_kind(light(word.folded))

    def _best(
        self, stems: Sequence[str], known: set[str], areas: set[frozenset[str]], many: set[str]
    ) -> tuple[str, ...]:
        """The entities that the stems name best; none if it is not clear.

        ``known`` are stems of words with a meaning of their own: alone they name nothing. ``many``
        are plurals of kinds of things, which count only if the name has them.
        """
        said = {stem for stem in stems if stem}
        index = self._index
        plain = {stem for stem in said if stem in index}
        if not plain or any(
            stem not in index and stem[0] != "@" and not self._is_kind(stem) for stem in said
        ):
            return ()
        telling = [index[stem] for stem in plain if not self._is_kind(stem)]
        candidates = set.intersection(*telling) if telling else set()
        scored: dict[str, tuple[int, float]] = {}
        for place in candidates:
            part = self._names.parts[place]
            own = said & part.stems
            if (
                ("Post" in self._names.classes[part.iri] and part.head not in said)
                or not many <= part.words
                or own <= known
                or (own in areas and not said & part.besides - _marks(said))
            ):
                continue
            rank = self._rank(part, said)
            if rank and rank > scored.get(part.iri, (0, 0.0)):
                scored[part.iri] = rank
        if not scored:
            return ()
        best = max(scored.values())
        first = sorted(iri for iri, rank in scored.items() if rank == best)
        if all("Post" in self._names.classes[iri] for iri in scored):
            return self._posts(scored, said, stems)
        return tuple(first) if len(first) == 1 else ()

    def _is_kind(self, stem: str) -> bool:
        return stem in self._kinds

    def _rank(self, part: Part, said: set[str]) -> tuple[int, float] | None:
        own = said & part.stems
        if not own or not said <= part.stems | part.besides:
            return None
        share = len(own) / len(part.stems)
        classes = self._names.classes[part.iri]
        if len(own) == 1:
            (only,) = own
            is_person = "Official" in classes
            is_rare = self._names.spread[only] == 1
            if len(only) < _LEAST_LETTERS or (len(said) == 1 and not (is_rare or is_person)):
                return None
            if is_person and len(said) == 1 and self._names.spread[only] == 1:
                return 1, share
        if share < (_LEAST_SHARE if not said & part.besides else _LEAST_SHARE / 2):
            return None
        # A word for the kind of thing ("project") counts for things of that kind.
        return 1 + len(said & part.besides), share

    def _posts(
        self, scored: dict[str, tuple[int, float]], said: set[str], stems: Sequence[str]
    ) -> tuple[str, ...]:
        """The posts of the title that was said: a deputy only if a deputy was said."""
        heads = {
            part.iri
            for part in self._names.parts
            if (part.iri in scored and part.head == next(s for s in stems if s and s[0] != "@"))
            or (part.iri in scored and part.head not in _LOWER)
        }
        if not said & _LOWER:
            heads = {
                part.iri
                for part in self._names.parts
                if part.iri in heads and part.head not in _LOWER
            }
        if not heads:
            return ()
        countries = {stem[1:] for stem in said if stem[0] == "@"}
        if countries:
            heads = {iri for iri in heads if self._names.countries.get(iri) in countries} or heads
        best = max(scored[iri] for iri in heads)
        chosen = sorted(iri for iri in heads if scored[iri] == best) if countries else sorted(heads)
        return tuple(chosen) if len(chosen) <= 4 else ()


#: What an adjective says the area of, and words for any area, which it makes one of.
_CARRYING: Final = frozenset(
    {"Agreement", "MemorandumOfUnderstanding", "Programme", "Project", "Initiative", "Offer",
     "Meeting", "cooperatesWith", "talks", "inTalksWith", "relationsWith"}
)  # fmt: skip
_FIELDS: Final = frozenset(
    {"sector", "field", "area", "domain", "matters", "affairs", "issues",
     "مجال", "قطاع", "شوون", "امور", "مسائل"}
)  # fmt: skip


class TopicalAdjectives:
    """Finds the areas that an adjective names beside a word for cooperation, or for a field.

    "Postal agreements" and "in the postal sector" are such, but not "the postal authority".
    """

    def __init__(self, names: KnownNames, lexicon: Lexicon) -> None:
        self._names, self._lexicon = names, lexicon

    def find(self, words: Sequence[Word]) -> Iterator[Mention]:
        """The mentions of areas, each with the word for a field if one stands there."""
        for place, word in enumerate(words):
            iri = self._names.topics.get(word.key)
            other = place - 1 if word.is_arabic else place + 1
            if not iri or not 0 <= other < len(words):
                continue
            first = last = place
            if words[other].key in _FIELDS:
                first, last = sorted((place, other))
            elif not self._carries(words[other]):
                continue
            text = " ".join(item.text for item in words[first : last + 1])
            yield Mention((iri,), first, last, "name", self._names.classes[iri], "", text)

    def _carries(self, word: Word) -> bool:
        return any(not _CARRYING.isdisjoint(said) for _, said in self._lexicon.at([word], 0))


#: Words of at least so many letters may be misspelt by one letter; twice as many, by two.
_LEAST: Final = 5


class Spelling:
    """Corrects words that are in no name and have no meaning."""

    def __init__(self, names: KnownNames, lexicon: Lexicon, partial: PartialNames) -> None:
        self._names, self._lexicon, self._partial = names, lexicon, partial

    @cached_property
    def _named(self) -> Mapping[str, list[str]]:
        return _by_letter(word for word in self._names.vocabulary if len(word) >= _LEAST)

    @cached_property
    def _said(self) -> Mapping[str, list[str]]:
        return _by_letter(word for word in self._lexicon.known if len(word) > _LEAST)

    def corrected(self, word: Word) -> Word:
        """The word as it is known, if it is misspelt and only one thing can be meant."""
        if len(word.folded) < _LEAST or not word.folded.isalpha():
            return word
        if word.is_arabic and word.folded.endswith("ش"):
            # It may deny ("ماوقعتش"): never taken for the verb alone.
            return word
        if any(form in self._lexicon.known for form in word.forms) or self._lexicon.at([word], 0):
            return word
        own = self._names.words
        if any(key in own for _, key in beginnings(word)) or self._partial.knows(word):
            return word
        vocabulary = self._names.vocabulary
        if any(key in vocabulary for _, key in beginnings(word)):
            return word
        most = 1 if len(word.folded) < 2 * _LEAST else 2
        key = word.key
        named = {known for known in self._named.get(key[:1], ()) if _near(key, known, most)}
        said = set[str]()
        if len(word.folded) > _LEAST:
            said = {
                known
                for known in self._said.get(word.folded[:1], ())
                if _near(word.folded, known, most)
            }
        meant = {frozenset(vocabulary[known]) for known in named}
        stems = {stem(known) for known in said}
        if len(meant) == 1 and not said:
            right = min(named)
        elif not named and len(stems) == 1:
            right = min(said)
        else:
            return word
        (fixed,) = words_of(right)[:1] or (word,)
        return fixed._replace(text=word.text, start=word.start, end=word.end)


def beginnings(word: Word) -> Iterator[tuple[str, str]]:
    """The word as a name may begin with it: its Arabic proclitic and the key of the rest."""
    yield "", word.key
    if word.folded.endswith("يا"):
        yield "", word.key[:-1]
    if not word.is_arabic:
        if word.folded.endswith("s") and len(word.folded) > 4:
            yield "", name_key(word.folded[:-1])
        return
    for clitic in ("وب", "ول", "و", "ف", "ب", "ل", "ك"):
        rest = word.folded.removeprefix(clitic)
        if rest != word.folded and len(rest) >= 3:
            yield clitic, name_key(rest)
            if clitic.endswith("ل") and rest.startswith("ل"):
                yield clitic, name_key("ا" + rest)
                yield clitic, name_key("ال" + rest[1:])


def _by_letter(words: Iterable[str]) -> Mapping[str, list[str]]:
    """The words by their first letter, which is never misspelt."""
    found = defaultdict(list)
    for word in words:
        found[word[0]].append(word)
    return found


def _near(one: str, other: str, most: int) -> bool:
    """Whether two words of one first letter differ by so many letters at most, or by a swap."""
    if abs(len(one) - len(other)) > most or one == other:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        following = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[j] + 1, following[-1] + 1, row[j - 1] + (letter != wanted))
            if before and i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    return row[-1] <= most
