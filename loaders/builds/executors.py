"""Who does the work of a build: this process, a pool of processes, or a cluster by Dask."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final

from ...graph.errors import StoreError, needs
from ...messages.message import foreign

#: The scheduler that is a pool of processes on this machine.
PROCESSES: Final = "processes"
#: Seconds to wait for a scheduler, and for its first worker.
_PATIENCE: Final = 20


class InProcess(Executor):
    """Does the work at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function; what it raises is raised here."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def executor_of(scheduler: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """The executor of a scheduler's name; None if the build is to do its work as it reads.

    ``processes`` is a pool of ``jobs`` processes, by default one for each processor; anything else
    is the address of a Dask scheduler, ``tcp://…``. Raises ``StoreError`` if it is not reached.
    """
    if scheduler is None and (jobs is None or jobs == 1):
        yield None
    elif scheduler is None or scheduler == PROCESSES:
        # Forking would copy the threads' locks of an open store.
        workers = jobs or processors()
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
    else:
        yield from _dask(scheduler)


def _dask(address: str) -> Iterator[Executor]:
    with needs("dask"):
        from distributed import Client, KilledWorker
    try:
        client = Client(  # type: ignore[no-untyped-call]
            address, timeout=_PATIENCE, set_as_default=False
        )
    except (OSError, ValueError) as error:
        reason = foreign(str(error).partition("\n")[0])
        raise StoreError("scheduler-not-reached", address=address, reason=reason) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise StoreError("scheduler-without-workers", address=address) from error
        try:
            yield client.get_executor()  # type: ignore[no-untyped-call]
        except (KilledWorker, CancelledError) as error:
            raise StoreError("workers-lost") from error
