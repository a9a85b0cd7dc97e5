"""A collection: a folder with documents, entities and facts; collections stack on one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from ..graph.document import Document
from ..graph.entity import Entity
from ..graph.errors import CollectionError
from ..graph.fact import Fact
from ..messages.fault import Fault, Place
from ..ontology.namespaces import ID, SKOS, TW
from ..ontology.schema import Schema
from .builds.inputs import INPUT_PARTS, SEEDS, is_collection, name_of
from .checks.lints import lint_facts, lint_names
from .documents import REGISTER, read_documents
from .entities import read_entities
from .facts import FactMaker
from .files.fact_rows import read_facts_csv
from .files.facts_jsonl import read_facts_jsonl
from .files.facts_yaml import read_facts_yaml
from .files.value import Site, Spot, Value
from .files.yaml_nodes import files, strays
from .ontologies import read_ontology
from .status_file import STATUS_FILE, Statuses, lint_statuses

#: Everything in a collection that is read.
PARTS: Final = (*INPUT_PARTS, "queries")
FactReader: TypeAlias = Callable[[Path, str, FactMaker, list[Fault]], Iterable[tuple[Fact, Value]]]
#: What reads the fact files of each kind.
FACT_READERS: Final[dict[str, FactReader]] = {
    ".yaml": read_facts_yaml,
    ".yml": read_facts_yaml,
    ".csv": read_facts_csv,
    ".jsonl": read_facts_jsonl,
}


@dataclass(frozen=True, slots=True)
class Collection:
    """What the folders say, read and checked: sound, or never made.

    ``facts`` has one item for each place that states a fact: the same fact quoted twice is there
    twice, each time with its own evidence. ``performed`` counts the checks by name.
    """

    schema: Schema
    documents: dict[str, Document]
    entities: Mapping[str, Entity]
    facts: tuple[Fact, ...]
    performed: Counter[str] = field(default_factory=Counter)

    @property
    def classes(self) -> dict[str, frozenset[str]]:
        """The classes of everything that can be referred to, by IRI."""
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
    """Read the bundled collection's kind of folders, in order, later ones over earlier ones.

    ``heed`` is told of each fact as soon as it is read, with its file and its place, whether or
    not there are faults elsewhere. Raises ``CollectionError`` with every fault of the run: the
    later stages look only at what the earlier ones accepted, so that one mistake is one message.
    """
    faults: list[Fault] = []
    performed: Counter[str] = Counter()
    folders = list(folders)
    schema = read_ontology(folders, faults, performed)
    for folder in folders:
        if not is_collection(folder):
            faults.append(
                Fault(
                    Place(str(folder)),
                    "is no collection: it has none of documents/, entities/, facts/, queries/, "
                    "ontology/",
                    "check the path",
                )
            )
    refused: set[str] = set()
    documents: dict[str, Document] = {}
    for folder in folders:
        name = f"{name_of(folder)}/documents"
        for document in read_documents(folder / "documents", name, faults, refused):
            if document.slug in documents:
                faults.append(Fault(Place(name), f"document {document.slug} is registered twice"))
            documents[document.slug] = document
            performed["documents"] += 1
    entities: dict[str, Entity] = {}
    places: dict[str, Site] = {}
    for folder in folders:
        for entity, node in read_entities(
            folder / "entities", f"{name_of(folder)}/entities", schema, faults, refused
        ):
            if entity.ref in entities or entity.ref in schema.concepts:
                node.fault(f"{entity.ref} is registered twice", "keep one of the two", "names")
            entities[entity.ref], places[entity.ref] = entity, Spot(node.place, faults)
            performed["entities"] += 1
    named = None if REGISTER in refused else refused.union(documents)
    performed["names"] += lint_names(entities, places, named)
    for entity in entities.values():
        for predicate, term in entity.attributes:
            wider = term.value.removeprefix(ID)
            if predicate == SKOS + "broader" and not is_area(wider, entities, schema):
                place = places[entity.ref].place
                faults.append(Fault.at(place, "wider-area-unknown", check="names", name=wider))
    maker = FactMaker(schema, classes_of(schema, entities), documents, refused)
    # Read first: a later collection may say where a fact of an earlier one stands.
    statuses = Statuses()
    for folder in folders:
        if (path := folder / "facts" / STATUS_FILE).is_file():
            statuses.read(path, f"{name_of(folder)}/facts/{path.name}", maker, faults)
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
    performed.update(lint_facts(stated, schema, is_whole=is_whole))
    performed.update(lint_statuses(stated, is_whole=is_whole))
    if faults:
        raise CollectionError(faults)
    return Collection(schema, documents, entities, tuple(fact for fact, _ in stated), performed)


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
    }
    if faults:
        raise CollectionError(faults)
    return texts
