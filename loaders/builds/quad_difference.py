"""The difference in quads between two builds that differ in some facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from ...graph.derive_incrementally import Before, Rederived, Said, rederive
from ...graph.fact import Fact
from ...ontology.namespaces import (
    DOCUMENT,
    EVIDENCE,
    GRAPH_ENTITIES,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    GRAPH_PROSPECTS,
    OA,
    PROV,
    TW,
)
from ...ontology.schema import Schema
from ..checks.glosses import Written, gloss_lines, glossed

_EVIDENCE: Final = ox.NamedNode(GRAPH_EVIDENCE)
_OTHERS: Final = (ox.NamedNode(GRAPH_ENTITIES), ox.NamedNode(GRAPH_ONTOLOGY))
_PROSPECTS: Final = ox.NamedNode(GRAPH_PROSPECTS)


class DoubtError(Exception):
    """The change may need a full build."""


class Difference:
    """The quads to remove and to add when facts change.

    ``changed`` are the IRIs of the facts, ``facts`` their present statements, ``marks`` the marks
    of their quotes, ``glosses`` some that are written now; ``store`` is the one before the change.
    Raises ``DoubtError`` if other facts may be affected.
    """

    def __init__(
        self,
        store: ox.Store,
        changed: Iterable[str],
        facts: Sequence[Fact],
        marks: Iterable[str],
        glosses: Iterable[Written],
        schema: Schema,
        classes: Mapping[str, frozenset[str]],
    ) -> None:
        self._store, self._before = store, Before(store)
        self._written: dict[tuple[str, int, int], set[str]] = defaultdict(set)
        for (first, *_), _ in glosses:
            self._written[first.document, first.start, first.end].add(first.gloss)
        self._at: dict[tuple[str, int, int], set[str]] = {}
        old = {iri: frozenset(self._quads_of(iri)) for iri in changed}
        new: dict[str, set[ox.Quad]] = {iri: set() for iri in old}
        for fact in facts:
            new[fact.iri].update(_named(fact.lines()))
        self._old, self._new = old, new
        self._facts = facts
        had, has = dict(self._said()), {f.iri: f for f in facts if f.is_premise}
        for iri in old:
            if old[iri] and not new[iri]:
                self._refuse_if_referred_to(iri)
        follows = rederive(
            store,
            [said for iri, said in had.items() if iri not in has],
            [Said.of(fact) for iri, fact in has.items() if iri not in had],
            schema,
            classes,
        )
        if follows is None:
            raise DoubtError
        self._follows = follows
        had_quads = {quad for quads in old.values() for quad in quads}
        has_quads = {quad for quads in new.values() for quad in quads}
        has_quads.update(_named(marks), _named(self._shared_glosses()))
        had_quads |= set(self._lost_prospects())
        gone = (had_quads - has_quads).union(self._derived_quads())
        come = has_quads - had_quads
        come |= {q for item in follows.new for q in _named(item.lines())}
        for quad, is_plain in self._plain(follows):
            (come if is_plain else gone).add(quad)
        self.removed: Final = [quad for quad in gone if quad in store]
        self.added: Final = [quad for quad in come if quad not in store]

    def counts(self, before: Mapping[str, int]) -> dict[str, int]:
        """The numbers of facts, quads and so on, computed from those before."""
        facts = [bool(self._new[iri]) - bool(self._old[iri]) for iri in self._old]
        return {
            **before,
            "facts": before["facts"] + sum(facts),
            "quotes": before["quotes"] + self._quotes(),
            "derived": before["derived"] + len(self._follows.new) - len(self._follows.gone),
            "quads": before["quads"] + len(self.added) - len(self.removed),
        }

    def _quads_of(self, iri: str) -> Iterator[ox.Quad]:
        """The graph of a fact, and all quads about the fact and its evidence."""
        yield from self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
        waiting, seen = [iri], {iri}
        while waiting:
            subject = ox.NamedNode(waiting.pop())
            for quad in self._store.quads_for_pattern(subject, None, None, _EVIDENCE):
                yield quad
                if quad.predicate.value == TW + "context":
                    # Other facts may share the passage.
                    raise DoubtError
                name = _iri(quad.object)
                if name.startswith(EVIDENCE) and name not in seen:
                    seen.add(name)
                    waiting.append(name)

    def _said(self) -> Iterator[tuple[str, Said]]:
        """The changed facts that were in the plain view before."""
        for iri, quads in self._old.items():
            if quads and self._before.is_premise(ox.NamedNode(iri)):
                (triple,) = (q for q in quads if q.graph_name == ox.NamedNode(iri))
                terms = str(triple.subject), str(triple.predicate), str(triple.object)
                yield iri, Said(terms, iri)

    def _lost_prospects(self) -> Iterator[ox.Quad]:
        """The quads of ``graph/prospects`` that only changed facts said."""
        for iri, quads in self._old.items():
            for quad in quads:
                if quad.graph_name == ox.NamedNode(iri):
                    triple = (quad.subject, quad.predicate, quad.object)
                    if not any(
                        isinstance(other.graph_name, ox.NamedNode)
                        and other.graph_name.value not in self._old
                        and self._before.is_prospect(other.graph_name)
                        for other in self._store.quads_for_pattern(*triple, None)
                    ):
                        yield ox.Quad(*triple, _PROSPECTS)

    def _refuse_if_referred_to(self, iri: str) -> None:
        """Raise ``DoubtError`` if another fact names a removed one as its successor."""
        for quad in self._store.quads_for_pattern(None, None, ox.NamedNode(iri), _EVIDENCE):
            if quad.predicate.value != PROV + "wasDerivedFrom":
                raise DoubtError

    def _derived_quads(self) -> Iterator[ox.Quad]:
        """All quads of derived facts that no longer follow."""
        for iri in self._follows.gone:
            node = ox.NamedNode(iri)
            yield from self._store.quads_for_pattern(None, None, None, node)
            yield from self._store.quads_for_pattern(node, None, None, _EVIDENCE)

    def _plain(self, follows: Rederived) -> Iterator[tuple[ox.Quad, bool]]:
        """The triples that may enter or leave the plain view, and whether they are in it now."""
        for terms in follows.affected:
            (quad,) = _quads([" ".join((*terms, "."))])
            triple = (quad.subject, quad.predicate, quad.object)
            yield (
                quad,
                terms in follows.plain
                or any(ox.Quad(*triple, graph) in self._store for graph in _OTHERS),
            )

    def _quotes(self) -> int:
        """How many more places in documents are quoted than before."""
        now: dict[tuple[str, int, int], set[str]] = defaultdict(set)
        for fact in self._facts:
            for item in fact.evidence:
                now[item.document, item.start, item.end].add(item.iri(fact.iri))
        mine = {_iri(q.subject) for quads in self._old.values() for q in quads}
        for place in self._old_places():
            now.setdefault(place, set())
        change = 0
        for place, evidence in now.items():
            before = self._evidence_at(*place)
            change += bool((before - mine) | evidence) - bool(before)
        return change

    def _shared_glosses(self) -> Iterator[str]:
        """The glosses that changed facts share with each other or take from other facts.

        Raises ``DoubtError`` if the glosses of other facts may change.
        """
        quotes: dict[tuple[str, int, int], list[Fact]] = {p: [] for p in self._old_places()}
        for fact in self._facts:
            first = fact.evidence[0]
            quotes.setdefault((first.document, first.start, first.end), []).append(fact)
        mine = {_iri(q.subject) for quads in self._old.values() for q in quads}
        for place, facts in quotes.items():
            evidence = self._evidence_at(*place)
            theirs = self._glosses_of(evidence - mine)
            was = self._glosses_of(evidence & mine)
            written = self._written[place]
            if not theirs | was | written:
                continue
            if (
                len(theirs | written) > 1
                or (evidence - mine and (written if not theirs else was - written))
                or any(len(fact.evidence) > 1 for fact in facts)
                or any(self._is_continued(item) for item in evidence)
            ):
                raise DoubtError
            for gloss in theirs | written:
                yield from gloss_lines(glossed(fact, gloss) for fact in facts)

    def _glosses_of(self, evidence: Iterable[str]) -> set[str]:
        return {
            quad.object.value
            for iri in evidence
            for quad in self._store.quads_for_pattern(
                ox.NamedNode(iri), ox.NamedNode(TW + "gloss"), None, _EVIDENCE
            )
            if isinstance(quad.object, ox.Literal)
        }

    def _is_continued(self, evidence: str) -> bool:
        """Whether the evidence is a part of a quote that leaves words out, but not its last."""
        return any(
            self._store.quads_for_pattern(
                None, ox.NamedNode(TW + "continues"), ox.NamedNode(evidence), _EVIDENCE
            )
        )

    def _old_places(self) -> Iterator[tuple[str, int, int]]:
        """The places that the changed facts quoted before."""
        for quads in self._old.values():
            said = {(_iri(q.subject), q.predicate.value): q.object for q in quads}
            for (subject, predicate), document in said.items():
                if predicate == OA + "hasSource":
                    position = f"{subject}/position"
                    start, end = (said[position, OA + name] for name in ("start", "end"))
                    assert isinstance(start, ox.Literal)
                    assert isinstance(end, ox.Literal)
                    slug = _iri(document).removeprefix(DOCUMENT)
                    yield slug, int(start.value), int(end.value)

    def _evidence_at(self, document: str, start: int, end: int) -> set[str]:
        """The evidence at a place."""
        place = document, start, end
        if place not in self._at:
            self._at[place] = self._evidence(*place)
        return self._at[place]

    def _evidence(self, document: str, start: int, end: int) -> set[str]:
        answer = self._store.query(f"""
            SELECT ?evidence WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{
              ?position <{OA}start> {start} ; <{OA}end> {end} .
              ?evidence <{OA}hasSelector> ?position ; <{OA}hasSource> <{DOCUMENT}{document}> .
              ?fact <{TW}evidence> ?evidence
            }} }}""")
        assert isinstance(answer, ox.QuerySolutions)
        return {str(row["evidence"])[1:-1] for row in answer}


def _iri(term: object) -> str:
    """The IRI; empty for other terms."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def _quads(lines: Iterable[str]) -> Iterator[ox.Quad]:
    yield from ox.parse("\n".join(lines).encode(), ox.RdfFormat.N_QUADS)


def _named(lines: Iterable[str]) -> Iterator[ox.Quad]:
    """The quads of lines, without the plain view."""
    return (quad for quad in _quads(lines) if isinstance(quad.graph_name, ox.NamedNode))
