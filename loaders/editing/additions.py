"""Add entities and facts, given as texts: check each part, then insert them into their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import yaml

from ...graph.entity import Entity
from ...graph.errors import CollectionError, QuoteError
from ...graph.fact import Fact, short_hash
from ...messages.fault import Fault, Place
from ..checks.claims import Claims
from ..checks.glosses import Glosses
from ..checks.quotes import spans
from ..collection import Collection, classes_of
from ..entities import ENTITY_KEYS, entity_of
from ..facts import FactMaker
from ..files.value import Given
from ..files.yaml_nodes import files
from ..files.yaml_text import LOADER, data_of
from ..record_status import TRIPLE
from .insert_entry import QUOTE, Fields, Locate, Places, entity_files, with_facts
from .json_schemas import modeline
from .transaction import Edit

__all__ = ["QUOTE", "NewEntity", "NewFact", "addition", "additions", "check_triple"]


_ENTITY: Final = Place("entity")


@dataclass(frozen=True, slots=True)
class NewEntity:
    """An entity to register: ``fields`` are those of its line in the register."""

    reference: str
    fields: Fields
    place: Place = _ENTITY


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact to add, by reference and local name.

    ``quote`` has ``document``, ``quote`` and, where needed, the other keys of ``QUOTE``; ``said``
    has the triple and the qualifiers. Without a ``place``, faults are told at the name of the part
    that has them.
    """

    quote: Mapping[str, str]
    said: Mapping[str, str]
    place: Place | None = None


def check_triple(collection: Collection, subject: str, predicate: str, object_: str) -> None:
    """Raise ``CollectionError`` if this is not a valid triple of a fact."""
    faults: list[Fault] = []
    parts = zip(TRIPLE, (subject, predicate, object_), strict=True)
    maker = FactMaker(
        collection.schema,
        classes_of(collection.schema, collection.entities),
        collection.documents,
    )
    maker.triple({name: Given(value, Place(name), faults) for name, value in parts})
    if faults:
        raise CollectionError(faults)


def addition(
    folder: Path,
    seen: str,
    collection: Collection,
    quote: Mapping[str, str],
    fact: Mapping[str, str],
) -> Edit:
    """The edit that adds one fact; see :func:`additions`."""
    return additions(folder, seen, collection, facts=[NewFact(quote, fact)])


def additions(
    folder: Path,
    seen: str,
    collection: Collection,
    entities: Sequence[NewEntity] = (),
    facts: Sequence[NewFact] = (),
    part: str = "facts",
) -> Edit:
    """The edit that adds entities and facts, which may be about them, to ``folder``.

    ``part`` is the folder in it for the fact files.

    ``collection`` is the whole stack as read, ``seen`` the folder's fingerprint before that.
    Raises ``CollectionError`` with every fault of what is given, and ``OutputError`` if a file
    cannot be edited safely.
    """
    faults: list[Fault] = []
    registered = _registered(collection, entities, faults)
    known = replace(
        collection, entities={**collection.entities, **{one.ref: one for one, _ in registered}}
    )
    classes = classes_of(known.schema, known.entities)
    refused = {new.reference for new in entities}.difference(known.entities)
    maker = FactMaker(known.schema, classes, known.documents, refused)
    made = [(fact, new) for new in facts if (fact := _made(new, maker, faults))]
    claims = Claims(replace(known, facts=(*known.facts, *(fact for fact, _ in made))))
    warnings: list[Fault] = []
    glosses = Glosses(known.entities)
    glosses.learn(known.glosses)
    for fact, new in made:
        judged = [claims.judged(fact, new.place or Place("quote"))]
        if new.quote.get("gloss"):
            judged.append(glosses.judged(fact.evidence, new.place or Place("gloss")))
        for wrong, doubtful in judged:
            faults += wrong
            warnings += doubtful
    if faults:
        raise CollectionError(dict.fromkeys(faults))
    content = entity_files(folder, [(new.reference, new.fields) for new in entities])
    content |= _fact_files(folder, known, facts, part)
    return Edit(
        folder,
        content,
        seen,
        tuple(dict.fromkeys(warnings)),
        tuple(registered),
        tuple((fact, new.place or Place("quote")) for fact, new in made),
        claims,
    )


def _registered(
    collection: Collection, entities: Iterable[NewEntity], faults: list[Fault]
) -> list[tuple[Entity, Place]]:
    found: dict[str, tuple[Entity, Place]] = {}
    for new in entities:
        node = Given(new.fields, new.place, faults)
        entity = entity_of(new.reference, node, node.fields(ENTITY_KEYS), collection.schema)
        is_taken = new.reference in collection.entities or new.reference in found
        if is_taken or new.reference in collection.schema.concepts:
            node.fault("registered-twice", name=new.reference, check="names")
        elif entity:
            found[entity.ref] = entity, new.place
    return [*found.values()]


def _made(new: NewFact, maker: FactMaker, faults: list[Fault]) -> Fact | None:
    quote = new.quote
    said = {
        key: Given(value, new.place or Place(key), faults)
        for key, value in {**quote, **new.said}.items()
    }
    document = maker.document(said["document"])
    before, after = (quote.get(key, "") for key in ("prefix", "suffix"))
    context = [said["context"]] if quote.get("context") else []
    gloss = said["gloss"] if quote.get("gloss") else None
    if document is None:
        return maker.fact(said, None)
    return maker.fact(said, maker.quote(document, said["quote"], before, after, context, gloss))


def _fact_files(
    folder: Path, collection: Collection, facts: Iterable[NewFact], part: str
) -> dict[Path, bytes]:
    """The fact files with the facts; those of one quote stand together."""
    groups: dict[tuple[tuple[str, str], ...], list[Mapping[str, str]]] = {}
    for new in facts:
        key = tuple((k, new.quote[k]) for k in ("document", *QUOTE) if new.quote.get(k))
        groups.setdefault(key, []).append(new.said)
    texts: dict[Path, str] = {}
    for items, said in groups.items():
        quote = dict(items)
        document = collection.documents[quote.pop("document")]

        def place(entry: Mapping[str, str], text: str = document.text) -> Places | None:
            try:
                around = [entry.get(key, "") for key in ("prefix", "suffix")]
                return spans(text, entry["quote"], *around)
            except QuoteError:
                return None

        path = _fact_file(folder / part, document.slug, quote, place, texts)
        old = texts.get(path)
        if old is None:
            head = modeline(folder, "facts.json").replace("../", "../" * len(Path(part).parts))
            old = path.read_bytes().decode() if path.exists() else head
        texts[path] = with_facts(old, document.slug, quote, said, place)
    return {path.relative_to(folder): text.encode() for path, text in texts.items()}


def _fact_file(
    folder: Path, slug: str, quote: Mapping[str, str], place: Locate, changed: Mapping[Path, str]
) -> Path:
    """The fact file of the document: one that quotes the place, else the last, else a new one."""
    mine: list[Path] = []
    free = folder / f"{slug}.yaml"
    for path in sorted({*files(folder, ".yaml", ".yml"), *changed}):
        text = changed[path] if path in changed else path.read_bytes().decode()
        data = data_of(yaml.compose(text, Loader=LOADER))
        if isinstance(data, dict) and data.get("document") == slug:
            mine.append(path)
            if any(place(entry) == place(quote) for entry in data["evidence"]):
                return path
        elif path == free and data is not None:
            free = folder / f"{slug}-{short_hash(slug)}.yaml"
    return mine[-1] if mine else free
