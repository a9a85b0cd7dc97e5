"""Propose visits, delegations, meetings, and companies in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...graph.arabic import fold
from .bundle_values import Bundle, BundleValues, Item, Unit
from .name_words import GRAMMAR, TITLES
from .phrases import Person, Side
from .tokens import Sentence, folded_words, tokens

_VISITED: Final = folded_words("زار زارت يزور تزور سيزور ستزور")
_LED: Final = folded_words("يقوم تقوم قام قامت يبدأ بدأ بدأت وصل وصلت يصل تصل غادر توجه يتوجه")
_VISITING: Final = folded_words("بزيارة زيارة لزيارة زيارته زيارتها")
_MET: Final = folded_words("التقى التقت استقبل استقبلت يلتقي سيلتقي يستقبل لقاء")
_HEADED: Final = folded_words(
    "برئاسة يرأسه يترأسه ترأسه يقوده بقيادة يرأسها يترأسها يترأس رأسه برئاسه"
)
_DELEGATION: Final = folded_words("وفد وفدا الوفد ووفد بوفد وفدها لوفد")
_COMPANIES: Final = folded_words("الشركات شركات الشركتان الشركتين شركتي شركتان والشركات")
_NAMED: Final = re.compile(r"\(([^()\n]{2,60})\)|«([^«»\n]{2,60})»|\"([^\"\n]{2,60})\"")


class EventPatterns(BundleValues):
    """Reads each sentence by itself."""

    def _visits(self, sentence: Sentence) -> Iterator[Bundle]:
        words = self._words(sentence)
        for start, end, word in words:
            bare = word.removeprefix("و")
            if bare not in _VISITED | _VISITING:
                continue
            who: Unit | None
            if bare in _VISITED:
                who = next(iter(self._run(end, sentence.end)), None) or self._before(
                    start, sentence.start
                )
            else:
                people = [p for p in self._inside(self._phrases.people, sentence) if p.end <= start]
                led = [w for s, _, w in words if s < start]
                is_led = not _LED.isdisjoint(led)
                who = people[-1] if people and is_led else None
            if who is None or isinstance(who, Side):
                continue
            places = [
                u
                for u in self._inside(self._units, sentence)
                if isinstance(u, Side) and u.start >= end and u.start - max(end, who.end) < 30
            ]
            if not places:
                continue
            place = places[0]
            name = f"زيارة {self._called(who)} إلى {self._called(place)}"
            item: Item = {"new": "event", "kind": "visit", "ar": name, "en": "",
                          "participant": self._value(who), "place": self._value(place)}  # fmt: skip
            spans = [(start, end), (who.start, who.end), (place.start, place.end)]
            dates = [d for d in self._inside(self._dates, sentence) if d.start > start]
            if dates:
                item["date"] = dates[0].edtf
                spans.append((dates[0].start, dates[0].end))
            yield Bundle(sentence, (item,), tuple(spans))
            return

    def _delegations(self, sentence: Sentence) -> Iterator[Bundle]:
        """وفد … برئاسة X, وفد … يترأسه X, X على رأس وفد."""
        words = self._words(sentence)
        for at, (start, end, word) in enumerate(words):
            if word not in _DELEGATION:
                continue
            who: Unit | None = None
            if at >= 2 and words[at - 1][2] == fold("رأس") and words[at - 2][2] == "علي":
                before = [
                    p
                    for p in self._inside(self._phrases.people, sentence)
                    if p.end <= words[at - 2][0]
                ]
                who = before[-1] if before else None
            for _, stop, led in words[at + 1 : at + 8]:
                if who is None and led in _HEADED:
                    run = [u for u in self._run(stop, sentence.end) if isinstance(u, Person)]
                    who = run[0] if run else None
            if not isinstance(who, Person):
                continue
            item: Item = {"new": "delegation", "ar": f"وفد برئاسة {self._called(who)}", "en": "",
                          "headedBy": self._value(who)}  # fmt: skip
            place = self._phrases.country_at(self._phrases.index_of(end))
            if place is not None and not tokens(self._text[end : place.start]):
                item["belongsToCountry"] = self._country(place.candidates[0])
            yield Bundle(sentence, (item,), ((start, end), (who.start, who.end)))
            return

    def _meetings(self, sentence: Sentence) -> Iterator[Bundle]:
        words = self._words(sentence)
        for start, end, word in words:
            if word.removeprefix("و") not in _MET:
                continue
            first = next(iter(self._run(end, sentence.end)), None)
            if not isinstance(first, Person):
                continue
            later = [
                u for u in self._inside(self._phrases.people, sentence) if u.start >= first.end
            ]
            gap = (
                {t.folded for t in tokens(self._text[first.end : later[0].start])} if later else ()
            )
            if not later or not set(gap) <= {"ب", "مع", *TITLES}:
                continue
            both = [first, later[0]]
            item: Item = {
                "new": "event", "kind": "meeting",
                "ar": "لقاء " + " و".join(map(self._called, both)), "en": "",
                "participant": [self._value(one) for one in both],
            }  # fmt: skip
            spans = [(start, end), *((one.start, one.end) for one in both)]
            if word.removeprefix("و").startswith("س"):
                item["modality"] = "planned"
            for ref, begin, stop in self._areas(later[0].end, sentence.end):
                if ref not in item.setdefault("topic", []):
                    item["topic"].append(ref)
                    spans.append((begin, stop))
            yield Bundle(sentence, (item,), tuple(spans))
            return

    def _companies(self, sentence: Sentence) -> Iterator[Bundle]:
        """الشركات … هي (a) و(b): each a new company, unless it is registered."""
        words = self._words(sentence)
        for at, (start, end, word) in enumerate(words):
            if word not in _COMPANIES:
                continue
            marks = [(s, e) for s, e, w in words[at + 1 : at + 12] if w in ("هي", "وهي", "هما")]
            if not marks:
                continue
            place = self._phrases.country_at(self._phrases.index_of(end))
            items: list[Item] = []
            spans = [(start, end)]
            last = marks[0][1]
            for match in _NAMED.finditer(self._text, last, sentence.end):
                between = {t.folded for t in tokens(self._text[last : match.start()])}
                if not between <= {"و", *GRAMMAR, "شركه"}:
                    break
                name = next(filter(None, match.groups())).strip()
                last = match.end()
                spans.append(match.span())
                known = [m for m in self._mentions if m.start >= match.start() and m.end <= last]
                if not any(m.kind == "name" and m.end - m.start >= len(name) for m in known):
                    is_latin = name.isascii()
                    item: Item = {"new": "enterprise", "ar": "", "en": name}
                    if not is_latin:
                        item = {"new": "enterprise", "ar": name, "en": ""}
                    if place is not None and place.kind == "adjective":
                        item["belongsToCountry"] = self._country(place.candidates[0])
                    items.append(item)
            if items:
                yield Bundle(sentence, tuple(items), tuple(spans))
            return
