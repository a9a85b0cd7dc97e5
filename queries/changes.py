"""Differences between two stores: facts, derived facts and answers to stored questions.

What happened to each fact is also told in words, for the feed and the changelog.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ..graph.fact_reader import FactReader
from ..graph.fact_record import FactRecord, TripleTerms
from ..graph.store import Store, read, select
from ..messages.message import say
from ..ontology.namespaces import GRAPH_ENTITIES, GRAPH_EVIDENCE, TW
from .answer import solutions_of
from .fact_words import iris_of, name_of, quotes_of
from .labels import Labels
from .name_order import by_name, name_columns
from .question import Question
from .results import Shown, Table, Terms, terms_of

if TYPE_CHECKING:
    from .narrowing import Narrowed

#: All statements about facts, and their glosses; evidence IRIs are made from the quoted content.
_SAID: Final = f"""
SELECT ?fact ?name ?value WHERE {{
  GRAPH <{GRAPH_EVIDENCE}> {{
    {{ ?fact a <{TW}Fact> ; ?name ?value }} UNION {{
      VALUES ?name {{ <{TW}gloss> }} ?fact <{TW}evidence> ?evidence . ?evidence ?name ?value
    }}
  }}
}}"""
_DESCRIBED: Final = f"SELECT * WHERE {{ GRAPH <{GRAPH_ENTITIES}> {{ ?thing ?name ?value }} }}"
_DERIVED: Final = f"""
SELECT ?fact ?s ?p ?o WHERE {{
  GRAPH <{GRAPH_EVIDENCE}> {{ ?fact a <{TW}DerivedFact> }} GRAPH ?fact {{ ?s ?p ?o }}
}}"""


@dataclass(frozen=True, slots=True)
class Alteration:
    """A fact with the same claim but another status, note, evidence or gloss."""

    before: FactRecord
    after: FactRecord


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two stores, each part sorted by IRI.

    ``altered`` are facts with the same IRI, hence the same claim, but other metadata. A fact with
    another modality, speaker or date is another claim: one fact removed and one added. Derived
    facts are compared by triple, not by derivation: ``derived_added`` has one fact for each new
    triple. Things are the IRIs of entities and documents; altered ones have other names or notes.
    """

    added: tuple[FactRecord, ...] = ()
    removed: tuple[FactRecord, ...] = ()
    altered: tuple[Alteration, ...] = ()
    derived_added: tuple[FactRecord, ...] = ()
    derived_removed: tuple[FactRecord, ...] = ()
    things_added: tuple[str, ...] = ()
    things_removed: tuple[str, ...] = ()
    things_altered: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, part) for part in self.__slots__)

    @property
    def requalified(self) -> tuple[Alteration, ...]:
        """Pairs of a removed and an added fact with the same triple and other qualifiers."""
        old: dict[TripleTerms, list[FactRecord]] = defaultdict(list)
        for fact in reversed(self.removed):
            old[fact.triple].append(fact)
        return tuple(
            Alteration(before.pop(), fact) for fact in self.added if (before := old[fact.triple])
        )


def changes(before: Store, after: Store) -> Changes:
    """Compare two stores fact by fact, with a few queries to each."""
    old, new = _Known(before), _Known(after)
    altered = {fact for fact, _, _ in old.said ^ new.said} & old.facts & new.facts
    described = {thing for thing, _, _ in old.described ^ new.described}
    return Changes(
        added=new.records(new.facts - old.facts),
        removed=old.records(old.facts - new.facts),
        altered=tuple(map(Alteration, old.records(altered), new.records(altered))),
        derived_added=new.records(new.derived[t] for t in new.derived.keys() - old.derived.keys()),
        derived_removed=old.records(
            old.derived[t] for t in old.derived.keys() - new.derived.keys()
        ),
        things_added=tuple(sorted(new.things - old.things)),
        things_removed=tuple(sorted(old.things - new.things)),
        things_altered=tuple(sorted(described & old.things & new.things)),
    )


def changes_by_adding(
    before: Store,
    after: Store,
    facts: Iterable[str],
    derived: tuple[Iterable[str], Iterable[str]],
    things: Iterable[str],
) -> Changes:
    """The changes where only facts and things were added; ``facts`` are those that were stated.

    ``derived`` are one derived fact for each triple that follows now, and for each that no longer
    does. The result is that of :func:`changes`, without reading all of both stores.
    """
    old, new = FactReader(before), FactReader(after)
    stated = sorted(set(facts))
    had = [fact for fact in stated if _is_fact(before, fact)]
    come, gone = (sorted(part) for part in derived)
    new.load([*stated, *come])
    old.load([*had, *gone])
    return Changes(
        added=tuple(new.get(fact) for fact in stated if fact not in had),
        altered=tuple(Alteration(old.get(fact), new.get(fact)) for fact in had),
        derived_added=tuple(map(new.get, come)),
        derived_removed=tuple(map(old.get, gone)),
        things_added=tuple(sorted(things)),
    )


def _is_fact(store: Store, fact: str) -> bool:
    query = f"SELECT ?m WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ <{fact}> <{TW}modality> ?m }} }}"
    return any(True for _ in select(store, query))


class _Known:
    """The facts of one store with their metadata."""

    def __init__(self, store: Store) -> None:
        self._reader = FactReader(store)
        self.said = _triples(store, _SAID, "fact")
        self.described = _triples(store, _DESCRIBED, "thing")
        self.things = {thing for thing, _, _ in self.described}
        self.facts = {fact for fact, _, _ in self.said}
        #: Derived triples, each with its first derived fact.
        self.derived: dict[tuple[str, ...], str] = {}
        for row in select(store, _DERIVED):
            triple, fact = tuple(str(row[name]) for name in "spo"), row["fact"].value
            self.derived[triple] = min(fact, self.derived.get(triple, fact))

    def records(self, facts: Iterable[str]) -> tuple[FactRecord, ...]:
        return tuple(self._reader.read(sorted(facts)))


def _triples(store: Store, query: str, subject: str) -> set[tuple[str, str, str]]:
    return {
        (row[subject].value, row["name"].value, str(row["value"])) for row in select(store, query)
    }


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A stored question whose answer rows changed; a row may appear twice."""

    question: Question
    variables: tuple[str, ...]
    gained: tuple[Terms, ...]
    lost: tuple[Terms, ...]


def rows_of(store: Store, question: Question, text: str | None = None) -> Table:
    """The complete answer in the order of its query, which is that of IRIs: no name is read.

    ``text`` is the query, where it is not the question's own.
    """
    solutions, _ = solutions_of(store, question, text)
    variables = tuple(variable.value for variable in solutions.variables)
    return Table(variables, tuple(map(terms_of, read(solutions))))


def _ordered(
    store: Store, question: Question, variables: Sequence[str], rows: Iterable[Terms]
) -> tuple[Terms, ...]:
    """Some rows of an answer, ordered by name as the whole is shown."""
    rows = list(rows)
    places = name_columns(question.text, variables)
    if not (rows and places):
        return tuple(rows)
    return tuple(by_name(rows, places, Shown(store, "en", question.columns)))


def answer_changes(
    before: Store | Callable[[], AbstractContextManager[Store]],
    after: Store,
    questions: Iterable[Question],
    known: MutableMapping[str, Table] | None = None,
    now: MutableMapping[str, Table] | None = None,
    parts: Mapping[str, Narrowed] | None = None,
) -> Iterator[AnswerChange]:
    """The questions whose answers, with default parameters, gain or lose rows.

    ``before`` may be what opens the store as it was for a while. ``known`` has answers from before,
    by question, and gets those that are needed besides; ``now`` gets those of these questions that
    are known after the change. ``parts`` are queries for all rows that may have changed.
    """
    opened = before if callable(before) else lambda: nullcontext(before)
    known = {} if known is None else known
    now = {} if now is None else now
    asked = {question.name: question for question in questions}
    parts = {name: part for name, part in (parts or {}).items() if name in asked}
    with opened() as store:
        old = {name: rows_of(store, asked[name], part.text) for name, part in parts.items()}
    new = {name: rows_of(after, asked[name], part.text) for name, part in parts.items()}
    for name, part in parts.items():
        if Counter(old[name].rows) == Counter(new[name].rows):
            del asked[name]
        elif part.merges:
            # A row that comes may be there already, for another value.
            del old[name], new[name]
    lacking = [name for name in asked if name not in old and name not in known]
    if lacking:
        with opened() as store:
            known.update((name, rows_of(store, asked[name])) for name in lacking)
    for name, question in asked.items():
        is_part = name in old
        if not is_part:
            old[name] = known[name]
            new[name] = now[name] = rows_of(after, question)
        gained = Counter(new[name].rows) - Counter(old[name].rows)
        lost = Counter(old[name].rows) - Counter(new[name].rows)
        if is_part and name in known:
            rows = (Counter(known[name].rows) - lost + gained).elements()
            now[name] = Table(new[name].variables, tuple(rows))
        names = new[name].variables
        come = _ordered(after, question, names, gained.elements())
        gone: tuple[Terms, ...] = ()
        if lost:
            with opened() as store:
                gone = _ordered(store, question, names, lost.elements())
        if come or gone:
            yield AnswerChange(question, names, come, gone)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two stores and all their differences."""

    before: Store
    after: Store
    changes: Changes
    answers: tuple[AnswerChange, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.answers)


def difference(before: Store, after: Store, questions: Iterable[Question]) -> Difference:
    """Compare two stores, and their answers to the questions."""
    return Difference(
        before, after, changes(before, after), tuple(answer_changes(before, after, questions))
    )


#: What may happen to a fact, in the order in which it is told.
KINDS: Final = ("added", "altered", "retracted", "removed")


class Event(NamedTuple):
    """What happened to one fact; ``title`` says it, and ``quotes`` prove the fact."""

    kind: str
    fact: FactRecord
    title: str
    quotes: str


def events(found: Changes, before: Store, after: Store, language: str) -> Iterator[Event]:
    """Yield the events in the order of :data:`KINDS`, those of a kind sorted by IRI."""
    old, new = Labels(before), Labels(after)
    for kind in KINDS:
        labels = old if kind == "removed" else new
        facts = {"added": found.added, "removed": found.removed}.get(
            kind, tuple(item.after for item in found.altered if _kind(item.after) == kind)
        )
        for fact in facts:
            labels.fetch(iris_of([fact]))
            sentence = " ".join(name_of(term, labels, language) for term in fact.triple)
            title = say(f"site-feed-{kind}", language, fact=sentence)
            yield Event(kind, fact, title, quotes_of([fact]))


def _kind(fact: FactRecord) -> str:
    """What happened to a fact that is still there."""
    is_gone = fact.record_status in ("retracted", "superseded")
    return "retracted" if is_gone else "altered"
