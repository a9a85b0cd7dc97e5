"""The explorer pages that the server gives: made beforehand, or when they are asked for."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final, TypeAlias

from ...messages.message import Message
from ..sparql.media_types import LANGUAGES
from ..workers.pool import LimitError, Pool, Served
from ..workers.worker_answer import RequestError, whole_answer

#: Seconds that making a page may take.
_SECONDS: Final = 300
#: Seconds for which a page that is being made beforehand, at low priority, is waited for.
_WAIT: Final = 5
_Key: TypeAlias = tuple[Served, str]


class Explorers:
    """Makes one page for each build and language, whoever hangs up meanwhile."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._asked: dict[_Key, asyncio.Task[bytes]] = {}
        self._early: dict[_Key, asyncio.Task[bytes]] = {}
        self._preparing: asyncio.Task[None] | None = None
        #: What cannot be made of a build within the limits, and why.
        self._beyond: dict[Served, Message] = {}

    async def page(self, language: str) -> bytes:
        """The page of what is served now. Raises ``RequestError`` where it cannot be made."""
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

    def prepare(self) -> None:
        """Begin to make the pages of what is served now, in the background."""
        self.stop()
        self._preparing = asyncio.create_task(self._prepare(self._pool.served))

    def stop(self) -> None:
        """Prepare no more."""
        if self._preparing:
            self._preparing.cancel()

    async def _prepare(self, served: Served) -> None:
        self._early.clear()
        for language in LANGUAGES:
            if (served, language) in self._asked:
                continue
            making = asyncio.create_task(self._make(language, early=True))
            self._early[served, language] = making
            try:
                await making
            except RequestError as error:
                logging.getLogger("taawun.server").info(error.message)
                # In the other language it would not be made either.
                return
            except asyncio.CancelledError:
                making.cancel()
                with suppress(asyncio.CancelledError):
                    await making
                raise

    async def _make(self, language: str, *, early: bool) -> bytes:
        # At low priority, other work may take the machine for long.
        seconds = 10 * _SECONDS if early else _SECONDS
        job = {"task": "explorer", "language": language, "seconds": seconds}
        worker = self._pool.worker_aside() if early else self._pool.worker()
        served = self._pool.served
        try:
            return await whole_answer(worker, job, seconds)
        except LimitError as error:
            # To try it again would take as long, and end as before.
            reason = self._beyond[served] = Message("explorer-not-made", reason=error.message)
            raise RequestError(503, reason) from None
        except RequestError as error:
            reason = Message("explorer-not-made", reason=error.message)
            raise RequestError(error.status_code, reason, error.headers) from None


def _is_made(task: asyncio.Task[bytes]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
