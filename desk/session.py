"""What the desk does: show a document, check what is typed, save it, undo it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any, Final

import pyoxigraph as ox

from ..checks import named_faults
from ..graph.document import Document
from ..graph.errors import CollectionError, MisuseError, QuoteError, TaawunError, told
from ..graph.fact import OMISSION, Fact
from ..graph.store import EmbeddedStore
from ..loaders.builds.build import lines_of
from ..loaders.checks.quotes import LONGEST_QUOTE, evidence, told_apart
from ..loaders.editing.additions import additions
from ..loaders.editing.bundles import BUNDLES, Batch
from ..loaders.editing.json_schemas import FOLDER, schema_files
from ..loaders.editing.references import References
from ..loaders.editing.transaction import Edit, seen
from ..loaders.editing.working_copy import Effect, WorkingCopy
from ..loaders.text.scopes import Scopes
from ..loaders.text.suggestion import Suggester, covered_spans
from ..loaders.text.tokens import MARKS
from ..messages.fault import Fault, Place, by_weight
from ..ontology.namespaces import ID
from ..ontology.schema import local_name
from ..queries.catalogue import Catalogue
from ..queries.changes import AnswerChange, answer_changes
from ..queries.labels import Labels
from ..queries.results import Table
from .drafts import Drafts
from .guesses import Guesses, bundled, modality
from .pickers import vocabulary

Json = dict[str, Any]
_WHOLE: Final = re.compile(rf"\d+(?:[.,٫٬/]\d+)+|[^\W_](?:[^\W_]|[{MARKS}])*")
_OUTSIDE: Final = " \t\r\n\u00a0.،,؛;:"
_PERSON: Final = "official/"


class Desk:
    """One collection on the desk, over those below it, held in memory between requests."""

    def __init__(self, collections: Sequence[Path]) -> None:
        """Read the collections; the last is written into. Raises ``CollectionError``."""
        self._collections = tuple(collections)
        self.folder = collections[-1]
        self.drafts = Drafts(self.folder)
        self._lock = RLock()
        self._seen = seen(self.folder)
        self.drafts.finish()
        self._answers: dict[str, Table] = {}
        self._load()

    def _load(self) -> None:
        self._seen = seen(self.folder)
        self._working = WorkingCopy(self._collections, is_built=False)
        known = self._working.collection
        lines = lines_of(known, list(self._working.derived.values()))
        store = ox.Store()
        store.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_QUADS, lenient=True)
        self._store = EmbeddedStore(store)
        self._answers.clear()
        self._catalogue = Catalogue(folder / "queries" for folder in self._collections)
        self._renew()

    def _renew(self) -> None:
        known = self._working.collection
        self._suggester = Suggester(known.schema, known.entities)
        self._guesses = Guesses(self._suggester)
        self._scopes = Scopes(known.schema)

    def _follow(self) -> None:
        """Read the collection again if it was changed by someone else."""
        if seen(self.folder) != self._seen:
            self._load()

    def names(self) -> Json:
        """What the page calls things; see :func:`.pickers.vocabulary`."""
        with self._lock:
            return vocabulary(self._working.collection, self._suggester)

    def keep_draft(self, slug: str, draft: Json) -> None:
        """Keep what is typed about a document; on return it survives a crash."""
        with self._lock:
            self.drafts.write(self._document(slug).slug, draft)

    def documents(self) -> list[Json]:
        """The documents, those of the collection first."""
        with self._lock:
            self._follow()
            own = {path.stem for path in (self.folder / "documents").glob("*.txt")}
            found = [
                {
                    "slug": item.slug,
                    "ar": item.ar,
                    "en": item.en,
                    "own": Path(item.file).stem in own,
                }
                for item in self._working.collection.documents.values()
            ]
            return sorted(found, key=lambda item: not item["own"])

    def document(self, slug: str) -> Json:
        """A document: its text, sentences, marks, quotes, proposals and draft."""
        with self._lock:
            self._follow()
            source = self._document(slug)
            known = self._working.collection
            quoted: dict[tuple[int, int], int] = {}
            for fact in known.facts:
                for part in fact.evidence:
                    if part.document == slug:
                        span = part.start, part.end
                        quoted[span] = quoted.get(span, 0) + 1
            covered = covered_spans(known.facts, slug)
            covered += [(span.start, span.end) for span in (*source.furniture, *source.silent)]
            found = self._suggester.suggest(source.text, slug, covered)
            marks: list[Json] = [
                {"start": m.start, "end": m.end, "kind": m.kind, "refs": list(m.candidates)}
                for m in found.mentions
            ]
            marks += [{"start": d.start, "end": d.end, "kind": "date"} for d in found.dates]
            marks += [{"start": a.start, "end": a.end, "kind": "amount"} for a in found.amounts]
            marks += [
                {"start": body.start, "end": body.end, "kind": "unknown"}
                for body in self._guesses.bodies(source.text, found)
            ]
            marks += [{"start": u.start, "end": u.end, "kind": "unknown"} for u in found.unknown]
            draft = self.drafts.read(slug)
            return {
                "slug": slug,
                "ar": source.ar,
                "en": source.en,
                "text": source.text,
                "marks": sorted(marks, key=lambda mark: (mark["start"], -mark["end"])),
                "sentences": [
                    {"start": s.sentence.start, "end": s.sentence.end, "state": s.state}
                    for s in found.sentences
                ],
                "quotes": [
                    {"start": start, "end": end, "facts": count}
                    for (start, end), count in sorted(quoted.items())
                ],
                "proposals": [
                    {
                        "start": s.quote.start,
                        "end": s.quote.end,
                        "modality": s.modality,
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
        known = self._working.collection.documents
        if slug not in known:
            raise MisuseError("unknown-document", name=slug)
        return known[slug]

    # A quote, and what it may state.

    def quote(self, slug: str, parts: Sequence[Sequence[int]], language: str) -> Json:
        """The quote at these places, snapped to whole words, with what it names."""
        with self._lock:
            source = self._document(slug)
            spans = [snapped(source.text, start, end) for start, end in parts]
            words = f" {OMISSION} ".join(source.text[start:end] for start, end in spans)
            prefix = suffix = ""
            if len(spans) == 1:
                prefix, suffix = told_apart(source.text, *spans[0])
            faults = []
            try:
                evidence(source, words, prefix, suffix)
            except QuoteError as error:
                faults.append(told(error, language))
            scopes = [
                {"words": source.text[scope.start : scope.end], "modality": scope.modality}
                for scope in self._scopes.find(source.text)
                if any(scope.start < end and start < scope.end for start, end in spans)
            ]
            found = self._suggester.suggest(words, slug)
            named = [ref for m in found.mentions for ref in m.candidates]
            people = [
                m.candidates[0]
                for m in found.mentions
                if m.kind == "name" and m.candidates[0].startswith(_PERSON)
            ]
            return {
                "quote": {
                    "document": slug,
                    "quote": words,
                    **({"prefix": prefix} if prefix else {}),
                    **({"suffix": suffix} if suffix else {}),
                },
                "spans": spans,
                "length": len(words),
                "limit": LONGEST_QUOTE,
                "faults": faults,
                "scopes": scopes,
                "named": list(dict.fromkeys(named)),
                "new": [
                    {"new": body.kind, "ar": body.text, "en": ""}
                    for body in self._guesses.bodies(words, found)
                ]
                + [{"new": "official", "ar": u.text, "en": ""}
                   for u in found.unknown if u.kind == "person"],
                "dates": [date.edtf for date in found.dates],
                "cues": sorted({local_name(c.term) for s in found.sentences for c in s.cues}),
                "said": modality(words, words, people),
                "forms": {kind: self._guesses.form(kind, words, found) for kind in BUNDLES},
            }  # fmt: skip

    # Trying, saving and undoing.

    def _edit(self, items: Iterable[Mapping[str, Any]]) -> Edit:
        known = self._working.collection
        batch = Batch(References(known))
        batch.read((Place(str(number)), item) for number, item in enumerate(items, 1))
        return additions(self.folder, self._seen, known, batch.entities, batch.facts)

    def preview(self, items: Sequence[Mapping[str, Any]], language: str) -> Json:
        """What would be written, what is wrong with it, and what changes; nothing is written."""
        with self._lock:
            self._follow()
            try:
                edit = self._edit(items)
                effect = self._effect(edit)
            except (CollectionError, TaawunError) as error:
                return {"faults": self._told(error, language)}
            with self._with(effect):
                if wrong := self._shape_faults(effect):
                    return {"faults": self._told(CollectionError(wrong), language)}
                return self._report(edit, effect, self._changes(effect), language)

    def save(self, items: Sequence[Mapping[str, Any]], language: str) -> Json:
        """Write the items together or not at all, and say what changed."""
        with self._lock:
            self._follow()
            try:
                edit = self._edit(items)
                effect = self._effect(edit)
                with self._with(effect):
                    if wrong := self._shape_faults(effect):
                        raise CollectionError(wrong)
                    changes = self._changes(effect)
                    told_now = self._report(edit, effect, changes, language)
                self.drafts.carry_out(edit)
            except (CollectionError, TaawunError) as error:
                return {"faults": self._told(error, language)}
            self._store.quads.extend(effect.added)
            for quad in effect.removed:
                self._store.quads.remove(quad)
            self._working.take_over(effect)
            if edit.entities and (self.folder / FOLDER).is_dir():
                schemas = schema_files(effect.collection)
                Edit(self.folder, schemas, seen(self.folder)).write()
            self._seen = seen(self.folder)
            self._answers.clear()
            self._renew()
            return {**told_now, "saved": [path.as_posix() for path in edit.files]}

    def undo(self) -> Json:
        """Take back the last save of this desk, if its files are as it left them."""
        with self._lock:
            files = self.drafts.undo()
            if files:
                self._load()
            return {"undone": files}

    def _effect(self, edit: Edit) -> Effect:
        effect = self._working.effect(edit)
        if effect is None:
            raise MisuseError("desk-needs-command")
        return effect

    def _shape_faults(self, effect: Effect) -> list[Fault]:
        """The violations after the change; those from before it are known to the checks."""
        store = self._store.quads
        found = set(named_faults(self._working.shape_faults(store, effect)))
        if not found:
            return []
        with self._with(effect, undone=True):
            old = named_faults(self._working.shape_faults(store, effect))
        return sorted(found.difference(old))

    @contextmanager
    def _with(self, effect: Effect, *, undone: bool = False) -> Iterator[None]:
        """The store with the change for a while, or without it."""
        store = self._store.quads
        come = [quad for quad in effect.added if (quad in store) == undone]
        gone = [quad for quad in effect.removed if (quad in store) != undone]
        first, then = (gone, come) if undone else (come, gone)
        store.extend(first)
        for quad in then:
            store.remove(quad)
        try:
            yield
        finally:
            store.extend(then)
            for quad in first:
                store.remove(quad)

    def _changes(self, effect: Effect) -> list[AnswerChange]:
        """The stored questions whose answers change; the store is after the change."""
        asked = self._catalogue.with_text(effect.touched.may_change)
        lacking = [question for question in asked if question.name not in self._answers]
        with self._with(effect, undone=True):
            for _ in answer_changes(self._store, self._store, lacking, self._answers):
                pass
        return list(answer_changes(self._store, self._store, asked, dict(self._answers)))

    def _report(
        self, edit: Edit, effect: Effect, changes: Sequence[AnswerChange], language: str
    ) -> Json:
        labels = Labels(self._store)
        facts = [fact for fact, _ in edit.facts]
        return {
            "faults": [],
            "warnings": [told(fault, language) for fault in by_weight(edit.warnings)],
            "facts": [self._sentence(fact, labels, language) for fact in facts],
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

    def _sentence(self, fact: Fact, labels: Labels, language: str) -> str:
        parts = (fact.subject, fact.predicate, fact.object)
        words = [
            labels(part.value, language) if isinstance(part, ox.NamedNode) else part.value
            for part in parts
        ]
        how = fact.qualifier("modality")
        if isinstance(how, ox.NamedNode) and how.value != f"{ID}modality/asserted":
            words.append(f"({labels(how.value, language)})")
        return " · ".join(words)

    def _told(self, error: TaawunError, language: str) -> list[str]:
        faults = getattr(error, "faults", None)
        if not faults:
            return [told(error, language)]
        return [told(replace(fault, place=Place("")), language) for fault in faults]


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """The span in whole words and numbers, without the punctuation around it."""
    start, end = max(0, min(start, end)), min(len(text), max(start, end))
    for match in _WHOLE.finditer(text, max(0, start - 60), min(len(text), end + 60)):
        if match.start() < start < match.end():
            start = match.start()
        if match.start() < end < match.end():
            end = match.end()
    while start < end and text[start] in _OUTSIDE:
        start += 1
    while end > start and text[end - 1] in _OUTSIDE:
        end -= 1
    return start, end
