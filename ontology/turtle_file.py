"""Turtle files of collections: the line of each triple, and what they may say.

They may say definitions, and no fact, because a fact needs a quote. So a file says only what its
own terms are, and no term makes a fact that is stated with one of our properties imply another.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph as ox

from ..messages.fault import Fault, Place, remedy_of
from ..messages.message import Message, Part, foreign
from ..messages.untrusted_text import is_utf_16
from .namespaces import ID, OUTSIDE, OWL, RDF, RDFS, SCHEMA, SKOS, TW
from .schema import TERM_TYPES, Schema


@dataclass(frozen=True, slots=True)
class Source:
    """One Turtle file: the name that messages give it, its text, its triples and prefixes.

    ``lines`` has the line in which each triple ends. What follows from the text is not compared.
    """

    name: str
    text: str
    triples: tuple[ox.Triple, ...] = field(compare=False)
    lines: tuple[int, ...] = field(compare=False)
    prefixes: dict[str, str] = field(compare=False)

    def line_of(self, iri: str) -> int:
        """The line that first has the IRI as its subject, or names it; 1 if none does."""
        spellings = [f"<{iri}>"]
        for prefix, space in self.prefixes.items():
            if iri.startswith(space):
                spellings.append(f"{prefix}:{iri[len(space) :]}")
        pattern = "|".join(map(re.escape, spellings))
        for form in (rf"^\s*(?:{pattern})(?![\w:-])", rf"(?<![\w:-])(?:{pattern})(?![\w:-])"):
            if found := re.search(form, self.text, re.MULTILINE):
                return self.text.count("\n", 0, found.end()) + 1
        said = zip(self.triples, self.lines, strict=True)
        return next((line for triple, line in said if names_it(triple, iri)), 1)


class _Lines(io.RawIOBase):
    """The lines of a text, one at each reading, so that the parser's place is known."""

    def __init__(self, text: str) -> None:
        self._lines = text.encode().split(b"\n")
        self.number = 0

    def read(self, _size: int = -1) -> bytes:
        """The next line; empty at the end."""
        if self.number == len(self._lines):
            return b""
        self.number += 1
        return self._lines[self.number - 1] + b"\n"


def read_source(path: Path, name: str) -> Source | Fault:
    """Read one Turtle file, or say why it cannot be read."""
    try:
        content = path.read_bytes()
        if is_utf_16(content):
            return Fault.at(Place(name), "is-utf-16", check="ontology")
        text = content.decode("utf-8")
        lines = _Lines(text)
        parser = ox.parse(cast(IO[bytes], lines), format=ox.RdfFormat.TURTLE)
        found = [(ox.Triple(q.subject, q.predicate, q.object), lines.number) for q in parser]
        triples, places = tuple(t for t, _ in found), tuple(n for _, n in found)
        return Source(name, text, triples, places, dict(parser.prefixes))
    except OSError as error:
        reason = foreign(error)
        return Fault.at(Place(name), "cannot-be-read", check="ontology", reason=reason)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Fault.at(Place(name, line), "turtle-not-utf-8", check="ontology")
    except SyntaxError as error:
        place = Place(name, error.lineno or 0, error.offset or 0)
        reason = foreign(error.msg)
        return Fault.at(place, "turtle-invalid", check="ontology", reason=reason)


def names_it(triple: ox.Triple, iri: str) -> bool:
    """Whether a part of the triple is the term with that IRI."""
    return iri in (
        getattr(triple.subject, "value", ""),
        triple.predicate.value,
        getattr(triple.object, "value", ""),
    )


def sources_of(paths: Iterable[tuple[str, Path]]) -> tuple[list[Source], list[Fault]]:
    """The files that can be read, and the faults of those that cannot."""
    read = [read_source(path, name) for name, path in paths]
    return (
        [item for item in read if isinstance(item, Source)],
        [item for item in read if isinstance(item, Fault)],
    )


VANN: Final = "http://purl.org/vocab/vann/"
#: What OWL may be used to say: the rest leads out of OWL 2 RL, merges things or fetches files.
OWL_ALLOWED: Final = frozenset(
    OWL + name
    for name in (
        "inverseOf", "disjointWith", "propertyDisjointWith", "differentFrom",
        "deprecated", "versionInfo", "versionIRI",
    )
)  # fmt: skip
#: What a definition consists of. Everything else would be a statement of fact without a quote.
_DEFINING: Final = frozenset(
    (
        RDF + "type",
        *(RDFS + n for n in (
            "label", "comment", "subClassOf", "subPropertyOf", "domain", "range", "isDefinedBy",
            "seeAlso",
        )),
        *(SKOS + n for n in (
            "inScheme", "topConceptOf", "broader", "prefLabel", "altLabel", "notation",
            "definition", "scopeNote", "example", "exactMatch", "closeMatch", "broadMatch",
            "narrowMatch", "relatedMatch",
        )),
        *(SCHEMA + n for n in ("domainIncludes", "rangeIncludes")),
        *(TW + n for n in ("cue", "notCue", "onePerDocument")),
        *(VANN + n for n in ("preferredNamespacePrefix", "preferredNamespaceUri")),
        *(f"http://purl.org/dc/terms/{n}" for n in (
            "title", "description", "license", "creator", "issued", "modified",
        )),
    )
)  # fmt: skip
_TYPE: Final = RDF + "type"
#: By which a property of its own implies further facts.
_CHARACTERISTICS: Final = frozenset(
    OWL + name for name in ("SymmetricProperty", "TransitiveProperty")
)
#: The types of a class or property; it is nothing else besides.
_TYPES_OF_TERMS: Final = frozenset(
    OWL + name
    for name in (
        "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "FunctionalProperty",
        "InverseFunctionalProperty", "SymmetricProperty", "AsymmetricProperty",
        "TransitiveProperty", "IrreflexiveProperty",
    )
)  # fmt: skip


class Definitions:
    """The triples of some files, held to what definitions may say.

    ``together`` has our triples and those of the files; ``told`` gives a part of a message with
    the files' prefixes.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        ours: Schema,
        together: Schema,
        told: Callable[[Part], Part],
    ) -> None:
        self._sources, self._ours, self._schema, self._told = sources, ours, together, told

    def statements(self, reported: Set[Place]) -> Iterator[Fault]:
        """A file defines terms and says nothing else: a fact needs a quote.

        A term belongs to the first file that gives it a type. ``reported`` has the places of
        subjects that have faults already.
        """
        ours = {str(getattr(t.subject, "value", "")) for t in self._ours.triples}
        said = {str(triple) for triple in self._ours.triples}
        owners: dict[str, Source] = {}
        for source in self._sources:
            for triple in source.triples:
                if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value == _TYPE:
                    owners.setdefault(triple.subject.value, source)
        for source in self._sources:
            nested = {t.object for t in source.triples if isinstance(t.object, ox.BlankNode)}
            line_of = cache(source.line_of)
            for triple, line in zip(source.triples, source.lines, strict=True):
                subject = triple.subject
                if not isinstance(subject, ox.NamedNode):
                    # A blank node below a term is reported by the rules for our own files.
                    is_own = triple.predicate.value in _DEFINING and subject in nested
                elif subject.value in ours or str(triple) in said:
                    # Reported already, or a repetition.
                    continue
                elif Place(source.name, line_of(subject.value)) in reported:
                    continue
                else:
                    is_own = owners.get(subject.value) is source
                if wrong := self._beyond(triple, is_own=is_own):
                    yield self._statement(Place(source.name, line), wrong, triple)

    def _beyond(self, triple: ox.Triple, *, is_own: bool) -> str | None:
        """The code of what makes a triple more than a part of a definition; None if it is one."""
        if not is_own:
            return "not-a-definition"
        predicate = triple.predicate.value
        kind = getattr(triple.object, "value", "")
        if predicate not in _DEFINING and predicate not in OWL_ALLOWED:
            return "predicate-defines-nothing"
        if isinstance(triple.object, ox.Triple):
            return "predicate-defines-nothing"
        if not isinstance(triple.subject, ox.NamedNode):
            return None
        iri = triple.subject.value
        is_value = iri.startswith(ID)
        if not is_value and iri.startswith(OUTSIDE):
            # An outside term is declared, so that terms can specialise it, and not described.
            allowed = predicate in (_TYPE, RDFS + "label", RDFS + "isDefinedBy")
            is_term = predicate != _TYPE or kind in TERM_TYPES
            return None if allowed and is_term else "not-a-definition"
        if predicate != _TYPE:
            return None
        if is_value:
            is_kind = (
                kind == SKOS + "ConceptScheme"
                or SKOS + "Concept" in self._schema.superclasses(kind)
            )
        else:
            is_kind = kind in _TYPES_OF_TERMS or kind in (OWL + "Ontology", RDFS + "Class")
        return None if is_kind else "entity-among-terms"

    def implications(self) -> Iterator[Fault]:
        """No property of a collection leads from one of our properties to another.

        A fact stated with ours would imply a second one that no quote states: by the inverse of
        an inverse, a property above it, symmetry or transitivity.
        """
        ours = {item.iri for item in self._ours.properties.values()}
        beside: dict[str, set[str]] = defaultdict(set)
        for subject, other in self._inverses():
            if subject not in ours:
                beside[subject].add(other)
                beside[other].add(subject)
        seen: set[str] = set()
        for start in sorted(beside.keys() - ours):
            if start in seen:
                continue
            group, waiting, links = {start}, [start], set[str]()
            while waiting:
                for other in beside[waiting.pop()]:
                    if other in ours:
                        links.add(other)
                    elif other not in group:
                        group.add(other)
                        waiting.append(other)
            seen |= group
            if not links:
                continue
            for iri in sorted(group):
                more = self._schema.values(iri, RDFS + "subPropertyOf")
                more += [k for k in self._schema.values(iri, _TYPE) if k in _CHARACTERISTICS]
                if len(links) > 1:
                    more += sorted(links)
                if more:
                    source = next(
                        s for s in self._sources if any(names_it(t, iri) for t in s.triples)
                    )
                    names = self._told((*sorted(links), *more))
                    parts = {"term": self._told(iri), "names": names}
                    yield _fault(
                        Place(source.name, source.line_of(iri)), "implies-without-quote", parts
                    )

    def _inverses(self) -> Iterator[tuple[str, str]]:
        for source in self._sources:
            for triple in source.triples:
                one, other = triple.subject, triple.object
                is_inverse = triple.predicate.value == OWL + "inverseOf"
                if is_inverse and isinstance(one, ox.NamedNode) and isinstance(other, ox.NamedNode):
                    yield one.value, other.value

    def _statement(self, place: Place, code: str, triple: ox.Triple) -> Fault:
        subject = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else "[ ]"
        value = (
            "[ ]" if isinstance(triple.object, (ox.BlankNode, ox.Triple)) else triple.object.value
        )
        parts = {"term": subject, "predicate": triple.predicate.value, "value": value}
        return _fault(place, code, {name: self._told(part) for name, part in parts.items()})


def _fault(place: Place, code: str, parts: dict[str, Part]) -> Fault:
    return Fault(place, Message(code, **parts), remedy_of(code, parts), "ontology")
