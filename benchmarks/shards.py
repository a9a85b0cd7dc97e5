"""What sharing a build among processes brings: time, processor time and memory by executor.

    python benchmarks/shards.py [--sizes 10000 100000] [--jobs 0 1 2] [--no-dump]

For each size a synthetic collection is written and built by the ordinary build (0 jobs), and
through a pool of processes for each number of jobs. Every build runs in a process of its own and
has to give the same canonical dump. ``parallel`` is the share of the processor time that the
workers did, and ``driver`` the largest resident set of the process that gives them their work,
joins and loads. Processor time is compared on a busy machine; the seconds count on a quiet one
only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

from generate import generate

from taawun.loaders.builds.build import find_build

BUILD: Final = """
import json, sys, time
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from taawun.loaders.builds.build import build
from taawun.loaders.builds.sharded_build import executor_of

def main():
    start = time.perf_counter()
    jobs = int(sys.argv[3])
    with executor_of("processes" if jobs else None, jobs or None) as executor:
        assert build([Path(sys.argv[1])], cache=Path(sys.argv[2]), executor=executor).is_new
    seconds = time.perf_counter() - start
    mine, others = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    print(json.dumps({
        "seconds": seconds,
        "cpu": mine.ru_utime + mine.ru_stime,
        "workers": others.ru_utime + others.ru_stime,
        "driver": mine.ru_maxrss / 1024,
        "worker": others.ru_maxrss / 1024,
    }))

if __name__ == "__main__":
    main()
"""


def measured(collection: Path, cache: Path, jobs: int) -> dict[str, Any]:
    """One build in a process of its own, without jobs the ordinary one."""
    with tempfile.TemporaryDirectory(prefix="taawun-") as name:
        script = Path(name) / "build.py"
        # Started processes import the script again, so that it must be a file.
        script.write_text(BUILD, "utf-8")
        done = subprocess.run(
            [sys.executable, script, collection, cache, str(jobs)],
            stdout=subprocess.PIPE,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure every size, and print one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[0, 1, 2], help="0: in one process.")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--no-dump", action="store_true", help="Do not compare the dumps.")
    options = parser.parse_args()
    print(
        f"{'facts':>9} {'jobs':>8} {'wall, s':>8} {'driver cpu':>10} {'workers cpu':>11} "
        f"{'parallel':>8} {'driver, MB':>10} {'worker, MB':>10}"
    )
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="taawun-") as name:
            folder = Path(name)
            generate(folder / "collection", size, "csv", options.seed)
            dumps = set()
            for jobs in options.jobs:
                cost = measured(folder / "collection", folder / "cache", jobs)
                share = cost["workers"] / (cost["cpu"] + cost["workers"])
                print(
                    f"{size:>9,} {jobs or 'ordinary':>8} {cost['seconds']:>8.1f} "
                    f"{cost['cpu']:>10.1f} {cost['workers']:>11.1f} {share:>8.0%} "
                    f"{cost['driver']:>10.0f} {cost['worker'] if jobs else 0:>10.0f}",
                    flush=True,
                )
                made = find_build([folder / "collection"], cache=folder / "cache")
                assert made
                if not options.no_dump:
                    with made.dump.open("rb") as dump:
                        dumps.add(file_digest(dump, "sha256").hexdigest())
                shutil.rmtree(folder / "cache")
            assert len(dumps) <= 1, "the dumps differ"


if __name__ == "__main__":
    main()
