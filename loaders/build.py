"""From collections to a store on disk: read, check, derive, write, swap in."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..graph.derive import DerivedFact, derive
from ..graph.errors import StoreError
from ..graph.store import EmbeddedStore
from ..ontology.namespaces import GRAPH_ONTOLOGY
from .collection import SEEDS, Collection, fingerprint, read_collection

_STORE: Final = "store"
_DUMP: Final = "dataset.nq"
_MANIFEST: Final = "manifest.json"
_UNFINISHED: Final = ".building-"
#: Builds kept in the cache; older ones are deleted when a new one is swapped in.
_KEPT: Final = 4
#: Seconds after which an unfinished build is what a killed process left.
_ABANDONED: Final = 3600


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
        """The canonical dump: sorted N-Quads."""
        return self.path / _DUMP

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
    collection = read_collection(folders)
    if target.name != _key(folders):
        # An input was saved while it was read: what was read may belong to neither key.
        return build(collections, cache=cache)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cache))
        try:
            _write(collection, made)
            # Another process may have finished the same build first: then its one is kept.
            with suppress(OSError):
                made.rename(target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        if not (target / _MANIFEST).is_file():
            raise StoreError(f"the build could not be moved to {target}; delete that and try again")
        _prune(cache, target)
    except OSError as error:
        raise StoreError(
            f"cannot write the cache folder {cache}: {error.strerror or error}; "
            "choose another one with TAAWUN_CACHE"
        ) from error
    return Build(target, is_new=True)


def lines_of(collection: Collection, derived: Sequence[DerivedFact]) -> Iterator[str]:
    """The N-Quads of a checked collection; lines may repeat."""
    for document in collection.documents.values():
        yield from document.lines()
    for entity in collection.entities.values():
        yield from entity.lines()
    for triple in collection.schema.triples:
        yield f"{triple} ."
        yield f"{triple} <{GRAPH_ONTOLOGY}> ."
    for fact in collection.facts:
        yield from fact.lines()
    for item in derived:
        yield from item.lines()


def _write(collection: Collection, folder: Path) -> None:
    derived = list(derive(collection.facts, collection.schema, collection.classes))
    dump = ("\n".join(sorted(set(lines_of(collection, derived)))) + "\n").encode()
    (folder / _DUMP).write_bytes(dump)
    store = ox.Store(str(folder / _STORE))
    store.bulk_load(dump, ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    manifest = {
        "documents": len(collection.documents),
        "entities": len(collection.entities),
        "facts": len({fact.iri for fact in collection.facts}),
        "quotes": len({(e.document, e.start, e.end) for f in collection.facts for e in f.evidence}),
        "derived": len(derived),
        "quads": dump.count(b"\n"),
    }
    # Written last: a folder with a manifest is a whole build.
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def _prune(cache: Path, newest: Path) -> None:
    """Delete old builds, and what killed builds left; another process may be doing the same."""
    ages: dict[Path, float] = {}
    for path in cache.iterdir():
        with suppress(FileNotFoundError):
            ages[path] = path.stat().st_mtime
    builds = [path for path in ages if (path / _MANIFEST).is_file() and path != newest]
    builds.sort(key=ages.__getitem__, reverse=True)
    for path in builds[_KEPT - 1 :]:
        # Renamed first: a deletion that is killed must not leave half a build under a whole name.
        with suppress(OSError):
            shutil.rmtree(path.rename(cache / f"{_UNFINISHED}{path.name}"), ignore_errors=True)
    for path, modified in ages.items():
        if path.name.startswith(_UNFINISHED) and modified < time.time() - _ABANDONED:
            shutil.rmtree(path, ignore_errors=True)
