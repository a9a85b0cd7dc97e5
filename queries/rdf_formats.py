"""Exports in RDF that say more than triples: JSON-LD with our context, and nanopublications.

The JSON-LD is compacted: short names for properties, words by language. A nanopublication has the
assertion, provenance and publication info of one fact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import IO, Any, Final, NamedTuple

import pyoxigraph as ox

from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import all_facts, description
from ..graph.fact_record import FactRecord
from ..graph.store import Store
from ..messages.untrusted_text import escaped
from ..ontology.namespaces import BASE, DCTERMS, FACT, LICENCE, PREFIXES, PROV, RDF, RDFS, XSD
from ..ontology.schema import HERE

CONTEXT: Final = HERE / "context.jsonld"
_TYPE: Final = f"{RDF}type"


class _Key(NamedTuple):
    """How a property is written: its name, the type of its values, and its container."""

    name: str
    type: str = ""
    by_language: bool = False
    is_set: bool = False


class _Compactor:
    """Writes terms by a context (JSON-LD 1.1 Processing Algorithms, section 6)."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        #: Longest first, so that the shortest name is found.
        self._prefixes = sorted(
            ((iri, name) for name, iri in context.items()
             if isinstance(iri, str) and not iri.startswith("@") and iri[-1] in "#/"),
            key=lambda item: (-len(item[0]), item[1]),
        )  # fmt: skip
        self._names: dict[str, str] = {}
        self._keys: dict[str, _Key] = {}
        for name, told in context.items():
            if isinstance(told, dict):
                containers = told.get("@container", [])
                key = _Key(
                    name, self._expanded(told.get("@type", ""), context),
                    "@language" in containers, "@set" in containers,
                )  # fmt: skip
                self._keys[self._expanded(told.get("@id", name), context)] = key

    @staticmethod
    def _expanded(name: str, context: Mapping[str, Any]) -> str:
        prefix, _, local = name.partition(":")
        start = context.get(prefix)
        return f"{start}{local}" if isinstance(start, str) and local else name

    def iri(self, iri: str) -> str:
        """An IRI with the prefix of the longest namespace that it begins with, or as it is."""
        name = self._names.get(iri)
        if name is None:
            name = self._names[iri] = next(
                (f"{prefix}:{iri[len(start):]}" for start, prefix in self._prefixes
                 if iri.startswith(start) and not iri.startswith("//", len(start))),
                iri,
            )  # fmt: skip
        return name

    def node(self, subject: str, quads: Iterable[ox.Quad]) -> dict[str, Any]:
        """What quads say of their common subject, in their order."""
        node: dict[str, Any] = {"id": self.iri(subject)}
        for quad in quads:
            predicate, value = quad.predicate.value, quad.object
            if predicate == _TYPE and isinstance(value, ox.NamedNode):
                node.setdefault("type", []).append(self.iri(value.value))
                continue
            key = self._keys.get(predicate) or _Key(self.iri(predicate))
            if not key.by_language:
                node.setdefault(key.name, []).append(self._value(value, key.type))
            elif isinstance(value, ox.Literal) and value.language:
                words = node.setdefault(key.name, {})
                words.setdefault(value.language, []).append(value.value)
            else:
                # The whole IRI is no term, and so has no container.
                node.setdefault(predicate, []).append(self._value(value, ""))
        sets = {key.name for key in self._keys.values() if key.is_set}
        return {name: _single(found, is_set=name in sets) for name, found in node.items()}

    def _value(self, value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, kind: str) -> Any:
        if isinstance(value, ox.NamedNode):
            return self.iri(value.value) if kind == "@id" else {"id": self.iri(value.value)}
        assert isinstance(value, ox.Literal)
        if value.language:
            return {"@value": value.value, "@language": value.language}
        datatype = value.datatype.value
        if datatype == (kind or f"{XSD}string"):
            return value.value
        if datatype == f"{XSD}string":
            return {"@value": value.value}
        return {"@value": value.value, "@type": self.iri(datatype)}


def _single(found: Any, *, is_set: bool) -> Any:
    """One value without its list, unless the term is a set."""
    if isinstance(found, dict):
        return {name: _single(each, is_set=is_set) for name, each in found.items()}
    return found[0] if isinstance(found, list) and len(found) == 1 and not is_set else found


def write_compact(
    quads: Iterable[ox.Quad], out: IO[bytes], prefixes: Mapping[str, str] | None = None
) -> None:
    """Write quads, sorted by graph and subject, as one document with the context in it.

    ``prefixes`` are further ones, of a collection's own ontology. A node is written at a time.
    """
    context = json.loads(CONTEXT.read_text("utf-8"))["@context"]
    context = {**{name: iri for name, iri in (prefixes or {}).items() if name not in context},
               **context}  # fmt: skip
    compactor = _Compactor(context)
    out.write(f'{{"@context": {_json(context)},\n"graph": [\n'.encode())
    is_first = True
    for graph, found in groupby(quads, key=lambda quad: quad.graph_name):
        nodes: Iterable[str] = (
            _json(compactor.node(subject.value, list(told)))
            for subject, told in groupby(found, key=lambda quad: quad.subject)
            if isinstance(subject, ox.NamedNode)
        )
        if isinstance(graph, ox.NamedNode):
            inner = ",\n".join(nodes)
            nodes = [f'{{"id": {_json(compactor.iri(graph.value))}, "graph": [\n{inner}]}}']
        for node in nodes:
            out.write((node if is_first else f",\n{node}").encode())
            is_first = False
    out.write(b"\n]}\n")


def _json(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))


_NP: Final = PREFIXES["np"]
_SPACE: Final = f"{BASE}nanopub/"


def write_nanopubs(store: Store, out: IO[bytes], _language: str) -> None:
    """Write TriG with a nanopublication for each active fact that is stated as being so.

    What is only planned, expected, conditional or denied is left out: a nanopublication asserts
    what it holds (nanopub.net, guidelines, section 2).
    """
    quads = (
        quad
        for fact in all_facts(store, quotes=False)
        if fact.record_status in ACTIVE_STATUSES and not fact.is_prospect
        for quad in sorted(_nanopub(store, fact), key=str)
    )
    prefixes = {**PREFIXES, "nanopub": _SPACE}
    text = ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=prefixes)
    assert text is not None
    out.write(escaped(text.decode()).encode())


def _nanopub(store: Store, fact: FactRecord) -> Iterator[ox.Quad]:
    """The quads of one: what hangs on the fact in our graph hangs on its assertion here."""
    iri = _SPACE + fact.iri.removeprefix(FACT)
    this = ox.NamedNode(iri)
    head, assertion, provenance, info = (
        ox.NamedNode(f"{iri}#{name}") for name in ("Head", "assertion", "provenance", "pubinfo")
    )
    a = ox.NamedNode(f"{RDF}type")
    yield ox.Quad(this, a, ox.NamedNode(f"{_NP}Nanopublication"), head)
    for name, part in (
        ("hasAssertion", assertion), ("hasProvenance", provenance), ("hasPublicationInfo", info),
    ):  # fmt: skip
        yield ox.Quad(this, ox.NamedNode(_NP + name), part, head)
    source = ox.NamedNode(fact.iri)
    triple = ox.Triple(*fact.triple)  # type: ignore[arg-type]  # no fact has a literal as subject
    yield ox.Quad(triple.subject, triple.predicate, triple.object, assertion)
    for told in description(store, source):
        if told == triple:
            continue
        subject = assertion if told.subject == source else told.subject
        # It is no longer typed as our fact, which is a named graph of ours.
        if not (subject == assertion and told.predicate == a):
            yield ox.Quad(subject, told.predicate, told.object, provenance)
    derived = ox.NamedNode(f"{PROV}wasDerivedFrom")
    yield ox.Quad(assertion, derived, source, provenance)
    yield ox.Quad(this, ox.NamedNode(f"{DCTERMS}license"), ox.NamedNode(LICENCE), info)
    yield ox.Quad(this, derived, source, info)
    publisher = ox.NamedNode(BASE.rstrip("/"))
    yield ox.Quad(this, ox.NamedNode(f"{PROV}wasAttributedTo"), publisher, info)
    yield ox.Quad(publisher, ox.NamedNode(f"{RDFS}label"), ox.Literal("Taawun"), info)
