"""A fact and its evidence, as explanations show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ..ontology.namespaces import INFERENCE
from .store import Term


@dataclass(frozen=True, slots=True)
class ContextView:
    """A passage that helps to read a quote of the same document, and proves nothing."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A verbatim quote: ``document`` is the file's name, ``start`` and ``end`` are offsets.

    Offsets are 0-based, half-open, in Unicode code points of the document decoded as UTF-8.
    ``continues`` is the IRI of the part before this one, where the quote leaves words out.
    ``publisher`` is empty where the document prints none.
    ``unsaid`` is what its fact is about and neither the quote nor its context names.
    """

    document: str
    document_iri: str
    quote: str
    start: int
    end: int
    prefix: str = ""
    suffix: str = ""
    iri: str = ""
    continues: str = ""
    context: tuple[ContextView, ...] = ()
    publisher: str = ""
    unsaid: tuple[ox.NamedNode | ox.Literal, ...] = ()


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact as the graph records it, or a derived fact with the facts under it.

    ``modality`` is the short name (``asserted``, ``reported`` …), ``derived`` for a derived
    fact, whose ``rule`` and ``derived_from`` say how it follows; such a fact has no quotes of
    its own. ``stated_by`` are the terms after ``tw:statedBy``, sorted; ``notes`` the curator's
    remarks, in Arabic and in English. ``record_status`` is the short name; ``superseded_by`` the
    IRI of the fact that replaces this one.
    """

    iri: str
    subject: Term
    predicate: Term
    object: Term
    modality: str = ""
    stated_by: tuple[Term, ...] = ()
    when: str = ""
    notes: tuple[ox.Literal, ...] = ()
    record_status: str = ""
    status_reasons: tuple[ox.Literal, ...] = ()
    status_date: str = ""
    superseded_by: str = ""
    rule: str = ""
    derived_from: tuple[FactView, ...] = ()
    evidence: tuple[EvidenceView, ...] = ()

    @property
    def is_derived(self) -> bool:
        """Whether a rule derives the fact from others."""
        return self.iri.startswith(INFERENCE)

    def quotes(self) -> Iterator[tuple[EvidenceView, ...]]:
        """The quotes, each as its parts in order: one, unless it leaves words out."""
        after = {item.continues: item for item in self.evidence if item.continues}
        for item in self.evidence:
            if not item.continues:
                parts = [item]
                while parts[-1].iri in after:
                    parts.append(after[parts[-1].iri])
                yield tuple(parts)

    def note(self, language: str) -> str:
        """The curator's remark in the language, else in any; empty if there is none."""
        return _in_language(self.notes, language)

    def status_reason(self, language: str) -> str:
        """Why the fact has its record status, in the language, else in any."""
        return _in_language(self.status_reasons, language)

    def asserted(self) -> Iterator[FactView]:
        """The asserted facts under this one, itself if it is asserted; some may come twice."""
        if not self.is_derived:
            yield self
        for source in self.derived_from:
            yield from source.asserted()


def _in_language(texts: Sequence[ox.Literal], language: str) -> str:
    mine = [text.value for text in texts if text.language == language]
    return " ".join(mine or [text.value for text in texts])
