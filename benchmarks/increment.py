"""How long a build takes when one fact is added, beside the whole build.

    python benchmarks/increment.py [--facts 100000] [--runs 3] [--format csv|jsonl|yaml]

In processes of their own: the collection with one more fact is built where the build without it
is at hand, and where there is none. Both must have the same quads. The best of the runs counts.
The promise: at most a tenth.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from child import Cost, run_python
from generate import generate

from build import BUILD
from taawun.loaders.builds.build import build


def take_out(collection: Path, form: str) -> tuple[Path, str]:
    """Take one fact out of the collection; returns its file, and the file as it was.

    It is one about an area, in the middle, that nothing else needs.
    """
    path = sorted((collection / "facts").glob(f"*.{form}"))[0]
    text = path.read_text("utf-8")
    lines = text.splitlines(keepends=True)
    known = [number for number, line in enumerate(lines) if is_about_area(line, form)]
    del lines[known[len(known) // 2]]
    path.write_text("".join(lines), "utf-8")
    return path, text


def is_about_area(line: str, form: str) -> bool:
    """Whether a line of a fact file says that something is about an area."""
    if form == "csv":
        return ",area,area/" in line
    return '"predicate": "area"' in line


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--format", choices=("csv", "jsonl", "yaml"), default="csv")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taawun-") as name:
        folder = Path(name)
        collection = folder / "collection"
        generate(collection, options.facts, options.format)
        path, text = take_out(collection, options.format)
        build([collection], cache=folder / "known")
        path.write_text(text, "utf-8")
        whole: list[Cost] = []
        added: list[Cost] = []
        for number in range(options.runs):
            # Links, like those of the increment itself, would be shared with it.
            shutil.copytree(folder / "known", folder / f"known-{number}")
            added.append(run_python(BUILD, collection, folder / f"known-{number}"))
            whole.append(run_python(BUILD, collection, folder / "new"))
            dumps = [
                build([collection], cache=folder / cache).dump.read_bytes()
                for cache in (f"known-{number}", "new")
            ]
            if dumps[0] != dumps[1]:
                raise SystemExit("the two builds differ")
            shutil.rmtree(folder / f"known-{number}")
            shutil.rmtree(folder / "new")
    one, all_ = min(added), min(whole)
    print(
        f"{options.facts:,} facts: whole build {all_.seconds:.2f} s, one fact added "
        f"{one.seconds:.2f} s, ratio {one.seconds / all_.seconds:.3f}; "
        f"{all_.megabytes:.0f} MB and {one.megabytes:.0f} MB"
    )


if __name__ == "__main__":
    main()
