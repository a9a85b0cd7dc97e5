"""Files written as a whole, what must not be replaced, and output that has nowhere to go."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from taawun.graph.whole_file import whole_file

TAAWUN = str(Path(sys.executable).with_name("taawun"))


def write(path: Path, words: bytes = b"new") -> None:
    with whole_file(path) as file:
        file.write(words)


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_text("old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert real.read_text() == "new"


def test_a_link_to_nothing_makes_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link")
    assert (tmp_path / "real").read_text() == "new"
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(mode)
    write(path)
    assert path.stat().st_mode & 0o777 == mode
    assert path.read_text() == "new"


def test_names_of_one_file_stay_names_of_one_file(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    os.link(tmp_path / "one", tmp_path / "other")
    write(tmp_path / "one")
    assert (tmp_path / "other").read_text() == "new"
    assert (tmp_path / "other").samefile(tmp_path / "one")


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write(tmp_path / "pipe")
    reader.join(10)
    assert read == [b"new"]
    assert (tmp_path / "pipe").is_fifo()


def test_a_device_is_written_to_and_stays() -> None:
    write(Path(os.devnull))
    assert Path(os.devnull).is_char_device()


def test_what_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("output", ["/dev/stdout", "/dev/fd/1"])
def test_commands_write_to_the_pipe_that_a_shell_names(output: str) -> None:
    command = [TAAWUN, "export", "nquads", "-o", output]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.count(b"\n") > 40_000


COMMANDS = [
    ["ask", "countries"],
    ["ask", "countries", "--why", "--format", "json"],
    ["sparql", "SELECT * { ?s ?p ?o }", "--format", "csv"],
    ["show", "iraq", "--lang", "ar"],
    ["export", "nquads", "-o", "-"],
    ["questions"],
    ["--help"],
]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_full_disk_gives_one_sentence(command: list[str], unbuffered: str) -> None:
    surroundings = {**os.environ, "PYTHONUNBUFFERED": unbuffered, "LC_ALL": "C.UTF-8"}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [TAAWUN, *command], stdout=full, stderr=subprocess.PIPE, env=surroundings, text=True
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "No space left" in done.stderr or "لا مساحة" in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["ask countries", "--help", "ask no-such-question"])
def test_closed_streams_are_no_surprise(closed: str, command: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f'"$0" {command} {closed}', TAAWUN], capture_output=True, text=True
    )
    fails = ">&-" in closed.replace("2>&-", "") or "no-such" in command
    assert done.returncode == (2 if fails else 0)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2
