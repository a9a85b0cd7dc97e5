"""SPARQL constraints (section 5): run once with the targets inserted, or node by node."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....graph.sparql_tokens import scan
from ....messages.message import foreign
from ....ontology.namespaces import OWL, RDF, RDFS
from .context import BeyondSparqlError
from .source import Node, ShapesGraph, path_of

#: Words after which ``$this`` is not simply the variable of the outermost group.
_INWARD: Final = (
    "UNION", "MINUS", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "GRAPH", "BIND",
    "AS",
)  # fmt: skip
_BY_DEFAULT: Final = {"rdf": RDF, "rdfs": RDFS, "owl": OWL}


def select_rule(
    shapes: ShapesGraph, shape: Node, source: Node, where: str, focus: str
) -> tuple[str, bool]:
    """The query of a SPARQL constraint, and whether it finds the focus nodes by itself.

    If the whole query is one group with filters and options, the pattern of the targets is
    inserted and binds ``?this``. Otherwise ``$this`` must be replaced by each focus node in turn,
    as SHACL defines it (section 5.3.1).
    """
    selects = shapes.values(source, "select")
    if len(selects) != 1:
        raise ShapesError("shape-without-select", node=str(source))
    query = selects[0].value
    if path := path_of(shapes, shape):
        query = _with_path(query, path)
    found = list(scan(query))
    named = {token.text[1:] for token in found if token.kind == "var"}
    if named & {"currentShape", "shapesGraph", "PATH"}:
        raise BeyondSparqlError("$currentShape, $shapesGraph or $PATH in a SPARQL constraint")
    prologue = _prologue(shapes, source)
    opened = [place for place, token in enumerate(found) if token.text == "{"]
    first = opened[0] if opened else 0
    is_set_wise = (
        focus == "?this"
        and not any(token.is_word(*_INWARD) for token in found)
        and sum(token.is_word("SELECT") for token in found) < 2
        and all(found[place - 1].is_word("EXISTS", "OPTIONAL") for place in opened[1:])
        and any(token.text in ("?this", "$this") for token in found[:first])
    )
    if is_set_wise:
        end = found[first].end
        query = f"{query[:end]} {where} {query[end:]}"
    try:
        ox.Store().query(prologue + query)
    except SyntaxError as error:
        reason = foreign(error.msg)
        raise ShapesError("bad-shape-query", node=str(source), reason=reason) from error
    return prologue + query, is_set_wise


def _with_path(query: str, path: str) -> str:
    """The query with a property path in the place of ``$PATH`` (section 5.2.1)."""
    made, done = [], 0
    for token in scan(query):
        if token.text in ("$PATH", "?PATH"):
            made += [query[done : token.start], path]
            done = token.end
    return "".join([*made, query[done:]])


def _prologue(shapes: ShapesGraph, source: Node) -> str:
    """The prefixes declared by ``sh:prefixes`` (5.2.1)."""
    known = dict(_BY_DEFAULT)
    for ontology in shapes.nodes_of(source, "prefixes"):
        for declared in shapes.nodes_of(ontology, "declare"):
            names, spaces = (shapes.values(declared, name) for name in ("prefix", "namespace"))
            if len(names) != 1 or len(spaces) != 1:
                raise ShapesError("bad-prefix-declaration", node=str(declared))
            known[names[0].value] = spaces[0].value
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in known.items())
