"""Everything that can go wrong, as one tree.

::

    TaawunError                what the command line shows instead of a traceback
    ├── CollectionError        input files have faults; carries all of a run's faults
    ├── QuoteError             a quote is not in its document, or not as it must be
    ├── QueryError             a query or a question cannot be run as written
    │   └── UnexplainableError a query runs, but no row of it can be explained honestly
    ├── UnknownNameError       a name stands for nothing in the graph; carries near ones
    ├── ShapesError            a shape is malformed, or says what nothing here can check
    ├── RevisionError          a state to compare with, or its repository, is not there
    ├── StoreError             the embedded store cannot be opened or written
    ├── ServerError            the server cannot listen where it is told to
    ├── OutputError            a file cannot be written
    └── EndpointError          a remote endpoint is slow, dead, or answers nonsense
"""

from __future__ import annotations

from collections.abc import Iterable

from ..messages.fault import ARROW, Fault, remedy_of
from ..messages.message import Message, Part


class TaawunError(Exception):
    """The base of every error that Taawun raises on purpose: a message, and what can be done."""

    def __init__(self, code: str, /, *, remedy: Message | None = None, **parts: Part) -> None:
        self.message = Message(code, **parts)
        self.remedy = remedy or remedy_of(code, parts)
        super().__init__(str(self.message) + (f"{ARROW}{self.remedy}" if self.remedy else ""))


class CollectionError(TaawunError):
    """Input files have faults; ``faults`` holds all of a run, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("faults-found", count=len(self.faults))

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class QuoteError(TaawunError):
    """A quote is not in its document, is there more than once, or cuts a word."""


class QueryError(TaawunError):
    """A query or a stored question cannot be run as written."""


class UnexplainableError(QueryError):
    """The query runs, but explaining its rows would say something untrue; the text says why."""


class UnknownNameError(TaawunError):
    """A name stands for nothing in the graph; ``near`` lists the names that come closest.

    ``kind`` says what was looked for: the code ``kind-entity``, say.
    """

    def __init__(self, name: str, kind: str, near: Iterable[str] = ()) -> None:
        self.name, self.near = name, tuple(near)
        remedy = Message("did-you-mean", names=self.near) if self.near else None
        super().__init__("unknown-name", remedy=remedy, kind=Message(kind), name=name)


class ShapesError(TaawunError):
    """A SHACL shape is malformed, or uses a construct that nothing here can check."""


class RevisionError(TaawunError):
    """A state of the graph, or the git repository that should have it, is not there."""


class StoreError(TaawunError):
    """The embedded store cannot be opened, read or written."""


class ServerError(TaawunError):
    """The server cannot listen on the address that it is told."""


class OutputError(TaawunError):
    """A file cannot be written where the user wants it."""


class EndpointError(TaawunError):
    """A remote SPARQL endpoint is slow, dead, or gives an answer that cannot be read."""
