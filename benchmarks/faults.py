"""Builds killed at random moments: is the old graph or the new one there, whole, each time?

::

    python benchmarks/faults.py --kills 120

Each round changes a collection, in turn a note of a fact, which leads to a build out of the one
before, and the name of an entity, which leads to a whole build. It starts ``taawun build`` over a
cache with good builds, and sends SIGKILL to its process group: at a moment drawn from the whole
duration of such a build, or around the rename that makes the build visible and the deletion of
the oldest one. It goes on until so many kills have hit a build that still ran; those that came
too late are counted apart, and inspected all the same. Every build in the cache is read from its
store and compared, quad by quad, with what it must hold; the next command must answer from the
new graph; and what the killed build left must be gone after the next one, while a folder that a
living process holds is never touched. Exit 1 if anything of that fails.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import pyoxigraph as ox
from generate import generate
from increment import is_about_area

from taawun.loaders.builds.atomic_folder import Unfinished

NAME: Final = "Atlantis"
NOTE: Final = "Note"
QUERY: Final = f"""SELECT ?said {{
  {{ country:atlantis rdfs:label ?said FILTER(LANG(?said) = "en") }} UNION
  {{ GRAPH ?g {{ ?fact ?note ?said FILTER(STRSTARTS(STR(?said), "{NOTE} ")) }} }}
}}"""
#: What leads to a build out of the one before, and to a whole one.
KINDS: Final = ("increment", "whole")


class Version(NamedTuple):
    """What the collection says."""

    name: int
    note: int

    def next(self, kind: str) -> Version:
        """The version after this one, for a build of that kind."""
        name, note = self
        return Version(name + 1, note) if kind == "whole" else Version(name, note + 1)

    @property
    def words(self) -> tuple[str, str]:
        """What it is known by."""
        return f"{NAME} {self.name}", f"{NOTE} {self.note}"


class Failure(Exception):
    """Something that must hold does not."""


class Place:
    """A collection that changes and a cache, with what its builds must hold."""

    def __init__(self, folder: Path, facts: int) -> None:
        self.cache = folder / "cache"
        self.collection = folder / "mine"
        generate(self.collection, facts, "csv")
        self.entities = self.collection / "entities" / "region.yaml"
        self.facts = self.collection / "facts" / "facts.csv"
        self.rows = self.facts.read_text("utf-8").splitlines()
        # A row that has no notes yet.
        about = [
            number
            for number, row in enumerate(self.rows)
            if is_about_area(row, "csv") and row.endswith(",,")
        ]
        self.noted = about[len(about) // 2]
        self.version = Version(0, 0)
        self.known: dict[Path, Version] = {}
        self.write()
        self.first = quads(self.build())
        self.durations = {kind: [self.time(kind)] for kind in KINDS}

    def time(self, kind: str) -> float:
        """How long a build of that kind takes."""
        self.change(kind)
        started = time.monotonic()
        path = self.build()
        seconds = time.monotonic() - started
        # A build out of the one before shares files with it.
        shares = any(file.stat().st_nlink > 1 for file in path.glob("store/*.sst"))
        if shares != (kind == "increment"):
            raise Failure(f"{path} is built in another way than by {kind}")
        return seconds

    def change(self, kind: str) -> None:
        """Write the next version, which leads to a build of that kind."""
        self.version = self.version.next(kind)
        self.write()

    def write(self) -> None:
        """Write the present version of the collection."""
        name, note = self.version.words
        self.entities.write_text(f"country/atlantis: {{ar: أطلانطس, en: {name}}}\n", "utf-8")
        rows = [*self.rows]
        # The last two columns are for notes, in English and in Arabic.
        rows[self.noted] = f"{rows[self.noted].removesuffix(',')}{note},"
        self.facts.write_text("\n".join([*rows, ""]), "utf-8")

    def command(self, *arguments: str) -> list[str]:
        """A command of ours over the collection."""
        return [sys.executable, "-m", "taawun", *arguments, "--collection", str(self.collection)]

    @property
    def environment(self) -> dict[str, str]:
        """Where the commands keep their builds."""
        return {**os.environ, "TAAWUN_CACHE": str(self.cache), "TAAWUN_COLLECTIONS": ""}

    def run(self, *arguments: str) -> str:
        """What a command prints. Raises ``Failure`` where it does not end well."""
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise Failure(f"{arguments[0]} ends with {done.returncode}: {done.stderr}")
        return done.stdout

    def build(self) -> Path:
        """Build the present version; where it is."""
        path = Path(self.run("build").splitlines()[-1])
        self.known[path] = self.version
        return path

    def wanted(self, version: Version) -> list[bytes]:
        """The sorted quads of a version: those of the first one, with other words in them."""
        lines = self.first
        for before, now in zip(Version(0, 0).words, version.words, strict=True):
            lines = [line.replace(f'"{before}"'.encode(), f'"{now}"'.encode()) for line in lines]
        return sorted(lines)

    def folders(self, *, unfinished: bool) -> list[Path]:
        """The finished builds in the cache, or the unfinished ones."""
        return [
            p
            for p in self.cache.iterdir()
            if p.name.startswith(".building-") == unfinished and p.is_dir()
        ]

    def kill(self, seconds: float, *, at_the_rename: bool) -> bool:
        """Start a build and kill it after so many seconds, or so long after it is complete.

        Returns whether it was still running.
        """
        process = subprocess.Popen(
            self.command("build"),
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if at_the_rename:
            while process.poll() is None and not any(self.cache.glob(".*/manifest.json")):
                time.sleep(0.0005)
        time.sleep(seconds)
        # A build that has been seen to end is no process any more.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait() < 0

    def inspect(self) -> bool:
        """Whether the new graph is there. Raises ``Failure`` where a build is not whole."""
        for path in self.folders(unfinished=False):
            version = self.known.get(path, self.version)
            if quads(path) != self.wanted(version):
                raise Failure(f"{path} is not whole")
        return bool(set(self.folders(unfinished=False)) - self.known.keys())


def quads(build: Path) -> list[bytes]:
    """The sorted N-Quads of a build, read from its store by Oxigraph alone."""
    dump = ox.Store.read_only(str(build / "store")).dump(format=ox.RdfFormat.N_QUADS)
    return sorted(dump.splitlines(keepends=True))


def moments(seed: int) -> Iterator[tuple[str, bool, float]]:
    """For each kill the kind of build, whether it waits for the rename, and how long, in
    durations of such a build."""
    chances = random.Random(seed)
    for number in count():
        at_the_rename = number % 6 in (2, 5)
        yield KINDS[number % 2], at_the_rename, chances.uniform(0, 0.1 if at_the_rename else 1)


def round_of(place: Place, kind: str, at_the_rename: bool, moment: float, held: Path) -> list[str]:
    """Kill one build and inspect what there is; what happened, in words to be counted."""
    old = place.build()
    place.change(kind)
    # The last few, for other work may make the machine slower or faster.
    seconds = moment * median(place.durations[kind][-5:])
    is_hit = place.kill(seconds, at_the_rename=at_the_rename)
    is_there = place.inspect()
    if not old.is_dir():
        raise Failure(f"{old}, the last good build, is lost")
    left = len(place.folders(unfinished=True)) - 1
    answer = place.run("sparql", QUERY)
    if not all(f"{word}\n" in answer for word in place.version.words):
        raise Failure(f"the next command does not answer from the new graph: {answer}")
    place.build()
    place.durations[kind].append(place.time(kind))
    if not held.is_dir():
        raise Failure("the folder of a living process was deleted")
    if place.folders(unfinished=True) != [held]:
        raise Failure("the next build leaves what the killed one left")
    if not is_hit:
        return [f"{kind}, ended"]
    return [f"{kind}, new" if is_there else f"{kind}, old", f"{kind}, left {left}"]


def main() -> None:
    """Kill builds, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--facts", type=int, default=1000, help="besides the bundled ones")
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, Unfinished(Path(folder) / "cache") as by_another:
        held = by_another.path
        place = Place(Path(folder), chosen.facts)
        for kind, at_the_rename, moment in moments(chosen.seed):
            found.update(round_of(place, kind, at_the_rename, moment, held))
            if sum(found[f"{kind}, {word}"] for kind in KINDS for word in ("old", "new")) == (
                chosen.kills
            ):
                break
    for kind in KINDS:
        old, new = found[f"{kind}, old"], found[f"{kind}, new"]
        print(
            f"{kind}, {median(place.durations[kind]):.2f} s: {old + new} kills while it ran "
            f"({found[f'{kind}, ended']} more came after its end); afterwards the old graph "
            f"alone: {old}, the new one too: {new}; lost or damaged: 0"
        )
    most = max(int(word.split()[-1]) for word in found if "left" in word)
    print(f"folders left by a kill: at most {most}, after the next build none")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAILED: {failure}")
