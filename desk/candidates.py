"""Candidate facts from any extractor or language model: checked, and laid out in the desk.

A candidate is kept only if its quote stands in the document to the letter and names what the fact
is about. Nothing enters the graph before a curator has accepted it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from ..graph.arabic import find_folded, fold
from ..graph.document import Document
from ..graph.errors import QuoteError, UnknownNameError
from ..graph.fact import OMISSION, Fact
from ..loaders.checks.claims import Claims
from ..loaders.checks.quotes import evidence, spans, told_apart
from ..loaders.collection import Collection, classes_of
from ..loaders.editing.references import References
from ..loaders.facts import QUALIFIERS, FactMaker
from ..loaders.files.value import Given
from ..loaders.record_status import TRIPLE
from ..messages.fault import Fault, Place
from .drafts import Drafts

#: ``kept`` as given, ``mended`` in its spelling, ``asked`` where a name is to be chosen or
#: registered, ``refused``.
Outcome: TypeAlias = Literal["kept", "mended", "asked", "refused"]
#: The keys of a candidate; see ``docs/propose.schema.json``.
KEYS: Final = frozenset(
    {"document", "quote", "prefix", "suffix", "context", "origin", *TRIPLE, *QUALIFIERS}
)
_NEEDED: Final = ("document", "quote", *TRIPLE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of the file, and what became of it; ``faults`` say why it was not kept as given."""

    number: int
    outcome: Outcome
    faults: tuple[Fault, ...] = ()
    document: str = ""
    laid_out: Mapping[str, Any] = field(default_factory=dict)


class Proposals:
    """Checks candidates against one stack of collections."""

    def __init__(self, known: Collection) -> None:
        self._known = known
        self._references = References(known)
        classes = classes_of(known.schema, known.entities)
        self._maker = FactMaker(known.schema, classes, known.documents)
        self._claims = Claims(known)
        self._stated = {(f.iri, e.document, e.start) for f in known.facts for e in f.evidence}
        self._seen: set[tuple[str, str, int]] = set()

    def read(self, name: str, content: str) -> Iterator[Candidate]:
        """The candidates of a file of JSON lines, in order; empty lines count but give none."""
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield self._candidate(number, Place(name, number), line)

    def _candidate(self, number: int, place: Place, line: str) -> Candidate:
        def refused(*faults: Fault) -> Candidate:
            return Candidate(number, "refused", faults)

        try:
            given = json.loads(line)
        except ValueError:
            return refused(Fault.at(place, "candidate-not-json"))
        if not isinstance(given, dict):
            return refused(Fault.at(place, "candidate-not-json"))
        said = {key: str(value) for key, value in given.items() if value not in (None, "")}
        if unknown := sorted(said.keys() - KEYS):
            return refused(Fault.at(place, "unknown-key", key=unknown[0]))
        if missing := [key for key in _NEEDED if key not in said]:
            return refused(Fault.at(place, "item-lacks", names=missing))
        document = self._known.documents.get(self._references.document(said["document"]))
        if document is None:
            return refused(Fault.at(place, "unknown-document", name=said["document"]))
        faults: list[Fault] = []
        try:
            quote, is_mended = _quote(document, said["quote"], said)
        except QuoteError as error:
            return refused(Fault(place, error.message, error.remedy, "quotes"))
        if is_mended:
            faults.append(Fault.at(place, "candidate-spelling"))
        outcome: Outcome = "mended" if is_mended else "kept"
        try:
            triple = self._references.fact({key: said[key] for key in (*TRIPLE, "statedBy")
                                            if key in said})  # fmt: skip
        except UnknownNameError as error:
            return self._asked(number, place, document, quote, said, error)
        made = self._made(document, quote, {**said, **triple}, place, faults)
        names = [triple[key] for key in ("subject", "object") if key in triple]
        lacking = [f for f in faults if f.code == "unknown-entity"]
        if lacking and len(lacking) == len([f for f in faults if f.code != "candidate-spelling"]):
            return self._asked(number, place, document, quote, said, None)
        if made is None:
            return Candidate(number, "refused", tuple(faults))
        wrong, doubtful = self._claims.judged(made, place, is_strict=True)
        if wrong or doubtful:
            return Candidate(number, "refused", (*wrong, *doubtful))
        key = made.iri, document.slug, made.evidence[0].start
        if key in self._stated | self._seen:
            return refused(Fault.at(place, "candidate-stated", fact=" ".join(map(str, names))))
        self._seen.add(key)
        laid = self._laid_out(number, made, {**said, **triple})
        return Candidate(number, outcome, tuple(faults), document.slug, laid)

    def _made(
        self,
        document: Document,
        quote: Mapping[str, str],
        said: Mapping[str, str],
        place: Place,
        faults: list[Fault],
    ) -> Fact | None:
        values = {key: Given(value, place, faults) for key, value in {**said, **quote}.items()}
        context = [values["context"]] if "context" in values else []
        around = quote.get("prefix", ""), quote.get("suffix", "")
        proof = self._maker.quote(document, values["quote"], *around, context)
        keys = (*TRIPLE, *QUALIFIERS)
        return self._maker.fact({key: values[key] for key in keys if key in values}, proof)

    def _asked(
        self,
        number: int,
        place: Place,
        document: Document,
        quote: Mapping[str, str],
        said: Mapping[str, str],
        error: UnknownNameError | None,
    ) -> Candidate:
        """A candidate with an unknown name: asked about if its words stand in the quote."""
        words = fold(f"{quote['quote']} {said.get('context', '')}")
        resolved: dict[str, str] = {}
        strange: list[str] = []
        for key in ("subject", "object"):
            found = self._references.find(said[key])
            resolved[key] = found[0] if len(found) == 1 else said[key]
            if len(found) != 1:
                strange.append(said[key])
        if strange and all(fold(name) in words for name in strange):
            try:
                predicate = self._references.predicate(said["predicate"])
            except UnknownNameError:
                predicate = ""
            parts = [list(span) for span in spans(document.text, quote["quote"],
                     quote.get("prefix", ""), quote.get("suffix", ""))]  # fmt: skip
            laid = {
                "number": number, "start": parts[0][0], "end": parts[-1][1], "parts": parts,
                **resolved, "predicate": predicate or said["predicate"],
                "said": {key: said[key] for key in QUALIFIERS if key in said},
                "origin": said.get("origin", ""), "names": strange,
            }  # fmt: skip
            fault = Fault.at(place, "candidate-name-new", name=strange[0])
            return Candidate(number, "asked", (fault,), document.slug, laid)
        name = strange[0] if strange else said["predicate"]
        fault = Fault.at(place, "candidate-name-unknown", name=name)
        if error is not None and not strange:
            fault = Fault(place, error.message, error.remedy, "names")
        return Candidate(number, "refused", (fault,))

    def _laid_out(
        self,
        number: int,
        made: Fact,
        said: Mapping[str, str],
    ) -> dict[str, Any]:
        parts = [[part.start, part.end] for part in made.evidence]
        return {
            "number": number,
            "start": parts[0][0],
            "end": parts[-1][1],
            "parts": parts,
            **{key: said[key] for key in TRIPLE},
            "said": {key: said[key] for key in QUALIFIERS if key in said},
            "origin": said.get("origin", ""),
            **({"context": said["context"]} if "context" in said else {}),
        }


def _quote(document: Document, words: str, said: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """The quote with what makes its place unique, and whether its spelling was mended.

    Raises ``QuoteError`` if the words are not in the document in any spelling.
    """
    around = said.get("prefix", ""), said.get("suffix", "")
    try:
        evidence(document, words, *around)
        named = {key: said[key] for key in ("prefix", "suffix") if key in said}
        return {"quote": words, **named}, False
    except QuoteError as error:
        span = None if OMISSION in words else find_folded(document.text, words)
        if span is None or error.message.code not in ("quote-not-in-document",):
            raise
        start, end = span
        mended = document.text[start:end]
        prefix, suffix = told_apart(document.text, start, end)
        evidence(document, mended, prefix, suffix)
        return {"quote": mended, "prefix": prefix, "suffix": suffix}, True


def lay_out(folder: Path, origin: str, candidates: Sequence[Candidate]) -> Counter[str]:
    """Put what was kept, mended or asked into the drafts of the desk; counts each outcome.

    Candidates of an earlier run with the same ``origin`` are replaced; what a curator has accepted
    or rejected stays so.
    """
    drafts = Drafts(folder)
    by_document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in candidates:
        if one.laid_out:
            item = dict(one.laid_out)
            item["origin"] = item["origin"] or origin
            item["number"] = f"{origin}:{one.number}"
            by_document[one.document].append(item)
    for slug, items in by_document.items():
        draft = drafts.read(slug)
        kept = [
            old
            for old in draft.get("candidates", [])
            if not str(old["number"]).startswith(f"{origin}:")
        ]
        drafts.write(slug, {**draft, "candidates": [*kept, *items]})
    return Counter(one.outcome for one in candidates)
