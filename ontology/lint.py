"""Faults of an ontology's files that neither a parser nor a reasoner reports.

Each rule is one generator below; what it asks for is its docstring. The rules hold for our own
files and, term by term, for those of a collection (see ``extension.py``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one term, and how to mend it."""

    term: Node
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{_short(self.term)}: {self.message}"


Rule: TypeAlias = Callable[[Graph], Iterator[Finding]]


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
    return sorted({str(finding) for rule in RULES for finding in rule(graph)})


def _short(node: Node) -> str:
    text = str(node)
    return "tw:" + text.removeprefix(TW) if text.startswith(TW) else text.removeprefix(ID)


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


def no_blank_nodes(graph: Graph) -> Iterator[Finding]:
    """Everything has an IRI, so that the canonical dump is stable."""
    for subject, predicate, value in graph:
        if isinstance(value, BNode) and not isinstance(subject, BNode):
            yield Finding(
                subject, f"{_short(predicate)} has a blank node", "give what stands in [ … ] an IRI"
            )
    for node in {node for node in graph.subjects() if isinstance(node, BNode)}:
        if not any(graph.subjects(None, node)):
            yield Finding(node, "stands there without an IRI: a blank node", "give it an IRI")


def naming(graph: Graph) -> Iterator[Finding]:
    """Classes in UpperCamelCase, properties in lowerCamelCase, values in lower-case slugs."""
    for terms, pattern, rule in (
        (_classes(graph), r"[A-Z][A-Za-z0-9]*", "a class is written in UpperCamelCase"),
        (_properties(graph), r"[a-z][A-Za-z0-9]*", "a property is written in lowerCamelCase"),
        (_values(graph), r"[a-z0-9]+(-[a-z0-9]+)*", "a value is written in lower-case-slug"),
    ):
        for term in terms:
            if not re.fullmatch(pattern, re.split(r"[#/]", term)[-1]):
                yield Finding(term, rule, "rename it, wherever it stands")


def one_text_a_language(graph: Graph) -> Iterator[Finding]:
    """One label and one comment in each language."""
    for term in own_terms(graph):
        schemes = {str(scheme) for scheme in graph.objects(term, SKOS.inScheme)}
        for predicate, name in ((RDFS.label, "label"), (RDFS.comment, "comment")):
            if predicate == RDFS.comment and schemes & _SCHEMES_WITHOUT_COMMENTS:
                continue
            languages = [language for language, _ in _texts(graph, term, predicate)]
            for language in _LANGUAGES:
                if languages.count(language) != 1:
                    count = languages.count(language)
                    yield Finding(
                        term,
                        f"{count} {name}s @{language}; there must be one",
                        f'write rdfs:{name} "…"@{language}, once',
                    )
            for other in sorted(set(languages).difference(_LANGUAGES)):
                yield Finding(
                    term,
                    f"a {name} @{other}; only @ar and @en are known",
                    f'write rdfs:{name} "…"@ar , "…"@en',
                )


def defined_by(graph: Graph) -> Iterator[Finding]:
    """Each term of ours says which ontology defines it; a collection's may leave it out."""
    for term in own_terms(graph):
        found = list(graph.objects(term, RDFS.isDefinedBy))
        if found != [_ONTOLOGY] if term.startswith(TW) else len(found) > 1:
            yield Finding(term, f"rdfs:isDefinedBy must be <{_ONTOLOGY}>", "one ontology a term")


def script_and_form(graph: Graph) -> Iterator[Finding]:
    """Each text in its language's script; labels without a full stop, comments with one."""
    for term in own_terms(graph):
        for language, text in _texts(graph, term, RDFS.label):
            if language == "ar" and (not _ARABIC.search(text) or re.search("[A-Za-z]", text)):
                yield Finding(
                    term,
                    f"the label “{text}”@ar must be in Arabic letters only",
                    "write what Arabic readers call it",
                )
            if language == "en" and _ARABIC.search(text):
                yield Finding(
                    term, f"the label “{text}”@en has Arabic letters", "write it in English"
                )
            if text.endswith("."):
                yield Finding(term, f"the label “{text}” ends with a full stop", "delete it")
        for language, text in _texts(graph, term, RDFS.comment):
            if language == "ar":
                if not _ARABIC.search(text):
                    yield Finding(
                        term, f"the comment “{text}”@ar is not Arabic", "write it in Arabic"
                    )
                for word in _LATIN_WORD.findall(text):
                    if not _LATIN_NAME.fullmatch(word):
                        yield Finding(
                            term,
                            f"the Arabic comment has the Latin word “{word}”",
                            "write it in Arabic letters",
                        )
            if not text.endswith("."):
                yield Finding(term, f"the comment “{text}” has no full stop", "end it with one")
        for predicate in (RDFS.label, RDFS.comment):
            for _, text in _texts(graph, term, predicate):
                if text != " ".join(text.split()) or "\u0640" in text.removesuffix("لـ"):
                    yield Finding(term, f"stray space or tatweel in “{text}”", "delete it")


def unique_labels(graph: Graph) -> Iterator[Finding]:
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
            for name in names if len(names) > 1 else ():
                others = ", ".join(_short(other) for other in names if other != name)
                yield Finding(
                    name,
                    f"one label “{text}”@{language} for more than one {group}: also {others}",
                    "say in the label what sets them apart, or use the other term",
                )


def specialisation(graph: Graph) -> Iterator[Finding]:
    """Every class specialises another, of ours or a real one of a known vocabulary."""
    for name in _classes(graph):
        if not any(graph.objects(name, RDFS.subClassOf)):
            yield Finding(
                name, "specialises nothing; give it rdfs:subClassOf", "rdfs:subClassOf tw:Entity"
            )
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf):
        for term, above in graph.subject_objects(predicate):
            if (above, RDF.type, None) not in graph:
                yield Finding(
                    term,
                    f"specialises {_short(above)}, which is not declared here",
                    "docs/ontology.md lists our terms; is it misspelt?",
                )


def no_circles(graph: Graph) -> Iterator[Finding]:
    """Nothing stands above itself."""
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.broader):
        for term in own_terms(graph):
            for up in graph.objects(term, predicate):
                if term in graph.transitive_objects(up, predicate):
                    yield Finding(
                        term,
                        f"{_short(predicate)} leads from it back to itself",
                        "delete one of the steps",
                    )


def outside_terms_are_real(graph: Graph) -> Iterator[Finding]:
    """Every outside term is declared, and is a term that its vocabulary defines."""
    declared = {s for kind in (OWL.Class, *_PROPERTY_TYPES) for s in graph.subjects(RDF.type, kind)}
    built_in = (str(RDF), str(RDFS), str(OWL))
    for used in {*graph.predicates(), *graph.objects(None, RDF.type)}:
        if not str(used).startswith(built_in) and used not in declared:
            yield Finding(
                used,
                "is used but not declared",
                "use a term that docs/ontology.md names, or declare it",
            )
    spaces = spaces_of(graph)
    for term in declared:
        text = str(term)
        if text.startswith(spaces) or text in REAL_TERMS:
            continue
        names = next((space for space in VOCABULARIES if text.startswith(str(space))), None)
        if names is None:
            yield Finding(
                term,
                "of a vocabulary that is not known here; see VOCABULARIES in lint.py",
                "specialise one of our terms",
            )
        elif text not in names:
            yield Finding(term, "the vocabulary has no such term", "look it up; is it misspelt?")


def domains_and_ranges(graph: Graph) -> Iterator[Finding]:
    """One declared domain and range a property; narrower ones by ``schema:…Includes``."""
    for item in _properties(graph):
        if (item, RDF.type, OWL.AnnotationProperty) in graph:
            continue
        for predicate, includes in (
            (RDFS.domain, SDO.domainIncludes),
            (RDFS.range, SDO.rangeIncludes),
        ):
            role = _short(predicate).rpartition("#")[2]
            wide = list(graph.objects(item, predicate))
            if len(wide) != 1:
                yield Finding(
                    item,
                    f"{len(wide)} of {_short(predicate)}; there must be one",
                    f"write one rdfs:{role}, and with schema:{role}Includes the narrower classes",
                )
            narrow = set(graph.objects(item, includes))
            for name in [*wide, *narrow]:
                is_ours = str(name).startswith(spaces_of(graph))
                if is_ours and (name, RDF.type, OWL.Class) not in graph:
                    yield Finding(
                        item, f"{_short(name)} is no class", "docs/ontology.md lists them"
                    )
            for name in narrow:
                above = _above(graph, name)
                if not above.intersection(wide):
                    yield Finding(
                        item,
                        f"{_short(name)} is not below {_short(predicate)}",
                        f"widen rdfs:{role}, or leave the class out",
                    )
                for other in narrow.intersection(above) - {name}:
                    yield Finding(
                        item,
                        f"{_short(name)} is below {_short(other)}; leave it out",
                        "the wider class allows it already",
                    )


def hierarchy_agrees(graph: Graph) -> Iterator[Finding]:
    """An inverse swaps domain and range; a sub-property stays inside those of its super."""
    for item, inverse in graph.subject_objects(OWL.inverseOf):
        for one, other in ((RDFS.domain, RDFS.range), (RDFS.range, RDFS.domain)):
            if graph.value(item, one) != graph.value(inverse, other):
                names = [_short(end).rpartition("#")[2] for end in (one, other)]
                yield Finding(
                    item,
                    f"its {names[0]} is not the {names[1]} of {_short(inverse)}",
                    "an inverse swaps domain and range",
                )
    for item, above in graph.subject_objects(RDFS.subPropertyOf):
        for predicate in (RDFS.domain, RDFS.range):
            wide, own = graph.value(above, predicate), graph.value(item, predicate)
            if wide is not None and own is not None and wide not in _above(graph, own):
                yield Finding(
                    item,
                    f"{_short(predicate)} is wider than that of {_short(above)}",
                    f"{_short(above)} has {_short(wide)}: stay inside that, or specialise another",
                )


def values_have_schemes(graph: Graph) -> Iterator[Finding]:
    """Every value is in one declared scheme, of a class that specialises skos:Concept."""
    for value in _values(graph):
        kinds = set(graph.objects(value, RDF.type))
        if SKOS.ConceptScheme in kinds:
            continue
        if not any(SKOS.Concept in _above(graph, kind) for kind in kinds):
            yield Finding(
                value, "of no class below skos:Concept", "register it in entities/, not here"
            )
        schemes = list(graph.objects(value, SKOS.inScheme))
        if len(schemes) != 1 or (schemes[0], RDF.type, SKOS.ConceptScheme) not in graph:
            yield Finding(
                value, "must be in one declared scheme", "write skos:inScheme, as ours do"
            )


def functional_values_differ(graph: Graph) -> Iterator[Finding]:
    """Values of a functional property are declared different, or a reasoner merges two."""
    for item in _own(graph, graph.subjects(RDF.type, OWL.FunctionalProperty)):
        if (item, RDF.type, OWL.ObjectProperty) not in graph:
            continue
        values = sorted(graph.subjects(RDF.type, graph.value(item, RDFS.range)), key=str)
        for one, other in combinations(values, 2):
            pair = {(one, OWL.differentFrom, other), (other, OWL.differentFrom, one)}
            if not any(triple in graph for triple in pair):
                yield Finding(
                    one,
                    f"must be owl:differentFrom {_short(other)} ({_short(item)})",
                    "write that they differ",
                )


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
