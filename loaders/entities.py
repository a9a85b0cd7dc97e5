"""The entities of a collection: one YAML file a class, ``country/nigeria: {ar: …, en: …}``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..graph.entity import Alias, Entity
from ..graph.errors import Fault
from ..ontology.namespaces import EUROVOC, SKOS, TW, UNESCO
from ..ontology.schema import Schema, is_own
from .nodes import Fields, Node, files, near, read_yaml, strays

_MATCHES: Final = ("exactMatch", "closeMatch")
ENTITY_KEYS: Final = frozenset(
    {"ar", "en", "also", "types", "note", "noteAr", "iso3", "m49", *_MATCHES}
)
REFERENCE: Final = re.compile(r"[a-z]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
#: What a name of some documents only has.
ALIAS_KEYS: Final = frozenset({"name", "in"})
#: What IRIREF of SPARQL 1.1 allows, after a scheme and an authority.
_IRI: Final = re.compile(r"https?://[^\x00-\x20<>\"{}|^`\\/]+(/[^\x00-\x20<>\"{}|^`\\]*)?")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_PREFIXES: Final = {"eurovoc": EUROVOC, "unesco": UNESCO}
#: Classes whose members come from elsewhere, and where they are written instead.
_OWN_FILES: Final = {
    "source-document": "register it in documents/documents.yaml",
    **dict.fromkeys(("fact", "evidence", "derived-fact"), "write the fact in facts/"),
}
_TRANSLITERATED: Final = {
    "ar": "الاسم الإنجليزي نقل حرفي من المحرّر.",
    "en": "The English name is the curator's transliteration.",
}


def registrable(schema: Schema) -> dict[str, str]:
    """The classes in which an entity can be registered: slug → IRI."""
    return {slug: iri for slug, iri in schema.classes.items() if slug not in _OWN_FILES}


def read_entities(
    folder: Path, name: str, schema: Schema, faults: list[Fault], refused: set[str]
) -> Iterator[tuple[Entity, Node]]:
    """Yield the entities of the YAML files in ``folder``, each with its place.

    Faults: unknown class, malformed reference, missing or misplaced names, unknown keys.
    ``refused`` gains the references that have faults, and the class slug that an unreadable file
    is named after.
    """
    faults.extend(strays(folder, name, ".yaml", ".yml"))
    for path in files(folder, ".yaml", ".yml"):
        root = read_yaml(path, f"{name}/{path.name}", faults)
        if root is None:
            refused.add(path.stem)
            continue
        for reference, node in root.fields().items():
            entity = _entity(reference, node, node.fields(ENTITY_KEYS), schema)
            if entity:
                yield entity, node
            else:
                refused.add(reference)


def _entity(reference: str, node: Node, fields: Fields, schema: Schema) -> Entity | None:
    if not REFERENCE.fullmatch(reference):
        node.fault(
            f"“{reference}” is no reference",
            "write class/name in small Latin letters, digits and hyphens: country/nigeria",
        )
        return None
    slugs = [reference.partition("/")[0]]
    if "types" in fields:
        slugs += [item.text() for item in fields["types"].items()]
    for slug in slugs:
        if slug not in schema.classes:
            node.fault(
                f"there is no class “{slug}”",
                near(slug, set(schema.classes)) or "the ontology lists them all",
            )
            return None
        if slug in _OWN_FILES:
            node.fault(f"“{slug}” is no class to register in", _OWN_FILES[slug])
            return None
    names = {}
    for language in ("ar", "en"):
        names[language] = fields[language].text().strip() if language in fields else ""
        if not names[language]:
            node.fault(f"{reference} has no “{language}” name", f"add {language}: …")
            return None
    if not _ARABIC.search(names["ar"]):
        fields["ar"].fault(f"“{names['ar']}” is not Arabic", "write the name as the text has it")
    if _ARABIC.search(names["en"]):
        fields["en"].fault(f"“{names['en']}” is not English", "write the name in Latin letters")
    classes = [schema.classes[slug] for slug in slugs]
    above = frozenset(up for kind in classes for up in schema.superclasses(kind) if is_own(up))
    return Entity(
        ref=reference,
        ar=names["ar"],
        en=names["en"],
        classes=tuple(classes),
        aliases=tuple(_aliases(fields)),
        attributes=tuple(_attributes(fields, above.union(classes))),
        superclasses=above.difference(classes),
    )


def _aliases(fields: Fields) -> Iterator[Alias]:
    for item in fields["also"].items() if "also" in fields else ():
        if item.is_text:
            if not item.text().strip():
                item.fault("the name is empty", "write it, or delete it")
                continue
            yield Alias(item.text())
            continue
        scoped = item.fields(ALIAS_KEYS)
        if "name" not in scoped or "in" not in scoped or not scoped["name"].text().strip():
            item.fault(
                "a name of some documents only needs “name” and “in”", "{name: …, in: document}"
            )
            continue
        where = scoped["in"]
        documents = where.items() if where.is_list else [where]
        yield Alias(scoped["name"].text(), tuple(document.text() for document in documents))


def _attributes(
    fields: Fields, classes: frozenset[str]
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    for key in ("iso3", "m49"):
        if key in fields:
            yield TW + key, ox.Literal(fields[key].text())
    for key, language in (("note", "en"), ("noteAr", "ar")):
        if key in fields:
            yield TW + "note", ox.Literal(fields[key].text(), language=language)
    if TW + "Official" in classes:
        for language, note in _TRANSLITERATED.items():
            yield TW + "note", ox.Literal(note, language=language)
    for key in _MATCHES:
        for item in fields[key].items() if key in fields else ():
            prefix, _, local = item.text().partition(":")
            if prefix not in ("http", "https", *_PREFIXES):
                item.fault(f"unknown prefix “{prefix}”", near(prefix, set(_PREFIXES)))
                continue
            iri = _PREFIXES[prefix] + local if prefix in _PREFIXES else item.text()
            if not _IRI.fullmatch(iri) or not local:
                item.fault(f"“{item.text()}” is no IRI", "copy it from the other vocabulary")
                continue
            yield SKOS + key, ox.NamedNode(iri)
