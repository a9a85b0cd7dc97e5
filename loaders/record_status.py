"""The record status of a fact: where it is in curation, why and since when."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, cast

import pyoxigraph as ox

from ..graph.fact import RECORD_STATUSES, Object
from ..messages.fault import near
from ..ontology.namespaces import FACT, ID
from .files.value import Structure, Value

#: Statuses that need a reason and a day.
_EXPLAINED: Final = frozenset({"disputed", "superseded", "retracted"})
#: The name of this check.
CHECK: Final = "record statuses"
_STATUSES: Final = {name: ox.NamedNode(f"{ID}record-status/{name}") for name in RECORD_STATUSES}
#: The parts of a triple that stands for a fact.
TRIPLE: Final = ("subject", "predicate", "object")
_REASONS: Final = {"statusReason": "en", "statusReasonAr": "ar"}
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FACT: Final = re.compile(rf"(?:{re.escape(FACT)}|fact[:/])?([0-9a-f]{{16}})")


def record_status(
    written: Mapping[str, Value], whole: Value, iri_of: Callable[[Mapping[str, Value]], str | None]
) -> dict[str, Object] | None:
    """The qualifiers of the written record status, ``asserted`` if there is none; None with faults.

    ``whole`` is the fact or the entry at which missing keys are reported; ``iri_of`` gives the IRI
    of the fact that states a triple plainly.
    """
    status = written["recordStatus"].text() if "recordStatus" in written else "asserted"
    before = len(whole.faults)
    found: dict[str, Object] = {}
    if status in _STATUSES:
        found["recordStatus"] = _STATUSES[status]
    else:
        remedy = near(status, RECORD_STATUSES)
        written["recordStatus"].fault(
            "unknown-record-status", name=status, check=CHECK, remedy=remedy
        )
    for name, language in _REASONS.items():
        if name in written:
            reason = written[name].text()
            if not reason.strip():
                written[name].fault("qualifier-empty", name=name, check=CHECK)
            found[name] = ox.Literal(reason, language=language)
    if "statusDate" in written:
        day = written["statusDate"].text()
        if not is_day(day):
            written["statusDate"].fault("not-a-day", text=day, check=CHECK)
        found["statusDate"] = ox.Literal(day)
    if "supersededBy" in written:
        successor = written["supersededBy"]
        other = _successor(successor, iri_of)
        if status != "superseded":
            successor.fault("successor-of-a-fact-not-superseded", status=status, check=CHECK)
        found["supersededBy"] = ox.NamedNode(other or FACT)
    if status in _EXPLAINED:
        if not _REASONS.keys() & written.keys():
            whole.fault("status-without-reason", status=status, check=CHECK)
        if "statusDate" not in written:
            whole.fault("status-without-date", status=status, check=CHECK)
    return found if len(whole.faults) == before else None


def _successor(value: Value, iri_of: Callable[[Mapping[str, Value]], str | None]) -> str | None:
    """The IRI of a fact given by its IRI or by the triple that it states plainly."""
    if getattr(value, "is_list", False):
        parts = cast("Structure", value).items()
        if len(parts) != len(TRIPLE):
            value.fault("fact-parts", parts=len(parts), check=CHECK)
            return None
        return iri_of(dict(zip(TRIPLE, parts, strict=True)))
    found = fact_iri(value.text())
    if found is None:
        value.fault("not-a-fact-iri", text=value.text(), check=CHECK)
    return found


def fact_iri(text: str) -> str | None:
    """The IRI of a fact given by its IRI, ``fact/…`` or its 16 digits; None if it is neither.

    >>> fact_iri("fact/0123456789abcdef")
    'https://w3id.org/taawun/fact/0123456789abcdef'
    """
    found = _FACT.fullmatch(text)
    return FACT + found[1] if found else None


def is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
