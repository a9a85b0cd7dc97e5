"""The payload of the explorer: the view and the answered questions as compact JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import pyoxigraph as ox

from ..graph.fact_record import FactRecord, Quote
from ..graph.store import Term as RdfTerm
from ..ontology.namespaces import BASE, ID, XSD
from ..queries.items import STAGES
from .answers import COMPUTED
from .legend import FAMILIES, FIRMNESS, HIDDEN_AT_FIRST, family_of, firmness_of
from .overview import LINES, Item, overview
from .view import Answer, AnsweredQuestion, Name, Term, View

Json: TypeAlias = dict[str, Any]


def payload(view: View, texts: Mapping[str, str], questions: Sequence[AnsweredQuestion]) -> Json:
    """Return all data of the page. Items refer to each other by list index.

    ``texts`` maps document slugs to full texts. For a document without a text, the page shows
    its quotes in their stored contexts.
    """
    return _Payload(view).as_json(texts, questions)


def _name(name: Name) -> Json:
    return {"ar": name.ar, "en": name.en}


def _places(items: Iterable[str]) -> dict[str, int]:
    return {item: place for place, item in enumerate(items)}


def _lean(item: Json) -> Json:
    """Drop empty lists and strings; the script treats missing keys as empty."""
    return {key: value for key, value in item.items() if value not in ([], "", None)}


def _context(fact: FactRecord) -> list[tuple[str, int, int, str]]:
    """Return the context passages of a fact's quotes: document, offsets and text."""
    found = {
        (quote.document_iri, part.start, part.end, part.text)
        for quote in fact.quotes
        for part in quote.context
    }
    return sorted(found)


class _Payload:
    """The index of every item in its list, and the lists themselves."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.terms: dict[str, Term] = {term.iri: term for term in (*view.classes, *view.predicates)}
        self.value_terms = {term.iri: term for term in view.values}
        self.by_iri = {node.iri: node for node in view.nodes}
        self.nodes = _places(node.iri for node in view.nodes)
        self.classes = _places(term.iri for term in view.classes)
        self.predicates = _places(term.iri for term in view.predicates)
        self.values = _places(term.iri for term in view.values)
        self.documents = _places(item.iri for item in view.documents)
        self.facts = _places(fact.iri for fact in view.facts)
        self.summaries = _places(item.iri for item in view.summaries)
        quotes = {quote.place: quote for fact in view.facts for quote in fact.quotes}
        self.quotes = {place: quotes[place] for place in sorted(quotes)}
        self.quote_places = {place: number for number, place in enumerate(self.quotes)}
        passages = {passage for fact in view.facts for passage in _context(fact)}
        self.passages = {passage: place for place, passage in enumerate(sorted(passages))}

    def as_json(self, texts: Mapping[str, str], questions: Sequence[AnsweredQuestion]) -> Json:
        return {
            "base": BASE,
            "entityBase": ID,
            "hiddenAtFirst": list(HIDDEN_AT_FIRST),
            "families": [
                {"key": f.key, "name": _name(f.name), "colour": f.colour, "path": f.path,
                 "hollow": f.is_hollow}
                for f in FAMILIES
            ],
            "firmness": [
                {"key": f.key, "name": _name(f.name), "width": f.width, "dash": list(f.dash)}
                for f in FIRMNESS
            ],
            "stages": [self.values[iri] for iri in STAGES if iri in self.values],
            "nodes": [
                _lean({
                    "iri": node.iri,
                    "name": _name(node.name),
                    "family": family_of(node.classes, self.terms),
                    "classes": self._found(self.classes, node.classes),
                    "names": list(node.names),
                    "countries": self._found(self.nodes, node.countries),
                    "areas": self._found(self.nodes, node.areas),
                    "broader": [*map(self._cell, node.broader)],
                    "stages": self._found(self.values, node.stages),
                })
                for node in self.view.nodes
            ],
            "edges": [
                {
                    "s": self.nodes[edge.source],
                    "t": self.nodes[edge.target],
                    "facts": self._found(
                        self.summaries if edge.derived else self.facts, edge.facts
                    ),
                    "derived": edge.derived,
                }
                for edge in self.view.edges
            ],
            "facts": [self._fact(fact) for fact in self.view.facts],
            "summaries": [
                {
                    "iri": item.iri,
                    "s": self.nodes[item.subject],
                    "p": self.predicates[item.predicate],
                    "o": self.nodes[item.object],
                    "rules": self._found(self.values, item.rules),
                    "facts": self._found(self.facts, item.facts),
                }
                for item in self.view.summaries
                if item.subject in self.nodes and item.object in self.nodes
            ],
            "disagreements": [
                {
                    "s": self.nodes[item.subject],
                    "p": self.predicates[item.predicate],
                    "sides": [self._found(self.facts, side) for side in item.sides],
                }
                for item in self.view.disagreements
            ],
            "quotes": [self._quote(quote) for quote in self.quotes.values()],
            "passages": [
                {"d": self.documents[document], "start": start, "end": end, "exact": text}
                for document, start, end, text in self.passages
            ],
            "documents": [
                _lean({
                    "iri": item.iri,
                    "slug": item.slug,
                    "file": item.file,
                    "title": _name(item.title),
                    "publisher": item.publisher,
                    "creator": item.creator,
                    "text": texts.get(item.slug, ""),
                })
                for item in self.view.documents
            ],
            "classes": [_lean({"iri": t.iri, "name": _name(t.name)}) for t in self.view.classes],
            "predicates": [
                _lean({
                    "iri": term.iri,
                    "name": _name(term.name),
                    "inverse": _name(term.inverse) if term.inverse else None,
                })
                for term in self.view.predicates
            ],
            "values": [
                _lean({
                    "iri": t.iri,
                    "name": _name(t.name),
                    "cues": list(t.cues) if t.iri in STAGES else [],
                })
                for t in self.view.values
            ],
            "names": self._other_names(questions),
            "questions": [self._question(question) for question in questions],
            "overview": self._overview(),
        }  # fmt: skip

    def _overview(self) -> Json | None:
        """Return the overview around the centre, or ``None``; it refers to nodes and facts."""
        found = overview(self.view)
        if found is None or not (found.partners or found.own):
            return None
        bands = _places(LINES)
        items = _places(item.iri for item in found.items)
        partners = _places(partner.iri for partner in found.partners)
        areas = _places(found.areas)
        regions = _places(term.iri for term in self.view.regions)
        lies_in = self._regions_of(partners)

        def told(item: Item) -> Json:
            return _lean(
                {
                    "n": self.nodes[item.iri],
                    "band": bands[item.band],
                    "stage": self.values.get(item.stage),
                    "expected": self.values.get(item.expected),
                    "partners": [partners[iri] for iri in item.partners],
                    "areas": self._found(self.nodes, item.areas),
                    "facts": self._found(self.facts, item.facts),
                }
            )

        return {
            "centre": self.nodes[found.centre],
            "bands": [
                {"key": key, "colour": colour, "width": width, "dash": list(dash)}
                for key, (colour, width, dash) in LINES.items()
            ],
            "regions": [_name(term.name) for term in self.view.regions],
            "partners": [
                _lean(
                    {
                        "n": self.nodes[one.iri],
                        "band": bands[one.band],
                        "items": [items[iri] for iri in one.items],
                        "meetings": self._found(self.nodes, one.meetings),
                        "areas": [[self.nodes[area], count] for area, count in one.areas],
                        "facts": self._found(self.facts, one.facts),
                        "region": regions.get(lies_in[one.iri]),
                    }
                )
                for one in found.partners
            ],
            "items": [told(item) for item in found.items],
            "own": [told(item) for item in found.own],
            "areas": self._found(self.nodes, found.areas),
            "cells": [
                {
                    "p": partners[cell.partner],
                    "a": areas[cell.area],
                    "band": bands[cell.band],
                    "items": [items[iri] for iri in cell.items],
                }
                for cell in found.cells
            ],
            "others": self._found(self.nodes, found.others),
        }

    def _regions_of(self, partners: Iterable[str]) -> dict[str, str]:
        """Return the largest region that each partner lies in or is; empty if there is none.

        A region of everything, as the world is, tells nothing.
        """
        sizes = Counter(region for node in self.view.nodes for region in node.regions)
        placed = sum(bool(node.regions) for node in self.view.nodes)

        def region_of(iri: str) -> str:
            own = {iri} & sizes.keys() | {*self.by_iri[iri].regions}
            telling = (region for region in own if sizes[region] < placed)
            return max(telling, key=lambda region: (sizes[region], region), default="")

        return {iri: region_of(iri) for iri in partners}

    @staticmethod
    def _found(places: Mapping[str, int], iris: Iterable[str]) -> list[int]:
        return [places[iri] for iri in iris if iri in places]

    def _name_of(self, term: RdfTerm) -> Json:
        """Return the name of a known node or value, or the text of another term."""
        known = self.by_iri.get(term.value) or self.value_terms.get(term.value)
        return _name(known.name) if known else {"ar": term.value, "en": term.value}

    def _fact(self, fact: FactRecord) -> Json:
        told: Json = {"iri": fact.iri, "s": self.nodes[fact.subject.value]}
        told["p"] = self.predicates[fact.predicate.value]
        if isinstance(fact.object, ox.Literal):
            told["literal"] = {"text": fact.object.value, "type": fact.object.datatype.value}
        elif fact.object.value in self.nodes:
            told["o"] = self.nodes[fact.object.value]
        else:
            told["value"] = self.values[fact.object.value]
        unsaid = dict.fromkeys(term for quote in fact.quotes for term in quote.unsaid)
        # Curators' remarks, including the reasons why a fact is disputed.
        remarks = (*fact.notes, *fact.status_reasons)
        told |= {
            "m": self.values.get(f"{ID}modality/{fact.modality}"),
            "firm": firmness_of(fact, self.by_iri.get(fact.subject.value), self.terms),
            "by": self._found(self.nodes, (term.value for term in fact.stated_by)),
            "behalf": self._found(self.nodes, (term.value for term in fact.on_behalf_of)),
            "recordedBy": [self._name_of(term) for term in fact.attributed_to],
            "when": [fact.when] if fact.when else [],
            "dateText": [fact.date_text] if fact.date_text else [],
            "notes": [{"text": note.value, "lang": note.language or ""} for note in remarks],
            "disputed": fact.record_status == "disputed" or None,
            "quotes": [self.quote_places[quote.place] for quote in fact.quotes],
            "context": [self.passages[passage] for passage in _context(fact)],
            "unsaid": [self._name_of(term) for term in unsaid],
        }
        return _lean(told)

    def _quote(self, quote: Quote) -> Json:
        return _lean({
            "d": self.documents[quote.document_iri],
            "gloss": quote.gloss,
            "parts": [
                _lean({
                    "start": part.start,
                    "end": part.end,
                    "exact": part.text,
                    "prefix": part.prefix,
                    "suffix": part.suffix,
                })
                for part in quote.parts
            ],
        })  # fmt: skip

    def _other_names(self, questions: Iterable[AnsweredQuestion]) -> Json:
        """Return the names of what answers speak of beside entities and the values of facts."""
        names = {iri: name for question in questions for iri, name in question.names.items()}
        known = {*self.nodes, *self.value_terms}
        return {iri: _name(names[iri]) for iri in sorted(names.keys() - known)}

    def _question(self, question: AnsweredQuestion) -> Json:
        answered = {value for values, _ in question.answers for value in values}
        # Of 180 currencies a reader may choose those that a document names.
        choosable = answered | self.nodes.keys() | self.value_terms.keys() | self.documents.keys()
        choosable |= {wider for node in self.view.nodes for wider in node.broader}
        return _lean({
            "slug": question.slug,
            "title": _name(question.title),
            "tags": list(question.tags),
            "subject": question.subject,
            "asks": {"ar": list(question.asks_ar), "en": list(question.asks_en)},
            "parameters": [
                _lean({
                    "key": item.key,
                    "name": _name(item.name),
                    "cell": self._cell(item.standing),
                    "required": item.is_required or None,
                    "values": [
                        self._cell(value) for value in item.values if value in choosable
                    ],
                })
                for item in question.parameters
            ],
            "columns": [_name(column) for column in question.columns],
            "rows": [self._row(row) for row in question.rows],
            "together": question.are_together or None,
            "none": question.none if question.none != "answer-none" else None,
            # In a part of the graph, facts may be missing.
            "computed": None if self.view.is_part else COMPUTED.get(question.slug),
            "answers": [
                {"values": [self._cell(value) for value in values], "rows": [*map(self._row, rows)]}
                for values, rows in question.answers
            ],
        })  # fmt: skip

    def _row(self, row: Answer) -> Json:
        cells = [*map(self._term, row.cells)]
        return {"cells": cells, "facts": self._found(self.facts, row.facts)}

    def _term(self, term: RdfTerm | None) -> str | int | Json:
        """Return a cell: a number, date or the like with its type, anything else as text."""
        if (
            isinstance(term, ox.Literal)
            and not term.language
            and term.datatype.value != XSD + "string"
        ):
            return {"text": term.value, "type": term.datatype.value}
        return self._cell(term.value) if term else ""

    def _cell(self, cell: str) -> str | int:
        """Return the place of an entity that is drawn; any other IRI or text as it is."""
        return self.nodes.get(cell, cell)
