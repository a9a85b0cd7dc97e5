"""The facts that say a triple: who says it, how, since when, and the quotes that prove it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..graph.fact import ACTIVE_STATUSES
from ..graph.store import Store, Term
from ..ontology.namespaces import DCTERMS, FACT, GRAPH_EVIDENCE, INFERENCE, OA, PROV, TW

_T = TypeVar("_T")
#: Rows of one VALUES block; endpoints limit the length of a query.
_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A verbatim quote: ``document`` is the file's name, ``start`` and ``end`` are offsets.

    Offsets are 0-based, half-open, in Unicode code points of the document decoded as UTF-8.
    """

    document: str
    document_iri: str
    quote: str
    start: int
    end: int
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact as the graph records it, or a derived fact with the facts under it.

    ``modality`` is the short name (``asserted``, ``reported`` …), ``derived`` for a derived
    fact, whose ``rule`` and ``derived_from`` say how it follows; such a fact has no quotes of
    its own. ``stated_by`` are the terms after ``tw:statedBy``, sorted.
    """

    iri: str
    subject: Term
    predicate: Term
    object: Term
    modality: str = ""
    stated_by: tuple[Term, ...] = ()
    when: str = ""
    note: str = ""
    record_status: str = ""
    rule: str = ""
    derived_from: tuple[FactView, ...] = ()
    evidence: tuple[EvidenceView, ...] = ()

    @property
    def is_derived(self) -> bool:
        """Whether a rule derives the fact from others."""
        return self.iri.startswith(INFERENCE)

    def asserted(self) -> Iterator[FactView]:
        """The asserted facts under this one, itself if it is asserted; some may come twice."""
        if not self.is_derived:
            yield self
        for source in self.derived_from:
            yield from source.asserted()


def facts_of(store: Store, triples: Iterable[ox.Triple]) -> dict[ox.Triple, tuple[FactView, ...]]:
    """For each triple the facts that say it, derived ones only where no asserted one does.

    A triple that no fact says (a label, a type, a term of the ontology) has an empty tuple.
    A constant number of queries a thousand triples, and a few for each level of derivation.
    """
    wanted = list(dict.fromkeys(triples))
    reader = FactReader(store)
    graphs = reader.graphs(wanted)
    views = reader.views({graph for found in graphs.values() for graph in found})
    return {triple: tuple(views[graph] for graph in graphs.get(triple, ())) for triple in wanted}


class FactReader:
    """Reads facts from a store in batches, each fact once.

    A fact that is not active (retracted, say) is not in the plain view, and so says no triple
    of it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._views: dict[str, FactView] = {}
        self._documents: dict[str, str] = {}

    def graphs(self, triples: Sequence[ox.Triple]) -> dict[ox.Triple, tuple[str, ...]]:
        """The fact graphs that say each triple; inference graphs only where there are none."""
        found: dict[ox.Triple, list[str]] = defaultdict(list)
        for start, chunk in _chunks(triples):
            rows = " ".join(
                f"({start + i} {t.subject} {t.predicate} {t.object})"
                for i, t in enumerate(chunk)
                if not isinstance(t.subject, ox.BlankNode) and not _has_blank(t.object)
            )
            text = (
                f"SELECT ?i ?g WHERE {{ VALUES (?i ?s ?p ?o) {{ {rows} }} GRAPH ?g {{ ?s ?p ?o }} "
                f'FILTER(STRSTARTS(STR(?g), "{FACT}") || STRSTARTS(STR(?g), "{INFERENCE}")) }}'
            )
            for number, graph in self._rows(text):
                found[triples[int(_value(number))]].append(_value(graph))
        all_graphs = sorted({graph for graphs in found.values() for graph in graphs})
        idle = {
            graph
            for graph, _, status in self._qualifiers(all_graphs, (f"{TW}recordStatus",))
            if _short(status) not in ACTIVE_STATUSES
        }
        return {triple: _preferred(set(graphs) - idle) for triple, graphs in found.items()}

    def modalities(self, facts: Iterable[str]) -> dict[str, str]:
        """The short names of the modalities of facts; derived facts have ``derived``."""
        found = {}
        for fact, _, value in self._qualifiers(sorted(facts), (f"{TW}modality",)):
            found[fact] = _short(value)
        return {fact: found.get(fact, _default_modality(fact)) for fact in facts}

    def owners(self, records: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The facts to which evidence, or selectors of evidence, belong."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, chunk in _chunks(records):
            text = (
                f"SELECT ?r ?f WHERE {{ {_block('r', chunk)} GRAPH <{GRAPH_EVIDENCE}> {{ "
                f"{{ ?f <{TW}evidence> ?r }} UNION "
                f"{{ ?e <{OA}hasSelector> ?r . ?f <{TW}evidence> ?e }} }} }}"
            )
            for record, fact in self._rows(text):
                found[_value(record)].add(_value(fact))
        return {record: tuple(sorted(facts)) for record, facts in found.items()}

    def views(self, facts: Iterable[str]) -> Mapping[str, FactView]:
        """The views of facts and derived facts, and of all facts under them."""
        levels: list[dict[str, dict[str, list[Term]]]] = []
        sources: dict[str, list[str]] = {}
        seen = set(self._views)
        missing = sorted(set(facts) - seen)
        while missing:
            level: dict[str, dict[str, list[Term]]] = {fact: defaultdict(list) for fact in missing}
            seen.update(missing)
            for fact, predicate, value in self._qualifiers(missing, _QUALIFIERS):
                level[fact][predicate].append(value)
            for fact in missing:
                sources[fact] = sorted(_value(v) for v in level[fact][_DERIVED_FROM])
            levels.append(level)
            missing = sorted({s for fact in missing for s in sources[fact]} - seen)
        told = {fact: values for level in levels for fact, values in level.items()}
        triples = self._triples(sorted(told))
        evidence = self._evidence(sorted(fact for fact in told if fact.startswith(FACT)))
        while told:
            ready = [f for f in told if all(s in self._views for s in sources[f])]
            if not ready:
                raise QueryError(f"derived facts rest on each other in a circle: {min(told)}")
            for fact in ready:
                values = told.pop(fact)
                under = tuple(self._views[source] for source in sources[fact])
                self._views[fact] = _view(fact, triples[fact], values, under, evidence[fact])
        return self._views

    def _triples(self, facts: Sequence[str]) -> dict[str, tuple[Term, Term, Term]]:
        found: dict[str, tuple[Term, Term, Term]] = {}
        for _, chunk in _chunks(facts):
            text = f"SELECT ?f ?s ?p ?o WHERE {{ {_block('f', chunk)} GRAPH ?f {{ ?s ?p ?o }} }}"
            for graph, subject, predicate, object_ in self._rows(text):
                found[_value(graph)] = (subject, predicate, object_)
        for fact in facts:
            if fact not in found:
                raise QueryError(f"the graph of the fact {fact} has no triple")
        return found

    def _qualifiers(
        self, facts: Sequence[str], predicates: Iterable[str]
    ) -> Iterator[tuple[str, str, Term]]:
        listed = ", ".join(f"<{predicate}>" for predicate in predicates)
        for _, chunk in _chunks(facts):
            text = (
                f"SELECT ?f ?p ?o WHERE {{ {_block('f', chunk)} "
                f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f ?p ?o }} FILTER(?p IN ({listed})) }}"
            )
            for fact, predicate, value in self._rows(text):
                yield _value(fact), _value(predicate), value

    def _evidence(self, facts: Sequence[str]) -> dict[str, tuple[EvidenceView, ...]]:
        found: dict[str, list[EvidenceView]] = defaultdict(list)
        rows = [
            row
            for _, chunk in _chunks(facts)
            for row in self._rows(_EVIDENCE.replace("VALUES", _block("f", chunk)))
        ]
        self._learn_documents(sorted({_value(row[1]) for row in rows} - self._documents.keys()))
        for fact, document, exact, start, end, prefix, suffix in rows:
            found[_value(fact)].append(
                EvidenceView(
                    self._documents[_value(document)],
                    _value(document),
                    _value(exact),
                    int(_value(start)),
                    int(_value(end)),
                    _value(prefix),
                    _value(suffix),
                )
            )
        key = _evidence_key
        return defaultdict(tuple, {f: tuple(sorted(set(v), key=key)) for f, v in found.items()})

    def _learn_documents(self, documents: Sequence[str]) -> None:
        self._documents |= {document: document for document in documents}
        for _, chunk in _chunks(documents):
            text = (
                f"SELECT ?d ?name WHERE {{ {_block('d', chunk)} "
                f"{{ ?d <{DCTERMS}identifier> ?name }} UNION "
                f"{{ GRAPH ?g {{ ?d <{DCTERMS}identifier> ?name }} }} }}"
            )
            for document, name in self._rows(text):
                self._documents[_value(document)] = _value(name)

    def _rows(self, text: str) -> Iterator[Sequence[Term]]:
        answer = self._store.query(text)
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the store gave no solutions to a SELECT")
        for solution in answer:
            yield tuple(solution)


_DERIVED_FROM: Final = f"{PROV}wasDerivedFrom"
_QUALIFIERS: Final = (
    *(TW + name for name in ("modality", "statedBy", "when", "note", "recordStatus", "derivedBy")),
    _DERIVED_FROM,
)
_EVIDENCE: Final = (
    "SELECT ?f ?d ?exact ?start ?end ?prefix ?suffix WHERE { VALUES "
    f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f <{TW}evidence> ?e . ?e <{OA}hasSource> ?d ; "
    f"<{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . ?q <{OA}exact> ?exact . "
    f"?p <{OA}start> ?start ; <{OA}end> ?end . "
    f"OPTIONAL {{ ?q <{OA}prefix> ?prefix }} OPTIONAL {{ ?q <{OA}suffix> ?suffix }} }} }}"
)


def _view(
    iri: str,
    triple: tuple[Term, Term, Term],
    values: Mapping[str, Sequence[Term]],
    under: tuple[FactView, ...],
    evidence: tuple[EvidenceView, ...],
) -> FactView:
    def first(name: str) -> str:
        return min((_value(value) for value in values.get(TW + name, ())), default="")

    return FactView(
        iri,
        *triple,
        modality=first("modality").rpartition("/")[2] or _default_modality(iri),
        stated_by=tuple(sorted(values.get(f"{TW}statedBy", ()), key=str)),
        when=first("when"),
        note=first("note"),
        record_status=first("recordStatus").rpartition("/")[2],
        rule=first("derivedBy"),
        derived_from=under,
        evidence=evidence,
    )


def _evidence_key(view: EvidenceView) -> tuple[str, int, int]:
    return view.document, view.start, view.end


def _preferred(graphs: Iterable[str]) -> tuple[str, ...]:
    asserted = sorted({graph for graph in graphs if graph.startswith(FACT)})
    return tuple(asserted or sorted(set(graphs)))


def _default_modality(fact: str) -> str:
    return "derived" if fact.startswith(INFERENCE) else ""


def _short(term: Term) -> str:
    return _value(term).rpartition("/")[2]


def _value(term: Term | None) -> str:
    return "" if term is None else term.value


def _has_blank(term: Term | ox.Triple) -> bool:
    return isinstance(term, ox.BlankNode | ox.Triple)


def _block(variable: str, iris: Iterable[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"


def _chunks(items: Sequence[_T]) -> Iterator[tuple[int, Sequence[_T]]]:
    for start in range(0, len(items), _CHUNK):
        yield start, items[start : start + _CHUNK]
