"""What Arabic readers are told: faults, errors and results, and which way each line runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from in_place import put_in_place

from taawun.graph.errors import told
from taawun.messages.fault import Fault, Place
from taawun.messages.message import LANGUAGES, has_words

ROOT = Path(__file__).parent.parent
RLM, LRM = "\u200f", "\u200e"
#: A collection with typical faults, and what is told of them: < stands for a right-to-left mark,
#: | for a left-to-right one.
DOSSIER = Path(__file__).parent / "arabic" / "dossier"
TOLD = Path(__file__).parent / "arabic" / "told.txt"


def test_a_broken_collection_is_told_in_arabic(run, tmp_path: Path) -> None:
    cache = {"TAAWUN_CACHE": str(tmp_path / "cache")}
    done = run("build", "--collection", str(DOSSIER), "--lang", "ar", env=cache)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.replace(RLM, "<").replace(LRM, "|") == TOLD.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "Irak"), "لم يُعثر على كيان باسم «Irak»"),
        (("sparql", "SELECT"), "الاستعلام ليس SPARQL سليمًا: error at 1:7"),
        (("ask", "agreement-signatories", "-p", "x"), f":{RLM} «x» ليس مُعاملًا"),
        (("sparql", "--endpoint", "ftp://x", "ASK {}"), f"يبدأ بـ http://{LRM} أو https://{LRM}"),
        (("diff", "nosuch"), f"فاذكر مجموعتها بالخيار {LRM}--collection DIR"),
        (("suggest", "nosuch.txt"), f"\n{RLM}    ← المعروف: african-cooperation،{RLM} "),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_an_error_of_a_command_is_told_in_arabic(run, arguments: tuple[str], said: str) -> None:
    done = run(*arguments, "--lang", "ar")
    assert done.exit_code == 2
    assert said in done.stderr


def test_words_of_a_document_are_told_as_they_are() -> None:
    """They may read like a sentence of ours, and are copied: nothing changes a letter of them."""
    quote = "“is empty” (G2G) {name} و--x"
    fault = Fault.at(Place("a"), "quote-not-in-document", quote=quote)
    assert f"«{quote}»" in told(fault, "ar")
    assert f"“{quote}”" in told(fault, "en")


def test_every_check_is_named_in_both_languages() -> None:
    listed = (ROOT / "docs" / "checks.md").read_text("utf-8").partition("\n## ")[0]
    names = {*re.findall(r"^\| ([^|]+?) \|", listed, re.MULTILINE)} - {"check"}
    assert len(names) > 20
    codes = {"check-" + re.sub("[^a-z]+", "-", name.casefold()).strip("-") for name in names}
    assert [(c, lang) for c in codes for lang in LANGUAGES if not has_words(c, lang)] == []


@pytest.mark.slow
def test_build_and_check_speak_arabic_and_programs_read_keys(
    run, example: Path, empty: Path
) -> None:
    built = run("build", "--lang", "ar").stdout
    # The counted noun follows its number: one, two, three to ten, from eleven on.
    assert re.search(r"لم يتغير شيء: 5 وثائق، \d+ كيان(ًا)?، \d+ حقيقة، ", built)
    shown = run("check", "--stats", "--lang", "ar", "--format", "table").stdout
    assert "الأرقام بين الوثائق" in shown
    assert "الوثيقة egypt-iraq-talks: 23 جملة؛ المقتبس منها 18، " in shown
    assert not re.search(r"\b(check|performed|sentences|facts)\b", shown)
    with put_in_place(empty):
        told = run("check", "--lang", "ar", "--collection", str(example)).stdout
    assert told.startswith("check,performed,passed,failed,skipped\n")
