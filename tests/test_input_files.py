"""Input files that no reader survives, or that say nothing clear: each is one clear fault."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from translated import untranslated

from taawun.graph.errors import CollectionError, InputError, QueryError
from taawun.loaders.builds.build import build
from taawun.loaders.builds.inputs import SEEDS, fingerprint, stamps
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.new_collection import new_collection
from taawun.messages.fault import Fault, near
from taawun.ontology.extension import SHAPES_NAME
from taawun.queries.question import read_question

HERE = Path(__file__).parent
SOUND = HERE / "collections" / "sound"
#: A file of every kind that a build reads.
KINDS = (
    "documents/documents.yaml", "documents/more.txt", "entities/more.yaml", "entities/more.csv",
    "facts/more.yaml", "facts/more.csv", "facts/more.jsonl", "facts/status.yaml",
    "ontology/more.ttl", f"ontology/{SHAPES_NAME}",
)  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of a sound collection, to be spoiled."""
    folder = Path(shutil.copytree(SOUND, tmp_path / "mine"))
    (folder / "ontology").mkdir(exist_ok=True)
    return folder


def fault_of(folder: Path) -> Fault:
    """The only fault of a collection, with what a build does before it reads."""
    assert fingerprint([folder])
    stamps([folder])
    with pytest.raises(CollectionError) as raised:
        read_collection([folder])
    assert untranslated(raised.value.faults) == set()
    (fault,) = raised.value.faults
    assert fault.remedy
    return fault


def in_place_of(folder: Path, name: str) -> Path:
    (folder / name).unlink(missing_ok=True)
    return folder / name


@pytest.mark.parametrize("name", KINDS)
def test_a_pipe_is_no_input_file(name: str, mine: Path) -> None:
    os.mkfifo(in_place_of(mine, name))
    fault = fault_of(mine)
    assert (fault.code, fault.place.file) == ("not-a-plain-file", f"mine/{name}")
    assert "pipe" in fault.message.text("en")


def test_a_device_and_a_socket_are_none_either(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_place_of(mine, "facts/more.jsonl").symlink_to("/dev/zero")
    assert "device" in fault_of(mine).message.text("en")
    in_place_of(mine, "facts/more.jsonl")
    monkeypatch.chdir(mine / "documents")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("more.txt")
        assert "socket" in fault_of(mine).message.text("en")


def test_a_pipe_is_found_in_a_collection_that_was_built_before(mine: Path) -> None:
    shutil.rmtree(mine)
    new_collection(mine, with_example=True)
    build([mine])
    os.mkfifo(mine / "facts" / "more.csv")
    with pytest.raises(CollectionError, match="named pipe"):
        build([mine])


def test_a_stored_question_in_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mine.rq")
    with pytest.raises(QueryError, match="not a file"):
        read_question(tmp_path / "mine.rq")


@pytest.mark.parametrize("name", [name for name in KINDS if "more" in name])
def test_a_file_name_that_is_not_utf_8_is_told(name: str, mine: Path) -> None:
    old = os.fsencode(mine / name).replace(b"more", "ملف".encode("cp1256"))
    Path(os.fsdecode(old)).write_bytes(b"{}")
    assert fault_of(mine).code == "name-not-utf8"


def test_a_folder_whose_name_is_not_utf_8_is_a_collection(mine: Path) -> None:
    folder = mine.rename(os.fsdecode(os.fsencode(mine.parent) + "/ملف".encode("cp1256")))
    shutil.rmtree(folder)
    new_collection(folder, with_example=True)
    assert build([folder]).manifest()["facts"] > 0


@pytest.mark.parametrize("name", ["talks.yaml~", "~"])
@pytest.mark.parametrize("part", ["documents", "entities", "facts", "ontology"])
def test_an_editors_backup_is_told(name: str, part: str, mine: Path) -> None:
    (mine / part / name).write_text("not: [facts")
    assert fault_of(mine).code == "backup-of-an-editor"


@pytest.mark.parametrize("nested", ["[", "{a: ", "- ", "? ", '{"]": '])
def test_deep_nesting_in_yaml_is_refused(nested: str, mine: Path) -> None:
    (mine / "facts" / "more.yaml").write_text(nested * 50_000)
    fault = fault_of(mine)
    assert (fault.code, fault.place.line) == ("yaml-too-deep", 1)


def test_deep_nesting_over_many_lines_is_refused(mine: Path) -> None:
    lines = (f"{' ' * depth}a:\n" for depth in range(3_000))
    (mine / "entities" / "more.yaml").write_text("".join(lines))
    assert fault_of(mine).code == "yaml-too-deep"


def test_a_question_with_a_deep_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text(f"#+ summary: {'[' * 50_000}\nSELECT * {{}}")
    with pytest.raises(QueryError, match="nested"):
        read_question(tmp_path / "mine.rq").summary("en")


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["facts/talks.yaml", "documents/talks.txt", "facts/more.csv",
                                  "facts/more.jsonl", "ontology/more.ttl"])  # fmt: skip
def test_utf_16_is_told_as_utf_16(name: str, code: str, mine: Path) -> None:
    path = mine / name
    text = path.read_text("utf-8") if path.exists() else "document,quote,subject\nمذكرة,وقعت,مصر\n"
    path.write_bytes(text.encode(code))
    fault = fault_of(mine)
    assert (fault.code, fault.place.file) == ("is-utf-16", f"mine/{name}")
    assert fault.remedy is not None
    assert "UTF-8" in fault.remedy.text("en")


def test_texts_in_utf_16_are_told_on_the_command_line(tmp_path: Path) -> None:
    text = "وقعت مصر مذكرة تفاهم".encode("utf-16")
    with pytest.raises(InputError, match="is UTF-16"):
        InputError.text_of("article.txt", text)
    (tmp_path / "mine.rq").write_bytes("#+ summary: ما؟".encode("utf-16"))
    with pytest.raises(QueryError, match="is UTF-16"):
        read_question(tmp_path / "mine.rq")


def test_a_folder_given_twice_is_the_folder_once(mine: Path, run: Callable[..., Result]) -> None:
    shutil.rmtree(mine)
    new_collection(mine, with_example=True)
    link = mine.parent / "link"
    link.symlink_to(mine)
    once = build([mine])
    assert build([link, mine]).path == once.path
    assert read_collection([SEEDS, mine, link, SEEDS]).facts == read_collection([SEEDS, mine]).facts
    listed = os.pathsep.join(map(str, (link, SEEDS)))
    told = run("build", "--collection", str(mine), env={"TAAWUN_COLLECTIONS": listed})
    assert told.exit_code == 0, told.output


def test_new_does_not_need_the_collections_of_the_environment(
    tmp_path: Path, run: Callable[..., Result]
) -> None:
    new_collection(tmp_path / "other")
    (tmp_path / "other" / "facts" / "spoiled.yaml").write_text("[")
    for listed in (tmp_path / "mine", tmp_path / "other"):
        told = run("new", str(tmp_path / "mine"), env={"TAAWUN_COLLECTIONS": str(listed)})
        assert told.exit_code == 0, told.output
        shutil.rmtree(tmp_path / "mine")


def test_misspelt_names_are_found_in_a_large_register() -> None:
    """Without comparing each of the names, which would take minutes for thousands of faults."""
    known = {f"agreement/egypt-country{number}-memo": number for number in range(20_000)}
    for name in ("agreement/egypt-countri7431-memo", "agreemen/egypt-country7431-memo",
                 "agreement/egypt-country7431-memmo"):  # fmt: skip
        found = near(name, known)
        assert found is not None
        assert "agreement/egypt-country7431-memo" in found.text("en")
