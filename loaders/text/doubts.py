"""Found names that what stands around them makes doubtful: parts of names that nobody registered.

The gazetteer knows only what is registered. ``الاتحاد الدولي للاتصالات`` names a body, not the
area of telecommunications; ``إيهاب طلعت`` is not the minister whom a text calls ``طلعت`` after it
has named him. Such a mention becomes ``shared``: shown with its candidate, never chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ...graph.arabic import fold
from ...graph.entity import Entity
from ...ontology.namespaces import TW
from .mentions import Mention
from .tokens import Token, folded_words, joined, stripped, tokens

#: What the name of a body, an office or an event begins with, in the singular.
_HEADS: Final = folded_words(
    "وزير وزيرة وزارة الوزارة هيئة الهيئة اتحاد الاتحاد منظمة المنظمة جهاز الجهاز لجنة اللجنة"
    " مجلس المجلس معهد المعهد مركز المركز جمعية الجمعية وكالة الوكالة صندوق الصندوق شركة الشركة"
    " مؤسسة المؤسسة مؤتمر المؤتمر معرض المعرض قمة القمة منتدى المنتدى جامعة كلية كأس"
)
#: Words that end a name: what follows them is said of it.
_ENDS: Final = folded_words("في من على عن إلى مع بين أن حول خلال عبر ضمن مجال مجالات قطاع")
#: How many words before a part the name may begin.
_REACH: Final = 3


def doubted(
    text: str, mentions: Sequence[Mention], entities: Mapping[str, Entity]
) -> Iterator[Mention]:
    """The mentions, those that are probably part of an unregistered name as ``shared``."""
    words = tokens(text)
    whole = [m for m in mentions if m.kind == "name" and m.candidates[0] in entities]
    called = _called_in_full(text, whole, entities)
    for mention in mentions:
        ref = mention.candidates[0]
        part = mention.kind == "name" and (
            _is_in_longer_name(text, words, mention, whole)
            if ref not in entities
            else _is_short_name(text, mention, entities[ref]) and ref not in called
        )
        yield replace(mention, kind="shared") if part else mention


def _is_in_longer_name(
    text: str, words: Sequence[Token], mention: Mention, whole: Sequence[Mention]
) -> bool:
    """Whether the name of an area follows the head of a body's name, in one breath."""
    first = next(i for i, word in enumerate(words) if word.start >= mention.start)
    for index in range(first - 1, max(-1, first - 1 - _REACH), -1):
        word = words[index]
        known = any(m.start <= word.start < m.end for m in whole)
        if known or word.folded in _ENDS or not joined(text, word, words[index + 1]):
            return False
        if not _HEADS.isdisjoint(stripped(word.folded)):
            return True
    return False


def _is_short_name(text: str, mention: Mention, entity: Entity) -> bool:
    """Whether one word stands for a person who has a longer name."""
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
