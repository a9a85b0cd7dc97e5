"""``taawun add`` alone on a real terminal: it asks, checks each answer, and writes after a yes."""

from __future__ import annotations

import os
import sys

import pexpect
import pytest

from taawun.loaders.editing.new_collection import new_collection

QUOTE = "Quote, to the letter (Tab: the document’s sentences)"
ENTER, INTERRUPT = "\r", "\x03"


@pytest.fixture
def terminal(the_build, tmp_path):
    """``taawun add`` on a terminal of its own, over a collection with the invented example."""
    new_collection(tmp_path / "mine", with_example=True)
    child = pexpect.spawn(
        sys.executable,
        ["-m", "taawun", "add", "--collection", str(tmp_path / "mine"), "--lang", "en"],
        env={
            **os.environ,
            "TAAWUN_CACHE": str(the_build.path.parent),
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
        },
        encoding="utf-8",
        dimensions=(60, 200),
        timeout=120,
    )
    child.facts = tmp_path / "mine" / "facts" / "example-memo.yaml"
    yield child
    child.close(force=True)


def answer(child, question: str, *answers: str) -> None:
    """Wait for a question, and answer it; an answer that is refused is followed by the next."""
    for text in answers:
        child.expect_exact(f"{question}:")
        child.send(f"\x01\x0b{text}{ENTER}")


@pytest.mark.slow
def test_a_fact_is_asked_for_step_by_step(terminal):
    before = terminal.facts.read_text("utf-8")
    answer(terminal, "Document", "example-memo")
    answer(terminal, QUOTE, "وتعتزم جمهوريه المثال")
    terminal.expect("copy the spelling of the document")
    # The document's spelling stands there already.
    terminal.expect_exact("جمهورية المثال")
    terminal.send(ENTER)
    answer(terminal, "Subject (Tab: names)", "nobody at all")
    terminal.expect("no entity is called")
    answer(terminal, "Subject (Tab: names)", "جمهورية المثال")
    answer(terminal, "Predicate (Tab: all that fit)", "signatory")
    terminal.expect("no predicate that fits this subject is called")
    answer(terminal, "Predicate (Tab: all that fit)", "مجال التعاون القائم أو المنشود")
    answer(terminal, "Object", "country/egypt")
    terminal.expect("cannot be the object")
    answer(terminal, "Object", "area/e-commerce")
    answer(terminal, "Modality (empty: asserted)", "planned")
    answer(terminal, "Date, in EDTF (empty: no date)", "")
    terminal.expect("Facts added: 1")
    terminal.expect("Write it")
    assert terminal.facts.read_text("utf-8") == before
    terminal.send(f"y{ENTER}")
    terminal.expect("Another fact")
    terminal.send(ENTER)
    terminal.expect(pexpect.EOF)
    after = terminal.facts.read_text("utf-8")
    assert "object: area/e-commerce, modality: planned}" in after
    assert len(after.splitlines()) == len(before.splitlines()) + 3


@pytest.mark.slow
def test_leaving_in_between_leaves_everything_as_it_was(terminal):
    before = terminal.facts.read_text("utf-8")
    answer(terminal, "Document", "example-memo")
    answer(terminal, QUOTE, "")
    terminal.expect("the quote is empty")
    answer(terminal, QUOTE, "جمهورية المثال")
    terminal.expect_exact("2: …")
    answer(terminal, "Which place", "3", "2")
    terminal.expect_exact("Subject")
    terminal.send(INTERRUPT)
    terminal.expect("Aborted")
    terminal.expect(pexpect.EOF)
    assert terminal.facts.read_text("utf-8") == before
