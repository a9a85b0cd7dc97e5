"""Parser for SPARQL 1.1 queries; the result is made of :mod:`.algebra` types.

rdflib's parser is not used because it drops the IRI of ``^iri`` inside a negated property set,
rewrites the lexical form of literals, and takes 0.3 s to import and up to 0.2 s per query. The
store has already accepted the text, so this parser only needs to handle valid queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from ...graph.errors import UnexplainableError
from ...ontology.namespaces import PREFIXES
from . import algebra as alg
from .terms import TermParser, make_expression
from .variables import in_scope

#: Texts above this number of characters are parsed each time.
_LONG: Final = 1 << 14
_MODIFIERS: Final = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "}")


def parse(text: str, prefixes: Mapping[str, str] = PREFIXES) -> alg.Query:
    """Parse a query; ``prefixes`` need no declaration.

    Raises ``UnexplainableError`` if the text is not a SPARQL 1.1 query (but uses an extension of
    the store, say) or is nested too deeply, ``QueryError`` if a prefix is unknown.
    """
    try:
        if prefixes is PREFIXES and len(text) <= _LONG:
            return _parsed(text)
        return QueryParser(text, prefixes).query()
    except RecursionError:
        raise UnexplainableError("unexplained-nesting") from None


@lru_cache(maxsize=64)
def _parsed(text: str) -> alg.Query:
    """The query of a text that several readers look at, and that may be asked again."""
    return QueryParser(text, PREFIXES).query()


class QueryParser(TermParser):
    """Parses complete queries, SELECTs and group graph patterns."""

    def query(self) -> alg.Query:
        """Parse a query of any form, to the end of the text."""
        while declaration := self.accept("PREFIX", "BASE"):
            if declaration == "BASE":
                self.names.base = self.iri().value
            else:
                prefix = self.take().text.removesuffix(":")
                self.names.prefixes[prefix] = self.iri().value
        form = self.accept("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
        template: tuple[alg.TriplePattern, ...] | None = ()
        heading: _Heading = (False, ())
        match form:
            case "SELECT":
                heading = self._heading()
            case "CONSTRUCT":
                template = self._template() if self.is_at("{") else None
            case "DESCRIBE":
                heading = (False, None if self.accept("*") else self._described())
            case "ASK":
                pass
            case _:
                raise self.error("query-form")
        graphs: tuple[list[ox.NamedNode], list[ox.NamedNode]] = ([], [])
        while self.accept("FROM"):
            graphs[bool(self.accept("NAMED"))].append(self.iri())
        where = alg.Group(())
        if self.accept("WHERE") or self.is_at("{"):
            where = self.group()
        select = self._modified(heading, where)
        if self.token.kind != "end":
            raise self.error("end")
        if template is None:
            template = tuple(e for e in where.elements if isinstance(e, alg.TriplePattern))
        default, named = map(tuple, graphs)
        return alg.Query(form, select, self.fresh, template, default, named, self.names.base)

    def _described(self) -> tuple[tuple[alg.Var, None], ...]:
        """Parse the variables of DESCRIBE; its IRIs need no explanation."""
        variables: list[alg.Var] = []
        while self.token.kind in ("var", "iri", "name"):
            if self.token.kind == "var":
                variables.append(self.variable())
            else:
                self.iri()
        return tuple((variable, None) for variable in variables)

    def _template(self) -> tuple[alg.TriplePattern, ...]:
        found: list[alg.Element] = []
        self.expect("{")
        while not self.accept("}"):
            found += self.triples()
            self.accept(".")
        return tuple(element for element in found if isinstance(element, alg.TriplePattern))

    def select(self) -> alg.Select:
        """Parse a subquery, from SELECT to its end."""
        self.expect("SELECT")
        heading = self._heading()
        self.accept("WHERE")
        return self._modified(heading, self.group())

    def _heading(self) -> _Heading:
        is_distinct = self.accept("DISTINCT", "REDUCED") == "DISTINCT"
        if self.accept("*"):
            return is_distinct, None
        projection: list[tuple[alg.Var, alg.Expression | None]] = []
        while self.token.kind == "var" or self.is_at("("):
            if self.accept("("):
                expression = self.expression_until("AS")
                self.expect("AS")
                projection.append((self.variable(), expression))
                self.expect(")")
            else:
                projection.append((self.variable(), None))
        return is_distinct, tuple(projection)

    def _modified(self, heading: _Heading, where: alg.Group) -> alg.Select:
        """Parse the solution modifiers; return the complete SELECT."""
        group_by: list[tuple[alg.Expression, alg.Var | None]] = []
        having: list[alg.Expression] = []
        order_by: list[alg.Expression] = []
        cut: dict[str, int] = {}
        values = None
        if self.accept("GROUP"):
            self.expect("BY")
            while not (self.token.kind == "end" or self.is_at(*_MODIFIERS)):
                group_by.append(self._group_key())
        if self.accept("HAVING"):
            while not (self.token.kind == "end" or self.is_at(*_MODIFIERS)):
                having.append(self.expression())
        if self.accept("ORDER"):
            self.expect("BY")
            while not (self.token.kind == "end" or self.is_at(*_MODIFIERS)):
                direction = self.accept("ASC", "DESC") or "ASC"
                key = self.expression()
                order_by.append(make_expression([f"{direction}(", *key.tokens, ")"]))
        while word := self.accept("LIMIT", "OFFSET"):
            cut[word] = int(self.take().text)
        if self.accept("VALUES"):
            values = self._values()
        is_distinct, projection = heading
        if projection is None:
            visible = in_scope((where, values) if values else (where,))
            projection = tuple((v, None) for v in visible if not v.name.startswith(self.fresh))
        return alg.Select(
            projection,
            where,
            is_distinct,
            tuple(group_by),
            tuple(having),
            tuple(order_by),
            cut.get("LIMIT"),
            cut.get("OFFSET"),
            values,
        )

    def _group_key(self) -> tuple[alg.Expression, alg.Var | None]:
        if self.token.kind == "var":
            variable = self.variable()
            return make_expression([variable]), variable
        if not self.accept("("):
            return self.expression(), None
        expression = self.expression_until("AS", ")")
        variable_ = self.variable() if self.accept("AS") else None
        self.expect(")")
        return expression, variable_

    def group(self) -> alg.Group:
        """Parse a group graph pattern in braces; a lone subquery becomes its only element."""
        self.expect("{")
        if self.is_at("SELECT"):
            elements: list[alg.Element] = [self.select()]
            self.expect("}")
            return alg.Group(tuple(elements))
        elements = []
        while not self.accept("}"):
            elements += self._elements()
            self.accept(".")
        return alg.Group(tuple(elements))

    def _elements(self) -> list[alg.Element]:
        """Parse one element of a group, or the triples of one subject."""
        match (
            self.accept("OPTIONAL", "MINUS", "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES")
            or self.token.text
        ):
            case "OPTIONAL":
                return [alg.OptionalGroup(self.group())]
            case "MINUS":
                return [alg.MinusGroup(self.group())]
            case "GRAPH":
                graph = self.variable() if self.token.kind == "var" else self.iri()
                return [alg.GraphGroup(graph, self.group())]
            case "SERVICE":
                raise UnexplainableError("unexplained-service")
            case "FILTER":
                return [alg.Filter(self.expression())]
            case "BIND":
                self.expect("(")
                expression = self.expression_until("AS")
                self.expect("AS")
                variable = self.variable()
                self.expect(")")
                return [alg.Bind(expression, variable)]
            case "VALUES":
                return [self._values()]
            case "{":
                groups = [self.group()]
                while self.accept("UNION"):
                    groups.append(self.group())
                return [groups[0] if len(groups) == 1 else alg.UnionGroups(tuple(groups))]
            case _:
                return self.triples()

    def _values(self) -> alg.Values:
        if self.token.kind == "var":
            variables = [self.variable()]
            self.expect("{")
            rows: list[tuple[alg.Constant | None, ...]] = []
            while not self.accept("}"):
                rows.append((self._data(),))
            return alg.Values(tuple(variables), tuple(rows))
        variables = []
        self.expect("(")
        while not self.accept(")"):
            variables.append(self.variable())
        self.expect("{")
        rows = []
        while self.accept("("):
            row = []
            while not self.accept(")"):
                row.append(self._data())
            rows.append(tuple(row))
        self.expect("}")
        return alg.Values(tuple(variables), tuple(rows))

    def _data(self) -> alg.Constant | None:
        return None if self.accept("UNDEF") else self.constant()


#: Whether DISTINCT is set, and the projection (None for ``*``).
_Heading = tuple[bool, tuple[tuple[alg.Var, alg.Expression | None], ...] | None]
