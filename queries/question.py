"""A stored question: one ``.rq`` file, with its wording in both languages in the header.

The header is YAML after ``#+`` (grlc). A parameter is written in the query as ``VALUES ?name {
default }``; setting it replaces only the content of the braces, with one serialised term, so that
user text never becomes part of a query. The default ``UNDEF`` matches any value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..messages.message import Message, foreign

if TYPE_CHECKING:
    from .names import Names

#: Headings, by language, of columns without a label in the ontology.
Columns = Mapping[str, Mapping[str, str]]
_MARK: Final = "#+"
#: The required keys of a header, each with an example.
_NEEDED: Final = {
    "summary": "summary: Which countries signed agreements?",
    "summary_ar": "summary_ar: ما الدول التي وقّعت اتفاقيات؟",
    "tags": "tags: [agreement, country]",
    "rows": "rows: 12",
}
_PARAMETER: Final = "country: {type: country, ar: الدولة, en: country}"
_COLUMN_WRITTEN: Final = "countries: {ar: عدد الدول, en: countries}"
#: The fault of a value of the wrong type.
_NOT: Final[dict[type, str]] = {
    str: "header-not-a-text",
    list: "header-not-a-list",
    dict: "header-not-pairs",
}


class Parameter(NamedTuple):
    """A parameter of a question; its type is a class slug, ``text`` or ``number``."""

    name: str
    type: str
    ar: str
    en: str


class Header(NamedTuple):
    """The parsed header."""

    ar: str
    en: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: Columns
    rows: int


def read_header(name: str, text: str) -> Header:
    """Parse a question's header. Raises ``QueryError`` with the fault and its remedy."""
    written = _yaml(name, text)
    if not written:
        raise _wrong(Message("header-missing", file=_file(name)), _NEEDED["summary"])
    fields = _checked(name, _MARK, written, dict, _NEEDED["summary"])
    for key, example in _NEEDED.items():
        if key not in fields:
            raise _wrong(Message("header-lacks-key", file=_file(name), key=key), example)
    parameters = _pairs(name, fields, "parameters", ("type", "ar", "en"), _PARAMETER)
    return Header(
        ar=_field(name, fields, "summary_ar", str),
        en=_field(name, fields, "summary", str),
        tags=tuple(
            _checked(name, "tags[]", tag, str, _NEEDED["tags"])
            for tag in _field(name, fields, "tags", list)
        ),
        parameters=tuple(
            Parameter(key, spec["type"], spec["ar"], spec["en"]) for key, spec in parameters.items()
        ),
        columns=_pairs(name, fields, "columns", ("ar", "en"), _COLUMN_WRITTEN),
        rows=_rows(name, fields),
    )


def _yaml(name: str, text: str) -> Any:
    import yaml

    # Other lines are kept as empty lines, so that line numbers match the file.
    lines = text.splitlines()
    header = "\n".join(line[len(_MARK) :] if line.startswith(_MARK) else "" for line in lines)
    try:
        # Scalars stay strings: none is converted to a date, number or boolean.
        return yaml.load(header, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1 + len(_MARK)}" if mark else ""
        reason = foreign(error.problem or error.context or "")
        raise QueryError("header-not-yaml", file=_file(name) + place, reason=reason) from error
    except yaml.YAMLError as error:
        reason = foreign(str(error).partition("\n")[0])
        raise QueryError("header-not-yaml", file=_file(name), reason=reason) from error


def _rows(name: str, fields: Mapping[str, Any]) -> int:
    if not re.fullmatch(r"\d{1,9}", str(fields["rows"]), re.ASCII):
        raise _wrong(Message("header-not-a-number", file=_file(name), key="rows"), _NEEDED["rows"])
    return int(fields["rows"])


def _field(name: str, fields: Mapping[str, Any], key: str, kind: type) -> Any:
    return _checked(name, key, fields[key], kind, _NEEDED[key])


def _pairs(
    name: str, fields: Mapping[str, Any], key: str, needed: tuple[str, ...], example: str
) -> dict[str, dict[str, str]]:
    """The items by name, each checked for the required keys."""
    if not fields.get(key):
        return {}
    found: dict[str, dict[str, str]] = _checked(name, key, fields[key], dict, example)
    for one, spec in found.items():
        _checked(name, f"{key}.{one}", spec, dict, example)
        for part in needed:
            if part not in spec:
                lacking = Message("header-lacks-key", file=_file(name), key=f"{key}.{one}.{part}")
                raise _wrong(lacking, example)
            _checked(name, f"{key}.{one}.{part}", spec[part], str, example)
    return found


def _checked(name: str, key: str, value: Any, kind: type, example: str) -> Any:
    if not isinstance(value, kind) or not value:
        raise _wrong(Message(_NOT[kind], file=_file(name), key=key), example)
    return value


def _wrong(what: Message, example: str) -> QueryError:
    return QueryError(what, remedy=Message("write-header", example=f"{_MARK} {example}"))


def _file(name: str) -> str:
    return f"{name}.rq"


HERE: Final = Path(__file__).parent / "questions"


class Question:
    """A stored question: its wording in both languages, and its SPARQL with default parameters.

    The header is parsed on first use, which raises ``QueryError`` if it is malformed.
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
        """The tags of the question."""
        return self._header.tags

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the question."""
        return self._header.parameters

    @property
    def rows(self) -> int:
        """The number of rows in the bundled graph's answer."""
        return self._header.rows

    @property
    def columns(self) -> Columns:
        """Headings, by language, of columns without a label in the ontology."""
        return self._header.columns

    @cached_property
    def _header(self) -> Header:
        return read_header(self.name, self.text)

    def summary(self, language: str) -> str:
        """The question in the given language."""
        return self.ar if language == "ar" else self.en

    def with_values(self, values: Mapping[str, str], names: Names) -> str:
        """The SPARQL text with the given parameters. Values are slugs, IRIs, names or literals.

        Raises ``QueryError`` for an unknown parameter, ``UnknownNameError`` for an unknown value.
        """
        text = self.text
        known = {parameter.name: parameter for parameter in self.parameters} if values else {}
        for name, value in values.items():
            if name not in known:
                if not known:
                    raise QueryError("question-without-parameters", question=self.name, name=name)
                raise QueryError(
                    "parameter-unknown", question=self.name, name=name, known=list(known)
                )
            text = self._replaced(text, name, str(_term(known[name], value, names)))
        from .prefixes import with_prefixes

        return with_prefixes(text, names.store)

    def _replaced(self, text: str, name: str, term: str) -> str:
        from ..graph.sparql_tokens import values_blocks

        blocks = values_blocks(text, name)
        if len(blocks) != 1:
            raise QueryError("parameter-without-values", file=f"{self.name}.rq", name=name)
        ((opening, closing),) = blocks
        return f"{text[: opening.end]} {term} {text[closing.start :]}"


def read_question(path: Path) -> Question:
    """Read one ``.rq`` file. Raises ``QueryError`` if its header is malformed."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise QueryError(
            "question-not-utf-8",
            file=str(path),
            position=error.start,
            byte=f"{error.object[error.start]:#04x}",
        ) from error
    except OSError as error:
        reason = foreign(error.strerror or str(error))
        raise QueryError("question-not-read", file=str(path), reason=reason) from error
    question = Question(path.stem, text)
    assert question.rows >= 0
    return question


def _term(parameter: Parameter, value: str, names: Names) -> ox.NamedNode | ox.Literal:
    if parameter.type == "text":
        return ox.Literal(value)
    if parameter.type == "number":
        try:
            return ox.Literal(int(value))
        except ValueError:
            raise QueryError("parameter-not-a-number", name=parameter.name, value=value) from None
    return ox.NamedNode(names.get(value, parameter.type))
