"""Following the collections: what is built anew while the server runs is served."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from ..graph.errors import TaawunError
from ..loaders.builds.build import find_build
from .workers.pool import Pool

#: Seconds between two looks at the cache folder.
_PAUSE: Final = 2


async def follow(pool: Pool, then: Callable[[], None]) -> None:
    """Serve the newest build of the same collections, and call ``then`` each time.

    Queries that run end on the build on which they began. The inputs are looked at only when
    something in the cache folder has changed. What cannot be read now may be read at the next
    look: the last build is served meanwhile.
    """
    seen = 0
    while True:
        await asyncio.sleep(_PAUSE)
        served = pool.served
        with suppress(OSError, TaawunError):
            # Only old builds are deleted, and what is in use is not old.
            os.utime(served.build)
            changed = served.build.parent.stat().st_mtime_ns
            if changed == seen:
                continue
            found = await asyncio.to_thread(
                find_build, served.collections, cache=served.build.parent
            )
            seen = changed
            if found and found.path != served.build:
                pool.served = replace(served, build=found.path)
                logging.getLogger("taawun.server").info("now serving the build %s", found.path.name)
                then()
