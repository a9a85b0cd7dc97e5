"""How long a long listing takes, beside Oxigraph's own writing of the same answer.

    python benchmarks/listing.py [--facts 100000] [--runs 3]

In processes of their own, in turns, into a pipe: ``taawun sparql`` lists the plain view in each
format, with labels where people read it; and a bare script has Oxigraph serialise the same
answer, as JSON for json and as CSV for the others. ``first row`` is the time until a row can be
read, ``MB`` the largest resident set; then the same for a tenth of the rows. The promise: the
first row comes at once, and memory does not grow with the rows.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from child import run
from generate import generate

from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import STORE

QUERY: Final = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
BARE: Final = """\
import sys
import pyoxigraph as ox
form = getattr(ox.QueryResultsFormat, sys.argv[2])
ox.Store.read_only(sys.argv[1]).query(sys.argv[3]).serialize(sys.stdout.buffer, form)
"""


def main() -> None:
    """Build the graph, and print one line for each format and number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taawun-") as name:
        collection = Path(name) / "collection"
        generate(collection, options.facts)
        os.environ |= {"TAAWUN_CACHE": f"{name}/cache", "TAAWUN_COLLECTIONS": ""}
        store = build([collection], cache=Path(name) / "cache").path / STORE
        print(
            f"{'':10} {'MB out':>7} {'bare, s':>8} {'ours, s':>8} {'ratio':>6} "
            f"{'first row, s':>13} {'bare, MB':>9} {'ours, MB':>9}"
        )
        rows = len(list(ox.Store.read_only(str(store)).query(QUERY)))
        for limit in (rows // 10, rows):
            print(f"{limit:,} rows")
            query = f"{QUERY} LIMIT {limit}"
            for style in ("csv", "tsv", "markdown", "json"):
                form = "JSON" if style == "json" else "CSV"
                bare = [sys.executable, "-c", BARE, str(store), form, query]
                ours = [
                    sys.executable, "-m", "taawun", "sparql", query, "--format", style,
                    "--collection", str(collection),
                ]  # fmt: skip
                pairs = [(run(*bare), run(*ours)) for _ in range(options.runs)]
                floor, cost = (min(column) for column in zip(*pairs, strict=True))
                print(
                    f"{style:10} {cost.length / 1e6:7.0f} {floor.seconds:8.2f} {cost.seconds:8.2f} "
                    f"{cost.seconds / floor.seconds:6.2f} {cost.first_output:13.2f} "
                    f"{floor.megabytes:9.0f} {cost.megabytes:9.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
