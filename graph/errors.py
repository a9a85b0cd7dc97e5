"""Everything that can go wrong, as one tree.

::

    TaawunError                what the command line shows instead of a traceback
    ├── CollectionError        input files have faults; carries all of a run's faults
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
from typing import NamedTuple


class Place(NamedTuple):
    """A place in an input file; line and column are 1-based, 0 where there is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)


class Fault(NamedTuple):
    """One fault of an input: where it stands, what is wrong, and how to mend it."""

    place: Place
    message: str
    remedy: str = ""
    check: str = "format"

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        return f"{text}\n    → {self.remedy}" if self.remedy else text


class TaawunError(Exception):
    """The base of every error that Taawun raises on purpose."""


class CollectionError(TaawunError):
    """Input files have faults; ``faults`` holds all of a run, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class QueryError(TaawunError):
    """A query or a stored question cannot be run as written."""


class UnexplainableError(QueryError):
    """The query runs, but explaining its rows would say something untrue; the text says why."""


class UnknownNameError(TaawunError):
    """A name stands for nothing in the graph; ``near`` lists the names that come closest."""

    def __init__(self, name: str, kind: str, near: Iterable[str] = ()) -> None:
        self.name, self.near = name, tuple(near)
        hint = f"; did you mean {', '.join(self.near)}?" if self.near else ""
        super().__init__(f"no {kind} is called “{name}”{hint}")


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
