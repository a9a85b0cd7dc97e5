"""Folding of spelling: the vectors that the explorer's script shares, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from taawun.graph.arabic import find_folded, fold
from taawun.loaders.text.mentions import Gazetteer, names_of

VECTORS: list[list[str]] = json.loads((Path(__file__).parent / "folding.json").read_text("utf-8"))

#: Text as newspapers and word processors write it: everything that folding treats in its own way.
SPELLINGS = st.text(
    alphabet=st.one_of(
        st.sampled_from("اأإآٱبتةهيىئیكکلمنوؤء ًّٰـ\u200f\u202b\u00a0 \n٠١٩۰۹09aAéÉe\u0301،.«"),
        st.sampled_from("ﻻﷺﻯﺓﬁ½²İẞ"),
        st.sampled_from("’ʼ`´“”«»‐–—−،؛؟٪٫٬\u00ad\n-"),
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


#: Signs that are written in several ways, and how each is folded.
SIGNS = {
    "'": "’‘‚‛‹›ʹʻʼʽ′`´＇",
    '"': "“”„‟«»″ʺ＂",
    "-": "‐‑‒–—―−⁃－﹣﹘",
    ",": "،٬，﹐",
    ";": "؛；",
    "?": "؟？",
    "%": "٪％",
}


@pytest.mark.parametrize(("plain", "written"), SIGNS.items())
def test_every_way_to_write_a_sign_is_one(plain: str, written: str) -> None:
    assert len(written) > 1
    for sign in written:
        assert fold(f"د{sign}ي") == fold(f"د{plain}ي"), sign


@pytest.mark.parametrize("hyphen", ["-", "‐", "‑", "\u00ad"])
@pytest.mark.parametrize("after", ["\n", " \n", "\n  "])
def test_a_word_divided_at_the_end_of_a_line_is_one_word_on_demand(hyphen: str, after: str) -> None:
    text = f"الخدمات البر{hyphen}{after}يدية بين 3{hyphen}{after}5 دول"
    span = find_folded(text, "البريدية", unwrapped=True)
    assert span is not None
    assert text[slice(*span)] == f"البر{hyphen}{after}يدية"
    assert find_folded(text, "35", unwrapped=True) is None


@pytest.mark.parametrize("wanted", ["", " ", "ّ", "ـ", "\u200f"])
def test_nothing_is_found_nowhere(wanted: str) -> None:
    assert find_folded("وقّعت مصر", wanted) is None


def test_a_span_takes_the_marks_of_its_last_letter_and_no_space() -> None:
    text = "مذكّرةٌ  بين مصر"
    span = find_folded(text, "مذكرة")
    assert span is not None
    assert text[slice(*span)] == "مذكّرةٌ"


APOSTROPHES = ["'", "’", "ʼ", "‘", "′", "`", "´"]


def written_otherwise(name: str) -> Iterator[str]:
    """The name with each of its signs written in each other way."""
    for plain, ways in SIGNS.items():
        for sign in {char for char in name if fold(char) == plain}:
            for way in (plain, *ways):
                yield name.replace(sign, way)


def test_every_name_is_found_with_every_way_to_write_its_signs(graph):
    query = "SELECT DISTINCT ?name { ?s rdfs:label|skos:altLabel ?name ; a ?c . ?c a owl:Class }"
    tried = 0
    for (name,) in (row.terms for row in graph.sparql(query)):
        for other in written_otherwise(name.value):
            assert graph.names.find(other) == graph.names.find(name.value) != [], other
            tried += 1
    assert tried > 500


@pytest.mark.parametrize("sign", ["'", "’"])
def test_commands_find_a_name_with_any_apostrophe(sign, run):
    name = f"Côte d{sign}Ivoire"
    plain = run("show", "cote-divoire", "--format", "json")
    assert run("show", name, "--format", "json").stdout == plain.stdout
    asked = run("ask", "agreement-signatories", "-p", f"country={name}", "--format", "csv")
    assert asked.exit_code == 0
    assert "Ivoire" in asked.stdout
    steps = run("path", name, "egypt", "--format", "json")
    assert json.loads(steps.stdout)["paths"]
    words = run("ask", f"which agreements did Egypt sign with {name}?", "--format", "csv")
    assert "Côte d'Ivoire" in words.stdout


@pytest.mark.parametrize("sign", APOSTROPHES)
def test_a_text_names_a_thing_with_any_apostrophe(sign, the_collection):
    known = Gazetteer(names_of(the_collection.entities.values()))
    found = known.mentions(f"مع Côte d{sign}Ivoire للبريد")
    assert [mention.candidates for mention in found] == [("country/cote-divoire",)]
