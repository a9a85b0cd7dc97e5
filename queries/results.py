"""Answers as tables: rows of terms, their labels, and output formats."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import pyoxigraph as ox

from ..graph.store import Store, Term
from ..messages.message import has_words, say
from ..messages.untrusted_text import escaped, visible
from ..ontology.namespaces import ID, TW
from .labels import Labels, short_iri

if TYPE_CHECKING:
    from ..graph.fact_record import FactRecord

FORMATS: Final = ("table", "csv", "tsv", "json", "markdown")
# Rarely needed patterns are compiled on first use.
_BREAKS: Final = r"[\t\r\n]+"
_MARKS: Final = r"[|\\<>\[\]]"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER: Final = r"[-+]?\d+(\.\d+)?"
#: How an answer names things in tables: by label, by IRI as SPARQL CSV has it, or by both.
Naming: TypeAlias = Literal["labels", "iris", "both"]
#: The terms of a row, one per column; None for an unbound variable.
Terms: TypeAlias = tuple[Term | None, ...]


class Table(NamedTuple):
    """A complete answer: its variable names and its ordered rows."""

    variables: tuple[str, ...]
    rows: tuple[Terms, ...]


def terms_of(solution: ox.QuerySolution) -> Terms:
    """The terms of a solution in the order of the answer's variables."""
    return tuple([None if isinstance(term, ox.Triple) else term for term in solution])


class Shown:
    """The labels of terms and columns in one language.

    ``columns`` has the headings of columns not named after an ontology term.
    """

    def __init__(
        self, store: Store, language: str, columns: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self.language = language
        self.labels = Labels.of(store)
        self._columns = columns or {}

    def fetch(self, rows: Iterable[Terms]) -> None:
        """Fetch the labels of all terms in some rows."""
        self.labels.fetch(
            {term.value for row in rows for term in row if isinstance(term, ox.NamedNode)}
        )

    def cells(self, rows: Sequence[Terms]) -> list[list[str]]:
        """The cells of some rows as display text; labels are fetched in one batch."""
        self.fetch(rows)
        return [[self.term(term) for term in row] for row in rows]

    def term(self, term: Term | None) -> str:
        """A term as text: the label of an entity, or a literal, with digit grouping for numbers."""
        if term is None:
            return ""
        if isinstance(term, ox.NamedNode):
            return self.labels(term.value, self.language)
        return term.value

    def modality(self, fact: FactRecord) -> str:
        """The label of a fact's modality."""
        if fact.is_derived:
            # This is not a value of the ontology.
            return say("fact-derived", self.language)
        return self.labels(f"{ID}modality/{fact.modality}", self.language)

    def record_status(self, fact: FactRecord) -> str:
        """The label of a fact's curation status; a derived fact has none."""
        status = fact.record_status
        return status and self.labels(f"{ID}record-status/{status}", self.language)

    def column(self, name: str) -> str:
        """The heading of a column, from the question, the ontology or the variable's name."""
        if name in self._columns:
            return self._columns[name].get(self.language, name)
        if has_words(f"column-{name}"):
            return say(f"column-{name}", self.language)
        kind = "".join(part.capitalize() for part in re.split(r"_|(?=[A-Z])", name))
        candidates = [TW + kind, TW + name]
        self.labels.fetch(candidates)
        for iri in candidates:
            label = self.labels(iri, self.language)
            if label != short_iri(iri):
                return label
        return name.replace("_", " ")


def distinct(headings: Sequence[str], names: Sequence[str]) -> list[str]:
    """The headings, with the variable's name in those that would be equal."""
    counted = Counter(headings)
    return [
        f"{heading} (?{name})" if counted[heading] > 1 else heading
        for heading, name in zip(headings, names, strict=True)
    ]


def as_data(term: Term | None, style: str) -> str:
    """A term as SPARQL CSV (its value) or SPARQL TSV (in Turtle) has it."""
    if term is None:
        return ""
    if style == "tsv" or isinstance(term, ox.BlankNode):
        return str(term)
    return term.value


def heading_is_known(shown: Shown, name: str) -> bool:
    """Whether a column has a heading of its own in the language."""
    return shown.column(name) != name.replace("_", " ")


def to_json(
    table: Table, why: Sequence[Mapping[str, Any]] | None, members: Mapping[str, Any]
) -> str:
    """SPARQL 1.1 Query Results JSON; ``why`` adds one explanation per row, ``members`` the rest."""
    import json

    document: dict[str, Any] = {
        "head": {"vars": list(table.variables)},
        "results": {"bindings": [dict(bindings(table.variables, row)) for row in table.rows]},
    }
    if why is not None:
        document["why"] = list(why)
    document |= members
    return escaped(json.dumps(document, ensure_ascii=False, indent=2))


def bindings(variables: Iterable[str], row: Terms) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the bound variables of a row with their terms as JSON."""
    from ..graph.fact_record import term_json

    for name, term in zip(variables, row, strict=True):
        if term is not None:
            yield name, term_json(term)


def to_separated(headings: Sequence[str], cells: Iterable[Sequence[str]], style: str) -> str:
    """A complete answer as ``csv`` or ``tsv``."""
    return LINES[style]([headings, *cells])


def to_markdown(headings: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return LINES["markdown"]([headings]) + rule(headings) + LINES["markdown"](cells)


def rule(headings: Sequence[str]) -> str:
    """The delimiter row of a Markdown table."""
    return f"| {' | '.join(['---'] * len(headings))} |\n"


def _csv(rows: Iterable[Sequence[str]]) -> str:
    """CSV (RFC 4180). An apostrophe is put before cells that a spreadsheet would run."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(map(harmless, row) for row in rows)
    return out.getvalue()


def harmless(cell: str) -> str:
    """The cell made safe for spreadsheets (no formulas) and terminals (no control codes)."""
    if cell[:1] not in _FORMULA or re.fullmatch(_NUMBER, cell):
        return visible(cell)
    return visible(f"'{cell}")


def _tsv(rows: Iterable[Sequence[str]]) -> str:
    """TSV of display text."""
    return "".join(
        "\t".join([visible(re.sub(_BREAKS, " ", cell)) for cell in row]) + "\n" for row in rows
    )


def _markdown(rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(map(in_markdown, row))} |\n" for row in rows)


def in_markdown(cell: str) -> str:
    return visible(re.sub(_MARKS, r"\\\g<0>", re.sub(_BREAKS, " ", cell)))


#: The row writer of each style, also used for headings.
LINES: Final[Mapping[str, Callable[[Iterable[Sequence[str]]], str]]] = {
    "csv": _csv,
    "tsv": _tsv,
    "markdown": _markdown,
}
