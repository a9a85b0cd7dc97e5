"""Running a coroutine beside a browser, whose own event loop occupies the thread of the tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import anyio

T = TypeVar("T")


def run_in_a_thread(main: Callable[[], Awaitable[T]]) -> T:
    """Return what a coroutine function returns, run in a thread of its own."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(anyio.run, main).result()
