"""Kinds of wrong answers to questions in one's own words, each held by several questions.

What is expected is read off the documents: 2017 is printed of the national e-commerce strategy
alone («إطلاق مصر الاستراتيجية الوطنية للتجارة الإلكترونية فى 2017»), the initiative of Egypt's for
Africa is «مبادرة التعاون الإفريقي», and Egypt Post's financial and government services are only
planned («التنوع فى تقديم الخدمات لتشمل الخدمات البريدية والمالية والحكومية»).
"""

from __future__ import annotations

import pytest

from taawun.api import KnowledgeGraph
from taawun.graph.store import select
from taawun.ontology.namespaces import ID
from taawun.queries.asking import Outcome

#: Nothing is answered, nor is it said that no fact says so.
REFUSED = ("unsure", "unread", "foreign")


def rows(graph: KnowledgeGraph, outcome: Outcome) -> list[list[str]]:
    """The cells of what was understood, without the beginning of our IRIs."""
    found = select(graph.store, outcome.query_with_prefixes(graph.store))
    return [[term.value.removeprefix(ID) for term in row.values()] for row in found]


def said(outcome: Outcome) -> set[tuple[str, str, str]]:
    """The conditions of a composed question."""
    return {tuple(term.removeprefix(ID) for term in step) for step in outcome.plan.steps}


STRATEGY = "strategy/egypt-national-e-commerce"
INITIATIVE = "initiative/african-cooperation"
EU_PROJECT = "project/public-economic-governance-support"


# The kind of thing asked for, beside two names, or a name and a date.


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Which strategy did Egypt launch in 2017?", STRATEGY),
        ("What did Egypt launch in 2017?", STRATEGY),
        ("ما الاستراتيجية التي أطلقتها مصر في 2017؟", STRATEGY),
        ("متى أطلقت مصر استراتيجية؟", STRATEGY),
        ("How many strategies did Egypt launch in 2017?", "1"),
        ("How many initiatives did Egypt launch in Africa?", "1"),
        ("كم مبادرة أطلقتها مصر لإفريقيا؟", "1"),
        ("Which strategy did Egypt adopt in Africa?", "strategy/african-digital-divide-plan"),
        ("ما الاستراتيجية التي تبنتها مصر لإفريقيا؟", "strategy/african-digital-divide-plan"),
        ("Which project did the European Union fund in Egypt?", EU_PROJECT),
        ("ما المشروع الذي يموله الاتحاد الأوروبي في مصر؟", EU_PROJECT),
    ],
)
def test_a_kind_beside_names_is_kept(text: str, first: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "answer"
    assert [row[0] for row in rows(graph, outcome)] == [first]


@pytest.mark.parametrize(
    "text",
    [
        "Which satellite did Egypt launch in 2017?",
        "Which platforms did Egypt launch in 2017?",
        "ما المنصات التي أطلقتها مصر في 2017؟",
        "How many projects did Egypt launch in 2017?",
        "كم مشروعا أطلقته مصر في 2017؟",
        "Which agreement did Egypt launch in 2017?",
    ],
)
def test_nothing_of_another_kind_is_an_answer(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.kind in ("answer", "undated")
    assert all("2017" not in row and STRATEGY not in row for row in rows(graph, outcome))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Did Egypt launch a strategy in 2017?", "yes"),
        ("هل أطلقت مصر استراتيجية في 2017؟", "yes"),
        ("Did Egypt launch a strategy in 2018?", "no"),
        ("Did Egypt launch a platform in 2017?", "no"),
        ("هل أطلقت مصر منصة في 2017؟", "no"),
        ("هل أطلقت الشركات المصرية منصة في 2017؟", "no"),
        ("Did Egypt launch an initiative for Africa?", "yes"),
        ("Did Egypt launch an initiative in Africa?", "yes"),
        ("هل أطلقت مصر مبادرة في إفريقيا؟", "yes"),
        ("هل أطلقت مصر مبادرة من أجل إفريقيا؟", "yes"),
        ("Did Egypt adopt a plan for Africa?", "yes"),
        ("Did the EU fund the project in Egypt?", "yes"),
        ("Did Egypt carry out projects in Iraq?", "no"),
        ("Did Egypt fund a project in Libya?", "no"),
        ("Did Egypt establish a council in Iraq?", "no"),
        ("Did the EU fund a conference in Egypt?", "no"),
        ("هل مول الاتحاد الأوروبي مشروعا في العراق؟", "no"),
        ("هل تدعم مصر مشروعا في ليتوانيا؟", "no"),
        ("هل أنشأت مصر مركزا في القاهرة؟", "no"),
        ("هل مولت مصر مشروعات عراقية؟", "no"),
        ("Did Egypt launch the Decent Life initiative?", "yes"),
    ],
)
def test_whether_there_is_one_of_a_kind(text: str, kind: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.kind == kind
    # A place is what a thing is in or for, never the thing itself.
    subjects = {subject for subject, *_ in said(outcome)}
    assert not any(one.startswith(("country/", "region/", "city/")) for one in subjects)
    assert outcome.short is None


@pytest.mark.parametrize(
    "text",
    [
        "Did UNCTAD support Egypt's strategy?",
        "Did Egypt's companies launch a strategy in 2017?",
        "هل أطلقت شركات مصر مشروعا في 2017؟",
        "هل أطلقت وزارة مصرية استراتيجية في 2017؟",
        "Which Egyptian ministry launched a strategy in 2017?",
        "Which Iraqi institutes are accredited?",
        "Was the African digital platform launched?",
        "What did Egypt launch in Africa in 2017?",
        "Did Egypt fund anything in Iraq?",
        "هل مولت مصر شيئا في العراق؟",
        "Which institutes does Egypt have in Iraq?",
        "ما المعاهد المصرية في العراق؟",
    ],
)
def test_a_kind_that_is_another_s_is_refused(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind in REFUSED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("هل التقى عمرو طلعت الشركات الليتوانية؟", "unsure"),
        ("هل التقى عمرو طلعت الشركات؟", "unsure"),
        ("هل اجتمع عمرو طلعت مع الشركات الليتوانية؟", "unsure"),
        ("هل التقى عمرو طلعت المؤسسات الليتوانية؟", "unsure"),
        ("هل التقى عمرو طلعت الوزارات العراقية؟", "unsure"),
        ("من التقى الشركات الليتوانية؟", "unsure"),
        ("Did Amr Talaat meet Lithuanian companies?", "unsure"),
        ("Who met Lithuanian companies?", "unsure"),
        ("Did Egypt hold talks with Lithuanian companies?", "unsure"),
        # He met Lithuania's minister, and so held talks with it; a country cannot be met.
        ("هل التقى عمرو طلعت ليتوانيا؟", "unsure"),
        ("هل أجرى عمرو طلعت مباحثات مع ليتوانيا؟", "yes"),
        ("هل التقى عمرو طلعت مسؤولين ليتوانيين؟", "yes"),
    ],
)
def test_whom_a_person_met_is_no_talks_of_countries(
    text: str, kind: str, graph: KnowledgeGraph
) -> None:
    assert graph.read(text).kind == kind


# What is only planned.


@pytest.mark.parametrize(
    "text",
    [
        "هل يقدم البريد المصري خدمات مالية؟",
        "هل يقدم البريد المصري خدمات حكومية؟",
        "هل يقدم البريد المصري الخدمات الحكومية؟",
    ],
)
def test_a_plan_is_told_and_is_no_yes(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "no"
    assert outcome.short
    assert rows(graph, outcome.short) == [["public-body/egypt-post", "modality/planned"]]


@pytest.mark.parametrize(
    "text",
    ["هل أجرى عمرو طلعت مباحثات مع ليتوانيا؟", "Did Egypt take part in events with Lithuania?"],
)
def test_a_yes_rests_on_no_plan(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "yes"
    assert sorted(rows(graph, outcome)) == [
        ["meeting/egypt-lithuania-innovation-lab"],
        ["meeting/egypt-lithuania-ministers"],
    ]


# Whom somebody met.


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Which countries did Amr Talaat meet?", {"iraq", "lithuania"}),
        ("ما الدول التي التقى بها عمرو طلعت؟", {"iraq", "lithuania"}),
        (
            "Which countries did the Egyptian minister of communications meet?",
            {"iraq", "lithuania"},
        ),
        ("What countries did Marius Skuodis meet?", {"egypt"}),
        ("Which countries did Hazem Nabil meet?", {"lithuania"}),
    ],
)
def test_ones_own_country_is_none_that_one_met(
    text: str, countries: set[str], graph: KnowledgeGraph
) -> None:
    found = {row[0] for row in rows(graph, graph.read(text))}
    assert found == {f"country/{name}" for name in countries}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("How many countries did Amr Talaat meet?", "2"),
        ("كم دولة التقى عمرو طلعت؟", "2"),
        ("كم دولة اجتمع بها عمرو طلعت؟", "2"),
        ("How many countries did the Iraqi minister of communications meet?", "1"),
    ],
)
def test_countries_met_are_counted_without_ones_own(
    text: str, count: str, graph: KnowledgeGraph
) -> None:
    assert rows(graph, graph.read(text)) == [[count]]


# The holders of a title, of one country or of all.


@pytest.mark.parametrize(
    ("text", "told", "count"),
    [
        ("List all ministers", "Official (holds the post of: minister)", 3),
        ("Who are the Egyptian ministers?", "holds the post of: minister; belongs to: Egypt", 1),
        ("من هم الوزراء؟", "المنصب: وزير", 3),
        ("the president of Egypt", "holds the post of: president; belongs to: Egypt", 1),
    ],
)
def test_a_title_is_asked_for_and_told(
    text: str, told: str, count: int, graph: KnowledgeGraph
) -> None:
    answer = graph.ask(text)
    assert told in answer.understood
    assert len(answer) == count


# Documents that speak of something.


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("Which documents mention Libya?", {"african-cooperation"}),
        ("ما الوثائق التي تذكر ليبيا؟", {"african-cooperation"}),
        ("In which documents does Libya appear?", {"african-cooperation"}),
        ("Which documents mention Iraq?", {"egypt-iraq-talks"}),
        ("ما الوثائق التي ورد فيها العراق؟", {"egypt-iraq-talks"}),
        ("Which documents are about Iraq?", {"egypt-iraq-talks"}),
        ("Which documents name UNCTAD?", {"digital-government"}),
    ],
)
def test_documents_that_mention_something_are_those_of_its_quotes(
    text: str, documents: set[str], graph: KnowledgeGraph
) -> None:
    outcome = graph.read(text)
    assert outcome.plan.stored == "entity-quotes"
    found = {row[0].rpartition("/")[2] for row in rows(graph, outcome)}
    assert found == documents


@pytest.mark.parametrize(
    "text",
    [
        "How many documents mention Libya?",
        "كم وثيقة تذكر ليبيا؟",
        "Which documents belong to Egypt?",
        "Which documents mention e-commerce?",
        "Which documents are about telecommunications?",
        "Is Libya mentioned in the documents?",
    ],
)
def test_no_document_belongs_to_a_country_or_a_field(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind in REFUSED


# Figures of a field.


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("How much was allocated to information infrastructure in 2020/2021?", {"13000000000"}),
        ("كم خصص للبنية المعلوماتية في 2020/2021؟", {"13000000000"}),
        ("كم خصص لتحديث البنية المعلوماتية في موازنة 2020/2021؟", {"13000000000"}),
        (
            "How much was allocated to the information infrastructure?",
            {"7800000000", "13000000000"},
        ),
        (
            "How much did Egypt spend on information infrastructure?",
            {"7800000000", "13000000000"},
        ),
        ("كم أنفقت مصر على البنية المعلوماتية؟", {"7800000000", "13000000000"}),
        # What Egypt spent on other things is no answer.
        ("How much did Egypt spend on cybersecurity?", set()),
        ("How much did Egypt spend on e-commerce?", set()),
        ("كم أنفقت مصر على الأمن السيبراني؟", set()),
        ("What is Egypt's budget for e-commerce?", set()),
        ("ما ميزانية مصر للتجارة الإلكترونية؟", set()),
        ("How much did the documents complex cost in e-commerce?", set()),
        ("How much was spent on capacity building?", set()),
    ],
)
def test_figures_of_a_field_are_those_of_what_lies_in_it(
    text: str, values: set[str], graph: KnowledgeGraph
) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "answer"
    assert {row[0] for row in rows(graph, outcome)} == values


# A body of whose name that of another is made.


@pytest.mark.parametrize(
    "text",
    [
        "ماذا وقعت مصر مع الأمم المتحدة؟",
        "هل وقعت مصر مع الأمم المتحدة؟",
        "هل تعاونت مصر مع منظمة الأمم المتحدة؟",
        "هل تعاونت مصر مع برنامج الأمم المتحدة الإنمائي؟",
        "ما الأمم المتحدة؟",
        "What did Egypt sign with the United Nations?",
        "Who is the United Nations?",
        "Did Egypt cooperate with the UN?",
    ],
)
def test_the_united_nations_are_not_known_here(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind == "foreign"


@pytest.mark.parametrize(
    "text",
    [
        "هل تعاونت مصر مع منظمة الأمم المتحدة للتجارة والتنمية؟",
        "Did Egypt cooperate with the United Nations Conference on Trade and Development?",
    ],
)
def test_the_whole_name_is_the_body_s(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind == "yes"


# An area of cooperation said by an adjective.

POSTAL = "area/postal-services"


@pytest.mark.parametrize(
    "text",
    [
        "Which countries signed postal agreements?",
        "What are the postal agreements?",
        "Agreements in the postal sector",
        "Agreements on postal matters",
        "ما الدول التي وقعت اتفاقيات بريدية؟",
        "ما الاتفاقيات البريدية؟",
        "الاتفاقيات في القطاع البريدي",
        "الاتفاقيات في المجال البريدي",
    ],
)
def test_an_adjective_names_an_area(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.kind == "answer"
    assert ("?Agreement", "area", POSTAL) in said(outcome)
    found = {row[0] for row in rows(graph, outcome)} | {row[-1] for row in rows(graph, outcome)}
    assert "agreement/postal-ecommerce-libya" in found
    assert "memorandum-of-understanding/egypt-iraq" not in found


@pytest.mark.parametrize(
    ("text", "area", "partner"),
    [
        ("Postal cooperation with Iraq", POSTAL, "country/iraq"),
        ("Cooperation with Iraq in the postal field", POSTAL, "country/iraq"),
        ("What cooperation is there in postal services?", POSTAL, None),
        ("Agricultural cooperation with Lithuania", "area/agriculture", "country/lithuania"),
        ("Environmental cooperation", "area/environment", None),
        ("التعاون البريدي مع العراق", POSTAL, "country/iraq"),
        ("ما التعاون في الخدمات البريدية؟", POSTAL, None),
        ("التعاون الزراعي مع ليتوانيا", "area/agriculture", "country/lithuania"),
        ("التعاون البيئي", "area/environment", None),
        ("التعاون في القطاع الزراعي", "area/agriculture", None),
        ("ما التعاون في المجال البريدي؟", POSTAL, None),
    ],
)
def test_cooperation_in_an_area_is_that_of_countries(
    text: str, area: str, partner: str | None, graph: KnowledgeGraph
) -> None:
    outcome = graph.read(text)
    assert outcome.question
    assert outcome.question.name == "countries-by-area"
    wanted = {"area": ID + area} | ({"partner": ID + partner} if partner else {})
    assert outcome.plan.values == wanted
    assert rows(graph, outcome)


@pytest.mark.parametrize("text", ["African postal agreements", "اتفاقيات بريدية أفريقية"])
def test_an_adjective_is_no_part_of_another_name(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert all("papu" not in str(step) for step in outcome.plan.steps)
    assert ("?Agreement", "area", POSTAL) in said(outcome)
    assert "agreement/postal-ecommerce-libya" in {row[0] for row in rows(graph, outcome)}


@pytest.mark.parametrize("text", ["Egypt and Iraq", "Egypt Iraq", "Egypt, Iraq?", "مصر والعراق"])
def test_two_countries_alone_ask_what_links_them(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.question
    assert outcome.question.name == "links-between-two-countries"
    assert set(outcome.plan.values.values()) == {ID + "country/egypt", ID + "country/iraq"}


@pytest.mark.parametrize(
    "text",
    [
        "What did the postal authority plan?",
        "Who is the head of the postal authority?",
        "How many postal branches are there?",
        "Digital agreements",
    ],
)
def test_beside_any_other_word_an_adjective_names_no_area(text: str, graph: KnowledgeGraph) -> None:
    assert graph.read(text).kind in REFUSED


@pytest.mark.parametrize(
    "text",
    [
        "Cooperation with Iraq",
        "What is the cooperation with Iraq?",
        "التعاون مع العراق",
        "ما التعاون مع العراق؟",
        "ما أوجه التعاون مع العراق؟",
    ],
)
def test_cooperation_with_a_country_is_told_by_area(text: str, graph: KnowledgeGraph) -> None:
    outcome = graph.read(text)
    assert outcome.question
    assert outcome.question.name == "country-areas"
    assert outcome.plan.values == {"country": ID + "country/iraq"}
    assert len(rows(graph, outcome)) > 10


# Nothing as it was asked, and something else between the two.


@pytest.mark.parametrize("country", ["Iraq", "Lithuania", "Nigeria", "Libya"])
@pytest.mark.parametrize(
    "text",
    [
        "relations with {}", "talks with {}", "agreements with {}", "memoranda with {}",
        "visits with {}", "what meetings are there with {}?", "what offers are there with {}?",
        "العلاقات مع {}", "المباحثات مع {}", "الاتفاقيات مع {}", "المذكرات مع {}",
        "الزيارات مع {}", "ما الاجتماعات مع {}؟",
    ],
)  # fmt: skip
def test_where_nothing_is_as_it_was_asked_what_links_the_country_is_told(
    text: str, country: str, graph: KnowledgeGraph
) -> None:
    names = {"Iraq": "العراق", "Lithuania": "ليتوانيا", "Nigeria": "نيجيريا", "Libya": "ليبيا"}
    outcome = graph.read(text.format(country if text.isascii() else names[country]))
    assert outcome.kind == "answer"
    if not rows(graph, outcome):
        assert outcome.short
        assert rows(graph, outcome.short)


def test_where_nothing_links_a_country_nothing_is_told(graph: KnowledgeGraph) -> None:
    outcome = graph.read("relations with Denmark")
    assert outcome.kind == "answer"
    assert rows(graph, outcome) == []
    assert outcome.short is None
