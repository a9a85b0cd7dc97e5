"""How long each stored question takes on a large graph, beside Oxigraph's own time for its text.

    python benchmarks/questions.py [--facts 100000] [--runs 3] [--limit 10]

Over one store on disk, each question in a process of its own, in turns: pyoxigraph runs the text
and its rows are read; ``ask`` gives the question's rows; and the rows are written as CSV with
labels. The best of the runs counts, with the parameters that the questions stand with. Times are
those of the processor, since other work on the machine disturbs a clock on the wall. What takes
longer than ``--limit`` seconds in all is given up, and named. The promise: no question takes
``ask`` more than 1.3 times; below a millisecond, fixed costs decide, and those are told apart.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pyoxigraph as ox
from generate import generate

from taawun.graph.store import EmbeddedStore
from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import STORE
from taawun.queries.answer import ask, write_answer
from taawun.queries.catalogue import Catalogue


class Times(NamedTuple):
    """Milliseconds of one question: pyoxigraph, ``ask``, and ``ask`` printed with labels."""

    name: str
    rows: int
    floor: float
    ours: float
    printed: float

    @property
    def ratio(self) -> float:
        """How many times pyoxigraph's own time ``ask`` takes."""
        return self.ours / self.floor


def milliseconds(work: Callable[[], object]) -> float:
    """The processor time of one call."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def measure(path: str, name: str, runs: int) -> Times:
    """Run one question in the three ways, in turns."""
    store = ox.Store.read_only(path)
    graph = EmbeddedStore(store)
    question = Catalogue().get(name)

    def floor() -> list[tuple[object, ...]]:
        answer = store.query(question.text)
        assert isinstance(answer, ox.QuerySolutions)
        return [tuple(row) for row in answer]

    def ours() -> object:
        return list(ask(graph, question, "en").rows())

    def printed() -> object:
        return write_answer(ask(graph, question, "en"), "csv", io.StringIO())

    found: list[tuple[float, ...]] = []
    for number in range(runs):
        order = (floor, ours, printed) if number % 2 == 0 else (printed, ours, floor)
        times = {work: milliseconds(work) for work in order}
        found.append((times[floor], times[ours], times[printed]))
    best = [min(column) for column in zip(*found, strict=True)]
    return Times(name, len(floor()), *best)


def measured(path: Path, name: str, runs: int, limit: float) -> Times | None:
    """The same in a process of its own; None if it takes too long."""
    arguments = f"{str(path)!r}, {name!r}, {runs}"
    code = f"import json, questions; print(json.dumps(questions.measure({arguments})))"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parent, stdout=subprocess.PIPE, check=True, timeout=limit,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return Times(*json.loads(done.stdout))


def told(times: list[Times], title: str) -> Iterator[str]:
    """A few lines on some of the questions: the middle and the worst."""
    if times:
        worst = max(times, key=lambda item: item.ratio)
        printed = sorted((item.printed / item.floor, item.name) for item in times)
        yield (
            f"{title}: {len(times)} questions; ask/pyoxigraph median "
            f"{median(item.ratio for item in times):.2f}, worst {worst.ratio:.2f} ({worst.name}, "
            f"{worst.floor:.1f} ms, {worst.rows} rows); "
            f"printed with labels median {median(ratio for ratio, _ in printed):.2f}, "
            f"worst {printed[-1][0]:.2f} ({printed[-1][1]})"
        )


def main() -> None:
    """Build the graph, run every question, and print a line for each and a summary."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taawun-") as folder:
        collection = Path(folder) / "collection"
        generate(collection, options.facts)
        made = build([collection], cache=Path(folder) / "cache")
        found = []
        slow = []
        print(f"{'':44} {'rows':>8} {'ox, ms':>9} {'ask, ms':>9} {'ratio':>6} {'printed':>9}")
        for name in Catalogue().questions:
            times = measured(made.path / STORE, name, options.runs, options.limit)
            if times is None:
                slow.append(name)
                continue
            found.append(times)
            print(
                f"{times.name:44} {times.rows:8} {times.floor:9.2f} {times.ours:9.2f} "
                f"{times.ratio:6.2f} {times.printed:9.2f}",
                flush=True,
            )
    for line in (
        *told([item for item in found if item.floor >= 1], "a millisecond or more"),
        *told([item for item in found if item.floor < 1], "less than a millisecond"),
    ):
        print(line)
    print(f"given up after {options.limit:g} s: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
