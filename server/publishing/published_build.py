"""The build whose pages become files, with what they share: labels, facts, proofs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import file_digest
from pathlib import Path
from typing import Final, TypeAlias

from ...graph.fact_reader import FactReader
from ...graph.store import EmbeddedStore, select
from ...loaders.builds.cache import Build
from ...loaders.builds.inputs import SEEDS, day_of
from ...ontology.namespaces import GRAPH_EVIDENCE, TW
from ...queries.answer_table import AnswerTable
from ...queries.fact_words import reservations
from ...queries.labels import Labels
from ...queries.names import Names
from ...queries.question import Question
from ...queries.results import Terms
from ...queries.rows import Rows
from ...queries.why import RowExplanation
from ..pages.asking_page import question_link
from ..pages.make_explorer import renderer
from ..workers.served_graph import OpenedBuild
from .question_values import useful_values

#: The largest dump, in bytes, that is held in memory; a larger graph is read from disk, so that
#: memory does not grow with it.
_IN_MEMORY: Final = 64 << 20


_FACTS: Final = (
    f"SELECT ?fact {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?fact <{TW}modality>|<{TW}derivedBy> ?x }} }}"
)
_Proofs: TypeAlias = dict[tuple[Terms, ...], Sequence[RowExplanation]]


class PublishedBuild(OpenedBuild):
    """The graph of a build whose pages become files; the templates know it by ``published``."""

    def __init__(
        self,
        build: Build,
        collections: Sequence[Path],
        *,
        shows_texts: bool,
        docs: Path | None = None,
    ) -> None:
        """``docs`` is a folder with the documentation, which becomes a part of the site."""
        self.docs = docs
        super().__init__(build.path, collections, shows_texts=shows_texts)
        self.dump = build.dump
        self._proven: tuple[str, _Proofs] | None = None
        self._is_in_memory = self.dump.stat().st_size <= _IN_MEMORY
        if self._is_in_memory:
            quads = EmbeddedStore.in_memory(self.dump.read_bytes()).quads
            self.store = EmbeddedStore(quads, build.path.name)
            self.names = Names(self.store)
        self.published = self
        #: What distinguishes this state of the graph: the beginning of the dump's sha256.
        with self.dump.open("rb") as content:
            self.edition = file_digest(content, "sha256").hexdigest()[:16]
        self.day = day_of([SEEDS, *collections])

    @cached_property
    def values(self) -> dict[str, list[dict[str, str]]]:
        """The values with an answer, for each stored question."""
        questions = self.catalogue.questions.values()
        return {item.name: useful_values(item, self.store, self.names) for item in questions}

    @cached_property
    def explorer(self) -> Callable[[str], str]:
        """What makes the explorer in a language."""
        return renderer(self)

    @property
    def reader(self) -> FactReader:
        """A reader of facts: one for all pages, as long as the graph is in memory."""
        return self._reader_of_all if self._is_in_memory else FactReader(self.store)

    @cached_property
    def _reader_of_all(self) -> FactReader:
        reader = FactReader(self.store)
        reader.load(row["fact"].value for row in select(self.store, _FACTS))
        return reader

    def ask_stored(self, question: Question, parameters: dict[str, str]) -> Rows:
        """Run a stored question; both languages of a page share the proofs of its rows."""
        rows = super().ask_stored(question, parameters)
        if self._proven is None or self._proven[0] != rows.text:
            self._proven = rows.text, {}
        return _SharingRows(rows, self._proven[1])

    @cached_property
    def labels(self) -> Labels:
        """Labels for the choices of the questions' pages."""
        return Labels(self.store)

    def link(self, name: str, values: Mapping[str, str]) -> str:
        """The address of a question with these values."""
        return question_link(self.catalogue.get(name), values, "ar")

    def choices(self, name: str, language: str) -> list[tuple[str, str]]:
        """The values of a question that have pages: each in words, with the page's address."""
        question = self.catalogue.get(name)
        found = []
        for values in self.values[name]:
            asked = question.asked(values, self.names)
            given = [item for item in asked.values if item.is_given]
            words = [item.words(self.labels, language) for item in given]
            found.append((" · ".join(words), question_link(question, values, language)))
        return sorted(found)


class _SharingRows(Rows):
    """The rows of an answer, whose proofs are found once for both languages."""

    def __init__(self, rows: Rows, proofs: _Proofs) -> None:
        super().__init__(rows.store, rows.text, rows.answer)
        self._proofs = proofs

    def as_table(
        self, block: Sequence[Terms], *, why: bool = False, marked: bool = True
    ) -> AnswerTable:
        """See ``Rows``; a page has one block."""
        key = tuple(block)
        if why and key in self._proofs:
            table = super().as_table(block, marked=False)
            found = self._proofs[key]
            shown = self.shown
            words = [reservations(proof, shown.labels, shown.language) for proof in found]
            return table._replace(proofs=found, reservations=words)
        table = super().as_table(block, why=why, marked=marked)
        if why:
            self._proofs[key] = table.proofs
        return table
