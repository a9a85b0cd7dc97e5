"""How well questions in one's own words are read: right, unsure, or wrong with exit 0.

    python benchmarks/own_words.py [--show building] [--only ID]

The questions stand in ``own_words/*.yaml``, each with its right answer in ``want``:

- ``rows``: the answer holds all of these, and each of its rows one of them
- ``has``, ``not``: the answer holds all of these, and none of those
- ``value``, ``any``, ``count``: these values, one of these, this number
- ``card``: what is known of this entity
- ``yes``, ``no``, ``undated``: an answer to "whether"; the text gives no date
- ``first``: a ranking, of which this is the first
- ``unsaid``: of just these the documents do not say it, and that is told
- ``question``, ``with``: this stored question with these values
- ``unknown``: a name is refused; ``none``: nothing may be answered

A question's half follows from its id: the first byte of its SHA-256. The reader is built with the
one; of the other only the totals count, and ``--show`` does not show it.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import taawun
from taawun.api import KnowledgeGraph
from taawun.graph.store import select
from taawun.ontology.namespaces import ID
from taawun.queries.asking import Outcome

HERE = Path(__file__).parent / "own_words"
HALVES = ("building", "held-out")
#: Outcomes with exit code 1: nothing was answered.
REFUSED = ("no", "undated", "unsure", "foreign", "unread")


class Asked(NamedTuple):
    """A question, its id and what its answer must be."""

    id: str
    text: str
    want: Mapping[str, Any]

    @property
    def half(self) -> str:
        """The half of the questions to which it belongs."""
        return HALVES[hashlib.sha256(self.id.encode()).digest()[0] % 2]


def questions() -> Iterator[Asked]:
    """Every question, in the order of the files."""
    for file in sorted(HERE.glob("*.yaml")):
        for group in yaml.load(file.read_text("utf-8"), yaml.BaseLoader):
            for place, text in enumerate(group["ask"], 1):
                yield Asked(f"{group['id']}/{place}", text, group["want"])


def answer(graph: KnowledgeGraph, outcome: Outcome) -> list[list[str]]:
    """The cells of the answer, without the beginning of our IRIs; empty where nothing is said."""
    if outcome.kind in ("answer", "yes", "unsaid"):
        return [
            [term.value.removeprefix(ID) for term in row.values()]
            for row in select(graph.store, outcome.query_with_prefixes(graph.store))
        ]
    return []


def verdict(graph: KnowledgeGraph, asked: Asked) -> tuple[str, str]:
    """``right``, ``unsure`` or ``wrong``, and what came out."""
    outcome = graph.read(asked.text)
    rows = answer(graph, outcome)
    is_zero = rows == [["0"]]
    answered = outcome.kind == "card" or (bool(rows) and not is_zero)
    told = _told(outcome, rows)
    if _is_right(asked.want, outcome, [] if is_zero else rows, answered):
        return "right", told
    return ("wrong" if answered else "unsure"), told


def _is_right(
    want: Mapping[str, Any], outcome: Outcome, rows: list[list[str]], answered: bool
) -> bool:
    cells = {cell for row in rows for cell in row}
    plan = outcome.plan
    if {"none", "unknown", "no", "undated"} & want.keys():
        if "unknown" in want:
            return outcome.kind == "foreign"
        if "no" in want:
            return outcome.kind == "no"
        if "undated" in want:
            return outcome.kind == "undated"
        return not answered
    if "yes" in want:
        return outcome.kind == "yes"
    if "card" in want:
        return outcome.kind == "card" and plan is not None and plan.card == ID + want["card"]
    if "unsaid" in want:
        return outcome.kind == "unsaid" and {row[0] for row in rows} == set(want["unsaid"])
    if outcome.kind not in ("answer", "unsaid"):
        return False
    if "question" in want:
        given = {k: v.removeprefix(ID) for k, v in (plan.values if plan else {}).items()}
        return bool(plan) and plan.stored == want["question"] and given == want.get("with", {})
    if "first" in want:
        return bool(rows) and want["first"] in rows[0]
    if "count" in want:
        return str(want["count"]) in cells and len(rows) == 1
    if "any" in want:
        return not cells.isdisjoint(want["any"])
    if "value" in want:
        return {str(v) for v in want["value"]} <= cells
    if "rows" in want:
        wanted = set(want["rows"])
        return wanted <= cells and all(not wanted.isdisjoint(row) for row in rows)
    return set(want["has"]) <= cells and cells.isdisjoint(want.get("not", ()))


def _told(outcome: Outcome, rows: list[list[str]]) -> str:
    plan = outcome.plan
    said = (
        f"{plan.stored} {dict(plan.values)}"
        if plan and plan.stored
        else (
            " & ".join(" ".join(step) for step in plan.steps) + plan.card
            if plan
            else f"{outcome.names}{outcome.words}{[q.name for q, _ in outcome.candidates]}"
        )
    )
    return f"{outcome.kind}: {said.replace(ID, '')} -> {len(rows)} {rows[:3]}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--show", choices=["building"], help="show what is not right in this half")
    parser.add_argument(
        "--only", default="", help="show the questions of this group (building half)"
    )
    given = parser.parse_args()
    graph = taawun.open(language="en")
    totals: dict[str, Counter[str]] = {half: Counter() for half in HALVES}
    for asked in questions():
        if given.only and (asked.half != "building" or not asked.id.startswith(given.only)):
            continue
        found, told = verdict(graph, asked)
        if "none" in asked.want or "unknown" in asked.want:
            totals[asked.half]["unanswerable"] += 1
            totals[asked.half]["unanswerable answered"] += found == "wrong"
        totals[asked.half][found] += 1
        totals[asked.half]["all"] += 1
        if asked.half == "building" and (given.only or (given.show and found != "right")):
            print(f"{found.upper():6} {asked.id}: {asked.text}\n       {told[:300]}")
    for half, count in totals.items():
        if count["all"]:
            shares = ", ".join(
                f"{name} {count[name]} ({count[name] / count['all']:.1%})"
                for name in ("right", "unsure", "wrong")
            )
            print(
                f"{half}: {count['all']} questions: {shares}; unanswerable "
                f"{count['unanswerable']}, answered {count['unanswerable answered']}"
            )


if __name__ == "__main__":
    main()
