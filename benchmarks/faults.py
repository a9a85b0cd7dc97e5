"""Builds killed at random moments: is the old graph or the new one there, whole, each time?

::

    python benchmarks/faults.py --kills 120

Each round changes a collection, starts ``taawun build`` over a cache with good builds, and sends
SIGKILL to its process group: at a moment drawn from the whole duration of a build, or around the
rename that makes the build visible and the deletion of the oldest one. Then every build in the
cache is read from its store and compared, quad by quad, with what it must hold; the next command
must answer from the new graph; and what the killed build left must be gone after the next one,
while a folder that a living process holds is never touched. Exit 1 if anything of that fails.
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
from pathlib import Path
from statistics import median

import pyoxigraph as ox

from taawun.loaders.unfinished import Unfinished

NAME = "Atlantis"
QUERY = 'SELECT ?n { country:atlantis rdfs:label ?n FILTER(LANG(?n) = "en") }'


class Failure(Exception):
    """Something that must hold does not."""


class Place:
    """A collection that changes and a cache, with what its builds must hold."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.file = folder / "mine" / "entities" / "country.yaml"
        self.file.parent.mkdir(parents=True)
        self.version = 0
        self.known: dict[Path, int] = {}
        self.write()
        started = time.monotonic()
        path = self.build()
        self.duration = time.monotonic() - started
        self.first = quads(path)

    def write(self) -> None:
        """Write the present version of the collection."""
        self.file.write_text(f"country/atlantis: {{ar: أطلانطس, en: {NAME} {self.version}}}\n")

    def command(self, *arguments: str) -> list[str]:
        """A command of ours over the collection."""
        return [sys.executable, "-m", "taawun", *arguments, "--collection", str(self.collection)]

    @property
    def collection(self) -> Path:
        """The folder of the collection."""
        return self.file.parent.parent

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

    def wanted(self, version: int) -> list[bytes]:
        """The sorted quads of a version: those of the first one, with another name in them."""
        names = (f"{NAME} 0".encode(), f"{NAME} {version}".encode())
        return sorted(line.replace(*names) for line in self.first)

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


def moments(kills: int, seed: int) -> Iterator[tuple[bool, float]]:
    """For each kill whether it waits for the rename, and how long, in durations of a build."""
    chances = random.Random(seed)
    for number in range(kills):
        at_the_rename = number % 3 == 2
        yield at_the_rename, chances.uniform(0, 0.1 if at_the_rename else 1)


def main() -> None:
    """Kill builds, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, Unfinished(Path(folder) / "cache") as by_another:
        held = by_another.path
        place = Place(Path(folder))
        old = place.build()
        durations = [place.duration]
        most_left = 0
        for at_the_rename, moment in moments(chosen.kills, chosen.seed):
            place.version += 1
            place.write()
            # The last few, for other work may make the machine slower or faster.
            seconds = moment * median(durations[-5:])
            found["killed" if place.kill(seconds, at_the_rename=at_the_rename) else "ended"] += 1
            is_there = place.inspect()
            found["new" if is_there else "old"] += 1
            if not old.is_dir():
                raise Failure(f"{old}, the last good build, is lost")
            left = len(place.folders(unfinished=True)) - 1
            most_left = max(most_left, left)
            started = time.monotonic()
            answer = place.run("sparql", QUERY)
            if not is_there:
                durations.append(time.monotonic() - started)
            if f"{NAME} {place.version}" not in answer:
                raise Failure("the next command does not answer from the new graph")
            old = place.build()
            if not held.is_dir():
                raise Failure("the folder of a living process was deleted")
            if not is_there and place.folders(unfinished=True) != [held]:
                raise Failure("the next build leaves what the killed one left")
    print(
        f"{chosen.kills} kills over builds of {median(durations):.2f} s (seed {chosen.seed}): "
        f"{found['killed']} while it ran, {found['ended']} after its end\n"
        f"afterwards the old graph alone: {found['old']}, the new one too: {found['new']}, "
        f"lost or damaged: 0\n"
        f"the next command answered from the new graph: {chosen.kills}; "
        f"folders left by a kill: at most {most_left}, after the next build none"
    )


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"FAILED: {failure}")
