"""Stored questions: their headers, their answers, their parameters."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyoxigraph as ox
import pytest
from click.testing import Result

from taawun.checks import ANSWERS, plain_answer
from taawun.graph.errors import QueryError
from taawun.ontology.namespaces import ID
from taawun.queries.answer import ask
from taawun.queries.catalogue import Catalogue
from taawun.queries.name_order import collated
from taawun.queries.prefixes import with_prefixes
from taawun.queries.question import HERE, read_header, read_question
from taawun.queries.results import Shown, heading_is_known

QUESTIONS = Catalogue().questions
NAMES = sorted(QUESTIONS)
LITERALS = {"text": "مصر", "number": "2"}


def test_there_are_at_least_forty():
    assert len(NAMES) >= 40


def test_every_question_has_words_in_both_languages_tags_and_a_fixed_order():
    for name, question in QUESTIONS.items():
        assert question.en.strip().endswith("?"), name
        assert question.ar.strip().endswith("؟"), name
        assert question.tags, name
        assert all(item.ar and item.en for item in question.parameters), name
        assert "ORDER BY" in question.text, name


def test_every_answer_is_the_expected_one(answers):
    differing = [
        name
        for name, table in answers.items()
        if plain_answer(table) != (ANSWERS / f"{name}.tsv").read_text("utf-8")
    ]
    assert differing == []
    assert {name: len(table.rows) for name, table in answers.items()} == {
        name: question.rows for name, question in QUESTIONS.items()
    }


def test_every_text_runs_as_it_stands(graph):
    """No program of ours is needed: the file's own text is SPARQL with its own prefixes."""
    for name in NAMES:
        text = (HERE / f"{name}.rq").read_text("utf-8")
        assert with_prefixes(text) == text, name
        assert isinstance(graph.store.query(text), ox.QuerySolutions), name


def test_every_column_has_a_heading_in_both_languages(answers, graph):
    for name, table in answers.items():
        assert table.variables, name
        for language in ("ar", "en"):
            shown = Shown(graph.store, language, QUESTIONS[name].columns)
            unknown = [v for v in table.variables if not heading_is_known(shown, v)]
            assert not (unknown if language == "ar" else ()), name


def test_every_parameter_takes_a_value(graph):
    taken = 0
    for question in QUESTIONS.values():
        for parameter in question.parameters:
            value = LITERALS.get(parameter.type) or graph.names.members(parameter.type)[0]
            rows = graph.ask_stored(question, {**question.examples, parameter.name: value})
            assert rows.variables, (question.name, parameter.name)
            taken += 1
    assert taken > 50


def test_no_heading_is_the_bare_name_of_a_class(graph):
    """Without the article («مجال»), or with a capital ("Official"), it would name a class."""
    for name, question in QUESTIONS.items():
        headings = ask(graph.store, question, "en").headings
        assert headings, name
        assert [heading for heading in headings if heading[:2].istitle()] == [], name


def test_names_are_in_the_order_of_the_readers_language(graph):
    """Where the query orders by the IRI of something; within a count that comes first."""
    for language in ("en", "ar"):
        question = graph.catalogue.get("areas-by-number-of-countries")
        answer = ask(graph.store, question, language)
        rows = list(answer.rows())
        counts = [int(row[1].value) for row in rows]
        assert counts == sorted(counts, reverse=True)
        names = [collated(answer.shown.term(row[0])) for row in rows]
        for count in set(counts):
            tied = [name for name, one in zip(names, counts, strict=True) if one == count]
            assert tied == sorted(tied)
    assert collated("Côte d'Ivoire") < collated("Cuba") < collated("ITU")


def test_an_answer_of_many_rows_stays_in_the_order_of_the_query(graph, monkeypatch):
    question = graph.catalogue.get("all-about-area")
    text = with_prefixes(question.text, graph.store)
    monkeypatch.setattr("taawun.queries.answer._ORDERED", 3)
    rows = list(ask(graph.store, question, "en").rows())
    assert rows == [tuple(row) for row in graph.store.query(text)]
    assert len(rows) > 3


@pytest.mark.parametrize(
    "entity",
    ["country/lithuania", "country/egypt", "meeting/egypt-iraq-talks", "post/iti-director"],
)
def test_of_quotes_about_an_entity_only_those_within_no_other_are_told(
    graph, the_collection, entity
):
    iri = ID + entity
    spans = {
        (part.document, part.start, part.end)
        for fact in the_collection.facts
        if iri in (fact.subject.value, fact.object.value)
        for part in fact.evidence
    }
    longest = {
        one
        for one in spans
        if not any(
            other[0] == one[0] and other != one and other[1] <= one[1] and one[2] <= other[2]
            for other in spans
        )
    }
    told = {
        (document.value.rpartition("/")[2], int(start.value), len(quote.value))
        for document, start, quote in graph.ask_stored(
            QUESTIONS["entity-quotes"], {"entity": entity}
        ).table.rows
    }
    assert len(told) > 1 or entity == "post/iti-director"
    assert told == {(document, start, end - start) for document, start, end in longest}


def test_a_value_never_becomes_part_of_the_query(graph, tmp_path):
    path = tmp_path / "named.rq"
    path.write_text(
        "#+ summary: What is called so?\n#+ summary_ar: ما اسمه؟\n#+ tags: [name]\n#+ rows: 1\n"
        "#+ parameters: {label: {type: text, ar: الاسم, en: name}}\n"
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        'SELECT ?x WHERE { VALUES ?label { "x" } ?x rdfs:label ?l FILTER(STR(?l) = ?label) }',
        "utf-8",
    )
    question = read_question(path)
    assert len(graph.ask_stored(question, {"label": "العراق"})) == 1
    for hostile in ('" } } DELETE WHERE { ?s ?p ?o } #\\', "\n}", "}", '"""', "\\1 \\g<0>"):
        assert len(graph.ask_stored(question, {"label": hostile})) == 0


HEADER = "#+ summary: Which?\n#+ summary_ar: أي؟\n#+ tags: [a]\n#+ rows: 1\n"
#: Malformed headers, each with the code and the parts of the error.
REFUSED = {
    "SELECT * WHERE {}": ("header-missing", {}),
    "#+ Which countries?\n": ("header-not-pairs", {"key": "#+"}),
    "#+ tags: [a]\n": ("header-lacks-key", {"key": "summary"}),
    "#+ summary: Which?\nASK {}\n#+ tags: [\n": ("header-not-yaml", {"file": "mine.rq:4:3"}),
    "#+ summary: a: b\n": ("header-not-yaml", {"file": "mine.rq:1:14"}),
    "#+ summary: \x01\n": ("header-not-yaml", {"file": "mine.rq"}),
    HEADER.replace("[a]", "a"): ("header-not-a-list", {"key": "tags"}),
    HEADER.replace("[a]", "[[a]]"): ("header-not-a-text", {"key": "tags[]"}),
    HEADER.replace("1", "many"): ("header-not-a-number", {"key": "rows"}),
    HEADER.replace("1", "-1"): ("header-not-a-number", {"key": "rows"}),
    HEADER.replace("Which?", ""): ("header-not-a-text", {"key": "summary"}),
    HEADER + "#+ parameters: [country]\n": ("header-not-pairs", {"key": "parameters"}),
    HEADER + "#+ parameters: {c: country}\n": ("header-not-pairs", {"key": "parameters.c"}),
    HEADER + "#+ parameters: {c: {type: country, ar: د}}\n": (
        "header-lacks-key", {"key": "parameters.c.en"},
    ),
    HEADER + "#+ parameters: {c: {type: country, required: maybe, ar: د, en: c}}\n": (
        "header-not-a-truth", {"key": "parameters.c.required"},
    ),
    HEADER + "#+ columns: {c: {ar: د, en: [3]}}\n": ("header-not-a-text", {"key": "columns.c.en"}),
    HEADER + "#+ columns: {c: {ar: د, en: to, if said}}\n": (
        "header-not-a-text", {"key": "columns.c.if said"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_with_a_header_is_said_with_its_place_and_a_remedy(text, tmp_path):
    path = tmp_path / "mine.rq"
    path.write_text(text, "utf-8")
    with pytest.raises(QueryError, match=r"^mine\.rq") as refused:
        read_question(path)
    code, parts = REFUSED[text]
    message = refused.value.message
    assert (message.code, message.parts | parts) == (code, message.parts)
    if code != "header-not-yaml":
        assert "write it like this: #+ " in str(refused.value)


def test_a_query_that_is_no_text_is_refused(graph):
    with pytest.raises(QueryError, match="character 10 is invalid"):
        graph.sparql("SELECT * {\udcff}".replace("{", "", 1))


def test_prefixes_are_declared_where_a_query_uses_them():
    path = "SELECT * { ?a tw:area/skos:broader ?b . ?c ^tw:area|rdfs:label 'x: tw' } # oa:exact"
    head = with_prefixes(path).removesuffix(path)
    assert sorted(re.findall(r"PREFIX (\w+):", head)) == ["rdfs", "skos", "tw"]
    assert with_prefixes(head + path) == head + path


def test_a_collection_brings_its_own_questions(tmp_path):
    text = (HERE / f"{NAMES[0]}.rq").read_text("utf-8")
    (tmp_path / "my-question.rq").write_text(text, "utf-8")
    assert "my-question" in Catalogue([tmp_path])
    assert NAMES[0] in Catalogue([tmp_path])


HEADER = "#+ summary: s\n#+ summary_ar: s\n#+ tags: [t]\n#+ rows: 1\n"


def test_a_question_of_records_says_so_in_its_header() -> None:
    assert not read_header("mine", HEADER + "SELECT * {}").of_records
    assert read_header("mine", f"{HEADER}#+ of_records: true\nSELECT * {{}}").of_records
    with pytest.raises(QueryError) as raised:
        read_header("mine", f"{HEADER}#+ of_records: maybe\nSELECT * {{}}")
    assert raised.value.message.code == "header-not-a-truth"


def test_an_empty_answer_of_records_is_a_full_one(run: Callable[..., Result]) -> None:
    told = {"ar": ("لا شيء من ذلك.", "وقد تقول الوثائق أكثر"), "en": ("None.", "may say more")}
    for language, (full, open_) in told.items():
        recorded = run("ask", "facts-not-asserted", "--format", "table", "--lang", language)
        assert full in recorded.output
        assert open_ not in recorded.output
        said = run("ask", "delegation-heads", "--format", "table", "--lang", language)
        assert open_ in said.output
        assert full not in said.output


@pytest.mark.parametrize("name", ["yes", "2019", "on", "~", "2019-13-45"])
def test_whatever_stands_as_a_name_is_a_text(name: str) -> None:
    text = f"{HEADER}#+ columns:\n#+   a: {{ar: اسم, en: {name}}}\nSELECT * {{}}"
    found = {"a": {"ar": "اسم", "en": name}}
    assert read_header("mine", text).columns == found
