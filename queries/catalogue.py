"""The catalogue of stored questions: lookup by name or by free text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from difflib import get_close_matches
from functools import cached_property
from math import log
from pathlib import Path
from typing import Final

from ..graph.arabic import fold
from ..graph.errors import UnknownNameError
from .question import HERE, Question, read_question


class Catalogue:
    """The stored questions of one or more folders; later folders override earlier ones."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._files = {
            path.stem: path for folder in (HERE, *folders) for path in sorted(folder.glob("*.rq"))
        }

    def keep(self, names: Container[str]) -> None:
        """Leave out all questions but those with these names."""
        self._files = {name: path for name, path in self._files.items() if name in names}
        vars(self).pop("questions", None)
        vars(self).pop("texts", None)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by name, sorted."""
        return {name: read_question(path) for name, path in sorted(self._files.items())}

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text of every question by name, sorted, as its file has it."""
        return {
            name: path.read_text("utf-8", errors="replace")
            for name, path in sorted(self._files.items())
        }

    @property
    def names(self) -> list[str]:
        """The name of every question, sorted; no file is read."""
        return sorted(self._files)

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def get(self, name: str) -> Question:
        """The question with that name. Raises ``UnknownNameError`` if there is none."""
        if name in self._files:
            return read_question(self._files[name])
        near = get_close_matches(name, self._files)
        near += [question.name for _, question in self.ranked(name)[:3]]
        raise UnknownNameError(name, "kind-question", [*dict.fromkeys(near)][:3])

    def ranked(self, text: str) -> list[tuple[float, Question]]:
        """The questions that share words with the text in either language, best match first.

        Words are folded and stripped of the article and attached particles; rare words weigh
        more.
        """
        asked = _words(text)
        words = {
            name: _words(" ".join((name.replace("-", " "), q.ar, q.en, *q.tags)))
            for name, q in self.questions.items()
        }
        spread = Counter(word for bag in words.values() for word in bag)
        found = []
        for name, bag in words.items():
            weight = sum(log(1 + len(words) / spread[word]) for word in asked & bag)
            if weight:
                found.append((weight / (1 + 0.02 * len(bag)), self.questions[name]))
        return sorted(found, key=lambda item: (-item[0], item[1].name))

    def is_name(self, text: str) -> bool:
        """Whether a text is the name of a question, or a misspelt one, and no question itself."""
        if text in self._files:
            return True
        close = self.looks_like_a_name(text) and get_close_matches(text, self._files, 1, 0.75)
        return bool(close)

    @staticmethod
    def looks_like_a_name(text: str) -> bool:
        """Whether a text is written as names of questions are."""
        return bool(_NAME.fullmatch(text))


#: Names of questions: words joined by hyphens.
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
#: Folded stop words.
_STOP: Final = frozenset(
    {"ما", "من", "في", "علي", "عن", "الي", "مع", "هي", "هو", "التي", "الذي", "هل", "كل", "كم"}
    | {"اي", "and", "the", "an", "of", "in", "on", "is", "are", "was", "what", "which", "who"}
    | {"with", "by", "to", "for", "did", "does", "do", "has", "have", "how"}
)


def _words(text: str) -> frozenset[str]:
    found = set()
    for word in re.findall(r"\w+", fold(text)):
        bare = re.sub(r"^(?:[وفبكل]?ال|لل)(?=\w{3})", "", word)
        bare = re.sub(r"(?:s|es|ed|ing)$", "", bare) if len(bare) > 4 else bare
        if word not in _STOP and bare not in _STOP:
            found.add(bare)
    return frozenset(found)
