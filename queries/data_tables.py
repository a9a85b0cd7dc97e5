"""The graph as four tables: entities, documents, facts and quotes, each row with a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import pyoxigraph as ox

from ..graph.fact_reader import all_facts
from ..graph.store import Store, select
from ..ontology.namespaces import DCTERMS, DOCUMENT, GRAPH_ENTITIES, ID, SCHEMA, SKOS
from .fact_words import qualifiers_of
from .labels import Labels, short_iri
from .search import listing


class Column(NamedTuple):
    """A column: its name, its type in Frictionless, what it holds, and the table it refers to."""

    name: str
    type: str
    description: str
    refers_to: str = ""


class Table(NamedTuple):
    """A table; the first column is its key, unless it has none."""

    name: str
    description: str
    columns: tuple[Column, ...]
    has_key: bool = True


def _texts(**columns: str) -> tuple[Column, ...]:
    return tuple(Column(name, "string", description) for name, description in columns.items())


ENTITIES: Final = Table(
    "entities",
    "Countries, people, bodies, agreements and everything else that facts are about.",
    _texts(
        entity="The short IRI: class and name.",
        label_ar="The Arabic name, as printed.",
        label_en="The English name; names of people are transliterated.",
        kind="The most specific class.",
        kind_ar="The class in Arabic.",
        kind_en="The class in English.",
        aliases="Other names in the texts, separated by “ ‖ ”.",
    ),
)
DOCUMENTS: Final = Table(
    "documents",
    "The source documents.",
    _texts(
        document="The short name.",
        file="The file.",
        title_ar="The Arabic title.",
        title_en="The English title.",
        publisher="The publisher, where printed.",
        sha256="The checksum of the file, to which all offsets refer.",
    ),
)
FACTS: Final = Table(
    "facts",
    "One fact a row, with how firmly it is stated and by whom.",
    (
        *_texts(fact="The short IRI."),
        Column("subject", "string", "The entity that the fact is about.", "entities"),
        *_texts(
            subject_ar="Its Arabic name.",
            subject_en="Its English name.",
            predicate="The property of the ontology.",
            predicate_ar="The property in Arabic.",
            predicate_en="The property in English.",
        ),
        Column("object", "string", "The other entity; empty for a value.", "entities"),
        *_texts(
            object_ar="Its Arabic name, or the value.",
            object_en="Its English name, or the value.",
            modality="asserted, reported, inferred, planned, expected, conditional or denied: only "
            "the first three say that something is so.",
            stated_by="Who says it in the text.",
            on_behalf_of="For whom somebody takes part.",
            when="The time, in EDTF.",
            date_text="The printed words of the time.",
            note_ar="The curator's remark in Arabic.",
            note_en="The curator's remark in English.",
            record_status="asserted, disputed, superseded or retracted.",
        ),
    ),
)
QUOTES: Final = Table(
    "quotes",
    "The words that prove a fact; a quote that leaves words out has a row for each part.",
    (
        Column("fact", "string", "The fact.", "facts"),
        Column("document", "string", "The document.", "documents"),
        Column("quote", "string", "The words, verbatim."),
        Column("start", "integer", "The offset of the first letter, in code points."),
        Column("end", "integer", "The offset after the last letter."),
        Column("part", "integer", "The number of the part within its quote, from 1."),
        Column("gloss", "string", "The curator's English of the whole quote; it proves nothing."),
    ),
    has_key=False,
)
TABLES: Final = (ENTITIES, DOCUMENTS, FACTS, QUOTES)
_THINGS: Final = f"""SELECT DISTINCT ?thing WHERE {{
  GRAPH <{GRAPH_ENTITIES}> {{ ?thing a ?class }} FILTER(STRSTARTS(STR(?thing), "{{start}}"))
}} ORDER BY ?thing"""
_VALUES: Final = "SELECT ?thing ?value WHERE {{ ?thing <{p}> ?value }} ORDER BY ?thing ?value"


def rows_of(store: Store, table: Table) -> Iterator[tuple[str | int, ...]]:
    """The rows of a table, sorted by key; text is empty where there is nothing to say."""
    yield from {
        "entities": _entities, "documents": _documents, "facts": _facts, "quotes": _quotes,
    }[table.name](store)  # fmt: skip


def _things(store: Store, start: str) -> list[str]:
    query = _THINGS.replace("{start}", start)
    return [row["thing"].value for row in select(store, query)]


def _values(store: Store, predicate: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in select(store, _VALUES.format(p=predicate)):
        found.setdefault(row["thing"].value, []).append(row["value"].value)
    return {thing: " ‖ ".join(dict.fromkeys(values)) for thing, values in found.items()}


def _entities(store: Store) -> Iterator[tuple[str | int, ...]]:
    labels, aliases = Labels(store), _values(store, f"{SKOS}altLabel")
    known = _things(store, ID)
    # Whatever a fact names has a row, a stage and a unit too.
    for fact in all_facts(store, quotes=False):
        known += [t.value for t in fact.triple[::2] if isinstance(t, ox.NamedNode)]
    iris = sorted({iri for iri in known if iri.startswith(ID)})
    labels.fetch(iris)
    for entity in listing(store, iris, "en"):
        kind = entity.classes[0] if entity.classes else ""
        yield (
            short_iri(entity.iri), labels(entity.iri, "ar"), labels(entity.iri, "en"),
            short_iri(kind), labels(kind, "ar") if kind else "", labels(kind, "en") if kind else "",
            aliases.get(entity.iri, ""),
        )  # fmt: skip


def _documents(store: Store) -> Iterator[tuple[str | int, ...]]:
    labels = Labels(store)
    files, digests = _values(store, f"{DCTERMS}identifier"), _values(store, f"{SCHEMA}sha256")
    publishers = _values(store, f"{DCTERMS}publisher")
    for iri in _things(store, DOCUMENT):
        publisher = publishers.get(iri, "")
        yield (
            iri.removeprefix(DOCUMENT), files.get(iri, ""), labels(iri, "ar"), labels(iri, "en"),
            labels(publisher, "ar") if publisher.startswith("http") else publisher,
            digests.get(iri, ""),
        )  # fmt: skip


def _facts(store: Store) -> Iterator[tuple[str | int, ...]]:
    labels = Labels(store)
    for fact in all_facts(store, quotes=False):
        said = qualifiers_of(fact)
        subject, predicate = fact.subject.value, fact.predicate.value
        if isinstance(fact.object, ox.NamedNode):
            iri = fact.object.value
            object_ = short_iri(iri), labels(iri, "ar"), labels(iri, "en")
        else:
            object_ = "", fact.object.value, fact.object.value
        yield (
            said["fact"], short_iri(subject), labels(subject, "ar"), labels(subject, "en"),
            short_iri(predicate), labels(predicate, "ar"), labels(predicate, "en"), *object_,
            fact.modality, said["statedBy"], said["onBehalfOf"], fact.when, fact.date_text,
            said["noteAr"], said["note"], fact.record_status,
        )  # fmt: skip


def _quotes(store: Store) -> Iterator[tuple[str | int, ...]]:
    for fact in all_facts(store):
        for quote in sorted(fact.quotes, key=lambda quote: quote.place):
            document = quote.document_iri.removeprefix(DOCUMENT)
            for number, part in enumerate(quote.parts, 1):
                yield (
                    short_iri(fact.iri), document, part.text, part.start, part.end, number,
                    quote.gloss,
                )  # fmt: skip
