"""The values of the parameters of stored questions that have an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import prod
from typing import Final

import pyoxigraph as ox

from ...graph.store import Store
from ...queries.labels import short_iri
from ...queries.names import Names
from ...queries.parameters import LITERAL_TYPES, Parameter, with_terms
from ...queries.prefixes import with_prefixes
from ...queries.question import Question

#: Parameters that any entity may fill get no page for each value: the entity's own page says it.
_ANYTHING: Final = "entity"
#: The most combinations of required values that are tried for one question.
_MOST: Final = 400
#: Rows that are read at a glance; the page of a shorter answer needs no choice.
_GLANCE: Final = 20


def useful_values(question: Question, store: Store, names: Names) -> list[dict[str, str]]:
    """The values for which a question has an answer, as short IRIs, one page for each.

    The required parameters are combined; without any, each other one is varied alone, if the
    whole answer is too long to be read at a glance. Two parameters of one class are a pair,
    whatever their order.
    """
    required = [item for item in question.parameters if item.is_required]
    if required:
        chosen: list[Sequence[Parameter]] = [required]
    else:
        is_long = question.rows > _GLANCE
        chosen = [[item] for item in question.parameters if is_long]
    text = with_prefixes(question.text, store)
    return [
        {name: short_iri(iri) for name, iri in values.items()}
        for parameters in chosen
        for values in _combinations(parameters, names)
        if _answers(store, text, values)
    ]


def _combinations(parameters: Sequence[Parameter], names: Names) -> Iterator[Mapping[str, str]]:
    if any(item.type in (*LITERAL_TYPES, _ANYTHING) for item in parameters):
        return
    members = [sorted(names.members(item.type)) for item in parameters]
    kinds = [item.type for item in parameters]
    if prod(map(len, members)) > _MOST:
        return
    for iris in product(*members):
        # A country compared with itself answers nothing that one asks.
        if all(one < other for one, other in pairwise(iris)) or len({*kinds}) == len(kinds) > 1:
            yield {item.name: iri for item, iri in zip(parameters, iris, strict=True)}


def _answers(store: Store, text: str, values: Mapping[str, str]) -> bool:
    answer = store.query(
        with_terms(text, {name: ox.NamedNode(iri) for name, iri in values.items()})
    )
    assert isinstance(answer, ox.QuerySolutions)
    return next(answer, None) is not None
