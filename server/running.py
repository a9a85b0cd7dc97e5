"""Running the application: one process that listens, with its workers."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from contextlib import suppress

import uvicorn

from ..graph.errors import ServerError
from ..messages.message import foreign
from .application import application
from .slow_clients import ImpatientProtocol
from .workers.pool import Limits, Served


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ``ServerError`` where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = foreign(getattr(error, "strerror", None) or str(error))
        raise ServerError("cannot-listen", host=host, port=port, reason=reason) from error


def run(
    listener: socket.socket, served: Served, limits: Limits, public: Sequence[str] = ()
) -> None:
    """Serve until interrupted."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    # It would tell each answer that is broken off on purpose, and faults a second time.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        application(served, limits, tuple(public)),
        http=ImpatientProtocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_graceful_shutdown=2,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
