"""The header of a stored question: its words in both languages, as YAML after ``#+`` (grlc)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..graph.errors import QueryError

#: What columns are called that have no name in the ontology, by language.
Columns = Mapping[str, Mapping[str, str]]
_MARK: Final = "#+"
#: What stands in every header, each with an example.
_NEEDED: Final = {
    "summary": "summary: Which countries signed agreements?",
    "summary_ar": "summary_ar: ما الدول التي وقّعت اتفاقيات؟",
    "tags": "tags: [agreement, country]",
    "rows": "rows: 12",
}
_PARAMETER: Final = "country: {type: country, ar: الدولة, en: country}"
_COLUMN: Final = "countries: {ar: عدد الدول, en: countries}"
_KINDS: Final[dict[type, str]] = {str: "a text", list: "a list", dict: "“key: value” pairs"}


class Parameter(NamedTuple):
    """A parameter of a question: a class slug as type, or ``text`` or ``number``."""

    name: str
    type: str
    ar: str
    en: str


class Header(NamedTuple):
    """What the header says."""

    ar: str
    en: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: Columns
    rows: int


def read_header(name: str, text: str) -> Header:
    """The header of the question. Raises ``QueryError`` that says what is wrong, and the remedy."""
    written = _yaml(name, text)
    if not written:
        raise _wrong(name, "the #+ header is missing", _NEEDED["summary"])
    fields = _checked(name, "the #+ header", written, dict, _NEEDED["summary"])
    for key, example in _NEEDED.items():
        if key not in fields:
            raise _wrong(name, f"the #+ header lacks “{key}”", example)
    parameters = _pairs(name, fields, "parameters", ("type", "ar", "en"), _PARAMETER)
    return Header(
        ar=_field(name, fields, "summary_ar", str),
        en=_field(name, fields, "summary", str),
        tags=tuple(
            _checked(name, "each of “tags”", tag, str, _NEEDED["tags"])
            for tag in _field(name, fields, "tags", list)
        ),
        parameters=tuple(
            Parameter(key, spec["type"], spec["ar"], spec["en"]) for key, spec in parameters.items()
        ),
        columns=_pairs(name, fields, "columns", ("ar", "en"), _COLUMN),
        rows=_rows(name, fields),
    )


def _yaml(name: str, text: str) -> Any:
    import yaml

    # Other lines stay as empty ones, so that a place in the header is one in the file.
    lines = text.splitlines()
    header = "\n".join(line[len(_MARK) :] if line.startswith(_MARK) else "" for line in lines)
    try:
        # Texts stay texts: no date, number or truth is made of them.
        return yaml.load(header, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1 + len(_MARK)}" if mark else ""
        words = " ".join(filter(None, (error.problem, error.context)))
        raise QueryError(f"{name}.rq{place}: the #+ header is not valid YAML: {words}") from error
    except yaml.YAMLError as error:
        words = str(error).partition("\n")[0]
        raise QueryError(f"{name}.rq: the #+ header is not valid YAML: {words}") from error


def _rows(name: str, fields: Mapping[str, Any]) -> int:
    if not re.fullmatch(r"\d{1,9}", str(fields["rows"]), re.ASCII):
        raise _wrong(name, "“rows” must be a whole number", _NEEDED["rows"])
    return int(fields["rows"])


def _field(name: str, fields: Mapping[str, Any], key: str, kind: type) -> Any:
    return _checked(name, f"“{key}”", fields[key], kind, _NEEDED[key])


def _pairs(
    name: str, fields: Mapping[str, Any], key: str, needed: tuple[str, ...], example: str
) -> dict[str, dict[str, str]]:
    """Things by name, each of which has the needed keys."""
    if not fields.get(key):
        return {}
    found: dict[str, dict[str, str]] = _checked(name, f"“{key}”", fields[key], dict, example)
    for one, spec in found.items():
        _checked(name, f"“{one}” under “{key}”", spec, dict, example)
        for part in needed:
            if part not in spec:
                raise _wrong(name, f"“{one}” under “{key}” lacks “{part}”", example)
            _checked(name, f"“{part}” of “{one}”", spec[part], str, example)
    return found


def _checked(name: str, what: str, value: Any, kind: type, example: str) -> Any:
    if not isinstance(value, kind) or not value:
        raise _wrong(name, f"{what} must be {_KINDS[kind]}", example)
    return value


def _wrong(name: str, what: str, example: str) -> QueryError:
    return QueryError(f"{name}.rq: {what}; write it like this: {_MARK} {example}")
