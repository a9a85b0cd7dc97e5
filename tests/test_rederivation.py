"""What follows anew from a change is what would follow from everything."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox
import pytest

from taawun.graph import derive_incrementally as module
from taawun.graph.derivation_rules import RULES
from taawun.graph.derive import derive, terms_of
from taawun.graph.derive_incrementally import Said, rederive
from taawun.graph.fact import Fact
from taawun.loaders.collection import Collection
from taawun.ontology.namespaces import ID, TW


def with_modality(fact: Fact, chances: random.Random) -> Fact:
    """The fact, sometimes only planned, or retracted: so it is no premise."""
    kept = dict(fact.qualifiers)
    if chances.random() < 0.3:
        kept["when"] = ox.Literal(chances.choice(("2017", "2019")))
    if chances.random() < 0.15:
        kept["modality"] = ox.NamedNode(f"{ID}modality/planned")
    if chances.random() < 0.1:
        kept["recordStatus"] = ox.NamedNode(f"{ID}record-status/retracted")
    return Fact(fact.subject, fact.predicate, fact.object, tuple(sorted(kept.items())), ())


def with_dates(facts: Iterable[Fact]) -> Iterator[Fact]:
    """A date of everything that joins two parties."""
    for rule in RULES:
        joins = {f.subject.value for f in facts if f.predicate.value.removeprefix(TW) in rule.left}
        assert joins
        for number, joint in enumerate(sorted(joins)):
            asserted = ("modality", ox.NamedNode(f"{ID}modality/asserted"))
            status = ("recordStatus", ox.NamedNode(f"{ID}record-status/asserted"))
            date = ox.Literal(str(2020 + number % 3))
            predicate = ox.NamedNode(TW + rule.date)
            yield Fact(ox.NamedNode(joint), predicate, date, (asserted, status), ())


def stated(facts: Iterable[Fact]) -> dict[str, Said]:
    return {f.iri: Said.of(f) for f in facts if f.is_premise}


def store_of(facts: Sequence[Fact], collection: Collection) -> ox.Store:
    lines = [line for fact in facts for line in fact.lines()]
    for item in derive(facts, collection.schema, collection.classes):
        lines += item.lines()
    store = ox.Store()
    store.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize("seed", range(40))
def test_it_is_what_would_follow_from_everything(seed: int, the_collection: Collection) -> None:
    chances = random.Random(seed)
    pool = {f.iri: f for f in (with_modality(f, chances) for f in the_collection.facts)}
    dated = {f.iri: f for f in with_dates(the_collection.facts)}
    facts = chances.sample(sorted(pool), 500 - len(dated)) + sorted(dated)
    chances.shuffle(facts)
    pool |= dated
    before, spare = facts[:450], facts[450:]
    dropped = set(chances.sample(before, chances.choice((0, 1, 5, 40))))
    after = [iri for iri in before if iri not in dropped] + spare[: chances.choice((0, 1, 5, 40))]
    schema, classes = the_collection.schema, the_collection.classes
    old, new = [pool[iri] for iri in before], [pool[iri] for iri in after]
    store = store_of(old, the_collection)
    said, says = stated(old), stated(new)
    found = rederive(
        store,
        [said[iri] for iri in said.keys() - says.keys()],
        [says[iri] for iri in says.keys() - said.keys()],
        schema,
        classes,
    )
    assert found
    had = {item.iri for item in derive(old, schema, classes)}
    wanted = {item.iri: item for item in derive(new, schema, classes)}
    assert (had - found.gone) | {item.iri for item in found.new} == wanted.keys()
    assert all(wanted[item.iri] == item for item in found.new)
    plain = {item.terms for item in wanted.values()}.union(item.terms for item in says.values())
    assert found.plain == found.affected & plain


def test_there_are_changes_in_both_directions(the_collection: Collection) -> None:
    """The signatory of an agreement leads to cooperation, and its loss takes it away."""
    fact = next(f for f in the_collection.facts if f.predicate.value.endswith("#signatory"))
    others = [f for f in the_collection.facts if terms_of(f) != terms_of(fact)]
    item = Said.of(fact)
    schema, classes = the_collection.schema, the_collection.classes
    won = rederive(store_of(others, the_collection), [], [item], schema, classes)
    lost = rederive(store_of([*others, fact], the_collection), [item], [], schema, classes)
    assert won
    assert lost
    assert len(won.new) == len(lost.gone) > 1


def test_a_change_that_bears_on_too_much_is_no_small_one(
    the_collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", 3)
    facts = list(the_collection.facts)
    said = list(stated(facts).values())
    schema, classes = the_collection.schema, the_collection.classes
    assert rederive(store_of(facts, the_collection), said[:50], [], schema, classes) is None
