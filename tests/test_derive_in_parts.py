"""Derivation a part at a time over files gives what derivation in memory gives."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from taawun.graph import derive_in_parts as module
from taawun.graph.derivation_rules import RULES
from taawun.graph.derive import Known, Premise, Reasoner, derive_from, premise_of
from taawun.graph.derive_in_parts import derive_in_parts
from taawun.loaders.collection import Collection
from taawun.ontology.namespaces import FACT, ID, TW
from taawun.ontology.schema import Schema

KINDS = ("country", "agreement", "programme", "meeting", "project", "international-organization")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.load()


def classes_of(schema: Schema, things: list[str]) -> dict[str, frozenset[str]]:
    return {
        ID + thing: schema.superclasses(schema.classes[thing.partition("/")[0]]) for thing in things
    }


def some_premises(schema: Schema, seed: int, size: int, number: int) -> list[Premise]:
    """Premises about few things, so that they meet; some twice, with several times."""
    chance = random.Random(seed)
    things = [f"{kind}/{i}" for kind in KINDS for i in range(number)]
    names = {name for rule in RULES for name in (*rule.left, *rule.right)}
    names |= {p.iri.removeprefix(TW) for p in schema.properties.values() if p.is_transitive}
    names |= {p.iri.removeprefix(TW) for p in schema.properties.values() if p.is_symmetric}
    dates = {rule.date for rule in RULES}
    names |= {"chair", "outcome", *dates}
    found: list[Premise] = []
    for i in range(size):
        name = chance.choice(sorted(names))
        value = f"<{ID}{chance.choice(things)}>"
        subject = chance.choice(things)
        if chance.random() < 0.5:
            # As one of the rules wants it.
            rule = chance.choice(RULES)
            name = chance.choice((*rule.left, *rule.right, rule.date))
            kind = {"signed-together": "agreement", "talks-together": "meeting"}
            subject = f"{kind.get(rule.name, 'programme')}/{chance.randrange(number)}"
            value = f"<{ID}country/{chance.randrange(number)}>"
        if name in dates:
            value = f'"{chance.choice(("2022-09", "2023"))}"'
        terms = (f"<{ID}{subject}>", f"<{TW}{name}>", value)
        if found and chance.random() < 0.2:
            terms = chance.choice(found)[0]
        found.append((terms, f"{FACT}{i:016x}", chance.choice(("", "2022", "2023-05"))))
    return found


def test_parts_are_no_other_derivation(schema, tmp_path, monkeypatch):
    rules = set()
    for seed in range(40):
        chance = random.Random(seed)
        number = chance.choice((1, 2, 5))
        premises = some_premises(schema, seed, chance.choice((0, 1, 10, 60, 150)), number)
        classes = classes_of(schema, [f"{kind}/{i}" for kind in KINDS for i in range(number)])
        monkeypatch.setattr(module, "_BLOCK", chance.choice((1, 2, 256)))
        wanted = Counter(derive_from(premises, schema, classes))
        for count in (1, 2, 7):
            found = Counter(derive_in_parts(premises, schema, classes, tmp_path, count))
            assert found == wanted, (seed, count)
        rules |= {item.rule for item in wanted}
    assert rules >= {"inverse", "sub-property", "symmetric", "transitive", "date-bounds"}
    assert rules >= {rule.name for rule in RULES}
    assert list(tmp_path.iterdir()) == []


def test_the_bundled_facts_lead_to_the_same(
    the_collection: Collection, schema: Schema, tmp_path: Path
) -> None:
    predicates = Reasoner(Known(schema), schema, {}).predicates()
    premises = [premise_of(fact) for fact in the_collection.facts if fact.is_premise]
    premises = [premise for premise in premises if premise[0][1] in predicates]
    wanted = Counter(derive_from(premises, schema, the_collection.classes))
    found = derive_in_parts(premises, schema, the_collection.classes, tmp_path, 5)
    assert Counter(found) == wanted


# Tracing needs memory, too.
@pytest.mark.no_cover
def test_memory_is_that_of_a_part(schema, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 16)

    def premises(size: int) -> Iterator[Premise]:
        for i in range(size):
            # Each agreement has its own two signatories of a hundred.
            terms = (
                f"<{ID}agreement/{i // 2}>",
                f"<{TW}signatory>",
                f"<{ID}country/{(i * 7) % 100}>",
            )
            yield terms, f"{FACT}{i:016x}", ""

    def peak(size: int, count: int) -> int:
        things = [f"country/{i}" for i in range(100)]
        classes = classes_of(schema, things)
        classes |= dict.fromkeys(
            (f"{ID}agreement/{i}" for i in range(size // 2)),
            schema.superclasses(schema.classes["agreement"]),
        )
        # The classes are the caller's.
        tracemalloc.start()
        assert sum(1 for _ in derive_in_parts(premises(size), schema, classes, tmp_path, count))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(4_000, 8) < 2 * peak(500, 1)
