"""Answers as tables: rows of terms with what they are called, and the formats they print in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..graph.store import Store, Term
from ..ontology.namespaces import TW
from .names import Labels, short_iri

FORMATS: Final = ("table", "csv", "tsv", "json", "markdown")
#: A row as the terms of the columns, None where a variable is not bound.
Terms: TypeAlias = tuple[Term | None, ...]

_COLUMNS: Final = {
    "label": {"ar": "الاسم", "en": "name"},
    "count": {"ar": "العدد", "en": "count"},
    "subject": {"ar": "الطرف الأول", "en": "subject"},
    "predicate": {"ar": "العلاقة", "en": "relation"},
    "object": {"ar": "الطرف الثاني", "en": "object"},
    "quote": {"ar": "الاقتباس", "en": "quote"},
    "path": {"ar": "المسار", "en": "path"},
    "document": {"ar": "الوثيقة", "en": "document"},
}


@dataclass(frozen=True, slots=True)
class Table:
    """A whole answer: the names of its variables, and its rows in order."""

    variables: tuple[str, ...]
    rows: tuple[Terms, ...]


def table_of(answer: ox.QuerySolutions) -> Table:
    """Read all rows of an answer."""
    variables = tuple(variable.value for variable in answer.variables)
    return Table(
        variables,
        tuple(tuple(_plain(solution[name]) for name in variables) for solution in answer),
    )


def _plain(term: object) -> Term | None:
    return term if isinstance(term, (ox.NamedNode, ox.BlankNode, ox.Literal)) else None


class Shown:
    """What terms and columns are called in one language.

    ``columns`` names the columns that are not called after a term of the ontology.
    """

    def __init__(
        self, store: Store, language: str, columns: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self.language = language
        self._labels = Labels(store)
        self._columns = {**_COLUMNS, **(columns or {})}

    def table(self, table: Table) -> list[list[str]]:
        """The cells of all rows, as people read them; labels are fetched together."""
        self._labels.fetch(
            term.value for row in table.rows for term in row if isinstance(term, ox.NamedNode)
        )
        return [[self.term(term) for term in row] for row in table.rows]

    def term(self, term: Term | None) -> str:
        """One term: the label of an entity, the text or the grouped number of a literal."""
        if term is None:
            return ""
        if isinstance(term, ox.NamedNode):
            return self._labels(term.value, self.language)
        return term.value

    def column(self, name: str) -> str:
        """The heading of a column: from the question, the ontology, or the variable's name."""
        if name in self._columns:
            return self._columns[name].get(self.language, name)
        kind = "".join(part.capitalize() for part in re.split(r"_|(?=[A-Z])", name))
        candidates = [TW + kind, TW + name]
        self._labels.fetch(candidates)
        for iri in candidates:
            label = self._labels(iri, self.language)
            if label != short_iri(iri):
                return label
        return name.replace("_", " ")


def heading_is_known(shown: Shown, name: str) -> bool:
    """Whether a column has a heading of its own in the language."""
    return shown.column(name) != name.replace("_", " ")


def to_json(table: Table, why: Sequence[Mapping[str, Any]] | None = None) -> str:
    """SPARQL 1.1 Query Results JSON; with ``why``, one explanation a row beside the results."""
    document: dict[str, Any] = {
        "head": {"vars": list(table.variables)},
        "results": {"bindings": [dict(bindings(table.variables, row)) for row in table.rows]},
    }
    if why is not None:
        document["why"] = list(why)
    return json.dumps(document, ensure_ascii=False, indent=2)


def bindings(variables: Iterable[str], row: Terms) -> Iterator[tuple[str, dict[str, str]]]:
    """The variables that are bound in a row, with their terms as JSON."""
    for name, term in zip(variables, row, strict=True):
        if term is not None:
            yield name, term_json(term)


def term_json(term: Term) -> dict[str, str]:
    """A term as SPARQL 1.1 Query Results JSON writes it (section 3.2.2)."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
        found["datatype"] = term.datatype.value
    return found


def to_separated(headings: Sequence[str], cells: Iterable[Sequence[str]], separator: str) -> str:
    """CSV (RFC 4180) or, with a tab, TSV with the cells as people read them.

    In CSV a cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    if separator == "\t":
        for row in [headings, *cells]:
            out.write("\t".join(re.sub(r"[\t\r\n]+", " ", cell) for cell in row) + "\n")
        return out.getvalue()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    for row in cells:
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    is_number = re.fullmatch(r"[-+]?\d+(\.\d+)?", cell)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") and not is_number else cell


def to_markdown(headings: Sequence[str], cells: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *cells]
    return "".join(
        "| " + " | ".join(re.sub(r"[|\\]", r"\\\g<0>", c).replace("\n", " ") for c in line) + " |\n"
        for line in lines
    )
