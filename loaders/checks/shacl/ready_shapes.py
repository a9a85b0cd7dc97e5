"""Shapes compiled for data with certain subclasses, which can be kept without their description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....messages.message import Message
from .compiler import Compiler, Rule, severity_of
from .dependencies import Reads, reads_of_shape
from .source import BeyondSparqlError, Node, Result, ShapesGraph, message_of, path_of


class Report(NamedTuple):
    """What the results of a rule say, whatever they are about."""

    path: str
    message: Message
    severity: str

    @classmethod
    def of(cls, shapes: ShapesGraph, rule: Rule) -> Report:
        """That of a rule of these shapes."""
        path = path_of(shapes, rule.shape)
        return cls(
            path[1:-1] if path.startswith("<") else path,
            message_of(shapes, rule.shape, rule.source),
            severity_of(shapes, rule.shape),
        )


class ReadyShape(NamedTuple):
    """A shape with targets: what it reads, and its rules; None if it must be applied otherwise."""

    shape: Node
    reads: Reads
    rules: tuple[tuple[Rule, Report], ...] | None

    @classmethod
    def of(cls, compiler: Compiler, shape: Node) -> ReadyShape:
        """Compile a shape. What is wrong with it is told when it is applied."""
        reads = reads_of_shape(compiler, shape)
        try:
            rules = compiler.rules(shape)
        except (BeyondSparqlError, ShapesError):
            return cls(shape, reads, None)
        return cls(shape, reads, tuple((r, Report.of(compiler.shapes, r)) for r in rules))


def results_of(rule: Rule, report: Report, store: ox.Store) -> Iterator[Result]:
    """The results of a rule in the default graph of a store."""
    if rule.targets:
        focuses = [row[0] for row in rows_of(store, rule.targets)]
        answers = [(focus, rows_of(store, rule.query, focus)) for focus in focuses]
    else:
        answers = [(None, rows_of(store, rule.query))]
    for given, answer in answers:
        known = {variable.value for variable in answer.variables}
        for row in answer:
            focus = row[rule.focus] if rule.focus in known else None
            focus = focus or given
            value = row[rule.value] if rule.value in known else None
            path = row[rule.path] if rule.path in known else None
            if rule.source and value is None and not report.path:
                # The value of a node shape is the node itself (section 5.3.2).
                value = focus
            yield Result(
                focus=focus.value,
                path=path.value if path else report.path,
                value=str(value) if value else "",
                shape=rule.shape.value,
                message=report.message,
                severity=report.severity,
                constraint=rule.constraint,
            )


def rows_of(
    store: ox.Store, query: str, this: ox.NamedNode | ox.BlankNode | ox.Literal | None = None
) -> ox.QuerySolutions:
    """Run a query, with a focus node in place of ``$this`` where one is given."""
    given: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {}
    if this is not None:
        given[ox.Variable("this")] = this
    answer = store.query(query, substitutions=given)
    assert isinstance(answer, ox.QuerySolutions)
    return answer
