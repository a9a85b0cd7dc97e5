"""Find cue words: words that suggest which property or class a sentence is about.

They are ``tw:cue`` of properties and classes in the ontology, so a collection can add its own.
Words are compared folded, without proclitics and endings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ...ontology.namespaces import TW
from ...ontology.schema import Schema
from .tokens import joined, stripped, tokens

_ENDINGS: Final = ("ات", "ون", "ين", "ان", "ها", "هم", "وا", "تا", "ه", "ت", "ا")
_ARTICLES: Final = ("ال", "لل")
_LEAST_LETTERS: Final = 3


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at ``text[start:end]``, and the IRI of its term."""

    start: int
    end: int
    term: str


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A folded word without article and ending: a light stem, to avoid chance matches.

    >>> stem("الاتفاقيات") == stem("اتفاقيه")
    True
    """
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _LEAST_LETTERS:
            word = word.removeprefix(article)
            break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_LETTERS:
            return word.removesuffix(ending)
    return word


@lru_cache(maxsize=16384)
def stems(word: str) -> frozenset[str]:
    """The stems of a folded word, with and without proclitics."""
    return frozenset(map(stem, stripped(word)))


class Cues:
    """The cue words of an ontology."""

    def __init__(self, schema: Schema) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        terms = [*(item.iri for item in schema.properties.values()), *schema.classes.values()]
        for term in terms:
            for words in schema.values(term, TW + "cue"):
                cue = tuple(stem(token.folded) for token in tokens(words))
                if cue:
                    self._by_first.setdefault(cue[0], []).append((cue, term))

    def find(self, text: str) -> list[Cue]:
        """The cues in a text, in order; the longest at each place, for each of its terms."""
        return list(self._find(text))

    def _find(self, text: str) -> Iterator[Cue]:
        words = tokens(text)
        for first, word in enumerate(words):
            fitting = [
                (len(wanted), term)
                for form in stems(word.folded)
                for wanted, term in self._by_first.get(form, ())
                if first + len(wanted) <= len(words)
                and all(
                    joined(text, words[first + i - 1], words[first + i])
                    and wanted[i] in stems(words[first + i].folded)
                    for i in range(1, len(wanted))
                )
            ]
            longest = max((length for length, _ in fitting), default=0)
            for length, term in sorted(set(fitting)):
                if length == longest:
                    yield Cue(word.start, words[first + length - 1].end, term)
