"""The bundled facts: every word stands where it is said to stand, and nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from taawun.graph.arabic import fold
from taawun.graph.derive import derive
from taawun.graph.document import Document
from taawun.graph.fact import Fact
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.checks.document_reports import coverage
from taawun.loaders.checks.quotes import LONGEST_QUOTE, locate
from taawun.loaders.collection import Collection
from taawun.loaders.documents import REGISTER
from taawun.loaders.entities import region_lines
from taawun.ontology.namespaces import ID, TW

ENTITY_FILES = sorted((SEEDS / "entities").glob("*.yaml"))
FACT_FILES = sorted((SEEDS / "facts").glob("*.yaml"))

IRAQ_MEMORANDUM = "memorandum-of-understanding/egypt-iraq"


def said(
    collection: Collection,
    *,
    subject: str | None = None,
    predicate: str | None = None,
    object_: str | None = None,
) -> list[Fact]:
    """The facts with the given parts."""
    wanted = (
        (subject, ID, "subject"),
        (predicate, TW, "predicate"),
        (object_, ID, "object"),
    )
    return [
        fact
        for fact in collection.facts
        if all(
            part is None or getattr(fact, name).value == base + part for part, base, name in wanted
        )
    ]


def value(fact: Fact, qualifier: str) -> str | None:
    """A qualifier's value as it is written in the files."""
    term = fact.qualifier(qualifier)
    return None if term is None else term.value.removeprefix(ID).rpartition("/")[2]


# ---- the documents -------------------------------------------------------------------------


def test_the_five_documents_are_there_byte_for_byte(the_collection: Collection) -> None:
    hashes = {document.file: document.sha256 for document in the_collection.documents.values()}
    assert len(hashes) == 5
    for file, digest in hashes.items():
        assert sha256((SEEDS / "documents" / file).read_bytes()).hexdigest() == digest


def test_no_document_is_given_a_date_that_it_does_not_print(the_collection: Collection) -> None:
    assert [d.issued for d in the_collection.documents.values()] == [None] * 5


def test_publisher_and_author_are_printed_in_the_document(the_collection: Collection) -> None:
    printed = [
        (name, document)
        for document in the_collection.documents.values()
        for name in (document.publisher, document.creator)
        if name
    ]
    assert printed
    assert all(name in document.text for name, document in printed)


# ---- the quotes ----------------------------------------------------------------------------


def quotes(collection: Collection) -> Iterator[tuple[Document, int, int, str]]:
    for fact in collection.facts:
        for evidence in fact.evidence:
            yield (
                collection.documents[evidence.document],
                evidence.start,
                evidence.end,
                evidence.quote,
            )


def test_every_quote_is_the_text_at_its_offsets(the_collection: Collection) -> None:
    checked = 0
    for document, start, end, quote in quotes(the_collection):
        assert document.text[start:end] == quote
        checked += 1
    assert checked > 900


def test_no_quote_lies_in_page_furniture(the_collection: Collection) -> None:
    furniture = [span for d in the_collection.documents.values() for span in d.furniture]
    assert furniture
    for document, start, end, quote in quotes(the_collection):
        for span in document.furniture:
            assert end <= span.start or span.end <= start, quote


def test_no_quote_is_longer_than_fair_use_needs(the_collection: Collection) -> None:
    lengths = [len(quote) for *_, quote in quotes(the_collection)]
    assert 0 < max(lengths) <= LONGEST_QUOTE


def test_no_quote_begins_or_ends_with_space(the_collection: Collection) -> None:
    assert [quote for *_, quote in quotes(the_collection) if quote != quote.strip()] == []


def test_every_quote_has_one_gloss_beside_its_first_entry(the_collection: Collection) -> None:
    assert len(the_collection.glosses) == 189
    assert all(fact.evidence[0].gloss for fact in the_collection.facts)
    for path in FACT_FILES:
        entries = yaml.safe_load(path.read_text("utf-8"))["evidence"]
        quotes = [entry["quote"] for entry in entries]
        first = [quote not in quotes[:number] for number, quote in enumerate(quotes)]
        assert [list(entry)[:2] == ["quote", "gloss"] for entry in entries] == first


def test_printed_dates_stand_in_the_document(the_collection: Collection) -> None:
    printed = [
        (words.value, the_collection.documents[fact.evidence[0].document].text)
        for fact in the_collection.facts
        if (words := fact.qualifier("dateText"))
    ]
    assert printed
    assert [words for words, text in printed if words not in text] == []


@pytest.mark.parametrize("path", FACT_FILES, ids=lambda path: path.stem)
def test_every_sentence_is_accounted_for(path: Path, the_collection: Collection) -> None:
    document = the_collection.documents[path.stem]
    found = coverage(document, the_collection.facts)
    assert found.sentences > 3
    assert [sentence.text for sentence in found.open] == []


# ---- the knowledge -------------------------------------------------------------------------


def test_there_are_as_many_facts_as_the_documents_state(the_collection: Collection) -> None:
    assert len({fact.iri for fact in the_collection.facts}) > 900


def test_the_memorandum_with_iraq_is_agreed_in_principle_and_not_signed(
    the_collection: Collection,
) -> None:
    stages = said(the_collection, subject=IRAQ_MEMORANDUM, predicate="stage")
    assert {fact.object.value for fact in stages} == {ID + "stage/agreed-in-principle"}
    assert said(the_collection, subject=IRAQ_MEMORANDUM, predicate="signatory") == []
    parties = said(the_collection, subject=IRAQ_MEMORANDUM, predicate="party")
    assert {fact.object.value for fact in parties} >= {ID + "country/egypt", ID + "country/iraq"}


def test_no_agreement_has_a_date_of_signing(the_collection: Collection) -> None:
    assert said(the_collection, predicate="signatory")
    assert said(the_collection, predicate="signedOn") == []


def test_egypt_and_six_countries_signed_postal_agreements(the_collection: Collection) -> None:
    signatories: dict[str, set[str]] = {}
    for fact in said(the_collection, predicate="signatory"):
        other = fact.object.value.removeprefix(ID + "country/")
        signatories.setdefault(fact.subject.value, set()).add(other)
    assert len(signatories) == 6
    assert all("egypt" in pair and len(pair) == 2 for pair in signatories.values())
    assert set().union(*signatories.values()) == {
        "egypt", "nigeria", "cote-divoire", "libya", "sudan", "equatorial-guinea", "guinea",
    }  # fmt: skip


def test_lithuania_has_talks_and_is_party_to_no_agreement(the_collection: Collection) -> None:
    lithuania = "country/lithuania"
    derived = derive(the_collection.facts, the_collection.schema, the_collection.classes)
    triples = {tuple(term.strip("<>") for term in item.terms) for item in derived}
    triples |= {
        (fact.subject.value, fact.predicate.value, fact.object.value)
        for fact in the_collection.facts
    }
    classes = the_collection.classes
    agreements = {iri for iri, kinds in classes.items() if TW + "Agreement" in kinds}
    assert len(agreements) > 6
    assert any(
        TW + "Event" in classes[subject]
        for subject, predicate, object_ in triples
        if predicate == TW + "party" and object_ == ID + lithuania
    )
    assert not [t for t in triples if t[0] in agreements and t[2] == ID + lithuania]
    assert not [t for t in triples if t[2] in agreements and t[0] == ID + lithuania]


def test_every_reported_fact_says_who_states_it(the_collection: Collection) -> None:
    reported = [f for f in the_collection.facts if value(f, "modality") == "reported"]
    assert len(reported) > 50
    assert [f.iri for f in reported if not value(f, "statedBy")] == []


def test_every_inferred_fact_says_why(the_collection: Collection) -> None:
    inferred = [f for f in the_collection.facts if value(f, "modality") == "inferred"]
    assert len(inferred) > 50
    assert [f.iri for f in inferred if not value(f, "note")] == []


def test_possible_sameness_is_only_ever_inferred(the_collection: Collection) -> None:
    possible = said(the_collection, predicate="possiblySameAs")
    assert possible
    assert {value(fact, "modality") for fact in possible} == {"inferred"}


def test_last_february_has_no_year(the_collection: Collection) -> None:
    held = [
        fact.object.value
        for fact in said(the_collection, predicate="heldOn")
        if fact.subject.value.startswith(ID + "conference/")
    ]
    assert held
    assert all(date.startswith("XXXX-02") and "20" not in date for date in held)


def test_no_date_has_a_year_that_its_document_does_not_print(the_collection: Collection) -> None:
    dates = [
        (term.value, the_collection.documents[fact.evidence[0].document])
        for fact in the_collection.facts
        for term in (fact.qualifier("when"), dated(fact, the_collection))
        if term is not None
    ]
    assert dates
    western = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
    for date, document in dates:
        for part in date.split("/"):
            year = part[:4]
            assert year == "XXXX" or year in document.text.translate(western), (date, document.slug)


def dated(fact: Fact, collection: Collection):
    """The object of a fact that dates something."""
    item = collection.schema.properties[fact.predicate.value.removeprefix(TW)]
    return fact.object if TW + "date" in item.supers else None


def test_the_ambassador_to_lithuania_does_not_reside_there(the_collection: Collection) -> None:
    (resident,) = {fact.object.value for fact in said(the_collection, predicate="resident")}
    assert resident == "false"
    (fact,) = said(the_collection, predicate="resident")
    hosts = said(the_collection, subject=fact.subject.value[len(ID) :], predicate="accreditedTo")
    assert ID + "country/lithuania" in {host.object.value for host in hosts}


def test_nothing_is_said_to_be_the_same_thing(the_collection: Collection) -> None:
    predicates = {fact.predicate.value for fact in the_collection.facts}
    assert not any(predicate.endswith("#sameAs") for predicate in predicates)
    for entity in the_collection.entities.values():
        assert not any(name.endswith("#sameAs") for name, _ in entity.attributes)


def test_every_registered_entity_is_spoken_of(the_collection: Collection) -> None:
    spoken = {ID + ref for ref in the_collection.schema.concepts}
    for fact in the_collection.facts:
        spoken.update((fact.subject.value, fact.object.value))
        spoken.update(term.value for _, term in fact.qualifiers)
    # Regions are definitions: of each there must be a country that is spoken of.
    for line in region_lines(the_collection.entities.values()):
        country, _, region = line.split()[:3]
        if country[1:-1] in spoken:
            spoken.add(region[1:-1])
    assert [e.ref for e in the_collection.entities.values() if e.iri not in spoken] == []


# ---- names in both languages ----------------------------------------------------------------

#: How labels name the countries and regions that have sides, in English and in folded Arabic.
SIDES = {
    "Africa": "فريق",
    "Denmark": "دنمارك",
    "Egypt": "مصر",
    "Europe": "اوروب",
    "Iraq": "عراق",
    "Lithuania": "ليتوان",
}


def test_both_labels_name_the_same_countries_and_numbers(the_collection: Collection) -> None:
    entities = the_collection.entities
    assert sum("Egypt" in entity.en for entity in entities.values()) > 80
    differ = {
        ref: (entity.en, entity.ar)
        for ref, entity in entities.items()
        if [name in entity.en for name in SIDES]
        != [stem in fold(entity.ar) for stem in SIDES.values()]
        or re.findall(r"\d+", entity.en) != re.findall(r"\d+", entity.ar)
    }
    assert differ == {}


# ---- normal form ---------------------------------------------------------------------------


def show_cure(path: Path, text: str, cured: str) -> None:
    """Fail with the difference to the normal form; ``patch -p1`` applies it."""
    name = path.relative_to(SEEDS.parent)
    difference = "".join(
        unified_diff(
            text.splitlines(keepends=True),
            cured.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )
    )
    if difference:
        pytest.fail(f"{name} is not in normal form; the cure, for patch -p1:\n{difference}", False)


def test_there_are_files() -> None:
    assert len(ENTITY_FILES) > 20
    assert len(FACT_FILES) == 5


@pytest.mark.parametrize("path", ENTITY_FILES, ids=lambda path: path.stem)
def test_an_entity_file_has_one_entity_a_line_sorted_by_reference(path: Path) -> None:
    text = path.read_text("utf-8")
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    entities = {}
    for key, node in root.value:
        words = text[node.start_mark.index : node.end_mark.index]
        assert node.flow_style, f"{key.value}: write {{ar: …, en: …}}"
        assert key.value.partition("/")[0] == path.stem, f"{key.value} belongs in another file"
        entities[key.value] = " ".join(words.split())
    show_cure(path, text, "".join(f"{ref}: {entities[ref]}\n" for ref in sorted(entities)))


@pytest.mark.parametrize("path", FACT_FILES, ids=lambda path: path.stem)
def test_a_fact_file_follows_its_document(path: Path, the_collection: Collection) -> None:
    text = path.read_text("utf-8")
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    fields = {key.value: node for key, node in root.value}
    document = the_collection.documents[fields["document"].value]
    assert document.slug == path.stem
    lines = text.splitlines(keepends=True)
    starts = [node.start_mark.line for node in fields["evidence"].value]
    assert len(starts) > 10
    blocks = []
    for node, begin, end in zip(
        fields["evidence"].value, starts, [*starts[1:], len(lines)], strict=True
    ):
        entry = {key.value: value.value for key, value in node.value}
        position = locate(
            document.text, entry["quote"], entry.get("prefix", ""), entry.get("suffix", "")
        )
        blocks.append((position, "".join(lines[begin:end])))
    in_order = sorted(blocks, key=lambda block: block[0])
    show_cure(path, text, "".join([*lines[: starts[0]], *(words for _, words in in_order)]))


def test_the_register_has_the_documents_in_the_order_of_their_files(
    the_collection: Collection,
) -> None:
    files = [document.file for document in the_collection.documents.values()]
    assert files == sorted(files), f"sort {REGISTER} by file"


@pytest.mark.parametrize(
    "path",
    [*ENTITY_FILES, *FACT_FILES, SEEDS / "documents" / REGISTER],
    ids=lambda path: str(path.relative_to(SEEDS)),
)
def test_a_file_has_no_tabs_no_trailing_spaces_and_one_last_line_break(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert "\t" not in text
    assert "\r" not in text
    lines = text.split("\n")
    assert lines.pop() == ""
    assert [number for number, line in enumerate(lines, 1) if line != line.rstrip()] == []
    assert lines[-1]


# ---- titles of people ----------------------------------


def test_a_title_is_a_fact_and_no_note_of_the_register(the_collection: Collection) -> None:
    titled = {
        (fact.subject.value.removeprefix(ID), fact.object.value.rpartition("/")[2])
        for fact in said(the_collection, predicate="honorific")
    }
    assert titled == {
        ("official/ahmed-tantawy", "doctor"), ("official/amr-talaat", "doctor"),
        ("official/el-sisi", "president"), ("official/hazem-nabil", "engineer"),
        ("official/karim-sherif", "ambassador"), ("official/khaled-el-attar", "engineer"),
        ("official/luay-amin", "engineer"), ("official/marius-skodis", "doctor"),
        ("official/marius-skodis", "mr"), ("official/rumlada-strajin", "ms"),
    }  # fmt: skip
    people = (SEEDS / "entities" / "official.yaml").read_text("utf-8")
    assert "Printed with the title" not in people
    # «السيد عزوز»: a first name or a title; the text does not settle it.
    assert not said(the_collection, subject="official/azouz", predicate="honorific")
