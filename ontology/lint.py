"""Faults of an ontology's files that neither a parser nor a reasoner reports.

Each rule is one generator below; what it asks for is its docstring. The rules hold for our own
files and, term by term, for those of a collection (see ``extension.py``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import Final, TypeAlias

from rdflib import (
    DCTERMS,
    FOAF,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SDO,
    SKOS,
    VANN,
    BNode,
    Graph,
    Literal,
    URIRef,
)
from rdflib.namespace import DefinedNamespace
from rdflib.term import Node

from ..messages.fault import Fault, Place, remedy_of
from ..messages.message import Message, Part
from .namespaces import BASE, ID, OA, TW, shortened
from .schema import FILES, local_name

NP: Final = "http://www.nanopub.org/nschema#"
_SCHEME: Final = ID + "scheme/"
_ONTOLOGY: Final = URIRef(BASE + "ontology")
_PROPERTY_TYPES: Final = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_LANGUAGES: Final = ("ar", "en")

#: Closed lists of what an outside vocabulary really defines, by its namespace.
VOCABULARIES: Final[tuple[type[DefinedNamespace], ...]] = (
    DCTERMS,
    FOAF,
    ORG,
    PROV,
    SDO,
    SKOS,
    VANN,
)
#: Real terms that rdflib has no list of, or a list too old to know them.
REAL_TERMS: Final = frozenset(
    {
        # Web Annotation Vocabulary, https://www.w3.org/TR/annotation-vocab/
        *(OA + name for name in ("SpecificResource", "TextQuoteSelector", "TextPositionSelector")),
        *(OA + name for name in ("hasSource", "hasSelector")),
        *(OA + name for name in ("exact", "prefix", "suffix", "start", "end")),
        # Nanopublication schema, http://www.nanopub.org/nschema
        NP + "Assertion",
        # schema.org since release 22
        str(SDO) + "observationAbout",
    }
)

_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_LATIN_WORD: Final = re.compile(r"[A-Za-z][\w:.-]*\w")
#: The Latin words that an Arabic comment may hold: names of terms and of standards.
_LATIN_NAME: Final = re.compile(r"(tw|owl|rdfs|skos|prov):\w+|EDTF|ISO|OWL|DL|RL|M49")
#: Areas say what they mean by their label and alignments, in the documents' words.
_SCHEMES_WITHOUT_COMMENTS: Final = frozenset({_SCHEME + "area"})


Rule: TypeAlias = Callable[[Graph], Iterator[Fault]]


def fault(code: str, /, *, term: Node, **parts: Node | str | int | Sequence[Node]) -> Fault:
    """The fault of a term: its place is the term's IRI, and its parts have their prefixes."""
    told: dict[str, Part] = {name: _told(part) for name, part in {"term": term, **parts}.items()}
    return Fault(Place(str(term)), Message(code, **told), remedy_of(code, told), "ontology")


def _told(part: Node | str | int | Sequence[Node]) -> str | int | list[str]:
    if isinstance(part, URIRef):
        return shortened(str(part))
    if isinstance(part, (str, int)):
        return part
    return [shortened(str(node)) for node in part] if isinstance(part, Sequence) else str(part)


def bundled() -> Graph:
    """The bundled ontology as a graph of its own."""
    graph = Graph(store="SimpleMemory")
    for triple in _bundled():
        graph.add(triple)
    return graph


@cache
def _bundled() -> Graph:
    graph = Graph(store="SimpleMemory")
    for file in FILES:
        graph.parse(file, format="turtle")
    return graph


def lint(graph: Graph) -> list[Fault]:
    """Every fault of an ontology, sorted by term; empty if there is none.

    >>> broken = Graph().add((URIRef(TW + "aClass"), RDF.type, OWL.Class))
    >>> [fault.code for fault in lint(broken) if "case" in fault.code]
    ['class-not-camel-case']
    """
    return sorted({fault for rule in RULES for fault in rule(graph)})


def spaces_of(graph: Graph) -> tuple[str, ...]:
    """Our namespace, and those that the files present as their own (``vann:``)."""
    named = graph.objects(None, VANN.preferredNamespaceUri)
    return tuple(sorted({TW, *map(str, named)}))


def _classes(graph: Graph) -> list[URIRef]:
    return _own(graph, graph.subjects(RDF.type, OWL.Class))


def _properties(graph: Graph) -> list[URIRef]:
    return _own(
        graph, (node for kind in _PROPERTY_TYPES for node in graph.subjects(RDF.type, kind))
    )


def _own(graph: Graph, nodes: Iterable[Node]) -> list[URIRef]:
    spaces = spaces_of(graph)
    found = {node for node in nodes if isinstance(node, URIRef) and str(node).startswith(spaces)}
    return sorted(found)


def _values(graph: Graph) -> list[URIRef]:
    """Concepts, rules and schemes: everything outside ``tw:`` that the files define."""
    found = {s for s in graph.subjects(RDF.type) if isinstance(s, URIRef) and s.startswith(ID)}
    return sorted(found)


def own_terms(graph: Graph) -> list[URIRef]:
    """Everything that the files define: what the rules are applied to."""
    return [*_classes(graph), *_properties(graph), *_values(graph)]


def _above(graph: Graph, name: Node) -> set[Node]:
    """The class itself and every class above it."""
    return {up for up in graph.transitive_objects(name, RDFS.subClassOf) if up is not None}


def _texts(graph: Graph, term: Node, predicate: URIRef) -> Iterator[tuple[str, str]]:
    """Language and words of each text."""
    for text in graph.objects(term, predicate):
        yield (text.language or "" if isinstance(text, Literal) else ""), str(text)


def no_blank_nodes(graph: Graph) -> Iterator[Fault]:
    """Everything has an IRI, so that the canonical dump is stable."""
    for subject, predicate, value in graph:
        if isinstance(value, BNode) and not isinstance(subject, BNode):
            yield fault("blank-node-value", term=subject, predicate=predicate)
    for node in {node for node in graph.subjects() if isinstance(node, BNode)}:
        if not any(graph.subjects(None, node)):
            yield fault("blank-node", term=node)


def naming(graph: Graph) -> Iterator[Fault]:
    """Classes in UpperCamelCase, properties in lowerCamelCase, values in lower-case slugs."""
    for term in _misnamed(_classes(graph), r"[A-Z][A-Za-z0-9]*"):
        yield fault("class-not-camel-case", term=term)
    for term in _misnamed(_properties(graph), r"[a-z][A-Za-z0-9]*"):
        yield fault("property-not-camel-case", term=term)
    for term in _misnamed(_values(graph), r"[a-z0-9]+(-[a-z0-9]+)*"):
        yield fault("value-not-a-slug", term=term)


def _misnamed(terms: Iterable[URIRef], pattern: str) -> Iterator[URIRef]:
    return (term for term in terms if not re.fullmatch(pattern, local_name(term)))


def one_text_a_language(graph: Graph) -> Iterator[Fault]:
    """One label and one comment in each language."""
    for term in own_terms(graph):
        schemes = {str(scheme) for scheme in graph.objects(term, SKOS.inScheme)}
        for predicate in (RDFS.label, RDFS.comment):
            if predicate == RDFS.comment and schemes & _SCHEMES_WITHOUT_COMMENTS:
                continue
            languages = [language for language, _ in _texts(graph, term, predicate)]
            for language in _LANGUAGES:
                if (number := languages.count(language)) != 1:
                    yield fault(
                        "text-not-single", term=term, property=predicate, number=number,
                        tag=language,
                    )  # fmt: skip
            for other in sorted(set(languages).difference(_LANGUAGES)):
                yield fault("text-language-unknown", term=term, property=predicate, tag=other)


def defined_by(graph: Graph) -> Iterator[Fault]:
    """Each term of ours says which ontology defines it; a collection's may leave it out."""
    for term in own_terms(graph):
        found = list(graph.objects(term, RDFS.isDefinedBy))
        if found != [_ONTOLOGY] if term.startswith(TW) else len(found) > 1:
            yield fault("defined-by-wrong", term=term, ontology=str(_ONTOLOGY))


def script_and_form(graph: Graph) -> Iterator[Fault]:
    """Each text in its language's script; labels without a full stop, comments with one."""
    for term in own_terms(graph):
        for language, text in _texts(graph, term, RDFS.label):
            if language == "ar" and (not _ARABIC.search(text) or re.search("[A-Za-z]", text)):
                yield fault("label-not-arabic", term=term, text=text)
            if language == "en" and _ARABIC.search(text):
                yield fault("label-not-english", term=term, text=text)
            if text.endswith("."):
                yield fault("label-with-full-stop", term=term, text=text)
        for language, text in _texts(graph, term, RDFS.comment):
            if language == "ar":
                if not _ARABIC.search(text):
                    yield fault("comment-not-arabic", term=term, text=text)
                for word in _LATIN_WORD.findall(text):
                    if not _LATIN_NAME.fullmatch(word):
                        yield fault("comment-has-latin-word", term=term, word=word)
            if not text.endswith("."):
                yield fault("comment-without-full-stop", term=term, text=text)
        for predicate in (RDFS.label, RDFS.comment):
            for _, text in _texts(graph, term, predicate):
                if text != " ".join(text.split()) or "\u0640" in text.removesuffix("لـ"):
                    yield fault("text-has-stray-signs", term=term, text=text)


def unique_labels(graph: Graph) -> Iterator[Fault]:
    """No two classes, two properties, or two values of one scheme have the same label."""
    groups: dict[str, list[URIRef]] = {"class": _classes(graph), "property": _properties(graph)}
    for value in _values(graph):
        for scheme in graph.objects(value, SKOS.inScheme):
            groups.setdefault(str(scheme), []).append(value)
    for terms in groups.values():
        bearers: dict[tuple[str, str], list[URIRef]] = defaultdict(list)
        for term in terms:
            for language, text in _texts(graph, term, RDFS.label):
                bearers[language, text.casefold()].append(term)
        for (language, text), names in bearers.items():
            for name in names if len(names) > 1 else ():
                others = [other for other in names if other != name]
                yield fault("label-shared", term=name, text=text, tag=language, others=others)


def specialisation(graph: Graph) -> Iterator[Fault]:
    """Every class specialises another, of ours or a real one of a known vocabulary."""
    for name in _classes(graph):
        if not any(graph.objects(name, RDFS.subClassOf)):
            yield fault("class-without-superclass", term=name)
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf):
        for term, above in graph.subject_objects(predicate):
            if (above, RDF.type, None) not in graph:
                yield fault("wider-term-undeclared", term=term, wider=above)


def no_circles(graph: Graph) -> Iterator[Fault]:
    """Nothing stands above itself."""
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.broader):
        for term in own_terms(graph):
            for up in graph.objects(term, predicate):
                if term in graph.transitive_objects(up, predicate):
                    yield fault("term-above-itself", term=term, predicate=predicate)


def outside_terms_are_real(graph: Graph) -> Iterator[Fault]:
    """Every outside term is declared, and is a term that its vocabulary defines."""
    declared = {s for kind in (OWL.Class, *_PROPERTY_TYPES) for s in graph.subjects(RDF.type, kind)}
    built_in = (str(RDF), str(RDFS), str(OWL))
    for used in {*graph.predicates(), *graph.objects(None, RDF.type)}:
        if not str(used).startswith(built_in) and used not in declared:
            yield fault("term-undeclared", term=used)
    spaces = spaces_of(graph)
    for term in declared:
        text = str(term)
        if text.startswith(spaces) or text in REAL_TERMS:
            continue
        names = next((space for space in VOCABULARIES if text.startswith(str(space))), None)
        if names is None:
            yield fault("vocabulary-unknown", term=term)
        elif text not in names:
            yield fault("term-not-in-vocabulary", term=term)


def domains_and_ranges(graph: Graph) -> Iterator[Fault]:
    """One declared domain and range a property; narrower ones by ``schema:…Includes``."""
    for item in _properties(graph):
        if (item, RDF.type, OWL.AnnotationProperty) in graph:
            continue
        for end, includes in (
            (RDFS.domain, SDO.domainIncludes),
            (RDFS.range, SDO.rangeIncludes),
        ):
            wide = list(graph.objects(item, end))
            if len(wide) != 1:
                yield fault(
                    "end-not-single", term=item, end=end, includes=includes, number=len(wide)
                )
            narrow = set(graph.objects(item, includes))
            for name in [*wide, *narrow]:
                is_ours = str(name).startswith(spaces_of(graph))
                if is_ours and (name, RDF.type, OWL.Class) not in graph:
                    yield fault("end-is-no-class", term=item, name=name)
            for name in narrow:
                above = _above(graph, name)
                if not above.intersection(wide):
                    yield fault("end-outside", term=item, name=name, end=end, includes=includes)
                for other in narrow.intersection(above) - {name}:
                    yield fault(
                        "end-redundant", term=item, name=name, includes=includes, other=other
                    )


def hierarchy_agrees(graph: Graph) -> Iterator[Fault]:
    """An inverse swaps domain and range; a sub-property stays inside those of its super."""
    for item, inverse in graph.subject_objects(OWL.inverseOf):
        for one, other in ((RDFS.domain, RDFS.range), (RDFS.range, RDFS.domain)):
            if graph.value(item, one) != graph.value(inverse, other):
                yield fault("inverse-askew", term=item, end=one, other=other, inverse=inverse)
    for item, above in graph.subject_objects(RDFS.subPropertyOf):
        for end in (RDFS.domain, RDFS.range):
            wide, own = graph.value(above, end), graph.value(item, end)
            if wide is not None and own is not None and wide not in _above(graph, own):
                yield fault("end-wider", term=item, end=end, wider=above, name=wide)


def values_have_schemes(graph: Graph) -> Iterator[Fault]:
    """Every value is in one declared scheme, of a class that specialises skos:Concept."""
    for value in _values(graph):
        kinds = set(graph.objects(value, RDF.type))
        if SKOS.ConceptScheme in kinds:
            continue
        if not any(SKOS.Concept in _above(graph, kind) for kind in kinds):
            yield fault("value-is-no-concept", term=value)
        schemes = list(graph.objects(value, SKOS.inScheme))
        if len(schemes) != 1 or (schemes[0], RDF.type, SKOS.ConceptScheme) not in graph:
            yield fault("value-scheme-wrong", term=value)


def functional_values_differ(graph: Graph) -> Iterator[Fault]:
    """Values of a functional property are declared different, or a reasoner merges two."""
    for item in _own(graph, graph.subjects(RDF.type, OWL.FunctionalProperty)):
        if (item, RDF.type, OWL.ObjectProperty) not in graph:
            continue
        values = sorted(graph.subjects(RDF.type, graph.value(item, RDFS.range)), key=str)
        for one, other in combinations(values, 2):
            pair = {(one, OWL.differentFrom, other), (other, OWL.differentFrom, one)}
            if not any(triple in graph for triple in pair):
                yield fault("values-not-different", term=one, other=other, property=item)


RULES: Final[tuple[Rule, ...]] = (
    no_blank_nodes,
    naming,
    one_text_a_language,
    defined_by,
    script_and_form,
    unique_labels,
    specialisation,
    no_circles,
    outside_terms_are_real,
    domains_and_ranges,
    hierarchy_agrees,
    values_have_schemes,
    functional_values_differ,
)
