"""What stores do otherwise than SPARQL 1.1 has it, or leaves open, and what we do about it.

``docs/stores.md`` has the list, with what we can do nothing about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from ...ontology.namespaces import XSD
from ..sparql_tokens import Token, scan

#: ``VALUES ?x { UNDEF }`` says nothing; with it Virtuoso leaves ?x unbound whatever else binds it.
#: ``v`` stands for a variable, ``u`` for UNDEF.
_SAYS_NOTHING: Final = re.compile(r"v\{u\}|\(v+\)\{\(u+\)\}")
#: Virtuoso answers ASK as a SELECT: one row with this variable for yes, no row for no.
_ASK_AS_ROWS: Final = "__ASK_RETVAL"
#: Virtuoso writes booleans as 0 and 1. In JSON no string can have these bytes in it.
_BOOLEAN: Final = re.compile(
    rf'("datatype"\s*:\s*"{XSD}boolean"\s*,\s*"value"\s*:\s*)"([01])"'.encode()
)


def without_idle_values(query: str) -> str:
    """The query without VALUES blocks that say nothing.

    >>> without_idle_values("SELECT ?s { VALUES ?p { UNDEF } ?s ?p 1 }")
    'SELECT ?s {   ?s ?p 1 }'
    """
    made, done = [], 0
    found = list(scan(query))
    for place, token in enumerate(found):
        if token.is_word("VALUES"):
            end = next((n for n, t in enumerate(found[place:], place) if t.text == "}"), place)
            form = "".join(map(_sign, found[place + 1 : end + 1]))
            if _SAYS_NOTHING.fullmatch(form):
                made += [query[done : token.start], " "]
                done = found[end].end
    return "".join([*made, query[done:]])


def _sign(token: Token) -> str:
    if token.is_word("UNDEF"):
        return "u"
    return "v" if token.kind == "var" else token.text


def read_json(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    """SPARQL 1.1 Query Results JSON, and what Virtuoso takes for it.

    Raises ``SyntaxError`` or ``ValueError`` where it is neither; of rows, when they are read.
    """
    body = _BOOLEAN.sub(
        lambda found: found[1] + (b'"true"' if found[2] == b"1" else b'"false"'), body
    )
    answer = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    if isinstance(answer, ox.QuerySolutions) and [
        variable.value for variable in answer.variables
    ] == [_ASK_AS_ROWS]:
        truth = b"true" if any(True for _ in answer) else b"false"
        return ox.parse_query_results(
            b'{"head":{},"boolean":%s}' % truth, ox.QueryResultsFormat.JSON
        )
    return answer


def uses_graph(query: str) -> bool:
    """Whether the query looks into named graphs."""
    return any(token.is_word("GRAPH") for token in scan(query))


def chooses_dataset(query: str) -> bool:
    """Whether the query itself says, by FROM, what its default graph is."""
    return any(token.is_word("FROM") for token in scan(query))


def in_graph(query: str, graph: str) -> str:
    """The query with its pattern, and patterns under EXISTS outside it, put into a named graph.

    So the graph stands in for the default graph, and GRAPH clauses inside mean what they did. The
    protocol's ``default-graph-uri`` cannot do this: it takes all named graphs away
    (SPARQL 1.1 Protocol, section 2.1.4).

    >>> in_graph("SELECT ?s { ?s ?p 1 } VALUES ?p { <http://a> }", "http://g")
    'SELECT ?s { GRAPH <http://g> { ?s ?p 1 } } VALUES ?p { <http://a> }'
    """
    made, done, has_pattern = [], 0, False
    for word, start, end in _outer_braces(query):
        if word == "CONSTRUCT" or (has_pattern and word != "EXISTS"):
            # The template; the block of VALUES at the end.
            continue
        has_pattern |= word != "EXISTS"
        made += [query[done:start], f"{{ GRAPH <{graph}> ", query[start:end], " }"]
        done = end
    return "".join([*made, query[done:]])


def _outer_braces(query: str) -> Iterator[tuple[str, int, int]]:
    """Each outermost pair of braces: the word before it, where it begins and where it ends."""
    depth, start, word, before = 0, 0, "", ""
    for token in scan(query):
        if token.text == "{":
            if depth == 0:
                start, word = token.start, before
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth == 0:
                yield word, start, token.end
        before = token.text.upper() if token.kind == "word" else ""
