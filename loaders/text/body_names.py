"""Read countries, and bodies whether registered or not, from the words of a text.

A name is read without a model: by its head (شركة), and by the definite words, constructs and
adjectives of countries that it goes on with.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from ...graph.arabic import fold
from ...ontology.namespaces import TW
from .mentions import Mention
from .name_words import (
    DEFINITE_OFFICES,
    GIVEN,
    GRAMMAR,
    HEADS,
    OFFICES,
    PURPOSES,
    STOPS,
    TITLES,
)
from .tokens import stripped, tokens

_MOST_BODY: Final = 9
_QUOTED: Final = re.compile(r"\s*(?:[«\"“„]([^«»\"“”\n]{2,60})[»\"”]|/([^/\n]{2,60})/)")
_MARKS: Final = str.maketrans("", "", '«»"“”„/')
_BOARD: Final = frozenset(("مجلس", "مجلسي", "لمجلس"))
_ORGANIZATION: Final = TW + "Organization"


@dataclass(frozen=True, slots=True)
class Body:
    """A body at ``start`` to ``end``; ``ref`` if it is registered, else the class ``kind``."""

    start: int
    end: int
    text: str
    kind: str
    ref: str = ""
    country: str = ""


class BodyNames:
    """The words, countries and bodies of one text.

    ``mentions`` are those of the text; ``every`` has names within names too. ``countries_of`` gives
    the countries that a registered entity belongs to by its names.
    """

    def __init__(
        self,
        text: str,
        mentions: Sequence[Mention],
        every: Sequence[Mention],
        classes: Mapping[str, frozenset[str]],
        countries_of: Callable[[str], frozenset[str]],
    ) -> None:
        self.text, self._classes, self._countries_of = text, classes, countries_of
        self.words = tokens(text)
        self._starts = [word.start for word in self.words]
        self._at = {start: index for index, start in enumerate(self._starts)}
        self._mentions = {self._at[m.start]: m for m in mentions if m.start in self._at}
        self._countries: dict[int, Mention] = {}
        self._places = [m for m in every if any(map(self._is_place, m.candidates))]
        for m in every:
            refs = [ref for ref in m.candidates if self._is_place(ref)]
            if len(refs) == 1 and m.start in self._at:
                old = self._countries.get(self._at[m.start])
                if old is None or m.end > old.end:
                    self._countries[self._at[m.start]] = replace(m, candidates=(refs[0],))

    def _is_place(self, ref: str) -> bool:
        return ref.startswith(("country/", "territory/", "region/"))

    # Words.

    def folded(self, at: int) -> str:
        """The folded word at an index; empty beyond the text."""
        return self.words[at].folded if 0 <= at < len(self.words) else ""

    def bare(self, at: int) -> str:
        """The word without proclitics that a name or an office may have before it."""
        forms = stripped(self.folded(at)) if 0 <= at < len(self.words) else ("",)
        return next((form for form in forms if form in OFFICES or form in HEADS), forms[0])

    def gap(self, at: int) -> str:
        """What stands between the word before and the one at an index."""
        if not 0 < at < len(self.words):
            return "\n"
        return self.text[self.words[at - 1].end : self.words[at].start]

    def is_joined(self, at: int) -> bool:
        """Whether only spaces stand before the word."""
        return self.gap(at).isspace() and "\n" not in self.gap(at)

    def index_of(self, offset: int) -> int:
        """The index of the first word that begins at or after an offset."""
        return bisect_left(self._starts, offset)

    def is_definite(self, at: int) -> bool:
        """Whether the word has the article, after و or ل perhaps."""
        return self.folded(at).startswith(("ال", "لل", "وال", "ولل"))

    def country_at(self, at: int) -> Mention | None:
        """The country or its adjective that begins at a word."""
        return self._countries.get(at)

    def _after(self, mention: Mention) -> int:
        return self.index_of(mention.end)

    def _goes_on(self, at: int) -> bool:
        """Whether a definite word, or one in construct before a definite one, continues a name."""
        word = self.folded(at)
        if not self.is_joined(at) or word in STOPS or self._is_title(at) or self.is_office(at):
            return False
        if word.startswith("وال") and word[3:] in HEADS:
            return False
        if self.is_definite(at):
            return True
        if word == "و":
            return self._goes_on(at + 1) and not self.is_office(at + 1)
        # After a definite word only و leads to another one in construct.
        if self.is_definite(at - 1) and not word.startswith("و"):
            return False
        return (
            word not in GRAMMAR
            and GIVEN.isdisjoint((word, word.removeprefix("و")))
            and self.is_joined(at + 1)
            and self.is_definite(at + 1)
            and self.folded(at + 1) not in STOPS
            and not self._is_title(at + 1)
        )

    def _is_title(self, at: int) -> bool:
        return not TITLES.isdisjoint(stripped(self.folded(at)))

    def is_office(self, at: int) -> bool:
        """Whether the name of a post begins at a word."""
        for form in stripped(self.folded(at)):
            if form in OFFICES:
                return True
            if form in DEFINITE_OFFICES:
                return self.folded(at + 1) in DEFINITE_OFFICES[form]
        return False

    # Bodies.

    @cached_property
    def bodies(self) -> list[Body]:
        """The bodies of the text in order, registered ones among them."""
        found: list[Body] = []
        at = 0
        while at < len(self.words):
            body = self._body(at)
            if body is None:
                at += 1
            else:
                found.append(body)
                at = max(at + 1, self.index_of(body.end))
        return found

    @cached_property
    def _body_at(self) -> dict[int, Body]:
        found = {}
        for body in self.bodies:
            at = self.index_of(body.start + 1) - 1
            if at >= 0 and body.start < self.words[at].end:
                found[at] = body
        return found

    def _registered(self, at: int) -> Mention | None:
        mention = self._mentions.get(at)
        if mention is None or mention.kind != "name":
            return None
        is_body = _ORGANIZATION in self._classes.get(mention.candidates[0], ())
        return mention if is_body else None

    def _body(self, at: int) -> Body | None:
        if mention := self._registered(at):
            foreign = self.country_at(self._after(mention)) or self._place_of(mention.end)
            if foreign is None or not self._is_of_another(mention.candidates[0], foreign):
                text = self.text[mention.start : mention.end]
                ref = mention.candidates[0]
                return Body(mention.start, mention.end, text, ref.partition("/")[0], ref)
        if quoted := self._quoted_body(at):
            return quoted
        forms = stripped(self.folded(at))
        head = next((f for f in forms if f in HEADS or f.removeprefix("ال") in HEADS), "")
        is_board = (
            fold("إدارة") in (head, head.removeprefix("ال")) and self.folded(at - 1) in _BOARD
        )
        if not head or is_board:
            return None
        kind = HEADS.get(head) or HEADS[head.removeprefix("ال")]
        end, country = self._end_of_body(at, head)
        if end is None:
            return None
        word = self.words[at]
        # Without و, ب, ل. The article that لل hides stands in the name, not in the text.
        start = word.start + (word.folded.index(head) if head in word.folded else 2)
        name = " ".join(self.text[start:end].translate(_MARKS).split())
        name = name if head in word.folded else f"ال{name}"
        if kind == "country" and any(m.start < end and start < m.end for m in self._places):
            return None
        if place := self._place_of(end):
            end, country = place.end, country or place.candidates[0]
        return Body(start, end, name, kind, country=country)

    def _quoted_body(self, at: int) -> Body | None:
        """A name in quotation marks before the adjective of a country is that of a company."""
        match = _QUOTED.match(self.text, max(0, self.words[at].start - 1))
        if match is None:
            return None
        place = self.country_at(self.index_of(match.end()))
        if place is None or place.kind != "adjective" or self.text[match.end()] != " ":
            return None
        name = next(filter(None, match.groups())).strip()
        country = place.candidates[0]
        return Body(match.start(), place.end, name, "enterprise", country=country)

    def _place_of(self, end: int) -> Mention | None:
        """The country that follows a body: هيئة الحكومة الرقمية في السعودية."""
        at = self.index_of(end)
        if self.folded(at) in ("في", "ب") and self.is_joined(at):
            at += 1
        elif self.text[end : end + 2] != " ب":
            return None
        place = self.country_at(at)
        return place if place and place.kind != "adjective" and self.is_joined(at) else None

    def _end_of_body(self, at: int, head: str) -> tuple[int | None, str]:
        country = ""
        end: int | None = None
        if match := _QUOTED.match(self.text, self.words[at].end):
            place = self.country_at(self.index_of(match.end()))
            if place is not None and place.kind == "adjective":
                return match.end(), place.candidates[0]
            return match.end(), ""
        last = at + 1
        while last - at <= _MOST_BODY and last < len(self.words) and self.is_joined(last):
            place = self.country_at(last)
            if place is not None:
                if place.kind == "adjective" and not self.is_definite(last):
                    break
                country, end = place.candidates[0], place.end
                last = self._after(place)
                if self._is_for(last):
                    last += 1
                    end = self.words[last].end
                elif not self.folded(last).startswith("لل"):
                    break
                continue
            if not self._goes_on(last):
                break
            last += 1 + (self.folded(last) == "و")
            end = self.words[last - 1].end
        is_private = HEADS.get(head) in ("enterprise", "organization") and head in HEADS
        if end is None and is_private and not self.folded(at + 1).endswith("ه"):
            # A foreign name in Arabic letters: شركة ريكورد ديجيتال.
            last = at + 1
            while last - at <= _MOST_BODY and (
                self._is_foreign(last)
                or (self.folded(last - 1).startswith("لل") and self.is_definite(last)
                    and self._goes_on(last))
            ):  # fmt: skip
                end = self.words[last].end
                last += 1
        if end is not None and not country and (last < len(self.words)):
            place = self.country_at(last)
            if place is not None and place.kind == "adjective" and self.is_joined(last):
                country, end = place.candidates[0], place.end
        return end, country

    def _is_foreign(self, at: int) -> bool:
        word = self.folded(at)
        return (
            self.is_joined(at)
            and not self.is_definite(at)
            and word not in STOPS | GRAMMAR
            and self.country_at(at) is None
            and not self._is_title(at)
            and not self.is_office(at)
            and not (word.startswith(("ب", "ل")) and self.country_at(at))
        ) or (self.is_joined(at) and word.startswith("لل") and self.folded(at - 1) not in HEADS)

    def _is_for(self, at: int) -> bool:
        """Whether ل and a construct follow: الاتحاد المصري لجمعيات المستثمرين."""
        word = self.folded(at)
        is_plain = word.startswith("ل") and not word.startswith("لل") and len(word) > 3
        is_plain = is_plain and word[1:] not in PURPOSES
        return self.is_joined(at) and is_plain and self.is_definite(at + 1)

    def _is_of_another(self, ref: str, place: Mention) -> bool:
        """Whether a place that follows a registered name says that another one is meant."""
        own = self._countries_of(ref)
        return bool(own) and place.candidates[0] not in own
