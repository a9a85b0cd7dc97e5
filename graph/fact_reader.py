"""The one reader of facts: the triples that facts say, how they are said, and their quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final, TypeVar

import pyoxigraph as ox

from ..ontology.namespaces import DCTERMS, FACT, GRAPH_EVIDENCE, INFERENCE, OA, PROV, TW
from .errors import QueryError
from .fact import ACTIVE_STATUSES
from .fact_record import NOBODY, FactRecord, Quote, QuotePart, Support, TripleTerms
from .store import Store, Term, read

_T = TypeVar("_T")
#: Rows of one VALUES block; endpoints limit the length of a query.
_CHUNK: Final = 1000


def facts_of(store: Store, triples: Iterable[ox.Triple]) -> dict[ox.Triple, tuple[FactRecord, ...]]:
    """For each triple the facts that say it, derived ones only where no asserted one does.

    A triple that no fact says (a label, a type, a term of the ontology) has an empty tuple.
    A constant number of queries a thousand triples, and a few for each level of derivation.
    """
    wanted = list(dict.fromkeys(triples))
    reader = FactReader(store)
    graphs = reader.graphs(wanted)
    reader.load({graph for found in graphs.values() for graph in found})
    return {triple: tuple(map(reader.get, graphs.get(triple, ()))) for triple in wanted}


def all_facts(store: Store, *, quotes: bool = True) -> Iterator[FactRecord]:
    """Every fact of the graph in the order of their IRIs, whatever its record status.

    Derived facts are left out. The graph is read in a few queries, and each record made when it
    is asked for. Without ``quotes`` the records have neither quotes nor support: for those who
    need the triples and qualifiers alone.
    """
    return FactReader(store).all(quotes=quotes)


def description(store: Store, node: ox.NamedNode) -> Iterable[ox.Triple]:
    """What the graph records of a fact, a piece of evidence, a passage or a selector, as RDF.

    Of a fact everything that a :class:`FactRecord` tells: its triple, its qualifiers, its
    evidence and context with their selectors. Of the others also what refers to them.
    """
    is_fact = node.value.startswith((FACT, INFERENCE))
    refers = "" if is_fact else f"UNION {{ ?s ?p ?o VALUES ?o {{ {node} }} }}"
    answer = store.query(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ GRAPH {node} {{ ?s ?p ?o }} }} UNION "
        f"{{ GRAPH <{GRAPH_EVIDENCE}> {{ {{ {node} (<{TW}evidence>|<{TW}context>|"
        f"<{OA}hasSelector>)* ?s . ?s ?p ?o }} {refers} }} }} }}"
    )
    if not isinstance(answer, ox.QueryTriples):
        raise QueryError("the store gave no triples to a CONSTRUCT")
    return read(answer)


class FactReader:
    """Reads facts from a store in batches, each fact once.

    A fact that is not active (retracted, say) is not in the plain view, and so says no triple
    of it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records: dict[str, FactRecord] = {}
        self._triples: dict[str, TripleTerms] = {}
        self._qualifiers: dict[str, dict[str, list[Term]]] = {}
        self._quotes: dict[str, tuple[Quote, ...]] = {}
        #: The active facts that say a triple; derived ones where there are no others.
        self._saying: dict[TripleTerms, tuple[str, ...]] = {}
        self._supports: dict[frozenset[str], Support] = {}
        self._documents: dict[str, str] = {}
        self._publishers: dict[str, str] = {}

    def graphs(self, triples: Iterable[ox.Triple]) -> Mapping[ox.Triple, tuple[str, ...]]:
        """The fact graphs that say each triple; inference graphs only where there are none."""
        terms = {t: (t.subject, t.predicate, t.object) for t in triples if not _has_blank(t)}
        self._learn_saying(terms.values())  # type: ignore[arg-type]  # none has a triple in it
        return {triple: self._saying[found] for triple, found in terms.items()}  # type: ignore[index]

    def _learn_saying(self, triples: Iterable[TripleTerms]) -> None:
        missing = [triple for triple in dict.fromkeys(triples) if triple not in self._saying]
        found: dict[TripleTerms, list[str]] = {triple: [] for triple in missing}
        for start, chunk in _chunks(missing):
            rows = " ".join(f"({start + i} {s} {p} {o})" for i, (s, p, o) in enumerate(chunk))
            text = (
                f"SELECT ?i ?g ?s ?p ?o WHERE {{ VALUES (?i ?s ?p ?o) {{ {rows} }} "
                f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{FACT}") '
                f'|| STRSTARTS(STR(?g), "{INFERENCE}")) }}'
            )
            for number, graph, *terms in self._rows(text):
                found[missing[int(_value(number))]].append(_value(graph))
                self._triples[_value(graph)] = (terms[0], terms[1], terms[2])
        facts = {fact for graphs in found.values() for fact in graphs}
        self._learn_qualifiers(facts)
        active = {fact for fact in facts if self._is_active(fact)}
        self._saying |= {triple: _preferred(active.intersection(g)) for triple, g in found.items()}

    def modality(self, fact: str) -> str:
        """The short name of the modality of a fact, ``derived`` for a derived one."""
        self._learn_qualifiers({fact})
        return _modality(fact, self._qualifiers[fact])

    def owners(self, records: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The facts to which evidence, its selectors and the passages beside it belong."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, chunk in _chunks(records):
            text = (
                f"SELECT ?r ?f WHERE {{ {_block('r', chunk)} GRAPH <{GRAPH_EVIDENCE}> {{ "
                f"{{ ?f <{TW}evidence> ?r }} UNION "
                f"{{ ?e <{OA}hasSelector> ?r . ?f <{TW}evidence> ?e }} UNION "
                f"{{ ?e <{TW}context> ?r . ?f <{TW}evidence> ?e }} }} }}"
            )
            for record, fact in self._rows(text):
                found[_value(record)].add(_value(fact))
        self._learn_qualifiers({fact for facts in found.values() for fact in facts})
        return {record: tuple(sorted(facts)) for record, facts in found.items()}

    def in_document(self, document: str) -> list[FactRecord]:
        """The facts that quote the document with that IRI."""
        text = (
            f"SELECT DISTINCT ?f WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ "
            f"?e <{OA}hasSource> <{document}> . ?f <{TW}evidence> ?e }} }}"
        )
        facts = sorted(_value(fact) for (fact,) in self._rows(text))
        self.load(facts)
        return list(map(self.get, facts))

    def get(self, fact: str) -> FactRecord:
        """The record of one fact; read many with :meth:`load` first."""
        if fact not in self._records:
            self.load((fact,))
        return self._records[fact]

    def load(self, facts: Iterable[str]) -> None:
        """Read the records of facts and derived facts, and of all facts under them.

        Raises ``QueryError`` if a fact has no triple, or derived facts rest on each other.
        """
        waiting: dict[str, list[str]] = {}
        missing = set(facts) - self._records.keys()
        while missing:
            self._learn_qualifiers(missing)
            for fact in missing:
                sources = self._qualifiers[fact].get(_DERIVED_FROM, ())
                waiting[fact] = sorted(map(_value, sources))
            under = {source for fact in missing for source in waiting[fact]}
            missing = under - waiting.keys() - self._records.keys()
        self._learn_triples(sorted(waiting.keys() - self._triples.keys()))
        stated = sorted(fact for fact in waiting if fact.startswith(FACT))
        triples = {self._triples[fact] for fact in stated}
        self._learn_saying(triples)
        self._learn_quotes({*stated, *(fact for t in triples for fact in self._saying[t])})
        while waiting:
            ready = [f for f, under in waiting.items() if all(s in self._records for s in under)]
            if not ready:
                raise QueryError(f"derived facts rest on each other in a circle: {min(waiting)}")
            for fact in ready:
                sources_ = tuple(self._records[source] for source in waiting.pop(fact))
                self._records[fact] = self._record(fact, sources_)

    def all(self, *, quotes: bool) -> Iterator[FactRecord]:
        """See :func:`all_facts`; a new reader does this once, and nothing else."""
        self._take_qualifiers(_ALL_QUALIFIERS)
        for graph, *terms in self._rows(_ALL_TRIPLES):
            self._triples[_value(graph)] = (terms[0], terms[1], terms[2])
        if quotes:
            self._take_quotes(_EVIDENCE.format(""), _AROUND.format(""))
            for fact, triple in self._triples.items():
                if self._is_active(fact):
                    self._saying[triple] = (*self._saying.get(triple, ()), fact)
        for fact in sorted(self._triples):
            yield self._record(fact, ())

    def _is_active(self, fact: str) -> bool:
        statuses = self._qualifiers.get(fact, {}).get(_STATUS)
        return statuses is None or all(_short([one]) in ACTIVE_STATUSES for one in statuses)

    def _learn_qualifiers(self, facts: Set[str]) -> None:
        missing = sorted(facts - self._qualifiers.keys())
        self._qualifiers |= {fact: {} for fact in missing}
        for _, chunk in _chunks(missing):
            self._take_qualifiers(
                f"SELECT ?f ?p ?o WHERE {{ {_block('f', chunk)} GRAPH <{GRAPH_EVIDENCE}> "
                f"{{ ?f ?p ?o }} FILTER(?p IN ({_QUALIFIERS.replace(' ', ', ')})) }}"
            )

    def _take_qualifiers(self, text: str) -> None:
        for fact, predicate, value in self._rows(text):
            found = self._qualifiers.setdefault(_value(fact), {})
            found.setdefault(_value(predicate), []).append(value)

    def _learn_triples(self, facts: Sequence[str]) -> None:
        for _, chunk in _chunks(facts):
            text = f"SELECT ?f ?s ?p ?o WHERE {{ {_block('f', chunk)} GRAPH ?f {{ ?s ?p ?o }} }}"
            for fact, *terms in self._rows(text):
                self._triples[_value(fact)] = (terms[0], terms[1], terms[2])
        if lost := [fact for fact in facts if fact not in self._triples]:
            raise QueryError(f"the graph of the fact {lost[0]} has no triple")

    def _learn_quotes(self, facts: Set[str]) -> None:
        missing = sorted(fact for fact in facts - self._quotes.keys() if fact.startswith(FACT))
        self._quotes |= dict.fromkeys(missing, ())
        for _, chunk in _chunks(missing):
            block = _block("f", chunk)
            self._take_quotes(_EVIDENCE.format(block), _AROUND.format(f"{block} {_OF_FACT}"))

    def _take_quotes(self, evidence: str, around: str) -> None:
        """Read quotes with what stands around them, and put the parts of each together."""
        continued: dict[str, str] = {}
        context: dict[str, set[QuotePart]] = defaultdict(set)
        unsaid: dict[str, set[ox.NamedNode | ox.Literal]] = defaultdict(set)
        for row in self._rows(around):
            iri, before, _, passage, exact, start, end = map(_value, row)
            if before:
                continued[iri] = before
            elif passage:
                context[iri].add(QuotePart(exact, int(start), int(end), iri=passage))
            elif isinstance(row[2], ox.NamedNode | ox.Literal):
                unsaid[iri].add(row[2])
        parts: dict[str, dict[str, tuple[str, QuotePart]]] = defaultdict(dict)
        for row in self._rows(evidence):
            fact, iri, document, exact, start, end, prefix, suffix = map(_value, row)
            part = QuotePart(exact, int(start), int(end), prefix, suffix, iri)
            parts[fact][iri] = document, part
        documents = {document for found in parts.values() for document, _ in found.values()}
        self._learn_documents(sorted(documents - self._documents.keys()))
        for fact, found in parts.items():
            quotes = [
                Quote(
                    self._documents[document],
                    document,
                    chain,
                    self._publishers.get(document, ""),
                    _beside(chain, context, _place),
                    _beside(chain, unsaid, str),
                )
                for document, chain in _chains(found, continued)
            ]
            quotes.sort(key=_first_place)
            self._quotes[fact] = tuple(quotes)

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

    def _record(self, fact: str, under: tuple[FactRecord, ...]) -> FactRecord:
        values, triple = self._qualifiers.get(fact, {}), self._triples[fact]
        said: dict[str, Any] = {}
        for predicate, found in values.items():
            if predicate in _FIELDS:
                field, told = _FIELDS[predicate]
                said[field] = told(found)
        quotes = self._quotes.get(fact, ())
        return FactRecord(
            fact,
            *triple,
            modality=_modality(fact, values),
            derived_from=under,
            quotes=quotes,
            support=self._support(fact, triple) if quotes else NOBODY,
            **said,
        )

    def _support(self, fact: str, triple: TripleTerms) -> Support:
        """The documents of the fact and of all active facts that say its triple."""
        said = (fact, *self._saying.get(triple, ()))
        documents = frozenset(
            quote.document_iri for one in said for quote in self._quotes.get(one, ())
        )
        if documents not in self._supports:
            publishers = [self._publishers.get(document, "") for document in documents]
            self._supports[documents] = Support(
                frozenset(self._documents[document] for document in documents),
                frozenset(filter(None, publishers)),
                publishers.count(""),
            )
        return self._supports[documents]

    def _rows(self, text: str) -> Iterator[Sequence[Term]]:
        answer = self._store.query(text)
        if not isinstance(answer, ox.QuerySolutions):
            raise QueryError("the store gave no solutions to a SELECT")
        for solution in read(answer):
            yield tuple(solution)


def _terms(found: Sequence[Term]) -> tuple[Term, ...]:
    return tuple(sorted(found, key=str)) if len(found) > 1 else tuple(found)


def _texts(found: Sequence[Term]) -> tuple[ox.Literal, ...]:
    return tuple(term for term in _terms(found) if isinstance(term, ox.Literal))


def _text(found: Sequence[Term]) -> str:
    return min(map(_value, found))


def _short(found: Sequence[Term]) -> str:
    return _text(found).rpartition("/")[2]


_STATUS: Final = f"{TW}recordStatus"
_DERIVED_FROM: Final = f"{PROV}wasDerivedFrom"
#: What is said of a fact: the field of a record, and how values become its content.
_FIELDS: Final[Mapping[str, tuple[str, Callable[[Sequence[Term]], object]]]] = {
    f"{TW}statedBy": ("stated_by", _terms),
    f"{TW}onBehalfOf": ("on_behalf_of", _terms),
    f"{TW}when": ("when", _text),
    f"{TW}dateText": ("date_text", _text),
    f"{TW}note": ("notes", _texts),
    f"{PROV}wasAttributedTo": ("attributed_to", _terms),
    _STATUS: ("record_status", _short),
    f"{TW}statusReason": ("status_reasons", _texts),
    f"{TW}statusDate": ("status_date", _text),
    f"{TW}supersededBy": ("superseded_by", _text),
    f"{TW}derivedBy": ("rule", _text),
}
_QUALIFIERS: Final = " ".join(f"<{iri}>" for iri in (f"{TW}modality", *_FIELDS, _DERIVED_FROM))
_ALL_QUALIFIERS: Final = (
    f"SELECT ?f ?p ?o WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ "
    f"VALUES ?p {{ {_QUALIFIERS} }} ?f ?p ?o }} }}"
)
_ALL_TRIPLES: Final = (
    f"SELECT ?f ?s ?p ?o WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?f a <{TW}Fact> }} "
    "GRAPH ?f { ?s ?p ?o } }"
)
_OF_FACT: Final = f"GRAPH <{GRAPH_EVIDENCE}> {{ ?f <{TW}evidence> ?e }}"
#: Both stand for all facts, or for those of a VALUES block.
_EVIDENCE: Final = (
    "SELECT ?f ?e ?d ?exact ?start ?end ?prefix ?suffix WHERE {{ {} "
    f"GRAPH <{GRAPH_EVIDENCE}> {{{{ ?f <{TW}evidence> ?e . ?e <{OA}hasSource> ?d ; "
    f"<{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . ?q <{OA}exact> ?exact . "
    f"?p <{OA}start> ?start ; <{OA}end> ?end . "
    f"OPTIONAL {{{{ ?q <{OA}prefix> ?prefix }}}} OPTIONAL {{{{ ?q <{OA}suffix> ?suffix }}}} "
    "}} }}"
)
_AROUND: Final = (
    "SELECT ?e ?before ?said ?c ?exact ?start ?end WHERE {{ {} "
    f"GRAPH <{GRAPH_EVIDENCE}> {{{{ {{{{ ?e <{TW}continues> ?before }}}} UNION "
    f"{{{{ ?e <{TW}doesNotName> ?said }}}} UNION {{{{ ?e <{TW}doesNotSay> ?said }}}} UNION "
    f"{{{{ ?e <{TW}context> ?c . ?c <{OA}hasSelector> ?q ; <{OA}hasSelector> ?p . "
    f"?q <{OA}exact> ?exact . ?p <{OA}start> ?start ; <{OA}end> ?end }}}} }}}} }}}}"
)


def _chains(
    found: Mapping[str, tuple[str, QuotePart]], continued: Mapping[str, str]
) -> Iterator[tuple[str, tuple[QuotePart, ...]]]:
    """The parts of each quote in order, with its document; a part is never lost."""
    if len(found) == 1:
        for document, part in found.values():
            yield document, (part,)
        return
    after: dict[str, list[QuotePart]] = defaultdict(list)
    for _, part in found.values():
        before = continued.get(part.iri, "")
        after[before if before in found else ""].append(part)
    for first in after.pop("", ()):
        chain = [first]
        while following := after.pop(chain[-1].iri, ()):
            chain += following
        yield found[first.iri][0], tuple(chain)
    for part in (part for parts in after.values() for part in parts):
        yield found[part.iri][0], (part,)


def _beside(
    chain: Iterable[QuotePart], known: Mapping[str, set[_T]], key: Callable[[_T], Any]
) -> tuple[_T, ...]:
    """What stands beside the parts of a quote, in order."""
    found = {item for part in chain if part.iri in known for item in known[part.iri]}
    return tuple(sorted(found, key=key)) if found else ()


def _place(part: QuotePart) -> tuple[int, int]:
    return part.start, part.end


def _first_place(quote: Quote) -> tuple[str, int, int]:
    return quote.document, quote.parts[0].start, quote.parts[0].end


def _preferred(graphs: Iterable[str]) -> tuple[str, ...]:
    asserted = sorted({graph for graph in graphs if graph.startswith(FACT)})
    return tuple(asserted or sorted(set(graphs)))


def _modality(fact: str, values: Mapping[str, Sequence[Term]]) -> str:
    if fact.startswith(INFERENCE):
        return "derived"
    return _short(values[f"{TW}modality"]) if f"{TW}modality" in values else ""


def _value(term: Term | None) -> str:
    return "" if term is None else term.value


def _has_blank(triple: ox.Triple) -> bool:
    return any(isinstance(term, ox.BlankNode | ox.Triple) for term in triple)


def _block(variable: str, iris: Iterable[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"


def _chunks(items: Sequence[_T]) -> Iterator[tuple[int, Sequence[_T]]]:
    for start in range(0, len(items), _CHUNK):
        yield start, items[start : start + _CHUNK]
