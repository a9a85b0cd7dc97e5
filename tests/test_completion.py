"""Completion in the shell, by a real bash and by what zsh and fish are given."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

TAAWUN = str(Path(sys.executable).with_name("taawun"))


def run(shell: str, words: list[str], at: int | str) -> list[str]:
    """What Taawun tells a shell; lines."""
    asked = {"_TAAWUN_COMPLETE": f"{shell}_complete", "COMP_CWORD": str(at), "LC_ALL": "C.UTF-8"}
    asked["COMP_WORDS"] = ("\n" if shell == "bash" else " ").join(words)
    done = subprocess.run(
        [TAAWUN], env={**os.environ, **asked}, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def bash(*words: str) -> list[str]:
    """The completions in a real bash of the last of the words, as bash divides a line."""
    script = f"""
        source <(_TAAWUN_COMPLETE=bash_source {shlex.quote(TAAWUN)})
        COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}
        _taawun_completion {shlex.quote(TAAWUN)}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["ask", "agreement-s"], ["agreement-signatories"]),
        (["ask", "country-areas", "-p", ""], ["country=", "partner="]),
        (["ask", "country-areas", "-p", "country", "=", "country/ir"], ["country/iraq"]),
        (["ask", "country-areas", "-p", "country", "=", "العر"], ["العراق"]),
        (["ask", "country-areas", "-p", "country", "=", "amr"], [""]),
        (["show", "country/li"], ["country/libya", "country/lithuania"]),
        (["show", r"عمرو\ ط"], [r"عمرو\ طلعت", r"عمرو\ طلعت\ يزور\ ليتوانيا"]),
        (["show", r"Côte\ d’"], [r"Côte\ d\'Ivoire"]),
        (["path", "country/egypt", "country/nig"], ["country/nigeria"]),
        (["sho"], ["show"]),
        (["show", "--lan"], ["--lang"]),
    ],
)
def test_bash_completes_commands_questions_parameters_and_entities(words, found):
    assert bash("taawun", *words) == found


def test_after_the_equals_sign_all_values_of_its_type_are_offered():
    found = bash("taawun", "ask", "country-areas", "-p", "country", "=")
    assert "country/iraq" in found
    assert all(value.startswith("country/") for value in found)


def test_zsh_and_fish_show_what_a_completion_is():
    line = ["taawun", "ask", "country-areas", "-p", "country=country/ir"]
    assert run("zsh", line, 4) == ["plain", "country=country/iraq", "Iraq"]
    assert run("fish", line, line[-1]) == ["plain,country=country/iraq\tIraq"]
    assert run("fish", ["taawun", "ask", "talks-p"], "talks-p")[0].endswith("and when?")


def test_a_faulty_collection_completes_nothing_and_says_nothing(tmp_path):
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "a.yaml").write_text("{", "utf-8")
    line = ["taawun", "show", "--collection", str(tmp_path), "country/ir"]
    assert not any(run("bash", line, 4))
