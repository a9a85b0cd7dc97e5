"""Answers for programs and for spreadsheets: SPARQL's formats, files, workbooks, encodings."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import openpyxl
import pyoxigraph as ox
import pytest

from taawun.queries.results import distinct

#: The names of its columns differ in a capital letter only.
TWINS = "SELECT ?country ?Country { ?country a ?Country } ORDER BY ?country ?Country LIMIT 3"
NAMES = "SELECT ?who ?name { ?who a tw:Country ; rdfs:label ?name } ORDER BY ?who ?name"
TRIPLES = "CONSTRUCT { ?who a tw:Country } { ?who a tw:Country }"


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("text", [TWINS, NAMES])
def test_a_query_gives_the_csv_and_tsv_of_sparql_as_the_server_does(
    form, language, text, run, server
):
    got = run("sparql", text, "--format", form, "--lang", language)
    media = {"csv": "text/csv", "tsv": "text/tab-separated-values"}[form]
    served = server.query(text, Accept=media)
    assert got.stdout_bytes.decode().replace("\r\n", "\n") == served.text.replace("\r\n", "\n")


def test_tsv_of_a_query_is_read_back_by_a_sparql_library(run):
    got = run("sparql", NAMES, "--format", "tsv").stdout.encode()
    rows = ox.parse_query_results(got, format=ox.QueryResultsFormat.TSV)
    names = {row["name"] for row in rows}
    assert ox.Literal("العراق", language="ar") in names


def test_labels_and_ids_can_be_chosen(run):
    labels = run("sparql", NAMES, "--format", "csv", "--labels").stdout.splitlines()
    assert "Iraq,Iraq" in labels
    both = list(
        csv.DictReader(io.StringIO(run("sparql", NAMES, "--format", "csv", "--ids").stdout))
    )
    assert {"who", "who_label", "name", "name_label"} == both[0].keys()
    iraq = "https://w3id.org/taawun/id/country/iraq"
    assert (iraq, "Iraq", "Iraq", "") in [tuple(row.values()) for row in both]
    arabic = run("ask", "countries", "--format", "csv", "--ids", "--lang", "ar").stdout
    assert arabic.splitlines()[0].startswith("country,country_label,")
    assert "country/iraq,العراق," in arabic


@pytest.mark.parametrize("more", [[], ["--labels"], ["--ids"], ["--why"], ["--why", "--ids"]])
@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_no_two_headings_are_equal(more, form, run):
    text = "SELECT ?quote ?Quote ?country ?country_label { ?country a ?Quote } LIMIT 1"
    head = run("sparql", text, "--format", form, *more).stdout.splitlines()[0]
    headings = head.split("," if form == "csv" else "\t")
    assert len(set(headings)) == len(headings)


def test_only_equal_headings_have_the_names_of_the_variables():
    assert distinct(["a", "b", "a"], ["x", "y", "z"]) == ["a (?x)", "b", "a (?z)"]


def test_a_row_with_its_proof_has_iris_too(run):
    text = "SELECT ?a { ?a tw:signatory country:nigeria }"
    (row,) = csv.DictReader(io.StringIO(run("sparql", text, "--format", "csv", "--why").stdout))
    assert row["a"] == "https://w3id.org/taawun/id/agreement/postal-ecommerce-nigeria"
    assert "نيجيريا" in row["quote"]


def test_json_has_the_labels_beside_the_standard_results(run):
    document = json.loads(run("sparql", NAMES, "--format", "json", "--lang", "ar").stdout)
    assert document["labels"]["https://w3id.org/taawun/id/country/iraq"] == "العراق"
    standard = {"head": document["head"], "results": document["results"]}
    rows = ox.parse_query_results(json.dumps(standard).encode(), format=ox.QueryResultsFormat.JSON)
    assert len(list(rows)) == len(document["results"]["bindings"])
    proven = json.loads(run("sparql", NAMES, "--format", "json", "--why").stdout)
    assert proven["labels"].keys() == document["labels"].keys()


def test_the_labels_of_a_long_answer_are_complete(run):
    text = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 4000"
    document = json.loads(run("sparql", text, "--format", "json").stdout)
    wanted = {
        term["value"]
        for row in document["results"]["bindings"]
        for term in row.values()
        if term["value"].startswith("https://w3id.org/taawun/")
    }
    assert wanted == document["labels"].keys()


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("SELECT * { ?b tw:holds ?a . ?a tw:postIn ?c }", ["b", "a", "c"]),
        ("SELECT DISTINCT * { ?z a tw:Country FILTER NOT EXISTS { ?z tw:no ?y } }", ["z"]),
        (
            "SELECT * { ?z a ?y { SELECT (COUNT(*) AS ?n) { ?a tw:holds ?b } } } LIMIT 1",
            list("zyn"),
        ),
        ("SELECT * { ?z a tw:Country } ORDER BY ?z # ?c", ["z"]),
    ],
)
def test_select_star_keeps_the_order_of_first_appearance(text, order, run):
    assert json.loads(run("sparql", text, "--format", "json").stdout)["head"]["vars"] == order


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("text", "said"), [("ASK {}", "true"), ("ASK { ?x tw:x 1 }", "false")])
def test_a_program_reads_true_or_false(text, said, language, run):
    for form in ("csv", "tsv"):
        assert run("sparql", text, "--format", form, "--lang", language).stdout == f"{said}\n"


def test_triples_are_given_in_the_format_asked_for(run):
    plain = run("sparql", TRIPLES).stdout
    wanted = set(ox.parse(plain, format=ox.RdfFormat.N_TRIPLES))
    document = run("sparql", TRIPLES, "--format", "json").stdout
    assert set(ox.parse(document, format=ox.RdfFormat.JSON_LD)) == wanted
    rows = list(csv.reader(io.StringIO(run("sparql", TRIPLES, "--format", "csv").stdout)))
    assert rows[0] == ["subject", "predicate", "object"]
    assert len(rows) == len(wanted) + 1
    assert "| Iraq |" in run("sparql", TRIPLES, "--format", "markdown").stdout


def test_a_csv_file_holds_no_formula_and_csv_for_programs_is_exact(tmp_path, run):
    text = 'SELECT ?a { VALUES ?a { "=1+1" } }'
    run("sparql", text, "-o", str(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_bytes().decode("utf-8-sig") == "a\r\n'=1+1\r\n"
    assert run("sparql", text, "--format", "csv").stdout_bytes == b"a\r\n=1+1\r\n"


# ---- files ---------------------------------------------------------------------------------


def test_csv_in_a_file_has_the_mark_that_spreadsheets_need(tmp_path, run):
    file = tmp_path / "answer.csv"
    run("ask", "countries", "--lang", "ar", "-o", str(file))
    written = file.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert (
        written.decode("utf-8-sig") == run("ask", "countries", "--lang", "ar").stdout_bytes.decode()
    )


@pytest.mark.parametrize("ending", ["tsv", "json", "md"])
def test_the_ending_of_the_file_is_the_format(ending, tmp_path, run):
    file = tmp_path / f"answer.{ending}"
    assert run("ask", "countries", "--format", "csv", "-o", str(file)).stdout == ""
    form = {"md": "markdown"}.get(ending, ending)
    assert file.read_bytes() == run("ask", "countries", "--format", form).stdout_bytes


def test_a_workbook_has_a_sheet_of_rows_and_one_of_proofs(tmp_path, run):
    file = tmp_path / "answer.xlsx"
    run("ask", "money-amounts", "--lang", "ar", "-o", str(file))
    book = openpyxl.load_workbook(file)
    answer, proofs = book["الإجابة"], book["الإثباتات"]
    assert answer.sheet_view.rightToLeft
    assert answer.max_row == 4
    values = [cell for row in answer.iter_rows(values_only=True) for cell in row]
    assert 13_000_000_000 in values
    numbers = {row[0] for row in proofs.iter_rows(min_row=2, values_only=True)}
    assert numbers == {1, 2, 3}
    assert any("13 مليار جنيه" in str(cell) for row in proofs.values for cell in row)


def test_a_workbook_holds_no_formula_and_no_control_character(tmp_path, run):
    file = tmp_path / "answer.xlsx"
    text = r'SELECT ?a { VALUES ?a { "=1+1" "\u0007 bell" "007" "12345678901234567890" "1.50" } }'
    assert run("sparql", text, "-o", str(file)).exit_code == 0
    cells = [row[1] for row in openpyxl.load_workbook(file)["answer"].iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("=1+1", "s"), ("␇ bell", "s"), ("007", "s"), ("12345678901234567890", "s"), (1.5, "n"),
    ]  # fmt: skip


def test_a_card_is_written_to_a_file(tmp_path, run):
    for name in ("card.csv", "card.xlsx", "card.json"):
        assert run("show", "iraq", "-o", str(tmp_path / name)).exit_code == 0
    assert "العراق" in (tmp_path / "card.json").read_text("utf-8")
    book = openpyxl.load_workbook(tmp_path / "card.xlsx")
    assert book["answer"].max_row > 60
    assert any("العراق" in str(cell) for row in book["proofs"].values for cell in row)


def test_an_answer_without_rows_is_written_too(tmp_path, run):
    file = tmp_path / "answer.csv"
    got = run("sparql", "SELECT ?a { ?a tw:signatory country:denmark }", "-o", str(file))
    assert got.exit_code == 1
    assert file.read_bytes().decode("utf-8-sig") == "a\r\n"


@pytest.mark.parametrize("name", ["answer.foo", "answer", "no-such-folder/answer.csv"])
def test_a_file_that_cannot_be_is_refused_and_nothing_is_left(name, tmp_path, run):
    got = run("ask", "countries", "-o", str(tmp_path / name))
    assert got.exit_code == 2
    assert name in got.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_query_leaves_the_old_file(tmp_path, run):
    file = tmp_path / "answer.csv"
    file.write_text("old")
    assert run("sparql", "SELECT", "-o", str(file)).exit_code == 2
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["answer.csv"]


@pytest.mark.parametrize("surroundings", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C"}])
def test_data_are_utf_8_whatever_the_locale(surroundings, the_build):
    command = [
        sys.executable,
        "-m",
        "taawun",
        "ask",
        "countries",
        "--lang",
        "ar",
        "--format",
        "csv",
    ]
    cache = {"TAAWUN_CACHE": str(the_build.path.parent), "TAAWUN_COLLECTIONS": ""}
    done = subprocess.run(command, env={**os.environ, **cache, **surroundings}, capture_output=True)
    assert "العراق" in done.stdout.decode("utf-8")
    assert done.returncode == 0
