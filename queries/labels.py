"""How terms are shown: labels of IRIs, and dates, durations and numbers in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from ..graph.store import Store, kept, select
from ..messages.fault import Fault, Place
from ..messages.message import listed, say
from ..ontology.namespaces import BASE, ID, OUTSIDE, PREFIXES

_LABELS: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {things} }} ?thing rdfs:label ?label }}"""
#: The maximum number of IRIs in one query, and of IRIs with cached labels.
_TOGETHER: Final = 500
_KEPT: Final = 20_000
#: What may stand between the brackets of an IRI in SPARQL.
IRI: Final = re.compile(r"https?://[^\x00-\x20<>\"{}|^`\\]+")


def short_iri(iri: str) -> str:
    """The IRI as people write it: ``country/iraq``, ``doc:egypt-iraq-talks``, ``tw:signatory``."""
    if iri.startswith(ID):
        return iri[len(ID) :]
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and prefix != "id":
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def named_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults of shapes by short node name; a node may break a shape twice."""
    named = (replace(fault, place=Place(short_iri(fault.place.file))) for fault in faults)
    return tuple(dict.fromkeys(named))


def _is_labelled(iri: str) -> bool:
    """Whether the graph may have a label for the IRI: a Taawun IRI or a collection's term."""
    return iri.startswith(BASE) or (not iri.startswith(OUTSIDE) and bool(IRI.fullmatch(iri)))


class Labels:
    """Labels of IRIs in both languages, fetched in batches and cached."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, dict[str, str]] = {}

    @classmethod
    def of(cls, store: Store) -> Labels:
        """The labels of a store; those of a build, which never changes, are shared."""
        return kept(store, "labels", cls)

    def fetch(self, iris: Iterable[str]) -> None:
        """Fetch the labels of all Taawun and collection IRIs that are not cached yet.

        The IRIs of one call are all cached together; earlier ones may be evicted.
        """
        if len(self._known) > _KEPT:
            self._known.clear()
        # Taking the keys from a set would look at each of them.
        unknown = {iri for iri in iris if iri not in self._known}
        self._known.update({iri: {} for iri in unknown})
        missing = sorted(filter(_is_labelled, unknown))
        for first in range(0, len(missing), _TOGETHER):
            things = " ".join(f"<{iri}>" for iri in missing[first : first + _TOGETHER])
            for row in select(self._store, _LABELS.format(things=things)):
                label = row["label"]
                # An endpoint may return names of IRIs that were not requested.
                labels = self._known.get(row["thing"].value)
                if labels is not None and isinstance(label, ox.Literal) and label.language:
                    labels[label.language] = label.value

    def __call__(self, iri: str, language: str) -> str:
        """The label in the language, else in the other language, else the short IRI."""
        if iri not in self._known:
            self.fetch([iri])
        labels = self._known[iri]
        return labels.get(language) or next(iter(labels.values()), short_iri(iri))


_DATE: Final = re.compile(r"(\d{4}|XXXX)(?:-(0[1-9]|1[0-2]|2[1-4]|3[3-6]|4[01])(?:-([0-3]\d))?)?")
_DURATION: Final = re.compile(r"P(?:\d+[YMWD])+")
#: Only numbers of five or more digits get separators, so that years have none.
_NUMBER: Final = re.compile(r"(-?\d{5,})(\.\d+)?")
_MARKS: Final = re.compile("[?~%]")
_UNITS: Final = {"Y": "count-years", "M": "count-months", "W": "count-weeks", "D": "count-days"}


def readable(text: str, language: str) -> str:
    """The date, duration or number in words; other text and bare years unchanged.

    >>> readable("XXXX-02-08/XXXX-02-09", "en")
    '8–9 February (year not printed)'
    >>> readable("2022-09", "ar"), readable("P5Y", "ar"), readable("2019/2020", "en")
    ('سبتمبر 2022', '5 سنوات', '2019/2020')
    >>> readable("60000000", "ar"), readable("P1Y6M", "en"), readable("2023?-02", "en")
    ('60,000,000', '1 year and 6 months', 'February 2023 (not certain)')
    >>> readable("2019/..", "ar"), readable("a?b", "en"), readable("1/2", "en")
    ('منذ 2019', 'a?b', '1/2')
    >>> readable("2025-36", "ar"), readable("XXXX-40", "en")
    ('الربع الرابع من عام 2025', 'first half of the year (year not printed)')
    """
    if match := _NUMBER.fullmatch(text):
        return f"{int(match[1]):,}{match[2] or ''}"
    if _DURATION.fullmatch(text):
        found = re.findall(r"(\d+)([YMWD])", text)
        lengths = [say(_UNITS[unit], language, count=int(number)) for number, unit in found]
        return listed(lengths, language, "and")
    if _MARKS.search(text) and (told := readable(_MARKS.sub("", text), language)) != text:
        return say("date-uncertain", language, date=told) if _edtf(text) else text
    if (open_end := re.fullmatch(r"([^/]+)/(?:\.\.)?", text)) and _edtf(open_end[1]):
        return say("date-since", language, date=readable(open_end[1], language))
    if (open_start := re.fullmatch(r"(?:\.\.)?/([^/]+)", text)) and _edtf(open_start[1]):
        return say("date-until", language, date=readable(open_start[1], language))
    parts = [_DATE.fullmatch(part) for part in text.split("/")]
    dates = [part.groups() for part in parts if part]
    if len(dates) != len(parts) or len(dates) > 2 or not dates[0][1]:
        return text
    if len(dates) == 2 and dates[0][:2] == dates[1][:2] and dates[0][2] and dates[1][2]:
        year, month, first = dates[0]
        return _words(year, month, f"{int(first)}–{int(dates[1][2])}", language)
    return " – ".join(
        _words(year, month, str(int(day)) if day else "", language) for year, month, day in dates
    )


def _edtf(text: str) -> bool:
    return all(_DATE.fullmatch(_MARKS.sub("", part)) for part in text.split("/"))


def _words(year: str, month: str | None, day: str, language: str) -> str:
    if month and int(month) > 12:
        whole = "date-that-year" if year == "XXXX" else "date-this-year"
        return say(f"date-part-{month}", language, year=say(whole, language, year=year))
    name = say(f"month-{int(month)}", language) if month else ""
    told = f"({say('date-no-year', language)})" if year == "XXXX" else year
    return " ".join(filter(None, (day, name, told)))
