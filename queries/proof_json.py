"""JSON for answers, entity cards and paths with their proofs (``docs/design.md``, section 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import pyoxigraph as ox

from ..graph.fact_record import FactRecord, Json, fact_json, statement_json, term_json
from ..graph.store import EmbeddedStore, Store, Term, select
from ..messages.untrusted_text import escaped
from ..ontology.namespaces import DCTERMS, SCHEMA
from .disagreement import Disagreement
from .entity_card import EntityCard
from .network import Step
from .why import Proof, RowExplanation, explainable

#: The version of the proofs' format.
VERSION: Final = 1
#: Under which a store keeps the digests of its documents.
_DIGESTS: Final = "digests"


class ProofWriter:
    """Writes the proofs of one answer, each complete in itself (``docs/proofs.md``).

    ``text`` is the query as it was run.
    """

    def __init__(self, store: Store, text: str) -> None:
        self._store, self._text = store, text

    def of_row(
        self, explanation: RowExplanation, variables: Sequence[str], terms: Sequence[Term | None]
    ) -> Json:
        """The proof of a row of a SELECT."""
        row = zip(variables, terms, strict=True)
        return self._proof(explanation, row={v: term_json(t) for v, t in row if t is not None})

    def of_truth(self, explanation: RowExplanation, is_true: bool) -> Json:
        """The proof of an ASK."""
        return self._proof(explanation, boolean=is_true)

    def _proof(self, explanation: RowExplanation, **answer: Any) -> Json:
        item = explanation_json(explanation) | {"proof": VERSION, "query": self._text, **answer}
        if explanation.unexplained:
            return item
        pieces = (piece for fact in item["facts"] for piece in fact["evidence"])
        names = sorted({piece["document"] for piece in pieces})
        lines = map(self._lines, explanation.witness.triples)
        item["witness"] = [line for found in lines for line in found]
        item["asks"] = list(explanation.asks)
        item["documents"] = {name: self._digests.get(name, "") for name in names}
        if explanation.is_aggregate:
            item["closedWorld"] = True
        if build := getattr(self._store, "build", ""):
            item["build"] = build
        return item

    def _lines(self, proof: Proof) -> list[str]:
        """The N-Quads of a triple: FROM makes a default graph of the graphs that it names."""
        if isinstance(proof, ox.Quad):
            return [f"{proof} ."]
        return [f"{proof} {graph} ." for graph in self._graphs] or [f"{proof} ."]

    @cached_property
    def _graphs(self) -> Sequence[ox.NamedNode]:
        return explainable(self._text).default_graphs

    @cached_property
    def _digests(self) -> dict[str, str]:
        """The sha256 of each document, by the name of its file."""
        if isinstance(self._store, EmbeddedStore):
            kept = self._store.kept
            if (found := kept.get(_DIGESTS)) is None:
                found = kept[_DIGESTS] = self._read_digests()
            return found  # type: ignore[return-value]
        return self._read_digests()

    def _read_digests(self) -> dict[str, str]:
        text = f"SELECT ?n ?h {{ ?d <{DCTERMS}identifier> ?n ; <{SCHEMA}sha256> ?h }}"
        return {row["n"].value: row["h"].value for row in select(self._store, text)}


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
