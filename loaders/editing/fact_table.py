"""Facts as a table, in the columns that the loader reads: nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from ...graph.document import Document
from ...graph.fact import AROUND, OMISSION, Evidence, Fact
from ...ontology.namespaces import FACT, ID
from ...ontology.schema import local_name
from ..checks.quotes import QuoteFault, spans
from ..files.fact_rows import FACTS

#: What a fact says that says nothing of it.
_DEFAULTS: Final = {"modality": "asserted", "recordStatus": "asserted"}
_OMITTED: Final = f" {OMISSION} "


def fact_rows(facts: Iterable[Fact], documents: Mapping[str, Document]) -> Iterator[list[str]]:
    """A row for each fact and quote, in the order of the headings.

    ``facts`` has one item for each place that states a fact, ``documents`` those by slug.
    """
    for fact in facts:
        said = _said(fact) | _quoted(fact.evidence, documents[fact.evidence[0].document].text)
        yield [said.get(column, "") for column in FACTS.headings]


def _said(fact: Fact) -> dict[str, str]:
    """The triple and its qualifiers as a curator writes them."""
    said = {"predicate": local_name(fact.predicate.value)}
    for name, term in (("subject", fact.subject), ("object", fact.object), *fact.qualifiers):
        text = term.value
        if isinstance(term, ox.NamedNode):
            text = text.removeprefix(FACT).removeprefix(ID)
            for kind in ("modality/", "record-status/"):
                text = text.removeprefix(kind) if name in _DEFAULTS else text
        if _DEFAULTS.get(name) != text:
            said[name] = text
    return said


def _quoted(evidence: Sequence[Evidence], text: str) -> dict[str, str]:
    """The quote, with as much around it as tells its place from others."""
    quote = _OMITTED.join(part.quote for part in evidence)
    places = tuple((part.start, part.end) for part in evidence)
    context = _OMITTED.join(passage.quote for passage in evidence[0].context)
    said = {"document": evidence[0].document, "quote": quote, "context": context}
    (start, _), (_, end) = places[0], places[-1]
    for width in (0, AROUND, len(text)):
        prefix, suffix = text[max(0, start - width) : start], text[end : end + width]
        try:
            if spans(text, quote, prefix, suffix) == places:
                break
        except QuoteFault:
            continue
    return said | {"prefix": prefix, "suffix": suffix}
