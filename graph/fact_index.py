"""A file of facts beside a store: what a proof shows of a fact in one record, not in some 45 quads.

It repeats what the store says and is never needed: without it, or if it is damaged, facts are read
from the store (:mod:`.fact_sources`). It is an SQLite database. A record is a statement of a fact,
with a checksum; a fact that several documents state has several. Quotes are offsets in the texts of
documents, which are stored once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..ontology.namespaces import BASE, EVIDENCE, GRAPH_EVIDENCE, TW
from .derive import DerivedFact
from .document import Document
from .fact import Evidence, Fact, Passage
from .indexed_facts import VERSION, Place, checksum, row_checksum, triple_key

#: The properties of evidence that name words beside a quote.
BESIDE: Final = frozenset(TW + name for name in ("gloss", "doesNotName", "doesNotSay"))

#: A file that is not finished is of no use.
_BEGIN: Final = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
_TABLES: Final = f"""
    PRAGMA user_version = {VERSION};
    CREATE TABLE fact (
        name TEXT, triple INTEGER, line TEXT, said INTEGER, evidence TEXT, checksum INTEGER);
    CREATE TABLE said (id INTEGER PRIMARY KEY, text TEXT, checksum INTEGER);
    INSERT INTO said VALUES (0, '', 0);
    CREATE TABLE beside (evidence TEXT, property TEXT, value TEXT, checksum INTEGER);
    CREATE TABLE document (
        slug TEXT PRIMARY KEY, file TEXT, sha256 TEXT, text TEXT, is_whole INTEGER,
        checksum INTEGER);
"""
_INDICES: Final = """
    CREATE INDEX fact_by_name ON fact (name);
    CREATE INDEX fact_by_triple ON fact (triple);
    CREATE INDEX beside_by_evidence ON beside (evidence);
"""
_DOCUMENT: Final = "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?)"
#: How many records are written at once, and how many qualifiers are known at a time.
_AT_ONCE: Final = 10_000
_KNOWN: Final = 20_000


class FactIndexWriter:
    """Writes the file of facts of a build.

    ``place`` returns the path of the file; it is called as late as possible. Records may come in
    any order, and more than once. Every method raises ``OSError`` if the file cannot be written.
    """

    def __init__(self, place: Callable[[], Path], *, is_new: bool = True) -> None:
        self._place, self._is_new = place, is_new
        self._opened: sqlite3.Connection | None = None
        self._facts: list[tuple[str, int, str, int, str, int]] = []
        self._beside: list[tuple[str, str, str, int]] = []
        #: The numbers of qualifiers that were met lately, and their checksums.
        self._known: dict[object, tuple[int, int]] = {}
        self._new: list[tuple[int, str, int]] = []
        #: The number of the last qualifiers.
        self._count = 0 if is_new else self._last()

    def add(self, fact: Fact) -> None:
        """Add a statement of a fact."""
        known = self._known.get(fact.qualifiers)
        if known is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            said = ((predicate, str(value)) for predicate, value in fact.said())
            known = self._known[fact.qualifiers] = self._said(said)
        line = f"{fact.subject} {fact.predicate} {fact.object}"
        self._add(fact.iri, line, _places(fact.evidence), *known)
        for item in fact.evidence:
            if item.gloss:
                self._heed(item.gloss_line(fact.iri))

    def add_record(
        self, iri: str, line: str, said: Iterable[tuple[str, str]], places: Iterable[Place]
    ) -> None:
        """Add what a store says of a fact: its triple and its qualifiers as in N-Triples."""
        self._add(iri, line, json.dumps(list(places)), *self._said(said))

    def add_derived(self, item: DerivedFact) -> None:
        """Add a derived fact."""
        line = " ".join(item.terms)
        self.add_derived_record(item.iri, line, item.rule_iri, item.when, item.sources)

    def add_derived_record(
        self, iri: str, line: str, rule: str, when: str, sources: Iterable[str]
    ) -> None:
        """Add what a store says of a derived fact: its triple as in N-Triples, and its rule."""
        premises = " ".join([source.removeprefix(BASE) for source in sources])
        self._add(iri, line, f"{rule.removeprefix(BASE)} {when} {premises}", 0, 0)

    def heeded(self, lines: Iterable[str]) -> Iterator[str]:
        """The same N-Quads; those that say what stands beside a quote are added."""
        for line in lines:
            if line.startswith(_ABOUT_EVIDENCE):
                self._heed(line)
            yield line

    def heed(self, lines: Iterable[str]) -> None:
        """Add what N-Quads say that stands beside a quote."""
        for _ in self.heeded(lines):
            pass

    def add_beside(self, quad: ox.Quad) -> None:
        """Add what stands beside a quote."""
        self._add_beside(_beside(quad))

    def add_documents(self, documents: Iterable[Document]) -> None:
        """Add documents, or replace those that have changed."""
        with self._writing() as database:
            known = dict(database.execute("SELECT slug, checksum FROM document"))
            for one in documents:
                row = one.slug, one.file, one.sha256, one.text, int(one.is_whole)
                check = checksum(*map(str, row))
                if known.get(one.slug) != check:
                    database.execute(_DOCUMENT, (*row, check))

    def remove(self, iris: Iterable[str]) -> None:
        """Remove all records of facts."""
        names = [(iri.removeprefix(BASE),) for iri in iris]
        with self._writing() as database:
            database.executemany("DELETE FROM fact WHERE name = ?", names)

    def remove_beside(self, quad: ox.Quad) -> None:
        """Remove what stood beside a quote."""
        text = "DELETE FROM beside WHERE evidence = ? AND property = ? AND value = ?"
        with self._writing() as database:
            database.execute(text, _beside(quad))

    def merge(self, path: Path) -> None:
        """Add all records of another file but its documents, and delete it."""
        self._flush()
        with self._writing() as database:
            database.commit()
            database.execute("ATTACH ? AS other", (str(path),))
            database.executescript(f"""
                BEGIN;
                INSERT INTO said SELECT id + {self._count}, text, checksum FROM other.said
                    WHERE id;
                INSERT INTO fact SELECT name, triple, line, said + {self._count}, evidence,
                    checksum FROM other.fact;
                INSERT INTO beside SELECT * FROM other.beside;
                COMMIT;
                DETACH other;
                BEGIN;
            """)
        self._count = self._last()
        path.unlink()

    def finish(self, *, is_part: bool = False) -> None:
        """Write the rest; a part, which is to be merged, needs no indices."""
        self._flush()
        has_indices = is_part or not self._is_new
        with self._writing() as database:
            # A script begins with a COMMIT.
            database.executescript("" if has_indices else _INDICES)
        self.close()

    def close(self) -> None:
        """Close the file; unless it is finished, it is of no use."""
        if self._opened is not None:
            self._opened.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._opened is None:
                self._opened = sqlite3.connect(self._place(), isolation_level=None)
                self._opened.executescript(_BEGIN + _TABLES * self._is_new)
            yield self._opened
        except sqlite3.Error as error:
            raise OSError(str(error)) from error

    def _last(self) -> int:
        with self._writing() as database:
            found: int | None = database.execute("SELECT max(id) FROM said").fetchone()[0]
        return found or 0

    def _add(self, iri: str, line: str, evidence: str, number: int, said: int) -> None:
        name, key = iri.removeprefix(BASE), triple_key(line)
        check = row_checksum(name, key, evidence, said)
        self._facts.append((name, key, line, number, evidence, check))
        if len(self._facts) >= _AT_ONCE:
            self._flush()

    def _said(self, pairs: Iterable[tuple[str, str]]) -> tuple[int, int]:
        """The number of new qualifiers, and their checksum."""
        text = json.dumps(list(pairs), ensure_ascii=False)
        self._count += 1
        self._new.append((self._count, text, check := checksum(text)))
        return self._count, check

    def _heed(self, line: str) -> None:
        subject, predicate, rest = line.split(" ", 2)
        if predicate[1:-1] in BESIDE:
            value = rest.removesuffix(_IN_EVIDENCE)
            self._add_beside((name_of_evidence(subject[1:-1]), predicate[1:-1], value))

    def _add_beside(self, row: tuple[str, str, str]) -> None:
        self._beside.append((*row, checksum(*row)))

    def _flush(self) -> None:
        with self._writing() as database:
            database.executemany("INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)", self._facts)
            database.executemany("INSERT INTO said VALUES (?, ?, ?)", self._new)
            database.executemany("INSERT INTO beside VALUES (?, ?, ?, ?)", self._beside)
        self._facts, self._new, self._beside = [], [], []


_ABOUT_EVIDENCE: Final = f"<{EVIDENCE}"
_IN_EVIDENCE: Final = f" <{GRAPH_EVIDENCE}> ."


def name_of_evidence(iri: str) -> str:
    """The name of evidence in the file."""
    return iri.removeprefix(EVIDENCE)


def _beside(quad: ox.Quad) -> tuple[str, str, str]:
    assert isinstance(quad.subject, ox.NamedNode)
    return name_of_evidence(quad.subject.value), quad.predicate.value, str(quad.object)


def _places(evidence: Sequence[Evidence]) -> str:
    """Pieces of evidence as JSON (see :data:`Place`), and a single one, as most are, in short."""
    first = evidence[0]
    if len(evidence) == 1 and not first.context and not first.continues:
        return f"{first.document} {first.start} {first.end}"
    return json.dumps(
        [
            (
                *_span(item),
                item.continues and (item.continues.start, item.continues.end),
                [*map(_span, item.context)],
            )
            for item in evidence
        ]
    )


def _span(passage: Passage) -> tuple[str, int, int]:
    return passage.document, passage.start, passage.end
