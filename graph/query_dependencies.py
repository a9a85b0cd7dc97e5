"""Which terms a query reads, to tell that a change of the graph cannot change its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import pyoxigraph as ox

from ..ontology.namespaces import GRAPH_EVIDENCE, RDF
from .errors import QueryError
from .sparql_tokens import Names, Token, scan

_TYPE: Final = RDF + "type"
#: The kinds of tokens that stand for the subject or the object of a triple.
_TERMS: Final = frozenset({"iri", "name", "var", "bnode", "string", "integer", "decimal", "double"})
_END: Final = Token("end", "", 0)


class Touched(NamedTuple):
    """What changed quads have: predicates, and classes where the predicate is ``rdf:type``.

    ``plain`` are those of the default graph, ``all`` those of every graph but ``graph/evidence``.
    With ``says_other`` something else is said about facts that were there before, such as another
    record status.
    """

    plain: frozenset[str]
    all: frozenset[str]
    says_other: bool = False

    @classmethod
    def by(cls, quads: Iterable[ox.Quad], *, says_other: bool = False) -> Touched:
        """The terms of these quads, each in its graph."""
        plain: set[str] = set()
        found: set[str] = set()
        for quad in quads:
            if quad.graph_name != _EVIDENCE:
                found.update(_terms_of(quad))
                if quad.graph_name == _PLAIN:
                    plain.update(_terms_of(quad))
        return cls(frozenset(plain), frozenset(found), says_other)

    def may_change(self, query: str) -> bool:
        """Whether the change may change the answer to a query.

        Not where every predicate and class that the query reads is named, and none has changed.
        Statements about the fact of ``GRAPH ?fact { … }`` change with the triple in those braces,
        unless ``says_other``.
        """
        return self.may_change_where(terms_read(query))

    def may_change_where(self, read: TermsRead) -> bool:
        """The same for a query that reads these terms."""
        if self.says_other and read.has_graphs:
            return True
        changed = self.all if read.has_graphs else self.plain
        return bool(changed) if read.terms is None else not changed.isdisjoint(read.terms)


_EVIDENCE: Final = ox.NamedNode(GRAPH_EVIDENCE)
_PLAIN: Final = ox.DefaultGraph()


def _terms_of(quad: ox.Quad) -> Iterator[str]:
    yield quad.predicate.value
    if quad.predicate.value == _TYPE and isinstance(quad.object, ox.NamedNode):
        yield quad.object.value


def terms_of_query(query: str) -> frozenset[str] | None:
    """The predicates and classes that a query reads, None if they may be any."""
    return terms_read(query).terms


class TermsRead(NamedTuple):
    """The predicates and classes that a query reads, None if they may be any.

    With ``has_graphs`` it reads other graphs than the default graph.
    """

    terms: frozenset[str] | None
    has_graphs: bool


@lru_cache(maxsize=2048)
def terms_read(query: str) -> TermsRead:
    """What a query reads, found from its tokens."""
    found = list(scan(query))
    has_graphs = any(token.is_word("GRAPH", "FROM") for token in found)
    try:
        return TermsRead(_terms(found), has_graphs)
    except QueryError:
        # The program may declare prefixes that the text leaves out.
        return TermsRead(None, has_graphs)


def _terms(found: Sequence[Token]) -> frozenset[str] | None:
    if any(token.is_word("FROM", "DESCRIBE") for token in found):
        return None
    names = Names({})
    terms: set[str] = set()
    limited = _limited(found)
    facts = {
        after.text
        for before, after in pairwise(found)
        if before.is_word("GRAPH") and after.kind == "var"
    }
    depth, is_list, is_class = 0, False, False
    about: int | None = None
    for place, token in enumerate(found):
        before = found[place - 1] if place else _END
        after = found[place + 1] if place + 1 < len(found) else _END
        if token.is_word("PREFIX"):
            names.prefixes[after.text.removesuffix(":")] = found[place + 2].text[1:-1]
        elif token.is_word("BASE"):
            names.base = after.text[1:-1]
        elif token.is_word("SELECT", "BY"):
            is_list = True
        elif token.text == "{":
            depth, is_list, is_class = depth + 1, False, False
            if before.kind in ("iri", "name") and found[place - 2].is_word("GRAPH"):
                is_evidence = names.iri(before).value == GRAPH_EVIDENCE
                if is_evidence and after.text not in facts:
                    return None
                about = depth if is_evidence else about
        elif token.text == "}":
            about = None if about == depth else about
            depth, is_list, is_class = depth - 1, False, False
        elif about is not None or is_list or before.is_word("PREFIX", "BASE", "GRAPH"):
            continue
        elif token.kind in ("iri", "name") and not found[place - 2].is_word("PREFIX"):
            iri = names.iri(token).value
            terms.add(iri)
            if iri == _TYPE and not _is_expression(before):
                is_class = True
                if not _names_class(before, after, place, limited):
                    return None
        elif token.is_word("A"):
            is_class = True
            if not _names_class(before, after, place, limited):
                return None
        elif token.text == ",":
            if is_class and after.kind not in ("iri", "name"):
                return None
        elif _is_open(found, place, limited):
            return None
        else:
            is_class = False
    return frozenset(terms)


def _is_expression(before: Token) -> bool:
    """Whether what follows the token is a value in an expression, not a predicate."""
    return before.text in ("=", "!=", "(", ",") or before.is_word("IN")


def _names_class(before: Token, after: Token, place: int, limited: frozenset[int]) -> bool:
    """Whether ``a`` goes forward to a named class, or to a variable with listed values."""
    if before.text in ("^", "!"):
        return False
    return after.kind in ("iri", "name") or place + 1 in limited


def _is_open(found: Sequence[Token], place: int, limited: frozenset[int]) -> bool:
    """Whether this token lets a pattern match any predicate, or any node."""
    token, before = found[place], found[place - 1] if place else _END
    after, then = (*found[place + 1 : place + 3], _END, _END)[:2]
    if token.kind == "var":
        starts = before.kind in _TERMS or before.text in (";", "[", "]", ")")
        return (
            starts and (after.kind in _TERMS or after.text in ("[", "(")) and (place not in limited)
        )
    if token.text == "!":
        # A negated property set.
        return _begins_path(after) or (after.text == "(" and _begins_path(then))
    # A path of length zero leads from every node to itself. (Multiplication is taken for one.)
    is_path = before.kind in ("iri", "name") or before.text == ")" or before.is_word("A")
    return token.text == "?" or (token.text == "*" and is_path)


def _begins_path(token: Token) -> bool:
    return token.kind in ("iri", "name") or token.text == "^" or token.is_word("A")


def _limited(found: Sequence[Token]) -> frozenset[int]:
    """The places of predicates and classes that are variables with listed values.

    The list is ``VALUES ?v { … }`` in the group around the variable, or ``FILTER(?v IN (…))``
    right behind it.
    """
    groups: list[int] = [0]
    above = {0: -1}
    inside: dict[int, list[int]] = {}
    listed: set[tuple[int, str]] = set()
    for place, token in enumerate(found):
        if token.text == "{":
            above[place + 1] = groups[-1]
            groups.append(place + 1)
        elif token.text == "}" and len(groups) > 1:
            groups.pop()
        elif token.is_word("SELECT") and len(groups) > 1:
            # Variables of a subquery are its own.
            above[groups[-1]] = -1
        elif token.kind == "var":
            inside.setdefault(groups[-1], []).append(place)
            values = [t.text for t in found[place + 1 : _closing(found, place)]]
            if (
                place
                and found[place - 1].is_word("VALUES")
                and "UNDEF" not in map(str.upper, values)
            ):
                listed.add((groups[-1], token.text))
    places = set()
    for group, variables in inside.items():
        around = {group}
        while (group := above[group]) != -1:
            around.add(group)
        for place in variables:
            name = found[place].text
            if any((one, name) in listed for one in around) or _is_filtered(found, place):
                places.add(place)
    return frozenset(places)


def _closing(found: Sequence[Token], place: int) -> int:
    return next((p for p in range(place, len(found)) if found[p].text == "}"), len(found))


def _is_filtered(found: Sequence[Token], place: int) -> bool:
    """Whether ``FILTER(?v IN (…))`` alone follows the variable."""
    name = found[place].text
    head = [token.text for token in found[place + 1 : place + 6]]
    if [word.upper() for word in head] != ["FILTER", "(", name.upper(), "IN", "("]:
        return False
    end = place + 6
    while end < len(found) and (found[end].kind in ("iri", "name") or found[end].text == ","):
        end += 1
    return head[2] == name and [token.text for token in found[end : end + 2]] == [")", ")"]
