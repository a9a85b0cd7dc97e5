"""The violations that an edit adds to a graph in memory, found by the shapes that it can touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import pyoxigraph as ox

from ...graph.store import changed
from ...messages.fault import Fault
from ...ontology.namespaces import GRAPH_EVIDENCE, RDF, RDFS
from .shacl.dependencies import Edited
from .shacl.ready_shapes import ReadyShape, results_of
from .shapes import Shapes, Validation

_PLAIN = ox.DefaultGraph()
_EVIDENCE = ox.NamedNode(GRAPH_EVIDENCE)
_TYPE = ox.NamedNode(RDF + "type")


class ShapeTrial:
    """The plain view of a store in one graph, on which edits are tried one after the other.

    Of the view only those quads are loaded that the shapes read which an edit touches.
    """

    def __init__(self, shapes: Sequence[ReadyShape], described: Callable[[], Shapes]) -> None:
        """``described`` gives the description of the shapes, for those that have no rules."""
        self._shapes, self._described = shapes, described
        self._flat = ox.Store()
        self._terms: set[str] = set()
        self._is_whole = False

    def _load(self, store: ox.Store, terms: frozenset[str] | None) -> None:
        """Have the quads with these terms too, or all; ``store`` is the state before an edit."""
        if self._is_whole:
            return
        if terms is None:
            plain = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=_PLAIN)
            self._flat.bulk_load(plain or b"", ox.RdfFormat.N_TRIPLES, lenient=True)
            self._is_whole = True
            return
        # Blank nodes are parts of descriptions of shapes.
        for term in map(ox.NamedNode, (t for t in terms - self._terms if ":" in t)):
            self._flat.extend(store.quads_for_pattern(None, term, None, _PLAIN))
            if term != _TYPE:
                self._flat.extend(store.quads_for_pattern(None, _TYPE, term, _PLAIN))
        self._terms |= terms

    def added_faults(
        self, store: ox.Store, added: Iterable[ox.Quad], removed: Iterable[ox.Quad]
    ) -> list[Fault]:
        """The violations after an edit that are not there before it.

        ``store`` holds the state before the edit. The evidence is that of what the edit touches,
        with all that it leads to; shapes that read nothing that has changed are not applied.
        """
        come, gone = list(_read(added)), list(_read(removed))
        edited = Edited(store, [*come, *gone])
        chosen = [one for one in self._shapes if edited.may_change(one.reads)]
        for one in chosen:
            self._load(store, one.reads.terms)
            if one.rules is None:
                self._load(store, frozenset({RDFS + "subClassOf"}))
        with changed(self._flat, _evidence_of(store, come, gone), []):
            with changed(self._flat, come, gone):
                after = self._broken(chosen)
            before = self._broken(one for one in chosen if one.shape.value in after)
        found = {fault for faults in after.values() for fault in faults}
        return sorted(found.difference(*before.values()))

    def take_over(self, added: Iterable[ox.Quad], removed: Iterable[ox.Quad]) -> None:
        """Go on from the state after an edit."""
        for quad in removed:
            if quad.graph_name == _PLAIN:
                self._flat.remove(quad)
        self._flat.extend(quad for quad in added if quad.graph_name == _PLAIN)

    def _broken(self, shapes: Iterable[ReadyShape]) -> dict[str, list[Fault]]:
        """The violations of those of the shapes that have any, by the IRI of the shape."""
        found: dict[str, list[Fault]] = {}
        for one in shapes:
            if one.rules is None:
                validation = self._described().validate(self._flat, [one.shape])
            else:
                results = {r for rule in one.rules for r in results_of(*rule, self._flat)}
                validation = Validation(0, tuple(results))
            if validation.faults:
                found[one.shape.value] = validation.faults
        return found


def _read(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Those of the quads that shapes read, in one graph."""
    for quad in quads:
        if quad.graph_name in (_PLAIN, _EVIDENCE):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _evidence_of(
    store: ox.Store, come: Iterable[ox.Quad], gone: Iterable[ox.Quad]
) -> Iterator[ox.Quad]:
    """All evidence that changed quads lead to, as the store has it."""
    come, gone = list(come), list(gone)
    waiting = {term for quad in come for term in (quad.subject, quad.object)}
    waiting |= {quad.subject for quad in gone}
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ox.NamedNode):
            continue
        for quad in store.quads_for_pattern(node, None, None, _EVIDENCE):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)
            if quad.object not in seen:
                seen.add(quad.object)
                waiting.add(quad.object)
