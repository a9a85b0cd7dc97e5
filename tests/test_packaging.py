"""The wheel: it has everything that the commands need, and runs without the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a clean copy of the tracked files."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, files)):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source],
        check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_the_wheel_has_data_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "taawun/ontology/cooperation.ttl",
        "taawun/ontology/shapes.ttl",
        "taawun/queries/questions/agreement-signatories.rq",
        "taawun/queries/questions/answers/agreement-signatories.tsv",
        "taawun/seeds/documents/documents.yaml",
        "taawun/seeds/facts/egypt-iraq-talks.yaml",
        "taawun/seeds/entities/country.yaml",
        "taawun/loaders/editing/template/README.md",
        "taawun/loaders/editing/template/facts/example-memo.yaml",
        "taawun/viz/assets/template.html",
        "taawun/server/pages/assets/base.html",
        "taawun/py.typed",
    ):
        assert part in names
    assert len([n for n in names if n.startswith("taawun/seeds/documents/0")]) == 5
    assert not [n for n in names if "/tests/" in n or "/build/" in n]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What the installed package builds once, wherever it is installed."""
    return str(tmp_path_factory.mktemp("cache"))


def test_an_installed_wheel_answers(wheel, cache, tmp_path):
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "import sys; sys.meta_path = [f for f in sys.meta_path if 'ditable' not in repr(f)]\n"
        f"sys.path.insert(0, {str(site)!r})\n"
        "import taawun; assert taawun.__file__.startswith(sys.path[0]), taawun.__file__\n"
        "kg = taawun.open(language='en'); print(kg.ask('agreement-signatories', country='ليبيا'))\n"
    )
    got = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "TAAWUN_CACHE": cache},
    )  # fmt: skip
    assert got.returncode == 0, got.stderr
    assert "Libya" in got.stdout or "Egypt" in got.stdout


def test_the_metadata_name_every_licence_and_every_extra(wheel):
    with zipfile.ZipFile(wheel) as held:
        (name,) = [n for n in held.namelist() if n.endswith(".dist-info/METADATA")]
        told = message_from_bytes(held.read(name))
        files = {n.partition(".dist-info/licenses/")[2] for n in held.namelist()} - {""}
    licences = told["License-Expression"].split(" AND ")
    assert set(licences) == {
        "Apache-2.0", "CC-BY-4.0", "MIT", "OFL-1.1", "Unicode-3.0", "LicenseRef-Publishers",
    }  # fmt: skip
    assert files == set(told.get_all("License-File"))
    assert {"LICENSE", "NOTICE", "LICENSES/Unicode-3.0.txt"} <= files
    # Every licence text that lies beside what it is about is in the package.
    assert {str(p.relative_to(ROOT)) for p in ROOT.glob("[!.]*/**/*.LICENSE")} <= files
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(told.get_all("Provides-Extra")) == set(project["optional-dependencies"])


def test_an_empty_environment_gets_little_and_is_told_what_it_lacks(wheel, cache, tmp_path):
    """The one test that installs from the package index: with the pinned versions, no extra."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    place = tmp_path / "empty"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    subprocess.run(
        [*pip, "--python", place / "bin" / "python", "install", "-q", "--no-compile",
         wheel, "-c", ROOT / "requirements.txt"],
        check=True, capture_output=True,
    )  # fmt: skip
    installed = {path.name for path in place.glob("lib/python3*/site-packages/*")}
    assert installed >= {"taawun", "pyvis", "pyoxigraph"}
    assert not installed & {
        "rdflib", "pyshacl", "starlette", "uvicorn", "openpyxl", "SPARQLWrapper", "mcp", "pandas",
    }  # fmt: skip
    env = {**os.environ, "TAAWUN_CACHE": cache, "LC_ALL": "C.UTF-8"}

    def taawun(*arguments):
        return subprocess.run(
            [place / "bin" / "taawun", *arguments], cwd=tmp_path, env=env, capture_output=True,
            encoding="utf-8",
        )  # fmt: skip

    answered = taawun("ask", "agreement-signatories", "-p", "country=Libya", "--why")
    assert answered.returncode == 0, answered.stderr
    explored = taawun("explore", "-o", "graph.html", "--question", "agreement-signatories")
    assert explored.returncode == 0, explored.stderr
    lacking = taawun("serve")
    assert lacking.returncode == 2
    assert 'pip install "taawun[server]"' in lacking.stderr


def test_requirements_are_pinned_and_name_no_registry():
    for name in ("requirements.txt", "requirements-dev.txt", "tests/requirements-icu.txt"):
        lines = (ROOT / name).read_text().splitlines()
        wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
        assert wanted
        assert not [line for line in wanted if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]


def test_every_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(text for extra in extras for text in extra)]
    names = {re.match(r"[\w.-]+", text)[0].lower() for text in wanted} - {"taawun"}
    pinned = "".join(
        (ROOT / name).read_text().lower() for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert len(names) > 20
    assert not [name for name in names if f"\n{name}==" not in pinned]
