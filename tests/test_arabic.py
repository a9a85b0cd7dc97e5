"""Faults and errors in Arabic: every sentence of the code has its Arabic, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from code_sentences import ROOT, Sentences
from taawun.graph.errors import Fault, Place
from taawun.sentences.arabic import TABLES, arabic_of, sentences
from taawun.sentences.telling import told
from taawun.words import WORDS

#: The server answers programs, in English, with what HTTP says; its start is the command's.
LEFT_OUT = ("benchmarks", "build", "docs", "sentences", "server", "tests", ".venv")
BUT = ROOT / "server" / "running.py"
#: What an argument may be that says nothing by itself: the sentence is made elsewhere.
HANDED_ON = {
    "error.problem or 'unknown'", "error.remedy", "finding.message", "finding.remedy",
    "found.message", "found.remedy", "item.message_ar", "item.message_en", "message", "name",
    "remedy", "say('no endpoint', settings.language)",
    "say('not public', settings.language, host)", "str(error)", "str(item)", "what",
    "f'{message}\\n    → {remedy}'", "'\\n'.join(map(str, self.faults))",
}  # fmt: skip
RLM, LRM = "\u200f", "\u200e"
#: A collection with typical faults, and what is told of them: < stands for a right-to-left mark,
#: | for a left-to-right one.
DOSSIER = Path(__file__).parent / "arabic" / "dossier"
TOLD = Path(__file__).parent / "arabic" / "told.txt"


@pytest.fixture(scope="module")
def in_code() -> Sentences:
    """The sentences that the package can make."""
    paths = sorted(ROOT.rglob("*.py"))
    paths = [p for p in paths if p.relative_to(ROOT).parts[0] not in LEFT_OUT or p == BUT]
    return Sentences(paths)


@pytest.fixture(scope="module")
def in_tables() -> dict[str, str]:
    """The English of the tables and its Arabic, but for what only stands inside sentences."""
    return {
        english: sentence.arabic
        for table in TABLES
        if table != "parts"
        for english, sentence in sentences(table).items()
    }


def forms(text: str, made: Sentences) -> list[str]:
    """How the tables may have a sentence: as it is, more general, or clause by clause."""
    known = {english: s for table in TABLES for english, s in sentences(table).items()}
    general = [
        english
        for english, sentence in known.items()
        if "!}" not in sentence.arabic and sentence.parts(text) is not None
        # Of one place in the code: what a part may hold there is known of it.
        if {*made.found.get(english, ())} & {*made.found[text]}
    ]
    if text in known or general:
        return [text] if text in known else general
    for found in re.finditer("; ", text):
        clauses = [text[: found.start()], text[found.end() :]]
        if all(clause in known for clause in clauses):
            return clauses
    return []


@pytest.mark.slow
def test_every_sentence_of_the_code_has_its_arabic(in_code: Sentences) -> None:
    assert len(in_code.found) > 400
    missing = {text: where for text, where in in_code.found.items() if not forms(text, in_code)}
    assert missing == {}


def test_no_table_has_a_sentence_that_the_code_does_not_make(
    in_code: Sentences, in_tables: dict[str, str]
) -> None:
    made = {form for text in in_code.found for form in forms(text, in_code)}
    assert sorted(set(in_tables) - made) == []


def test_what_cannot_be_read_from_the_code_is_known(in_code: Sentences) -> None:
    unread = {place.split(" ", 1)[1]: place for place in in_code.unknown}
    assert not {text: where for text, where in unread.items() if text not in HANDED_ON}


def test_both_languages_have_the_same_parts() -> None:
    for table in TABLES:
        for english, sentence in sentences(table).items():
            numbers = sorted(int(n) for n in re.findall(r"\{(\d+)[?!,-]?\}", sentence.arabic))
            assert numbers == list(range(len(sentence.literals) - 1)), english


def test_a_broken_collection_is_told_in_arabic(run, tmp_path: Path) -> None:
    cache = {"TAAWUN_CACHE": str(tmp_path / "cache")}
    done = run("build", "--collection", str(DOSSIER), "--lang", "ar", env=cache)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.replace(RLM, "<").replace(LRM, "|") == TOLD.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "Irak"), "لم يُعثر على كيان باسم «Irak»؛ هل تقصد country/iraq؟"),
        (("sparql", "SELECT"), "الاستعلام ليس SPARQL سليمًا: error at 1:7"),
        (("ask", "agreement-signatories", "-p", "x"), f":{RLM} «x» ليس مُعاملًا؛ اكتب NAME"),
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


def test_what_has_no_arabic_is_told_in_english() -> None:
    strange = Fault(Place("facts/a.yaml", 3), "is of a new kind", "delete it")
    assert told(strange, "ar") == f"facts/a.yaml:3: is of a new kind\n{RLM}    ← احذفه"
    assert told(strange, "en") == str(strange)


def test_words_of_a_document_are_told_as_they_are() -> None:
    """They may read like a sentence of ours, and are copied: neither changes a letter of them."""
    quote = "“is empty” (G2G) و--x"
    fault = Fault(Place("a"), f"the document has no “{quote}”", f"did you mean {quote}?")
    assert f"ليس في الوثيقة «{quote}»" in told(fault, "ar")


def test_a_text_of_many_clauses_is_given_up_at_once() -> None:
    """Foreign text may be long, and may hold what stands between our sentences."""
    assert arabic_of("a: " * 3000 + "; ".join(["is empty"] * 3000)) is None


def test_every_check_is_named_in_both_languages() -> None:
    """What no language has a name for would end the table of ``taawun check``."""
    listed = (ROOT / "docs" / "checks.md").read_text("utf-8").partition("\n## ")[0]
    names = {*re.findall(r"^\| ([^|]+?) \|", listed, re.MULTILINE)} - {"check"}
    assert len(names) > 20
    assert {f"check {name}" for name in names} <= WORDS.keys()


@pytest.mark.slow
def test_build_and_check_speak_arabic_and_programs_read_keys(run) -> None:
    assert "لم يتغير شيء: الوثائق: 5، الكيانات: " in run("build", "--lang", "ar").stdout
    shown = run("check", "--stats", "--lang", "ar", "--format", "table").stdout
    assert "الأرقام بين الوثائق" in shown
    assert "الوثيقة egypt-iraq-talks: عدد جملها 23، مقتبسة: 18، " in shown
    assert not re.search(r"\b(check|performed|sentences|facts)\b", shown)
    assert run("check", "--lang", "ar").stdout.startswith("check,performed,passed,failed,skipped\n")
