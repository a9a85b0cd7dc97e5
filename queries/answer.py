"""The answer to a SELECT query as a stream of rows."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final, TextIO

import pyoxigraph as ox

from ..graph.errors import QueryError, TaawunError, as_json
from ..graph.store import Store, damaged, read
from ..messages.untrusted_text import escaped, visible
from ..ontology.namespaces import BASE
from .name_order import by_name, name_columns
from .question import Question
from .results import (
    LINES,
    Naming,
    Shown,
    Table,
    Terms,
    as_data,
    bindings,
    distinct,
    in_markdown,
    rule,
    terms_of,
)

if TYPE_CHECKING:
    from .parameters import Asked


#: Answers of up to so many rows are ordered by name.
_ORDERED: Final = 10_000
#: Rows are read in blocks; the first are small, so that output starts at once.
_FIRST: Final = 16
_BLOCK: Final = 1024


class Answer:
    """The variables and rows of an answer, with their labels; the rows can be read once.

    ``asked`` is the stored question with its values, None for a query. ``warnings`` say what is
    probably wrong with a query.
    """

    def __init__(
        self,
        solutions: ox.QuerySolutions,
        shown: Shown,
        asked: Asked | None = None,
        warnings: Sequence[TaawunError] = (),
        arranged: Iterator[Terms] | None = None,
    ) -> None:
        """``arranged`` has the rows of ``solutions``, already read, in another order."""
        self._solutions, self._arranged = solutions, arranged
        self.shown, self.asked = shown, asked
        self.warnings = tuple(warnings)
        self.variables = tuple(variable.value for variable in solutions.variables)

    @cached_property
    def title(self) -> str:
        """The stored question with all its values, in the answer's language; empty for a query."""
        return self.asked.title(self.shown.labels, self.shown.language) if self.asked else ""

    @property
    def none(self) -> str:
        """The code for an empty answer: it says nothing of the documents, and less if in doubt."""
        if self.warnings:
            return "answer-none-doubtful"
        return self.asked.none if self.asked else "answer-none"

    @property
    def members(self) -> dict[str, Any]:
        """What the JSON says besides the results: the question as asked, and the warnings."""
        found: dict[str, Any] = {}
        if self.asked:
            found["question"] = self.asked.json(self.shown.labels)
        if self.warnings:
            found["warnings"] = [as_json(item) for item in self.warnings]
        return found

    @cached_property
    def headings(self) -> list[str]:
        """The column headings in the answer's language."""
        return distinct([self.shown.column(name) for name in self.variables], self.variables)

    def columns(self, naming: Naming) -> list[str]:
        """The headings of a table that names things so; only labels depend on the language."""
        if naming == "labels":
            return self.headings
        if naming == "iris":
            return list(self.variables)
        headings = [heading for name in self.variables for heading in (name, f"{name}_label")]
        return distinct(headings, [name for name in self.variables for _ in range(2)])

    def cells(self, block: Sequence[Terms], style: str, naming: Naming) -> list[list[str]]:
        """The cells of some rows; dates and numbers are in words for Markdown only."""
        if naming == "iris":
            return [[as_data(term, style) for term in row] for row in block]
        cells = self.shown.cells(block)
        if style == "markdown":
            from .labels import readable

            cells = [[readable(cell, self.shown.language) for cell in row] for row in cells]
        if naming == "both":
            return [
                [
                    text
                    for term, label in zip(row, labels, strict=True)
                    for text in (
                        as_data(term, "csv"),
                        label if isinstance(term, ox.NamedNode) else "",
                    )
                ]
                for row, labels in zip(block, cells, strict=True)
            ]
        return cells

    def rows(self) -> Iterator[Terms]:
        """Yield the unread rows."""
        if self._arranged is not None:
            return self._arranged
        return map(terms_of, read(self._solutions))

    @property
    def solutions(self) -> ox.QuerySolutions:
        """The unread rows as Oxigraph serialises them."""
        if self._arranged is None:
            return self._solutions
        found = [dict(bindings(self.variables, row)) for row in self._arranged]
        document = {"head": {"vars": self.variables}, "results": {"bindings": found}}
        again = ox.parse_query_results(json.dumps(document), ox.QueryResultsFormat.JSON)
        assert isinstance(again, ox.QuerySolutions)
        return again

    def blocks(self, first: int = _FIRST, most: int = _BLOCK) -> Iterator[list[Terms]]:
        """Yield the rows in non-empty blocks of ``first`` to ``most`` rows."""
        rows, size = self.rows(), first
        while block := list(islice(rows, size)):
            yield block
            size = min(8 * size, most)


class Triples(list[ox.Triple]):
    """The answer to CONSTRUCT or DESCRIBE: sorted triples, and the warnings about the query."""

    def __init__(self, triples: Iterable[ox.Triple], warnings: Sequence[TaawunError] = ()) -> None:
        super().__init__(sorted(triples, key=str))
        self.warnings = tuple(warnings)


def ask(
    store: Store,
    question: Question,
    language: str,
    text: str | None = None,
    asked: Asked | None = None,
) -> Answer:
    """The answer to a stored question; ``text`` is its SPARQL with the values of ``asked``.

    Without them, required parameters have their examples. What the query orders by its IRI is
    ordered by its name in the language. Raises ``QueryError`` if the query cannot be run.
    """
    solutions, text = solutions_of(store, question, text)
    shown = Shown(store, language, question.columns)
    return _ordered_by_name(solutions, text, store, shown, asked)


def solutions_of(
    store: Store, question: Question, text: str | None = None
) -> tuple[ox.QuerySolutions, str]:
    """The unread solutions of a stored question, and its SPARQL."""
    if text is None:
        from .prefixes import with_prefixes

        text = with_prefixes(question.text, store)
    solutions = store.query(text)
    if not isinstance(solutions, ox.QuerySolutions):
        raise QueryError("question-not-select", file=f"{question.name}.rq")
    return solutions, text


def _ordered_by_name(
    solutions: ox.QuerySolutions, text: str, store: Store, shown: Shown, asked: Asked | None
) -> Answer:
    """The answer with names, where the query orders by IRIs, in the order of a dictionary.

    An answer of more than ``_ORDERED`` rows stays as it is.
    """
    variables = tuple(variable.value for variable in solutions.variables)
    places = name_columns(text, variables)
    if not places:
        return Answer(solutions, shown, asked)
    rows = list(islice(map(terms_of, read(solutions)), _ORDERED + 1))
    if len(rows) > _ORDERED:
        again = store.query(text)
        assert isinstance(again, ox.QuerySolutions)
        return Answer(again, shown, asked)
    return Answer(solutions, shown, asked, arranged=by_name(rows, places, shown))


def answer_of(store: Store, question: Question) -> Table:
    """The complete answer to a stored question with the values that stand in its query."""
    answer = ask(store, question, "en")
    return Table(answer.variables, tuple(answer.rows()))


#: The formats of SPARQL 1.1 for tables.
_SPARQL: Final = {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV}
#: An IRI of ours in SPARQL 1.1 Query Results JSON, and how much of it may stand before a cut.
_VALUE: Final = re.compile(f'"value":"({BASE}[^"\\\\]*)"')
_TAIL: Final = len('"value"')
#: The end of SPARQL 1.1 Query Results JSON without rows.
_NO_ROW: Final = b"[]}}"


def write_answer(
    answer: Answer,
    style: str,
    out: TextIO,
    naming: Naming = "labels",
    *,
    for_spreadsheet: bool = False,
) -> bool:
    """Write an answer as ``csv``, ``tsv``, ``markdown`` or ``json``; False if it is empty.

    CSV and TSV with ``iris`` are those of SPARQL 1.1; ``for_spreadsheet``, no cell is a formula.
    JSON has the labels besides.
    """
    if style == "json":
        return _write_json(answer, out)
    if naming == "iris" and style in _SPARQL and not for_spreadsheet:
        return _write_sparql(answer, _SPARQL[style], out)
    has_rows = False
    write_title(answer, style, out)
    write_head(style, answer.columns(naming), out)
    for block in answer.blocks():
        has_rows = True
        write_rows(style, answer.cells(block, style, naming), out)
    return has_rows


def write_title(answer: Answer, style: str, out: TextIO) -> None:
    """Write the question above a Markdown table; CSV and TSV have no place for it."""
    if style == "markdown" and answer.title:
        out.write(f"**{in_markdown(answer.title)}**\n\n")


def write_head(style: str, headings: Sequence[str], out: TextIO) -> None:
    """Write the header row as ``csv``, ``tsv`` or ``markdown``."""
    out.write(LINES[style]([headings]))
    if style == "markdown":
        out.write(rule(headings))


def write_rows(style: str, rows: Iterable[Sequence[str]], out: TextIO) -> None:
    """Write some rows as ``csv``, ``tsv`` or ``markdown``, and flush."""
    out.write(LINES[style](rows))
    out.flush()


def _write_sparql(answer: Answer, form: ox.QueryResultsFormat, out: TextIO) -> bool:
    """Write SPARQL 1.1 Query Results CSV or TSV with Oxigraph's serialiser."""
    out.flush()
    lines = _Escaped(out.buffer, _visible_lines if form == ox.QueryResultsFormat.CSV else escaped)
    _serialise(answer, lines, form)
    out.flush()
    return lines.has_rows


def _visible_lines(text: str) -> str:
    return "\r".join(map(visible, text.split("\r")))


def _serialise(answer: Answer, out: _Escaped, form: ox.QueryResultsFormat) -> None:
    try:
        answer.solutions.serialize(out, form)  # type: ignore[arg-type]
    except (RuntimeError, ValueError) as error:
        raise damaged(error) from error


def _write_json(answer: Answer, out: TextIO) -> bool:
    """Write SPARQL 1.1 Query Results JSON with Oxigraph's serialiser."""
    out.flush()
    end = _End(out.buffer)
    _serialise(answer, end, ox.QueryResultsFormat.JSON)
    out.write(f"{added_members(answer, end.iris)}}}\n")
    out.flush()
    return end.text != _NO_ROW


def added_members(answer: Answer, iris: Iterable[str]) -> str:
    """The members of the JSON that follow the results, each after a comma.

    ``labels`` has the label of each of the IRIs that is ours, in the answer's language.
    """
    labels, ours = answer.shown.labels, sorted(iri for iri in iris if iri.startswith(BASE))
    labels.fetch(ours)
    named = {iri: labels(iri, answer.shown.language) for iri in ours}
    members = {"labels": named, **answer.members} if named else answer.members
    return "".join(
        f',\n"{name}": {escaped(json.dumps(value, ensure_ascii=False))}'
        for name, value in members.items()
    )


class _Escaped:
    """A file in which control characters, which a terminal would obey, are ``shown``."""

    def __init__(self, out: IO[bytes], shown: Callable[[str], str] = escaped) -> None:
        self._out, self._shown = out, shown
        self._decoder = getincrementaldecoder("utf-8")()
        self._lines = 0

    @property
    def has_rows(self) -> bool:
        """Whether more than the line of the headings was written."""
        return self._lines > 1

    def write(self, data: bytes) -> int:
        """Write to the underlying file."""
        self._lines += data.count(b"\n")
        self._out.write(self._shown(self._decoder.decode(data)).encode())
        return len(data)

    def flush(self) -> None:
        """Flush the underlying file."""
        self._out.flush()


class _End(_Escaped):
    """A file for JSON that remembers its last bytes and the IRIs of ours in it.

    The last byte, which closes the object, is never written, so that members can be added.
    """

    def __init__(self, out: IO[bytes]) -> None:
        super().__init__(out)
        self.text, self._rest = b"", ""
        self.iris: set[str] = set()

    def write(self, data: bytes) -> int:
        """Write to the underlying file."""
        ready = self.text[-1:] + data[:-1] if data else b""
        self.text = (self.text + data)[-len(_NO_ROW) :]
        text = self._decoder.decode(ready)
        seen = self._rest + text
        self.iris.update(_VALUE.findall(seen))
        self._rest = seen[seen.rfind('"value"') :] if '"value"' in seen else seen[-_TAIL:]
        self._out.write(escaped(text).encode())
        return len(data)
