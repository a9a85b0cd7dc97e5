"""Faults and errors in words, in the language of who reads them."""

from __future__ import annotations

from typing import Any

from ..messages.direction import directed
from ..messages.fault import Fault
from ..messages.message import Message
from .errors import TaawunError


def told(what: Fault | BaseException | Message, language: str, before: str = "") -> str:
    """A fault with its place and remedy, or an error, as lines; ``before`` begins the first."""
    heads = [before] if before else []
    if isinstance(what, Fault):
        heads.append(str(what.place))
    message = what if isinstance(what, Message) else getattr(what, "message", None)
    remedy = getattr(what, "remedy", None)
    if not isinstance(message, Message):
        # An error of Python or of a library, which has no words of ours.
        return ": ".join([*heads, str(what)])
    text = message.text(language)
    if language == "en":
        return ": ".join([*heads, text]) + (f"\n    → {remedy}" if remedy else "")
    first, *lines = text.split("\n")
    # What stands under the first line is there to be copied, and keeps its own direction.
    told = "\n".join([directed(first, heads), *lines])
    return told + ("\n" + directed(f"    ← {remedy.text(language)}") if remedy else "")


def as_json(what: Fault | TaawunError) -> dict[str, Any]:
    """A fault or an error for programs: its stable ``code``, its parts, and the English words."""
    item: dict[str, Any] = {"code": what.message.code}
    if isinstance(what, Fault):
        item |= {"file": what.place.file, "line": what.place.line, "column": what.place.column}
        item["check"] = what.check
    item["message"] = str(what.message)
    if what.remedy:
        item["remedy"] = str(what.remedy)
    item["parts"] = {name: _plain(part) for name, part in what.message.parts.items()}
    return item


def _plain(part: object) -> Any:
    if isinstance(part, tuple):
        return [_plain(item) for item in part]
    return str(part) if isinstance(part, Message) else part
