"""A stored question: one ``.rq`` file, with its wording in both languages in the header.

The header is YAML after ``#+`` (grlc). A parameter is written in the query as ``VALUES ?name {
value }`` (:mod:`.parameters`).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..graph.errors import QueryError
from ..messages.message import Message, foreign
from ..messages.untrusted_text import DEEPEST, is_utf_16, too_deep
from .listing import Paragraph
from .parameters import Asked, Parameter, read_values, with_terms, written_value

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
_ASKED: Final = 'asks: ["what did {country} sign", "agreements of {country}"]'
_REQUIRED: Final = "country: {type: country, required: true, ar: الدولة, en: country}"
_OF_RECORDS: Final = "of_records: true"
_COLUMN_WRITTEN: Final = "countries: {ar: عدد الدول, en: countries}"
#: The fault of a value of the wrong type.
_NOT: Final[dict[type, str]] = {
    str: "header-not-a-text",
    list: "header-not-a-list",
    dict: "header-not-pairs",
}


class Header(NamedTuple):
    """The parsed header."""

    ar: str
    en: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: Columns
    rows: int
    asks_en: tuple[str, ...] = ()
    asks_ar: tuple[str, ...] = ()
    of_records: bool = False


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
            Parameter(
                key,
                spec["type"],
                spec["ar"],
                spec["en"],
                _truth(name, spec, f"parameters.{key}.required", _REQUIRED),
            )
            for key, spec in parameters.items()
        ),
        columns=_pairs(name, fields, "columns", ("ar", "en"), _COLUMN_WRITTEN),
        rows=_rows(name, fields),
        asks_en=_asks(name, fields, "asks", parameters),
        asks_ar=_asks(name, fields, "asks_ar", parameters),
        of_records=_truth(name, fields, "of_records", _OF_RECORDS),
    )


_LINE: Final = re.compile(r"#\+ (summary|summary_ar|asks|asks_ar):[ \t]*(.*)|#\+ +- (.*)|#\+ \w.*")


@lru_cache(maxsize=1024)
def wordings(name: str, text: str, language: str) -> tuple[str, ...]:
    """The question and its paraphrases in a language, read without parsing the whole header.

    Lists on one line, escapes and the like are left to YAML.
    """
    summary, asks = ("summary_ar", "asks_ar") if language == "ar" else ("summary", "asks")
    found: list[str] = []
    key = ""
    for match in _LINE.finditer(text):
        key = key if match[3] else match[1] or ""
        value = match[3] if match[3] and key == asks else match[2] if key == summary else ""
        if (key == asks and match[2]) or (value and value[0] in "|>&*!'{[\\"):
            header = read_header(name, text)
            chosen = (header.ar, *header.asks_ar), (header.en, *header.asks_en)
            return chosen[language != "ar"]
        if value:
            found.append(value[1:-1] if value[0] == value[-1] == '"' else value)
    return tuple(found)


def _asks(
    name: str, fields: Mapping[str, Any], key: str, parameters: Mapping[str, Any]
) -> tuple[str, ...]:
    """The paraphrases of a question; what they name in braces must be a parameter."""
    if key not in fields:
        return ()
    asks = tuple(
        _checked(name, f"{key}[]", text, str, _ASKED)
        for text in _checked(name, key, fields[key], list, _ASKED)
    )
    for text in asks:
        for slot in re.findall(r"\{(\w*)\}", text):
            if slot not in parameters:
                known = list(parameters)
                raise QueryError("parameter-unknown", question=name, name=slot, known=known)
    return asks


def _truth(name: str, fields: Mapping[str, Any], key: str, example: str) -> bool:
    """Whether the last part of a dotted key is there and true."""
    written = fields.get(key.rpartition(".")[2], "false")
    if written not in ("true", "false"):
        raise _wrong(Message("header-not-a-truth", file=_file(name), key=key), example)
    return bool(written == "true")


def _yaml(name: str, text: str) -> Any:
    import yaml

    # Other lines are kept as empty lines, so that line numbers match the file.
    lines = text.splitlines()
    header = "\n".join(line[len(_MARK) :] if line.startswith(_MARK) else "" for line in lines)
    if deep := too_deep(header):
        place = f":{deep[0]}:{deep[1] + len(_MARK)}"
        reason = Message("yaml-too-deep", depth=DEEPEST)
        raise QueryError("header-not-yaml", file=_file(name) + place, reason=reason)
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
        # A text with an unquoted comma leaves a key without a value.
        for part, value in spec.items():
            _checked(name, f"{key}.{one}.{part}", value, str, example)
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


class Question(Paragraph):
    """A stored question: its wording in both languages, and its SPARQL with default parameters.

    The header is parsed on first use, which raises ``QueryError`` if it is malformed.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def __repr__(self) -> str:
        return f"Question({self.name!r}): {self.en}"

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

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of the question, each with the value that stands in the query.

        Raises ``QueryError`` if the query has no such value, or if a required one is no example.
        """
        file = _file(self.name)
        found = [
            item._replace(default=written_value(self.text, item.name, file))
            for item in self._header.parameters
        ]
        for item in found:
            if item.is_required and item.default is None:
                raise QueryError("parameter-without-example", file=file, name=item.name)
        return tuple(found)

    @property
    def examples(self) -> dict[str, str]:
        """A value for each required parameter: the expected answer is the one for these."""
        return {item.name: item.example for item in self.parameters if item.is_required}

    @property
    def rows(self) -> int:
        """The number of rows in the bundled graph's answer."""
        return self._header.rows

    @property
    def none(self) -> str:
        """The code for no rows, which are a whole answer only where it asks about the records."""
        return "answer-none-recorded" if self._header.of_records else "answer-none"

    @property
    def columns(self) -> Columns:
        """Headings, by language, of columns without a label in the ontology."""
        return self._header.columns

    @cached_property
    def _header(self) -> Header:
        return read_header(self.name, self.text)

    def asks(self, language: str) -> tuple[str, ...]:
        """Further wordings in a language, with parameters in braces."""
        return self._header.asks_ar if language == "ar" else self._header.asks_en

    def summary(self, language: str) -> str:
        """The question in the given language."""
        return self.ar if language == "ar" else self.en

    def asked(self, values: Mapping[str, str], names: Names) -> Asked:
        """The question with a value for each parameter. Values are slugs, IRIs, names or literals.

        Raises ``QueryError`` for an unknown parameter and for a required one without a value, and
        ``UnknownNameError`` for an unknown value.
        """
        found = read_values(self.name, self.parameters, values, names)
        return Asked(self.name, self.ar, self.en, found, self.none)

    def sparql(self, asked: Asked, names: Names) -> str:
        """The SPARQL text with these values."""
        from .prefixes import with_prefixes

        terms = {
            item.parameter.name: item.term
            for item in asked.values
            if item.term != item.parameter.default
        }
        return with_prefixes(with_terms(self.text, terms), names.store)


def read_question(path: Path) -> Question:
    """Read one ``.rq`` file. Raises ``QueryError`` if its header is malformed.

    A file that has not changed is not read again.
    """
    if path.name.encode("utf-8", "replace") != os.fsencode(path.name):
        raise QueryError("question-name-not-utf8", file=str(path))
    try:
        found = os.stat(path)
    except OSError as error:
        raise QueryError("question-not-a-file", file=str(path)) from error
    if not S_ISREG(found.st_mode):
        # A named pipe would never end.
        raise QueryError("question-not-a-file", file=str(path))
    # A file that was changed just now may be changed again within the same step of the clock.
    if time.time_ns() - found.st_mtime_ns < _SETTLED:
        return _read(path)
    return _read_once(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=256)
def _read_once(path: Path, _changed: int, _size: int, _file: int) -> Question:
    return _read(path)


def _read(path: Path) -> Question:
    try:
        content = path.read_bytes()
        if is_utf_16(content):
            raise QueryError("question-utf-16", file=str(path))
        text = content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise QueryError(
            "question-not-utf-8",
            file=str(path),
            position=error.start,
            byte=f"{error.object[error.start]:#04x}",
        ) from error
    except OSError as error:
        raise QueryError("question-not-read", file=str(path), reason=foreign(error)) from error
    return _question(path.stem, text)


#: After so many nanoseconds, file systems give a new change another time.
_SETTLED: Final = 2_000_000_000


@lru_cache(maxsize=256)
def _question(name: str, text: str) -> Question:
    """The question with this text; whoever asks it again need not have its header read again."""
    question = Question(name, text)
    assert question.rows >= 0
    return question
