"""The explorer pages of the server, generated in advance or on request."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final, TypeAlias

from ...messages.message import Message
from ..sparql.media_types import LANGUAGES
from ..workers.pool import Pool
from ..workers.process import LimitError, Served
from ..workers.worker_answer import RequestError, whole_answer

#: Time limit for generating a page, in seconds.
_SECONDS: Final = 300
#: Seconds after which pages are generated in advance: the first visitors come first.
_QUIET: Final = 3
#: Seconds to wait for a page that is already being generated at low priority.
_WAIT: Final = 5
#: Seconds that a browser waits for the page before it is shown that it is being made.
_MOMENT: Final = 0.5
_Key: TypeAlias = tuple[Served, str]


class Explorers:
    """Generates one page per build and language, even if the client disconnects."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._asked: dict[_Key, asyncio.Task[bytes]] = {}
        self._early: dict[_Key, asyncio.Task[bytes]] = {}
        self._preparing: asyncio.Task[None] | None = None
        #: Pages that visitors wait for.
        self._wanted: dict[_Key, asyncio.Task[bytes]] = {}
        #: Builds whose page exceeds the limits, with the reason.
        self._beyond: dict[Served, Message] = {}

    async def page(self, language: str) -> bytes:
        """Return the page of the current build. Raises ``RequestError`` if generation fails."""
        key = (self._pool.served, language)
        if reason := self._beyond.get(key[0]):
            raise RequestError(503, reason)
        if early := self._early.get(key):
            await asyncio.wait([early], timeout=_WAIT)
            if _is_made(early):
                return early.result()
        made = self._asked.get(key)
        if made is None or (made.done() and not _is_made(made)):
            made = asyncio.create_task(self._make(language, early=False))
            kept = {other: task for other, task in self._asked.items() if other[0] == key[0]}
            self._asked = {**kept, key: made}
        return await asyncio.shield(made)

    async def page_soon(self, language: str) -> bytes | None:
        """Return the page, or None if it is still being made after a moment.

        Raises ``RequestError`` if generation fails.
        """
        key = (self._pool.served, language)
        wanted = self._wanted.get(key)
        if wanted is None:
            wanted = self._wanted[key] = asyncio.create_task(self.page(language))
        done, _ = await asyncio.wait([wanted], timeout=_MOMENT)
        if not done:
            return None
        # The page itself is kept where it was made.
        self._wanted.pop(key, None)
        return wanted.result()

    def prepare(self) -> None:
        """Start generating the pages of the current build in the background."""
        self.stop()
        self._preparing = asyncio.create_task(self._prepare(self._pool.served))

    def stop(self) -> None:
        """Cancel background generation."""
        for task in (self._preparing, *self._wanted.values()):
            if task:
                task.cancel()

    async def _prepare(self, served: Served) -> None:
        # What an endpoint holds may have changed: its old page is shown until the new one is made.
        self._early = {
            key: task for key, task in self._early.items() if key[0] == served and _is_made(task)
        }
        await asyncio.sleep(_QUIET)
        for language in LANGUAGES:
            if (served, language) in self._asked and not served.endpoint:
                continue
            making = asyncio.create_task(self._make(language, early=True))
            self._early.setdefault((served, language), making)
            try:
                await making
                self._early[served, language] = making
            except RequestError as error:
                logging.getLogger("taawun.server").info(error.message)
                # The other language would fail too.
                return
            except asyncio.CancelledError:
                making.cancel()
                with suppress(asyncio.CancelledError):
                    await making
                raise

    async def _make(self, language: str, *, early: bool) -> bytes:
        # At low priority, other work can delay it for a long time.
        seconds = 10 * _SECONDS if early else _SECONDS
        job = {"task": "explorer", "language": language, "seconds": seconds}
        worker = self._pool.worker_aside() if early else self._pool.worker(is_long=True)
        served = self._pool.served
        try:
            return await whole_answer(worker, job, seconds)
        except LimitError as error:
            # A retry would take as long and fail again.
            reason = self._beyond[served] = Message("explorer-not-made", reason=error.message)
            raise RequestError(503, reason) from None
        except RequestError as error:
            reason = Message("explorer-not-made", reason=error.message)
            raise RequestError(error.status_code, reason, error.headers) from None


def _is_made(task: asyncio.Task[bytes]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
