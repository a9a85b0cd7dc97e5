"""No file of the folder that a command is started in is imported, whatever it is called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Modules that commands import, and names that a dossier may well have.
NAMES = sorted({*sys.stdlib_module_names, "click", "yaml", "pyoxigraph", "rich", "rdflib"})


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder whose modules leave a mark when they are imported."""
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'imported')!r}, 'a').write({name!r} + ' ')\n"
            f"raise ImportError('the {name} of the current folder')\n"
        )
    return tmp_path


def surroundings(the_build) -> dict[str, str]:
    cache = {"TAAWUN_CACHE": str(the_build.path.parent), "TAAWUN_COLLECTIONS": ""}
    return {**os.environ, **cache, "LC_ALL": "C.UTF-8"}


SCRIPT = str(Path(sys.executable).with_name("taawun"))


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (["-m", "taawun"], ["suggest", "egypt-iraq-talks"]),
        ([SCRIPT], ["ask", "which agreements did Egypt sign?"]),
        ([SCRIPT], ["check"]),
    ],
)
def test_commands_import_nothing_from_it(command, arguments, hostile, the_build):
    done = subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=hostile, env=surroundings(the_build), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (hostile / "imported").exists()


def test_the_server_and_its_workers_import_nothing_from_it(hostile, start_server, monkeypatch):
    monkeypatch.chdir(hostile)
    server = start_server("serve", "--port", "0", command=("-m", "taawun"))
    assert server.query("SELECT ?c { ?c a tw:Country }").status == 200
    assert server.get("/ask?q=which+agreements+did+Egypt+sign%3F").status == 200
    assert not (hostile / "imported").exists()
