"""The public API: open the knowledge graph, query it, and get the proof of each answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from .graph.control_characters import escaped
from .graph.errors import MisuseError, QueryError, TaawunError, UnsureError, as_json
from .graph.store import EmbeddedStore, Store, Term, read
from .queries.answer import Answer, Triples, ask
from .queries.catalogue import Catalogue
from .queries.entity_card import EntityCard, entity_card
from .queries.names import Names
from .queries.network import Step, shortest_paths
from .queries.question import Question
from .queries.results import Shown, Table, Terms, to_json, to_separated

if TYPE_CHECKING:
    import pandas as pd
    from rdflib import Dataset

    from .loaders.builds.cache import Build
    from .queries.answer_table import AnswerTable
    from .queries.asking import Outcome, Reader
    from .queries.disagreement import Disagreement
    from .queries.entity_card import PastFact
    from .queries.own_queries import OwnQueries
    from .queries.why import RowExplanation

#: Batch size for explaining the rows of a large answer.
EXPLAINED: Final = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer: a mapping from variable to term, with its proof.

    ``row["country"]`` is the term, ``row.label("country")`` its label.
    """

    rows: Rows
    index: int

    @property
    def terms(self) -> tuple[Term | None, ...]:
        """The terms in the order of the answer's variables; None where unbound."""
        return self.rows.table.rows[self.index]

    def __getitem__(self, name: str) -> Term | None:
        variables = self.rows.variables
        if name not in variables:
            raise KeyError(f"there is no variable {name}; there are {', '.join(variables)}")
        return self.terms[variables.index(name)]

    def label(self, name: str) -> str:
        """The label of a variable's term, in the answer's language."""
        return self.rows.shown.term(self[name])

    def why(self) -> RowExplanation:
        """The facts that prove this row, each with its quotes.

        Raises ``UnexplainableError`` if the query cannot be explained reliably.
        """
        return self.rows.why()[self.index]

    def __str__(self) -> str:
        return " · ".join(self.rows.shown.term(term) for term in self.terms)

    __repr__ = __str__


class Rows(Sequence[Row]):
    """The answer to a SELECT query: a sequence of rows that prints as a table."""

    def __init__(self, store: Store, text: str, answer: Answer) -> None:
        """``answer`` is read on first access to a row, then cached."""
        #: How a question in one's own words was read; empty for a stored question or a query.
        self.understood = ""
        self.store, self.text, self.answer = store, text, answer

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the answer's variables."""
        return self.answer.variables

    @property
    def shown(self) -> Shown:
        """The labels of terms and columns."""
        return self.answer.shown

    @cached_property
    def table(self) -> Table:
        """All rows."""
        return Table(self.variables, tuple(self.answer.rows()))

    def __len__(self) -> int:
        return len(self.table.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [Row(self, i) for i in range(*index.indices(len(self)))]
        return Row(self, range(len(self))[index])

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, index) for index in range(len(self)))

    @property
    def warnings(self) -> tuple[TaawunError, ...]:
        """What is probably wrong with the query, each with a remedy."""
        return self.answer.warnings

    @property
    def title(self) -> str:
        """The stored question with the value of each parameter; empty for a query."""
        return self.answer.title

    @property
    def headings(self) -> list[str]:
        """The column headings in the answer's language."""
        return self.answer.headings

    @cached_property
    def cells(self) -> list[list[str]]:
        """The rows as display text."""
        return self.shown.cells(self.table.rows)

    @property
    def _words(self) -> list[list[str]]:
        """The cells with dates, durations and large numbers formatted for reading."""
        from .queries.date_words import readable

        return [[readable(cell, self.shown.language) for cell in row] for row in self.cells]

    @cached_property
    def _why(self) -> list[RowExplanation]:
        from .queries.why import explain

        return explain(self.store, self.text, self)

    def why(self) -> list[RowExplanation]:
        """One explanation per row, in row order."""
        return self._why

    def proven(self) -> Iterator[tuple[list[Terms], list[RowExplanation]]]:
        """Yield the unread rows in blocks, with one explanation per row.

        For answers too large for memory: neither rows nor explanations are cached. A row that
        cannot be explained is marked as ``unexplained``.
        """
        from .queries.why import explain_or_say_why_not

        for block in self.answer.blocks(EXPLAINED, EXPLAINED):
            rows = [dict(zip(self.variables, terms, strict=True)) for terms in block]
            yield block, explain_or_say_why_not(self.store, self.text, rows)

    def as_table(
        self, block: Sequence[Terms], *, why: bool = False, marked: bool = True
    ) -> AnswerTable:
        """Some rows as display text: with proofs, or ``marked`` with their reservations."""
        from .queries.answer_table import answer_table

        return answer_table(self.store, self.text, self.answer, block, why=why, marked=marked)

    def to_json(self, *, why: bool = False) -> str:
        """SPARQL 1.1 Query Results JSON; ``why`` adds one explanation per row."""
        from .queries.proof_json import explanation_json

        proofs = [explanation_json(item) for item in self.why()] if why else None
        return to_json(self.table, proofs, self.answer.members)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as display text in a data frame. Needs pandas (``taawun[pandas]``)."""
        import pandas as pd

        return pd.DataFrame(self.cells, columns=self.headings)

    def __str__(self) -> str:
        table = to_separated(self.headings, self._words, "tsv").rstrip("\n")
        return f"{self.title}\n{table}" if self.title else table

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        side = "rtl" if self.shown.language == "ar" else "ltr"

        def line(cells: Sequence[str], tag: str) -> str:
            inner = "".join(f"<{tag}><bdi>{escape(cell)}</bdi></{tag}>" for cell in cells)
            return f"<tr>{inner}</tr>"

        body = "".join(line(cells, "td") for cells in self._words)
        title = f"<caption><bdi>{escape(self.title)}</bdi></caption>" if self.title else ""
        return (
            f'<table lang="{self.shown.language}" dir="{side}">{title}'
            f"<thead>{line(self.headings, 'th')}</thead><tbody>{body}</tbody></table>"
        )


class Truth:
    """The answer to an ASK query: true or false, with its proof."""

    def __init__(
        self, store: Store, text: str, value: bool, warnings: Sequence[TaawunError] = ()
    ) -> None:
        self.store, self.text, self.value = store, text, value
        self.warnings = tuple(warnings)

    def __bool__(self) -> bool:
        return self.value

    def __str__(self) -> str:
        return str(self.value).lower()

    __repr__ = __str__

    def why(self) -> list[RowExplanation]:
        """One explanation: the facts that make the answer true, or the pattern without a match."""
        from .queries.why import explain

        return explain(self.store, self.text)

    def to_json(self, *, why: bool = False) -> str:
        """SPARQL 1.1 Query Results JSON; ``why`` adds the explanation."""
        from .queries.proof_json import explanation_json

        document: dict[str, Any] = {"head": {}, "boolean": self.value}
        if self.warnings:
            document["warnings"] = [as_json(item) for item in self.warnings]
        if why:
            document["why"] = [explanation_json(item) for item in self.why()]
        return escaped(json.dumps(document, ensure_ascii=False, indent=2))


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
