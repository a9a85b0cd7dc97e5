"""Checks over the record statuses of all facts: one a fact, and successors that are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..graph.errors import Place
from ..graph.fact import Fact
from .checks.lints import short
from .files.value import Site
from .status_file import STATUS_FILE


def lint_statuses(stated: Sequence[tuple[Fact, Site]], *, is_whole: bool) -> Counter[str]:
    """Check the statuses against each other; returns how many checks each lint performed.

    ``is_whole`` is false where some input was refused already, and with it perhaps a successor.
    """
    performed = Counter({"record statuses": _one_each(stated)})
    if is_whole and (successors := _successors(stated)):
        performed["successors"] = successors
    return performed


def _one_each(stated: Sequence[tuple[Fact, Site]]) -> int:
    """A fact has one record status, however many documents state it."""
    first: dict[str, tuple[Fact, Place]] = {}
    for fact, value in stated:
        other, place = first.setdefault(fact.iri, (fact, value.place))
        if fact.status != other.status:
            value.fault(
                f"{short(fact)} has another record status than the same fact at {place}",
                "give both the same “recordStatus”, reason and day, or one entry in "
                f"facts/{STATUS_FILE}",
                "record statuses",
            )
    return len(stated)


def _successors(stated: Sequence[tuple[Fact, Site]]) -> int:
    """What a fact is superseded by is a fact, and in the end one that is not superseded."""
    after = {fact.iri: fact.qualifier("supersededBy") for fact, _ in stated}
    checked = 0
    for fact, value in stated:
        successor = after[fact.iri]
        if successor is None:
            continue
        checked += 1
        if successor.value not in after:
            value.fault(
                f"{short(fact)} is superseded by {successor.value}, which is no fact here",
                "write the IRI of a fact; “taawun show … --format csv” lists them",
                "record statuses",
            )
        seen: set[str] = set()
        while successor is not None and successor.value not in seen:
            seen.add(successor.value)
            successor = after.get(successor.value)
        if fact.iri in seen:
            value.fault(
                f"{short(fact)} is superseded by itself, in the end",
                "the newest of the facts is not superseded",
                "record statuses",
            )
    return checked
