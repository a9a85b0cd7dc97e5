"""What a reader would look for in vain: what no document says of an entity, its items and meetings.

Only what could be said and stands nowhere in the graph is told, not even as planned or reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ..graph.store import select
from ..ontology.namespaces import GRAPH_PROSPECTS, TW
from .items import FROM_SIGNING, Item
from .profile import Profile

_SAID: Final = """
SELECT DISTINCT ?thing ?said {{
  VALUES ?thing {{ {things} }}
  {{ {said} }} UNION {{ GRAPH <{prospects}> {{ {said} }} }}
}}"""
_PATTERNS: Final = f"""
    {{ ?thing <{TW}date> ?date BIND(IF(STRSTARTS(STR(?date), "XXXX"), "day", "date") AS ?said) }}
    UNION {{ ?thing <{TW}locatedIn> ?place BIND("place" AS ?said) }}
    UNION {{ ?figure <{TW}figureOf> ?thing BIND("cost" AS ?said) }}
    UNION {{ ?thing <{TW}freeOfCharge> ?free BIND("cost" AS ?said) }}
    UNION {{ ?thing <{TW}holds> ?post BIND("post" AS ?said) }}
    UNION {{ ?thing <{TW}hasPost> ?post BIND("post" AS ?said) }}"""


class Unsaid(NamedTuple):
    """What is not said, as the code of a message, and of which things."""

    code: str
    things: tuple[str, ...]


def unsaid(profile: Profile) -> list[Unsaid]:
    """Return what no document says of the entity of a profile, the weightiest first."""
    meetings = profile.meetings
    agreements = [item for item in profile.items if TW + "Agreement" in item.classes]
    things = [item.iri for item in (*profile.items, *meetings)] + [profile.iri]
    said = _said(profile, things)

    def lacking(found: Iterable[str], *kinds: str) -> tuple[str, ...]:
        return tuple(iri for iri in found if not said[iri] & {*kinds})

    def told() -> Iterator[tuple[str, Iterable[str]]]:
        yield "unsaid-signed", (item.iri for item in agreements if _may_be_signed(item))
        signed = [item.iri for item in agreements if item.stage in FROM_SIGNING]
        yield "unsaid-signing-date", lacking(signed, "date", "day")
        events = [meeting.iri for meeting in meetings]
        yield "unsaid-date", lacking(events, "date", "day")
        yield (
            "unsaid-year",
            (iri for iri in events if "day" in said[iri] and "date" not in said[iri]),
        )
        yield "unsaid-place", lacking(events, "place")
        if not any("cost" in said[item.iri] for item in profile.items):
            yield "unsaid-cost", (item.iri for item in profile.items)
        if profile.is_a(profile.iri, "Official"):
            yield "unsaid-post", lacking([profile.iri], "post")

    return [Unsaid(code, found) for code, iris in told() if (found := tuple(iris))]


def _may_be_signed(item: Item) -> bool:
    """Whether an agreement is spoken of, but neither as signed nor as not signed."""
    denied = any(fact.modality == "denied" for fact in item.of("stage"))
    return item.stage not in FROM_SIGNING and not denied


def _said(profile: Profile, things: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {iri: set() for iri in things}
    text = _SAID.format(
        things=" ".join(f"<{iri}>" for iri in found), said=_PATTERNS, prospects=GRAPH_PROSPECTS
    )
    for row in select(profile.store, text):
        found[row["thing"].value].add(row["said"].value)
    return found
