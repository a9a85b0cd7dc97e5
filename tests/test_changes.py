"""What changed between two stores, told fact by fact and answer by answer."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from quoted import quoted
from taawun.graph.derive import derive
from taawun.graph.fact import Fact
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.build import lines_of
from taawun.loaders.collection import Collection
from taawun.ontology.namespaces import ID, TW
from taawun.queries.catalogue import Catalogue
from taawun.queries.changes import answer_changes, changes

EGYPT, IRAQ = ID + "country/egypt", ID + "country/iraq"
MEMO = ID + "agreement/africa-free-trade"


def claim(subject=MEMO, predicate="signatory", object_=EGYPT, start=0, **said):
    qualifiers = {"modality": "modality/asserted", "recordStatus": "record-status/asserted", **said}
    return Fact(
        ox.NamedNode(subject),
        ox.NamedNode(TW + predicate),
        ox.NamedNode(object_),
        tuple(
            sorted(
                (name, ox.Literal(v) if name == "note" else ox.NamedNode(ID + v))
                for name, v in qualifiers.items()
            )
        ),
        (quoted("وقعت", start, "egypt-iraq-talks"),),
    )


@pytest.fixture(scope="module")
def store(the_collection: Collection):
    """Makes a store of the bundled entities and of the given facts."""

    known = the_collection

    def make(*facts: Fact) -> EmbeddedStore:
        collection = Collection(known.schema, known.documents, known.entities, facts)
        derived = list(derive(facts, collection.schema, collection.classes))
        lines = "\n".join(lines_of(collection, derived))
        return EmbeddedStore.in_memory(lines.encode())

    return make


def test_a_store_has_no_changes_against_itself(store):
    same = changes(store(claim()), store(claim()))
    assert not same
    assert same.altered == ()


def test_a_new_fact_is_added_with_all_that_is_said_of_it(store):
    new = claim(note="why")
    found = changes(store(), store(new))
    assert [view.iri for view in found.added] == [new.iri]
    assert found.added[0].quotes[0].text == "وقعت"
    assert found.added[0].note("en") == "why"
    assert not found.removed
    gone = changes(store(new), store())
    assert (gone.removed, gone.added) == (found.added, ())


def test_another_modality_is_another_claim(store):
    found = changes(store(claim()), store(claim(modality="modality/planned")))
    assert [v.modality for v in found.removed] == ["asserted"]
    assert [v.modality for v in found.added] == ["planned"]
    assert not found.altered


@pytest.mark.parametrize(
    "other",
    [claim(recordStatus="record-status/retracted"), claim(note="now noted"), claim(start=9)],
    ids=["status", "note", "evidence"],
)
def test_the_same_claim_said_about_differently_is_altered(store, other):
    found = changes(store(claim()), store(other))
    (alteration,) = found.altered
    assert alteration.before.iri == alteration.after.iri == claim().iri
    assert alteration.before != alteration.after
    assert not found.added
    assert not found.removed


def test_what_follows_counts_by_its_triple(store):
    one, both = store(claim()), store(claim(), claim(object_=IRAQ))
    gained = changes(one, both)
    triples = {(v.subject.value, v.predicate.value, v.object.value) for v in gained.derived_added}
    assert (EGYPT, TW + "cooperatesWith", IRAQ) in triples
    assert changes(both, one).derived_removed == gained.derived_added
    # Said by a second document, it follows in a second way: nothing new.
    again = claim(object_=IRAQ, statedBy="official/amr-talaat", modality="modality/reported")
    found = changes(both, store(claim(), claim(object_=IRAQ), again))
    assert [view.iri for view in found.added] == [again.iri]
    assert not found.derived_added
    assert not found.derived_removed


def test_answers_gain_and_lose_rows(store):
    questions = Catalogue().questions.values()
    one, both = store(claim()), store(claim(), claim(object_=IRAQ))
    gained = {c.question.name: c for c in answer_changes(one, both, questions)}
    assert "cooperation-partners" in gained
    lost = {c.question.name: c for c in answer_changes(both, one, questions)}
    assert gained.keys() == lost.keys()
    for name, change in gained.items():
        assert (change.gained, change.lost) == (lost[name].lost, lost[name].gained)
    assert list(answer_changes(one, one, questions)) == []
