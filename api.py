"""The public API: open the knowledge graph, query it, and get the proof of each answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from .graph.errors import MisuseError, QueryError, TaawunError, UnsureError
from .graph.store import EmbeddedStore, Store, read
from .queries.answer import Answer, Triples, ask
from .queries.catalogue import Catalogue
from .queries.entity_card import EntityCard, entity_card
from .queries.names import Names
from .queries.network import Step, shortest_paths
from .queries.question import Question
from .queries.results import Shown
from .queries.rows import Row, Rows, Truth

if TYPE_CHECKING:
    from rdflib import Dataset

    from .loaders.builds.cache import Build
    from .queries.asking import Outcome, Reader
    from .queries.disagreement import Disagreement
    from .queries.entity_card import PastFact
    from .queries.own_queries import OwnQueries

__all__ = [
    "KnowledgeGraph", "Row", "Rows", "TaawunError", "Truth", "open", "present_build",
]  # fmt: skip


class KnowledgeGraph:
    """The knowledge graph: stored questions, SPARQL, entities and paths, each with its proof."""

    def __init__(
        self,
        store: Store,
        *,
        language: str = "ar",
        questions: Sequence[Path] = (),
        texts: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """``questions`` are additional folders of questions; ``texts`` maps slugs to documents."""
        self._texts = texts
        self.store = store
        self.language = language
        self.catalogue = Catalogue(questions)
        self.names = Names(store)

    def ask(self, question: str, **parameters: str) -> Rows | EntityCard:
        """Run a stored question by name, or ask in one's own words in either language.

        Parameters are slugs, IRIs or names. What was understood of own words stands in
        ``understood``; "what is X?" gives the card of X. Raises ``UnsureError`` if the words are
        not understood for certain.

        >>> import taawun
        >>> kg = taawun.open(language="en")
        >>> [str(row) for row in kg.ask("agreement-signatories", country="نيجيريا")][0]
        'Egypt–Nigeria postal e-commerce agreement · Egypt'
        """
        if self.catalogue.is_name(question):
            return self.ask_stored(self.catalogue.get(question), parameters)
        outcome = self.read(question)
        if outcome.plan is None:
            raise UnsureError.of(outcome.kind, outcome.names, outcome.words, outcome.near)
        if parameters and not outcome.plan.stored:
            raise MisuseError("parameters-without-question", names=list(parameters))
        if parameters or outcome.kind == "lacking":
            return self.answered(outcome.with_values(parameters, self.names))
        return self.show(outcome.plan.card) if outcome.plan.card else self.answered(outcome)

    def answered(self, outcome: Outcome) -> Rows:
        """The rows of what was understood of a question, with how it was read."""
        from .queries.asking.wording import Wording

        answer = outcome.answer(self.store, self.language)
        rows = Rows(self.store, outcome.query_with_prefixes(self.store), answer)
        rows.understood = Wording(self.store).read_as(outcome)
        return rows

    @cached_property
    def _reader(self) -> Reader:
        from .queries.asking import Reader

        return Reader(self.store, self.catalogue, self.names)

    def read(self, text: str) -> Outcome:
        """What a question in one's own words asks, without running it."""
        return self._reader.read(text)

    def ask_stored(self, question: Question, parameters: dict[str, str]) -> Rows:
        """Run a stored question. Raises ``QueryError`` if a required parameter has no value."""
        asked = question.asked(parameters, self.names)
        text = question.sparql(asked, self.names)
        return Rows(self.store, text, ask(self.store, question, self.language, text, asked))

    @cached_property
    def own_queries(self) -> OwnQueries:
        """Prepares queries: prefixes, and what is probably wrong."""
        from .queries.own_queries import OwnQueries

        return OwnQueries(self.store, self.names)

    def sparql(self, text: str) -> Rows | Truth | Triples:
        """Run any SPARQL 1.1 query: rows for SELECT, a ``Truth`` for ASK, otherwise triples.

        Our prefixes need no declaration. The ``warnings`` of the answer say what in the query does
        not exist or is in another graph. Raises ``QueryError`` if the query cannot be run.
        """
        text, warnings = self.own_queries.prepare(text)
        answer = self.store.query(text)
        if isinstance(answer, ox.QuerySolutions):
            shown = Shown(self.store, self.language)
            return Rows(self.store, text, Answer(answer, shown, warnings=warnings))
        if isinstance(answer, ox.QueryBoolean):
            return Truth(self.store, text, bool(answer), warnings)
        return Triples(read(answer), warnings)

    def show(self, entity: str) -> EntityCard:
        """Everything recorded about an entity, given by slug, IRI or any of its names."""
        return entity_card(self.store, self.names.get(entity))

    def history(self, entity: str) -> tuple[PastFact, ...]:
        """The unasserted facts about an entity: withdrawn, replaced or not yet reviewed."""
        from .queries.entity_card import history

        return history(self.store, self.names.get(entity))

    def disagreements(self, entity: str | None = None) -> tuple[Disagreement, ...]:
        """Disagreements between documents, in the whole graph or about one entity."""
        from .queries.disagreement import disagreements

        return disagreements(self.store, None if entity is None else self.names.get(entity))

    def path(self, start: str, end: str, *, limit: int = 3) -> list[list[Step]]:
        """The shortest paths of facts between two entities."""
        return shortest_paths(self.store, self.names.get(start), self.names.get(end), limit=limit)

    def explore(
        self,
        output: str | Path,
        *,
        focus: str | None = None,
        depth: int = 1,
        questions: Sequence[str] | None = None,
        texts: bool = True,
    ) -> Path:
        """Write the interactive graph as one HTML file, and return its path.

        ``focus`` limits it to one entity and its neighbours within ``depth`` steps;
        ``questions`` names the stored questions to include, by default all; ``texts`` includes
        the full documents of the quotes. Raises ``OSError`` if the file cannot be written.
        """
        from .viz.explorer import write_explorer
        from .viz.payload import answer_questions
        from .viz.read_view import read_view
        from .viz.view import focus as focus_on

        view = read_view(self.store)
        if focus is not None:
            view = focus_on(view, self.names.get(focus), depth)
        names = self.catalogue.questions if questions is None else questions
        chosen = [self.catalogue.get(name) for name in names]
        return write_explorer(
            view,
            Path(output),
            lang="ar" if self.language == "ar" else "en",
            texts=self._texts() if texts else None,
            questions=list(answer_questions(self.store, chosen)),
        )

    def dataset(self) -> Dataset:
        """The whole graph as an ``rdflib.Dataset``. Requires the embedded store."""
        if not isinstance(self.store, EmbeddedStore):
            raise QueryError("endpoint-without-dataset")
        return self.store.dataset()


def open(
    *collections: str | Path, language: str = "ar", endpoint: str | None = None, timeout: float = 30
) -> KnowledgeGraph:
    """Open the bundled graph, with any further collections on top, or a remote endpoint.

    Rebuilds the graph first if an input has changed since the last build. Raises
    ``CollectionError`` with every fault of the collections.
    """
    folders = [Path(folder) for folder in collections]
    questions = [folder / "queries" for folder in folders]
    if endpoint is not None:
        from .graph.remote.remote_store import RemoteStore

        store = RemoteStore(endpoint, timeout=timeout)
        return KnowledgeGraph(store, language=language, questions=questions)
    return KnowledgeGraph(
        present_build(folders).store(),
        language=language,
        questions=questions,
        texts=lambda: _texts(folders),
    )


def present_build(collections: Sequence[Path] = ()) -> Build:
    """The build of the bundled collection and any others, rebuilt if an input has changed.

    Raises the errors of :func:`taawun.loaders.builds.build.build`.
    """
    from .loaders.builds.cache import Memory, cache_folder, stack

    known = Memory(cache_folder(), stack(collections)).build()
    if known is None:
        from .loaders.builds.build import build

        return build(collections)
    return known


def _texts(folders: Sequence[Path]) -> Mapping[str, str]:
    from .loaders.collection import document_texts

    return document_texts(folders)
