"""A collection in git: its hook run by pre-commit, the action's steps run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from taawun.loaders.editing.new_collection import new_collection

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
FACT = """      - {subject: country/example-republic, predicate: cooperationArea,
         object: area/cybersecurity, modality: inferred, note: قراءة}
"""


@pytest.fixture
def repository(tmp_path, the_build):
    """A collection in git, with one commit; and how to run a command in it."""
    folder = tmp_path / "mine"
    new_collection(folder, with_example=True, for_git=True)

    def call(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
        surroundings = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path), "PRE_COMMIT_HOME": str(tmp_path / "hooks"),
            "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C.UTF-8", "TAAWUN_COLLECTIONS": "",
            "TAAWUN_CACHE": str(the_build.path.parent), "RUNNER_TEMP": str(tmp_path),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            **{f"GIT_{who}_{what}": f"{what}@example.org" for who in ("AUTHOR", "COMMITTER")
               for what in ("NAME", "EMAIL")},
            **more,
        }  # fmt: skip
        return subprocess.run(
            command, cwd=folder, env=surroundings, capture_output=True, encoding="utf-8"
        )

    for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "Start")):
        got = call("git", *command)
        assert got.returncode == 0, got.stderr
    return folder, call


def add_fact(folder, text=FACT):
    path = folder / "facts" / "example-memo.yaml"
    path.write_text(path.read_text("utf-8").rstrip("\n") + "\n" + text, "utf-8")


@pytest.mark.slow
def test_the_hook_lets_a_sound_commit_through_and_stops_a_faulty_one(repository):
    folder, call = repository
    # The same hook, with the command of this environment in place of one that is installed anew.
    local = {**HOOK, "language": "system"}
    del local["additional_dependencies"], local["minimum_pre_commit_version"]
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    assert call("pre-commit", "install").returncode == 0
    add_fact(folder)
    call("git", "add", ".")
    sound = call("git", "commit", "-m", "A fact")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "Passed" in sound.stderr + sound.stdout
    add_fact(folder, "      - [country/nowhere, signatory, country/egypt]\n")
    call("git", "add", ".")
    faulty = call("git", "commit", "-m", "A fault")
    assert faulty.returncode == 1
    assert "country/nowhere" in faulty.stdout + faulty.stderr
    (folder / "README.md").write_text("x\n", "utf-8")
    call("git", "reset", "--quiet", "--hard")
    (folder / "README.md").write_text("x\n", "utf-8")
    call("git", "add", "README.md")
    other = call("git", "commit", "-m", "No fact")
    assert "no files to check" in other.stdout + other.stderr


def test_the_hooks_are_valid_for_pre_commit(repository):
    folder, call = repository
    got = call("pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    assert got.returncode == 0, got.stdout
    got = call("pre-commit", "validate-config", str(folder / ".pre-commit-config.yaml"))
    assert got.returncode == 0, got.stdout


def step(call, name, **given):
    """Run a step of the action with its inputs, as a runner does; other expressions are given."""
    (found,) = [one for one in ACTION["runs"]["steps"] if one.get("name") == name]
    inputs = {key: str(value["default"]) for key, value in ACTION["inputs"].items()} | given

    def value(text: str) -> str:
        def put(match: re.Match[str]) -> str:
            return inputs[match[1].removeprefix("inputs.")]

        return re.sub(r"\$\{\{ ([\w.]+) \}\}", put, text)

    env = {key: value(text) for key, text in found.get("env", {}).items()}
    return call("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"], **env)


@pytest.mark.slow
def test_the_steps_of_the_action_check_and_preview(repository, tmp_path):
    folder, call = repository
    before = call("git", "rev-parse", "HEAD").stdout.strip()
    add_fact(folder)
    call("git", "commit", "--quiet", "-am", "A fact")
    got = step(call, "Check")
    assert got.returncode == 0, got.stderr
    assert "|" in (tmp_path / "summary.md").read_text("utf-8")
    base = {"github.event.pull_request.base.sha": before}
    got = step(call, "Preview", **base)
    assert got.returncode == 0, got.stderr
    preview = (tmp_path / "taawun-preview.md").read_text("utf-8")
    assert "Cybersecurity" in preview
    assert "inferred-facts" in preview
    got = step(call, "Preview", **{"github.event.pull_request.base.sha": "0" * 40})
    assert got.returncode != 0
    add_fact(folder, "      - [country/nowhere, signatory, country/egypt]\n")
    got = step(call, "Check")
    assert got.returncode == 2
    assert "country/nowhere" in (tmp_path / "summary.md").read_text("utf-8")


def test_no_step_writes_an_input_into_its_script():
    """What an input or an event says may not become a command."""
    steps = [one for one in ACTION["runs"]["steps"] if "run" in one]
    assert len(steps) == 5
    assert not [one["name"] for one in steps if "${{" in one["run"]]


def test_a_collection_for_git_has_the_action_and_keeps_its_bytes(repository):
    folder, call = repository
    copied = folder / ".github/actions/taawun/action.yml"
    assert copied.read_bytes() == (ROOT / "action.yml").read_bytes()
    workflow = (folder / ".github/workflows/taawun.yml").read_text("utf-8")
    given = yaml.safe_load(workflow)["jobs"]["check"]["steps"][1]
    assert given["uses"] == "./.github/actions/taawun"
    assert set(given["with"]) <= set(ACTION["inputs"])
    assert re.fullmatch(r"==\d+\.\d+\.\d+", given["with"]["version"])
    assert "VERSION" not in (folder / ".pre-commit-config.yaml").read_text("utf-8")
    got = call("git", "check-attr", "text", "--", "documents/example-memo.txt")
    assert got.stdout.strip().endswith("unset")
    assert (folder / ".vscode/settings.json").exists()


def test_the_site_is_published_with_options_that_the_command_has(repository, tmp_path):
    """Publishing takes minutes, so the command only reads its options here."""
    _, call = repository
    real = Path(sys.executable).parent / "taawun"
    fake = tmp_path / "bin" / "taawun"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@"\nexec {real} "$@" --help\n', "utf-8")
    fake.chmod(0o755)
    path = {"PATH": f"{fake.parent}:{os.environ['PATH']}"}
    given = {"publish": "_site", "base": "https://example.org/x y/", "texts": "false"}
    got = step(lambda *words, **env: call(*words, **env, **path), "Publish", **given)
    assert got.returncode == 0, got.stderr
    wanted = ["publish", "_site", "--collection", ".", "--base", "https://example.org/x y/"]
    assert got.stdout.split("\n")[:7] == [*wanted, "--no-texts"]
