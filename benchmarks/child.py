"""A program in a process of its own, measured: its time, its output, the most memory it held."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final, NamedTuple

#: Starts the program, reads what it prints, and says what it took. A small process stands
#: between, because Linux counts the memory of whoever starts a process as the process's own.
_BETWEEN: Final = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
first = length = 0
while piece := os.read(process.stdout.fileno(), 1 << 20):
    first = first or time.perf_counter() - start
    length += len(piece)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
if code := os.waitstatus_to_exitcode(status):
    sys.exit(f"{sys.argv[1:]} ended with {code}")
print(json.dumps([seconds, usage.ru_maxrss / 1024, first, length]))
"""


class Cost(NamedTuple):
    """What a program took: seconds to its end and to its first output, memory, and output."""

    seconds: float
    megabytes: float
    first_output: float
    length: int


def run(*command: object) -> Cost:
    """Run a program to its end. Raises ``CalledProcessError`` where it fails."""
    done = subprocess.run(
        [sys.executable, "-IS", "-c", _BETWEEN, *map(str, command)],
        stdout=subprocess.PIPE,
        check=True,
    )
    return Cost(*json.loads(done.stdout))


def run_python(code: str, *arguments: object) -> Cost:
    """Run a Python program given as text."""
    return run(sys.executable, "-c", code, *arguments)
