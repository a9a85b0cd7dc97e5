"""Units, currencies and areas of a collection's own: one line each, and no Turtle."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from taawun.graph.errors import CollectionError
from taawun.loaders.builds.build import build
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.checks.claims import Claims
from taawun.loaders.collection import read_collection
from taawun.ontology.schema import Schema

TEXT = "خصصت مصر 500 فلس بحري لمشروع المرجان في مجال زراعة المرجان"
UNIT = "unit/sea-fils: {ar: فلس بحري, en: sea fils, also: [فلوس بحرية], types: [currency]}\n"
AREA = "area/coral: {ar: زراعة المرجان, en: Coral growing, broader: area/environment}\n"


def files(folder: Path, entities: dict[str, str]) -> Path:
    for part in ("documents", "entities", "facts"):
        (folder / part).mkdir(parents=True)
    (folder / "documents" / "sea.txt").write_text(TEXT, "utf-8")
    register = {
        "sea": {
            "file": "sea.txt", "sha256": sha256(TEXT.encode()).hexdigest(),
            "ar": "بحر", "en": "Sea",
        }
    }  # fmt: skip
    (folder / "documents" / "documents.yaml").write_text(json.dumps(register), "utf-8")
    project = "project/coral: {ar: مشروع المرجان, en: Coral project}\n"
    figure = "figure/coral: {ar: مخصصات المرجان, en: Coral allocation}\n"
    written = {"project": project, "figure": figure, **entities}
    for name, text in written.items():
        (folder / "entities" / f"{name}.yaml").write_text(text, "utf-8")
    facts = [
        ["project/coral", "area", "area/coral"],
        ["figure/coral", "value", "500"],
        ["figure/coral", "unit", "unit/sea-fils"],
        ["figure/coral", "figureOf", "project/coral"],
    ]
    entry = {"document": "sea", "evidence": [{"quote": TEXT, "facts": facts}]}
    (folder / "facts" / "sea.yaml").write_text(json.dumps(entry, ensure_ascii=False), "utf-8")
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return files(tmp_path / "mine", {"unit": UNIT, "area": AREA})


def test_one_line_makes_a_unit_and_an_area(mine: Path, tmp_path: Path) -> None:
    store = build([mine], cache=tmp_path / "cache").store()
    prefixes = "".join(
        f"PREFIX {name}: <{iri}>\n"
        for name, iri in (
            ("tw", "https://w3id.org/taawun/ontology#"),
            ("id", "https://w3id.org/taawun/id/"),
            ("skos", "http://www.w3.org/2004/02/skos/core#"),
        )
    )
    for pattern in (
        "?f tw:unit ?u . ?u a tw:Currency ; skos:inScheme <https://w3id.org/taawun/id/scheme/unit>",
        "?p tw:area ?a . ?a a tw:Area ; skos:broader <https://w3id.org/taawun/id/area/environment>",
        "?a skos:inScheme <https://w3id.org/taawun/id/scheme/area> . ?p tw:area ?a",
    ):
        assert store.query(f"{prefixes} ASK {{ {pattern} }}")


def test_the_quote_says_the_unit_by_its_name(mine: Path) -> None:
    collection = read_collection([SEEDS, mine])
    claims = Claims(collection)
    own = [f for f in collection.facts if f.evidence[0].document == "sea"]
    assert len(own) == 4
    assert [claims.unsaid(fact) for fact in own if fact.predicate.value.endswith("#unit")] == [()]


def test_an_area_below_nothing_is_refused(tmp_path: Path) -> None:
    folder = files(tmp_path / "mine", {"unit": UNIT, "area": AREA.replace("ment", "mint")})
    with pytest.raises(CollectionError) as refused:
        read_collection([SEEDS, folder])
    assert [fault.code for fault in refused.value.faults] == ["wider-area-unknown"]


@pytest.mark.slow
def test_commands_register_a_unit_and_an_area(run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("new", str(folder)).exit_code == 0
    where = ("--collection", str(folder))
    said = run("add", "unit", "pearl", "--ar", "لؤلؤة", "--en", "pearls", "--currency", *where)
    assert said.exit_code == 0, said.output
    said = run(
        "add", "area", "coral", "--ar", "زراعة المرجان", "--en", "Coral growing",
        "--broader", "area/environment", *where,
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "types: [currency]" in (folder / "entities" / "unit.yaml").read_text("utf-8")
    assert "broader: area/environment" in (folder / "entities" / "area.yaml").read_text("utf-8")


def test_currencies_of_iso_4217_and_units_that_people_need_are_there() -> None:
    schema = Schema.load()
    currencies = [ref for ref in schema.concepts if "Currency" in str(schema.concepts[ref])]
    assert len(currencies) > 140
    for ref in ("unit/job", "unit/trainee", "unit/month", "unit/kilometre", "stage/approved"):
        assert ref in schema.concepts


def test_dollars_and_pounds_are_found_as_us_dollars_and_egyptian_pounds(graph) -> None:
    for unit in ("unit:us-dollar", "unit:egyptian-pound"):
        (row, *_) = graph.sparql(f"SELECT ?f {{ ?f tw:unit {unit} }}")
        assert {fact.modality for fact in row.why().facts} == {"inferred"}
        assert all(fact.notes for fact in row.why().facts)
