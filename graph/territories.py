"""Names of countries and regions of the world, and their adjectives in Arabic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from .arabic import fold

#: Names of countries and regions, registered or not: code, ISO 3166 code, names.
TERRITORIES: Final = Path(__file__).parent / "territories.tsv"


@dataclass(frozen=True, slots=True)
class Territory:
    """A country or region: CLDR code, ISO 3166 code, and its names, Arabic and English first."""

    code: str
    iso3: str
    names: tuple[str, ...]


@lru_cache(maxsize=1)
def territories() -> tuple[Territory, ...]:
    """Every territory of CLDR."""
    lines = TERRITORIES.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple(
        Territory(code, iso3, (ar, en, *filter(None, also.split("|"))))
        for code, iso3, ar, en, also in rows
    )


#: Folded name → irregular stems.
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
    """The forms of the adjective of a place, folded, with and without the article.

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
