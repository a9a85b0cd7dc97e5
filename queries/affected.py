"""Whether a change of the graph can alter the answer to a query, without asking it again.

A query is cut into the conjunctions of triple patterns that its answer is made of: those of each
group, those of an OPTIONAL, UNION, MINUS or EXISTS together with what stands before it, and those
of each subquery. If none of them has a solution with an added quad after the change, and none a
solution with a removed quad before it, all have the same solutions as before, and so has the query.
Filters narrow a conjunction if it binds all their variables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.errors import QueryError, UnexplainableError
from ..graph.store import Store
from ..ontology.namespaces import XSD
from .why.sparql import algebra as alg
from .why.sparql.parser import parse
from .why.sparql.writer import write_expression, write_node, write_path, write_values

_Graph: TypeAlias = alg.Var | ox.NamedNode | None
_Pattern: TypeAlias = alg.TriplePattern | alg.PathPattern
_Bound: TypeAlias = dict[alg.Var, ox.NamedNode | ox.Literal]
#: Beyond so many small queries, the whole one is quicker.
_MOST: Final = 60
#: Functions of more than the values of variables.
_VOLATILE: Final = frozenset({"RAND", "NOW", "UUID", "STRUUID", "BNODE", "BOUND"})


@dataclass(frozen=True, slots=True)
class _Block:
    """Patterns, each in its graph, that have to match together, with what narrows them."""

    items: tuple[tuple[_Graph, _Pattern], ...] = ()
    values: tuple[alg.Values, ...] = ()
    filters: tuple[alg.Expression, ...] = ()

    @property
    def variables(self) -> frozenset[alg.Var]:
        return frozenset(node for item in self.items for node in _variables(*item))

    def narrowed(self, filters: Iterable[alg.Expression]) -> _Block:
        """The block with those of the filters whose variables it binds."""
        bound = self.variables
        fit = (f for f in filters if f not in self.filters and _is_plain(f) and _in(f) <= bound)
        return _Block(self.items, self.values, (*self.filters, *fit))

    def __add__(self, other: _Block) -> _Block:
        return _Block(
            tuple(dict.fromkeys((*self.items, *other.items))),
            tuple(dict.fromkeys((*self.values, *other.values))),
            tuple(dict.fromkeys((*self.filters, *other.filters))),
        )


def _variables(graph: _Graph, pattern: _Pattern) -> Iterator[alg.Var]:
    nodes = [graph, pattern.subject, pattern.object]
    if isinstance(pattern, alg.TriplePattern):
        nodes.append(pattern.predicate)
    return (node for node in nodes if isinstance(node, alg.Var))


def _in(expression: alg.Expression) -> set[alg.Var]:
    return {token for token in expression.tokens if isinstance(token, alg.Var)}


def _is_plain(expression: alg.Expression) -> bool:
    return expression.calls.isdisjoint(_VOLATILE) and not any(expression.exists())


def may_alter(query: str, store: Store, quads: Iterable[ox.Quad]) -> bool:
    """Whether quads may alter the answer to a query by coming or going; ``store`` has them."""
    blocks = _blocks_of(query)
    if blocks is None:
        return True
    asked = [0]
    changed: dict[str, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        changed[quad.predicate.value].append(quad)
    try:
        return bool(changed) and any(_is_touched(one, changed, store, asked) for one in blocks)
    except (_OtherTermError, QueryError):
        return True


# The conjunctions of a query.


@lru_cache(maxsize=512)
def _blocks_of(text: str) -> tuple[_Block, ...] | None:
    """The conjunctions of a query; None if it is not known what it reads."""
    try:
        query = parse(text)
    except (QueryError, UnexplainableError):
        return None
    if query.form != "SELECT" or query.default_graphs or query.named_graphs:
        return None
    return tuple(dict.fromkeys(_of_select(query.select)))


def _of_select(select: alg.Select) -> Iterator[_Block]:
    yield from _of_group(select.where, None, _Block())
    expressions = [e for _, e in select.projection if e]
    expressions += [e for e, _ in select.group_by]
    for expression in (*expressions, *select.having, *select.order_by):
        yield from _of_exists(expression, None, _Block())


def _of_exists(expression: alg.Expression, graph: _Graph, around: _Block) -> Iterator[_Block]:
    for exists in expression.exists():
        yield from _of_group(exists.group, graph, around)


def _of_group(group: alg.Group, graph: _Graph, around: _Block) -> Iterator[_Block]:
    """The conjunctions of a group: its own first, together with what is ``around`` it."""
    filters = [e.expression for e in group.elements if isinstance(e, alg.Filter)]
    own = _Block()
    inner: list[_Block] = []
    unions: list[alg.UnionGroups] = []
    for element in group.elements:
        here = (own + around).narrowed(filters)
        match element:
            case alg.TriplePattern() | alg.PathPattern():
                own += _Block(((graph, element),))
            case alg.Values():
                own += _Block(values=(element,))
            case alg.Group() | alg.GraphGroup():
                where = element.graph if isinstance(element, alg.GraphGroup) else graph
                nested = element if isinstance(element, alg.Group) else element.group
                first, *others = _of_group(nested, where, _Block())
                own, inner = own + first, [*inner, *others]
            case alg.OptionalGroup(optional) | alg.MinusGroup(optional):
                inner += _of_group(optional, graph, here)
            case alg.UnionGroups():
                unions.append(element)
            case alg.Select():
                inner += _of_select(element)
            case alg.Bind(expression):
                inner += _of_exists(expression, graph, _Block())
    whole = (own + around).narrowed(filters)
    yield whole
    for one in (one for union in unions for one in union.groups):
        first, *others = _of_group(one, graph, _Block())
        inner += [(whole + first).narrowed(filters), *others]
    for expression in filters:
        inner += _of_exists(expression, graph, whole)
    yield from inner


# Solutions with a changed quad.


def _is_touched(
    block: _Block, quads: Mapping[str, Sequence[ox.Quad]], store: Store, asked: list[int]
) -> bool:
    for place, (graph, pattern) in enumerate(block.items):
        others = (*block.items[:place], *block.items[place + 1 :])
        if isinstance(pattern, alg.PathPattern):
            if _may_pass(pattern, graph, quads, block):
                return True
            continue
        for quad in _candidates(pattern, quads):
            bound = _unified(graph, pattern, quad)
            if bound is None:
                continue
            asked[0] += 1
            if asked[0] > _MOST or _has_solution(block, others, bound, store):
                return True
    return False


def _candidates(
    pattern: alg.TriplePattern, quads: Mapping[str, Sequence[ox.Quad]]
) -> Iterable[ox.Quad]:
    if isinstance(pattern.predicate, ox.NamedNode):
        return quads.get(pattern.predicate.value, ())
    return (quad for some in quads.values() for quad in some)


def _unified(graph: _Graph, pattern: alg.TriplePattern, quad: ox.Quad) -> _Bound | None:
    """The values of the variables where the pattern matches the quad."""
    if (graph is None) != isinstance(quad.graph_name, ox.DefaultGraph):
        return None
    pairs: list[tuple[alg.Node | _Graph, object]] = [
        (pattern.subject, quad.subject),
        (pattern.predicate, quad.predicate),
        (pattern.object, quad.object),
        (graph, None if graph is None else quad.graph_name),
    ]
    bound: _Bound = {}
    for node, term in pairs:
        if isinstance(node, alg.Var):
            if not isinstance(term, (ox.NamedNode, ox.Literal)):
                raise _OtherTermError
            if bound.setdefault(node, term) != term:
                return None
        elif node != term and not _may_be_spelt_otherwise(node, term):
            return None
    return bound


class _OtherTermError(Exception):
    """A blank node or a triple, which no query can name."""


def _may_be_spelt_otherwise(node: object, term: object) -> bool:
    """Whether two literals may be one value, as 1.50 and 1.5 are."""
    if not (isinstance(node, ox.Literal) and isinstance(term, ox.Literal)):
        return False
    return node.datatype.value != XSD + "string" and not node.language


def _may_pass(
    pattern: alg.PathPattern,
    graph: _Graph,
    quads: Mapping[str, Sequence[ox.Quad]],
    block: _Block,
) -> bool:
    """Whether a path may lead over a changed quad, or from any node to itself."""
    names, is_open, may_be_empty = set[str](), False, False
    waiting: list[alg.Path] = [pattern.path]
    while waiting:
        match waiting.pop():
            case alg.Inverse(path):
                waiting.append(path)
            case alg.Sequence(parts) | alg.Alternative(parts):
                waiting += parts
            case alg.Closure(path, modifier):
                waiting.append(path)
                may_be_empty = may_be_empty or modifier != "+"
            case alg.NegatedSet():
                is_open = True
            case path:
                names.add(path.value)
    if may_be_empty:
        fixed = {n for item in block.items if item[1] is not pattern for n in _variables(*item)}
        ends = (pattern.subject, pattern.object)
        if not any(not isinstance(end, alg.Var) or end in fixed for end in ends):
            return True
    return any(
        (graph is None) == isinstance(quad.graph_name, ox.DefaultGraph)
        for name, some in quads.items()
        if is_open or name in names
        for quad in some
    )


def _has_solution(
    block: _Block, items: Sequence[tuple[_Graph, _Pattern]], bound: _Bound, store: Store
) -> bool:
    """Whether the other patterns have a solution with these values."""

    def put(node: alg.Node | _Graph) -> str:
        assert node is not None
        return write_node(bound.get(node, node) if isinstance(node, alg.Var) else node)

    parts = []
    for values in block.values:
        if bound.keys().isdisjoint(values.variables):
            parts.append(write_values(values))
        elif len(values.variables) == 1:
            (variable,) = values.variables
            if not any(row[0] in (None, bound[variable]) for row in values.rows):
                return False
    for graph, pattern in items:
        if isinstance(pattern, alg.PathPattern):
            middle = write_path(pattern.path)
        else:
            middle = put(pattern.predicate)
        text = f"{put(pattern.subject)} {middle} {put(pattern.object)} ."
        if any(put(node).startswith('"') for node in (pattern.subject, graph) if node) or (
            middle.startswith('"')
        ):
            # A literal is an object only.
            return False
        parts.append(f"GRAPH {put(graph)} {{ {text} }}" if graph else text)
    for expression in block.filters:
        tokens = [str(bound.get(t, t)) if t in bound else t for t in expression.tokens]
        written = write_expression(alg.Expression(tuple(tokens), expression.calls))
        parts.append(f"FILTER ( {written} )")
    if not parts:
        return True
    answer = store.query(f"ASK {{ {' '.join(parts)} }}")
    return bool(answer)
