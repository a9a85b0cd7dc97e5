"""From collections to a store on disk: read, check, derive, write, swap in."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from ...graph.derive import DerivedFact, derive
from ...graph.errors import StoreError
from ...graph.fact import Fact
from ...ontology.namespaces import GRAPH_ONTOLOGY
from ..checks.claims import Claims
from ..collection import Collection, read_collection
from ..entities import region_lines
from ..files.value import Site
from .atomic_folder import Unfinished, delete_whole, is_whole, seal
from .bulk_load import Feed
from .cache import MANIFEST, STORE, Build, Memory, cache_folder, forget_lost_builds, stack
from .incremental_build import increment
from .inputs import code_fingerprint, fingerprint
from .last_checked import remembered
from .source_rows import Recorder

#: Builds kept in the cache, besides those of the last checks; older ones are deleted when a new
#: one is swapped in.
_KEPT: Final = 4


def _key(folders: Sequence[Path]) -> str:
    """The name of the build of these folders by this program."""
    return sha256(f"{fingerprint(folders)} {code_fingerprint()}".encode()).hexdigest()[:16]


def find_build(collections: Sequence[Path], *, cache: Path) -> Build | None:
    """The build of these collections as they are now, if there is one in the cache."""
    made = Build(cache / _key(stack(collections)), is_new=False)
    return made if (made.path / MANIFEST).is_file() else None


def build(collections: Sequence[Path] = (), *, cache: Path | None = None) -> Build:
    """The build of the bundled collection with others stacked over it; reused if none changed.

    Inputs are compared by content. A new build is written beside the old one and renamed when
    it is whole. Raises ``CollectionError`` with all faults, and leaves the old build as it is;
    raises ``StoreError`` if the cache folder cannot be written.
    """
    folders = stack(collections)
    cache = cache or cache_folder()
    memory = Memory(cache, folders)
    target = cache / _key(folders)
    if is_whole(target):
        # The builds last asked for are kept: one that is to be compared with a new one, say.
        with suppress(OSError):
            os.utime(target)
        memory.keep(Build(target, is_new=False))
        return Build(target, is_new=False)
    try:
        with Unfinished(cache) as made:
            with _no_pauses():
                base = memory.last()
                if base is None or not increment(folders, base, made.path):
                    _make(folders, made)
            if target.name != _key(folders):
                # An input was saved while it was read: what was read may belong to neither key.
                return build(collections, cache=cache)
            if not is_whole(target):
                delete_whole(target)
            # Another process may have finished the same build first: then its one is kept.
            with suppress(OSError):
                made.path.rename(target)
        if not is_whole(target):
            raise StoreError(f"the build could not be moved to {target}; delete that and try again")
        _prune(cache, target)
        memory.keep(Build(target, is_new=True))
    except OSError as error:
        raise StoreError(
            f"cannot write the cache folder {cache}: {error.strerror or error}; "
            "choose another one with TAAWUN_CACHE"
        ) from error
    return Build(target, is_new=True)


@contextmanager
def _no_pauses() -> Iterator[None]:
    """Without the collector of cyclic garbage: a build makes millions of objects and no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _make(folders: Sequence[Path], made: Unfinished) -> None:
    """Read, check, derive and load; what is read is loaded while reading goes on."""
    feed = Feed(lambda: made.path / STORE)

    recorder = Recorder()

    def heed(name: str, fact: Fact, place: Site) -> None:
        feed.add(fact.lines())
        recorder.heed(name, fact, place)

    try:
        collection = read_collection(folders, heed)
        feed.add(_other_lines(collection))
        statements = recorder.statements(folders)
        manifest = _counts(collection)
        schema, classes, facts = collection.schema, collection.classes, list(collection.facts)
        del collection
        manifest["derived"] = 0
        for item in derive(_taken(facts), schema, classes):
            feed.add(item.lines())
            manifest["derived"] += 1
        manifest["quads"] = feed.finish()
    finally:
        feed.abandon()
    if statements:
        statements.write(made.path)
    (made.path / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    seal(made.path)


def _counts(collection: Collection) -> dict[str, int]:
    facts = collection.facts
    return {
        "documents": len(collection.documents),
        "entities": len(collection.entities),
        "facts": len({fact.iri for fact in facts}),
        "quotes": len({(e.document, e.start, e.end) for fact in facts for e in fact.evidence}),
    }


def _taken(facts: list[Fact]) -> Iterator[Fact]:
    """The facts one by one, each out of the list: what follows from them has room for them."""
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
    """The N-Quads of documents, entities and ontology, and of what quotes do not say."""
    for document in collection.documents.values():
        yield from document.lines()
    for entity in collection.entities.values():
        yield from entity.lines()
    yield from region_lines(collection.entities.values())
    for triple in collection.schema.triples:
        yield f"{triple} ."
        yield f"{triple} <{GRAPH_ONTOLOGY}> ."
    yield from Claims(collection).lines()


def _prune(cache: Path, newest: Path) -> None:
    """Delete old builds; another process may be doing the same."""
    ages: dict[Path, float] = {}
    spared = {newest.name, *remembered(cache)}
    for path in cache.iterdir():
        with suppress(FileNotFoundError):
            if path.name not in spared and (path / MANIFEST).is_file():
                ages[path] = path.stat().st_mtime
    for path in sorted(ages, key=ages.__getitem__, reverse=True)[_KEPT - 1 :]:
        delete_whole(path)
    forget_lost_builds(cache)
