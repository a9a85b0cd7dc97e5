"""How long a whole build takes, beside Oxigraph's bulk load of the very quads that it makes.

    python benchmarks/build.py [--sizes 1000 10000 100000] [--runs 3] [--format csv|jsonl|yaml]

For each size a synthetic collection is written and built in a process of its own, from reading
and checking the files to the store on disk; then its N-Quads are loaded in bulk into a store on
disk, in a process of its own too. The best of the runs counts, build and floor in turns. Memory
is the largest resident set. ``growth`` is the exponent from the size before.
The promises: at most 3 times the floor at 100,000 facts, growth at most 1.1, and at most twice
the floor's memory. A million facts take a quarter of an hour, 5 GB of memory and more than 15 GB
of disk.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from math import log
from pathlib import Path
from typing import Final

from child import Cost, run_python
from generate import generate

from taawun.loaders.builds.build import find_build

BUILD: Final = """
import sys
from pathlib import Path
from taawun.loaders.builds.build import build
assert build([Path(sys.argv[1])], cache=Path(sys.argv[2])).is_new
"""
FLOOR: Final = """
import sys
import pyoxigraph as ox
store = ox.Store(sys.argv[2])
store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_QUADS)
store.flush()
"""


def measure(collection: Path, folder: Path, runs: int) -> tuple[Cost, Cost, int]:
    """The best whole build, the best bulk load of its quads, and how many quads there are."""
    ours: list[Cost] = []
    floor: list[Cost] = []
    for _ in range(runs):
        ours.append(run_python(BUILD, collection, folder / "new"))
        made = find_build([collection], cache=folder / "new")
        assert made
        quads = made.manifest()["quads"]
        floor.append(run_python(FLOOR, made.dump, folder / "floor"))
        for name in ("new", "floor"):
            shutil.rmtree(folder / name)
    return min(ours), min(floor), quads


def main() -> None:
    """Measure every size, and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--format", choices=("csv", "jsonl", "yaml"), default="csv")
    options = parser.parse_args()
    print(
        f"{'facts':>9} {'quads':>10} {'build, s':>9} {'floor, s':>9} {'ratio':>6} {'growth':>7} "
        f"{'build, MB':>10} {'floor, MB':>10} {'ratio':>6}"
    )
    before: tuple[int, float] | None = None
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="taawun-") as name:
            folder = Path(name)
            generate(folder / "collection", size, options.format)
            ours, floor, quads = measure(folder / "collection", folder, options.runs)
        growth = f"{log(ours.seconds / before[1]) / log(size / before[0]):.2f}" if before else ""
        before = size, ours.seconds
        print(
            f"{size:9,} {quads:10,} {ours.seconds:9.2f} {floor.seconds:9.2f} "
            f"{ours.seconds / floor.seconds:6.2f} {growth:>7} {ours.megabytes:10.0f} "
            f"{floor.megabytes:10.0f} {ours.megabytes / floor.megabytes:6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
