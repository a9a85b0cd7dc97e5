"""Read people with their posts, and the sides of talks, from the words of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from ...graph.arabic import fold
from ...ontology.namespaces import TW
from .body_names import Body, BodyNames
from .mentions import Mention
from .name_words import (
    AMBASSADORS,
    ANY_CASE,
    DEFINITE_OFFICES,
    DEPUTIES,
    GIVEN,
    GRAMMAR,
    HEADS,
    OFFICES,
    PARTIES,
    STOPS,
    WITH_WAW,
)
from .tokens import stripped

_MOST_NAME: Final = 6
_OPEN: Final = re.compile(r"\s*(?:[«\"“„”/(]\s*)?")
_CLOSE: Final = re.compile(r"\s*[»\"”“)]?\s*")
_MARKS: Final = str.maketrans("", "", '«»"“”„/')
_COMMA: Final = re.compile(r"[\s»”\"]*[،,]\s*")
_DESCRIBING: Final = frozenset(("ذات", "ذو", "غير", "الخاصه", "المشتركه", "المقبله"))


@dataclass(frozen=True, slots=True)
class Post:
    """A post; ``country`` and ``body`` are what its words say that it belongs to."""

    start: int
    end: int
    text: str
    ref: str = ""
    country: str = ""
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person with the posts beside the name; the span takes in title and posts."""

    start: int
    end: int
    name: str
    ref: str = ""
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """A country or region that is named by itself."""

    start: int
    end: int
    ref: str


class Phrases(BodyNames):
    """The names in one text: bodies, posts, people, sides."""

    def post(self, at: int, country: str = "") -> Post | None:
        """The post whose name begins at a word; ``country`` is that of the side it stands for."""
        if not self.is_office(at):
            return None
        head = self.words[at]
        form = next(f for f in stripped(head.folded) if f in OFFICES or f in DEFINITE_OFFICES)
        start = head.start + head.folded.rfind(form)
        last, body = at + 1, None
        end = named = head.end
        if form in DEFINITE_OFFICES:
            last, end = at + 2, self.words[at + 1].end
            named = end
        while last < len(self.words) and self.is_joined(last):
            word = self.folded(last)
            place = self.country_at(last)
            if found := self._body_at.get(last):
                body, end = found, found.end
                last = self.index_of(found.end)
                named = end
                continue
            if place is not None and not self.folded(self._after(place)).startswith("لل"):
                country, end = place.candidates[0], place.end
                last = self._after(place)
                if form in AMBASSADORS and self.folded(last) in ("في", "لدي"):
                    end = self.words[last + 1].end
                    last += 2
                    named = end
                if place.kind != "adjective" and self.text[place.start] != "ب":
                    named = end
                break
            if word in ANY_CASE or self._goes_on(last) or self._is_purpose(last, form):
                last += 1 + (word == "و")
                end = named = self.words[last - 1].end
                continue
            if word.startswith("و") and word[1:] in DEFINITE_OFFICES and self.is_office(last):
                last += 2
                end = named = self.words[last - 1].end
                continue
            break
        if end == head.end:
            return None
        ref = self._registered_post(at, (named, end), country)
        text = " ".join(self.text[start:named].translate(_MARKS).split())
        return Post(start, end, text, ref, country, body)

    def _is_purpose(self, at: int, form: str) -> bool:
        """Whether ل and a construct say what a deputy is for: نائب الوزير لشؤون البريد."""
        word = self.folded(at)
        is_known = form in DEPUTIES or form in DEFINITE_OFFICES
        return is_known and word.startswith("ل") and self.is_definite(at + 1)

    def _registered_post(self, at: int, ends: tuple[int, int], country: str) -> str:
        mention = self._mentions.get(at)
        if mention is None or mention.kind != "name":
            return ""
        ref = mention.candidates[0]
        is_whole = mention.end in ends and TW + "Post" in self._classes.get(ref, ())
        own = self._countries_of(ref)
        is_another = bool(country and own) and country not in own
        return ref if is_whole and not is_another else ""

    @cached_property
    def people(self) -> list[Person]:
        """The people that stand beside a post, in order."""
        found: list[Person] = []
        at = 0
        while at < len(self.words):
            person = self._person_at(at, found[-1].end if found else 0)
            if person is None:
                at += 1
                continue
            if not person.posts and found and "\n" not in self.text[found[-1].end : person.start]:
                person = self._with_the_post_of(found[-1], person, at)
            found.append(person)
            at = max(at + 1, self.index_of(person.end))
        return found

    def _with_the_post_of(self, other: Person, person: Person, at: int) -> Person:
        """A counterpart holds the same post for another country."""
        place = self.country_at(at + 1)
        if not other.posts or place is None:
            return person
        post = replace(other.posts[-1], ref="", body=None, country=place.candidates[0])
        return replace(person, posts=(post,))

    def _person_at(self, at: int, after: int) -> Person | None:
        if self.is_office(at):
            before = self._name_before(at)
            if before and before[0] >= after:
                return self._with_posts(before, at)
            return self._after_post(at)
        if self.folded(at).lstrip("وبل") in ("نظيره", "نظيرته"):
            return self._counterpart(at)
        return None

    def _with_posts(self, name: tuple[int, int, int], at: int) -> Person | None:
        begin, start, end = name
        side = self._side_before(self.index_of(begin))
        post = self.post(at, side)
        if post is None:
            return None
        posts = [post]
        while match := _COMMA.match(self.text, posts[-1].end):
            following = self.index_of(match.end())
            if not self.is_office(following) or self.folded(following).startswith("وال"):
                break
            more = self.post(following)
            if more is None or self._name_after(self.index_of(more.end)):
                break
            posts.append(more)
        return self._person(begin, posts[-1].end, start, end, tuple(posts))

    def _after_post(self, at: int) -> Person | None:
        post = self.post(at, self._side_before(at))
        if post is None:
            return None
        name = self._name_after(self.index_of(post.end))
        if name is None:
            return None
        return self._person(post.start, name[1], *name, (post,))

    def _counterpart(self, at: int) -> Person | None:
        """نظيره المصري الدكتور مصطفى مدبولي: the post of the person named before."""
        place = self.country_at(at + 1)
        if place is None:
            return None
        name = self._name_after(self._after(place))
        follows = self.index_of(name[1]) if name else 0
        if name is None or self.is_office(follows):
            return None
        return self._person(self.words[at].start, name[1], *name, ())

    def _person(
        self, begin: int, end: int, start: int, stop: int, posts: tuple[Post, ...]
    ) -> Person | None:
        name = self.text[start:stop]
        ref = ""
        for mention in self._mentions.values():
            is_inside = mention.start < stop and start < mention.end
            if is_inside and mention.kind == "name" and self._is_person(mention.candidates[0]):
                ref = mention.candidates[0]
        return Person(begin, end, " ".join(name.split()), ref, posts)

    def _is_person(self, ref: str) -> bool:
        return TW + "Official" in self._classes.get(ref, ())

    def _side_before(self, at: int) -> str:
        """The country of الجانب السعودي or نظيره السعودي right before a name."""
        for back in (1, 2):
            place = self.country_at(at - back)
            party = self.folded(at - back - 1).lstrip("وبل")
            if place is not None and party in PARTIES and self._after(place) >= at - back + 1:
                return place.candidates[0]
        return ""

    def _name_after(self, at: int) -> tuple[int, int] | None:
        """A name of two words or more, perhaps behind titles, that begins at a word."""
        begin = at
        is_apart = bool(_COMMA.fullmatch(self.gap(begin)))
        if not (self.is_joined(begin) or is_apart):
            return None
        while self._is_title(at) and at < len(self.words):
            at += 1
        is_close = at == begin or _OPEN.fullmatch(self.gap(at)) is not None
        if "\n" in self.gap(at) or not is_close or not self._is_of_name(at):
            return None
        last = at + 1
        while last - at < _MOST_NAME and last < len(self.words) and self._goes_on_with(last):
            # A definite word that another one describes is no surname: الأعمال ذات الأولوية.
            if self.is_definite(last) and self._is_described(last):
                break
            last += 1
        if last - at < 2 or self.is_definite(at):
            return None
        # After a comma only what is surely a name, and not the one of the next post.
        is_sure = begin < at or self.folded(at) in GIVEN
        if is_apart and (not is_sure or self.is_office(last)):
            return None
        is_and = self.folded(at).startswith("و") and self.folded(at) not in WITH_WAW
        if begin == at and is_and and len(self.folded(at)) > 3:
            return None
        if begin == at and self.folded(at).startswith(("ب", "ل")) and self.folded(at) not in GIVEN:
            return None
        return self.words[at].start, self.words[last - 1].end

    def _goes_on_with(self, at: int) -> bool:
        """Whether a word goes on with the name that the word before it belongs to."""
        word = self.folded(at)
        is_and = word.startswith("و") and word not in WITH_WAW
        is_and = is_and and (len(word) > 3 or word[1:] in GRAMMAR)
        return self.is_joined(at) and not is_and and self._is_of_name(at)

    def _is_of_name(self, at: int) -> bool:
        word = self.folded(at)
        start = self.words[at].start
        if any(body.start <= start < body.end for body in self.bodies):
            return False
        is_end = (
            word in STOPS
            or word.removeprefix("و") in STOPS
            or word in GRAMMAR
            or word.isdecimal()
            or self._is_title(at)
        )
        is_end = is_end or self.is_office(at) or self.bare(at) in HEADS
        place = self.country_at(at)
        # A surname may be the adjective of a country: محمد حسن السويدي.
        is_surname = self.folded(at - 1) in GIVEN and self.is_joined(at)
        return not is_end and (place is None or word in GIVEN or is_surname)

    def _is_described(self, at: int) -> bool:
        """Whether what follows a definite word shows that it is a noun."""
        return self.folded(at + 1) in _DESCRIBING and self.is_joined(at + 1)

    def _name_before(self, at: int) -> tuple[int, int, int] | None:
        """The name that ends before a post: where title and name begin, and where it ends."""
        gap = self.gap(at)
        if not (gap.isspace() or _COMMA.fullmatch(gap) or _CLOSE.fullmatch(gap)) or "\n" in gap:
            return None
        first = at
        while at - first < _MOST_NAME and first > 0 and self._is_of_name(first - 1):
            first -= 1
            if not self.gap(first).isspace() or "\n" in self.gap(first):
                break
            if self.folded(first).startswith("و") and self.folded(first) not in WITH_WAW:
                break
        begin = first
        while begin > 0 and self._is_title(begin - 1):
            begin -= 1
        while first < at and begin == first and self.is_definite(first):
            first = begin = first + 1
        if at - first > 2 and begin == first and self._is_led_by_a_verb(first):
            first = begin = first + 1
        if at - first < 2 or (begin == first and self._is_mixed(first, at)):
            return None
        word = self.words[first]
        start = word.start
        if begin == first and word.folded.startswith("و") and word.folded not in WITH_WAW:
            start += 1
        return self.words[begin].start, start, self.words[at - 1].end

    def _is_mixed(self, first: int, last: int) -> bool:
        """Whether a definite word stands before one that is not, as hardly a name has it."""
        if self.folded(first).removeprefix("و") in GIVEN:
            return False
        return any(
            self.is_definite(at)
            and not self.is_definite(at + 1)
            and self.folded(at + 1) not in ("بن", "ابن", "ال")
            and self.folded(at - 1) not in ("عبد", "وعبد", "ابو", "بن")
            for at in range(first, last - 1)
        )

    def _is_led_by_a_verb(self, first: int) -> bool:
        """Whether the second word is a given name, and the first is not."""
        word = self.folded(first)
        known = word in GIVEN or word.removeprefix("و") in GIVEN
        return not known and self.folded(first + 1) in GIVEN

    def actor_at(self, at: int) -> Mention | None:
        """The registered person or body whose name begins at a word, after titles perhaps."""
        while self._is_title(at):
            at += 1
        mention = self._mentions.get(at)
        if mention is None or mention.kind != "name":
            return None
        return mention if TW + "Actor" in self._classes.get(mention.candidates[0], ()) else None

    # Sides.

    def sides(self) -> Iterator[Side]:
        """The countries and regions that are named by their own names, outside of other names."""
        taken = [(b.start, b.end) for b in self.bodies]
        taken += [(p.start, p.end) for p in self.people]
        for at, mention in sorted(self._countries.items()):
            is_free = not any(s < mention.end and mention.start < e for s, e in taken)
            is_adjective = mention.kind == "adjective"
            if is_adjective and self.folded(at - 1) in ("الحكومه", "حكومه", "والحكومه"):
                yield Side(self.words[at - 1].start, mention.end, mention.candidates[0])
            elif is_free and not is_adjective and not self._is_attribute(at, mention):
                yield Side(mention.start, mention.end, mention.candidates[0])

    def _is_attribute(self, at: int, mention: Mention) -> bool:
        """Whether the name is the adjective of the word before it too: العاصمة السعودية."""
        text = fold(self.text[mention.start : mention.end])
        return text.endswith("يه") and self.is_definite(at - 1) and self.is_joined(at)
