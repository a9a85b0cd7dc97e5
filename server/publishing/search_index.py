"""The index of the site's search: one script for each language, loaded by the start page.

A script, because a page opened from a folder may not read other files. Words are folded here, by
the rules by which the page folds what is typed (``viz/assets/fold.js``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.resources import files
from typing import IO, Final, NamedTuple

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


def write_indexes(graph: PublishedBuild, outs: Mapping[str, IO[bytes]]) -> None:
    """Write the index of each language; entries are made and written one at a time.

    What is searched is the same in both languages, what is shown of it is not.
    """
    for language, out in outs.items():
        kinds = {kind: say(f"site-kind-{kind}", language) for kind in KINDS}
        head = json.dumps(kinds, ensure_ascii=False)
        out.write(f"window.TAAWUN_INDEX = {{kinds: {head}, entries: [\n".encode())
    for kind, titles, file, words in _entries(graph):
        end = f"{_json((file, words))[1:]},\n"
        for language, out in outs.items():
            out.write(f"{_json((kind, titles[language]))[:-1]},{end}".encode())
    for out in outs.values():
        out.write(b"]};\n")


def _json(told: tuple[str, ...]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


class _Entry(NamedTuple):
    """What the search finds: its kind, its name in each language, its page, and its words."""

    kind: str
    titles: Mapping[str, str]
    file: str
    words: str


def _entries(graph: PublishedBuild) -> Iterator[_Entry]:
    yield from _things(graph)
    yield from _questions(graph)
    yield from _facts(graph)


def _file_of(iri: str) -> str:
    """The Arabic page about a thing, with the place in it."""
    address, place = address_of(iri)
    return address.file("ar") + (f"#{place}" if place else "")


def _words(texts: Iterable[str]) -> str:
    """The distinct folded words of some texts, in the order of first appearance."""
    return " ".join(dict.fromkeys(word for text in texts for word in _WORD.findall(fold(text))))


def _in_each(title: Callable[[str], str]) -> dict[str, str]:
    return {language: title(language) for language in LANGUAGES}


def _things(graph: PublishedBuild) -> Iterator[_Entry]:
    """Entities, documents and terms of the ontology, by all their names."""
    names: dict[str, list[str]] = {}
    for row in select(graph.store, _NAMES):
        names.setdefault(row["thing"].value, []).append(row["name"].value)
    kinds = {ID: "entity", DOCUMENT: "document", TW: "class"}
    for iri, texts in names.items():
        kind = next((kind for start, kind in kinds.items() if iri.startswith(start)), None)
        if kind:
            titles = _in_each(partial(graph.labels, iri))
            yield _Entry(kind, titles, _file_of(iri), _words(texts))


def _questions(graph: PublishedBuild) -> Iterator[_Entry]:
    """The stored questions, and each with every value that has an answer."""
    for name, question in graph.catalogue.questions.items():
        asks = [re.sub(r"\{\w+\}", "", text) for one in LANGUAGES for text in question.asks(one)]
        said = [question.ar, question.en, *question.tags, *asks]
        titles = _in_each(question.summary)
        yield _Entry("question", titles, f"questions/{name}.html", _words(said))
        for values in graph.values[name]:
            asked = question.asked(values, graph.names)
            asked = asked._replace(values=tuple(v for v in asked.values if v.is_given))
            called = [v.words(graph.labels, one) for v in asked.values for one in LANGUAGES]
            address = address_at(f"/questions/{name}", values)
            titles = _in_each(partial(asked.title, graph.labels))
            yield _Entry("question", titles, address.file("ar"), _words([*said, *called]))


def _facts(graph: PublishedBuild) -> Iterator[_Entry]:
    """Each fact as a sentence, by its words in both languages and its quotes."""
    labels = graph.labels
    for fact in all_facts(graph.store):
        labels.fetch(iris_of([fact]))
        titles = _in_each(partial(_sentence, graph, fact))
        said = [*titles.values()]
        said += [mark for one in LANGUAGES for mark in marks(fact, labels, one)]
        said += [text for quote in fact.quotes for text in (quote.text, quote.gloss)]
        yield _Entry("fact", titles, _file_of(fact.iri), _words(said))


def _sentence(graph: PublishedBuild, fact: FactRecord, language: str) -> str:
    return " ".join(name_of(term, graph.labels, language) for term in fact.triple)
