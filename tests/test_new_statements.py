"""Heads of delegations, deadlines, amounts of agreements, corrections: said, asked, checked."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

import taawun
from taawun.checks import check, plain_answer
from taawun.graph.errors import CollectionError, UnknownNameError
from taawun.loaders.builds.build import build
from taawun.loaders.collection import read_collection
from taawun.messages.fault import Fault, Place, by_weight
from taawun.queries.answer import answer_of
from taawun.queries.catalogue import Catalogue

TEXT = (
    "زار وفد أردني برئاسة السيد سامي الفارس القاهرة. ووقعت مصر والأردن اتفاقية للبريد بقيمة"
    " 5 ملايين دولار على أن تنفذ بحلول عام 2027."
)
VISIT = "زار وفد أردني برئاسة السيد سامي الفارس القاهرة"
SIGNED = "ووقعت مصر والأردن اتفاقية للبريد بقيمة 5 ملايين دولار على أن تنفذ بحلول عام 2027"


def collection(folder: Path, **documents: str) -> Path:
    """A collection of texts; what follows a text are further lines of its entry."""
    (folder / "documents").mkdir(parents=True)
    register = []
    for slug, more in documents.items():
        (folder / "documents" / f"{slug}.txt").write_text(f"{TEXT} {slug}", "utf-8")
        digest = sha256(f"{TEXT} {slug}".encode()).hexdigest()
        register += [f"{slug}:", f"  file: {slug}.txt", f"  sha256: {digest}",
                     "  ar: خبر", "  en: News", *([f"  {more}"] if more else [])]  # fmt: skip
    (folder / "documents" / "documents.yaml").write_text("\n".join(register) + "\n", "utf-8")
    return folder


ITEMS = [
    {
        "new": "delegation", "ar": "وفد أردني", "en": "Jordanian delegation",
        "document": "news", "quote": VISIT,
        "head": {"new": "official", "ar": "سامي الفارس", "en": "Sami Al-Fares"},
        "country": {"new": "country", "ar": "الأردن", "en": "Jordan", "iso3": "JOR"},
    },
    {
        "new": "agreement", "ar": "اتفاقية مصر والأردن للبريد",
        "en": "Egypt-Jordan postal agreement",
        "document": "news", "quote": SIGNED, "stage": "signed", "deadline": "2027",
        "parties": ["country/egypt", "الأردن"],
        "amounts": [{"value": "5000000", "unit": "us-dollar"}],
    },
]  # fmt: skip


@pytest.mark.usefixtures("one_document_alone")
def test_they_can_be_said_asked_and_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("TAAWUN_CACHE", str(tmp_path / "cache"))
    mine = collection(tmp_path / "mine", news="", later="corrects: news")
    graph = taawun.open(mine, language="en")
    graph.add(*ITEMS)

    def rows(name: str) -> list[list[str]]:
        lines = plain_answer(answer_of(graph.store, Catalogue().get(name))).splitlines()[1:]
        return [[cell.rpartition("/")[2] for cell in line.split("\t")] for line in lines]

    assert rows("delegation-heads") == [["jordanian-delegation", "sami-al-fares", "jordan"]]
    assert [row[:2] for row in rows("deadlines")] == [["egypt-jordan-postal-agreement", "2027"]]
    (amount,) = rows("agreement-amounts")
    assert amount[0] == "egypt-jordan-postal-agreement"
    assert (amount[4], amount[5]) == ("us-dollar", "asserted")
    (corrected,) = rows("corrected-documents")
    assert corrected[:2] == ["doc:news", "doc:later"]
    assert int(corrected[2]) > 5
    report = check(build([mine]), [mine])
    mine_only = [fault for fault in report.faults if "sentence" not in fault.code]
    assert mine_only == []
    # A deadline is no date of the agreement: nothing says when it was signed.
    assert not graph.sparql("ASK { ?agreement tw:date '2027' }")


@pytest.mark.usefixtures("one_document_alone")
@pytest.mark.parametrize("wrong", ["soon", "2027-13-40", "next year"])
def test_a_deadline_is_a_date(tmp_path, wrong, monkeypatch):
    monkeypatch.setenv("TAAWUN_CACHE", str(tmp_path / "cache"))
    mine = collection(tmp_path / "mine", news="")
    graph = taawun.open(mine, language="en")
    with pytest.raises(CollectionError, match=r"date|day"):
        graph.add(ITEMS[0], {**ITEMS[1], "deadline": wrong})


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("corrects: nwes", "", "unknown-document"),
        ("corrects: news", "", "corrects-itself"),
        ("corrects: later", "corrects: news", "corrects-itself"),
        ("corrects: [later, later]", "corrects: [egypt-iraq-talks, news]", "corrects-itself"),
    ],
)
def test_a_correction_is_of_another_registered_document(tmp_path, few_facts, first, second, code):
    mine = collection(tmp_path / "mine", news=first, later=second)
    with pytest.raises(CollectionError) as caught:
        read_collection([few_facts, mine])
    assert code in {fault.code for fault in caught.value.faults}


def test_a_misspelt_document_is_told_the_nearest(tmp_path, few_facts):
    mine = collection(tmp_path / "mine", news="corrects: egypt-iraq-tolks")
    with pytest.raises(CollectionError, match="egypt-iraq-talks"):
        read_collection([few_facts, mine])


def test_warnings_stand_by_weight_and_each_once():
    codes = ["not-in-the-quote", "values-differ", "not-in-the-text", "not-in-the-quote"]
    found = by_weight(Fault.at(Place("x"), code, name="y") for code in codes)
    assert [fault.code for fault in found] == [
        "not-in-the-text", "values-differ", "not-in-the-quote",
    ]  # fmt: skip


@pytest.mark.usefixtures("one_document_alone")
@pytest.mark.parametrize(
    ("key", "meant"),
    [("partys", "parties"), ("dedline", "deadline"), ("aras", "areas"), ("amonts", "amounts")],
)
def test_a_misspelt_key_of_a_bundle_is_told_the_nearest(tmp_path, key, meant, monkeypatch):
    monkeypatch.setenv("TAAWUN_CACHE", str(tmp_path / "cache"))
    mine = collection(tmp_path / "mine", news="")
    graph = taawun.open(mine, language="en")
    with pytest.raises(CollectionError, match=meant):
        graph.add({**ITEMS[1], key: "x"})


@pytest.mark.parametrize("name", Catalogue().names[::9])
def test_a_misspelt_question_is_told_its_name(name):
    misspelt = name.replace("e", "", 1) if "e" in name else name[:-1]
    with pytest.raises(UnknownNameError) as caught:
        Catalogue().get(misspelt)
    assert name in caught.value.near
