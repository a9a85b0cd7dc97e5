"""Part of an answer as display text, for the terminal and the web pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..graph.errors import EndpointError
from ..graph.store import Store, Term
from .answer import Answer
from .fact_words import basis, name_of, reservations
from .results import Shown, Terms
from .why import RowExplanation, explain_or_say_why_not, is_grouped


class Named(NamedTuple):
    """A term of an answer (None for an unbound variable) and its label."""

    term: Term | None
    text: str


class AnswerTable(NamedTuple):
    """Some rows of an answer.

    ``reservations`` says for each row, in words, what it rests on besides asserted facts; None
    if that is unknown. ``proofs`` has an explanation for each row, or is empty.
    """

    headings: Sequence[str]
    rows: list[list[Named]]
    reservations: list[str] | None = None
    proofs: Sequence[RowExplanation] = ()

    @property
    def has_reservations(self) -> bool:
        """Whether any row rests on more than asserted facts."""
        return any(self.reservations or ())


def answer_table(
    store: Store,
    text: str,
    answer: Answer,
    block: Sequence[Terms],
    *,
    why: bool,
    marked: bool,
    seen: Counter[Terms] | None = None,
) -> AnswerTable:
    """A block of rows of the query ``text``, with their proofs or only their reservations.

    ``seen`` counts the rows of earlier blocks.

    Reservations are given for rows with a proof of their own. An aggregate row has the proofs of
    all its members: reading them is slow and says little, so only ``why`` does it.
    """
    rows = named(answer.shown, block)
    if why:
        terms = [dict(zip(answer.variables, row, strict=True)) for row in block]
        proofs = explain_or_say_why_not(store, text, terms, seen=seen)
    else:
        proofs = _short_proofs(store, text, answer, block) if marked else []
        if len(proofs) < len(rows):
            return AnswerTable(answer.headings, rows)
    shown = answer.shown
    found = [reservations(proof, shown.labels, shown.language) for proof in proofs]
    return AnswerTable(answer.headings, rows, found, proofs if why else ())


def bases(
    store: Store, text: str, answer: Answer, block: Sequence[Terms]
) -> list[list[str] | None]:
    """The ``basis`` of each row of a block."""
    proofs = _short_proofs(store, text, answer, block)
    return [basis(proof) for proof in proofs] or [None] * len(block)


def _short_proofs(
    store: Store, text: str, answer: Answer, block: Sequence[Terms]
) -> list[RowExplanation]:
    """One proof of each row, to see what it rests on; none for counts and from a failing store."""
    if is_grouped(text):
        return []
    terms = [dict(zip(answer.variables, row, strict=True)) for row in block]
    try:
        return explain_or_say_why_not(store, text, terms, alternatives=0)
    except EndpointError:
        return []


def named(shown: Shown, rows: Sequence[Terms]) -> list[list[Named]]:
    """The cells of some rows; labels are fetched in one batch."""
    shown.fetch(rows)
    return [
        [
            Named(term, "" if term is None else name_of(term, shown.labels, shown.language))
            for term in row
        ]
        for row in rows
    ]
