"""The error that a request cannot be answered as it was sent."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException

from ..messages.message import Message


class RequestError(HTTPException):
    """A refusal with an HTTP status; ``message`` says why."""

    def __init__(
        self, status: int, message: Message, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, str(message), headers)
        self.message = message
