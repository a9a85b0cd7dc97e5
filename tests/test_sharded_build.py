"""Builds through an executor: whoever does the work, the graph and the faults are the same."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from in_place import put_in_place
from indexed import assert_indexed

from taawun.graph.errors import CollectionError, StoreError
from taawun.loaders.builds import build as building
from taawun.loaders.builds import sharded_build
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import Build
from taawun.loaders.builds.sharded_build import InProcess, executor_of
from taawun.loaders.builds.source_state import read_statements

ROOT = Path(__file__).parent.parent
#: Facts of the collection, in shards of so many rows.
FACTS, ROWS = 400, 60


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents, figures and orders are spread over several shards."""
    monkeypatch.setattr(sharded_build, "ROWS", ROWS)


@pytest.fixture(scope="module", autouse=True)
def _below(few_facts: Path) -> Iterator[None]:
    """Below the facts told again lie few of the bundled ones."""
    with put_in_place(few_facts):
        yield


@pytest.fixture(scope="module")
def retold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled facts told again in one table, about other things."""
    folder = tmp_path_factory.mktemp("retold") / "mine"
    script = ROOT / "benchmarks" / "generate.py"
    subprocess.run([sys.executable, script, folder, "--facts", str(FACTS)], check=True)
    return folder


@pytest.fixture(scope="module")
def ordinary(retold: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The ordinary build."""
    return build([retold], cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def copy_of_retold(retold: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(retold, tmp_path / "mine"))


def in_shards(
    executor: Executor, folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Build:
    """A build through an executor that cannot fall back on the ordinary way."""
    with monkeypatch.context() as patch:
        patch.setattr(building, "_make", None)
        return build([folder], cache=cache, executor=executor)


def assert_same(made: Build, ordinary: Build) -> None:
    assert made.is_new
    assert made.manifest() == ordinary.manifest()
    assert made.dump.read_bytes() == ordinary.dump.read_bytes()
    statements = read_statements(made.path)
    assert statements is not None
    assert statements == read_statements(ordinary.path)
    assert not (made.path / "work").exists()
    assert_indexed(made.path)


@pytest.mark.parametrize("scheduler", [None, pytest.param("processes", marks=pytest.mark.slow)])
def test_the_graph_is_the_same_byte_by_byte(
    scheduler: str | None,
    retold: Path,
    ordinary: Build,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with executor_of(scheduler, 2 if scheduler else 1) as executor:
        made = in_shards(executor or InProcess(), retold, tmp_path, monkeypatch)
    assert_same(made, ordinary)


def test_the_next_build_is_incremental(
    copy_of_retold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_shards(InProcess(), copy_of_retold, tmp_path / "one", monkeypatch)
    (table,) = (copy_of_retold / "facts").glob("*.csv")
    lines = table.read_bytes().splitlines(keepends=True)
    cut = next(at for at, line in enumerate(lines) if b",objective," in line)
    table.write_bytes(b"".join(lines[:cut] + lines[cut + 1 :]))
    whole = build([copy_of_retold], cache=tmp_path / "other")
    with monkeypatch.context() as patch:
        patch.setattr(building, "_make", None)
        patch.setattr(building, "_make_in_shards", None)
        made = build([copy_of_retold], cache=tmp_path / "one")
    assert made.dump.read_bytes() == whole.dump.read_bytes()


FAULTY: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a quote": lambda rows: [*rows[:-1], rows[-1].replace(b",", b",x", 1)],
    "a repeated row in another shard": lambda rows: [*rows, rows[0]],
    "an unsigned agreement": lambda rows: [r for r in rows if b",stage/signed," not in r],
    "a figure without its unit": lambda rows: [r for r in rows if b",unit," not in r],
    "a file that ends in the middle": lambda rows: [*rows, b'"'],
}


@pytest.mark.parametrize("wrong", FAULTY)
def test_faults_are_the_same_and_none_is_missed(
    wrong: str, copy_of_retold: Path, tmp_path: Path
) -> None:
    (table,) = (copy_of_retold / "facts").glob("*.csv")
    header, *rows = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"".join([header, *FAULTY[wrong](rows)]))
    found = []
    for executor in (None, InProcess()):
        with pytest.raises(CollectionError) as raised:
            build([copy_of_retold], cache=tmp_path / "cache", executor=executor)
        found.append(raised.value.faults)
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.slow
def test_the_command_shares_the_work(
    run: Callable[..., Result], retold: Path, tmp_path: Path
) -> None:
    cache = {"TAAWUN_CACHE": str(tmp_path)}
    told = run("build", "--jobs", "2", "--collection", str(retold), env=cache)
    assert told.exit_code == 0, told.output
    assert told.output.startswith("Built")
    wrong = run("build", "--scheduler", "somewhere", env=cache)
    assert (wrong.exit_code, "is no scheduler" in wrong.output) == (2, True)


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharded_build, "_PATIENCE", 1)
    with pytest.raises(StoreError, match="was not reached"), executor_of("tcp://127.0.0.1:1", None):
        pass


@contextmanager
def dask(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers on loopback: the address, and the workers."""
    file = folder / "scheduler.json"
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments]
        shared = ["--scheduler-file", str(file), "--no-dashboard", "--host", "127.0.0.1"]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen([*command, *shared], stdout=log, stderr=log, cwd=folder)
        started.append(process)

    try:
        start("scheduler", "--port", "0")
        for _ in range(2):
            start("worker", "--no-nanny", "--nthreads", "1", "--memory-limit", "0")
        deadline = time.monotonic() + 60
        while not (file.exists() and file.read_text().rstrip().endswith("}")):
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)

        yield json.loads(file.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.mark.slow
def test_dask_makes_the_same_graph_though_a_worker_is_killed(
    retold: Path, ordinary: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client

    cache = tmp_path / "cache"
    with dask(tmp_path) as (address, workers), ThreadPoolExecutor(1) as thread:
        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(2, timeout=60)
        with executor_of(address, None) as executor:
            assert executor is not None
            future = thread.submit(in_shards, executor, retold, cache, monkeypatch)
            while not future.done() and not any(cache.glob("*/work/*facts.nq")):
                time.sleep(0.002)
            # Stopped first, so that it is in the middle of a shard when it is killed.
            os.kill(workers[0].pid, signal.SIGSTOP)
            time.sleep(0.5)
            is_in_the_middle = not future.done()
            workers[0].kill()
            made = future.result(timeout=300)
    assert is_in_the_middle
    assert_same(made, ordinary)
