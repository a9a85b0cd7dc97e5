"""The rows of an answer, or its truth, each with its proof."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from ..graph.errors import TaawunError, as_json
from ..graph.store import Store, Term
from ..messages.message import say
from ..messages.untrusted_text import escaped
from .answer import Answer, Triples
from .results import Shown, Table, Terms, to_json, to_separated

if TYPE_CHECKING:
    import pandas as pd

    from .answer_table import AnswerTable
    from .asking import Outcome
    from .fact_listing import Explanation
    from .listing import Listing
    from .proof_json import ProofWriter
    from .why import RowExplanation

#: Batch size for explaining the rows of a large answer; the first batch is small.
EXPLAINED: Final = 500
FIRST_EXPLAINED: Final = 16
#: How many rows are remembered, so that an equal one starts with another witness.
_REMEMBERED: Final = 10_000
#: After so many rows explained one by one, all are explained at once.
_ONE_BY_ONE: Final = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer: a mapping from variable to term, with its proof.

    ``row["country"]`` is the term, ``row.label("country")`` its label.
    """

    rows: Rows
    index: int

    @property
    def terms(self) -> tuple[Term | None, ...]:
        """The terms in the order of the answer's variables; None where unbound."""
        return self.rows.table.rows[self.index]

    def __getitem__(self, name: str) -> Term | None:
        variables = self.rows.variables
        if name not in variables:
            raise KeyError(f"there is no variable {name}; there are {', '.join(variables)}")
        return self.terms[variables.index(name)]

    def label(self, name: str) -> str:
        """The label of a variable's term, in the answer's language."""
        return self.rows.shown.term(self[name])

    def why(self) -> Explanation:
        """The facts that prove this row, each with its quotes; it prints them.

        Raises ``UnexplainableError`` if the query cannot be explained reliably.
        """
        return self.rows.why_of(self.index)

    def __str__(self) -> str:
        return " · ".join(self.rows.shown.term(term) for term in self.terms)

    def __repr__(self) -> str:
        from .listing import cut

        return cut(str(self), _ROW)

    def _repr_html_(self) -> str:
        from .listing import html_table

        rows = self.rows
        cells = [rows.display(self.index, self.index + 1)[0]]
        return html_table(rows.headings, cells, 1, rows.shown.language, "")


#: What an outcome other than a plain answer says besides its rows.
#: How long a row may be in an interactive session; ``str`` and ``print`` give all of it.
_ROW: Final = 300


class Rows(Sequence[Row]):
    """The answer to a SELECT query: a sequence of rows that prints as a table.

    ``print`` gives the whole table, an interactive session and a notebook the first rows.
    """

    def __init__(self, store: Store, text: str, answer: Answer) -> None:
        """``answer`` is read on first access to a row, then cached."""
        #: How a question in one's own words was read; empty for a stored question or a query.
        self.understood = ""
        #: What there is short of what own words ask for in vain, such as talks where nobody signed.
        self.short_of_that: Rows | None = None
        self._outcome: Outcome | None = None
        self.store, self.text, self.answer = store, text, answer
        self._single: dict[int, Explanation] = {}
        self._seen: Counter[Terms] = Counter()

    def was_read(self, understood: str, outcome: Outcome, short: Rows | None) -> Rows:
        """Keep how own words were read, and what there is short of that; return the rows."""
        self.understood, self._outcome, self.short_of_that = understood, outcome, short
        return self

    @property
    def remark(self) -> str:
        """What the answer to own words means: yes, no, no date, or nothing here; else empty.

        In the language of the question.
        """
        if self._outcome is None:
            return ""
        code = self._outcome.remark(has_rows=bool(len(self)))
        return say(code, self._outcome.language) if code else ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the answer's variables."""
        return self.answer.variables

    @property
    def shown(self) -> Shown:
        """The labels of terms and columns."""
        return self.answer.shown

    @cached_property
    def table(self) -> Table:
        """All rows."""
        return Table(self.variables, tuple(self.answer.rows()))

    def __len__(self) -> int:
        return len(self.table.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [Row(self, i) for i in range(*index.indices(len(self)))]
        return Row(self, range(len(self))[index])

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, index) for index in range(len(self)))

    @property
    def warnings(self) -> tuple[TaawunError, ...]:
        """What is probably wrong with the query, each with a remedy."""
        return self.answer.warnings

    @property
    def title(self) -> str:
        """The stored question with the value of each parameter; empty for a query."""
        return self.answer.title

    @property
    def headings(self) -> list[str]:
        """The column headings in the answer's language."""
        return self.answer.headings

    @cached_property
    def cells(self) -> list[list[str]]:
        """The rows as display text."""
        return self.shown.cells(self.table.rows)

    def display(self, start: int = 0, end: int | None = None) -> list[list[str]]:
        """Some rows as display text, with dates, durations and large numbers in words."""
        from .labels import readable

        cells = self.shown.cells(self.table.rows[start:end])
        return [[readable(cell, self.shown.language) for cell in row] for row in cells]

    @cached_property
    def _why(self) -> Listing[Explanation]:
        from .fact_listing import explanations
        from .why import explain

        return explanations(explain(self.store, self.text, self), self.shown)

    def why(self) -> Listing[Explanation]:
        """One explanation per row, in row order.

        Raises ``UnexplainableError`` if no row of the query can be explained reliably.
        """
        return self._why

    def why_of(self, index: int) -> Explanation:
        """The explanation of one row, without explaining the others; it is kept."""
        if "_why" in self.__dict__ or len(self._single) >= _ONE_BY_ONE:
            return self._why[index]
        if index not in self._single:
            from .fact_listing import Explanation
            from .why import explain

            rows = self.table.rows
            # A row that comes again starts with another witness each time.
            turn = rows[:index].count(rows[index])
            found = explain(self.store, self.text, [self[index]] * (turn + 1))
            self._single[index] = Explanation.of(found[turn], self.shown)
        return self._single[index]

    def proven(self) -> Iterator[tuple[list[Terms], list[RowExplanation]]]:
        """Yield the unread rows in blocks, with one explanation per row.

        For answers too large for memory: neither rows nor explanations are cached. A row that
        cannot be explained is marked as ``unexplained``.
        """
        from .why import explain_or_say_why_not

        for block in self.blocks_to_explain():
            rows = [dict(zip(self.variables, terms, strict=True)) for terms in block]
            found = explain_or_say_why_not(self.store, self.text, rows, seen=self._seen)
            yield block, found

    def blocks_to_explain(self) -> Iterator[list[Terms]]:
        """The unread rows in blocks, the first one small, so that its proofs are there at once."""
        for block in self.answer.blocks(min(FIRST_EXPLAINED, EXPLAINED), EXPLAINED):
            yield block
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()

    @cached_property
    def proofs(self) -> ProofWriter:
        """What writes the proof of a row as JSON, complete in itself."""
        from .proof_json import ProofWriter

        return ProofWriter(self.store, self.text)

    def as_table(
        self, block: Sequence[Terms], *, why: bool = False, marked: bool = True
    ) -> AnswerTable:
        """Some rows as display text: with proofs, or ``marked`` with their reservations."""
        from .answer_table import answer_table

        return answer_table(
            self.store, self.text, self.answer, block, why=why, marked=marked, seen=self._seen
        )

    @property
    def tells_bases(self) -> bool:
        """Whether each row says what it rests on: of a question (no query), and not of counts."""
        from .why import is_grouped

        return bool(self.answer.asked or self.understood) and not is_grouped(self.text)

    def bases(self, block: Sequence[Terms]) -> list[list[str] | None]:
        """What some rows rest on besides asserted facts: ``planned`` …; None if not known."""
        from .answer_table import bases

        return bases(self.store, self.text, self.answer, block)

    def to_json(self, *, why: bool = False) -> str:
        """SPARQL 1.1 Query Results JSON; ``why`` adds one explanation per row.

        Of a question, ``restsOn`` says what each row rests on besides asserted facts.
        """
        proofs, members = None, self.answer.members
        if self.tells_bases and not why:
            members = {"restsOn": self.bases(self.table.rows), **members}
        if why:
            pairs = zip(self.why(), self.table.rows, strict=True)
            proofs = [self.proofs.of_row(item, self.variables, terms) for item, terms in pairs]
        return to_json(self.table, proofs, members)

    def to_pandas(self, *, iris: bool = False) -> pd.DataFrame:
        """The rows in a data frame: labels under headings in words, as in the printed table.

        With ``iris``, the cells hold IRIs and the columns are named after the variables, the same
        in every language. Either way numbers are numbers and days are ``datetime64``; dates in
        EDTF (``2022-09``) are text. Raises ``MissingExtraError`` without
        pandas.
        """
        from .listing import data_frame

        headings = self.variables if iris else self.headings
        return data_frame(headings, self.table.rows, self.shown, iris=iris)

    def __str__(self) -> str:
        table = to_separated(self.headings, self.display(), "tsv").rstrip("\n")
        return f"{self.title}\n{table}" if self.title else table

    @property
    def _caption(self) -> str:
        """How own words were read, or the stored question; what it means or may be wrong."""
        told = [self.understood or self.title, self.remark, *map(str, self.warnings)]
        return " — ".join(filter(None, told))

    def __repr__(self) -> str:
        from .listing import TEXT_ROWS, text_table

        language = self.shown.language
        return text_table(
            self.headings, self.display(0, TEXT_ROWS), len(self), language, self._caption
        )

    def _repr_html_(self) -> str:
        from .listing import HTML_ROWS, html_table

        language = self.shown.language
        return html_table(
            self.headings, self.display(0, HTML_ROWS), len(self), language, self._caption
        )


class ShownTriples(Triples):
    """The answer to CONSTRUCT or DESCRIBE: a sorted list of triples that shows as a table."""

    def __init__(self, answer: Triples, shown: Shown, text: str) -> None:
        super().__init__(answer, answer.warnings)
        self.text, self._shown = text, shown

    def _listing(self) -> Listing[ox.Triple]:
        from .listing import Listing

        def row(triple: ox.Triple) -> Terms:
            return tuple(None if isinstance(term, ox.Triple) else term for term in triple)

        return Listing(self, ("subject", "predicate", "object"), row, self._shown)

    def to_pandas(self, *, iris: bool = False) -> pd.DataFrame:
        """The triples in a data frame; see :meth:`Rows.to_pandas`."""
        return self._listing().to_pandas(iris=iris)

    def __repr__(self) -> str:
        return repr(self._listing())

    def _repr_html_(self) -> str:
        return self._listing()._repr_html_()


class Truth:
    """The answer to an ASK query: true or false, with its proof."""

    def __init__(
        self,
        store: Store,
        text: str,
        value: bool,
        warnings: Sequence[TaawunError] = (),
        language: str = "en",
    ) -> None:
        self.store, self.text, self.value = store, text, value
        self.warnings, self.language = tuple(warnings), language

    def __bool__(self) -> bool:
        return self.value

    def __str__(self) -> str:
        return str(self.value).lower()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .listing import paragraph

        return paragraph(say("answer-yes" if self else "answer-no", self.language), self.language)

    def why(self) -> Listing[Explanation]:
        """One explanation: the facts that make the answer true, or the pattern without a match."""
        from .fact_listing import explanations
        from .why import explain

        return explanations(explain(self.store, self.text), Shown(self.store, self.language))

    def to_json(self, *, why: bool = False) -> str:
        """SPARQL 1.1 Query Results JSON; ``why`` adds the explanation."""
        from .proof_json import ProofWriter

        document: dict[str, Any] = {"head": {}, "boolean": self.value}
        if self.warnings:
            document["warnings"] = [as_json(item) for item in self.warnings]
        if why:
            proofs = ProofWriter(self.store, self.text)
            document["why"] = [proofs.of_truth(item, self.value) for item in self.why()]
        return escaped(json.dumps(document, ensure_ascii=False, indent=2))
