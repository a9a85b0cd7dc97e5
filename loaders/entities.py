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
from ..ontology.schema import Schema
from .nodes import Fields, Node, files, near, read_yaml

_MATCHES: Final = ("exactMatch", "closeMatch")
_FIELDS: Final = frozenset({"ar", "en", "also", "types", "note", "iso3", "m49", *_MATCHES})
_REFERENCE: Final = re.compile(r"[a-z]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_PREFIXES: Final = {"eurovoc": EUROVOC, "unesco": UNESCO}
_TRANSLITERATED: Final = "The English name is the curator's transliteration."


def read_entities(
    folder: Path, name: str, schema: Schema, faults: list[Fault]
) -> Iterator[tuple[Entity, Node]]:
    """Yield the entities of the YAML files in ``folder``, each with its place.

    Faults: unknown class, malformed reference, missing or misplaced names, unknown keys.
    """
    for path in files(folder, ".yaml", ".yml"):
        root = read_yaml(path, f"{name}/{path.name}", faults)
        for reference, node in (root.fields() if root else {}).items():
            entity = _entity(reference, node, node.fields(_FIELDS), schema)
            if entity:
                yield entity, node


def _entity(reference: str, node: Node, fields: Fields, schema: Schema) -> Entity | None:
    if not _REFERENCE.fullmatch(reference):
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
            node.fault(f"there is no class “{slug}”", near(slug, set(schema.classes)))
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
    above = frozenset(
        up for kind in classes for up in schema.superclasses(kind) if up.startswith(TW)
    )
    return Entity(
        ref=reference,
        ar=names["ar"],
        en=names["en"],
        classes=tuple(classes),
        aliases=tuple(_aliases(fields)),
        attributes=tuple(_attributes(fields, classes)),
        superclasses=above.difference(classes),
    )


def _aliases(fields: Fields) -> Iterator[Alias]:
    for item in fields["also"].items() if "also" in fields else ():
        if item.is_text:
            yield Alias(item.text())
            continue
        scoped = item.fields(frozenset({"name", "in"}))
        if "name" not in scoped or "in" not in scoped:
            item.fault("a name of some documents only needs “name” and “in”")
            continue
        where = scoped["in"]
        documents = where.items() if where.is_list else [where]
        yield Alias(scoped["name"].text(), tuple(document.text() for document in documents))


def _attributes(
    fields: Fields, classes: list[str]
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    for key in ("iso3", "m49"):
        if key in fields:
            yield TW + key, ox.Literal(fields[key].text())
    if "note" in fields:
        yield TW + "note", ox.Literal(fields["note"].text(), language="en")
    if TW + "Official" in classes:
        yield TW + "note", ox.Literal(_TRANSLITERATED, language="en")
    for key in _MATCHES:
        for item in fields[key].items() if key in fields else ():
            prefix, _, local = item.text().partition(":")
            if prefix in _PREFIXES:
                yield SKOS + key, ox.NamedNode(_PREFIXES[prefix] + local)
            elif prefix in ("http", "https"):
                yield SKOS + key, ox.NamedNode(item.text())
            else:
                item.fault(f"unknown prefix “{prefix}”", near(prefix, set(_PREFIXES)))
