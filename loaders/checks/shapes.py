"""Validate a graph against SHACL shapes.

The shapes of ``ontology/shapes.ttl`` are written by hand; those for domains and ranges are made
from the ontology, so that a property is described in one place only. They are applied as SPARQL
over Oxigraph (:mod:`.shacl`). pySHACL is the reference, and applies the shapes that cannot be
compiled to SPARQL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from ...messages.fault import Fault
from ...ontology.extension import sources_of
from ...ontology.namespaces import GRAPH_EVIDENCE, RDFS
from ...ontology.schema import FILES, Schema
from ..collection import shape_files, term_files
from .ontology_shapes import SHAPES, SHAPES_FILE, made_shapes
from .shacl.compiler import Compiler, Rule, severity_of
from .shacl.result import Result, message_of
from .shacl.source import BeyondSparqlError, Node, ShapesGraph, path_of, targeted, without_targets
from .shacl.vocabulary import refuse_unknown

if TYPE_CHECKING:
    from rdflib import Graph

__all__ = ["SHAPES", "SHAPES_FILE", "Shapes", "Validation", "validate_build"]


@dataclass(frozen=True, slots=True)
class Validation:
    """The results of a validation; ``performed`` counts the focus nodes of each shape.

    ``by_reference`` names the shapes that pySHACL had to apply.
    """

    performed: int
    results: tuple[Result, ...]
    by_reference: tuple[str, ...] = ()

    @property
    def faults(self) -> list[Fault]:
        """The violations; the place of each is the IRI of the focus node."""
        return [item.fault for item in self.results if item.severity == "Violation"]

    @property
    def warnings(self) -> list[Fault]:
        """The results of lower severity."""
        return [item.fault for item in self.results if item.severity != "Violation"]


class Shapes:
    """The shapes that belong to an ontology, read once and applied to any number of graphs."""

    def __init__(
        self,
        ontology: Iterable[Path] = FILES,
        shapes: Iterable[Path] = (SHAPES_FILE,),
        collections: Iterable[Path] = (),
    ) -> None:
        """Read the shapes, with the terms and shapes of ``collections``.

        Raises ``ShapesError`` for a shape that neither engine can apply.
        """
        folders = tuple(collections)
        schema = Schema.load((*ontology, *(path for _, path in term_files(folders))))
        self._ontology: Final = schema.triples
        written = [triple for path in shapes for triple in _triples(path)]
        if own := [*shape_files(folders)]:
            from .collection_shapes import triples_of_shapes

            written += triples_of_shapes(sources_of(own)[0])
        self.source: Final = ShapesGraph([*written, *made_shapes(schema)])
        refuse_unknown(self.source)

    @property
    def graph(self) -> Graph:
        """The shapes written by hand and those made from the ontology, in one graph."""
        from .shacl.reference import graph_of

        return graph_of(self.source.triples)

    def store(self, triples: Iterable[ox.Triple | ox.Quad]) -> ox.Store:
        """A store in memory with the triples of all graphs and the ontology in one graph."""
        store = ox.Store()
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
        store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object) for t in self._ontology)
        return store

    def validate(self, store: ox.Store) -> Validation:
        """Apply the shapes to the default graph of a store; see :meth:`store`."""
        below = _below(store)
        compiler = Compiler(self.source, below)
        results: set[Result] = set()
        counted: dict[str, int] = {}
        performed = 0
        by_reference: list[Node] = []
        for shape in targeted(self.source):
            targets = compiler.targets(shape)
            if targets not in counted:
                count = f"SELECT (COUNT(DISTINCT ?this) AS ?n) WHERE {{ {targets} }}"
                (row,) = _rows(store, count)
                counted[targets] = int(row["n"].value)
            performed += counted[targets]
            if not counted[targets]:
                continue
            try:
                rules = compiler.rules(shape)
            except BeyondSparqlError:
                by_reference.append(shape)
            else:
                for rule in rules:
                    results.update(_results(self.source, rule, store))
        if by_reference:
            from .shacl.reference import graph_of
            from .shacl.reference import validate as by_pyshacl

            data = graph_of(store)
            for shape in by_reference:
                alone = ShapesGraph(without_targets(self.source, shape))
                results.update(by_pyshacl(data, alone))
        names = tuple(shape.value for shape in by_reference)
        return Validation(performed, tuple(sorted(results, key=repr)), names)

    def reference(self, store: ox.Store) -> list[Result]:
        """The results of pySHACL on the same store, sorted. Slow: a second per 1,000 facts."""
        from .shacl.reference import graph_of
        from .shacl.reference import validate as by_pyshacl

        return by_pyshacl(graph_of(store), self.source)


def build_store(shapes: Shapes, dump: Path) -> ox.Store:
    """The plain view of a build and the evidence of its facts in one graph.

    They are copied: Oxigraph plans queries over a union of two graphs badly.
    """
    wanted = (ox.DefaultGraph(), ox.NamedNode(GRAPH_EVIDENCE))
    quads = ox.parse(path=str(dump), format=ox.RdfFormat.N_QUADS)
    return shapes.store(quad for quad in quads if quad.graph_name in wanted)


def validate_build(dump: Path, collections: Iterable[Path] = ()) -> Validation:
    """Validate a build, given by its N-Quads and the collections that it was made from."""
    shapes = Shapes(collections=collections)
    return shapes.validate(build_store(shapes, dump))


def _triples(path: Path) -> Iterable[ox.Triple]:
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        yield ox.Triple(quad.subject, quad.predicate, quad.object)


def _rows(
    store: ox.Store, query: str, this: ox.NamedNode | ox.BlankNode | ox.Literal | None = None
) -> ox.QuerySolutions:
    """Run a query, with a focus node in place of ``$this`` where one is given."""
    given: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {}
    if this is not None:
        given[ox.Variable("this")] = this
    answer = store.query(query, substitutions=given)
    assert isinstance(answer, ox.QuerySolutions)
    return answer


def _below(store: ox.Store) -> Mapping[str, list[str]]:
    """Every class to its subclasses, direct and indirect."""
    direct: dict[str, set[str]] = defaultdict(set)
    for quad in store.quads_for_pattern(
        None, ox.NamedNode(RDFS + "subClassOf"), None, ox.DefaultGraph()
    ):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            direct[quad.object.value].add(quad.subject.value)
    found: dict[str, list[str]] = {}
    for kind in direct:
        seen, waiting = {kind}, [kind]
        while waiting:
            new = direct.get(waiting.pop(), set()) - seen
            seen |= new
            waiting += new
        found[kind] = sorted(seen - {kind})
    return found


def _results(shapes: ShapesGraph, rule: Rule, store: ox.Store) -> Iterable[Result]:
    own_path = path_of(shapes, rule.shape)
    own_path = own_path[1:-1] if own_path.startswith("<") else own_path
    message = message_of(shapes, rule.shape, rule.source)
    if rule.targets:
        focuses = [row[0] for row in _rows(store, rule.targets)]
        answers = [(focus, _rows(store, rule.query, focus)) for focus in focuses]
    else:
        answers = [(None, _rows(store, rule.query))]
    for given, answer in answers:
        known = {variable.value for variable in answer.variables}
        for row in answer:
            focus = row[rule.focus] if rule.focus in known else None
            focus = focus or given
            value = row[rule.value] if rule.value in known else None
            path = row[rule.path] if rule.path in known else None
            if rule.source and value is None and not own_path:
                # The value of a node shape is the node itself (section 5.3.2).
                value = focus
            yield Result(
                focus=focus.value,
                path=path.value if path else own_path,
                value=str(value) if value else "",
                shape=rule.shape.value,
                message=message,
                severity=severity_of(shapes, rule.shape),
                constraint=rule.constraint,
            )
