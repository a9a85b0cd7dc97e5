"""Asking in one's own words: right, or not sure and said so; never wrong with exit code 0."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import Result

from taawun.api import KnowledgeGraph
from taawun.graph.errors import MisuseError, QueryError, UnsureError
from taawun.graph.store import select
from taawun.loaders.builds.cache import Build
from taawun.messages.message import say
from taawun.ontology.namespaces import ID
from taawun.queries.asking import Outcome
from taawun.queries.catalogue import Catalogue
from taawun.queries.labels import Labels
from taawun.queries.question import Question, wordings
from taawun.queries.rows import Rows
from terminal import on_a_terminal

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "own_words.py"
CATALOGUE = Catalogue()


def answered(graph: KnowledgeGraph, outcome: Outcome) -> set[str]:
    """The slugs in the first column of what was understood."""
    rows = select(graph.store, outcome.query_with_prefixes(graph.store))
    return {next(iter(row.values())).value.removeprefix(ID) for row in rows}


# What is named is bound, in its role.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("which agreements did Egypt sign with Libya?", {"agreement/postal-ecommerce-libya"}),
        ("ما الاتفاقيات التي وقعتها مصر مع ليبيا؟", {"agreement/postal-ecommerce-libya"}),
        ("what did Côte d’Ivoire sign?", {"agreement/postal-ecommerce-cote-divoire"}),
        ("who heads the information technology institute", {"official/heba-saleh"}),
        ("من مدير معهد تكنولوجيا المعلومات؟", {"official/heba-saleh"}),
        ("how much did the documents complex cost", {"1000000000"}),
        ("cost of the documents complex", {"1000000000"}),
        ("كم تكلفة مجمع الإصدارات المؤمنة والذكية؟", {"1000000000"}),
        (
            "Egyptians who met Lithuanians",
            {
                f"official/{n}"
                for n in ("ahmed-tantawy", "amr-talaat", "hazem-nabil", "karim-sherif")
            },
        ),
    ],
)
def test_the_answer_is_about_what_is_named(
    text: str, expected: set[str], graph: KnowledgeGraph
) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "answer"
    assert answered(graph, outcome) == expected


@pytest.mark.parametrize(
    "text", ["ما الاتفاقيات بين مصر وليتوانيا؟", "agreements of Egypt and Lithuania"]
)
def test_no_agreement_of_others_stands_for_one_that_is_not_there(
    text: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "answer"
    assert {ID + "country/egypt", ID + "country/lithuania"} <= {
        s.object for s in outcome.plan.steps
    }
    assert answered(graph, outcome) == set()
    said = run("ask", text, "--format", "csv")
    assert said.exit_code == 1
    assert say("reading-empty", outcome.language) in said.stderr
    assert say("reading-short", outcome.language, reading="")[:8] in said.stderr
    assert "in this knowledge graph answers this" not in said.stderr


@pytest.mark.parametrize(
    ("text", "by", "to"),
    [
        ("what did Egypt offer Iraq", "egypt", "iraq"),
        ("what did Iraq offer Egypt", "iraq", "egypt"),
        ("offers to Iraq by Egypt", "egypt", "iraq"),
        ("what was offered by Iraq to Egypt?", "iraq", "egypt"),
        ("ماذا عرضت مصر على العراق؟", "egypt", "iraq"),
        ("ماذا عرض العراق على مصر؟", "iraq", "egypt"),
    ],
)
def test_roles_are_those_of_the_words(text: str, by: str, to: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    roles = {step.predicate: step.object.removeprefix(ID) for step in outcome.plan.steps}
    assert roles == {"offeredBy": f"country/{by}", "offeredTo": f"country/{to}"}
    assert answered(graph, outcome)


def test_two_sides_have_different_offers(graph: KnowledgeGraph) -> None:
    ours, theirs = (
        answered(graph, graph.read(text))
        for text in ("what did Egypt offer Iraq", "what did Iraq offer Egypt")
    )
    assert ours.isdisjoint(theirs)


@pytest.mark.parametrize("text", ["what links Egypt and Libya", "ما الذي يربط مصر وليبيا؟"])
def test_two_countries_fill_the_two_parameters(text: str, graph: KnowledgeGraph) -> None:
    plan = graph.read(text).plan
    assert plan.stored == "links-between-two-countries"
    assert plan.values == {"first": ID + "country/egypt", "second": ID + "country/libya"}


# A name that is not known, and words that are not understood.


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Denmark and France signed?", ("France",)),
        ("what did Kenya sign?", ("Kenya",)),
        ("هل وقعت مصر اتفاقية مع كينيا؟", ("كينيا",)),
        ("ما المتفق عليه مع «كينيا»؟", ("كينيا",)),
        ("which agreements did Xanadu sign?", ("Xanadu",)),
        ("which agreements concern “blue widgets”?", ("blue widgets",)),
    ],
)
def test_an_unknown_name_stops_the_question(
    text: str, names: tuple[str, ...], graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "foreign"
    assert tuple(" ".join(outcome.names).split()) == tuple(" ".join(names).split())
    said = run("ask", text, "--format", "csv")
    assert (said.exit_code, said.stdout) == (1, "")
    assert all(name in said.stderr for name in outcome.names)
    with pytest.raises(UnsureError):
        graph.ask(text)


def test_names_near_to_a_foreign_country_are_countries(graph: KnowledgeGraph) -> None:
    assert all(ref.startswith("country/") for ref in graph.read("ما المتفق عليه مع كينيا").near)
    assert graph.read("what did France sign?").near == ()


def test_words_that_were_not_understood_are_named(run: Callable[..., Result]) -> None:
    said = run("ask", "which agreements zorp Egypt?", "--format", "json")
    assert (said.exit_code, said.stdout) == (1, "")
    error, *notes = map(json.loads, said.stderr.splitlines())
    assert (error["code"], error["parts"]["words"]) == ("reading-unread", ["zorp"])
    assert {note["code"] for note in notes} <= {"reading-candidate"}


@pytest.mark.parametrize(
    "text", ["ما ميزانية وزارة الاتصالات؟", "bodies of the ministry of communications"]
)
def test_a_body_that_two_countries_have_is_not_guessed(
    text: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    assert graph.read(text).kind == "unsure"
    said = run("ask", text, "--format", "csv")
    assert (said.exit_code, said.stdout) == (1, "")
    assert "ministry/egypt-mcit" in said.stderr
    assert "ministry/iraq-communications" in said.stderr


def test_a_country_beside_it_tells_bodies_apart(graph: KnowledgeGraph) -> None:
    for told, slug in (("Iraqi", "iraq-communications"), ("Egyptian", "egypt-mcit")):
        plan = graph.read(f"Which bodies belong to the {told} ministry of communications?").plan
        assert plan.values == {"parent": f"{ID}ministry/{slug}"}


# Unsure is an outcome.


def test_unsure_offers_filled_in_candidates_and_answers_nothing(run: Callable[..., Result]) -> None:
    said = run("ask", "which areas does Egypt share with the countries", "--format", "csv")
    assert (said.exit_code, said.stdout) == (1, "")
    assert re.findall(r"^  (\d)\. ", said.stderr, re.MULTILINE) == ["1", "2", "3"]
    assert "taawun ask cooperation-partners -p country=country/egypt" in said.stderr
    assert "(country: Egypt; the other party: any)" in said.stderr


def test_on_a_terminal_a_candidate_is_chosen_by_its_number(the_build: Build) -> None:
    text = "which areas does Egypt share with the countries"
    code, screen = on_a_terminal(the_build, ["2"], "ask", text, "--lang", "en")
    assert code == 0, screen
    assert "(country: Egypt)" in " ".join(screen.split())
    assert re.search(r"^\d+ rows", screen, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_stored_question_in_words_needs_its_value(
    language: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    text = CATALOGUE.get("country-areas").summary(language)
    said = run("ask", text, "--format", "csv")
    assert (said.exit_code, said.stdout) == (2, "")
    assert "country-areas" in said.stderr
    given = run("ask", text, "-p", "country=iraq", "--format", "csv")
    assert given.exit_code == 0
    assert (
        given.stdout
        == run(
            "ask", "country-areas", "-p", "country=iraq", "--format", "csv", "--lang", language
        ).stdout
    )
    with pytest.raises(QueryError):
        graph.ask(text)
    assert len(graph.ask(text, country="العراق")) == 30


# What is asked for must fit.


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("did Egypt sign with Nigeria?", "yes"),
        ("هل وقعت مصر مع نيجيريا؟", "yes"),
        ("Has Egypt signed an agreement with Iraq?", "no"),
        ("هل وقعت مصر اتفاقية مع العراق؟", "no"),
        ("when was the agreement with Nigeria signed", "undated"),
        ("متى وقعت الاتفاقية مع نيجيريا؟", "undated"),
        ("what is Haya Karima", "card"),
        ("ما هي حياة كريمة؟", "card"),
        ("how many agreements did Egypt sign", "answer"),
    ],
)
def test_the_kind_of_answer_is_what_is_asked_for(
    text: str, kind: str, graph: KnowledgeGraph
) -> None:
    assert graph.read(text).kind == kind


def test_no_is_told_as_what_the_documents_do_not_say(run: Callable[..., Result]) -> None:
    said = run("ask", "Has Egypt signed an agreement with Iraq?", "--format", "json")
    assert said.exit_code == 1
    assert json.loads(said.stdout)["boolean"] is False
    assert "No fact here says so." in said.stderr
    said = run("ask", "did Egypt sign with Nigeria?", "--why", "--format", "json")
    assert said.exit_code == 0
    (proof,) = json.loads(said.stdout)["why"]
    assert any(fact["evidence"] for fact in proof["facts"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "what did Egypt sign with Iraq",
            "Memorandum of understanding between Egypt and Iraq · agreed",
        ),
        ("how many agreements did Egypt sign with Iraq", "agreed in principle"),
        ("when was the memorandum with Iraq signed", "agreed in principle"),
        ("هل وقعت مصر اتفاقية مع العراق؟", "متفق عليه مبدئيًّا"),
        ("which agreements did Egypt sign with Lithuania", "under discussion"),
    ],
)
def test_where_nobody_signed_it_is_said_what_there_is_short_of_that(
    text: str, told: str, run: Callable[..., Result], graph: KnowledgeGraph
) -> None:
    said = run("ask", text, "--format", "csv")
    mark = "ودون ذلك" if re.search("[؀-ۿ]", text) else "Short of that"
    assert told in said.stderr.partition(mark)[2]
    assert len(said.stdout.splitlines()) <= 1
    outcome = graph.read(text)
    assert outcome.short
    short = graph.answered(outcome).short_of_that
    assert short
    assert not any("موقَّع" in str(row) or "signed" in str(row) for row in short)
    as_json = run("ask", text, "--format", "json").stderr.splitlines()
    assert any(told in row for row in json.loads(as_json[-1])["parts"]["rows"])


def test_nothing_is_short_of_what_was_signed_or_of_those_who_have_nothing(
    graph: KnowledgeGraph,
) -> None:
    for text in ("Did Egypt sign with Nigeria?", "Did Egypt sign an agreement with Denmark?"):
        assert graph.read(text).short is None


UNSIGNED = "memorandum-of-understanding/egypt-iraq"
EXPECTED = "agreement/africa-free-trade"


def cells(rows: Rows) -> list[list[str]]:
    """Each row, without the beginning of our IRIs."""
    return [[t.value.removeprefix(ID) if t else "" for t in row.terms] for row in rows]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Is the free trade agreement signed?", EXPECTED),
        ("Has a deal on free trade been concluded?", EXPECTED),
        ("Did anyone sign an agreement on free trade?", EXPECTED),
        ("Is there a free trade agreement?", EXPECTED),
        ("Is there a free-trade agreement on the African continent?", EXPECTED),
        ("What agreement on customs duties was signed?", EXPECTED),
        ("هل وُقع اتفاق التجارة الحرة؟", EXPECTED),
        ("هل يوجد اتفاق للتجارة الحرة؟", EXPECTED),
        ("متى وقع اتفاق التجارة الحرة؟", EXPECTED),
        ("كم اتفاقية موقعة في التجارة الحرة؟", EXPECTED),
        ("Was an agreement on telecommunications signed?", UNSIGNED),
        ("Is there a signed agreement on telecommunications?", UNSIGNED),
        ("Is any agreement on information technology signed?", UNSIGNED),
        ("Was a memorandum on information technology signed?", UNSIGNED),
        ("Which agreements on information technology were signed?", UNSIGNED),
        ("How many agreements on telecommunications were signed?", UNSIGNED),
        ("When was the agreement on telecommunications signed?", UNSIGNED),
        ("Which memoranda were signed?", UNSIGNED),
        ("Does Egypt have an agreement with Iraq?", UNSIGNED),
        ("Are there agreements with Iraq?", UNSIGNED),
        ("Is there an agreement on information technology?", UNSIGNED),
        ("هل وقعت مذكرة تفاهم في تكنولوجيا المعلومات؟", UNSIGNED),
        ("هل وُقعت اتفاقية في مجال الاتصالات؟", UNSIGNED),
        ("ما الاتفاقيات الموقعة في تكنولوجيا المعلومات؟", UNSIGNED),
        ("كم اتفاقية موقعة في الاتصالات؟", UNSIGNED),
        ("متى وقعت الاتفاقية في مجال الاتصالات؟", UNSIGNED),
        ("هل أبرمت اتفاقية في الاتصالات؟", UNSIGNED),
        ("هل توجد اتفاقية بين مصر والعراق؟", UNSIGNED),
        ("هل لمصر اتفاقية مع العراق؟", UNSIGNED),
    ],
)
def test_what_is_not_signed_is_not_called_so(
    text: str, short: str, graph: KnowledgeGraph, run: Callable[..., Result]
) -> None:
    """Of the one agreement it is said that signing it is an opportunity, of the other it is agreed.

    «توقيع اتفاق للتجارة الحرة … فرصة», «واتفق الطرفان على تأطير … من خلال مذكرة تفاهم».
    """
    outcome = graph.read(text)
    assert outcome.kind in ("no", "answer")
    assert answered(graph, outcome) == set()
    found = graph.answered(outcome).short_of_that
    assert found
    (row,) = cells(found)
    stage = {
        UNSIGNED: ["stage/agreed-in-principle", ""],
        EXPECTED: ["stage/signed", "modality/expected"],
    }
    assert row[-3:] == [short, *stage[short]]
    assert run("ask", text, "--format", "csv").exit_code == 1


@pytest.mark.parametrize(
    "text",
    [
        "Was an agreement on postal services signed?",
        "Is there an agreement on e-commerce?",
        "Is there an Egypt–Libya postal e-commerce agreement?",
        "هل وقعت اتفاقية في الخدمات البريدية؟",
        "هل توجد اتفاقية في التجارة الإلكترونية؟",
    ],
)
def test_what_is_signed_is_called_so(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind == "yes"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("How many agreements are there?", "signed  6; agreed-in-principle  1; signed expected 1"),
        ("كم اتفاقية هناك؟", "signed  6; agreed-in-principle  1; signed expected 1"),
        ("How many agreements does Egypt have?", "signed  6; agreed-in-principle  1"),
        ("كم اتفاقية لمصر؟", "signed  6; agreed-in-principle  1"),
        ("How many countries have an agreement with Egypt?", "signed  6; agreed-in-principle  1"),
        ("كم دولة لديها اتفاقية مع مصر؟", "signed  6; agreed-in-principle  1"),
        ("How many agreements with Iraq are there?", "agreed-in-principle  1"),
        ("كم عدد الاتفاقيات مع العراق؟", "agreed-in-principle  1"),
        ("How many memoranda are there?", "agreed-in-principle  1"),
        ("How many agreements with North African countries?", "signed  2"),
        ("How many agreements on free trade are there?", "signed expected 1"),
    ],
)
def test_agreements_are_counted_by_their_stage(text: str, rows: str, graph: KnowledgeGraph) -> None:
    found = [" ".join(cell.rpartition("/")[2] for cell in row) for row in cells(graph.ask(text))]
    assert found == rows.split("; ")
    told = {"en": "is at the stage: ?", "ar": "المرحلة: ؟"}
    assert told[graph.read(text).language] in graph.ask(text).understood


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("What agreements exist with Iraq?", [UNSIGNED, "stage/agreed-in-principle", ""]),
        ("ما الاتفاقيات في مجال الاتصالات؟", [UNSIGNED, "stage/agreed-in-principle", ""]),
        ("Is there a memorandum with Iraq?", [UNSIGNED, "stage/agreed-in-principle", ""]),
        ("هل توجد مذكرة تفاهم بين مصر والعراق؟", [UNSIGNED, "stage/agreed-in-principle", ""]),
        (
            "Which agreements on free trade are there?",
            [EXPECTED, "stage/signed", "modality/expected"],
        ),
    ],
)
def test_an_agreement_is_shown_with_its_stage(
    text: str, told: list[str], graph: KnowledgeGraph
) -> None:
    assert cells(graph.ask(text)) == [told]


@pytest.mark.parametrize(
    "text", ["What stage has the free trade agreement reached?", "ما مرحلة اتفاق التجارة الحرة؟"]
)
def test_a_stage_that_is_only_expected_is_marked_so(text: str, graph: KnowledgeGraph) -> None:
    assert cells(graph.ask(text)) == [["stage/signed", EXPECTED, "modality/expected"]]


def test_who_has_most_agreements_has_signed_them(graph: KnowledgeGraph) -> None:
    assert cells(graph.ask("Which country has the most agreements?")) == [["country/egypt", "6"]]


PLANNED = "meeting/egypt-lithuania-planned-talks"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("How many meetings did Egypt hold with Lithuania?", "2"),
        ("How many talks did Egypt hold with Lithuania?", "2"),
        ("How many meetings were held in Lithuania?", "2"),
        ("How many events took place in Lithuania?", "3"),
        ("How many events did Amr Talaat take part in?", "4"),
        ("How many meetings did Amr Talaat attend?", "3"),
        ("How many visits to Lithuania were there?", "1"),
        ("How many services does Egypt Post provide?", "4"),
        ("كم اجتماعا عقدت مصر مع ليتوانيا؟", "2"),
        ("كم اجتماعا عقد في ليتوانيا؟", "2"),
        ("كم فعالية عقدت في ليتوانيا؟", "3"),
        ("كم فعالية شارك فيها عمرو طلعت؟", "4"),
        ("كم خدمة يقدم البريد المصري؟", "4"),
    ],
)
def test_what_is_only_planned_is_not_counted(text: str, number: str, graph: KnowledgeGraph) -> None:
    """Talks of which it is said «من المقرر أن يتم خلالها إجراء مباحثات» were not held yet."""
    assert cells(graph.ask(text)) == [[number]]


@pytest.mark.parametrize(
    "text",
    [
        "Which events took place in Lithuania?",
        "Which meetings did Egypt hold with Lithuania?",
        "When did events take place in Lithuania?",
        "ما الفعاليات التي عقدت في ليتوانيا؟",
        "ما الاجتماعات التي عقدتها مصر مع ليتوانيا؟",
    ],
)
def test_what_is_only_planned_is_marked_so(text: str, graph: KnowledgeGraph) -> None:
    rows = cells(graph.ask(text))
    assert [PLANNED, "modality/planned"] in rows
    assert all(row[1] == "" for row in rows if row[0] != PLANNED)


@pytest.mark.parametrize(
    "text", ["Were the talks with Lithuania held?", "هل عقدت مصر اجتماعات في ليتوانيا؟"]
)
def test_yes_rests_on_nothing_planned(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind == "yes"
    assert PLANNED not in {row[0] for row in cells(graph.ask(text))}


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("Which offers concern women?", {"offer/online-courses-trainers"}),
        ("Which offers relate to women?", {"offer/online-courses-trainers"}),
        ("Offers for women", {"offer/online-courses-trainers"}),
        ("Do any offers concern women?", {"offer/online-courses-trainers"}),
        ("ما العروض التي تخص السيدات؟", {"offer/online-courses-trainers"}),
        ("هل هناك عروض تخص السيدات؟", {"offer/online-courses-trainers"}),
        ("Which offers concern Iraqi youth?", {"proposal/iraqi-youth-training"}),
        ("ما العروض بشأن الشباب العراقي؟", {"proposal/iraqi-youth-training"}),
        ("ما المقترحات التي تخص الشباب العراقي؟", {"proposal/iraqi-youth-training"}),
        ("Which proposals concern Iraqi students?", {"proposal/nti-postgraduate-diploma"}),
        ("Which offers concern Egypt?", {"proposal/iraq-side-proposals"}),
        (
            "Offers concerning Iraq in cybersecurity",
            {"offer/egypt-cybersecurity-expertise", "proposal/iraq-cybersecurity-capacity-steps"},
        ),
        (
            "ما العروض بشأن العراق في الأمن السيبراني؟",
            {"offer/egypt-cybersecurity-expertise", "proposal/iraq-cybersecurity-capacity-steps"},
        ),
    ],
)
def test_whom_an_offer_concerns_does_not_make_it(
    text: str, offers: set[str], graph: KnowledgeGraph
) -> None:
    """The courses are «لنماذج من طلاب الجامعات والسيدات», the hosting of «الشباب العراقي»."""
    outcome = graph.read(text)
    assert answered(graph, outcome) == offers
    assert "offeredBy" not in {step.predicate for step in outcome.plan.steps}


@pytest.mark.parametrize(
    "text",
    [
        "Which offers are about Iraq?",
        "Offers concerning Iraq",
        "ما العروض التي تخص العراق؟",
        "ما العروض المتعلقة بالعراق؟",
        "ما العروض الخاصة بالعراق؟",
        "What was offered about Iraq?",
    ],
)
def test_offers_about_a_country_are_not_its_own(text: str, graph: KnowledgeGraph) -> None:
    found = answered(graph, graph.read(text))
    assert len(found) == 26
    assert "proposal/iraq-side-proposals" not in found


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("How many offers does Egypt make?", "egypt"),
        ("How many offers did Iraq make to Egypt?", "iraq"),
        ("Which offers does Iraq make?", "iraq"),
        ("What offers did Egypt make to Iraq?", "egypt"),
        ("Which proposals did Egypt make?", "egypt"),
    ],
)
def test_who_makes_an_offer_does_not_receive_it(text: str, by: str, graph: KnowledgeGraph) -> None:
    steps = {step.predicate: step.object for step in graph.read(text).plan.steps}
    assert steps["offeredBy"] == f"{ID}country/{by}"
    assert ID + f"country/{by}" not in {steps.get("offeredTo"), steps.get("concerns")}


def test_what_is_offered_to_somebody_is_not_what_he_offers(graph: KnowledgeGraph) -> None:
    assert graph.read("What is offered to women?").kind == "unsure"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("How many countries cooperate with Egypt?", "6"),
        ("كم دولة تتعاون مع مصر؟", "6"),
        ("How many international organizations cooperate with Egypt?", "3"),
        ("كم منظمة دولية تتعاون مع مصر؟", "3"),
    ],
)
def test_how_many_counts_the_kind_that_is_asked_for(
    text: str, number: str, graph: KnowledgeGraph
) -> None:
    assert cells(graph.ask(text)) == [[number]]


@pytest.mark.parametrize(
    "text",
    [
        "How many areas does Egypt cooperate with Iraq in?",
        "كم مجالا تتعاون فيه مصر مع العراق؟",
        "How many countries cooperate with Egypt in postal services?",
        "كم دولة تتعاون مع مصر في الخدمات البريدية؟",
        "How many countries did Egypt hold talks with?",
        "كم دولة تباحثت معها مصر؟",
    ],
)
def test_a_list_is_no_answer_to_how_many(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "unsure"
    assert outcome.candidates


@pytest.mark.parametrize("text", ["How many partners does Egypt have?", "كم عدد شركاء مصر؟"])
def test_partners_of_a_country_are_more_than_what_is_developed_with_it(
    text: str, graph: KnowledgeGraph
) -> None:
    assert graph.read(text).kind == "unsure"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("How many offers are there?", "how many: Offer"),
        ("كم عدد العروض؟", "كم: عرض"),
        ("How many proposals are there?", "how many: Proposal"),
        ("Were any memoranda agreed?", "whether: Memorandum of understanding"),
        ("كم مذكرة تفاهم هناك؟", "كم: مذكرة تفاهم"),
        ("How many events were held in February?", "was held on: February"),
        ("كم اجتماعا عقد في فبراير؟", "تاريخ الانعقاد: فبراير"),
        ("ماذا حدث في سبتمبر 2022؟", "التاريخ: سبتمبر 2022"),
        ("كم عرضا قدمت مصر إلى العراق؟", "مقدِّم العرض: مصر؛ يخص: العراق"),
        ("How many offers did Iraq get?", "concerns: Iraq"),
    ],
)
def test_the_words_of_a_reading_are_whole(text: str, told: str, graph: KnowledgeGraph) -> None:
    assert told in graph.ask(text).understood


def test_headings_of_a_composed_answer_are_translated(run: Callable[..., Result]) -> None:
    said = run("ask", "ماذا حدث في 2019؟", "--format", "csv")
    assert said.stdout.splitlines()[0].isascii() is False
    assert "relation" not in said.stdout
    assert "العلاقة" in said.stdout


def test_a_question_is_answered_in_its_own_language(run: Callable[..., Result]) -> None:
    arabic = "ما الذي وقعته مصر مع نيجيريا"
    assert "اتفاقية مصر ونيجيريا" in run("ask", arabic, "--format", "csv").stdout
    assert "Egypt–Nigeria" in run("ask", arabic, "--format", "csv", "--lang", "en").stdout


def test_completed_is_no_word_without_meaning(graph: KnowledgeGraph) -> None:
    """A word of a stage that is passed over would make every project a completed one."""
    for text in ("which projects were completed in Iraq", "ما المشروعات المكتملة في العراق"):
        outcome = graph.read(text)
        assert not outcome.query or "completed" in outcome.query
    assert graph.read("show me the complete list of agreements").query


def test_a_date_that_the_text_does_not_give_is_no_date(run: Callable[..., Result]) -> None:
    said = run("ask", "when was the agreement with Nigeria signed", "--format", "csv")
    assert said.exit_code == 1
    assert "No date is recorded here for:" in said.stderr
    assert said.stdout.splitlines()[1:] == ["Egypt–Nigeria postal e-commerce agreement,"]


def test_a_place_that_the_text_does_not_give_is_no_place(graph: KnowledgeGraph) -> None:
    assert (
        answered(graph, graph.read("Where was the meeting between Egypt and Iraq held?")) == set()
    )
    assert answered(graph, graph.read("أين التقت مصر وليتوانيا؟")) == {"country/lithuania"}


def test_a_count_is_a_number(graph: KnowledgeGraph) -> None:
    assert answered(graph, graph.read("how many agreements did Egypt sign")) == {"6"}
    assert answered(graph, graph.read("كم اتفاقية وقعتها مصر؟")) == {"6"}


# What was understood is said.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "which areas of cooperation are there with Iraq",
            "(country: Iraq; the other party: Egypt by default)",
        ),
        ("ما مجالات التعاون مع العراق؟", "(الدولة: العراق؛ الطرف المقابل: مصر افتراضًا)"),
        ("which figures are in dollars?", "(unit: US dollars)"),
        ("what did Egypt offer Iraq", "Read as: Offer (is offered by: Egypt; is offered to: Iraq)"),
        ("هل وقعت مصر مع نيجيريا؟", "اتفاقية (الطرف الموقِّع: مصر؛ الطرف الموقِّع: نيجيريا)"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_value_is_told_in_the_askers_language(
    text: str, told: str, language: str, run: Callable[..., Result]
) -> None:
    said = run("ask", text, "--lang", language, "--format", "csv")
    assert said.exit_code == 0
    assert told in said.stderr
    assert told not in said.stdout


def test_a_composed_question_is_shown_as_sparql_that_gives_the_same(
    run: Callable[..., Result],
) -> None:
    said = run("ask", "what did Egypt offer Iraq", "--format", "json")
    notes = {note["code"]: note["message"] for note in map(json.loads, said.stderr.splitlines())}
    assert notes.keys() == {"reading-read-as", "reading-sparql"}
    again = run("sparql", notes["reading-sparql"], "--format", "json")
    answer = json.loads(said.stdout)
    assert len(answer.pop("restsOn")) == len(answer["results"]["bindings"])
    assert json.loads(again.stdout) == answer


def test_python_returns_what_was_understood(graph: KnowledgeGraph) -> None:
    rows = graph.ask("ما الاتفاقيات التي وقعتها مصر مع ليبيا؟")
    assert isinstance(rows, Rows)
    assert rows.understood.startswith("فُهم السؤال هكذا: ")
    assert len(rows) == 1
    assert rows[0].why().facts
    assert graph.ask("agreement-signatories").understood == ""
    with pytest.raises(MisuseError):
        graph.ask("what did Egypt offer Iraq", country="iraq")


# Every wording in the catalogue.


def filled(question: Question, text: str, language: str, graph: KnowledgeGraph) -> tuple[str, dict]:
    """The wording with a name in place of each parameter, and the values that it names."""
    types = {item.name: item for item in question.parameters}
    values: dict[str, str] = {}
    labels = Labels(graph.store)

    def put(found: re.Match[str]) -> str:
        item = types[found[1]]
        members = graph.names.members(item.type)
        if item.type == "unit":
            # Of the many currencies, those that no figure is in are in no question.
            members = [ID + "unit/us-dollar"]
        likely = [ID + slug for slug in (item.example, "country/egypt", "country/iraq")]
        iri = next(i for i in (*likely, *members) if i in members and i not in values.values())
        values[item.name] = iri
        labels.fetch([iri])
        return labels(iri, language)

    return re.sub(r"\{(\w+)\}", put, text), values


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_wording_is_read_as_its_question(language: str, graph: KnowledgeGraph) -> None:
    misread = {}
    for name, question in CATALOGUE.questions.items():
        written = wordings(name, CATALOGUE.texts[name], language)
        assert len(written) > 1, name
        assert written == (question.summary(language), *question.asks(language)), name
        for text in written:
            asked, values = filled(question, text, language, graph)
            plan = graph.read(asked).plan
            if plan is None or (plan.stored, plan.values) != (name, values):
                misread[asked] = plan
    assert misread == {}


def test_no_wording_stands_for_two_questions() -> None:
    counted = Counter(
        text.casefold()
        for name, written in CATALOGUE.texts.items()
        for language in ("en", "ar")
        for text in wordings(name, written, language)
    )
    assert [text for text, times in counted.items() if times > 1] == []


def test_the_same_question_is_read_alike_tomorrow(the_build: Build, graph: KnowledgeGraph) -> None:
    again = KnowledgeGraph(the_build.store(), language="en")
    texts = ["what did Egypt offer Iraq", "which areas does Egypt share with the countries"]
    for text in texts:
        one, other = (
            (found.kind, found.query, [(q.name, v) for q, v in found.candidates])
            for found in (graph.read(text), again.read(text))
        )
        assert one == other


# The measured figures.


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("own_words", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_measured_figures_hold(graph: KnowledgeGraph) -> None:
    """Of the questions that the reader was not built with, too, which are looked at only here."""
    measure = benchmark()
    totals = {half: Counter[str]() for half in measure.HALVES}
    answered_anyway: list[str] = []
    for asked in measure.questions():
        verdict, _ = measure.verdict(graph, asked)
        totals[asked.half][verdict] += 1
        if verdict == "wrong" and not {"none", "unknown"}.isdisjoint(asked.want):
            answered_anyway.append(asked.id)
    assert sum(count.total() for count in totals.values()) >= 400
    for count in totals.values():
        assert count.total() >= 200
        assert count["right"] >= 0.85 * count.total()
        assert count["wrong"] <= 0.02 * count.total()
    assert answered_anyway == []
