"""Filling a remote store: it is read back, and only what differs from here is sent.

So a push that was killed goes on where it stopped, a second push of the same build sends
nothing, and what a new build no longer has is dropped. Only graphs under our base are touched.
While triples travel, ``graph/push`` says so, and readers are told instead of being given a mixture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyoxigraph as ox

from ...ontology.namespaces import GRAPH_PLAIN, GRAPH_PROSPECTS, GRAPH_PUSH
from ..errors import EndpointError
from ..store import EmbeddedStore
from .mirror import MARK, held, is_union, mirror, shared
from .remote_store import STATUS, UNFINISHED, WHOLE, Endpoint

#: Most of one update, in triples, in characters and in graphs to drop: Virtuoso's compiler
#: gives up at some 4,000 triples.
_TRIPLES: Final = 1_000
_CHARACTERS: Final = 200_000
_GRAPHS: Final = 100
#: Differences that are listed.
_LISTED: Final = 5
_DEFAULT: Final = ox.DefaultGraph()
#: The graphs that are asked; all others prove what they say.
_VIEWS: Final = (_DEFAULT, ox.NamedNode(GRAPH_PROSPECTS))

#: Told what is going on (reading or writing), how far it is, and how far it goes.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: how many triples it added and removed, and how many were there already."""

    added: int
    removed: int
    kept: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many triples a remote store has of ours, lacks and has besides; the first of each."""

    held: int
    missing: int
    extra: int
    first_missing: tuple[str, ...]
    first_extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Update:
    text: str
    added: int = 0
    removed: int = 0


def push(local: EmbeddedStore, endpoint: Endpoint, progress: Progress) -> Pushed:
    """Make what the remote store holds of ours equal to the local store.

    Raises ``EndpointError`` or ``QueryError`` where the endpoint fails or refuses; what was done
    until then stays, and the next push goes on from there.
    """
    endpoint.update(f"INSERT DATA {{ GRAPH <{GRAPH_PUSH}> {{ {MARK} }} }}")
    union = is_union(endpoint)
    done = _send(local.quads, endpoint, union, progress, _TRIPLES)
    found = held(endpoint, union=union)
    if 0 < abs(found - len(local.quads)) <= _TRIPLES:
        # Virtuoso leaves some texts undeleted that stand among many in one update.
        again = _send(local.quads, endpoint, union, progress, 1)
        done = Pushed(done.added + again.added, done.removed, done.kept)
        found = held(endpoint, union=union)
    if found != len(local.quads):
        raise EndpointError(
            "endpoint-holds-other", url=endpoint.url, held=found, wanted=len(local.quads)
        )
    _set_status(endpoint, WHOLE)
    return done


def _send(here: ox.Store, endpoint: Endpoint, union: bool, progress: Progress, most: int) -> Pushed:
    """Send what differs, in updates of at most so many triples."""
    with _scratch() as folder:
        there = _read(endpoint, folder, union, progress)
        kept = sum(1 for quad in there if quad in here)
        total = len(here) + len(there) - 2 * kept
        added = removed = 0
        if not total:
            return Pushed(added, removed, kept)
        if not union and any(not _is_ours(quad, there) for quad in _minus(_asked(there), here)):
            raise shared(endpoint)
        for update in _updates(here, there, GRAPH_PLAIN if union else None, most):
            if not added + removed:
                _set_status(endpoint, UNFINISHED)
            endpoint.update(update.text)
            added += update.added
            removed += update.removed
            progress("writing", added + removed, total)
    return Pushed(added, removed, kept)


def compare(local: EmbeddedStore, endpoint: Endpoint, progress: Progress) -> Comparison:
    """Read back what the remote store holds of ours, and compare it with the local store."""
    here = local.quads
    with _scratch() as folder:
        there = _read(endpoint, folder, is_union(endpoint), progress)
        kept = sum(1 for quad in there if quad in here)
        missing, extra = len(here) - kept, len(there) - kept
        return Comparison(
            held=kept,
            missing=missing,
            extra=extra,
            first_missing=_first(_minus(here, there)) if missing else (),
            first_extra=_first(_minus(there, here)) if extra else (),
        )


def _first(quads: Iterable[ox.Quad]) -> tuple[str, ...]:
    return tuple(nsmallest(_LISTED, map(str, quads)))


def _scratch() -> TemporaryDirectory[str]:
    """A folder for a copy. An error holds on to the store in it, which may still write there."""
    return TemporaryDirectory(prefix="taawun-", ignore_cleanup_errors=True)


def _read(endpoint: Endpoint, folder: str, union: bool, progress: Progress) -> ox.Store:
    return mirror(
        endpoint,
        Path(folder) / "store",
        union=union,
        progress=lambda done, total: progress("reading", done, total),
    )


def _set_status(endpoint: Endpoint, status: str) -> None:
    subject = f"<{GRAPH_PUSH}> <{STATUS}>"
    endpoint.update(
        f"DELETE WHERE {{ GRAPH <{GRAPH_PUSH}> {{ {subject} ?old }} }} ;\n"
        f'INSERT DATA {{ GRAPH <{GRAPH_PUSH}> {{ {subject} "{status}" }} }}'
    )


def _updates(here: ox.Store, there: ox.Store, plain: str | None, most: int) -> Iterator[_Update]:
    """The updates that turn what is there into what is here.

    The plain view and ``graph/prospects`` change between the graphs that prove them: no answer
    ever lacks its proof.
    """
    gone = {graph for graph in there.named_graphs() if not here.contains_named_graph(graph)}
    gone.difference_update(_VIEWS)
    for text, count in _batches("INSERT DATA", _minus(_proving(here), there), plain, most):
        yield _Update(text, added=count)
    for text, count in _batches("DELETE DATA", _minus(_asked(there), here), plain, most):
        yield _Update(text, removed=count)
    for text, count in _batches("INSERT DATA", _minus(_asked(here), there), plain, most):
        yield _Update(text, added=count)
    stale = (q for q in _minus(_proving(there), here) if q.graph_name not in gone)
    for text, count in _batches("DELETE DATA", stale, plain, most):
        yield _Update(text, removed=count)
    dropped = sorted(gone, key=str)
    for start in range(0, len(dropped), _GRAPHS):
        graphs = dropped[start : start + _GRAPHS]
        count = sum(1 for graph in graphs for _ in there.quads_for_pattern(None, None, None, graph))
        yield _Update(" ;\n".join(f"DROP SILENT GRAPH {graph}" for graph in graphs), removed=count)


def _batches(
    verb: str, quads: Iterable[ox.Quad], plain: str | None, most: int
) -> Iterator[tuple[str, int]]:
    """Updates of a bounded size with the number of their triples.

    A quad of the plain view goes into the graph ``plain``, or where there is none into the
    default graph. N-Triples terms without blank nodes are SPARQL terms.
    """
    batch: list[tuple[str, str]] = []
    size = 0
    for quad in quads:
        is_plain = quad.graph_name == _DEFAULT
        graph = (f"<{plain}>" if plain else "") if is_plain else str(quad.graph_name)
        batch.append((graph, f"{quad.triple} ."))
        size += len(graph) + len(batch[-1][1])
        if len(batch) >= most or size >= _CHARACTERS:
            yield _data(verb, batch), len(batch)
            batch, size = [], 0
    if batch:
        yield _data(verb, batch), len(batch)


def _data(verb: str, batch: list[tuple[str, str]]) -> str:
    lines = []
    for graph, group in groupby(sorted(batch), key=lambda item: item[0]):
        triples = "\n".join(line for _, line in group)
        lines.append(f"GRAPH {graph} {{\n{triples}\n}}" if graph else triples)
    return f"{verb} {{\n" + "\n".join(lines) + "\n}"


def _asked(store: ox.Store) -> Iterator[ox.Quad]:
    for graph in _VIEWS:
        yield from store.quads_for_pattern(None, None, None, graph)


def _proving(store: ox.Store) -> Iterator[ox.Quad]:
    return (quad for quad in store if quad.graph_name not in _VIEWS)


def _minus(quads: Iterable[ox.Quad], store: ox.Store) -> Iterator[ox.Quad]:
    return (quad for quad in quads if quad not in store)


def _is_ours(quad: ox.Quad, store: ox.Store) -> bool:
    """Whether a triple of the default graph also stands in one of our graphs, as all of ours do."""
    found = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return any(other.graph_name != _DEFAULT for other in found)
