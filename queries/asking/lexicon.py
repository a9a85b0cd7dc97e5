"""The words of questions in both languages, and the forms under which a word is looked up.

``words.tsv`` gives words to concepts; the labels and cues of the ontology's classes and properties
are added, so that a collection's own terms are understood too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from ...graph.arabic import APOSTROPHES, fold
from ...graph.store import Store, select
from ...ontology.schema import is_own, local_name
from ..prefixes import with_prefixes

WORDS: Final = Path(__file__).parent / "words.tsv"
_TERMS: Final = """
SELECT ?term ?name WHERE {
  { ?term a owl:Class } UNION { ?term a owl:ObjectProperty } UNION { ?term a owl:DatatypeProperty }
  { ?term rdfs:label ?name } UNION { ?term tw:cue ?name }
}"""
_INVERSES: Final = "SELECT ?term ?inverse WHERE { ?term owl:inverseOf ?inverse }"
_UNITS: Final = """
SELECT DISTINCT ?unit ?name ?currency WHERE {
  ?figure tw:unit ?unit . ?unit rdfs:label ?name
  OPTIONAL { ?unit a ?currency FILTER(?currency = tw:Currency) }
}"""
#: Abbreviations and possessives stay one word; hyphens separate words.
_TOKEN: Final = re.compile(
    rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)?(?:[\u064b-\u065f\u0670\u0640][^\W_]*)*"
)
_APOSTROPHES: Final = re.compile(f"[{APOSTROPHES}](?:s)?$")
_OPENING, _CLOSING = '«“"‘', '»”"’'
_PREFIXES: Final = (
    "وبال", "وال", "بال", "فال", "كال", "ولل", "ال", "لل", "وب", "ول", "وس", "و", "ف", "ب", "ك",
    "ل", "س", "ه", "ح",
)  # fmt: skip
_SUFFIXES: Final = (
    "ها", "هم", "هما", "وها", "نا", "وا", "ون", "ين", "ان", "تين", "تان", "ات", "ه", "ي", "يه",
    "ت", "ا",
)  # fmt: skip


class Word(NamedTuple):
    """A word of a question: as written, folded, its forms, and how it is set."""

    text: str
    start: int
    end: int
    folded: str
    is_quoted: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms under which the word is looked up, itself first."""
        return forms_of(self.folded)

    @property
    def is_arabic(self) -> bool:
        """Whether the word is in Arabic script."""
        return "\u0600" <= self.folded[:1] <= "\u06ff"

    @property
    def key(self) -> str:
        """The word as names are compared: without article or possessive."""
        return name_key(self.folded)


@lru_cache(maxsize=8192)
def name_key(folded: str) -> str:
    """A folded word without article or possessive, British spelling made one with American."""
    if "\u0600" <= folded[:1] <= "\u06ff":
        return folded[2:] if folded.startswith("ال") and len(folded) > 4 else folded
    bare = _APOSTROPHES.sub("", folded) if len(folded) > 2 else folded
    return _SPELLINGS.sub(lambda found: _SPELLED[found[0]], bare)


_SPELLED: Final = {"center": "centre", "isation": "ization", "ising": "izing", "iser": "izer"}
_SPELLINGS: Final = re.compile("|".join(_SPELLED))


def stem(word: str) -> str:
    """A rough stem of a folded English word, the same for its usual inflections.

    >>> {stem(word) for word in ("sign", "signed", "signing", "signs")}
    {'sign'}
    """
    word = name_key(word)
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""),
                            ("s", "")):  # fmt: skip
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lse":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


@lru_cache(maxsize=8192)
def forms_of(folded: str) -> tuple[str, ...]:
    """The forms under which a folded word is looked up, the word itself first.

    >>> "وقعت" in forms_of("وقعتها"), "يمول" in forms_of("بيمول")
    (True, True)
    """
    if not "\u0600" <= folded[:1] <= "\u06ff":
        return tuple(dict.fromkeys((folded, name_key(folded), stem(folded))))
    bases = [folded]
    for prefix in _PREFIXES:
        rest = folded[len(prefix) :]
        # What is written on to من and لم leaves two letters.
        if not folded.startswith(prefix) or len(rest) < (2 if prefix in "وفبل" else 3):
            continue
        if prefix in ("ه", "ح", "س") and rest[0] not in "يتن":
            continue
        bases.append(rest)
    found = dict.fromkeys(bases)
    for base in bases:
        for suffix in _SUFFIXES:
            bare = base.removesuffix(suffix)
            if bare != base and len(bare) >= 3:
                found.setdefault(bare)
                if bare.endswith("ت"):
                    found.setdefault(bare[:-1] + "ه")
    return tuple(found)


@lru_cache(maxsize=16384)
def light(folded: str) -> str:
    """The stem by which parts of names are compared."""
    if not "\u0600" <= folded[:1] <= "\u06ff":
        return stem(folded)
    word = folded
    for prefix in ("وال", "بال", "لل", "ال", "و", "ب", "ل"):
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            if len(prefix) == 1 and len(word) - 1 < 4:
                continue
            word = word[len(prefix) :]
            break
    for suffix in ("ات", "ون", "ين", "يه", "ه", "ي"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def words_of(text: str) -> list[Word]:
    """The words of a text, in order; what stands between quotation marks is marked."""
    found = []
    quoted = _quoted(text)
    for match in _TOKEN.finditer(text):
        folded = fold(match[0])
        if folded:
            inside = any(start <= match.start() < end for start, end in quoted)
            found.append(Word(match[0], match.start(), match.end(), folded, inside))
    return found


@lru_cache(maxsize=16384)
def keys_of(text: str) -> tuple[str, ...]:
    """The words of a text as names are compared."""
    return tuple(map(name_key, _TOKEN.findall(fold(text))))


def _quoted(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    if not any(mark in text for mark in _OPENING):
        return spans
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        pattern = rf"(?<!\w){re.escape(opening)}([^{re.escape(opening + closing)}]+)"
        spans += [m.span(1) for m in re.finditer(pattern + re.escape(closing) + r"(?!\w)", text)]
    return spans


class Lexicon:
    """Phrases of one or more words, each with its concepts."""

    def __init__(self, store: Store) -> None:
        #: First word of a phrase → the further words and the concept.
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self.concepts: set[str] = set()
        self.known: set[str] = set()
        for line in WORDS.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                concept, *columns = line.split("\t")
                for column in columns:
                    self._add(concept, column.split("|"))
        self._add_terms(store)

    def _add_terms(self, store: Store) -> None:
        """Add the labels of units, and the labels and cues of classes and properties."""
        # A property and its inverse are told by the same words.
        taken = set(self.concepts)
        for row in select(store, with_prefixes(_INVERSES, store)):
            pair = {local_name(row["term"].value), local_name(row["inverse"].value)}
            if not pair.isdisjoint(self.concepts):
                taken |= pair
        self._add_units(store)
        for row in select(store, with_prefixes(_TERMS, store)):
            name = local_name(row["term"].value)
            if is_own(row["term"].value):
                label = row["name"].value
                # A short label is a word; longer ones describe, and several terms share them.
                if name in taken or len(label.split()) <= 2:
                    self._add(name, [label], is_label=True)

    def _add_units(self, store: Store) -> None:
        """Add the units of the graph's figures; "dollars" alone if only one is so called."""
        short: dict[str, set[str]] = defaultdict(set)
        for row in select(store, with_prefixes(_UNITS, store)):
            name = row["name"].value
            self._add("unit:" + row["unit"].value, [name])
            words = name.split()
            if "currency" in row and len(words) > 1:
                short[words[0 if "\u0600" <= name[0] <= "\u06ff" else -1]].add(row["unit"].value)
        for word, units in short.items():
            if len(units) == 1:
                self._add("unit:" + min(units), [word])

    def _add(self, concept: str, phrases: Iterable[str], *, is_label: bool = False) -> None:
        self.concepts.add(concept)
        for phrase in phrases:
            words, stems = _keyed(phrase)
            if not words:
                continue
            if is_label and any(
                stems[1:] == rest and other[:1] in "-@=!" for rest, other in self._phrases[stems[0]]
            ):
                continue
            # As written first: "planned" is no plan, though both have one stem.
            for keys in dict.fromkeys((words, stems)):
                self._phrases[keys[0]].append((keys[1:], concept))
            self.known.update(words)

    def at(self, words: Sequence[Word], place: int) -> list[tuple[int, frozenset[str]]]:
        """The phrases that begin at a place: their lengths and concepts, the longest first.

        Of a single word, only the concepts of its first known form count.
        """
        found: dict[int, set[str]] = defaultdict(set)
        for form in words[place].forms:
            here: dict[int, set[str]] = defaultdict(set)
            for rest, concept in self._phrases.get(form, ()):
                last = place + len(rest)
                if last < len(words) and all(
                    key in word.forms
                    for key, word in zip(rest, words[place + 1 : last + 1], strict=True)
                ):
                    here[len(rest) + 1].add(concept)
            for length, concepts in here.items():
                if length > 1 or not found.get(1):
                    found[length] |= concepts
        return [(length, frozenset(found[length])) for length in sorted(found, reverse=True)]


@lru_cache(maxsize=8192)
def _keyed(phrase: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a phrase, and the stems of those in English."""
    words = tuple(
        word
        for word in _TOKEN.findall(fold(phrase))
        if len(word) > 1 or word.isascii() or phrase == word
    )
    return words, tuple(w if "\u0600" <= w[:1] <= "\u06ff" else stem(w) for w in words)
