"""Input without end, as a file or on standard input: one clear fault for every command."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from taawun.commands import input as command_input
from taawun.commands.input import read_input
from taawun.graph.errors import InputError
from taawun.loaders.editing.new_collection import new_collection

HERE = Path(__file__).parent
#: The commands that take a file or standard input.
COMMANDS = {
    "sparql": ("sparql",),
    "suggest": ("suggest",),
    "propose": ("propose",),
    "verify": ("verify",),
    "batch": ("add", "batch"),
}


class Endless(io.RawIOBase):
    """A stream that never ends."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        buffer[:] = b"y" * len(buffer)
        return len(buffer)


@pytest.fixture(params=COMMANDS.values(), ids=COMMANDS)
def command(
    request: pytest.FixtureRequest, run: Callable[..., Result], tmp_path: Path
) -> Callable[..., Result]:
    """Run one of the commands on an input, with a collection to write to."""
    mine = tmp_path / "mine"
    new_collection(mine)

    def call(name: str, **options: object) -> Result:
        words = [*request.param, name, "--collection", str(mine)]
        return run(*words, **options)

    return call


def refused(result: Result) -> None:
    assert result.exit_code == 2, result.output
    assert re.search(r"has more than \d+ MB", result.output)
    assert "→ divide it" in result.output
    assert result.output.count("taawun:") == 1


def test_a_device_without_end_is_one_fault(command, tmp_path):
    endless = tmp_path / "endless.rq"
    endless.symlink_to("/dev/zero")
    refused(command(str(endless)))


def test_standard_input_without_end_is_one_fault(command):
    refused(command("-", input=io.BufferedReader(Endless())))


def test_a_pipe_without_end_is_one_fault(command, tmp_path):
    with WritingForEver(tmp_path / "pipe.rq") as pipe:
        refused(command(str(pipe)))


class WritingForEver:
    """A named pipe into which a thread writes for as long as somebody reads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Path:
        os.mkfifo(self._path)
        self._thread = threading.Thread(target=self._write)
        self._thread.start()
        return self._path

    def _write(self) -> None:
        try:
            with self._path.open("wb", buffering=0) as pipe:
                while True:
                    pipe.write(b"y\n" * (1 << 15))
        except BrokenPipeError:
            pass

    def __exit__(self, *_: object) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 1000])
def test_the_limit_is_exact_for_files_and_pipes(size, tmp_path, monkeypatch):
    content = os.urandom(size)
    (tmp_path / "file").write_bytes(content)
    standard = io.TextIOWrapper(io.BytesIO(content))
    monkeypatch.setattr(command_input.sys, "stdin", standard)
    for name in (str(tmp_path / "file"), "-"):
        if size <= 10:
            assert read_input(name, 10) == content
        else:
            with pytest.raises(InputError) as raised:
                read_input(name, 10)
            assert raised.value.message.code == "input-too-large"


def test_a_pipe_that_ends_is_read(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"text",))
    writer.start()
    assert read_input(str(pipe)) == b"text"
    writer.join()


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted((HERE.parent / "commands").glob("*.py")):
        yield path.name, path.read_text("utf-8")


def test_no_command_reads_standard_input_by_itself():
    readers = [name for name, text in sources() if "stdin.buffer" in text]
    assert readers == ["input.py"]
