"""Tables that the Python API shows: short text, HTML for notebooks, pandas data frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from html import escape
from typing import TYPE_CHECKING, Any, Final, SupportsIndex, TypeAlias, TypeVar, overload

import pyoxigraph as ox

from ..graph.errors import needs
from ..graph.store import EmbeddedStore, Store, Term, select
from ..messages.message import say
from ..ontology.namespaces import GRAPH_EVIDENCE, TW, XSD
from .labels import readable
from .results import Shown, to_separated

if TYPE_CHECKING:
    import pandas as pd

#: What a table shows of itself: as text so many rows, characters of a cell in a table of many
#: columns and of a row in one of few; in a notebook so many rows.
TEXT_ROWS: Final = 12
TEXT_CELL: Final = 70
TEXT_LINE: Final = 240
TEXT_TITLE: Final = 400
HTML_ROWS: Final = 60

_Item = TypeVar("_Item")
#: A term, several terms, text, or nothing.
Cell: TypeAlias = "Term | Sequence[Term] | str | int | None"


def text_of_cell(cell: Cell, shown: Shown) -> str:
    """A cell as display text, with dates and numbers in words."""
    if isinstance(cell, (list, tuple)):
        return ", ".join(map(shown.term, cell))
    if isinstance(cell, (str, int)):
        return str(cell)
    text = shown.term(cell)  # type: ignore[arg-type]
    return readable(text, shown.language) if isinstance(cell, ox.Literal) else text


def cut(text: str, most: int) -> str:
    """The text on one line, with ``…`` in place of what is beyond ``most`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def text_table(
    headings: Sequence[str], cells: Sequence[Sequence[str]], total: int, language: str, title: str
) -> str:
    """A few rows as tab-separated text, with the number of all; ``cells`` are the first rows."""
    most = max(TEXT_CELL, TEXT_LINE // max(1, len(headings)))
    short = [[cut(cell, most) for cell in row] for row in cells[:TEXT_ROWS]]
    lines = to_separated(headings, short, "tsv").splitlines()
    if title:
        lines.insert(0, cut(title, TEXT_TITLE))
    lines.append(_extent(min(len(cells), TEXT_ROWS), total, language))
    return "\n".join(lines)


def html_table(
    headings: Sequence[str], cells: Sequence[Sequence[str]], total: int, language: str, title: str
) -> str:
    """The first rows as an HTML table in the direction of the language."""

    def line(row: Sequence[str], tag: str) -> str:
        inner = "".join(f"<{tag}><bdi>{escape(cell)}</bdi></{tag}>" for cell in row)
        return f"<tr>{inner}</tr>"

    caption = f"<caption><bdi>{escape(title)}</bdi></caption>" if title else ""
    body = "".join(line(row, "td") for row in cells[:HTML_ROWS])
    extent = paragraph(_extent(min(len(cells), HTML_ROWS), total, language), language)
    return (
        f'<table lang="{language}" dir="{direction(language)}">{caption}'
        f"<thead>{line(headings, 'th')}</thead><tbody>{body}</tbody></table>"
        f"{extent}"
    )


def direction(language: str) -> str:
    """The direction of the script of a language, as HTML has it."""
    return "rtl" if language == "ar" else "ltr"


def paragraph(text: str, language: str) -> str:
    """Text as an HTML paragraph in the direction of the language."""
    side = direction(language)
    return f'<p lang="{language}" dir="{side}"><bdi>{escape(text)}</bdi></p>'


class Paragraph:
    """What shows in a notebook as its text, in a paragraph of its own direction."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f'<p dir="auto">{escape(repr(self))}</p>'


def extent_of(store: Store, language: str) -> str:
    """How much a graph holds, in words; of an endpoint, which may be slow or away, only that."""
    if not isinstance(store, EmbeddedStore):
        return "SPARQL endpoint"
    (row,) = select(store, _HELD)
    facts = say("count-facts", language, count=int(row["facts"].value))
    documents = say("count-documents", language, count=int(row["documents"].value))
    return f"{facts}, {documents}"


_HELD: Final = f"""
PREFIX tw: <{TW}>
SELECT ?facts ?documents {{
  {{ SELECT (COUNT(?fact) AS ?facts) {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?fact a tw:Fact }} }} }}
  {{ SELECT (COUNT(?document) AS ?documents) {{ ?document a tw:SourceDocument }} }}
}}"""


def _extent(shown: int, total: int, language: str) -> str:
    rows = say("answer-rows", language, count=total)
    return rows if shown == total else say("listing-first", language, rows=rows, first=shown)


class Listing(list[_Item]):
    """A list that shows as a table, in a notebook as HTML, and turns into a pandas data frame.

    ``columns`` are the names of the columns, ``row`` gives an item's cells.
    """

    def __init__(
        self,
        items: Iterable[_Item],
        columns: Sequence[str],
        row: Callable[[_Item], Sequence[Cell]],
        shown: Shown,
        title: str = "",
    ) -> None:
        super().__init__(items)
        self.columns, self.title = tuple(columns), title
        self._row, self._shown = row, shown

    @overload
    def __getitem__(self, index: SupportsIndex) -> _Item: ...
    @overload
    def __getitem__(self, index: slice) -> Listing[_Item]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> _Item | Listing[_Item]:
        """An item, or the listing of a slice."""
        if isinstance(index, slice):
            return self._like(super().__getitem__(index))
        return super().__getitem__(index)

    def _like(self, items: Iterable[_Item]) -> Listing[_Item]:
        return Listing(items, self.columns, self._row, self._shown, self.title)

    def rows(self) -> list[Sequence[Cell]]:
        """The cells of each item, as terms."""
        return [self._row(item) for item in self]

    def _cells(self, most: int) -> list[list[str]]:
        rows = [self._row(item) for item in self[:most]]
        self._shown.fetch([tuple(_terms(rows))])
        return [[text_of_cell(cell, self._shown) for cell in row] for row in rows]

    @property
    def _headings(self) -> list[str]:
        return [self._shown.column(name) for name in self.columns]

    def __repr__(self) -> str:
        return text_table(
            self._headings, self._cells(TEXT_ROWS), len(self), self._shown.language, self.title
        )

    def _repr_html_(self) -> str:
        return html_table(
            self._headings, self._cells(HTML_ROWS), len(self), self._shown.language, self.title
        )

    def to_pandas(self, *, iris: bool = False) -> pd.DataFrame:
        """The items in a data frame, a column for each of ``columns``; see :func:`data_frame`."""
        return data_frame(self.columns, self.rows(), self._shown, iris=iris)


def _terms(rows: Iterable[Sequence[Cell]]) -> Iterable[Term]:
    """The terms in some rows."""
    for row in rows:
        for cell in row:
            if isinstance(cell, (list, tuple)):
                yield from cell
            elif not isinstance(cell, (str, int)) and cell is not None:
                yield cell  # type: ignore[misc]


def data_frame(
    headings: Sequence[str], rows: Sequence[Sequence[Cell]], shown: Shown, *, iris: bool
) -> pd.DataFrame:
    """Rows in a data frame, with labels for entities, or their IRIs.

    A column of whole numbers is ``Int64``, of numbers ``float64``, of truth values ``boolean``, of
    days or times ``datetime64``, and all else is text. Dates in EDTF stay text, since few of them
    are days (``2022-09``, ``XXXX-02``). What is unbound is missing. Raises
    ``MissingExtraError`` without pandas.
    """
    with needs("pandas"):
        import pandas as pd

    shown.fetch([tuple(_terms(rows))])
    columns = [[_value(row[place], shown, iris) for row in rows] for place in range(len(headings))]
    # Two columns may have the same heading.
    frame = pd.DataFrame({place: _series(values) for place, values in enumerate(columns)})
    frame.columns = pd.Index(list(headings), dtype=object)
    return frame


def _value(cell: Cell, shown: Shown, iris: bool) -> object:
    """A cell as a Python value."""
    if isinstance(cell, (list, tuple)):
        return (" " if iris else ", ").join(str(_value(term, shown, iris)) for term in cell)
    if isinstance(cell, ox.NamedNode):
        return cell.value if iris else shown.term(cell)
    if isinstance(cell, ox.Literal):
        return python_value(cell)
    return cell.value if isinstance(cell, ox.BlankNode) else cell


def python_value(literal: ox.Literal) -> object:
    """A literal as a number, truth value, day or time, else as text.

    >>> python_value(ox.Literal(3)), python_value(ox.Literal("XXXX-02"))
    (3, 'XXXX-02')
    >>> python_value(ox.Literal("2022-09-01", datatype=ox.NamedNode(XSD + "date")))
    datetime.date(2022, 9, 1)
    """
    kind = literal.datatype.value.removeprefix(XSD)
    read = _READERS.get(kind) or (int if kind in _INTEGERS else str)
    try:
        return read(literal.value)
    except (KeyError, ValueError):
        return literal.value


_INTEGERS: Final = frozenset({
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
    "negativeInteger", "nonPositiveInteger", "unsignedInt", "unsignedLong", "unsignedShort",
    "unsignedByte",
})  # fmt: skip
_READERS: Final[dict[str, Callable[[str], object]]] = {
    "decimal": float,
    "double": float,
    "float": float,
    "boolean": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    "date": date.fromisoformat,
    "dateTime": datetime.fromisoformat,
}


def _series(values: Sequence[Any]) -> pd.Series:
    import pandas as pd

    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean")
    if kinds and kinds <= {int, float}:
        if kinds == {int} and all(abs(value) < 2**63 for value in values if value is not None):
            return pd.Series(values, dtype="Int64")
        return pd.Series(values, dtype="float64")
    if kinds and kinds <= {date, datetime}:
        zoned = any(isinstance(value, datetime) and value.tzinfo for value in values)
        if zoned:
            return pd.to_datetime(pd.Series(values, dtype=object), utc=True)
        return pd.Series(values, dtype="datetime64[s]")
    return pd.Series(values, dtype=object if not kinds or kinds != {str} else None)
