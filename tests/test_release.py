"""``taawun release``: data that others open with their own programs, and what describes them."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from in_a_thread import run_in_a_thread

from taawun.ontology.namespaces import BASE, DCTERMS, LICENCE, RDF
from taawun.queries.data_release import DCAT, VOID

TABLES = ("entities", "documents", "facts", "quotes")


@pytest.fixture(scope="session")
def released(run_session, tmp_path_factory):
    """A release of the bundled data."""
    folder = tmp_path_factory.mktemp("released") / "data"
    got = run_session("release", str(folder), "--data-version", "1.2.3", "--parquet")
    assert got.exit_code == 0, got.output
    return folder


@pytest.fixture(scope="session")
def run_session(the_build):
    """Run a command over the session's cache, from fixtures of the session."""
    from click.testing import CliRunner

    from taawun.cli import main

    def call(*arguments):
        surroundings = {
            "TAAWUN_CACHE": str(the_build.path.parent), "TAAWUN_COLLECTIONS": "",
            "LC_ALL": "en_GB.UTF-8", "SOURCE_DATE_EPOCH": "1767225600",
        }  # fmt: skip
        return CliRunner().invoke(main, list(arguments), env=surroundings)

    return call


def rows(folder, name):
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_are_valid_by_their_data_package(released, the_build):
    from frictionless import Package

    report = Package(str(released / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]
    assert {task.name for task in report.tasks} == {*TABLES}
    told = json.loads((released / "datapackage.json").read_text("utf-8"))
    assert (told["version"], told["licenses"][0]["path"]) == ("1.2.3", LICENCE)
    facts = rows(released, "facts")
    assert len(facts) == the_build.manifest()["facts"]
    assert {row["fact"] for row in rows(released, "quotes")} == {row["fact"] for row in facts}


def test_every_quote_of_the_tables_stands_in_its_document(released):
    from taawun.loaders.builds.inputs import SEEDS

    files = {row["document"]: SEEDS / "documents" / row["file"]
             for row in rows(released, "documents")}  # fmt: skip
    texts = {name: path.read_text("utf-8") for name, path in files.items()}
    quotes = rows(released, "quotes")
    assert len(quotes) > 1_000
    for row in quotes:
        assert texts[row["document"]][int(row["start"]) : int(row["end"])] == row["quote"]


def test_sqlite_opens_in_datasette_with_names_links_facets_and_search(released):
    from datasette.app import Datasette

    metadata = json.loads((released / "metadata.json").read_text("utf-8"))
    shown = Datasette(
        [str(released / "taawun.sqlite")], metadata=metadata, plugins_dir=str(released / "plugins")
    )

    async def get(path):
        answer = await shown.client.get(path)
        assert answer.status_code == 200, path
        return answer

    async def main():
        facts = (await get("/taawun/facts.json?_shape=objects&object=country~2Firaq")).json()
        page = (await get("/taawun/facts?object=country/iraq")).text
        found = [
            (await get(f"/taawun/entities.json?_shape=objects&_size=max&_search={word}")).json()
            for word in ("اتفاقية", "إتفاقية", "اتفاقيه", "الاتّفاقيـة")
        ]
        about = (await get("/taawun/about.json?_shape=array")).json()
        return facts, page, found, about

    async def quoted():
        path = "/taawun/quotes.json?_shape=objects&_size=1&_search=المذكره"
        return (await get(path)).json()["rows"]

    facts, page, found, about = run_in_a_thread(main)
    assert {"name": "licence", "value": LICENCE} in about
    assert {"name": "version", "value": "1.2.3"} in about
    # However the word is spelled, the same entities are found.
    first, *others = [sorted(row["entity"] for row in one["rows"]) for one in found]
    assert len(first) > 5
    assert others == [first] * 3
    assert any("اتفاقية" in row["label_ar"] for row in found[0]["rows"])
    (spoken,) = run_in_a_thread(quoted)
    assert "مذكرة" in spoken["quote"]
    # A reference is a link that is called by a name, and the modality is a facet.
    assert "/taawun/entities/country~2Firaq" in page
    assert ">Iraq<" in page
    assert "predicate_en" in page
    assert facts


def test_the_database_finds_names_and_keeps_its_references(released):
    database = sqlite3.connect(released / "taawun.sqlite")
    try:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = database.execute(
            "SELECT label_en FROM entities WHERE rowid IN "
            "(SELECT rowid FROM entities_fts WHERE entities_fts MATCH 'عراق')"
        ).fetchall()
        assert ("Iraq",) in found
    finally:
        database.close()


def test_parquet_has_the_same_rows(released):
    from pyarrow import parquet

    for name in TABLES:
        held = parquet.read_table(released / "parquet" / f"{name}.parquet")
        told = rows(released, name)
        assert held.num_rows == len(told)
        assert [{k: str(v) for k, v in row.items()} for row in held.to_pylist()] == told


def test_dcat_and_void_count_what_is_there(released, graph):
    triples = {quad.triple for quad in ox.parse(path=str(released / "void.ttl"))}
    by = lambda predicate: {t.object.value for t in triples if t.predicate.value == predicate}  # noqa: E731
    assert by(f"{DCTERMS}license") == {LICENCE}
    assert by(f"{DCAT}version") == {"1.2.3"}
    titles = by(f"{DCTERMS}title")
    assert {"taawun.nq", "csv/facts.csv", "taawun.sqlite", "parquet/quotes.parquet"} <= titles
    (total,) = [int(t.object.value) for t in triples if t.predicate.value == f"{VOID}triples"
                and t.subject.value.endswith("/release/1.2.3")]  # fmt: skip
    (n,) = graph.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0].terms
    assert total == int(n.value)
    classes = graph.sparql(f"SELECT DISTINCT ?c {{ ?x <{RDF}type> ?c }}")
    assert len([t for t in triples if t.predicate.value == f"{VOID}classPartition"]) == len(classes)


def test_the_rdf_forms_hold_the_same_quads(released):
    forms = {"taawun.nq": ox.RdfFormat.N_QUADS, "taawun.trig": ox.RdfFormat.TRIG,
             "taawun.jsonld": ox.RdfFormat.JSON_LD}  # fmt: skip
    held = {name: {str(q) for q in ox.parse(path=str(released / name), format=form)}
            for name, form in forms.items()}  # fmt: skip
    assert held["taawun.nq"] == held["taawun.trig"]
    assert len(held["taawun.nq"]) > 10_000
    # JSON has no comments: its licence is a node.
    more = held["taawun.jsonld"] - held["taawun.nq"]
    assert not held["taawun.nq"] - held["taawun.jsonld"]
    assert {quad.split()[0] for quad in more} == {f"<{BASE}release/1.2.3>"}


def test_every_file_names_its_version_and_its_licence(released):
    from pyarrow import parquet

    told = {
        path.relative_to(released).as_posix(): path.read_text("utf-8")
        for path in released.rglob("*")
        if path.suffix in (".nq", ".trig", ".ttl", ".jsonld", ".json", ".cff", ".txt")
    }
    assert len(told) >= 8
    for name, text in told.items():
        if name != "context.jsonld":
            assert "1.2.3" in text, name
            assert "CC-BY-4.0" in text or LICENCE in text, name
    for name in TABLES:
        said = parquet.read_schema(released / "parquet" / f"{name}.parquet").metadata
        assert (said[b"license"], said[b"version"]) == (LICENCE.encode(), b"1.2.3")


# rdflib 7.6 warns of its own JSON-LD parser.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_the_jsonld_is_compact_by_the_context_beside_it(released):
    from rdflib import Graph

    told = json.loads((released / "taawun.jsonld").read_text("utf-8"))
    context = json.loads((released / "context.jsonld").read_text("utf-8"))["@context"]
    assert context.items() <= told["@context"].items()
    nodes = {node["id"]: node for node in told["graph"] if "graph" not in node}
    iraq = nodes["country:iraq"]
    assert iraq["label"]["ar"] == "العراق"
    assert "tw:Country" in iraq["type"]
    # What rdflib reads of a node with the context alone is what the graph says of it.
    one = json.dumps({"@context": context, **iraq}, ensure_ascii=False)
    held = {(str(s), str(p), str(o)) for s, p, o in Graph().parse(data=one, format="json-ld")}
    quads = ox.parse(path=str(released / "taawun.nq"))
    assert held == {
        (quad.subject.value, quad.predicate.value, quad.object.value) for quad in quads
        if quad.subject.value.endswith("/country/iraq")
        and isinstance(quad.graph_name, ox.DefaultGraph)
    }  # fmt: skip


def test_a_release_tells_what_has_changed_and_raises_its_version(released, run_session, tmp_path):
    earlier = tmp_path / "earlier"
    shutil.copytree(released, earlier)
    text = (earlier / "taawun.nq").read_text("utf-8")
    gone = f"{BASE}fact/0123456789abcdef"
    (fact,) = re.findall(rf"<({BASE}fact/[0-9a-f]+)> <{BASE}ontology#modality>", text)[:1]
    (earlier / "taawun.nq").write_text(text.replace(fact, gone), "utf-8")
    got = run_session("release", str(tmp_path / "next"), "--since", str(earlier))
    assert got.exit_code == 0, got.output
    told = json.loads((tmp_path / "next" / "datapackage.json").read_text("utf-8"))
    # A fact is gone, on which others may have relied.
    assert told["version"] == "2.0.0"
    for name, heading in (("CHANGES.md", "Added facts (1)"), ("CHANGES.ar.md", "حقائق أُضيفت (1)")):
        said = (tmp_path / "next" / name).read_text("utf-8")
        assert heading in said
        assert f"fact:{fact.rpartition('/')[2]}" in said
        assert "fact:0123456789abcdef" in said
        assert "«" in said
    void = (tmp_path / "next" / "void.ttl").read_text("utf-8")
    assert "previousVersion" in void
    # One version names one state.
    got = run_session(
        "release", str(tmp_path / "third"), "--since", str(earlier), "--data-version", "1.2.3"
    )
    assert got.exit_code == 2
    assert "2.0.0" in got.stderr
    # Without a change the version stays.
    got = run_session("release", str(tmp_path / "same"), "--since", str(released))
    assert got.exit_code == 0, got.output
    assert "1.2.3" in (tmp_path / "same" / "CHANGES.md").read_text("utf-8")


def test_two_releases_are_the_same_bytes_and_cite_their_version(released, run_session, tmp_path):
    assert run_session("release", str(tmp_path / "two"), "--data-version", "1.2.3",
                       "--parquet").exit_code == 0  # fmt: skip
    two = tmp_path / "two"
    names, others = (
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        for folder in (released, two)
    )
    assert names == others
    assert not [n for n in sorted(names) if (released / n).read_bytes() != (two / n).read_bytes()]
    told = yaml.safe_load((released / "CITATION.cff").read_text("utf-8"))
    assert (told["version"], told["date-released"], told["license"]) == (
        "1.2.3", "2026-01-01", "CC-BY-4.0",
    )  # fmt: skip


def test_the_repository_is_cited_by_the_same_rules():
    root = Path(__file__).parent.parent
    told = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    assert told["cff-version"] == "1.2.0"
    assert told["license"] == "Apache-2.0"
