"""Guess unregistered names in a text from the words beside them.

Arabic has no capital letters. The clues are a title before a name (الدكتور), an office after it
(وزير), the kind of a body before its name (شركة), and quotation marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final, Literal

from ...graph.arabic import fold
from ...graph.entity import Entity
from ...ontology.namespaces import TW
from .mentions import Mention
from .name_words import ACTING, HEADS, OFFICES, OTHER_HEADS, TITLES
from .tokens import Token, folded_words, joined, stripped, tokens

_OFFICES: Final = OFFICES | folded_words(
    "المدير الرئيس الوكيل المشرف المتحدث عضو ووزير نظيره نظيرته"
)
_SAYING: Final = folded_words(
    "قال قالت أكد أكدت أوضح أوضحت أشار أشارت ذكر ذكرت صرح صرحت أضاف أضافت استعرض استعرضت أعرب"
    " أعربت التقى التقت استقبل استقبلت شدد شددت لفت تناول مع من برئاسة بحضور"
)
#: Words for the kind of a body, before its name. Facilities, administrations and gateways are as
#: often described as named.
_BODIES: Final = frozenset(
    head for head, kind in HEADS.items() if kind != "facility"
) - folded_words("إدارة بوابة")
#: Words that end a name.
_STOPS: Final = (
    _OFFICES
    | _SAYING
    | TITLES
    | folded_words(
        "في فى على إلى الى عن أن إن الذي التي التى الذى خلال حول حيث كما وذلك بعد قبل بين لدى عبر"
        " ضمن تم يتم هو هي وهو وهي كان كانت قد وقد لبحث لمدة هذا هذه اليوم أمس بهدف التابعة التابع"
    )
)
_QUOTED: Final = re.compile(r"[«\"“]([^«»\"“”\n]{3,60})[»\"”]")
_CLOSE: Final = re.compile(r"[\s/.]{0,3}")
_MOST_WORDS: Final = 4
_START: Final = attrgetter("start")
_END: Final = attrgetter("end")


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name at ``text[start:end]`` that may be worth registering."""

    start: int
    end: int
    text: str
    kind: Literal["person", "body", "quoted"]


def unknown_names(text: str, known: Iterable[tuple[int, int]]) -> list[UnknownName]:
    """The names outside the known spans, each once, in order."""
    taken = sorted(known)
    found: dict[str, UnknownName] = {}
    for name in sorted(_guesses(text), key=lambda name: (name.start, -name.end)):
        touched = any(start < name.end and name.start < end for start, end in taken)
        if not touched and fold(name.text) not in found:
            found[fold(name.text)] = name
            taken.append((name.start, name.end))
    return list(found.values())


def _guesses(text: str) -> Iterator[UnknownName]:
    words = tokens(text)
    for index, word in enumerate(words):
        bare = word.folded.removeprefix("و")
        if word.folded in TITLES or bare in TITLES:
            yield from _name(text, words, index + 1, "person", least=2)
        if bare in _SAYING and (run := _run(text, words, index + 1)):
            after = words[run[-1] + 1].folded if run[-1] + 1 < len(words) else ""
            if after in _OFFICES and len(run) >= 2:
                yield from _name(text, words, index + 1, "person", least=2)
        kind = next((form for form in stripped(word.folded) if form in _BODIES), None)
        if kind and (run := _run(text, words, index + 1)):
            start, end = word.start + len(word.folded) - len(kind), words[run[-1]].end
            yield UnknownName(start, end, text[start:end], "body")
    for match in _QUOTED.finditer(text):
        yield UnknownName(match.start(1), match.end(1), match.group(1), "quoted")


def _name(
    text: str, words: list[Token], first: int, kind: Literal["person"], least: int
) -> Iterator[UnknownName]:
    run = _run(text, words, first)
    if len(run) >= least and not words[first].folded.startswith("ال"):
        start, end = words[run[0]].start, words[run[-1]].end
        yield UnknownName(start, end, text[start:end], kind)


def _run(text: str, words: list[Token], first: int) -> list[int]:
    """The indices of the words from the first on that may be one name."""
    run: list[int] = []
    for index in range(first, min(first + _MOST_WORDS, len(words))):
        folded = words[index].folded
        gap = text[words[index - 1].end : words[index].start] if index else ""
        if folded in _STOPS or folded.isdecimal() or "\n" in gap:
            break
        if not (_CLOSE.fullmatch(gap) if not run else gap.isspace()):
            break
        if run and folded.startswith("و") and len(folded) > 4:
            break
        run.append(index)
    return run


#: The first words of names of bodies, offices and events, with and without the article.
_HEADS: Final = frozenset(
    form
    for word in {
        *(head for head, kind in HEADS.items() if kind in ACTING - {"country"}),
        *OTHER_HEADS,
        *folded_words("وزير وزيرة مركز"),
    }
    for form in (word, f"ال{word}")
)
#: Words that end a name: more about it follows.
_ENDS: Final = folded_words("في من على عن إلى مع بين أن حول خلال عبر ضمن مجال مجالات قطاع")
#: Words before an area that say that it is one.
_FIELDS: Final = folded_words("مجال المجال مجالات المجالات قطاع القطاع خدمات شؤون سوق")
_PARTIES: Final = folded_words("الجانب نظيره نظيرته الطرف")
#: How many words before a part its name may begin.
_REACH: Final = 3


def doubted(
    text: str,
    mentions: Sequence[Mention],
    entities: Mapping[str, Entity],
    every: Sequence[Mention],
    countries_of: Callable[[str], frozenset[str]],
) -> Iterator[Mention]:
    """The mentions; those that probably name something else become ``shared``.

    These are parts of longer names that are not registered (البريد الليبي), and posts and bodies
    that the text says belong to another country. ``every`` has names within names too.
    """
    words = tokens(text)
    whole = [m for m in mentions if m.kind == "name" and m.candidates[0] in entities]
    called = _called_in_full(text, whole, entities)
    places = {m.start: m for m in every if m.kind in ("adjective", "territory", "name")}
    for mention in mentions:
        ref = mention.candidates[0]
        part = mention.kind == "name" and (
            _is_in_longer_name(text, words, mention, whole)
            or _is_of_a_country(words, mention, places)
            if ref not in entities
            else (_is_short_name(text, mention, entities[ref]) and ref not in called)
            or _is_of_another(text, words, mention, places, countries_of(ref))
        )
        yield replace(mention, kind="shared") if part else mention


def _is_in_longer_name(
    text: str, words: Sequence[Token], mention: Mention, whole: Sequence[Mention]
) -> bool:
    """Whether the name of an area directly follows the first word of a body's name."""
    first = bisect_left(words, mention.start, key=_START)
    for index in range(first - 1, max(-1, first - 1 - _REACH), -1):
        word = words[index]
        known = any(m.start <= word.start < m.end for m in whole)
        if known or word.folded in _ENDS or not joined(text, word, words[index + 1]):
            return False
        if not _HEADS.isdisjoint(stripped(word.folded)):
            return True
    return False


def _beside(words: Sequence[Token], mention: Mention) -> tuple[int, int]:
    """The indices of the words before and after a mention."""
    first = bisect_right(words, mention.start, key=_END)
    last = bisect_left(words, mention.end, key=_START)
    return first - 1, last


def _is_of_a_country(
    words: Sequence[Token], mention: Mention, places: Mapping[int, Mention]
) -> bool:
    """Whether the adjective of a country makes an area the name of a body: البريد الليبي."""
    before, after = _beside(words, mention)
    if after >= len(words) or (
        before >= 0 and not _FIELDS.isdisjoint(stripped(words[before].folded))
    ):
        return False
    place = places.get(words[after].start)
    word = words[after].folded
    return place is not None and word.startswith("ال") and word.endswith(("ي", "يه"))


def _is_of_another(
    text: str,
    words: Sequence[Token],
    mention: Mention,
    places: Mapping[int, Mention],
    own: frozenset[str],
) -> bool:
    """Whether the words beside a post or body say that it is of another country than ``own``."""
    if not own:
        return False
    before, after = _beside(words, mention)
    beside = []
    if after < len(words) and joined(text, words[after - 1], words[after]):
        place = places.get(words[after].start)
        is_said = place and text[place.start] != "و"
        if words[after].folded in ("في", "ب") and after + 1 < len(words):
            place = places.get(words[after + 1].start)
            is_said = place and place.kind != "adjective"
        beside.append(place if is_said else None)
    if before >= 1 and not _PARTIES.isdisjoint(stripped(words[before - 1].folded)):
        beside.append(places.get(words[before].start))
    return any(
        place is not None
        and own.isdisjoint(place.candidates)
        and all(ref.startswith(("country/", "territory/")) for ref in place.candidates)
        for place in beside
    )


def _is_short_name(text: str, mention: Mention, entity: Entity) -> bool:
    """Whether one word is used for a person with a longer name."""
    said = text[mention.start : mention.end]
    return (
        TW + "Official" in entity.classes
        and len(said.split()) == 1
        and fold(said) not in (fold(entity.ar), fold(entity.en))
        and len(entity.ar.split()) > 1
    )


def _called_in_full(
    text: str, whole: Sequence[Mention], entities: Mapping[str, Entity]
) -> frozenset[str]:
    return frozenset(
        m.candidates[0] for m in whole if not _is_short_name(text, m, entities[m.candidates[0]])
    )
