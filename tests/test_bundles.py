"""Several entities and facts in one edit: bundles, batches, ``kg.add``, and candidates."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import taawun
from taawun.desk.candidates import Proposals
from taawun.graph.errors import CollectionError
from taawun.graph.fact import Fact
from taawun.loaders.builds.build import build
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.checks.claims import Claims
from taawun.loaders.checks.quotes import evidence
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.new_collection import new_collection
from taawun.messages.fault import Place

SIGNED = "وقعت جمهورية المثال ومملكة النموذج مذكرة تفاهم في مجال الأمن السيبراني"
#: A bundle whose second party is new, and an event that later rows refer to by name.
ITEMS = [
    {
        "new": "agreement", "kind": "memorandum-of-understanding", "ar": "مذكرة الأمن",
        "en": "Security memo", "document": "example-memo", "quote": SIGNED, "stage": "signed",
        "parties": ["جمهورية المثال", {"new": "group", "ar": "مملكة النموذج وحلفاؤها",
                                       "en": "Model and allies"}],
    },
    {"subject": "Security memo", "predicate": "المجال", "object": "الأمن السيبراني"},
]  # fmt: skip


@pytest.fixture
def mine(tmp_path, example, few_facts_alone) -> Path:
    """The example, over the bundled entities with the facts of one document."""
    assert few_facts_alone
    return shutil.copytree(example, tmp_path / "mine")


def content_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_bundle_is_written_whole_and_its_build_is_that_of_a_full_one(
    mine, tmp_path, the_build, monkeypatch
):
    monkeypatch.setenv("TAAWUN_CACHE", str(the_build.path.parent))
    graph = taawun.open(mine, language="en")
    before = content_of(mine)
    assert len(graph.add(*ITEMS, dry_run=True)) == 4
    assert content_of(mine) == before
    found = graph.add(*ITEMS)
    assert {str(fact.predicate.value.partition("#")[2]) for fact in found} == {
        "stage", "signatory", "area",
    }  # fmt: skip
    assert "Model and allies" in str(graph.show("Security memo"))
    made = build([mine])
    assert not made.is_new
    full = build([mine], cache=tmp_path / "cache")
    assert full.dump.read_bytes() == made.dump.read_bytes()
    assert full.manifest() == made.manifest()


def test_one_fault_and_nothing_is_written(run, mine, tmp_path):
    before = content_of(mine)
    file = tmp_path / "batch.yaml"
    wrong = [*ITEMS, {"subject": "Security memo", "predicate": "area", "object": "area/nowhere"}]
    file.write_text(json.dumps(wrong, ensure_ascii=False), "utf-8")
    said = run("add", "batch", str(file), "--collection", str(mine))
    assert said.exit_code == 2
    assert "area/nowhere" in said.stderr
    assert content_of(mine) == before


def test_rows_of_a_table_refer_to_what_earlier_rows_create(run, mine, tmp_path):
    file = tmp_path / "batch.csv"
    out = io.StringIO()
    rows = csv.DictWriter(out, ["new", "slug", "ar", "en", "document", "quote", "party", "stage",
                                "subject", "predicate", "object"])  # fmt: skip
    rows.writeheader()
    rows.writerow({"new": "agreement", "slug": "memo-2", "ar": "مذكرة ثانية", "en": "Second memo",
                   "document": "example-memo", "quote": SIGNED, "stage": "signed",
                   "party": "جمهورية المثال | مملكة النموذج"})  # fmt: skip
    rows.writerow({"subject": "memo-2", "predicate": "area", "object": "area/cybersecurity"})
    file.write_text(out.getvalue(), "utf-8")
    said = run("add", "batch", str(file), "--collection", str(mine), "--format", "json")
    assert said.exit_code == 0, said.output
    assert len(json.loads(said.stdout)["facts"]["added"]) == 4
    said = run("add", "--new", "offer", "--ar", "عرض", "--en", "Offer", "by=مملكة النموذج",
               "area=area/cybersecurity", "--document", "example-memo", "--quote", SIGNED,
               "--collection", str(mine), "--dry-run", "--format", "json")  # fmt: skip
    assert said.exit_code == 0, said.output
    assert len(json.loads(said.stdout)["facts"]["added"]) == 3


@pytest.mark.slow
def test_what_follows_is_what_a_full_comparison_finds(run, mine, example):
    """The questions whose answers change are found without asking those that cannot."""
    said = run("add", "--new", "agreement", "--ar", "اتفاقية", "--en", "Pact", "stage=signed",
               "parties=جمهورية المثال", "parties=مملكة النموذج", "area=area/cybersecurity",
               "--document", "example-memo", "--quote", SIGNED, "--collection", str(mine),
               "--format", "json")  # fmt: skip
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    other = shutil.copytree(example, mine.parent / "other" / "mine")
    compared = run("diff", str(other), str(mine), "--answers", "--format", "json")
    assert compared.exit_code == 1, compared.output
    found = json.loads(compared.stdout)
    assert told["answers"] == found["answers"] != []
    assert told["derived"] == found["derived"]
    assert told["facts"]["added"] == found["facts"]["added"]


def short(iri: str) -> str:
    return iri.split("/id/")[-1].split("ontology#")[-1]


def candidate(fact: Fact, **changed: str) -> dict[str, str]:
    quote = fact.evidence[0]
    said = {
        "document": "copy", "quote": quote.quote, "subject": short(fact.subject.value),
        "predicate": short(fact.predicate.value), "object": short(fact.object.value),
        "origin": "test",
    }  # fmt: skip
    return {**said, **changed}


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A collection with a copy of a bundled text that ends in denials, and facts good in it."""
    folder = tmp_path_factory.mktemp("copy") / "mine"
    new_collection(folder)
    known = read_collection([SEEDS])
    source = "\n".join(document.text.rstrip() for document in known.documents.values())
    countries = sorted(r for r in known.entities if r.startswith("country/") and "egypt" not in r)
    denials = [
        f"لم توقع مصر مع {known.entities[ref].ar} مذكرة تفاهم رقم {number}.\n"
        for number, ref in enumerate(countries[:20], 101)
    ]
    text = f"{source}\n{''.join(denials)}"
    (folder / "documents" / "copy.txt").write_text(text, "utf-8")
    from taawun.loaders.editing.insert_entry import register_with, registration

    entry = {"copy": registration("copy", text.encode(), {"ar": "نسخة", "en": "Copy"})}
    (folder / "documents" / "documents.yaml").write_bytes(register_with(folder, entry))
    stack = read_collection([SEEDS, folder])
    copy = stack.documents["copy"]
    good = []
    claims = Claims(stack)
    for fact in known.facts:
        quote = fact.evidence[0]
        how = fact.qualifier("modality")
        is_plain = len(fact.qualifiers) == 2 and how.value.endswith("/asserted")
        if not is_plain or len(fact.evidence) > 1 or quote.context or text.count(quote.quote) > 1:
            continue
        here = replace(fact, evidence=evidence(copy, quote.quote))
        if claims.judged(here, Place(""), is_strict=True) == ([], []):
            good.append(fact)
    return stack, good, denials


def spoiled(facts: list[Fact], denials: list[str], chance: random.Random) -> list[dict[str, str]]:
    """A hundred candidates spoiled in the ways of language models, twenty in each."""
    numbers = [f for f in facts if f.predicate.value.endswith("#value")]
    links = [f for f in facts if short(f.object.value).count("/") == 1]
    found = []
    for n in range(20):
        fact = links[n % len(links)]
        words = candidate(fact)["quote"].split()
        at = chance.randrange(1, len(words))
        found.append(candidate(fact, quote=" ".join([*words[:at], "أيضًا", *words[at:]])))
        swapped = [f for f in links if f.predicate.value.endswith(("#area", "#stage", "#holds"))]
        one = swapped[n % len(swapped)]
        found.append(
            candidate(one, subject=short(one.object.value), object=short(one.subject.value))
        )
        number = numbers[n % len(numbers)]
        found.append(candidate(number, object=str(int(float(number.object.value)) * 10 + n + 1)))
        found.append(candidate(fact, subject=f"هيئة الفضاء الرقمي {n}"))
        denial = denials[n % len(denials)].strip().rstrip(".")
        country = denial.split(" مع ")[1].split(" مذكرة")[0]
        found.append({"document": "copy", "quote": denial, "subject": "مصر",
                      "predicate": "relationsWith", "object": country})  # fmt: skip
    return found


def test_of_two_hundred_candidates_the_good_half_is_kept_and_the_spoiled_half_is_not(copied):
    stack, good, denials = copied
    chance = random.Random(7)
    assert len(good) >= 100
    lines = [(True, candidate(fact)) for fact in good[:100]]
    lines += [(False, item) for item in spoiled(good, denials, chance)]
    assert len(lines) == 200
    chance.shuffle(lines)
    text = "\n".join(json.dumps(item, ensure_ascii=False) for _, item in lines)
    found = list(Proposals(stack).read("candidates.jsonl", text))
    assert len(found) == 200
    wrong = [
        (item, [str(fault) for fault in one.faults])
        for (is_good, item), one in zip(lines, found, strict=True)
        if is_good != (one.outcome == "kept")
    ]
    assert wrong == []
    assert all(one.faults for one in found if one.outcome != "kept")


def test_candidates_are_laid_out_once_and_the_graph_stays(run, mine, tmp_path):
    line = {
        "document": "example-memo", "quote": SIGNED.replace("وقعت", "وقّعت"), "origin": "a model",
        "subject": "Example memo", "predicate": "party", "object": "جمهورية المثال",
    }  # fmt: skip
    new = {**line, "quote": SIGNED, "predicate": "area", "object": "مجال الأمن السيبراني"}
    file = tmp_path / "found.jsonl"
    file.write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in (line, new, 1)), "utf-8")
    before = content_of(mine / "facts")
    for _ in range(2):
        said = run("propose", str(file), "--collection", str(mine), "--format", "csv")
        assert said.exit_code == 0, said.output
        assert "mended: 1" in said.stderr
        assert "refused: 1" in said.stderr
    assert content_of(mine / "facts") == before
    draft = json.loads((mine / ".desk/drafts/example-memo.json").read_text("utf-8"))
    assert [one["origin"] for one in draft["candidates"]] == ["a model", "a model"]


def test_faults_name_the_row(mine, the_build, monkeypatch):
    monkeypatch.setenv("TAAWUN_CACHE", str(the_build.path.parent))
    graph = taawun.open(mine, language="en")
    with pytest.raises(CollectionError) as raised:
        graph.add({"subject": "country/egypt", "predicate": "area"})
    assert [str(fault.place) for fault in raised.value.faults] == ["1"]
