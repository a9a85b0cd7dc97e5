"""Dates can be compared: each has a first and a last day where its year is known."""

from __future__ import annotations

import pytest

from taawun.graph.fact import date_bounds
from taawun.loaders.text import dates
from taawun.loaders.text.dates import edtf_fault
from taawun.ontology.namespaces import ID
from taawun.queries.disagreement import may_agree

#: Launched in 2017.
STRATEGY = "strategy/egypt-national-e-commerce"
BOUNDS = {
    "2019": ("2019-01-01", "2019-12-31"),
    "2020-02": ("2020-02-01", "2020-02-29"),
    "2022-09-08": ("2022-09-08", "2022-09-08"),
    "2022-09-XX": ("2022-09-01", "2022-09-30"),
    "2022-XX": ("2022-01-01", "2022-12-31"),
    "201X": ("2010-01-01", "2019-12-31"),
    "2023?-02-08": ("2023-02-08", "2023-02-08"),
    "2019/2020": ("2019-01-01", "2020-12-31"),
    "2019/..": ("2019-01-01", None),
    "../2020-06": (None, "2020-06-30"),
    "2025-33": ("2025-01-01", "2025-03-31"),
    "2025-36": ("2025-10-01", "2025-12-31"),
    "2025-40/2025-41": ("2025-01-01", "2025-12-31"),
    "2025-21": ("2025-01-01", "2025-12-31"),
    "XXXX-02-08/XXXX-02-09": (None, None),
    "XXXX": (None, None),
}


@pytest.mark.parametrize("date", BOUNDS)
def test_a_date_has_a_first_and_a_last_day_where_its_year_is_known(date):
    assert edtf_fault(date) is None
    assert date_bounds(date) == BOUNDS[date]


def test_dates_that_are_accepted_without_the_package_are_those_that_it_accepts():
    months = [f"{number:02}" for number in (0, 1, 2, 4, 12, 13, 33, 36, 37, 40)]
    days = [f"{month}-{day:02}" for month in months for day in (0, 1, 29, 30, 31, 32)]
    every = [f"{year}{end}" for year in ("2021", "XXXX") for end in ("", *(f"-{d}" for d in days))]
    every += [f"{year}-{month}" for year in ("2021", "XXXX") for month in months]
    every += [
        f"{start}/{end}" for start in ("2021", "XXXX-02-29") for end in ("2022-36", "2021-04-31")
    ]
    common = [date for date in every if dates._COMMON_DATE.fullmatch(date)]
    assert 40 < len(common) < len(every)
    assert [date for date in common if not dates._is_edtf(date)] == []


def test_what_is_in_a_year_or_before_another_is_one_filter(graph):
    """The first meeting of the group is dated September 2022, a strategy 2017."""
    asked = "SELECT ?x {{ ?x tw:earliest ?from ; tw:latest ?to FILTER({}) }} ORDER BY ?x"
    in_2022 = '?from >= "2022-01-01"^^xsd:date && ?to <= "2022-12-31"^^xsd:date'
    (row,) = graph.sparql(asked.format(in_2022))
    assert row["x"].value.endswith("meeting/technical-advisory-group-first")
    assert {fact.rule for fact in row.why().facts} == {f"{ID}rule/date-bounds"}
    before = graph.sparql(asked.format('?to < "2020-01-01"^^xsd:date'))
    assert [row["x"].value.removeprefix(ID) for row in before] == [STRATEGY]


def test_whole_numbers_are_found_as_they_are_written(graph):
    assert graph.sparql("ASK { ?r tw:rank 3 }")
    assert graph.sparql("ASK { ?f tw:value 17 }")
    assert graph.sparql("ASK { ?f tw:value 7800000000 }")
    assert not graph.sparql("ASK { ?f tw:value 18 }")


def test_quarters_agree_with_the_months_in_them():
    assert may_agree("2025-36", "2025-11")
    assert not may_agree("2025-36", "2025-09")
