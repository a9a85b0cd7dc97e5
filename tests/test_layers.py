"""Imports point one way, and the path of a command stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Each layer and what of ours it may import besides itself.
MAY_IMPORT = {
    "ontology": set(),
    "messages": {"graph"},
    "graph": {"ontology"},
    "loaders": {"graph", "ontology"},
    "queries": {"graph", "messages", "ontology"},
    "viz": {"graph", "ontology", "queries"},
    "server": {
        "api", "graph", "loaders", "messages", "ontology", "queries", "viz",
    },
}  # fmt: skip
MODULES = sorted(path for layer in MAY_IMPORT for path in (ROOT / layer).rglob("*.py"))


def imported_layers(path: Path) -> set[str]:
    """The layers of ours that a module imports, by relative or absolute import."""
    package = path.relative_to(ROOT).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = package[: len(package) - node.level + 1]
            target = (*above, *(node.module or "").split("."))
            found.add(target[0] or node.names[0].name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("taawun."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {n.name.split(".")[1] for n in node.names if n.name.startswith("taawun.")}
    return found


def test_there_are_modules_to_look_at():
    assert len(MODULES) > 20


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_layer_imports_only_those_below_it(path):
    layer = path.relative_to(ROOT).parts[0]
    assert imported_layers(path) <= MAY_IMPORT[layer] | {layer}


def test_nobody_imports_the_command_line():
    top = {"cli.py", "__main__.py"}
    others = [p for p in [*MODULES, *ROOT.glob("*.py")] if p.name not in top]
    assert others
    assert not [p for p in others if imported_layers(p) & {"cli", "commands"}]


def modules_after(code: str) -> set[str]:
    listed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(listed.stdout.split())


HEAVY = {
    "edtf", "jinja2", "networkx", "oxrdflib", "pandas", "prompt_toolkit", "pyshacl", "pyvis",
    "rdflib", "rich", "SPARQLWrapper", "starlette", "uvicorn",
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
    assert not modules_after(code) & HEAVY
