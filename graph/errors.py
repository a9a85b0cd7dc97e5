"""The tree of all errors that Taawun raises, and their text for people and programs.

::

    TaawunError                what the command line shows instead of a traceback
        ├── CollectionError        input files have faults; carries all faults of a run
        ├── QuoteError             a quote is not in its document, is ambiguous, or cuts a word
        ├── QueryError             a query or a question cannot be run as written
        │   └── UnexplainableError a query runs, but its rows cannot be explained correctly
        ├── UnsureError            a question in one's own words was not understood for certain
        ├── UnknownNameError       a name is not in the graph; carries similar names
        ├── ShapesError            a shape is malformed, or uses an unsupported construct
        ├── RevisionError          a state to compare with, or its repository, does not exist
        ├── StoreError             the embedded store cannot be opened or written
        ├── ServerError            the server cannot listen on its address
        ├── InputError             a command's input does not exist, or is not text
        ├── OutputError            a file cannot be written
        ├── MisuseError            arguments or options of a command conflict
        ├── MissingExtraError      a package of an optional part is not installed
        └── EndpointError          a remote endpoint is slow, unreachable, or misbehaves
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..messages.fault import ARROW, Fault, remedy_of
from ..messages.message import Message, Part, directed
from ..messages.untrusted_text import is_utf_16


class TaawunError(Exception):
    """The base of every error that Taawun raises deliberately: a message and a remedy.

    The first argument is a message, or a code followed by its parts.
    """

    def __init__(
        self, what: str | Message, /, *, remedy: Message | None = None, **parts: Part
    ) -> None:
        self.message = what if isinstance(what, Message) else Message(what, **parts)
        self.remedy = remedy or remedy_of(self.message.code, {**self.message.parts})
        super().__init__(str(self.message) + (f"{ARROW}{self.remedy}" if self.remedy else ""))


class CollectionError(TaawunError):
    """Input files have faults; ``faults`` holds all faults of a run, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("faults-found", count=len(self.faults))

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class QuoteError(TaawunError):
    """A quote is not in its document, occurs more than once, or cuts a word."""


class QueryError(TaawunError):
    """A query or a stored question cannot be run as written."""


class UnexplainableError(QueryError):
    """The query runs, but an explanation of its rows would be untrue; the message says why."""


class UnsureError(TaawunError):
    """A question in one's own words names what is not there, or was not understood for certain."""

    @classmethod
    def of(
        cls,
        kind: str,
        names: Iterable[str],
        words: Iterable[str],
        near: Iterable[str] = (),
        reason: Message | None = None,
    ) -> UnsureError:
        """The error for an outcome: ``foreign``, ``unread`` or ``unsure``, for a reason."""
        close = tuple(near)
        remedy = Message("did-you-mean", names=close) if close else None
        if kind == "foreign":
            return cls(Message("reading-foreign", names=tuple(names)), remedy=remedy)
        if kind == "unread":
            return cls(Message("reading-unread", words=tuple(words)), remedy=remedy)
        return cls(reason or Message("reading-unsure"), remedy=remedy)


class UnknownNameError(TaawunError):
    """A name is not in the graph; ``near`` lists the most similar names.

    ``kind`` is the kind of thing looked up, as a code such as ``kind-entity``, or several of which
    one is wanted. ``others`` are things of other kinds that have the name.
    """

    def __init__(
        self,
        name: str,
        kind: str | Sequence[str],
        near: Iterable[str] = (),
        others: Iterable[str] = (),
    ) -> None:
        self.name, self.near = name, tuple(near)
        remedy = Message("did-you-mean", names=self.near) if self.near else None
        if others:
            remedy = Message("name-of-others", names=tuple(others))
        kinds = [Message(one) for one in ([kind] if isinstance(kind, str) else kind)]
        wanted = kinds[0] if len(kinds) == 1 else kinds
        super().__init__("unknown-name", remedy=remedy, kind=wanted, name=name)


class ShapesError(TaawunError):
    """A SHACL shape is malformed, or uses an unsupported construct."""


class RevisionError(TaawunError):
    """A state of the graph, or the git repository that should contain it, does not exist."""


class StoreError(TaawunError):
    """The embedded store cannot be opened, read or written."""


class ServerError(TaawunError):
    """The server cannot listen on the given address."""


class InputError(TaawunError):
    """The input of a command does not exist, or is not text."""

    @classmethod
    def text_of(cls, file: str, content: bytes) -> str:
        """The text of an input, which must be UTF-8; else raises the error that says what it is."""
        if is_utf_16(content):
            raise cls("text-utf-16", file=file)
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise cls.not_utf_8(file, error) from error

    @classmethod
    def not_utf_8(cls, file: str, error: UnicodeDecodeError) -> InputError:
        """The error for a file that is not UTF-8, with the first invalid byte."""
        value = f"{error.object[error.start]:#04x}"
        return cls(Message("text-not-utf-8", file=file, offset=error.start, value=value))


class OutputError(TaawunError):
    """A file cannot be written to the chosen path."""


class MisuseError(TaawunError):
    """Arguments or options of a command conflict."""


class MissingExtraError(TaawunError, ImportError):
    """A package that an optional part needs is not installed; the remedy is the command."""


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Around imports of packages that only an extra of ours installs.

    Raises ``MissingExtraError`` if one is not installed. ``extra`` is a name of
    ``[project.optional-dependencies]``.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package == "taawun":
            raise
        remedy = Message("install-extra", extra=extra)
        raise MissingExtraError("extra-missing", package=package, remedy=remedy) from error


class EndpointError(TaawunError):
    """A remote SPARQL endpoint is slow, unreachable, or sends an unreadable answer."""


def told(what: Fault | BaseException | Message, language: str, before: str = "") -> str:
    """The lines of an error, or of a fault with place and remedy; ``before`` is the prefix."""
    heads = [before] if before else []
    if isinstance(what, Fault) and str(what.place):
        heads.append(str(what.place))
    message = what if isinstance(what, Message) else getattr(what, "message", None)
    remedy = getattr(what, "remedy", None)
    if not isinstance(message, Message):
        # An error of Python or of a library, without a translation.
        return ": ".join([*heads, str(what)])
    text = message.text(language)
    if language == "en":
        return ": ".join([*heads, text]) + (f"\n    → {remedy}" if remedy else "")
    first, *lines = text.split("\n")
    # The lines after the first are for copying, and keep their own direction.
    told = "\n".join([directed(first, heads), *lines])
    return told + ("\n" + directed(f"    ← {remedy.text(language)}") if remedy else "")


def as_json(what: Fault | TaawunError) -> dict[str, Any]:
    """A fault or an error for programs: its stable ``code``, its parts, and the English text."""
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
