"""Explanations: the facts and quotes that prove a row of an answer (``docs/why.md``)."""

from .explaining import explain, explain_or_say_why_not, explainable, is_grouped
from .explanation import Note, Proof, RowExplanation, Witness

__all__ = [
    "Note",
    "Proof",
    "RowExplanation",
    "Witness",
    "explain",
    "explain_or_say_why_not",
    "explainable",
    "is_grouped",
]
