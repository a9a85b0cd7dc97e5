"""How long ``taawun check`` takes on a large collection, and how many times the loading of it.

    python benchmarks/check.py [--facts 10000] [--rounds 3]

The floor is Oxigraph reading and loading the same N-Quads into memory. Each part is timed in this
process over a build that is there already, in processor time, which others on the machine disturb
less; medians of the rounds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pyoxigraph as ox
from generate import generate

from taawun.checks import check
from taawun.loaders.builds.build import build
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.checks.claims import Claims
from taawun.loaders.collection import read_collection


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median time of a piece of work, in seconds of processor time over all threads."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return median(times)


def load(dump: Path) -> None:
    """The floor: the dump into a store in memory."""
    ox.Store().bulk_load(path=str(dump), format=ox.RdfFormat.N_QUADS)


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        collection = Path(folder) / "generated"
        generate(collection, options.facts)
        made = build([collection], cache=Path(folder) / "cache")
        floor = seconds(lambda: load(made.dump), options.rounds)
        read = read_collection([SEEDS, collection])
        parts: dict[str, Callable[[], object]] = {
            "read and lint the collections": lambda: read_collection([SEEDS, collection]),
            "claims against quotes": lambda: [*map(Claims(read).unsaid, read.facts)],
            "the whole check": lambda: check(made, [collection]),
        }
        print(f"{len(read.facts):,} facts, {made.manifest()['quads']:,} quads\n")
        print("| part | processor seconds | times the floor |\n|---|---|---|")
        print(f"| load the same N-Quads (floor) | {floor:.2f} | 1.0 |")
        for name, work in parts.items():
            taken = seconds(work, options.rounds)
            print(f"| {name} | {taken:.2f} | {taken / floor:.1f} |")


if __name__ == "__main__":
    main()
