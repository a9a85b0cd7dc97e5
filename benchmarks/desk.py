"""How long the desk takes for a preview, a save, a dispute and an undo.

    python benchmarks/desk.py [--facts 10000] [--runs 9] [--profile]

The desk is opened once over a synthetic collection of that size, or with ``--facts 0`` over the
bundled one alone, with an invented text; then the same steps are taken again and again, each with
other facts. Medians of wall-clock and of processor time, in milliseconds. The promise: a save
takes less than 300 ms over the bundled collection and less than 1 s over 10,000 facts.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generate import generate

from taawun.desk.review_pages import Reviewing
from taawun.desk.session import Desk
from taawun.loaders.editing.insert_entry import document_edit
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.transaction import seen

TEXT = "ومن المقرر أن تتعاون مملكة النموذج مع جمهورية المثال في مجال {}.\n"


def opened(folder: Path, facts: int, runs: int) -> tuple[Desk, list[str]]:
    """A desk with a text of as many sentences as there are runs, and the areas that they name."""
    mine = folder / "mine"
    new_collection(mine, with_example=True)
    collections = [mine]
    if facts:
        generate(folder / "large", facts, "yaml")
        collections = [folder / "large", mine]
    areas = sorted(ref for ref in Desk([mine]).known.schema.concepts if ref.startswith("area/"))
    chosen = areas[:runs]
    desk = Desk([mine])
    text = "".join(TEXT.format(desk.label(area, "ar")) for area in chosen)
    titles = {"ar": "خبر مخترع", "en": "Invented news"}
    document_edit(mine, seen(mine), "news", text.encode(), titles).write()
    return Desk(collections, "Huda"), chosen


def main() -> None:
    """Measure, and print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--facts", type=int, default=0)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    spent: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def timed(step: str, act: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        found = act()
        spent[step].append((time.perf_counter() - wall, time.process_time() - cpu))
        return found

    with tempfile.TemporaryDirectory(prefix="taawun-") as name:
        wall = time.perf_counter()
        desk, areas = opened(Path(name), options.facts, options.runs)
        print(f"{len(desk.known.facts):,} facts; opened in {time.perf_counter() - wall:.1f} s")
        # As the desk does while the curator reads the text.
        while desk.prepare():
            pass
        profile = cProfile.Profile()
        for number, area in enumerate(areas):
            text = desk.known.documents["news"].text.splitlines()[number]
            item = {
                "document": "news", "quote": text.rstrip("."), "subject": "country/model-kingdom",
                "predicate": "cooperationArea", "object": area, "modality": "planned",
            }  # fmt: skip
            assert timed("preview", lambda item=item: desk.preview([item], "ar"))["faults"] == []
            if options.profile:
                profile.enable()
            said = timed("save", lambda item=item: desk.save([item], "ar"))
            profile.disable()
            assert said["faults"] == [], said
            body = {"new": "organization", "ar": f"هيئة {number} للقياس"}
            body["en"] = f"Measuring body {number}"
            said = timed("register", lambda body=body: desk.save([body], "ar"))
            assert said["faults"] == [], said
        reviewing = Reviewing(desk)
        for one in timed("review list", lambda: reviewing.facts("news", "ar"))["facts"]:
            given = {"fact": one["fact"], "at": one["at"]}
            yes = {**given, "found": "confirmed"}
            no = {**given, "found": "disputed", "comment": "؟"}
            for step, body in (("confirm", yes), ("dispute", no)):
                said = timed(step, lambda body=body: reviewing.record("news", body, "ar"))
                assert said["faults"] == [], said
        timed("undo", desk.undo)
    for step, times in spent.items():
        walls, cpus = zip(*times, strict=True)
        print(f"{step:12} {1000 * statistics.median(walls):7.0f} ms"
              f" {1000 * statistics.median(cpus):7.0f} ms of processor time")  # fmt: skip
    if options.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(30)


if __name__ == "__main__":
    main()
