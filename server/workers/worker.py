"""A worker process: opens the store and runs tasks one after another.

Queries run here and not in the server because a query cannot be stopped from within its process.
The server kills a worker that takes too long or whose client has disconnected; the kernel enforces
the memory limit. Run ``python -m taawun.server.workers.worker`` with the settings as JSON; tasks
arrive as lines of JSON on standard input, replies leave as frames on standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import IO, Any, Final, TypeAlias

from ...graph.errors import (
    EndpointError,
    QueryError,
    TaawunError,
    UnknownNameError,
    UnsureError,
)  # fmt: skip
from .reply import FAILED, FRAME, READY, Reply
from .served_graph import OpenedBuild

_PARENT_DEATH_SIGNAL: Final = 1
Task: TypeAlias = Callable[..., None]

#: Each task and its module.
TASKS: Final = {
    "query": "sparql.query_tasks",
    "explained": "sparql.query_tasks",
    "question": "sparql.query_tasks",
    "questions": "sparql.query_tasks",
    "openapi": "sparql.openapi",
    "resource": "pages.resources",
    "own_words_page": "pages.own_query_pages",
    "questions_page": "pages.question_pages",
    "waiting_page": "pages.question_pages",
    "question_page": "pages.question_pages",
    "query_page": "pages.own_query_pages",
    "row_page": "pages.own_query_pages",
    "explorer": "pages.make_explorer",
    "list_page": "pages.list_pages",
    "about_page": "pages.list_pages",
    "editor_words": "pages.own_query_pages",
    "answer_file": "pages.question_pages",
    "health": "workers.served_graph",
    "tool": "assistants.tools",
    "data_list": "data.lists",
    "reconcile": "data.reconcile",
}


#: Modules that are loaded at the start, so that the first visitor does not wait for them.
_USUAL: Final = ("sparql.query_tasks", "pages.question_pages", "pages.resources")
#: The tasks of the HTTP API, which report errors in JSON.
INTERFACE: Final = frozenset(
    ("explained", "question", "questions", "tool", "data_list", "reconcile")
)


@cache
def task(name: str) -> Task:
    """Return the task of that name, importing its module on first use."""
    found: Task = getattr(import_module(f"..{TASKS[name]}", __package__), name)
    return found


#: Seconds after the time limit when the kernel ends a worker whose server has died.
_GRACE: Final = 5


def main() -> None:
    """Open the store and run tasks until standard input ends."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    _end_with_the_server()
    if sys.platform != "win32":
        os.nice(settings["nice"])
    # Silence what the library prints when out of memory; it must not get between frames.
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 17)
    sys.stdout = sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(settings["memory"] << 20)
    collections = [Path(name) for name in settings["collections"]]
    try:
        graph = OpenedBuild(
            Path(settings["build"]),
            collections,
            shows_texts=settings["texts"],
            endpoint=settings["endpoint"],
            seconds=settings["seconds"],
        )
    except (TaawunError, OSError) as error:
        _first(out, FAILED, str(error))
        return
    for module in _USUAL:
        import_module(f"..{module}", __package__)
    _first(out, READY)
    for line in sys.stdin.buffer:
        _work(graph, {"seconds": settings["seconds"], **json.loads(line)}, out)


def _limit_memory(size: int) -> None:
    """Have the kernel limit the memory of this process. Windows has no such limit."""
    if sys.platform == "win32":
        return
    import resource

    # macOS has this limit and does not enforce it.
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_the_server() -> None:
    """Have the kernel kill this process when its server dies, even one that is paused (Linux)."""
    if sys.platform == "linux":
        from ctypes import CDLL

        with suppress(OSError, AttributeError):
            CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _first(out: IO[bytes], kind: bytes, reason: str = "") -> None:
    content = reason.encode()
    out.write(FRAME.pack(kind, len(content)) + content)
    out.flush()


def _work(graph: OpenedBuild, job: dict[str, Any], out: IO[bytes]) -> None:
    """Run one task. A failure after part of the reply was sent ends the process."""
    stop = _end_in(job.pop("seconds") + _GRACE)
    name = job.pop("task")
    is_page = name.endswith("_page") or job.get("media") == "text/html"
    language = job["language"] if is_page else "en"
    reply = Reply(out, "json" if name in INTERFACE else language)
    try:
        task(name)(graph, reply, **job)
    except MemoryError:
        os.abort()
    except RecursionError:
        if reply.is_begun:
            raise
        reply.refuse(400, QueryError("query-nested-too-deeply"))
    except TaawunError as error:
        if reply.is_begun:
            raise
        reply.refuse(_status(error), error)
    reply.end()
    stop()


def _end_in(seconds: float) -> Callable[[], object]:
    """End this process at that time, if its server does not; returns what calls that off."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
        return lambda: signal.setitimer(signal.ITIMER_REAL, 0)
    timer = Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()
    return timer.cancel


def _status(error: TaawunError) -> int:
    match error:
        case UnknownNameError():
            return 404
        case QueryError() | UnsureError():
            return 400
        case EndpointError():
            return 502
        case _:
            return 500


if __name__ == "__main__":
    main()
