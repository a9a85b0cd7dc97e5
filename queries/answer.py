"""The answer to a SELECT query as a stream of rows."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final, TextIO

import pyoxigraph as ox

from ..graph.control_characters import escaped
from ..graph.errors import QueryError, TaawunError, as_json
from ..graph.store import Store, damaged, read
from .question import Question
from .results import LINES, Shown, Table, Terms, in_markdown, rule, terms_of

if TYPE_CHECKING:
    from .parameters import Asked


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
    ) -> None:
        self.solutions, self.shown, self.asked = solutions, shown, asked
        self.warnings = tuple(warnings)
        self.variables = tuple(variable.value for variable in solutions.variables)

    @cached_property
    def title(self) -> str:
        """The stored question with all its values, in the answer's language; empty for a query."""
        return self.asked.title(self.shown.labels, self.shown.language) if self.asked else ""

    @property
    def none(self) -> str:
        """The code for an empty answer: a doubtful query says nothing of the documents."""
        return "answer-none-doubtful" if self.warnings else "answer-none"

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
        return [self.shown.column(name) for name in self.variables]

    def rows(self) -> Iterator[Terms]:
        """Yield the unread rows."""
        return map(terms_of, read(self.solutions))

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

    Without them, required parameters have their examples. Raises ``QueryError`` if the query
    cannot be run.
    """
    if text is None:
        from .prefixes import with_prefixes

        text = with_prefixes(question.text, store)
    solutions = store.query(text)
    if not isinstance(solutions, ox.QuerySolutions):
        raise QueryError("question-not-select", file=f"{question.name}.rq")
    return Answer(solutions, Shown(store, language, question.columns), asked)


def answer_of(store: Store, question: Question) -> Table:
    """The complete answer to a stored question with the values that stand in its query."""
    answer = ask(store, question, "en")
    return Table(answer.variables, tuple(answer.rows()))


#: The end of SPARQL 1.1 Query Results JSON without rows.
_NO_ROW: Final = b"[]}}"


def write_answer(answer: Answer, style: str, out: TextIO) -> bool:
    """Write an answer as ``csv``, ``tsv``, ``markdown`` or ``json``; False if it is empty."""
    if style == "json":
        return _write_json(answer, out)
    has_rows = False
    write_title(answer, style, out)
    write_head(style, answer.headings, out)
    for block in answer.blocks():
        has_rows = True
        write_rows(style, cells_of(answer, block, style), out)
    return has_rows


def cells_of(answer: Answer, block: list[Terms], style: str) -> list[list[str]]:
    """The cells of some rows; dates and numbers are in words for Markdown only."""
    cells = answer.shown.cells(block)
    if style != "markdown":
        return cells
    from .date_words import readable

    return [[readable(cell, answer.shown.language) for cell in row] for row in cells]


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


def _write_json(answer: Answer, out: TextIO) -> bool:
    """Write SPARQL 1.1 Query Results JSON with Oxigraph's serialiser."""
    out.flush()
    end = _End(out.buffer)
    try:
        answer.solutions.serialize(end, ox.QueryResultsFormat.JSON)  # type: ignore[arg-type]
    except (RuntimeError, ValueError) as error:
        raise damaged(error) from error
    out.write(f"{added_members(answer)}}}\n")
    out.flush()
    return end.text != _NO_ROW


def added_members(answer: Answer) -> str:
    """The members of the JSON that follow the results, each after a comma."""
    import json

    return "".join(
        f',\n"{name}": {escaped(json.dumps(value, ensure_ascii=False))}'
        for name, value in answer.members.items()
    )


class _End:
    """A file for JSON that escapes terminal control characters and remembers its last bytes.

    The last byte, which closes the object, is never written, so that members can be added.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._decoder = getincrementaldecoder("utf-8")()
        self.text = b""

    def write(self, data: bytes) -> int:
        """Write to the underlying file."""
        ready = self.text[-1:] + data[:-1] if data else b""
        self.text = (self.text + data)[-len(_NO_ROW) :]
        self._out.write(escaped(self._decoder.decode(ready)).encode())
        return len(data)

    def flush(self) -> None:
        """Flush the underlying file."""
        self._out.flush()
