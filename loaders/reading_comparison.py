"""Compare two readings of one document: what is the same, what differs, and how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, TypeAlias

from ..graph.document import Document
from ..graph.fact import Fact
from ..ontology.namespaces import TW, XSD
from ..ontology.schema import Schema, local_name
from .reviews import Stated, stated_in, words_of
from .text.tokens import Sentence, sentences

#: What a difference is about: how the claim is made (modality, speaker, date), one end of it, its
#: relation, the words that prove it, or whether there is such a fact at all.
Kind: TypeAlias = Literal["said", "object", "subject", "predicate", "quote", "only"]
#: The groups of predicates, each with the classes that they lead to; see :func:`group_of`.
GROUPS: Final = {
    "parties": ("Actor", "Post"),
    "places": ("Country", "City", "Region", "Place"),
    "areas": ("Area",),
    "stages": ("Stage",),
    "dates": (),
    "numbers": ("Unit", "Currency", "Comparator", "Figure"),
    "things": ("Entity",),
    "words": (),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two readings differ: the fact of each that has one."""

    kind: Kind
    first: Stated | None
    second: Stated | None

    @property
    def pair(self) -> tuple[str, str]:
        """The IRIs of the two facts, ``""`` for none."""
        return tuple(one.fact.iri if one else "" for one in (self.first, self.second))  # type: ignore[return-value]

    @property
    def words(self) -> str:
        """The triple of the first fact that there is."""
        return next(words_of(one.fact) for one in (self.first, self.second) if one)

    @property
    def start(self) -> int:
        """Where in the document it begins."""
        return min(one.spans[0][0] for one in (self.first, self.second) if one)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two readers agree on the sentences that state a fact of one kind.

    The items are the sentences of the document; a reader puts each into one of two categories: it
    states a fact of the kind, or it does not. ``both``, ``first``, ``second`` and ``neither`` count
    the sentences by who says that it does.
    """

    group: str
    both: int
    first: int
    second: int
    neither: int

    @property
    def items(self) -> int:
        """How many sentences were judged."""
        return self.both + self.first + self.second + self.neither

    @property
    def observed(self) -> float | None:
        """The share of sentences on which the two agree; None without sentences."""
        return (self.both + self.neither) / self.items if self.items else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, ``(observed - expected) / (1 - expected)``.

        ``expected`` is the agreement of two readers who judge independently, each with the same
        shares as here. None without sentences, and where both put every sentence into the same
        category: chance alone then explains the agreement, and 0/0 is not a number.

        >>> Agreement("areas", both=20, first=5, second=10, neither=15).kappa
        0.4
        >>> Agreement("areas", both=0, first=0, second=0, neither=9).kappa is None
        True
        """
        count = self.items
        if not count:
            return None
        one, other = self.both + self.first, self.both + self.second
        expected = one * other + (count - one) * (count - other)
        if expected == count * count:
            return None
        return ((self.both + self.neither) * count - expected) / (count * count - expected)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readings of a document; ``groups`` has an item for each group that one of them uses."""

    same: tuple[tuple[Stated, Stated], ...]
    differences: tuple[Difference, ...]
    groups: tuple[Agreement, ...]

    @property
    def points(self) -> int:
        """What the two agree or differ on: facts that are the same, and differences."""
        return len(self.same) + len(self.differences)

    @property
    def overall(self) -> Agreement:
        """The groups together: an item is a sentence with a group that one of the readers uses."""
        sums = [
            sum(getattr(one, name) for one in self.groups)
            for name in ("both", "first", "second", "neither")
        ]
        return Agreement("all", *sums)


def group_of(predicate: str, schema: Schema) -> str:
    """The group of a predicate, given by IRI: what kind of thing it leads to.

    >>> schema = Schema.load()
    >>> [group_of(TW + name, schema) for name in ("signatory", "area", "signedOn", "value")]
    ['parties', 'areas', 'dates', 'numbers']
    """
    item = schema.properties[local_name(predicate)]
    if item.datatype:
        if TW + "date" in {item.iri, *schema.superproperties(item.iri)}:
            return "dates"
        return "numbers" if item.datatype in (XSD + "decimal", XSD + "integer") else "words"
    found = {_group_of_class(iri, schema) for iri in item.ranges}
    return found.pop() if len(found) == 1 else "things"


def _group_of_class(iri: str, schema: Schema) -> str:
    for classes in ({iri}, {iri, *schema.superclasses(iri)}):
        for group, roots in GROUPS.items():
            if any(TW + root in classes for root in roots):
                return group
    return "words"


def compare(
    document: Document, first: Iterable[Fact], second: Iterable[Fact], schema: Schema
) -> Comparison:
    """Compare the facts of two readings of a document; facts of other documents are left out."""
    one, other = stated_in(document.slug, first), stated_in(document.slug, second)
    same, differences = _paired(one, other)
    return Comparison(
        tuple(same),
        tuple(sorted(differences, key=lambda found: (found.start, found.words, found.pair))),
        tuple(_groups(document, one, other, schema)),
    )


def _paired(
    first: Sequence[Stated], second: Sequence[Stated]
) -> tuple[list[tuple[Stated, Stated]], list[Difference]]:
    """The facts that are the same, and the differences, the most alike paired first."""
    same: list[tuple[Stated, Stated]] = []
    differences: list[Difference] = []
    mine = {one.fact.iri: one for one in first}
    theirs = {one.fact.iri: one for one in second}
    for iri in [iri for iri in mine if iri in theirs]:
        one, other = mine.pop(iri), theirs.pop(iri)
        if _overlap(one, other):
            same.append((one, other))
        else:
            differences.append(Difference("quote", one, other))
    for kind, key, is_near in _RULES:
        pairs = [
            (_overlap(one, other), one, other)
            for one, other in product(mine.values(), theirs.values())
            if key(one.fact) == key(other.fact)
        ]
        for shared, one, other in sorted(pairs, key=lambda p: (-p[0], p[1].spans, p[2].spans,
                                         p[1].fact.iri, p[2].fact.iri)):  # fmt: skip
            is_free = one.fact.iri in mine and other.fact.iri in theirs
            if is_free and (shared or not is_near):
                differences.append(Difference(kind, one, other))
                del mine[one.fact.iri], theirs[other.fact.iri]
    differences += [Difference("only", one, None) for one in mine.values()]
    differences += [Difference("only", None, one) for one in theirs.values()]
    return same, differences


#: How facts that are not the same are paired: the kind of difference, what must be equal, and
#: whether their quotes must overlap.
_RULES: Final[tuple[tuple[Kind, Callable[[Fact], object], bool], ...]] = (
    ("said", lambda fact: fact.triple, False),
    ("object", lambda fact: (fact.subject, fact.predicate), True),
    ("subject", lambda fact: (fact.predicate, fact.object), True),
    ("predicate", lambda fact: (fact.subject, fact.object), True),
)


def _overlap(one: Stated, other: Stated) -> int:
    """How many characters the quotes of two facts share."""
    return sum(
        max(0, min(end, to) - max(start, since))
        for (start, end), (since, to) in product(one.spans, other.spans)
    )


def _groups(
    document: Document, first: Sequence[Stated], second: Sequence[Stated], schema: Schema
) -> Iterator[Agreement]:
    furniture = [(span.start, span.end) for span in document.furniture]
    items = [
        sentence
        for sentence in sentences(document.text)
        if not any(start < sentence.end and sentence.start < end for start, end in furniture)
    ]
    used: list[Counter[tuple[str, int]]] = []
    for reading in (first, second):
        used.append(Counter(
            (group_of(one.fact.predicate.value, schema), number)
            for one in reading
            for number, sentence in enumerate(items)
            if _is_in(one, sentence)
        ))  # fmt: skip
    for group in GROUPS:
        counts: Counter[tuple[bool, bool]] = Counter(
            ((group, number) in used[0], (group, number) in used[1]) for number in range(len(items))
        )
        if counts[False, False] < len(items):
            yield Agreement(
                group,
                counts[True, True],
                counts[True, False],
                counts[False, True],
                counts[False, False],
            )


def _is_in(one: Stated, sentence: Sentence) -> bool:
    return any(start < sentence.end and sentence.start < end for start, end in one.spans)
