"""The short way of ``taawun ask``: the same bytes as the long one, and hardly any library."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taawun.commands.quick import answer
from taawun.loaders.builds import cache as builds
from taawun.loaders.builds.cache import Build, Memory, stack
from taawun.queries.question import HERE, _plain_columns, find_bundled, read_header

#: What of ours answers a stored question in a pipe: each module costs about half a millisecond.
MODULES = {
    "taawun", "taawun.__main__", "taawun.commands", "taawun.commands.interrupt",
    "taawun.commands.quick", "taawun.commands.settings", "taawun.graph", "taawun.graph.errors",
    "taawun.graph.store", "taawun.graph.control_characters", "taawun.loaders",
    "taawun.loaders.builds", "taawun.loaders.builds.cache", "taawun.loaders.builds.inputs",
    "taawun.loaders.builds.seal",
    "taawun.ontology", "taawun.ontology.namespaces", "taawun.queries", "taawun.queries.answer",
    "taawun.queries.labels", "taawun.queries.question",
    "taawun.queries.results", "taawun.queries.answer_writer",
}  # fmt: skip
#: What a command line needs and this way does not.
SLOW = {"click", "dataclasses", "hashlib", "inspect", "json", "random", "tempfile", "yaml"}
NAMES = sorted(path.stem for path in HERE.glob("*.rq"))
LISTED = """
import os, sys
def say(code):
    sys.stdout.flush()
    os.write(2, " ".join(sorted(sys.modules)).encode())
os._exit = say
sys.argv = ["taawun", "ask", "agreement-signatories"]
from taawun.__main__ import main
main()
"""


@pytest.fixture
def environment(the_build: Build, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Where the session's build is remembered by the stamps of its inputs."""
    monkeypatch.setattr(builds, "_SETTLED", 0)
    cache = the_build.path.parent
    Memory(cache, stack([])).keep(the_build)
    for name, value in {"TAAWUN_CACHE": str(cache), "TAAWUN_COLLECTIONS": ""}.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, "LC_ALL": "en_GB.UTF-8"}


def test_a_stored_question_in_a_pipe_loads_these_modules_and_no_others(
    environment: dict[str, str],
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", LISTED], env=environment, capture_output=True, text=True, check=True
    )
    assert "Nigeria" in said.stdout
    loaded = set(said.stderr.split())
    assert {name for name in loaded if name.partition(".")[0] == "taawun"} == MODULES
    assert not loaded & SLOW
    assert len(loaded) < 110


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "markdown"])
@pytest.mark.parametrize("name", NAMES[::7])
def test_the_short_way_prints_what_the_long_one_prints(
    name: str, style: str, environment: dict[str, str], run, capfdbinary
) -> None:
    arguments = ["ask", name, "--format", style, "--lang", "ar"]
    assert environment
    code = answer(arguments)
    said = run(*arguments)
    assert (capfdbinary.readouterr().out, code) == (said.stdout_bytes, said.exit_code)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ask",
        "questions",
        "ask no-such-question",
        "ask ../queries/agreement-signatories",
        "ask agreement-signatories country-areas",
        "ask agreement-signatories --why",
        "ask agreement-signatories -p country=iraq",
        "ask agreement-signatories --format table",
        "ask agreement-signatories --format",
        "ask agreement-signatories --lang fr",
        "ask agreement-signatories --collection /no/such/folder",
        "ask agreement-signatories --help",
        "--lang ar ask agreement-signatories",
    ],
)
def test_whatever_asks_for_more_is_left_to_the_long_way(
    line: str, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert environment
    assert answer(line.split()) is None
    assert capsys.readouterr() == ("", "")


def test_a_graph_that_is_not_built_yet_is_left_to_the_long_way(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment
    monkeypatch.setenv("TAAWUN_CACHE", str(tmp_path))
    assert answer(["ask", "agreement-signatories"]) is None


def test_a_question_of_a_collection_comes_over_the_bundled_one(
    environment: dict[str, str], tmp_path: Path, the_build: Build
) -> None:
    assert environment
    (tmp_path / "queries").mkdir()
    line = ["ask", "agreement-signatories", "--collection", str(tmp_path), "--format", "csv"]
    Memory(the_build.path.parent, stack([tmp_path])).keep(the_build)
    assert answer(line) == 0
    (tmp_path / "queries" / "agreement-signatories.rq").write_text("")
    assert answer(line) is None


def test_a_reader_that_has_seen_enough_ends_it_without_a_word(environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (["ask", "agreement-signatories"], ["sparql", "SELECT * { ?s ?p ?o }"]):
        done = subprocess.run(
            [sys.executable, "-m", "taawun", *arguments],
            env=environment, stdout=writing, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
    os.close(writing)


ENDLESS = [
    sys.executable, "-m", "taawun", "sparql",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
]  # fmt: skip


def test_ctrl_c_ends_a_command_whose_query_does_not_end(environment: dict[str, str]) -> None:
    started = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(ENDLESS, env=environment, stdout=subprocess.PIPE)
    signal.signal(signal.SIGINT, started)
    try:
        while _seconds_of_work(process) < 2:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == -signal.SIGINT
    finally:
        process.kill()
        process.communicate()


def test_a_time_limit_ends_it_too(environment: dict[str, str]) -> None:
    command = [*ENDLESS, "--timeout", "2"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "The query was stopped: it did not end in time (--timeout 2)\n"


def _seconds_of_work(process: subprocess.Popen[bytes]) -> float:
    """Processor time: the start of the command takes less than a second of it."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_columns_are_read_without_yaml_as_with_it() -> None:
    questions = list(filter(None, map(find_bundled, NAMES)))
    assert len(questions) == len(NAMES) > 40
    plain = {q.name: _plain_columns(q.text) for q in questions}
    read = {q.name: read_header(q.name, q.text).columns for q in questions}
    assert plain == read


HEADER = "#+ summary: s\n#+ summary_ar: s\n#+ tags: [t]\n#+ rows: 1\n"


@pytest.mark.parametrize(
    "columns",
    [
        '#+ columns:\n#+   a: {ar: "اسم", en: name}\n',
        "#+ columns:\n#+   a: {en: name, ar: اسم}\n",
        "#+ columns: {a: {ar: اسم, en: name}}\n",
        "#+ columns:\n#+     a: {ar: اسم, en: name}\n",
        "#+ 'columns':\n#+   a: {ar: اسم, en: name}\n",
        "#+ columns:\n#+   a: {ar: اسم, en: name}  # comment\n",
        "#+ note: columns\n",
    ],
)
def test_what_is_not_written_in_the_plainest_way_is_left_to_yaml(columns: str) -> None:
    text = HEADER + columns + "SELECT * {}"
    assert read_header("mine", text)
    assert _plain_columns(text) is None


@pytest.mark.parametrize("name", ["yes", "2019", "on", "~", "2019-13-45"])
def test_whatever_stands_as_a_name_is_a_text(name: str) -> None:
    text = f"{HEADER}#+ columns:\n#+   a: {{ar: اسم, en: {name}}}\nSELECT * {{}}"
    found = {"a": {"ar": "اسم", "en": name}}
    assert read_header("mine", text).columns == found
    assert _plain_columns(text) in (found, None)


def test_the_clock_of_this_file_system_is_finer_than_what_counts_as_settled(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    age = time.time_ns() - (tmp_path / "file").stat().st_ctime_ns
    assert age < builds._SETTLED
