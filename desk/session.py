"""What the desk does: show a document, check what is typed, save it, undo it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..graph.document import Document
from ..graph.errors import CollectionError, MisuseError, TaawunError, told
from ..graph.store import EmbeddedStore, changed
from ..loaders.builds.build import lines_of
from ..loaders.collection import Collection
from ..loaders.editing.additions import additions
from ..loaders.editing.bundles import Batch
from ..loaders.editing.json_schemas import FOLDER, schema_files
from ..loaders.editing.references import References
from ..loaders.editing.transaction import REVIEWS, Edit, seen
from ..loaders.editing.working_copy import Effect, State, WorkingCopy
from ..loaders.reviews import acknowledged, reading_folder, warning_key
from ..loaders.text.suggestion import covered_spans
from ..messages.fault import Place, by_weight
from ..queries.affected import Affected, Change, Outline
from ..queries.catalogue import Catalogue
from ..queries.changes import AnswerChange, answer_changes, rows_of
from ..queries.labels import Labels, named_faults
from ..queries.results import Table
from .desk_words import marks_of, quotes_of, sentence_of, vocabulary
from .drafts import STEPS, Drafts
from .guesses import bundled
from .text_reader import TextReader

Json = dict[str, Any]


class _Tried(NamedTuple):
    """An edit that no check refuses: its effect, the answers after it, and what is told of it."""

    effect: Effect
    answers: dict[str, Table]
    report: Json


class _Step(NamedTuple):
    """A save that can be undone in memory: the files that it left, and what there was before it."""

    files: dict[str, str]
    state: State
    answers: dict[str, Table]
    come: Sequence[ox.Quad]
    gone: Sequence[ox.Quad]


class Desk:
    """One collection on the desk, over those below it, held in memory between requests."""

    def __init__(
        self, collections: Sequence[Path], reader: str = "", *, is_blind: bool = False
    ) -> None:
        """Read the collections; the last is written into. Raises ``CollectionError``.

        ``reader`` is who reads. Reading blind, they are shown no fact of others, and write a
        reading of their own.
        """
        self._collections = tuple(collections)
        self.folder = collections[-1]
        self.reader, self.is_blind = reader, is_blind
        self.lock = RLock()
        self.seen = seen(self.folder)
        self._answers: dict[str, Table] = {}
        #: The last preview: what was asked, and what was found.
        self._tried: tuple[Sequence[Mapping[str, Any]], str, Edit, _Tried] | None = None
        self._load()

    def _load(self) -> None:
        own = self.reader if self.is_blind else ""
        self.drafts = Drafts(self.folder, own)
        self.drafts.finish()
        self.seen = seen(self.folder)
        self._working = WorkingCopy(self._collections, is_built=False, reader=own)
        known = self.known
        lines = lines_of(known, list(self._working.derived.values()))
        store = ox.Store()
        store.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_QUADS, lenient=True)
        self._store = EmbeddedStore(store)
        self._answers = {}
        self._tried = None
        self._steps: list[_Step] = []
        self._catalogue = Catalogue(folder / "queries" for folder in self._collections)
        self._reading: TextReader | None = None

    @property
    def reading(self) -> TextReader:
        """What reads texts with the names as they stand."""
        known = self.known
        if self._reading is None or self._reading.suggester.entities is not known.entities:
            self._reading = TextReader(known)
        return self._reading

    def follow(self) -> None:
        """Read the collection again if it was changed by someone else."""
        if seen(self.folder) != self.seen:
            self._load()

    def end_blind(self) -> None:
        """Show the facts of the others from now on: the reader's own reading is done."""
        with self.lock:
            self.is_blind = False
            self._load()

    @property
    def labels(self) -> Labels:
        """The names of things in the graph as it stands."""
        return Labels(self._store)

    def label(self, ref: str, language: str) -> str:
        """The name of an entity or concept."""
        return self.reading.suggester.label(ref, language)

    @property
    def known(self) -> Collection:
        """The collections as they stand."""
        return self._working.collection

    def names(self) -> Json:
        """What the page calls things; see :func:`.pickers.vocabulary`."""
        with self.lock:
            return vocabulary(self.known, self.reading.suggester)

    def keep_draft(self, slug: str, draft: Json) -> None:
        """Keep what is typed about a document; on return it survives a crash."""
        with self.lock:
            self.drafts.write(self._document(slug).slug, draft)

    def documents(self) -> list[Json]:
        """The documents, those of the collection first."""
        with self.lock:
            self.follow()
            own = {path.stem for path in (self.folder / "documents").glob("*.txt")}
            found = [
                {
                    "slug": item.slug,
                    "ar": item.ar,
                    "en": item.en,
                    "own": Path(item.file).stem in own,
                }
                for item in self.known.documents.values()
            ]
            return sorted(found, key=lambda item: not item["own"])

    def document(self, slug: str) -> Json:
        """A document: its text, sentences, marks, quotes, proposals and draft."""
        with self.lock:
            self.follow()
            source = self._document(slug)
            known = self.known
            covered = covered_spans(known.facts, slug)
            covered += [(span.start, span.end) for span in (*source.furniture, *source.silent)]
            found = self.reading.document(source, covered)
            draft = self.drafts.read(slug)
            return {
                "slug": slug,
                "ar": source.ar,
                "en": source.en,
                "text": source.text,
                "marks": marks_of(source.text, found),
                "sentences": [
                    {"start": s.sentence.start, "end": s.sentence.end, "state": s.state}
                    for s in found.sentences
                ],
                "quotes": quotes_of(slug, known.facts),
                "proposals": [
                    {
                        "start": s.quote.start,
                        "end": s.quote.end,
                        "said": s.said,
                        "subject": p.subject,
                        "predicate": p.predicate,
                        "object": p.object,
                    }
                    for s in found.sentences
                    if s.state != "covered"
                    for p in s.proposals
                ],
                "bundles": list(bundled(found)),
                "candidates": draft.get("candidates", []),
                "draft": draft,
            }

    def _document(self, slug: str) -> Document:
        known = self.known.documents
        if slug not in known:
            raise MisuseError("unknown-document", name=slug)
        return known[slug]

    # A quote, and what it may state.

    def quote(self, slug: str, parts: Sequence[Sequence[int]], language: str) -> Json:
        """The quote at these places, snapped to whole words, with what it names."""
        with self.lock:
            return self.reading.quote(self._document(slug), parts, language)

    # Trying, saving and undoing.

    def prepare(self) -> bool:
        """Answer one stored question ahead of the first preview that needs it.

        False if all are answered.
        """
        with self.lock:
            lacking = (n for n in self._catalogue.names if n not in self._answers)
            name = None if self.is_blind else next(lacking, None)
            if name is not None:
                self._answers[name] = rows_of(self._store, self._catalogue.get(name))
            return name is not None

    def _edit(self, items: Iterable[Mapping[str, Any]]) -> Edit:
        known = self.known
        batch = Batch(References(known))
        batch.read((Place(str(number)), item) for number, item in enumerate(items, 1))
        part = reading_folder(self.reader) if self.is_blind else "facts"
        return additions(self.folder, self.seen, known, batch.entities, batch.facts, part)

    def preview(self, items: Sequence[Mapping[str, Any]], language: str) -> Json:
        """What would be written, what is wrong with it, and what changes; nothing is written."""
        with self.lock:
            self.follow()
            try:
                edit = self._edit(items)
                tried = self._try(edit, language)
            except TaawunError as error:
                return {"faults": self.told(error, language)}
            # A save that follows need not try the same again.
            self._tried = (items, language, edit, tried)
            return tried.report

    def save(self, items: Sequence[Mapping[str, Any]], language: str) -> Json:
        """Write the items together or not at all, and say what changed."""
        with self.lock:
            self.follow()
            try:
                if self._tried and self._tried[:2] == (items, language):
                    _, _, edit, tried = self._tried
                    return self.carry_out(edit, language, tried)
                return self.carry_out(self._edit(items), language)
            except TaawunError as error:
                return {"faults": self.told(error, language)}

    def _try(self, edit: Edit, language: str) -> _Tried:
        """Everything that an edit changes. Raises ``CollectionError`` with what is wrong."""
        effect = self._working.effect(edit, self._store.quads) or self._working.effect_in_full(edit)
        if wrong := named_faults(self._working.shape_faults(self._store.quads, effect)):
            raise CollectionError(wrong)
        with changed(self._store.quads, effect.added, effect.removed) as (come, gone):
            changes, answers = self._changes(effect, come, gone)
            return _Tried(effect, answers, self._report(edit, effect, changes, language))

    def carry_out(self, edit: Edit, language: str, tried: _Tried | None = None) -> Json:
        """Write an edit and say what changed. Raises ``CollectionError`` and ``OutputError``."""
        self._tried = None
        before = self._working.state, self._answers
        if all(path.parts[0] == REVIEWS for path in edit.files):
            self.drafts.carry_out(edit)
            self.seen = seen(self.folder)
            self._remember(edit, *before, (), ())
            return {"faults": [], "saved": [path.as_posix() for path in edit.files]}
        effect, answers, told_now = tried or self._try(edit, language)
        self.drafts.carry_out(edit)
        with changed(self._store.quads, effect.added, effect.removed) as (come, gone):
            pass
        self._change(come, gone)
        self._working.take_over(effect)
        if edit.entities and (self.folder / FOLDER).is_dir():
            schemas = schema_files(effect.collection)
            Edit(self.folder, schemas, seen(self.folder)).write()
        self.seen = seen(self.folder)
        self._answers = answers
        self._remember(edit, *before, come, gone)
        return {**told_now, "saved": [path.as_posix() for path in edit.files]}

    def _remember(
        self,
        edit: Edit,
        state: State,
        answers: dict[str, Table],
        come: Sequence[ox.Quad],
        gone: Sequence[ox.Quad],
    ) -> None:
        """Keep what there was before an edit that is written."""
        files = {path.as_posix(): sha256(text).hexdigest() for path, text in edit.files.items()}
        self._steps = [*self._steps, _Step(files, state, answers, come, gone)][-STEPS:]

    def _change(self, come: Iterable[ox.Quad], gone: Iterable[ox.Quad]) -> None:
        self._store.quads.extend(come)
        for quad in gone:
            self._store.quads.remove(quad)

    def undo(self) -> Json:
        """Take back the last save of this desk, if its files are as it left them.

        Everything is read again if somebody else has changed the collection, or this desk was
        opened since.
        """
        with self.lock:
            is_alone = seen(self.folder) == self.seen
            last = self.drafts.last
            files = self.drafts.undo()
            if not files:
                return {"undone": []}
            step = self._steps.pop() if self._steps else None
            if step is None or step.files != last or not is_alone:
                self._load()
                return {"undone": files}
            self._change(step.gone, step.come)
            self._working.take_back(step.state, step.come, step.gone)
            self._answers, self._tried = step.answers, None
            self.seen = seen(self.folder)
            return {"undone": files}

    def _changes(
        self, effect: Effect, come: Sequence[ox.Quad], gone: Sequence[ox.Quad]
    ) -> tuple[list[AnswerChange], dict[str, Table]]:
        """The stored questions whose answers change, and all known answers after the change.

        The store is after the change, by which the quads have come and gone. Who reads blind has
        no answers: they would tell of the facts
        of others.
        """
        if self.is_blind:
            return [], {}
        texts = self._catalogue.texts
        affected = {
            name: Affected(Outline.of(text))
            for name, text in texts.items()
            if effect.touched.may_change(text)
        }
        after = Change(self._store, come)
        for one in affected.values():
            one.see(after)

        @contextmanager
        def undone() -> Iterator[EmbeddedStore]:
            with changed(self._store.quads, gone, come):
                yield self._store

        with undone() as store:
            before = Change(store, gone)
            for one in affected.values():
                one.see(before)
        asked = [self._catalogue.get(name) for name, one in affected.items() if one.is_altered]
        parts = {name: part for name, one in affected.items() if (part := one.narrowed)}
        now: dict[str, Table] = {}
        changes = list(answer_changes(undone, self._store, asked, self._answers, now, parts))
        return changes, {**self._answers, **now}

    def _report(
        self, edit: Edit, effect: Effect, changes: Sequence[AnswerChange], language: str
    ) -> Json:
        facts = [fact for fact, _ in edit.facts]
        quiet = acknowledged(self._collections)
        return {
            "faults": [],
            "warnings": [
                {"text": told(one, language), "warning": key[0], "about": key[1]}
                for one in by_weight(edit.warnings)
                if (key := warning_key(one)) not in quiet
            ],
            "facts": [sentence_of(fact, self.labels, language) for fact in facts],
            "entities": [one.ar if language == "ar" else one.en for one, _ in edit.entities],
            "derived": len({item.terms for item in effect.derived}),
            "answers": [
                {
                    "question": change.question.summary(language),
                    "gained": len(change.gained),
                    "lost": len(change.lost),
                }
                for change in changes
            ],
        }

    def told(self, error: TaawunError, language: str) -> list[str]:
        """The faults of an error in words, without their places."""
        faults = getattr(error, "faults", None)
        if not faults:
            return [told(error, language)]
        return [told(replace(fault, place=Place("")), language) for fault in faults]
