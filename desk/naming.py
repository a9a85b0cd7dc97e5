"""Names in the desk: one marked in the text and known everywhere, or a whole column at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..graph.arabic import fold
from ..graph.entity import Entity
from ..graph.errors import TaawunError
from ..graph.fact import short_hash
from ..loaders.editing.additions import additions
from ..loaders.editing.bundles import Batch, slug_from
from ..loaders.editing.reconciliation import Reconciler, names_in, with_names
from ..loaders.editing.references import References
from ..loaders.text.mentions import Gazetteer, names_of
from ..messages.fault import Place
from .desk_words import BRACKETS, snapped
from .guesses import class_of_body
from .session import Desk

Json = dict[str, Any]
#: The most names of a column.
_MOST: Final = 2000


class Naming:
    """Says who names stand for, and keeps what a curator accepts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def _row(self, name: str, reconciler: Reconciler) -> Json:
        known = self._desk.known
        candidates = reconciler.candidates(name)
        return {
            "name": name,
            "sure": reconciler.sure(name),
            "kind": class_of_body(name),
            "candidates": [
                {
                    "ref": one.thing,
                    "why": one.why,
                    **{code: self._desk.label(one.thing, code) for code in ("ar", "en")},
                }
                for one in candidates
                if one.thing in known.entities or one.thing in known.schema.concepts
            ],
        }

    def naming(self, slug: str, span: Sequence[int]) -> Json:
        """Who the words at a place may be, and where else they stand."""
        desk = self._desk
        with desk.lock:
            desk.follow()
            text = desk.known.documents[slug].text
            start, end = snapped(text, *map(int, span))
            name = text[start:end]
            # «هيئة … (إيتيدا)»: both are its names.
            inside = BRACKETS.search(name)
            linked = [inside[1].strip()] if inside else []
            if after := BRACKETS.match(text, end):
                linked.append(after[1].strip())
            name = bare(name[: inside.start()].strip() if inside else name)
            row = self._row(name, Reconciler(desk.known))
            return {**row, "linked": linked, "places": self._places([name])}

    def _places(self, names: Sequence[str]) -> list[Json]:
        """The documents in which names stand, with how often."""
        found = Gazetteer(
            names_of(Entity(f"entity/{short_hash(name)}", name, name, ()) for name in names if name)
        )
        mine = {f"entity/{short_hash(name)}" for name in names}
        places = []
        for slug, document in self._desk.known.documents.items():
            count = sum(
                not mine.isdisjoint(mention.candidates) for mention in found.every(document.text)
            )
            if count:
                places.append({"document": slug, "title": document.ar, "count": count})
        return places

    def reconcile(self, text: str) -> Json:
        """The candidates of each name of a list or column."""
        desk = self._desk
        with desk.lock:
            desk.follow()
            reconciler = Reconciler(desk.known)
            names = names_in(text)[:_MOST]
            return {"names": [self._row(name, reconciler) for name in names]}

    def keep(self, items: Sequence[Mapping[str, Any]], language: str) -> Json:
        """Register what is new, and give known entities the names that they did not have.

        ``references`` has the reference of each name, ``places`` in how many places of the
        documents the names stand.
        """
        desk = self._desk
        with desk.lock:
            desk.follow()
            try:
                batch = Batch(References(desk.known))
                new = [(Place(str(item["name"])), _new(item)) for item in items if item.get("new")]
                batch.read(new)
                edit = additions(desk.folder, desk.seen, desk.known, batch.entities, batch.facts)
                names: dict[str, list[str]] = defaultdict(list)
                for item in items:
                    if item.get("reference"):
                        more = [str(item["name"]), *map(str, item.get("also", ()))]
                        names[str(item["reference"])] += more
                known = with_names(desk.folder, desk.known, names, desk.seen, edit.files)
                if known.files:
                    edit = replace(edit, files={**edit.files, **known.files}, entities=())
                found = {str(item["name"]): str(item.get("reference", "")) for item in items}
                made = zip(new, batch.entities, strict=True)
                found |= {place.file: entity.reference for (place, _), entity in made}
                said: Json = {"faults": [], "entities": [], "answers": []}
                if edit.files:
                    said = desk.carry_out(edit, language)
                places = sum(place["count"] for place in self._places([*found]))
                return {**said, "references": found, "places": places}
            except TaawunError as error:
                return {"faults": desk.told(error, language)}


def _new(item: Mapping[str, Any]) -> dict[str, Any]:
    names = [str(item.get(key, "")).strip() for key in ("ar", "en")]
    also = [name for name in (item["name"], *item.get("also", ())) if name not in names]
    made: dict[str, Any] = {"new": item["new"], "ar": names[0], "en": names[1]}
    if also:
        made["also"] = also
    if not slug_from(names[1]):
        made["slug"] = f"name-{short_hash(names[0])[:8]}"
    return made


def bare(name: str) -> str:
    """The name without a conjunction or preposition before its first word, where that is sure.

    >>> bare("وشركة الأفق"), bare("بالمركز القومي"), bare("وليد صبري")
    ('شركة الأفق', 'المركز القومي', 'وليد صبري')
    """
    for clitic in ("و", "ف", "ب", "ك"):
        rest = name.removeprefix(clitic)
        if rest != name and (fold(rest).startswith("ال") or class_of_body(rest)):
            return rest
    return name
