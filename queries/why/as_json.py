"""Facts and explanations as JSON (``docs/design.md``, section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import pyoxigraph as ox

from ...graph.fact_view import EvidenceView, FactView
from ..results import term_json
from .explanation import Proof, RowExplanation

Json: TypeAlias = dict[str, Any]


def to_json(explanation: RowExplanation) -> Json:
    """One item of ``"why"``: ``facts``, ``definitions`` and ``absence``.

    Facts are asserted ones, each once. One that supports a derived triple of the witness has,
    beside its own keys, ``derived``: the derived facts that it lies under.
    """
    facts: dict[str, Json] = {}
    for fact in explanation.facts:
        for asserted in fact.asserted():
            item = facts.setdefault(asserted.iri, fact_json(asserted))
            if fact.is_derived:
                derived = item.setdefault("derived", [])
                if (entry := _statement(fact) | {"derivedBy": fact.rule}) not in derived:
                    derived.append(entry)
    return {
        "facts": list(facts.values()),
        "definitions": [_triple(proof) for proof in explanation.definitions],
        "absence": list(explanation.absence),
    }


def fact_json(fact: FactView) -> Json:
    """A fact with its evidence; a derived one with its rule and the facts under it."""
    item = _statement(fact) | {
        "modality": fact.modality,
        "evidence": [_evidence(part, quote) for quote in fact.quotes() for part in quote],
    }
    if fact.record_status not in ("", "asserted"):
        item |= _status(fact)
    if fact.is_derived:
        item["derivedBy"] = fact.rule
        item["derivedFrom"] = [fact_json(source) for source in fact.derived_from]
    return item


def _evidence(part: EvidenceView, quote: Sequence[EvidenceView]) -> Json:
    """One part of a quote: ``continues`` where it is not the first one.

    Where it is: ``context``, and ``unsaid``, what the fact is about and the quote does not name.
    """
    item: Json = {
        "document": part.document,
        "quote": part.quote,
        "start": part.start,
        "end": part.end,
    }
    if part is not quote[0]:
        item["continues"] = True
    if part.unsaid:
        item["unsaid"] = [term_json(term) for term in part.unsaid]
    if part is quote[0] and part.context:
        item["context"] = [
            {"quote": around.quote, "start": around.start, "end": around.end}
            for around in part.context
        ]
    return item


def _status(fact: FactView) -> Json:
    """Where a fact stands that is not simply asserted."""
    item: Json = {
        "recordStatus": fact.record_status,
        "statusReason": {reason.language: reason.value for reason in fact.status_reasons},
        "statusDate": fact.status_date,
        "supersededBy": fact.superseded_by,
    }
    return {key: value for key, value in item.items() if value}


def _statement(fact: FactView) -> Json:
    return {
        "fact": fact.iri,
        "subject": fact.subject.value,
        "predicate": fact.predicate.value,
        "object": term_json(fact.object),
    }


def _triple(proof: Proof) -> Json:
    assert not isinstance(proof.subject, ox.Triple)
    assert not isinstance(proof.object, ox.Triple)
    item: Json = {
        "subject": proof.subject.value,
        "predicate": proof.predicate.value,
        "object": term_json(proof.object),
    }
    if isinstance(proof, ox.Quad) and isinstance(proof.graph_name, ox.NamedNode):
        item["graph"] = proof.graph_name.value
    return item
