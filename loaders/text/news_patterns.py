"""Propose bundles from the usual sentences of Arabic news, without a model.

Who holds which post, who signed what with whom and for whom, amounts and quantities, visits,
delegations, meetings, companies in a list, deadlines. A bundle is an item, or several, that
``taawun add batch`` and the desk take as they are; what is new is registered in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..checks.coverage import Sentence
from .agreement_patterns import AgreementPatterns
from .bundle_values import Bundle
from .event_patterns import EventPatterns

__all__ = ["Bundle", "Patterns"]


class Patterns(AgreementPatterns, EventPatterns):
    """All patterns over one text."""

    def bundles(self, sentences: Iterable[Sentence]) -> Iterator[Bundle]:
        """The bundles of the sentences of the text, in order."""
        for sentence in sentences:
            for person in self._inside(self._phrases.people, sentence):
                yield from self._person(person, sentence)
            yield from self._agreement(sentence)
            yield from self._visits(sentence)
            yield from self._delegations(sentence)
            yield from self._meetings(sentence)
            yield from self._companies(sentence)
