"""A rewriting that is broken on purpose shows no false proof.

Each mutation changes what is proposed as the proof of a row. Without verification most of them show
false proofs, which is tested too; with it, each row still has a proof that gives it back, or says
that it has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias

import pyoxigraph as ox
import pytest
from permanent import SMALL, Permanent, prefixed, quads_of, store_of

from taawun.graph.errors import TaawunError
from taawun.queries.sparql import algebra as alg
from taawun.queries.why import (
    RowExplanation,
    derivations,
    explain_or_say_why_not,
    explaining,
    full_graph,
    lookups,
    provenance,
    rewrite,
    solutions,
    witnesses,
)

#: A row with a proof of its own in each: where the rewriting errs, another one is proposed.
QUERIES = {
    "base": """BASE <https://w3id.org/taawun/id/>
        SELECT ?slug ?a { VALUES ?slug { "country/iraq" "country/libya" }
        BIND(IRI(?slug) AS ?c) ?a tw:signatory ?c }""",
    "filter": "SELECT ?a { ?a tw:signatory ?c FILTER(?c = country:nigeria || ?c = country:iraq) }",
    "conjuncts": "SELECT ?u { ?f tw:unit ?u ; tw:value ?v FILTER(?v < 100 && ?v > 10) }",
    "values": """SELECT ?a ?n { VALUES (?c ?n) { (country:iraq 1) (country:libya 2) }
        ?a tw:signatory ?c }""",
    "values at the end": "SELECT ?a { ?a tw:signatory ?c } VALUES ?c { country:nigeria }",
    "constant": "SELECT ?a { ?a tw:signatory country:egypt ; tw:signatory country:nigeria }",
    "literal": "SELECT ?u { ?f tw:unit ?u ; tw:value 40 }",
    "union": """SELECT ?x ?how { { ?x tw:holdsPost ?y BIND("post" AS ?how) } UNION
        { ?x tw:memberOf ?y BIND("member" AS ?how) } }""",
    "expression": "SELECT ?a (STR(?c) AS ?name) { ?a tw:signatory ?c }",
    "optional": "SELECT ?a ?area { ?a tw:signatory country:egypt OPTIONAL { ?a tw:inArea ?area } }",
    "coalesce": """SELECT ?a (COALESCE(?area, "none") AS ?in) { ?a tw:signatory country:egypt
        OPTIONAL { ?a tw:inArea ?area } }""",
    "not bound": """SELECT ?c { ?a tw:signatory ?c OPTIONAL { ?a tw:inArea ?area }
        FILTER(!BOUND(?area)) }""",
    "exists": "SELECT ?a { ?a tw:signatory country:egypt FILTER EXISTS { ?a tw:inArea ?x } }",
    "exists or": """SELECT ?a { ?a tw:signatory country:egypt
        FILTER(EXISTS { ?a tw:inArea ?x } || ?a = <urn:none>) }""",
    "exists as a value": """SELECT ?a ?has { ?a tw:signatory country:egypt
        BIND(EXISTS { ?a tw:inArea ?x } AS ?has) }""",
    "not exists": "SELECT ?c { ?a tw:signatory ?c FILTER NOT EXISTS { ?a tw:inArea ?x } }",
    "minus": "SELECT ?c { ?a tw:signatory ?c MINUS { ?a tw:inArea ?x } }",
    "graph": "SELECT ?f ?c { GRAPH ?f { ?a tw:signatory ?c } }",
    "from": "SELECT ?x ?y FROM <urn:g> { ?x <urn:p> ?y }",
    "inverse": "SELECT ?x { country:egypt ^tw:cooperatesWith ?x }",
    "sequence": "SELECT ?x ?o { ?x tw:holdsPost/tw:postAt ?o }",
    "alternative": "SELECT ?x ?y { ?x tw:holdsPost|tw:memberOf ?y }",
    "negated set": "SELECT ?x ?y { ?x !(<urn:p>|tw:signatory|tw:value|rdf:type|rdfs:label) ?y }",
    "closure": "SELECT ?x ?y { ?x tw:partOf+ ?y }",
    "count": "SELECT ?a (COUNT(?c) AS ?n) { ?a tw:signatory ?c } GROUP BY ?a",
    "subquery": """SELECT ?c ?n ?o { { SELECT ?c (COUNT(?a) AS ?n) { ?a tw:signatory ?c }
        GROUP BY ?c HAVING(COUNT(?a) > 1) } ?o tw:basedIn ?c }""",
    "subquery with a limit": """SELECT ?o ?a { { SELECT ?a ?c { ?a tw:signatory ?c }
        ORDER BY ?a ?c LIMIT 3 } ?o tw:basedIn ?c }""",
    "same name inside": """SELECT ?c ?a { ?a tw:inArea ?x . ?a tw:signatory ?c
        { SELECT DISTINCT ?c { ?a tw:signatory ?c ; tw:inArea area:ai } } }""",
}
FROM = ox.NamedNode("urn:g")
OTHERS = [
    ox.Quad(*(ox.NamedNode(f"urn:{name}") for name in names))
    for names in ("apbg", "cpdg", "epf", "eqf")
]
GRAPH = [*SMALL, *OTHERS]
STORE = store_of(GRAPH)

Patch: TypeAlias = pytest.MonkeyPatch
Change: TypeAlias = Callable[[alg.Element], Sequence[alg.Element]]
_REWRITTEN = rewrite.Rewriter.group


def elements(change: Change) -> Callable[[Patch], None]:
    """The rewriting of other elements than the query has."""

    def group(self: Any, group: alg.Group, *rest: Any, **more: Any) -> alg.Group:
        changed = [made for element in group.elements for made in change(element)]
        return _REWRITTEN(self, alg.Group(tuple(changed)), *rest, **more)

    return lambda patch: patch.setattr(rewrite.Rewriter, "group", group)


def without(kind: type) -> Callable[[Patch], None]:
    return elements(lambda element: [] if isinstance(element, kind) else [element])


def one(kind: type, change: Callable[[Any], alg.Element]) -> Callable[[Patch], None]:
    return elements(lambda found: [change(found) if isinstance(found, kind) else found])


def expressions(change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Callable[[Patch], None]:
    """Filters with other conditions."""
    return one(
        alg.Filter,
        lambda e: alg.Filter(replace(e.expression, tokens=change(e.expression.tokens))),
    )


def paths(kind: type, change: Callable[[Any], alg.Path]) -> Callable[[Patch], None]:
    """Paths with other steps."""
    rewritten = rewrite.Rewriter.path

    def path(self: Any, subject: Any, path: alg.Path, *rest: Any) -> list[alg.Element]:
        return rewritten(self, subject, change(path) if isinstance(path, kind) else path, *rest)

    return lambda patch: patch.setattr(rewrite.Rewriter, "path", path)


def atoms(change: Callable[[list[Any]], Sequence[Any]]) -> Callable[[Patch], None]:
    """A reader that takes something else to be what a solution rests on."""
    made = solutions.Reader.__init__

    def init(self: Any, deriver: Any, found: Sequence[Any], *rest: Any, **more: Any) -> None:
        made(self, deriver, change(list(found)), *rest, **more)

    return lambda patch: patch.setattr(solutions.Reader, "__init__", init)


def each(kind: type, change: Callable[[Any], Any]) -> Callable[[Patch], None]:
    return atoms(lambda found: [change(a) if isinstance(a, kind) else a for a in found])


def forgotten(kind: type) -> Callable[[Patch], None]:
    return atoms(lambda found: [atom for atom in found if not isinstance(atom, kind)])


def result(owner: Any, name: str, change: Callable[[Any], Any]) -> Callable[[Patch], None]:
    """A function that returns something else."""
    made = getattr(owner, name)

    def changed(*rest: Any, **more: Any) -> Any:
        return change(made(*rest, **more))

    return lambda patch: patch.setattr(owner, name, changed)


def _rotated(table: dict[Any, Any]) -> dict[Any, Any]:
    """Each row with the proofs of the next one."""
    values = list(table.values())
    return dict(zip(table, values[1:] + values[:1], strict=True))


def _turned(tokens: tuple[Any, ...]) -> tuple[Any, ...]:
    other = {"<": ">", ">": "<", "=": "!=", "!=": "="}
    return tuple(other.get(t, t) if isinstance(t, str) else t for t in tokens)


def _mixed(values: alg.Values) -> alg.Values:
    columns = [list(column) for column in zip(*values.rows, strict=True)] or [[]]
    columns[0] = columns[0][1:] + columns[0][:1]
    return replace(values, rows=tuple(zip(*columns, strict=True)))


def _exchanged(row: Sequence[Any]) -> tuple[Any, ...]:
    return (*row[:2][::-1], *row[2:])


def _columns_exchanged(patch: Patch) -> None:
    read = solutions.Reader.read
    patch.setattr(
        solutions.Reader, "read", lambda self, rows: read(self, list(map(_exchanged, rows)))
    )


def _all_members(table: dict[Any, Any]) -> dict[Any, Any]:
    every = frozenset().union(*(s for found in table.values() for s in found))
    return {row: {every: provenance.NOTHING} for row in table}


def _one_member(table: dict[Any, Any]) -> dict[Any, Any]:
    return {
        row: {frozenset(sorted(s)[:1]): rest for s, rest in found.items()}
        for row, found in table.items()
    }


def _numbers(patch: Patch) -> None:
    number = provenance.Statements.number
    patch.setattr(provenance.Statements, "number", lambda self, s: max(number(self, s) - 1, 0))


def _optional(patch: Patch) -> None:
    def group(self: Any, group: alg.Group, *rest: Any, **more: Any) -> alg.Group:
        is_plain = (isinstance(element, alg.TriplePattern) for element in group.elements)
        made = group.elements
        if len(made) > 1 and any(is_plain):
            made = tuple(
                alg.OptionalGroup(alg.Group((e,))) if isinstance(e, alg.TriplePattern) else e
                for e in made
            )
        return _REWRITTEN(self, alg.Group(made), *rest, **more)

    patch.setattr(rewrite.Rewriter, "group", group)


def _without_conditions(query: alg.Query) -> alg.Query:
    """What a parser that loses comparisons would read."""
    where = query.select.where
    kept = (
        e
        for e in where.elements
        if not isinstance(e, alg.Filter)
        or any(True for _ in e.expression.exists())
        or "BOUND" in e.expression.calls
    )
    return replace(query, select=replace(query.select, where=alg.Group(tuple(kept))))


_ANY = alg.Var("any_at_all")
_OTHER = ox.NamedNode("urn:other")
MUTATIONS: dict[str, Callable[[Patch], None]] = {
    # Elements of a group.
    "without filters": without(alg.Filter),
    "without assignments": without(alg.Bind),
    "without values": without(alg.Values),
    "without minus": without(alg.MinusGroup),
    "without optional parts": without(alg.OptionalGroup),
    "without triples": without(alg.TriplePattern),
    "without paths": without(alg.PathPattern),
    "without subqueries": without(alg.Select),
    "the first branch alone": one(alg.UnionGroups, lambda e: alg.UnionGroups(e.groups[:1])),
    "the first branch twice": one(alg.UnionGroups, lambda e: alg.UnionGroups(e.groups[:1] * 2)),
    "branches joined": elements(lambda e: e.groups if isinstance(e, alg.UnionGroups) else [e]),
    "a row of values lost": one(alg.Values, lambda e: replace(e, rows=e.rows[:-1])),
    "values mixed up": one(alg.Values, _mixed),
    "an optional part required": one(alg.OptionalGroup, lambda e: e.group),
    "triples optional": _optional,
    "minus made optional": one(alg.MinusGroup, lambda e: alg.OptionalGroup(e.group)),
    "minus made required": one(alg.MinusGroup, lambda e: e.group),
    "any predicate": one(alg.TriplePattern, lambda e: replace(e, predicate=_ANY)),
    "any constant": one(
        alg.TriplePattern,
        lambda e: e if isinstance(e.object, alg.Var) else replace(e, object=_ANY),
    ),
    "subject and object exchanged": one(
        alg.TriplePattern,
        lambda e: (
            e
            if isinstance(e.object, ox.Literal)
            else alg.TriplePattern(e.object, e.predicate, e.subject)
        ),
    ),
    "a condition negated": expressions(lambda tokens: ("!", "(", *tokens, ")")),
    "comparisons turned": expressions(_turned),
    "or made and": expressions(
        lambda tokens: tuple("&&" if token == "||" else token for token in tokens)
    ),
    "the first conjunct alone": result(rewrite, "conjuncts", lambda found: found[:1]),
    "a constant assigned": one(alg.Bind, lambda e: replace(e, expression=alg.Expression(("1",)))),
    "without the graph": one(alg.GraphGroup, lambda e: e.group),
    "in any graph": one(alg.GraphGroup, lambda e: replace(e, graph=_ANY)),
    "exists forgotten": lambda patch: patch.setattr(rewrite.Rewriter, "_filter", lambda *_: []),
    # Paths.
    "inverse forgotten": paths(alg.Inverse, lambda path: path.path),
    "a sequence cut short": paths(alg.Sequence, lambda path: path.parts[0]),
    "a sequence turned": paths(alg.Sequence, lambda path: alg.Sequence(path.parts[::-1])),
    "the first alternative alone": paths(alg.Alternative, lambda path: path.parts[0]),
    "a negated set of others": paths(alg.NegatedSet, lambda _: alg.NegatedSet((_OTHER,), ())),
    "one step of many": paths(alg.Closure, lambda path: path.path),
    "the last edge lost": result(lookups, "_walked", lambda s: s - {max(s)}),
    # What a solution rests on.
    "the last triple forgotten": atoms(lambda found: found[:-1]),
    "the first triple forgotten": atoms(lambda found: found[1:]),
    "ends exchanged": each(
        provenance.TripleAtom, lambda a: replace(a, subject=a.object, object=a.subject)
    ),
    "guards forgotten": each(provenance.TripleAtom, lambda a: replace(a, guard=None)),
    "graphs forgotten": each(provenance.TripleAtom, lambda a: replace(a, graph=None)),
    "edges forgotten": forgotten(provenance.PathAtom),
    "exists not looked up": forgotten(provenance.ExistsAtom),
    "subqueries not looked up": forgotten(provenance.SubqueryAtom),
    "subqueries without proof": result(
        solutions, "look_up_subquery", lambda found: [lookups.NO_PART for _ in found]
    ),
    "exists without proof": result(
        solutions, "look_up_exists", lambda found: [lookups.NO_PART for _ in found]
    ),
    "columns exchanged": _columns_exchanged,
    "proofs exchanged": result(solutions.Reader, "table", _rotated),
    "statements mixed up": _numbers,
    "literals mixed up": result(solutions, "stored", lambda _: ox.Literal("other")),
    # The query as a whole.
    "without base": lambda patch: patch.setattr(explaining, "write_base", lambda _: ""),
    "without from": lambda patch: patch.setattr(explaining, "write_dataset", lambda _: ""),
    "without projected expressions": lambda patch: patch.setattr(
        derivations, "unprojected", lambda select: select.where
    ),
    "every optional part idle": result(
        derivations,
        "without_idle_optionals",
        lambda g: alg.Group(
            tuple(
                alg.Group(tuple(e for e in part.elements if not isinstance(e, alg.OptionalGroup)))
                if isinstance(part, alg.Group)
                else part
                for part in g.elements
            )
        ),
    ),
    "inner variables not renamed": lambda patch: patch.setattr(
        rewrite, "rename", lambda element, _: element
    ),
    "members of every group": result(derivations.Deriver, "members", _all_members),
    "one member of a group": result(derivations.Deriver, "members", _one_member),
    "a parser that loses conditions": result(explaining, "parse", _without_conditions),
}
#: Mutations that lose proofs or add to them: without verification too, they show nothing false.
HARMLESS = {
    "a constant assigned",
    "a sequence cut short",
    "a sequence turned",
    "an optional part required",
    "branches joined",
    "inner variables not renamed",
    "members of every group",
    "minus made optional",
    "one step of many",
    "or made and",
    "the first alternative alone",
    "the first branch alone",
    "the first branch twice",
    "without from",
}


@dataclass
class Seen:
    """What was proposed for the rows of a query, and what was shown."""

    proposed: list[Any]
    rows: Sequence[Any]
    shown: list[RowExplanation]


@cache
def text_of(name: str) -> str:
    return prefixed(QUERIES[name])


@cache
def permanent(name: str) -> Permanent:
    return Permanent(text_of(name), GRAPH)


def seen(name: str) -> Seen:
    """Explain the query; a rewriting that fails outright shows nothing."""
    proposed: list[Any] = []
    choose = witnesses.Chooser.choose

    def recording(self: Any, table: Any, alternatives: int) -> Any:
        statements = self._deriver.statements.all
        proposed.append(
            {
                row: {frozenset(str(statements[i]) for i in s) for s in found}
                for row, found in table.items()
            }
        )
        return choose(self, table, alternatives)

    rows = list(STORE.query(text_of(name)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(witnesses.Chooser, "choose", recording)
        try:
            shown = explain_or_say_why_not(STORE, text_of(name), rows)
            # What is no triple, such as one of a literal, fails here at the latest.
            assert all(item.witness for item in shown)
        except (TaawunError, KeyError, TypeError, ValueError, AssertionError, SyntaxError) as error:
            return Seen([repr(error)], rows, [])
    return Seen(proposed, rows, shown)


@contextmanager
def without_verification() -> Iterator[None]:
    """Show what is proposed, as it is."""
    with pytest.MonkeyPatch.context() as patch:
        chooser = witnesses.Chooser
        patch.setattr(chooser, "_yields", lambda *_: True)
        patch.setattr(chooser, "_checked", lambda _self, triples, *_: triples)
        patch.setattr(full_graph.FullGraph, "accepts", lambda _, cases: [True] * len(cases))
        yield


def false_proofs(name: str, found: Seen) -> list[Any]:
    """The rows that their proof does not give back, by itself or for what the graph has."""
    test, wrong = permanent(name), []
    for row, item in zip(found.rows, found.shown, strict=bool(found.shown)):
        if item.unexplained:
            continue
        quads, terms = quads_of(item.witness), tuple(row)
        if "FROM" in text_of(name):
            quads = [ox.Quad(q.subject, q.predicate, q.object, FROM) for q in quads]
        is_right = set(quads) <= test.quads and test.yields(quads, terms)
        if is_right and test.negates and "GROUP" not in text_of(name):
            is_right = test.yields_strictly(quads, terms)
        told = (re.sub("^(NOT EXISTS|MINUS)", "ASK", absence) for absence in item.absence)
        if not is_right or any(STORE.query(prefixed(absence)) for absence in told):
            wrong.append(terms)
    return wrong


@cache
def unbroken(name: str) -> tuple[Seen, list[Any]]:
    with without_verification():
        unverified = false_proofs(name, seen(name))
    return seen(name), unverified


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_the_queries_have_proofs_as_they_are(name):
    found, _ = unbroken(name)
    assert found.rows
    assert not any(item.unexplained for item in found.shown)
    assert false_proofs(name, found) == []


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
def test_a_broken_rewriting_shows_no_false_proof(mutation):
    changed, false = [], []
    for name in QUERIES:
        before, unverified = unbroken(name)
        with pytest.MonkeyPatch.context() as patch:
            MUTATIONS[mutation](patch)
            after = seen(name)
            assert false_proofs(name, after) == []
            if after.proposed != before.proposed:
                changed.append(name)
                with without_verification():
                    if len(false_proofs(name, seen(name))) > len(unverified):
                        false.append(name)
    assert changed
    assert bool(false) == (mutation not in HARMLESS)


def test_there_are_many_mutations():
    assert len(MUTATIONS) >= 50
    assert MUTATIONS.keys() > HARMLESS
    assert len(MUTATIONS.keys() - HARMLESS) >= 35
