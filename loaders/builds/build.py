"""Build a store on disk from collections: read, check, derive, bulk-load, move into place."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from ...graph.derive import DerivedFact, derive
from ...graph.errors import StoreError
from ...graph.fact import Fact
from ...graph.fact_index import FactIndexWriter
from ...graph.garbage_collection import no_pauses
from ...graph.store import FACT_INDEX
from ...messages.fault import Place
from ...messages.message import foreign
from ...ontology.namespaces import GRAPH_ONTOLOGY
from ..checks.claims import Claims
from ..checks.glosses import gloss_lines
from ..collection import Collection, Registers, read_collection
from ..entities import region_lines
from ..files.value import Site
from .atomic_folder import Unfinished, delete_whole, is_whole, seal
from .cache import (
    MANIFEST,
    STORE,
    Build,
    Memory,
    cache_folder,
    forget_lost_builds,
    remembered,
    stack,
)
from .incremental_build import increment
from .inputs import code_fingerprint, fingerprint
from .source_state import KEPT_FACTS, Recorder, write_content

if TYPE_CHECKING:
    from concurrent.futures import Executor

#: Characters of a chunk of lines.
_PIECE: Final = 1 << 19
#: Below this number of characters, loading in parallel gains nothing.
_SMALL: Final = 1 << 24


class Feed:
    """Loads N-Quads in bulk into a new store.

    ``place`` returns the folder of the store; it is called as late as possible, so that faulty
    input leaves no trace. The load is atomic.
    """

    def __init__(self, place: Callable[[], Path]) -> None:
        self._place = place
        self._lines: list[str] = []
        self._length = 0
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._thread: Thread | None = None
        self._pipe = -1
        self._failure: OSError | SyntaxError | ValueError | None = None
        self._store: ox.Store | None = None

    def add(self, lines: Iterable[str]) -> None:
        """Add lines, without line breaks; lines may repeat."""
        before = len(self._lines)
        self._lines.extend(lines)
        self._length += sum(map(len, islice(self._lines, before, None)))
        if self._length >= _PIECE:
            self._hand_on()

    def finish(self) -> int:
        """Wait until everything is on disk; returns the number of quads.

        Raises ``OSError`` if the store cannot be written.
        """
        self._hand_on()
        if self._thread is None:
            self._store = ox.Store(str(self._place()))
            self._store.bulk_load(b"".join(self._pieces), ox.RdfFormat.N_QUADS, lenient=True)
        else:
            os.close(self._pipe)
            self._thread.join()
            self._thread = None
        if self._failure:
            raise self._failure
        assert self._store is not None
        self._store.flush()
        count = len(self._store)
        self._store = None
        return count

    def abandon(self) -> None:
        """Stop loading; the folder is then to be deleted."""
        if self._thread is not None:
            os.close(self._pipe)
            self._thread.join()
            self._thread = None
        self._store = None

    def _hand_on(self) -> None:
        if not self._lines:
            return
        self._lines.append("")
        piece = "\n".join(self._lines).encode()
        self._lines, self._length = [], 0
        if self._thread is None:
            self._pieces.append(piece)
            self._waiting += len(piece)
            if self._waiting < _SMALL or not os.path.exists("/dev/fd"):
                return
            self._start()
            waiting, self._pieces = self._pieces, []
            for earlier in waiting:
                self._write(earlier)
        else:
            self._write(piece)

    def _start(self) -> None:
        self._store = ox.Store(str(self._place()))
        reading, self._pipe = os.pipe()
        self._thread = Thread(target=self._load, args=(self._store, reading), daemon=True)
        self._thread.start()

    def _load(self, store: ox.Store, reading: int) -> None:
        try:
            store.bulk_load(path=f"/dev/fd/{reading}", format=ox.RdfFormat.N_QUADS, lenient=True)
        except (OSError, SyntaxError, ValueError) as error:
            self._failure = error
        finally:
            # Writers to the pipe get an error.
            os.close(reading)

    def _write(self, piece: bytes) -> None:
        left = memoryview(piece)
        try:
            while left:
                left = left[os.write(self._pipe, left) :]
        except BrokenPipeError as error:
            raise self._failure or error from error


#: Builds kept in the cache, besides those of the last checks; older ones are deleted when a new
#: one is swapped in.
_KEPT: Final = 4


def key_of(folders: Sequence[Path]) -> str:
    """The name of the build of these folders by this program."""
    return sha256(f"{fingerprint(folders)} {code_fingerprint()}".encode()).hexdigest()[:16]


def find_build(collections: Sequence[Path], *, cache: Path) -> Build | None:
    """The build of these collections as they are now, if there is one in the cache."""
    made = Build(cache / key_of(stack(collections)), is_new=False)
    return made if (made.path / MANIFEST).is_file() else None


def build(
    collections: Sequence[Path] = (),
    *,
    cache: Path | None = None,
    spared: Sequence[Path] = (),
    executor: Executor | None = None,
) -> Build:
    """The build of the bundled collection with others stacked over it; reused if none changed.

    Inputs are compared by content. A new build is written beside the old one and renamed when it
    is complete. ``spared`` are builds that the caller still needs, which are not deleted however
    many others are in use. The workers of an ``executor`` do most of a full build; they must see
    the cache folder and the collections under the same paths. Raises ``CollectionError`` with all
    faults, and ``StoreError`` if the cache folder cannot be written; the old build is kept.
    """
    folders = stack(collections)
    cache = cache or cache_folder()
    memory = Memory(cache, folders)
    target = cache / key_of(folders)
    if is_whole(target):
        # Recently used builds are kept, such as one to compare a new one with.
        with suppress(OSError):
            os.utime(target)
        memory.keep(Build(target, is_new=False))
        return Build(target, is_new=False)
    try:
        with Unfinished(cache) as made:
            with no_pauses():
                base = memory.last()
                is_made = base is not None and increment(folders, base, made.path)
                if not is_made and executor is not None:
                    is_made = _make_in_shards(folders, made, executor)
                if not is_made:
                    _make(folders, made)
            if target.name != key_of(folders):
                # An input changed while it was read.
                return build(collections, cache=cache, spared=spared, executor=executor)
            if not is_whole(target):
                delete_whole(target)
            # Another process may have finished the same build first; then that one is kept.
            with suppress(OSError):
                made.path.rename(target)
        if not is_whole(target):
            raise StoreError("build-not-moved", folder=str(target))
        prune(cache, [target, *spared])
        memory.keep(Build(target, is_new=True))
    except OSError as error:
        raise StoreError("cache-not-writable", folder=str(cache), reason=foreign(error)) from error
    return Build(target, is_new=True)


def _make(folders: Sequence[Path], made: Unfinished) -> None:
    """Read, check, derive and load; loading runs in parallel."""
    feed = Feed(lambda: made.path / STORE)
    index = FactIndexWriter(lambda: made.path / FACT_INDEX)
    recorder = Recorder()
    places: list[Place] = []

    def heed(name: str, fact: Fact, place: Site) -> None:
        feed.add(fact.lines())
        index.add(fact)
        recorder.heed(name, fact, place)
        if len(places) <= KEPT_FACTS:
            places.append(place.place)

    try:
        collection = read_collection(folders, heed)
        feed.add(index.heeded(_other_lines(collection)))
        index.add_documents(collection.documents.values())
        statements = recorder.statements(folders)
        manifest = counts_of(collection)
        if len(places) <= KEPT_FACTS:
            write_content(made.path, collection, places)
        schema, classes, facts = collection.schema, collection.classes, list(collection.facts)
        del collection
        manifest["derived"] = 0
        for item in derive(_taken(facts), schema, classes):
            feed.add(item.lines())
            index.add_derived(item)
            manifest["derived"] += 1
        index.finish()
        manifest["quads"] = feed.finish()
    finally:
        feed.abandon()
        index.close()
    if statements:
        statements.write(made.path)
    (made.path / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8", newline="\n")
    seal(made.path)


def _make_in_shards(folders: Sequence[Path], made: Unfinished, executor: Executor) -> bool:
    """Let the executor's workers read, check and write; False if there is any fault."""
    from .sharded_build import build_in_shards

    if not build_in_shards(folders, made.path, executor, register_lines):
        shutil.rmtree(made.path / STORE, ignore_errors=True)
        return False
    seal(made.path)
    return True


def counts_of(collection: Collection) -> dict[str, int]:
    """The numbers of documents, entities, facts and quotes."""
    facts = collection.facts
    return {
        "documents": len(collection.documents),
        "entities": len(collection.entities),
        "facts": len({fact.iri for fact in facts}),
        "quotes": len({(e.document, e.start, e.end) for fact in facts for e in fact.evidence}),
    }


def _taken(facts: list[Fact]) -> Iterator[Fact]:
    """Take the facts out of the list one by one, to free memory for derived facts."""
    facts.reverse()
    while facts:
        yield facts.pop()


def lines_of(collection: Collection, derived: Sequence[DerivedFact]) -> Iterator[str]:
    """The N-Quads of a checked collection; lines may repeat."""
    yield from _other_lines(collection)
    for fact in collection.facts:
        yield from fact.lines()
    for item in derived:
        yield from item.lines()


def _other_lines(collection: Collection) -> Iterator[str]:
    """The N-Quads of documents, entities and ontology, of glosses and what quotes do not say."""
    yield from register_lines(collection)
    yield from gloss_lines(collection.facts)
    yield from Claims(collection).lines()


def register_lines(registers: Collection | Registers) -> Iterator[str]:
    """The N-Quads of documents, entities and ontology."""
    for document in registers.documents.values():
        yield from document.lines()
    for entity in registers.entities.values():
        yield from entity.lines()
    yield from region_lines(registers.entities.values())
    for triple in registers.schema.triples:
        yield f"{triple} ."
        yield f"{triple} <{GRAPH_ONTOLOGY}> ."


def prune(cache: Path, needed: Sequence[Path]) -> None:
    """Delete old builds, but none that is needed; another process may be doing the same."""
    ages: dict[Path, float] = {}
    now = time.time()
    spared = {*(path.name for path in needed), *remembered(cache)}
    for path in cache.iterdir():
        with suppress(FileNotFoundError):
            if path.name not in spared and (path / MANIFEST).is_file():
                # After the clock was set back, a time in the future would outlive those in use.
                age = path.stat().st_mtime
                ages[path] = age if age <= now else 0
    for path in sorted(ages, key=ages.__getitem__, reverse=True)[_KEPT - 1 :]:
        delete_whole(path)
    forget_lost_builds(cache)
