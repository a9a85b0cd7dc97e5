"""Suggest facts from a new text: its names, dates, numbers, sentences, and proposals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from ...graph.arabic import fold
from ...graph.entity import Entity
from ...graph.fact import Fact
from ...ontology.namespaces import ID, TW
from ...ontology.schema import Property, Schema
from ..collection import classes_of
from ..facts import DERIVED_ONLY
from .agreement_patterns import AgreementPatterns
from .body_names import Body
from .bundle_values import Bundle, Scales
from .cues import Cue, Cues, Scopes
from .dates import SaidDate, said_dates
from .event_patterns import EventPatterns
from .mentions import Gazetteer, Mention, names_of, territory_label
from .numbers import Amount, amounts
from .phrases import Phrases
from .sentence_quote import Quote, quote_around, quote_of
from .speakers import Speech, speaker_of, speeches
from .tokens import Sentence, sentences, tokens
from .unknown_names import UnknownName, doubted, unknown_names


class Patterns(AgreementPatterns, EventPatterns):
    """Proposes bundles from the usual sentences of Arabic news, without a model.

    Who holds which post, who signed what with whom and for whom, amounts and quantities, visits,
    delegations, meetings, companies in a list, deadlines. A bundle is an item, or several, that
    ``taawun add batch`` and the desk take as they are; what is new is registered in it.
    """

    def bundles(self, sentences: Iterable[Sentence]) -> Iterator[Bundle]:
        """The bundles of the sentences of the text, in order."""
        for sentence in sentences:
            for person in self._inside(self._phrases.people, sentence):
                yield from self._person(person, sentence)
            yield from self._agreement(sentence)
            yield from self._visits(sentence)
            yield from self._delegations(sentence)
            yield from self._meetings(sentence)
            yield from self._companies(sentence)


#: ``covered``: a fact quotes it, or the register lists it with a reason. ``cooperation``: it has
#: a cue and two parties. ``open``: neither.
State: TypeAlias = Literal["covered", "cooperation", "open"]

#: Most proposals for one sentence.
_MOST_PROPOSALS: Final = 12
#: Properties with a date as value, and the property whose cue must be near it.
_DATE_PROPERTIES: Final = {"heldOn": None, "signedOn": "signatory", "launchedOn": "launchedBy"}
#: Words for the two parties of talks.
_BOTH: Final = frozenset(
    fold(word)
    for word in ("البلدين", "البلدان", "الجانبين", "الجانبان", "الطرفين", "الطرفان", "الدولتين")
)
#: Classes that are not proposed as actors: sentences have too many of them.
_CROWD: Final = frozenset(TW + name for name in ("Post", "Group"))
_PERSON: Final = frozenset((TW + "Official",))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fact that a sentence may state, for a curator to accept."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class SuggestedSentence:
    """A sentence with its cues, mentions and proposals; ``quote`` is it, or its best part.

    ``modality`` is ``denied`` or ``conditional`` if the quote is in the scope of such words, and
    ``speaker`` the registered person or body whose words it gives.
    """

    sentence: Sentence
    state: State
    quote: Quote
    cues: tuple[Cue, ...]
    mentions: tuple[Mention, ...]
    proposals: tuple[Proposal, ...]
    modality: str = ""
    speaker: str = ""

    @property
    def said(self) -> dict[str, str]:
        """The qualifiers that follow: how it is said, and by whom."""
        how = self.modality or ("reported" if self.speaker else "")
        return {
            **({"modality": how} if how else {}),
            **({"statedBy": self.speaker} if self.speaker else {}),
        }


@dataclass(frozen=True, slots=True)
class ProposedBundle:
    """Items for ``taawun add batch`` or the desk that a quote proposes together.

    ``parts`` are its places: several where the quote leaves words out.
    """

    quote: Quote
    parts: tuple[tuple[int, int], ...]
    items: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Everything found in one text. Offsets are code points of ``text``."""

    text: str
    mentions: tuple[Mention, ...]
    dates: tuple[SaidDate, ...]
    amounts: tuple[Amount, ...]
    unknown: tuple[UnknownName, ...]
    sentences: tuple[SuggestedSentence, ...]
    bundles: tuple[ProposedBundle, ...] = ()
    #: The bodies that are not registered.
    bodies: tuple[Body, ...] = ()
    #: What somebody says.
    speeches: tuple[Speech, ...] = ()


class Suggester:
    """Analyses texts with the names of one graph and the cues of its ontology."""

    def __init__(self, schema: Schema, entities: Mapping[str, Entity]) -> None:
        self.schema, self.entities = schema, entities
        self.classes = classes_of(schema, entities)
        self.gazetteer = Gazetteer(
            name for name in names_of(entities.values(), schema) if self._is_thing(name.ref)
        )
        self.cues, self.scopes = Cues(schema), Scopes(schema)
        self.scales = Scales(
            schema, (one for ref, one in entities.items() if ref.startswith("unit/"))
        )
        self._countries = lru_cache(maxsize=None)(self._countries_of)

    def _countries_of(self, ref: str) -> frozenset[str]:
        """The countries that the names of an entity say it belongs to."""
        entity = self.entities[ref]
        names = f"{entity.ar} ، {entity.en}"
        found = self.gazetteer.every(names)
        return frozenset(
            one for m in found for one in m.candidates
            if one.startswith(("country/", "territory/"))
        )  # fmt: skip

    def _is_thing(self, ref: str) -> bool:
        """Whether it is worth a mention: units, stages and the like only qualify facts."""
        is_own = ref in self.entities and TW + "Entity" in self.classes[ref]
        return is_own or ref.startswith(("area/", "territory/"))

    def label(self, ref: str, language: str) -> str:
        """The name of an entity, a concept or a territory among a mention's candidates."""
        if ref in self.entities:
            entity = self.entities[ref]
            return entity.ar if language == "ar" else entity.en
        if ref in self.classes:
            return self.schema.label(ID + ref, language)
        return territory_label(ref, language)

    def suggest(
        self, text: str, document: str | None = None, covered: Iterable[tuple[int, int]] = ()
    ) -> Suggestion:
        """The suggestion for a text; ``covered`` are the spans that need no facts.

        With ``document``, the names that are limited to that document count.
        """
        every = self.gazetteer.every(text, document)
        named = self.gazetteer.mentions(text, document)
        mentions = list(doubted(text, named, self.entities, every, self._countries))
        whole = [(m.start, m.end) for m in mentions if m.kind == "name"]
        # The year in a name (رؤية مصر 2030) is not a date, and its numbers are not amounts.
        dates = [d for d in said_dates(text) if not _touches(d.start, d.end, whole)]
        taken = [(d.start, d.end) for d in dates]
        numbers = [
            a
            for a in amounts(text)
            if not _touches(a.start, a.end, [*taken, *whole])
            and not (a.kind == "dual" and fold(text[a.start : a.end]).lstrip("وفبكل")[:2] == "ال")
        ]
        spans = list(covered)
        known = [(m.start, m.end) for m in mentions if m.kind != "adjective"]
        found = [self._sentence(text, s, mentions, dates, spans, document) for s in sentences(text)]
        phrases = Phrases(text, mentions, every, self.classes, self._countries)
        heard = tuple(speeches(phrases, [one.sentence for one in found]))
        found = [
            replace(one, speaker=speaker_of(one.quote.start, one.quote.end, heard)) for one in found
        ]
        patterns = Patterns(phrases, mentions, dates, numbers, self.scales, self.label)
        uncovered = [one.sentence for one in found if one.state != "covered"]
        return Suggestion(
            text,
            tuple(mentions),
            tuple(dates),
            tuple(numbers),
            tuple(unknown_names(text, known)),
            tuple(found),
            tuple(self._proposed(text, bundle, heard) for bundle in patterns.bundles(uncovered)),
            tuple(body for body in phrases.bodies if not body.ref),
            heard,
        )

    def _proposed(self, text: str, bundle: Bundle, heard: Sequence[Speech]) -> ProposedBundle:
        """A bundle with the words that say it, who says it, and the modality of their scope.

        What a post is and who holds it are the words of the text itself, not of a speaker.
        """
        quote, parts = quote_around(text, bundle)
        over = [
            scope.modality
            for scope in self.scopes.find(text, min(bundle.spans)[0], bundle.sentence.end)
            if any(scope.start < end and start < scope.end for start, end in bundle.spans)
        ]
        items = bundle.items
        if over and not any(item.get("predicate") == "holds" for item in items):
            items = tuple({**item, "modality": over[0]} for item in items)
        if speaker := speaker_of(bundle.spans[0][0], bundle.spans[-1][1], heard):
            items = tuple(
                item
                if item.get("new") == "official" or item.get("predicate") == "holds"
                else {"modality": "reported", **item, "statedBy": speaker}
                for item in items
            )
        return ProposedBundle(quote, parts, items)

    def _sentence(
        self,
        text: str,
        sentence: Sentence,
        mentions: Sequence[Mention],
        dates: Sequence[SaidDate],
        covered: Sequence[tuple[int, int]],
        document: str | None,
    ) -> SuggestedSentence:
        inside = [m for m in mentions if sentence.start <= m.start and m.end <= sentence.end]
        cues = [
            Cue(cue.start + sentence.start, cue.end + sentence.start, cue.term)
            for cue in self.cues.find(sentence.text)
        ]
        bodies = [(m.start, m.end) for m in inside if m.kind == "name" and self._is_actor(m)]
        # منظمة التعاون والتنمية is a name, not a cue for cooperation.
        cues = [cue for cue in cues if not _touches(cue.start, cue.end, bodies)]
        state: State = "open"
        if _touches(sentence.start, sentence.end, covered):
            state = "covered"
        elif cues and self._parties(sentence, document) >= 2:
            state = "cooperation"
        quote = quote_of(text, sentence, [*inside, *cues])
        quoted = [m for m in inside if quote.start <= m.start and m.end <= quote.end]
        said = [d for d in dates if quote.start <= d.start and d.end <= quote.end]
        proposals = self._proposals(text, quoted, cues, said)
        over = self.scopes.find(text[sentence.start : sentence.end])
        under = [
            scope.modality
            for scope in over
            if scope.start + sentence.start < quote.end and quote.start < scope.end + sentence.start
        ]
        modality = next(iter(under), "")
        return SuggestedSentence(
            sentence, state, quote, tuple(cues), tuple(inside), tuple(proposals), modality
        )

    def _is_actor(self, mention: Mention) -> bool:
        return any(TW + "Actor" in self.classes.get(ref, ()) for ref in mention.candidates)

    def _parties(self, sentence: Sentence, document: str | None) -> int:
        """How many countries, bodies and people it mentions, within longer names too."""
        found = {
            mention.candidates
            for mention in self.gazetteer.every(sentence.text, document)
            if mention.kind == "territory" or self._is_actor(mention)
        }
        both = any(token.folded in _BOTH for token in tokens(sentence.text))
        return len(found) + 2 * both

    def _proposals(
        self,
        text: str,
        mentions: Sequence[Mention],
        cues: Sequence[Cue],
        dates: Sequence[SaidDate],
    ) -> list[Proposal]:
        """Facts whose property has a cue here, and whose parts are mentioned unambiguously."""
        sure = [m for m in mentions if m.kind == "name"]
        refs = list(dict.fromkeys(m.candidates[0] for m in sure))
        terms = {cue.term for cue in cues}
        found = list(self._posts(text, sure))
        for item in self.schema.properties.values():
            if item.iri in terms and not item.datatype and item.name not in DERIVED_ONLY:
                found += self._pairs(item, refs)
        for name, beside in _DATE_PROPERTIES.items():
            if beside is None or TW + beside in terms:
                domains = self.schema.properties[name].domains
                found += [
                    Proposal(ref, name, date.edtf)
                    for date in dates
                    for ref in refs
                    if not domains.isdisjoint(self.classes[ref])
                ]
        return list(dict.fromkeys(found))[:_MOST_PROPOSALS]

    def _posts(self, text: str, sure: Sequence[Mention]) -> Iterable[Proposal]:
        """A post right after a person is held by that person."""
        for before, after in pairwise(sure):
            person, post = before.candidates[0], after.candidates[0]
            if (
                text[before.end : after.start].isspace()
                and not _PERSON.isdisjoint(self.classes[person])
                and TW + "Post" in self.classes[post]
            ):
                yield Proposal(person, "holds", post)

    def _pairs(self, item: Property, refs: Sequence[str]) -> Iterable[Proposal]:
        seen: set[frozenset[str]] = set()
        crowd = _CROWD | _PERSON if TW + "Actor" in item.domains else _CROWD
        subjects = [
            r for r in refs if item.domains.isdisjoint({TW + "Actor"}) or self._one(r, crowd)
        ]
        others = [r for r in refs if item.ranges.isdisjoint({TW + "Actor"}) or self._one(r, crowd)]
        for subject in subjects:
            for other in others:
                pair = frozenset((subject, other))
                if subject == other or (item.is_symmetric and pair in seen):
                    continue
                if item.domains.isdisjoint(self.classes[subject]) or item.ranges.isdisjoint(
                    self.classes[other]
                ):
                    continue
                seen.add(pair)
                yield Proposal(subject, item.name, other)

    def _one(self, ref: str, crowd: frozenset[str]) -> bool:
        return crowd.isdisjoint(self.classes[ref])


def _touches(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first < end and start < last for first, last in spans)


def covered_spans(facts: Iterable[Fact], document: str) -> list[tuple[int, int]]:
    """The spans of a document that facts quote."""
    return [
        (evidence.start, evidence.end)
        for fact in facts
        for evidence in fact.evidence
        if evidence.document == document
    ]
