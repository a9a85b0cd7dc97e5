"""What documents say differently, and numbers that do not add up."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from quoted import quoted
from taawun.checks import Check, check
from taawun.graph.fact import Fact, Object
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import Build
from taawun.loaders.checks.document_reports import figure_conflicts, stage_conflicts
from taawun.loaders.checks.lints import lint_differences, lint_facts
from taawun.loaders.files.value import Spot
from taawun.messages.fault import Fault, Place
from taawun.messages.message import Message
from taawun.ontology.namespaces import ID, TW, XSD
from taawun.ontology.schema import Schema

PAPERS = Path(__file__).parent / "papers"
HERE = Place("facts.yaml", 1)


def said(
    document: str, subject: str, predicate: str, object_: str | int, status: str = "asserted"
) -> tuple[Fact, Place]:
    target: Object = (
        ox.NamedNode(ID + object_)
        if isinstance(object_, str)
        else ox.Literal(str(object_), datatype=ox.NamedNode(XSD + "decimal"))
    )
    recorded = ("recordStatus", ox.NamedNode(f"{ID}record-status/{status}"))
    return (
        Fact(
            ox.NamedNode(ID + subject),
            ox.NamedNode(TW + predicate),
            target,
            (recorded,),
            (quoted("مصر", document=document),),
        ),
        HERE,
    )


def test_two_documents_that_give_two_stages_stand_side_by_side() -> None:
    count, found = stage_conflicts(
        [
            said("alif", "agreement/one", "stage", "stage/signed"),
            said("ba", "agreement/one", "stage", "stage/proposed"),
            said("ba", "agreement/two", "stage", "stage/proposed"),
        ]
    )
    assert count == 2
    assert found == (
        Fault.at(
            HERE,
            "stages-differ",
            name="agreement/one",
            sides=[
                Message("value-of-documents", value="stage/proposed", documents=["ba"]),
                Message("value-of-documents", value="stage/signed", documents=["alif"]),
            ],
            check="stages",
            remedy=Message("both-values-stay"),
        ),
    )
    assert str(found[0].message) == (
        "documents differ on the stage of agreement/one: stage/proposed (ba), stage/signed (alif)"
    )


@pytest.mark.parametrize(
    "stated",
    [
        [("alif", "signed"), ("alif", "proposed")],
        [("alif", "signed"), ("ba", "signed")],
        [("alif", "proposed"), ("alif", "signed"), ("ba", "signed"), ("ba", "proposed")],
    ],
    ids=["one document", "the same stage", "both tell both"],
)
def test_stages_that_no_two_documents_tell_apart_are_no_conflict(
    stated: list[tuple[str, str]],
) -> None:
    facts = [said(doc, "agreement/one", "stage", f"stage/{stage}") for doc, stage in stated]
    assert stage_conflicts(facts) == (1, ())


def test_what_is_retracted_contradicts_nothing() -> None:
    facts = [
        said("alif", "agreement/one", "stage", "stage/signed"),
        said("ba", "agreement/one", "stage", "stage/proposed", "retracted"),
    ]
    assert stage_conflicts(facts) == (1, ())


def figure(document: str, name: str, value: int, about: str) -> list[tuple[Fact, Place]]:
    return [
        said(document, f"figure/{name}", "value", value),
        said(document, f"figure/{name}", "unit", "unit/person"),
        said(document, f"figure/{name}", "figureOf", about),
    ]


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (("ba", "two", 1500, "project/one"), True),
        (("ba", "two", 1200, "project/one"), False),
        (("ba", "two", 1500, "project/two"), False),
        (("alif", "two", 1500, "project/one"), False),
    ],
    ids=["other number", "same number", "other thing", "same document"],
)
def test_figures_of_one_measure_differ_between_documents(
    other: tuple[str, str, int, str], differs: bool
) -> None:
    _, found = figure_conflicts([*figure("alif", "one", 1200, "project/one"), *figure(*other)])
    assert bool(found) == differs


def differences(earlier: int, later: int, change: int, comparator: str = "") -> tuple[int, int]:
    """How many differences were compared, and how many are wrong."""
    place = Spot(HERE, [])
    facts = [
        said("alif", "figure/then", "value", earlier),
        said("alif", "figure/now", "value", later),
        said("alif", "figure/now", "previousFigure", "figure/then"),
        said("alif", "figure/rise", "value", change),
        said("alif", "figure/rise", "differenceOf", "figure/now"),
    ]
    if comparator:
        facts.append(said("alif", "figure/rise", "comparator", f"comparator/{comparator}"))
    compared = lint_differences([(fact, place) for fact, _ in facts])
    return compared, len(place.faults)


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [
        ((111, 56, 55), 0),
        ((111, 56, 54), 1),
        ((56, 111, 55), 0),
        ((7_800_000_000, 13_000_000_000, 5_200_000_000), 0),
        ((7_800_000_000, 13_000_000_000, 5_000_000_000), 0),
        ((7_800_000_000, 13_000_000_000, 7_000_000_000), 1),
    ],
)
def test_a_change_is_the_difference_of_its_figures_as_exactly_as_printed(
    numbers: tuple[int, int, int], wrong: int
) -> None:
    assert differences(*numbers) == (1, wrong)


def test_about_sixty_may_be_fifty_seven() -> None:
    assert differences(111, 54, 60) == (1, 1)
    assert differences(111, 54, 60, "about") == (1, 0)


def test_a_bound_is_compared_with_nothing() -> None:
    assert differences(111, 56, 50, "more-than") == (0, 0)


@pytest.fixture(scope="module")
def report(the_build: Build) -> dict[str, Check]:
    """The checks over the three papers that disagree, by name."""
    made = build([PAPERS], cache=the_build.path.parent)
    return {item.name: item for item in check(made, [PAPERS]).checks}


@pytest.mark.slow
def test_check_lists_what_the_papers_say_differently_and_finds_no_fault_in_it(
    report: dict[str, Check],
) -> None:
    checked = report["disagreements"]
    assert checked.performed > 40
    assert checked.faults == ()
    assert [str(item.place) for item in checked.warnings] == [
        "figure/qindil-trainees",
        "project/qindil",
    ]
    assert "1200" in str(checked.warnings[0])
    assert "1500" in str(checked.warnings[0])


@pytest.mark.slow
def test_a_figure_may_have_two_values_one_a_document(report: dict[str, Check]) -> None:
    assert report["shapes"].performed > 1000
    assert report["shapes"].faults == ()
    assert report["single values"].faults == ()


@pytest.mark.parametrize(
    ("status", "count"), [("asserted", 1), ("disputed", 0), ("superseded", 0), ("retracted", 0)]
)
def test_of_two_values_in_one_document_one_may_be_marked(status: str, count: int) -> None:
    faults: list[Fault] = []
    stated = [
        (fact, Spot(place, faults))
        for fact, place in (
            said("alif", "figure/one", "value", 1200, status),
            said("alif", "figure/one", "value", 1500),
            said("ba", "figure/one", "value", 1700),
        )
    ]
    lint_facts(stated, Schema.load(), is_whole=False)
    assert len(faults) == count


def test_a_rise_is_compared_with_the_values_of_its_own_document() -> None:
    faults: list[Fault] = []
    stated = [
        (fact, Spot(place, faults))
        for fact, place in (
            said("alif", "figure/before", "value", 10),
            said("alif", "figure/after", "value", 15),
            said("ba", "figure/after", "value", 19),
            said("alif", "figure/after", "previousFigure", "figure/before"),
            said("alif", "figure/rise", "value", 5),
            said("alif", "figure/rise", "differenceOf", "figure/after"),
        )
    ]
    assert lint_differences(stated) == 1
    assert faults == []


def test_each_kind_of_contradiction_is_counted_by_its_name(report: dict[str, Check]) -> None:
    for name in (
        "duplicates", "single values", "signatures", "differences", "disagreements",
        "stages across documents", "measures across documents",
    ):  # fmt: skip
        assert report[name].performed, name


def test_every_check_stands_in_the_table_of_the_docs(report: dict[str, Check]) -> None:
    table = (Path(__file__).parent.parent / "docs" / "checks.md").read_text("utf-8")
    assert len(report) > 15
    assert [name for name in report if f"\n| {name} | " not in table] == []
