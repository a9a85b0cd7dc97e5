"""What is simulated of Windows: no POSIX module, its locks, its names, its way to serve.

Nothing here runs on Windows. `make lint` checks the types as they are there; these tests run the
program without what is missing there, in processes that `support/windows` prepares.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OTHERS = {"benchmarks", "build", "docs", "tests", ".venv"}
FILES = [path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] not in OTHERS]
SIMULATED = {
    "PYTHONPATH": str(ROOT / "tests" / "support" / "windows"),
    "TAAWUN_COLLECTIONS": "",
    "LC_ALL": "en_GB.UTF-8",
}
ASKING = "click edtf jinja2 networkx prompt_toolkit pyoxigraph pyvis.network rich.console yaml"
SERVING = f"{ASKING} httptools mimeparse starlette uvicorn uvicorn.protocols.http.httptools_impl"
EVERYTHING = f"{SERVING} distributed mcp.server openpyxl oxrdflib pyshacl rdflib SPARQLWrapper"


@pytest.fixture
def on_windows(tmp_path, the_build):
    """Run Python in a process that looks like Windows."""

    def run(
        *arguments: str, libraries: str = ASKING, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-X", "warn_default_encoding", *arguments],
            cwd=tmp_path, capture_output=True, encoding="utf-8",
            env={**os.environ, **SIMULATED, "TAAWUN_CACHE": str(the_build.path.parent),
                 "TAAWUN_LIBRARIES": libraries, **more},
        )  # fmt: skip

    return run


def test_every_module_is_imported_without_a_posix_module(on_windows):
    code = """
import importlib, pkgutil, sys, taawun
assert sys.platform == "win32"
names = [m.name for m in pkgutil.walk_packages(taawun.__path__, "taawun.")
         if m.name.split(".")[1] not in ("tests", "benchmarks", "build", "docs", "__main__")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    got = on_windows("-c", code, libraries=EVERYTHING)
    assert got.returncode == 0, got.stderr
    assert int(got.stdout) > 150


#: Runs commands one after the other, as a shell would, in one process.
COMMANDS = """
import json, sys
from click.testing import CliRunner
from taawun.cli import main
for words in json.loads(sys.argv[1]):
    said = CliRunner().invoke(main, words)
    assert said.exit_code == 0, (words, said.output, said.exception)
"""


def test_building_asking_looking_and_adding_work(on_windows, tmp_path):
    got = on_windows("-m", "taawun", "ask", "agreement-signatories", "--why")
    assert got.returncode == 0, got.stderr
    assert "Nigeria" in got.stdout
    mine = ["--collection", "mine"]
    commands = [
        ["explore", "--question", "agreement-signatories", "-o", "graph.html"],
        ["new", "mine", "--example"],
        ["add", "country/example-republic", "cooperationArea", "area/cybersecurity",
         "--document", "example-memo", "--modality", "inferred", "--note", "قراءة",
         "--quote", "وتعتزم جمهورية المثال التعاون مع مملكة النموذج", *mine],
        ["build", *mine],
        ["check", *mine],
        ["export", "csv", "-o", "facts.csv"],
    ]  # fmt: skip
    got = on_windows("-c", COMMANDS, json.dumps(commands))
    assert got.returncode == 0, got.stderr
    assert (tmp_path / "graph.html").stat().st_size > 1e6
    assert b"\r" not in (tmp_path / "mine/facts/example-memo.yaml").read_bytes()
    assert b"\r\r" not in (tmp_path / "facts.csv").read_bytes()


def test_a_lock_keeps_others_out_until_it_is_given_back(on_windows):
    code = """
import os, subprocess, sys
from pathlib import Path
from taawun.loaders.builds.atomic_folder import lock
here = Path("folder"); here.mkdir()
held = lock(here, wait=True)
other = [sys.executable, "-c", "from pathlib import Path; "
         "from taawun.loaders.builds.atomic_folder import lock; "
         "print(lock(Path('folder'), wait=False) is None)"]
print(subprocess.run(other, capture_output=True, text=True, encoding="utf-8").stdout.strip())
os.rename(here, "moved"); os.rename("moved", here)
os.close(held)
print(subprocess.run(other, capture_output=True, text=True, encoding="utf-8").stdout.strip())
"""
    got = on_windows("-c", code)
    assert got.stdout.split() == ["True", "False"], got.stderr


def test_the_server_answers_and_stops_a_long_query(start_server, monkeypatch):
    for name, value in {**SIMULATED, "TAAWUN_LIBRARIES": SERVING}.items():
        monkeypatch.setenv(name, value)
    server = start_server("serve", "--port", "0", "--timeout", "2", "--workers", "1")
    assert "no limit" in server.log.read_text() or "cannot limit" in server.log.read_text()
    got = server.query("SELECT ?a { ?a a tw:Agreement } ORDER BY ?a", accept="text/csv")
    assert (got.status, got.text.count("\n")) == (200, 9)
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f) }"
    assert server.query(heavy).status == 503
    assert server.get("/questions/agreement-signatories").status == 200
    assert json.loads(server.get("/api/questions").text)


def calls_of(path: Path, names: set[str]) -> list[ast.Call]:
    """The calls of functions or methods with these names in a module."""
    return [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in names
    ]


def test_texts_are_written_with_the_same_line_ends_everywhere():
    calls = [(path, call) for path in FILES for call in calls_of(path, {"write_text"})]
    assert len(calls) > 5
    for path, call in calls:
        known = {word.arg for word in call.keywords}
        is_one_line = "_note(" in ast.unparse(call)
        assert "newline" in known or is_one_line, f"{path}:{call.lineno}"


def test_git_changes_no_byte_of_a_document():
    got = subprocess.run(
        ["git", "check-attr", "text", "--", "seeds/documents/documents.yaml"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert got.stdout.strip().endswith("text: unset")
