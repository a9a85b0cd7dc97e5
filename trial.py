"""Try an edit of a collection: what is wrong with it, what it changes, and writing it."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .graph.derive_incrementally import new_triples
from .graph.errors import CollectionError, MisuseError
from .graph.query_dependencies import TermsRead
from .graph.store import EmbeddedStore
from .loaders.builds.atomic_folder import Unfinished
from .loaders.builds.build import build
from .loaders.builds.cache import STORE, Build
from .loaders.builds.inputs import SEEDS, code_fingerprint
from .loaders.builds.source_state import read_kept, write_kept
from .loaders.collection import read_collection, shape_files
from .loaders.editing.additions import additions
from .loaders.editing.bundles import Batch
from .loaders.editing.json_schemas import FOLDER, schema_files
from .loaders.editing.references import References
from .loaders.editing.transaction import Edit, seen
from .loaders.editing.working_copy import Effect, WorkingCopy
from .messages.fault import Place
from .queries.affected import Affected, Change, Outline
from .queries.catalogue import Catalogue
from .queries.changes import Difference, answer_changes, changes_by_adding, difference
from .queries.labels import named_faults
from .queries.results import Table

_ANSWERS: Final = "answers"
#: Prefix of the file with the outlines of questions, as one version of the program reads them.
_OUTLINES: Final = ".outlines-"


@dataclass(frozen=True, slots=True)
class Trial:
    """An edit that no check refuses, and what it changes."""

    working: WorkingCopy
    edit: Edit
    difference: Difference
    effect: Effect | None
    made: Path | None

    def write(self) -> list[Path]:
        """Write the edit, and the JSON Schemas, which list entities and documents.

        Returns the files. Raises ``OutputError`` if the collection has changed since it was read,
        or a file cannot be written; then nothing is changed.
        """
        paths = self.edit.write()
        names_something = any(path.parts[0] != "facts" for path in self.edit.files)
        if names_something and (self.edit.folder / FOLDER).is_dir():
            before = seen(self.edit.folder)
            if self.effect:
                known = self.effect.collection
            else:
                known = read_collection([SEEDS, *self.working.collections])
            Edit(self.edit.folder, schema_files(known), before).write()
        if self.effect and self.made:
            self.working.move_build(self.made, self.effect)
        return paths


@contextmanager
def tried(working: WorkingCopy, edit: Edit, catalogue: Catalogue) -> Iterator[Trial]:
    """Try an edit of the last collection.

    Raises ``CollectionError`` where a check would find faults that are not there without it.
    """
    # A shape of the collection's own may need a limit of time.
    is_slow = any(shape_files(working.collections)) or edit.statuses
    before = working.build.store()
    effect = None if is_slow else working.effect(edit, before.quads)
    if effect is None:
        from .checks import refuse_new_faults

        with edit.tried() as copy:
            edited = [*working.collections[:-1], copy]
            new = build(edited, spared=[working.build.path])
            refuse_new_faults(working.build, new, edited)
        found = difference(before, new.store(), catalogue.questions.values())
        yield Trial(working, edit, found, None, None)
        return
    with Unfinished(working.build.path.parent) as unfinished:
        made = unfinished.path / "build"
        made.mkdir()
        working.write_build(made, edit, effect)
        after = EmbeddedStore.open(made / STORE)
        if wrong := named_faults(working.shape_faults(before.quads, effect)):
            raise CollectionError(wrong)
        found = _difference(working, before, after, effect, edit, made, catalogue)
        yield Trial(working, edit, found, effect, made)


def _difference(
    working: WorkingCopy,
    before: EmbeddedStore,
    after: EmbeddedStore,
    effect: Effect,
    edit: Edit,
    made: Path,
    catalogue: Catalogue,
) -> Difference:
    parts = {}
    come = Change(after, (quad for quad in effect.added if quad not in before.quads))
    gone = Change(before, effect.removed)
    outlines = outlines_of(working.build.path.parent, catalogue.texts.values())
    asked = []
    for name, text in catalogue.texts.items():
        read, outline = outlines[text]
        if not effect.touched.may_change_where(read):
            continue
        affected = Affected(pickle.loads(outline))
        affected.see(come)
        affected.see(gone)
        if affected.is_altered:
            asked.append(catalogue.get(name))
            if part := affected.narrowed:
                parts[name] = part
    # Answers that earlier edits have computed.
    kept = read_kept(working.build.path / _ANSWERS) or {}
    known = {name: Table(*table) for name, table in kept.items()}
    changes = changes_by_adding(
        before,
        after,
        [fact.iri for fact, _ in edit.facts],
        derived_triples(before, after, effect),
        [entity.iri for entity, _ in edit.entities],
    )
    now: dict[str, Table] = {}
    answers = tuple(answer_changes(before, after, asked, known, now, parts))
    known |= now
    write_kept(made / _ANSWERS, {name: (t.variables, t.rows) for name, t in known.items()})
    return Difference(before, after, changes, answers)


def outlines_of(cache: Path, texts: Iterable[str]) -> Mapping[str, tuple[TermsRead, bytes]]:
    """What queries read and their pickled outlines, by their text.

    They are kept in the cache folder from edit to edit, where most of them are not looked into.
    """
    file = cache / f"{_OUTLINES}{code_fingerprint('graph', 'queries')[:16]}"
    known: dict[str, tuple[TermsRead, bytes]] = read_kept(file) or {}
    if new := {text: _pickled(Outline.of(text)) for text in texts if text not in known}:
        with suppress(OSError):
            for old in cache.glob(f"{_OUTLINES}*"):
                old.unlink(missing_ok=True)
        known |= new
        write_kept(file, known)
    return known


def _pickled(outline: Outline) -> tuple[TermsRead, bytes]:
    return outline.read, pickle.dumps(outline, pickle.HIGHEST_PROTOCOL)


def derived_triples(
    before: EmbeddedStore, after: EmbeddedStore, effect: Effect
) -> tuple[Sequence[str], Sequence[str]]:
    """A derived fact for each triple that follows only after the edit, and only before it."""
    return (
        new_triples(effect.derived, before.quads),
        new_triples(effect.lost, after.quads),
    )


def add_items(
    collections: Sequence[Path],
    items: Iterable[Mapping[str, Any]],
    catalogue: Catalogue,
    *,
    dry_run: bool = False,
) -> tuple[Trial, Build]:
    """Add items to the last collection, all or none; returns what changed and the build then.

    Raises ``CollectionError`` with every fault, and ``OutputError`` for the bundled collection.
    """
    if not collections:
        raise MisuseError("collection-missing")
    before = seen(collections[-1])
    working = WorkingCopy(collections)
    batch = Batch(References(working.collection))
    batch.read((Place(str(number)), item) for number, item in enumerate(items, 1))
    edit = additions(collections[-1], before, working.collection, batch.entities, batch.facts)
    with tried(working, edit, catalogue) as trial:
        if not dry_run:
            trial.write()
    return trial, working.build
