"""Commands run on a terminal of their own, where lines are typed."""

from __future__ import annotations

import os
import pty
import selectors
import subprocess
import sys

from taawun.loaders.builds.cache import Build


def on_a_terminal(build: Build, typed: list[str], *arguments: str) -> tuple[int, str]:
    """Exit code and screen of a command on a terminal of its own, where lines are typed."""
    ours, theirs = pty.openpty()
    env = {
        **os.environ,
        "TAAWUN_CACHE": str(build.path.parent),
        "TAAWUN_COLLECTIONS": "",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "200",
        "TERM": "dumb",
    }
    command = [sys.executable, "-m", "taawun", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        for line in typed:
            os.write(ours, f"{line}\n".encode())
        screen = b""
        ready = selectors.DefaultSelector()
        ready.register(ours, selectors.EVENT_READ)
        while ready.select(60):
            try:
                piece = os.read(ours, 4096)
            except OSError:
                # Linux says so when the other side is closed.
                break
            if not piece:
                break
            screen += piece
        ready.close()
    os.close(ours)
    return process.returncode, screen.decode()
