"""A message: a code with its parts, put into words by the catalogue of a language.

The catalogues are gettext files, ``locale/LANGUAGE/LC_MESSAGES/taawun.po``, whose ``msgid`` is the
code; ``make messages`` compiles them. Placeholders name parts: ``{name}``, ``{names}`` for a list
with commas, ``{names:or}`` and ``{names:and}`` for one that ends with that word. A part may be a
message itself. An entry with plural forms is chosen by the part ``count``.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, TypeAlias

#: Left-to-right and right-to-left mark.
_LRM: Final = "\u200e"
_RLM: Final = "\u200f"
#: An Arabic quote; a stretch that is read from left to right inside an Arabic sentence.
_QUOTE: Final = re.compile(r"(«[^»]*[\u0600-\u06ff][^»]*»)")
_ARABIC: Final = "\u0600-\u06ff«»“”()←\u200e\u200f\n"
_LATIN: Final = re.compile(rf"{_QUOTE.pattern}|[^\s{_ARABIC}][^{_ARABIC}]*")
#: What stands between two such stretches, with no Arabic letter, and would turn with them.
_GAP: Final = re.compile(
    r"(?<=[A-Za-z0-9\u200e])([»”)]+[،؛]?|[،؛]|(?=\s*[«“(]))(\s*[«“(]*)(?=[\u200eA-Za-z0-9])"
)


def directed(text: str, heads: Sequence[str] = ()) -> str:
    """An Arabic line that runs from right to left, and in which keys and commands do not turn.

    ``heads`` stand before it, a place for example, each with a colon. A terminal takes the
    direction of a line from its first letter, and that of a sign such as ``--`` or ``/`` from
    what stands around it: marks that nobody sees say which it is. An Arabic quote has none, so
    that it can be copied.
    """
    pieces = _QUOTE.split(_LATIN.sub(_kept, text))
    pieces[::2] = [_GAP.sub(rf"\1{_RLM}\2", piece) for piece in pieces[::2]]
    return "".join([_RLM, *(f"{head}:{_RLM} " for head in heads), *pieces])


def _kept(found: re.Match[str]) -> str:
    """A Latin stretch that begins or ends with a sign, with a mark between it and the Arabic.

    A colon or comma before a space belongs to the Arabic, and so does one before Arabic words.
    """
    stretch, rest = found[0], found.string[found.end() :]
    if stretch[0] == "«":
        return stretch
    text = stretch.rstrip(" " if not rest or rest[0] in "»”" else " :.,;")
    head = "" if re.match(r"[^:;,.]|\S\S", text) else text[:2]
    bare = text.removeprefix(head)
    if re.fullmatch(r"\[?\d+([.,:]\d+)*\]?", bare) or not re.search("[A-Za-z0-9]", bare):
        return stretch
    # A number after an Arabic word turns around its signs: 2022-09 would become 09-2022.
    before = "" if bare[0].isalpha() else _LRM
    after = "" if bare[-1].isalnum() else _LRM
    return f"{head}{before}{bare}{after}{stretch.removeprefix(text)}"


DOMAIN: Final = "taawun"
LOCALE: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = ("ar", "en")


def preferred_language() -> str:
    """The language of the locale: Arabic, or English for all others.

    As gettext has it: ``LC_ALL``, ``LC_MESSAGES``, ``LANG``, then what the system says.
    """
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((name for name in names if name), "")
    if not chosen:
        import locale

        chosen = locale.getlocale()[0] or ""
    return "ar" if chosen.startswith("ar") else "en"


Part: TypeAlias = "str | int | float | Message | Sequence[str | Message]"


class Message:
    """A message; ``code`` is stable, and programs may rely on it."""

    __slots__ = ("code", "parts")

    def __init__(self, code: str, /, **parts: Part) -> None:
        self.code = code
        self.parts = {
            name: part if isinstance(part, (str, int, float, Message)) else tuple(part)
            for name, part in parts.items()
        }

    def text(self, language: str) -> str:
        """The message in words; a code that no catalogue has stands for itself."""
        pattern = _pattern(self.code, language, self.parts.get("count"))
        if pattern is None:
            return self.code
        return _Words(language).vformat(pattern, (), self.parts)

    def __str__(self) -> str:
        return self.text("en")

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {self.parts!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.code, *sorted(self.parts.items())


def foreign(said: str | Exception) -> Message:
    """What another program says, an operating system or a parser: in its own words, or in ours
    where a catalogue has them under that very text.
    """
    return Message(getattr(said, "strerror", None) or str(said))


def say(code: str, language: str, /, **parts: Part) -> str:
    """The words of a code in a language."""
    return Message(code, **parts).text(language) if parts else _bare(code, language)


@cache
def _bare(code: str, language: str) -> str:
    return Message(code).text(language)


def has_words(code: str, language: str = "en") -> bool:
    """Whether the catalogue of the language has the code."""
    return _pattern(code, language, None) is not None


@cache
def codes(*beginnings: str) -> list[str]:
    """The codes of the catalogues that begin so."""
    # gettext has no public list of what a catalogue holds.
    held = vars(catalogue("en"))["_catalog"]
    found = {key[0] if isinstance(key, tuple) else key for key in held}
    return sorted(code for code in found if code.startswith(beginnings))


#: A number for each plural form, by the name that CLDR gives the form.
_COUNTS: Final = {
    "ar": {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100},
    "en": {"one": 1, "other": 2},
}


def forms(code: str, language: str) -> str | dict[str, str]:
    """The text of a code with its placeholders; if it has plural forms, all by CLDR's names."""
    found = {name: _pattern(code, language, n) or code for name, n in _COUNTS[language].items()}
    return found if len(set(found.values())) > 1 else found["other"]


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The compiled catalogue of a language."""
    return gettext.translation(DOMAIN, LOCALE, [language])


class _Words(Formatter):
    """Formats parts in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Message):
            return value.text(self._language)
        if isinstance(value, tuple):
            return listed([self.format_field(item, "") for item in value],
                          self._language, format_spec)  # fmt: skip
        return str(super().format_field(value, format_spec))


def listed(items: Sequence[str], language: str, last: str = "") -> str:
    """A list in words: with commas, or with "and" or "or" if ``last`` says so.

    >>> listed(["a", "b", "c"], "en", "or"), listed(["a", "b", "c"], "ar", "and")
    ('a, b or c', 'a وb وc')
    """
    if language == "ar":
        # Arabic repeats the word between all items.
        return {"and": " و", "or": " أو "}.get(last, "، ").join(items)
    *items, end = items or [""]
    return f"{', '.join(items)} {last} {end}" if last and items else ", ".join([*items, end])


def _pattern(code: str, language: str, count: object) -> str | None:
    words = catalogue(language)
    if isinstance(count, int):
        found = words.ngettext(code, f"{code}.many", count)
        if found not in (code, f"{code}.many"):
            return found
    found = words.gettext(code)
    return None if found == code else found


def shortened(text: str, most: int) -> str:
    """A text of at most ``most`` characters: whole words, and an ellipsis for the others.

    >>> shortened("مباحثات مصرية عراقية", 15), shortened("مباحثات", 15)
    ('مباحثات مصرية…', 'مباحثات')
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    if not text[most - 1].isspace() and len(cut.split()) > 1:
        # The last word goes on, unless a space ends the cut already.
        cut = cut if cut[-1].isspace() else cut.rsplit(None, 1)[0]
    return cut.rstrip(" ،,؛;:.") + "…"
