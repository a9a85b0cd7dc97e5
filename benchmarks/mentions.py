"""How well ``taawun suggest`` finds names, against labels made by hand: precision and recall.

    python benchmarks/mentions.py FOLDER --mark    # writes x.tsv beside each x.txt: what it finds
    (read each text, and correct its x.tsv: one line a mention, start, end, reference)
    python benchmarks/mentions.py FOLDER           # compares

News texts are their publishers', so none is kept here: take ones that no name was registered
from. A label is right when a reader who knows the register would say so: the same span, the same
entity. "Chosen" is what is found as a name; "shown" are doubtful mentions too, which count as
found where the right entity is among their candidates.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import read_collection
from taawun.loaders.text.mentions import Mention
from taawun.loaders.text.suggestion import Suggester

Label = tuple[int, int, str]


def labels(path: Path) -> set[Label]:
    """The labels of one text: rows of start, end and reference; more columns are for the eye."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(int(a), int(b), ref) for a, b, ref, *_ in csv.reader(file, delimiter="\t")}


def mark(path: Path, text: str, mentions: Iterable[Mention]) -> None:
    """Write what is found as names, to be corrected by hand."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        for m in mentions:
            if m.kind == "name":
                writer.writerow((m.start, m.end, m.candidates[0], text[m.start : m.end]))


def spans(mentions: Iterable[Mention], *, doubtful: bool) -> Iterator[Label]:
    """The names chosen; with ``doubtful``, every candidate that is shown."""
    for m in mentions:
        if doubtful or m.kind == "name":
            yield from ((m.start, m.end, ref) for ref in m.candidates)


def main() -> None:
    """Mark, or compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mark", action="store_true", help="write the labels to correct")
    options = parser.parse_args()
    seeds = read_collection([SEEDS])
    suggester = Suggester(seeds.schema, seeds.entities)
    texts = sorted(options.folder.glob("*.txt"))
    if not texts:
        parser.error(f"{options.folder} holds no .txt")
    right = chosen = wanted = shown = 0
    for path in texts:
        text = path.read_bytes().decode("utf-8")
        mentions = suggester.suggest(text).mentions
        if options.mark:
            mark(path.with_suffix(".tsv"), text, mentions)
            continue
        gold = labels(path.with_suffix(".tsv"))
        found = set(spans(mentions, doubtful=False))
        right += len(found & gold)
        chosen += len(found)
        wanted += len(gold)
        shown += len(set(spans(mentions, doubtful=True)) & gold)
    if not options.mark:
        print(f"{len(texts)} texts, {wanted} labelled names")
        print(f"precision of the chosen {right / chosen:.3f}, recall {right / wanted:.3f}")
        print(f"recall with the doubtful that are shown {shown / wanted:.3f}")


if __name__ == "__main__":
    main()
