"""The facts that say a triple: who says it, how, since when, and the quotes that prove it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final, TypeVar

import pyoxigraph as ox

from ..ontology.namespaces import DCTERMS, FACT, GRAPH_EVIDENCE, INFERENCE, OA, PROV, TW
from .errors import QueryError
from .fact import ACTIVE_STATUSES, PROSPECTS
from .fact_view import ContextView, EvidenceView, FactView
from .store import Store, Term, read

__all__ = ["EvidenceView", "FactReader", "FactView", "facts_of"]

_T = TypeVar("_T")
#: Rows of one VALUES block; endpoints limit the length of a query.
_CHUNK: Final = 1000


def facts_of(store: Store, triples: Iterable[ox.Triple]) -> dict[ox.Triple, tuple[FactView, ...]]:
    """For each triple the facts that say it, derived ones only where no other says that it is so.

    A triple that no fact says (a label, a type, a term of the ontology) has an empty tuple.
    A constant number of queries a thousand triples, and a few for each level of derivation.
    """
    wanted = list(dict.fromkeys(triples))
    reader = FactReader(store)
    graphs = reader.graphs(wanted)
    reader.load({graph for found in graphs.values() for graph in found})
    return {triple: tuple(map(reader.view, graphs.get(triple, ()))) for triple in wanted}


class FactReader:
    """Reads facts from a store in batches, each fact once.

    A fact that is not active (retracted, say) is not in the plain view, and so says no triple
    of it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._views: dict[str, FactView] = {}
        self._triples: dict[str, tuple[Term, Term, Term]] = {}
        self._qualifiers: dict[str, dict[str, list[Term]]] = {}
        self._documents: dict[str, str] = {}
        self._publishers: dict[str, str] = {}

    def graphs(
        self, triples: Sequence[ox.Triple], *, prospects: bool | None = None
    ) -> dict[ox.Triple, tuple[str, ...]]:
        """The fact graphs that say each triple; inference graphs only where none says it is so.

        ``prospects`` asks only for what stands in ``graph/prospects``, or only for what does not.
        """
        found: dict[ox.Triple, list[str]] = defaultdict(list)
        for start, chunk in _chunks(triples):
            rows = " ".join(
                f"({start + i} {t.subject} {t.predicate} {t.object})"
                for i, t in enumerate(chunk)
                if not isinstance(t.subject, ox.BlankNode) and not _has_blank(t.object)
            )
            text = (
                f"SELECT ?i ?g ?s ?p ?o WHERE {{ VALUES (?i ?s ?p ?o) {{ {rows} }} "
                f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{FACT}") '
                f'|| STRSTARTS(STR(?g), "{INFERENCE}")) }}'
            )
            for number, graph, *terms in self._rows(text):
                fact = _value(graph)
                found[triples[int(_value(number))]].append(fact)
                self._triples[fact] = (terms[0], terms[1], terms[2])
        facts = {fact for graphs in found.values() for fact in graphs}
        self._learn_qualifiers(facts)
        active = {fact for fact in facts if self._is_active(fact)}
        hopes = {fact for fact in active if self._is_prospect(fact)}
        plain = set() if prospects else active - hopes
        if prospects is False:
            hopes = set()
        return {
            triple: (*_preferred(plain.intersection(g)), *sorted(hopes.intersection(g)))
            for triple, g in found.items()
        }

    def modality(self, fact: str) -> str:
        """The short name of the modality of a fact, ``derived`` for a derived one."""
        self._learn_qualifiers({fact})
        return _modality(fact, self._qualifiers[fact])

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
        self._learn_qualifiers({fact for facts in found.values() for fact in facts})
        return {record: tuple(sorted(facts)) for record, facts in found.items()}

    def view(self, fact: str) -> FactView:
        """The view of one fact; read many with :meth:`load` first."""
        if fact not in self._views:
            self.load((fact,))
        return self._views[fact]

    def load(self, facts: Iterable[str]) -> None:
        """Read the views of facts and derived facts, and of all facts under them.

        Raises ``QueryError`` if a fact has no triple, or derived facts rest on each other.
        """
        waiting: dict[str, list[str]] = {}
        missing = set(facts) - self._views.keys()
        while missing:
            self._learn_qualifiers(missing)
            for fact in missing:
                sources = self._qualifiers[fact].get(_DERIVED_FROM, ())
                waiting[fact] = sorted(map(_value, sources))
            under = {source for fact in missing for source in waiting[fact]}
            missing = under - waiting.keys() - self._views.keys()
        self._learn_triples(sorted(waiting.keys() - self._triples.keys()))
        evidence = self._evidence(sorted(fact for fact in waiting if fact.startswith(FACT)))
        while waiting:
            ready = [f for f, under in waiting.items() if all(s in self._views for s in under)]
            if not ready:
                raise QueryError(f"derived facts rest on each other in a circle: {min(waiting)}")
            for fact in ready:
                sources_ = tuple(self._views[source] for source in waiting.pop(fact))
                self._views[fact] = _view(
                    fact, self._triples[fact], self._qualifiers[fact], sources_, evidence[fact]
                )

    def _is_active(self, fact: str) -> bool:
        statuses = self._qualifiers[fact].get(f"{TW}recordStatus", ())
        return all(_short(status) in ACTIVE_STATUSES for status in statuses)

    def _is_prospect(self, fact: str) -> bool:
        return any(_value(m) in PROSPECTS for m in self._qualifiers[fact].get(f"{TW}modality", ()))

    def _learn_qualifiers(self, facts: Set[str]) -> None:
        missing = sorted(facts - self._qualifiers.keys())
        self._qualifiers |= {fact: {} for fact in missing}
        for _, chunk in _chunks(missing):
            text = (
                f"SELECT ?f ?p ?o WHERE {{ {_block('f', chunk)} "
                f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f ?p ?o }} FILTER(?p IN ({_QUALIFIERS})) }}"
            )
            for fact, predicate, value in self._rows(text):
                values = self._qualifiers[_value(fact)].setdefault(_value(predicate), [])
                values.append(value)

    def _learn_triples(self, facts: Sequence[str]) -> None:
        for _, chunk in _chunks(facts):
            text = f"SELECT ?f ?s ?p ?o WHERE {{ {_block('f', chunk)} GRAPH ?f {{ ?s ?p ?o }} }}"
            for graph, subject, predicate, object_ in self._rows(text):
                self._triples[_value(graph)] = (subject, predicate, object_)
        for fact in facts:
            if fact not in self._triples:
                raise QueryError(f"the graph of the fact {fact} has no triple")

    def _evidence(self, facts: Sequence[str]) -> dict[str, tuple[EvidenceView, ...]]:
        found: dict[str, list[EvidenceView]] = defaultdict(list)
        rows = [
            row
            for _, chunk in _chunks(facts)
            for row in self._rows(_EVIDENCE.replace("VALUES", _block("f", chunk)))
        ]
        self._learn_documents(sorted({_value(row[2]) for row in rows} - self._documents.keys()))
        continued, around, unsaid = self._surroundings(facts)
        for fact, evidence, document, exact, start, end, prefix, suffix in rows:
            iri = _value(evidence)
            found[_value(fact)].append(
                EvidenceView(
                    self._documents[_value(document)],
                    _value(document),
                    _value(exact),
                    int(_value(start)),
                    int(_value(end)),
                    _value(prefix),
                    _value(suffix),
                    iri,
                    continued.get(iri, ""),
                    tuple(sorted(around.get(iri, ()), key=_context_key)),
                    self._publishers.get(_value(document), ""),
                    tuple(sorted(unsaid.get(iri, ()), key=str)),
                )
            )
        key = _evidence_key
        return defaultdict(tuple, {f: tuple(sorted(set(v), key=key)) for f, v in found.items()})

    def _surroundings(
        self, facts: Sequence[str]
    ) -> tuple[
        dict[str, str], dict[str, set[ContextView]], dict[str, set[ox.NamedNode | ox.Literal]]
    ]:
        """By evidence: the part that it continues, its context, and what it does not name."""
        continued: dict[str, str] = {}
        around: dict[str, set[ContextView]] = defaultdict(set)
        unsaid: dict[str, set[ox.NamedNode | ox.Literal]] = defaultdict(set)
        for _, chunk in _chunks(facts):
            for row in self._rows(_CONTEXT.replace("VALUES", _block("f", chunk))):
                evidence, before, part, exact, start, end = row
                if before:
                    continued[_value(evidence)] = _value(before)
                elif isinstance(part, ox.NamedNode | ox.Literal):
                    unsaid[_value(evidence)].add(part)
                else:
                    view = ContextView(_value(exact), int(_value(start)), int(_value(end)))
                    around[_value(evidence)].add(view)
        return continued, around, unsaid

    def _learn_documents(self, documents: Sequence[str]) -> None:
        self._documents |= {document: document for document in documents}
        for _, chunk in _chunks(documents):
            text = (
                f"SELECT ?d ?p ?v WHERE {{ {_block('d', chunk)} "
                f"{_block('p', (f'{DCTERMS}identifier', f'{DCTERMS}publisher'))} "
                f"{{ ?d ?p ?v }} UNION {{ GRAPH ?g {{ ?d ?p ?v }} }} }}"
            )
            for document, predicate, value in self._rows(text):
                is_name = _value(predicate) == f"{DCTERMS}identifier"
                known = self._documents if is_name else self._publishers
                known[_value(document)] = _value(value)

    def _rows(self, text: str) -> Iterator[Sequence[Term]]:
        answer = self._store.query(text)
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the store gave no solutions to a SELECT")
        for solution in read(answer):
            yield tuple(solution)


_DERIVED_FROM: Final = f"{PROV}wasDerivedFrom"
_QUALIFIERS: Final = (
    ", ".join(
        f"<{TW}{name}>"
        for name in (
            "modality",
            "statedBy",
            "when",
            "note",
            "recordStatus",
            "statusReason",
            "statusDate",
            "supersededBy",
            "derivedBy",
        )
    )
    + f", <{_DERIVED_FROM}>"
)
_EVIDENCE: Final = (
    "SELECT ?f ?e ?d ?exact ?start ?end ?prefix ?suffix WHERE { VALUES "
    f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f <{TW}evidence> ?e . ?e <{OA}hasSource> ?d ; "
    f"<{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . ?q <{OA}exact> ?exact . "
    f"?p <{OA}start> ?start ; <{OA}end> ?end . "
    f"OPTIONAL {{ ?q <{OA}prefix> ?prefix }} OPTIONAL {{ ?q <{OA}suffix> ?suffix }} }} }}"
)
_CONTEXT: Final = (
    "SELECT ?e ?before ?part ?exact ?start ?end WHERE { VALUES "
    f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f <{TW}evidence> ?e . {{ ?e <{TW}continues> ?before }} UNION "
    f"{{ ?e <{TW}doesNotName> ?part }} UNION {{ ?e <{TW}doesNotSay> ?part }} UNION "
    f"{{ ?e <{TW}context> ?c . ?c <{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . "
    f"?q <{OA}exact> ?exact . ?p <{OA}start> ?start ; <{OA}end> ?end }} }} }}"
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

    def texts(name: str) -> tuple[ox.Literal, ...]:
        found = (value for value in values.get(TW + name, ()) if isinstance(value, ox.Literal))
        return tuple(sorted(found, key=str))

    return FactView(
        iri,
        *triple,
        modality=_modality(iri, values),
        stated_by=tuple(sorted(values.get(f"{TW}statedBy", ()), key=str)),
        when=first("when"),
        notes=texts("note"),
        record_status=first("recordStatus").rpartition("/")[2],
        status_reasons=texts("statusReason"),
        status_date=first("statusDate"),
        superseded_by=first("supersededBy"),
        rule=first("derivedBy"),
        derived_from=under,
        evidence=evidence,
    )


def _evidence_key(view: EvidenceView) -> tuple[str, int, int]:
    return view.document, view.start, view.end


def _context_key(view: ContextView) -> tuple[int, int]:
    return view.start, view.end


def _preferred(graphs: Iterable[str]) -> tuple[str, ...]:
    asserted = sorted({graph for graph in graphs if graph.startswith(FACT)})
    return tuple(asserted or sorted(set(graphs)))


def _modality(fact: str, values: Mapping[str, Sequence[Term]]) -> str:
    if fact.startswith(INFERENCE):
        return "derived"
    return min(map(_short, values.get(f"{TW}modality", ())), default="")


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
