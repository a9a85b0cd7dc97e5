"""Documentation under test: README commands run, and everything there is is listed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from taawun import cli
from taawun.loaders.documents import DOCUMENT_KEYS, SPAN_KEYS
from taawun.loaders.entities import ALIAS_KEYS, ENTITY_KEYS
from taawun.loaders.files.facts_yaml import ENTRY_KEYS, FACT_KEYS, FILE_KEYS
from taawun.loaders.status_file import STATUS_KEYS
from taawun.messages.docs_page import page as messages_page
from taawun.ontology.docs_page import page as ontology_page
from taawun.ontology.schema import Schema
from taawun.queries.catalogue import Catalogue
from taawun.queries.docs_page import page as questions_page

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.S)
COMMANDS = [line[2:] for block in BLOCKS for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("taawun ")])
def test_every_readme_command_runs(command, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = run(*shlex.split(command)[1:])
    assert said.exit_code == 0, said.output


def test_the_make_commands_of_the_readme_are_targets():
    makefile = (ROOT / "Makefile").read_text()
    made = [command for command in COMMANDS if command.startswith("make")]
    assert made == ["make", "make test"]
    assert re.search(r"^all:", makefile, re.M)
    assert re.search(r"^test:", makefile, re.M)


def shown_outputs():
    for block in BLOCKS:
        lines = block.splitlines()
        if len(lines) > 1 and lines[0].startswith("$ taawun") and not lines[1].startswith("$ "):
            yield lines[0][2:], [line for line in lines[1:] if line != "…"]


@pytest.mark.parametrize(("command", "lines"), list(shown_outputs()))
def test_output_shown_in_the_readme_is_real(command, lines, run):
    said = [line.rstrip() for line in run(*shlex.split(command)[1:]).output.splitlines()]
    assert lines
    assert [line for line in lines if line not in said] == []


def test_the_python_of_the_readme_runs(the_build, monkeypatch, capsys):
    monkeypatch.setenv("TAAWUN_CACHE", str(the_build.path.parent))
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    assert blocks
    for block in blocks:
        exec(block, {})
    assert "وقعت مصر" in capsys.readouterr().out


def test_every_command_is_in_the_readme():
    assert [name for name in cli.COMMANDS if f"taawun {name}" not in README] == []


def test_every_key_of_the_files_is_in_the_docs():
    page = (ROOT / "docs" / "extend.md").read_text("utf-8")
    explained = set(re.findall(r"`([A-Za-z0-9]+)`|[{ ](\w+):", page.partition("key by key")[2]))
    words = {word for pair in explained for word in pair}
    keys = FILE_KEYS | ENTRY_KEYS | FACT_KEYS | STATUS_KEYS
    keys |= ENTITY_KEYS | ALIAS_KEYS | DOCUMENT_KEYS | SPAN_KEYS
    assert len(keys) > 30
    assert sorted(keys - words) == []


def test_links_in_the_docs_lead_somewhere():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ontology.md", lambda: ontology_page(Schema.load())),
        ("questions.md", lambda: questions_page(Catalogue())),
        ("messages.md", messages_page),
    ],
)
def test_a_generated_page_is_up_to_date(name, wanted):
    assert (ROOT / "docs" / name).read_text("utf-8") == wanted(), "run make docs"


def test_the_changelog_names_this_version():
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version
    assert f"## [{version[1]}]" in (ROOT / "CHANGELOG.md").read_text()


def test_no_path_of_a_machine_and_no_registry_stands_in_the_repository():
    import subprocess

    found = subprocess.run(
        ["git", "grep", "-nIE", r"/(root|work)/[a-z]|index[-_]url|://[^/ ]*(pypi|npmjs)"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert [line for line in found.stdout.splitlines() if "test_docs.py" not in line] == []
