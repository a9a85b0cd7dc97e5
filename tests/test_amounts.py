"""Numbers in digits of both alphabets and in words, with their values and places."""

from __future__ import annotations

from decimal import Decimal

import pytest

from taawun.loaders.text.numbers import amounts, values

SAID = [
    ("نحو ٦٠ مليون مواطن", "٦٠ مليون", 60_000_000, "number"),
    ("٣.٥ ملايين", "٣.٥ ملايين", 3_500_000, "number"),
    ("نصف مليون", "نصف مليون", 500_000, "number"),
    ("لثلاثة محاور", "لثلاثة", 3, "number"),
    ("خمسة وعشرون دولة", "خمسة وعشرون", 25, "number"),
    ("مئة وخمسون ألف", "مئة وخمسون ألف", 150_000, "number"),
    ("ألفين وثلاثمائة", "ألفين وثلاثمائة", 2300, "number"),
    ("مليون و500 ألف جنيه", "مليون و500 ألف جنيه", 1_500_000, "money"),
    ("$300 مليون", "$300 مليون", 300_000_000, "money"),
    ("4,500 قرية", "4,500", 4500, "number"),
    ("لـ14 وزارة", "لـ14", 14, "number"),
    ("15%", "15%", 15, "percentage"),
    ("20 في المئة", "20 في المئة", 20, "percentage"),
    ("الحادي والعشرين", "الحادي والعشرين", 21, "ordinal"),
    ("لمدة يومين", "يومين", 2, "dual"),
]


@pytest.mark.parametrize(("text", "printed", "value", "kind"), SAID)
def test_a_number_is_read_whole(text, printed, value, kind):
    (amount,) = amounts(text)
    assert (text[amount.start : amount.end], amount.value, amount.kind) == (printed, value, kind)


@pytest.mark.parametrize("text", ["5G", "مليارات الدولارات", "ستارة", "العشرات", "1444هـ"])
def test_what_says_no_number_gives_none(text):
    assert amounts(text) == []


def test_numbers_joined_by_and_stay_two():
    assert [a.value for a in amounts("8 و9 فبراير")] == [8, 9]
    assert values("من المركز 111 إلى المركز 56") == {Decimal(111), Decimal(56)}
