"""How soon the explorer's picture stands, and how smoothly it moves, beside two other pages.

    python benchmarks/explorer.py [--cap 120] [--sizes 250,1000,3000,10000,30000] [--ours]

Seeded synthetic graphs of entities, each edge a fact with its quote, as three offline pages:
ours, pyvis as it comes (physics on) and cytoscape.js with our positions (fetched by npm into a
temporary folder). All open in the same headless Chromium without a GPU, one after the other.
"first picture" is the time from the request of the page to the first frame after which nothing
moves any more; "frames/s" are the animation frames while the mouse drags the picture. The times
of ours include all the rest of the page: search, filters, panel, evidence.

A second table measures what can be read in our network, over the page itself: how many entities
show and how many are named, how many names lie over another name or over a sign, how many entities
have another within 12 pixels, and how soon the first view stands. Before it come the bundled
graph's network and its first view.
Needs playwright, /usr/bin/chromium and npm.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooSlow

import taawun
from taawun.graph.fact_record import FactRecord, Quote, QuotePart
from taawun.ontology.namespaces import DOCUMENT, ID, TW
from taawun.viz.explorer import write_explorer
from taawun.viz.layout import layout
from taawun.viz.view import Name, Node, SeenDocument, Term, View, join

CYTOSCAPE = "cytoscape@3.34.4"
SIZES = {250: 600, 1_000: 2_500, 3_000: 8_000, 10_000: 25_000, 30_000: 75_000}
CLASSES = ("Country", "Actor", "Official", "CooperationItem", "Initiative", "Event", "Output")
#: Notes the time of the frame after the one in which the page says that its picture stands.
STOOD = """(() => { const look = () => requestAnimationFrame((at) => {
  if (document.documentElement?.dataset.ready) requestAnimationFrame(() => {
    document.documentElement.dataset.stood = performance.now(); });
  else look(); }); look(); })()"""
COUNT = """() => { window.frames_ = []; const tell = (at) => { window.frames_.push(at);
  requestAnimationFrame(tell); }; requestAnimationFrame(tell); }"""


def synthetic(size: int, links: int) -> View:
    """A graph that grows as such graphs do: most newcomers join the well connected nearby."""
    chance = random.Random(size)
    kinds = [chance.choices(CLASSES, (1, 6, 6, 5, 3, 3, 4))[0] for _ in range(size)]
    iris = [f"{ID}{kind.lower()}/{place:05d}" for place, kind in enumerate(kinds)]
    groups = max(4, size // 120)
    group = [place % groups for place in range(size)]
    ends: list[list[int]] = [[place] for place in range(groups)]
    pairs: set[tuple[int, int]] = set()
    for place in range(groups, size):
        ends[group[place]].append(place)
    while len(pairs) < links:
        one = chance.randrange(size) if len(pairs) >= size - 1 else len(pairs) + 1
        far = chance.random() < 0.12
        near = ends[chance.randrange(groups) if far else group[one]]
        other = near[min(int(chance.paretovariate(0.6)) - 1, len(near) - 1)]
        if one != other:
            pairs.add((min(one, other), max(one, other)))
    facts = tuple(
        FactRecord(
            f"{ID}fact/{number:06d}",
            ox.NamedNode(iris[one]),
            ox.NamedNode(f"{TW}{'signatory' if number % 9 == 0 else 'participant'}"),
            ox.NamedNode(iris[other]),
            "reported" if number % 7 == 0 else "asserted",
            quotes=(
                Quote(
                    "synthetic.txt",
                    f"{DOCUMENT}synthetic",
                    (QuotePart(f"نص {one} مع {other}", number, number + 40),),
                ),
            ),
        )
        for number, (one, other) in enumerate(sorted(pairs))
    )
    return View(
        nodes=tuple(
            Node(iri, Name(f"كيان رقم {place}", f"Entity number {place}"), (TW + kind,))
            for place, (iri, kind) in sorted(enumerate(zip(iris, kinds, strict=True)),
                                             key=lambda item: item[1][0])
        ),
        edges=join(facts, (), frozenset(iris)),
        facts=facts,
        summaries=(),
        documents=(SeenDocument(f"{DOCUMENT}synthetic", "synthetic.txt", Name("نص", "Text")),),
        classes=tuple(Term(TW + kind, Name(kind, kind)) for kind in CLASSES),
        predicates=tuple(
            Term(TW + name, Name(name, name)) for name in ("participant", "signatory")
        ),
        values=tuple(
            Term(f"{ID}modality/{name}", Name(name, name)) for name in ("asserted", "reported")
        ),
    )  # fmt: skip


def pyvis_page(view: View, target: Path) -> None:
    """pyvis's own page of the same graph, all its scripts in it, as its users write it."""
    from pyvis.network import Network

    network = Network(cdn_resources="in_line")
    for node in view.nodes:
        network.add_node(node.iri, label=node.name.en)
    for edge in view.edges:
        network.add_edge(edge.source, edge.target)
    html = network.generate_html(notebook=False)
    told = "network = new vis.Network(container, data, options);"
    assert told in html
    mark = "network.once('stabilized', () => { document.documentElement.dataset.ready = 'true'; });"
    target.write_text(html.replace(told, told + mark), "utf-8")


def cytoscape_page(view: View, library: str, target: Path) -> None:
    """cytoscape.js at the same places, with names, and nothing else."""
    places = layout(view)
    elements: list[dict[str, object]] = [
        {"data": {"id": node.iri, "name": node.name.en},
         "position": {"x": places[node.iri][0], "y": places[node.iri][1]}}
        for node in view.nodes
    ]  # fmt: skip
    elements += [{"data": {"source": e.source, "target": e.target}} for e in view.edges]
    target.write_text(
        "<!doctype html><meta charset=utf-8><style>html,body,#cy{margin:0;height:100%}</style>"
        f"<div id=cy></div><script>{library}</script><script>const cy = cytoscape({{container:"
        f"document.getElementById('cy'), elements: {json.dumps(elements)}, layout: {{name:"
        "'preset'}, style: [{selector: 'node', style: {label: 'data(name)', width: 20, height:"
        " 20}}, {selector: 'edge', style: {width: 1.5}}]}); cy.one('render', () => {"
        "document.documentElement.dataset.ready = 'true'; });</script>",
        "utf-8",
    )


def fetch_cytoscape(folder: Path) -> str:
    """The minified library from npm."""
    command = ["npm", "install", "--silent", "--no-save", "--prefix", str(folder), CYTOSCAPE]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (folder / "node_modules/cytoscape/dist/cytoscape.min.js").read_text("utf-8")


def opened(
    browser: Browser, file: Path, cap: float, address: str = ""
) -> Iterator[tuple[Page, float | None]]:
    """The page, and after how many milliseconds its picture stood; None if not within the cap."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(cap * 1000)
    try:
        page.add_init_script(STOOD)
        page.goto(file.as_uri() + address, wait_until="commit")
        page.wait_for_selector("html[data-stood]", state="attached")
        yield page, float(page.get_attribute("html", "data-stood") or 0)
    except TooSlow:
        yield page, None
    finally:
        page.close()


def frames(page: Page, seconds: float = 3.0) -> float:
    """Frames a second while the mouse drags the picture about, from its own clock."""
    canvas = page.locator("#picture, #cy, #mynetwork").first.bounding_box()
    assert canvas is not None
    page.wait_for_timeout(1500)
    x, y = canvas["x"] + 12, canvas["y"] + canvas["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    until = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < until:
        turn += 1
        back_and_forth = abs((turn * 6) % 600 - 300)
        page.mouse.move(x + back_and_forth, y + back_and_forth / 3)
    told: list[float] = page.evaluate("window.frames_")
    page.mouse.up()
    return 1000 * (len(told) - 1) / (told[-1] - told[0]) if len(told) > 1 else 0.0


def measured(browser: Browser, file: Path, cap: float, runs: int) -> tuple[float | None, float]:
    """The median time to the picture, and the frames a second of the last opening."""
    times: list[float] = []
    rate = 0.0
    for run in range(runs):
        for page, waited in opened(browser, file, cap):
            if waited is None:
                return None, 0.0
            times.append(waited)
            if run == runs - 1:
                rate = frames(page)
    return statistics.median(times), rate


def readable(page: Page) -> str:
    """What can be read in our network: entities, names, names over something, crowded entities."""
    page.wait_for_timeout(400)
    names = page.evaluate("taawun.nameBoxes()")
    signs = page.evaluate("taawun.signBoxes()")
    over = sum(meets(one, other) for one, other in combinations(names, 2)) + sum(
        meets(name, sign) for name in names for sign in signs if name["name"] != sign["name"]
    )
    centres = [((s["left"] + s["right"]) / 2, (s["top"] + s["bottom"]) / 2) for s in signs]
    near = sum(
        any(math.dist(one, other) < 12 for other in centres if other is not one) for one in centres
    )
    return f"{len(signs):,} | {len(names):,} | {over:,} | {near:,}"


def meets(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two boxes on the screen share a point."""
    return bool(
        one["left"] < other["right"] and other["left"] < one["right"]
        and one["top"] < other["bottom"] and other["top"] < one["bottom"]
    )  # fmt: skip


def print_readable(browser: Browser, pages: Iterable[tuple[str, Path]], cap: float) -> None:
    """Print one line for each page of ours."""
    print("\npage | first view ms | entities | named | names over something | within 12 px")
    for title, file in pages:
        for address in ("", "#view=graph"):
            for page, waited in opened(browser, file, cap, address):
                told = readable(page) if address else "first view: partners"
                print(f"{title} {address} | {waited or 0:,.0f} | {told}", flush=True)


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cap", type=float, default=120.0, help="seconds to wait for a picture")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of nodes")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--ours", action="store_true", help="only what can be read in ours")
    parser.add_argument("--keep", type=Path, help="leave the pages in this folder")
    given = parser.parse_args()
    print(
        "nodes/edges | build s | MB | ours ms | pyvis ms (ratio) | cytoscape.js ms (ratio)"
        " | frames/s: ours | pyvis | cytoscape.js"
    )
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = given.keep or Path(name)
        library = "" if given.ours else fetch_cytoscape(Path(name))
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        pages = [("bundled", Path(taawun.open().explore(folder / "bundled.html")))]
        for size in map(int, given.sizes.split(",")):
            view = synthetic(size, SIZES[size])
            start = time.perf_counter()
            ours = write_explorer(view, folder / f"ours-{size}.html", lang="en")
            built = time.perf_counter() - start
            pages.append((f"{size:,} / {SIZES[size]:,}", ours))
            if given.ours:
                continue
            our_time, our_rate = measured(browser, ours, given.cap, given.runs)
            assert our_time is not None
            cells = [f"{size:,} / {SIZES[size]:,}", f"{built:.1f}"]
            cells += [f"{ours.stat().st_size / 1e6:.1f}", f"{our_time:,.0f}"]
            rates = [f"{our_rate:.0f}"]
            # pyvis has never come to rest at more: one wait for the cap is enough.
            limits = {"pyvis": size <= 1_000, "cytoscape": size <= 10_000}
            for other, is_run in limits.items():
                if not is_run:
                    cells.append("–")
                    rates.append("–")
                    continue
                file = folder / f"{other}-{size}.html"
                if other == "pyvis":
                    pyvis_page(view, file)
                else:
                    cytoscape_page(view, library, file)
                runs = 1 if other == "pyvis" else given.runs
                waited, rate = measured(browser, file, given.cap, runs)
                if waited is None:
                    least = given.cap * 1000 / our_time
                    cells.append(f"not in {given.cap:.0f} s (> {least:.0f}×)")
                    rates.append("–")
                else:
                    cells.append(f"{waited:,.0f} ({waited / our_time:.1f}×)")
                    rates.append(f"{rate:.0f}")
            print(" | ".join([*cells, *rates]), flush=True)
        print_readable(browser, pages, given.cap)
        browser.close()


if __name__ == "__main__":
    main()
