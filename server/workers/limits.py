"""What one request, and the server as a whole, may use."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits that hold for every query, from its start to the last byte of its answer.

    ``memory`` and ``answer`` are in megabytes, ``seconds`` and ``patience`` in seconds.
    ``workers`` queries run at once; ``queue`` more may wait, each at most ``patience``.
    """

    seconds: float = 30
    memory: int = 1024
    answer: int = 1024
    workers: int = min(4, os.cpu_count() or 1)
    queue: int = 16
    patience: float = 10
    #: Bytes of a request's body.
    request: int = 1 << 20
    #: Seconds for a client to send its request.
    sending: float = 10
    #: Open connections.
    connections: int = 200
