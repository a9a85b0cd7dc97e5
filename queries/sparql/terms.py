"""Parser for the terms, triples, property paths and expressions of a SPARQL query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Final

import pyoxigraph as ox

from ...graph.errors import UnexplainableError
from ...graph.sparql_tokens import Names, Token, number, tokens, unquote
from ...messages.message import Message, has_words
from ...ontology.namespaces import RDF, XSD
from . import algebra as alg

_TYPE, _FIRST, _REST, _NIL = (ox.NamedNode(RDF + name) for name in ("type", "first", "rest", "nil"))
_NUMBERS: Final = ("integer", "decimal", "double")
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


class TermParser:
    """A cursor in the tokens of a query; each method parses one construct and moves past it.

    Every method raises ``UnexplainableError`` if the text is not what it expects.
    """

    def __init__(self, text: str, prefixes: Mapping[str, str]) -> None:
        self.tokens = list(tokens(text))
        self.position = 0
        self.names = Names(prefixes)
        self.fresh = "why_"
        while self.fresh in text:
            self.fresh = f"w{self.fresh}"
        self.numbers = count()
        self.blank_nodes: dict[str, alg.Var] = {}

    # The cursor.

    @property
    def token(self) -> Token:
        """The token at the cursor."""
        return self.tokens[self.position]

    def is_at(self, *texts: str) -> bool:
        """Whether the token at the cursor is one of these symbols or (upper-case) keywords."""
        token = self.token
        return token.kind in ("sign", "word") and token.text.upper() in texts

    def accept(self, *texts: str) -> str:
        """Consume one of these symbols or keywords; return its upper-case text, empty if absent."""
        if not self.is_at(*texts):
            return ""
        self.position += 1
        return self.tokens[self.position - 1].text.upper()

    def expect(self, text: str) -> None:
        """Consume this symbol or keyword."""
        if not self.accept(text):
            raise self.error(text)

    def take(self) -> Token:
        """Consume any one token."""
        self.position += 1
        return self.tokens[self.position - 1]

    def error(self, expected: str) -> UnexplainableError:
        """The error that something else was expected at the cursor."""
        code = f"expected-{expected}"
        wanted = Message(code) if has_words(code) else Message("expected-text", text=expected)
        position = self.token.start
        if not self.token.text:
            return UnexplainableError("query-ends-early", position=position, expected=wanted)
        found = self.token.text
        return UnexplainableError(
            "query-not-sparql-1-1", position=position, expected=wanted, found=found
        )

    def fresh_variable(self) -> alg.Var:
        """A variable that the query does not use."""
        return alg.Var(f"{self.fresh}{next(self.numbers)}")

    # Terms.

    def iri(self) -> ox.NamedNode:
        """An IRI or a prefixed name."""
        if self.token.kind not in ("iri", "name"):
            raise self.error("iri")
        return self.names.iri(self.take())

    def variable(self) -> alg.Var:
        """A variable."""
        if self.token.kind != "var":
            raise self.error("variable")
        return alg.Var(self.take().text[1:])

    def literal(self) -> ox.Literal:
        """A literal, including signed numbers and booleans."""
        if sign := self.accept("+", "-"):
            kind, text, _ = self.take()
            return number(kind, sign + text)
        kind, text, _ = self.take()
        if kind in _NUMBERS:
            return number(kind, text)
        if kind == "word":
            return ox.Literal(text.lower(), datatype=ox.NamedNode(XSD + "boolean"))
        value = unquote(text)
        if self.token.kind == "language":
            return ox.Literal(value, language=self.take().text[1:])
        return ox.Literal(value, datatype=self.iri() if self.accept("^^") else None)

    def constant(self) -> alg.Constant:
        """An IRI or a literal."""
        if self.token.kind in ("iri", "name"):
            return self.iri()
        if self.token.kind in (*_NUMBERS, "string") or self.is_at("+", "-", "TRUE", "FALSE"):
            return self.literal()
        raise self.error("term")

    # Triples.

    def triples(self) -> list[alg.Element]:
        """The triples of one subject, up to the full stop or the end of the block."""
        found: list[alg.Element] = []
        had_brackets = self.is_at("[", "(")
        subject = self.node(found)
        if not (had_brackets and found and self.is_at(".", "}", *_AFTER_TRIPLES)):
            self.properties(subject, found)
        return found

    def properties(self, subject: alg.Node, found: list[alg.Element]) -> None:
        """A property list; its triples, and those of nested brackets, are added to ``found``."""
        while True:
            verb = self.verb()
            while True:
                object_ = self.node(found)
                if isinstance(verb, alg.Var | ox.NamedNode):
                    found.append(alg.TriplePattern(subject, verb, object_))
                else:
                    found.append(alg.PathPattern(subject, verb, object_))
                if not self.accept(","):
                    break
            is_continued = False
            while self.accept(";"):
                is_continued = True
            is_verb = self.token.kind in ("var", "iri", "name") or self.is_at("A", "^", "!", "(")
            if not (is_continued and is_verb):
                return

    def node(self, found: list[alg.Element]) -> alg.Node:
        """A variable or term; triples of brackets and collections are added to ``found``."""
        if self.token.kind == "var":
            return self.variable()
        if self.token.kind == "bnode":
            label = self.take().text
            if label not in self.blank_nodes:
                self.blank_nodes[label] = self.fresh_variable()
            return self.blank_nodes[label]
        if self.accept("["):
            node = self.fresh_variable()
            if not self.is_at("]"):
                self.properties(node, found)
            self.expect("]")
            return node
        if self.accept("("):
            return self.collection(found)
        return self.constant()

    def collection(self, found: list[alg.Element]) -> alg.Node:
        """The rest of a collection; its first/rest triples are added to ``found``."""
        if self.accept(")"):
            return _NIL
        head = self.fresh_variable()
        found.append(alg.TriplePattern(head, _FIRST, self.node(found)))
        found.append(alg.TriplePattern(head, _REST, self.collection(found)))
        return head

    # Property paths.

    def verb(self) -> alg.Var | alg.Path:
        """A variable, an IRI, or a property path."""
        return self.variable() if self.token.kind == "var" else self.path()

    def path(self) -> alg.Path:
        """A property path."""
        parts = [self._sequence()]
        while self.accept("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else alg.Alternative(tuple(parts))

    def _sequence(self) -> alg.Path:
        parts = [self._step()]
        while self.accept("/"):
            parts.append(self._step())
        return parts[0] if len(parts) == 1 else alg.Sequence(tuple(parts))

    def _step(self) -> alg.Path:
        if self.accept("^"):
            return alg.Inverse(self._step())
        path: alg.Path
        if self.accept("!"):
            path = self._negated_set()
        elif self.accept("("):
            path = self.path()
            self.expect(")")
        else:
            path = self._predicate()
        if modifier := self.accept("?", "*", "+"):
            return alg.Closure(path, modifier)
        return path

    def _negated_set(self) -> alg.NegatedSet:
        sides: tuple[list[ox.NamedNode], list[ox.NamedNode]] = ([], [])
        if self.accept("("):
            while not self.accept(")"):
                sides[bool(self.accept("^"))].append(self._predicate())
                self.accept("|")
        else:
            sides[bool(self.accept("^"))].append(self._predicate())
        return alg.NegatedSet(tuple(sides[0]), tuple(sides[1]))

    def _predicate(self) -> ox.NamedNode:
        return _TYPE if self.accept("A") else self.iri()

    # Expressions.

    def expression(self) -> alg.Expression:
        """An expression in brackets or a call, as allowed after FILTER, HAVING and GROUP BY."""
        parts: list[str | alg.Var | alg.Exists] = []
        if self.is_at("NOT", "EXISTS"):
            self._expression_token(parts)
        elif self.is_at("("):
            self._balanced(parts)
        else:
            is_call = self.token.kind != "var"
            self._expression_token(parts)
            if is_call and self.is_at("("):
                self._balanced(parts)
        return make_expression(parts)

    def expression_until(self, *ends: str) -> alg.Expression:
        """The tokens up to one of these keywords or symbols, at the same bracket depth."""
        parts: list[str | alg.Var | alg.Exists] = []
        while not self.is_at(*ends):
            if self.is_at("("):
                self._balanced(parts)
            else:
                self._expression_token(parts)
        return make_expression(parts)

    def _balanced(self, parts: list[str | alg.Var | alg.Exists]) -> None:
        parts.append(self.take().text)
        while not self.is_at(")"):
            if self.is_at("("):
                self._balanced(parts)
            else:
                self._expression_token(parts)
        parts.append(self.take().text)

    def _expression_token(self, parts: list[str | alg.Var | alg.Exists]) -> None:
        kind = self.token.kind
        if kind == "var":
            parts.append(self.variable())
        elif kind in ("iri", "name"):
            parts.append(str(self.iri()))
        elif self.accept("EXISTS"):
            parts.append(alg.Exists(self.group(), is_negated=False))
        elif self.is_at("NOT") and self.tokens[self.position + 1].text.upper() == "EXISTS":
            self.position += 2
            parts.append(alg.Exists(self.group(), is_negated=True))
        elif kind == "end":
            raise self.error("expression")
        elif self.is_at("NOW"):
            # All queries that explain this one use the same time.
            self.position += 3
            parts.append(f'"{datetime.now(UTC).isoformat()}"^^<{XSD}dateTime>')
        elif kind == "string":
            parts.append(str(self.literal()))
        else:
            parts.append(self.take().text)

    def group(self) -> alg.Group:
        """A group graph pattern in braces; implemented in :class:`.parser.QueryParser`."""
        raise NotImplementedError


#: Keywords that may follow a block of triples without a full stop.
_AFTER_TRIPLES: Final = ("OPTIONAL", "MINUS", "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES", "{")


def make_expression(parts: list[str | alg.Var | alg.Exists]) -> alg.Expression:
    """Make an expression from tokens, with the names of the functions that it calls."""
    calls = {
        part.upper()
        for part, following in zip(parts, [*parts[1:], ""], strict=True)
        if isinstance(part, str) and following == "(" and part[:1].isalpha()
    }
    return alg.Expression(tuple(parts), frozenset(calls))
