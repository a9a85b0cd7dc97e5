"""The page "Asking with SPARQL": each of its queries runs, and the answer under it is true."""

from __future__ import annotations

import re
from pathlib import Path

from taawun.api import KnowledgeGraph

PAGE = Path(__file__).parent.parent / "docs" / "sparql.md"
#: A query, and what stands under it up to the next heading.
PATTERN = re.compile(r"^(### [^\n]+\n.*?^```sparql\n(.*?)^```\n)(.*?)(?=^##)", re.M | re.S)
#: The patterns without an answer in the bundled graph; the page says so.
EMPTY = {"### 9. What is denied", "### 20. What was withdrawn or replaced"}
SHOWN, WIDEST = 4, 90


def answer_under(graph: KnowledgeGraph, query: str) -> str:
    """The answer in Markdown: the variables, the first rows, and how many there are."""
    rows = graph.sparql(query)
    assert [str(item) for item in rows.warnings] == []

    def line(cells: list[str]) -> str:
        short = [
            cell if len(cell) <= WIDEST else cell[:WIDEST].rpartition(" ")[0] + "…"
            for cell in cells
        ]
        return f"| {' | '.join(short)} |\n"

    if not rows:
        return "\n0 rows.\n\n"
    head = line([f"?{name}" for name in rows.variables]) + line(["---"] * len(rows.variables))
    more = f"\n{len(rows)} rows" + (f", the first {SHOWN} of them.\n" if rows[SHOWN:] else ".\n")
    return f"\n{head}{''.join(map(line, rows.cells[:SHOWN]))}{more}\n"


def with_answers(page: str, graph: KnowledgeGraph) -> str:
    """The page with the true answer under each query."""
    return PATTERN.sub(lambda found: found[1] + answer_under(graph, found[2]), page)


def test_the_answers_on_the_page_are_true(graph: KnowledgeGraph) -> None:
    page = PAGE.read_text("utf-8")
    english = KnowledgeGraph(graph.store, language="en")
    assert with_answers(page, english) == page


def test_every_query_on_the_page_has_an_answer_or_is_said_to_have_none() -> None:
    found = PATTERN.findall(PAGE.read_text("utf-8"))
    assert len(found) >= 15
    empty = {
        block.partition("\n")[0] for block, _, answer in found if "0 rows." in answer.split("\n")
    }
    assert empty == EMPTY


def test_every_row_on_the_page_can_be_proven(graph: KnowledgeGraph) -> None:
    for _, query, _ in PATTERN.findall(PAGE.read_text("utf-8")):
        assert [item.unexplained for item in graph.sparql(query).why() if item.unexplained] == []
