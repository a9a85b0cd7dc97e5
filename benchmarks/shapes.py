"""How long the shapes take as SPARQL over Oxigraph, beside pySHACL, the reference.

    python benchmarks/shapes.py [--sizes 1000 3000 10000]

For each size a synthetic collection is built; both engines apply all shapes to the same flat
graph, in one process, each once. pySHACL's time leaves out the copying into an rdflib graph.
Both must find the same.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from generate import generate

from taawun.loaders.builds.build import build
from taawun.loaders.checks.shacl.reference import graph_of
from taawun.loaders.checks.shacl.reference import validate as by_pyshacl
from taawun.loaders.checks.shapes import Shapes, build_store


def main() -> None:
    """Measure every size, and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    options = parser.parse_args()
    print(f"{'facts':>9} {'triples':>10} {'SPARQL, s':>10} {'pySHACL, s':>11} {'ratio':>6}")
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="taawun-") as name:
            generate(Path(name) / "collection", size)
            made = build([Path(name) / "collection"], cache=Path(name) / "cache")
            shapes = Shapes()
            store = build_store(shapes, made.dump)
        data = graph_of(store)
        start = time.perf_counter()
        found = shapes.validate(store)
        between = time.perf_counter()
        expected = by_pyshacl(data, shapes.source)
        end = time.perf_counter()
        if list(found.results) != expected:
            raise SystemExit("the two engines do not find the same")
        ours, theirs = between - start, end - between
        print(
            f"{size:9,} {len(store):10,} {ours:10.2f} {theirs:11.2f} {theirs / ours:6.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
