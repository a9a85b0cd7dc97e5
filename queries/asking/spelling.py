"""Words misspelt by a letter, and the forms in which a word may begin a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .known_names import KnownNames
from .lexicon import Lexicon, Word, name_key, stem, words_of
from .partial_names import PartialNames

#: Words of at least so many letters may be misspelt by one letter; twice as many, by two.
_LEAST: Final = 5


class Spelling:
    """Corrects words that are in no name and have no meaning."""

    def __init__(self, names: KnownNames, lexicon: Lexicon, partial: PartialNames) -> None:
        self._names, self._lexicon, self._partial = names, lexicon, partial

    def corrected(self, word: Word) -> Word:
        """The word as it is known, if it is misspelt and only one thing can be meant."""
        if len(word.folded) < _LEAST or not word.folded.isalpha():
            return word
        if word.is_arabic and word.folded.endswith("ش"):
            # It may deny ("ماوقعتش"): never taken for the verb alone.
            return word
        if any(form in self._lexicon.known for form in word.forms) or self._lexicon.at([word], 0):
            return word
        own = self._names.words
        if any(key in own for _, key in beginnings(word)) or self._partial.knows(word):
            return word
        vocabulary = self._names.vocabulary
        if any(key in vocabulary for _, key in beginnings(word)):
            return word
        most = 1 if len(word.folded) < 2 * _LEAST else 2
        key = word.key
        named = {known for known in vocabulary if len(known) >= _LEAST and _near(key, known, most)}
        said = {
            known
            for known in self._lexicon.known
            if len(known) > _LEAST and len(word.folded) > _LEAST and _near(word.folded, known, most)
        }
        meant = {frozenset(vocabulary[known]) for known in named}
        stems = {stem(known) for known in said}
        if len(meant) == 1 and not said:
            right = min(named)
        elif not named and len(stems) == 1:
            right = min(said)
        else:
            return word
        (fixed,) = words_of(right)[:1] or (word,)
        return fixed._replace(text=word.text, start=word.start, end=word.end)


def beginnings(word: Word) -> Iterator[tuple[str, str]]:
    """The word as a name may begin with it: its Arabic proclitic and the key of the rest."""
    yield "", word.key
    if word.folded.endswith("يا"):
        yield "", word.key[:-1]
    if not word.is_arabic:
        if word.folded.endswith("s") and len(word.folded) > 4:
            yield "", name_key(word.folded[:-1])
        return
    for clitic in ("وب", "ول", "و", "ف", "ب", "ل", "ك"):
        rest = word.folded.removeprefix(clitic)
        if rest != word.folded and len(rest) >= 3:
            yield clitic, name_key(rest)
            if clitic.endswith("ل") and rest.startswith("ل"):
                yield clitic, name_key("ا" + rest)
                yield clitic, name_key("ال" + rest[1:])


def _near(one: str, other: str, most: int) -> bool:
    """Whether two words differ by at most so many letters, a swap of neighbours counting as one."""
    if abs(len(one) - len(other)) > most or one[:1] != other[:1] or one == other:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        following = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[j] + 1, following[-1] + 1, row[j - 1] + (letter != wanted))
            if before and i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    return row[-1] <= most
