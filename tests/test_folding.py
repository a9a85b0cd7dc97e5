"""Folding of spelling: the vectors that the explorer's script shares, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from taawun.graph.arabic import find_folded, fold

VECTORS: list[list[str]] = json.loads((Path(__file__).parent / "folding.json").read_text("utf-8"))

#: Text as newspapers and word processors write it: everything that folding treats in its own way.
SPELLINGS = st.text(
    alphabet=st.one_of(
        st.sampled_from("اأإآٱبتةهيىئیكکلمنوؤء ًّٰـ\u200f\u202b\u00a0 \n٠١٩۰۹09aAéÉe\u0301،.«"),
        st.sampled_from("ﻻﷺﻯﺓﬁ½²İẞ"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


def test_there_are_vectors() -> None:
    assert len(VECTORS) > 40


@pytest.mark.parametrize(("text", "folded"), VECTORS)
def test_a_text_folds_as_the_vector_says(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(SPELLINGS)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(before=SPELLINGS, wanted=SPELLINGS, after=SPELLINGS)
@example(before="وَ", wanted="قّعت", after="ْ مصر")
@example(before="½", wanted="1", after="")
@example(before="ﻻ", wanted="ا", after="")
@example(before="", wanted="e", after="\u0301 ")
@example(before=" ", wanted="a b", after="\u200f")
def test_the_span_found_folds_to_what_was_wanted(before: str, wanted: str, after: str) -> None:
    assume(fold(wanted))
    text = before + wanted + after
    span = find_folded(text, wanted)
    assert span is not None
    assert fold(text[slice(*span)]) == fold(wanted)


@given(text=SPELLINGS, wanted=SPELLINGS)
def test_whatever_is_found_is_what_was_wanted(text: str, wanted: str) -> None:
    span = find_folded(text, wanted)
    if span is not None:
        assert fold(text[slice(*span)]) == fold(wanted) != ""


@given(before=SPELLINGS, wanted=SPELLINGS, after=SPELLINGS)
def test_other_spelling_is_found_where_it_stands(before: str, wanted: str, after: str) -> None:
    needle = fold(wanted)
    assume(needle)
    assert find_folded(before + wanted + after, needle) is not None


@pytest.mark.parametrize("wanted", ["", " ", "ّ", "ـ", "\u200f"])
def test_nothing_is_found_nowhere(wanted: str) -> None:
    assert find_folded("وقّعت مصر", wanted) is None


def test_a_span_takes_the_marks_of_its_last_letter_and_no_space() -> None:
    text = "مذكّرةٌ  بين مصر"
    span = find_folded(text, "مذكرة")
    assert span is not None
    assert text[slice(*span)] == "مذكّرةٌ"
