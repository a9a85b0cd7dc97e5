"""Find the words that the ontology gives for its terms: cues, negations and conditions.

Cues suggest which property or class a sentence is about; they are ``tw:cue`` of properties and
classes, compared folded, without proclitics and endings. The words of ``tw:ScopeWord`` put a
stretch of the text under a negation, which governs what follows it in its clause, or a condition,
which governs its clause and the one that depends on it. A collection can add its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from ...graph.arabic import fold, stem
from ...ontology.namespaces import ID, TW
from ...ontology.schema import Schema
from .tokens import Token, folded_words, joined, stripped, tokens


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at ``text[start:end]``, and the IRI of its term."""

    start: int
    end: int
    term: str


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


#: What ends a sentence, a clause.
_ENDS: Final = ".!؟?؛;\n"
_SENTENCE: Final = re.compile(rf"[{_ENDS}]+")
_CLAUSE: Final = re.compile(r"[،,:]")
#: Words with which another clause begins.
_TURNS: Final = folded_words(
    "لكن ولكن لكنه لكنها ولكنه ولكنها لكنهما بل إنما وإنما بينما فيما غير فقد"
)
#: Words that take a negation back to "only" or "not only".
_ONLY: Final = folded_words("إلا سوى")
_MAYBE: Final = fold("قد")
#: Verbs in the past that begin like verbs in the present: after قد they are facts.
_PAST: Final = folded_words(
    "تم تناول تضمن توصل تبادل تعهد تعاون تطرق تقدم تولى تابع تفقد تسلم تلقى ترأس توجه تجاوز تبنى "
    "توسع تطور تحقق تأسس تعاقد تصدر تحول تمكن"
)
#: A clause of so few words goes on with a list.
_SHORT: Final = 2


class Scope(NamedTuple):
    """The stretch ``text[start:end]``, and the short name of the modality that it has."""

    start: int
    end: int
    modality: str


class Scopes:
    """Finds scopes by the words of an ontology."""

    def __init__(self, schema: Schema) -> None:
        self._words: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
        for ref in schema.concepts:
            for modality in schema.values(ID + ref, TW + "marksModality"):
                for kind in ("cue", "notCue"):
                    for words in schema.values(ID + ref, TW + kind):
                        cue = tuple(token.folded for token in tokens(words))
                        name = "" if kind == "notCue" else modality.rpartition("/")[2]
                        is_condition = ref.endswith("/condition") and bool(name)
                        entry = cue, name, "condition" if is_condition else ""
                        self._words.setdefault(cue[0], []).append(entry)

    def find(self, text: str, start: int = 0, end: int | None = None) -> list[Scope]:
        """The scopes in a text, or to ``end`` from the sentence of ``start``, in order."""
        found: list[Scope] = []
        while start and text[start - 1] not in _ENDS:
            start -= 1
        end = len(text) if end is None else end
        for stop in [*(m.end() for m in _SENTENCE.finditer(text, start, end)), end]:
            found += self._in_sentence(text, start, stop)
            start = stop
        return found

    def _in_sentence(self, text: str, start: int, end: int) -> Iterator[Scope]:
        words = [
            Token(token.start + start, token.end + start, token.folded)
            for token in tokens(text[start:end])
        ]
        clauses = list(_clauses(text, words))
        for number, clause in enumerate(clauses):
            for place, word in enumerate(clause):
                modality, kind, length = self._at(text, clause, place)
                if not modality:
                    continue
                last = clauses[number][-1].end
                if kind == "condition":
                    first = clause[0].start
                    if place == 0 and number + 1 < len(clauses):
                        last = clauses[number + 1][-1].end
                    elif place == 0 and number:
                        first = clauses[number - 1][0].start
                    yield Scope(first, last, modality)
                elif not any(item.folded in _ONLY for item in clause[place + length :]):
                    yield Scope(word.start, last, modality)

    def _at(self, text: str, clause: Sequence[Token], place: int) -> tuple[str, str, int]:
        """The modality of the longest cue at a place, its kind and its length in words."""
        fitting = []
        for form in _forms(clause[place].folded):
            for cue, modality, kind in self._words.get(form, ()):
                rest = clause[place : place + len(cue)]
                if len(rest) == len(cue) and all(
                    word.folded == wanted and joined(text, before, word)
                    for before, word, wanted in zip(rest, rest[1:], cue[1:], strict=False)
                ):
                    fitting.append((len(cue), modality, kind))
        if not fitting:
            return "", "", 0
        length, modality, kind = max(fitting, key=lambda item: (item[0], not item[1]))
        if clause[place].folded in (_MAYBE, "و" + _MAYBE, "ف" + _MAYBE) and not _is_present(
            clause[place + 1 : place + 3]
        ):
            return "", "", 0
        if place and kind == "condition" and clause[place - 1].folded in (fold("حتى"), fold("ما")):
            return "", "", 0
        return modality, kind, length


def _forms(word: str) -> tuple[str, ...]:
    """The word, and without و or ف before it."""
    return (word, word[1:]) if word[:1] in ("و", "ف") and len(word) > 2 else (word,)


def _is_present(words: Sequence[Token]) -> bool:
    """Whether a verb in the present follows: قد يوقع is perhaps, قد وقع is so."""
    following = [word.folded for word in words if word.folded != fold("لا")]
    if not following:
        return False
    verb = following[0]
    if verb.startswith("ي"):
        return True
    return verb.startswith("ت") and not verb.endswith("ت") and verb not in _PAST


def _clauses(text: str, words: Sequence[Token]) -> Iterator[list[Token]]:
    """The clauses of a sentence; short ones go on with a list, and belong to the one before."""
    clause: list[Token] = []
    pending: list[list[Token]] = []
    for word in words:
        gap = text[clause[-1].end : word.start] if clause else ""
        if clause and (_CLAUSE.search(gap) or word.folded in _TURNS):
            pending.append(clause)
            clause = []
        clause.append(word)
    if clause:
        pending.append(clause)
    merged: list[list[Token]] = []
    for clause in pending:
        if merged and len(clause) <= _SHORT and clause[0].folded not in _TURNS:
            merged[-1] += clause
        else:
            merged.append(clause)
    yield from merged
