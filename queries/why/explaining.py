"""Explain the answers to any SPARQL query by the facts and quotes that prove them.

:func:`explain` gives for each row of an answer a minimal set of triples on which the query
returns that row again, and the facts behind them. ``docs/why.md`` describes the method, its
guarantees and the work it builds on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

import pyoxigraph as ox

from ...graph.errors import QueryError, UnexplainableError
from ...graph.garbage_collection import no_pauses
from ...graph.store import Answer, Store, Term, read
from ...messages.message import Message
from ..sparql import algebra as alg
from ..sparql.parser import parse
from ..sparql.patterns import Fresh, groups_in, selects
from ..sparql.writer import Absence, write_absence, write_base, write_dataset
from .derivations import Deriver
from .explanation import Grounds, RowExplanation, unexplained
from .full_graph import FullGraph
from .provenance import NOTHING, Rest, Row, Table
from .verification import Checker
from .witnesses import Blockers, Choice, Chooser

_CHANGING: Final = frozenset({"RAND", "UUID", "STRUUID", "BNODE"})


def explainable(text: str) -> alg.Query:
    """The parsed query.

    Raises ``UnexplainableError`` if none of its rows can be explained, whatever the data.
    """
    query = parse(text)
    for select in selects(query.select):
        for expression in _expressions(select):
            changing = sorted(expression.calls & _CHANGING)
            if changing:
                raise UnexplainableError("unexplained-changing-function", function=changing[0])
        grouped = [*select.having, *(e for _, e in select.projection if e)]
        if select.is_aggregated and any(True for e in grouped for _ in e.exists()):
            raise UnexplainableError("unexplained-exists-in-having")
    if query.form == "CONSTRUCT" and any(
        isinstance(node, alg.Var) and node.name.startswith(query.fresh)
        for triple in query.template
        for node in (triple.subject, triple.object)
    ):
        raise UnexplainableError("unexplained-new-blank-nodes")
    return query


def has_groups(query: alg.Query) -> bool:
    """Whether the query or one of its subqueries aggregates rows."""
    return any(select.is_aggregated for select in selects(query.select))


def _expressions(select: alg.Select) -> Iterator[alg.Expression]:
    """Yield all expressions of the SELECT itself."""
    yield from (expression for _, expression in select.projection if expression)
    yield from (expression for expression, _ in select.group_by)
    yield from (*select.having, *select.order_by)
    for group in groups_in(select.where):
        for element in group.elements:
            if isinstance(element, alg.Filter | alg.Bind):
                yield element.expression


class RowLike(Protocol):
    """A row of a SELECT, as a ``QuerySolution`` or a mapping gives it."""

    def __getitem__(self, name: str, /) -> Term | None:
        """The term that the row binds a variable to, None if unbound."""
        ...


@no_pauses()
def explain(
    store: Store,
    text: str,
    rows: Iterable[RowLike | ox.Triple] | None = None,
    *,
    alternatives: int = 3,
    seen: Counter[Row] | None = None,
    parameters: Sequence[str] = (),
) -> list[RowExplanation]:
    """Explain each row of the query's answer, in row order.

    ``rows`` are the rows of the answer if the caller has them (for SELECT, mappings from variable
    name to term; for CONSTRUCT or DESCRIBE, triples); otherwise the query is run. An ASK always
    has one row. A repeated row starts with a different witness each time; ``seen`` counts the rows
    of earlier blocks of the same answer. ``parameters`` are projected variables that a VALUES
    block of the query gives many values: each row is verified by the query for its values alone.

    Every witness is verified: the query as written, run on it alone, returns the row. A row for
    which none is found is marked as ``unexplained``. Raises ``UnexplainableError`` with the reason
    if no row of the query can be explained reliably, and ``QueryError`` if it does not run.
    """
    query = explainable(text)
    counted = Counter[Row]() if seen is None else seen
    explainer = _Explainer(store, query, alternatives, text, counted, parameters)
    if query.form == "ASK":
        return [explainer.ask(bool(store.query(text)))]
    answer = list(rows if rows is not None else _rows(store.query(text)))
    if query.form == "SELECT":
        return explainer.select([row for row in answer if not isinstance(row, ox.Triple)])
    triples = [row for row in answer if isinstance(row, ox.Triple)]
    if query.form == "DESCRIBE":
        return explainer.describe(triples)
    return explainer.construct(triples)


def is_grouped(text: str) -> bool:
    """Whether the query aggregates rows, with counts, sums and the like.

    Raises ``QueryError`` if it does not run.
    """
    return has_groups(parse(text))


def _rows(answer: Answer) -> Iterable[RowLike | ox.Triple]:
    if isinstance(answer, ox.QueryBoolean):
        raise QueryError("store-without-solutions")
    return read(answer)


#: How often an answer is split in halves to find the rows that cannot be explained.
_SPLITS: Final = 40


def explain_or_say_why_not(
    store: Store,
    text: str,
    rows: Sequence[RowLike],
    *,
    alternatives: int = 3,
    seen: Counter[Row] | None = None,
    parameters: Sequence[str] = (),
) -> list[RowExplanation]:
    """Explain each row of a SELECT; rows that cannot be explained are marked, no row is lost."""
    left, counted = _SPLITS, Counter[Row]() if seen is None else seen

    def halves(some: Sequence[RowLike]) -> list[RowExplanation]:
        nonlocal left
        try:
            return explain(
                store, text, some, alternatives=alternatives, seen=counted, parameters=parameters
            )
        except QueryError as error:
            if len(some) < 2 or not left or not _is_about_rows(text, error):
                return [unexplained(error.message)] * len(some)
        left -= 1
        middle = len(some) // 2
        return halves(some[:middle]) + halves(some[middle:])

    return halves(rows)


def _is_about_rows(text: str, error: QueryError) -> bool:
    """Whether other rows of the query may be explained.

    Not if the query itself is refused, by us or by another store, to which the longer queries
    that find the proofs go.
    """
    try:
        explainable(text)
    except UnexplainableError:
        return False
    return isinstance(error, UnexplainableError)


class _Explainer:
    """Explains the rows of one query over one store."""

    def __init__(
        self,
        store: Store,
        query: alg.Query,
        alternatives: int,
        text: str,
        seen: Counter[Row],
        parameters: Sequence[str],
    ) -> None:
        self._query, self._alternatives, self._text = query, alternatives, text
        self._seen, self._parameters = seen, parameters
        fresh, dataset = Fresh(query.fresh), write_dataset(query)
        self._deriver = Deriver(store, fresh, dataset, write_base(query))
        self._tables: list[Table] = []
        self._grounds = Grounds(store, self._deriver.statements.all, query.default_graphs)

    def select(self, solutions: Sequence[RowLike]) -> list[RowExplanation]:
        """The explanations of a SELECT's solutions."""
        names = [variable.name for variable in self._query.select.variables]
        rows: list[Row] = [tuple([solution[name] for name in names]) for solution in solutions]
        return self._views(rows, self._choices(self._query.select, set(rows), self._text))

    def ask(self, is_true: bool) -> RowExplanation:
        """The explanation of an ASK: one of its matches, or the absence of any."""
        select = replace(self._query.select, projection=())
        if is_true:
            return self._views([()], self._choices(select, {()}, self._text))[0]
        where = select.where
        if select.values:
            where = alg.Group((select.values, *where.elements))
        absence = write_absence("NOT EXISTS", where, dataset=self._deriver.dataset)
        shown = self._deriver.verified(absence)
        if shown is None:
            # LIMIT 0 or OFFSET, not what the graph lacks.
            return RowExplanation()
        told, ask = shown
        return RowExplanation(lacking=lambda: {told: ask})

    def construct(self, triples: Sequence[ox.Triple]) -> list[RowExplanation]:
        """The explanations of a CONSTRUCT's triples, by the template triples that they match."""
        rows = [_terms(triple) for triple in triples]
        choices: dict[Row, Choice] = {}
        for pattern in self._query.template:
            nodes = (pattern.subject, pattern.predicate, pattern.object)
            variables = tuple(dict.fromkeys(node for node in nodes if isinstance(node, alg.Var)))
            columns = tuple((variable, None) for variable in variables)
            fits = {row: _fit(nodes, variables, row) for row in rows}
            fitting = {key: row for row, key in fits.items() if key is not None}
            select = replace(self._query.select, projection=columns)
            for key, choice in self._choices(select, fitting.keys()).items():
                row = fitting[key]
                choices[row] = choices[row] | choice if row in choices else choice
        return self._views(rows, choices)

    def describe(self, triples: Sequence[ox.Triple]) -> list[RowExplanation]:
        """The explanations of a DESCRIBE's triples: each rests on itself and on its subject.

        A subject found by the pattern rests on the pattern's match; a subject named in the query
        rests on nothing.
        """
        rows = [_terms(triple) for triple in triples]
        numbers = {row: self._deriver.statements.number((*row, None)) for row in rows}
        self._grounds.learn(numbers.values())
        subjects: dict[Row, Choice] = {}
        for column in self._query.select.projection:
            select = replace(self._query.select, projection=(column,))
            subjects |= self._choices(select, {(subject,) for subject, _, _ in rows})
        named = Choice(((frozenset(), NOTHING),), 1)
        choices: dict[Row, Choice] = {}
        for row, number in numbers.items():
            found = subjects.get((row[0],), named)
            sets = tuple((under | {number}, rest) for under, rest in found.sets)
            choices[row] = Choice(sets, found.total)
        return self._views(rows, choices)

    def _choices(
        self, select: alg.Select, rows: Collection[Row], text: str = ""
    ) -> dict[Row, Choice]:
        """Witness sets for those of the rows that the SELECT returns.

        ``text`` is the whole query if it returns these rows itself.
        """
        chooser = Chooser(
            self._deriver,
            Checker(self._query, select, text, self._parameters),
            self._grounds,
            Blockers(self._deriver, select.where),
            FullGraph(self._deriver, select),
        )
        choices = self._chosen(chooser, select, rows)
        if select.is_aggregated and (lost := {row for row in rows if row not in choices}):
            # Rows that show their groups were taken as they came; these may be out of date.
            del self._tables[-1]
            choices |= self._chosen(chooser, select, lost, is_anew=True)
        return choices

    def _chosen(
        self, chooser: Chooser, select: alg.Select, rows: Collection[Row], *, is_anew: bool = False
    ) -> dict[Row, Choice]:
        table = self._deriver.select(select, rows, is_anew=is_anew)
        self._tables.append(table)
        wanted = table
        if len(table) != len(rows) or any(row not in table for row in rows):
            wanted = {row: table[row] for row in rows if row in table}
        return chooser.choose(wanted, self._alternatives)

    def _views(self, rows: Sequence[Row], choices: Mapping[Row, Choice]) -> list[RowExplanation]:
        """The explanation of each row; identical rows each start with a different set."""
        explanations = []
        for row in rows:
            choice = choices.get(row)
            if choice is None:
                is_found = any(row in table for table in self._tables)
                code = "unexplained-row" if is_found else "unexplained-row-gone"
                explanations.append(unexplained(Message(code)))
                continue
            sets = choice.sets
            if len(sets) > 1:
                turn = self._seen[row] % len(sets)
                self._seen[row] += 1
                sets = sets[turn:] + sets[:turn]
            explanations.append(self._view(choice, sets))
        self._grounds.expect([item.sets[0] for item in explanations if item.sets])
        return explanations

    def _view(self, choice: Choice, sets: Sequence[tuple[frozenset[int], Rest]]) -> RowExplanation:
        lacking = partial(self._lacking, sets[0][1].absences)
        if self._grounds.is_remote:
            # An endpoint may hold another graph later.
            lacking = partial(dict, lacking())
        return RowExplanation(
            tuple([numbers for numbers, _ in sets]),
            self._grounds,
            lacking,
            choice.total - 1,
            self._deriver.has_groups,
        )

    def _lacking(self, absences: Iterable[Absence]) -> dict[str, str]:
        """The absences that are true of the whole store as display text, with their queries."""
        told = map(self._deriver.verified, absences)
        return dict(sorted({shown for shown in told if shown}))


def _terms(triple: ox.Triple) -> tuple[Term, Term, Term]:
    """The terms of a triple without nested triples."""
    assert not isinstance(triple.subject, ox.Triple)
    assert not isinstance(triple.object, ox.Triple)
    return triple.subject, triple.predicate, triple.object


def _fit(nodes: Sequence[alg.Node], variables: Sequence[alg.Var], row: Row) -> Row | None:
    """The variable values that turn a template triple into this one, or None."""
    values: dict[alg.Var, Term | None] = {}
    for node, term in zip(nodes, row, strict=True):
        if isinstance(node, alg.Var):
            if values.setdefault(node, term) != term:
                return None
        elif node != term:
            return None
    return tuple(values[variable] for variable in variables)
