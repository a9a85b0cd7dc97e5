"""The status file of a collection, ``facts/status.yaml``: record statuses of facts that are written
elsewhere, such as in the bundled collection, which stays as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox

from ..graph.fact import STATUS_QUALIFIERS, Fact, Object
from ..messages.fault import Fault, Place, near
from ..messages.message import Message
from ..ontology.namespaces import FACT, ID
from ..ontology.schema import local_name
from .checks.lints import short
from .facts import FactMaker
from .files.value import Site
from .files.yaml_nodes import Node, read_yaml
from .record_status import CHECK, TRIPLE, fact_iri, record_status

STATUS_FILE: Final = "status.yaml"
STATUS_KEYS: Final = frozenset({"fact", *STATUS_QUALIFIERS})
#: The remedy for an entry that does not name a fact.
_WRITE: Final = Message("write-fact-or-triple")
#: A fact's IRI, or the triple that it states.
_Key: TypeAlias = str | ox.Triple


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: its number among all, the value that names the fact, and the fact's status."""

    number: int
    #: None in a copy for another process.
    fact: Node | None
    status: Mapping[str, Object]


class Statuses:
    """Record statuses over those that facts were written with; later folders over earlier ones."""

    def __init__(self) -> None:
        self._entries: dict[_Key, _Entry] = {}
        self._count = 0
        self._met: dict[_Key, set[str]] = defaultdict(set)

    def read(self, path: Path, name: str, maker: FactMaker, faults: list[Fault]) -> None:
        """Take the entries of one status file; their faults are reported."""
        root = read_yaml(path, name, faults)
        mine: set[_Key] = set()
        for item in root.items() if root and not root.is_empty else ():
            fields = item.fields(STATUS_KEYS)
            if missing := [key for key in ("fact", "recordStatus") if key not in fields]:
                if item.is_mapping:
                    item.fault("status-entry-lacks", keys=missing, remedy=Message("add-missing"))
                continue
            status = record_status(fields, item, maker.plain_iri)
            key = _key(fields["fact"], maker)
            if key in mine:
                fields["fact"].fault("repeated-status-entry", remedy=Message("keep-one"))
            elif key is not None and status is not None:
                mine.add(key)
                self._count += 1
                self._entries[key] = _Entry(self._count, fields["fact"], status)

    def over(self, fact: Fact) -> Fact:
        """The fact with the status that the last entry for it gives, else as it is."""
        if not self._entries:
            return fact
        keys = [key for key in (fact.iri, fact.triple) if key in self._entries]
        for key in keys:
            self._met[key].add(fact.iri)
        entries = sorted((self._entries[key] for key in keys), key=lambda entry: entry.number)
        return fact.with_status(entries[-1].status) if entries else fact

    def portable(self) -> Statuses:
        """The same statuses without their places, which other processes cannot be given."""
        other = Statuses()
        other._entries = {
            key: _Entry(entry.number, None, entry.status) for key, entry in self._entries.items()
        }
        return other

    def met(self) -> dict[int, set[str]]:
        """The facts that were found for each entry, by its number."""
        return {entry.number: self._met[key] for key, entry in self._entries.items()}

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the entries."""
        return frozenset(entry.number for entry in self._entries.values())

    def report(self, stated: Sequence[tuple[Fact, Site]], *, is_whole: bool) -> int:
        """Report entries that match no fact, or several; returns the number of entries.

        ``is_whole`` is false if some input was refused: the fact of an entry may be in there.
        """
        facts = [fact for fact, _ in stated]
        for key, entry in self._entries.items():
            assert entry.fact is not None
            met = sorted(self._met[key])
            if not met and is_whole:
                remedy = _nearest(key, facts)
                entry.fact.fault("no-such-fact", fact=_words(key), check="names", remedy=remedy)
            elif len(met) > 1:
                entry.fact.fault(
                    "several-facts",
                    fact=_words(key),
                    count=len(met),
                    facts=[*map(_words, met)],
                    check="names",
                )
        return len(self._entries)


def _key(value: Node, maker: FactMaker) -> _Key | None:
    if not value.is_list:
        iri = fact_iri(value.text())
        if iri is None:
            value.fault("not-a-fact", text=value.text(), check="names", remedy=_WRITE)
        return iri
    parts = value.items()
    if len(parts) != len(TRIPLE):
        value.fault("fact-parts", parts=len(parts), remedy=_WRITE)
        return None
    triple = maker.triple(dict(zip(TRIPLE, parts, strict=True)))
    return ox.Triple(*triple) if triple else None


def _nearest(key: _Key, stated: Iterable[Fact]) -> Message:
    """The remedy that names the closest facts, in the form of an entry."""
    if isinstance(key, ox.Triple):
        akin = {_words(fact.triple) for fact in stated if _parts_shared(fact.triple, key) == 2}
        return near(_words(key), akin) or Message("show-facts")
    # With half of the digits right, it is a typing error.
    half = len(FACT) + 8
    akin = {
        f"{_words(fact.iri)} ({_words(fact.triple)})"
        for fact in stated
        if fact.iri[:half] == key[:half] or fact.iri[-8:] == key[-8:]
    }
    if akin:
        return Message("did-you-mean", names=sorted(akin))
    return Message("show-facts-with-iris")


def _parts_shared(one: ox.Triple, other: ox.Triple) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def _words(key: _Key) -> str:
    """The fact in the form of an entry."""
    if isinstance(key, str):
        return f"fact/{key.removeprefix(FACT)}"
    subject, predicate, target = (getattr(term, "value", "") for term in key)
    return f"[{subject.removeprefix(ID)}, {local_name(predicate)}, {target.removeprefix(ID)}]"


def lint_statuses(stated: Sequence[tuple[Fact, Site]], *, is_whole: bool) -> Counter[str]:
    """Check the statuses against each other; returns how many checks each lint performed.

    ``is_whole`` is false if some input was refused: a successor may be in there.
    """
    performed = Counter({"record statuses": _one_each(stated)})
    if is_whole and (successors := _successors(stated)):
        performed["successors"] = successors
    return performed


def _one_each(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that a fact has one record status, however many documents state it."""
    first: dict[str, tuple[Fact, Place]] = {}
    for fact, value in stated:
        other, place = first.setdefault(fact.iri, (fact, value.place))
        if fact.status != other.status:
            where = str(place)
            value.fault("differing-statuses", fact=short(fact), place=where, check=CHECK)
    return len(stated)


def _successors(stated: Sequence[tuple[Fact, Site]]) -> int:
    """Check that a fact is superseded by an existing fact, and in the end by a current one."""
    after = {fact.iri: fact.qualifier("supersededBy") for fact, _ in stated}
    checked = 0
    for fact, value in stated:
        successor = after[fact.iri]
        if successor is None:
            continue
        checked += 1
        if successor.value not in after:
            other = successor.value
            same = sorted(_words(one.iri) for one, _ in stated if one.plain_iri == other)
            value.fault(
                "superseded-by-unknown",
                fact=short(fact),
                other=other,
                check=CHECK,
                remedy=Message("did-you-mean", names=[*dict.fromkeys(same)]) if same else None,
            )
        seen: set[str] = set()
        while successor is not None and successor.value not in seen:
            seen.add(successor.value)
            successor = after.get(successor.value)
        if fact.iri in seen:
            value.fault("superseded-by-itself", fact=short(fact), check=CHECK)
    return checked
