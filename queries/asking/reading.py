"""Read a question in one's own words: what it names, what it asks, and whether that is sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

import pyoxigraph as ox

from ...graph.errors import UnsureError
from ...graph.store import Store
from ...messages.message import Message
from ..answer import Answer, ask
from ..catalogue import Catalogue
from ..labels import short_iri
from ..listing import Paragraph
from ..names import Names
from ..parameters import Asked, lacking
from ..prefixes import with_prefixes
from ..question import Question
from ..results import Shown
from .compose import Composer
from .known_names import KnownNames
from .lexicon import Lexicon
from .periods import Period
from .plan import COLUMNS, Plan
from .recognise import Recogniser
from .stored_match import StoredMatch, candidates
from .units import Units
from .vocabulary import Vocabulary

#: ``answer``: a query to run. ``card``: a named thing. ``yes``, ``no``: an answer to "whether",
#: with the query that shows it. ``unsaid``: of these things it is not said. ``undated``: the
#: things are there, their date is not. ``unsure``: several readings, or what is asked cannot be
#: decided. ``lacking``: a stored question that needs a value. ``foreign``: a name is not in the
#: documents. ``unread``: words were not understood.
Kind: TypeAlias = Literal[
    "answer", "card", "yes", "no", "unsaid", "undated", "unsure", "lacking", "foreign", "unread"
]
_REMARKS: Final = {
    "yes": "answer-yes",
    "no": "reading-no",
    "undated": "reading-undated",
    "unsaid": "reading-unsaid",
}
_MOST: Final = 3
#: What there is between two countries, whatever its stage.
_LINKS: Final = "links-between-two-countries"
#: What holds between two sides.
_BETWEEN: Final = frozenset(
    {"signatory", "party", "cooperatesWith", "relationsWith", "inTalksWith", "offeredBy",
     "offeredTo", "concerns"}
)  # fmt: skip
#: A wording with so many words in common is compared before a question is composed.
_CLOSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Outcome(Paragraph):
    """What was understood of a question.

    ``names`` are the unknown names, ``near`` the known ones most like them, ``words`` the words
    that were not understood, ``candidates`` the readings to choose from, ``reason`` why what is
    asked cannot be decided, ``uncompared`` how many more things have no date to compare.
    ``short`` asks what there is short of that, where nothing is as it is asked: who agreed on what,
    or talks, where nobody signed.
    """

    kind: Kind
    language: str
    plan: Plan | None = None
    question: Question | None = None
    query: str = ""
    asked: Asked | None = None
    names: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    candidates: tuple[tuple[Question, dict[str, str]], ...] = field(default_factory=tuple)
    reason: Message | None = None
    uncompared: int = 0
    short: Outcome | None = None

    def __repr__(self) -> str:
        asked = self.question.name if self.question else self.query
        told = {"names": self.names, "near": self.near, "words": self.words}
        told["candidates"] = tuple(question.name for question, _ in self.candidates)
        found = "".join(f", {name}={value!r}" for name, value in told.items() if value)
        return f"Outcome({self.kind!r}, {asked!r}{found})"

    @property
    def error(self) -> UnsureError:
        """Why the question is not answered, with the names that are near."""
        return UnsureError.of(self.kind, self.names, self.words, self.near, self.reason)

    def remark(self, has_rows: bool) -> str:
        """The code of what the answer means: yes, no, no date, nothing here; empty for rows."""
        code = _REMARKS.get(self.kind, "")
        if self.kind != "answer" or has_rows:
            return code
        # Of a question about the records, no rows are the whole answer.
        none = self.asked.none if self.asked else "answer-none"
        return "reading-empty" if none == "answer-none" else none

    def with_values(self, values: Mapping[str, str], names: Names) -> Outcome:
        """A stored question with further values of its parameters."""
        assert self.plan
        assert self.question
        plan = replace(self.plan, values={**self.plan.values, **values})
        asked = self.question.asked(plan.values, names)
        query = self.question.sparql(asked, names)
        return replace(self, plan=plan, asked=asked, query=query)

    def answer(self, store: Store, language: str) -> Answer:
        """The answer to what was understood."""
        text = self.query_with_prefixes(store)
        if self.question is not None:
            return ask(store, self.question, language, text, self.asked)
        solutions = store.query(text)
        assert isinstance(solutions, ox.QuerySolutions)
        return Answer(solutions, Shown(store, language, COLUMNS))

    def query_with_prefixes(self, store: Store) -> str:
        """The query as it is run."""
        return with_prefixes(self.query, store)


class Reader:
    """Reads questions over one graph and its catalogue; nothing but the graph is looked at."""

    def __init__(self, store: Store, catalogue: Catalogue, names: Names) -> None:
        self._catalogue, self._entities = catalogue, names
        self._names = KnownNames(store)
        self._recogniser = Recogniser(self._names, Lexicon(store))
        self._composer = Composer(self._names, Vocabulary(store))
        self._stored = StoredMatch(catalogue, self._recogniser, self._names)

    def read(self, text: str) -> Outcome:
        """What the text asks; see :class:`Outcome`."""
        named = self._stored.named(text)
        units = self._recogniser.units(text)
        if named:
            return self._answer(units, Plan(stored=named.name))
        if units.foreign:
            near = dict.fromkeys(
                ref
                for name in units.foreign
                for ref in self._entities.near(name, self._names.kind_of_stranger(name))
                if not ref.startswith("unit/")
            )
            return Outcome(
                "foreign",
                units.language,
                names=tuple(dict.fromkeys(units.foreign)),
                near=tuple(near)[:_MOST],
            )
        if units.has("!now"):
            said = [item.text for item in units.spoken if "!now" in item.concepts]
            return self._unsure(units, [], Message("reading-day-of-asking", words=said))
        close = [match for match in self._stored.matches(units, _CLOSE) if match.is_exact]
        if close:
            return self._answer(units, close[0].plan)
        reason = None
        if not units.unknown and not units.ambiguous:
            plan = next(self._composer.plans(units), None)
            if plan is not None and plan.refused is None:
                return self._answer(units, plan)
            reason = plan.refused if plan else None
        matches = self._stored.matches(units)
        exact = [match for match in matches if match.is_exact]
        if exact:
            return self._answer(units, exact[0].plan)
        return self._unsure(units, candidates(matches), reason)

    def _answer(self, units: Units, plan: Plan) -> Outcome:
        outcome = self._answered(units, plan)
        if plan.stored or outcome.kind not in ("answer", "no"):
            return outcome
        shorter = self._short_of(plan)
        if shorter and outcome.kind == "answer":
            asked = replace(plan, is_count=False).query()
            shorter = [] if self._names.has_row(asked) else shorter
        outcomes = (self._answered(units, one) for one in shorter)
        answers = (one for one in outcomes if one.kind == "answer")
        found = next((one for one in answers if self._names.has_row(one.query)), None)
        return replace(outcome, short=found)

    def _short_of(self, plan: Plan) -> list[Plan]:
        """What may be asked if a plan is asked in vain, what is nearest to it first."""
        looser = plan.looser()
        plans = [looser] if looser else []
        between = [step for step in plan.steps if step.predicate in _BETWEEN]
        named = dict.fromkeys(side for step in between for side in (step.subject, step.object))
        sides = [one for one in named if "Country" in self._names.classes.get(one, ())]
        if 0 < len(sides) <= 2 and _LINKS in self._catalogue:
            # Of one country, what links it with the usual other.
            places = ("first", "second")[-len(sides) :]
            plans.append(Plan(stored=_LINKS, values=dict(zip(places, sides, strict=True))))
        return plans

    def _answered(self, units: Units, plan: Plan) -> Outcome:
        language = units.language
        if plan.card:
            return Outcome("card", language, plan)
        if plan.stored:
            question = self._catalogue.get(plan.stored)
            if lacking(question.parameters, plan.values):
                return Outcome("lacking", language, plan, question)
            outcome = Outcome("answer", language, plan, question)
            return outcome.with_values({}, self._entities)
        if plan.is_whether:
            found = self._names.has_row(plan.query())
            return Outcome("yes" if found else "no", language, plan, query=plan.query())
        if plan.absent and self._names.has_row(plan.query()):
            return Outcome("unsaid", language, plan, query=plan.query())
        if plan.date and not self._names.has_row(replace(plan, is_count=False).query()):
            bare = plan.undated() if units.dates else replace(plan, date="", date_pattern="")
            bare.is_count = False
            if self._names.has_row(bare.query()):
                return Outcome("undated", language, plan, query=bare.query())
        if plan.date and any(isinstance(date, Period) for date, _ in units.dates):
            rows = self._names.rows(replace(plan.undated(), is_count=False, shown=[]).query())
            return Outcome("answer", language, plan, query=plan.query(), uncompared=len(rows))
        if plan.is_count and not self._names.has_row(replace(plan, is_count=False).query()):
            # Nothing is counted: it is not said that there are none.
            return Outcome("answer", language, plan, query=replace(plan, is_count=False).query())
        return Outcome("answer", language, plan, query=plan.query())

    def _unsure(self, units: Units, plans: list[Plan], reason: Message | None = None) -> Outcome:
        found = tuple((self._catalogue.get(plan.stored), dict(plan.values)) for plan in plans)
        words = tuple(dict.fromkeys(units.unknown))
        near = tuple(short_iri(iri) for _, iris in units.ambiguous for iri in iris)
        kind: Kind = "unread" if words else "unsure"
        if words:
            reason = None
        return Outcome(
            kind, units.language, near=near, words=words, candidates=found, reason=reason
        )
