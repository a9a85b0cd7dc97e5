"""Facts in words: labels of their terms, modality, speaker and date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import pyoxigraph as ox

from ..graph.fact import MODALITIES
from ..graph.fact_record import FactRecord, Quote, Support, TripleTerms
from ..graph.sparql_tokens import Token, scan
from ..graph.store import Term
from ..messages.message import Message, listed, say
from ..ontology.namespaces import ID, PREFIXES, RDF, RDFS, SKOS, TW
from .labels import Labels, readable, short_iri

if TYPE_CHECKING:
    from .results import Shown
    from .why import RowExplanation

#: Facts that share a quote, each with the quote from its own record.
Proven: TypeAlias = list[tuple[FactRecord, Quote]]
#: The proof columns added to an answer, with the same names in both languages.
PROOF_COLUMNS: Final = (
    "modality", "stated_by", "on_behalf_of", "when", "quote", "document", "start", "end", "fact",
    "date_text", "note", "record_status", "gloss",
)  # fmt: skip
#: Terms of the RDF vocabulary, which have no label in the graph.
_TERMS: Final = {
    RDF + "type": "relation-type",
    RDFS + "label": "relation-label",
    SKOS + "altLabel": "relation-alt-label",
    SKOS + "broader": "relation-broader",
}


def name_of(term: object, labels: Labels, language: str) -> str:
    """A term as text: the label of an entity, or the literal in words."""
    if isinstance(term, ox.NamedNode):
        if term.value in _TERMS:
            return say(_TERMS[term.value], language)
        return labels(term.value, language)
    if isinstance(term, ox.Literal):
        return readable(term.value, language)
    return str(term)


def pattern_in_words(pattern: str, labels: Labels, language: str) -> str:
    """A pattern under NOT EXISTS or MINUS with labels in place of IRIs."""
    found = list(scan(pattern))
    opened = next((place for place, token in enumerate(found) if token.text == "{"), 0)
    if opened and all(t.is_word("FILTER", "NOT", "EXISTS", "MINUS") for t in found[:opened]):
        found = found[opened + 1 : -1]
    pieces, done = [], 0
    for token in _without_graphs(found):
        pieces.append(" " if token.start > done else "")
        if token.kind == "iri":
            pieces.append(labels(token.text[1:-1], language))
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            pieces.append(labels(PREFIXES.get(prefix, f"{prefix}:") + local, language))
        else:
            pieces.append(token.text)
        done = token.end
    return "".join(pieces).strip().removesuffix(" .")


def _without_graphs(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without ``GRAPH … {`` and its brace: of what is not said the record is no news."""
    depth, inside = 0, []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.is_word("GRAPH") and place + 2 < len(tokens) and tokens[place + 2].text == "{":
            inside.append(depth)
            depth, place = depth + 1, place + 3
            continue
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        place += 1
        if token.text == "}" and inside and inside[-1] == depth:
            inside.pop()
            continue
        yield token


def marks(fact: FactRecord, labels: Labels, language: str) -> list[str]:
    """The notable qualifiers of a fact: modality, speakers, dispute, date and support."""

    def names(terms: Iterable[object]) -> list[str]:
        return [name_of(term, labels, language) for term in terms]

    found = []
    if fact.is_derived:
        found.append(say("fact-by-rule", language, rule=labels(fact.rule, language)))
    elif fact.modality != "asserted":
        found.append(labels(f"{ID}modality/{fact.modality}", language))
    if fact.stated_by:
        found.append(say("fact-said-by", language, speakers=names(fact.stated_by)))
    if fact.on_behalf_of:
        found.append(say("fact-on-behalf-of", language, names=names(fact.on_behalf_of)))
    if fact.attributed_to:
        found.append(say("fact-recorded-by", language, names=names(fact.attributed_to)))
    if fact.record_status == "disputed":
        found.append(labels(f"{ID}record-status/disputed", language))
    if fact.when:
        found.append(readable(fact.when, language))
    if fact.date_text:
        found.append(f"«{fact.date_text}»")
    if fact.support.is_corroborated:
        found.append(_support(fact.support, language))
    return found


def _support(by: Support, language: str) -> str:
    """The number of documents that support the fact, and of their named publishers."""
    documents = Message("count-documents", count=len(by.documents))
    if not (count := len(by.publishers)):
        return say("fact-in-documents", language, documents=documents)
    code = "fact-in-documents-some-named" if by.unsigned else "fact-in-documents-of"
    publishers = Message(
        "count-publishers-named" if by.unsigned else "count-publishers", count=count
    )
    return say(code, language, documents=documents, publishers=publishers)


def status_of(fact: FactRecord, labels: Labels, language: str) -> str:
    """The curation status of a fact, with date and reason, unless it is simply asserted."""
    if fact.record_status in ("", "asserted"):
        return ""
    name = labels(f"{ID}record-status/{fact.record_status}", language)
    if not fact.status_date:
        return name
    day = readable(fact.status_date, language)
    reason = fact.status_reason(language)
    return say("fact-status", language, status=name, date=day, reason=reason)


def by_quote(facts: Iterable[FactRecord]) -> list[Proven]:
    """Facts grouped by the quotes that support them."""
    found: dict[object, Proven] = {}
    for fact in facts:
        for quote in fact.quotes:
            found.setdefault(quote.place, []).append((fact, quote))
    return list(found.values())


def rank(fact: FactRecord) -> int:
    """The sort key of a fact by modality, firmest first: asserted, reported … denied."""
    return MODALITIES.index(fact.modality) if fact.modality in MODALITIES else len(MODALITIES)


def basis(explanation: RowExplanation) -> list[str] | None:
    """What a row rests on besides asserted facts: ``planned`` …, ``disputed``; None if not known.

    Of several facts with one triple the best supported counts: what one speaker is reported to
    have said is no reservation where a document says the same itself.
    """
    if explanation.unexplained:
        return None
    best: dict[TripleTerms, tuple[bool, int, str]] = {}
    for fact in explanation.facts:
        for one in fact.asserted():
            support = one.record_status == "disputed", rank(one), one.modality
            best[one.triple] = min(support, best.get(one.triple, support))
    modalities = {modality for _, _, modality in best.values()}
    found: list[str] = [name for name in MODALITIES if name != "asserted" and name in modalities]
    return [*found, "disputed"] if any(disputed for disputed, _, _ in best.values()) else found


def reservations(explanation: RowExplanation, labels: Labels, language: str) -> str:
    """The :func:`basis` of a row in words."""
    return basis_in_words(basis(explanation), labels, language)


def basis_in_words(found: Sequence[str] | None, labels: Labels, language: str) -> str:
    """A :func:`basis` in words; empty where a row rests on asserted facts alone."""
    if found is None:
        return say("answer-basis-unknown", language)
    iris = [
        f"{ID}record-status/disputed" if name == "disputed" else f"{ID}modality/{name}"
        for name in found
    ]
    return listed([labels(iri, language) for iri in iris], language)


def rows_of(explanation: RowExplanation, shown: Shown) -> list[list[str]]:
    """The ``proof_rows`` of a row's facts; without a proof, the reason stands as the note."""
    found = proof_rows(explanation.facts, shown)
    if reason := explanation.unexplained:
        found[0][PROOF_COLUMNS.index("note")] = unexplained_in_words(reason, shown.language)
    return found


def unexplained_in_words(reason: Message, language: str) -> str:
    """Why a row has no proof."""
    return say("answer-unexplained", language, reason=reason)


def proof_rows(facts: Iterable[FactRecord], shown: Shown) -> list[list[str]]:
    """The cells of ``PROOF_COLUMNS``: a row for each quote of the underlying asserted facts.

    One empty row if there is no quote.
    """
    told = list({one.iri: one for fact in facts for one in fact.asserted()}.values())
    shown.labels.fetch(iris_of(told))
    rows = []
    for fact in told:
        how = [
            shown.modality(fact),
            ", ".join(map(shown.term, fact.stated_by)),
            ", ".join(map(shown.term, fact.on_behalf_of)),
            fact.when,
        ]
        more = fact.date_text, fact.note(shown.language), shown.record_status(fact)
        for quote in fact.quotes:
            place = quote.document, quote.starts, quote.ends
            rows.append([*how, quote.text, *place, short_iri(fact.iri), *more, quote.gloss])
    return rows or [[""] * len(PROOF_COLUMNS)]


def quotes_of(facts: Iterable[FactRecord]) -> str:
    """The distinct quotes of some facts, with document and offsets, on one line."""
    groups = by_quote(asserted for fact in facts for asserted in fact.asserted())
    return " ‖ ".join(in_one_line(group[0][1]) for group in groups)


def glosses_of(facts: Iterable[FactRecord]) -> str:
    """The distinct glosses of the quotes of some facts, on one line, in the order of the quotes."""
    groups = by_quote(asserted for fact in facts for asserted in fact.asserted())
    return " ‖ ".join(group[0][1].gloss for group in groups if group[0][1].gloss)


def in_one_line(quote: Quote) -> str:
    """A quote with its document and the offsets of its parts."""
    return f"«{quote.text}» {quote.document} {spans_of(quote)}"


def spans_of(quote: Quote) -> str:
    """The offsets of each part of a quote: ``[10:25] [40:60]``."""
    return " ".join(f"[{part.start}:{part.end}]" for part in quote.parts)


def iris_of(facts: Iterable[FactRecord]) -> list[str]:
    """The IRIs whose labels are needed to put these facts into words."""
    found = []
    for fact in facts:
        found += [f"{ID}modality/{fact.modality}", f"{ID}record-status/{fact.record_status}"]
        terms: Sequence[object] = (
            *fact.triple, *fact.stated_by, *fact.on_behalf_of, *fact.attributed_to,
            *(term for quote in fact.quotes for term in quote.unsaid),
        )  # fmt: skip
        found += [term.value for term in terms if isinstance(term, ox.NamedNode)]
        if fact.rule:
            found.append(fact.rule)
    return found


#: What binds most comes first, what describes comes after it, what merely classifies last.
_FIRST: Final = (
    "stage", "signatory", "party", "offeredBy", "offeredTo", "outcome", "developedWith", "fundedBy",
    "implementedBy", "supportedBy", "holds", "postIn", "chair", "speaker", "participant",
    "attendee", "provides", "beneficiary",
)  # fmt: skip
_LAST: Final = ("belongsToCountry", "possiblySameAs", "honorific", "gender")


def weight(predicate: str) -> int:
    """The place of a property among others: what binds most comes first."""
    name = predicate.removeprefix(TW)
    if name in _FIRST:
        return _FIRST.index(name)
    return len(_FIRST) + (1 + _LAST.index(name) if name in _LAST else 0)


def qualifiers_of(fact: FactRecord) -> dict[str, str]:
    """The qualifiers of a fact by column name, with short IRIs."""

    def short(terms: Iterable[Term]) -> str:
        return " ".join(short_iri(term.value) for term in terms)

    return {
        "modality": fact.modality and short_iri(f"{ID}modality/{fact.modality}"),
        "statedBy": short(fact.stated_by),
        "onBehalfOf": short(fact.on_behalf_of),
        "when": fact.when,
        "dateText": fact.date_text,
        "recordStatus": fact.record_status and short_iri(f"{ID}record-status/{fact.record_status}"),
        "statusReason": _text(fact.status_reasons, "en"),
        "statusReasonAr": _text(fact.status_reasons, "ar"),
        "statusDate": fact.status_date,
        "supersededBy": short_iri(fact.superseded_by),
        "note": _text(fact.notes, "en"),
        "noteAr": _text(fact.notes, "ar"),
        "attributedTo": short(fact.attributed_to),
        "fact": short_iri(fact.iri),
    }


def _text(texts: Iterable[ox.Literal], language: str) -> str:
    """The texts in the language; anything not Arabic counts as English."""
    return " ".join(t.value for t in texts if (t.language == "ar") is (language == "ar"))
