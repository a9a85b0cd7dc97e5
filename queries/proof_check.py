"""Check proofs without our store: quotes against the documents, the query over the witness.

A proof (``docs/proofs.md``) is checked by what anybody has: the bytes of the documents, and a
SPARQL engine. What is said to be absent, and that there is no more to count, shows only in a dump
of the whole graph, if one is given.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..graph.errors import InputError, QueryError, UnexplainableError
from ..graph.fact import Fact
from ..graph.store import EmbeddedStore, Term
from ..messages.message import Message, foreign
from ..ontology.namespaces import ID, TW
from .proof_json import VERSION
from .sparql.writer import shown_absence
from .why import explainable
from .why.verification import same, without_slice

Json: TypeAlias = dict[str, Any]
#: What the register says of entities without a document: codes, regions, words for readers.
_OF_THE_REGISTER: Final = frozenset(
    TW + name for name in ("inRegion", "iso3", "m49", "note", "cue", "notCue", "marksModality")
)
_TEXTS: Final = ("facts", "definitions", "absence", "witness", "asks")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of one proof found: its ``faults``, and what could not be checked."""

    faults: tuple[Message, ...]
    unchecked: tuple[Message, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults


def read_proofs(data: bytes, file: str) -> list[Json]:
    """The proofs of a file: an answer with ``--why --format json``, a list of proofs, or one.

    Raises ``InputError`` if the data is not JSON, or not of the form of proofs.
    """
    try:
        text = InputError.text_of(file, data)
        found = json.loads(text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        raise InputError("proof-not-json", file=file, reason=foreign(error)) from error
    if isinstance(found, dict):
        found = found.get("why") if "proof" not in found else [found]
    if not isinstance(found, list):
        raise InputError("proof-none", file=file)
    for number, proof in enumerate(found, 1):
        if key := _malformed(proof):
            raise InputError("proof-malformed", file=file, number=number, key=key)
    return found


def _without_repetition(pairs: list[tuple[str, Any]]) -> Json:
    """An object whose keys differ: of two equal ones, each reader might take another."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _malformed(proof: object) -> str:
    """The first key of a proof that is missing or has a value of another form."""
    if not isinstance(proof, dict) or proof.get("proof") != VERSION:
        return "proof"
    if not isinstance(proof.get("query"), str):
        return "query"
    if "unexplained" in proof:
        told = proof["unexplained"]
        is_told = isinstance(told, dict) and isinstance(told.get("message"), str)
        return "" if is_told else "unexplained"
    for key in _TEXTS:
        kind: type = dict if key in ("facts", "definitions") else str
        value = proof.get(key)
        if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
            return key
    if not _is_mapping(proof.get("documents"), str):
        return "documents"
    if not (_is_mapping(proof.get("row"), dict) or isinstance(proof.get("boolean"), bool)):
        return "row"
    with suppress(KeyError, TypeError, ValueError):
        for term in proof.get("row", {}).values():
            _term(term)
        for statement in _statements(proof):
            _ends(statement)
        for piece in _pieces(proof):
            _place(piece)
        for fact in proof["facts"]:
            _identity(fact)
        return ""
    return "facts"


def _is_mapping(value: object, kind: type) -> bool:
    return isinstance(value, dict) and all(isinstance(item, kind) for item in value.values())


def _term(found: Json) -> Term:
    """A term of SPARQL 1.1 Query Results JSON."""
    value = found["value"]
    if found["type"] == "uri":
        return ox.NamedNode(value)
    if found["type"] == "bnode":
        return ox.BlankNode(value)
    datatype = found.get("datatype")
    return ox.Literal(
        value,
        datatype=ox.NamedNode(datatype) if datatype else None,
        language=found.get("xml:lang"),
    )


def _ends(statement: Json) -> tuple[str, str, str]:
    return (
        str(ox.NamedNode(statement["subject"])),
        str(ox.NamedNode(statement["predicate"])),
        str(_term(statement["object"])),
    )


def _statements(proof: Json) -> Iterator[Json]:
    """Everything that the proof says of triples: facts, what is derived of them, definitions."""
    for fact in proof["facts"]:
        yield fact
        yield from fact.get("derived", ())
    yield from proof["definitions"]


def _pieces(proof: Json) -> Iterator[Json]:
    """The words that the proof quotes, and those around them, each with its document."""
    for fact in proof["facts"]:
        for piece in fact["evidence"]:
            yield piece
            for around in piece.get("context", ()):
                yield {"document": piece["document"], **around}


def _place(piece: Json) -> tuple[str, str, int, int]:
    """Document, quote and offsets of a piece. Raises ``TypeError`` if one is of another kind."""
    name, quote, start, end = (piece[key] for key in ("document", "quote", "start", "end"))
    is_sound = isinstance(name, str) and isinstance(quote, str)
    if not is_sound or type(start) is not int or type(end) is not int:
        raise TypeError
    return name, quote, start, end


class ProofChecker:
    """Checks proofs against the documents in some folders and, if given, a dump of the graph."""

    def __init__(self, folders: Sequence[Path], graph: ox.Store | None = None) -> None:
        self._folders = folders
        self._graph = EmbeddedStore(graph) if graph is not None else None
        self._bytes = cache(self._read)

    def check(self, proof: Json) -> Verdict:
        """What is wrong with a proof of the form that :func:`read_proofs` accepts."""
        if "unexplained" in proof:
            reason = foreign(proof["unexplained"]["message"])
            return Verdict((Message("proof-unexplained", reason=reason),))
        faults = [*_facts(proof), *self._documents(proof), *_grounds(proof), *_absences(proof)]
        faults += self._answer(proof)
        unchecked: list[Message] = []
        if self._graph is not None:
            faults += self._in_graph(self._graph, proof)
        elif proof["asks"]:
            unchecked.append(Message("proof-absences-unchecked", count=len(proof["asks"])))
        if self._graph is None and proof.get("closedWorld"):
            unchecked.append(Message("proof-totals-unchecked", count=1))
        if self._graph is None and proof["definitions"]:
            count = len(proof["definitions"])
            unchecked.append(Message("proof-definitions-unchecked", count=count))
        return Verdict(tuple(dict.fromkeys(faults)), tuple(unchecked))

    def _read(self, name: str) -> bytes | None:
        """The bytes of a document; its name is that of a file, not a path."""
        if Path(name).name != name or "\\" in name or "\0" in name:
            return None
        for folder in self._folders:
            with suppress(OSError):
                return (folder / name).read_bytes()
        return None

    def _documents(self, proof: Json) -> Iterator[Message]:
        """Every quote stands where it is said to, in a document of the bytes that are meant."""
        digests: Mapping[str, str] = proof["documents"]
        for piece in _pieces(proof):
            name, quote, start, end = _place(piece)
            data = self._bytes(name)
            if data is None:
                yield Message("proof-document-missing", document=name)
                continue
            if sha256(data).hexdigest() != digests.get(name):
                yield Message("proof-document-differs", document=name)
                continue
            text = data.decode("utf-8", "replace")
            if not 0 <= start < end <= len(text) or text[start:end] != quote:
                yield Message("proof-quote-differs", document=name, start=start, end=end)

    def _answer(self, proof: Json) -> Iterator[Message]:
        """The query gives the row again over the witness alone."""
        store = ox.Store()
        try:
            for line in proof["witness"]:
                store.extend(ox.parse(line, ox.RdfFormat.N_QUADS))
        except (SyntaxError, ValueError) as error:
            yield Message("proof-witness-unreadable", reason=foreign(error))
            return
        yield from _answered(EmbeddedStore(store), proof, "proof-row-differs")

    def _in_graph(self, graph: EmbeddedStore, proof: Json) -> Iterator[Message]:
        """The graph has the witness and the facts, gives the row, and lacks what is absent."""
        found: dict[ox.Triple, bool] = {}
        with suppress(SyntaxError, ValueError):
            for line in proof["witness"]:
                for quad in ox.parse(line, ox.RdfFormat.N_QUADS):
                    assert isinstance(quad, ox.Quad)
                    # FROM makes one default graph of several; one of them has the triple.
                    found[quad.triple] = found.get(quad.triple, False) or quad in graph.quads
        for fact in proof["facts"]:
            ends = ox.NamedNode(fact["subject"]), ox.NamedNode(fact["predicate"])
            quad = ox.Quad(*ends, _term(fact["object"]), ox.NamedNode(fact["fact"]))
            found[quad.triple] = found.get(quad.triple, True) and quad in graph.quads
        for triple, is_there in found.items():
            if not is_there:
                yield Message("proof-triple-not-in-graph", triple=str(triple))
        yield from _answered(graph, proof, "proof-row-not-in-graph")
        for ask in proof["asks"]:
            try:
                answer = graph.query(ask)
            except QueryError as error:
                yield Message("proof-query-invalid", reason=error.message)
                continue
            if not isinstance(answer, ox.QueryBoolean) or answer:
                yield Message("proof-absence-false", pattern=ask)


def _identity(fact: Json) -> str:
    """The IRI that a fact of this content has."""
    named = [("modality", ox.NamedNode(f"{ID}modality/{fact['modality']}"))]
    for key in ("statedBy", "onBehalfOf"):
        named += [(key, ox.NamedNode(iri)) for iri in fact.get(key, ())]
    told: list[tuple[str, ox.NamedNode | ox.Literal]] = [*named]
    if when := fact.get("when"):
        told.append(("when", ox.Literal(when)))
    if words := fact.get("dateText"):
        told.append(("dateText", ox.Literal(words, language="ar")))
    object_ = _term(fact["object"])
    if isinstance(object_, ox.BlankNode):
        raise TypeError
    ends = ox.NamedNode(fact["subject"]), ox.NamedNode(fact["predicate"])
    return Fact(*ends, object_, tuple(told), ()).iri


def _facts(proof: Json) -> Iterator[Message]:
    """Each fact has a quote, and the IRI of its content; no definition stands in for a fact."""
    for fact in proof["facts"]:
        if not fact["evidence"]:
            yield Message("proof-fact-without-quote", fact=fact["fact"])
        if _identity(fact) != fact["fact"]:
            yield Message("proof-fact-altered", fact=fact["fact"])
    for item in proof["definitions"]:
        predicate, is_entity = item["predicate"], item["subject"].startswith(ID)
        if is_entity and predicate.startswith(TW) and predicate not in _OF_THE_REGISTER:
            yield Message("proof-fact-as-definition", triple=" ".join(_ends(item)))


def _grounds(proof: Json) -> Iterator[Message]:
    """Every triple of the witness is said by a fact of the proof, derived, or a definition."""
    said = {_ends(statement) for statement in _statements(proof)}
    with suppress(SyntaxError, ValueError):
        for line in proof["witness"]:
            for quad in ox.parse(line, ox.RdfFormat.N_QUADS):
                if (str(quad.subject), str(quad.predicate), str(quad.object)) not in said:
                    yield Message("proof-triple-unsaid", triple=str(quad.triple))


def _absences(proof: Json) -> Iterator[Message]:
    """What is told to be absent is what the queries ask."""
    asked = {shown_absence(key, ask) for ask in proof["asks"] for key in ("NOT EXISTS", "MINUS")}
    for told in proof["absence"]:
        if told not in asked:
            yield Message("proof-absence-unasked", pattern=told)


def _answered(store: EmbeddedStore, proof: Json, code: str) -> Iterator[Message]:
    """A message with the code, unless the store answers the query as the proof says."""
    try:
        answer = store.query(without_slice(proof["query"]))
    except QueryError as error:
        yield Message("proof-query-invalid", reason=error.message)
        return
    if isinstance(answer, ox.QueryBoolean):
        if "row" in proof or bool(answer) != proof["boolean"]:
            yield Message(code)
        return
    if not isinstance(answer, ox.QuerySolutions) or "row" not in proof:
        yield Message(code)
        return
    names = [variable.value for variable in answer.variables]
    row = {name: _term(term) for name, term in proof["row"].items()}
    compared = _stable(proof["query"], names)
    is_given = row.keys() <= set(names) and any(
        all(same(solution[name], row.get(name)) for name in compared) for solution in answer
    )
    if not is_given:
        yield Message(code)


def _stable(query: str, names: Sequence[str]) -> Sequence[str]:
    """The columns whose values do not depend on the order of solutions, as SAMPLE's does."""
    try:
        select = explainable(query).select
    except (QueryError, UnexplainableError):
        return names
    unstable = {
        variable.name
        for i, variable in enumerate(select.variables)
        if i not in select.stable_columns
    }
    return [name for name in names if name not in unstable]
