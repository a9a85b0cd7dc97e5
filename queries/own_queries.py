"""Queries that people write themselves: made ready to run, with what is probably wrong in them.

Prefixes of ours need no declaration, and the query is answered as SPARQL 1.1 has it
(:mod:`.sparql.standard`). Nothing is refused for a doubt: names that do not exist and
predicates in a graph that never has them are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from difflib import get_close_matches
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

import pyoxigraph as ox

from ..graph.errors import QueryError, TaawunError, UnexplainableError
from ..graph.sparql_tokens import Names as PrefixNames
from ..graph.sparql_tokens import Token, scan
from ..graph.store import EmbeddedStore, Graphs, Store, select
from ..messages.message import Message
from ..ontology.namespaces import (
    BASE,
    GRAPH_ENTITIES,
    GRAPH_EVIDENCE,
    GRAPH_ONTOLOGY,
    GRAPH_PLAIN,
    GRAPH_PROSPECTS,
    GRAPH_PUSH,
    ID,
    TW,
)
from .labels import short_iri
from .names import Names
from .prefixes import known_prefixes, prefixes_of, undeclared, with_prefixes
from .sparql import algebra as alg
from .sparql.parser import parse
from .sparql.standard import standard_query

#: The graphs that exist by the contract, whether they hold anything or not.
_GRAPHS: Final = (
    GRAPH_ENTITIES, GRAPH_EVIDENCE, GRAPH_ONTOLOGY, GRAPH_PLAIN, GRAPH_PROSPECTS, GRAPH_PUSH,
)  # fmt: skip
#: The graphs in which a predicate may be, by how a query writes them.
_PLACES: Final = {
    "": "?s {p} ?o",
    "graph:evidence": f"GRAPH <{GRAPH_EVIDENCE}> {{{{ ?s {{p}} ?o }}}}",
    "graph:prospects": f"GRAPH <{GRAPH_PROSPECTS}> {{{{ ?s {{p}} ?o }}}}",
}
_EVIDENCE: Final = frozenset({"graph:evidence"})
#: The remedy for a predicate asked elsewhere, by the graph that has it.
_REMEDIES: Final = {
    "": "ask-default-graph",
    "graph:evidence": "ask-evidence-graph",
    "graph:prospects": "ask-prospects-graph",
}
_TERMS: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?term ?label {
  ?term a ?kind FILTER(isIRI(?term) && STRSTARTS(STR(?term), '%s'))
  OPTIONAL { ?term rdfs:label ?label FILTER(LANG(?label) = "en") }
} ORDER BY ?term"""
#: Where an IRI may occur: in the default graph, in a named graph, or as the name of one.
_USES: Final = " UNION ".join(
    f"{{ {use} }}"
    for triple in ("IRI ?p ?o", "?s IRI ?o", "?s ?p IRI")
    for use in (triple, f"GRAPH ?g {{ {triple} }}")
)
#: How many queries are remembered with what was found.
_KEPT: Final = 256
_Scope: TypeAlias = alg.Var | ox.NamedNode | None


class Prepared(NamedTuple):
    """A query ready to run, and what is probably wrong with it."""

    text: str
    warnings: tuple[TaawunError, ...] = ()


class OwnQueries:
    """Prepares queries for one store; what the store has is asked once and remembered."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store, self._names = store, names
        self._known: dict[str, bool] = {}
        self._prepared: dict[tuple[str, Graphs | None, str], Prepared] = {}

    def prepare(self, text: str, graphs: Graphs | None = None, base: str = "") -> Prepared:
        """The query as it is run, with its warnings; ``graphs`` and ``base`` are the protocol's.

        Raises ``QueryError`` for an undeclared prefix, and for a query that the embedded store
        would answer otherwise than SPARQL 1.1 has it. Whether it is valid otherwise, the store
        says.
        """
        key = (text, graphs, base)
        if key not in self._prepared:
            if len(self._prepared) >= _KEPT:
                self._prepared.clear()
                self._known.clear()
            self._prepared[key] = self._prepare(text, graphs, base)
        return self._prepared[key]

    def _prepare(self, text: str, graphs: Graphs | None, base: str) -> Prepared:
        text = with_prefixes(text, self._store)
        self._refuse_undeclared(text)
        iris = _iris(text)
        warnings = list(self._unknown(iris))
        star = _star(text)
        if (
            star is None
            and not _has_structure(text)
            and all("" in self._places(iri, {""}) for iri in iris)
        ):
            return Prepared(text, tuple(warnings))
        try:
            query = parse(f"BASE <{base}> {text}" if base else text)
        except (UnexplainableError, QueryError, ValueError):
            # No SPARQL 1.1: the store says what is wrong, or knows the extension.
            return Prepared(text, tuple(warnings))
        warnings += self._misplaced(query)
        if star is not None:
            text = _in_order(text, star, query)
        if isinstance(self._store, EmbeddedStore):
            standard = standard_query(query, lambda ask: self._asks(ask, graphs))
            text = standard or text
        return Prepared(text, tuple(warnings))

    def _asks(self, text: str, graphs: Graphs | None = None) -> bool:
        if graphs is not None and isinstance(self._store, EmbeddedStore):
            return bool(self._store.query(text, graphs))
        return bool(self._store.query(text))

    def _has(self, pattern: str) -> bool:
        """Whether the store has a match for a pattern, asked once."""
        if pattern not in self._known:
            self._known[pattern] = self._asks(f"ASK {{ {pattern} }}")
        return self._known[pattern]

    # Prefixes.

    @cached_property
    def _prefixes(self) -> Mapping[str, str]:
        return known_prefixes(self._store)

    def _refuse_undeclared(self, text: str) -> None:
        # An endpoint may know prefixes of its own.
        missing = undeclared(text) if isinstance(self._store, EmbeddedStore) else ()
        for prefix in missing:
            near = get_close_matches(prefix, self._prefixes, n=3)
            raise QueryError(
                "prefix-undeclared",
                prefix=prefix,
                remedy=Message("did-you-mean-prefix", prefix=prefix, names=[f"{n}:" for n in near])
                if near
                else None,
            )

    # Names that do not exist.

    def _unknown(self, iris: Mapping[str, str]) -> Iterator[TaawunError]:
        """A warning for each IRI of ours in the query that the store does not have."""
        for iri, written in iris.items():
            if not iri.startswith(self._spaces) or iri.endswith(("/", "#")) or iri in _GRAPHS:
                continue
            node = str(ox.NamedNode(iri))
            graph = f" UNION {{ GRAPH {node} {{ ?s ?p ?o }} }}" if iri.startswith(BASE) else ""
            if not self._has(_USES.replace("IRI", node) + graph):
                near = self._near(iri)
                yield QueryError(
                    "term-unknown",
                    term=written,
                    remedy=Message("did-you-mean", names=near) if near else None,
                )

    @cached_property
    def _spaces(self) -> tuple[str, ...]:
        """The namespaces of ours and of the collections."""
        return (BASE, *prefixes_of(self._store).values())

    def _near(self, iri: str) -> list[str]:
        """What the IRI is probably meant to be, as a query writes it."""
        if iri.startswith(ID):
            kind, _, slug = iri.removeprefix(ID).partition("/")
            found = self._names.near(slug.replace("-", " "), kind) or self._names.near(slug)
            return [_written(f"{ID}{name}") for name in found if ":" not in name]
        if iri.startswith(BASE + "graph/"):
            close = get_close_matches(iri, _GRAPHS, n=1, cutoff=0.8)
            return [short_iri(one) for one in close]
        space = max((one for one in self._spaces if iri.startswith(one)), key=len)
        space = TW if iri.startswith(TW) else space
        if space == BASE:
            return []
        folded: dict[str, str] = {}
        for row in select(self._store, _TERMS % space):
            term, label = row["term"], row.get("label")
            folded[term.value.removeprefix(space).lower()] = term.value
            if label is not None:
                # The label of tw:outcome is "led to": tw:ledTo means it.
                folded.setdefault(label.value.replace(" ", "").lower(), term.value)
        close = get_close_matches(iri.removeprefix(space).lower(), folded, n=3, cutoff=0.7)
        return list(dict.fromkeys(short_iri(folded[name]) for name in close))

    # Predicates in a graph that never has them.

    def _misplaced(self, query: alg.Query) -> Iterator[TaawunError]:
        if query.default_graphs or query.named_graphs:
            return
        for predicate, here, there in dict.fromkeys(self._of_group(query.select.where, None)):
            term = short_iri(predicate)
            yield QueryError(
                "predicate-elsewhere",
                term=term,
                here=here or Message("default-graph"),
                there=there or Message("default-graph"),
                remedy=Message(_REMEDIES[there], term=term),
            )

    def _of_group(self, group: alg.Group, scope: _Scope) -> Iterator[tuple[str, str, str]]:
        """Each predicate of a group that its graph never has: where it is asked, where it is."""
        uses = [
            (element.subject, predicate)
            for element in group.elements
            if isinstance(element, (alg.TriplePattern, alg.PathPattern))
            for predicate in _predicates(element)
        ]
        if isinstance(scope, alg.Var):
            # A graph that has qualifiers has nothing else: no graph matches both.
            kinds = {frozenset(self._places(predicate)) for _, predicate in uses}
            for subject, predicate in uses:
                places = self._places(predicate)
                if places == _EVIDENCE and (subject == scope or kinds != {_EVIDENCE}):
                    yield predicate, f"GRAPH ?{scope.name}", "graph:evidence"
        else:
            here = "" if scope is None else short_iri(scope.value)
            for _, predicate in uses:
                places = self._places(predicate)
                if places and not (here in places or self._is_in(predicate, scope)):
                    yield predicate, here, min(places)
        for element in group.elements:
            match element:
                case alg.GraphGroup(graph, inner):
                    yield from self._of_group(inner, graph)
                case alg.OptionalGroup(inner) | alg.MinusGroup(inner):
                    yield from self._of_group(inner, scope)
                case alg.Group():
                    yield from self._of_group(element, scope)
                case alg.UnionGroups(groups):
                    for one in groups:
                        yield from self._of_group(one, scope)
                case alg.Select():
                    yield from self._of_group(element.where, scope)
                case alg.Filter(expression) | alg.Bind(expression, _):
                    for exists in expression.exists():
                        yield from self._of_group(exists.group, scope)
                case _:
                    pass

    def _is_in(self, predicate: str, graph: ox.NamedNode | None) -> bool:
        """Whether a graph besides :data:`_PLACES` has the predicate, or is itself unknown."""
        if graph is None or short_iri(graph.value) in _PLACES:
            return False
        if graph.value not in _GRAPHS and not self._has(f"GRAPH {graph} {{ ?s ?p ?o }}"):
            return True
        return self._has(f"GRAPH {graph} {{ ?s {ox.NamedNode(predicate)} ?o }}")

    def _places(self, predicate: str, otherwise: Set[str] = frozenset()) -> Set[str]:
        """The graphs of :data:`_PLACES` that have the predicate; ``otherwise`` if none has."""
        node = str(ox.NamedNode(predicate))
        return {
            p for p, pattern in _PLACES.items() if self._has(pattern.format(p=node))
        } or otherwise


def _written(iri: str) -> str:
    """An entity as a query writes it: with the prefix of its class."""
    kind, _, slug = iri.removeprefix(ID).partition("/")
    return f"{kind}:{slug}" if iri.startswith(ID) else short_iri(iri)


def _predicates(element: alg.TriplePattern | alg.PathPattern) -> Iterator[str]:
    """The predicates that a pattern matches, except those it excludes."""

    def of(path: alg.Path) -> Iterator[str]:
        match path:
            case ox.NamedNode():
                yield path.value
            case alg.Sequence(parts) | alg.Alternative(parts):
                for part in parts:
                    yield from of(part)
            case alg.Inverse(inner) | alg.Closure(inner, _):
                yield from of(inner)
            case _:
                pass

    if isinstance(element, alg.PathPattern):
        yield from of(element.path)
    elif isinstance(element.predicate, ox.NamedNode):
        yield element.predicate.value


def _has_structure(text: str) -> bool:
    """Whether the query names a graph, or has a path that may be of length zero."""
    before: Token | None = None
    for token in scan(text):
        if token.kind == "word":
            if token.text.upper() == "GRAPH":
                return True
        elif (
            token.text in ("*", "?")
            and before
            and (before.kind in ("name", "iri") or before.text in (")", "a"))
        ):
            return True
        before = token
    return False


def _iris(text: str) -> dict[str, str]:
    """The IRIs that a query matches, each as it is first written.

    Those of the prologue and of a CONSTRUCT template are left out.
    """
    names = PrefixNames({})
    found: dict[str, str] = {}
    tokens = list(scan(text))
    place = 0
    while place < len(tokens):
        token = tokens[place]
        word = token.text.upper() if token.kind == "word" else ""
        if word == "PREFIX" and len(tokens) > place + 2:
            prefix = tokens[place + 1].text.removesuffix(":")
            names.prefixes[prefix] = tokens[place + 2].text[1:-1]
            place += 3
            continue
        if word == "BASE":
            place += 2
            continue
        if word == "CONSTRUCT" and tokens[place + 1 : place + 2]:
            while place < len(tokens) and tokens[place].text not in ("}", "WHERE", "where"):
                place += 1
            continue
        if token.kind in ("name", "iri"):
            # Left out are a prefix of the endpoint's own and a relative IRI.
            with suppress(QueryError, ValueError):
                found.setdefault(names.iri(token).value, token.text)
        place += 1
    return found


def _star(text: str) -> Token | None:
    """The * of SELECT * at the outermost level, if any."""
    depth, before = 0, ""
    for token in scan(text) if "*" in text else ():
        if token.text == "*" and depth == 0 and before in ("SELECT", "DISTINCT", "REDUCED"):
            return token
        if token.kind == "sign":
            depth += (token.text in "{(") - (token.text in "})")
        before = token.text.upper()
    return None


def _in_order(text: str, star: Token, query: alg.Query) -> str:
    """The query with the variables of SELECT * written out as they first appear.

    Oxigraph gives them in the order of their names.
    """
    selected = {variable.name for variable in query.select.variables}
    named = dict.fromkeys(t.text[1:] for t in scan(text[star.end :]) if t.text[:1] in "?$")
    names = [name for name in named if name in selected]
    if not names or len(names) != len(selected):
        return text
    written = " ".join(f"?{name}" for name in names)
    return f"{text[: star.start]}{written}{text[star.end :]}"
