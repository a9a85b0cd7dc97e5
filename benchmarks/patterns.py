"""How many of the facts that a text holds ``taawun suggest`` proposes, and how many are wrong.

    python benchmarks/patterns.py FOLDER            # the texts kept for measuring
    python benchmarks/patterns.py FOLDER --rules    # those that the rules were written with
    python benchmarks/patterns.py FOLDER --each     # every fact: + found, - missed, ! wrong

The facts are in ``patterns.yaml``, labelled by hand before the rules. News texts are their
publishers', so none is kept here: FOLDER holds each as NAME.txt, and its sha256 must be that of
the label. A fact counts once, whatever number of sentences propose it. A figure is one fact, its
value and unit with what it is of. What ``also`` lists is right but not needed; anything else that
is proposed is wrong, and so is a fact that only its modality makes false.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from taawun.graph.arabic import fold
from taawun.graph.territories import territories
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.bundles import slug_from
from taawun.loaders.editing.suggestion_file import SHORT_KEYS, batch
from taawun.loaders.text.suggestion import Suggester

LABELS = Path(__file__).parent / "patterns.yaml"
Triple = tuple[str, str, str]
_NOT_FACTS = {"new", "kind", "ar", "en", "also", "iso3", "modality", "statedBy", "slug", "document",
              "quote", "prefix", "suffix", "onBehalfOf", "comparator", "context"}  # fmt: skip
_KINDS = {"agreement": "#1", "memorandum-of-understanding": "#1", "visit": "#visit",
          "delegation": "#delegation", "meeting": "#meeting",
          "conference": "#conference"}  # fmt: skip


class Facts:
    """The facts of a text's items, in the form of the labels."""

    def __init__(self) -> None:
        self.found: set[Triple] = set()
        self._kinds: dict[str, str] = {}

    def add(self, item: Mapping[str, Any]) -> str:
        """Take in an item and what is new in it; returns what stands for it."""
        if "new" not in item:
            subject = self._name(item["subject"])
            self._state(subject, item["predicate"], item["object"])
            return subject
        kind = str(item.get("kind") or item["new"])
        if item["new"] == "figure":
            value = f"{item['value']} unit/{item['unit']}" if item["unit"] else item["value"]
            self.found.add((value, "figureOf", self._value(item["of"])))
            return value
        if kind in ("country", "region"):
            return next(
                f"territory/{t.code}"
                for t in territories()
                if t.names[0] == item["ar"] or item["en"]
            )
        name = _KINDS.get(kind, fold(item["ar"] or item["en"]))
        self._kinds[fold(item["ar"] or item["en"])] = name
        for key, value in item.items():
            if key not in _NOT_FACTS:
                for one in value if isinstance(value, list) else [value]:
                    if key == "amounts":
                        self.add({"new": "figure", "of": item["ar"] or item["en"], **one})
                    else:
                        self._state(name, SHORT_KEYS.get((item["new"], key), key), one)
        return name

    def _state(self, subject: str, predicate: str, value: Any) -> None:
        name = self._value(value)
        if predicate == "stage":
            name = f"stage/{name}"
        self.found.add((subject, predicate, name))

    def _value(self, value: Any) -> str:
        if isinstance(value, Mapping):
            return self.add(value) if "new" in value else self._value(value["object"])
        return self._name(str(value))

    def _name(self, name: str) -> str:
        known = self._kinds.get(fold(name))
        if known:
            return known
        code = next((t.code for t in territories() if t.names[0] == name), "")
        return f"territory/{code}" if code else name if "/" in name else fold(name)


def forms(fact: str) -> list[Triple]:
    """The triples that are equally right for one line of a label."""
    subject, predicate, value = fact.split(" ; ")
    first, last = (
        [p if "/" in p or p[0] == "#" else fold(p) for p in map(str.strip, side.split("|"))]
        for side in (subject, value)
    )
    return [(s, predicate.strip(), o) for s in first for o in last]


def compare(
    wanted: Iterable[str], also: Iterable[str], found: set[Triple]
) -> Iterator[tuple[str, str]]:
    """Each needed fact with ``+`` or ``-``, and each wrong one with ``!``."""
    right: set[Triple] = set()
    for fact in wanted:
        hits = found.intersection(forms(fact))
        right |= set(forms(fact))
        yield ("+" if hits else "-"), fact
    for fact in also:
        right |= set(forms(fact))
    for wrong in sorted(found - right):
        yield "!", " ; ".join(wrong)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--rules", action="store_true", help="the texts the rules were written with"
    )
    parser.add_argument("--each", action="store_true", help="print every fact")
    options = parser.parse_args()
    seeds = read_collection([SEEDS])
    suggester = Suggester(seeds.schema, seeds.entities)
    counts = {"+": 0, "-": 0, "!": 0}
    texts = right = 0
    for name, label in yaml.safe_load(LABELS.read_text("utf-8")).items():
        if label["use"] != ("rules" if options.rules else "measuring"):
            continue
        path = options.folder / f"{name}.txt"
        content = path.read_bytes()
        if sha256(content).hexdigest() != label["sha256"]:
            parser.error(f"{path} is not the text that was labelled")
        texts += 1
        found = suggester.suggest(content.decode("utf-8"))
        facts = Facts()
        for item in batch(found, slug_from(name), suggester):
            facts.add(item)
        results = list(compare(label["facts"], label.get("also", ()), facts.found))
        for mark, fact in results:
            counts[mark] += 1
            if options.each:
                print(f"{name}: {mark} {fact}")
        right += len(facts.found) - sum(mark == "!" for mark, _ in results)
    needed = counts["+"] + counts["-"]
    proposed = right + counts["!"]
    print(f"{texts} texts, {needed} facts needed, {counts['+']} proposed right: "
          f"{counts['+'] / needed:.2f}")  # fmt: skip
    print(f"{proposed} proposed, {counts['!']} wrong: precision {right / max(proposed, 1):.2f}")


if __name__ == "__main__":
    main()
