"""Answers are printed while they are read: the first row at once, and none kept."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from taawun.api import KnowledgeGraph
from taawun.queries.why import RowExplanation, explain

#: As many rows as anybody wants: every pair of typed things.
PAIRS = "SELECT ?one ?other WHERE { ?one a ?kind . ?other a ?type }"
#: Runs the command line, and says how much memory it held at most.
MEASURED = """
import sys
from taawun.cli import main
try:
    main(sys.argv[1:])
finally:
    with open("/proc/self/status") as status:
        (peak,) = [line.split()[1] for line in status if line.startswith("VmHWM")]
    print(peak, file=sys.stderr)
"""
MEGABYTE = 1024


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "markdown"])
def test_the_first_row_comes_while_the_rest_is_still_to_be_read(
    style: str, environment: dict[str, str]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "taawun", "sparql", PAIRS, "--format", style],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        assert len(process.stdout.read(2000)) == 2000
        assert process.poll() is None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize("style", ["csv", "tsv", "json", "markdown"])
def test_memory_does_not_grow_with_the_rows(style: str, environment: dict[str, str]) -> None:
    peaks = []
    for count in (20_000, 200_000):
        query = f"{PAIRS} LIMIT {count}"
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, "sparql", query, "--format", style],
            capture_output=True, text=True, check=True, env=environment,
        )  # fmt: skip
        lines = len(json.loads(done.stdout)["results"]["bindings"]) if style == "json" else (
            done.stdout.count("\n")
        )  # fmt: skip
        assert count <= lines <= count + 2
        peaks.append(int(done.stderr))
    few, many = peaks
    assert many - few < 12 * MEGABYTE


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize(("style", "waiting"), [("csv", 0), ("json", 16)])
def test_memory_does_not_grow_with_the_proofs(
    style: str, waiting: int, environment: dict[str, str]
) -> None:
    """``waiting`` are the megabytes of proofs in JSON that wait in memory, not in a file."""
    peaks = []
    for count in (2_000, 10_000):
        query = f"SELECT * {{ ?it tw:signatory ?who . ?other ?how ?what }} LIMIT {count}"
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, "sparql", query, "--why", "--format", style],
            capture_output=True, text=True, check=True, env=environment,
        )  # fmt: skip
        assert len(done.stdout) > 400 * count
        peaks.append(int(done.stderr.split()[-1]))
    few, many = peaks
    assert many - few < (12 + waiting) * MEGABYTE


def test_rows_are_proven_block_by_block_as_they_are_together(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT DISTINCT ?it ?who WHERE { ?it tw:signatory ?who } ORDER BY ?it ?who"
    together = graph.sparql(query)
    monkeypatch.setattr("taawun.queries.rows.EXPLAINED", 5)
    blocks = list(graph.sparql(query).proven())
    assert len(blocks) > 2
    assert max(len(block) for block, _ in blocks) == 5
    assert [row for block, _ in blocks for row in block] == list(together.table.rows)
    assert [item.facts for _, items in blocks for item in items] == [
        item.facts for item in together.why()
    ]


def test_only_what_is_printed_is_proven(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taawun.queries.rows.EXPLAINED", 5)
    rows = graph.sparql("SELECT ?it ?who WHERE { ?it tw:party ?who }")
    block, explanations = next(rows.proven())
    assert len(block) == len(explanations) == 5
    assert len(list(rows.answer.rows())) > 5


def test_json_with_proofs_is_whole(run) -> None:
    said = run("ask", "agreement-signatories", "--why", "--format", "json")
    document = json.loads(said.output)
    assert len(document["why"]) == len(document["results"]["bindings"]) == 12
    nothing = run("sparql", "SELECT ?s ?o { ?s tw:signedOn ?o }", "--why", "--format", "json")
    assert json.loads(nothing.stdout) == {
        "head": {"vars": ["s", "o"]}, "results": {"bindings": []}, "why": [],
    }  # fmt: skip
    assert nothing.exit_code == 1


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "markdown", "table"])
def test_an_answer_without_rows_has_its_heading_and_exit_code_1(style: str, run) -> None:
    said = run("sparql", "SELECT ?country WHERE { ?country tw:nothing ?o }", "--format", style)
    assert said.exit_code == 1
    assert "country" in said.stdout.lower()


def test_a_long_table_is_one_after_the_other(run) -> None:
    said = run("sparql", f"{PAIRS} LIMIT 1200", "--format", "table")
    assert said.exit_code == 0
    assert len(re.findall(r"^ one +other *$", said.output, re.MULTILINE)) == 3
    assert "1200 rows" in said.output


def test_a_row_is_explained_alone_and_its_proof_is_kept(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(store: Any, text: str, rows: Any) -> list[RowExplanation]:
        asked.append(len(rows))
        return explain(store, text, rows)

    query = "SELECT ?it ?who WHERE { ?it tw:signatory ?who } ORDER BY ?it ?who"
    together = graph.sparql(query).why()
    assert len(together) > 9
    monkeypatch.setattr("taawun.queries.why.explain", counted)
    rows = graph.sparql(query)
    assert rows[3].why() is rows[3].why()
    assert rows[3].why().facts == together[3].facts
    assert asked == [1]
    # Who asks for row after row gets them all at once.
    assert [row.why().facts for row in rows] == [item.facts for item in together]
    assert len(asked) < 12
    assert asked[-1] == len(rows)


def test_a_row_that_comes_again_leads_with_another_witness_in_every_block(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT ?who WHERE { VALUES ?who { country:egypt } ?it tw:signatory ?who } LIMIT 4"
    together = [item.witness for item in graph.sparql(query).why()]
    assert len(set(together)) == 4
    rows = graph.sparql(query)
    assert [row.why().witness for row in rows] == together
    monkeypatch.setattr("taawun.queries.rows.EXPLAINED", 1)
    blocks = list(graph.sparql(query).proven())
    assert [item.witness for _, items in blocks for item in items] == together


def test_the_first_proofs_of_a_long_answer_do_not_wait_for_the_others(
    graph: KnowledgeGraph,
) -> None:
    rows = graph.sparql("SELECT ?a ?p ?b WHERE { ?a ?p ?b }")
    block, explanations = next(rows.proven())
    assert len(block) == len(explanations) == 16
