"""The script that runs the test suites of the W3C, on a suite of one test of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "w3c.py"
MANIFEST = """
@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
<> a mf:Manifest ; mf:entries ( <#one> ) .
<#one> a mf:QueryEvaluationTest ; mf:action [ qt:query <one.rq> ; qt:data <one.ttl> ] ;
  mf:result <one.srj> .
"""
QUERY = "SELECT ?o { <s> <p> ?o MINUS { <s> <q> ?o } }"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "suite" / "negation"
    folder.mkdir(parents=True)
    (folder / "manifest.ttl").write_text(MANIFEST)
    (folder / "one.rq").write_text(QUERY)
    (folder / "one.ttl").write_text("<s> <p> 1 , 2 ; <q> 2 .")
    expect(folder, "1")
    return tmp_path


def expect(folder: Path, value: str) -> None:
    one = {
        "type": "literal",
        "value": value,
        "datatype": "http://www.w3.org/2001/XMLSchema#integer",
    }
    found = {"head": {"vars": ["o"]}, "results": {"bindings": [{"o": one}]}}
    (folder / "one.srj").write_text(json.dumps(found))


def run(suite: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    code = (
        f"{before}\nimport runpy, sys\nsys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(SCRIPT), str(suite)], capture_output=True, text=True
    )


def test_a_right_answer_with_a_right_proof_passes(suite):
    said = run(suite)
    assert said.returncode == 0, said.stderr
    assert "answers as expected: 1" in said.stdout
    assert "rows explained: 1" in said.stdout


def test_a_wrong_answer_fails(suite):
    expect(suite / "suite" / "negation", "2")
    said = run(suite)
    assert said.returncode == 1
    assert "suite/negation/one: the answer is not the expected one" in said.stderr


def test_a_proof_that_does_not_give_back_its_row_fails(suite):
    said = run(
        suite,
        "from taawun.queries.why import explanation\n"
        "explanation.RowExplanation._witness = lambda self, numbers: explanation.Witness(())",
    )
    assert said.returncode == 1
    assert "the proof does not give back" in said.stderr
