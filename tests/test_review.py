"""Review: facts confirmed and disputed, blind readings compared and settled, record statuses."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import pexpect
import pytest
import yaml
from dossier import dossier
from hypothesis import example, given
from hypothesis import strategies as st
from in_place import in_place, put_in_place
from small_seeds import DOCUMENT, small_seeds

from taawun.desk.review_pages import Reviewing
from taawun.desk.session import Desk
from taawun.graph.errors import CollectionError, MisuseError
from taawun.loaders.builds.build import build
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.reconciliation import Reconciler, with_names
from taawun.loaders.editing.second_reading import two_readings
from taawun.loaders.editing.transaction import seen
from taawun.loaders.reading_comparison import Agreement
from taawun.loaders.reviews import read_reviews, short, stated_in
from taawun.ontology.namespaces import ID
from taawun.queries.names import Names

#: A second reading of the document whose facts are there.
SECOND = Path(__file__).parent / "second_readings" / f"{DOCUMENT}.yaml"
TEXT = (
    "وقعت جمهورية المثال ومملكة النموذج في 5 مايو 2026 اتفاقية في مجال التجارة الإلكترونية.\n"
    "وتعتزم مملكة النموذج التعاون مع جمهورية المثال في مجال الأمن السيبراني.\n"
)
PLAN = {
    "document": "news", "quote": TEXT.splitlines()[1].rstrip("."),
    "subject": "country/model-kingdom", "predicate": "cooperationArea",
    "object": "area/cybersecurity", "modality": "planned",
}  # fmt: skip
FACT = {**PLAN, "object": "area/digital-skills", "modality": "inferred", "note": "A guess."}


@pytest.fixture(scope="module")
def made(tmp_path_factory, few_facts) -> Path:
    folder = dossier(tmp_path_factory.mktemp("made") / "mine", TEXT)
    with put_in_place(few_facts):
        assert Desk([folder]).save([PLAN], "en")["faults"] == []
    (folder / "readings" / "Sami").mkdir(parents=True)
    shutil.copy(SECOND, folder / "readings" / "Sami")
    return folder


@pytest.fixture
def mine(tmp_path, made, few_facts_alone) -> Path:
    """A collection with a text, one fact about it, and a second reading of a bundled document."""
    assert few_facts_alone
    return shutil.copytree(made, tmp_path / "mine")


def quads_of(desk: Desk) -> set[str]:
    return {str(quad) for quad in desk.labels._store.quads}


def built_quads(folder: Path, cache: Path) -> set[str]:
    store = build([folder], cache=cache).store()
    return {str(quad) for quad in store.quads}


def only_fact(desk: Desk) -> dict:
    (found,) = Reviewing(desk).facts("news", "en")["facts"]
    return found


# ---- how far two readers agree -----------------------------------------------------------------


def kappa_of(first: list[bool], second: list[bool]) -> Fraction | None:
    """Cohen's kappa by its definition, label by label."""
    count = len(first)
    if not count:
        return None
    observed = Fraction(sum(a == b for a, b in zip(first, second, strict=True)), count)
    chance = sum(
        Fraction(first.count(label), count) * Fraction(second.count(label), count)
        for label in (True, False)
    )
    return None if chance == 1 else (observed - chance) / (1 - chance)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
@example([])
@example([(True, True)] * 3)
@example([(False, False)] * 3)
@example([(True, False)] * 3)
def test_kappa_is_that_of_its_definition_and_nobody_can_be_surer_than_the_labels(pairs):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    counts = Counter(pairs)
    found = Agreement(
        "areas", counts[True, True], counts[True, False], counts[False, True], counts[False, False]
    )
    expected = kappa_of(first, second)
    assert found.kappa == (None if expected is None else pytest.approx(float(expected)))
    turned = Agreement("areas", found.both, found.second, found.first, found.neither)
    assert turned.kappa == found.kappa
    if found.kappa is not None:
        assert -1 <= found.kappa <= 1
        assert (found.kappa == 1) == (first == second)


def test_kappa_of_a_worked_example():
    # 50 sentences; 20 both, 15 neither: observed 0.7. The first says it of 25, the second of 30:
    # chance = 0.5 * 0.6 + 0.5 * 0.4 = 0.5; so kappa = (0.7 - 0.5) / (1 - 0.5).
    found = Agreement("areas", both=20, first=5, second=10, neither=15)
    assert (found.observed, found.kappa) == (0.7, pytest.approx(0.4))


def test_two_readings_of_a_bundled_document_differ_where_they_are_known_to(mine):
    known = read_collection([small_seeds(), mine])
    readings = two_readings(mine, DOCUMENT, "Sami", known, [])
    found = readings.comparison
    facts = stated_in(DOCUMENT, known.facts)
    second = yaml.safe_load(SECOND.read_text("utf-8"))["evidence"]
    written = sum(len(entry["facts"]) for entry in second)
    sides = Counter(
        name for one in found.differences for name in ("first", "second") if getattr(one, name)
    )
    assert len(found.same) + sides["first"] == len(facts) > 150
    assert len(found.same) + sides["second"] == written == 41
    differing = {
        (one.kind, one.first.fact.object.value.rpartition("/")[2],
         one.second.fact.object.value.rpartition("/")[2])
        for one in found.differences if one.first and one.second
    }  # fmt: skip
    assert differing == {
        ("said", "signed", "signed"),  # expected, the second reader says asserted
        ("said", "egypt", "egypt"),  # inferred, the second reader says asserted
        ("said", "postal-staff-preparation", "postal-staff-preparation"),
        ("said", "financial-inclusion", "financial-inclusion"),
        ("object", "signed", "in-force"),
        ("object", "about", "exactly"),
    }
    groups = {one.group: one for one in found.groups}
    # Only the sentence with the 17 cables has a number, and both readers saw it.
    numbers = groups["numbers"]
    assert (numbers.both, numbers.first, numbers.second, numbers.neither) == (1, 0, 0, 7)
    assert numbers.kappa == 1
    # Every sentence but one names a party in both readings; nobody leaves out one that the other
    # does not: the agreement is high, and no better than chance.
    parties = groups["parties"]
    assert (parties.both, parties.first, parties.second, parties.neither) == (7, 1, 0, 0)
    assert (parties.observed, parties.kappa) == (7 / 8, 0)
    labels = [
        [
            label
            for one in found.groups
            for label, count in zip(
                rows, (one.both, one.first, one.second, one.neither), strict=True
            )
            for _ in range(count)
        ]
        for rows in ((True, True, False, False), (True, False, True, False))
    ]
    assert found.overall.kappa == pytest.approx(float(kappa_of(*labels)))


def test_two_equal_readings_agree_in_everything(mine):
    known = read_collection([small_seeds(), mine])
    shutil.copytree(mine / "readings" / "Sami", mine / "readings" / "Huda")
    only = [fact for fact in known.facts if fact.evidence[0].document != DOCUMENT]
    from taawun.loaders.editing.second_reading import reading_of
    from taawun.loaders.reading_comparison import compare

    theirs, _ = reading_of(mine, "Huda", known)
    found = compare(known.documents[DOCUMENT], [*only, *theirs], theirs, known.schema)
    assert found.differences == ()
    assert found.same
    assert {one.kappa for one in found.groups} <= {1, None}
    nothing = compare(known.documents[DOCUMENT], only, [], known.schema)
    assert (nothing.groups, nothing.overall.kappa, nothing.points) == ((), None, 0)


# ---- verdicts ----------------------------------------------------------------------------------


def test_a_verdict_counts_until_the_quotes_of_the_fact_change(mine):
    desk = Desk([mine], "Huda")
    shown = only_fact(desk)
    given_ = {"fact": shown["fact"], "at": shown["at"], "found": "confirmed"}
    assert Reviewing(desk).record("news", given_, "en")["faults"] == []
    assert only_fact(desk)["mine"] == "confirmed"
    assert Reviewing(Desk([mine], "Sami")).facts("news", "en")["unread"] == 1
    # A second quote of the same fact was not read.
    path = mine / "facts" / "news.yaml"
    told = path.read_text("utf-8")
    words = "مملكة النموذج التعاون مع جمهورية المثال في مجال الأمن السيبراني"
    path.write_text(
        f"{told}  - quote: {words}\n    facts:\n"
        "      - {subject: country/model-kingdom, predicate: cooperationArea, "
        "object: area/cybersecurity, modality: planned}\n",
        "utf-8",
    )
    assert only_fact(desk)["mine"] == ""
    # What is shown no longer stands: nothing is written.
    assert Reviewing(desk).record("news", given_, "en")["faults"]
    path.write_text(told, "utf-8")
    assert only_fact(desk)["mine"] == "confirmed"


def test_a_dispute_is_a_record_status_and_goes_when_it_is_taken_back(mine, tmp_path):
    desk = Desk([mine], "Huda")
    shown = only_fact(desk)
    verdict = {"fact": shown["fact"], "at": shown["at"]}
    reviewing = Reviewing(desk)
    assert reviewing.record("news", {**verdict, "found": "disputed"}, "en")["faults"]
    files = {path: path.read_bytes() for path in mine.rglob("*.yaml")}
    disputed = {**verdict, "found": "disputed", "comment": "The text names no skill."}
    said = reviewing.record("news", disputed, "en")
    assert said["faults"] == []
    assert said["answers"]
    assert only_fact(desk)["status"] == "disputed"
    written = yaml.safe_load((mine / "facts" / "status.yaml").read_text("utf-8"))
    assert [(one["fact"], one["recordStatus"]) for one in written] == [(shown["fact"], "disputed")]
    assert quads_of(desk) == built_quads(mine, tmp_path / "cache")
    assert reviewing.record("news", {**verdict, "found": "confirmed"}, "en")["faults"] == []
    assert only_fact(desk)["status"] == "asserted"
    assert quads_of(desk) == built_quads(mine, tmp_path / "cache")
    changed = {p for p in mine.rglob("*.yaml") if files.get(p) != p.read_bytes()}
    assert {path.name for path in changed} == {"news.Huda.yaml", "status.yaml"}


def test_files_of_reviews_keep_every_other_byte_and_are_sorted_by_place(mine):
    desk = Desk([mine], "Huda")
    reviewing = Reviewing(desk)
    facts = reviewing.facts(DOCUMENT, "en")["facts"][:6]
    path = mine / "reviews" / f"{DOCUMENT}.Huda.yaml"
    for number in (3, 0, 5, 1):
        one = facts[number]
        given_ = {"fact": one["fact"], "at": one["at"], "found": "confirmed"}
        assert reviewing.record(DOCUMENT, given_, "en")["faults"] == []
        if number == 3:
            path.write_text(path.read_text("utf-8") + "  # A remark.\n", "utf-8")
    text = path.read_text("utf-8")
    assert "  # A remark.\n" in text
    order = [one["fact"] for one in yaml.safe_load(text)["read"]]
    chosen = [facts[number] for number in (0, 1, 3, 5)]
    assert order == [one["fact"] for one in sorted(chosen, key=lambda o: (o["spans"], o["fact"]))]
    again = {"fact": facts[1]["fact"], "at": facts[1]["at"], "found": "remarked", "comment": "؟"}
    assert reviewing.record(DOCUMENT, again, "en")["faults"] == []
    changed = path.read_text("utf-8").splitlines()
    assert sum(a != b for a, b in zip(text.splitlines(), changed, strict=True)) == 1
    (review,) = read_reviews(mine, "mine", desk.known.documents)
    assert Counter(v.found for v in review.verdicts) == {"confirmed": 3, "remarked": 1}


def test_a_check_reads_reviews(mine, run):
    entry = {
        "fact": "fact:0123456789abcdef",
        "at": "0:1",
        "found": "confirmed",
        "date": "2026-11-30",
    }
    spoiled = {
        "Huda": ({"found": "agreed"}, "review-word"),
        "Nour": ({"date": "yesterday"}, "not-a-day"),
        "Sami": ({"fact": "fact:12"}, "not-a-fact-iri"),
    }
    (mine / "reviews").mkdir()
    for reader, (wrong, _) in spoiled.items():
        text = yaml.safe_dump({"document": "news", "reader": reader, "read": [entry | wrong]})
        (mine / "reviews" / f"news.{reader}.yaml").write_text(text, "utf-8")
    with pytest.raises(CollectionError) as caught:
        read_reviews(mine, "mine", ["news"])
    codes = [code for _, code in spoiled.values()]
    assert [fault.code for fault in caught.value.faults] == codes
    said = run("check", "--format", "json", "--collection", str(mine))
    assert all(f'"code": "{code}"' in said.stderr for code in codes)


# ---- blind readings, settled --------------------------------------------------------------------


def test_who_reads_blind_sees_and_changes_nothing_of_the_others(mine):
    before = {path: path.read_bytes() for path in (mine / "facts").iterdir()}
    desk = Desk([mine], "Nour", is_blind=True)
    shown = desk.document("news")
    assert shown["quotes"] == []
    assert all(sentence["state"] != "covered" for sentence in shown["sentences"])
    with pytest.raises(MisuseError, match="blind"):
        Reviewing(desk).facts("news", "en")
    found = desk.save([FACT], "en")
    assert (found["faults"], found["answers"]) == ([], [])
    assert found["saved"] == ["readings/Nour/news.yaml"]
    assert desk.document("news")["quotes"]
    assert {path: path.read_bytes() for path in (mine / "facts").iterdir()} == before
    desk.keep_draft("news", {"form": {"kind": "fact"}})
    assert Desk([mine], "Huda").document("news")["draft"] == {}
    desk.end_blind()
    compared = Reviewing(desk).compare("news", "Nour", "en")
    assert [one["kind"] for one in compared["differences"]] == ["object"]


def test_differences_are_settled_without_deleting_and_the_agreement_stays_as_it_was(mine, tmp_path):
    desk = Desk([mine], "Huda")
    reviewing = Reviewing(desk)
    before = reviewing.compare(DOCUMENT, "Sami", "en")
    by_kind = {one["kind"]: one for one in before["differences"]}
    object_ = next(
        one for one in before["differences"] if one["kind"] == "object" and "figure" not in one
    )
    for one, decision in (
        (by_kind["said"], "second"),
        (object_, "both"),
        (by_kind["only"], "neither"),
    ):
        assert decision in one["choices"]
        given_ = {
            "other": "Sami",
            "pair": one["pair"],
            "decision": decision,
            "comment": "Read again.",
        }
        assert reviewing.settle(DOCUMENT, given_, "en")["faults"] == [], one
        assert reviewing.settle(DOCUMENT, given_, "en")["faults"]  # once
    after = reviewing.compare(DOCUMENT, "Sami", "en")
    assert after["agreement"] == before["agreement"]
    assert after["open"] == before["open"] - 3
    assert len(after["differences"]) == len(before["differences"])
    assert quads_of(desk) == built_quads(mine, tmp_path / "cache")
    retracted = yaml.safe_load((mine / "facts" / "status.yaml").read_text("utf-8"))
    assert {one["recordStatus"] for one in retracted} == {"retracted"}
    assert {one["fact"] for one in retracted} == {
        by_kind["said"]["pair"][0],
        by_kind["only"]["pair"][0],
    }
    assert desk.undo()["undone"]
    assert Reviewing(desk).compare(DOCUMENT, "Sami", "en")["open"] == before["open"] - 2


def test_a_collection_with_statuses_is_edited_as_any_other(mine, tmp_path):
    iri = only_fact(Desk([mine]))["fact"]
    status = mine / "facts" / "status.yaml"
    status.write_text(
        f"- {{fact: {iri}, recordStatus: retracted, statusReason: Misread., "
        'statusDate: "2026-11-25"}\n', "utf-8",
    )  # fmt: skip
    desk = Desk([mine])
    assert Reviewing(desk).facts("news", "en")["facts"] == []
    other = {**PLAN, "quote": TEXT.splitlines()[0].rstrip("."), "modality": "inferred",
             "object": "area/e-commerce", "note": "The agreement is in this area."}  # fmt: skip
    assert desk.save([other], "en")["faults"] == []
    assert quads_of(desk) == built_quads(mine, tmp_path / "cache")
    # The status file speaks of this very claim.
    again = {**PLAN, "quote": "مملكة النموذج التعاون مع جمهورية المثال في مجال الأمن السيبراني"}
    assert desk.save([again], "en")["faults"] == []
    assert quads_of(desk) == built_quads(mine, tmp_path / "cache")
    assert not Reviewing(desk).facts("news", "en")["facts"][1:]


# ---- the command -------------------------------------------------------------------------------


def test_the_command_lists_confirms_disputes_and_compares(mine, run):
    def rows(*arguments: str) -> list[dict]:
        said = run("review", *arguments, "--reader", "Huda", "--format", "json",
                   "--collection", str(mine))  # fmt: skip
        assert said.exit_code == 0, said.output
        return json.loads(said.stdout) if said.stdout else []

    overview = {row["document"]: row for row in rows()}
    assert overview["news"]["unread-by-you"] == "1"
    (fact,) = rows("news")
    assert (fact["status"], fact["found"]) == ("asserted", "")
    rows("news", "--confirm", fact["fact"])
    (fact,) = rows("news")
    assert fact["found"] == "confirmed"
    rows("news", "--dispute", fact["fact"], "--comment", "لا يقوله النص.")
    (fact,) = rows("news")
    assert (fact["status"], fact["found"]) == ("disputed", "disputed")
    agreement = {row["group"]: row for row in rows(DOCUMENT, "--compare", "Sami")}
    assert agreement["numbers"]["kappa"] == "1.00"
    differences = rows(DOCUMENT, "--differences", "Sami")
    number = next(row["number"] for row in differences if row["kind"] == "object")
    rows(DOCUMENT, "--compare", "Sami", "--settle", number, "second")
    settled = {row["number"]: row["decision"] for row in rows(DOCUMENT, "--differences", "Sami")}
    assert settled[number] == "second"
    assert run("check", "--collection", str(mine)).exit_code in (0, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere",),
        ("news", "--confirm", "fact:0123456789abcdef"),
        ("news", "--dispute", "fact:0123456789abcdef"),
        ("news", "--compare", "Nobody"),
        (DOCUMENT, "--compare", "Sami", "--settle", "999", "first"),
        ("news", "--reader", "../x"),
    ],
)
def test_what_cannot_be_reviewed_is_refused_and_nothing_written(mine, run, arguments):
    before = {path: path.read_bytes() for path in mine.rglob("*.yaml")}
    said = run("review", *arguments, "--collection", str(mine))
    assert said.exit_code == 2, said.output
    assert {path: path.read_bytes() for path in mine.rglob("*.yaml")} == before


# ---- names ---------------------------------------------------------------------------------------


def test_a_column_of_names_is_matched_to_entities_on_the_command_line(tmp_path, run):
    table = tmp_path / "names.csv"
    table.write_text("No,Country\n1,العراق\n2,كوت دي فوار\n3,Lithuenia\n4,نيجيريا\n", "utf-8")
    said = run("reconcile", str(table), "--column", "Country", "--class", "country",
               "--format", "json")  # fmt: skip
    assert said.exit_code == 0, said.output
    found = {row["name"]: row for row in json.loads(said.stdout)}
    assert {name: row["reference"] for name, row in found.items()} == {
        "العراق": "country/iraq", "كوت دي فوار": "", "Lithuenia": "", "نيجيريا": "country/nigeria",
    }  # fmt: skip
    assert found["كوت دي فوار"]["candidates"].split()[0] == "country/cote-divoire"
    assert found["Lithuenia"]["candidates"].split()[0] == "country/lithuania"
    assert run("reconcile", str(table), "--column", "Capital").exit_code == 2
    assert run("reconcile", str(tmp_path / "nothing.csv")).exit_code == 2


def test_every_registered_name_finds_its_entity_first_or_is_left_open(the_collection, the_build):
    """The service over a build finds the same as the desk over the files of the collection."""
    reconciler = Reconciler(the_collection)
    served = Names(the_build.store())
    entities = list(the_collection.entities.values())[::7]
    assert len(entities) > 50
    for entity in entities:
        for name in (entity.ar, entity.en):
            first = reconciler.candidates(name)
            assert entity.ref in [one.thing for one in first if one.why == "same"], name
            assert reconciler.sure(name) in (entity.ref, ""), name
            found = [one for one in served.candidates(name) if one.thing.startswith(ID)]
            assert [(one.thing.removeprefix(ID), one.likeness) for one in found[: len(first)]] == [
                (one.thing, one.likeness) for one in first
            ], name


@pytest.mark.parametrize(
    "before",
    [
        "organization/x: {ar: جهة, en: Body}\n",
        "organization/x: {ar: جهة, en: Body, also: [الجهة]}\n",
        "organization/x: {ar: جهة, en: Body, also: [الجهة, {name: هي, in: news}]}  # why\n",
        "organization/x:\n  ar: جهة\n  en: Body\n  also:\n    - الجهة\n  # why\n",
        "# head\norganization/x:\n  ar: جهة\n  en: Body\norganization/y: {ar: أخرى, en: Other}\n",
    ],
)
def test_a_further_name_goes_to_its_entity_and_nothing_else_changes(mine, before):
    path = mine / "entities" / "organization.yaml"
    path.write_text(before, "utf-8")
    known = read_collection([small_seeds(), mine])
    with_names(mine, known, {"organization/x": ["المنظمة", "جهة"]}, seen(mine)).write()
    names = read_collection([small_seeds(), mine]).entities["organization/x"].aliases
    assert names[-1].name == "المنظمة"
    assert len(names) == len(known.entities["organization/x"].aliases) + 1
    after = path.read_text("utf-8")
    assert after.count("\n") <= before.count("\n") + 1
    assert [line for line in before.splitlines() if line.startswith(("#", "  #"))] == [
        line for line in after.splitlines() if line.startswith(("#", "  #"))
    ]


def test_a_further_name_of_an_unknown_entity_is_refused(mine):
    (mine / "entities" / "also.yaml").write_text("country/cote-divoir: [كوت دي فوار]\n", "utf-8")
    with pytest.raises(CollectionError) as caught:
        read_collection([small_seeds(), mine])
    assert "country/cote-divoire" in str(caught.value.faults[0])


@pytest.fixture
def terminal(mine, the_build) -> Iterator[Callable[[str], pexpect.spawn]]:
    """``taawun review news`` on a terminal of its own, in a language."""
    began = []

    def start(language: str) -> pexpect.spawn:
        child = pexpect.spawn(
            sys.executable,
            [*in_place(small_seeds())[1:], "review", "news", "--reader", "Huda", "--collection",
             str(mine), "--lang", language],
            env={**os.environ, "TAAWUN_CACHE": str(the_build.path.parent), "TERM": "xterm"},
            encoding="utf-8", dimensions=(60, 200), timeout=120,
            # Where the tests run in the background, Ctrl-C is ignored by all that they start.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        began.append(child)
        return child

    yield start
    for child in began:
        child.close(force=True)


def read_by_huda(mine: Path) -> list[tuple[str, str]]:
    path = mine / "reviews" / "news.Huda.yaml"
    if not path.exists():
        return []
    review = yaml.safe_load(path.read_text("utf-8"))
    return [(one["found"], one.get("comment", "")) for one in review["read"]]


@pytest.mark.slow
def test_on_a_terminal_facts_are_asked_about_one_by_one_and_every_answer_is_kept(mine, terminal):
    """In both languages: nonsense keys, an editor in the middle, Ctrl-C while typing."""
    quote = TEXT.splitlines()[0].rstrip(".")
    more = [{**PLAN, "quote": quote, "object": area, "modality": "inferred", "note": "?"}
            for area in ("area/digital-skills", "area/health", "area/e-commerce")]  # fmt: skip
    assert Desk([mine]).save(more, "en")["faults"] == []
    child = terminal("en")
    child.expect_exact("q quit:")
    child.send("x")
    child.expect_exact("q quit:")
    child.send("\x1b[A")
    child.expect_exact("q quit:")
    # An editor saves a file in the middle.
    facts = mine / "facts" / "news.yaml"
    facts.write_text(facts.read_text("utf-8") + "# read on\n", "utf-8")
    child.send("c")
    child.expect_exact("q quit:")
    assert read_by_huda(mine) == [("confirmed", "")]
    child.send("d")
    child.expect_exact("Why?")
    child.send("  \r")
    child.expect_exact("Why?")
    child.send("half of a reas\x03")
    child.expect("Aborted")
    child.expect(pexpect.EOF)
    assert read_by_huda(mine) == [("confirmed", "")]
    assert not (mine / "facts" / "status.yaml").exists()
    # The next session begins where this one ended; the keys are those of an Arabic keyboard.
    child = terminal("ar")
    child.expect_exact("q إنهاء:")
    child.send("ي")
    child.expect_exact("لماذا؟")
    child.send("لا يقوله النص\r")
    child.expect_exact("q إنهاء:")
    assert ("disputed", "لا يقوله النص") in read_by_huda(mine)
    # A fact that is taken out while it is asked about gets no verdict.
    desk = Desk([mine], "Huda")
    unread = {
        one["fact"] for one in Reviewing(desk).facts("news", "en")["facts"] if not one["mine"]
    }
    gone = [f.object.value.rpartition("/")[2] for f in desk.known.facts if short(f.iri) in unread]
    lines = facts.read_text("utf-8").splitlines(keepends=True)
    facts.write_text("".join(x for x in lines if not any(name in x for name in gone)), "utf-8")
    child.send("ؤ")
    child.expect_exact("غُيِّرت هذه الحقيقة")
    assert len(read_by_huda(mine)) == 2
    child.expect_exact("عُرضت كل الحقائق")
    child.expect(pexpect.EOF)
    assert "# read on" in facts.read_text("utf-8")
