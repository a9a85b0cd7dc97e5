"""Faults of the ontology's own files that neither a parser nor a reasoner reports.

Each rule is one generator below; what it asks for is its docstring.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path
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

from .namespaces import BASE, ID, OA, TW
from .schema import FILES

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

Rule: TypeAlias = Callable[[Graph], Iterator[str]]


def lint(files: Iterable[Path] = FILES) -> list[str]:
    """Every fault in the files taken as one ontology, sorted; empty if there is none."""
    graph = Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return lint_graph(graph)


def lint_graph(graph: Graph) -> list[str]:
    """The same for a graph that was read already.

    >>> broken = Graph().add((URIRef(TW + "aClass"), RDF.type, OWL.Class))
    >>> [message for message in lint_graph(broken) if "Camel" in message]
    ['tw:aClass: a class is written in UpperCamelCase']
    """
    return sorted({message for rule in RULES for message in rule(graph)})


def _short(node: Node) -> str:
    text = str(node)
    return "tw:" + text.removeprefix(TW) if text.startswith(TW) else text.removeprefix(ID)


def _classes(graph: Graph) -> list[URIRef]:
    return _own(graph.subjects(RDF.type, OWL.Class))


def _properties(graph: Graph) -> list[URIRef]:
    return _own(node for kind in _PROPERTY_TYPES for node in graph.subjects(RDF.type, kind))


def _own(nodes: Iterable[Node]) -> list[URIRef]:
    found = {node for node in nodes if isinstance(node, URIRef) and node.startswith(TW)}
    return sorted(found)


def _values(graph: Graph) -> list[URIRef]:
    """Concepts, rules and schemes: everything outside ``tw:`` that the files define."""
    found = {s for s in graph.subjects(RDF.type) if isinstance(s, URIRef) and s.startswith(ID)}
    return sorted(found)


def _above(graph: Graph, name: Node) -> set[Node]:
    """The class itself and every class above it."""
    return {up for up in graph.transitive_objects(name, RDFS.subClassOf) if up is not None}


def _texts(graph: Graph, term: Node, predicate: URIRef) -> Iterator[tuple[str, str]]:
    """Language and words of each text."""
    for text in graph.objects(term, predicate):
        yield (text.language or "" if isinstance(text, Literal) else ""), str(text)


def no_blank_nodes(graph: Graph) -> Iterator[str]:
    """Everything has an IRI, so that the canonical dump is stable."""
    for subject, predicate, value in graph:
        if isinstance(subject, BNode) or isinstance(value, BNode):
            yield f"{_short(subject)} {_short(predicate)}: a blank node; give it an IRI"


def naming(graph: Graph) -> Iterator[str]:
    """Classes in UpperCamelCase, properties in lowerCamelCase, values in lower-case slugs."""
    for terms, pattern, rule in (
        (_classes(graph), r"[A-Z][A-Za-z0-9]*", "a class is written in UpperCamelCase"),
        (_properties(graph), r"[a-z][A-Za-z0-9]*", "a property is written in lowerCamelCase"),
        (_values(graph), r"[a-z0-9]+(-[a-z0-9]+)*", "a value is written in lower-case-slug"),
    ):
        for term in terms:
            if not re.fullmatch(pattern, re.split(r"[#/]", term)[-1]):
                yield f"{_short(term)}: {rule}"


def one_text_a_language(graph: Graph) -> Iterator[str]:
    """One label and one comment in each language, and the ontology that defines the term."""
    for term in [*_classes(graph), *_properties(graph), *_values(graph)]:
        schemes = {str(scheme) for scheme in graph.objects(term, SKOS.inScheme)}
        for predicate, name in ((RDFS.label, "label"), (RDFS.comment, "comment")):
            if predicate == RDFS.comment and schemes & _SCHEMES_WITHOUT_COMMENTS:
                continue
            languages = [language for language, _ in _texts(graph, term, predicate)]
            for language in _LANGUAGES:
                if languages.count(language) != 1:
                    count = languages.count(language)
                    yield f"{_short(term)}: {count} {name}s @{language}; there must be one"
            for other in set(languages).difference(_LANGUAGES):
                yield f"{_short(term)}: a {name} @{other}; only @ar and @en are known"
        if list(graph.objects(term, RDFS.isDefinedBy)) != [_ONTOLOGY]:
            yield f"{_short(term)}: rdfs:isDefinedBy must be <{_ONTOLOGY}>"


def script_and_form(graph: Graph) -> Iterator[str]:
    """Each text in its language's script; labels without a full stop, comments with one."""
    for term in [*_classes(graph), *_properties(graph), *_values(graph)]:
        for language, text in _texts(graph, term, RDFS.label):
            if language == "ar" and (not _ARABIC.search(text) or re.search("[A-Za-z]", text)):
                yield f"{_short(term)}: the label “{text}”@ar must be in Arabic letters only"
            if language == "en" and _ARABIC.search(text):
                yield f"{_short(term)}: the label “{text}”@en has Arabic letters"
            if text.endswith("."):
                yield f"{_short(term)}: the label “{text}” ends with a full stop"
        for language, text in _texts(graph, term, RDFS.comment):
            if language == "ar":
                if not _ARABIC.search(text):
                    yield f"{_short(term)}: the comment “{text}”@ar is not Arabic"
                for word in _LATIN_WORD.findall(text):
                    if not _LATIN_NAME.fullmatch(word):
                        yield f"{_short(term)}: the Arabic comment has the Latin word “{word}”"
            if not text.endswith("."):
                yield f"{_short(term)}: the comment “{text}” has no full stop"
        for predicate in (RDFS.label, RDFS.comment):
            for _, text in _texts(graph, term, predicate):
                if text != " ".join(text.split()) or "\u0640" in text.removesuffix("لـ"):
                    yield f"{_short(term)}: stray space or tatweel in “{text}”"


def unique_labels(graph: Graph) -> Iterator[str]:
    """No two classes, two properties, or two values of one scheme have the same label."""
    groups: dict[str, list[URIRef]] = {"class": _classes(graph), "property": _properties(graph)}
    for value in _values(graph):
        for scheme in graph.objects(value, SKOS.inScheme):
            groups.setdefault(_short(scheme), []).append(value)
    for group, terms in groups.items():
        bearers: dict[tuple[str, str], list[URIRef]] = defaultdict(list)
        for term in terms:
            for language, text in _texts(graph, term, RDFS.label):
                bearers[language, text.casefold()].append(term)
        for (language, text), names in bearers.items():
            if len(names) > 1:
                shared = ", ".join(map(_short, names))
                yield f"{shared}: one label “{text}”@{language} for more than one {group}"


def specialisation(graph: Graph) -> Iterator[str]:
    """Every class specialises another, of ours or a real one of a known vocabulary."""
    for name in _classes(graph):
        if not any(graph.objects(name, RDFS.subClassOf)):
            yield f"{_short(name)}: specialises nothing; give it rdfs:subClassOf"
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf):
        for term, above in graph.subject_objects(predicate):
            if (above, RDF.type, None) not in graph:
                yield f"{_short(term)}: specialises {_short(above)}, which is not declared here"


def outside_terms_are_real(graph: Graph) -> Iterator[str]:
    """Every outside term is declared, and is a term that its vocabulary defines."""
    declared = {s for kind in (OWL.Class, *_PROPERTY_TYPES) for s in graph.subjects(RDF.type, kind)}
    built_in = (str(RDF), str(RDFS), str(OWL))
    for used in {*graph.predicates(), *graph.objects(None, RDF.type)}:
        if not str(used).startswith(built_in) and used not in declared:
            yield f"{_short(used)}: is used but not declared"
    for term in declared:
        text = str(term)
        if text.startswith(TW) or text in REAL_TERMS:
            continue
        names = next((space for space in VOCABULARIES if text.startswith(str(space))), None)
        if names is None:
            yield f"{text}: of a vocabulary that is not known here; see VOCABULARIES in lint.py"
        elif text not in names:
            yield f"{text}: the vocabulary has no such term"


def domains_and_ranges(graph: Graph) -> Iterator[str]:
    """One declared domain and range a property; narrower ones by ``schema:…Includes``."""
    for item in _properties(graph):
        if (item, RDF.type, OWL.AnnotationProperty) in graph:
            continue
        for predicate, includes in (
            (RDFS.domain, SDO.domainIncludes),
            (RDFS.range, SDO.rangeIncludes),
        ):
            wide = list(graph.objects(item, predicate))
            if len(wide) != 1:
                yield f"{_short(item)}: {len(wide)} of {_short(predicate)}; there must be one"
            narrow = set(graph.objects(item, includes))
            for name in [*wide, *narrow]:
                if str(name).startswith(TW) and (name, RDF.type, OWL.Class) not in graph:
                    yield f"{_short(item)}: {_short(name)} is no class"
            for name in narrow:
                above = _above(graph, name)
                if not above.intersection(wide):
                    yield f"{_short(item)}: {_short(name)} is not below {_short(predicate)}"
                for other in narrow.intersection(above) - {name}:
                    yield f"{_short(item)}: {_short(name)} is below {_short(other)}; leave it out"


def hierarchy_agrees(graph: Graph) -> Iterator[str]:
    """An inverse swaps domain and range; a sub-property stays inside those of its super."""
    for item, inverse in graph.subject_objects(OWL.inverseOf):
        if graph.value(item, RDFS.domain) != graph.value(inverse, RDFS.range):
            yield f"{_short(item)}: its domain is not the range of {_short(inverse)}"
        if graph.value(item, RDFS.range) != graph.value(inverse, RDFS.domain):
            yield f"{_short(item)}: its range is not the domain of {_short(inverse)}"
    for item, above in graph.subject_objects(RDFS.subPropertyOf):
        for predicate in (RDFS.domain, RDFS.range):
            wide, own = graph.value(above, predicate), graph.value(item, predicate)
            if wide is not None and own is not None and wide not in _above(graph, own):
                yield f"{_short(item)}: {_short(predicate)} is wider than that of {_short(above)}"


def values_have_schemes(graph: Graph) -> Iterator[str]:
    """Every value is in one declared scheme, of a class that specialises skos:Concept."""
    for value in _values(graph):
        kinds = set(graph.objects(value, RDF.type))
        if SKOS.ConceptScheme in kinds:
            continue
        if not any(SKOS.Concept in _above(graph, kind) for kind in kinds):
            yield f"{_short(value)}: of no class below skos:Concept"
        schemes = list(graph.objects(value, SKOS.inScheme))
        if len(schemes) != 1 or (schemes[0], RDF.type, SKOS.ConceptScheme) not in graph:
            yield f"{_short(value)}: must be in one declared scheme"


def functional_values_differ(graph: Graph) -> Iterator[str]:
    """Values of a functional property are declared different, or a reasoner merges two."""
    for item in _own(graph.subjects(RDF.type, OWL.FunctionalProperty)):
        if (item, RDF.type, OWL.ObjectProperty) not in graph:
            continue
        values = sorted(graph.subjects(RDF.type, graph.value(item, RDFS.range)), key=str)
        for one, other in combinations(values, 2):
            pair = {(one, OWL.differentFrom, other), (other, OWL.differentFrom, one)}
            if not any(triple in graph for triple in pair):
                yield f"{_short(one)}: must be owl:differentFrom {_short(other)} ({_short(item)})"


RULES: Final[tuple[Rule, ...]] = (
    no_blank_nodes,
    naming,
    one_text_a_language,
    script_and_form,
    unique_labels,
    specialisation,
    outside_terms_are_real,
    domains_and_ranges,
    hierarchy_agrees,
    values_have_schemes,
    functional_values_differ,
)
