"""Dates as printed become EDTF with the precision that is printed and no more."""

from __future__ import annotations

import pytest

from taawun.loaders.text.dates import completed, is_said, said_dates

SAID = [
    ("يومي 8 و9 فبراير في القاهرة", "8 و9 فبراير", "XXXX-02-08/XXXX-02-09"),
    ("انعقد في سبتمبر 2022.", "سبتمبر 2022", "2022-09"),
    ("في فبراير الماضي", "فبراير", "XXXX-02"),
    ("موازنة 2019/2020", "2019/2020", "2019/2020"),
    ("رئاسة الاتحاد في 2019.", "2019", "2019"),
    ("٨ فبراير ٢٠٢٣", "٨ فبراير ٢٠٢٣", "2023-02-08"),
    ("8 آذار/مارس 2021", "8 آذار/مارس 2021", "2021-03-08"),
    ("من 5 إلى 7 كانون الأول 2022", "5 إلى 7 كانون الأول 2022", "2022-12-05/2022-12-07"),
    ("يناير من عام 2021", "يناير من عام 2021", "2021-01"),
    ("15/3/2023", "15/3/2023", "2023-03-15"),
    ("2023-03-15", "2023-03-15", "2023-03-15"),
    ("شهر مارس", "شهر مارس", "XXXX-03"),
    ("عام 2024م", "2024م", "2024"),
    ("في الربع الرابع من عام 2025", "الربع الرابع من عام 2025", "2025-36"),
    ("بالربع الأول 2024", "الربع الأول 2024", "2024-33"),
    ("للنصف الثانى من سنة ٢٠٢٥", "لنصف الثانى من سنة ٢٠٢٥", "2025-41"),
    ("الربع الأخير من العام الجاري", "الربع الأخير من العام الجاري", "XXXX-36"),
    ("في Q3 2025", "Q3 2025", "2025-35"),
]


@pytest.mark.parametrize(("text", "printed", "edtf"), SAID)
def test_a_date_is_read_as_printed(text, printed, edtf):
    (date,) = said_dates(text)
    assert (text[date.start : date.end], date.edtf) == (printed, edtf)
    assert is_said(edtf, text)


@pytest.mark.parametrize(
    "text",
    [
        "الربع الأول من المشروع",
        "النصف الثالث من عام",
        "يمارس عمله",
        "15 رمضان 1444 هـ",
        "2000 جنيه",
        "31 فبراير 2020",
        "4500 قرية",
        "آب كريم",
    ],
)
def test_what_says_no_date_gives_none(text):
    assert said_dates(text) == []


def test_a_span_is_said_by_its_ends_and_no_other_precision_is():
    assert is_said("2019/2020", "بين عام 2019 وعام 2020")
    assert not is_said("2022", "في سبتمبر 2022")
    assert not is_said("2022-09", "في عام 2022")


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("في 26 مارس الجاري", {"2023-03-26"}),
        ("يومي 26 و27 مارس", {"2023-03-26/2023-03-27"}),
        ("في ديسمبر الماضي", {"2022-12"}),
        ("في فبراير الماضي", {"2023-02"}),
        ("في يناير المقبل", {"2024-01"}),
        ("في سبتمبر 2022", set()),
    ],
)
def test_a_dateline_gives_the_year_that_the_text_leaves_out(text, edtf):
    assert completed(text, "القاهرة في 28 مارس 2023") == edtf
    assert completed(text, "القاهرة في عام 2023") == set()
