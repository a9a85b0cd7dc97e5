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
#: Runs a command for one number of rows and then for more, each into a file, and says how much
#: memory it had held at most by then.
MEASURED = """
import os, sys
from taawun.cli import main
for count in ("few", "many"):
    os.dup2(os.open(count, os.O_WRONLY | os.O_CREAT), 1)
    words = [word.replace("COUNT", os.environ[count]) for word in sys.argv[1:]]
    try:
        main(words)
    except SystemExit as ended:
        assert not ended.code
    sys.stdout.flush()
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


def growth(folder: Path, counts: tuple[int, int], *words: str, env: dict[str, str]) -> int:
    """By how much the peak of memory grows with the rows, in kB; the output is in two files."""
    few, many = map(str, counts)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, cwd=folder,
        env={**env, "few": few, "many": many},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    before, after = (int(line) for line in done.stderr.splitlines() if line.isdigit())
    return after - before


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize("style", ["csv", "tsv", "json", "markdown"])
def test_memory_does_not_grow_with_the_rows(
    style: str, environment: dict[str, str], tmp_path: Path
) -> None:
    counts = (20_000, 120_000)
    words = ("sparql", f"{PAIRS} LIMIT COUNT", "--format", style)
    assert growth(tmp_path, counts, *words, env=environment) < 12 * MEGABYTE
    for name, count in zip(("few", "many"), counts, strict=True):
        text = (tmp_path / name).read_text("utf-8")
        rows = len(json.loads(text)["results"]["bindings"]) if style == "json" else text.count("\n")
        assert count <= rows <= count + 2


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize(("style", "waiting"), [("csv", 0), ("json", 16)])
def test_memory_does_not_grow_with_the_proofs(
    style: str, waiting: int, environment: dict[str, str], tmp_path: Path
) -> None:
    """``waiting`` are the megabytes of proofs in JSON that wait in memory, not in a file."""
    counts = (2_000, 10_000)
    query = "SELECT * { ?it tw:signatory ?who . ?other ?how ?what } LIMIT COUNT"
    words = ("sparql", query, "--why", "--format", style)
    assert growth(tmp_path, counts, *words, env=environment) < (12 + waiting) * MEGABYTE
    for name, count in zip(("few", "many"), counts, strict=True):
        assert (tmp_path / name).stat().st_size > 400 * count


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
