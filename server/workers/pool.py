"""The pool of worker processes and their limits."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...graph.errors import TaawunError
from .reply import DATA, END, FRAME, HEAD


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on every query, from its start to the last byte of its answer.

    ``memory`` and ``answer`` are in megabytes, ``seconds`` and ``patience`` in seconds.
    ``workers`` queries run at once; ``queue`` more may wait, each at most ``patience``.
    """

    seconds: float = 30
    memory: int = 1024
    answer: int = 1024
    workers: int = min(4, os.cpu_count() or 1)
    queue: int = 16
    patience: float = 10
    #: Maximum size of a request body, in bytes.
    request: int = 1 << 20
    #: Time limit for receiving a request body, in seconds.
    sending: float = 10
    #: Maximum number of open connections.
    connections: int = 200


#: Exit status of a process that ran out of memory.
_NO_MEMORY: Final = -signal.SIGABRT
#: The lowest priority for ``nice``.
_LOWEST: Final = 19


class BusyError(Exception):
    """All workers are busy, and the queue is full or the wait was too long."""


class StoppedError(TaawunError):
    """A query was stopped before it finished."""


class LimitError(StoppedError):
    """A query was stopped at a limit; a retry would stop there too."""


@dataclass(frozen=True, slots=True)
class Served:
    """The served build: its folder and the collections from which it was built."""

    build: Path
    collections: tuple[Path, ...] = ()
    #: Whether full document texts are shown.
    texts: bool = True


class Worker:
    """One worker process. It accepts a new task only after its last reply was read completely."""

    def __init__(self, process: Process, served: Served, limits: Limits) -> None:
        self._process, self.served, self._limits = process, served, limits
        self._is_idle = True

    @property
    def is_ready(self) -> bool:
        """Whether the process is running and its last reply was read completely."""
        return self._is_idle and self._process.returncode is None

    @classmethod
    async def start(cls, served: Served, limits: Limits, nice: int = 0) -> Worker:
        """Start a process for a build, its priority lowered by ``nice``."""
        settings = {
            "build": str(served.build),
            "collections": [str(folder) for folder in served.collections],
            "texts": served.texts,
            "memory": limits.memory,
            "nice": nice,
        }
        process = await asyncio.create_subprocess_exec(
            # No file of the folder that the server was started in is imported.
            sys.executable, "-P", "-m", "taawun.server.workers.worker", json.dumps(settings),
            stdin=PIPE, stdout=PIPE,
        )  # fmt: skip
        return cls(process, served, limits)

    async def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Send a task and return the head of the reply; then read ``pieces``."""
        assert self._process.stdin
        self._is_idle = False
        job = {"seconds": self._limits.seconds, **job}
        with suppress(ConnectionError):
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            await self._process.stdin.drain()
        kind, content = await self._frame()
        assert kind == HEAD
        head: dict[str, Any] = json.loads(content)
        return head

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the pieces of the reply's body. Raises ``StoppedError`` if it is cut off."""
        while True:
            kind, content = await self._frame()
            if kind == END:
                self._is_idle = True
                return
            assert kind == DATA
            yield content

    async def _frame(self) -> tuple[bytes, bytes]:
        assert self._process.stdout
        try:
            kind, size = FRAME.unpack(await self._process.stdout.readexactly(FRAME.size))
            return kind, await self._process.stdout.readexactly(size)
        except asyncio.IncompleteReadError:
            if await self._process.wait() == _NO_MEMORY:
                raise LimitError("query-out-of-memory", size=self._limits.memory) from None
            raise StoppedError("query-broke-down") from None

    async def end(self) -> None:
        """Kill the process."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class Pool:
    """Up to ``limits.workers`` processes. New tasks use the current ``served`` build."""

    def __init__(self, served: Served, limits: Limits) -> None:
        self.served, self._limits = served, limits
        self._free = asyncio.Semaphore(limits.workers)
        self._waiting = 0
        self._alive: set[Worker] = set()
        self._ready: list[Worker] = []

    async def open(self) -> None:
        """Start the workers."""
        starting = (self._start() for _ in range(self._limits.workers))
        self._ready = list(await asyncio.gather(*starting))

    async def close(self) -> None:
        """Kill all workers."""
        await asyncio.gather(*(worker.end() for worker in self._alive))

    async def _start(self) -> Worker:
        worker = await Worker.start(self.served, self._limits)
        self._alive.add(worker)
        return worker

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """Borrow a worker for one task. It is killed if its reply was not read completely.

        Raises ``BusyError`` if none becomes free.
        """
        await self._wait_for_turn()
        worker = None
        try:
            while self._ready and worker is None:
                worker = await self._current(self._ready.pop())
            worker = worker or await self._start()
            yield worker
        finally:
            try:
                if worker and (worker := await self._current(worker)):
                    self._ready.append(worker)
            finally:
                self._free.release()

    @asynccontextmanager
    async def worker_aside(self) -> AsyncIterator[Worker]:
        """Start an extra worker of lowest priority for one background task."""
        worker = await Worker.start(self.served, self._limits, nice=_LOWEST)
        self._alive.add(worker)
        try:
            yield worker
        finally:
            self._alive.discard(worker)
            await worker.end()

    async def _current(self, worker: Worker) -> Worker | None:
        """Return the worker if it is ready and serves the current build; otherwise kill it."""
        if worker.is_ready and worker.served == self.served:
            return worker
        self._alive.discard(worker)
        await worker.end()
        return None

    async def _wait_for_turn(self) -> None:
        if self._free.locked() and self._waiting >= self._limits.queue:
            raise BusyError
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), self._limits.patience)
        except TimeoutError:
            raise BusyError from None
        finally:
            self._waiting -= 1
