"""A few stored questions that between them use all that stored questions use of SPARQL."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from taawun.queries.catalogue import Catalogue

#: Keywords, functions, and the operators of property paths.
_FEATURE: Final = re.compile(r"\b[A-Z]{2,}\b|\)[*+?]|\^|[:\w]/[(\w]|[:\w]\|[(\w]")


def features(text: str) -> set[str]:
    """What a query uses, without what stands in its comments, strings and IRIs."""
    bare = re.sub(r"""#.*|<[^<>\s]*>|"[^"]*"|'[^']*'""", " ", text)
    found = _FEATURE.findall(bare)
    return {word if word.isupper() else re.sub(r"\w", "", word) for word in found}


def representatives(without: Container[str] = ()) -> list[str]:
    """The names of such questions, some left out: each uses something those before do not."""
    asked = Catalogue().questions.items()
    used = {name: features(question.text) for name, question in asked if name not in without}
    left = set().union(*used.values())
    found = []
    while left:
        best = max(used, key=lambda name: (len(used[name] & left), name))
        found.append(best)
        left -= used[best]
    return found
