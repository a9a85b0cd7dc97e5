"""Builds: reused while nothing changed, whole or not at all, the same on every machine.

But for the content, the example collection takes the place of the bundled one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from in_place import in_place, put_in_place

from taawun.api import present_build
from taawun.graph.errors import CollectionError, StoreError
from taawun.loaders.builds import cache as builds
from taawun.loaders.builds.atomic_folder import Unfinished
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import MEMORY, Build, Memory, cache_folder, stack
from taawun.loaders.builds.inputs import SEEDS

ROOT = Path(__file__).parent.parent
#: Imports, says so, waits for a line, builds into the cache that it is given, says where.
BUILDER = """\
import sys
from pathlib import Path
from taawun.loaders.builds import inputs
inputs.SEEDS = Path(sys.argv[2])
import taawun.loaders.builds.build
print("ready", flush=True)
sys.stdin.readline()
print(taawun.loaders.builds.build.build(cache=Path(sys.argv[1])).path, flush=True)
"""


pytestmark = pytest.mark.usefixtures("example_alone")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty cache folder."""
    return tmp_path / "cache"


@pytest.fixture
def cache_with_one_build(tmp_path: Path, example_build: Build) -> Path:
    """A cache folder with a copy of the finished build of the example."""
    shutil.copytree(example_build.path, tmp_path / "cache" / example_build.path.name)
    return tmp_path / "cache"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A collection of one country, to be stacked over the bundled one."""
    (tmp_path / "mine" / "entities").mkdir(parents=True)
    (tmp_path / "mine" / "entities" / "country.yaml").write_text(
        "country/atlantis: {ar: أطلانطس, en: Atlantis}\n", "utf-8"
    )
    return tmp_path / "mine"


def visible(cache: Path) -> list[Path]:
    """What lies in the cache besides what remembers the present builds."""
    return sorted(path for path in cache.iterdir() if not path.name.startswith(MEMORY))


def content(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file in the builds of the folder with its hash and the time of its last change."""
    found = {
        str(path.relative_to(folder)): (
            sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(MEMORY)
    }
    assert found
    return found


def builder(cache: Path, seeds: Path, **environment: str) -> subprocess.Popen[str]:
    """A process that has imported everything and waits to be told to build these seeds."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(cache), str(seeds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        cwd=cache.parent,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def finish(process: subprocess.Popen[str]) -> Path:
    """Where the process built."""
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return Path(out.strip())


def test_a_second_build_is_the_first_one(cache_with_one_build: Path, example_build: Build) -> None:
    before = content(cache_with_one_build)
    again = build(cache=cache_with_one_build)
    assert not again.is_new
    assert again.path.name == example_build.path.name
    assert content(cache_with_one_build) == before


@pytest.mark.slow
def test_content_decides_and_not_time(cache: Path, mine: Path) -> None:
    first = build([mine], cache=cache)
    assert first.is_new
    (file,) = mine.glob("entities/*.yaml")
    os.utime(file, (1, 1))
    assert build([mine], cache=cache) == Build(first.path, is_new=False)

    stat = file.stat()
    file.write_bytes(file.read_bytes().replace(b"Atlantis", b"Atlantic"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    second = build([mine], cache=cache)
    assert second.is_new
    assert second.path != first.path
    assert b"Atlantic" in second.dump.read_bytes()
    assert b"Atlantic" not in first.dump.read_bytes()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once."""
    monkeypatch.setattr(builds, "_SETTLED", 0)


@pytest.mark.usefixtures("settled")
def test_the_present_build_is_known_by_the_stamps_of_its_inputs(
    cache_with_one_build: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAAWUN_CACHE", str(cache_with_one_build))
    assert Memory(cache_with_one_build, stack([mine])).build() is None
    built = present_build([mine])
    assert built.is_new
    assert Memory(cache_with_one_build, stack([mine])).build() == Build(built.path, is_new=False)
    assert Memory(cache_with_one_build, stack([])).build() is None
    shutil.rmtree(built.path)
    assert Memory(cache_with_one_build, stack([mine])).build() is None
    builds.forget_lost_builds(cache_with_one_build)
    assert not list(cache_with_one_build.glob(f"{MEMORY}*"))
    assert present_build([mine]) == built


def _same_size_and_time(file: Path) -> None:
    stat = file.stat()
    file.write_bytes(file.read_bytes().replace(b"Atlantis", b"Atlantic"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "change",
    [
        _same_size_and_time,
        lambda file: os.utime(file, (1, 1)),
        lambda file: file.rename(file.with_name("state.yaml")),
        lambda file: shutil.copyfile(file, file.with_name("copy.yaml")),
        lambda file: file.unlink(),
    ],
    ids=["same size and time", "another time", "renamed", "one more", "one less"],
)
def test_every_change_of_an_input_changes_the_stamps(
    change: Callable[[Path], object], cache_with_one_build: Path, mine: Path
) -> None:
    built = next(cache_with_one_build.iterdir())
    Memory(cache_with_one_build, stack([mine])).keep(Build(built, is_new=False))
    assert Memory(cache_with_one_build, stack([mine])).build()
    time.sleep(0.02)  # More than a step of the file system's clock.
    change(next(mine.glob("entities/*.yaml")))
    assert Memory(cache_with_one_build, stack([mine])).build() is None


def test_inputs_that_have_just_changed_are_not_known_by_their_stamps(
    cache_with_one_build: Path, mine: Path
) -> None:
    built = next(cache_with_one_build.iterdir())
    Memory(cache_with_one_build, stack([mine])).keep(Build(built, is_new=False))
    assert Memory(cache_with_one_build, stack([mine])).build() is None


@pytest.mark.usefixtures("settled")
def test_a_spoilt_memory_is_as_good_as_none(cache_with_one_build: Path) -> None:
    build(cache=cache_with_one_build)
    (memory,) = cache_with_one_build.glob(f"{MEMORY}*")
    assert Memory(cache_with_one_build, stack([])).build()
    for spoilt in (b"", b"\xff\xfe", b"../\n", memory.read_bytes()[:-1]):
        memory.write_bytes(spoilt)
        assert Memory(cache_with_one_build, stack([])).build() is None


def test_a_collection_moved_elsewhere_needs_no_new_build(
    cache_with_one_build: Path, mine: Path, tmp_path: Path
) -> None:
    built = build([mine], cache=cache_with_one_build)
    moved = shutil.copytree(mine, tmp_path / "elsewhere" / "mine")
    assert build([moved], cache=cache_with_one_build) == Build(built.path, is_new=False)


def test_faults_leave_the_cache_as_it_is(cache_with_one_build: Path, mine: Path) -> None:
    (mine / "entities" / "city.yaml").write_text("city/cairo: {ar: Cairo}\n", "utf-8")
    before = content(cache_with_one_build)
    with pytest.raises(CollectionError):
        build([mine], cache=cache_with_one_build)
    assert content(cache_with_one_build) == before
    assert len(visible(cache_with_one_build)) == 1
    assert not build(cache=cache_with_one_build).is_new


def test_faults_do_not_even_make_the_cache(cache: Path, mine: Path) -> None:
    (mine / "facts").mkdir()
    (mine / "facts" / "new.csv").write_text("")
    with pytest.raises(CollectionError):
        build([mine], cache=cache)
    assert not cache.exists()


@pytest.mark.slow
def test_a_build_killed_at_any_moment_leaves_the_old_graph_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The bundled entities, which the collection of the benchmark names, and no bundled fact.
    below = tmp_path / "below"
    shutil.copytree(SEEDS, below, ignore=shutil.ignore_patterns("facts"))

    def command(place: Any, *arguments: str) -> list[str]:
        return [*in_place(below), *arguments, "--collection", str(place.collection)]

    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    monkeypatch.setattr(sys, "argv", ["faults.py", "--kills", "3", "--facts", "100"])
    # The benchmark tells the bundled facts again.
    with put_in_place(SEEDS):
        faults = import_module("faults")
        monkeypatch.setattr(faults.Place, "command", command)
        faults.main()
    said = capsys.readouterr().out
    killed = re.findall(r"(\d+) kills while it ran", said)
    assert sum(map(int, killed)) == 3
    assert said.count("lost or damaged: 0") == len(killed) == 2


@pytest.mark.slow
def test_two_builds_at_once_both_end_with_the_one_build(cache: Path, example: Path) -> None:
    processes = [builder(cache, example), builder(cache, example)]
    for process in processes:
        go(process)
    first, second = map(finish, processes)
    assert first == second
    assert visible(cache) == [first]
    assert build(cache=cache) == Build(first, is_new=False)


def test_a_cache_that_cannot_be_written_is_an_error_with_a_remedy() -> None:
    # Nobody can make a folder there, not even root.
    with pytest.raises(StoreError, match=r"(?s)the cache folder /proc/.*TAAWUN_CACHE"):
        build(cache=Path("/proc/taawun"))


def test_a_cache_folder_that_is_read_only_is_an_error_with_a_remedy(cache: Path) -> None:
    if os.geteuid() == 0:
        folder = Path("/sys/kernel")  # Root may write wherever the mode forbids it, but not here.
    else:
        cache.mkdir(mode=0o500)
        folder = cache
    with pytest.raises(
        StoreError, match=r"(?s)the cache folder .* cannot be written: .*TAAWUN_CACHE"
    ):
        build(cache=folder)


def test_a_cache_path_that_is_a_file_is_an_error_with_a_remedy(cache: Path) -> None:
    cache.write_text("mine")
    with pytest.raises(
        StoreError, match=r"(?s)the cache folder .* cannot be written: .*TAAWUN_CACHE"
    ):
        build(cache=cache)
    with pytest.raises(
        StoreError, match=r"(?s)the cache folder .* cannot be written: .*TAAWUN_CACHE"
    ):
        build(cache=cache / "below")
    assert cache.read_text() == "mine"


def test_a_damaged_store_is_an_error_with_a_remedy(cache_with_one_build: Path) -> None:
    built = build(cache=cache_with_one_build)
    (built.path / "store" / "CURRENT").unlink()
    with pytest.raises(StoreError, match=f"delete {built.path}"):
        built.store()
    shutil.rmtree(built.path)
    assert build(cache=cache_with_one_build).store()


def test_a_dump_that_cannot_be_written_is_an_error_and_leaves_nothing(
    cache_with_one_build: Path,
) -> None:
    built = build(cache=cache_with_one_build)
    built.path.joinpath("dataset.nq").unlink(missing_ok=True)
    built.path.joinpath("dataset.nq").mkdir()
    with pytest.raises(StoreError, match=r"(?s)dataset\.nq cannot be written: .*TAAWUN_CACHE"):
        _ = built.dump
    assert visible(cache_with_one_build) == [built.path]


def test_old_builds_and_abandoned_ones_are_deleted_in_the_end(cache: Path) -> None:
    now = time.time()
    for number in range(6):
        folder = cache / f"old-{number}"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
        os.utime(folder, (now - number, now - number))
    (cache / ".building-killed" / "store").mkdir(parents=True)
    (cache / "file").write_text("not ours")
    with Unfinished(cache) as by_another:
        (by_another.path / "store").mkdir()
        built = build(cache=cache)
        left = {path.name for path in visible(cache)}
        assert left == {built.path.name, "old-0", "old-1", "old-2", by_another.path.name, "file"}
    assert not by_another.path.exists()


def test_the_store_holds_what_the_dump_holds(the_build: Build) -> None:
    store = ox.Store.read_only(str(the_build.path / "store"))
    dump = set(ox.parse(path=str(the_build.dump), format=ox.RdfFormat.N_QUADS))
    assert len(dump) > 10_000
    assert set(store) == dump
    assert the_build.manifest()["quads"] == len(dump)


def test_the_manifest_counts_what_there_is(the_build: Build, the_collection) -> None:
    manifest = the_build.manifest()
    assert manifest["facts"] == len({fact.iri for fact in the_collection.facts})
    assert manifest["documents"] == 5
    assert manifest["entities"] == len(the_collection.entities)


def package_copy(folder: Path) -> Path:
    """A copy of the package in a folder of its own, as on another checkout."""
    code = ("graph", "loaders", "ontology", "queries", "seeds", "viz")
    for name in code:
        shutil.copytree(
            ROOT / name,
            folder / "taawun" / name,
            ignore=shutil.ignore_patterns("__pycache__"),
            copy_function=shutil.copyfile,
        )
    for path in ROOT.glob("*.py"):
        shutil.copyfile(path, folder / "taawun" / path.name)
    return folder


@pytest.mark.slow
def test_two_checkouts_build_the_same_bytes(tmp_path: Path, the_build: Build) -> None:
    package = package_copy(tmp_path / "somewhere else")
    process = builder(
        tmp_path / "cache",
        package / "taawun" / "seeds",
        PYTHONPATH=str(package),
        PYTHONHASHSEED="2",
        TZ="Asia/Tokyo",
        LC_ALL="C",
    )
    go(process)
    there = finish(process)
    assert there.name == the_build.path.name
    assert Build(there, is_new=False).dump.read_bytes() == the_build.dump.read_bytes()


def test_a_changed_program_builds_anew(tmp_path: Path, the_build: Build) -> None:
    package = package_copy(tmp_path)
    find = f"print(find_build([], cache=Path({str(the_build.path.parent)!r})))"
    code = f"from pathlib import Path; from taawun.loaders.builds.build import find_build; {find}"

    def found() -> str:
        env = {**os.environ, "PYTHONPATH": str(package)}
        command = [sys.executable, "-c", code]
        return subprocess.check_output(command, text=True, cwd=tmp_path, env=env).strip()

    assert the_build.path.name in found()
    with (package / "taawun" / "graph" / "derive.py").open("a") as file:
        file.write("# changed\n")
    assert found() == "None"


def test_the_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/cache")
    monkeypatch.delenv("TAAWUN_CACHE", raising=False)
    assert cache_folder() == Path("/home/cache/taawun")
    monkeypatch.setenv("TAAWUN_CACHE", "/elsewhere")
    assert cache_folder() == Path("/elsewhere")


def test_builds_from_before_the_clock_was_set_back_do_not_outlive_those_in_use(
    cache_with_one_build: Path, mine: Path
) -> None:
    """A build in use and five with a later time: the next one deletes none but of the five."""
    used = build(cache=cache_with_one_build).path
    later = time.time() + 3600
    for number in range(5):
        folder = shutil.copytree(used, cache_with_one_build / f"{number:016x}")
        os.utime(folder, (later, later))
    build([mine], cache=cache_with_one_build)
    assert used.is_dir()
    assert len(visible(cache_with_one_build)) == 4


def test_a_build_that_is_still_needed_outlives_those_that_servers_keep_in_use(
    cache_with_one_build: Path, mine: Path
) -> None:
    """A server sets the time of its build anew every few seconds."""
    needed = build(cache=cache_with_one_build).path
    for number in range(3):
        shutil.copytree(needed, cache_with_one_build / f"{number:016x}")
    earlier = time.time() - 10
    os.utime(needed, (earlier, earlier))
    build([mine], cache=cache_with_one_build, spared=[needed])
    assert needed.is_dir()
