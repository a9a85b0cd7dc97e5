"""Recognise what a question names and says: names with their roles, concepts, dates, the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from .inexact_names import PartialNames, Spelling, TopicalAdjectives, beginnings, is_small
from .known_names import KnownNames, Named
from .lexicon import Lexicon, Word, words_of
from .periods import date_at
from .units import Mention, Spoken, Units

#: Arabic letters written on to the word that follows, and the role that they give it.
_CLITICS: Final = {
    "": "", "و": "and", "ف": "and", "ب": "in", "ل": "to", "ك": "", "وب": "in", "ول": "to",
}  # fmt: skip


class Recogniser:
    """Recognises questions over one graph."""

    def __init__(self, names: KnownNames, lexicon: Lexicon) -> None:
        self.names, self.lexicon = names, lexicon
        self.partial = PartialNames(names)
        self.topical = TopicalAdjectives(names, lexicon)
        self.spelling = Spelling(names, lexicon, self.partial)
        self._events: list[tuple[frozenset[str], str]] | None = None

    def units(self, text: str) -> Units:
        """The question's units; see :class:`Units`."""
        words = [self.spelling.corrected(word) for word in self._denied(words_of(text))]
        arabic = sum(word.is_arabic for word in words)
        units = Units(text, "ar" if 2 * arabic >= len(words) > 0 else "en")
        self._fill(units, words)
        self._describe_events(units)
        self._bind_only(units)
        last = units.spoken[-1] if units.spoken else None
        if last and last.text.lower() == "for" and last.last == len(words) - 1:
            # "Whom is it for?"
            units.spoken[-1] = last.meaning(frozenset({"beneficiary"}))
        return units

    def _denied(self, words: list[Word]) -> list[Word]:
        """The words with ما…ش, as Egyptians deny, read as مش and the verb: "ما وقعتش"."""
        found = list(words)
        for place, word in enumerate(words):
            bare = word.folded.removesuffix("ش")
            if not word.is_arabic or len(bare) < 3 or bare == word.folded:
                continue
            if (
                self.lexicon.at([word], 0)
                or not place
                or words[place - 1].folded not in ("ما", "م")
            ):
                continue
            verb = word._replace(folded=bare)
            if self.lexicon.at([verb], 0):
                found[place] = verb
                found[place - 1] = words[place - 1]._replace(folded="مش")
        return found

    def _fill(self, units: Units, words: Sequence[Word], hidden: str = "") -> None:
        """Add what the words say; a mention of ``hidden``, an IRI, does not count."""
        place = 0
        spans = self._spans(words, hidden)
        role = ""
        while place < len(words):
            if date := date_at(words, place):
                text, length = date
                units.dates.append((text, place))
                place += length
                role = ""
                continue
            mention = spans.get(place)
            phrase = next(iter(self.lexicon.at(words, place)), None)
            if mention and phrase and not self._is_better(mention, *phrase):
                mention = None
            body = next(self._matches(words, place, self.names.bodies), None)
            if body and (not mention or mention.last <= body[0]):
                units.foreign.append(" ".join(item.text for item in words[place : body[0] + 1]))
                place, role = body[0] + 1, ""
                continue
            if mention and mention.kind == "ambiguous":
                units.ambiguous.append((mention.text, mention.iris))
                place, role = mention.last + 1, ""
                continue
            if mention:
                units.mentions.append(_with_role(mention, role))
                place, role = mention.last + 1, ""
                continue
            if phrase:
                length, concepts = phrase
                concepts = _meant_here(concepts, words, place)
                said = " ".join(item.text for item in words[place : place + length])
                units.spoken.append(Spoken(concepts, place, place + length - 1, said))
                roles = [concept[1:] for concept in concepts if concept[0] == "@"]
                if roles:
                    role = roles[0]
                elif not any(concept[0] == "-" for concept in concepts):
                    role = ""
                place += length
                continue
            role = ""
            if hidden:
                place += 1
                continue
            self._unknown(units, words, place)
            place += 1 + self._stranger_length(words, place)

    def _stranger_length(self, words: Sequence[Word], place: int) -> int:
        """How many more words the name of an unregistered country has here."""
        found = self._matches(words, place, self.names.strangers)
        return max((last - place for last, named in found if named.kind == "territory"), default=0)

    def _unknown(self, units: Units, words: Sequence[Word], place: int) -> None:
        word = words[place]
        if word.folded.isdecimal():
            units.numbers.append((word.folded, place))
            return
        for last, named in self._matches(words, place, self.names.strangers):
            units.foreign.append(
                " ".join(item.text for item in words[place : last + 1])
                if named.kind == "territory"
                else named.iri
            )
            return
        is_name = word.is_quoted or (word.text[:1].isupper() and (place > 0 or len(words) == 1))
        before = place and words[place - 1]
        if is_name and units.foreign and before and units.foreign[-1].endswith(before.text):
            units.foreign[-1] += " " + word.text
        else:
            (units.foreign if is_name else units.unknown).append(word.text)

    @staticmethod
    def _is_better(mention: Mention, length: int, concepts: frozenset[str]) -> bool:
        """Whether a name counts rather than the phrase that begins at the same place."""
        size = mention.last - mention.first + 1
        if mention.kind == "scoped" and size <= length:
            return False
        if size != length or all(concept.startswith("unit:") for concept in concepts):
            return size >= length
        # A single word that also has a meaning of its own is seldom a name.
        return mention.kind != "part" and (
            size > 1 or mention.is_a("Country", "Region", "Official", "Organization", "City")
        )

    def _spans(self, words: Sequence[Word], hidden: str = "") -> dict[int, Mention]:
        """The names in the words by their first word: the longest win, never overlapping."""
        found: list[Mention] = []
        for place in range(len(words)):
            found += self._whole(words, place)
        found += self.partial.find(words, found, self._breaks(words))
        topical = [*self.topical.find(words)]
        # "African postal agreements" are no part of the name of the African Postal Union.
        found = [
            m
            for m in found
            if m.kind != "part" or not any(m.first <= t.last <= m.last for t in topical)
        ]
        found += topical
        found = [mention for mention in found if mention.iri != hidden]
        kinds = {
            "name": 0,
            "short": 0,
            "event": 0,
            "adjective": 1,
            "people": 1,
            "part": 2,
            "scoped": 3,
        }
        found.sort(key=lambda m: (m.first - m.last, kinds[m.kind], m.first))
        taken: set[int] = set()
        kept: dict[int, Mention] = {}
        for mention in found:
            span = range(mention.first, mention.last + 1)
            if taken.isdisjoint(span):
                taken.update(span)
                kept[mention.first] = mention
                if mention in topical and words[mention.last].is_arabic:
                    # In «في القطاع البريدي» the first two words may be a preposition.
                    kept.setdefault(mention.last, replace(mention, first=mention.last))
        return {
            first: self._told_apart(mention, words, kept)
            if mention.kind in ("short", "part")
            else mention
            for first, mention in kept.items()
        }

    def _told_apart(
        self, mention: Mention, words: Sequence[Word], kept: Mapping[int, Mention]
    ) -> Mention:
        """A short name of a body or post, unless bodies of several countries begin with it.

        "The minister of communications" is then each of the ministers, and the ministry is
        ambiguous, unless a country is said beside it.
        """
        mention = replace(mention, kind="name" if mention.kind == "short" else mention.kind)
        if len(mention.iris) > 1 or not mention.is_a("Organization", "Post"):
            return mention
        beside = (m for m in kept.values() if m.is_a("Country"))
        if any(m.last == mention.first - 1 or 0 < m.first - mention.last < 3 for m in beside):
            return mention
        keys = [word.key for word in words[mention.first : mention.last + 1]]
        rivals = self.names.rivals(mention.iri, keys)
        if not rivals:
            return mention
        iris = tuple(sorted((mention.iri, *rivals)))
        return replace(mention, iris=iris, kind="name" if mention.is_a("Post") else "ambiguous")

    def _breaks(self, words: Sequence[Word]) -> list[str]:
        """Of each word: ``break`` where no name goes on, ``edge`` where none begins or ends."""
        found = []
        for place in range(len(words)):
            phrase = self.lexicon.at(words[place : place + 1], 0)
            concepts = phrase[0][1] if phrase else frozenset()
            if any(c[0] in "-=!@" for c in concepts) and not is_small(words[place]):
                found.append("break")
            elif concepts and not any(
                c[:1].isupper() or c.startswith(("unit:", "min", "amb", "head")) for c in concepts
            ):
                found.append("edge")
            else:
                found.append("known" if concepts else "")
        return found

    def _matches(
        self,
        words: Sequence[Word],
        place: int,
        names: Mapping[str, Sequence[tuple[tuple[str, ...], Named]]],
    ) -> Iterator[tuple[int, Named]]:
        """The names that begin at a place, with the place of their last word."""
        for _, key in beginnings(words[place]):
            yield from self._matches_of(words, place, names.get(key, ()))

    def _matches_of(
        self,
        words: Sequence[Word],
        place: int,
        entries: Sequence[tuple[tuple[str, ...], Named]],
    ) -> Iterator[tuple[int, Named]]:
        for rest, named in sorted(entries, key=lambda entry: -len(entry[0])):
            last = place + len(rest)
            if last < len(words) and all(
                word.key == wanted
                for word, wanted in zip(words[place + 1 : last + 1], rest, strict=True)
            ):
                yield last, named

    def _whole(self, words: Sequence[Word], place: int) -> Iterator[Mention]:
        for clitic, key in beginnings(words[place]):
            by_span: dict[tuple[int, str], set[str]] = {}
            entries = self.names.by_first.get(key, ())
            for last, named in self._matches_of(words, place, entries):
                by_span.setdefault((last, named.kind), set()).add(named.iri)
            for (last, kind), iris in by_span.items():
                mention = self._mention(words, place, last, kind, iris, _CLITICS[clitic])
                if mention:
                    yield mention
            if by_span:
                return

    def _mention(
        self,
        words: Sequence[Word],
        first: int,
        last: int,
        kind: str,
        iris: Iterable[str],
        role: str,
    ) -> Mention | None:
        text = " ".join(word.text for word in words[first : last + 1])
        found = sorted(iris)
        classes = [self.names.classes.get(iri, frozenset()) for iri in found]
        if len(found) > 1 and not all("Post" in names for names in classes):
            # A name of several: areas and services give way to actors.
            strong = [iri for iri, names in zip(found, classes, strict=True) if "Area" not in names]
            if len(strong) != 1:
                return None
            found, classes = strong, [self.names.classes[strong[0]]]
        if kind == "adjective":
            is_many = words[first].folded.endswith(("s", "يون", "يين")) and first == last
            kind = "people" if is_many and not words[first].folded.endswith("ss") else kind
        return Mention(tuple(found), first, last, kind, classes[0], role, text)

    def _bind_only(self, units: Units) -> None:
        """Take "the conference" for the only one there is, where nothing else is named."""
        if units.mentions:
            return
        for item in units.spoken:
            for kind in item.concepts & _ONLY:
                if is_definite(units.text, item) and len(only := self.names.members(kind)) == 1:
                    units.mentions = [
                        Mention(
                            tuple(only),
                            item.first,
                            item.last,
                            "name",
                            self.names.classes[only[0]],
                            "",
                            item.text,
                        )
                    ]
                    units.spoken.remove(item)
                    return

    def _describe_events(self, units: Units) -> None:
        """Take the words that say exactly what an event's name says for a mention of it."""
        if self._events is None:
            self._events = []
            for iri, classes in self.names.classes.items():
                if "Event" in classes:
                    for name in self.names.names_of(iri):
                        inner = Units(name, "")
                        self._fill(inner, words_of(name), iri)
                        self._events.append((_signature(inner.mentions, inner.content), iri))
        items: list[Mention | Spoken] = sorted(
            [*units.mentions, *units.left(())], key=lambda item: item.first
        )
        for length in range(len(items), 1, -1):
            for start in range(len(items) - length + 1):
                window = items[start : start + length]
                if sum(isinstance(item, Mention) for item in window) < 1:
                    continue
                mentions = [item for item in window if isinstance(item, Mention)]
                spoken = [item for item in window if isinstance(item, Spoken)]
                if not any(item.concepts & _EVENT_WORDS for item in spoken):
                    continue
                signature = _signature(mentions, spoken)
                iris = {iri for known, iri in self._events if known == signature and len(known) > 1}
                if len(iris) == 1:
                    (iri,) = iris
                    event = Mention(
                        (iri,),
                        window[0].first,
                        window[-1].last,
                        "event",
                        self.names.classes[iri],
                        "",
                        "",
                    )
                    units.mentions = [m for m in units.mentions if m not in mentions] + [event]
                    units.spoken = [s for s in units.spoken if s not in spoken]
                    units.mentions.sort(key=lambda m: m.first)
                    return


def _meant_here(concepts: frozenset[str], words: Sequence[Word], place: int) -> frozenset[str]:
    """The concepts of a word that is for asking at the beginning or after a preposition only."""
    if words[place].folded == "اخر":
        # "آخر اجتماع" is the last meeting, "اجتماع آخر" another one; both are written alike.
        before = words[place - 1].folded if place else ""
        return frozenset({"!latest"}) if not place or before in _BEFORE_LAST else concepts
    asking = frozenset(concept for concept in concepts if concept[0] == "=")
    if asking and any(concept[0] == "!" for concept in concepts):
        # لم is "why" at the beginning, and "not" before a verb.
        return concepts - asking if place else asking
    if not asking or any(concept[0] not in "=-@" for concept in concepts) or asking == concepts:
        return concepts
    before = words[place - 1].folded if place else ""
    return asking if not place or before in _BEFORE_ASKING else concepts - asking


_BEFORE_LAST: Final = frozenset(
    {"ما", "هو", "هي", "كان", "كانت", "ايه", "عن", "في", "متي", "امتي", "مين", "ماهو", "شنو", "اين",
     "من", "تاريخ", "اذكر", "هات"}
)  # fmt: skip
_BEFORE_ASKING: Final = frozenset({"مع", "ل", "الي", "علي", "عن", "في", "و", "بين", "with", "to"})
_EVENT_WORDS: Final = frozenset({"talks", "Meeting", "meet", "Visit", "Conference"})
#: Words of one meaning where events are told apart.
_ALIKE: Final = {"meet": "Meeting"}


#: Classes of which a question may mean the only member.
_ONLY: Final = frozenset({"Conference", "Visit", "Satellite"})


def is_definite(text: str, item: Spoken) -> bool:
    """Whether a singular noun has the article."""
    word = item.text
    if word[:1].isascii():
        return not word.endswith("s") and f"the {word}".lower() in text.lower()
    return word.startswith(("ال", "لل", "بال", "وال")) and not word.endswith("ات")


def _signature(mentions: Iterable[Mention], spoken: Iterable[Spoken]) -> frozenset[str]:
    found = {mention.iri for mention in mentions}
    for item in spoken:
        kept = {_ALIKE.get(c, c) for c in item.concepts if c[0] not in "=@-!" and c != "discuss"}
        found |= {min(kept)} if kept else set()
    return frozenset(found)


def _with_role(mention: Mention, role: str) -> Mention:
    own = mention.role if mention.role not in ("", "and") else role or mention.role
    return replace(mention, role=own)
