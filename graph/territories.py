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


#: Stems of the adjectives that do not follow from the name, by CLDR code. No package has them.
NISBAS: Final = Path(__file__).parent / "nisbas.tsv"
#: Further names of places that are registered, folded, with their stems.
_IRREGULAR: Final = {"العالم": (), "اوروبا": ("اوروب", "اورب"), "امريكا": ("امريك", "اميرك")}
_ENDINGS: Final = ("ي", "يه", "يين", "يون", "يات", "يتين", "يتان", "يان")


@dataclass(frozen=True, slots=True)
class Nisba:
    """An adjective of a place, folded; ``needs_party`` if it is a common word too (المالي)."""

    text: str
    needs_party: bool = False


@lru_cache(maxsize=1)
def _written() -> dict[str, tuple[str, ...]]:
    """The stems that we wrote, by the code of the territory."""
    rows = [
        line.split("\t")
        for line in NISBAS.read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    return {code: tuple(filter(None, (rest or [""])[0].split("|"))) for code, *rest in rows}


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """The code of each territory by its folded Arabic names."""
    return {
        fold(name): item.code for item in territories() for name in (item.names[0], *item.names[2:])
    }


def adjectives(names: Iterable[str]) -> Iterator[str]:
    """The forms of the adjective of a place, folded, with and without the article.

    >>> {"عراقي", "العراقيه", "العراقيين"} <= set(adjectives(["العراق"]))
    True
    >>> "ليتوانيه" in set(adjectives(["ليتوانيا"])), "الالمانيه" in set(adjectives(["ألمانيا"]))
    (True, True)
    """
    return (item.text for item in nisbas(names) if not item.needs_party)


def nisbas(names: Iterable[str]) -> Iterator[Nisba]:
    """The forms of the adjective of the place with these names, each once.

    >>> [item.text for item in nisbas(["كوريا الجنوبية"])][:2]
    ['كوري جنوبي', 'الكوري الجنوبي']
    """
    stems: dict[str, None] = {}
    for name in names:
        code = _codes().get(fold(name))
        found = _written().get(code, _stems(name)) if code else _stems(name)
        stems |= dict.fromkeys(found)
    seen: set[str] = set()
    for stem in stems:
        words = fold(stem.lstrip("~!")).split()
        for ending in _ENDINGS:
            bare = " ".join(word + ending for word in words)
            defined = " ".join("ال" + word + ending for word in words)
            for text in (defined,) if stem[0] in "~!" else (bare, defined):
                if text not in seen:
                    seen.add(text)
                    yield Nisba(text, stem[0] == "!")


def _stems(name: str) -> tuple[str, ...]:
    """The stem of a name of one word, without its article and ending."""
    folded = fold(name)
    if folded in _IRREGULAR:
        return _IRREGULAR[folded]
    if " " in folded or not "\u0600" <= folded[:1] <= "\u06ff":
        return ()
    # ألمانيا begins with the letters of the article when it is folded.
    stem = folded.removeprefix("ال") if name.startswith("ال") else folded
    for ending in ("يا", "يه", "ا", "ه", "ي"):
        if stem.endswith(ending) and len(stem) - len(ending) >= 2:
            return (stem.removesuffix(ending),)
    return (stem,)
