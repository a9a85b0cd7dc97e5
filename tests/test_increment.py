"""A build made out of the one before is, quad by quad, the one made from everything."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from indexed import assert_indexed

from taawun.graph.errors import CollectionError
from taawun.loaders.builds import build as module
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import MANIFEST, STORE, Build
from taawun.loaders.builds.incremental_build import increment
from taawun.loaders.builds.source_state import Recorder, WholeError, digest, units
from taawun.loaders.collection import read_collection
from taawun.ontology.namespaces import ID
from taawun.ontology.schema import Schema

ROWS = list[dict[str, str]]
ATLANTIS, LEMURIA, MU = (f"country/{name}" for name in ("atlantis", "lemuria", "mu"))
WAVES = "agreement/waves"
TALKS = "meeting/talks"
#: Whatever the facts speak of, so that every quote names it.
LABELS = [Schema.load().label(ID + ref, "ar") for ref in ("area/cybersecurity", "stage/signed")]
NAMED = " - ".join(("أطلانطس", "ليموريا", "مو", "اتفاقية الموج", "مباحثات", *LABELS))
SIGNED, SHARES, TALKED = (f"{verb} {NAMED}" for verb in ("وقعت", "وتشارك", "وبحثت"))
TEXT = f"{SIGNED}. {SHARES}. {TALKED}."


def fact(quote: str, subject: str, predicate: str, target: str, **more: str) -> dict[str, str]:
    return {
        "document": "waves", "quote": quote, "subject": subject, "predicate": predicate,
        "object": target, **more,
    }  # fmt: skip


#: Facts of every kind that leads to others: rules, inverses, sub-properties, the same fact twice;
#: glosses that others share, and two of the same words.
POOL: ROWS = [
    fact(SIGNED, WAVES, "stage", "stage/signed"),
    fact(SIGNED, WAVES, "signatory", ATLANTIS),
    fact(SIGNED, WAVES, "signatory", LEMURIA),
    fact(SIGNED, WAVES, "party", ATLANTIS),
    fact(SIGNED, WAVES, "party", LEMURIA, modality="inferred", note="It signed."),
    fact(SHARES, WAVES, "party", MU, gloss="And it shares"),
    fact(SHARES, WAVES, "party", ATLANTIS),
    fact(SHARES, WAVES, "signatory", MU),
    fact(TALKED, TALKS, "party", ATLANTIS),
    fact(TALKED, TALKS, "party", MU),
    fact(TALKED, TALKS, "party", LEMURIA, modality="planned"),
    fact(SHARES, TALKS, "party", LEMURIA, modality="expected"),
    fact(SIGNED, TALKS, "party", LEMURIA),
    fact(SIGNED, WAVES, "area", "area/cybersecurity", modality="denied"),
    fact(SIGNED, TALKS, "party", MU, recordStatus="candidate"),
    fact(TALKED, TALKS, "topic", "area/cybersecurity"),
    fact(SHARES, WAVES, "area", "area/cybersecurity", gloss="And it takes part"),
    fact(TALKED, ATLANTIS, "relationsWith", MU),
]


def written(folder: Path, name: str, rows: ROWS) -> None:
    """Write a fact file in one of the three forms."""
    path = folder / "facts" / name
    if name.endswith(".csv"):
        columns = list(dict.fromkeys(key for row in POOL for key in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    elif name.endswith(".jsonl"):
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        path.write_text("".join(lines), "utf-8")
    else:
        entries = [
            {
                **{k: v for k, v in row.items() if k in ("quote", "gloss")},
                "facts": [
                    {k: v for k, v in row.items() if k not in ("document", "quote", "gloss")}
                ],
            }
            for row in rows
        ]
        content = {"document": "waves", "evidence": entries}
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the collection of each test is, and the cache with the build that all begin with."""
    return tmp_path_factory.mktemp("shared")


# Below the collection of each test lies the example, so that builds are fast.
pytestmark = pytest.mark.usefixtures("example_alone")


@pytest.fixture
def mine(shared: Path) -> Path:
    """A collection of an agreement and a meeting, with fact files of every form.

    A build is found again only by a collection at the same place.
    """
    folder = shared / "mine"
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("documents", "entities", "facts"):
        (folder / part).mkdir(parents=True)
    (folder / "documents" / "waves.txt").write_text(TEXT, "utf-8")
    register = {
        "waves": {
            "file": "waves.txt",
            "sha256": sha256(TEXT.encode()).hexdigest(),
            "ar": "موج",
            "en": "Waves",
        }
    }
    (folder / "documents" / "documents.yaml").write_text(json.dumps(register), "utf-8")
    for ref, ar, en in (
        (ATLANTIS, "أطلانطس", "Atlantis"),
        (LEMURIA, "ليموريا", "Lemuria"),
        (MU, "مو", "Mu"),
        (WAVES, "اتفاقية الموج", "Waves agreement"),
        (TALKS, "مباحثات", "Talks"),
    ):
        path = folder / "entities" / f"{ref.partition('/')[0]}.yaml"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{ref}: {{ar: {ar}, en: {en}}}\n")
    return folder


@pytest.fixture
def increments(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each build with one before it, whether it was made out of that one."""
    made: list[bool] = []

    def watched(*arguments: Any) -> bool:
        made.append(increment(*arguments))
        return made[-1]

    monkeypatch.setattr(module, "increment", watched)
    return made


def content(made: Build) -> tuple[frozenset[bytes], dict[str, int]]:
    """The quads of a build, each as its line, and what it counts."""
    lines = made.store().quads.dump(format=ox.RdfFormat.N_QUADS)
    assert lines
    return frozenset(lines.splitlines()), made.manifest()


def outcome(folder: Path, cache: Path) -> tuple[frozenset[bytes], dict[str, int]] | list[str]:
    """What a build of the collection has and counts, or its faults."""
    try:
        made = build([folder], cache=cache)
    except CollectionError as error:
        return list(map(str, error.faults))
    assert_indexed(made.path)
    return content(made)


def assert_same(folder: Path, cache: Path) -> None:
    """The build in the cache is the one that is made from everything."""
    fresh = cache.with_name("fresh")
    assert outcome(folder, cache) == outcome(folder, fresh)
    shutil.rmtree(fresh, ignore_errors=True)


@pytest.mark.slow
def test_any_walk_through_edits_leads_to_the_builds_made_from_everything(
    mine: Path, tmp_path: Path, increments: list[bool]
) -> None:
    names = ("facts.csv", "lines.jsonl", "hand.yaml")
    chances = random.Random(2026)
    placed: dict[int, str] = dict.fromkeys((0, 1, 2, 5, 8, 9), "facts.csv")
    for step in range(14):
        # Without its stage, nothing has a signatory: then there are faults, and no build.
        first = 0 if step in (5, 6) else 1
        placed[0] = "facts.csv"
        for number in chances.sample(range(first, len(POOL)), chances.choice((1, 1, 2, 4))):
            if number in placed and (number == 0 or chances.random() < 0.5):
                del placed[number]
            else:
                placed[number] = chances.choice(names)
        for name in names:
            rows = [POOL[number] for number, file in placed.items() if file == name]
            if rows:
                written(mine, name, chances.sample(rows, len(rows)))
            else:
                (mine / "facts" / name).unlink(missing_ok=True)
        if step % 10 == 8:
            with (mine / "entities" / "country.yaml").open("a", encoding="utf-8") as file:
                file.write(f"country/new-{step}: {{ar: جديدة {step}, en: New {step}}}\n")
        assert_same(mine, tmp_path / "cache")
    assert increments.count(True) > 2
    assert increments.count(False) > 0


@pytest.fixture
def built(mine: Path, tmp_path: Path, shared: Path) -> Path:
    """A cache in which the collection is built with the first rows of the pool."""
    written(mine, "facts.csv", POOL[:3])
    if not (shared / "cache").exists():
        build([mine], cache=shared / "cache")
    return Path(shutil.copytree(shared / "cache", tmp_path / "cache"))


@pytest.mark.slow
# A gloss of a quote that the build before has makes everything anew: see the next test.
@pytest.mark.parametrize(
    "kinds", [POOL[3:10], sorted(POOL[10:], key=lambda row: "gloss" not in row)]
)
def test_each_kind_of_fact_is_added_to_the_build_before(
    kinds: list[dict[str, str]], mine: Path, built: Path, increments: list[bool]
) -> None:
    """One after another; a quad that any of them lacks is missing at the end."""
    for number in range(1, len(kinds) + 1):
        written(mine, "facts.csv", [*POOL[:3], *kinds[:number]])
        made = build([mine], cache=built)
        assert increments.pop() is True, kinds[number - 1]
    assert content(made) == outcome(mine, built.with_name("fresh"))


@pytest.mark.slow
def test_a_new_fact_takes_the_gloss_of_its_quote_and_a_gloss_that_is_gone_leaves_all(
    mine: Path, built: Path, increments: list[bool]
) -> None:
    glossed = [POOL[0] | {"gloss": "They signed"}, *POOL[1:3]]
    for rows, is_increment in (
        (glossed, False),
        ([*glossed, POOL[3]], True),
        ([*glossed, *POOL[3:6]], True),
        (POOL[:4], False),
    ):
        written(mine, "facts.csv", rows)
        made = build([mine], cache=built)
        assert increments.pop() is is_increment
        assert content(made) == outcome(mine, built.with_name("fresh"))


@pytest.mark.slow
def test_large_files_of_the_store_are_shared_and_readers_are_not_disturbed(
    mine: Path, built: Path, increments: list[bool]
) -> None:
    before = build([mine], cache=built)
    reader = before.store()
    count = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    number = str(next(iter(reader.query(count))))
    text = before.dump.read_bytes()
    written(mine, "facts.csv", POOL[:4])
    after = build([mine], cache=built)
    assert increments == [True]
    shared = [p for p in (after.path / STORE).glob("*.sst") if p.stat().st_nlink > 1]
    assert shared
    assert str(next(iter(reader.query(count)))) == number
    before.dump.unlink()
    assert before.dump.read_bytes() == text
    shutil.rmtree(before.path)
    fresh = build([mine], cache=built.with_name("fresh"))
    assert after.dump.read_bytes() == fresh.dump.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        lambda base: (base / "statements").unlink(),
        lambda base: (base / "statements").write_bytes(b"nonsense"),
        lambda base: (base / "statements").write_bytes(b""),
        lambda base: (base / MANIFEST).write_text("{}"),
        lambda base: (base / STORE / "CURRENT").unlink(),
        lambda base: shutil.rmtree(base),
    ],
    ids=["no statements", "nonsense", "empty", "no counts", "no store", "gone"],
)
def test_a_spoilt_build_before_is_left_alone(
    spoil: Callable[[Path], object], mine: Path, built: Path
) -> None:
    spoil(build([mine], cache=built).path)
    written(mine, "facts.csv", POOL[:4])
    assert_same(mine, built)


def test_a_file_saved_while_it_was_read_leaves_nothing_to_build_on(
    mine: Path, example: Path
) -> None:
    written(mine, "facts.csv", POOL[:4])
    recorder = Recorder()
    read_collection([example, mine], recorder.heed)
    written(mine, "facts.csv", POOL[:3])
    assert recorder.statements([example, mine]) is None


def test_faults_are_told_as_ever(mine: Path, built: Path, increments: list[bool]) -> None:
    wrong = fact(SIGNED, WAVES, "signatory", "country/muu")
    written(mine, "facts.csv", [*POOL[:3], wrong])
    with pytest.raises(CollectionError, match=r"facts\.csv:5.*muu"):
        build([mine], cache=built)
    written(mine, "facts.csv", [*POOL[:3], POOL[2]])
    with pytest.raises(CollectionError, match="already stated"):
        build([mine], cache=built)
    written(mine, "facts.csv", POOL[1:3])
    with pytest.raises(CollectionError, match="no stage"):
        build([mine], cache=built)
    assert increments == [False, False, False]


def test_rows_are_cut_where_csv_ends_them(tmp_path: Path) -> None:
    def rows(name: str, content: bytes) -> list[bytes]:
        (tmp_path / name).write_bytes(content)
        return list(units(tmp_path / name))

    text = b'a,b\n1,"x\ny"\r\n2,"he said ""\n"""\n3,z'
    assert rows("x.csv", text) == [b"a,b\n", b'1,"x\ny"\r\n', b'2,"he said ""\n"""\n', b"3,z"]
    assert rows("x.jsonl", text) == text.splitlines(keepends=True)
    for name, content in (
        ("x.csv", b'a,b\n1,"x'),
        ("x.csv", b"a,b\r1,2"),
        ("x.csv", b"a,b\r1,2\r\n"),
        ("x.yaml", b"document: x\n"),
    ):
        with pytest.raises(WholeError):
            rows(name, content)
    assert digest(b"1,2\r\n") == digest(b"1,2")
