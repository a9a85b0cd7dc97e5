"""The entities of a collection: a YAML file per class, ``country/nigeria: {ar: …, en: …}``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.entity import Alias, Entity
from ..messages.fault import Fault, near
from ..messages.message import Message
from ..ontology.namespaces import EUROVOC, GRAPH_ENTITIES, ID, SKOS, TW, UNESCO
from ..ontology.schema import Schema
from .files.csv_table import read_table
from .files.entity_table import ENTITIES, TRANSLITERATED, EntityCell
from .files.value import Structure, Value
from .files.yaml_nodes import files, read_yaml, strays

_MATCHES: Final = ("exactMatch", "closeMatch")
ENTITY_KEYS: Final = frozenset(
    {"ar", "en", "also", "types", "note", "noteAr", "iso3", "m49", "broader", *_MATCHES}
)
#: The file of further names of entities that are registered elsewhere, as in another collection.
ALSO_FILE: Final = "also.yaml"
#: The regions of countries by M49: definitions, which no document needs to say.
REGIONS: Final = Path(__file__).parent / "regions.tsv"
REFERENCE: Final = re.compile(r"[a-z]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
#: The keys of a name that is limited to some documents.
ALIAS_KEYS: Final = frozenset({"name", "in"})
#: The characters of IRIREF in SPARQL 1.1, after a scheme and an authority.
_IRI: Final = re.compile(r"https?://[^\x00-\x20<>\"{}|^`\\/]+(/[^\x00-\x20<>\"{}|^`\\]*)?")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_PREFIXES: Final = {"eurovoc": EUROVOC, "unesco": UNESCO}
#: Classes whose members are not registered as entities, and the remedy that says where instead.
_OWN_FILES: Final = {
    "source-document": "register-as-document",
    **dict.fromkeys(("fact", "evidence", "derived-fact"), "write-as-fact"),
}
#: A reference, where it stands, and what is written about it.
_Written: TypeAlias = tuple[str, Value, Mapping[str, Structure]]


def registrable(schema: Schema) -> dict[str, str]:
    """The classes in which an entity can be registered: slug → IRI."""
    return {slug: iri for slug, iri in schema.classes.items() if slug not in _OWN_FILES}


def read_entities(
    folder: Path, name: str, schema: Schema, faults: list[Fault], refused: set[str]
) -> Iterator[tuple[Entity, Value]]:
    """Yield the entities of the YAML and CSV files in ``folder``, each with its place.

    Faults: unknown class, malformed reference, missing or misplaced names, unknown keys.
    ``refused`` gains the references that have faults, and the class slug that an unreadable file
    is named after.
    """
    suffixes = (".yaml", ".yml", ".csv")
    faults.extend(strays(folder, name, *suffixes))
    for path in files(folder, *suffixes):
        if path.name == ALSO_FILE:
            continue
        before = len(faults)
        read = _table if path.suffix == ".csv" else _mapping
        found = list(read(path, f"{name}/{path.name}", faults))
        if not found and len(faults) > before:
            refused.add(path.stem)
        for reference, node, fields in found:
            entity = entity_of(reference, node, fields, schema)
            if entity:
                yield entity, node
            else:
                refused.add(reference)


def _mapping(path: Path, name: str, faults: list[Fault]) -> Iterator[_Written]:
    root = read_yaml(path, name, faults)
    for reference, node in root.fields().items() if root else ():
        yield reference, node, node.fields(ENTITY_KEYS)


def _table(path: Path, name: str, faults: list[Fault]) -> Iterator[_Written]:
    for row in read_table(path, name, ENTITIES, faults):
        if cells := row.cells(ENTITIES.needed):
            fields = {key: EntityCell(cell, key) for key, cell in cells.items()}
            yield cells["reference"].text(), cells["reference"], fields


def further_names(
    folder: Path, name: str, entities: Mapping[str, Entity], faults: list[Fault]
) -> Iterator[Entity]:
    """Yield the entities that gain names by the file of further names of ``folder``."""
    path = folder / ALSO_FILE
    if not path.is_file():
        return
    root = read_yaml(path, f"{name}/{ALSO_FILE}", faults)
    for reference, node in root.fields().items() if root and not root.is_empty else ():
        if reference not in entities:
            remedy = near(reference, entities)
            node.fault("unknown-entity", name=reference, check="names", remedy=remedy)
            continue
        entity = entities[reference]
        yield replace(entity, aliases=(*entity.aliases, *_aliases({"also": node})))


def region_lines(entities: Iterable[Entity]) -> Iterator[str]:
    """N-Quads that put each country with an ISO code into the registered regions with its M49."""
    rows = (line.split("\t") for line in REGIONS.read_text("utf-8").splitlines())
    regions_of = {row[0]: row[1].split() for row in rows if len(row) == 2}
    by_code: dict[str, dict[str, Entity]] = {"iso3": {}, "m49": {}}
    for entity in entities:
        for predicate, value in entity.attributes:
            if predicate in (TW + "iso3", TW + "m49"):
                by_code[predicate.removeprefix(TW)][value.value] = entity
    for code, country in by_code["iso3"].items():
        for number in regions_of.get(code, ()):
            if region := by_code["m49"].get(number):
                triple = f"<{country.iri}> <{TW}inRegion> <{region.iri}>"
                yield f"{triple} ."
                yield f"{triple} <{GRAPH_ENTITIES}> ."


def entity_of(
    reference: str, node: Value, fields: Mapping[str, Structure], schema: Schema
) -> Entity | None:
    """The entity of a reference and what is written about it, or None with faults at ``node``."""
    if not REFERENCE.fullmatch(reference):
        node.fault("bad-reference", name=reference)
        return None
    slugs = [reference.partition("/")[0]]
    if "types" in fields:
        slugs += [item.text() for item in fields["types"].items()]
    for slug in slugs:
        if slug not in schema.classes:
            node.fault("unknown-class", name=slug, remedy=near(slug, schema.classes))
            return None
        if slug in _OWN_FILES:
            node.fault("class-not-registrable", name=slug, remedy=Message(_OWN_FILES[slug]))
            return None
    names = {}
    for language in ("ar", "en"):
        names[language] = fields[language].text().strip() if language in fields else ""
        if not names[language]:
            node.fault("name-missing", name=reference, language=language)
            return None
    if not _ARABIC.search(names["ar"]):
        fields["ar"].fault("name-not-arabic", name=names["ar"])
    if _ARABIC.search(names["en"]):
        fields["en"].fault("name-not-english", name=names["en"])
    classes = tuple(schema.classes[slug] for slug in slugs)
    kinds = schema.kinds(classes)
    return Entity(
        ref=reference,
        ar=names["ar"],
        en=names["en"],
        classes=classes,
        aliases=tuple(_aliases(fields)),
        attributes=tuple(_attributes(fields, kinds)) + tuple(_place(fields, classes[0], schema)),
        kinds=kinds,
    )


def _place(
    fields: Mapping[str, Structure], kind: str, schema: Schema
) -> Iterator[tuple[str, ox.NamedNode]]:
    """Of a unit, a currency or an area: its scheme, and the wider area that it belongs to."""
    for top in ("unit", "area"):
        if TW + top.capitalize() in schema.superclasses(kind):
            yield SKOS + "inScheme", ox.NamedNode(f"{ID}scheme/{top}")
            if top == "area" and "broader" not in fields:
                yield SKOS + "topConceptOf", ox.NamedNode(f"{ID}scheme/{top}")
    if "broader" in fields:
        yield SKOS + "broader", ox.NamedNode(ID + fields["broader"].text())


def _aliases(fields: Mapping[str, Structure]) -> Iterator[Alias]:
    for item in fields["also"].items() if "also" in fields else ():
        if item.is_text:
            if not item.text().strip():
                item.fault("name-empty")
                continue
            yield Alias(item.text())
            continue
        scoped = item.fields(ALIAS_KEYS)
        if "name" not in scoped or "in" not in scoped or not scoped["name"].text().strip():
            item.fault("limited-name-lacks")
            continue
        where = scoped["in"]
        documents = where.items() if where.is_list else [where]
        yield Alias(scoped["name"].text(), tuple(document.text() for document in documents))


def _attributes(
    fields: Mapping[str, Structure], classes: frozenset[str]
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    for key in ("iso3", "m49"):
        if key in fields:
            yield TW + key, ox.Literal(fields[key].text())
    for key, language in (("note", "en"), ("noteAr", "ar")):
        if key in fields:
            yield TW + "note", ox.Literal(fields[key].text(), language=language)
    if TW + "Official" in classes:
        for language, note in TRANSLITERATED.items():
            yield TW + "note", ox.Literal(note, language=language)
    for key in _MATCHES:
        for item in fields[key].items() if key in fields else ():
            prefix, _, local = item.text().partition(":")
            if prefix not in ("http", "https", *_PREFIXES):
                item.fault("unknown-prefix", prefix=prefix, remedy=near(prefix, _PREFIXES))
                continue
            iri = _PREFIXES[prefix] + local if prefix in _PREFIXES else item.text()
            if not _IRI.fullmatch(iri) or not local:
                item.fault("bad-match", iri=item.text())
                continue
            yield SKOS + key, ox.NamedNode(iri)
