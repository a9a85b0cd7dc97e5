"""The answer to a SELECT query while it is being read: row after row, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Final

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..graph.store import Store, read
from .question import Question
from .results import Shown, Table, Terms, terms_of

#: Rows are read in blocks: the first ones are small, so that a reader sees something at once.
_FIRST: Final = 16
_BLOCK: Final = 1024


class Answer:
    """Variables and rows of an answer, with what they are called; the rows can be read once."""

    def __init__(self, solutions: ox.QuerySolutions, shown: Shown) -> None:
        self.solutions, self.shown = solutions, shown
        self.variables = tuple(variable.value for variable in solutions.variables)

    @cached_property
    def headings(self) -> list[str]:
        """What the columns are called in the answer's language."""
        return [self.shown.column(name) for name in self.variables]

    def rows(self) -> Iterator[Terms]:
        """The rows that have not been read yet."""
        return map(terms_of, read(self.solutions))

    def blocks(self, first: int = _FIRST, most: int = _BLOCK) -> Iterator[list[Terms]]:
        """The rows in blocks, from ``first`` rows to ``most``; there is none if no row is left."""
        rows, size = self.rows(), first
        while block := list(islice(rows, size)):
            yield block
            size = min(8 * size, most)


def ask(store: Store, question: Question, language: str, text: str | None = None) -> Answer:
    """The answer to a stored question, as it stands or with the values that ``text`` has.

    Raises ``QueryError`` where it cannot be run.
    """
    if text is None:
        from .prefixes import with_prefixes

        text = with_prefixes(question.text, store)
    solutions = store.query(text)
    if not isinstance(solutions, ox.QuerySolutions):
        raise QueryError("question-not-select", file=f"{question.name}.rq")
    return Answer(solutions, Shown(store, language, question.columns))


def answer_of(store: Store, question: Question) -> Table:
    """The whole answer to a stored question with its default parameters."""
    answer = ask(store, question, "en")
    return Table(answer.variables, tuple(answer.rows()))
