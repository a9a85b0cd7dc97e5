"""A stack of collections in memory, on which an edit is tried before anything is written.

An edit that only adds entities and facts is checked with what it can change: the lints over all
facts, the shapes that read what the edit touches, and the marks of quotes. Any other edit is tried
on a copy of the folder, which is built in full.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from ...graph.derive import DerivedFact, derive
from ...graph.derive_incrementally import Said, rederive
from ...graph.errors import CollectionError, MisuseError
from ...graph.fact import Fact
from ...graph.query_dependencies import Touched
from ...messages.fault import Fault, Place
from ...ontology.namespaces import GRAPH_PROSPECTS
from ..builds.atomic_folder import delete_whole, is_whole
from ..builds.build import build, counts_of, key_of, lines_of, prune
from ..builds.cache import MANIFEST, STORE, Build, Memory, stack
from ..builds.incremental_build import write_changed
from ..builds.inputs import name_of
from ..builds.source_state import (
    KEPT_FACTS,
    FileStatements,
    Statements,
    digest,
    fact_key,
    read_content,
    read_statements,
    rest_of,
    subject_key,
    write_content,
)
from ..checks.claims import Claims, is_number
from ..checks.glosses import first_glosses, gloss_lines, with_shared_glosses
from ..checks.kept_shapes import kept_trial
from ..checks.lints import is_compared_across, lint_facts, lint_names
from ..checks.shape_trial import ShapeTrial
from ..collection import Collection, read_collection
from ..entities import region_lines
from ..files.value import Site, Spot
from ..status_file import STATUS_FILE, lint_statuses
from .new_names import NewNames
from .transaction import Edit


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit adds to the graph: quads, facts, and what follows from them.

    ``derived`` and ``lost`` are the derived facts that come and go.
    """

    collection: Collection
    places: tuple[Place, ...]
    added: tuple[ox.Quad, ...]
    removed: tuple[ox.Quad, ...]
    derived: tuple[DerivedFact, ...]
    lost: tuple[DerivedFact, ...]
    #: Whether something else is said about facts that were there before.
    says_other: bool = True

    @property
    def touched(self) -> Touched:
        """What queries may see of the change."""
        return Touched.by((*self.added, *self.removed), says_other=self.says_other)


class State(NamedTuple):
    """What a working copy holds."""

    collection: Collection
    places: Sequence[Place]
    derived: dict[str, DerivedFact] | None


class WorkingCopy:
    """The collections as they stand, read and built once, and then changed with each edit."""

    def __init__(
        self, collections: Sequence[Path], *, is_built: bool = True, reader: str = ""
    ) -> None:
        """Read the collections. Raises ``CollectionError`` if they have faults.

        Unless ``is_built``, no build is made of them, and edits cannot be kept as builds. With a
        ``reader``, the only facts are those of that reader's own reading.
        """
        self.collections = tuple(collections)
        self._folders = stack(collections)
        if is_built:
            self.build = build(collections)
            self.collection, places = read_content(self.build.path, self._folders)
        else:
            places = []
            self.collection = read_collection(self._folders, lambda *at: places.append(at[2].place))
        self.places: Sequence[Place] = places
        self._reader = reader
        if reader:
            from .second_reading import reading_of

            mine, self.places = reading_of(self.collections[-1], reader, self.collection)
            self.collection = replace(self.collection, facts=tuple(mine), glosses=())
        self._derived: dict[str, DerivedFact] | None = None
        self._trial: ShapeTrial | None = None
        self._named = NewNames()

    @staticmethod
    def _derive(collection: Collection) -> Iterable[DerivedFact]:
        return derive(iter(collection.facts), collection.schema, collection.classes)

    @property
    def derived(self) -> dict[str, DerivedFact]:
        """The derived facts by IRI, derived on first use."""
        if self._derived is None:
            self._derived = {item.iri: item for item in self._derive(self.collection)}
        return self._derived

    def effect(self, edit: Edit, store: ox.Store) -> Effect | None:
        """The effect of an edit; None where only a full build can tell.

        ``store`` holds the state before it. Raises ``CollectionError`` with the faults that a
        check would find and that are not there without the edit.
        """
        old = self.collection
        if not (edit.facts or edit.entities or edit.statuses) or self._has_status(edit):
            return None
        entities = old.entities
        if edit.entities:
            entities = {**old.entities, **{one.ref: one for one, _ in edit.entities}}
        facts = tuple(fact for fact, _ in edit.facts)
        if any(fact.evidence[0].gloss for fact in facts):
            # Other facts may share it.
            return None
        facts = with_shared_glosses(facts, first_glosses(old.glosses))
        kept = tuple(
            fact.with_status(edit.statuses[fact.iri]) if fact.iri in edit.statuses else fact
            for fact in old.facts
        )
        new = replace(old, entities=entities, facts=(*kept, *facts))
        places = (*self.places, *(place for _, place in edit.facts))
        self._lint(new, edit, places)
        come, lost = self._derived_by(new, edit, store)
        remarked = self._remarked(new, edit)
        claims = edit.claims or Claims(new)
        after = set(claims.marks(remarked))
        before = set(Claims(old).marks(remarked)) if remarked else set()
        lines = [line for fact in facts for line in fact.lines()]
        lines += claims.marks(facts)
        lines += gloss_lines(facts)
        lines += [line for item in come for line in item.lines()]
        lines += [line for one, _ in edit.entities for line in one.lines()]
        lines += set(region_lines(entities.values())).difference(
            region_lines(old.entities.values())
        )
        gone = [line for item in lost for line in item.lines()]
        changed = [fact for fact in old.facts if fact.iri in edit.statuses]
        lines += [line for fact in kept if fact.iri in edit.statuses for line in fact.lines()]
        gone += [line for fact in changed for line in fact.lines()]
        return Effect(
            new,
            places,
            tuple(_quads([*lines, *(after - before)])),
            tuple(self._really_gone(_quads([*gone, *(before - after)]), lines, new, come, lost)),
            come,
            lost,
            bool(edit.statuses) or before != after,
        )

    def _has_status(self, edit: Edit) -> bool:
        """Whether a status file may speak of a fact of the edit.

        Each of its entries speaks of a fact that is there, by its IRI or its triple.
        """
        if self._reader or not any(
            (folder / "facts" / STATUS_FILE).is_file() for folder in self._folders
        ):
            return False
        known: set[str | ox.Triple] = {fact.iri for fact in self.collection.facts}
        known |= {fact.triple for fact in self.collection.facts}
        return any(fact.iri in known or fact.triple in known for fact, _ in edit.facts)

    def _derived_by(
        self, new: Collection, edit: Edit, store: ox.Store
    ) -> tuple[tuple[DerivedFact, ...], tuple[DerivedFact, ...]]:
        """The derived facts that come and go, derived again around what changes."""
        old = [f for f in self.collection.facts if f.iri in edit.statuses]
        won = [f for f in new.facts[: len(self.places)] if f.iri in edit.statuses]
        won += [fact for fact, _ in edit.facts]
        before, after = ([Said.of(f) for f in facts if f.is_premise] for facts in (old, won))
        changed = rederive(store, before, after, new.schema, new.classes)
        if changed is not None:
            return changed.new, tuple(self.derived[iri] for iri in changed.gone)
        derived = {item.iri: item for item in self._derive(new)}
        return _come_and_gone(self.derived, derived)

    def _lint(self, new: Collection, edit: Edit, places: Sequence[Place]) -> None:
        faults: list[Fault] = []
        stated: list[tuple[Fact, Site]] = [
            (fact, Spot(place, faults))
            for fact, place in zip(*self._compared(new, edit, places), strict=True)
        ]
        lint_facts(stated, new.schema, is_whole=True)
        lint_statuses(stated, is_whole=True)
        if edit.entities:
            sites: dict[str, Site] = {ref: Spot(Place(ref), faults) for ref in new.entities}
            sites |= {one.ref: Spot(place, faults) for one, place in edit.entities}
            lint_names(new.entities, sites, frozenset(new.documents))
        if faults:
            raise CollectionError(dict.fromkeys(faults))

    def _compared(
        self, new: Collection, edit: Edit, places: Sequence[Place]
    ) -> tuple[Sequence[Fact], Sequence[Place]]:
        """The facts that a lint may compare with those of the edit, and their places."""
        if edit.statuses or any(is_compared_across(fact) for fact, _ in edit.facts):
            return new.facts, places
        subjects = {fact.subject for fact, _ in edit.facts}
        near = [n for n, fact in enumerate(new.facts) if fact.subject in subjects]
        if any(new.facts[n].qualifier("supersededBy") for n in near):
            return new.facts, places
        return [new.facts[n] for n in near], [places[n] for n in near]

    def _remarked(self, new: Collection, edit: Edit) -> list[Fact]:
        """The facts of before whose quotes may name more, or less, than they did."""
        numbers = {
            fact.subject
            for fact, _ in edit.facts
            if isinstance(fact.object, ox.Literal) and is_number(fact.object)
        }
        documents: Set[str] = set()
        if edit.entities:
            found = self._named.documents([one for one, _ in edit.entities], new)
            if found is None:
                return list(self.collection.facts)
            documents = found
        return [
            fact
            for fact in self.collection.facts
            if fact.evidence[0].document in documents or {fact.subject, fact.object} & numbers
        ]

    def _really_gone(
        self,
        gone: Iterable[ox.Quad],
        lines: Sequence[str],
        new: Collection,
        come: Iterable[DerivedFact],
        lost: Iterable[DerivedFact],
    ) -> Iterable[ox.Quad]:
        """Those of the quads that nothing else in the collection says too."""
        gone = list(gone)
        if not gone:
            return
        said_anew = set(_quads(lines))
        no_more = {item.iri for item in lost}
        derived = [item for iri, item in self.derived.items() if iri not in no_more]
        plain = {item.terms for item in (*derived, *come)}
        triples = {quad.triple for quad in gone}
        said = [fact for fact in new.facts if fact.is_active and fact.triple in triples]
        views = {(fact.triple, fact.is_prospect) for fact in said}
        for quad in gone:
            triple, graph = quad.triple, quad.graph_name
            if isinstance(graph, ox.DefaultGraph):
                terms = tuple(str(part) for part in triple)
                is_said = (triple, False) in views or terms in plain
            else:
                is_said = graph.value == GRAPH_PROSPECTS and (triple, True) in views
            if not is_said and quad not in said_anew:
                yield quad

    def shape_faults(self, store: ox.Store, effect: Effect) -> list[Fault]:
        """The violations of shapes that an edit adds; ``store`` holds the state before it."""
        if self._trial is None:
            self._trial = kept_trial(self._folders[1:], self.collection.schema, store)
        return self._trial.added_faults(store, effect.added, effect.removed)

    def effect_in_full(self, edit: Edit) -> Effect:
        """The effect of any edit, by reading everything again with it.

        Raises ``CollectionError`` with the faults of the collection after the edit.
        """
        if self._reader:
            raise MisuseError("desk-needs-command")
        with edit.tried() as copy:
            other = WorkingCopy([*self.collections[:-1], copy], is_built=False)
        before, after = (
            set(lines_of(one.collection, list(one.derived.values()))) for one in (self, other)
        )
        return Effect(
            other.collection,
            tuple(other.places),
            tuple(_quads([*(after - before)])),
            tuple(_quads([*(before - after)])),
            *_come_and_gone(self.derived, other.derived),
        )

    def take_over(self, effect: Effect) -> None:
        """Go on from the state after an edit that was written."""
        self.collection, self.places = effect.collection, effect.places
        if self._derived is not None:
            lost = {item.iri for item in effect.lost}
            kept = {iri: item for iri, item in self._derived.items() if iri not in lost}
            self._derived = kept | {item.iri: item for item in effect.derived}
        if self._trial:
            self._trial.take_over(effect.added, effect.removed)

    @property
    def state(self) -> State:
        """What the collections are now."""
        return State(self.collection, self.places, self._derived)

    def take_back(self, state: State, come: Iterable[ox.Quad], gone: Iterable[ox.Quad]) -> None:
        """Go back to a state from which quads have come and gone."""
        self.collection, self.places, self._derived = state
        if self._trial:
            self._trial.take_over(gone, come)

    def write_build(self, target: Path, edit: Edit, effect: Effect) -> None:
        """Write the build of the collections after the edit to a new folder.

        Raises ``OSError`` if it cannot be written.
        """
        base = self.build.path
        old = json.loads((base / MANIFEST).read_text("utf-8"))
        store = ox.Store.read_only(str(base / STORE))
        added = [quad for quad in effect.added if quad not in store]
        removed = [quad for quad in effect.removed if quad in store]
        del store
        counts = {
            **counts_of(effect.collection),
            "derived": old["derived"] + len(effect.derived) - len(effect.lost),
            "quads": old["quads"] + len(added) - len(removed),
        }
        statements = read_statements(base)
        if statements is not None:
            statements = self._statements(statements, edit)
        documents = effect.collection.documents.values()
        write_changed(base, target, removed, added, counts, statements, documents)
        if len(effect.places) <= KEPT_FACTS:
            write_content(target, effect.collection, effect.places)

    def move_build(self, made: Path, effect: Effect) -> None:
        """Make the build of :meth:`write_build` the present one, once the edit is written.

        If the collections have changed further meanwhile, it is left to be deleted.
        """
        cache = self.build.path.parent
        memory = Memory(cache, self._folders)
        target = cache / key_of(self._folders)
        if not is_whole(target):
            delete_whole(target)
        with suppress(OSError):
            made.rename(target)
        prune(cache, [target])
        self.build = Build(target, is_new=True)
        memory.keep(self.build)
        self.take_over(effect)

    def _statements(self, before: Statements, edit: Edit) -> Statements | None:
        rest = rest_of(self._folders)
        files = dict(before.files)
        for path, content in edit.files.items():
            if path.parts[0] != "facts":
                continue
            name = f"{name_of(edit.folder)}/{path.as_posix()}"
            slugs = {fact.evidence[0].document for fact, _ in edit.facts}
            known = files.get(name)
            mine = [fact for fact, place in edit.facts if _is_in(fact, content, slugs)]
            facts = (*(known.facts if known else ()), *(fact_key(fact.iri) for fact in mine))
            subjects = (*(known.subjects if known else ()), *(subject_key(fact) for fact in mine))
            files[name] = FileStatements(False, (digest(content),), facts, subjects)
        return Statements(rest, files) if rest else None


def _is_in(fact: Fact, content: bytes, slugs: set[str]) -> bool:
    """Whether a fact of the edit went into this file."""
    slug = fact.evidence[0].document
    return len(slugs) == 1 or f"document: {slug}".encode() in content


def _come_and_gone(
    before: Mapping[str, DerivedFact], after: Mapping[str, DerivedFact]
) -> tuple[tuple[DerivedFact, ...], tuple[DerivedFact, ...]]:
    come = tuple(item for iri, item in after.items() if iri not in before)
    return come, tuple(item for iri, item in before.items() if iri not in after)


def _quads(lines: Sequence[str]) -> Iterable[ox.Quad]:
    return dict.fromkeys(ox.parse("\n".join(lines).encode(), ox.RdfFormat.N_QUADS))
