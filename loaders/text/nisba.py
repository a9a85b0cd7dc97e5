"""The adjectives of countries and regions: عراقي, المصرية, الليتوانيين from their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ...graph.arabic import fold

#: Folded name → stems that the rule does not give.
_IRREGULAR: Final = {
    "كوت ديفوار": ("ايفوار",),
    "ساحل العاج": ("عاج",),
    "الاتحاد الاوروبي": ("اوروب",),
    "اوروبا": ("اوروب", "اورب"),
    "امريكا": ("امريك", "اميرك"),
    "غينيا الاستوائيه": ("غين",),
    "العالم": (),
}
_ENDINGS: Final = ("ي", "يه", "يين", "يون", "يات", "يتين", "يتان", "يان")


def adjectives(names: Iterable[str]) -> Iterator[str]:
    """The forms of the adjective of a place, folded, with the article and without.

    >>> {"عراقي", "العراقيه", "العراقيين"} <= set(adjectives(["العراق"]))
    True
    >>> "ليتوانيه" in set(adjectives(["ليتوانيا"]))
    True
    """
    for stem in dict.fromkeys(stem for name in names for stem in _stems(fold(name))):
        for ending in _ENDINGS:
            yield stem + ending
            yield "ال" + stem + ending


def _stems(name: str) -> tuple[str, ...]:
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if " " in name or not "\u0600" <= name[:1] <= "\u06ff":
        return ()
    stem = name.removeprefix("ال")
    for ending in ("يا", "يه", "ا", "ه", "ي"):
        if stem.endswith(ending) and len(stem) - len(ending) >= 2:
            return (stem.removesuffix(ending),)
    return (stem,)
