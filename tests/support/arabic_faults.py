"""Whether people are told a fault in Arabic, from its first word to its last."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from taawun.messages.arabic_sentences import arabic_of
from taawun.messages.fault import Fault

#: Three English words in a row, which no key, name or command has.
_ENGLISH: Final = re.compile(r"(?<![\w/:.-])[a-z]{2,} [a-z]{2,} [a-z]{2,}(?![\w/:.-])")
#: What the collections of the tests themselves say in English.
_THEIRS: Final = "(A link to another article.)"


def left_in_english(faults: Iterable[Fault]) -> list[str]:
    """The messages and remedies that have no Arabic, or of which some words have none."""
    texts = [text for fault in faults for text in (fault.message, fault.remedy) if text]
    return [
        text
        for text in texts
        if not (said := arabic_of(text)) or _ENGLISH.search(said.replace(_THEIRS, ""))
    ]
