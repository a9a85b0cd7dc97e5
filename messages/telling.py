"""What people are told of a fault or an error, in their language."""

from __future__ import annotations

from typing import Final

from ..graph.errors import Fault

_ARROW: Final = "\n    → "


def told(what: Fault | BaseException | str, language: str, before: str = "") -> str:
    """A fault with its place and remedy, or the text of an error; ``before`` begins the line.

    What has no Arabic is told in English.
    """
    if language != "ar":
        return f"{before}: {what}" if before else str(what)
    from .direction import directed

    heads = [before] if before else []
    if isinstance(what, Fault):
        heads.append(str(what.place))
        message, remedy = what.message, what.remedy
        if what.check == "shapes":
            # A shape says it in both languages; the Arabic stands as the remedy.
            return directed(remedy, heads)
    else:
        message, _, remedy = str(what).partition(_ARROW)
    said = _arabic(message)
    line = ": ".join([*heads, message]) if said is None else directed(said, heads)
    if not remedy:
        return line
    mended = _arabic(remedy)
    return line + (_ARROW + remedy if mended is None else "\n" + directed(f"    ← {mended}"))


def _arabic(text: str) -> str | None:
    """The Arabic of a sentence, under which lines to copy may stand."""
    from .arabic_sentences import arabic_of

    said = arabic_of(text)
    if said is None and "\n" in text:
        first, _, lines = text.partition("\n")
        said = arabic_of(first)
        return said and f"{said}\n{lines}"
    return said
