"""Parameters of stored questions: none has a hidden value; each takes what its query finds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import Result

from taawun.api import KnowledgeGraph
from taawun.graph.errors import QueryError, UnknownNameError
from taawun.loaders.builds.cache import Build
from taawun.messages.message import has_words
from taawun.ontology.namespaces import RDF, SKOS
from taawun.ontology.schema import Schema
from taawun.queries.catalogue import Catalogue
from taawun.queries.parameters import LITERAL_TYPES, Parameter
from taawun.queries.question import Question, read_question
from taawun.queries.sparql import algebra as alg
from taawun.queries.sparql.parser import parse
from taawun.queries.sparql.writer import write_group
from taawun.server.pages.question_pages import question_page
from taawun.viz.answers import answer_questions
from terminal import on_a_terminal

QUESTIONS = Catalogue().questions
ASKED = [name for name, question in QUESTIONS.items() if question.parameters]
NEEDING = [name for name in ASKED if QUESTIONS[name].examples]
PARAMETERS = [(name, item) for name in ASKED for item in QUESTIONS[name].parameters]
LANGUAGES = ("ar", "en")


def kinds_of(name: str) -> frozenset[tuple[bool, bool]]:
    """Which kinds of parameters a question has: needed or not, with a default or open."""
    return frozenset((item.is_required, item.default is None) for item in parameters(name))


def parameters(name: str) -> Sequence[Parameter]:
    return QUESTIONS[name].parameters


#: One question for each set of kinds of parameters, and each number of them.
REPRESENTATIVES = sorted({(kinds_of(name), len(parameters(name))): name for name in ASKED}.values())


def label(graph: KnowledgeGraph, term: object, language: str) -> str:
    assert isinstance(term, ox.NamedNode)
    rows = graph.sparql(f"SELECT ?l {{ {term} rdfs:label ?l FILTER(LANG(?l) = '{language}') }}")
    return rows[0]["l"].value


def shown(graph: KnowledgeGraph, item: Parameter, language: str) -> str:
    """What an answer for the values in the query must say of a parameter."""
    if item.default is None:
        return {"en": "any", "ar": "أي قيمة"}[language]
    return label(graph, item.default, language)


def test_there_are_parameters_of_all_three_kinds() -> None:
    kinds = {(item.is_required, item.default is None) for _, item in PARAMETERS}
    assert kinds == {(True, False), (False, False), (False, True)}


@pytest.mark.parametrize("name", NEEDING)
def test_a_question_is_not_answered_without_what_it_needs(
    name: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    with pytest.raises(QueryError, match="needs a value") as refused:
        graph.ask(name)
    assert set(refused.value.message.parts["names"]) == set(QUESTIONS[name].examples)
    said = run("ask", name, "--format", "json")
    assert said.exit_code == 2
    assert said.stdout == ""
    error = json.loads(said.stderr)
    assert error["code"] == "parameter-lacking"
    # The remedy is a command that answers.
    command = error["remedy"].partition("taawun ")[2].split()
    assert run(*command).exit_code == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_says_every_value(language: str, graph: KnowledgeGraph) -> None:
    graph = KnowledgeGraph(graph.store, language=language)
    for name in ASKED:
        rows = graph.ask(name, **QUESTIONS[name].examples)
        said = [f"{i.called(language)}: {shown(graph, i, language)}" for i in parameters(name)]
        assert [text for text in said if text not in rows.title] == [], name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_the_title_of_an_answer_is_part_of_every_form(
    name: str, language: str, graph: KnowledgeGraph
) -> None:
    graph = KnowledgeGraph(graph.store, language=language)
    rows = graph.ask(name, **QUESTIONS[name].examples)
    assert rows.title in str(rows)
    assert rows.title in unescape(re.sub("<[^>]+>", "", rows._repr_html_()))
    document = json.loads(rows.to_json())["question"]
    assert document["name"] == name
    assert list(document["parameters"]) == [item.name for item in parameters(name)]
    for item in parameters(name):
        told = document["parameters"][item.name]
        assert told[language] == shown(graph, item, language)
        assert told["isDefault"] is not item.is_required
        assert (told["value"] is None) is (item.default is None)


@pytest.mark.parametrize("style", ["table", "markdown", "csv", "tsv", "json"])
@pytest.mark.parametrize(("why", "language"), [(False, "ar"), (True, "en")])
def test_every_format_says_a_default(
    style: str, why: bool, language: str, run: Callable[..., Result]
) -> None:
    options = ["--format", style, "--lang", language, *(["--why"] if why else [])]
    said = run("ask", "country-areas", "-p", "country=iraq", *options, env={"COLUMNS": "400"})
    assert said.exit_code == 0
    where = said.stderr if style in ("csv", "tsv") else said.stdout
    if style == "json":
        partner = json.loads(where)["question"]["parameters"]["partner"]
        assert (partner[language], partner["isDefault"]) == (
            {"ar": "مصر", "en": "Egypt"}[language], True,
        )  # fmt: skip
    else:
        assert {"ar": "الطرف المقابل: مصر افتراضًا", "en": "the other party: Egypt by default"}[
            language
        ] in where


def test_data_in_a_pipe_stay_data(run: Callable[..., Result]) -> None:
    said = run("ask", "country-areas", "-p", "country=iraq", "--format", "csv", "--lang", "en")
    assert "Egypt" not in said.stdout
    assert run("ask", "agreement-signatories", "--format", "csv").stderr == ""


class Written:
    """A reply that keeps what is written to it."""

    def __init__(self) -> None:
        self.status, self.text = 200, ""
        self.body = self

    def begin(self, _media: str, status: int = 200, **_headers: str) -> None:
        self.status = status

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """Nothing is held back."""


def form(graph: KnowledgeGraph, name: str, values: Mapping[str, str], language: str) -> str:
    """The page of a question, from the site's own task."""
    reply = Written()
    question_page(
        graph,
        reply,
        name=name,
        parameters={**values},
        why=False,
        language=language,  # type: ignore[arg-type]
    )
    assert reply.status == 200
    return reply.text


def test_the_representatives_have_every_kind_of_parameter() -> None:
    assert len(REPRESENTATIVES) < 15
    assert {kinds_of(name) for name in REPRESENTATIVES} == {kinds_of(name) for name in ASKED}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_a_form_is_filled_with_what_the_answer_is_for(
    name: str, language: str, graph: KnowledgeGraph
) -> None:
    graph = KnowledgeGraph(graph.store, language=language)
    empty, filled = (form(graph, name, v, language) for v in ({}, QUESTIONS[name].examples))
    for item in QUESTIONS[name].parameters:
        (field,) = re.findall(rf'<input name="{item.name}"[^>]*>', empty)
        value = unescape(re.findall(r'value="([^"]*)"', field)[0])
        if item.is_required:
            assert (value, " required" in field) == ("", True)
        else:
            assert value == ("" if item.default is None else shown(graph, item, language))
            assert " required" not in field
        told = f"{item.called(language)}: {shown(graph, item, language)}"
        assert told in unescape(re.sub("<[^>]+>", "", filled))
    needs = bool(QUESTIONS[name].examples)
    assert ('id="asked"' in empty) is not needs


def test_the_explorer_says_every_value(graph: KnowledgeGraph) -> None:
    answered = {
        item.slug: item
        for item in answer_questions(graph.store, map(QUESTIONS.get, REPRESENTATIVES))
    }
    for name in REPRESENTATIVES:
        for item, told in zip(QUESTIONS[name].parameters, answered[name].parameters, strict=True):
            assert (told.name.ar, told.name.en) == (item.ar, item.en)
            assert told.standing == (item.default.value if item.default else "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wording_claims_no_value_that_may_be_another(
    language: str, graph: KnowledgeGraph
) -> None:
    """“… with Egypt?” over an answer for Iraq would be wrong; “a country such as Egypt” is not."""
    named = [(n, item) for n, item in PARAMETERS if isinstance(item.default, ox.NamedNode)]
    assert len(named) > 20
    for name, item in named:
        called = label(graph, item.default, language)
        text = QUESTIONS[name].summary(language)
        text = re.sub(rf"(such as|مثل) {re.escape(called)}", "", text)
        assert not re.search(rf"\b{re.escape(called)}\b", text), (name, item.name)


# Types.

SCHEMA = Schema.load()
BY_IRI = {item.iri: item for item in SCHEMA.properties.values()}
Classes = frozenset[str] | None
#: What stands under and over one another in this graph.
AREA = frozenset({SCHEMA.classes["area"]})


def ends(path: alg.Path) -> tuple[Classes, Classes]:
    """The classes that the two ends of a path must have, None where the ontology says nothing."""
    match path:
        case ox.NamedNode():
            if path.value == SKOS + "broader":
                return AREA, AREA
            found = BY_IRI.get(path.value)
            return (found.domains, found.ranges) if found else (None, None)
        case alg.Inverse(inner):
            return ends(inner)[::-1]
        case alg.Sequence(parts):
            return ends(parts[0])[0], ends(parts[-1])[1]
        case alg.Alternative(parts):
            return any_of(map(ends, parts))
        case alg.Closure(inner, "+"):
            return ends(inner)
    return None, None


def any_of(pairs: Iterator[tuple[Classes, Classes]]) -> tuple[Classes, Classes]:
    sides = list(zip(*pairs, strict=True))
    first, second = (
        None if None in side else frozenset[str]().union(*(one for one in side if one))
        for side in sides
    )
    return first, second


def demands(
    group: alg.Group, name: str, outside: Mapping[str, list[alg.Path]]
) -> list[frozenset[str]]:
    """What each pattern of a query demands of a variable: one of these classes."""
    known, found = dict(outside), []
    for element in group.elements:
        if isinstance(element, alg.Values):
            for i, variable in enumerate(element.variables):
                known[variable.name] = [
                    r[i] for r in element.rows if isinstance(r[i], ox.NamedNode)
                ]
    for element in group.elements:
        match element:
            case alg.TriplePattern(subject, ox.NamedNode() as type_, ox.NamedNode() as kind) if (
                type_.value == RDF + "type"
            ):
                found += [frozenset({kind.value})] if subject == alg.Var(name) else []
            case alg.TriplePattern(subject, path, object_) | alg.PathPattern(
                subject, path, object_
            ):
                paths = known.get(path.name, []) if isinstance(path, alg.Var) else [path]
                sides = any_of(map(ends, paths)) if paths else (None, None)
                for node, classes in zip((subject, object_), sides, strict=True):
                    found += [classes] if classes and node == alg.Var(name) else []
            case alg.UnionGroups(groups):
                each = [demands(one, name, known) for one in groups]
                found += (
                    [frozenset[str]().union(*(c for one in each for c in one))] if all(each) else []
                )
            case alg.GraphGroup(_, inner):
                found += demands(inner, name, known)
            case alg.Group():
                found += demands(element, name, known)
            case alg.Select():
                found += demands(element.where, name, known)
            case _:
                pass
    return found


def test_a_type_follows_domain_and_range() -> None:
    """Nobody is asked for a person where the ontology has a country or an organization."""
    demanded = {
        (name, item): demands(parse(QUESTIONS[name].text).select.where, item.name, {})
        for name, item in PARAMETERS
    }
    # The ontology says something of most parameters.
    assert sum(map(bool, demanded.values())) > 0.8 * len(demanded)
    for (name, item), classes in demanded.items():
        for kind in () if item.type in LITERAL_TYPES else item.type.split("|"):
            above = SCHEMA.superclasses(SCHEMA.classes[kind])
            assert [c for c in classes if not c & above] == [], (name, item.name)


@pytest.mark.parametrize(
    ("name", "item"), [(name, item) for name, item in PARAMETERS if "|" in item.type]
)
def test_of_several_classes_none_is_forgotten(
    name: str, item: Parameter, graph: KnowledgeGraph
) -> None:
    """Whatever would give a row may be asked for."""
    anything = f"VALUES ?{item.name} {{ UNDEF }}"
    query = parse(QUESTIONS[name].text.replace(block_of(QUESTIONS[name], item), anything))
    rows = graph.store.query(f"SELECT DISTINCT ?{item.name} {write_group(query.select.where)}")
    found = {row[item.name].value for row in rows}
    assert found
    assert found <= set(graph.names.members(item.type))


def block_of(question: Question, item: Parameter) -> str:
    (block,) = re.findall(rf"VALUES \?{item.name} \{{[^}}]*\}}", question.text)
    return block


def test_a_type_has_a_name_in_the_messages() -> None:
    kinds = {k for _, item in PARAMETERS for k in item.type.split("|")} - {*LITERAL_TYPES}
    assert kinds
    assert [kind for kind in kinds if not has_words(f"kind-{kind}")] == []


@pytest.mark.parametrize(
    ("name", "parameter", "value", "is_of_another_kind"),
    [
        ("diplomatic-posts", "accreditedTo", "عمرو طلعت", True),
        ("diplomatic-posts", "accreditedTo", "ليتوانيا", False),
        ("services-and-products", "provider", "country/egypt", False),
        ("services-and-products", "provider", "area/cybersecurity", True),
        ("memberships", "actor", "area/cybersecurity", True),
    ],
)
def test_a_name_of_something_else_is_told_from_no_name(
    name: str, parameter: str, value: str, is_of_another_kind: bool, graph: KnowledgeGraph
) -> None:
    question = QUESTIONS[name]
    values = {**question.examples, parameter: value}
    if not is_of_another_kind:
        assert graph.ask_stored(question, values).title
        return
    with pytest.raises(UnknownNameError, match="that is the name of"):
        graph.ask_stored(question, values)


# Questions of one's own.

HEAD = "#+ summary: Which?\n#+ summary_ar: أي؟\n#+ tags: [a]\n#+ rows: 0\n"


@pytest.mark.parametrize(
    ("header", "block", "code"),
    [
        ("{type: country, required: true, ar: د, en: c}", "UNDEF", "parameter-without-example"),
        ("{type: country, ar: د, en: c}", "mine:egypt", "parameter-value-unread"),
        ("{type: country, ar: د, en: c}", "country:egypt country:iraq", "parameter-value-unread"),
        ("{type: country, ar: د, en: c}", "", "parameter-value-unread"),
    ],
)
def test_a_block_that_does_not_fit_its_header_is_refused(
    header: str, block: str, code: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(
        f"{HEAD}#+ parameters: {{c: {header}}}\nSELECT ?c {{ VALUES ?c {{ {block} }} }}", "utf-8"
    )
    with pytest.raises(QueryError) as refused:
        assert read_question(path).parameters
    assert refused.value.message.code == code


def test_our_prefixes_need_no_declaration_in_a_block(tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(
        f"{HEAD}#+ parameters: {{c: {{type: country, ar: د, en: c}}}}\n"
        "SELECT ?c { VALUES ?c { country:egypt } }",
        "utf-8",
    )
    (item,) = read_question(path).parameters
    assert item.example == "country/egypt"


# On a terminal.


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_terminal_the_value_is_asked_for_with_the_choices(
    language: str, the_build: Build
) -> None:
    choices = {"ar": "العراق", "en": "Iraq"}
    code, screen = on_a_terminal(
        the_build, ["zzz", choices[language]], "ask", "country-areas", "--lang", language
    )
    assert code == 0, screen
    assert "country/lithuania" in screen
    assert "zzz" in screen
    title = {
        "ar": "(الدولة: العراق؛ الطرف المقابل: مصر افتراضًا)",
        "en": "(country: Iraq; the other party: Egypt by default)",
    }
    assert title[language] in " ".join(screen.split())


def test_a_number_of_the_list_is_an_answer(the_build: Build) -> None:
    code, screen = on_a_terminal(
        the_build, ["1"], "ask", "region-programmes", "--lang", "en", "--format", "json"
    )
    assert code in (0, 1), screen
    first = re.findall(r"^ +1 +(.*?) +region/", screen, re.MULTILINE)
    assert first
    assert f'"en": "{first[0]}"' in screen


# For programs.


def test_the_served_list_and_description_say_what_is_required(site) -> None:
    listed = {item["name"]: item for item in json.loads(site.get("/api/questions").body)}
    paths = json.loads(site.get("/openapi.json").body)["paths"]
    for name, item in PARAMETERS:
        (told,) = (p for p in listed[name]["parameters"] if p["name"] == item.name)
        assert told["required"] is item.is_required
        assert told.get("example" if item.is_required else "default") == (item.example or None)
        described = paths[f"/api/questions/{name}"]["get"]["parameters"]
        (told,) = (p for p in described if p["name"] == item.name)
        assert told["required"] is item.is_required


def test_a_served_answer_has_the_address_that_says_every_value(site) -> None:
    got = site.get("/api/questions/country-areas?country=iraq", accept="text/csv")
    again = got.headers["content-location"]
    assert "country=country%2Firaq" in again
    assert "partner=country%2Fegypt" in again
    assert site.get(again, accept="text/csv").text == got.text
    assert site.get("/api/questions/country-areas").status == 400
