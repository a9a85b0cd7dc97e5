"""Documents cut down to their quotes: the same graph, and no whole text anywhere."""

from __future__ import annotations

import shutil

import pytest

from taawun.graph.derive import derive
from taawun.graph.document import LEFT_OUT
from taawun.graph.errors import CollectionError, StoreError
from taawun.loaders.builds.build import lines_of
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import document_texts, read_collection
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.quotes_only import cut_down


def lines(folder):
    found = read_collection([folder])
    return {*lines_of(found, [*derive(found.facts, found.schema, found.classes)])}


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cut") / "seeds"
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns("__*"))
    cut_down(folder)
    return folder


@pytest.mark.slow
def test_the_graph_is_the_same_but_for_the_words_around_quotes(cut):
    whole, quoted = lines(SEEDS), lines(cut)
    assert len(whole) > 20_000
    beside = ("/oa#prefix>", "/oa#suffix>")
    for line in whole ^ quoted:
        assert any(mark in line for mark in beside), line
    assert not [line for line in quoted if LEFT_OUT in line.partition(">")[2]]


def test_no_file_has_a_whole_document_and_no_list_of_its_sentences(cut):
    register = (cut / "documents" / "documents.yaml").read_text("utf-8")
    assert "silent" not in register
    for document in read_collection([SEEDS]).documents.values():
        assert not (cut / "documents" / document.file).exists()
        held = (cut / "documents" / document.file.replace(".txt", ".quotes.txt")).read_text("utf-8")
        assert len(held) == len(document.text)
        marks = zip(held, document.text, strict=True)
        assert all(a in (b, LEFT_OUT) for a, b in marks)
    collection = read_collection([cut])
    assert not any(document.is_whole for document in collection.documents.values())
    # Those who read whole texts get none.
    assert document_texts([cut]).keys() == document_texts().keys()


def test_a_changed_file_of_quotes_is_a_fault_and_none_is_cut_twice(cut, tmp_path):
    with pytest.raises(StoreError):
        cut_down(cut)
    folder = tmp_path / "seeds"
    shutil.copytree(cut, folder)
    file = next((folder / "documents").glob("*.quotes.txt"))
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(CollectionError) as wrong:
        read_collection([folder])
    assert {fault.code for fault in wrong.value.faults} >= {"document-changed"}


@pytest.mark.slow
def test_a_collection_of_ones_own_is_checked_and_built_without_its_text(run, tmp_path):
    new_collection(tmp_path / "mine", with_example=True)
    cut_down(tmp_path / "mine")
    got = run("check", "--collection", str(tmp_path / "mine"))
    assert got.exit_code == 0, got.output
