"""Check that a quote names what its fact is about: subject, object, number and date.

This finds false claims with true quotes: the quote, or the context declared for it, must mention
what the fact is about. An entity is mentioned

1. by a registered name, in any spelling and with clitics; a place by its adjective too;
2. if its name is a description (an area, a proposal, a group), by all words of it in any order;
3. if the document has no name for it, by the word for its kind (اتفاقية, لقاء) together with
   every place, body and person in its label;
4. a figure by its value, a value of a scale (a stage, a unit) by one of its cues.

Numbers are compared in digits and in words, dates as printed. Speakers may be named anywhere
before the quote: a speech is introduced once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from ...graph.arabic import fold, stem
from ...graph.fact import Fact, Object, Passage
from ...messages.fault import Fault, Place
from ...ontology.namespaces import GRAPH_EVIDENCE, ID, RDFS, SKOS, TW, XSD
from ..collection import Collection, classes_of
from ..text.cues import Scope, Scopes
from ..text.cues import stems as stems_of_word
from ..text.dates import completed, is_among, lengths
from ..text.mentions import PROPER, Gazetteer, gazetteer_of, parts_of_territories
from ..text.numbers import amounts
from ..text.tokens import tokens
from .quotes import Spans, Stretch, Words, plain_text, quoted, stands

_CURRENCY: Final = TW + "Currency"
#: The faults of a fact under a condition, and under a denial.
_SCOPES: Final = ("conditional-said-as-so", "denied-said-as-so")
#: What is said in one of these ways is said to be so.
_FIRM: Final = frozenset(ox.NamedNode(f"{ID}modality/{name}") for name in ("asserted", "reported"))
_INFERRED: Final = ox.NamedNode(ID + "modality/inferred")
#: Qualifiers that name speakers.
_SPEAKERS: Final = ("statedBy", "onBehalfOf")
#: An exact number has no word for being exact.
_EXACTLY: Final = "comparator/exactly"
_NAMES: Final = (RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel")
#: How many documents have their words cached: the facts of one are mostly together.
_REMEMBERED: Final = 100
_DIGITS: Final = re.compile(r"\d+")
#: Function words, folded.
_GRAMMAR: Final = frozenset(
    ("في", "من", "علي", "الي", "مع", "عن", "بين", "التي", "الذي", "او", "ان", "لدي", "عبر")
)


class Claims:
    """Compares the facts of a collection with their quotes."""

    def __init__(
        self, collection: Collection, numbers: Mapping[str, Set[Decimal]] | None = None
    ) -> None:
        """``numbers`` has those of each figure, if they are not those of the collection's facts."""
        self._facts = collection.facts
        self._schema, self._entities = collection.schema, collection.entities
        self._documents = collection.documents
        self._words: dict[str, Words] = {}
        self._names: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self._descriptions: dict[str, tuple[frozenset[str], ...]] = {}
        self._inside: dict[str, frozenset[str]] = {}
        self._cues: dict[str, tuple[frozenset[str], ...]] = {}
        self._numbers = numbers_of(self._facts) if numbers is None else numbers
        self._scopes: dict[str, list[Scope]] = {}

    @cached_property
    def _classes(self) -> dict[str, frozenset[str]]:
        return classes_of(self._schema, self._entities)

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return gazetteer_of(self._entities, self._schema)

    def lines(self) -> Iterator[str]:
        """N-Quads that mark each quote with what it does not mention."""
        yield from self.marks(sorted(self._facts, key=lambda fact: fact.evidence[0].document))

    def marks(self, facts: Iterable[Fact]) -> Iterator[str]:
        """The same for some facts; those of one document together are the fastest."""
        for fact in facts:
            evidence = fact.evidence[0].iri(fact.iri)
            for part in self.unsaid(fact):
                name, value = self._mark(part)
                yield f"<{evidence}> <{TW}{name}> {value} <{GRAPH_EVIDENCE}> ."

    def _mark(self, part: Object) -> tuple[str, Object]:
        """The property and the value of a mark; a stage or a unit is a word, not a name."""
        if isinstance(part, ox.Literal):
            return "doesNotSay", ox.Literal(part.value)
        if TW + "Entity" in self._classes[part.value.removeprefix(ID)]:
            return "doesNotName", part
        own = self._entities.get(part.value.removeprefix(ID))
        return "doesNotSay", ox.Literal(own.ar if own else self._schema.label(part.value, "ar"))

    def unsaid(self, fact: Fact) -> tuple[Object, ...]:
        """What the fact is about and neither its quote nor the declared context mentions."""
        passages, spans = quoted(fact)
        parts: list[Object] = [fact.subject, fact.object]
        when = fact.qualifier("when")
        if when is not None:
            parts.append(when)
        left = [part for part in parts if not self._is_plain(part, passages)]
        if not left:
            return ()
        words = self._words_of(fact)
        stretch = words.stretch(spans)
        return tuple(part for part in left if not self._is_said(part, fact, stretch, words))

    def judged(
        self, fact: Fact, place: Place, *, is_strict: bool = False
    ) -> tuple[list[Fault], list[Fault]]:
        """The faults and the warnings of a fact.

        A missing number or date is a fault, and so is a name that the whole document does not
        have, or another currency than the quote names. Any other missing name is a warning, but
        for one that the sentence of the quote or the one before it has: that is how texts go on.
        With ``is_strict`` those are warnings too. An inferred fact has the reason in its note
        instead.
        """
        faults: list[Fault] = []
        warnings: list[Fault] = []
        for speaker in self.unnamed_speakers(fact):
            name = speaker.value.removeprefix(ID)
            warnings.append(Fault.at(place, "speaker-not-named", name=name, check="claims"))
        if fact.qualifier("modality") == _INFERRED:
            return faults, warnings
        if scope := self.scope(fact):
            printed = fact.evidence[0].source.text[scope.start : scope.end]
            code = _SCOPES[scope.modality == "denied"]
            faults.append(Fault.at(place, code, check="claims", words=printed))
        for part in self.unsaid(fact):
            if isinstance(part, ox.NamedNode):
                name = part.value.removeprefix(ID)
                if rival := self._rival(name, fact):
                    code = "rival-in-the-quote"
                    faults.append(Fault.at(place, code, check="claims", name=name, rival=rival))
                elif self._is_foreign(name, self._words_of(fact)):
                    faults.append(Fault.at(place, "named-nowhere", name=name, check="claims"))
                elif is_strict or not self._goes_on(name, fact):
                    code = "not-in-the-quote" if self._is_there(name, fact) else "not-in-the-text"
                    warnings.append(Fault.at(place, code, name=name, check="claims"))
            else:
                value = part.value
                faults.append(Fault.at(place, "value-not-in-quote", value=value, check="claims"))
        return faults, warnings

    def _goes_on(self, ref: str, fact: Fact) -> bool:
        """Whether the sentence of the quote, or the one before it, names it."""
        words = self._words_of(fact)
        start = min(part.start for part in fact.evidence)
        end = max(part.end for part in fact.evidence)
        return self._is_named(ref, words.stretch((words.around(start, end),)), words)

    def _is_there(self, ref: str, fact: Fact) -> bool:
        """Whether the document names it at all."""
        words = self._words_of(fact)
        whole = ((0, len(fact.evidence[0].source.text)),)
        return self._is_named(ref, words.stretch(whole), words)

    def _rival(self, ref: str, fact: Fact) -> str:
        """The currency that the quote names instead of this one; empty if there is none."""
        if _CURRENCY not in self._classes[ref]:
            return ""
        stems = self._words_of(fact).stretch(quoted(fact)[1]).stems
        others = (o for o, kinds in self._classes.items() if _CURRENCY in kinds and o != ref)
        return min((o for o in others if _any(self._cues_of(ID + o), stems)), default="")

    def _is_foreign(self, ref: str, words: Words) -> bool:
        """Whether it has a proper name that the document does not have."""
        return ref not in words.named and not self._classes[ref].isdisjoint(PROPER)

    def scope(self, fact: Fact) -> Scope | None:
        """The negation or condition under which the quote says what the fact says is so.

        None where the fact does not say that it is so, or the quote names its object, or else its
        subject, outside of such a scope too.
        """
        if fact.qualifier("modality") not in _FIRM:
            return None
        document = fact.evidence[0].source
        if document.slug not in self._scopes:
            self._scopes[document.slug] = self._scope_words.find(document.text)
        spans = [(part.start, part.end) for part in fact.evidence]
        over = [
            scope
            for scope in self._scopes[document.slug]
            if any(scope.start < end and start < scope.end for start, end in spans)
        ]
        if not over:
            return None
        whole = " ".join(document.text[start:end] for start, end in spans)
        free = "".join(
            " " if any(scope.start <= at < scope.end for scope in over) else document.text[at]
            for start, end in spans
            for at in range(start, end)
        )
        for part in (fact.object, fact.subject):
            if self._stands_in(part, whole, document.slug):
                return None if self._stands_in(part, free, document.slug) else over[0]
        return over[0] if len(free.split()) * 2 < len(whole.split()) else None

    @cached_property
    def _scope_words(self) -> Scopes:
        return Scopes(self._schema)

    def _stands_in(self, part: Object, text: str, slug: str) -> bool:
        """Whether a thing is named, or a value said, by the words of a text alone."""
        if not isinstance(part, ox.NamedNode):
            if is_number(part):
                return any(amount.value == Decimal(part.value) for amount in amounts(text))
            return fold(part.value) in fold(text)
        ref = part.value.removeprefix(ID)
        if ref not in self._names:
            self._names[ref] = self._plain_names(ref)
        folded = fold(text)
        if any(stands(n, folded) for n, where in self._names[ref] if not where or slug in where):
            return True
        found = frozenset(
            stem(form) for token in tokens(text) for form in stems_of_word(token.folded)
        )
        return _any(self._cues_of(part.value), found) or _any(self._described(ref), found)

    def unnamed_speakers(self, fact: Fact) -> tuple[ox.NamedNode, ...]:
        """The speakers who are named neither in the quote and its context nor before it."""
        passages, spans = quoted(fact)
        return tuple(
            speaker
            for name, speaker in fact.qualifiers
            if name in _SPEAKERS
            and isinstance(speaker, ox.NamedNode)
            and not self._is_plain(speaker, passages)
            and not self._is_introduced(speaker.value.removeprefix(ID), fact, spans)
        )

    def _is_introduced(self, ref: str, fact: Fact, spans: Spans) -> bool:
        words = self._words_of(fact)
        if words.is_named_before(ref, fact.evidence[0].start):
            return True
        return self._is_named(ref, words.stretch(spans), words)

    def _words_of(self, fact: Fact) -> Words:
        slug = fact.evidence[0].document
        if slug not in self._words:
            if len(self._words) == _REMEMBERED:
                self._words.clear()
            self._words[slug] = Words(self._documents[slug], self._gazetteer)
        return self._words[slug]

    def _is_plain(self, part: Object, passages: Sequence[Passage]) -> bool:
        """Whether a registered name is in the passages: the fast path.

        Names that are parts of other countries' names (السودان) take the slow one.
        """
        if not isinstance(part, ox.NamedNode):
            return False
        ref = part.value.removeprefix(ID)
        if ref not in self._names:
            self._names[ref] = self._plain_names(ref)
        for passage in passages:
            words = plain_text(passage.quote)
            for name, documents in self._names[ref]:
                if (not documents or passage.document in documents) and stands(name, words):
                    return True
        return False

    def _plain_names(self, ref: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Folded names, each with the documents that it is limited to."""
        if ref in self._entities:
            entity = self._entities[ref]
            names = [(entity.ar, ()), *((a.name, a.documents) for a in entity.aliases)]
        else:
            names = [(name, ()) for key in _NAMES for name in self._schema.values(ID + ref, key)]
        folded = [(fold(name), documents) for name, documents in names]
        return tuple(item for item in folded if item[0] and item[0] not in parts_of_territories())

    def _is_said(self, part: Object, fact: Fact, stretch: Stretch, words: Words) -> bool:
        if isinstance(part, ox.NamedNode):
            return self._is_named(part.value.removeprefix(ID), stretch, words)
        if is_number(part):
            return Decimal(part.value) in stretch.numbers
        if part.datatype.value == XSD + "boolean":
            # Such as whether an envoy resides: no word says "true".
            return True
        if fact.predicate.value == TW + "duration" and part is fact.object:
            counted = {Decimal(number) for number in _DIGITS.findall(part.value)}
            return counted <= stretch.numbers or part.value in lengths(stretch.dates)
        if is_among(part.value, stretch.dates) or fold(part.value) in fold(stretch.text):
            return True
        # A dateline given as context has the year that the text leaves out.
        return any(
            is_among(part.value, completed(quote.quote, around.quote))
            for quote in fact.evidence
            for around in fact.evidence[0].context
        )

    def _is_named(self, ref: str, stretch: Stretch, words: Words) -> bool:
        if ref in stretch.refs:
            return True
        classes = self._classes[ref]
        if numbers := self._numbers.get(ID + ref):
            return not numbers.isdisjoint(stretch.numbers)
        if TW + "Entity" not in classes:
            if ref == _EXACTLY:
                return bool(stretch.numbers)
            if ref.startswith("gender/"):
                # The grammar says it, and no word.
                return True
            return _any(self._cues_of(ID + ref), stretch.stems)
        # A single word of a proper name means something else.
        if classes.isdisjoint(PROPER) and _any(self._described(ref), stretch.stems):
            return True
        if ref not in self._entities or ref in words.named:
            return False
        kinds = sorted(self._entities[ref].kinds)
        if not any(_any(self._cues_of(kind), stretch.stems) for kind in kinds):
            return False
        return self._inner(ref) <= stretch.refs

    def _inner(self, ref: str) -> frozenset[str]:
        """The places, bodies and people in the label of an entity."""
        if ref not in self._inside:
            named = self._gazetteer.within(self._entities[ref].ar, ref)
            self._inside[ref] = frozenset(
                one for one in named if not self._classes.get(one, frozenset()).isdisjoint(PROPER)
            )
        return self._inside[ref]

    def _described(self, ref: str) -> tuple[frozenset[str], ...]:
        """The words of each Arabic name, as stems."""
        if ref not in self._descriptions:
            if ref in self._entities:
                entity = self._entities[ref]
                names = [entity.ar, *(a.name for a in entity.aliases if not a.documents)]
            else:
                names = [
                    name
                    for predicate in (*_NAMES, TW + "cue")
                    for name in self._schema.values(ID + ref, predicate)
                ]
            self._descriptions[ref] = tuple(filter(None, map(_stems_of, names)))
        return self._descriptions[ref]

    def _cues_of(self, iri: str) -> tuple[frozenset[str], ...]:
        """The words for a kind, or for a value of a scale, as stems."""
        if iri not in self._cues:
            words = [
                word
                for predicate in (*_NAMES, TW + "cue")
                for word in self._schema.values(iri, predicate)
            ]
            if own := self._entities.get(iri.removeprefix(ID)):
                words += [own.ar, *(alias.name for alias in own.aliases)]
            self._cues[iri] = tuple(filter(None, map(_stems_of, words)))
        return self._cues[iri]


def numbers_of(facts: Iterable[Fact]) -> dict[str, set[Decimal]]:
    """The numbers that facts give, by the IRIs of their subjects."""
    found: dict[str, set[Decimal]] = defaultdict(set)
    for fact in facts:
        if isinstance(fact.object, ox.Literal) and is_number(fact.object):
            found[fact.subject.value].add(Decimal(fact.object.value))
    return found


def is_number(literal: ox.Literal) -> bool:
    """Whether it is a number."""
    return literal.datatype.value in (XSD + "decimal", XSD + "integer")


def _stems_of(name: str) -> frozenset[str]:
    """The words of a name as stems, without function words."""
    return frozenset(stem(stem(t.folded)) for t in tokens(name) if t.folded not in _GRAMMAR)


def _any(wanted: Iterable[frozenset[str]], have: frozenset[str]) -> bool:
    return any(one <= have for one in wanted)
