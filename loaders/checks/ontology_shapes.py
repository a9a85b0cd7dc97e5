"""Make shapes from the ontology: the domain and the range of each property."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyoxigraph as ox

from ...ontology.namespaces import BASE, RDF, RDFS, SH, TW, XSD
from ...ontology.schema import HERE, Property, Schema, local_name

SHAPES: Final = BASE + "shapes#"
SHAPES_FILE: Final = HERE / "shapes.ttl"
#: OWL 2 writes text with a language as rdf:PlainLiteral, RDF 1.1 as rdf:langString.
_RDF_DATATYPES: Final = {RDF + "PlainLiteral": RDF + "langString"}


def made_shapes(schema: Schema) -> Iterator[ox.Triple]:
    """Two shapes for each property: ``p-domain`` and ``p-range``."""
    for item in schema.properties.values():
        yield from _domain_shape(schema, item)
        yield from _range_shape(schema, item)


def _domain_shape(schema: Schema, item: Property) -> Iterator[ox.Triple]:
    """``tw:p`` only on members of its domains: a shape called ``p-domain``."""
    shape = f"{SHAPES}{item.name}-domain"
    yield _triple(shape, RDF + "type", SH + "NodeShape")
    yield from _classes(shape, item.domains)
    label_ar, label_en = (schema.label(item.iri, language) for language in ("ar", "en"))
    kind_ar, kind_en = (_names(schema, item.domains, language) for language in ("ar", "en"))
    yield from _description(
        shape,
        item,
        ar=f"صاحب «{label_ar}» ({_prefixed(item)}) يجب أن يكون: {kind_ar}.",
        en=f"Only {kind_en} can have “{label_en}” ({_prefixed(item)}).",
    )


def _range_shape(schema: Schema, item: Property) -> Iterator[ox.Triple]:
    """The value of ``tw:p`` is a member of its ranges: a shape called ``p-range``."""
    shape = f"{SHAPES}{item.name}-range"
    yield _triple(shape, RDF + "type", SH + "PropertyShape")
    yield _triple(shape, SH + "path", item.iri)
    if item.datatype:
        datatype = _RDF_DATATYPES.get(item.datatype, item.datatype)
        if datatype == XSD + "decimal":
            # Whole numbers are written as integers, which are decimals too.
            yield from _choice(shape, "datatype", [XSD + "decimal", XSD + "integer"])
        else:
            yield _triple(shape, SH + "datatype", datatype)
        kind_ar = kind_en = datatype.replace(XSD, "xsd:").replace(RDF, "rdf:")
    else:
        yield from _classes(shape, item.ranges)
        kind_ar, kind_en = (_names(schema, item.ranges, language) for language in ("ar", "en"))
    label_ar, label_en = (schema.label(item.iri, language) for language in ("ar", "en"))
    yield from _description(
        shape,
        item,
        ar=f"قيمة «{label_ar}» ({_prefixed(item)}) يجب أن تكون: {kind_ar}.",
        en=f"The value of “{label_en}” ({_prefixed(item)}) must be {kind_en}.",
    )


def _description(shape: str, item: Property, *, ar: str, en: str) -> Iterator[ox.Triple]:
    yield _triple(shape, SH + "targetSubjectsOf", item.iri)
    yield _triple(shape, SH + "severity", SH + "Violation")
    for text, language in ((ar, "ar"), (en, "en")):
        words = ox.Literal(text, language=language)
        yield ox.Triple(ox.NamedNode(shape), ox.NamedNode(SH + "message"), words)
    yield _triple(shape, RDFS + "isDefinedBy", SHAPES.rstrip("#"))


def _classes(shape: str, classes: Iterable[str]) -> Iterator[ox.Triple]:
    """``sh:class`` for one class, ``sh:or`` for several."""
    names = sorted(classes)
    if len(names) == 1:
        yield _triple(shape, SH + "class", names[0])
    else:
        yield from _choice(shape, "class", names)


def _choice(shape: str, test: str, names: Sequence[str]) -> Iterator[ox.Triple]:
    """``sh:or`` over one test with several values; list nodes have IRIs, as all else."""
    cells = [f"{shape}-or-{number}" for number, _ in enumerate(names)]
    for cell, name, rest in zip(cells, names, [*cells[1:], RDF + "nil"], strict=True):
        option = f"{SHAPES}Is{local_name(name)}"
        yield _triple(option, RDF + "type", SH + "NodeShape")
        yield _triple(option, SH + test, name)
        yield _triple(cell, RDF + "first", option)
        yield _triple(cell, RDF + "rest", rest)
    yield _triple(shape, SH + "or", cells[0])


def _triple(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))


def _prefixed(item: Property) -> str:
    """The name of a property in a message, with the prefix if it is ours."""
    return f"tw:{item.name}" if item.iri.startswith(TW) else item.name


def _names(schema: Schema, classes: Iterable[str], language: str) -> str:
    joint = " أو " if language == "ar" else " or "
    return joint.join(schema.label(name, language) for name in sorted(classes))
