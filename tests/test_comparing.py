"""Questions in own words that compare dates and amounts, ask for the most, or deny."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from taawun.api import KnowledgeGraph
from taawun.graph.store import select
from taawun.ontology.namespaces import ID
from taawun.queries.asking.lexicon import words_of
from taawun.queries.asking.periods import Period, as_period, date_at


def found(graph: KnowledgeGraph, text: str) -> tuple[str, list[str]]:
    """The kind of outcome, and the slugs in the first column."""
    outcome = graph.read(text)
    if outcome.plan is None:
        return outcome.kind, []
    rows = select(graph.store, outcome.query_with_prefixes(graph.store))
    return outcome.kind, [next(iter(row.values())).value.removeprefix(ID) for row in rows]


STRATEGY = ["strategy/egypt-national-e-commerce"]
FIRST = ["meeting/technical-advisory-group-first"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("before 2021", "", "2020-12-31"),
        ("قبل عام ٢٠٢١", "", "2020-12-31"),
        ("until the end of 2020", "", "2020-12-31"),
        ("حتى سنة 2020", "", "2020-12-31"),
        ("after 2019", "2020-01-01", ""),
        ("بعد عام ٢٠١٩", "2020-01-01", ""),
        ("since 2020", "2020-01-01", ""),
        ("منذ 2020", "2020-01-01", ""),
        ("from 2020 onwards", "2020-01-01", ""),
        ("between 2018 and 2020", "2018-01-01", "2020-12-31"),
        ("بين عامي 2018 و2020", "2018-01-01", "2020-12-31"),
        ("from 2018 to 2020", "2018-01-01", "2020-12-31"),
        ("من 2018 إلى 2020", "2018-01-01", "2020-12-31"),
        ("before October 2022", "", "2022-09-30"),
        ("بعد فبراير 2020", "2020-03-01", ""),
        ("after 2019/2020", "2021-01-01", ""),
    ],
)
def test_a_period_has_its_first_and_last_day(text: str, first: str, last: str) -> None:
    period, length = date_at(words_of(text), 0) or ("", 0)
    assert isinstance(period, Period)
    assert (period.first, period.last) == (first, last)
    assert length == len(words_of(text))


@pytest.mark.parametrize("text", ["before Libya", "بعد مصر", "between 2020 and 2018", "after"])
def test_what_is_no_date_is_no_period(text: str) -> None:
    assert not isinstance((date_at(words_of(text), 0) or ("",))[0], Period)


def test_a_date_is_the_period_of_its_days() -> None:
    ends = {date: as_period(date) for date in ("2019", "2020-02", "2019/2020")}
    assert [(p.first, p.last) for p in ends.values() if p] == [
        ("2019-01-01", "2019-12-31"),
        ("2020-02-01", "2020-02-29"),
        ("2019-01-01", "2020-12-31"),
    ]
    assert as_period("-02") is None


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("What did Egypt launch between 2016 and 2018?", STRATEGY),
        ("ماذا أطلقت مصر قبل عام 2018؟", STRATEGY),
        ("which meetings were held after 2021?", FIRST),
        ("ما الاجتماعات التي عقدت بين عامي ٢٠٢٠ و٢٠٢٤؟", FIRST),
    ],
)
def test_dates_are_compared(text: str, rows: list[str], graph: KnowledgeGraph) -> None:
    assert found(graph, text) == ("answer", rows)


@pytest.mark.parametrize(
    "text",
    [
        "which agreements before 2021",
        "Which agreements did Egypt sign in 2015?",
        "ما الاتفاقيات الموقعة بعد عام ٢٠١٩؟",
        "كم عدد الاتفاقيات قبل ٢٠٢٠",
        "How many agreements did Egypt sign after 2019?",
    ],
)
def test_what_has_no_date_is_not_compared_but_told(
    text: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    kind, rows = found(graph, text)
    assert kind == "undated"
    assert "agreement/postal-ecommerce-libya" in rows
    assert run("ask", text, "--format", "csv").exit_code == 1


def test_things_left_out_of_a_comparison_are_counted(run: Callable[..., Result]) -> None:
    said = run("ask", "which meetings were held after 2021?", "--format", "csv")
    assert said.exit_code == 0
    assert "have no date with a year, and are not compared" in said.stderr
    said = run("ask", "ما الاجتماعات التي عقدت بعد 2021؟", "--format", "csv")
    assert "بلا تاريخ فيه سنة" in said.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("this year's agreements", "reading-day-of-asking"),
        ("ما الاجتماعات التي عقدت العام الماضي؟", "reading-day-of-asking"),
        ("What is the largest amount of money?", "reading-units-differ"),
        ("ما أكبر مبلغ؟", "reading-units-differ"),
        ("What was the latest meeting?", "reading-dates-undecided"),
        ("ما آخر اجتماع؟", "reading-dates-undecided"),
        ("ما أول اتفاقية وقعتها مصر؟", "reading-dates-undecided"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_the_reason(
    text: str, code: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "unsure"
    assert outcome.reason is not None
    assert outcome.reason.code == code
    said = run("ask", text, "--format", "json")
    assert said.exit_code == 1
    assert not said.stdout
    assert json.loads(said.stderr.splitlines()[0])["code"] == code


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("What is the largest amount in Egyptian pounds?", "13000000000"),
        ("ما أكبر موازنة؟", "13000000000"),
        ("ما أقل مبلغ بالجنيه المصري؟", "7800000000"),
        ("What is the latest budget?", "13000000000"),
        ("the earliest budget", "7800000000"),
        ("Which country signed the most agreements?", "country/egypt"),
        ("ما الدولة التي تلقت أكبر عدد من العروض؟", "country/iraq"),
        ("Who took part in the most events?", "official/amr-talaat"),
        ("Which body made the most offers to Iraq?", "institute/iti"),
    ],
)
def test_a_superlative_is_decided_by_numbers_of_one_unit_or_by_counts(
    text: str, first: str, graph: KnowledgeGraph
) -> None:
    kind, rows = found(graph, text)
    # A stored ranking that is asked so has the rest behind the first.
    assert (kind, rows[0]) == ("answer", first)


def test_another_one_is_not_the_last_one(graph: KnowledgeGraph) -> None:
    """آخر before a noun is "last", behind it "another"; both are written alike."""
    assert graph.read("ما اتفاقية مصر مع بلد آخر").reason is None
    assert graph.read("آخر اتفاقية وقعتها مصر مع السودان").reason is not None


WITHOUT = {"country/denmark", "country/iraq", "country/lithuania"}


@pytest.mark.parametrize(
    "text",
    [
        "Which countries have no agreement with Egypt?",
        "countries without an agreement with Egypt",
        "which countries didn't sign an agreement with Egypt",
        "ما الدول التي لم توقع اتفاقية مع مصر؟",
        "الدول اللي ما وقعتش اتفاقية مع مصر",
        "دول بلا اتفاقيات مع مصر",
    ],
)
def test_a_denial_is_answered_by_what_the_documents_do_not_say(
    text: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    kind, rows = found(graph, text)
    assert (kind, set(rows)) == ("unsaid", WITHOUT)
    said = run("ask", text, "--format", "csv")
    assert said.exit_code == 0
    told = {"en": "No fact here says so of the following", "ar": "لا حقيقة هنا تقول ذلك"}
    assert told[graph.read(text).language] in said.stderr


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Who did not attend the Egypt–Iraq talks?", "official/el-sisi"),
        ("من لم يحضر المباحثات المصرية العراقية؟", "official/marius-skodis"),
        ("Whom did Amr Talaat not meet?", "official/el-sisi"),
    ],
)
def test_nobody_of_whom_it_is_said_is_among_those_of_whom_it_is_not(
    text: str, absent: str, graph: KnowledgeGraph
) -> None:
    kind, rows = found(graph, text)
    assert kind == "unsaid"
    assert absent in rows
    assert not {"official/heba-saleh", "official/amr-talaat"} & {*rows}


@pytest.mark.parametrize(
    "text",
    [
        "What did Egypt not offer Iraq?",
        "ماوقعتش مصر مع مين",
        "كل الدول ما عدا العراق",
        "Who is not an Iraqi official?",
        "Which agreements were never the largest?",
        "لماذا لم يحضر السيسي المباحثات؟",
    ],
)
def test_other_denials_are_not_guessed(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind in ("unsure", "unread", "foreign")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("agreements with North African countries", {"libya", "sudan"}),
        ("اتفاقيات مصر مع دول غرب إفريقيا", {"cote-divoire", "guinea", "nigeria"}),
        ("agreements with countries of Central Africa", {"equatorial-guinea"}),
    ],
)
def test_sub_regions_are_asked_for(text: str, rows: set[str], graph: KnowledgeGraph) -> None:
    terms = [term.value for row in graph.ask(text) for term in row.terms if term is not None]
    assert {iri.rpartition("/")[2] for iri in terms if "/country/" in iri} == rows


def test_what_happened_is_everything_dated_in_the_period(graph: KnowledgeGraph) -> None:
    assert found(graph, "What happened in 2019?") == ("answer", ["country/egypt"])
    assert set(found(graph, "ماذا حدث في 2017؟")[1]) == {*STRATEGY}


@pytest.mark.parametrize(
    "text",
    [
        "Who did not attend the Egypt–Iraq talks?",
        "What is the latest budget?",
        "which meetings were held after 2021?",
        "Who took part in the most events?",
        "What happened in 2019?",
    ],
)
def test_each_row_has_its_proof(text: str, run: Callable[..., Result]) -> None:
    said = run("ask", text, "--why", "--format", "json")
    assert said.exit_code == 0
    answer = json.loads(said.stdout)
    assert len(answer["why"]) == len(answer["results"]["bindings"]) > 0
    assert all(proof.get("facts") or proof.get("absence") for proof in answer["why"])
