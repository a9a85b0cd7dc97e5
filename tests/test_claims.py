"""Claims: a true quote under a false fact is found, and an honest one is left alone.

``collections/doubtful/NAME`` holds a fact file that is added to the sound collection, and
``expected.txt``: the place and the code of each fault and warning and, indented, its texts.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.checks import check_claims, check_glosses
from taawun.graph.arabic import fold
from taawun.graph.document import Document
from taawun.graph.entity import Alias, Entity
from taawun.graph.fact import Fact
from taawun.graph.store import EmbeddedStore, select
from taawun.loaders.builds.build import lines_of
from taawun.loaders.builds.cache import Build
from taawun.loaders.checks.claims import Claims
from taawun.loaders.checks.quotes import evidence, passage
from taawun.loaders.collection import Collection, read_collection
from taawun.messages.fault import Place
from taawun.ontology.namespaces import ID, TW, XSD
from taawun.ontology.schema import Schema

COLLECTIONS = Path(__file__).parent / "collections"
DOUBTFUL = sorted((COLLECTIONS / "doubtful").iterdir())
SCHEMA = Schema.load()
INFERRED = ox.NamedNode(ID + "modality/inferred")


def entity(ref: str, ar: str, en: str, *aliases: Alias) -> Entity:
    kind = SCHEMA.classes[ref.partition("/")[0]]
    return Entity(ref, ar, en, (kind,), aliases, kinds=SCHEMA.kinds((kind,)))


ENTITIES = {
    item.ref: item
    for item in (
        entity("country/egypt", "مصر", "Egypt"),
        entity("country/nigeria", "نيجيريا", "Nigeria"),
        entity("country/sudan", "السودان", "Sudan"),
        entity("country/lithuania", "ليتوانيا", "Lithuania"),
        entity("agreement/postal-nigeria", "اتفاقية مصر ونيجيريا البريدية", "Postal agreement"),
        entity("agreement/postal-sudan", "اتفاقية مصر والسودان البريدية", "Another agreement"),
        entity("meeting/talks", "مباحثات مصرية ليتوانية", "Talks"),
        entity("group/decision-makers", "صناع القرار في الدولة", "Decision makers"),
        entity("official/amr-talaat", "عمرو طلعت", "Amr Talaat"),
        entity("official/other", "طلعت حرب", "Talaat Harb", Alias("طلعت", ("other",))),
        entity("figure/homes", "عدد المنازل", "Homes"),
    )
}


@pytest.mark.parametrize("case", DOUBTFUL, ids=lambda path: path.name)
def test_a_doubtful_fact_is_told_with_its_place_and_remedy(case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sound"
    shutil.copytree(COLLECTIONS / "sound", folder)
    shutil.copytree(case, folder, dirs_exist_ok=True)
    places: list[Place] = []
    collection = read_collection([folder], lambda _name, _fact, v: places.append(v.place))
    checked = check_claims(collection, places)
    assert checked.performed == len(collection.facts)
    both = checked, check_glosses(collection)
    told = [("fault", item) for check in both for item in check.faults]
    told += [("warning", item) for check in both for item in check.warnings]
    mine = [(kind, item) for kind, item in told if "doubtful" in item.place.file]
    told_lines = [
        line
        for kind, item in mine
        for line in (
            f"{kind} {item.place}: {item.code}",
            f"    {item.message}",
            f"    {item.remedy}",
        )
    ]
    assert told_lines == (case / "expected.txt").read_text("utf-8").splitlines()


def claims(text: str, *facts: Fact) -> Claims:
    document = Document("talks", "talks.txt", "0" * 64, text, "مباحثات", "Talks")
    return Claims(Collection(SCHEMA, {"talks": document}, ENTITIES, facts))


def fact(
    text: str,
    quote: str,
    subject: str,
    predicate: str,
    object_: str | ox.Literal,
    context: str = "",
) -> Fact:
    document = Document("talks", "talks.txt", "0" * 64, text, "مباحثات", "Talks")
    around = (passage(document, context),) if context else ()
    target = ox.NamedNode(ID + object_) if isinstance(object_, str) else object_
    return Fact(
        ox.NamedNode(ID + subject),
        ox.NamedNode(TW + predicate),
        target,
        (("modality", ox.NamedNode(ID + "modality/asserted")),),
        evidence(document, quote, context=around),
    )


def unsaid(text: str, *parts: str | ox.Literal, quote: str = "", context: str = "") -> list[str]:
    subject, predicate, object_ = parts
    assert isinstance(subject, str)
    assert isinstance(predicate, str)
    said = fact(text, quote or text, subject, predicate, object_, context)
    return [part.value.removeprefix(ID) for part in claims(text, said).unsaid(said)]


SIGNED = "وقّعت مصر ونيجيريا اتفاقية بريدية"


def test_a_quote_that_names_all_leaves_nothing_unsaid() -> None:
    assert unsaid(SIGNED, "agreement/postal-nigeria", "signatory", "country/nigeria") == []


def test_another_country_under_the_same_quote_is_found() -> None:
    assert unsaid(SIGNED, "agreement/postal-nigeria", "signatory", "country/sudan") == [
        "country/sudan"
    ]


def test_an_unnamed_agreement_needs_the_word_for_its_kind_and_the_parties_of_its_label() -> None:
    assert unsaid(SIGNED, "agreement/postal-sudan", "signatory", "country/egypt") == [
        "agreement/postal-sudan"
    ]
    assert unsaid("التقت مصر ونيجيريا", "agreement/postal-nigeria", "party", "country/egypt") == [
        "agreement/postal-nigeria"
    ]


@pytest.mark.parametrize("quote", ["جنوب السودان ومصر", "السودان ومصر"])
def test_south_sudan_is_not_the_sudan_even_where_the_quote_leaves_the_south_out(quote: str) -> None:
    text = "اتفقت جنوب السودان ومصر"
    assert unsaid(text, "country/sudan", "relationsWith", "country/egypt", quote=quote) == [
        "country/sudan"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "تعاون بين مصر والسودان",
        "تعاون مصري سوداني",
        "التَّعاون المصرى مع السـودان",
        "تعاون للسودان وبمصر",
    ],
    ids=["clitics", "adjectives", "spelling", "articles"],
)
def test_a_country_is_named_in_any_form(text: str) -> None:
    assert unsaid(text, "country/sudan", "relationsWith", "country/egypt") == []


def test_a_part_of_a_word_is_no_name() -> None:
    assert unsaid("مصراتة والسودان", "country/sudan", "relationsWith", "country/egypt") == [
        "country/egypt"
    ]


def test_a_name_of_another_document_names_nothing_here() -> None:
    assert unsaid("حضر طلعت من مصر", "official/other", "belongsToCountry", "country/egypt") == [
        "official/other"
    ]


def test_the_words_of_two_people_make_no_third() -> None:
    text = "حضر عمرو موسى وأحمد طلعت من مصر"
    assert unsaid(text, "official/amr-talaat", "belongsToCountry", "country/egypt") == [
        "official/amr-talaat"
    ]


def test_what_is_described_is_named_by_its_words_in_any_order() -> None:
    text = "قرار صناعه بالدولة المصرية"
    assert unsaid(text, "group/decision-makers", "belongsToCountry", "country/egypt") == []


def test_context_names_what_the_quote_calls_the_two_countries() -> None:
    text = "بدأت مباحثات مصرية ليتوانية. واتفق البلدان على البريد"
    parts = ("meeting/talks", "party", "country/lithuania")
    quote = "واتفق البلدان على البريد"
    assert unsaid(text, *parts, quote=quote) == ["meeting/talks", "country/lithuania"]
    assert unsaid(text, *parts, quote=quote, context="مباحثات مصرية ليتوانية") == []


def number(value: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + "decimal"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("نحو ٣.٥ مليون منزل", "3500000"),
        ("ثلاثة منازل", "3"),
        ("4,500 منزل", "4500"),
    ],
)
def test_a_number_is_said_in_digits_or_in_words(text: str, value: str) -> None:
    assert unsaid(text, "figure/homes", "value", number(value)) == []
    assert unsaid(text, "figure/homes", "value", number(str(Decimal(value) + 1))) == [
        "figure/homes",
        str(Decimal(value) + 1),
    ]


def test_a_figure_is_named_by_its_own_value_only() -> None:
    text = "نحو ٣.٥ مليون منزل في مصر"
    value = fact(text, text, "figure/homes", "value", number("3500000"))
    about = fact(text, text, "figure/homes", "figureOf", "country/egypt")
    assert claims(text, value, about).unsaid(about) == ()
    other = fact(text, text, "figure/homes", "value", number("7"))
    assert claims(text, other, about).unsaid(about) == (about.subject,)


@pytest.mark.parametrize(("date", "left"), [("XXXX-02", []), ("XXXX-03", ["XXXX-03"])])
def test_a_date_is_said_as_printed(date: str, left: list[str]) -> None:
    text = "عقدت مباحثات مصرية ليتوانية في فبراير"
    assert unsaid(text, "meeting/talks", "heldOn", ox.Literal(date)) == left


def test_a_dateline_given_as_context_completes_a_date() -> None:
    text = "القاهرة في 20 مارس 2023. عقدت مباحثات مصرية ليتوانية في 26 مارس الجاري"
    parts = ("meeting/talks", "heldOn", ox.Literal("2023-03-26"))
    quote = "عقدت مباحثات مصرية ليتوانية في 26 مارس الجاري"
    assert unsaid(text, *parts, quote=quote) == ["2023-03-26"]
    assert unsaid(text, *parts, quote=quote, context="القاهرة في 20 مارس 2023") == []


@pytest.mark.parametrize(("duration", "left"), [("P2D", []), ("P3D", ["P3D"])])
def test_a_span_of_days_says_how_long_it_lasts(duration: str, left: list[str]) -> None:
    text = "عقدت مباحثات مصرية ليتوانية يومي 8 و9 فبراير"
    assert unsaid(text, "meeting/talks", "duration", ox.Literal(duration)) == left


@pytest.mark.parametrize(
    ("text", "quote", "value"),
    [("درّب ٣.٥ مليون شخص", "درّب ٣.٥", "3.5"), ("درّب مليون و500 ألف", "و500 ألف", "500000")],
)
def test_a_part_of_a_number_is_not_that_number(text: str, quote: str, value: str) -> None:
    assert value in unsaid(text, "figure/homes", "value", number(value), quote=quote)


def test_when_a_fact_holds_is_said_too() -> None:
    text = "تعاون بين مصر والسودان عام 2021"
    said = fact(text, text, "country/sudan", "relationsWith", "country/egypt")
    for when, left in (("2021", ()), ("2022", (ox.Literal("2022"),))):
        dated = replace(said, qualifiers=(*said.qualifiers, ("when", ox.Literal(when))))
        assert claims(text, dated).unsaid(dated) == left


@pytest.mark.parametrize("qualifier", ["statedBy", "onBehalfOf"])
@pytest.mark.parametrize(
    ("text", "context", "speaker", "is_named"),
    [
        ("قال عمرو طلعت إن QUOTE", "", "official/amr-talaat", True),
        ("وصل عمرو طلعت. وزار المتحف. وقال إن QUOTE", "", "official/amr-talaat", True),
        ("أكد الجانب النيجيري أن QUOTE", "", "country/nigeria", True),
        ("جنوب السودان: QUOTE", "", "country/sudan", False),
        ("قال عمرو طلعت إن QUOTE", "", "official/other", False),
        ("قال الوزير إن QUOTE. وغادر عمرو طلعت", "", "official/amr-talaat", False),
        ("QUOTE. قاله عمرو طلعت", "قاله عمرو طلعت", "official/amr-talaat", True),
    ],
    ids=["before", "further up", "adjective", "South", "another", "only after", "context"],
)
def test_who_says_it_is_named_in_the_quote_its_context_or_before(
    qualifier: str, text: str, context: str, speaker: str, is_named: bool
) -> None:
    text = text.replace("QUOTE", SIGNED)
    said = fact(text, SIGNED, "agreement/postal-nigeria", "signatory", "country/egypt", context)
    who = ox.NamedNode(ID + speaker)
    said = replace(said, qualifiers=(*said.qualifiers, (qualifier, who)))
    assert claims(text, said).unnamed_speakers(said) == (() if is_named else (who,))
    assert claims(text, said).unsaid(said) == (), "the quote itself is complete"


def test_every_speaker_of_the_bundled_collection_is_introduced(the_collection: Collection) -> None:
    found = Claims(the_collection)
    said = [item for item in the_collection.facts if item.qualifier("statedBy")]
    assert len(said) > 220
    assert not any(map(found.unnamed_speakers, the_collection.facts))


def test_the_words_shown_for_a_statement_name_who_makes_it(the_collection: Collection) -> None:
    """A reader of a reported fact must see in its quote or context whose words they are."""
    names = {
        entity.iri: {
            fold(n)
            for name in [entity.ar, *(a.name for a in entity.aliases)]
            for n in (name, name.split()[-1])
        }
        for entity in the_collection.entities.values()
    }
    silent = []
    for fact in the_collection.facts:
        speaker = fact.qualifier("statedBy")
        if speaker is None:
            continue
        shown = fold(" ".join(p.quote for e in fact.evidence for p in (e, *e.context)))
        if not any(name in shown for name in names[speaker.value] if len(name) > 3):
            silent.append(fact.iri)
    assert silent == []


@pytest.mark.parametrize(
    ("text", "left"),
    [(SIGNED, []), ("تبحث مصر ونيجيريا اتفاقية", ["stage/signed"])],
    ids=["signed", "talked about"],
)
def test_a_stage_needs_one_of_its_cues(text: str, left: list[str]) -> None:
    assert unsaid(text, "agreement/postal-nigeria", "stage", "stage/signed") == left


def test_the_mark_stands_in_the_graph_at_the_evidence_and_nowhere_else() -> None:
    text = SIGNED
    honest = fact(text, text, "agreement/postal-nigeria", "signatory", "country/nigeria")
    false = fact(text, text, "agreement/postal-nigeria", "signatory", "country/sudan")
    document = Document("talks", "talks.txt", "0" * 64, text, "مباحثات", "Talks")
    collection = Collection(SCHEMA, {"talks": document}, ENTITIES, (honest, false))
    store = EmbeddedStore.in_memory("\n".join(lines_of(collection, [])).encode())
    rows = select(
        store,
        f"SELECT ?fact ?part WHERE {{ GRAPH ?g {{ ?fact <{TW}evidence> ?e . "
        f"?e <{TW}doesNotName> ?part }} }}",
    )
    assert [(row["fact"].value, row["part"].value) for row in rows] == [
        (false.iri, ID + "country/sudan")
    ]


def test_only_inferred_facts_of_the_bundled_collection_say_more_than_their_quotes(
    the_collection: Collection,
) -> None:
    found = Claims(the_collection)
    marked = [item for item in the_collection.facts if found.unsaid(item)]
    assert len(the_collection.facts) > 1300
    assert 40 < len(marked) < 70
    assert {item.qualifier("modality") for item in marked} == {INFERRED}
    assert all(item.qualifier("note") for item in marked)


def test_the_build_marks_what_the_check_finds(the_build: Build, the_collection: Collection) -> None:
    (row,) = select(
        the_build.store(),
        f"SELECT (COUNT(*) AS ?count) WHERE {{ GRAPH ?g {{ "
        f"?e <{TW}doesNotName>|<{TW}doesNotSay> ?part }} }}",
    )
    assert int(row["count"].value) == len(set(Claims(the_collection).lines())) > 50


def test_the_docs_say_how_many_statements_are_named_in_full(the_collection: Collection) -> None:
    claims = Claims(the_collection)
    left = [fact for fact in the_collection.facts if claims.unsaid(fact)]
    assert {fact.qualifier("modality") for fact in left} == {INFERRED}
    total = len(the_collection.facts)
    words = (Path(__file__).parent.parent / "docs" / "checks.md").read_text("utf-8")
    assert f"Of the {total:,} statements of the bundled collection, {total - len(left):,}" in words
    assert f"The other {len(left)} are inferred and marked" in words


def test_an_inferred_fact_is_a_curators_reading_and_has_no_speaker(
    the_collection: Collection,
) -> None:
    """The words of a speaker make a reported fact; a reading of them is no one's words."""
    inferred = [f for f in the_collection.facts if f.qualifier("modality") == INFERRED]
    assert len(inferred) > 200
    assert [f for f in inferred if f.qualifier("statedBy")] == []
