"""What the desk says: names for its pickers, facts as sentences, selections as whole words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyoxigraph as ox

from ..graph.fact import Fact
from ..loaders.collection import Collection
from ..loaders.editing.bundles import BUNDLES
from ..loaders.entities import registrable
from ..loaders.facts import writable
from ..loaders.text.suggestion import Suggester, Suggestion
from ..loaders.text.tokens import NUMBER_OR_WORD
from ..ontology.namespaces import ID
from ..ontology.schema import local_name
from ..queries.labels import Labels

_OUTSIDE: Final = " \t\r\n\u00a0.،,؛;:"

#: A name in brackets directly after another: an abbreviation, or its form in Latin letters.
BRACKETS: Final = re.compile(r"\s*\(([^()\n]{2,60})\)")
#: Words in Latin letters, the first with a capital: a name and not a unit.
_LATIN: Final = re.compile(r"[A-Z][A-Za-z0-9&.'’-]+(?: (?:[A-Z&][\w&.'’-]*|of|and|the|for))*")


def vocabulary(known: Collection, suggester: Suggester) -> dict[str, Any]:
    """``entities``, ``predicates``, ``classes`` and ``bundles``; classes are local names."""
    schema = known.schema
    return {
        "entities": [
            {
                "ref": ref,
                "ar": suggester.label(ref, "ar"),
                "en": suggester.label(ref, "en"),
                "classes": sorted(map(local_name, kinds)),
            }
            for ref, kinds in sorted(suggester.classes.items())
        ],
        "predicates": [
            {
                "name": name,
                "ar": schema.label(item.iri, "ar"),
                "en": schema.label(item.iri, "en"),
                "domains": sorted(map(local_name, item.domains)),
                "ranges": sorted(map(local_name, item.ranges)),
                "datatype": item.datatype or "",
            }
            for name, item in sorted(writable(schema).items())
        ],
        "classes": [
            {
                "slug": slug,
                "ar": schema.label(iri, "ar"),
                "en": schema.label(iri, "en"),
                "kinds": sorted(map(local_name, schema.kinds((iri,)))),
            }
            for slug, iri in sorted(registrable(schema).items())
        ],
        "bundles": BUNDLES,
    }


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """The span in whole words and numbers, without the punctuation around it."""
    start, end = max(0, min(start, end)), min(len(text), max(start, end))
    for match in NUMBER_OR_WORD.finditer(text, max(0, start - 60), min(len(text), end + 60)):
        if match.start() < start < match.end():
            start = match.start()
        if match.start() < end < match.end():
            end = match.end()
    while start < end and text[start] in _OUTSIDE:
        start += 1
    while end > start and text[end - 1] in _OUTSIDE:
        end -= 1
    return start, end


def sentence_of(fact: Fact, labels: Labels, language: str) -> str:
    """The fact in words, with how firmly it is said unless it is plainly asserted."""
    parts = (fact.subject, fact.predicate, fact.object)
    words = [
        labels(part.value, language) if isinstance(part, ox.NamedNode) else part.value
        for part in parts
    ]
    how = fact.qualifier("modality")
    if isinstance(how, ox.NamedNode) and how.value != f"{ID}modality/asserted":
        words.append(f"({labels(how.value, language)})")
    return " · ".join(words)


def foreign_names(text: str, known: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The names in Latin letters, and those in brackets, outside the known spans."""
    spans = [match.span() for match in _LATIN.finditer(text)]
    spans += [
        match.span(1)
        for match in BRACKETS.finditer(text)
        if len(match[1].split()) <= 5 and any(char.isalpha() for char in match[1])
    ]
    for start, end in sorted(set(spans)):
        if not any(a < end and start < b for a, b in known):
            yield start, end


def marks_of(text: str, found: Suggestion) -> list[dict[str, Any]]:
    """What is marked in a text: names, dates, amounts, and names that are not registered."""
    marks: list[dict[str, Any]] = [
        {"start": m.start, "end": m.end, "kind": m.kind, "refs": list(m.candidates)}
        for m in found.mentions
    ]
    marks += [{"start": d.start, "end": d.end, "kind": "date"} for d in found.dates]
    marks += [{"start": a.start, "end": a.end, "kind": "amount"} for a in found.amounts]
    marks += [{"start": body.start, "end": body.end, "kind": "unknown"} for body in found.bodies]
    marks += [{"start": u.start, "end": u.end, "kind": "unknown"} for u in found.unknown]
    named = [(m.start, m.end) for m in found.mentions if m.kind == "name"]
    marks += [
        {"start": start, "end": end, "kind": "unknown"} for start, end in foreign_names(text, named)
    ]
    return sorted(marks, key=lambda mark: (mark["start"], -mark["end"]))


def quotes_of(slug: str, facts: Iterable[Fact]) -> list[dict[str, int]]:
    """The places of a document that facts quote, with how many do."""
    spans = Counter(
        (part.start, part.end) for fact in facts for part in fact.evidence if part.document == slug
    )
    return [
        {"start": start, "end": end, "facts": count}
        for (start, end), count in sorted(spans.items())
    ]
