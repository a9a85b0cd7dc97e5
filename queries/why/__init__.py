"""Why a row of an answer holds: the facts, and their quotes, that prove it (``docs/why.md``)."""

from ...graph.fact_reader import FactReader, facts_of
from ...graph.fact_view import EvidenceView, FactView
from .as_json import fact_json, to_json
from .explaining import explain
from .explanation import Note, Proof, RowExplanation, Witness

__all__ = [
    "EvidenceView",
    "FactReader",
    "FactView",
    "Note",
    "Proof",
    "RowExplanation",
    "Witness",
    "explain",
    "fact_json",
    "facts_of",
    "to_json",
]
