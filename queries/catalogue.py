"""The stored questions: one ``.rq`` file each, runnable as it stands on any SPARQL 1.1 store.

The header follows grlc: comment lines that begin with ``#+`` hold YAML. A parameter stands in
the query as ``VALUES ?name { default }``; giving it a value replaces what the braces hold by one
serialised term, and nothing else, so that no text of a user becomes part of a query. A default
of ``UNDEF`` means any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import yaml

from ..graph.arabic import fold
from ..graph.errors import QueryError, UnknownNameError
from ..graph.store import Store, code_of
from ..ontology.namespaces import PREFIXES
from .names import Names
from .results import Table, table_of
from .rows import select

HERE: Final = Path(__file__).parent
#: Questions of which the parameters are looked for in a free text.
_CONSIDERED: Final = 8
_PRESENTED: Final = """
PREFIX vann: <http://purl.org/vocab/vann/>
SELECT ?prefix ?space WHERE {
  ?ontology vann:preferredNamespacePrefix ?prefix ; vann:preferredNamespaceUri ?space
}"""
_IRI: Final = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_BLOCK: Final = r"(VALUES\s+\?{name}\s*\{{)[^}}]*(\}})"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question: a class slug as type, or ``text`` or ``number``."""

    name: str
    type: str
    ar: str
    en: str


@dataclass(frozen=True, slots=True)
class Question:
    """A stored question: its words in both languages, and its SPARQL with default parameters."""

    name: str
    text: str
    ar: str
    en: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: Mapping[str, Mapping[str, str]]
    rows: int

    def summary(self, language: str) -> str:
        """The question in words."""
        return self.ar if language == "ar" else self.en

    def with_values(self, values: Mapping[str, str], names: Names) -> str:
        """The SPARQL text with the given parameters. Values are slugs, IRIs, names or literals.

        Raises ``QueryError`` for an unknown parameter, ``UnknownNameError`` for an unknown value.
        """
        text = self.text
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in values.items():
            if name not in known:
                raise QueryError(
                    f"the question {self.name} has no parameter “{name}”; "
                    + (f"it has {', '.join(known)}" if known else "it has none")
                )
            text = self._replaced(text, name, str(_term(known[name], value, names)))
        return with_prefixes(text, names.store)

    def _replaced(self, text: str, name: str, term: str) -> str:
        pattern = re.compile(_BLOCK.format(name=re.escape(name)))
        text, count = pattern.subn(lambda match: f"{match[1]} {term} {match[2]}", text)
        if count != 1:
            raise QueryError(f"{self.name}.rq must have exactly one VALUES ?{name} {{ … }}")
        return text


def _term(parameter: Parameter, value: str, names: Names) -> ox.NamedNode | ox.Literal:
    if parameter.type == "text":
        return ox.Literal(value)
    if parameter.type == "number":
        try:
            return ox.Literal(int(value))
        except ValueError:
            raise QueryError(f"{parameter.name} is a whole number, not “{value}”") from None
    return ox.NamedNode(names.get(value, parameter.type))


def answer_of(store: Store, question: Question) -> Table:
    """The answer to a stored question with its default parameters."""
    answer = store.query(question.with_values({}, Names(store)))
    if not isinstance(answer, ox.QuerySolutions):
        raise QueryError(f"{question.name}.rq must be a SELECT query")
    return table_of(answer)


def read_question(path: Path) -> Question:
    """Read one ``.rq`` file. Raises ``QueryError`` where its header is not as it must be."""
    text = path.read_text("utf-8")
    header = "\n".join(line[2:] for line in text.splitlines() if line.startswith("#+"))
    try:
        fields: dict[str, Any] = yaml.load(
            header, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        return Question(
            name=path.stem,
            text=text,
            ar=fields["summary_ar"],
            en=fields["summary"],
            tags=tuple(fields["tags"]),
            parameters=tuple(
                Parameter(name, spec["type"], spec["ar"], spec["en"])
                for name, spec in (fields.get("parameters") or {}).items()
            ),
            columns=fields.get("columns") or {},
            rows=int(fields["rows"]),
        )
    except yaml.YAMLError as error:
        raise QueryError(f"{path.name}: the #+ header is not valid YAML: {error}") from error
    except (KeyError, TypeError) as error:
        raise QueryError(f"{path.name}: the #+ header lacks {error}") from error


class Catalogue:
    """The stored questions of one or more folders; later folders come over earlier ones."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._files = {
            path.stem: path for folder in (HERE, *folders) for path in sorted(folder.glob("*.rq"))
        }

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by name, sorted."""
        return {name: read_question(path) for name, path in sorted(self._files.items())}

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def get(self, name: str) -> Question:
        """The question of that name. Raises ``UnknownNameError``."""
        if name in self._files:
            return read_question(self._files[name])
        raise UnknownNameError(name, "question", [q.name for _, q in self.ranked(name)[:3]])

    def ranked(self, text: str) -> list[tuple[float, Question]]:
        """The questions that share words with the text, in either language, the best first.

        Words are folded and stripped of the article and of attached particles; rare words count
        for more.
        """
        asked = _words(text)
        words = {
            name: _words(" ".join((name.replace("-", " "), q.ar, q.en, *q.tags)))
            for name, q in self.questions.items()
        }
        spread = Counter(word for bag in words.values() for word in bag)
        found = []
        for name, bag in words.items():
            weight = sum(log(1 + len(words) / spread[word]) for word in asked & bag)
            if weight:
                found.append((weight / (1 + 0.02 * len(bag)), self.questions[name]))
        return sorted(found, key=lambda item: (-item[0], item[1].name))

    def nearest(self, text: str, names: Names | None = None) -> tuple[Question, dict[str, str]]:
        """The question that fits the text best, with the parameters that its words name.

        ``names`` finds entities in the text: a question that can be asked of them fits better.
        Raises ``UnknownNameError`` where no question shares a word with the text.
        """
        best: tuple[float, Question, dict[str, str]] | None = None
        for score, question in self.ranked(text)[:_CONSIDERED]:
            values: dict[str, str] = {}
            for parameter in question.parameters if names else ():
                found = names.within(text, parameter.type) if names else None
                if found and found not in values.values():
                    values[parameter.name] = found
            score *= 1 + 0.3 * len(values)
            if best is None or score > best[0]:
                best = score, question, values
        if best is None:
            raise UnknownNameError(text, "question")
        return best[1], best[2]


#: Words too common to tell questions apart, folded.
_STOP: Final = frozenset(
    {"ما", "من", "في", "علي", "عن", "الي", "مع", "هي", "هو", "التي", "الذي", "هل", "كل", "كم"}
    | {"اي", "and", "the", "an", "of", "in", "on", "is", "are", "was", "what", "which", "who"}
    | {"with", "by", "to", "for", "did", "does", "do", "has", "have", "how"}
)


def _words(text: str) -> frozenset[str]:
    found = set()
    for word in re.findall(r"\w+", fold(text)):
        bare = re.sub(r"^(?:[وفبكل]?ال|لل)(?=\w{3})", "", word)
        bare = re.sub(r"(?:s|es|ed|ing)$", "", bare) if len(bare) > 4 else bare
        if word not in _STOP and bare not in _STOP:
            found.add(bare)
    return frozenset(found)


def with_prefixes(text: str, store: Store | None = None) -> str:
    """The query with the usual prefixes declared, where it uses one without declaring it.

    A prefix that is none of ours is looked for in the store, which keeps those of collections.
    They are put on the first line, so that error messages keep their line numbers.
    """
    code = code_of(text)
    declared = set(re.findall(r"PREFIX\s+([\w-]*):", code, re.IGNORECASE))
    used = set(re.findall(r"(?<![\w:?$-])([A-Za-z][\w-]*):", code)) - declared
    known = dict(PREFIXES)
    if store is not None and used - known.keys():
        known = {**prefixes_of(store), **known}
    missing = sorted(used & known.keys())
    return "".join(f"PREFIX {name}: <{known[name]}> " for name in missing) + text


def prefixes_of(store: Store) -> dict[str, str]:
    """The prefixes that the collections' own ontologies present, with their namespaces."""
    return {
        row["prefix"].value: row["space"].value
        for row in select(store, _PRESENTED)
        if _IRI.fullmatch(row["space"].value)
    }
