"""Keep cyclic garbage collection from looking at the same objects again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_pauses() -> Iterator[None]:
    """Disable cyclic garbage collection for work that makes millions of objects and no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def collected_apart() -> Iterator[None]:
    """Collect cycles once, after the work, and only among what it made."""
    with no_pauses():
        gc.freeze()
        try:
            yield
        finally:
            gc.collect()
            gc.unfreeze()
