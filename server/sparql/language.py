"""The language of an answer: what the request says, else what its reader prefers, else Arabic."""

from __future__ import annotations

import re
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

LANGUAGES: Final = ("ar", "en")


def language_of(request: Request, chosen: str | None) -> str:
    """``ar`` or ``en``. Raises ``HTTPException`` for another choice."""
    if chosen in LANGUAGES:
        return chosen
    if chosen is not None:
        raise HTTPException(400, f"lang is ar or en, not “{chosen}”.")
    preferred = re.findall(r"\b(ar|en)\b", request.headers.get("accept-language", "").lower())
    return preferred[0] if preferred else "ar"
