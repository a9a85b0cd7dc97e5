"""Make JSON Schemas of a collection's YAML files, for completion and checks in editors.

They are made from the loaders and the ontology, with the terms, entities and documents of the
given collections. A schema accepts whatever the loaders accept, of the entities and documents that
it was made with; it finds fewer faults than they do, as it cannot check quotes.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from ...graph.fact import MODALITIES, RECORD_STATUSES
from ...ontology.namespaces import ID, TW
from ...ontology.schema import Schema
from ..checks.quotes import LONGEST_QUOTE
from ..collection import Collection, classes_of
from ..documents import DOCUMENT_KEYS, DOCUMENT_NEEDED, SLUG, SPAN_KEYS
from ..entities import ALIAS_KEYS, ENTITY_KEYS, registrable
from ..facts import writable
from ..files.fact_files import ENTRY_KEYS, FACT_KEYS, FILE_KEYS
from ..record_status import TRIPLE
from ..status_file import STATUS_KEYS

Json: TypeAlias = dict[str, Any]

#: The folder of a collection for the schemas.
FOLDER: Final = "schemas"
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_TEXT: Final[Json] = {"type": "string", "minLength": 1}
#: A value that YAML may read as a number, and the keys that may have one: years, codes.
_PLAIN: Final[Json] = {"type": ["string", "number", "boolean"]}
_DIGITS: Final = frozenset({"when", "dateText", "issued", "statusDate", "m49"})
_SPANS: Final[Json] = {"type": "array", "items": {"$ref": "#/definitions/span"}}
#: Descriptions of keys without a term of the ontology, in Arabic and English.
_ABOUT: Final = {
    "document": ("الوثيقة التي تقول هذه الحقائق", "The document that states these facts."),
    "evidence": ("الاقتباسات، وتحت كل منها حقائقه", "The quotes, and under each its facts."),
    "quote": (
        "كلمات الوثيقة بحرفها؛ و[…] لما تُرك بين جزأين",
        "The document's words to the letter; […] for what is left out between two parts.",
    ),
    "gloss": (
        "ترجمة الاقتباس إلى الإنجليزية؛ وهي من عندنا، وليست دليلًا",
        "An English translation of the quote: ours, never evidence.",
    ),
    "prefix": ("الكلمات قبله مباشرة، إن تكرر", "The words directly before, where it stands twice."),
    "suffix": ("الكلمات بعده مباشرة، إن تكرر", "The words directly after, where it stands twice."),
    "context": (
        "جملة أخرى من الوثيقة لا يُفهم الاقتباس دونها",
        "Another sentence of the document that the quote needs to be read.",
    ),
    "facts": ("ما يقوله الاقتباس", "What the quote states."),
    "fact": (
        "معرّف الحقيقة أو ثلاثيتها",
        "The fact's IRI, its 16 digits, or [subject, predicate, object].",
    ),
    "subject": ("عمّن أو عمّ تتحدث الحقيقة", "Who or what the fact is about."),
    "predicate": ("العلاقة", "The relation, a property of the ontology."),
    "object": ("الطرف الآخر أو القيمة", "The other end, or the value."),
    "file": ("ملف النص في هذا المجلد", "The text file in this folder."),
    "sha256": ("بصمة الملف", "The file's sha256."),
    "quotes": (
        "بصمة ملف فيه المقتبس وحده (‎.quotes.txt) بدلًا من النص كاملًا",
        "The sha256 of a file of the quotes alone (.quotes.txt), in place of the whole text.",
    ),
    "ar": ("الاسم أو العنوان بالعربية", "The Arabic name or title."),
    "en": ("الاسم أو العنوان بالإنجليزية", "The English name or title."),
    "publisher": ("الناشر كما طُبع", "The publisher, as printed."),
    "creator": ("الكاتب كما طُبع", "The author, as printed."),
    "corrects": ("الوثيقة التي تصوّبها هذه", "The document that this one corrects, or several."),
    "issued": ("تاريخ النشر إن طُبع", "The date of issue (EDTF), only if printed."),
    "furniture": ("أجزاء الصفحة التي لا تُقتبس", "Page furniture, never to be quoted."),
    "silent": ("جمل لا تقول حقيقة تُسجل", "Sentences that state nothing to record."),
    "text": ("الكلمات بحرفها", "The words to the letter."),
    "every": ("كل مواضعها", "Every place where they stand."),
    "reason": ("السبب", "The reason why."),
    "also": ("أسماء أخرى وردت", "Other names that occur."),
    "name": ("الاسم", "The name."),
    "in": ("الوثائق التي يصح فيها وحدها", "The only documents in which it holds."),
    "types": ("أصناف أخرى", "Further classes."),
    "iso3": ("رمز ISO 3166-1", "The ISO 3166-1 alpha-3 code."),
    "m49": ("رمز M49 للأمم المتحدة", "The United Nations M49 code."),
    "broader": ("المجال الأعم", "Of an area: the wider one."),
    "exactMatch": ("الشيء نفسه في معجم آخر", "The same thing in another vocabulary."),
    "closeMatch": ("شيء قريب في معجم آخر", "Something close in another vocabulary."),
}  # fmt: skip


def json_schemas(collection: Collection) -> dict[str, Json]:
    """The schema of each kind of file, by the name of the schema file."""
    made = _Schemas(collection)
    return {
        "facts.json": made.facts(),
        "entities.json": made.entities(),
        "documents.json": made.documents(),
    }


def schema_files(collection: Collection) -> dict[Path, bytes]:
    """The schemas as files, by path within a collection."""
    return {
        Path(FOLDER) / name: (json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode()
        for name, schema in json_schemas(collection).items()
    }


def refresh(folders: Sequence[Path], collection: Collection) -> list[Path]:
    """Write the schemas of the last folder anew where it has them and they are out of date."""
    if not folders or not (folders[-1] / FOLDER).is_dir():
        return []
    written = []
    for name, content in schema_files(collection).items():
        path = folders[-1] / name
        is_old = not path.is_file() or path.read_bytes() != content
        if is_old and os.access(path if path.is_file() else path.parent, os.W_OK):
            path.write_bytes(content)
            written.append(path)
    return written


def modeline(folder: Path, name: str) -> str:
    """The comment that tells editors the schema of a new file, if the collection has it."""
    if not (folder / FOLDER / name).is_file():
        return ""
    return f"# yaml-language-server: $schema=../{FOLDER}/{name}\n"


class _Schemas:
    """Makes the schemas of one stack of collections."""

    def __init__(self, collection: Collection) -> None:
        self._schema = collection.schema
        self._documents = collection.documents
        self._kinds = classes_of(collection.schema, collection.entities)
        self._names = {
            ref: (self._schema.label(ID + ref, "ar"), self._schema.label(ID + ref, "en"))
            for ref in self._schema.concepts
        } | {ref: (entity.ar, entity.en) for ref, entity in collection.entities.items()}

    def facts(self) -> Json:
        """Fact files: quotes with their facts, or the list of statuses in ``status.yaml``."""
        fact = self._mapping(FACT_KEYS, TRIPLE)
        triple: Json = {
            "type": "array",
            "items": [fact["properties"][key] for key in TRIPLE],
            "minItems": len(TRIPLE),
            "maxItems": len(TRIPLE),
        }
        allowed = list(self._allowed())
        fact["allOf"] = [
            {"if": {"properties": {"subject": subject}, "required": ["subject"]},
             "then": {"properties": {"predicate": predicate}}}
            for subject, predicate in allowed
        ]  # fmt: skip
        triple["allOf"] = [
            {"if": {"items": [subject], "minItems": 1}, "then": {"items": [{}, predicate]}}
            for subject, predicate in allowed
        ]
        # The object of a relation between entities is one of them, not any text.
        related = {"enum": sorted(n for n, p in writable(self._schema).items() if not p.datatype)}
        entity = {"$ref": "#/definitions/entity"}
        fact["allOf"].append(
            {"if": {"properties": {"predicate": related}, "required": ["predicate"]},
             "then": {"properties": {"object": entity}}}
        )  # fmt: skip
        triple["allOf"].append(
            {"if": {"items": [{}, related], "minItems": 2}, "then": {"items": [{}, {}, entity]}}
        )
        entry = self._mapping(ENTRY_KEYS, ("quote", "facts"))
        status = self._mapping(STATUS_KEYS, ("fact", "recordStatus"))
        return {
            "$schema": _DIALECT,
            "title": "Taawun: facts",
            "if": {"type": "array"},
            "then": {"items": status},
            "else": {"type": ["object", "null"], **self._fields(FILE_KEYS, sorted(FILE_KEYS))},
            "definitions": {
                "entity": self._entity(),
                "predicate": self._predicates(),
                "triple": triple,
                "fact": {"if": {"type": "array"}, "then": triple, "else": fact},
                "entry": entry,
            },
        }

    def entities(self) -> Json:
        """Entity files: one mapping per reference."""
        slugs = sorted(registrable(self._schema))
        entity = self._mapping(ENTITY_KEYS, ("ar", "en"))
        return {
            "$schema": _DIALECT,
            "title": "Taawun: entities",
            "type": ["object", "null"],
            "patternProperties": {f"^({'|'.join(slugs)})/{SLUG.pattern}$": entity},
            "additionalProperties": False,
            "definitions": {"alias": self._mapping(ALIAS_KEYS, sorted(ALIAS_KEYS))},
        }

    def documents(self) -> Json:
        """The register of documents: one mapping per slug."""
        document = self._mapping(DOCUMENT_KEYS, DOCUMENT_NEEDED)
        return {
            "$schema": _DIALECT,
            "title": "Taawun: documents",
            "type": ["object", "null"],
            "patternProperties": {f"^{SLUG.pattern}$": document},
            "additionalProperties": False,
            "definitions": {"span": self._mapping(SPAN_KEYS, ("text", "reason"))},
        }

    def _mapping(self, keys: Iterable[str], needed: Iterable[str]) -> Json:
        return {"type": "object", **self._fields(keys, needed)}

    def _fields(self, keys: Iterable[str], needed: Iterable[str]) -> Json:
        return {
            "properties": {key: self._key(key) for key in sorted(keys)},
            "required": list(needed),
            "additionalProperties": False,
        }

    def _key(self, key: str) -> Json:
        """The schema of a key, with its description."""
        about = _ABOUT[key] if key in _ABOUT else self._about(key)
        return {"description": " · ".join(filter(None, about)), **self._value(key)}

    def _about(self, key: str) -> tuple[str, ...]:
        """The description of the property that a key stands for, from the ontology."""
        iri = TW + key.removesuffix("Ar")
        return self._schema.comment(iri, "ar"), self._schema.comment(iri, "en")

    def _value(self, key: str) -> Json:
        special: Mapping[str, Json] = {
            "document": self._document(),
            "corrects": {"anyOf": [self._document(), {"type": "array", "items": self._document()}]},
            "evidence": {"type": "array", "items": {"$ref": "#/definitions/entry"}},
            "facts": {"type": ["array", "null"], "items": {"$ref": "#/definitions/fact"}},
            "quote": {**_TEXT, "maxLength": LONGEST_QUOTE},
            "context": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
            "subject": {"$ref": "#/definitions/entity"},
            "predicate": {"$ref": "#/definitions/predicate"},
            "object": {"anyOf": [{"$ref": "#/definitions/entity"}, _PLAIN]},
            "statedBy": {"$ref": "#/definitions/entity"},
            "onBehalfOf": {"$ref": "#/definitions/entity"},
            "modality": self._concepts("modality", MODALITIES),
            "recordStatus": self._concepts("record-status", RECORD_STATUSES),
            "fact": {"anyOf": [_TEXT, {"$ref": "#/definitions/triple"}]},
            "supersededBy": {"anyOf": [_TEXT, {"$ref": "#/definitions/triple"}]},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "quotes": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "file": {"type": "string", "pattern": r"^[^/\\]+\.txt$"},
            "every": {"type": "boolean"},
            "furniture": _SPANS,
            "silent": _SPANS,
            "also": {
                "type": "array",
                "items": {"if": {"type": "object"}, "then": {"$ref": "#/definitions/alias"},
                          "else": _TEXT},
            },
            "in": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
            "types": {"type": "array", "items": self._classes()},
            "exactMatch": {"type": "array", "items": _TEXT},
            "closeMatch": {"type": "array", "items": _TEXT},
        }  # fmt: skip
        return special.get(key, _PLAIN if key in _DIGITS else _TEXT)

    def _entity(self) -> Json:
        return _enum(self._names)

    def _allowed(self) -> Iterator[tuple[Json, Json]]:
        """Conditions of a subject, each with the predicates that its classes allow.

        Most entities have the classes of their first part; the others are listed one by one.
        """
        properties = writable(self._schema)
        slugs: dict[str, dict[frozenset[str], list[str]]] = defaultdict(lambda: defaultdict(list))
        for ref in sorted(self._names):
            slugs[ref.partition("/")[0]][self._kinds[ref]].append(ref)
        for slug, groups in sorted(slugs.items()):
            usual = max(groups, key=lambda kinds: len(groups[kinds]))
            others = sorted(ref for kinds in groups if kinds != usual for ref in groups[kinds])
            for kinds, refs in sorted(groups.items(), key=lambda item: item[1]):
                names = sorted(
                    name for name, item in properties.items() if not item.domains.isdisjoint(kinds)
                )
                subject: Json = {"enum": sorted(refs)}
                if kinds == usual:
                    subject = {"type": "string", "pattern": f"^{slug}/"}
                    if others:
                        subject["not"] = {"enum": others}
                yield subject, {"enum": names} if names else {"not": {}}

    def _document(self) -> Json:
        """A known document, which editors propose, or another slug."""
        known = _enum({slug: (d.ar, d.en) for slug, d in self._documents.items()})
        return {"anyOf": [known, {"type": "string", "pattern": f"^({SLUG.pattern})$"}]}

    def _predicates(self) -> Json:
        """The properties that registered entities can have."""
        schema = self._schema
        present = {
            above
            for iri in (*registrable(schema).values(), TW + "Concept")
            for above in schema.superclasses(iri)
        }.union(*schema.concepts.values())
        return _enum(
            {
                name: _labels(schema, item.iri)
                for name, item in writable(schema).items()
                if not item.domains.isdisjoint(present)
            }
        )

    def _classes(self) -> Json:
        found = registrable(self._schema)
        return _enum({slug: _labels(self._schema, iri) for slug, iri in found.items()})

    def _concepts(self, kind: str, names: Iterable[str]) -> Json:
        return _enum({name: _labels(self._schema, f"{ID}{kind}/{name}") for name in names})


def _labels(schema: Schema, iri: str) -> tuple[str, str]:
    return schema.label(iri, "ar"), schema.label(iri, "en")


def _enum(named: Mapping[str, tuple[str, str]]) -> Json:
    """One of the names, each with a description for editors."""
    return {
        "enum": sorted(named),
        "enumDescriptions": [" · ".join(dict.fromkeys(named[name])) for name in sorted(named)],
    }
