"""Folding of Arabic and Latin spelling for search, with a mapping to the original offsets.

Newspapers spell a name in several ways: final ى for ي, bare alef for hamza, ه for ة, with or
without diacritics, digits of two alphabets, typographic or plain apostrophes, quotation marks and
dashes. Folding makes these equal for *finding*; the original text is what is stored and quoted.
The explorer's script folds by the same rules; ``tests/folding.json`` tests both.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Apostrophes and single quotation marks, primes and letters that are written like them.
APOSTROPHES: Final = "'‘’‚‛‹›ʹʻʼʽ′`´"
_SAME: Final = {
    **dict.fromkeys("أإآٱ", "ا"),
    "ى": "ي",
    "ئ": "ي",
    "ی": "ي",
    "ة": "ه",
    "ؤ": "و",
    "ک": "ك",
    **dict.fromkeys(APOSTROPHES, "'"),
    # Double quotation marks.
    **dict.fromkeys("“”„‟«»″ʺ", '"'),
    # Hyphens, dashes and the minus sign.
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    "،": ",",
    "؛": ";",
    "؟": "?",
    "۔": ".",
    "٪": "%",
    "٫": ".",
    "٬": ",",
}
#: Diacritics, superscript alef, tatweel, soft hyphen, zero-width and bidirectional controls.
_DROPPED: Final = frozenset(
    chr(code)
    for codes in (
        range(0x064B, 0x0660),
        (0x0670, 0x0640, 0x061C, 0x00AD, 0xFEFF),
        range(0x200B, 0x2010),
        range(0x202A, 0x202F),
        range(0x2066, 0x206A),
    )
    for code in codes
)


def _fold_char(char: str) -> str:
    if char in _DROPPED:
        return ""
    if char in _SAME:
        return _SAME[char]
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char.isspace():
        return " "
    if char.isascii() or "\u0600" <= char <= "\u06ff":
        return char.lower()
    pieces = unicodedata.normalize("NFKD", char)
    if pieces != char:
        # Presentation forms and ligatures contain letters that fold further: ﻯ is ى, ﷺ four words.
        return "".join(map(_fold_char, pieces))
    return "" if unicodedata.category(char) == "Mn" else char.lower()


class _Folding(dict[int, str]):
    """The folding of each code point, computed on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_char(chr(code))
        return self[code]


_FOLDED: Final = _Folding()


def fold(text: str) -> str:
    """The text as search compares it: spelling variants made equal, spaces collapsed.

    >>> fold("البريد المصرى") == fold("البَريد  المصري")
    True
    >>> fold("٦٠ مليون"), fold("Côte d’Ivoire")
    ('60 مليون', "cote d'ivoire")
    """
    return " ".join(text.translate(_FOLDED).split())


#: The article, and the particles that are written on to it.
_ARTICLE: Final = re.compile(r"(?<!\w)(?:[وفبكل]?ال|لل)(?=\w{3})")


def searchable(text: str) -> str:
    """The folded text with each word without its article, for an index of words.

    >>> searchable("بالاتفاقية") == searchable("إتفاقيه")
    True
    """
    return _ARTICLE.sub("", fold(text))


_ENDINGS: Final = ("ات", "ون", "ين", "ان", "ها", "هم", "وا", "تا", "ه", "ت", "ا")
_ARTICLES: Final = ("ال", "لل")
_LEAST_LETTERS: Final = 3


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A folded word without article and ending: a light stem, to avoid chance matches.

    >>> stem("الاتفاقيات") == stem("اتفاقيه")
    True
    """
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _LEAST_LETTERS:
            word = word.removeprefix(article)
            break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_LETTERS:
            return word.removesuffix(ending)
    return word


_FIGURES: Final = {
    **{ord(first) + n: str(n) for first in "٠۰" for n in range(10)},
    ord("٫"): ".",
    ord("٬"): "_",
}


def western(text: str) -> str:
    """A number, date or duration with Arabic-Indic digits and signs replaced by Western ones.

    >>> western("٢٠٢٢-٠٩"), western("٣٬٥٠٠٬٠٠٠٫٥")
    ('2022-09', '3_500_000.5')
    """
    return text.translate(_FIGURES)


#: A hyphen that divides a word at the end of a line.
_WRAP: Final = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011\u00ad][^\S\n]*\n\s*(?=[^\W\d_])")


@lru_cache(maxsize=16)
def _folded(text: str, *, unwrapped: bool) -> tuple[str, list[int]]:
    """The folded text, and the original offset of each of its characters.

    ``unwrapped`` joins words that a hyphen divides at the end of a line. Cached for a few texts,
    because a wrong quote is searched for piece by piece in one document.
    """
    pieces: list[str] = []
    origin: list[int] = []
    wraps = {at for wrap in _WRAP.finditer(text) for at in range(*wrap.span())} if unwrapped else ()
    for offset, char in enumerate(text):
        for piece in "" if offset in wraps else _fold_char(char):
            if piece == " " and pieces and pieces[-1] == " ":
                continue
            pieces.append(piece)
            origin.append(offset)
    return "".join(pieces), origin


def find_folded(text: str, wanted: str, *, unwrapped: bool = False) -> tuple[int, int] | None:
    """Find ``wanted`` in ``text``, ignoring spelling: (start, end) in the original text.

    Offsets are 0-based, half-open code points; ``None`` if it is not found. ``unwrapped`` finds
    words too that a hyphen divides at the end of a line.

    >>> find_folded("وقّعت مصر", "وقعت")
    (0, 5)
    >>> find_folded("الخدمات البر-\\nيدية", "البريدية", unwrapped=True)
    (8, 18)
    """
    folded, origin = _folded(text, unwrapped=unwrapped)
    needle = fold(wanted)
    at = folded.find(needle) if needle else -1
    while at >= 0:
        end = at + len(needle)
        # Marks dropped after the last letter belong to it.
        stop = origin[end] if end < len(origin) else len(text)
        # A match may not begin or end inside a ligature, which has one offset.
        if (at == 0 or origin[at - 1] < origin[at]) and origin[end - 1] < stop:
            return origin[at], origin[at] + len(text[origin[at] : stop].rstrip())
        at = folded.find(needle, at + 1)
    return None
