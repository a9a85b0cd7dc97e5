"""Stores that answer SPARQL: the interface, and the embedded Oxigraph store.

Every store returns pyoxigraph objects, so that callers need not know whether the graph is on
disk or behind an endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias, TypeVar, cast

import pyoxigraph as ox

from ..messages.message import foreign
from .errors import QueryError, StoreError, needs
from .sparql_tokens import spelt_for_oxigraph

if TYPE_CHECKING:
    from rdflib import Dataset

#: The name of the file with the facts of a build, beside its store.
FACT_INDEX: Final = "facts.sqlite"
_SERVICE: Final = re.compile("service", re.IGNORECASE)
#: Letters substituted one for one, so that SERVICE is no longer a keyword.
_SWAPPED: Final = str.maketrans("SERVICEservice", "FREIVPRfreivpr")
#: RocksDB's word for damaged files.
_CORRUPTION: Final = "Corruption"

#: How many quads are copied into memory for many queries: half a second's work, once.
MOST_RESIDENT: Final = 200_000

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Answer: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
#: A row of a SELECT: its bound variables.
Binding: TypeAlias = Mapping[str, Term]
_Item = TypeVar("_Item")


class Graphs(NamedTuple):
    """The dataset of one query (SPARQL 1.1 Protocol, section 2.1.4), as graph IRIs.

    The default graph is the merge of ``default``; GRAPH reaches only ``named``.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def _refuse_service(query: str, base: str | None) -> None:
    """Raise ``QueryError`` if the query uses SERVICE as a keyword.

    Oxigraph itself decides, because it also accepts forms such as ``?s ?p ?o.SERVICE<…>``. With
    its letters replaced, a query that used the keyword is no longer valid SPARQL; one that has
    the word in a string, an IRI, a comment or a name still is.
    """
    # The keyword is ASCII, and long queries are read faster so than by a regular expression.
    if "service" not in query.lower():
        return
    other = _SERVICE.sub(lambda found: found[0].translate(_SWAPPED), query)
    if other == query:
        return
    try:
        ox.Store().query(other, base_iri=base)
    except SyntaxError as error:
        from .sparql_tokens import scan

        spoken = (token.text for token in scan(query) if token.kind not in ("string", "iri"))
        if any("service" in text.lower() for text in spoken):
            raise QueryError("service-not-evaluated") from error
        raise _invalid(error) from error


def _invalid(error: SyntaxError) -> QueryError:
    """The syntax error on one line, without the character classes that may begin a name."""
    message = re.sub(r",? \[[^a-z]*['_].*", "", error.msg or str(error), flags=re.DOTALL)
    line = " ".join(message.split()).removesuffix(": expected")
    return QueryError("query-invalid", reason=line)


def read(answer: Iterable[_Item]) -> Iterator[_Item]:
    """The solutions or triples of an answer, read from the store one at a time.

    Raises ``StoreError`` if the store is damaged.
    """
    try:
        yield from answer
    except (OSError, ValueError, RuntimeError) as error:
        raise damaged(error) from error


def line_of(subject: Term, predicate: Term, object_: Term) -> str:
    """A triple as in N-Triples, without its full stop; many are written so."""
    # The value of a term is there faster than its text.
    if isinstance(object_, ox.NamedNode) and isinstance(subject, ox.NamedNode):
        return f"<{subject.value}> <{predicate.value}> <{object_.value}>"
    return f"{subject} {predicate} {object_}"


def damaged(error: Exception) -> StoreError:
    """The error for a damaged store, with a remedy."""
    return StoreError("store-damaged", reason=foreign(error))


class Store(Protocol):
    """A store that answers SPARQL 1.1 queries over the plain view and the named graphs."""

    def query(self, text: str) -> Answer:
        """Run any SPARQL 1.1 query with the plain view as default graph.

        Returns ``ox.QuerySolutions`` for SELECT, ``ox.QueryBoolean`` for ASK, an iterator of
        triples for CONSTRUCT and DESCRIBE. Raises ``QueryError`` if the query is refused, and
        ``EndpointError`` or ``StoreError`` if the store fails.
        """
        ...


class EmbeddedStore:
    """The built graph in an Oxigraph store, on disk (read only) or in memory.

    ``build`` is the name of the build, a hash of its inputs; empty for a store in memory.
    ``fact_index`` is the file that repeats what it says of facts, which need not be there.
    """

    def __init__(self, store: ox.Store, build: str = "", *, fact_index: Path | None = None) -> None:
        self._store, self.build, self.fact_index = store, build, fact_index
        #: What readers keep with a build, which never changes, by their name.
        self.kept: dict[str, object] = {}

    @classmethod
    def open(cls, path: Path) -> EmbeddedStore:
        """Open a built store at ``path``, read only; its folder is named as the build."""
        try:
            store = ox.Store.read_only(str(path))
            return cls(store, path.parent.name, fact_index=path.parent / FACT_INDEX)
        except (OSError, ValueError, RuntimeError) as error:
            raise StoreError(
                "store-not-opened",
                path=str(path),
                reason=foreign(error),
                folder=str(path.parent),
            ) from error

    @classmethod
    def in_memory(cls, nquads: bytes) -> EmbeddedStore:
        """A store in memory with the given N-Quads."""
        store = ox.Store()
        store.bulk_load(nquads, ox.RdfFormat.N_QUADS)
        return cls(store)

    def resident(self, most: int = MOST_RESIDENT) -> EmbeddedStore:
        """The same build in memory, where many queries run several times faster.

        It is the store itself if it has more than ``most`` quads: each takes some 700 bytes.
        """
        if not self.build or len(self._store) > most:
            return self
        copy = ox.Store()
        copy.bulk_extend(self._store)
        return EmbeddedStore(copy, self.build)

    def query(self, text: str, graphs: Graphs | None = None, base: str | None = None) -> Answer:
        """Run a query; see :class:`Store`.

        SERVICE is refused: the embedded graph is self-contained and sends no requests.
        ``graphs`` replaces the dataset of the query or the store; ``base`` resolves relative IRIs
        if the query has no BASE.
        """
        try:
            text = spelt_for_oxigraph(text)
            _refuse_service(text, base)
            if graphs is None:
                return self._store.query(text, base_iri=base)
            return self._store.query(
                text,
                base_iri=base,
                default_graph=[ox.NamedNode(iri) for iri in graphs.default],
                named_graphs=[ox.NamedNode(iri) for iri in graphs.named],
            )
        except SyntaxError as error:
            raise _invalid(error) from error
        except (OSError, ValueError, RuntimeError) as error:
            if _CORRUPTION in str(error):
                raise damaged(error) from error
            raise QueryError("query-not-evaluated", reason=foreign(error)) from error

    @property
    def quads(self) -> ox.Store:
        """The same store, for access by quad."""
        return self._store

    def dataset(self) -> Dataset:
        """The same store as an ``rdflib.Dataset``, the public interface for RDF code."""
        with needs("rdflib"):
            from oxrdflib import OxigraphStore
            from rdflib import Dataset

        return Dataset(store=OxigraphStore(store=self._store))


def kept(store: Store, name: str, made: Callable[[Store], _Item]) -> _Item:
    """What is read from a store: from a build, which never changes, only once."""
    if not (isinstance(store, EmbeddedStore) and store.build):
        return made(store)
    if name not in store.kept:
        store.kept[name] = made(store)
    return cast("_Item", store.kept[name])


def select(store: Store, text: str) -> Iterator[dict[str, Term]]:
    """The rows of a SELECT query, each as its bound variables."""
    answer = store.query(text)
    if not isinstance(answer, ox.QuerySolutions):
        raise QueryError("query-not-select")
    names = [variable.value for variable in answer.variables]
    for solution in read(answer):
        row = {}
        for name in names:
            term = solution[name]
            if isinstance(term, (ox.NamedNode, ox.BlankNode, ox.Literal)):
                row[name] = term
        yield row


@contextmanager
def changed(
    store: ox.Store, come: Iterable[ox.Quad], gone: Iterable[ox.Quad]
) -> Iterator[tuple[list[ox.Quad], list[ox.Quad]]]:
    """A store in memory with some quads more and others fewer, for a while.

    Gives the quads that were not there, and those that are no more.
    """
    come = dict.fromkeys(come)
    gone = [quad for quad in gone if quad in store and quad not in come]
    come = [quad for quad in come if quad not in store]
    store.extend(come)
    for quad in gone:
        store.remove(quad)
    try:
        yield come, gone
    finally:
        store.extend(gone)
        for quad in come:
            store.remove(quad)
