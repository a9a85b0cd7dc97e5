"""All errors that Taawun raises, as one tree, and their words for people and programs.

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
    ├── InputError             what a command is to read is not there, or no text
    ├── OutputError            a file cannot be written
    ├── MisuseError            a command is given what does not go together
    └── EndpointError          a remote endpoint is slow, dead, or answers nonsense
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..messages.direction import directed
from ..messages.fault import ARROW, Fault, remedy_of
from ..messages.message import Message, Part


class TaawunError(Exception):
    """The base of every error that Taawun raises on purpose: a message, and what can be done.

    The first argument is a code, whose parts follow, or a message.
    """

    def __init__(
        self, what: str | Message, /, *, remedy: Message | None = None, **parts: Part
    ) -> None:
        self.message = what if isinstance(what, Message) else Message(what, **parts)
        self.remedy = remedy or remedy_of(self.message.code, {**self.message.parts})
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


class InputError(TaawunError):
    """What a command is told to read is not there, or is not text."""

    @classmethod
    def not_utf_8(cls, file: str, error: UnicodeDecodeError) -> InputError:
        """The error that a file is not UTF-8, with the first byte that cannot be read."""
        value = f"{error.object[error.start]:#04x}"
        return cls(Message("text-not-utf-8", file=file, offset=error.start, value=value))


class OutputError(TaawunError):
    """A file cannot be written where the user wants it."""


class MisuseError(TaawunError):
    """A command is given arguments or options that do not go together."""


class EndpointError(TaawunError):
    """A remote SPARQL endpoint is slow, dead, or gives an answer that cannot be read."""


def told(what: Fault | BaseException | Message, language: str, before: str = "") -> str:
    """A fault with its place and remedy, or an error, as lines; ``before`` begins the first."""
    heads = [before] if before else []
    if isinstance(what, Fault):
        heads.append(str(what.place))
    message = what if isinstance(what, Message) else getattr(what, "message", None)
    remedy = getattr(what, "remedy", None)
    if not isinstance(message, Message):
        # An error of Python or of a library, which has no words of ours.
        return ": ".join([*heads, str(what)])
    text = message.text(language)
    if language == "en":
        return ": ".join([*heads, text]) + (f"\n    → {remedy}" if remedy else "")
    first, *lines = text.split("\n")
    # What stands under the first line is there to be copied, and keeps its own direction.
    told = "\n".join([directed(first, heads), *lines])
    return told + ("\n" + directed(f"    ← {remedy.text(language)}") if remedy else "")


def as_json(what: Fault | TaawunError) -> dict[str, Any]:
    """A fault or an error for programs: its stable ``code``, its parts, and the English words."""
    item: dict[str, Any] = {"code": what.message.code}
    if isinstance(what, Fault):
        item |= {"file": what.place.file, "line": what.place.line, "column": what.place.column}
        item["check"] = what.check
    item["message"] = str(what.message)
    if what.remedy:
        item["remedy"] = str(what.remedy)
    item["parts"] = {name: _plain(part) for name, part in what.message.parts.items()}
    return item


def _plain(part: object) -> Any:
    if isinstance(part, tuple):
        return [_plain(item) for item in part]
    return str(part) if isinstance(part, Message) else part
