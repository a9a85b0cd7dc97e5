"""``taawun check --preview``: what an edit changes since the last check that passed."""

from __future__ import annotations

import json

import pytest

from taawun.loaders.builds.cache import last_checked, remember, remembered
from taawun.loaders.editing.new_collection import new_collection

pytestmark = pytest.mark.usefixtures("nothing_bundled")


@pytest.fixture
def check(run, tmp_path):
    """Run ``check`` over a collection with the invented example, with a cache of its own."""
    new_collection(tmp_path / "mine", with_example=True)

    def call(*arguments: str):
        options = ("--collection", str(tmp_path / "mine"))
        env = {"TAAWUN_CACHE": str(tmp_path / "cache")}
        return run("check", *arguments, *options, env=env)

    return call


def changed(said) -> dict:
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


@pytest.mark.slow
def test_an_edit_is_shown_until_a_check_passes(check, tmp_path):
    first = check("--preview", "--format", "json")
    assert "No earlier check" in first.stderr
    assert len(changed(first)["facts"]["added"]) == 6
    assert check().exit_code == 0
    path = tmp_path / "mine" / "facts" / "example-memo.yaml"
    path.write_text(path.read_text("utf-8").replace("area/cybersecurity]", "area/e-commerce]"))
    for _ in range(2):
        found = changed(check("--preview", "--format", "json"))
        (gone,), (new,) = found["facts"]["removed"], found["facts"]["added"]
        assert gone["object"]["value"].endswith("area/cybersecurity")
        assert new["object"]["value"].endswith("area/e-commerce")
        assert found["answers"]


def test_a_check_with_faults_is_nothing_to_compare_with(check, tmp_path):
    facts = tmp_path / "mine" / "facts" / "example-memo.yaml"
    facts.write_text(facts.read_text("utf-8").partition("  - quote: وتعتزم")[0], "utf-8")
    said = check()
    assert said.exit_code == 1
    assert "no fact quotes" in said.stderr
    assert not remembered(tmp_path / "cache")


def test_the_builds_of_the_last_checks_are_kept(tmp_path):
    for number in range(6):
        (tmp_path / f"build-{number}").mkdir()
        remember(tmp_path / f"build-{number}", [tmp_path / f"stack-{number}"])
    kept = remembered(tmp_path)
    assert len(kept) == 4
    assert "build-5" in kept
    assert last_checked(tmp_path, [tmp_path / "stack-5"]) == tmp_path / "build-5"
    assert last_checked(tmp_path, [tmp_path / "stack-0"]) is None
    (tmp_path / "build-5").rmdir()
    assert last_checked(tmp_path, [tmp_path / "stack-5"]) is None
