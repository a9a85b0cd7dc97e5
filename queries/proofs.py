"""Cards, paths and answers with their proof, for programs: the JSON of ``docs/design.md``, §5."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyoxigraph as ox

from ..graph.control_characters import escaped
from ..graph.fact import OMISSION
from .corroboration import Support, support
from .disagreement import Disagreement
from .entity_card import EntityCard
from .network import Step
from .results import term_json
from .why import FactView, fact_json


def card_json(
    card: EntityCard, facts: Sequence[FactView], disagreements: Sequence[Disagreement] = ()
) -> str:
    """An entity with all of its facts, each with its evidence and with who says the same."""
    supports = support(facts)
    return _dump(
        {
            "entity": card.iri,
            "labels": card.labels,
            "alsoCalled": card.aliases,
            "classes": card.classes,
            "notes": [{"language": n.language, "text": n.value} for n in card.notes],
            "matches": card.matches,
            "facts": [
                fact_json(fact)
                | _support_json(supports.get((fact.subject, fact.predicate, fact.object)))
                for fact in facts
            ],
            "disagreements": [_disagreement_json(item) for item in disagreements],
        }
    )


def _support_json(support: Support | None) -> dict[str, Any]:
    """The documents that state a triple; empty for what no document states."""
    if support is None:
        return {}
    documents, publishers = sorted(support.documents), sorted(support.publishers)
    return {"support": {"documents": documents, "publishers": publishers}}


def _disagreement_json(item: Disagreement) -> dict[str, Any]:
    return {
        "subject": item.subject.value,
        "predicate": item.predicate.value,
        "sides": [
            {"value": term_json(side.value), "facts": [fact_json(fact) for fact in side.facts]}
            for side in item.sides
        ],
    }


def paths_json(
    ways: Sequence[Sequence[Step]], facts: Mapping[ox.Triple, Sequence[FactView]]
) -> str:
    """Ways between two entities, each step with the facts that say it."""
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


def facts_json(facts: Sequence[FactView]) -> str:
    """Facts, each with its evidence."""
    return _dump([fact_json(fact) for fact in facts])


def quotes_of(facts: Sequence[FactView]) -> str:
    """The quotes under some facts, each once with its document and offsets, as one line."""
    found: dict[str, None] = {}
    for fact in facts:
        for asserted in fact.asserted():
            for parts in asserted.quotes():
                words = f" {OMISSION} ".join(part.quote for part in parts)
                spans = " ".join(f"[{part.start}:{part.end}]" for part in parts)
                found[f"«{words}» {parts[0].document} {spans}"] = None
    return " ‖ ".join(found)


def _dump(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False, indent=2))
