"""The wheel: it has everything that the commands need, and runs without the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
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


def test_an_installed_wheel_answers(wheel, tmp_path):
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
        env={**os.environ, "TAAWUN_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert got.returncode == 0, got.stderr
    assert "Libya" in got.stdout or "Egypt" in got.stdout


def test_requirements_are_pinned_and_name_no_registry():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
        assert wanted
        assert not [line for line in wanted if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]


def test_every_dependency_is_pinned():
    text = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[(.*?)\]", text, re.S | re.M)
    assert block
    names = re.findall(r'"([\w-]+)', block[1])
    pinned = (ROOT / "requirements.txt").read_text().lower()
    assert len(names) > 8
    assert not [name for name in names if f"\n{name.lower()}==" not in pinned]
