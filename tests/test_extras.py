"""Extras: what needs one works with it alone, and without it names the command that installs it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = {k: v for k, v in PROJECT["optional-dependencies"].items() if k != "all"}
NOWHERE = "http://127.0.0.1:9/sparql"
OPENED = "import taawun; kg = taawun.open(language='en'); "
TERMS = (ROOT / "loaders/editing/template/ontology/terms.ttl").read_text("utf-8")
#: What each extra is for: command lines and pieces of Python, with what the ones that cannot do
#: their work here say instead.
NEEDS = {
    "server": [["serve", "--host", "203.0.113.1", "--public", "x"],
               ["publish", "site", "--endpoint", NOWHERE]],
    "check": [["build", "--collection", "terms"],
              "from taawun.loaders.checks.shapes import Shapes\n"
              "shapes = Shapes(); assert shapes.reference(shapes.store([])) == []"],
    "desk": [["desk"]],
    "endpoint": [["ask", "agreement-signatories", "--endpoint", NOWHERE]],
    "excel": [["ask", "agreement-signatories", "-o", "answer.xlsx"]],
    "mcp": [["mcp", "--endpoint", NOWHERE]],
    "pandas": [f"{OPENED}kg.ask('agreement-signatories').to_pandas()"],
    "rdflib": [f"{OPENED}assert len(kg.dataset())"],
    "dask": ["from taawun.loaders.builds import sharded_build; sharded_build._PATIENCE = 0.1\n"
             "with sharded_build.executor_of('tcp://127.0.0.1:9', None): pass"],
    "parquet": [["release", "data", "--parquet"]],
}  # fmt: skip
#: Messages of what needs an address that nobody has.
ELSEWHERE = ("cannot listen", "reached", "refused", "--collection", "--endpoint")


#: Reads what every installed package brings.
owners_of_modules = cache(packages_distributions)


def modules_of(requirements: list[str]) -> list[str]:
    """The modules that requirements bring, with all that they require, as installed here."""
    found: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    left = [Requirement(text) for text in requirements]
    while left:
        wanted = left.pop()
        name = wanted.name.lower().replace("_", "-")
        if (name, *sorted(wanted.extras)) not in seen:
            seen.add((name, *sorted(wanted.extras)))
            found.add(name)
            for text in distribution(name).requires or ():
                inner = Requirement(text)
                wants = {"", *wanted.extras}
                if not inner.marker or any(inner.marker.evaluate({"extra": e}) for e in wants):
                    left.append(inner)
    return [
        module
        for module, owners in owners_of_modules().items()
        if any(owner.lower().replace("_", "-") in found for owner in owners)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a collection of the template, and one with a term of its own."""
    place = tmp_path_factory.mktemp("extras")
    subprocess.run(
        [sys.executable, "-m", "taawun", "new", "mine", "--example"], cwd=place, check=True,
        capture_output=True,
    )  # fmt: skip
    (place / "terms" / "ontology").mkdir(parents=True)
    # The template's term, without the marks of a comment.
    term = TERMS.partition("docs/ontology-extension.md).\n#\n")[2].replace("# ", "")
    (place / "terms" / "ontology" / "terms.ttl").write_text(term, "utf-8")
    return place


@pytest.fixture
def run_with(folder, few_facts):
    """Run command lines where only the core and these extras are installed, over few facts."""

    def run(runs, *extras, language="en"):
        wanted = [*PROJECT["dependencies"], *(text for name in extras for text in EXTRAS[name])]
        got = subprocess.run(
            [sys.executable, str(ROOT / "tests/support/only_installed.py"),
             json.dumps([modules_of(wanted), runs, str(few_facts)])],
            cwd=folder, capture_output=True, encoding="utf-8",
            env={**os.environ, "TAAWUN_CACHE": str(folder / "cache"), "TAAWUN_LANG": language,
                 "TAAWUN_COLLECTIONS": "", "LC_ALL": f"{language}_EG.UTF-8"},
        )  # fmt: skip
        assert got.returncode == 0, got.stderr
        return [json.loads(line) for line in got.stdout.splitlines()]

    return run


@pytest.mark.slow
def test_without_an_extra_a_graph_is_built_checked_asked_and_looked_at(run_with):
    runs = [
        ["check"],
        ["ask", "which countries signed agreements with Egypt", "--why"],
        ["explore", "-o", "graph.html"],
        ["build", "--collection", "mine"],
    ]
    (_, code, _, errors), *others = run_with(runs)
    # It finds that the answers are not those of all facts.
    assert (code, "the answer has changed" in errors, "taawun[" in errors) == (1, True, False)
    for command, code, _, errors in others:
        assert code in (0, 1) if command[0] == "ask" else code == 0, (command, errors)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_missing_extra_is_named_with_its_command(run_with, language):
    runs = [run for runs in NEEDS.values() for run in runs]
    got = iter(run_with(runs, language=language))
    for extra, wanted in NEEDS.items():
        for run in wanted:
            _, code, _, errors = next(got)
            assert code == 2, (run, errors)
            assert f'pip install "taawun[{extra}]"' in errors, (run, errors)
            if language == "ar" and isinstance(run, list):
                assert "يحتاج" in errors, (run, errors)


@pytest.mark.slow
@pytest.mark.parametrize("extra", NEEDS)
def test_an_extra_alone_does_its_work(run_with, extra):
    for run, code, _, errors in run_with(NEEDS[extra], extra):
        assert "taawun[" not in errors, (run, errors)
        assert "Traceback" not in errors
        assert code in (0, 1) or any(word in errors for word in ELSEWHERE), (run, code, errors)


#: Imports in functions that are only reached after a guarded import of the same package.
GUARDED_BEFORE = {("listing.py", "pandas"), ("workbook.py", "openpyxl")}


class Unguarded(ast.NodeVisitor):
    """Finds imports of an extra's packages in functions that no ``needs`` surrounds."""

    def __init__(self, path: Path, tree: ast.Module, packages: set[str]) -> None:
        self._path, self._packages = path, packages
        self.found: list[tuple[str, str]] = []
        self._is_in_function = False
        self.visit(tree)

    def visit_With(self, node):
        if not ast.unparse(node.items[0]).startswith("needs("):
            self.generic_visit(node)

    def visit_FunctionDef(self, node):
        before, self._is_in_function = self._is_in_function, True
        self.generic_visit(node)
        self._is_in_function = before

    def visit_Import(self, node):
        self._look(*(alias.name for alias in node.names))

    def visit_ImportFrom(self, node):
        self._look(*([] if node.level else [node.module]))

    def _look(self, *names):
        tops = {name.partition(".")[0] for name in names} & self._packages
        if self._is_in_function:
            self.found += [(self._path.name, top) for top in tops]


@pytest.fixture(scope="module")
def trees():
    """The modules of the repository but for the tests, each with its syntax tree."""
    paths = [
        path
        for top in ROOT.iterdir()
        if top.name not in ("tests", ".venv", "build")
        for path in ([top] if top.suffix == ".py" else top.rglob("*.py"))
    ]
    return {path: ast.parse(path.read_text("utf-8")) for path in paths}


def test_no_function_imports_an_extra_unguarded(trees):
    own = set(modules_of(PROJECT["dependencies"]))
    texts = [text for extra in EXTRAS.values() for text in extra]
    owners = {Requirement(text).name.lower().replace("_", "-") for text in texts}
    packages = {
        module
        for module, names in owners_of_modules().items()
        if {name.lower().replace("_", "-") for name in names} & owners
    } - own
    assert {"openpyxl", "rdflib", "starlette", "pandas"} <= packages
    found = [
        item
        for path, tree in trees.items()
        if path.relative_to(ROOT).parts[0] not in ("benchmarks", "docs")
        for item in Unguarded(path, tree, packages).found
    ]
    assert set(found) == GUARDED_BEFORE


def test_every_extra_is_asked_for_by_its_name_and_tried(trees):
    named = {
        node.args[0].value
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "needs"
    }
    assert named == set(EXTRAS) == set(NEEDS)
    (everything,) = PROJECT["optional-dependencies"]["all"]
    assert Requirement(everything).extras == set(EXTRAS)
    # The docs list them.
    text = (ROOT / "docs" / "install.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` ", text, re.M)) == {*EXTRAS, "all"}
