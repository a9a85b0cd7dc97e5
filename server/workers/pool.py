"""The pool of worker processes: a lane for short queries, one for long ones, and their queues."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from .answer_memory import Memory
from .process import BusyError, Limits, PutOffError, Served, Worker

#: Seconds after which a query that goes on to use the processor is a long one, and one that waits.
SHORT: Final = 0.5
_WAITED: Final = 3
#: The lowest priority for ``nice``.
_LOWEST: Final = 19
#: How many long queries are remembered.
_KEPT: Final = 1000
#: How much longer than expected a short task may wait before it is refused.
_LONGEST: Final = 3
#: How much the last task counts in the expected time of a task.
_WEIGHT: Final = 0.1


class _Lane:
    """Places for tasks; those who wait are admitted in turn, or refused if it would take long."""

    def __init__(self, places: int, patience: float, longest: float) -> None:
        """Who is admitted waits ``longest`` at most, though less than ``patience`` was expected."""
        self._places, self._patience, self._longest = places, patience, longest
        self._free = asyncio.Semaphore(places)
        self._waiting = 0
        #: The time that a task is expected to hold a place, in seconds.
        self._expected = 0.0

    @property
    def is_full(self) -> bool:
        """Whether who enters now has to wait."""
        return self._free.locked()

    async def enter(self) -> None:
        """Take a place. Raises ``BusyError`` if none is expected to become free in time."""
        if not self._free.locked():
            await self._free.acquire()
            return
        if self._expected * (self._waiting + 1) / self._places > self._patience:
            raise BusyError
        self._waiting += 1
        try:
            async with asyncio.timeout(self._longest):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError from None
        finally:
            self._waiting -= 1

    def leave(self, seconds: float) -> None:
        """Give up a place that was held for so many seconds."""
        self._expected += _WEIGHT * (seconds - self._expected)
        self._free.release()


class _Turn:
    """A task that runs: its worker, and the lane in which it has a place."""

    def __init__(self, lane: _Lane, key: str | None) -> None:
        self.lane: _Lane | None = lane
        self.key = key
        self.worker: Worker | None = None
        self.since = time.monotonic()
        #: The worker's processor time when it was first looked at.
        self.spent: float | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.waiting: asyncio.Task[None] | None = None
        self.is_over = False

    def move(self, lane: _Lane | None) -> None:
        """Leave the present lane; a place in the new one is taken already."""
        if self.lane:
            self.lane.leave(time.monotonic() - self.since)
        self.lane, self.since = lane, time.monotonic()


class Pool:
    """Up to ``limits.workers`` processes for short tasks, and as many for long ones.

    No task says beforehand how long it takes. One that runs for more than :data:`SHORT` seconds
    moves to the lane of long ones, at a lower priority, or is paused until there is a place; the
    next time it starts there. So short tasks wait for short tasks only. New tasks use the
    current ``served`` graph.
    """

    def __init__(self, served: Served, limits: Limits) -> None:
        self.served, self._limits = served, limits
        self.memory = Memory()
        self._short = _Lane(limits.workers, limits.patience, _LONGEST * limits.patience)
        self._long = _Lane(limits.workers, limits.patience, limits.patience)
        self._paused = 0
        self._long_ones: OrderedDict[str, None] = OrderedDict()
        self._alive: set[Worker] = set()
        self._ready: list[Worker] = []
        self._starting: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start the workers."""
        await asyncio.gather(*(self._start_spare() for _ in range(self._limits.workers)))

    async def start_anew(self) -> None:
        """Replace the workers that wait for a task: their files were deleted, and are back."""
        old, self._ready = self._ready, []
        for worker in old:
            self._alive.discard(worker)
            await worker.end()

    async def close(self) -> None:
        """Kill all workers."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in self._alive))

    async def _start(self) -> Worker:
        worker = await Worker.start(self.served, self._limits)
        self._alive.add(worker)
        return worker

    async def _start_spare(self) -> None:
        self._ready.append(await self._start())

    @asynccontextmanager
    async def worker(
        self, key: str | None = None, *, is_long: bool = False
    ) -> AsyncIterator[Worker]:
        """Borrow a worker for one task. It is killed if its reply was not read completely.

        ``key`` names the task, so that one that was long before is known as such. Raises
        ``BusyError`` if no worker becomes free; a task that proves to be long fails with
        ``PutOffError`` if there is no room for it, and can then be given again.
        """
        is_long = is_long or key in self._long_ones
        lane = self._long if is_long else self._short
        await lane.enter()
        turn = _Turn(lane, key)
        try:
            while self._ready and turn.worker is None:
                turn.worker = await self._current(self._ready.pop())
            turn.worker = turn.worker or await self._start()
            await turn.worker.started()
            if is_long:
                turn.worker.lower()
            turn.since = started = time.monotonic()
            turn.timer = asyncio.get_running_loop().call_later(SHORT, self._look, turn)
            yield turn.worker
            if key and is_long and time.monotonic() - started < SHORT:
                self._long_ones.pop(key, None)
        finally:
            if turn.timer:
                turn.timer.cancel()
            turn.is_over = True
            if turn.waiting:
                turn.waiting.cancel()
            try:
                if turn.worker and (worker := await self._current(turn.worker)):
                    self._ready.append(worker)
            finally:
                turn.move(None)

    def _look(self, turn: _Turn) -> None:
        """Decide whether a task is a long one: by its processor time, or because it waits.

        On a busy machine a short one may take long, too.
        """
        worker = turn.worker
        assert worker
        spent, is_running = worker.spent()
        turn.spent = spent if turn.spent is None else turn.spent
        has_waited = not is_running and time.monotonic() - turn.since > _WAITED
        # Of what is not known, the time on the clock has to decide.
        is_heavy = spent == math.inf or spent - turn.spent >= SHORT
        if worker.is_replying or has_waited or is_heavy:
            self._is_long(turn)
        else:
            turn.timer = asyncio.get_running_loop().call_later(SHORT / 2, self._look, turn)

    def _is_long(self, turn: _Turn) -> None:
        """Move a task to the lane of long ones, or pause it until there is a place."""
        if turn.key:
            self._long_ones[turn.key] = None
            if len(self._long_ones) > _KEPT:
                self._long_ones.popitem(last=False)
        if turn.lane is self._long or turn.worker is None:
            return
        if self._long.is_full and self._paused >= self._limits.workers:
            turn.worker.fail(PutOffError())
            return
        self._paused += 1
        if self._long.is_full:
            turn.worker.pause()
        turn.waiting = asyncio.create_task(self._go_on(turn, turn.worker))
        self._starting = {task for task in self._starting if not task.done()}
        if not self._ready and len(self._starting) < self._limits.workers:
            self._starting.add(asyncio.create_task(self._start_spare()))

    async def _go_on(self, turn: _Turn, worker: Worker) -> None:
        """Wait for a place in the lane of long ones, and take it."""
        turn.move(None)
        try:
            await self._long.enter()
        except BusyError as error:
            worker.fail(error)
        else:
            if turn.is_over:
                self._long.leave(0)
                return
            turn.move(self._long)
            worker.lower()
            worker.resume()
        finally:
            self._paused -= 1

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
        """Return the worker if it can take any task of the current graph; otherwise kill it."""
        if worker.is_ready and worker.served == self.served and not worker.is_lowered:
            return worker
        self._alive.discard(worker)
        with suppress(ProcessLookupError):
            await worker.end()
        return None
