"""The parameters of a stored question, and the values that it was asked with.

A parameter is required, or has a default, or may be anything. The query holds its value as
``VALUES ?name { value }``: UNDEF for anything, and for a required parameter an example, which the
expected answer and the explorer use and which no answer takes silently.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from ..graph.errors import QueryError
from ..graph.sparql_tokens import prologue, values_blocks
from ..graph.store import Store, Term
from ..messages.message import say
from .labels import Labels, short_iri
from .prefixes import with_prefixes

if TYPE_CHECKING:
    from .names import Names

#: Types whose values are literals, and not entities.
LITERAL_TYPES: Final = ("text", "number")


class Parameter(NamedTuple):
    """A parameter of a question.

    ``type`` is ``text``, ``number``, a class slug, or several class slugs joined by ``|``.
    ``default`` is the term in the query, None for anything; of a required parameter an example.
    """

    name: str
    type: str
    ar: str
    en: str
    is_required: bool = False
    default: ox.NamedNode | ox.Literal | None = None

    def called(self, language: str) -> str:
        """Its name for people."""
        return self.ar if language == "ar" else self.en

    @property
    def example(self) -> str:
        """A value as people may write it, empty if the query holds none."""
        if isinstance(self.default, ox.NamedNode):
            return short_iri(self.default.value)
        return self.default.value if self.default else ""

    def term(self, value: str, names: Names) -> ox.NamedNode | ox.Literal:
        """The term for a value: a slug, an IRI, a name or a literal.

        Raises ``QueryError`` or ``UnknownNameError`` if it is not of the type.
        """
        if self.type == "text":
            return ox.Literal(value)
        if self.type == "number":
            try:
                return ox.Literal(int(value))
            except ValueError:
                raise QueryError("parameter-not-a-number", name=self.name, value=value) from None
        return ox.NamedNode(names.get(value, self.type))


def usage(parameter: Parameter) -> str:
    """How a parameter is given, in brackets unless it must be, and its default.

    >>> usage(Parameter("size", "number", "", "", default=ox.Literal("20")))
    '[-p size=20]'
    """
    if parameter.is_required:
        return f"-p {parameter.name}=…"
    return f"[-p {parameter.name}={parameter.example or '…'}]"


class Value(NamedTuple):
    """The value that a parameter has in an answer; ``term`` is None for anything."""

    parameter: Parameter
    term: Term | None
    is_given: bool

    def words(self, labels: Labels, language: str) -> str:
        """The value as text: its label, the literal, or the word for anything."""
        if self.term is None:
            return say("answer-any", language)
        if isinstance(self.term, ox.NamedNode):
            return labels(self.term.value, language)
        return self.term.value


class Asked(NamedTuple):
    """A stored question as it was asked: its wording, and a value for each parameter."""

    name: str
    ar: str
    en: str
    values: tuple[Value, ...]
    none: str = "answer-none"

    @property
    def has_default(self) -> bool:
        """Whether a parameter has a value that was not given."""
        return any(item.term is not None and not item.is_given for item in self.values)

    def title(self, labels: Labels, language: str) -> str:
        """The question with each of its parameters and their values, on one line."""
        question = self.ar if language == "ar" else self.en
        told = self.told(labels, language)
        separator = "؛ " if language == "ar" else "; "
        return f"{question} ({separator.join(told)})" if told else question

    def told(self, labels: Labels, language: str) -> list[str]:
        """Each parameter with its value, such as ``country: Iraq`` and ``area: any``."""
        labels.fetch([v.term.value for v in self.values if isinstance(v.term, ox.NamedNode)])
        return [
            say(
                "answer-parameter" if item.is_given or item.term is None else "answer-default",
                language,
                name=item.parameter.called(language),
                value=item.words(labels, language),
            )
            for item in self.values
        ]

    def json(self, labels: Labels) -> dict[str, Any]:
        """The question and its parameters for programs; the value of anything is null."""
        from ..graph.fact_record import term_json

        labels.fetch([v.term.value for v in self.values if isinstance(v.term, ox.NamedNode)])
        return {
            "name": self.name,
            "en": self.en,
            "ar": self.ar,
            "parameters": {
                item.parameter.name: {
                    "value": term_json(item.term) if item.term is not None else None,
                    "en": item.words(labels, "en"),
                    "ar": item.words(labels, "ar"),
                    "isDefault": not item.is_given,
                }
                for item in self.values
            },
        }

    def as_given(self) -> dict[str, str]:
        """The values as the parameters of another request, which gives the same answer."""
        return {
            item.parameter.name: short_iri(item.term.value)
            if isinstance(item.term, ox.NamedNode)
            else item.term.value
            for item in self.values
            if item.term is not None
        }


def written_value(text: str, name: str, file: str) -> ox.NamedNode | ox.Literal | None:
    """The term in ``VALUES ?name { … }`` of a query, None for UNDEF.

    Raises ``QueryError`` unless there is one such block with one value.
    """
    blocks = values_blocks(text, name)
    if len(blocks) != 1:
        raise QueryError("parameter-without-values", file=file, name=name)
    ((opening, closing),) = blocks
    written = text[opening.end : closing.start].strip()
    if written.upper() == "UNDEF":
        return None
    query = f"{prologue(text)} SELECT ?x {{ VALUES ?x {{ {written} }} }}"
    try:
        found = ox.Store().query(with_prefixes(query))
    except SyntaxError:
        raise QueryError("parameter-value-unread", file=file, name=name) from None
    assert isinstance(found, ox.QuerySolutions)
    terms = [row["x"] for row in found]
    if len(terms) != 1 or not isinstance(terms[0], (ox.NamedNode, ox.Literal)):
        raise QueryError("parameter-value-unread", file=file, name=name)
    return terms[0]


def with_terms(text: str, terms: Mapping[str, Term | None]) -> str:
    """The query with these terms, None for anything, in the VALUES blocks of its parameters.

    Only the content of the braces is replaced, by one serialised term, so that user text never
    becomes part of a query.
    """
    for name, term in terms.items():
        ((opening, closing),) = values_blocks(text, name)
        written = "UNDEF" if term is None else term
        text = f"{text[: opening.end]} {written} {text[closing.start :]}"
    return text


def lacking(parameters: Iterable[Parameter], given: Container[str]) -> list[Parameter]:
    """The required parameters without a value."""
    return [item for item in parameters if item.is_required and item.name not in given]


def read_values(
    question: str, parameters: Sequence[Parameter], given: Mapping[str, str], names: Names
) -> tuple[Value, ...]:
    """A value for each parameter of the question called so: the given one, or the default.

    Raises ``QueryError`` for an unknown parameter and for a required one without a value, and
    ``UnknownNameError`` for a value that names nothing of the parameter's type.
    """
    known = [item.name for item in parameters]
    for name in given:
        if not known:
            raise QueryError("question-without-parameters", question=question, name=name)
        if name not in known:
            raise QueryError("parameter-unknown", question=question, name=name, known=known)
    if missing := lacking(parameters, given):
        raise QueryError(
            "parameter-lacking",
            question=question,
            names=[item.name for item in missing],
            example=" ".join(f"-p {item.name}={item.example}" for item in missing),
        )
    terms = {
        item.name: item.term(given[item.name], names) for item in parameters if item.name in given
    }
    return with_defaults(parameters, terms)


def with_defaults(parameters: Sequence[Parameter], terms: Mapping[str, Term]) -> tuple[Value, ...]:
    """A value for each parameter: the term that is given, or the default.

    A default that is already given as another value of its type is not taken: that a country
    cooperates with Egypt is asked by default, that Egypt does so with itself never.
    """
    taken = {(item.type, terms[item.name]) for item in parameters if item.name in terms}
    return tuple(
        Value(item, terms[item.name], is_given=True)
        if item.name in terms
        else Value(
            item, None if (item.type, item.default) in taken else item.default, is_given=False
        )
        for item in parameters
    )


def name_choices(store: Store, names: Names, kind: str, language: str) -> dict[str, str]:
    """The members of a class by IRI, each as a person may write it, in alphabetical order.

    That is its label, or its slug where the label is several things' name.
    """
    labels = Labels(store)
    iris = names.members(kind)
    labels.fetch(iris)
    called = {iri: labels(iri, language) for iri in iris}
    return {
        iri: label if names.find(label, kind) == [iri] else short_iri(iri)
        for iri, label in sorted(called.items(), key=lambda item: item[::-1])
    }
