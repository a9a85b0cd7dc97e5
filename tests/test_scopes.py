"""A denial or a condition is no statement: found, refused as asserted, marked by suggest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.graph.document import Document
from taawun.graph.entity import Entity
from taawun.graph.fact import Fact
from taawun.loaders.checks.claims import Claims
from taawun.loaders.checks.lints import lint_facts
from taawun.loaders.checks.quotes import evidence
from taawun.loaders.collection import Collection
from taawun.loaders.editing.suggestion_file import fact_file
from taawun.loaders.files.value import Spot
from taawun.loaders.text.cues import Scopes
from taawun.loaders.text.suggestion import Suggester
from taawun.messages.fault import Fault, Place
from taawun.ontology.namespaces import ID, TW
from taawun.ontology.schema import Schema

MEASURED = Path(__file__).parent / "arabic" / "scopes.tsv"
SCHEMA = Schema.load()
SCOPES = Scopes(SCHEMA)
HERE = Place("facts.yaml", 1)


def judged(sentence: str, target: str) -> str:
    """How the sentence says the target."""
    at = sentence.index(target)
    over = (s for s in SCOPES.find(sentence) if s.start <= at and at + len(target) <= s.end)
    return next((scope.modality for scope in over), "so")


def test_sentences_made_for_measuring_are_told_apart() -> None:
    """All traps are seen through; missed are verbs that stand away from their preposition."""
    lines = MEASURED.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(rows) >= 200
    assert sum(how == "so" for how, *_ in rows) * 2 >= len(rows)
    found = Counter((how, judged(sentence, target)) for how, target, sentence in rows)
    assert sum(number for (how, got), number in found.items() if how == "so" != got) == 0
    missed = [s for how, t, s in rows if how != judged(s, t)]
    assert len(missed) == 8
    assert all(sentence.startswith(("تراجعت", "انسحبت")) for sentence in missed)


def test_no_bundled_fact_is_said_to_be_so_under_a_negation(the_collection: Collection) -> None:
    claims = Claims(the_collection)
    assert [fact.iri for fact in the_collection.facts if claims.scope(fact)] == []


def entity(ref: str, ar: str) -> Entity:
    kind = SCHEMA.classes[ref.partition("/")[0]]
    return Entity(ref, ar, ref, (kind,), kinds=SCHEMA.kinds((kind,)))


ENTITIES = {
    item.ref: item
    for item in (
        entity("country/egypt", "مصر"),
        entity("country/iraq", "العراق"),
        entity("agreement/one", "اتفاقية مصر والعراق"),
    )
}


def faults(text: str, modality: str, quote: str = "", country: str = "country/iraq") -> list[str]:
    """The codes of what is wrong with a fact that the country is a party to the agreement."""
    document = Document("talks", "talks.txt", "0" * 64, text, "مباحثات", "Talks")
    fact = Fact(
        ox.NamedNode(ID + "agreement/one"),
        ox.NamedNode(TW + "party"),
        ox.NamedNode(ID + country),
        (("modality", ox.NamedNode(f"{ID}modality/{modality}")),),
        evidence(document, quote or text),
    )
    claims = Claims(Collection(SCHEMA, {"talks": document}, ENTITIES, (fact,)))
    return [item.code for item in claims.judged(fact, HERE)[0]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("لم توقع مصر اتفاقية مع العراق", "denied-said-as-so"),
        ("نفى الوزير توقيع اتفاقية مع العراق", "denied-said-as-so"),
        ("قد توقع مصر اتفاقية مع العراق", "conditional-said-as-so"),
        ("توقع مصر اتفاقية مع العراق بشرط موافقة البرلمان", "conditional-said-as-so"),
    ],
)
def test_what_is_denied_or_conditional_is_refused_as_asserted(text: str, code: str) -> None:
    assert faults(text, "asserted") == [code]
    assert faults(text, "reported") == [code]
    assert faults(text, code.partition("-")[0]) == []


def test_a_quote_that_begins_after_its_negation_is_found_out() -> None:
    text = "لم توقع مصر اتفاقية مع العراق"
    assert faults(text, "asserted", quote="توقع مصر اتفاقية مع العراق") == ["denied-said-as-so"]


def test_what_stands_beside_a_negation_is_asserted() -> None:
    text = "وقعت مصر اتفاقية، ولم توقع اتفاقية مع العراق"
    assert faults(text, "asserted", country="country/egypt") == []
    assert faults(text, "asserted") == ["denied-said-as-so"]


def test_a_denied_signature_is_no_signature_and_needs_no_stage() -> None:
    text = "لم توقع مصر اتفاقية مع العراق"
    document = Document("talks", "talks.txt", "0" * 64, text, "مباحثات", "Talks")
    found: list[Fault] = []
    status = ("recordStatus", ox.NamedNode(ID + "record-status/asserted"))
    for modality in ("denied", "conditional"):
        fact = Fact(
            ox.NamedNode(ID + "agreement/one"),
            ox.NamedNode(TW + "signatory"),
            ox.NamedNode(ID + "country/iraq"),
            (("modality", ox.NamedNode(f"{ID}modality/{modality}")), status),
            evidence(document, text),
        )
        assert fact.is_prospect
        lint_facts([(fact, Spot(HERE, found))], SCHEMA, is_whole=True)
    assert found == []


def test_suggest_marks_such_sentences_as_what_they_are() -> None:
    suggester = Suggester(SCHEMA, ENTITIES)
    found = suggester.suggest("لم توقع مصر اتفاقية مع العراق.\nوقعت مصر اتفاقية مع العراق.\n")
    assert [sentence.modality for sentence in found.sentences] == ["denied", ""]
    assert fact_file(found, "news", suggester).count("    modality: denied\n") == 1


def test_a_collection_adds_words_of_its_own() -> None:
    mine = ID + "scope-word/mine"
    own = {
        (mine, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"): ox.NamedNode(TW + "ScopeWord"),
        (mine, TW + "marksModality"): ox.NamedNode(ID + "modality/denied"),
        (mine, TW + "cue"): ox.Literal("جمّدت", language="ar"),
    }
    triples = [ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for (s, p), o in own.items()]
    text = "جمدت مصر اتفاقية مع العراق"
    assert SCOPES.find(text) == []
    (scope,) = Scopes(Schema([*SCHEMA.triples, *triples])).find(text)
    assert scope == (0, len(text), "denied")
