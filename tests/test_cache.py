"""Bad days of the cache: damaged, full, read-only, old, shared. Right answers, or a way on.

Each command runs in a process of its own; where the modes of files matter, as one that they bind.
The example collection takes the place of the bundled one: its builds have the same files.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from ctypes import CDLL
from pathlib import Path

import pyoxigraph as ox
import pytest
from in_place import in_place

from taawun.graph.errors import StoreError, TaawunError
from taawun.graph.store import EmbeddedStore, read
from taawun.loaders.builds import cache as cache_module
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import Build, cache_folder

QUERY = 'SELECT ?n { country:model-kingdom rdfs:label ?n FILTER(LANG(?n) = "en") }'
ANSWER = "Kingdom of Model (invented)"
#: From linux/capability.h and linux/prctl.h.
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24


pytestmark = pytest.mark.usefixtures("example_alone")


@pytest.fixture
def cache(tmp_path: Path, example_build: Build) -> Path:
    """A cache folder with a copy of the finished build of the example."""
    shutil.copytree(example_build.path, tmp_path / "cache" / example_build.path.name)
    return tmp_path / "cache"


@pytest.fixture
def built(cache: Path) -> Path:
    """The one build in the cache."""
    (folder,) = builds(cache)
    return folder


def start(
    cache: Path | str,
    *arguments: str,
    prepare: Callable[[], object] | None = None,
    cwd: Path | None = None,
    **environment: str,
) -> subprocess.Popen[str]:
    """Start a command of ours over the cache."""
    return subprocess.Popen(
        [*in_place(cache_module.SEEDS), *arguments, "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
        cwd=cwd,
        env={
            **os.environ,
            "TAAWUN_CACHE": str(cache),
            "TAAWUN_COLLECTIONS": "",
            **environment,
        },
    )


def run(
    cache: Path | str,
    *arguments: str,
    prepare: Callable[[], object] | None = None,
    cwd: Path | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command of ours over the cache; whatever happens, it shows no traceback."""
    process = start(cache, *arguments, prepare=prepare, cwd=cwd, **environment)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def answers(cache: Path | str, **environment: str) -> bool:
    """Whether a question gets its right answer; else it gets a message that says what to do."""
    said = run(cache, "sparql", QUERY, **environment)
    if said.returncode == 0:
        assert said.stdout.splitlines()[-1] == ANSWER
        return True
    assert said.returncode == 2
    assert re.search("delete|TAAWUN_CACHE", said.stderr), said.stderr
    return False


def bound_by_modes() -> None:
    """Go on as a user whom the modes of files bind, even if it is root."""
    if os.geteuid() == 0:
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            assert CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0


def builds(cache: Path) -> list[Path]:
    """The finished builds in the cache."""
    return [path for path in cache.iterdir() if not path.name.startswith(".")]


def quads(store: EmbeddedStore) -> list[str]:
    return sorted(map(str, read(store.quads)))


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "half": lambda content, _: content[: len(content) // 2],
    "emptied": lambda _, __: b"",
    "longer": lambda content, _: content + b"more",
    "zeros": lambda content, _: bytes(len(content)),
    "flipped": lambda content, chances: flipped(content, chances.randrange(len(content))),
}


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def _kinds(folder: Path) -> list[Path]:
    """The files of a build; of the store's many tables and logs, the first and the last."""
    kinds: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            kinds.setdefault(path.suffix or path.name, []).append(path)
    return [path for paths in kinds.values() for path in dict.fromkeys((paths[0], paths[-1]))]


@pytest.mark.slow
def test_no_damaged_file_ever_changes_the_graph(cache: Path, built: Path) -> None:
    """Each file in turn: the graph is as it was, is built anew, or is refused with a remedy."""
    chances = random.Random(2026)
    wanted = quads(build(cache=cache).store())
    dump = build(cache=cache).dump.read_bytes()
    files = [path for path in _kinds(built) if path.stat().st_size]
    assert len(files) > 8
    kept = shutil.copytree(built, cache.parent / "kept")
    refusals: list[str] = []
    for path in files:
        damage = chances.choice(sorted(DAMAGES))
        path.write_bytes(DAMAGES[damage](path.read_bytes(), chances))
        try:
            found = build(cache=cache)
            assert quads(found.store()) == wanted, (path.name, damage)
            assert found.dump.read_bytes() == dump, (path.name, damage)
            assert found.manifest()["documents"] == 1, path.name
        except StoreError as error:
            refusals.append(str(error))
        shutil.rmtree(built)
        shutil.copytree(kept, built)
    assert [message for message in refusals if "delete" not in message] == []


@pytest.mark.slow
def test_no_missing_file_ever_changes_the_graph(cache: Path, built: Path) -> None:
    wanted = quads(build(cache=cache).store())
    names = [path.relative_to(built) for path in _kinds(built)]
    assert len(names) > 9
    for name in names:
        (built / name).unlink()
        assert quads(build(cache=cache).store()) == wanted, name


@pytest.mark.slow
def test_a_damaged_table_is_named_to_the_user_and_deleting_the_build_mends_it(
    cache: Path, built: Path
) -> None:
    for table in built.glob("store/*.sst"):
        content = bytearray(table.read_bytes())
        content[: len(content) // 2] = bytes(len(content) // 2)
        table.write_bytes(content)
    for command in (["sparql", QUERY], ["show", "model-kingdom"], ["check"], ["export", "nquads"]):
        said = run(cache, *command)
        assert said.returncode == 2, command
        assert "delete" in said.stderr
    shutil.rmtree(built)
    assert answers(cache)


@pytest.mark.slow
@pytest.mark.parametrize("left", ["an empty folder", "a folder without its seal", "a file"])
def test_what_stands_in_the_place_of_the_build_is_replaced(
    left: str, cache: Path, built: Path
) -> None:
    if left == "a folder without its seal":
        (built / "seal").unlink()
    else:
        shutil.rmtree(built)
        built.mkdir() if left == "an empty folder" else built.write_text("")
    assert answers(cache)
    assert not run(cache, "build").stdout.startswith("built")


def test_a_cache_of_an_earlier_release_is_passed_over(cache: Path, built: Path) -> None:
    earlier = cache / "0123456789abcdef"
    built.rename(earlier)
    (earlier / "seal").unlink()
    assert answers(cache)
    assert earlier.is_dir()


@pytest.mark.parametrize("has_build", [True, False], ids=["with the build", "without it"])
def test_a_cache_that_is_read_only(has_build: bool, cache: Path, built: Path) -> None:
    if not has_build:
        shutil.rmtree(built)
    for path in [cache, *cache.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    said = run(cache, "sparql", QUERY, prepare=bound_by_modes)
    if has_build:
        assert said.returncode == 0, said.stderr
        assert ANSWER in said.stdout
    else:
        assert said.returncode == 2
        assert "cannot be written" in said.stderr
        assert "TAAWUN_CACHE" in said.stderr
    for path in [*cache.rglob("*"), cache]:
        path.chmod(0o755)


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    said = run("", "sparql", QUERY, prepare=bound_by_modes, HOME=str(home), XDG_CACHE_HOME="")
    assert said.returncode == 2
    assert "TAAWUN_CACHE" in said.stderr


def test_no_home_at_all_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "TAAWUN_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)  # A user whom this machine does not know.
    with pytest.raises(StoreError, match="TAAWUN_CACHE"):
        cache_folder()


def test_a_cache_path_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("mine")
    assert not answers(tmp_path / "cache")
    assert (tmp_path / "cache").read_text() == "mine"


def test_no_folder_for_temporary_files_is_needed(cache: Path) -> None:
    nowhere = {"TMPDIR": "/nonexistent", "TEMP": "/nonexistent", "TMP": "/nonexistent"}
    shutil.rmtree(cache)
    assert answers(cache, **nowhere)
    said = run(cache, "export", "nquads", **nowhere)
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("\n") > 10_000


@pytest.mark.slow
# The largest file of this build has 200,000 bytes.
@pytest.mark.parametrize("size", [0, 4096, 50_000, 150_000])
def test_a_disk_that_is_full(size: int, cache: Path, built: Path, tmp_path: Path) -> None:
    """No file grows beyond the size: the build that cannot be written is no build at all."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    mine = tmp_path / "mine" / "entities"
    mine.mkdir(parents=True)
    (mine / "country.yaml").write_text("country/atlantis: {ar: أطلانطس, en: Atlantis}\n", "utf-8")
    said = run(cache, "build", "--collection", str(mine.parent), prepare=limit)
    assert said.returncode == 2, said.stdout
    assert "cannot be written" in said.stderr
    assert builds(cache) == [built]
    assert not list(cache.glob(".building-*"))
    assert answers(cache)
    assert build([mine.parent], cache=cache).is_new


@pytest.mark.slow
def test_builds_of_different_collections_at_once(cache: Path, tmp_path: Path) -> None:
    names = ["Atlantis", "Lemuria", "Thule"]
    commands = []
    for name in names:
        entities = tmp_path / name / "entities"
        entities.mkdir(parents=True)
        (entities / "country.yaml").write_text(
            f"country/{name.lower()}: {{ar: بلد, en: {name}}}\n", "utf-8"
        )
        query = QUERY.replace("model-kingdom", name.lower())
        commands.append(["sparql", query, "--collection", str(tmp_path / name)])
    processes = [start(cache, *command) for command in commands]
    for name, process in zip(names, processes, strict=True):
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.split()[-1] == name
    assert len(builds(cache)) == 4


@pytest.mark.slow
def test_readers_go_on_while_builds_come_and_their_own_is_deleted(
    cache: Path, built: Path, tmp_path: Path
) -> None:
    store = build(cache=cache).store()
    count = len(store.quads)
    entities = tmp_path / "mine" / "entities"
    entities.mkdir(parents=True)
    for number in range(5):
        (entities / "country.yaml").write_text(
            f"country/atlantis: {{ar: أطلانطس, en: Atlantis {number}}}\n", "utf-8"
        )
        build([entities.parent], cache=cache)
        os.utime(built, (1, 1)) if built.exists() else None
        assert sum(1 for _ in read(store.quads)) == count
    assert not built.exists()
    assert len(builds(cache)) == 4
    assert sum(1 for _ in read(store.quads)) == count


def test_a_clock_that_goes_backwards_loses_nothing(cache: Path, built: Path) -> None:
    ahead = time.time() + 10 * 365 * 86_400
    for number in range(5):
        folder = cache / f"made-tomorrow-{number}"
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
        os.utime(folder, (ahead + number, ahead + number))
    shutil.rmtree(built)
    assert build(cache=cache).path == built
    assert answers(cache)
    assert len(builds(cache)) == 4


def test_a_store_of_nothing_at_all_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(TaawunError, match="delete"):
        EmbeddedStore.open(tmp_path / "nowhere" / "store")


def test_an_answer_from_a_damaged_table_is_an_error_and_never_a_short_answer(
    cache: Path, built: Path
) -> None:
    store = build(cache=cache).store()
    for table in built.glob("store/*.sst"):
        table.write_bytes(bytes(table.stat().st_size))
    answer = store.query("SELECT * { GRAPH ?g { ?s ?p ?o } }")
    assert isinstance(answer, ox.QuerySolutions)
    with pytest.raises(StoreError, match="damaged"):
        list(read(answer))
    assert json.loads((built / "manifest.json").read_text())["quads"] > 10_000


def test_the_clock_of_this_file_system_is_finer_than_what_counts_as_settled(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    age = time.time_ns() - (tmp_path / "file").stat().st_ctime_ns
    assert age < cache_module._SETTLED


def test_a_build_that_is_small_enough_is_copied_into_memory(example_build: Build) -> None:
    store = example_build.store()
    copy = store.resident()
    assert copy is not store
    assert copy.build == store.build
    assert set(copy.quads) == set(store.quads)
    assert store.resident(most=len(store.quads) - 1) is store
