"""Stored questions with their answers: as they stand, and for every value of their parameters.

The answers for all values come from one query: the parameter's VALUES block holds them all, and
the parameter is projected, so that rows can be told apart. A query of another shape is asked once
for each value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.sparql_tokens import scan, values_blocks
from ..graph.store import Store, select
from ..graph.store import Term as RdfTerm
from ..queries.labels import Labels
from ..queries.names import Names
from ..queries.parameters import LITERAL_TYPES, Parameter, with_terms
from ..queries.prefixes import with_prefixes
from ..queries.question import Question
from ..queries.results import Shown
from ..queries.why import explain_or_say_why_not
from .view import Answer, AnsweredQuestion, Name, SeenParameter

#: Questions listed first, in this order; the others follow by name.
FIRST: Final = (
    "agreement-signatories",
    "agreed-but-not-signed",
    "talks-without-agreement",
    "country-areas",
    "offers-to-country",
    "artificial-intelligence",
)
#: The subjects that questions are listed under, each with the tags that tell it.
SUBJECTS: Final[Mapping[str, frozenset[str]]] = {
    "evidence": frozenset({
        "document", "documents", "modality", "quote", "quotes", "evidence", "provenance",
        "disagreement", "corroboration", "entity", "inferred", "planned", "expected", "reported",
        "date", "cause", "connections", "duplicates", "fact",
    }),
    "agreements": frozenset({
        "agreement", "signed", "offer", "offers", "proposal", "talks", "cooperation", "partner",
        "membership", "accreditation",
    }),
    "areas": frozenset({"area", "areas", "theme", "cybersecurity", "payments"}),
    "people": frozenset({
        "official", "person", "people", "post", "posts", "speaker", "statement", "diplomacy",
        "delegation", "ambassador",
    }),
    "events": frozenset({"event", "events", "meeting", "conference", "participant"}),
    "programmes": frozenset({
        "initiative", "programme", "strategy", "framework", "project", "training", "council",
        "priority", "directive",
    }),
    "services": frozenset({
        "infrastructure", "service", "product", "technology", "facility", "cables", "output",
        "submarine cable",
    }),
    "figures": frozenset({"figure", "figures", "number", "rank", "money", "budget", "ranking"}),
    "countries": frozenset({
        "organization", "organisation", "body", "bodies", "institute", "country", "countries",
        "counterpart", "group",
    }),
}  # fmt: skip
#: A question with more rows for all its values than this keeps its optional parameters as they
#: stand; with more even then, it is answered as it stands only.
MOST_ROWS: Final = 5000
MOST_VALUES: Final = 120


_Terms: TypeAlias = tuple[RdfTerm | None, ...]


#: Questions that the page answers from its facts, with how: their rows are its quotes or facts.
COMPUTED: Final[Mapping[str, str]] = {"entity-quotes": "quotes", "all-about-area": "facts"}


class _Row(dict[str, RdfTerm]):
    """A row that returns None for an unbound variable, as ``explain`` expects."""

    def __missing__(self, _: str) -> None:
        return None


def answer_questions(
    store: Store,
    questions: Iterable[Question],
    names: Names | None = None,
    *,
    is_whole: bool = False,
) -> Iterator[AnsweredQuestion]:
    """Run each question and explain every row of its answers; one without a proof has no facts.

    With ``names`` it is answered for every value of its parameters, too. For a page of the
    ``is_whole`` graph, what the page answers from its facts (``COMPUTED``) is not explained.
    """

    def rank(question: Question) -> tuple[int, str]:
        place = FIRST.index(question.name) if question.name in FIRST else len(FIRST)
        return place, question.name

    for question in sorted(questions, key=rank):
        asking = _Asking(store, question, names)
        yield asking.answered(is_computed=is_whole and question.name in COMPUTED)


def subject_of(tags: Sequence[str]) -> str:
    """Return the subject that a question is listed under, by the first of its tags that tells.

    >>> subject_of(("talks", "country")), subject_of(("unheard of",))
    ('agreements', 'other')
    """
    for tag in tags:
        for subject, words in SUBJECTS.items():
            if tag.lower() in words:
                return subject
    return "other"


class _Asking:
    """One question over one graph."""

    def __init__(self, store: Store, question: Question, names: Names | None) -> None:
        self.store, self.question, self.names = store, question, names
        self.parameters = question.parameters
        self.keys = [item.name for item in self.parameters]
        text = with_prefixes(question.text, store)
        self.rows = [_Row(row) for row in select(store, text)]
        self.variables = list(dict.fromkeys(name for row in self.rows for name in row))
        self.text = text
        #: Whether the answer for two values is the answers for each of them together.
        self.is_together = False

    def answered(self, *, is_computed: bool = False) -> AnsweredQuestion:
        """Return the question with all its answers; if they are computed, without proofs."""
        question = self.question
        values = self._values()
        is_told = values and question.name not in COMPUTED
        others = self._for_values(values) if is_told else {}
        standing = tuple(item.default.value if item.default else "" for item in self.parameters)
        # Where what stands in the query is among the values, its rows are explained only once.
        rows = others.get(standing) or self._from(others)
        if is_computed:
            rows = tuple(Answer(self._cells(row), ()) for row in self.rows)
        elif not rows:
            rows = self._explained(self.text, self.rows)
        arabic = Shown(self.store, "ar", question.columns)
        english = Shown(self.store, "en", question.columns)
        return AnsweredQuestion(
            question.name,
            Name(question.ar, question.en),
            tuple(Name(arabic.column(name), english.column(name)) for name in self.variables),
            rows,
            question.tags,
            tuple(
                SeenParameter(
                    item.name,
                    Name(item.ar, item.en),
                    item.default.value if item.default else "",
                    item.is_required,
                    tuple(values.get(item.name, ())),
                )
                for item in self.parameters
            ),
            tuple(sorted(others.items())),
            subject_of(question.tags),
            question.asks("ar"),
            question.asks("en"),
            self._names(chain(rows, *others.values()), chain(*values.values())),
            self.is_together,
            question.none,
        )

    def _from(self, others: Mapping[tuple[str, ...], tuple[Answer, ...]]) -> tuple[Answer, ...]:
        """Return the answer for anything, if each of its rows names the values that it is for."""
        if not self.is_together and not set(self.keys) <= {*self.variables}:
            return ()
        known = {answer.cells: answer for answers in others.values() for answer in answers}
        rows = [known.get(self._cells(row)) for row in self.rows]
        return tuple(row for row in rows if row) if all(rows) else ()

    def _explained(
        self, text: str, rows: Sequence[_Row], keys: Sequence[str] = ()
    ) -> tuple[Answer, ...]:
        """The rows with their proofs; ``keys`` are parameters that ``text`` gives many values."""
        return tuple(
            Answer(self._cells(row), tuple(proof))
            for row, proof in zip(rows, self._proofs(text, rows, keys), strict=True)
        )

    def _proofs(self, text: str, rows: Sequence[_Row], keys: Sequence[str]) -> Iterator[list[str]]:
        for explanation in explain_or_say_why_not(self.store, text, rows, parameters=keys):
            yield list(
                dict.fromkeys(told.iri for fact in explanation.facts for told in fact.asserted())
            )

    def _cells(self, row: _Row) -> _Terms:
        return tuple(row[name] for name in self.variables)

    def _names(self, answers: Iterable[Answer], values: Iterable[str]) -> dict[str, Name]:
        """Return the names of the IRIs in the answers, and of those that may be chosen."""
        cells = (cell for answer in answers for cell in answer.cells)
        iris = {cell.value for cell in cells if isinstance(cell, ox.NamedNode)} | {*values}
        labels = Labels.of(self.store)
        labels.fetch(iris)
        return {iri: Name(labels(iri, "ar"), labels(iri, "en")) for iri in sorted(iris)}

    def _values(self) -> dict[str, list[str]]:
        """Return the values of each parameter; nothing if one of them may be any text."""
        if self.names is None or not self.rows or not self.parameters:
            return {}
        if any(item.type in LITERAL_TYPES for item in self.parameters):
            return {}
        return {item.name: sorted(self.names.members(item.type)) for item in self.parameters}

    def _for_values(
        self, values: dict[str, list[str]]
    ) -> dict[tuple[str, ...], tuple[Answer, ...]]:
        """Return the answers for each choice of values; ``values`` is narrowed if they are many."""
        if self._all_at_once(values) is None:
            return dict(self._one_by_one(values))
        rows = self._rows_for(values)
        optional = {
            item.name: [item.default.value]
            for item in self.parameters
            if item.default and not item.is_required
        }
        if len(rows) > MOST_ROWS and optional:
            values |= optional
            rows = self._rows_for(values)
        keys = self.keys
        if len(rows) > MOST_ROWS or any(row[key] is None for row in rows for key in keys):
            return {}
        if self._are_together(rows):
            self.is_together = True
            rows = [row for row in rows if row[keys[0]] == row[keys[1]]]
        found: dict[tuple[str, ...], list[Answer]] = {}
        text = with_prefixes(self._all_at_once(values) or "", self.store)
        for row, answer in zip(rows, self._explained(text, rows, keys), strict=True):
            found.setdefault(tuple(row[key].value for key in keys), []).append(answer)
        return {key: tuple(answers) for key, answers in found.items()}

    def _rows_for(self, values: Mapping[str, list[str]]) -> list[_Row]:
        """Return the rows for all values, or one row more than may be."""
        text = with_prefixes(self._all_at_once(values) or "", self.store)
        return [_Row(row) for row in islice(select(self.store, text), MOST_ROWS + 1)]

    def _are_together(self, rows: Iterable[_Row]) -> bool:
        """Return whether the answer for two values is the answers for each of them together.

        A comparison of two countries is: the rows of each are explained once, not once a pair.
        """
        first, second = (self.parameters + self.parameters)[:2]
        if len(self.parameters) < 2 or first.type != second.type:
            return False
        if [item.is_required for item in self.parameters].count(
            True
        ) != 2 or not second.is_required:
            return False
        found: dict[_Terms, set[_Terms]] = defaultdict(set)
        for row in rows:
            found[tuple(row[key] for key in self.keys)].add(self._cells(row))
        alone = [(one, rest) for one, other, *rest in found if one == other]
        return bool(alone) and all(
            found.get((one, other, *rest), set())
            == found[one, one, *rest] | found.get((other, other, *rest), set())
            for one, rest in alone
            for other in {other for _, other, *_ in found}
        )

    def _all_at_once(self, values: Mapping[str, list[str]]) -> str | None:
        """Return the query for all values; ``None`` where it would mean something else.

        Under a sub-query or an aggregate over everything, rows of several values would mix.
        """
        text = self.question.text
        words = [token.text.upper() for token in scan(text)]
        if {"LIMIT", "OFFSET", "HAVING"} & {*words} or not _keeps_apart(text, self.keys):
            return None
        if "COUNT" in words and "GROUP" not in words:
            return None
        for item in self.parameters:
            blocks = values_blocks(text, item.name)
            if len(blocks) != 1:
                return None
            ((opening, closing),) = blocks
            listed = " ".join(f"<{value}>" for value in values[item.name])
            text = f"{text[: opening.end]} {listed} {text[closing.start :]}"
        added = "".join(f" ?{key}" for key in self.keys if key not in self.variables)
        tokens = list(scan(text))
        places: list[int] = []
        for place, token in enumerate(tokens):
            if token.is_word("SELECT") and not places:
                follower = tokens[place + 1]
                places.append(follower.end if follower.is_word("DISTINCT") else token.end)
            elif token.is_word("BY") and tokens[place - 1].is_word("GROUP"):
                places.append(token.end)
        for place in reversed(places):
            text = text[:place] + added + text[place:]
        return text

    def _one_by_one(
        self, values: Mapping[str, list[str]]
    ) -> Iterator[tuple[tuple[str, ...], tuple[Answer, ...]]]:
        """Ask for each value, of several parameters for each choice of the required ones."""
        chosen = [self._choices(item, values) for item in self.parameters]
        for given in product(*chosen):
            terms = {
                item.name: ox.NamedNode(value)
                for item, value in zip(self.parameters, given, strict=True)
                if value
            }
            text = with_prefixes(with_terms(self.question.text, terms), self.store)
            rows = [_Row(row) for row in select(self.store, text)]
            if rows:
                yield tuple(given), self._explained(text, rows)

    def _choices(self, item: Parameter, values: Mapping[str, list[str]]) -> list[str]:
        standing = item.default.value if item.default else ""
        if len(self.parameters) > 1 and not item.is_required:
            return [standing]
        return values[item.name] if len(values[item.name]) <= MOST_VALUES else [standing]


def _keeps_apart(text: str, keys: Sequence[str]) -> bool:
    """Return whether every sub-query that speaks of a parameter projects it, and counts nothing."""
    tokens = list(scan(text))
    inner = [place for place, token in enumerate(tokens) if token.is_word("SELECT")][1:]
    for place in inner:
        opening = next(at for at in range(place, len(tokens)) if tokens[at].text == "{")
        depth, closing = 1, opening
        while depth:
            closing += 1
            depth += {"{": 1, "}": -1}.get(tokens[closing].text, 0)
        projected = {token.text for token in tokens[place:opening]}
        spoken_of = {token.text for token in tokens[opening:closing]}
        if any(token.is_word("COUNT") for token in tokens[place:closing]):
            return False
        if any(f"?{key}" in spoken_of and f"?{key}" not in projected for key in keys):
            return False
    return True
