"""Turtle files of collections, with the line of each triple."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from ..messages.encoding import is_utf_16
from ..messages.fault import Fault, Place
from ..messages.message import foreign


@dataclass(frozen=True, slots=True)
class Source:
    """One Turtle file: the name that messages give it, its text, its triples and prefixes.

    ``lines`` has the line in which each triple ends.
    """

    name: str
    text: str
    triples: tuple[ox.Triple, ...]
    lines: tuple[int, ...]
    prefixes: dict[str, str]

    def line_of(self, iri: str) -> int:
        """The line that first has the IRI as its subject, or names it; 1 if none does."""
        spellings = [f"<{iri}>"]
        for prefix, space in self.prefixes.items():
            if iri.startswith(space):
                spellings.append(f"{prefix}:{iri[len(space) :]}")
        pattern = "|".join(map(re.escape, spellings))
        for form in (rf"^\s*(?:{pattern})(?![\w:-])", rf"(?<![\w:-])(?:{pattern})(?![\w:-])"):
            if found := re.search(form, self.text, re.MULTILINE):
                return self.text.count("\n", 0, found.end()) + 1
        said = zip(self.triples, self.lines, strict=True)
        return next((line for triple, line in said if names_it(triple, iri)), 1)


class _Lines(io.RawIOBase):
    """The lines of a text, one at each reading, so that the parser's place is known."""

    def __init__(self, text: str) -> None:
        self._lines = text.encode().split(b"\n")
        self.number = 0

    def read(self, _size: int = -1) -> bytes:
        """The next line; empty at the end."""
        if self.number == len(self._lines):
            return b""
        self.number += 1
        return self._lines[self.number - 1] + b"\n"


def read_source(path: Path, name: str) -> Source | Fault:
    """Read one Turtle file, or say why it cannot be read."""
    try:
        content = path.read_bytes()
        if is_utf_16(content):
            return Fault.at(Place(name), "is-utf-16", check="ontology")
        text = content.decode("utf-8")
        lines = _Lines(text)
        parser = ox.parse(cast(IO[bytes], lines), format=ox.RdfFormat.TURTLE)
        found = [(ox.Triple(q.subject, q.predicate, q.object), lines.number) for q in parser]
        triples, places = tuple(t for t, _ in found), tuple(n for _, n in found)
        return Source(name, text, triples, places, dict(parser.prefixes))
    except OSError as error:
        reason = foreign(error.strerror or str(error))
        return Fault.at(Place(name), "cannot-be-read", check="ontology", reason=reason)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Fault.at(Place(name, line), "turtle-not-utf-8", check="ontology")
    except SyntaxError as error:
        place = Place(name, error.lineno or 0, error.offset or 0)
        reason = foreign(error.msg)
        return Fault.at(place, "turtle-invalid", check="ontology", reason=reason)


def names_it(triple: ox.Triple, iri: str) -> bool:
    """Whether a part of the triple is the term with that IRI."""
    return iri in (
        getattr(triple.subject, "value", ""),
        triple.predicate.value,
        getattr(triple.object, "value", ""),
    )


def sources_of(paths: Iterable[tuple[str, Path]]) -> tuple[list[Source], list[Fault]]:
    """The files that can be read, and the faults of those that cannot."""
    read = [read_source(path, name) for name, path in paths]
    return (
        [item for item in read if isinstance(item, Source)],
        [item for item in read if isinstance(item, Fault)],
    )
