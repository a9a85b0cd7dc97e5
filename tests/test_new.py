"""``taawun new``: a collection that is accepted as it stands, made whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taawun.graph.errors import OutputError
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.checks.document_reports import coverage
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.new_collection import TEMPLATE, new_collection


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_new_collection_is_accepted_and_says_nothing(tmp_path):
    made = new_collection(tmp_path / "mine")
    assert len(made) > 5
    alone, both = (read_collection([SEEDS, *more]) for more in ([], [tmp_path / "mine"]))
    assert alone.facts == both.facts
    assert alone.entities == both.entities
    assert alone.documents == both.documents
    assert "ontology" not in both.performed, "its file of comments has nothing to check"


def test_an_ontology_that_only_declares_a_prefix_is_checked(tmp_path):
    new_collection(tmp_path / "mine")
    (file,) = (tmp_path / "mine" / "ontology").glob("*.ttl")
    file.write_text("@prefix my: <https://example.org/my#> .", "utf-8")
    assert read_collection([SEEDS, tmp_path / "mine"]).performed["ontology"] > 0


def test_the_example_is_a_whole_collection(tmp_path):
    new_collection(tmp_path / "mine", with_example=True)
    made, template = content_of(tmp_path / "mine"), content_of(TEMPLATE)
    assert {name: made.get(name) for name in template} == template
    collection = read_collection([SEEDS, tmp_path / "mine"])
    (document,) = (d for d in collection.documents.values() if d.slug == "example-memo")
    assert coverage(document, collection.facts).open == ()
    refs = {e.ref for e in collection.entities.values()} - read_collection([SEEDS]).entities.keys()
    assert refs
    assert [ref for ref in refs if "invented" not in collection.entities[ref].en] == []
    assert "مخترع" in document.ar


def test_the_comments_of_a_new_collection_are_the_example(tmp_path):
    new_collection(tmp_path / "mine")
    facts = (tmp_path / "mine" / "facts" / "example-memo.yaml").read_text("utf-8")
    assert facts
    assert all(line.startswith("#") for line in facts.splitlines())
    assert "# document: example-memo\n" in facts
    assert not list((tmp_path / "mine" / "documents").glob("*.txt"))


@pytest.mark.slow
def test_check_passes_at_once(run, tmp_path):
    for name, options in (("plain", []), ("with", ["--example"])):
        made = run("new", str(tmp_path / name), *options)
        assert made.exit_code == 0, made.output
        checked = run("check", "--collection", str(tmp_path / name))
        assert checked.exit_code == 0, checked.output


@pytest.mark.slow
@pytest.mark.parametrize("name", ["with space", "مجموعتي", "-x", "a'b\"c", "x:y", "deep/er/est"])
def test_any_name_will_do(name, tmp_path):
    new_collection(tmp_path / name, with_example=True)
    assert read_collection([SEEDS, tmp_path / name]).facts


def test_an_empty_folder_stays_the_folder_that_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    new_collection(Path())
    assert tmp_path.stat().st_ino == before
    assert {path.name for path in tmp_path.iterdir()} > {p.name for p in TEMPLATE.iterdir()}


def test_what_is_there_is_never_touched(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name, words in (("mine", "is not empty"), ("file", "is a file")):
        said = run("new", str(tmp_path / name))
        assert said.exit_code == 2
        assert words in said.output
    assert content_of(tmp_path) == {"mine/notes.txt": b"mine", "file": b"mine"}


def test_nothing_is_left_where_it_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot be created"):
        new_collection(tmp_path / "file" / "mine")
    with pytest.raises(OutputError, match="cannot be created"):
        new_collection(tmp_path / ("x" * 300))
    assert os.listdir(tmp_path) == ["file"]


def test_the_next_steps_stand_in_both_languages(run, tmp_path):
    assert "الخطوة التالية" in run("new", str(tmp_path / "a b"), "--lang", "ar").output
    said = run("new", str(tmp_path / "c d"), "--lang", "en").output
    assert f"--collection '{tmp_path}/c d'" in said
