"""What worker processes are asked to do: each task writes one reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Final, TypeAlias, cast

import pyoxigraph as ox

from ..api import KnowledgeGraph
from ..graph.errors import QueryError
from ..graph.store import EmbeddedStore, Graphs
from ..ontology.namespaces import PREFIXES
from ..queries.prefixes import with_prefixes
from .formats import GRAPHS, RESULTS, choose, with_charset
from .reply import Reply

Task: TypeAlias = Callable[..., None]


def query(
    graph: KnowledgeGraph,
    reply: Reply,
    *,
    text: str,
    accept: str,
    base: str,
    dataset: tuple[Sequence[str], Sequence[str]] | None,
) -> None:
    """Run a query and stream its answer in the format that the client likes best.

    The usual prefixes need not be declared.
    """
    store = graph.store
    assert isinstance(store, EmbeddedStore)
    graphs = Graphs(tuple(dataset[0]), tuple(dataset[1])) if dataset else None
    answer = store.query(with_prefixes(text, store), graphs, base)
    offers: Mapping[str, Any] = GRAPHS if isinstance(answer, ox.QueryTriples) else RESULTS
    media = choose(accept, offers)
    if media is None:
        reply.begin("text/plain; charset=utf-8", 406)
        reply.write(f"This answer can be had as {', '.join(offers)}.\n".encode())
        return
    reply.begin(with_charset(media))
    out = cast("IO[bytes]", reply)
    try:
        if isinstance(answer, ox.QueryTriples):
            ox.serialize(answer, out, GRAPHS[media], prefixes=PREFIXES)
        else:
            answer.serialize(out, RESULTS[media])
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(f"the query cannot be evaluated: {error}") from error


TASKS: Final[Mapping[str, Task]] = {"query": query}
