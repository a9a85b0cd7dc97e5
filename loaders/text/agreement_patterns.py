"""Propose agreements: who signed what with whom and for whom, about what, for how much, by when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...graph.arabic import fold
from .bundle_values import Bundle, BundleValues, Item, Unit
from .dates import SaidDate
from .phrases import Person
from .tokens import Sentence, folded_words, tokens

_SIGNED: Final = folded_words("وقع وقعت وقعا وقعتا وقعوا أبرم أبرمت أبرما وقعها وقعه وقعتها وقعاها")
_SIGNING: Final = folded_words("توقيع التوقيع إبرام توقيعه توقيعها لتوقيع بتوقيع وتوقيع")
_FUTURE: Final = folded_words(
    "سيتم المقرر المنتظر المتوقع المزمع سيوقع ستوقع يعتزم تعتزم سوف يوقع توقع ينتظر يتوقع"
)
_MEMO, _UNDERSTANDING = fold("مذكرة"), folded_words("تفاهم للتفاهم التفاهم تعاون التعاون")
_NOUNS: Final = folded_words("اتفاقية اتفاق بروتوكول عقد عقدا رسالة إعلان خطاب مذكرة")
_INTENT: Final = folded_words("نية نوايا النوايا")
_BY_WHEN: Final = re.compile(
    r"(?:بحلول|بنهاية|قبل\s+نهاية|حتى\s+نهاية|في\s+موعد\s+أقصاه|موعد\s+أقصاه|قبل)\s+"
    r"(?:(?:عام|العام|سنة|شهر)\s+)?$"
)
#: An agreement of which a sentence says no more is not proposed again.
_BARE: Final = {"new", "kind", "ar", "en", "stage", "modality"}


@dataclass(slots=True)
class _Agreement:
    """An agreement that a text speaks of, as far as it was read."""

    kind: str
    name: str
    parties: set[str] = field(default_factory=set)


class AgreementPatterns(BundleValues):
    """Reads the sentences of a text in order: later ones speak of the agreement of earlier ones."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._agreements: list[_Agreement] = []

    def _agreement(self, sentence: Sentence) -> Iterator[Bundle]:
        words = self._words(sentence)
        item: Item = {}
        spans: list[tuple[int, int]] = []
        agreement: _Agreement | None = None
        heard, is_other = sentence.end, False
        for at, (start, end, word) in enumerate(words):
            bare = word.removeprefix("و") if word.removeprefix("و") in _SIGNED else word
            if word not in _SIGNED | _SIGNING and (bare not in _SIGNED or word == bare):
                continue
            noun = self._noun(words, at)
            if noun is None:
                continue
            first, last, kind, printed, is_definite = noun
            is_suffixed = first < at
            parties = self._parties(words, at, (first, last), sentence)
            signers = self._signers(words, at, sentence)
            parties = [one for one in parties if one not in [s for s, _ in signers]]
            people = [(one, "") for one in parties if isinstance(one, Person)]
            sides = [one for one in parties if not isinstance(one, Person)]
            heard = min(heard, words[last][1])
            if not (sides or people or signers) and not self._agreements:
                continue
            if is_suffixed and not is_definite and not (sides or people or signers):
                is_other = True
                continue
            names = [self._called(one) for one in (*sides, *(p for p, _ in (*people, *signers)))]
            is_planned = any(w in _FUTURE for _, _, w in words[max(0, at - 12) : at])
            same = self._same(kind, set(names), is_definite=is_definite)
            agreement = same or self._new(kind, printed, names)
            agreement.parties |= set(names)
            item = item or {
                "new": "agreement",
                "kind": agreement.kind,
                "ar": agreement.name,
                "en": "",
            }
            item.setdefault("stage", "signed")
            if is_planned:
                item["modality"] = "planned"
            self._add(item, sides, [*people, *signers], is_planned=is_planned)
            spans += [(start, end), (words[first][0], words[last][1])]
            spans += [(one.start, one.end) for one in (*parties, *(p for p, _ in signers))]
            for ref, begin, stop in self._areas(heard, sentence.end):
                if ref not in item.setdefault("area", []):
                    item["area"].append(ref)
                    spans.append((begin, stop))
        amounts = list(self._figures(sentence, words))
        if agreement is None:
            about = self._agreements[-1].name if self._agreements and not is_other else ""
            yield from self._loose_figures(sentence, amounts, about)
            return
        for figure, begin, stop in amounts:
            item.setdefault("amounts", []).append(figure)
            spans.append((begin, stop))
        if deadline := self._deadline(sentence):
            item["deadline"] = deadline.edtf
            spans.append((deadline.start, deadline.end))
        if item.keys() - _BARE:
            yield Bundle(sentence, (item,), tuple(spans))

    def _new(self, kind: str, printed: str, names: Sequence[str]) -> _Agreement:
        """An agreement named by what the text calls it and its first sides."""
        sides = " و".join(names[:2])
        made = _Agreement(kind, f"{printed} {sides}".strip(), set(names))
        self._agreements.append(made)
        return made

    def _same(self, kind: str, names: set[str], *, is_definite: bool) -> _Agreement | None:
        """The agreement that was spoken of before, if this is it."""
        if not self._agreements:
            return None
        last = self._agreements[-1]
        if is_definite or not names or (last.kind == kind and names & last.parties):
            return last
        return None

    def _noun(
        self, words: Sequence[tuple[int, int, str]], at: int
    ) -> tuple[int, int, str, str, bool] | None:
        """The noun of what is signed: first and last word, class, what it is called, definite."""
        is_suffixed = words[at][2].endswith(("ها", "قيعه", "قعه"))
        after = [] if is_suffixed else range(at + 1, min(len(words), at + 60))
        before = range(at - 1, max(-1, at - 14), -1)
        for place in (*after, *before):
            word = words[place][2]
            bare = word.removeprefix("ال").removeprefix("لل")
            if bare not in _NOUNS or word == "علي":
                continue
            is_definite = word.startswith("ال")
            following = words[place + 1][2] if place + 1 < len(words) else ""
            kind, last, printed = "agreement", place, self._text[words[place][0] : words[place][1]]
            if bare == _MEMO:
                kind = "memorandum-of-understanding"
                printed = "مذكرة تفاهم"
                if following in _UNDERSTANDING:
                    last = place + 1
                    is_definite = is_definite or following.startswith("ال")
            elif bare in folded_words("رسالة إعلان خطاب"):
                if following in _INTENT:
                    last, printed = place + 1, f"{printed} نية"
                elif not (is_definite and self._agreements) and not is_suffixed:
                    continue
            if is_definite and printed.startswith("ال"):
                printed = printed.removeprefix("ال")
            return place, last, kind, printed, is_definite
        return None

    def _parties(
        self,
        words: Sequence[tuple[int, int, str]],
        at: int,
        noun: tuple[int, int],
        sentence: Sentence,
    ) -> list[Unit]:
        """Who signs: after the verb or before it, after the noun, after بين and مع."""
        first, last = noun
        is_verb = words[at][2] not in _SIGNING
        found: list[Unit] = []
        if is_verb:
            found += self._run(words[at][1], sentence.end)
            if not found and (one := self._before(words[at][0], sentence.start)):
                found.append(one)
            if not found and first > at:
                found += self._run(words[last][1], sentence.end)
        for _, end, word in words[min(at, last) : max(at, last)]:
            if word == "بين":
                found += self._run(end, sentence.end)
        for start, end, word in words[max(at, last) :]:
            if word == "بين":
                found += self._run(end, sentence.end)
            elif word == "مع" and (run := self._run(end, sentence.end)):
                found += run
                if not is_verb and len(found) == 1:
                    found = self._subject(words[at][0], sentence) + found
                break
            elif word in folded_words("بحضور وذلك برئاسة") and start > words[max(at, last)][0]:
                break
        return list(dict.fromkeys(found))

    def _subject(self, at: int, sentence: Sentence) -> list[Unit]:
        """The body or country with which the sentence begins: أعلنت … توقيع عقد مع …"""
        before = [u for u in self._inside(self._units, sentence) if u.end <= at]
        first = next((u for u in before if not isinstance(u, Person)), None)
        if first is None or len(tokens(self._text[sentence.start : first.start])) > 2:
            return []
        return [first]

    def _signers(
        self, words: Sequence[tuple[int, int, str]], at: int, sentence: Sentence
    ) -> list[tuple[Person, str]]:
        """The people after عن الجانب …, or before it, each with the country they sign for."""
        found: list[tuple[Person, str]] = []
        for place in range(max(0, at - 6), len(words) - 1):
            word = words[place][2]
            if word not in ("عن", "وعن") or words[place + 1][2] not in folded_words("الجانب جانب"):
                continue
            index = self._phrases.index_of(words[place + 1][1])
            country = self._phrases.country_at(index)
            if country is None:
                continue
            ref = country.candidates[0]
            run = [u for u in self._run(country.end, sentence.end) if isinstance(u, Person)]
            near = [
                u
                for u in self._units
                if isinstance(u, Person) and sentence.start <= u.start and u.end <= words[at][0]
            ]
            if run:
                found.append((run[0], ref))
            elif near and not tokens(self._text[near[-1].end : words[at][0]]):
                found.append((near[-1], ref))
        return found

    def _add(
        self,
        item: Item,
        sides: Sequence[Unit],
        people: Sequence[tuple[Person, str]],
        *,
        is_planned: bool,
    ) -> None:
        """Add parties, and people who sign for somebody, to the item of an agreement."""
        key = "party" if is_planned else "signatory"
        values: list[Any] = item.setdefault(key, [])
        for side in sides:
            if (value := self._value(side)) not in values:
                values.append(value)
        for person, country in people:
            value = self._value(person)
            side_of = country or next((p.country for p in person.posts if p.country), "")
            if side_of:
                value = {"object": value, "onBehalfOf": self._country(side_of)}
            if value not in values:
                values.append(value)
        if not values:
            del item[key]

    def _deadline(self, sentence: Sentence) -> SaidDate | None:
        """The date by which something is to be done."""
        dates: list[SaidDate] = self._inside(self._dates, sentence)
        for date in dates:
            if _BY_WHEN.search(self._text[sentence.start : date.start]):
                return date
        return None
