"""HermiT and the OWL API, run from the jar inside owlready2 by the Java of the machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
JAVA_MISSING = "Java is missing: apt-get install default-jdk-headless"


@pytest.fixture(scope="session")
def run_java() -> Callable[[str, Iterable[Path]], list[str]]:
    """Run one of this folder's Java programs over files; its output, line by line."""
    java = shutil.which("java")
    if java is None:
        pytest.fail(JAVA_MISSING, pytrace=False)
    spec = find_spec("owlready2")
    if spec is None or spec.origin is None:
        pytest.fail("HermiT is missing: pip install owlready2==0.51", pytrace=False)
    jar = Path(spec.origin).parent / "hermit" / "HermiT.jar"

    def run(program: str, files: Iterable[Path]) -> list[str]:
        # Such a short run ends before the second compiler and parallel collectors are of use.
        quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        command = [java, *quick, "-cp", str(jar), str(HERE / f"{program}.java"), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if "ClassNotFoundException" in done.stderr and "jdk.compiler" in done.stderr:
            pytest.fail(f"{JAVA_MISSING} (there is a Java without a compiler)", pytrace=False)
        if done.returncode != 0:
            pytest.fail(f"{program}.java: {done.stderr}", pytrace=False)
        return done.stdout.splitlines()

    return run
