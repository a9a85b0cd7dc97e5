"""A worker process as the server sees it: its socket, its frames, and how it ended."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...graph.errors import TaawunError
from ...messages.message import foreign
from .reply import DATA, END, FRAME, HEAD, READY


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on every query, from its start to the last byte of its answer.

    ``memory`` and ``answer`` are in megabytes, ``seconds`` and ``patience`` in seconds.
    ``workers`` short queries run at once, and as many long ones beside them; others wait for a
    worker while that is expected to take at most ``patience``.
    """

    seconds: float = 30
    memory: int = 1024
    answer: int = 1024
    workers: int = min(4, os.cpu_count() or 1)
    patience: float = 10
    #: Maximum size of a request body, in bytes.
    request: int = 1 << 20
    #: Time limit for receiving a request body, in seconds.
    sending: float = 10
    #: Maximum number of open connections.
    connections: int = 500


@dataclass(frozen=True, slots=True)
class Served:
    """The served graph: the folder of its build, and the collections it was built from.

    With ``endpoint``, the graph is the one behind that address, and ``build`` is a folder of no
    build, for what the server keeps.
    """

    build: Path
    collections: tuple[Path, ...] = ()
    #: Whether full document texts are shown.
    texts: bool = True
    endpoint: str | None = None


class BusyError(Exception):
    """All workers are busy, and the wait is expected to be, or was, too long."""


class PutOffError(BusyError):
    """A query proved to be long, and has to wait for its turn among the long ones."""


class StoppedError(TaawunError):
    """A query was stopped before it finished."""


class LimitError(StoppedError):
    """A query was stopped at a limit; a retry would stop there too."""


#: Bytes of unread frames at which the worker is made to wait.
_MOST: Final = 1 << 18
#: How much lower the priority of a long query is.
_LOWER: Final = 10


class _Frames(asyncio.Protocol):
    """Splits what a worker writes into frames, and keeps them until they are read."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.is_lost = False
        self._bytes = bytearray()
        self._found: deque[tuple[bytes, bytes]] = deque()
        self._size = 0
        self._waiting: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what is whole, and wake the reader."""
        self._bytes += data
        place = 0
        while len(self._bytes) - place >= FRAME.size:
            kind, size = FRAME.unpack_from(self._bytes, place)
            end = place + FRAME.size + size
            if end > len(self._bytes):
                break
            self._found.append((kind, bytes(self._bytes[place + FRAME.size : end])))
            self._size += size
            place = end
        del self._bytes[:place]
        if self._size > _MOST:
            self.transport.pause_reading()
        if place:
            self._wake()

    def connection_lost(self, _: Exception | None) -> None:
        """The process has ended."""
        self.is_lost = True
        self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    async def next(self) -> tuple[bytes, bytes] | None:
        """The next frame; None if the process has ended before it was whole."""
        while not self._found:
            if self.is_lost:
                return None
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        kind, content = self._found.popleft()
        self._size -= len(content)
        if self._size <= _MOST:
            self.transport.resume_reading()
        return kind, content


class _Pipes(asyncio.Transport):
    """Two pipes in the place of a socket: Windows gives a process no socket as standard input."""

    def __init__(
        self, frames: _Frames, writer: asyncio.StreamWriter, reader: asyncio.StreamReader
    ) -> None:
        super().__init__()
        self._writer = writer
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._reading = asyncio.create_task(self._read(frames, reader))

    async def _read(self, frames: _Frames, reader: asyncio.StreamReader) -> None:
        # The reader itself makes the process wait when nobody takes what it has read.
        while await self._may_read.wait():
            data = await reader.read(_MOST)
            if not data:
                break
            frames.data_received(data)
        frames.connection_lost(None)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Write a task."""
        self._writer.write(data)

    def pause_reading(self) -> None:
        """Take nothing more for now."""
        self._may_read.clear()

    def resume_reading(self) -> None:
        """Take what comes."""
        self._may_read.set()

    def abort(self) -> None:
        """Close both pipes."""
        self._reading.cancel()
        self._writer.close()


class Worker:
    """One worker process. It accepts a new task only after its last reply was read completely."""

    def __init__(self, process: Process, frames: _Frames, served: Served, limits: Limits) -> None:
        self._process, self._frames = process, frames
        self.served, self._limits = served, limits
        self._is_idle = True
        self._has_started = False
        #: Whether it runs at a lower priority, which cannot be raised again.
        self.is_lowered = False
        self._reason: Exception | None = None
        #: Whether the reply to the present task has begun.
        self.is_replying = False

    @property
    def is_ready(self) -> bool:
        """Whether the process is running and its last reply was read completely."""
        return self._is_idle and not self._frames.is_lost

    @classmethod
    async def start(cls, served: Served, limits: Limits, nice: int = 0) -> Worker:
        """Start a process for a graph, its priority lowered by ``nice``."""
        settings = {
            "build": str(served.build),
            "collections": [str(folder) for folder in served.collections],
            "texts": served.texts,
            "endpoint": served.endpoint,
            "seconds": limits.seconds,
            "memory": limits.memory,
            "nice": nice,
        }
        # No file of the folder that the server was started in is imported.
        command = (
            sys.executable, "-P", "-m", "taawun.server.workers.worker", json.dumps(settings)
        )  # fmt: skip
        if sys.platform == "win32":
            process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
            assert process.stdin
            assert process.stdout
            frames = _Frames()
            frames.connection_made(_Pipes(frames, process.stdin, process.stdout))
            return cls(process, frames, served, limits)
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=theirs.fileno(), stdout=theirs.fileno()
            )
        loop = asyncio.get_running_loop()
        _, frames = await loop.create_connection(_Frames, sock=ours)
        return cls(process, frames, served, limits)

    async def started(self) -> None:
        """Wait until the process can work. Raises ``StoppedError`` if it cannot."""
        if not self._has_started:
            await self._frame(READY)
            self._has_started = True

    async def ask(self, job: str) -> dict[str, Any]:
        """Send a task, in JSON, and return the head of the reply; then read each :meth:`piece`."""
        await self.started()
        self._is_idle = self.is_replying = False
        self._frames.transport.write(job.encode() + b"\n")
        _, content = await self._frame(HEAD)
        self.is_replying = True
        head: dict[str, Any] = json.loads(content)
        return head

    async def piece(self) -> bytes | None:
        """The next piece of the reply's body, None at its end.

        Raises ``StoppedError`` if the reply is cut off.
        """
        kind, content = await self._frame(DATA, END)
        if kind == DATA:
            return content
        self._is_idle = True
        return None

    async def _frame(self, *kinds: bytes) -> tuple[bytes, bytes]:
        frame = await self._frames.next()
        if frame is None:
            raise await self._how_it_ended()
        if frame[0] not in kinds:
            # The only other frame says why the process cannot work.
            raise StoppedError("store-gone", reason=foreign(frame[1].decode()))
        return frame

    async def _how_it_ended(self) -> Exception:
        """What to tell of a process that has ended before its reply was whole."""
        status = await self._process.wait()
        if self._reason:
            return self._reason
        if not self._has_started:
            return StoppedError("worker-not-started", status=status)
        if sys.platform != "win32":
            match -status:
                case signal.SIGABRT:
                    return LimitError("query-out-of-memory", size=self._limits.memory)
                case signal.SIGSEGV | signal.SIGBUS:
                    return LimitError("query-nested-too-deeply")
                case signal.SIGKILL:
                    return StoppedError("worker-killed")
        return StoppedError("query-broke-down", status=status)

    def spent(self) -> tuple[float, bool]:
        """The processor time that the process has used, in seconds, and whether it wants more.

        Infinite if not known.
        """
        if sys.platform != "linux":
            return math.inf, True
        try:
            with open(f"/proc/{self._process.pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return math.inf, True
        seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return seconds, fields[0] == b"R"

    def pause(self) -> None:
        """Stop the process until :meth:`resume`; where that cannot be done, it goes on."""
        if sys.platform != "win32":
            self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        if sys.platform != "win32":
            self._signal(signal.SIGCONT)

    def lower(self) -> None:
        """Lower the priority for good, where that can be done."""
        self.is_lowered = True
        if sys.platform != "win32":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _LOWER)

    def fail(self, reason: Exception) -> None:
        """Kill the process; whoever waits for its reply gets the reason."""
        self._reason = reason
        self._kill()

    def _signal(self, number: int) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _kill(self) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def end(self) -> None:
        """Kill the process."""
        self._kill()
        self._frames.transport.abort()
        await self._process.wait()
