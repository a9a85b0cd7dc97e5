"""How much processor time `taawun add` takes, beside `taawun ask` over the same build.

    python benchmarks/add.py [--runs 7] [--other PYTHON]

A new collection stands upon the bundled one, with a new cache. Each form is the first addition
after its build, from the start of the process to its end, with the preview of every answer that
changes; then comes a second addition, of a plain fact. The ratio is to one `taawun ask` over the
same build, medians of the runs. ``--other`` is the interpreter of another version of Taawun, which
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
  ar: مذكرة تجريبية
  en: Trial memo
  document: {QUOTE[1]}
  quote: {QUOTE[3]}
  parties: [مصر, العراق]
  stage: under-discussion
- document: {QUOTE[1]}
  quote: {QUOTE[3]}
  subject: country/iraq
  predicate: cooperationArea
  object: area/free-trade
  modality: planned
"""
FORMS: Final = {
    "a fact": ["العراق", "cooperationArea", "area/free-trade", *QUOTE, "--modality", "planned"],
    "an entity": ["entity", "ministry", "testland", "--ar", "وزارة تجريبية", "--en", "Testland"],
    "--new agreement": [
        "--new", "agreement", "--ar", "مذكرة تجريبية", "--en", "Trial memo", *QUOTE,
        "parties=مصر", "parties=العراق", "stage=under-discussion",
    ],
    "a batch of 2": ["batch", "batch.yaml"],
}  # fmt: skip
SECOND: Final = ["مصر", "cooperationArea", "area/free-trade", *QUOTE, "--modality", "planned"]


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
                    (folder / "batch.yaml").write_text(BATCH, "utf-8")
                    seconds(python, folder, "build", *mine)
                    # Stamps of files are trusted after two seconds.
                    time.sleep(2.1)
                    ask = ("ask", "agreement-signatories", "--format", "csv", *mine)
                    seconds(python, folder, *ask)
                    spent[python, "ask"].append(seconds(python, folder, *ask))
                    spent[python, "first"].append(seconds(python, folder, "add", *words, *mine))
                    spent[python, "second"].append(seconds(python, folder, "add", *SECOND, *mine))
        for python in pythons:
            ask, first, second = (median(spent[python, s]) for s in ("ask", "first", "second"))
            print(f"{name:16} first {first:.2f} s, {first / ask:.1f} times an ask;"
                  f" then a fact {second:.2f} s, {second / ask:.1f}  {python}")  # fmt: skip


if __name__ == "__main__":
    main()
