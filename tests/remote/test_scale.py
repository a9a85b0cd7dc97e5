"""The files of docs/deploy: every command in them runs; no container engine is needed here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if "build" in one}


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory, run_oxigraph: Callable[..., Any]
) -> Iterator[str]:
    """The store, started by the command of its service."""
    folder = tmp_path_factory.mktemp("store")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    replaced = {"/data": str(folder / "data"), "0.0.0.0:7878": address}
    words = [replaced.pop(word, word) for word in SERVICES["store"]["command"]]
    assert not replaced
    with run_oxigraph(words, f"http://{address}/query", folder):
        yield address


@pytest.mark.slow
def test_every_command_of_ours_runs_as_it_stands_there(store, start_server, the_build):
    assert sorted(OURS) == ["front-1", "front-2", "push"]
    words = [word.replace("store:7878", store) for word in OURS["push"]["command"]]
    subprocess.run(
        [sys.executable, "-m", "taawun", *words],
        env={**os.environ, "TAAWUN_CACHE": str(the_build.path.parent), "TAAWUN_COLLECTIONS": ""},
        check=True,
        capture_output=True,
    )
    for name in ("front-1", "front-2"):
        words = [word.replace("store:7878", store) for word in OURS[name]["command"]]
        front = start_server(*words, "--port", "0")
        for host in ("graph.example", "localhost"):
            assert front.get("/health", host=host).text == "ok\n"
        assert front.get("/id/country/iraq.ttl", host="graph.example").status == 200


def test_the_services_refer_to_each_other_and_to_files_that_exist():
    for service in OURS.values():
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    for service in SERVICES.values():
        assert SERVICES.keys() >= set(service.get("depends_on", ()))
    balanced = (DEPLOY / "haproxy.cfg").read_text()
    for name in ("front-1", "front-2"):
        assert f"server {name} {name}:7878" in balanced
    assert (DEPLOY / SERVICES["balancer"]["volumes"][0].partition(":")[0]).is_file()
    pinned = (ROOT / "requirements.txt").read_text()
    version = SERVICES["store"]["image"].rpartition(":")[2]
    assert f"pyoxigraph=={version}" in pinned


def test_the_container_file_names_what_there_is():
    text = (DEPLOY / "Containerfile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert 'ENTRYPOINT ["taawun"]' in text
    assert "taawun" in project["scripts"]
    assert "python:3.11-slim" in text
    assert project["requires-python"] == ">=3.11"
    assert "-r /src/requirements.txt" in text
    # The user may write the cache.
    assert "TAAWUN_CACHE=/home/taawun/" in text
