"""A fact put into a fact file: where it belongs, and every other byte as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from taawun.graph.errors import OutputError, QuoteError
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.checks.quotes import spans
from taawun.loaders.editing.insert_entry import QUOTE, with_facts
from taawun.loaders.files.yaml_text import LOADER, data_of

TEXT = "وقعت مصر. حضر الوزير. وتبحث مصر اتفاقية مع العراق."
FACT = {"subject": "country/egypt", "predicate": "area", "object": "area/postal-services"}
LINE = "[country/egypt, area, area/postal-services]"
FILES = sorted((SEEDS / "facts").glob("*.yaml"))


def place_in(text):
    def place(entry):
        try:
            return spans(text, *(entry.get(key, "") for key in ("quote", "prefix", "suffix")))
        except QuoteError:
            return None

    return place


def added(text, quote="حضر الوزير", **said):
    return with_facts(text, "talks", {"quote": quote}, [{**FACT, **said}], place_in(TEXT))


NEW = f"""\
document: talks
evidence:
  - quote: حضر الوزير
    facts:
      - {LINE}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", NEW, id="nothing"),
        pytest.param("# mine\n\n", f"# mine\n\n{NEW}", id="comments"),
        pytest.param("# mine", f"# mine\n{NEW}", id="comment-without-line-end"),
        pytest.param("document: talks\nevidence: []\n", NEW, id="empty-list"),
        pytest.param(
            "document: talks\nevidence: []  # none\n",
            NEW.replace("evidence:", "evidence:  # none"),
            id="empty-list-with-a-comment",
        ),
        pytest.param(
            "document: talks\nevidence:\n- quote: حضر الوزير # why\n  facts:\n  - [a, b, c] # x\n",
            "document: talks\nevidence:\n- quote: حضر الوزير # why\n  facts:\n  - [a, b, c] # x\n"
            f"  - {LINE}\n",
            id="under-the-same-quote",
        ),
        pytest.param(
            "evidence:\n  - facts: [[a, b, c],  ]\n    quote: حضر الوزير\ndocument: talks",
            f"evidence:\n  - facts: [[a, b, c], {LINE},  ]\n    quote: حضر الوزير\ndocument: talks",
            id="facts-in-one-line",
        ),
        pytest.param(
            "document: talks\nevidence:\n  - quote: حضر الوزير\n    facts:\n      # - [a, b, c]\n",
            "document: talks\nevidence:\n  - quote: حضر الوزير\n    facts:\n"
            f"      - {LINE}\n      # - [a, b, c]\n",
            id="facts-still-comments",
        ),
        pytest.param(
            "document: talks\nevidence:\n  - quote: وقعت مصر\n    facts:\n      # - [a, b, c]\n"
            "\n  # of the second\n  - quote: وتبحث مصر\n    facts: [[d, e, f]]\n# end\n",
            "document: talks\nevidence:\n  - quote: وقعت مصر\n    facts:\n      # - [a, b, c]\n"
            f"  - quote: حضر الوزير\n    facts:\n      - {LINE}\n"
            "\n  # of the second\n  - quote: وتبحث مصر\n    facts: [[d, e, f]]\n# end\n",
            id="in-the-order-of-the-document",
        ),
        pytest.param(
            "document: talks\nevidence:\n  # of the second\n  - quote: وتبحث مصر\n"
            "    facts: [[d, e, f]]\n",
            f"document: talks\nevidence:\n  - quote: حضر الوزير\n    facts:\n      - {LINE}\n"
            "  # of the second\n  - quote: وتبحث مصر\n    facts: [[d, e, f]]\n",
            id="first",
        ),
        pytest.param(
            "document: talks\nevidence:\n  - quote: حضر الوزير\n    facts:\n"
            "      - subject: a\n        note: |\n          one\n          two\n\n\n# end\n",
            "document: talks\nevidence:\n  - quote: حضر الوزير\n    facts:\n"
            "      - subject: a\n        note: |\n          one\n          two\n"
            f"      - {LINE}\n\n\n# end\n",
            id="after-a-block-of-text",
        ),
    ],
)  # fmt: skip
def test_a_fact_is_put_where_it_belongs(before, after):
    assert added(before) == after
    windows = added(before.replace("\n", "\r\n"))
    if before.count("\n"):
        assert windows == after.replace("\n", "\r\n")


def test_what_an_entry_says_of_all_its_facts_is_said_anew_or_makes_another_entry():
    shared = "document: talks\nevidence:\n  - quote: حضر الوزير\n    modality: planned\n"
    shared += "    facts:\n      - [a, b, c]\n"
    own = shared + f"      - {{{', '.join(f'{k}: {v}' for k, v in FACT.items())}, "
    assert added(shared) == f"{own}modality: asserted}}\n"
    assert added(shared, modality="expected") == f"{own}modality: expected}}\n"
    noted = shared.replace("modality: planned", "note: all of them")
    assert added(noted) == noted + NEW.partition("evidence:\n")[2]


def test_qualifiers_come_in_one_order_and_are_quoted_where_they_must_be():
    text = added("", noteAr="ملاحظة: هنا", when="2024", modality="inferred", note="read, so")
    assert 'object: area/postal-services, modality: inferred, when: "2024", ' in text
    assert 'note: "read, so", noteAr: "ملاحظة: هنا"}' in text


@pytest.mark.parametrize(
    "text",
    [
        "{document: talks, evidence: []}\n",
        "{document: talks, evidence: [{quote: وقعت مصر, facts: [[a, b, c]]}]}",
        "document: talks\nevidence:\n",
    ],
)
def test_a_file_that_cannot_be_added_to_safely_is_left_with_the_entry_to_add(text):
    with pytest.raises(OutputError, match="nothing was written") as raised:
        added(text)
    assert raised.value.message.code == "fact-not-insertable"
    assert LINE in str(raised.value)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_fact_of_ours_taken_out_goes_back_to_the_byte(path: Path, the_collection):
    text = path.read_bytes().decode()
    lines = text.splitlines(keepends=True)
    place = place_in(the_collection.documents[path.stem].text)
    tried = 0
    entries = data_of(yaml.compose(text, Loader=LOADER))["evidence"]
    places = [place(entry) for entry in entries]
    for entry in entries:
        if entry.keys() - {*QUOTE, "facts"} or places.count(place(entry)) > 1:
            continue
        fact = entry["facts"][-1]
        if isinstance(fact, list):
            fact = dict(zip(FACT, fact, strict=True))
        alone = with_facts("", path.stem, entry, [fact], place).splitlines(keepends=True)[2:]
        block = alone[-1:] if len(entry["facts"]) > 1 else alone
        begin = next(n for n in range(len(lines)) if lines[n : n + len(alone) - 1] == alone[:-1])
        at = begin + len(alone) - 2 + len(entry["facts"]) if len(block) == 1 else begin
        assert lines[at : at + len(block)] == block
        rest = "".join(lines[:at] + lines[at + len(block) :])
        assert with_facts(rest, path.stem, entry, [fact], place) == text
        tried += 1
    assert tried
