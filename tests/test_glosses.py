"""Glosses: English translations beside quotes, which are ours and prove nothing."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from taawun.api import KnowledgeGraph
from taawun.checks import check_glosses
from taawun.graph.fact_reader import all_facts
from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.build import build, lines_of
from taawun.loaders.checks.glosses import english_numbers, form_fault
from taawun.loaders.collection import Collection, read_collection
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.table_import import fact_rows
from taawun.loaders.files.fact_files import FACTS

SOUND = Path(__file__).parent / "collections" / "sound"
DOCS = Path(__file__).parent.parent / "docs"
SIGNED = "وقّعت مصر وليتوانيا مذكرة تفاهم"
PARTED = "وقّعت مصر وليتوانيا […] في مجال الحكومة الرقمية"
GLOSS = "Egypt and Lithuania signed a memorandum of understanding"
MEMORANDUM = "memorandum-of-understanding/egypt-lithuania"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the sound collection."""
    return Path(shutil.copytree(SOUND, tmp_path / "mine"))


def write(folder: Path, *entries: dict[str, object], name: str = "more.yaml") -> None:
    content = {"document": "talks", "evidence": entries}
    (folder / "facts" / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def entry(quote: str = SIGNED, *, area: str = "area/e-commerce", **more: str) -> dict[str, object]:
    return {"quote": quote, **more, "facts": [[MEMORANDUM, "area", area]]}


def glosses(collection: Collection) -> dict[str, str]:
    """The gloss of each quote in the store, which all its facts must share."""
    store = EmbeddedStore.in_memory("\n".join(lines_of(collection, [])).encode())
    found: dict[str, str] = {}
    for fact in all_facts(store):
        for quote in fact.quotes:
            assert found.setdefault(quote.text, quote.gloss) == quote.gloss, quote
    return found


def test_a_gloss_written_once_holds_for_the_same_words_wherever_they_are_quoted(mine) -> None:
    before = read_collection([mine])
    write(mine, entry(gloss=GLOSS))
    after = read_collection([mine])
    told = glosses(after)
    assert told.pop(SIGNED) == GLOSS
    assert set(told.values()) == {""}, "also the longer quote that begins with the same words"
    assert {fact.iri for fact in before.facts} < {fact.iri for fact in after.facts}


def test_a_quote_that_leaves_words_out_has_one_gloss(mine) -> None:
    words = "Egypt and Lithuania signed […] in the field of digital government"
    write(mine, entry(gloss=GLOSS), entry(PARTED, gloss=words))
    told = glosses(read_collection([mine]))
    assert (told[SIGNED], told[PARTED]) == (GLOSS, words)


def test_an_entry_of_its_own_gloss_keeps_it_and_the_first_serves_the_others(mine) -> None:
    write(mine, entry(gloss=GLOSS), entry(area="area/data-centres", gloss="Egypt signed"))
    collection = read_collection([mine])
    told = {fact.object.value: fact.evidence[0].gloss for fact in collection.facts
            if fact.evidence[0].quote == SIGNED}  # fmt: skip
    assert sorted(told.values()) == [*[GLOSS] * (len(told) - 1), "Egypt signed"]
    assert len(told) > 2
    warnings = check_glosses(collection).warnings
    assert [fault.code for fault in warnings].count("glosses-differ") == 1


def test_tables_keep_glosses(mine) -> None:
    write(mine, entry(gloss=GLOSS))
    collection = read_collection([mine])
    rows = [
        {column: cell for column, cell in zip(FACTS.headings, row, strict=True) if cell}
        for row in fact_rows(collection.facts, collection.documents)
    ]
    for path in (mine / "facts").iterdir():
        path.unlink()
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (mine / "facts" / "all.jsonl").write_text("".join(lines), "utf-8")
    again = read_collection([mine])
    assert glosses(again) == glosses(collection)
    assert glosses(again)[SIGNED] == GLOSS


@pytest.mark.slow
def test_add_writes_the_gloss_beside_the_quote_and_refuses_a_false_one(run, tmp_path) -> None:
    new_collection(tmp_path / "new", with_example=True)
    quote = "ومملكة النموذج مذكرة تفاهم في مجال الأمن السيبراني"
    said = (
        "--document", "example-memo", "--quote", quote, "--modality", "inferred", "--note", "So.",
        "--collection", str(tmp_path / "new"), "--lang", "en",
    )  # fmt: skip
    fact = (f"{MEMORANDUM.partition('/')[0]}/example-cybersecurity", "area")
    words = "and the Kingdom of Model a memorandum of understanding in the field of cybersecurity"
    refused = run("add", *fact, "area/e-commerce", *said, "--gloss", f"three {words}")
    assert refused.exit_code == 2
    assert "the gloss says 3, which the quote does not" in refused.stderr
    path = tmp_path / "new" / "facts" / "example-memo.yaml"
    before = path.read_bytes()
    for area, more in (("e-commerce", ("--gloss", words)), ("data-centres", ())):
        assert run("add", *fact, f"area/{area}", *said, *more).exit_code == 0
        written = yaml.safe_load(path.read_text("utf-8"))["evidence"]
        assert [item["gloss"] for item in written if item["quote"] == quote] == [words]
    assert path.read_bytes().startswith(before[:40])


@pytest.mark.slow
def test_a_build_in_shards_shares_glosses_as_any_other(tmp_path) -> None:
    folder = tmp_path / "new"
    new_collection(folder, with_example=True)
    row = {
        "document": "example-memo", "quote": "وتعتزم جمهورية المثال التعاون مع مملكة النموذج",
        "subject": "country/example-republic", "predicate": "cooperationArea",
        "modality": "planned",
    }  # fmt: skip
    words = "and the Republic of Example intends to cooperate with the Kingdom of Model"
    for name, area, more in (("a", "e-commerce", {}), ("b", "data-centres", {"gloss": words})):
        line = json.dumps(row | {"object": f"area/{area}"} | more, ensure_ascii=False)
        (folder / "facts" / f"{name}.jsonl").write_text(line + "\n", "utf-8")
    plain = build([folder], cache=tmp_path / "plain")
    with ThreadPoolExecutor(2) as executor:
        sharded = build([folder], cache=tmp_path / "sharded", executor=executor)
    assert sharded.dump.read_bytes() == plain.dump.read_bytes()
    assert plain.dump.read_text("utf-8").count(f'"{words}"@en') == 2


def test_a_difference_shows_a_gloss_that_changed(run, mine, tmp_path) -> None:
    for name, words in (("old", GLOSS), ("new", f"{GLOSS}.")):
        write(mine, entry(gloss=words))
        dump = "\n".join(lines_of(read_collection([mine]), []))
        (tmp_path / f"{name}.nq").write_text(dump + "\n", "utf-8")
    states = str(tmp_path / "old.nq"), str(tmp_path / "new.nq")
    found = run("diff", *states, "--format", "table", "--lang", "en").output
    assert f"gloss before: “{GLOSS}”" in " ".join(found.split())
    altered = json.loads(run("diff", *states, "--format", "json").output)
    first = altered["facts"]["altered"][0]
    assert first["before"]["evidence"][0]["gloss"] == GLOSS
    assert first["after"]["evidence"][0]["gloss"] == f"{GLOSS}."


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("about 60 million citizens in more than 4,500 villages", ["60000000", "4500"]),
        ("3.5 million homes, 7.8 billion pounds", ["3500000", "7800000000"]),
        ("a billion dollars and a hundred thousand", ["1000000000", "100000"]),
        ("third place, the 56th, twenty-five, twenty-first", ["3", "56", "25", "21"]),
        ("the 2019/2020 budget, on 8 and 9 February", ["2019", "2020", "8", "9"]),
        ("a 360-degree view; Tiba 1", ["360", "1"]),
        ("someone often mentioned a tone, an island and attend", []),
    ],
)
def test_numbers_of_english_are_read(text: str, numbers: list[str]) -> None:
    assert sorted(english_numbers(text).values()) == sorted(map(Decimal, numbers))


@pytest.mark.parametrize("end", [".", "?", "Iraq", "2030", '"Ahmose"', "(ITIDA)", "30%"])
def test_a_gloss_ends_as_a_sentence_or_a_part_of_one(end: str) -> None:
    assert form_fault(f"They spoke of {end}") is None


def test_the_bundled_glosses_have_neither_fault_nor_warning(the_collection: Collection) -> None:
    check = check_glosses(the_collection)
    assert (check.faults, check.warnings) == ((), ())
    words = (DOCS / "checks.md").read_text("utf-8")
    assert f"All {check.performed} quotes of the bundled collection have a gloss" in words


def test_glosses_are_found_by_sparql_and_no_proof_depends_on_them(graph: KnowledgeGraph) -> None:
    query = (
        "SELECT (COUNT(?gloss) AS ?n) WHERE { GRAPH graph:evidence { ?e tw:gloss ?gloss } "
        'FILTER(LANG(?gloss) = "en") }'
    )
    (row,) = graph.sparql(query)
    assert int(row["n"].value) > 1000
    (item, *_) = json.loads(graph.ask("agreement-signatories").to_json(why=True))["why"]
    assert item["facts"][0]["evidence"][0]["gloss"]
    assert not any("gloss" in line for line in item["witness"])
