"""Export of facts as nanopublications: assertion, provenance and publication info of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

import pyoxigraph as ox

from ..graph.control_characters import escaped
from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import all_facts, description
from ..graph.fact_record import FactRecord
from ..graph.store import Store
from ..ontology.namespaces import BASE, DCTERMS, FACT, PREFIXES, PROV, RDF, RDFS

_NP: Final = PREFIXES["np"]
_SPACE: Final = f"{BASE}nanopub/"
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"


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
