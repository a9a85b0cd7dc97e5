"""Quotes: where they stand, the parts of one that leaves words out, and the context beside them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from taawun.commands.terminal import Printer
from taawun.graph.document import Document
from taawun.graph.errors import QuoteError
from taawun.graph.fact import Evidence
from taawun.graph.fact_reader import facts_of
from taawun.graph.fact_record import FactRecord, fact_json
from taawun.graph.store import EmbeddedStore, select
from taawun.loaders.builds.build import lines_of
from taawun.loaders.checks.quotes import FARTHEST, evidence, passage
from taawun.loaders.collection import Collection, read_collection
from taawun.messages.message import Message
from taawun.ontology.namespaces import TW
from taawun.queries.labels import Labels

SOUND = Path(__file__).parent / "collections" / "sound"
TEXT = "وقّعت مصر أمس مع ليبيا مذكرة تفاهم.\nثم وقّعت مصر مع غانا اتفاقية، ومع كينيا اتفاقية."


def document(text: str) -> Document:
    return Document("talks", "talks.txt", "0" * 64, text, "مباحثات", "Talks")


def places(text: str, quote: str, prefix: str = "", suffix: str = "") -> list[str]:
    """The words at the places of the evidence, which must be those of its quotes."""
    found = evidence(document(text), quote, prefix, suffix)
    assert [text[item.start : item.end] for item in found] == [item.quote for item in found]
    return [item.quote for item in found]


def test_each_part_of_a_quote_has_a_place_of_its_own() -> None:
    assert places(TEXT, "وقّعت مصر […] مذكرة تفاهم") == ["وقّعت مصر", "مذكرة تفاهم"]


def test_a_part_knows_the_part_before_it() -> None:
    first, second = evidence(document(TEXT), "وقّعت مصر […] مذكرة تفاهم")
    assert first.continues is None
    assert second.continues == first


def test_where_the_first_part_stands_twice_the_next_one_tells_which_is_meant() -> None:
    found = evidence(document(TEXT), "وقّعت مصر […] غانا")
    assert found[0].start == TEXT.rindex("وقّعت")


@pytest.mark.parametrize(
    ("quote", "prefix", "suffix"),
    [
        ("مصر […] اتفاقية", "", ""),
        ("وقّعت مصر […] كينيا", "أمس ", ""),
        ("وقّعت مصر […] غانا", "", " أمس"),
        ("ليبيا […] غانا", "", ""),
    ],
    ids=["two ways", "wrong prefix", "wrong suffix", "two paragraphs"],
)
def test_parts_that_do_not_stand_in_one_way_only_are_refused(
    quote: str, prefix: str, suffix: str
) -> None:
    with pytest.raises(QuoteError):
        evidence(document(TEXT), quote, prefix, suffix)


def test_prefix_and_suffix_tell_the_ways_apart() -> None:
    assert places(TEXT, "مصر […] اتفاقية", suffix=".") == ["مصر", "اتفاقية"]


@pytest.mark.parametrize(("gap", "stands"), [(FARTHEST, True), (FARTHEST + 1, False)])
def test_two_parts_stand_near_each_other(gap: int, stands: bool) -> None:
    text = "مصر" + "-" * gap + "غانا"
    if stands:
        assert places(text, "مصر […] غانا") == ["مصر", "غانا"]
    else:
        with pytest.raises(QuoteError):
            evidence(document(text), "مصر […] غانا")


def test_an_omission_that_the_document_prints_itself_is_text() -> None:
    assert places("قال: «وقّعنا […] أمس».", "وقّعنا […] أمس") == ["وقّعنا […] أمس"]


def test_many_short_parts_are_looked_for_quickly() -> None:
    with pytest.raises(QuoteError, match="more than one way"):
        evidence(document("و " * 500), " […] ".join(["و"] * 40))


@pytest.mark.parametrize(
    ("text", "quote", "own"),
    [
        ("وقّعت مصر", "وقعت مصر", "وقّعت مصر"),
        ("تعـــاون رقمي", "تعاون رقمي", "تعـــاون رقمي"),
        ("تعاون  رقمي", "تعاون رقمي", "تعاون  رقمي"),
        ("إطلاق الخدمة", "اطلاق الخدمة", "إطلاق الخدمة"),
        ("رؤساء الهيئات", "روساء الهييات", "رؤساء الهيئات"),
        ("البريد المصرى", "البريد المصري", "البريد المصرى"),
        ("خدمة جديدة", "خدمه جديده", "خدمة جديدة"),
        ("عام ٢٠٢١", "عام 2021", "عام ٢٠٢١"),
        ("بمبلغ 3‐5 ملايين دولار", "بمبلغ 3-5 ملايين دولار", "بمبلغ 3‐5 ملايين دولار"),
        ("مع مملكة التجربة – في مجال", "مع مملكة التجربة - في مجال", "مع مملكة التجربة – في مجال"),
        ("الوزير: “إن مصر تتعاون”", 'الوزير: "إن مصر تتعاون"', "الوزير: “إن مصر تتعاون”"),
        ("الأمن السيبراني”، وأضاف", "الأمن السيبراني”, وأضاف", "الأمن السيبراني”، وأضاف"),
        ("كوت د’يفوار", "كوت د'يفوار", "كوت د’يفوار"),
        ("في الخدمات البر‐\nيدية معا", "في الخدمات البريدية معا", "في الخدمات البر‐\nيدية معا"),
        ("في الخدمات البر\u00ad\nيدية", "في الخدمات البريدية", "في الخدمات البر\u00ad\nيدية"),
    ],
    ids=[
        "diacritic", "tatweel", "spaces", "alef", "hamza", "ya", "ta marbuta", "digits",
        "hyphen", "dash", "quotation marks", "comma", "apostrophe", "divided", "soft hyphen",
    ],
)  # fmt: skip
def test_another_spelling_is_refused_and_shown_the_documents_own(
    text: str, quote: str, own: str
) -> None:
    with pytest.raises(QuoteError) as raised:
        evidence(document(f"قبل {text} بعد"), quote)
    assert raised.value.remedy == Message("copy-spelling", words=own)


def test_the_words_to_copy_are_accepted() -> None:
    """Whatever the hint says to copy is a quote of the document."""
    text = document("قبل وتتعاون في الخدمات البر‐\nيدية: “مصر – العراق”، بمبلغ 3‑5 ملايين بعد")
    with pytest.raises(QuoteError) as raised:
        evidence(text, 'في الخدمات البريدية: "مصر - العراق", بمبلغ 3-5 ملايين')
    remedy = raised.value.remedy
    assert remedy is not None
    words = str(remedy.parts["words"])
    assert [item.quote for item in evidence(text, words)] == [words]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("حضر وفد مصراتة", "مصر"),
        ("درّب 1500 شخص", "درّب 15"),
        ("نمو 3.5 مليون", "نمو 3"),
        ("عددهم 2,500 شخص", "500 شخص"),
        ("وقَّعت مصر", "قَّعت مصر […] ت"),
        ("للسودان", "سودان"),
    ],
)
def test_a_quote_cuts_no_word_and_no_number(text: str, quote: str) -> None:
    with pytest.raises(QuoteError):
        evidence(document(text), quote)


@pytest.mark.parametrize("quote", ["مصر", "بمصر", "وبمصر", "500 شخص"])
def test_what_stands_before_a_word_may_be_left_out(quote: str) -> None:
    assert places("اجتماع وبمصر و500 شخص", quote) == [quote]


def test_context_stands_once_like_a_quote() -> None:
    assert passage(document(TEXT), "مع غانا").start == TEXT.index("مع غانا")
    with pytest.raises(QuoteError):
        passage(document(TEXT), "وقّعت مصر")


@pytest.fixture(scope="module")
def sound() -> Collection:
    """The sound collection, which has a quote in two parts, and context in YAML and in CSV."""
    return read_collection([SOUND])


def test_yaml_and_csv_declare_context(sound: Collection) -> None:
    with_context = [fact for fact in sound.facts if fact.evidence[0].context]
    assert {item.quote for fact in with_context for item in fact.evidence[0].context} == {
        "وقّعت مصر وليتوانيا مذكرة تفاهم",
        "وتبحث مصر اتفاقية جديدة مع العراق",
    }


@pytest.fixture(scope="module")
def store(sound: Collection) -> EmbeddedStore:
    """The sound collection in a store."""
    return EmbeddedStore.in_memory("\n".join(lines_of(sound, [])).encode())


def shown(store: EmbeddedStore, sound: Collection, predicate: str) -> FactRecord:
    """The only fact with that predicate, as explanations show it."""
    (triple,) = {f.triple for f in sound.facts if f.predicate.value == TW + predicate}
    (view,) = facts_of(store, [triple])[triple]
    return view


def test_the_graph_keeps_parts_and_context_apart_from_proof(store: EmbeddedStore) -> None:
    rows = select(
        store,
        """
PREFIX tw: <https://w3id.org/taawun/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
SELECT DISTINCT ?how ?words WHERE { GRAPH <https://w3id.org/taawun/graph/evidence> {
  VALUES ?how { tw:continues tw:context }
  ?evidence ?how ?other . ?other oa:hasSelector/oa:exact ?words } } ORDER BY ?how ?words""",
    )
    assert [(row["how"].value.partition("#")[2], row["words"].value) for row in rows] == [
        ("context", "وتبحث مصر اتفاقية جديدة مع العراق"),
        ("context", "وقّعت مصر وليتوانيا مذكرة تفاهم"),
        ("continues", "وقّعت مصر وليتوانيا"),
    ]


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        ("area", "«وقّعت مصر وليتوانيا […] في مجال الحكومة الرقمية» talks.txt [23:42] [55:78]"),
        ("attendee", "Context, not proof: «وقّعت مصر وليتوانيا مذكرة تفاهم» [23:54]"),
    ],
)
def test_a_card_shows_parts_as_one_quote_and_context_as_no_proof(
    store: EmbeddedStore, sound: Collection, predicate: str, words: str
) -> None:
    out = Console(file=StringIO(), width=100)
    Printer(out, Labels(store), "en").facts([shown(store, sound, predicate)])
    assert words in " ".join(out.file.getvalue().split())


def test_json_marks_a_part_and_adds_context(store: EmbeddedStore, sound: Collection) -> None:
    area, attendee = (fact_json(shown(store, sound, name)) for name in ("area", "attendee"))
    assert [item.get("continues", False) for item in area["evidence"]] == [False, True]
    (quote,) = attendee["evidence"]
    assert quote["context"] == [{"quote": "وقّعت مصر وليتوانيا مذكرة تفاهم", "start": 23, "end": 54}]


def test_evidence_without_parts_or_context_is_as_it_was() -> None:
    (found,) = evidence(document(TEXT), "مذكرة تفاهم")
    assert found == Evidence(document(TEXT), 23, 34)
    assert (found.quote, found.prefix) == ("مذكرة تفاهم", TEXT[:23])
    assert found.suffix == TEXT[34 : 34 + 48]
