"""The life of a fact: what its record status changes, and what it never does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taawun.api import KnowledgeGraph
from taawun.checks import later_statuses
from taawun.graph.errors import CollectionError
from taawun.graph.fact import Fact
from taawun.graph.fact_reader import facts_of
from taawun.graph.fact_record import fact_json
from taawun.loaders.builds.build import build
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import read_collection
from taawun.messages.fault import Place
from taawun.ontology.namespaces import ID, TW

SIGNED = "agreement/postal-ecommerce-nigeria, signatory, country/nigeria"
COOPERATES = f"ASK {{ <{ID}country/egypt> tw:cooperatesWith <{ID}country/nigeria> }}"


def over_the_seeds(folder: Path, *entries: str) -> Path:
    """A collection that says nothing but where bundled facts stand."""
    (folder / "facts").mkdir(parents=True)
    (folder / "facts" / "status.yaml").write_text("\n".join(entries), "utf-8")
    return folder


def entry(fact: str, status: str, *more: str) -> str:
    lines = [
        f"- fact: {fact}",
        f"  recordStatus: {status}",
        "  statusReason: A test of ours.",
        "  statusReasonAr: تجربة منا.",
        "  statusDate: 2026-11-25",
    ]
    return "\n".join([*lines, *(f"  {line}" for line in more)])


def opened(folder: Path, tmp_path: Path) -> KnowledgeGraph:
    return KnowledgeGraph(build([folder], cache=tmp_path / "cache").store(), language="en")


@pytest.fixture(scope="module")
def signature(the_collection) -> Fact:
    """The bundled fact that Nigeria signed."""
    subject, name, target = SIGNED.split(", ")
    (found,) = {
        fact
        for fact in the_collection.facts
        if (fact.subject.value, fact.predicate.value, fact.object.value)
        == (ID + subject, TW + name, ID + target)
    }
    return found


def asks(graph: KnowledgeGraph, pattern: str) -> bool:
    return bool(graph.sparql(f"ASK {{ {pattern} }}"))


@pytest.mark.slow
@pytest.mark.parametrize("status", ["retracted", "superseded", "candidate"])
def test_what_is_not_asserted_leaves_the_answers_and_what_follows_from_it(
    status, signature, tmp_path, graph
):
    line = f"{signature.subject} {signature.predicate} {signature.object}"
    assert asks(graph, line)
    assert graph.sparql(COOPERATES)
    mine = over_the_seeds(tmp_path / "mine", entry(f"[{SIGNED}]", status))
    changed = opened(mine, tmp_path)
    assert not asks(changed, line)
    assert not changed.sparql(COOPERATES)
    assert asks(changed, f"GRAPH <{signature.iri}> {{ {line} }}"), "its graph remains"
    kept = f"<{signature.iri}> tw:recordStatus status:{status} ; tw:evidence ?e . ?e a tw:Evidence"
    assert asks(changed, f"GRAPH graph:evidence {{ {kept} }}"), "its record remains"
    (past,) = [item.fact for item in changed.history("nigeria")]
    assert (past.iri, past.record_status, past.status_date) == (
        signature.iri,
        status,
        "2026-11-25",
    )
    assert past.status_reason("ar") == "تجربة منا."
    assert past.quotes


@pytest.mark.slow
def test_what_is_disputed_stays_and_is_marked(signature, tmp_path, run):
    mine = over_the_seeds(tmp_path / "mine", entry(signature.iri, "disputed"))
    graph = opened(mine, tmp_path)
    assert graph.sparql(COOPERATES)
    (view,) = facts_of(graph.store, [signature.triple])[signature.triple]
    told = fact_json(view)
    assert told["recordStatus"] == "disputed"
    assert told["statusReason"] == {"ar": "تجربة منا.", "en": "A test of ours."}
    assert not graph.history("nigeria")
    common = ("--collection", str(mine), "--format", "table")
    ask = ("ask", "agreement-signatories", "-p", "country=nigeria", *common)
    said = run(*ask, "--why", "--lang", "en").output
    assert "Nigeria  (disputed)" in said
    assert "disputed since 25 November 2026: A test of ours." in said
    assert "محل خلاف منذ 25 نوفمبر 2026: تجربة منا." in run(*ask, "--why", "--lang", "ar").output
    assert "نيجيريا  (محل خلاف)" in run("show", "nigeria", *common, "--lang", "ar").output.replace(
        "اتفاقية مصر ونيجيريا في التجارة الإلكترونية البريدية", "نيجيريا"
    )


def test_what_is_simply_asserted_is_not_marked(graph, signature):
    (view,) = facts_of(graph.store, [signature.triple])[signature.triple]
    assert not {"recordStatus", "statusReason", "statusDate"} & fact_json(view).keys()


def test_a_status_does_not_change_what_a_fact_is(the_collection, tmp_path):
    mine = over_the_seeds(tmp_path, entry(f"[{SIGNED}]", "retracted"))
    changed = read_collection([SEEDS, mine])
    assert [fact.iri for fact in changed.facts] == [fact.iri for fact in the_collection.facts]
    assert [f.evidence for f in changed.facts] == [f.evidence for f in the_collection.facts]


def test_the_last_collection_has_the_last_word(signature, tmp_path):
    first = over_the_seeds(tmp_path / "a", entry(f"[{SIGNED}]", "retracted"))
    second = over_the_seeds(tmp_path / "b", f"- {{fact: {signature.iri}, recordStatus: asserted}}")
    by_triple = over_the_seeds(tmp_path / "c", entry(f"[{SIGNED}]", "disputed"))
    for folders, status in (
        ([first, second], "asserted"),
        ([second, first], "retracted"),
        ([first, second, by_triple], "disputed"),
    ):
        facts = read_collection([SEEDS, *folders]).facts
        (found,) = [fact for fact in facts if fact.iri == signature.iri]
        assert str(found.qualifier("recordStatus")).endswith(f"/{status}>")


def test_an_asserted_fact_sheds_the_reason_of_its_past(signature, tmp_path):
    first = over_the_seeds(tmp_path / "a", entry(f"[{SIGNED}]", "retracted"))
    second = over_the_seeds(tmp_path / "b", f"- {{fact: {signature.iri}, recordStatus: asserted}}")
    facts = read_collection([SEEDS, first, second]).facts
    (found,) = [fact for fact in facts if fact.iri == signature.iri]
    assert [name for name, _ in found.status] == ["recordStatus"]


def test_history_shows_what_replaced_a_fact(signature, the_collection, tmp_path, run):
    other = next(f for f in the_collection.facts if f.subject == signature.subject and f.is_active)
    mine = over_the_seeds(
        tmp_path / "mine",
        entry(f"[{SIGNED}]", "superseded", f"supersededBy: {other.iri}"),
    )
    show = ("show", "نيجيريا", "--history", "--collection", str(mine), "--lang", "en")
    said = run(*show, "--format", "table").output
    assert "superseded since 25 November 2026: A test of ours." in said
    assert "superseded by:" in said
    assert "fact:" + signature.iri[-16:] in said
    assert "وقعت مصر" not in said
    assert "وقعت مصر" in run(*show, "--format", "table", "--why").output
    (told,) = json.loads(run(*show, "--format", "json").output)["facts"]
    assert told["supersededBy"] == other.iri
    head, row = run(*show, "--format", "csv").output.splitlines()
    assert len(head.split(",")) == len(row.split(","))
    assert row.endswith(f"fact:{other.iri[-16:]},fact:{signature.iri[-16:]}")
    assert ",asserted,superseded," in row
    said = run(*show[:-1], "ar", "--format", "markdown").output
    assert "| مقرَّر في النص | حل محلها غيرها |" in said


def test_history_of_what_has_none_says_so(run):
    said = run("show", "العراق", "--history", "--format", "table", "--lang", "ar")
    assert said.exit_code == 1
    assert "لا حقيقة عنه سُحبت" in said.output


def test_a_fact_may_be_written_with_its_status(tmp_path):
    """In YAML and in CSV alike, in a collection of one's own."""
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "mine.csv").write_text(
        "document,quote,subject,predicate,object,modality,note,recordStatus,statusReasonAr,statusDate\n"
        "african-cooperation,وقعت مصر على اتفاقيات مع نيجيريا,country/nigeria,relationsWith,"
        "country/egypt,inferred,A test.,retracted,تجربة,2026-11-25\n",
        "utf-8",
    )
    facts = read_collection([SEEDS, tmp_path]).facts
    (mine,) = [fact for fact in facts if not fact.is_active]
    assert dict(mine.status)["statusReasonAr"].value == "تجربة"
    assert "@ar" in next(line for line in mine.lines() if "statusReason" in line)


@pytest.mark.parametrize(("day", "is_told"), [("2999-01-01", True), ("2026-01-01", False)])
def test_a_status_of_a_day_to_come_is_a_warning(day: str, is_told: bool, tmp_path: Path) -> None:
    lines = entry(f"[{SIGNED}]", "disputed").replace("2026-11-25", day)
    mine = over_the_seeds(tmp_path / "mine", lines)
    places: list[Place] = []
    collection = read_collection([SEEDS, mine], lambda _n, _f, site: places.append(site.place))
    warned = [*later_statuses(collection, places)]
    assert [fault.code for fault in warned] == ["status-date-ahead"] * is_told
    assert all(fault.place.line and day in fault.message.text("ar") for fault in warned)


def statuses_of(folder: Path) -> dict[str, str]:
    """The successor of each superseded fact."""
    return {
        fact.iri: fact.qualifier("supersededBy").value
        for fact in read_collection([SEEDS, folder]).facts
        if fact.qualifier("supersededBy") is not None
    }


def test_a_successor_may_be_given_by_its_triple(the_collection, signature, tmp_path):
    plain = [f for f in the_collection.facts if f.iri == f.plain_iri and f.iri != signature.iri]
    assert len(plain) > 100
    for number, other in enumerate(plain[:: len(plain) // 5]):
        parts = other.subject.value, other.predicate.value, other.object.value
        triple = json.dumps([part.rpartition("#")[2].removeprefix(ID) for part in parts])
        line = entry(f"[{SIGNED}]", "superseded", f"supersededBy: {triple}")
        folder = over_the_seeds(tmp_path / str(number), line)
        assert statuses_of(folder) == {signature.iri: other.iri}


def test_a_triple_that_is_only_reported_is_told_the_iri(the_collection, tmp_path):
    triples = {f.plain_iri for f in the_collection.facts if f.iri == f.plain_iri}
    other = next(
        f for f in the_collection.facts
        if f.iri != f.plain_iri and f.plain_iri not in triples and "literal" not in repr(f.object)
        and hasattr(f.object, "value") and f.object.value.startswith(ID)
    )  # fmt: skip
    parts = other.subject.value, other.predicate.value, other.object.value
    triple = json.dumps([part.rpartition("#")[2].removeprefix(ID) for part in parts])
    line = entry(f"[{SIGNED}]", "superseded", f"supersededBy: {triple}")
    with pytest.raises(CollectionError, match="fact/" + other.iri[-16:]):
        read_collection([SEEDS, over_the_seeds(tmp_path / "mine", line)])


@pytest.mark.parametrize("triple", ["[a, b]", "[country/egipt, area, area/x]", "[1, 2, 3, 4]"])
def test_a_successor_that_is_no_triple_is_refused(triple, tmp_path):
    line = entry(f"[{SIGNED}]", "superseded", f"supersededBy: {triple}")
    with pytest.raises(CollectionError):
        read_collection([SEEDS, over_the_seeds(tmp_path / "mine", line)])
