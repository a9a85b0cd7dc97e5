"""Compare the speakers that are proposed with those of labelled news texts.

    python benchmarks/speakers.py FOLDER

``speakers.yaml`` has the speaker of each sentence that gives somebody's words, in order, for texts
that were labelled before the rules were tried on them. The texts are their publishers' and not
kept: FOLDER has them as ``NAME.txt``, of which the labels give the address and the sha256.
"""

from __future__ import annotations

import argparse
from hashlib import sha256
from pathlib import Path

import yaml

from taawun.graph.arabic import fold
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import read_collection
from taawun.loaders.text.suggestion import Suggester

LABELS = Path(__file__).with_suffix(".yaml")


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    seeds = read_collection([SEEDS])
    suggester = Suggester(seeds.schema, seeds.entities)
    needed = right = wrong = 0
    for name, label in yaml.safe_load(LABELS.read_text("utf-8")).items():
        content = (options.folder / f"{name}.txt").read_bytes()
        if sha256(content).hexdigest() != label["sha256"]:
            parser.error(f"{name}.txt is not the text that was labelled")
        text = content.decode("utf-8")
        wanted = {}
        for said in label["speeches"]:
            begins, who = said.split(" ; ")
            wanted[text.index(begins, max(wanted, default=-1) + 1)] = who
        needed += len(wanted)
        for speech in suggester.suggest(text).speeches:
            line = text.rfind("\n", 0, speech.start) + 1
            who = next((w for at, w in wanted.items() if line <= at <= speech.end), "")
            is_right = bool(who) and fold(who) == fold(speech.speaker.name)
            right, wrong = right + is_right, wrong + (not is_right)
    print(f"{needed} speeches, {right} with the right speaker, {wrong} with a wrong one")


if __name__ == "__main__":
    main()
