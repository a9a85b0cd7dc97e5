"""Commands that end early: a reader that has seen enough, Ctrl-C, a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def test_a_reader_that_has_seen_enough_ends_it_without_a_word(environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (["ask", "agreement-signatories"], ["sparql", "SELECT * { ?s ?p ?o }"]):
        done = subprocess.run(
            [sys.executable, "-m", "taawun", *arguments],
            env=environment, stdout=writing, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
    os.close(writing)


ENDLESS = [
    sys.executable, "-m", "taawun", "sparql",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
]  # fmt: skip


def test_ctrl_c_ends_a_command_whose_query_does_not_end(environment: dict[str, str]) -> None:
    started = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(ENDLESS, env=environment, stdout=subprocess.PIPE)
    signal.signal(signal.SIGINT, started)
    try:
        while _seconds_of_work(process) < 2:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == -signal.SIGINT
    finally:
        process.kill()
        process.communicate()


def test_a_time_limit_ends_it_too(environment: dict[str, str]) -> None:
    command = [*ENDLESS, "--timeout", "2"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "The query was stopped: it did not finish within the time limit (--timeout 2).\n"
    )


def _seconds_of_work(process: subprocess.Popen[bytes]) -> float:
    """Processor time: the start of the command takes less than a second of it."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
