"""The record status of a fact: where it stands in curation, why and since when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import pyoxigraph as ox

from ..graph.fact import RECORD_STATUSES, Object
from ..ontology.namespaces import FACT, ID
from .files.value import Value
from .files.yaml_nodes import near

#: What is not simply asserted, or not yet, says why and since when.
_EXPLAINED: Final = frozenset({"disputed", "superseded", "retracted"})
_STATUSES: Final = {name: ox.NamedNode(f"{ID}record-status/{name}") for name in RECORD_STATUSES}
_REASONS: Final = {"statusReason": "en", "statusReasonAr": "ar"}
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FACT: Final = re.compile(rf"(?:{re.escape(FACT)}|fact[:/])?([0-9a-f]{{16}})")


def record_status(written: Mapping[str, Value], whole: Value) -> dict[str, Object] | None:
    """The qualifiers of the written record status, ``asserted`` if there is none; None with faults.

    ``whole`` is the fact or the entry at which what is missing is reported.
    """
    status = written["recordStatus"].text() if "recordStatus" in written else "asserted"
    is_sound = True

    def fault(value: Value, message: str, remedy: str) -> None:
        nonlocal is_sound
        is_sound = False
        value.fault(message, remedy, "record statuses")

    found: dict[str, Object] = {}
    if status in _STATUSES:
        found["recordStatus"] = _STATUSES[status]
    else:
        fault(
            written["recordStatus"],
            f"unknown recordStatus “{status}”",
            near(status, list(RECORD_STATUSES)),
        )
    for name, language in _REASONS.items():
        if name in written:
            reason = written[name].text()
            if not reason.strip():
                fault(written[name], f"“{name}” is empty", "write it, or delete the key")
            found[name] = ox.Literal(reason, language=language)
    if "statusDate" in written:
        day = written["statusDate"].text()
        if not _is_day(day):
            fault(written["statusDate"], f"“{day}” is no day", "write year-month-day: 2026-11-25")
        found["statusDate"] = ox.Literal(day)
    if "supersededBy" in written:
        other = fact_iri(written["supersededBy"].text())
        if status != "superseded":
            fault(
                written["supersededBy"],
                f"a fact that is {status} is not superseded by another",
                "write “recordStatus: superseded”, or delete the key",
            )
        elif other is None:
            fault(
                written["supersededBy"],
                f"“{written['supersededBy'].text()}” is no IRI of a fact",
                "write the fact's IRI or its 16 digits; “taawun show … --format csv” lists them",
            )
        found["supersededBy"] = ox.NamedNode(other or FACT)
    if status in _EXPLAINED:
        if not _REASONS.keys() & written.keys():
            fault(
                whole,
                f"a fact that is {status} needs a reason",
                "add “statusReason” or, in Arabic, “statusReasonAr”",
            )
        if "statusDate" not in written:
            fault(
                whole,
                f"a fact that is {status} needs the day since when it is",
                "add “statusDate: 2026-11-25”",
            )
    return found if is_sound else None


def fact_iri(text: str) -> str | None:
    """The IRI of a fact given as that, as ``fact/…`` or by its 16 digits; None if it is neither.

    >>> fact_iri("fact/0123456789abcdef")
    'https://w3id.org/taawun/fact/0123456789abcdef'
    """
    found = _FACT.fullmatch(text)
    return FACT + found[1] if found else None


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
