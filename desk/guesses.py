"""Guess what a quote states, to fill in a form: nothing is written before a curator has seen it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from ..graph.arabic import fold
from ..loaders.collection import Collection
from ..loaders.text.cues import stem
from ..loaders.text.mentions import Mention
from ..loaders.text.suggestion import Suggester, Suggestion
from ..loaders.text.suggestion_file import plain
from ..loaders.text.tokens import Token, folded_words, joined, tokens
from ..ontology.namespaces import ID, TW

#: The first words of the names of bodies, each with the class that it suggests.
_HEADS: Final = {
    fold(word): kind
    for kind, words in {
        "ministry": "وزارة",
        "public-body": "هيئة جهاز مصلحة سلطة إدارة وكالة",
        "enterprise": "شركة بنك مصرف",
        "institute": "معهد جامعة كلية أكاديمية",
        "organization": "مؤسسة منظمة جمعية اتحاد صندوق مجموعة",
        "facility": "مركز مجمع مقر مدينة مبنى مطار محطة ميناء",
        "initiative": "مبادرة برنامج",
        "project": "مشروع",
        "digital-platform": "منصة بوابة",
    }.items()
    for word in words.split()
}
_OFFICES: Final = folded_words("وزير وزيرة رئيس رئيسة مدير مديرة سفير سفيرة محافظ أمين")
_SPEECH: Final = frozenset(
    stem(word)
    for word in folded_words("قال قالت أكد أكدت أوضح أوضحت أشار أشارت ذكر صرح أضاف أعرب أعربت")
)
_PLANS: Final = frozenset(
    stem(word) for word in folded_words("يعتزم تعتزم المقرر سيتم ستقوم يخطط تخطط ستستضيف تستضيف")
)
_GRAMMAR: Final = folded_words("في من على إلى مع عن بين التي الذي أو أن إن لدى عبر خلال هو هي قد")
_MEMO: Final = fold("مذكرة")
_MOST_WORDS: Final = 7
_ACTORS: Final = TW + "Actor"


def class_of_body(name: str) -> str:
    """The slug of the class that the first word of a name suggests, or an empty text."""
    first = next(iter(tokens(name)), None)
    return _HEADS.get(first.folded, "") if first else ""


def bodies(text: str, found: Suggestion) -> Iterator[tuple[int, int, str]]:
    """The names of bodies that are not registered: start, end and the slug of a class.

    A name is a first word such as هيئة, the definite words after it, and a country after those.
    """
    words = tokens(text)
    countries = {m.start: m for m in found.mentions if m.kind in ("name", "territory")}
    taken = [(m.start, m.end) for m in found.mentions if m.kind == "name"]
    for at, word in enumerate(words):
        bare = next((w for w in (word.folded, word.folded[1:]) if w in _HEADS), "")
        if not bare or any(s < word.end and word.start < e for s, e in taken):
            continue
        start = word.end - len(text[word.start : word.end]) + (word.folded != bare)
        last = at
        while last + 1 < len(words) and last - at < _MOST_WORDS:
            after = words[last + 1]
            if not joined(text, words[last], after) or after.start in countries:
                break
            # تكنولوجيا المعلومات: a word in construct, before a definite one.
            is_joined = after.folded not in _GRAMMAR and _is_definite(words, last + 2)
            if not (_is_definite(words, last + 1) or is_joined):
                break
            last += 1
        if last == at:
            continue
        end = words[last].end
        if last + 1 < len(words) and (place := countries.get(words[last + 1].start)):
            end = place.end
        yield start, end, _HEADS[bare]


def _is_definite(words: Sequence[Token], at: int) -> bool:
    return at < len(words) and words[at].folded.startswith(("ال", "لل", "وال"))


def modality(text: str, quote: str, people: Iterable[str]) -> dict[str, str]:
    """How firmly the words say it: reported with a speaker, planned, or asserted."""
    stems = {stem(token.folded.removeprefix("و")) for token in tokens(text)}
    speakers = list(people)
    if stems & _PLANS and stem(fold(quote)) not in _SPEECH:
        return {"modality": "planned"}
    if stems & _SPEECH and len(speakers) == 1:
        return {"modality": "reported", "statedBy": speakers[0]}
    return {}


class _Said(NamedTuple):
    """The words of a quote, what was found in them, and the bodies that are not registered."""

    text: str
    found: Suggestion
    sure: Sequence[Mention]
    new: Sequence[dict[str, str]]
    dates: Sequence[str]


class Guesses:
    """Fills in the forms of bundles from the words of a quote."""

    def __init__(self, suggester: Suggester, known: Collection) -> None:
        self._suggester = suggester
        schema = known.schema
        self._scales: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for ref in (*schema.concepts, *(r for r in known.entities if r.startswith("unit/"))):
            kind = ref.partition("/")[0]
            if kind not in ("stage", "unit", "comparator"):
                continue
            names = [*schema.values(ID + ref, TW + "cue"), self._suggester.label(ref, "ar")]
            for name in names:
                words = tuple(stem(token.folded) for token in tokens(name))
                if words:
                    self._scales.setdefault(kind, []).append((words, ref))

    def form(self, kind: str, text: str, found: Suggestion) -> dict[str, Any]:
        """The item of a bundle as far as the words tell it; names in English are left open."""
        item: dict[str, Any] = {"new": kind}
        sure = [m for m in found.mentions if m.kind == "name"]
        new = [
            {"new": cls, "ar": text[start:end].strip(), "en": ""}
            for start, end, cls in bodies(text, found)
        ]
        dates = [date.edtf for date in found.dates]
        getattr(self, f"_{kind}")(item, _Said(text, found, sure, new, dates))
        return item

    def _agreement(self, item: dict[str, Any], said: _Said) -> None:
        if _MEMO in fold(said.text):
            item["kind"] = "memorandum-of-understanding"
        item |= {"ar": "", "en": "", "stage": self._scale("stage", said.text) or "signed"}
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
        text = said.text
        for amount in said.found.amounts:
            if kind and amount.kind != kind:
                continue
            before, after = text[max(0, amount.start - 20) : amount.start], text[amount.start :]
            item = {"value": plain(amount.value), "unit": self._scale("unit", after[:60]) or ""}
            item["comparator"] = self._scale("comparator", before, is_last=True) or "exactly"
            item |= {"ar": "", "en": ""}
            yield item

    def _scale(self, kind: str, text: str, *, is_last: bool = False) -> str:
        """The value of a scale whose word comes first in a text, or last."""
        stems = [stem(token.folded.removeprefix("و")) for token in tokens(text)]
        best: tuple[int, int, str] | None = None
        for words, ref in self._scales.get(kind, ()):
            for at in range(len(stems) - len(words) + 1):
                if tuple(stems[at : at + len(words)]) == words:
                    place = -at if is_last else at
                    if best is None or (place, -len(words)) < best[:2]:
                        best = place, -len(words), ref
        return best[2].partition("/")[2] if best else ""
