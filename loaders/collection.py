"""Read collections: folders with documents, entities and facts that stack on one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from ..graph.document import Document
from ..graph.entity import Entity
from ..graph.errors import CollectionError, needs
from ..graph.fact import Fact
from ..messages.fault import Fault, Place
from ..messages.message import Message
from ..ontology.extension import SHAPES_NAME, Extension
from ..ontology.namespaces import ID, SKOS, TW
from ..ontology.schema import Schema
from ..ontology.turtle_file import Source, sources_of
from .builds.inputs import INPUT_PARTS, SEEDS, distinct, is_collection, name_of
from .checks.glosses import Written, first_glosses, with_shared_glosses
from .checks.lints import lint_facts, lint_names
from .documents import REGISTER, lint_corrections, read_documents
from .entities import further_names, read_entities
from .facts import FactMaker
from .files.fact_files import read_facts_csv, read_facts_jsonl, read_facts_yaml
from .files.value import Site, Spot, Value
from .files.yaml_nodes import files, strays
from .status_file import STATUS_FILE, Statuses, lint_statuses

#: The folder of a collection that holds its Turtle files.
FOLDER: Final = "ontology"


def term_files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The Turtle files that add terms, each with the name that messages give it."""
    for folder in folders:
        for path in files(folder / FOLDER, ".ttl"):
            if path.name != SHAPES_NAME:
                yield f"{folder.resolve().name}/{FOLDER}/{path.name}", path


def shape_files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The collections' files of shapes, each with the name that messages give it."""
    for folder in folders:
        path = folder / FOLDER / SHAPES_NAME
        if path.is_file():
            yield f"{folder.resolve().name}/{FOLDER}/{SHAPES_NAME}", path


def read_ontology(folders: Sequence[Path], faults: list[Fault], performed: Counter[str]) -> Schema:
    """Our ontology with the terms of the collections.

    A term with faults is used all the same, so that facts that use it are not refused too. Raises
    ``CollectionError`` where a file cannot be read at all, for the same reason.
    """
    for folder in folders:
        name = f"{folder.resolve().name}/{FOLDER}"
        faults.extend(strays(folder / FOLDER, name, ".ttl"))
    found = list(term_files(folders))
    if not found and not any(shape_files(folders)):
        return Schema.load()
    sources, unreadable = sources_of(found)
    shapes, spoiled = sources_of(shape_files(folders))
    if unreadable or spoiled:
        raise CollectionError([*faults, *unreadable, *spoiled])
    if shapes:
        with needs("check"):
            from .checks.collection_shapes import lint_shapes

        count, wrong = lint_shapes(shapes)
        performed["shapes of collections"] += count
        faults.extend(wrong)
    # The file that `taawun new` makes has only comments; for it, linting our ontology is wasted.
    if not any(source.triples or source.prefixes for source in sources):
        return Schema.load()
    schema, count, broken = _extended(tuple(sources))
    performed["ontology"] += count
    faults.extend(broken)
    return schema


# A session reads the same files at each save.
@lru_cache(maxsize=4)
def _extended(sources: tuple[Source, ...]) -> tuple[Schema, int, tuple[Fault, ...]]:
    """Our ontology with the terms of the files and the declarations of their prefixes.

    With it, how many checks were performed on the files, and the faults.
    """
    extension = Extension(sources)
    with needs("check"):
        count, wrong = extension.lint()
    said = (*extension.ours.triples, *extension.triples, *extension.header())
    return Schema(dict.fromkeys(said)), count, tuple(wrong)


#: The folders of a collection.
PARTS: Final = (*INPUT_PARTS, "queries")
FactReader: TypeAlias = Callable[[Path, str, FactMaker, list[Fault]], Iterable[tuple[Fact, Value]]]
#: The readers of fact files by suffix.
FACT_READERS: Final[dict[str, FactReader]] = {
    ".yaml": read_facts_yaml,
    ".yml": read_facts_yaml,
    ".csv": read_facts_csv,
    ".jsonl": read_facts_jsonl,
}


@dataclass(frozen=True, slots=True)
class Collection:
    """The content of collections, read and checked; it never has faults.

    ``facts`` has an item for each place that states a fact: a fact with two quotes is there twice,
    each time with its own evidence. ``glosses`` are those written beside quotes, each with its
    place; a fact has the gloss of its quote wherever that is written. ``performed`` counts the
    checks by name.
    """

    schema: Schema
    documents: dict[str, Document]
    entities: Mapping[str, Entity]
    facts: tuple[Fact, ...]
    glosses: tuple[Written, ...] = ()
    performed: Counter[str] = field(default_factory=Counter)

    @property
    def classes(self) -> dict[str, frozenset[str]]:
        """The classes of every entity and concept, by IRI."""
        return {ID + ref: kinds for ref, kinds in classes_of(self.schema, self.entities).items()}


def is_area(reference: str, entities: Mapping[str, Entity], schema: Schema) -> bool:
    """Whether the reference is that of an area, of ours or of a collection."""
    known = entities[reference].kinds if reference in entities else schema.concepts.get(reference)
    return known is not None and TW + "Area" in known


def classes_of(schema: Schema, entities: Mapping[str, Entity]) -> dict[str, frozenset[str]]:
    """The class IRIs, superclasses included, of every entity and concept, by reference."""
    found = dict(schema.concepts)
    for entity in entities.values():
        found[entity.ref] = entity.kinds
    return found


def read_collection(
    folders: Iterable[Path], heed: Callable[[str, Fact, Site], object] = lambda *_: None
) -> Collection:
    """Read the folders of collections in order, each once, later ones over earlier ones.

    ``heed`` is called with the file, the fact and its place as soon as a fact is read, whether or
    not there are faults elsewhere. Raises ``CollectionError`` with every fault of the run. Each
    stage checks only what the earlier ones accepted, so that one mistake is one fault.
    """
    folders = distinct([*folders][::-1])[::-1]
    faults: list[Fault] = []
    performed: Counter[str] = Counter()
    registers = read_registers(folders, faults, performed)
    maker, statuses = registers.maker(), registers.statuses
    stated: list[tuple[Fact, Site]] = []
    for folder in folders:
        faults.extend(strays(folder / "facts", f"{name_of(folder)}/facts", *FACT_READERS))
        for path in files(folder / "facts", *FACT_READERS):
            if path.name == STATUS_FILE:
                continue
            name = f"{name_of(folder)}/facts/{path.name}"
            for written, value in FACT_READERS[path.suffix](path, name, maker, faults):
                fact = statuses.over(written)
                spot = Spot(value.place, faults)
                stated.append((fact, spot))
                heed(name, fact, spot)
    is_whole = not faults
    performed["quotes"] = performed["types"] = performed["qualifiers"] = len(stated)
    if entries := statuses.report(stated, is_whole=is_whole):
        performed["status entries"] = entries
    performed.update(lint_facts(stated, registers.schema, is_whole=is_whole))
    performed.update(lint_statuses(stated, is_whole=is_whole))
    if faults:
        raise CollectionError(faults)
    glosses = tuple(maker.glosses)
    facts = with_shared_glosses([fact for fact, _ in stated], first_glosses(glosses))
    schema, documents, entities = registers.schema, registers.documents, registers.entities
    return Collection(schema, documents, entities, facts, glosses, performed)


@dataclass(frozen=True, slots=True)
class Registers:
    """What the facts of a document are read against, besides the document: everything else.

    ``refused`` names what was reported already, so that facts that name it are skipped.
    """

    schema: Schema
    documents: dict[str, Document]
    entities: dict[str, Entity]
    refused: frozenset[str]
    statuses: Statuses

    def portable(self) -> Registers:
        """The same registers, in a form that other processes can be given."""
        return replace(self, statuses=self.statuses.portable())

    def maker(self) -> FactMaker:
        """A maker of facts against these registers."""
        classes = classes_of(self.schema, self.entities)
        return FactMaker(self.schema, classes, self.documents, self.refused)


def read_registers(
    folders: Sequence[Path], faults: list[Fault], performed: Counter[str]
) -> Registers:
    """Read the ontology, the documents, the entities and the status files of collections."""
    schema = read_ontology(folders, faults, performed)
    for folder in folders:
        if not is_collection(folder):
            faults.append(Fault.at(Place(str(folder)), "not-a-collection", folders=PARTS))
    refused: set[str] = set()
    documents: dict[str, Document] = {}
    for folder in folders:
        name = f"{name_of(folder)}/documents"
        for document in read_documents(folder / "documents", name, faults, refused):
            if document.slug in documents:
                remedy, twice = Message("rename-one"), document.slug
                place = Place(name)
                faults.append(Fault.at(place, "registered-twice", name=twice, remedy=remedy))
            documents[document.slug] = document
            performed["documents"] += 1
    if REGISTER not in refused:
        count = lint_corrections(documents, f"documents/{REGISTER}", faults, refused)
        performed["documents"] += count
    entities: dict[str, Entity] = {}
    places: dict[str, Site] = {}
    for folder in folders:
        for entity, node in read_entities(
            folder / "entities", f"{name_of(folder)}/entities", schema, faults, refused
        ):
            if entity.ref in entities or entity.ref in schema.concepts:
                remedy = Message("keep-one")
                node.fault("registered-twice", name=entity.ref, check="names", remedy=remedy)
            entities[entity.ref], places[entity.ref] = entity, Spot(node.place, faults)
            performed["entities"] += 1
    for folder in folders:
        name = f"{name_of(folder)}/entities"
        for entity in list(further_names(folder / "entities", name, entities, faults)):
            entities[entity.ref] = entity
    named = None if REGISTER in refused else refused.union(documents)
    performed["names"] += lint_names(entities, places, named)
    for entity in entities.values():
        for predicate, term in entity.attributes:
            wider = term.value.removeprefix(ID)
            if predicate == SKOS + "broader" and not is_area(wider, entities, schema):
                place = places[entity.ref].place
                faults.append(Fault.at(place, "wider-area-unknown", check="names", name=wider))
    maker = FactMaker(schema, classes_of(schema, entities), documents, refused)
    # Read first: a later collection may give the record status of a fact of an earlier one.
    statuses = Statuses()
    for folder in folders:
        if (path := folder / "facts" / STATUS_FILE).is_file():
            statuses.read(path, f"{name_of(folder)}/facts/{path.name}", maker, faults)
    return Registers(schema, documents, entities, frozenset(refused), statuses)


def document_texts(collections: Iterable[Path] = ()) -> dict[str, str]:
    """The texts of the bundled documents and those of further collections, by slug.

    Raises ``CollectionError`` where a document is not as registered.
    """
    faults: list[Fault] = []
    texts = {
        document.slug: document.text
        for folder in (SEEDS, *collections)
        for document in read_documents(
            folder / "documents", f"{name_of(folder)}/documents", faults, set()
        )
        if document.is_whole
    }
    if faults:
        raise CollectionError(faults)
    return texts
