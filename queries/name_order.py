"""Order the rows of an answer by the names of things, where its query orders them by IRIs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import pyoxigraph as ox

from ..graph.arabic import fold
from ..graph.sparql_tokens import scan
from ..graph.store import Term
from .results import Shown, Terms


def name_columns(text: str, variables: Sequence[str]) -> list[int]:
    """The columns by which a query orders its rows."""
    return [variables.index(name) for name in _ordering(text) if name in variables]


def by_name(rows: list[Terms], places: Sequence[int], shown: Shown) -> Iterator[Terms]:
    """The rows ordered by the names in some columns."""
    iris = {row[place] for row in rows for place in places}
    shown.labels.fetch(iri.value for iri in iris if isinstance(iri, ox.NamedNode))

    def key(term: Term | None) -> tuple[int, str, str]:
        if not isinstance(term, ox.NamedNode):
            return (0 if term is None else 2), "", ""
        return 1, collated(shown.labels(term.value, shown.language)), term.value

    def arranged(some: list[Terms], depth: int) -> Iterator[Terms]:
        if depth == len(places) or len(some) == 1:
            yield from some
            return
        groups: dict[Term | None, list[Terms]] = {}
        for row in some:
            groups.setdefault(row[places[depth]], []).append(row)
        # The sort is stable: what is no name stays as the query has ordered it.
        for one in sorted(groups, key=key):
            yield from arranged(groups[one], depth + 1)

    return arranged(rows, 0)


def _ordering(text: str) -> list[str]:
    """The variables by which a query orders its rows, up to the first other expression."""
    tokens = [token.text for token in scan(text)]
    words = [token.upper() for token in tokens]
    if "ORDER" not in words:
        return []
    place = len(words) - words[::-1].index("ORDER") + 1
    found = []
    while place < len(tokens):
        if tokens[place][0] in "?$":
            found.append(tokens[place][1:])
            place += 1
        elif words[place] in ("ASC", "DESC") and tokens[place + 1 : place + 4][2:] == [")"]:
            found.append(tokens[place + 2][1:])
            place += 4
        else:
            break
    return found


@lru_cache(maxsize=4096)
def collated(name: str) -> str:
    """A name as it is ordered: without accents, vowel marks or capitals."""
    plain = unicodedata.normalize("NFKD", fold(name))
    return "".join(character for character in plain if not unicodedata.combining(character))
