"""A worker process: opens the store and runs tasks one after another.

Queries run here and not in the server because a query cannot be stopped from within its process.
The server kills a worker that takes too long or whose client has disconnected; the kernel enforces
the memory limit. Run ``python -m taawun.server.workers.worker`` with the settings as JSON; tasks
arrive as lines of JSON on standard input, replies leave as frames on standard output.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from ...graph.errors import QueryError, TaawunError, UnknownNameError, UnsureError
from .reply import Reply
from .served_graph import OpenedBuild

Task: TypeAlias = Callable[..., None]

#: Each task and its module.
TASKS: Final = {
    "query": "sparql.query_tasks",
    "explained": "sparql.query_tasks",
    "question": "sparql.query_tasks",
    "questions": "sparql.query_tasks",
    "openapi": "sparql.openapi",
    "resource": "pages.resources",
    "own_words_page": "pages.asking_page",
    "questions_page": "pages.question_pages",
    "question_page": "pages.question_pages",
    "query_page": "pages.query_pages",
    "explorer": "pages.make_explorer",
    "list_page": "pages.list_pages",
    "about_page": "pages.list_pages",
    "editor_words": "pages.query_pages",
    "answer_file": "pages.answer_files",
    "tool": "assistants.tools",
}


#: The tasks of the HTTP API, which report errors in JSON.
INTERFACE: Final = frozenset(("explained", "question", "questions", "tool"))


def task(name: str) -> Task:
    """Return the task of that name, importing its module on first use."""
    found: Task = getattr(import_module(f"..{TASKS[name]}", __package__), name)
    return found


#: Seconds after the time limit when the kernel ends a worker whose server has died.
_GRACE: Final = 5


def main() -> None:
    """Open the store and run tasks until standard input ends."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    os.nice(settings["nice"])
    # Silence what the library prints when out of memory; it must not get between frames.
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 17)
    sys.stdout = sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    size = settings["memory"] << 20
    resource.setrlimit(resource.RLIMIT_DATA, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    collections = [Path(name) for name in settings["collections"]]
    graph = OpenedBuild(Path(settings["build"]), collections, shows_texts=settings["texts"])
    for line in sys.stdin.buffer:
        _work(graph, json.loads(line), out)


def _work(graph: OpenedBuild, job: dict[str, Any], out: IO[bytes]) -> None:
    """Run one task. A failure after part of the reply was sent ends the process."""
    signal.setitimer(signal.ITIMER_REAL, job.pop("seconds") + _GRACE)
    name = job.pop("task")
    is_page = name.endswith("_page") or job.get("media") == "text/html"
    language = job["language"] if is_page else "en"
    reply = Reply(out, "json" if name in INTERFACE else language)
    try:
        task(name)(graph, reply, **job)
    except MemoryError:
        os.abort()
    except TaawunError as error:
        if reply.is_begun:
            raise
        reply.refuse(_status(error), error)
    reply.end()
    signal.setitimer(signal.ITIMER_REAL, 0)


def _status(error: TaawunError) -> int:
    match error:
        case UnknownNameError():
            return 404
        case QueryError() | UnsureError():
            return 400
        case _:
            return 500


if __name__ == "__main__":
    main()
