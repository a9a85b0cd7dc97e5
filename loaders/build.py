"""From collections to a store on disk: read, check, derive, write, swap in."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..graph.derive import DerivedFact, derive
from ..graph.errors import StoreError
from ..graph.fact import Fact
from ..graph.store import EmbeddedStore
from ..ontology.namespaces import GRAPH_ONTOLOGY
from .canonical import write_canonical
from .collection import SEEDS, Collection, fingerprint, read_collection
from .feed import Feed
from .unfinished import Unfinished, delete_whole
from .value import Value

_STORE: Final = "store"
_DUMP: Final = "dataset.nq"
_MANIFEST: Final = "manifest.json"
#: Builds kept in the cache; older ones are deleted when a new one is swapped in.
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Build:
    """A finished build in the cache folder; made whole or not at all, and never changed."""

    path: Path
    is_new: bool

    def store(self) -> EmbeddedStore:
        """The store, opened for reading."""
        return EmbeddedStore.open(self.path / _STORE)

    @property
    def dump(self) -> Path:
        """The canonical dump: sorted N-Quads, written from the store when first asked for.

        Raises ``StoreError`` where it cannot be written.
        """
        path = self.path / _DUMP
        if not path.is_file():
            try:
                with Unfinished(self.path.parent) as made:
                    store = ox.Store.read_only(str(self.path / _STORE))
                    with (made.path / _DUMP).open("wb") as out:
                        write_canonical(store, out, made.path)
                    (made.path / _DUMP).replace(path)
            except OSError as error:
                raise StoreError(
                    f"cannot write {path}: {error.strerror or error}; "
                    "choose another cache folder with TAAWUN_CACHE"
                ) from error
        return path

    def manifest(self) -> dict[str, int]:
        """How much there is of everything."""
        found: dict[str, int] = json.loads((self.path / _MANIFEST).read_text("utf-8"))
        return found


def cache_folder() -> Path:
    """Where builds are kept: TAAWUN_CACHE, else the user's cache folder."""
    if chosen := os.environ.get("TAAWUN_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "taawun"


@cache
def _code_fingerprint() -> str:
    """The sha256 over the code that builds, so that a changed program never reuses a build.

    The version of Oxigraph is part of it: the store on disk is written in its format.
    """
    root = Path(__file__).parent.parent
    digest = sha256(ox.__version__.encode())
    for folder in ("graph", "loaders", "ontology"):
        for path in sorted((root / folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _key(folders: Sequence[Path]) -> str:
    """The name of the build of these folders by this program."""
    return sha256(f"{fingerprint(folders)} {_code_fingerprint()}".encode()).hexdigest()[:16]


def build(collections: Sequence[Path] = (), *, cache: Path | None = None) -> Build:
    """The build of the bundled collection with others stacked over it; reused if none changed.

    Inputs are compared by content. A new build is written beside the old one and renamed when
    it is whole. Raises ``CollectionError`` with all faults, and leaves the old build as it is;
    raises ``StoreError`` if the cache folder cannot be written.
    """
    folders = [SEEDS, *collections]
    cache = cache or cache_folder()
    target = cache / _key(folders)
    if (target / _MANIFEST).is_file():
        return Build(target, is_new=False)
    try:
        with Unfinished(cache) as made:
            with _no_pauses():
                _make(folders, made)
            if target.name != _key(folders):
                # An input was saved while it was read: what was read may belong to neither key.
                return build(collections, cache=cache)
            # Another process may have finished the same build first: then its one is kept.
            with suppress(OSError):
                made.path.rename(target)
        if not (target / _MANIFEST).is_file():
            raise StoreError(f"the build could not be moved to {target}; delete that and try again")
        _prune(cache, target)
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
    feed = Feed(lambda: made.path / _STORE)

    def heed(_name: str, fact: Fact, _place: Value) -> None:
        feed.add(fact.lines())

    try:
        collection = read_collection(folders, heed)
        facts = collection.facts
        feed.add(_other_lines(collection))
        derived = 0
        for item in derive(facts, collection.schema, collection.classes):
            feed.add(item.lines())
            derived += 1
        quads = feed.finish()
    finally:
        feed.abandon()
    manifest = {
        "documents": len(collection.documents),
        "entities": len(collection.entities),
        "facts": len({fact.iri for fact in facts}),
        "quotes": len({(e.document, e.start, e.end) for fact in facts for e in fact.evidence}),
        "derived": derived,
        "quads": quads,
    }
    # Written last: a folder with a manifest is a whole build.
    (made.path / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def lines_of(collection: Collection, derived: Sequence[DerivedFact]) -> Iterator[str]:
    """The N-Quads of a checked collection; lines may repeat."""
    yield from _other_lines(collection)
    for fact in collection.facts:
        yield from fact.lines()
    for item in derived:
        yield from item.lines()


def _other_lines(collection: Collection) -> Iterator[str]:
    """The N-Quads of documents, entities and ontology."""
    for document in collection.documents.values():
        yield from document.lines()
    for entity in collection.entities.values():
        yield from entity.lines()
    for triple in collection.schema.triples:
        yield f"{triple} ."
        yield f"{triple} <{GRAPH_ONTOLOGY}> ."


def _prune(cache: Path, newest: Path) -> None:
    """Delete old builds; another process may be doing the same."""
    ages: dict[Path, float] = {}
    for path in cache.iterdir():
        with suppress(FileNotFoundError):
            if path != newest and (path / _MANIFEST).is_file():
                ages[path] = path.stat().st_mtime
    for path in sorted(ages, key=ages.__getitem__, reverse=True)[_KEPT - 1 :]:
        delete_whole(path)
