"""The public API: open the knowledge graph, query it, and get the proof of each answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from .graph.errors import (
    MisuseError,
    OutputError,
    QueryError,
    TaawunError,
    UnknownNameError,
)  # fmt: skip
from .graph.store import EmbeddedStore, Store, read
from .messages.message import foreign, preferred_language
from .queries.answer import Answer, Triples, ask
from .queries.catalogue import Catalogue
from .queries.listing import Listing, Paragraph, extent_of
from .queries.names import Names
from .queries.question import Question
from .queries.results import Shown
from .queries.rows import Row, Rows, ShownTriples, Truth

if TYPE_CHECKING:
    import networkx as nx
    from rdflib import Dataset

    from .checks import Report
    from .loaders.builds.cache import Build
    from .queries.asking import Outcome, Reader
    from .queries.disagreement import Disagreement
    from .queries.entity_card import PastFact
    from .queries.fact_listing import Card, Facts
    from .queries.network import Step
    from .queries.own_queries import OwnQueries
    from .queries.search import Entity
    from .viz.explorer import ExplorerFile

__all__ = ["KnowledgeGraph", "Row", "Rows", "TaawunError", "Truth", "open", "present_build"]


class KnowledgeGraph(Paragraph):
    """The knowledge graph: questions, SPARQL, entities, facts and paths, each with its proof.

    Everything that it returns prints in a few lines, and shows in a notebook as HTML.
    """

    def __init__(
        self,
        store: Store,
        *,
        language: str | None = None,
        questions: Sequence[Path] = (),
        texts: Callable[[], Mapping[str, str]] = dict,
        build: Build | None = None,
        collections: Sequence[Path] = (),
    ) -> None:
        """See :func:`open`. ``questions`` are additional folders of questions; ``texts`` maps slugs
        to documents; the store is that of ``build``, with ``collections`` on the bundled one.
        """
        self._texts, self._build, self._collections = texts, build, tuple(collections)
        self.store = store
        self.language = language or preferred_language()
        self.catalogue = Catalogue(questions)
        self.names = Names(store)

    def __repr__(self) -> str:
        return f"KnowledgeGraph ({extent_of(self.store, self.language)})"

    def ask(self, question: str, **parameters: str) -> Rows | Card:
        """Run a stored question by name, or ask in one's own words in either language.

        Parameters are slugs, IRIs or names. What was understood of own words stands in
        ``understood``, and in ``remark`` yes, no, or that no date is recorded; where nobody signed,
        ``short_of_that`` has who agreed on what, or talks. "What is X?" gives the card of X.
        Raises ``UnsureError``, with what is near, if that is not certain.

        >>> import taawun
        >>> kg = taawun.open(language="en")
        >>> [str(row) for row in kg.ask("agreement-signatories", country="نيجيريا")][0]
        'Egypt–Nigeria postal e-commerce agreement · Egypt'
        """
        if self.catalogue.is_name(question):
            return self.ask_stored(self.catalogue.get(question), parameters)
        outcome = self.read(question)
        if outcome.plan is None:
            near = outcome.near or tuple(stored.name for stored, _ in outcome.candidates)
            raise replace(outcome, near=near).error
        if parameters and not outcome.plan.stored:
            raise MisuseError("parameters-without-question", names=list(parameters))
        if parameters or outcome.kind == "lacking":
            return self.answered(outcome.with_values(parameters, self.names))
        if outcome.plan.card:
            return replace(self.show(outcome.plan.card), understood=self._read_as(outcome))
        return self.answered(outcome)

    def answered(self, outcome: Outcome) -> Rows:
        """The rows of what was understood of a question, with how it was read."""
        answer = outcome.answer(self.store, self.language)
        rows = Rows(self.store, outcome.query_with_prefixes(self.store), answer)
        rows.was_read(self._read_as(outcome), outcome)
        if outcome.short:
            rows.short_of_that = self.answered(outcome.short)
        return rows

    def _read_as(self, outcome: Outcome) -> str:
        from .queries.asking.wording import Wording

        return Wording(self.store).read_as(outcome)

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

    def sparql(self, text: str) -> Rows | Truth | ShownTriples:
        """Run any SPARQL 1.1 query: rows for SELECT, a ``Truth`` for ASK, otherwise triples.

        Our prefixes need no declaration. ``warnings`` say what in the query does not exist or is in
        another graph. Raises ``QueryError`` if the query cannot be run.
        """
        text, warnings = self.own_queries.prepare(text)
        answer = self.store.query(text)
        if isinstance(answer, ox.QuerySolutions):
            return Rows(self.store, text, Answer(answer, self._shown(), warnings=warnings))
        if isinstance(answer, ox.QueryBoolean):
            return Truth(self.store, text, bool(answer), warnings, self.language)
        return ShownTriples(Triples(read(answer), warnings), self._shown(), text)

    def questions(self, tag: str | None = None) -> Listing[Question]:
        """The stored questions, or those with a tag; ``ask`` takes their names."""

        def row(item: Question) -> tuple[str, ...]:
            parameters = ", ".join(p.name for p in item.parameters)
            return item.name, item.summary(self.language), parameters

        found = self.catalogue.questions.values()
        chosen = (item for item in found if tag is None or tag in item.tags)
        return Listing(chosen, ("name", "question", "parameters"), row, self._shown())

    def show(self, entity: str) -> Card:
        """Everything recorded about an entity, given by slug, IRI or any of its names.

        ``card.facts`` are the facts with their quotes. Raises ``UnknownNameError``, with the
        nearest names.
        """
        from .queries.entity_card import entity_card
        from .queries.fact_listing import Card

        return Card.of(entity_card(self.store, self.names.get(entity)), self.store, self.language)

    def search(self, text: str, *, limit: int = 20) -> Listing[Entity]:
        """Entities and documents with such a name in either language, best match first.

        First those of just this name, then those with all its words; else those with similar names.

        >>> import taawun
        >>> kg = taawun.open(language="en")
        >>> [entity.slug for entity in kg.search("ليتوانيا", limit=1)]
        ['country/lithuania']
        """
        from .queries.search import listing, search

        return listing(self.store, search(self.names, text, limit), self.language)

    def entities(self, class_: str = "entity") -> Listing[Entity]:
        """The entities of a class, of the classes below it too, sorted by IRI.

        The class is a slug, local name or label (``"agreement"``, ``"اتفاقية"``). Raises
        ``UnknownNameError``, with the nearest classes.
        """
        from .queries.search import listing, members

        return listing(self.store, members(self.store, class_), self.language)

    def facts(
        self,
        *,
        subject: str | None = None,
        predicate: str | None = None,
        object: str | float | None = None,
        modality: str | None = None,
        stated_by: str | None = None,
        document: str | None = None,
    ) -> Facts:
        """The facts that fit all that is given, with qualifiers and quotes, sorted by triple.

        Entities are slugs, IRIs or names; an object may be a number. A predicate is a name or
        label, and stands for those below it and its inverse. ``modality`` is ``"asserted"``,
        ``"planned"`` …; without it, what is only planned is among the facts too. ``document`` is a
        slug, title or file name. Raises ``UnknownNameError``, with the nearest names.

        >>> import taawun
        >>> kg = taawun.open(language="en")
        >>> len(kg.facts(predicate="signatory", object="نيجيريا"))
        1
        """
        from .graph.fact_reader import FactReader
        from .queries.fact_listing import Facts
        from .queries.search import fact_iris

        about = {"modality": modality, "stated_by": stated_by, "document": document}
        found = fact_iris(self.store, self.names, subject, predicate, object, **about)
        return Facts(FactReader(self.store).read(found), self._shown())

    def history(self, entity: str) -> Listing[PastFact]:
        """The unasserted facts about an entity: withdrawn, replaced or not yet reviewed."""
        from .queries.entity_card import history
        from .queries.fact_listing import past_facts

        return past_facts(history(self.store, self.names.get(entity)), self._shown())

    def disagreements(self, entity: str | None = None) -> Listing[Disagreement]:
        """Disagreements between documents, in the whole graph or about one entity."""
        from .queries.disagreement import disagreements
        from .queries.fact_listing import sides

        iri = None if entity is None else self.names.get(entity)
        return sides(disagreements(self.store, iri), self._shown())

    def path(self, start: str, end: str, *, limit: int = 3) -> Listing[Listing[Step]]:
        """The shortest paths of facts between two entities, each a list of steps.

        At most ``limit``, all of the same length. Raises ``QueryError`` if both are the same.
        """
        from .queries.fact_listing import paths
        from .queries.network import shortest_paths

        ends = self.names.get(start), self.names.get(end)
        return paths(shortest_paths(self.store, *ends, limit=limit), self._shown())

    def _shown(self) -> Shown:
        return Shown(self.store, self.language)

    def explore(
        self,
        output: str | Path | None = None,
        *,
        focus: str | None = None,
        depth: int = 1,
        questions: Sequence[str] | None = None,
        texts: bool = True,
    ) -> ExplorerFile:
        """Write the interactive graph as one HTML file; in a notebook, the result shows it.

        The result is a path (``os.PathLike``): of ``output``, or of a file in a new temporary
        folder. ``focus`` limits it to an entity and its neighbours within ``depth`` steps.
        ``questions`` names the stored questions, by default all; ``texts`` includes the documents
        of the quotes. Raises ``OSError`` if the file cannot be written.
        """
        from tempfile import mkdtemp

        from .viz.explorer import explore

        names = self.catalogue.questions if questions is None else questions
        return explore(
            self.store,
            output or Path(mkdtemp(prefix="taawun-"), "taawun.html"),
            lang=self.language,
            focus=None if focus is None else self.names.get(focus),
            depth=depth,
            questions=[self.catalogue.get(name) for name in names],
            texts=self._texts() if texts else None,
        )

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The facts between entities as a ``networkx.MultiDiGraph``.

        Nodes are IRIs with ``label`` and ``kind`` (``"country"``). Edges are active facts, even
        prospects; the key is the IRI of the fact, the attributes are ``label``, ``predicate``,
        ``modality`` and ``record``, the fact with its quotes. Stages, units and other values are
        left out.
        """
        from .queries.network import labelled_network

        return labelled_network(self.store, self.language)

    def export(self, form: str, output: str | Path) -> Path:
        """Write the graph into a file, in a format of ``taawun export``, and return its path.

        ``form`` is ``"nquads"``, ``"csv"``, ``"graphml"`` … Raises ``UnknownNameError``,
        ``OutputError``, and ``QueryError`` for the graph of a remote endpoint.
        """
        from .queries.export import FORMATS, export

        if self._build is None:
            raise QueryError("graph-without-build")
        if form not in FORMATS:
            raise UnknownNameError(form, "kind-export", FORMATS)
        target = Path(output)
        try:
            with target.open("wb") as out:
                export(form, self._build.dump, self.store, out)
        except OSError as error:
            reason = foreign(error)
            raise OutputError("output-not-written", file=str(target), reason=reason) from error
        return target

    def add(self, *items: Mapping[str, Any], dry_run: bool = False) -> Facts:
        """Add entities and facts to the last collection, all or none; returns the new facts.

        Items are as in a file for ``taawun add batch``. Writes nothing if ``CollectionError``.
        """
        from .queries.fact_listing import Facts
        from .trial import add_items

        found, build = add_items(self._collections, items, self.catalogue, dry_run=dry_run)
        if not dry_run:
            for cached in ("_reader", "own_queries"):
                self.__dict__.pop(cached, None)
            self._build, self.store = build, build.store()
            self.names = Names(self.store)
        return Facts(found.difference.changes.added, Shown(found.difference.after, self.language))

    def check(self) -> Report:
        """Run the checks of ``taawun check`` on the collections as they are now.

        ``report.faults`` is empty if all is well. Raises ``CollectionError`` if the files cannot
        be read as facts, and ``QueryError`` for a remote endpoint.
        """
        from .checks import check

        if self._build is None:
            raise QueryError("graph-without-build")
        report = check(present_build(self._collections), self._collections)
        return replace(report, language=self.language)

    def dataset(self) -> Dataset:
        """The whole graph as an ``rdflib.Dataset``. Requires the embedded store."""
        if not isinstance(self.store, EmbeddedStore):
            raise QueryError("endpoint-without-dataset")
        return self.store.dataset()


def open(
    *collections: str | Path,
    language: str | None = None,
    endpoint: str | None = None,
    timeout: float = 30,
) -> KnowledgeGraph:
    """Open the bundled graph, with any further collections on top, or a remote endpoint.

    ``language`` of labels is ``"ar"`` or ``"en"``, by default that of the locale. ``endpoint`` is
    the URL of a SPARQL store that holds the graph, ``timeout`` the seconds to wait for each answer.
    Rebuilds the graph first if an input has changed. Raises ``CollectionError`` with every fault.
    """
    folders = [Path(folder) for folder in collections]
    questions = [folder / "queries" for folder in folders]
    if endpoint is not None:
        from .graph.remote.remote_store import RemoteStore

        store = RemoteStore(endpoint, timeout=timeout)
        return KnowledgeGraph(store, language=language, questions=questions)

    def texts() -> Mapping[str, str]:
        from .loaders.collection import document_texts

        return document_texts(folders)

    build = present_build(folders)
    return KnowledgeGraph(
        build.store(), language=language, questions=questions, texts=texts, build=build,
        collections=folders,
    )  # fmt: skip


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
