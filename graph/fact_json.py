"""Facts and terms as JSON (``docs/design.md``, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from ..ontology.namespaces import XSD
from .fact_record import FactRecord, Quote
from .store import Term

Json: TypeAlias = dict[str, Any]
_STRING: Final = f"{XSD}string"


def term_json(term: Term) -> dict[str, str]:
    """A term as SPARQL 1.1 Query Results JSON writes it (section 3.2.2)."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != _STRING:
        found["datatype"] = term.datatype.value
    return found


def statement_json(fact: FactRecord) -> Json:
    """A fact's IRI and triple."""
    return {
        "fact": fact.iri,
        "subject": fact.subject.value,
        "predicate": fact.predicate.value,
        "object": term_json(fact.object),
    }


def fact_json(fact: FactRecord) -> Json:
    """A fact with its qualifiers and evidence; a derived one with its rule and the facts under it.

    A key whose value would be empty is left out, but for ``evidence``; so is the status of a
    fact that is simply asserted.
    """
    is_settled = fact.record_status in ("", "asserted")
    qualifiers = {
        "statedBy": [term.value for term in fact.stated_by],
        "onBehalfOf": [term.value for term in fact.on_behalf_of],
        "when": fact.when,
        "dateText": fact.date_text,
        "note": _by_language(fact.notes),
        "attributedTo": [term.value for term in fact.attributed_to],
        "recordStatus": "" if is_settled else fact.record_status,
        "statusReason": {} if is_settled else _by_language(fact.status_reasons),
        "statusDate": "" if is_settled else fact.status_date,
        "supersededBy": "" if is_settled else fact.superseded_by,
    }
    item = statement_json(fact) | {"modality": fact.modality}
    item |= {key: value for key, value in qualifiers.items() if value}
    item["evidence"] = [part for quote in fact.quotes for part in _parts(quote)]
    if fact.support.documents:
        item["support"] = {
            "documents": sorted(fact.support.documents),
            "publishers": sorted(fact.support.publishers),
        }
    if fact.is_derived:
        item["derivedBy"] = fact.rule
        item["derivedFrom"] = [fact_json(source) for source in fact.derived_from]
    return item


def _by_language(texts: Iterable[ox.Literal]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        language = text.language or ""
        found[language] = f"{found[language]} {text.value}" if language in found else text.value
    return found


def _parts(quote: Quote) -> Iterator[Json]:
    """The parts of a quote: the first has its context and what it leaves unsaid."""
    for number, part in enumerate(quote.parts):
        item: Json = {
            "document": quote.document,
            "quote": part.text,
            "start": part.start,
            "end": part.end,
        }
        if number:
            item["continues"] = True
        else:
            item["context"] = [
                {"quote": around.text, "start": around.start, "end": around.end}
                for around in quote.context
            ]
            item["unsaid"] = [term_json(term) for term in quote.unsaid]
        yield {key: value for key, value in item.items() if value != []}
