"""A stack of collections in memory, on which an edit is tried before anything is written.

An edit that only adds entities and facts is checked with what it can change: the lints over all
facts, the shapes that read what the edit touches, and the marks of quotes. Any other edit is tried
on a copy of the folder, which is built in full.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from ...graph.arabic import fold
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
from ..builds.source_content import KEPT_FACTS, read_content, write_content
from ..builds.source_rows import (
    FileStatements,
    Statements,
    digest,
    fact_key,
    read_statements,
    rest_of,
    subject_key,
)
from ..checks.claims import Claims, is_number
from ..checks.glosses import first_glosses, gloss_lines, with_shared_glosses
from ..checks.lints import is_compared_across, lint_facts, lint_names
from ..checks.shape_trial import ShapeTrial
from ..checks.shapes import Shapes
from ..collection import Collection, read_collection
from ..entities import region_lines
from ..files.value import Site, Spot
from ..status_file import STATUS_FILE, lint_statuses
from ..text.mentions import Gazetteer, forms_of_words, names_of
from ..text.tokens import tokens
from .second_reading import reading_of
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
    all_derived: dict[str, DerivedFact]
    #: Whether something else is said about facts that were there before.
    says_other: bool = True

    @property
    def touched(self) -> Touched:
        """What queries may see of the change."""
        return Touched.by((*self.added, *self.removed), says_other=self.says_other)


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
            self.collection, self.places = read_content(self.build.path, self._folders)
        else:
            self.places = []
            self.collection = read_collection(
                self._folders, lambda _name, _fact, site: self.places.append(site.place)
            )
        self._reader = reader
        if reader:
            mine, self.places = reading_of(self.collections[-1], reader, self.collection)
            self.collection = replace(self.collection, facts=tuple(mine), glosses=())
        self.derived = {item.iri: item for item in self._derive(self.collection)}
        self._trial: ShapeTrial | None = None
        #: The words of each text in which new names were looked for.
        self._forms: dict[str, frozenset[str]] = {}

    @staticmethod
    def _derive(collection: Collection) -> Iterable[DerivedFact]:
        return derive(iter(collection.facts), collection.schema, collection.classes)

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
        derived = self._derived_after(new, edit, store)
        come = tuple(item for iri, item in derived.items() if iri not in self.derived)
        lost = tuple(item for iri, item in self.derived.items() if iri not in derived)
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
            tuple(_really_gone(_quads([*gone, *(before - after)]), lines, new, derived.values())),
            come,
            lost,
            derived,
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

    def _derived_after(
        self, new: Collection, edit: Edit, store: ox.Store
    ) -> dict[str, DerivedFact]:
        """The derived facts after the edit: derived again around what changes."""
        lost = [f for f in self.collection.facts if f.iri in edit.statuses and f.is_premise]
        won = [f for f in new.facts[: len(self.places)] if f.iri in edit.statuses]
        won += [fact for fact, _ in edit.facts]
        before, after = ([Said.of(f) for f in facts if f.is_premise] for facts in (lost, won))
        changed = rederive(store, before, after, new.schema, new.classes)
        if changed is None:
            return {item.iri: item for item in self._derive(new)}
        kept = {iri: item for iri, item in self.derived.items() if iri not in changed.gone}
        return kept | {item.iri: item for item in changed.new}

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
        documents: set[str] = set()
        if edit.entities:
            wanted = {one.ref for one, _ in edit.entities}
            fresh = list(names_of([one for one, _ in edit.entities], new.schema))
            called = [
                {token.folded for token in tokens(name.text)}
                for name in fresh
                if name.ref in wanted
            ]
            gazetteer = cache(lambda: Gazetteer(fresh))

            def names(text: str) -> bool:
                if text not in self._forms:
                    self._forms[text] = forms_of_words(text)
                if not any(words <= self._forms[text] for words in called):
                    return False
                return any(wanted.intersection(m.candidates) for m in gazetteer().every(text))

            if any(names(one.ar) for one in self.collection.entities.values()):
                return list(self.collection.facts)
            documents = {slug for slug, item in new.documents.items() if names(item.text)}
            limited = {a.name for one, _ in edit.entities for a in one.aliases if a.documents}
            documents |= {
                slug
                for slug, item in new.documents.items()
                if any(fold(name) in fold(item.text) for name in limited)
            }
        return [
            fact
            for fact in self.collection.facts
            if fact.evidence[0].document in documents or {fact.subject, fact.object} & numbers
        ]

    def shape_faults(self, store: ox.Store, effect: Effect) -> list[Fault]:
        """The violations of shapes that an edit adds; ``store`` holds the state before it."""
        if self._trial is None:
            self._trial = ShapeTrial(Shapes(collections=self._folders[1:]), store)
        return self._trial.added_faults(store, effect.added, effect.removed)

    def effect_in_full(self, edit: Edit) -> Effect:
        """The effect of any edit, by reading everything again with it.

        Raises ``CollectionError`` with the faults of the collection after the edit.
        """
        if self._reader:
            raise MisuseError("desk-needs-command")
        with edit.tried() as copy:
            other = WorkingCopy([*self.collections[:-1], copy], is_built=False)
        old, new = self.derived, other.derived
        before = set(lines_of(self.collection, list(old.values())))
        after = set(lines_of(other.collection, list(new.values())))
        return Effect(
            other.collection,
            tuple(other.places),
            tuple(_quads([*(after - before)])),
            tuple(_quads([*(before - after)])),
            tuple(item for iri, item in new.items() if iri not in old),
            tuple(item for iri, item in old.items() if iri not in new),
            new,
        )

    def take_over(self, effect: Effect) -> None:
        """Go on from the state after an edit that was written."""
        self.collection, self.places = effect.collection, list(effect.places)
        self.derived = effect.all_derived
        if self._trial:
            self._trial.take_over(effect.added, effect.removed)

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
            "derived": len(effect.all_derived),
            "quads": old["quads"] + len(added) - len(removed),
        }
        statements = read_statements(base)
        if statements is not None:
            statements = self._statements(statements, edit)
        write_changed(base, target, removed, added, counts, statements)
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


def _really_gone(
    gone: Iterable[ox.Quad], lines: Sequence[str], new: Collection, derived: Iterable[DerivedFact]
) -> Iterable[ox.Quad]:
    """Those of the quads that nothing else in the collection says too."""
    gone = list(gone)
    if not gone:
        return
    come = set(_quads(lines))
    plain = {item.terms for item in derived}
    lost = {quad.triple for quad in gone}
    said = [fact for fact in new.facts if fact.is_active and fact.triple in lost]
    views = {(fact.triple, fact.is_prospect) for fact in said}
    for quad in gone:
        triple, graph = quad.triple, quad.graph_name
        if isinstance(graph, ox.DefaultGraph):
            terms = tuple(str(part) for part in triple)
            is_said = (triple, False) in views or terms in plain
        else:
            is_said = graph.value == GRAPH_PROSPECTS and (triple, True) in views
        if not is_said and quad not in come:
            yield quad


def _quads(lines: Sequence[str]) -> Iterable[ox.Quad]:
    return dict.fromkeys(ox.parse("\n".join(lines).encode(), ox.RdfFormat.N_QUADS))
