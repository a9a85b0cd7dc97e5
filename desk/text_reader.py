"""Read the words that a curator selects: the quote, what it names, and who says it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..graph.document import Document
from ..graph.errors import QuoteError, told
from ..graph.fact import OMISSION
from ..loaders.checks.quotes import LONGEST_QUOTE, evidence, told_apart
from ..loaders.collection import Collection
from ..loaders.editing.bundles import BUNDLES
from ..loaders.text.cues import Scopes
from ..loaders.text.speakers import Speech, speaker_of
from ..loaders.text.suggestion import Suggester, Suggestion
from ..ontology.schema import local_name
from .desk_words import snapped
from .guesses import Guesses, said_of


class TextReader:
    """Reads texts with the names of one collection."""

    def __init__(self, known: Collection) -> None:
        self.suggester = Suggester(known.schema, known.entities)
        self._guesses = Guesses(self.suggester)
        self._scopes = Scopes(known.schema)
        self._heard: dict[str, Sequence[Speech]] = {}

    def document(self, source: Document, covered: Iterable[tuple[int, int]] = ()) -> Suggestion:
        """What a whole document names and proposes; ``covered`` are spans that need no facts."""
        found = self.suggester.suggest(source.text, source.slug, covered)
        self._heard[source.slug] = found.speeches
        return found

    def quote(
        self, source: Document, parts: Sequence[Sequence[int]], language: str
    ) -> dict[str, Any]:
        """The quote at these places, snapped to whole words, with what it names."""
        slug = source.slug
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
        found = self.suggester.suggest(words, slug)
        named = [ref for m in found.mentions for ref in m.candidates]
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
                for body in found.bodies
            ]
            + [{"new": "official", "ar": u.text, "en": ""}
               for u in found.unknown if u.kind == "person"],
            "dates": [date.edtf for date in found.dates],
            "cues": sorted({local_name(c.term) for s in found.sentences for c in s.cues}),
            "said": said_of(words, self._speaker(source, spans)),
            "forms": {kind: self._guesses.form(kind, words, found) for kind in BUNDLES},
        }  # fmt: skip

    def _speaker(self, source: Document, spans: Sequence[tuple[int, int]]) -> str:
        """The registered speaker of words of a document, or an empty text."""
        if source.slug not in self._heard:
            self.document(source)
        return speaker_of(spans[0][0], spans[-1][1], self._heard[source.slug])
