"""Every fact of the bundled collection, spoilt on purpose: the checks must find it.

For each fact one letter of its quote is changed, one digit of its quote and of its number or date,
and each thing that it is about is swapped for another of the same class, one that the same document
speaks of where there is one. The same functions judge the mutants as judge what curators write.
``mutations/survivors.tsv`` lists what they cannot find, each with its reason; a new survivor fails.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.graph.errors import QuoteError
from taawun.graph.fact import Evidence, Fact
from taawun.loaders.checks.claims import Claims
from taawun.loaders.checks.lints import (
    is_compared_across,
    lint_differences,
    lint_loops,
    lint_subjects,
)
from taawun.loaders.checks.quotes import evidence
from taawun.loaders.collection import Collection
from taawun.loaders.files.value import Spot
from taawun.messages.fault import Place
from taawun.ontology.namespaces import ID, TW

SURVIVORS = Path(__file__).parent / "mutations" / "survivors.tsv"
DOCS = Path(__file__).parent.parent / "docs"
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A spoilt fact: which fact, what was changed in it, and whether the checks found it."""

    kind: str
    fact: Fact
    change: str
    is_found: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells a survivor from the others."""
        parts = (self.fact.subject, self.fact.predicate, self.fact.object)
        said = " ".join(part.value.removeprefix(ID).removeprefix(TW) for part in parts)
        place = self.fact.evidence[0]
        return said, f"{place.document}:{place.start}-{place.end}", self.change


def other_letter(number: int, char: str) -> str:
    """Another letter of the alphabet, which one depends on the number."""
    found = LETTERS[number % len(LETTERS)]
    return found if found != char else LETTERS[(number + 1) % len(LETTERS)]


def other_digit(char: str) -> str:
    """The next digit of the same alphabet: 9 becomes 0."""
    zero = ord(char) - int(char)
    return chr(zero + (int(char) + 1) % 10)


def changed(text: str, at: int, char: str) -> str:
    return text[:at] + char + text[at + 1 :]


class Judge:
    """What the checks say of a mutant."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.claims = Claims(collection)
        self.unsaid = {fact: set(self.claims.unsaid(fact)) for fact in collection.facts}
        self._across = [fact for fact in collection.facts if is_compared_across(fact)]
        self._about: dict[ox.NamedNode, list[Fact]] = defaultdict(list)
        for fact in collection.facts:
            self._about[fact.subject].append(fact)
        self._stands: dict[tuple[str, str], bool] = {}

    def refuses_quote(self, item: Evidence, quote: str) -> bool:
        """Whether the quote is refused where the document has another one."""
        key = (item.document, quote)
        if key not in self._stands:
            document = self.collection.documents[item.document]
            try:
                evidence(document, quote)
            except QuoteError as error:
                # Found means: refused for the right reason, because it does not stand there.
                self._stands[key] = error.message.code != "quote-not-in-document"
            else:
                self._stands[key] = True
        return not self._stands[key]

    def finds(self, original: Fact, mutant: Fact) -> bool:
        """Whether the mutant says what its quote does not, or clashes with the other facts."""
        if not set(self.claims.unsaid(mutant)) <= self.unsaid[original]:
            return True
        witness = Spot(Place("mutant"), [])

        def spoilt(facts: Iterable[Fact]) -> list[tuple[Fact, Spot]]:
            return [(fact, witness) for fact in (*facts, mutant) if fact is not original]

        # As builds in shards do: facts about one subject, then what is compared across subjects.
        for subject in {original.subject, mutant.subject}:
            about = [item for item in spoilt(self._about[subject]) if item[0].subject == subject]
            lint_subjects(about, self.collection.schema, is_whole=True)
        across = [item for item in spoilt(self._across) if is_compared_across(item[0])]
        lint_differences(across)
        lint_loops(across)
        return bool(witness.faults)


def quote_mutants(judge: Judge) -> Iterator[Mutant]:
    for number, fact in enumerate(judge.collection.facts):
        for item in fact.evidence:
            letters = [at for at, char in enumerate(item.quote) if char.isalpha()]
            at = letters[number * 7919 % len(letters)]
            quote = changed(item.quote, at, other_letter(number, item.quote[at]))
            yield Mutant("letter of the quote", fact, quote, judge.refuses_quote(item, quote))
            digits = [at for at, char in enumerate(item.quote) if char.isdecimal()]
            if digits:
                at = digits[number % len(digits)]
                quote = changed(item.quote, at, other_digit(item.quote[at]))
                yield Mutant("digit of the quote", fact, quote, judge.refuses_quote(item, quote))


def number_mutants(judge: Judge) -> Iterator[Mutant]:
    for fact in judge.collection.facts:
        if isinstance(fact.object, ox.Literal):
            text = fact.object.value
            for at in [at for at, char in enumerate(text) if char.isdecimal()]:
                value = changed(text, at, other_digit(text[at]))
                mutant = replace(fact, object=ox.Literal(value, datatype=fact.object.datatype))
                yield Mutant("digit of the fact", fact, value, judge.finds(fact, mutant))
        when = fact.qualifier("when")
        if when is not None:
            digits = [at for at, char in enumerate(when.value) if char.isdecimal()]
            value = changed(when.value, digits[-1], other_digit(when.value[digits[-1]]))
            qualifiers = tuple(
                (name, ox.Literal(value) if name == "when" else term)
                for name, term in fact.qualifiers
            )
            mutant = replace(fact, qualifiers=qualifiers)
            yield Mutant("digit of the fact", fact, value, judge.finds(fact, mutant))


def swap_mutants(judge: Judge) -> Iterator[Mutant]:
    everything = sorted(judge.collection.classes)
    same: dict[str, list[str]] = defaultdict(list)
    for iri in everything:
        same[iri.removeprefix(ID).partition("/")[0]].append(iri)
    spoken: dict[str, set[str]] = defaultdict(set)
    for fact in judge.collection.facts:
        spoken[fact.evidence[0].document] |= {fact.subject.value, fact.object.value}
    for fact in judge.collection.facts:
        here = spoken[fact.evidence[0].document]
        for role in ("subject", "object"):
            part = getattr(fact, role)
            if not isinstance(part, ox.NamedNode):
                continue
            members = same[part.value.removeprefix(ID).partition("/")[0]]
            at = members.index(part.value)
            others = [*members[at + 1 :], *members[:at]]
            near = [iri for iri in others if iri in here] or others
            if near:
                mutant = replace(fact, **{role: ox.NamedNode(near[0])})
                change = f"{role} → {near[0].removeprefix(ID)}"
                yield Mutant("entity swapped", fact, change, judge.finds(fact, mutant))


@pytest.fixture(scope="module")
def judge(the_collection: Collection) -> Judge:
    """What the checks say, over the bundled collection."""
    return Judge(the_collection)


@pytest.fixture(scope="module")
def mutants(judge: Judge) -> list[Mutant]:
    """All mutants, judged."""
    return [*quote_mutants(judge), *number_mutants(judge), *swap_mutants(judge)]


def listed() -> dict[tuple[str, str, str], str]:
    """The known survivors, with their reasons."""
    with SURVIVORS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert rows
    return {(row["fact"], row["place"], row["change"]): row["reason"] for row in rows}


def test_every_fact_has_mutants(mutants: list[Mutant], the_collection: Collection) -> None:
    assert {mutant.fact for mutant in mutants} == set(the_collection.facts)
    assert len(the_collection.facts) > 1300
    assert Counter(mutant.kind for mutant in mutants).keys() == {
        "letter of the quote", "digit of the quote", "digit of the fact", "entity swapped",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["letter of the quote", "digit of the quote"])
def test_a_changed_quote_is_refused_whichever_character_is_changed(
    mutants: list[Mutant], kind: str
) -> None:
    mine = [mutant for mutant in mutants if mutant.kind == kind]
    assert mine
    assert [mutant.key for mutant in mine if not mutant.is_found] == []


def test_a_mutant_survives_only_for_a_known_reason(mutants: list[Mutant]) -> None:
    known = listed()
    survivors = {mutant.key for mutant in mutants if not mutant.is_found}
    assert survivors - known.keys() == set()


def test_what_is_found_by_now_is_no_longer_listed_as_surviving(mutants: list[Mutant]) -> None:
    survivors = {mutant.key for mutant in mutants if not mutant.is_found}
    assert listed().keys() - survivors == set()


def test_each_survivor_has_its_reason() -> None:
    assert [key for key, reason in listed().items() if not reason] == []


def test_the_docs_say_how_many_mutants_there_are_and_how_many_are_found(
    mutants: list[Mutant],
) -> None:
    words = (DOCS / "checks.md").read_text("utf-8")
    counted = Counter(mutant.kind for mutant in mutants)
    found = Counter(mutant.kind for mutant in mutants if mutant.is_found)
    for kind, count in counted.items():
        assert f"| {kind} | {count:,} | {found[kind]:,} | {count - found[kind]:,} |" in words
