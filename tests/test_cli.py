"""The command line: what each command prints, in which language and format, and its exit code."""

from __future__ import annotations

import csv
import gc
import io
import json
import weakref

import pytest

from taawun.api import KnowledgeGraph
from taawun.cli import main
from taawun.graph.store import EmbeddedStore

COMMANDS = sorted(main.list_commands(None))


def test_taawun_alone_says_in_five_lines_what_can_be_done(run):
    for language in ("ar", "en"):
        said = run("--lang", language)
        assert said.exit_code == 0
        assert len(said.output.splitlines()) == 5
        assert "taawun ask" in said.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, run):
    said = run(name, "--help")
    assert said.exit_code == 0
    assert f"Usage: main {name}" in said.output
    assert len(said.output) > 200


def test_the_language_follows_the_locale(run):
    assert (
        "دولة" in run("show", "العراق", "--format", "table", env={"LC_ALL": "ar_EG.UTF-8"}).output
    )
    assert "Country" in run("show", "العراق", "--format", "table", env={"LC_ALL": "en_GB"}).output


def test_common_options_stand_before_or_after_the_command(run):
    before = run("--lang", "ar", "--format", "tsv", "ask", "agreement-signatories")
    after = run("ask", "agreement-signatories", "--format", "tsv", "--lang", "ar")
    assert before.output == after.output
    assert "نيجيريا" in before.output


def test_build_says_what_there_is_and_where(run, the_build):
    said = run("build")
    assert said.exit_code == 0
    assert "1340 facts" in said.output or " facts" in said.output
    assert str(the_build.path.parent) in said.output


def test_check_performs_every_check_and_skips_none(run):
    said = run("check", "--format", "json", "--stats")
    assert said.exit_code == 0, said.output
    rows = json.loads(said.output[: said.output.index("\n]") + 2])
    checks = {row["check"]: row for row in rows}
    assert {"quotes", "coverage", "shapes", "answers", "quotes in the store"} <= checks.keys()
    assert all(int(row["performed"]) > 0 for row in rows)
    assert all(row["failed"] == row["skipped"] == "0" for row in rows)


@pytest.mark.slow
def test_check_prints_the_coverage_of_each_document(run):
    said = run("check", "--format", "table", "--lang", "en")
    assert said.output.count("sentences quoted") == 5
    assert said.output.count(" 0 open") == 5


def test_questions_are_listed_in_both_languages(run):
    said = run("questions", "--format", "json")
    listed = json.loads(said.output)
    assert len(listed) >= 40
    assert all(item["question_ar"] and item["question_en"] for item in listed)
    narrowed = json.loads(run("questions", "--tag", "agreement", "--format", "json").output)
    assert 0 < len(narrowed) < len(listed)
    missing = run("questions", "--tag", "astrology")
    assert missing.exit_code == 1
    assert "agreement" in missing.output


@pytest.mark.parametrize("given", ["nigeria", "country/nigeria", "نيجيريا", "Nigeria", "NIGERIA"])
def test_a_parameter_is_a_slug_a_reference_or_any_name(given, run):
    said = run("ask", "agreement-signatories", "-p", f"country={given}", "--format", "csv")
    assert said.exit_code == 0, said.output
    assert "Nigeria" in said.output
    assert "Libya" not in said.output


def test_a_parameter_is_also_an_iri(run):
    iri = "https://w3id.org/taawun/id/country/nigeria"
    said = run("ask", "agreement-signatories", "-p", f"country={iri}", "--format", "csv")
    assert "Nigeria" in said.output


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("which countries signed postal e-commerce agreements?", "postal-ecommerce-signatories"),
        (
            "ما الدول التي وقعت اتفاقيات التجارة الإلكترونية البريدية؟",
            "postal-ecommerce-signatories",
        ),
    ],
)
def test_free_text_finds_the_nearest_question_and_says_which(words, name, run):
    said = run("ask", *words.split(), "--format", "csv", "--lang", "en")
    assert said.exit_code == 0, said.output
    assert name in said.stderr
    assert "Nigeria" in said.stdout


def test_free_text_gives_parameters_by_the_names_in_it(run):
    said = run("ask", "مع من وقعت نيجيريا كل اتفاقية؟", "--format", "csv")
    assert said.exit_code == 0, said.output
    assert "country/nigeria" in said.stderr


def test_json_is_sparql_results_with_one_explanation_a_row(run):
    said = run("ask", "agreement-signatories", "--why", "--format", "json")
    document = json.loads(said.output)
    rows = document["results"]["bindings"]
    assert len(rows) == len(document["why"]) > 0
    for item in document["why"]:
        assert item["facts"]
        assert {"facts", "definitions", "absence"} <= item.keys()
        for fact in item["facts"]:
            assert {"fact", "subject", "predicate", "object", "modality", "evidence"} <= fact.keys()
            for quote in fact["evidence"]:
                assert quote["end"] - quote["start"] == len(quote["quote"])


def test_a_table_with_why_shows_quotes_with_document_and_offsets(run):
    said = run("ask", "postal-ecommerce-signatories", "--why", "--format", "table", "--lang", "ar")
    assert "«" in said.output
    assert "وقعت مصر على اتفاقيات" in said.output.replace("\n", " ")
    assert "000_f299f8e0cc481d39.txt [" in said.output


def test_a_derived_fact_is_shown_with_its_rule_and_the_quotes_under_it(run):
    said = run("ask", "cooperation-partners", "--why", "--format", "table", "--lang", "en").output
    for block in said.split("▸")[1:]:
        assert "derived by rule" in " ".join(block.split())
        assert "«" in block


def test_a_row_that_rests_on_definitions_alone_says_so(run):
    query = 'SELECT ?n WHERE { country:iraq a tw:Country ; rdfs:label ?n FILTER(LANG(?n) = "en") }'
    said = run("sparql", query, "--why", "--format", "table", "--lang", "en").output
    assert "rests on no fact" in said
    assert "Iraq — is a — Country" in said


def test_every_format_holds_the_same_rows(run):
    def count(style):
        return run("ask", "agreement-signatories", "--format", style).output

    rows = len(json.loads(count("json"))["results"]["bindings"])
    assert len(list(csv.reader(io.StringIO(count("csv"))))) == rows + 1
    assert len(count("tsv").splitlines()) == rows + 1
    table = [line for line in count("markdown").splitlines() if line.startswith("|")]
    assert len(table) == rows + 2


def test_no_answer_exits_with_one_and_says_so(run):
    said = run(
        "sparql", "SELECT * WHERE { ?s tw:signedOn ?o }", "--format", "table", "--lang", "en"
    )
    assert said.exit_code == 1
    assert "Nothing in this knowledge graph answers this" in said.output


def test_sparql_comes_from_the_argument_a_file_or_standard_input(run, tmp_path):
    query = "SELECT ?c WHERE { ?c a tw:Country } ORDER BY ?c"
    file = tmp_path / "countries.rq"
    file.write_text(query)
    answers = [
        run("sparql", query).output,
        run("sparql", str(file)).output,
        run("sparql", "-", input=query).output,
    ]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0].splitlines()) > 10


def test_ask_queries_and_construct_queries_are_answered(run):
    yes = run("sparql", "ASK { country:iraq a tw:Country }", "--lang", "en")
    assert (yes.exit_code, yes.output) == (0, "yes\n")
    no = run("sparql", "ASK { country:iraq a tw:Ministry }", "--lang", "ar")
    assert (no.exit_code, no.output) == (1, "لا\n")
    triples = run("sparql", "CONSTRUCT WHERE { ?a tw:signatory ?b }")
    assert len(triples.output.splitlines()) == 12


NONSENSE = {
    "an unknown question": (["ask", "zzz-qqq"], "zzz-qqq"),
    "an unknown parameter": (["ask", "agreement-signatories", "-p", "planet=mars"], "planet"),
    "an unknown value": (["ask", "agreement-signatories", "-p", "country=Nigeriaa"], "nigeria"),
    "a value of another class": (["ask", "agreement-signatories", "-p", "country=oecd"], "oecd"),
    "no value": (["ask", "agreement-signatories", "-p", "country"], "NAME=VALUE"),
    "broken SPARQL": (["sparql", "SELECT WHERE {"], "not valid SPARQL"),
    "an update": (["sparql", "DELETE WHERE { ?s ?p ?o }"], "not valid SPARQL"),
    "a missing query file": (["sparql", "nowhere.rq"], "cannot be read"),
    "an unknown entity": (["show", "اتلانتس"], "اتلانتس"),
    "an ambiguous name": (["show", "وزارة الاتصالات"], "ministry/iraq-communications"),
    "a path to itself": (["path", "iraq", "العراق"], "two different"),
    "an unknown format": (["export", "xls"], "xls"),
    "a collection that is not there": (["build", "--collection", "nowhere"], "nowhere"),
    "an output that cannot be": (["export", "csv", "-o", "/nowhere/x.csv"], "nowhere"),
    "an explorer that cannot be": (
        ["explore", "-o", "/nowhere/x.html", "--question", "speakers", "--no-texts"],
        "nowhere",
    ),
}


@pytest.mark.parametrize("name", sorted(NONSENSE))
def test_nonsense_gives_one_clear_message_and_exit_code_two(name, run):
    arguments, message = NONSENSE[name]
    said = run(*arguments)
    assert said.exit_code == 2, said.output
    assert message in said.output
    assert "Traceback" not in said.output
    assert said.exception is None or isinstance(said.exception, SystemExit)


def test_a_faulty_collection_names_every_fault_and_exits_with_two(run, tmp_path):
    facts = tmp_path / "mine" / "facts"
    facts.mkdir(parents=True)
    (facts / "a.yaml").write_text("document: nothing\nevidence: []\n")
    (facts / "b.csv").write_text("subject,predicate\n")
    said = run("build", "--collection", str(tmp_path / "mine"))
    assert said.exit_code == 2
    assert "mine/facts/a.yaml:1:11" in said.output
    assert "mine/facts/b.csv:1" in said.output
    assert "2 faults" in said.output
    as_json = run(
        "check", "--collection", str(tmp_path / "mine"), "--format", "json", "--lang", "ar"
    )
    *faults, found = map(json.loads, as_json.stderr.splitlines())
    assert [(f["file"], f["line"], f["code"], f["check"]) for f in faults] == [
        ("mine/facts/a.yaml", 1, "unknown-document", "format"),
        ("mine/facts/b.csv", 1, "header-lacks", "format"),
    ]
    assert (found["code"], found["parts"]) == ("faults-found", {"count": 2})
    assert all(f["message"] in said.stderr for f in faults)
    assert {told["severity"] for told in (*faults, found)} == {"error"}


@pytest.mark.slow
def test_show_tells_names_classes_and_facts_in_either_language(run):
    arabic = run("show", "Iraq", "--format", "table", "--lang", "ar").output
    assert "العراق" in arabic
    assert "دولة" in arabic
    quoted = run("show", "العراق", "--why", "--format", "table", "--lang", "en").output
    assert "«" in quoted
    assert "001_e6440e7049266c0c.txt [" in quoted
    card = json.loads(run("show", "iraq", "--format", "json").output)
    assert card["labels"] == {"ar": "العراق", "en": "Iraq"}
    assert all(fact["evidence"] for fact in card["facts"])


def test_path_gives_each_step_with_its_quote(run):
    ways = json.loads(run("path", "العراق", "ليتوانيا", "--format", "json").output)["paths"]
    assert ways
    for way in ways:
        assert way[0]["subject"].endswith("iraq") or way[0]["object"].endswith("iraq")
        assert all(step["facts"][0]["evidence"][0]["quote"] for step in way)
    table = run("path", "العراق", "ليتوانيا", "--format", "table", "--lang", "ar").output
    assert "المسار 1" in table


def test_explore_writes_one_file_and_says_how_to_open_it(run, tmp_path):
    out = tmp_path / "graph.html"
    said = run("explore", "-o", str(out), "--focus", "العراق", "--question", "speakers")
    assert said.exit_code == 0, said.output
    assert str(out) in said.output
    page = out.read_text("utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "مذكرة" in page


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * WHERE { service silent<http://127.0.0.1:1/>{ ?s ?p ?o } }",
        "SELECT * WHERE { VALUES ?e { <http://127.0.0.1:1/> } SERVICE ?e { ?s ?p ?o } }",
        "SELECT * WHERE { { ?s ?p ?o }SERVICE<http://127.0.0.1:1/>{ ?s ?p ?o } }",
        "SELECT * WHERE {SERVICE<http://127.0.0.1:1/>{ ?s ?p ?o } }",
    ],
)
def test_no_request_leaves_by_a_query(query, run):
    said = run("sparql", query)
    assert said.exit_code == 2
    assert "no request leaves" in said.output


def test_the_word_service_in_a_text_is_no_request(run):
    query = "SELECT ?service { BIND('a SERVICE <b>' AS ?service) } # SERVICE <http://127.0.0.1:1/>"
    assert run("sparql", query).exit_code == 0


@pytest.mark.parametrize("command", ["sparql", "diff", "suggest", "new", "show"])
def test_a_name_that_is_too_long_for_a_file_is_like_any_other_unknown_one(run, command):
    said = run(command, "ا" * 3000)
    assert (said.exit_code, type(said.exception)) == (2, SystemExit)
    assert said.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "agreement-signatories"),
        ("ask", "agreement-signatories", "--format", "json"),
        ("ask", "agreement-signatories", "--why", "--format", "csv"),
        ("ask", "which countries signed agreements?"),
        ("show", "iraq", "--why"),
        ("path", "iraq", "lithuania"),
        ("sparql", "SELECT ?country { ?country a tw:Country }"),
        ("export", "graphml", "--output", "-"),
    ],
    ids=lambda arguments: "-".join(arguments[:2]),
)
def test_no_graph_stays_open_behind_the_command_that_read_it(arguments, run, monkeypatch):
    opened = weakref.WeakSet()
    made = EmbeddedStore.__init__

    def counted(store, *values, **options):
        opened.add(store)
        made(store, *values, **options)

    monkeypatch.setattr(EmbeddedStore, "__init__", counted)
    # Not kept: the result of a command has the frames of all that it did.
    assert run(*arguments).exit_code == 0
    gc.collect()
    assert not opened


def test_no_graph_stays_open_behind_a_python_user(the_build):
    store = EmbeddedStore.open(the_build.path / "store")
    kg = KnowledgeGraph(store)
    assert kg.ask("agreement-signatories").why()[0].facts
    assert kg.show("iraq").facts
    assert kg.search("العراق")
    known = weakref.ref(store)
    del store, kg
    gc.collect()
    assert known() is None
