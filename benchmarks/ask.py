"""How much time a stored question takes from cold, beside a bare script that asks the same store.

    python benchmarks/ask.py [QUESTION …] [--collection DIR] [--runs 40]

Each run starts both as processes of their own, one after the other, into a pipe: ``taawun ask``,
and a script of ten lines that opens the same store read-only with pyoxigraph, runs the same query
text and prints the terms as CSV. Processor time in milliseconds, which a busy machine changes
little; the ratio is the median of the pairs'.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Final

from taawun.api import present_build
from taawun.loaders.builds.cache import STORE
from taawun.queries.catalogue import Catalogue
from taawun.queries.question import HERE

BARE: Final = """\
import csv, sys
import pyoxigraph as ox
answer = ox.Store.read_only(sys.argv[1]).query(open(sys.argv[2], encoding="utf-8").read())
names = [variable.value for variable in answer.variables]
out = csv.writer(sys.stdout)
out.writerow(names)
for row in answer:
    out.writerow(["" if row[name] is None else row[name].value for name in names])
"""
QUESTIONS: Final = ("agreement-signatories", "country-areas", "offers-to-country")
TAAWUN: Final = Path(sys.executable).with_name("taawun")


def milliseconds(*command: str | Path) -> float:
    """The processor time of one process from start to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.PIPE, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure, and print one line a question."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("questions", nargs="*", default=QUESTIONS)
    parser.add_argument("--collection", type=Path, action="append", default=[])
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    store = present_build(options.collection).path / STORE
    extra = [word for folder in options.collection for word in ("--collection", folder)]
    print(f"{'':36} {'bare':>7} {'taawun':>7} {'ratio':>6}")
    for name in options.questions:
        bare = (sys.executable, "-c", BARE, store, HERE / f"{name}.rq")
        needed = Catalogue().get(name).examples
        values = [word for key in needed for word in ("-p", f"{key}={needed[key]}")]
        ours = (TAAWUN, "ask", name, *values, *extra)
        milliseconds(*ours)
        pairs = [(milliseconds(*bare), milliseconds(*ours)) for _ in range(options.runs)]
        print(
            f"{name:36} {median(b for b, _ in pairs):7.1f} {median(o for _, o in pairs):7.1f} "
            f"{median(o / b for b, o in pairs):6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
