"""Reading a store's answers with the types that the query promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..graph.store import Store, Term, read

Binding: TypeAlias = Mapping[str, Term]


def select(store: Store, text: str) -> Iterator[dict[str, Term]]:
    """The rows of a SELECT query, as the variables that are bound in each."""
    answer = store.query(text)
    if not isinstance(answer, ox.QuerySolutions):
        raise QueryError("a SELECT query was expected")
    names = [variable.value for variable in answer.variables]
    for solution in read(answer):
        row = {}
        for name in names:
            term = solution[name]
            if isinstance(term, (ox.NamedNode, ox.BlankNode, ox.Literal)):
                row[name] = term
        yield row
