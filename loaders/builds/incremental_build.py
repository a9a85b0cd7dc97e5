"""Make a build incrementally from the previous one, if only some facts differ.

Rows that were read before are not read again: their facts are valid and in the store. New rows are
checked together with all facts about the same subjects, by the checks of a full build, and derived
facts are updated around them. The store is copied by hard links to its files, which never change,
and the difference is written to the copy. Any doubt leads to a full build, which also reports the
places of faults.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from ...graph.document import Document
from ...graph.entity import Alias, Entity
from ...graph.errors import CollectionError
from ...graph.fact import Fact
from ...messages.fault import Fault
from ...ontology.namespaces import FACT, GRAPH_ENTITIES, ID, RDF, RDFS, SKOS
from ...ontology.schema import Schema, local_name
from ..checks.claims import Claims, is_number
from ..checks.lints import ORDERED, lint_facts
from ..collection import FACT_READERS, Collection, read_ontology
from ..documents import read_documents
from ..facts import FactMaker
from ..files.value import Site
from ..status_file import lint_statuses
from .atomic_folder import seal
from .cache import MANIFEST, STORE
from .changed_index import write_changed_index
from .inputs import name_of
from .quad_difference import Difference, DoubtError
from .source_state import (
    NOTHING,
    FileStatements,
    Statements,
    WholeError,
    digest,
    fact_files,
    fact_key,
    read_statements,
    rest_of,
    subject_key,
    units,
)

#: With more new facts than this, a full build is made.
_LARGEST: Final = 1000
_ENTITIES: Final = ox.NamedNode(GRAPH_ENTITIES)
_TYPE: Final = ox.NamedNode(RDF + "type")
_EMPTY: Final = digest(b"")
_REFERENCE: Final = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
Stated = list[tuple[Fact, Site]]


def increment(folders: Sequence[Path], base: Path, target: Path) -> bool:
    """Make the build of these folders in ``target`` from the one in ``base``.

    Returns False, and leaves ``target`` unusable, if the result might differ from a full build.
    """
    before = read_statements(base)
    try:
        if before is None or before.rest != rest_of(folders):
            return False
        _Increment(folders, base, before).write(target)
    except (DoubtError, CollectionError, OSError, KeyError, ValueError):
        # The previous build may be damaged too.
        shutil.rmtree(target / STORE, ignore_errors=True)
        return False
    return True


def write_changed(
    base: Path,
    target: Path,
    removed: Iterable[ox.Quad],
    added: Iterable[ox.Quad],
    counts: Mapping[str, int],
    statements: Statements | None,
    documents: Iterable[Document],
) -> None:
    """Write the build ``target``: that of ``base`` with some quads removed and others added.

    ``documents`` are those that quads to add may quote.
    """
    removed, added = [*removed], [*added]
    _copy(base / STORE, target / STORE)
    store = ox.Store(str(target / STORE))
    for quad in removed:
        store.remove(quad)
    store.extend(added)
    store.flush()
    write_changed_index(base, target, store, removed, added, documents)
    del store
    if statements:
        statements.write(target)
    (target / MANIFEST).write_text(json.dumps(counts, indent=2) + "\n", "utf-8", newline="\n")
    seal(target)


class _Units(NamedTuple):
    """The units of one fact file, and which of them are new."""

    path: Path
    rows: list[bytes] | None
    digests: tuple[bytes, ...]
    new: frozenset[bytes]


class _Increment:
    def __init__(self, folders: Sequence[Path], base: Path, before: Statements) -> None:
        self._folders, self._base, self._before = folders, base, before
        self._store = ox.Store.read_only(str(base / STORE))
        self._faults: list[Fault] = []
        self._stated: dict[bytes, tuple[bytes, bytes]] = {}
        self._schema = read_ontology(folders, self._faults, Counter())
        self._documents = {
            document.slug: document
            for folder in folders
            for document in read_documents(
                folder / "documents", f"{name_of(folder)}/documents", self._faults, set()
            )
        }
        classes = _StoredClasses(self._store, self._schema, ID)
        self._maker = FactMaker(self._schema, classes, self._documents)
        self._now = {name: self._units(name, path) for name, path in fact_files(folders)}

    def _units(self, name: str, path: Path) -> _Units:
        rows: list[bytes] | None
        try:
            rows = list(units(path))
            digests = tuple(map(digest, rows))
        except WholeError:
            rows, digests = None, (digest(path.read_bytes()),)
        if len(set(digests)) + max(0, digests.count(_EMPTY) - 1) != len(digests):
            # A repeated row is a fault.
            raise DoubtError
        known = self._before.files.get(name)
        if known is None:
            return _Units(path, rows, digests, frozenset(digests))
        if known.by_rows != (rows is not None):
            raise DoubtError
        new = frozenset(digests).difference(known.digests)
        if path.suffix == ".csv" and rows and digests[0] != known.digests[0]:
            raise DoubtError
        return _Units(path, rows, digests, new)

    def _new(self) -> Stated:
        """The facts of new units."""
        found: Stated = []
        for name, now in self._now.items():
            if now.new:
                found += self._read(name, now, now.new)
        if len(found) > _LARGEST:
            raise DoubtError
        return found

    def _read(self, name: str, now: _Units, wanted: frozenset[bytes]) -> Stated:
        """The facts of some units of a file. Raises ``DoubtError`` if one has a fault."""
        reader = FACT_READERS[now.path.suffix]
        if now.rows is None:
            found: Stated = list(reader(now.path, name, self._maker, self._faults))
        else:
            chosen = [
                (key, row)
                for number, (key, row) in enumerate(zip(now.digests, now.rows, strict=True))
                if key in wanted or (number == 0 and now.path.suffix == ".csv")
            ]
            with tempfile.TemporaryDirectory(prefix="taawun-") as folder:
                part = Path(folder) / now.path.name
                part.write_bytes(b"\n".join(row.rstrip(b"\r\n") for _, row in chosen) + b"\n")
                found = list(reader(part, name, self._maker, self._faults))
            by_line = {place.place.line: fact for fact, place in found}
            line = 1
            for key, row in chosen:
                if fact := by_line.get(line):
                    self._stated[key] = (fact_key(fact.iri), subject_key(fact))
                line += row.rstrip(b"\r\n").count(b"\n") + 1
        if self._faults:
            raise DoubtError
        return found

    def _kept(self, subjects: frozenset[bytes]) -> Stated:
        """The facts of unchanged units about some subjects."""
        found: Stated = []
        for name, now in self._now.items():
            known = self._before.files.get(name)
            if known is None or subjects.isdisjoint(known.subjects):
                continue
            wanted = frozenset(known.digests)
            if known.by_rows:
                stated = zip(known.digests, known.subjects, strict=True)
                wanted = frozenset(key for key, subject in stated if subject in subjects)
            if wanted := wanted.intersection(now.digests):
                found += self._read(name, now, wanted)
        return [item for item in found if subject_key(item[0]) in subjects]

    def write(self, target: Path) -> None:
        """Compute the difference, and write the build."""
        new = self._new()
        gone = frozenset(self._gone())
        changed = gone.union(fact_key(fact.iri) for fact, _ in new)
        subjects = frozenset(self._subjects(gone)).union(subject_key(fact) for fact, _ in new)
        region = [*self._kept(subjects), *new]
        self._check(new, region)
        facts = [fact for fact, _ in region if fact_key(fact.iri) in changed]
        difference = Difference(
            self._store,
            [FACT + key.hex() for key in changed],
            facts,
            self._marks(facts),
            self._maker.glosses,
            self._schema,
            _StoredClasses(self._store, self._schema, ""),
        )
        counts = difference.counts(json.loads((self._base / MANIFEST).read_text("utf-8")))
        statements = self._statements(new)
        write_changed(
            self._base,
            target,
            difference.removed,
            difference.added,
            counts,
            statements,
            self._documents.values(),
        )

    def _statements(self, new: Stated) -> Statements:
        """The statements of every unit."""
        files = {}
        for name, now in self._now.items():
            known = self._before.files.get(name)
            if now.rows is None:
                if known is None or now.new:
                    stated = [item for item in new if item[1].place.file == name]
                    facts = tuple(fact_key(fact.iri) for fact, _ in stated)
                    subjects = tuple(subject_key(fact) for fact, _ in stated)
                    known = FileStatements(False, now.digests, facts, subjects)
            elif known is None or now.digests != known.digests:
                by_digest = dict(self._stated)
                if known is not None:
                    keys = zip(known.facts, known.subjects, strict=True)
                    by_digest |= zip(known.digests, keys, strict=True)
                keys_now = [by_digest.get(key, (NOTHING, NOTHING)) for key in now.digests]
                known = FileStatements(
                    True, now.digests, tuple(f for f, _ in keys_now), tuple(s for _, s in keys_now)
                )
            files[name] = known
        return Statements(self._before.rest, files)

    def _marks(self, facts: Sequence[Fact]) -> Iterator[str]:
        """The marks of quotes that lack names, if that is clear without searching all names."""
        if any(isinstance(fact.object, ox.Literal) and is_number(fact.object) for fact in facts):
            # The number of a figure may stand for it in the quotes of other facts.
            raise DoubtError
        entities = _StoredEntities(self._store)
        return Claims(Collection(self._schema, self._documents, entities, tuple(facts))).lines()

    def _gone(self) -> Iterator[bytes]:
        """The facts of removed units."""
        for name, known in self._before.files.items():
            now = frozenset(self._now[name].digests) if name in self._now else frozenset()
            if known.by_rows:
                for key, fact in zip(known.digests, known.facts, strict=True):
                    if key not in now and fact != NOTHING:
                        yield fact
            elif not now.issuperset(known.digests):
                yield from known.facts

    def _subjects(self, facts: frozenset[bytes]) -> Iterator[bytes]:
        for known in self._before.files.values():
            for fact, subject in zip(known.facts, known.subjects, strict=True):
                if fact in facts:
                    yield subject

    def _check(self, new: Stated, region: Stated) -> None:
        """Check the new facts together with all facts about the same subjects."""
        for fact, _ in region:
            # Not limited to the subject: the status of another fact, and a passage.
            if len(fact.status) > 1 or fact.evidence[0].context:
                raise DoubtError
        if any(local_name(fact.predicate.value) in ORDERED for fact, _ in new):
            # A circle may contain other subjects.
            raise DoubtError
        lint_facts(region, self._schema, is_whole=True)
        lint_statuses(region, is_whole=True)
        if self._faults:
            raise DoubtError


class _StoredEntities(Mapping[str, Entity]):
    """Entities with the names in the store, which has no names limited to some documents."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._known: dict[str, Entity | None] = {}

    def __getitem__(self, ref: str) -> Entity:
        if ref not in self._known:
            self._known[ref] = self._read(ref)
        found = self._known[ref]
        if found is None:
            raise KeyError(ref)
        return found

    def _read(self, ref: str) -> Entity | None:
        names = {
            kind: [
                quad.object
                for quad in self._store.quads_for_pattern(
                    ox.NamedNode(ID + ref), ox.NamedNode(kind), None, _ENTITIES
                )
                if isinstance(quad.object, ox.Literal)
            ]
            for kind in (RDFS + "label", SKOS + "altLabel")
        }
        labels = {label.language: label.value for label in names[RDFS + "label"]}
        if not labels:
            return None
        aliases = tuple(Alias(name.value) for name in names[SKOS + "altLabel"])
        return Entity(ref, labels["ar"], labels["en"], (), aliases)

    def __iter__(self) -> Iterator[str]:
        """Raise ``DoubtError``: all entities are needed only in a full build."""
        raise DoubtError

    def __len__(self) -> int:
        raise DoubtError


class _StoredClasses(Mapping[str, frozenset[str]]):
    """The classes of entities in the store, by the local part of their IRIs."""

    def __init__(self, store: ox.Store, schema: Schema, prefix: str) -> None:
        self._store, self._concepts, self._prefix = store, schema.concepts, prefix
        self._known: dict[str, frozenset[str]] = {}

    def __getitem__(self, key: str) -> frozenset[str]:
        if key not in self._known:
            self._known[key] = self._read(self._prefix + key)
        if not self._known[key]:
            raise KeyError(key)
        return self._known[key]

    def _read(self, iri: str) -> frozenset[str]:
        reference = iri.removeprefix(ID)
        if reference in self._concepts:
            return self._concepts[reference]
        if reference == iri or not _REFERENCE.fullmatch(reference):
            return frozenset()
        quads = self._store.quads_for_pattern(ox.NamedNode(iri), _TYPE, None, _ENTITIES)
        return frozenset(q.object.value for q in quads if isinstance(q.object, ox.NamedNode))

    def __iter__(self) -> Iterator[str]:
        """Nothing: similar names are only needed for messages, which a full build gives."""
        return iter(())

    def __len__(self) -> int:
        return 0


def _copy(store: Path, target: Path) -> None:
    """Copy a store by hard links to its large files.

    RocksDB never changes a table once it is written (``.sst``); all other files are copied.
    """
    target.mkdir()
    for path in store.iterdir():
        if path.suffix == ".sst":
            try:
                os.link(path, target / path.name)
                continue
            except OSError:
                # Not every file system has hard links.
                pass
        shutil.copyfile(path, target / path.name)
