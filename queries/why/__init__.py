"""Why a row of an answer holds: the facts, and their quotes, that prove it (``docs/why.md``)."""

from .explaining import Note, Proof, RowExplanation, Witness, explain, is_grouped

__all__ = ["Note", "Proof", "RowExplanation", "Witness", "explain", "is_grouped"]
