"""SPARQL constraints (section 5): run once with the targets inserted, or node by node."""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as ox

from ....graph.errors import ShapesError
from ....graph.store import code_of
from ....messages.message import foreign
from ....ontology.namespaces import OWL, RDF, RDFS
from .context import BeyondSparqlError
from .source import Node, ShapesGraph, path_of

#: Words after which ``$this`` is not simply the variable of the outermost group.
_INWARD: Final = re.compile(
    r"\b(UNION|MINUS|GROUP|HAVING|ORDER|LIMIT|OFFSET|VALUES|GRAPH|BIND|AS)\b|\bSELECT\b.*\bSELECT\b",
    re.IGNORECASE | re.DOTALL,
)
_OPENS: Final = re.compile(r"(\w*)\s*\{")
_THIS: Final = re.compile(r"[$?]this\b")
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
        query = re.sub(r"[$?]PATH\b", path.replace("\\", r"\\"), query)
    code = code_of(query)
    if re.search(r"[$?](currentShape|shapesGraph|PATH)\b", code):
        raise BeyondSparqlError("$currentShape, $shapesGraph or $PATH in a SPARQL constraint")
    prologue = _prologue(shapes, source)
    head, brace, rest = query.partition("{")
    opened = [word.upper() for word in _OPENS.findall(code)][1:]
    is_set_wise = (
        focus == "?this"
        and "{" not in _without_code(head)
        and not _INWARD.search(code)
        and all(word in ("EXISTS", "OPTIONAL") for word in opened)
        and bool(_THIS.search(code.partition("{")[0]))
    )
    if is_set_wise:
        query = f"{head}{brace} {where} {rest}"
    try:
        ox.Store().query(prologue + query)
    except SyntaxError as error:
        reason = foreign(error.msg)
        raise ShapesError("bad-shape-query", node=str(source), reason=reason) from error
    return prologue + query, is_set_wise


def _without_code(text: str) -> str:
    """The text if it has strings, IRIs or comments; else an empty one."""
    return "" if code_of(text) == text else text


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
