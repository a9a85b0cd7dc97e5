"""Spoiled inputs of every kind: is each accepted, or refused with a clear error, in good time?

::

    python benchmarks/fuzz.py --inputs 5000
    python benchmarks/fuzz.py --seed 7 --only 1234      what one input was, and what it does

An input is made from its number and the seed: a file of a collection, a stored question, a SPARQL
query, a command line, the answers of a remote store or an HTTP request, changed by
``mutations.py``. Refused means an error of ours, and exit code 1 or 2; accepted means that the
graph can be built and asked. Anything else is a failure: a foreign exception, a fault without a
place or a remedy, another exit code, a crash, more than 4 GB, or no end within two minutes (which
only a SPARQL query may need: it is stopped and counted).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from fuzz_targets import TARGETS, WEIGHTS, Ground

from taawun.graph.errors import TaawunError

SECONDS: Final = 120
MEMORY: Final = 4 << 30
#: Where an input may need more time than there is, since any query is evaluated.
SLOW: Final = frozenset({"question", "sparql"})


def chances_of(seed: int, number: int) -> tuple[str, random.Random]:
    """What an input is tried on, and the chances that make it."""
    chances = random.Random(f"{seed} {number}")
    return chances.choices(list(TARGETS), WEIGHTS)[0], chances


def outcome_of(ground: Ground, target: str, chances: random.Random, show: Any) -> tuple[str, str]:
    """Whether an input is accepted, refused or breaks something, and how."""
    try:
        TARGETS[target](ground, chances, show)
    except TaawunError:
        return "refused", ""
    except BaseException:  # noqa: BLE001 - to find them is what this is for
        return "failed", traceback.format_exc(limit=-4)
    return "accepted", ""


def work(told: Connection, seed: int, numbers: Sequence[int], show: Any) -> None:
    """Try the inputs one after another, and tell of each."""
    # With it ends the server that it has started.
    os.setpgrp()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        told.send(("ready", ""))
        for number in numbers:
            told.send(outcome_of(ground, *chances_of(seed, number), show))


def outcomes(
    seed: int, numbers: Sequence[int], show: Any = lambda *_: None
) -> Iterator[tuple[int, str, str]]:
    """The outcome of each input, from a process that is started anew when one kills it."""
    left = list(numbers)
    while left:
        here, there = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(
            target=work, args=(there, seed, left, show)
        )
        process.start()
        there.close()
        try:
            assert here.recv()[0] == "ready"
            while left:
                outcome = here.recv() if here.poll(SECONDS) else ("stopped", "")
                yield left.pop(0), *outcome
                if outcome[0] == "stopped":
                    break
        except EOFError:
            process.join()
            yield left.pop(0), "failed", f"the process died: {process.exitcode}"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()


def run() -> int:
    """Try the inputs and say what came of them; 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--only", type=int, metavar="NUMBER")
    chosen = parser.parse_args()
    if chosen.only is not None:
        for outcome in outcomes(chosen.seed, [chosen.only], print):
            print(*outcome)
        return 0
    found: Counter[tuple[str, str]] = Counter()
    end = time.monotonic() + chosen.seconds
    for number, outcome, how in outcomes(chosen.seed, range(chosen.inputs)):
        target, _ = chances_of(chosen.seed, number)
        if outcome == "stopped" and target not in SLOW:
            outcome, how = "failed", f"no end within {SECONDS} s"
        found[target, outcome] += 1
        if outcome == "failed":
            print(f"--seed {chosen.seed} --only {number} ({target}): {how}", file=sys.stderr)
        if time.monotonic() > end:
            break
    for target in TARGETS:
        counts = {
            word: found[target, word] for word in ("accepted", "refused", "stopped", "failed")
        }
        print(
            f"{target}: {sum(counts.values())} inputs, "
            + ", ".join(f"{count} {word}" for word, count in counts.items())
        )
    return 1 if any(outcome == "failed" for _, outcome in found) else 0


if __name__ == "__main__":
    sys.exit(run())
