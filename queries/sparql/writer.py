"""Serialise the parts of a query as SPARQL 1.1 text, with full or short IRIs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from ...graph.store import Term
from ...ontology.namespaces import PREFIXES
from . import algebra as alg

_LOCAL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*")


def write_node(node: alg.Node) -> str:
    """A variable as ``?name``, a term as N-Triples."""
    return f"?{node.name}" if isinstance(node, alg.Var) else str(node)


def write_path(path: alg.Path) -> str:
    """A property path, each compound part in brackets."""
    match path:
        case alg.Inverse(inner):
            return f"^({write_path(inner)})"
        case alg.Sequence(parts):
            return "(" + "/".join(map(write_path, parts)) + ")"
        case alg.Alternative(parts):
            return "(" + "|".join(map(write_path, parts)) + ")"
        case alg.Closure(inner, modifier):
            return f"({write_path(inner)}){modifier}"
        case alg.NegatedSet(forward, backward):
            return "!(" + "|".join([*map(str, forward), *(f"^{iri}" for iri in backward)]) + ")"
        case _:
            return str(path)


def write_expression(expression: alg.Expression) -> str:
    """An expression, with spaces between tokens except between a function and its bracket.

    Oxigraph 0.5 does not parse ``CONCAT (`` and ``COALESCE (``.
    """
    text = ""
    previous: object = ""
    for token in expression.tokens:
        is_call = token == "(" and isinstance(previous, str) and previous[:1].isalpha()
        text += ("" if is_call or not text else " ") + _write_token(token)
        previous = token
    return text


def _write_token(token: str | alg.Var | alg.Exists) -> str:
    if isinstance(token, alg.Exists):
        return ("NOT EXISTS " if token.is_negated else "EXISTS ") + write_group(token.group)
    return f"?{token.name}" if isinstance(token, alg.Var) else token


def write_values(values: alg.Values) -> str:
    """A VALUES block."""
    rows = (
        "(" + " ".join("UNDEF" if term is None else str(term) for term in row) + ")"
        for row in values.rows
    )
    return f"VALUES ({_variables(values.variables)}) {{ {' '.join(rows)} }}"


def _variables(variables: Iterable[alg.Var]) -> str:
    return " ".join(f"?{variable.name}" for variable in variables)


def write_group(group: alg.Group) -> str:
    """A group graph pattern, in braces."""
    return "{ " + " ".join(map(_write_element, group.elements)) + " }"


def _write_element(element: alg.Element) -> str:
    match element:
        case alg.TriplePattern(subject, predicate, object_):
            return " ".join(map(write_node, (subject, predicate, object_))) + " ."
        case alg.PathPattern(subject, path, object_):
            return f"{write_node(subject)} {write_path(path)} {write_node(object_)} ."
        case alg.Filter(expression):
            return f"FILTER ( {write_expression(expression)} )"
        case alg.Bind(expression, variable):
            return f"BIND ( {write_expression(expression)} AS ?{variable.name} )"
        case alg.Values():
            return write_values(element)
        case alg.OptionalGroup(group):
            return f"OPTIONAL {write_group(group)}"
        case alg.MinusGroup(group):
            return f"MINUS {write_group(group)}"
        case alg.UnionGroups(groups):
            return " UNION ".join(map(write_group, groups))
        case alg.GraphGroup(graph, group):
            return f"GRAPH {write_node(graph)} {write_group(group)}"
        case alg.Group():
            return write_group(element)
        case _:
            return f"{{ {write_select(element)} }}"


def write_select(select: alg.Select, dataset: str = "") -> str:
    """A SELECT with its modifiers; ``dataset`` are FROM clauses, for the top level only."""
    heading = " ".join(
        f"?{variable.name}"
        if expression is None
        else f"( {write_expression(expression)} AS ?{variable.name} )"
        for variable, expression in select.projection
    )
    parts = [
        "SELECT DISTINCT" if select.is_distinct else "SELECT",
        # SELECT needs at least one column, but a pattern may have no variables.
        heading or "(1 AS ?why)",
        dataset,
        "WHERE",
        write_group(select.where),
    ]
    if select.group_by:
        keys = (
            f"( {write_expression(expression)} AS ?{variable.name} )"
            if variable and expression.tokens != (variable,)
            else f"( {write_expression(expression)} )"
            if variable is None
            else f"?{variable.name}"
            for expression, variable in select.group_by
        )
        parts.append("GROUP BY " + " ".join(keys))
    if select.having:
        parts.append("HAVING " + " ".join(f"( {write_expression(e)} )" for e in select.having))
    if select.order_by:
        parts.append("ORDER BY " + " ".join(map(write_expression, select.order_by)))
    if select.limit is not None:
        parts.append(f"LIMIT {select.limit}")
    if select.offset:
        parts.append(f"OFFSET {select.offset}")
    if select.values:
        parts.append(write_values(select.values))
    return " ".join(part for part in parts if part)


def write_base(query: alg.Query) -> str:
    """The BASE declaration of a query; empty if it has none."""
    return f"BASE <{query.base}> " if query.base else ""


def write_dataset(query: alg.Query) -> str:
    """The FROM clauses of a query."""
    return " ".join(
        [f"FROM {graph}" for graph in query.default_graphs]
        + [f"FROM NAMED {graph}" for graph in query.named_graphs]
    )


class Absence(NamedTuple):
    """A pattern under ``keyword`` (NOT EXISTS or MINUS) that is said to have no match.

    ``patterns`` are ways to write it, the most readable first. The first one whose ASK is false
    is the one to show.
    """

    keyword: str
    dataset: str
    patterns: tuple[str, ...]

    def ask(self, pattern: str) -> str:
        """The query that must be false."""
        return f"ASK {self.dataset} {pattern}"

    def shown(self, pattern: str) -> str:
        """The pattern as display text, with short IRIs."""
        return shown_absence(self.keyword, self.ask(pattern))


def shown_absence(keyword: str, ask: str) -> str:
    """What an ASK finds nothing for, as display text: under the keyword, with short IRIs."""
    asked = re.sub(r"^(BASE <[^<>]*> )?ASK ", "", ask).strip()
    # The parser turned blank nodes into variables. They stay variables where a blank node cannot
    # stand, as in VALUES and FILTER.
    shown = re.sub(r"[?]w*why_(x?[0-9]+)(?=[ )])", r"_:b\1", asked)
    is_right = shown == asked or is_query(f"ASK {shown}")
    return shorten(f"{keyword} {shown if is_right else asked}")


def is_query(text: str) -> bool:
    """Whether the text is SPARQL: stores other than Oxigraph accept more."""
    try:
        ox.Store().query(text)
    except SyntaxError:
        return False
    return True


def write_absence(
    keyword: str,
    group: alg.Group,
    graph: alg.Var | ox.NamedNode | None = None,
    values: Mapping[alg.Var, Term | None] | None = None,
    dataset: str = "",
) -> Absence:
    """An unmatched pattern, with the values of the solution that it belongs to.

    The first pattern has the values in place of the variables, which is no SPARQL where a variable
    is assigned (``BIND(… AS ?x)``); the second has them in a VALUES block.
    """
    whole = alg.Group((alg.GraphGroup(graph, group),)) if graph else group
    bound = {v: t for v, t in (values or {}).items() if t is not None}
    text = write_group(whole)
    for variable, value in bound.items():
        text = text.replace(f"?{variable.name} ", f"{value} ")
    patterns = [text]
    if bound and not any(isinstance(term, ox.BlankNode) for term in bound.values()):
        block = alg.Values(tuple(bound), (tuple(bound.values()),))  # type: ignore[arg-type]
        elements = (whole, block) if keyword == "MINUS" else (block, *whole.elements)
        patterns.append(write_group(alg.Group(elements)))
    return Absence(keyword, dataset, tuple(patterns))


def shorten(text: str) -> str:
    """SPARQL text for display: IRIs as prefixed names if these are valid syntax."""
    return re.sub(r"<([^<>\s]*)>", lambda found: _short_name(found[1]), text)


@lru_cache(maxsize=1024)
def _short_name(iri: str) -> str:
    for prefix in sorted(PREFIXES, key=lambda name: -len(PREFIXES[name])):
        local = iri.removeprefix(PREFIXES[prefix])
        if local != iri and _LOCAL.fullmatch(local):
            return f"{prefix}:{local}"
    return f"<{iri}>"
