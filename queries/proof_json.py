"""JSON for answers, entity cards and paths with their proofs (``docs/design.md``, section 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyoxigraph as ox

from ..graph.control_characters import escaped
from ..graph.fact_record import FactRecord, Json, fact_json, statement_json, term_json
from .disagreement import Disagreement
from .entity_card import EntityCard
from .network import Step
from .why import Proof, RowExplanation


def explanation_json(explanation: RowExplanation) -> Json:
    """One item of ``"why"``: ``facts``, ``definitions`` and ``absence``, else ``unexplained``.

    The facts are asserted and distinct. A fact that supports a derived triple of the witness
    has an extra key ``derived``: the derived facts that rest on it.
    """
    facts: dict[str, Json] = {}
    for fact in explanation.facts:
        for asserted in fact.asserted():
            told = facts.setdefault(asserted.iri, fact_json(asserted))
            if fact.is_derived:
                derived = told.setdefault("derived", [])
                if (entry := statement_json(fact) | {"derivedBy": fact.rule}) not in derived:
                    derived.append(entry)
    item: Json = {
        "facts": list(facts.values()),
        "definitions": [
            *(_triple(proof) for proof in explanation.definitions),
            *(_triple(proof) | {"register": True} for proof in explanation.register),
        ],
        "absence": list(explanation.absence),
    }
    if reason := explanation.unexplained:
        item["unexplained"] = {"code": reason.code, "message": str(reason)}
    return item


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


def card_json(
    card: EntityCard, facts: Sequence[FactRecord], disagreements: Sequence[Disagreement] = ()
) -> str:
    """An entity with all its facts."""
    return _dump(
        {
            "entity": card.iri,
            "labels": card.labels,
            "alsoCalled": card.aliases,
            "classes": card.classes,
            "notes": [{"language": n.language, "text": n.value} for n in card.notes],
            "matches": card.matches,
            "facts": [fact_json(fact) for fact in facts],
            "disagreements": [_disagreement_json(item) for item in disagreements],
        }
    )


def _disagreement_json(item: Disagreement) -> Json:
    return {
        "subject": item.subject.value,
        "predicate": item.predicate.value,
        "sides": [
            {"value": term_json(side.value), "facts": [fact_json(fact) for fact in side.facts]}
            for side in item.sides
        ],
    }


def paths_json(
    ways: Sequence[Sequence[Step]], facts: Mapping[ox.Triple, Sequence[FactRecord]]
) -> str:
    """Paths between two entities, each step with the facts that state it."""
    return _dump(
        {
            "paths": [
                [
                    {
                        "subject": step.subject.value,
                        "predicate": step.predicate.value,
                        "object": step.object.value,
                        "forward": step.is_forward,
                        "facts": [fact_json(fact) for fact in facts.get(step.triple, ())],
                    }
                    for step in way
                ]
                for way in ways
            ]
        }
    )


def facts_json(facts: Sequence[FactRecord]) -> str:
    """Facts, each with its evidence."""
    return _dump([fact_json(fact) for fact in facts])


def _dump(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False, indent=2))
