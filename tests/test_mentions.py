"""Finding registered names in a text: the longest, whole words, with offsets of the original."""

from __future__ import annotations

import pytest

from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import read_collection
from taawun.loaders.text.mentions import Gazetteer, names_of, territory_label


@pytest.fixture(scope="module")
def gazetteer():
    seeds = read_collection([SEEDS])
    return Gazetteer(names_of(seeds.entities.values(), seeds.schema))


def found(gazetteer, text, document=None):
    mentions = gazetteer.mentions(text, document)
    return [(text[m.start : m.end], m.kind, *m.candidates) for m in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("زار الوزير العراق.", ("العراق", "name", "country/iraq")),
        ("والعراق", ("والعراق", "name", "country/iraq")),
        ("وبالعراق", ("وبالعراق", "name", "country/iraq")),
        ("لليبيا", ("لليبيا", "name", "country/libya")),
        ("مِصْرُ", ("مِصْرُ", "name", "country/egypt")),
        ("في مصـــر", ("مصـــر", "name", "country/egypt")),
        ("الى افريقيا", ("افريقيا", "name", "region/africa")),
        ("للهيئة القومية للبريد", ("للهيئة القومية للبريد", "name", "public-body/egypt-post")),
        ("البريد المصرى", ("البريد المصرى", "name", "public-body/egypt-post")),
        ("ساحل العاج", ("ساحل العاج", "name", "country/cote-divoire")),
        ("Côte d'Ivoire", ("Côte d'Ivoire", "name", "country/cote-divoire")),
        ("جنوب السودان", ("جنوب السودان", "territory", "territory/SS")),
        ("العراقيين", ("العراقيين", "adjective", "country/iraq")),
    ],
)
def test_a_name_is_found_with_proclitics_and_other_spellings(gazetteer, text, expected):
    assert found(gazetteer, text)[-1] == expected


@pytest.mark.parametrize("text", ["مصري", "المصريون", "وليد", "بمصرف", "العراقيل", "مصر، الرقمية"])
def test_a_part_of_a_word_is_no_name(gazetteer, text):
    assert ("name", "strategy/digital-egypt") not in [f[1:] for f in found(gazetteer, text)]
    assert [f for f in found(gazetteer, text) if f[1] == "name" and f[0] == text] == []


def test_the_longest_name_wins_and_names_within_it_are_told_apart(gazetteer):
    text = "استراتيجية مصر الرقمية"
    assert found(gazetteer, text)[-1][1:] == ("name", "strategy/digital-egypt")
    assert {"country/egypt", "strategy/digital-egypt"} <= gazetteer.named(text)
    assert gazetteer.named("جنوب السودان") == frozenset()
    assert "country/sudan" in gazetteer.named("جنوب السودان والسودان")


def test_a_name_crosses_no_comma_line_or_full_stop(gazetteer):
    for text in ("مصر، الرقمية", "مصر\nالرقمية", "مصر. الرقمية"):
        assert gazetteer.named(text) == {"country/egypt"}
    assert "strategy/digital-egypt" in gazetteer.named("مصر «الرقمية»")
    assert "strategy/digital-egypt" in gazetteer.named("#مصر_الرقمية")


def test_a_form_of_some_documents_holds_there_and_is_never_chosen_elsewhere(gazetteer):
    text = "وزارة الاتصالات"
    assert found(gazetteer, text, "egypt-iraq-talks")[0][1] == "name"
    anywhere = found(gazetteer, text)
    assert anywhere == [
        (text, "shared", "ministry/egypt-mcit", "ministry/iraq-communications"),
    ]
    assert found(gazetteer, "المؤتمر")[0][1] == "shared"
    assert found(gazetteer, "المؤتمر", "egypt-iraq-talks") == []


def test_a_misspelt_name_is_similar_only_when_its_first_word_is_exact(gazetteer):
    text = "الهيئة القوميه للبربد"
    assert found(gazetteer, text) == [(text, "similar", "public-body/egypt-post")]
    assert "similar" not in {f[1] for f in found(gazetteer, "وزير الاتصالات وتكنولوجيا المعلومات")}


def test_offsets_are_those_of_the_original_text(gazetteer):
    text = "ﻻ \u200fوقّعتْ مِصْرُ مع\u00a0العـراق"
    assert [text[m.start : m.end] for m in gazetteer.mentions(text)] == ["مِصْرُ", "العـراق"]


def test_territories_are_labelled_in_both_languages():
    assert territory_label("territory/SS", "ar") == "جنوب السودان"
    assert territory_label("territory/SS", "en") == "South Sudan"
