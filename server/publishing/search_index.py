"""The index of the site's search: one script for each language, loaded by the start page.

A script, because a page opened from a folder may not read other files. Words are folded here, by
the rules by which the page folds what is typed (``viz/assets/fold.js``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import IO, Final

from ...graph.arabic import fold
from ...graph.fact_reader import all_facts
from ...graph.fact_record import FactRecord
from ...graph.store import select
from ...messages.message import LANGUAGES, say
from ...ontology.namespaces import DOCUMENT, ID, RDFS, SKOS, TW
from ...queries.fact_words import iris_of, marks, name_of
from ...viz.style import asset
from .published_build import PublishedBuild
from .static_address import address_at, address_of

KINDS: Final = ("question", "entity", "document", "fact", "class")
_NAMES: Final = f"""SELECT ?thing ?name WHERE {{
  VALUES ?p {{ <{RDFS}label> <{SKOS}altLabel> <{SKOS}hiddenLabel> <{RDFS}comment> }}
  ?thing ?p ?name
}} ORDER BY ?thing ?p ?name"""
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def search_script() -> bytes:
    """The script of the search."""
    own = (files("taawun.server.pages") / "assets" / "search-page.js").read_text("utf-8")
    return f"{asset('fold.js')}\n{own}".encode()


def write_index(graph: PublishedBuild, language: str, out: IO[bytes]) -> None:
    """Write the index of a language; entries are made and written one at a time."""
    kinds = {kind: say(f"site-kind-{kind}", language) for kind in KINDS}
    head = json.dumps(kinds, ensure_ascii=False)
    out.write(f"window.TAAWUN_INDEX = {{kinds: {head}, entries: [\n".encode())
    for entry in _entries(graph, language):
        out.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b",\n")
    out.write(b"]};\n")


def _entries(graph: PublishedBuild, language: str) -> Iterator[tuple[str, str, str, str]]:
    yield from _things(graph, language)
    yield from _questions(graph, language)
    yield from _facts(graph, language)


def _file_of(iri: str) -> str:
    """The Arabic page about a thing, with the place in it."""
    address, place = address_of(iri)
    return address.file("ar") + (f"#{place}" if place else "")


def _words(texts: Iterable[str]) -> str:
    """The distinct folded words of some texts, in the order of first appearance."""
    return " ".join(dict.fromkeys(word for text in texts for word in _WORD.findall(fold(text))))


def _things(graph: PublishedBuild, language: str) -> Iterator[tuple[str, str, str, str]]:
    """Entities, documents and terms of the ontology, by all their names."""
    names: dict[str, list[str]] = {}
    for row in select(graph.store, _NAMES):
        names.setdefault(row["thing"].value, []).append(row["name"].value)
    kinds = {ID: "entity", DOCUMENT: "document", TW: "class"}
    for iri, texts in names.items():
        kind = next((kind for start, kind in kinds.items() if iri.startswith(start)), None)
        if kind:
            yield kind, graph.labels(iri, language), _file_of(iri), _words(texts)


def _questions(graph: PublishedBuild, language: str) -> Iterator[tuple[str, str, str, str]]:
    """The stored questions, and each with every value that has an answer."""
    for name, question in graph.catalogue.questions.items():
        asks = [re.sub(r"\{\w+\}", "", text) for one in LANGUAGES for text in question.asks(one)]
        said = [question.ar, question.en, *question.tags, *asks]
        yield "question", question.summary(language), f"questions/{name}.html", _words(said)
        for values in graph.values[name]:
            asked = question.asked(values, graph.names)
            asked = asked._replace(values=tuple(v for v in asked.values if v.is_given))
            called = [v.words(graph.labels, one) for v in asked.values for one in LANGUAGES]
            address = address_at(f"/questions/{name}", values)
            words = _words([*said, *called])
            yield "question", asked.title(graph.labels, language), address.file("ar"), words


def _facts(graph: PublishedBuild, language: str) -> Iterator[tuple[str, str, str, str]]:
    """Each fact as a sentence, by its words in both languages and its quotes."""
    labels = graph.labels
    for fact in all_facts(graph.store):
        labels.fetch(iris_of([fact]))
        said = [_sentence(graph, fact, one) for one in LANGUAGES]
        said += [mark for one in LANGUAGES for mark in marks(fact, labels, one)]
        said += [text for quote in fact.quotes for text in (quote.text, quote.gloss)]
        title = _sentence(graph, fact, language)
        yield "fact", title, _file_of(fact.iri), _words(said)


def _sentence(graph: PublishedBuild, fact: FactRecord, language: str) -> str:
    return " ".join(name_of(term, graph.labels, language) for term in fact.triple)
