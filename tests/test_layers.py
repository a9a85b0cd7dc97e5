"""Imports point one way, without a circle, and the path of a command stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Each folder or module of the root, and what of ours it may import besides itself.
MAY_IMPORT = {
    "messages": set(),
    "ontology": {"messages"},
    "graph": {"messages", "ontology"},
    "loaders": {"graph", "messages", "ontology"},
    "queries": {"graph", "messages", "ontology"},
    "viz": {"graph", "messages", "ontology", "queries"},
    "checks": {"graph", "loaders", "messages", "ontology", "queries"},
    "trial": {"checks", "graph", "loaders", "messages", "queries"},
    "api": {"checks", "graph", "loaders", "messages", "ontology", "queries", "trial", "viz"},
    "server": {"api", "graph", "loaders", "messages", "ontology", "queries", "viz"},
    "desk": {
        "checks", "graph", "loaders", "messages", "ontology", "queries", "server", "trial", "viz",
    },
    "commands": {
        "api", "checks", "desk", "graph", "loaders", "messages", "ontology", "queries", "server",
        "trial", "viz",
    },
    "cli": {"commands", "graph", "messages"},
    "__init__": {"api", "graph"},
    "__main__": {"cli", "commands"},
}  # fmt: skip
OTHERS = {"benchmarks", "build", "docs", "tests", ".venv"}
FILES = sorted(path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] not in OTHERS)


def name_of(path: Path) -> str:
    """The module of a file, from the root of the package on; a package by its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(path): path for path in FILES}


def imported_modules(path: Path) -> set[str]:
    """The modules of ours that a module imports, anywhere in it, for types alone included."""
    package = path.relative_to(ROOT).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = [*package[: len(package) - node.level + 1]]
            elif (node.module or "").split(".")[0] == "taawun":
                base = []
            else:
                continue
            named = (node.module or "").removeprefix("taawun").strip(".")
            source = ".".join([*base, *([named] if named else [])])
            for alias in node.names:
                inner = f"{source}.{alias.name}".strip(".")
                found.add(inner if inner in MODULES else source)
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("taawun.")]
            found |= {name.removeprefix("taawun.") for name in names}
    return found - {""}


@cache
def imports() -> dict[str, set[str]]:
    """What each module imports."""
    return {name: imported_modules(path) for name, path in MODULES.items()}


def circle(arrows: Mapping[str, Set[str]]) -> list[str]:
    """The first circle of arrows, or nothing."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_every_import_leads_to_a_module_and_every_module_has_a_layer():
    assert len(MODULES) > 100
    assert {name.split(".")[0] for name in MODULES} == {*MAY_IMPORT}
    assert {name for found in imports().values() for name in found} - {*MODULES} == set()


def test_a_layer_imports_only_those_below_it():
    wrong = {
        name: over
        for name, found in imports().items()
        if (over := {f.split(".")[0] for f in found} - MAY_IMPORT[name.split(".")[0]]
            - {name.split(".")[0]})
    }  # fmt: skip
    assert wrong == {}


def test_no_modules_import_each_other_in_a_circle():
    # A package that hands on the names of its modules is no module of its own.
    own = {
        name: {f for f in found if not (name.startswith(f"{f}.") and MODULES[f].stem == "__init__")}
        for name, found in imports().items()
    }
    assert circle(own) == []


def test_no_top_level_folders_import_each_other_in_a_circle():
    folders = defaultdict(set)
    for name, found in imports().items():
        top = name.split(".")[0]
        folders[top] |= {f.split(".")[0] for f in found} - {top}
    assert circle(folders) == []


def test_no_file_name_stands_for_two_things():
    names = Counter(path.stem for path in FILES if path.stem != "__init__")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_module_is_longer_than_400_lines():
    sizes = {name: path.read_text("utf-8").count("\n") for name, path in MODULES.items()}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def modules_after(code: str) -> set[str]:
    listed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(listed.stdout.split())


HEAVY = {
    "edtf", "jinja2", "mcp", "networkx", "oxrdflib", "pandas", "prompt_toolkit", "pydantic",
    "pyshacl", "pyvis", "rdflib", "rich", "SPARQLWrapper", "starlette", "uvicorn",
}  # fmt: skip


def test_importing_taawun_loads_none_of_the_heavy_libraries():
    assert not modules_after("import taawun, taawun.cli") & HEAVY


def test_asking_a_built_graph_in_a_pipe_loads_none_of_the_heavy_libraries(the_build):
    code = (
        "import os, sys\n"
        f"os.environ['TAAWUN_CACHE'] = {str(the_build.path.parent)!r}\n"
        "from click.testing import CliRunner\n"
        "from taawun.cli import main\n"
        "got = CliRunner().invoke(main, ['ask', 'agreement-signatories', '--format', 'csv'])\n"
        "assert got.exit_code == 0, got.output"
    )
    rare = {f"taawun.commands.{name}" for name in ("faults", "terminal", "translation")}
    rare |= {"openpyxl", "taawun.queries.asking"}
    assert not modules_after(code) & (HEAVY | rare)
