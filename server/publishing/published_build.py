"""The build whose pages become files, with what they share: labels, facts, proofs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from hashlib import file_digest
from itertools import islice, pairwise, product
from math import prod
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import pyoxigraph as ox
from markupsafe import Markup

from ...graph.fact_reader import FactReader
from ...graph.store import EmbeddedStore, Store, select
from ...loaders.builds.cache import Build
from ...loaders.builds.inputs import SEEDS, day_of
from ...messages.message import LANGUAGES
from ...ontology.namespaces import BASE, DOCUMENT, FACT, GRAPH_EVIDENCE, ID, RDFS, TW
from ...queries.all_values import for_all_values
from ...queries.answer import AnswerForLanguages
from ...queries.answer_table import AnswerTable
from ...queries.fact_words import reservations
from ...queries.labels import Labels, short_iri
from ...queries.names import Names
from ...queries.parameters import LITERAL_TYPES, Parameter, with_terms
from ...queries.prefixes import with_prefixes
from ...queries.profile import Profile
from ...queries.question import Question
from ...queries.results import Terms
from ...queries.rows import Rows
from ...queries.why import RowExplanation
from ..pages.make_explorer import renderer
from ..pages.question_pages import SHOWN
from ..sparql.service_description import NAMED
from ..workers.served_graph import OpenedBuild
from .static_address import GATHERED, Address, address_at, address_of, link_to

#: The largest dump, in bytes, that is held in memory; a larger graph is read from disk, so that
#: memory does not grow with it.
_IN_MEMORY: Final = 64 << 20


_FACTS: Final = (
    f"SELECT ?fact {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?fact <{TW}modality>|<{TW}derivedBy> ?x }} }}"
)
_SUBJECTS: Final = f"""SELECT DISTINCT ?thing WHERE {{
  {{ ?thing ?p ?o }} UNION {{ GRAPH ?g {{ ?thing ?p ?o }} }}
  FILTER(STRSTARTS(STR(?thing), "{BASE}"))
}}"""
_STARTS: Final = (DOCUMENT, FACT, *GATHERED)
_LABELLED: Final = f"SELECT DISTINCT ?thing {{ ?thing <{RDFS}label> ?label }}"
#: The most pieces of pages, and links, that are kept for other pages.
_KEPT: Final = 20_000
#: The values with an answer, for each stored question.
Values: TypeAlias = dict[str, list[dict[str, str]]]
OpenedWith: TypeAlias = tuple[Build, tuple[Path, ...], bool, Path | None]


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
        #: With what another process opens it again.
        self.opened_with: OpenedWith = build, tuple(collections), shows_texts, docs
        self.dump = build.dump
        self._shared: _Shared | None = None
        self._profile: Profile | None = None
        self._kept: dict[str, dict[Hashable, Markup]] = {name: {} for name in LANGUAGES}
        self._links: dict[tuple[Hashable, ...], str] = {}
        #: The addresses that pages link to.
        self.linked: set[Address] = set()
        self._names_in: dict[str, set[str]] = {}
        self._is_in_memory = self.dump.stat().st_size <= _IN_MEMORY
        if self._is_in_memory:
            quads = EmbeddedStore.in_memory(self.dump.read_bytes()).quads
            self.store = EmbeddedStore(quads, build.path.name)
            self.names = Names(self.store)
            labels = Labels.of(self.store)
            labels.fetch(row["thing"].value for row in select(self.store, _LABELLED))
        self.published = self
        #: What distinguishes this state of the graph: the beginning of the dump's sha256.
        with self.dump.open("rb") as content:
            self.edition = file_digest(content, "sha256").hexdigest()[:16]
        self.day = day_of([SEEDS, *collections])

    @classmethod
    def again(cls, opened_with: OpenedWith, values: Values) -> PublishedBuild:
        """The same build in another process, with the questions that have ``values``."""
        build, collections, shows_texts, docs = opened_with
        opened = cls(build, collections, shows_texts=shows_texts, docs=docs)
        opened.catalogue.keep(values)
        opened.values = values
        return opened

    @cached_property
    def things(self) -> list[str]:
        """The IRIs of ours that anything is said of, with a page each or a place in one, sorted.

        A selector is described with its evidence, and a term with the ontology.
        """
        found = (row["thing"].value for row in select(self.store, _SUBJECTS))
        return sorted(iri for iri in found if iri.startswith(ID) or (
            iri.startswith(_STARTS) and iri.removeprefix(BASE).count("/") == 1
        ))  # fmt: skip

    @cached_property
    def described(self) -> dict[Address, list[str]]:
        """The pages about IRIs of ours, with those that each is about."""
        pages: dict[Address, list[str]] = {}
        for iri in (BASE + "ontology", *NAMED, *self.things):
            pages.setdefault(address_of(iri)[0], []).append(iri)
        return pages

    @cached_property
    def values(self) -> Values:
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
        """Run a stored question; both languages of a page share its rows and their proofs."""
        asked = question.asked(parameters, self.names)
        text = question.sparql(asked, self.names)
        shared = self._shared
        if shared is None or (shared.question, shared.answer.text) != (question.name, text):
            answer = AnswerForLanguages(self.store, question, text)
            shared = self._shared = _Shared(question.name, answer, defaultdict(list))
        rows = Rows(self.store, text, shared.answer.in_language(self.language, asked))
        return _SharingRows(rows, shared.proofs)

    def profile(self, iri: str, language: str) -> Profile:
        """The profile of an entity, read once for both languages of its page."""
        found = self._profile
        if found is None or found.iri != iri:
            found = self._profile = Profile(self.store, iri, language)
        return found if found.language == language else found.in_language(language)

    @property
    def labels(self) -> Labels:
        """The labels of the graph."""
        return Labels.of(self.store)

    def kept(self, language: str) -> dict[Hashable, Markup]:
        """What pages in a language have in common."""
        kept = self._kept[language]
        if len(kept) > _KEPT:
            kept.clear()
        return kept

    def link(self, path: str, language: str, values: Mapping[str, str]) -> str:
        """The link to the page at a path of the server, from the root of the site."""
        key = (language, path, *sorted(values.items()))
        link = self._links.get(key)
        if link is None:
            link = self._linked(key, address_at(path, values), "", language)
        return link

    def link_of(self, iri: str, language: str) -> str:
        """The link to the page that describes an IRI of ours, from the root of the site."""
        link = self._links.get((language, iri))
        if link is None:
            link = self._linked((language, iri), *address_of(iri), language)
        return link

    def _linked(
        self, key: tuple[Hashable, ...], address: Address, place: str, language: str
    ) -> str:
        if len(self._links) > _KEPT:
            self._links.clear()
        self.linked.add(address)
        return self._links.setdefault(key, link_to(address, place, language))

    def answers(self, question: Question, parameter: str, iri: str) -> Mapping[str, str] | None:
        """The values of the page of a question that answers for this value; None without one.

        Where the whole answer is short, it is the page without values, if it names the thing.
        """
        values = {parameter: short_iri(iri)}
        if frozenset(values.items()) in self._answering[question.name]:
            return values
        return {} if iri in self._named(question) else None

    @cached_property
    def _answering(self) -> dict[str, set[frozenset[tuple[str, str]]]]:
        return {
            name: {frozenset(values.items()) for values in found}
            for name, found in self.values.items()
        }

    def _named(self, question: Question) -> Set[str]:
        """The things in the rows of the whole answer to a question without required values."""
        if any(item.is_required for item in question.parameters):
            return frozenset()
        if question.name not in self._names_in:
            rows = select(self.store, with_prefixes(question.text, self.store))
            self._names_in[question.name] = {
                term.value for row in islice(rows, SHOWN) for term in row.values()
            }
        return self._names_in[question.name]

    def choices(self, name: str, language: str) -> list[tuple[str, str]]:
        """The values of a question that have pages: each in words, with the page's address."""
        question = self.catalogue.get(name)
        found = []
        for values in self.values[name]:
            asked = question.asked(values, self.names)
            given = [item for item in asked.values if item.is_given]
            words = [item.words(self.labels, language) for item in given]
            found.append((" · ".join(words), self.link(f"/questions/{name}", language, values)))
        return sorted(found)


class _Shared(NamedTuple):
    """An answer and the proofs of its rows; a row that comes again has others each time."""

    question: str
    answer: AnswerForLanguages
    proofs: dict[Terms, list[RowExplanation]]


class _SharingRows(Rows):
    """The rows of an answer, whose proofs are found once for both languages."""

    def __init__(self, rows: Rows, proofs: dict[Terms, list[RowExplanation]]) -> None:
        super().__init__(rows.store, rows.text, rows.answer)
        self._proofs = proofs

    def as_table(
        self, block: Sequence[Terms], *, why: bool = False, marked: bool = True
    ) -> AnswerTable:
        """See ``Rows``; a page has one block, in the order of names in its language."""
        found = self._found(block) if why else None
        if found is not None:
            table = super().as_table(block, marked=False)
            shown = self.shown
            words = [reservations(proof, shown.labels, shown.language) for proof in found]
            return table._replace(proofs=found, reservations=words)
        table = super().as_table(block, why=why, marked=marked)
        if why:
            self._proofs.clear()
            for row, proof in zip(block, table.proofs, strict=True):
                self._proofs[row].append(proof)
        return table

    def _found(self, block: Sequence[Terms]) -> list[RowExplanation] | None:
        """The proofs of the rows, if all of them were found for the other language."""
        turns = Counter[Terms]()
        found = []
        for row in block:
            known = self._proofs.get(row, ())
            if turns[row] == len(known):
                return None
            found.append(known[turns[row]])
            turns[row] += 1
        return found


#: Parameters that any entity may fill get no page for each value: the entity's own page says it.
_ANYTHING: Final = "entity"
#: The most combinations of required values that are tried for one question.
_MOST: Final = 400
#: Rows that are read at a glance; the page of a shorter answer needs no choice.
_GLANCE: Final = 20


def useful_values(question: Question, store: Store, names: Names) -> list[dict[str, str]]:
    """The values for which a question has an answer, as short IRIs, one page for each.

    The required parameters are combined; without any, each other one is varied alone, if the
    whole answer is too long to be read at a glance. Two parameters of one class are a pair,
    whatever their order.
    """
    required = [item for item in question.parameters if item.is_required]
    if required:
        chosen: list[Sequence[Parameter]] = [required]
    else:
        is_long = question.rows > _GLANCE
        chosen = [[item] for item in question.parameters if is_long]
    return [
        {name: short_iri(iri) for name, iri in values.items()}
        for parameters in chosen
        for values in _answering(question, list(_combinations(parameters, names)), store)
    ]


def _combinations(parameters: Sequence[Parameter], names: Names) -> Iterator[Mapping[str, str]]:
    if any(item.type in (*LITERAL_TYPES, _ANYTHING) for item in parameters):
        return
    members = [sorted(names.members(item.type)) for item in parameters]
    kinds = [item.type for item in parameters]
    if prod(map(len, members)) > _MOST:
        return
    for iris in product(*members):
        # A country compared with itself answers nothing that one asks.
        if all(one < other for one, other in pairwise(iris)) or len({*kinds}) == len(kinds) > 1:
            yield {item.name: iri for item, iri in zip(parameters, iris, strict=True)}


def _answering(
    question: Question, combinations: Sequence[Mapping[str, str]], store: Store
) -> Iterator[Mapping[str, str]]:
    """Those combinations of values that have an answer, by one query if the question allows it."""
    if not combinations:
        return
    text = with_prefixes(question.text, store)
    keys = list(combinations[0])
    listed = {key: dict.fromkeys(values[key] for values in combinations) for key in keys}
    variables = [variable.value for variable in _solutions(store, text).variables]
    together = for_all_values(text, listed, variables)
    if together is None:
        yield from (values for values in combinations if _answers(store, text, values))
        return
    rows = select(store, together)
    found = {tuple(row[key].value for key in keys if key in row) for row in rows}
    yield from (values for values in combinations if tuple(values[key] for key in keys) in found)


def _solutions(store: Store, text: str) -> ox.QuerySolutions:
    answer = store.query(text)
    assert isinstance(answer, ox.QuerySolutions)
    return answer


def _answers(store: Store, text: str, values: Mapping[str, str]) -> bool:
    given = {name: ox.NamedNode(iri) for name, iri in values.items()}
    return next(_solutions(store, with_terms(text, given)), None) is not None
