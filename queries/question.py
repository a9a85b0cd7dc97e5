"""A stored question: one ``.rq`` file, with its words in both languages in the header.

A parameter stands in the query as ``VALUES ?name { default }``; giving it a value replaces what
the braces hold by one serialised term, and nothing else, so that no text of a user becomes part
of a query. A default of ``UNDEF`` means any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from ..graph.errors import QueryError

if TYPE_CHECKING:
    from .header import Columns, Header, Parameter
    from .names import Names

HERE: Final = Path(__file__).parent / "questions"
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BLOCK: Final = r"(VALUES\s+\?{name}\s*\{{)[^}}]*(\}})"
#: A text that YAML reads as it stands: it begins with a letter and has none of YAML's signs.
_PLAIN: Final = r"([^\W\d_][^{}\[\],:#&*!|>'\"%@`\n]*)"
_COLUMNS: Final = r"(?m)^#\+ columns:\n((?:#\+  .*\n)*)"
_COLUMN: Final = rf"#\+   ([a-z]\w*): {{ar: {_PLAIN}, en: {_PLAIN}}}\n"


class Question:
    """A stored question: its words in both languages, and its SPARQL with default parameters.

    The header is read when something of it is asked for, and raises ``QueryError`` where it is
    not as it must be: to run a question needs little of it.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    @property
    def ar(self) -> str:
        """The question in Arabic."""
        return self._header.ar

    @property
    def en(self) -> str:
        """The question in English."""
        return self._header.en

    @property
    def tags(self) -> tuple[str, ...]:
        """What it is about."""
        return self._header.tags

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What may be chosen."""
        return self._header.parameters

    @property
    def rows(self) -> int:
        """How many rows the bundled graph gives."""
        return self._header.rows

    @cached_property
    def columns(self) -> Columns:
        """What columns are called that have no name in the ontology, by language."""
        plain = _plain_columns(self.text)
        return self._header.columns if plain is None else plain

    @cached_property
    def _header(self) -> Header:
        from .header import read_header

        return read_header(self.name, self.text)

    def summary(self, language: str) -> str:
        """The question in words."""
        return self.ar if language == "ar" else self.en

    def with_values(self, values: Mapping[str, str], names: Names) -> str:
        """The SPARQL text with the given parameters. Values are slugs, IRIs, names or literals.

        Raises ``QueryError`` for an unknown parameter, ``UnknownNameError`` for an unknown value.
        """
        text = self.text
        known = {parameter.name: parameter for parameter in self.parameters} if values else {}
        for name, value in values.items():
            if name not in known:
                raise QueryError(
                    f"the question {self.name} has no parameter “{name}”; "
                    + (f"it has {', '.join(known)}" if known else "it has none")
                )
            text = self._replaced(text, name, str(_term(known[name], value, names)))
        from .prefixes import with_prefixes

        return with_prefixes(text, names.store)

    def _replaced(self, text: str, name: str, term: str) -> str:
        pattern = re.compile(_BLOCK.format(name=re.escape(name)))
        text, count = pattern.subn(lambda match: f"{match[1]} {term} {match[2]}", text)
        if count != 1:
            raise QueryError(f"{self.name}.rq must have exactly one VALUES ?{name} {{ … }}")
        return text


def read_question(path: Path) -> Question:
    """Read one ``.rq`` file. Raises ``QueryError`` where its header is not as it must be."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise QueryError(
            f"{path} is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}; "
            "save it as UTF-8"
        ) from error
    except OSError as error:
        raise QueryError(f"{path} cannot be read: {error.strerror}") from error
    question = Question(path.stem, text)
    assert question.rows >= 0
    return question


def find_bundled(name: str) -> Question | None:
    """The bundled question of that name, its header not read yet; None if there is none."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return Question(name, (HERE / f"{name}.rq").read_text("utf-8"))
    except FileNotFoundError:
        return None


def _term(parameter: Parameter, value: str, names: Names) -> ox.NamedNode | ox.Literal:
    if parameter.type == "text":
        return ox.Literal(value)
    if parameter.type == "number":
        try:
            return ox.Literal(int(value))
        except ValueError:
            raise QueryError(f"{parameter.name} is a whole number, not “{value}”") from None
    return ox.NamedNode(names.get(value, parameter.type))


def _plain_columns(text: str) -> Columns | None:
    """The columns where the header writes them in the plainest way; None where YAML must read it.

    To load a YAML reader takes as long as to run most questions.
    """
    header = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#+"))
    if "columns" not in header:
        return {}
    block = re.search(_COLUMNS, header)
    found = re.findall(_COLUMN, block[1]) if block else []
    if block is None or header.count("columns") > 1 or len(found) != block[1].count("\n"):
        return None
    return {name: {"ar": ar.rstrip(), "en": en.rstrip()} for name, ar, en in found}
