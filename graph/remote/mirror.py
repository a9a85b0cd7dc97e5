"""Read back what a remote store holds of ours, in pieces, into a local store.

Stores cap the rows of an answer, and a whole dataset is more than one answer should carry. So
triples are counted by predicate, for which stores have an index, and read by predicates; where
one has many triples, by the first digits of a hash of each, which cuts them into pieces of about
the same size. Oxigraph, which keeps the copy, writes equal values in one
way, so that a store may have its own way to write “1.50” or a language tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import pyoxigraph as ox

from ...ontology.namespaces import (
    BASE,
    GRAPH_ENTITIES,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    GRAPH_PLAIN,
    GRAPH_PUSH,
    PROV,
    RDF,
)
from ..errors import EndpointError
from .remote_store import Endpoint

#: Triples in one piece, about; common caps are 10,000 rows and more.
_PIECE: Final = 6_000
#: Stands in ``graph/push`` of every store that was pushed to.
MARK: Final = f"<{GRAPH_PUSH}> <{RDF}type> <{PROV}Activity>"
_IS_UNION: Final = f"""ASK {{
  {{ {MARK} }} UNION {{ GRAPH <{GRAPH_PLAIN}> {{ <{BASE}ontology> <{RDF}type> ?class }} }}
}}"""
#: Four hexadecimal digits, so one of ``_HASHES`` values.
_HASH: Final = "BIND(SUBSTR(MD5(CONCAT(STR(?s), STR(?p), STR(?o))), 1, 4) AS ?hash)"
_HASHES: Final = 16**4

_LARGE: Final = (GRAPH_EVIDENCE, GRAPH_ENTITIES, GRAPH_ONTOLOGY)
_DEFAULT: Final = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the dataset: a pattern, and the graph in which its triples stand here.

    Where that is None, the pattern binds it to ``?g``.
    """

    pattern: str
    graph: ox.NamedNode | ox.DefaultGraph | None


def _parts(union: bool) -> list[_Part]:
    """All parts, the plain view last."""
    known = ", ".join(f"<{graph}>" for graph in (*_LARGE, GRAPH_PLAIN, GRAPH_PUSH))
    ours = f'STRSTARTS(STR(?g), "{BASE}") && ?g NOT IN ({known})'
    plain = f"GRAPH <{GRAPH_PLAIN}> {{ ?s ?p ?o }}" if union else "?s ?p ?o"
    return [
        *(_Part(f"GRAPH <{name}> {{ ?s ?p ?o }}", ox.NamedNode(name)) for name in _LARGE),
        _Part(f"GRAPH ?g {{ ?s ?p ?o }} FILTER({ours})", None),
        _Part(plain, _DEFAULT),
    ]


def is_union(endpoint: Endpoint) -> bool:
    """Whether the plain view is, or has to be, a named graph of the store: ``graph/plain``.

    So it is where the default graph is the union of the named ones, which shows when the mark of
    a push is seen without naming its graph.
    """
    return bool(endpoint.query(_IS_UNION))


def mirror(
    endpoint: Endpoint, folder: Path, *, union: bool, progress: Callable[[int, int], None]
) -> ox.Store:
    """Copy the dataset into a new store in ``folder``; the plain view becomes its default graph.

    ``union`` is what :func:`is_union` says. Raises ``EndpointError`` where the remote default graph
    has more triples than our graphs, which are then not all ours, and where the store gives
    other triples than it counts.
    """
    parts = _parts(union)
    counts = [_counts(endpoint, part) for part in parts]
    *named, plain = (sum(found.values()) for found in counts)
    if plain > sum(named):
        raise shared(endpoint)
    total = plain + sum(named)
    store = ox.Store(str(folder))
    done = 0
    for part, found in zip(parts, counts, strict=True):
        for quads in _pieces(endpoint, part, found):
            store.bulk_extend(quads)
            done += len(quads)
            progress(done, total)
    if done != total:
        raise EndpointError("endpoint-counts-differ", url=endpoint.url, counted=total, given=done)
    store.flush()
    return store


def held(endpoint: Endpoint, *, union: bool) -> int:
    """How many triples of ours the remote store holds, in all graphs."""
    return sum(sum(_counts(endpoint, part).values()) for part in _parts(union))


def shared(endpoint: Endpoint) -> EndpointError:
    """The error that a default graph has triples of others."""
    return EndpointError("endpoint-shared", url=endpoint.url)


def _counts(endpoint: Endpoint, part: _Part) -> dict[str, int]:
    """How many triples of the part each predicate has."""
    answer = endpoint.query(
        f"SELECT ?p (COUNT(*) AS ?n) WHERE {{ {part.pattern} }} GROUP BY ?p ORDER BY ?p"
    )
    assert isinstance(answer, ox.QuerySolutions)
    found = {}
    for predicate, number in answer:
        if not isinstance(number, ox.Literal) or not number.value.isdigit():
            raise EndpointError("endpoint-cannot-count", url=endpoint.url)
        found[str(predicate)] = int(number.value)
    return found


def _bundles(counts: Mapping[str, int]) -> Iterator[tuple[list[str], int]]:
    """Predicates together whose triples make about one piece, and how many these are."""
    bundle: list[str] = []
    size = 0
    for predicate, number in counts.items():
        if bundle and size + number > _PIECE:
            yield bundle, size
            bundle, size = [], 0
        bundle.append(predicate)
        size += number
    if bundle:
        yield bundle, size


def _pieces(endpoint: Endpoint, part: _Part, counts: Mapping[str, int]) -> Iterator[list[ox.Quad]]:
    """The quads of a part, in answers of about ``_PIECE`` each."""
    # Where the graph is known, N-Triples are what stores write fastest.
    form = "SELECT ?g ?s ?p ?o" if part.graph is None else "CONSTRUCT { ?s ?p ?o }"
    for predicates, size in _bundles(counts):
        pattern = f"VALUES ?p {{ {' '.join(predicates)} }} {part.pattern}"
        for chosen in _cuts(-(-size // _PIECE)):
            answer = endpoint.query(f"{form} WHERE {{ {pattern} {chosen} }}")
            if isinstance(answer, ox.QueryTriples):
                assert part.graph is not None
                yield [ox.Quad(t.subject, t.predicate, t.object, part.graph) for t in answer]
            else:
                assert isinstance(answer, ox.QuerySolutions)
                yield [_quad(row) for row in answer]


def _cuts(pieces: int) -> Iterator[str]:
    """Filters that cut triples into so many pieces."""
    if pieces < 2:
        yield ""
        return
    for number in range(pieces):
        start, end = (f"{_HASHES * n // pieces:04x}" for n in (number, number + 1))
        last = number + 1 == pieces
        chosen = f'?hash >= "{start}"' + ("" if last else f' && ?hash < "{end}"')
        yield f"{_HASH} FILTER({chosen})"


def _quad(row: ox.QuerySolution) -> ox.Quad:
    subject, predicate, term, graph = (cast(Any, row[name]) for name in "spog")
    return ox.Quad(subject, predicate, term, graph)
