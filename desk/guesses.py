"""Guess what a quote states, to fill in a form: nothing is written before a curator has seen it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ..graph.arabic import fold, stem
from ..loaders.editing.bundles import BUNDLES
from ..loaders.text.mentions import Mention
from ..loaders.text.name_words import HEADS
from ..loaders.text.suggestion import Suggester, Suggestion
from ..loaders.text.tokens import folded_words, tokens
from ..ontology.namespaces import TW

_OFFICES: Final = folded_words("وزير وزيرة رئيس رئيسة مدير مديرة سفير سفيرة محافظ أمين")
_PLANS: Final = frozenset(
    stem(word) for word in folded_words("يعتزم تعتزم المقرر سيتم ستقوم يخطط تخطط ستستضيف تستضيف")
)
#: The form for what is new, and the fields of forms for keys of items.
_FORMS: Final = {
    "agreement": "agreement", "figure": "figure", "official": "person", "event": "event",
    "delegation": "delegation", "enterprise": "company", "organization": "company",
    "public-body": "company", "institute": "company", "ministry": "company",
}  # fmt: skip
_FIELDS: Final = {"belongsToCountry": "country", "signatory": "parties", "party": "parties"}
_MEMO: Final = fold("مذكرة")
_ACTORS: Final = TW + "Actor"


def class_of_body(name: str) -> str:
    """The slug of the class that the first word of a name suggests, or an empty text."""
    first = next(iter(tokens(name)), None)
    return HEADS.get(first.folded, "") if first else ""


def said_of(words: str, speaker: str) -> dict[str, str]:
    """How firmly the words say it, and who: planned, reported, or asserted."""
    stems = {stem(token.folded.removeprefix("و")) for token in tokens(words)}
    how = "planned" if stems & _PLANS else "reported" if speaker else ""
    return {
        **({"modality": how} if how else {}),
        **({"statedBy": speaker} if speaker else {}),
    }


def bundled(found: Suggestion) -> Iterator[dict[str, Any]]:
    """The bundles of a suggestion that a form shows: ``kind``, ``item``, ``parts`` and a key."""
    for bundle in found.bundles:
        for item in bundle.items:
            kind = _FORMS.get(str(item.get("new", "")), "" if "new" in item else "fact")
            if kind:
                parts = [list(part) for part in bundle.parts]
                told = item.get("ar") or item.get("en") or item.get("value") or item.get("subject")
                key = f"{parts[0][0]} {kind} {told} {item.get('object', '')}"
                if kind == "company":
                    item = {**item, "new": kind, "kind": item["new"]}
                yield {"start": parts[0][0], "end": parts[-1][1], "parts": parts, "kind": kind,
                       "item": _for_form(item), "key": key}  # fmt: skip


def _for_form(item: dict[str, Any]) -> dict[str, Any]:
    """An item with the keys of the forms."""
    given = {_FIELDS.get(key, key): value for key, value in item.items()}
    for key in ("parties", "participant", "topic", "area"):
        if key in given and not isinstance(given[key], list):
            given[key] = [given[key]]
    if "object" in given:
        given["object"] = [given["object"]]
    return given


class _Said(NamedTuple):
    """The words of a quote, what was found in them, and the bodies that are not registered."""

    text: str
    found: Suggestion
    sure: Sequence[Mention]
    new: Sequence[dict[str, str]]
    dates: Sequence[str]


class Guesses:
    """Fills in the forms of bundles from the words of a quote."""

    def __init__(self, suggester: Suggester) -> None:
        self._suggester = suggester

    def form(self, kind: str, text: str, found: Suggestion) -> dict[str, Any]:
        """The item of a bundle as far as the words tell it; names in English are left open."""
        item: dict[str, Any] = {"new": kind}
        sure = [m for m in found.mentions if m.kind == "name"]
        new = [{"new": body.kind, "ar": body.text, "en": ""} for body in found.bodies]
        dates = [date.edtf for date in found.dates]
        getattr(self, f"_{kind}")(item, _Said(text, found, sure, new, dates))
        return item

    def _agreement(self, item: dict[str, Any], said: _Said) -> None:
        if _MEMO in fold(said.text):
            item["kind"] = "memorandum-of-understanding"
        item |= {
            "ar": "",
            "en": "",
            "stage": self._suggester.scales.find("stage", said.text) or "signed",
        }
        actors = self._actors(said)
        facilities = [one for one in said.new if one["new"] in ("facility", "digital-platform")]
        item["parties"] = [one for one in actors if one not in facilities]
        item["area"] = self._areas(said.sure)
        if said.dates:
            item["date"] = said.dates[0]
        if facilities:
            item["through"] = facilities[0]
        amounts = list(self._amounts(said, "money"))
        if facilities:
            amounts = [{**amount, "of": facilities[0]["ar"]} for amount in amounts]
        item["amounts"] = amounts

    def _figure(self, item: dict[str, Any], said: _Said) -> None:
        amounts = list(self._amounts(said))
        item |= amounts[0] if amounts else {"value": "", "unit": ""}
        actors = self._actors(said)
        item["of"] = actors[0] if actors else ""
        if said.dates:
            item["date"] = said.dates[0]

    def _person(self, item: dict[str, Any], said: _Said) -> None:
        person = next((one for one in said.found.unknown if one.kind == "person"), None)
        item |= {"ar": person.text if person else "", "en": ""}
        countries = [m.candidates[0] for m in said.sure if m.candidates[0].startswith("country/")]
        post = next((t for t in tokens(said.text) if t.folded.removeprefix("و") in _OFFICES), None)
        if post:
            ends = [m.end for m in said.sure if m.end > post.start]
            end = ends[0] if ends else min(len(said.text), post.end + 40)
            printed = said.text[post.start : end].strip(" ،.")
            inside = [one for one in said.new if one["ar"] in printed]
            item["post"] = {"new": "post", "ar": printed, "en": ""}
            if inside:
                item["post"]["in"] = inside[0]
            if countries:
                item["post"]["country"] = countries[0]
        if countries:
            item["country"] = countries[0]

    def _event(self, item: dict[str, Any], said: _Said) -> None:
        item |= {"ar": "", "en": "", "parties": self._actors(said)}
        item["topic"] = self._areas(said.sure)
        if said.dates:
            item["date"] = said.dates[0]

    def _delegation(self, item: dict[str, Any], said: _Said) -> None:
        people = [r for m in said.sure if (r := m.candidates[0]).startswith(("official/", "post/"))]
        countries = [m.candidates[0] for m in said.sure if m.candidates[0].startswith("country/")]
        item |= {"ar": "", "en": "", "headedBy": people[0] if people else ""}
        item["country"] = countries[0] if countries else ""

    def _company(self, item: dict[str, Any], said: _Said) -> None:
        bodies = [one for one in said.new if one["new"] in BUNDLES["company"]]
        item |= {"ar": "", "en": ""}
        if bodies:
            kind = bodies[0]["new"]
            item |= {**bodies[0], "new": "company", "kind": kind}
        countries = [m.candidates[0] for m in said.sure if m.candidates[0].startswith("country/")]
        if countries:
            item["country"] = countries[0]

    def _offer(self, item: dict[str, Any], said: _Said) -> None:
        actors = self._actors(said)
        item |= {"ar": "", "en": "", "by": actors[0] if actors else ""}
        item["to"] = actors[1] if len(actors) > 1 else ""
        item["area"] = self._areas(said.sure)

    def _actors(self, said: _Said) -> list[Any]:
        """Parties in the order of the text; a country inside the name of a body is not one."""
        found: list[tuple[int, Any]] = [(said.text.find(one["ar"]), one) for one in said.new]
        spans = [(at, at + len(one["ar"])) for at, one in found]
        for mention in said.sure:
            ref = mention.candidates[0]
            is_inside = any(s <= mention.start and mention.end <= e for s, e in spans)
            if _ACTORS in self._suggester.classes[ref] and not is_inside:
                found.append((mention.start, ref))
            if is_inside and ref.startswith("country/"):
                for (start, end), (_, one) in zip(spans, list(found), strict=False):
                    if start <= mention.start and mention.end <= end and isinstance(one, dict):
                        one["belongsToCountry"] = ref
        unique: list[Any] = []
        for _, one in sorted(found, key=lambda pair: pair[0]):
            if one not in unique:
                unique.append(one)
        return unique

    def _areas(self, sure: Sequence[Mention]) -> list[str]:
        refs = (m.candidates[0] for m in sure)
        return list(dict.fromkeys(ref for ref in refs if ref.startswith("area/")))

    def _amounts(self, said: _Said, kind: str = "") -> Iterator[dict[str, str]]:
        for amount in said.found.amounts:
            if not kind or amount.kind == kind:
                yield {**self._suggester.scales.figure(said.text, amount), "ar": "", "en": ""}
