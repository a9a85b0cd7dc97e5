"""Read facts from the file beside an embedded store (:mod:`.fact_index`), else from the store.

What the file does not have is asked of the store. Once it turns out to be damaged, everything is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from zlib import crc32

import pyoxigraph as ox

from ..ontology.namespaces import BASE, DOCUMENT, EVIDENCE, INFERENCE, PROV, TW
from .document import Document
from .fact import Passage, evidence_iri
from .fact_record import QuotePart
from .fact_sources import BesideRow, EvidenceRow, FactSource, Quads, Queries, Triple
from .qualifiers import Said, said_of
from .store import EmbeddedStore, Store, Term, kept, line_of

if TYPE_CHECKING:
    import sqlite3

#: The version of the tables.
VERSION: Final = 1
#: Part of a quote: its document, its offsets, those of the part before it, and its context.
Place: TypeAlias = tuple[str, int, int, tuple[int, int] | None, list[tuple[str, int, int]]]
#: Fewer facts are read from the store faster than the file is opened.
_FEW: Final = 8
#: How many documents, and qualifiers, are kept in memory.
_DOCUMENTS: Final = 2_000
_SAID: Final = 20_000
_ROWS: Final = (
    "SELECT name, fact.checksum, line, evidence, text, said.checksum "
    "FROM fact JOIN said ON said.id = fact.said "
    "WHERE {} IN (SELECT value FROM json_each(?))"
)


def checksum(*parts: str) -> int:
    """The checksum of a record."""
    return crc32("\0".join(parts).encode())


def row_checksum(name: str, key: int, evidence: str, said: int) -> int:
    """The checksum of a statement, with the key of its triple and the checksum of qualifiers."""
    return crc32(f"{name} {evidence} {said}".encode(), key)


def triple_key(line: str) -> int:
    """The key of a triple, given as in N-Triples; others may have the same."""
    return crc32(line.encode())


class _Row(NamedTuple):
    """A statement of a fact: its triple as in N-Triples, its quotes, and JSON of its qualifiers.

    A derived fact has its rule, its time and its premises in place of quotes.
    """

    line: str
    evidence: str
    said: str
    said_checksum: int


class DamagedError(Exception):
    """The file does not say what was written to it."""


class FactIndex:
    """The file of facts of one build, opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._documents: dict[str, Document] = {}
        self._said: dict[str | tuple[str, ...], Said] = {}
        self._lock = Lock()
        self.is_sound = path.is_file()

    @property
    def is_open(self) -> bool:
        """Whether it has been read from."""
        return self._database is not None

    def by_triple(self, lines: Iterable[str]) -> dict[str, list[_Row]]:
        """The statements of facts with one of these triples, or another with its key, by IRI.

        Raises ``DamagedError``.
        """
        return self._rows("fact.triple", [*map(triple_key, lines)])

    def by_iri(self, iris: Iterable[str]) -> dict[str, list[_Row]]:
        """The statements of these facts, by IRI. Raises ``DamagedError``."""
        return self._rows("fact.name", [iri.removeprefix(BASE) for iri in iris])

    def beside(self, evidence: Iterable[str]) -> Iterator[tuple[str, str, Term]]:
        """The evidence, properties and values of what stands beside quotes.

        Raises ``DamagedError``.
        """
        text = "SELECT * FROM beside WHERE evidence IN (SELECT value FROM json_each(?))"
        names = [iri.removeprefix(EVIDENCE) for iri in evidence]
        for name, predicate, value, check in self._found(text, json.dumps(names)):
            self._check(check, name, predicate, value)
            yield EVIDENCE + name, predicate, _term(value)

    def said(self, fact: str, rows: Sequence[_Row]) -> Said:
        """What statements say of a fact. Raises ``DamagedError``."""
        values: dict[str, list[Term]] = defaultdict(list)
        if fact.startswith(INFERENCE):
            rule, when, *sources = rows[0].evidence.split(" ")
            values[f"{TW}derivedBy"] = [ox.NamedNode(BASE + rule)]
            values[f"{TW}timeOfPremises"] = [ox.Literal(when)]
            values[f"{PROV}wasDerivedFrom"] = [ox.NamedNode(BASE + source) for source in sources]
            return said_of(fact, values)
        key = rows[0].said if len(rows) == 1 else tuple([row.said for row in rows])
        found = self._said.get(key)
        if found is None:
            if len(self._said) > _SAID:
                self._said.clear()
            for row in rows:
                self._check(row.said_checksum, row.said)
            pairs = (tuple(pair) for row in rows for pair in json.loads(row.said))
            for predicate, value in dict.fromkeys(pairs):
                values[predicate].append(_term(value))
            found = self._said[key] = said_of(fact, values)
        return found

    def document(self, slug: str) -> Document:
        """A document: its name, its text and its digest. Raises ``DamagedError``."""
        found = self._documents.get(slug)
        if found is None:
            if len(self._documents) > _DOCUMENTS:
                self._documents.clear()
            for *row, check in self._found("SELECT * FROM document WHERE slug = ?", slug):
                self._check(check, *map(str, row))
                _, file, digest, text, is_whole = row
                found = Document(slug, file, digest, text, "", "", is_whole=bool(is_whole))
            if found is None:
                raise DamagedError
            self._documents[slug] = found
        return found

    def _rows(self, column: str, keys: list[Any]) -> dict[str, list[_Row]]:
        rows: dict[str, list[_Row]] = {}
        for name, check, *said in self._found(_ROWS.format(column), json.dumps(keys)):
            row = _Row._make(said)
            if row_checksum(name, triple_key(row.line), row.evidence, row.said_checksum) != check:
                raise DamagedError
            rows.setdefault(BASE + name, []).append(row)
        return rows

    def _check(self, check: int, *parts: str) -> None:
        if checksum(*parts) != check:
            raise DamagedError

    def _found(self, text: str, value: str) -> list[Any]:
        import sqlite3

        with self._lock:
            try:
                if self._database is None:
                    # Nobody writes to a finished build.
                    place = f"{self._path.absolute().as_uri()}?immutable=1"
                    opened = sqlite3.connect(place, uri=True, check_same_thread=False)
                    if opened.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                        raise DamagedError
                    self._database = opened
                return self._database.execute(text, (value,)).fetchall()
            except sqlite3.Error as error:
                raise DamagedError from error


def source_of(store: Store) -> FactSource:
    """How the facts of a store are read."""
    if not isinstance(store, EmbeddedStore):
        return Queries(store)
    quads = Quads(store.quads)
    path = store.fact_index
    if path is None:
        return quads
    return _Indexed(kept(store, "fact index", lambda _: FactIndex(path)), quads)


class _Indexed:
    """Facts in the file beside an embedded store."""

    def __init__(self, index: FactIndex, quads: Quads) -> None:
        self._index, self._quads = index, quads
        #: The statements of facts whose quotes have not been read yet.
        self._known: dict[str, list[_Row]] = {}

    def stating(self, triples: Sequence[Triple]) -> Iterator[tuple[Triple, str]]:
        lines = {line_of(*triple): triple for triple in triples}
        found = self._read(self._index.by_triple, [*lines])
        told = set()
        for iri, rows in found.items():
            line = rows[0].line
            # Another triple may have the same key.
            if line in lines:
                self._known[iri] = rows
                told.add(line)
                yield lines[line], iri
        left = [triple for line, triple in lines.items() if line not in told]
        yield from self._quads.stating(left)

    def said(self, facts: Sequence[str]) -> dict[str, Said]:
        said, found = self._index.said, {}
        try:
            for fact, rows in self._look_up(facts).items():
                found[fact] = said(fact, rows)
        except DamagedError:
            self._index.is_sound = False
        missing = [fact for fact in facts if fact not in found]
        return found | self._quads.said(missing) if missing else found

    def triples(self, facts: Sequence[str]) -> Iterator[tuple[str, Triple]]:
        known = self._look_up(facts)
        for fact, rows in known.items():
            subject, predicate, object_ = rows[0].line.split(" ", 2)
            yield fact, (_term(subject), _term(predicate), _term(object_))
        yield from self._quads.triples([fact for fact in facts if fact not in known])

    def quotes(self, facts: Sequence[str]) -> tuple[list[EvidenceRow], list[BesideRow]]:
        known = self._look_up(facts)
        for fact in known:
            self._known.pop(fact, None)
        evidence, beside = self._quads.quotes([fact for fact in facts if fact not in known])
        try:
            mine: dict[str, EvidenceRow] = {}
            around: list[BesideRow] = []
            for fact, rows in known.items():
                for row in rows:
                    self._evidence(fact, row, mine, around)
            for iri, predicate, value in self._index.beside(mine):
                if predicate == _GLOSS:
                    around.append(BesideRow(iri, gloss=value.value))
                else:
                    around.append(BesideRow(iri, unsaid=value))
        except DamagedError:
            self._index.is_sound = False
            more, around = self._quads.quotes([*known])
            return evidence + more, beside + around
        return [*evidence, *mine.values()], beside + around

    def _evidence(
        self, fact: str, row: _Row, found: dict[str, EvidenceRow], around: list[BesideRow]
    ) -> None:
        """Add the quotes of one statement of a fact, and what continues them and stands around."""
        for slug, start, end, before, context in _places(row.evidence):
            document = self._index.document(slug)
            digest = document.sha256
            iri = evidence_iri(fact, digest, start, end)
            part = QuotePart(
                document.text[start:end],
                start,
                end,
                document.before(start),
                document.after(end),
                iri,
            )
            found[iri] = EvidenceRow(fact, DOCUMENT + slug, part)
            if before:
                around.append(BesideRow(iri, before=evidence_iri(fact, digest, *before)))
            for other, *span in context:
                passage = Passage(self._index.document(other), *span)
                part = QuotePart(passage.quote, span[0], span[1], iri=passage.passage_iri)
                around.append(BesideRow(iri, passage=part))

    def _look_up(self, facts: Sequence[str]) -> dict[str, list[_Row]]:
        """The statements of facts that the file has."""
        # Another thread may be done with one of them.
        known = ((fact, self._known.get(fact)) for fact in facts)
        found = {fact: rows for fact, rows in known if rows is not None}
        if len(found) < len(facts):
            more = self._read(self._index.by_iri, [fact for fact in facts if fact not in found])
            self._known |= more
            found |= more
        return found

    def _read(
        self, read: Callable[[Iterable[str]], dict[str, list[_Row]]], keys: Sequence[str]
    ) -> dict[str, list[_Row]]:
        """The statements of facts; none if the file is not there, or damaged, or not worth it."""
        index = self._index
        if not index.is_sound or not keys or (len(keys) < _FEW and not index.is_open):
            return {}
        try:
            return read(keys)
        except DamagedError:
            index.is_sound = False
            return {}


_GLOSS: Final = f"{TW}gloss"


def _places(evidence: str) -> Iterable[Place]:
    """Where the quotes of a statement are."""
    if evidence.startswith("["):
        found: list[Place] = json.loads(evidence)
        return found
    slug, start, end = evidence.split(" ")
    return ((slug, int(start), int(end), None, []),)


def _term(text: str) -> Term:
    """A term as in N-Triples."""
    if text.startswith("<"):
        return ox.NamedNode(text[1:-1])
    (quad,) = ox.parse(f"<a:a> <a:a> {text} .".encode(), ox.RdfFormat.N_TRIPLES)
    found: Term = quad.object
    return found
