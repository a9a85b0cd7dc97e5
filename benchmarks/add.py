"""How much processor time `taawun add` takes, beside `taawun ask` over the same build.

    python benchmarks/add.py [--runs 7] [--other PYTHON]

A new collection stands upon the bundled one, with a new cache. Each form is the first addition
after its build, from the start of the process to its end, with the preview of every answer that
changes; then comes another of the same form. The ratio is to one `taawun ask` over the same build,
medians of the runs. ``--other`` is the interpreter of another version of Taawun, which
takes every other turn.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Final

QUOTE: Final = [
    "--document",
    "egypt-iraq-talks",
    "--quote",
    "تعزيز التعاون الثنائي بين مصر والعراق",
]
BATCH: Final = f"""\
- new: agreement
  ar: مذكرة %(nth_ar)s
  en: Memo %(nth)s
  document: {QUOTE[1]}
  quote: {QUOTE[3]}
  parties: [مصر, العراق]
  stage: under-discussion
- document: {QUOTE[1]}
  quote: {QUOTE[3]}
  subject: country/%(country)s
  predicate: cooperationArea
  object: area/free-trade
  modality: planned
"""
#: What differs between the first addition and the next.
PARTS: Final = (
    {"nth": "one", "nth_ar": "أولى", "country": "iraq"},
    {"nth": "two", "nth_ar": "ثانية", "country": "egypt"},
)
FORMS: Final = {
    "a fact": [
        "country/%(country)s", "cooperationArea", "area/free-trade", *QUOTE,
        "--modality", "planned",
    ],
    "an entity": [
        "entity", "ministry", "test-%(nth)s",
        "--ar", "وزارة %(nth_ar)s", "--en", "Ministry %(nth)s",
    ],
    "--new agreement": [
        "--new", "agreement", "--ar", "مذكرة %(nth_ar)s", "--en", "Memo %(nth)s", *QUOTE,
        "parties=مصر", "parties=العراق", "stage=under-discussion",
    ],
    "a batch of 2": ["batch", "batch-%(nth)s.yaml"],
}  # fmt: skip


def seconds(python: str, folder: Path, *words: str) -> float:
    """The processor time of one command. Raises ``CalledProcessError`` where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {**os.environ, "TAAWUN_CACHE": str(folder / "cache"), "TAAWUN_COLLECTIONS": ""}
    command = [python, "-P", "-m", "taawun", *words]
    subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure, and print a line for each form."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--other", help="the interpreter of another version")
    options = parser.parse_args()
    pythons = [python for python in (options.other, sys.executable) if python]
    mine = ["--collection", "mine"]
    for name, words in FORMS.items():
        spent: dict[tuple[str, str], list[float]] = defaultdict(list)
        for run in range(options.runs):
            for python in pythons[:: 1 if run % 2 else -1]:
                with tempfile.TemporaryDirectory(prefix="taawun-") as place:
                    folder = Path(place)
                    seconds(python, folder, "new", "mine", "--example")
                    for part in PARTS:
                        file = folder / f"batch-{part['nth']}.yaml"
                        file.write_text(BATCH % part, "utf-8")
                    seconds(python, folder, "build", *mine)
                    # Stamps of files are trusted after two seconds.
                    time.sleep(2.1)
                    ask = ("ask", "agreement-signatories", "--format", "csv", *mine)
                    seconds(python, folder, *ask)
                    spent[python, "ask"].append(seconds(python, folder, *ask))
                    for turn, part in zip(("first", "next"), PARTS, strict=True):
                        given = [word % part for word in words]
                        spent[python, turn].append(seconds(python, folder, "add", *given, *mine))
        for python in pythons:
            ask, first, then = (median(spent[python, turn]) for turn in ("ask", "first", "next"))
            print(f"{name:16} first {first:.2f} s, {first / ask:.1f} times an ask;"
                  f" then {then:.2f} s, {then / ask:.1f}  {python}")  # fmt: skip


if __name__ == "__main__":
    main()
