"""A tokenizer for SPARQL 1.1 queries (grammar, section 19.8), and the values of tokens.

All code that inspects query text uses it: :func:`scan` for finding words and inserting text,
:func:`tokens` for parsers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import pyoxigraph as ox

from ..ontology.namespaces import XSD
from .errors import QueryError

#: What names have nothing of beyond ASCII, and what they do not begin with. A class without these
#: few characters is compiled three times as fast as one of the many that names have.
_NEVER: Final = (
    "\u0080-\u00b6\u00b8-\u00bf\u00d7\u00f7\u037e\u2000-\u200b\u200e-\u203e\u2041-\u206f"
    "\u2190-\u2bff\u2ff0-\u3000\ud800-\uf8ff\ufdd0-\ufdef\ufffe-\uffff\U000f0000-\U0010ffff"
)
_NOT_FIRST: Final = "\u00b7\u0300-\u036f\u203f-\u2040"


def _letters(signs: str = "", *, later: bool = True) -> str:
    """The class of characters of names, with these of ASCII beside A to Z; ``later`` in a name."""
    ascii_ = (chr(code) for code in range(128))
    others = "".join(re.escape(c) for c in ascii_ if not (c.isalpha() or c in signs))
    return f"[^{others}{_NEVER}{'' if later else _NOT_FIRST}]"


_DIGITS: Final = "_0123456789"
_BASE_CHARACTER: Final = _letters(later=False)
_WORD: Final = _letters(_DIGITS, later=False)
_CHARACTER: Final = _letters(f"{_DIGITS}-")
_DOTTED: Final = f"(?:{_letters(f'{_DIGITS}-.')}*{_CHARACTER})?"
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL: Final = (
    f"(?:{_letters(f'{_DIGITS}:', later=False)}|{_ESCAPED})"
    f"(?:(?:{_letters(f'{_DIGITS}-.:')}|{_ESCAPED})*(?:{_letters(f'{_DIGITS}-:')}|{_ESCAPED}))?"
)
_PREFIX: Final = f"{_BASE_CHARACTER}{_DOTTED}"
_DOUBLE_QUOTED: Final = r'"(?:[^"\\\n\r]|\\.)*+'
_SINGLE_QUOTED: Final = r"'(?:[^'\\\n\r]|\\.)*+"

_TOKEN: Final = "|".join(
    f"(?P<{kind}>{pattern})"
    for kind, pattern in (
        ("space", r"(?:\s|#[^\n\r]*)+"),
        ("iri", r"<[^<>\"{}|^`\\\x00-\x20]*>"),
        (
            "string",
            r'"""(?:"{0,2}(?:[^"\\]|\\.))*"""|'
            r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''|"
            rf"{_DOUBLE_QUOTED}\"|{_SINGLE_QUOTED}'",
        ),
        ("var", f"[?$]{_WORD}{_letters(_DIGITS)}*"),
        ("bnode", f"_:{_WORD}{_DOTTED}"),
        ("name", f"(?:{_PREFIX})?:(?:{_LOCAL})?"),
        ("language", r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*"),
        ("double", r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
        ("decimal", r"[0-9]*\.[0-9]+"),
        ("integer", r"[0-9]+"),
        ("word", r"[A-Za-z_][A-Za-z0-9_]*"),
        ("sign", r"\^\^|&&|\|\||!=|<=|>=|[{}()\[\].;,*+/|^!?=<>\-]"),
        # An unterminated string is one token; otherwise each quotation mark would be tried again.
        ("other", f"{_CHARACTER}+|{_DOUBLE_QUOTED}|{_SINGLE_QUOTED}|."),
    )
)
_CODE_POINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
#: What Oxigraph may not read as SPARQL 1.1 has it.
_MISREAD: Final = r"\b(?!true\b|false\b)(?i:true|false)\b|\b(?i:concat|coalesce|bnode)[\s#]"
#: Found faster in a long query than the expression.
_MISREAD_WORDS: Final = ("true", "false", "concat", "coalesce", "bnode")
#: Texts above this number of characters are scanned each time.
_LONG: Final = 1 << 14
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Token(NamedTuple):
    """A token: its kind, its text as written, and its offset in the query."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The end offset, exclusive."""
        return self.start + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Whether the token is one of these keywords, given in capitals."""
        return self.kind == "word" and self.text.upper() in words


def scan(text: str) -> Iterator[Token]:
    """The tokens of unprocessed text, without white space and comments.

    Characters that form no token have the kind ``other``.
    """
    if len(text) > _LONG:
        yield from _scan(text)
    else:
        yield from _scanned(text)


@lru_cache(maxsize=64)
def _scanned(text: str) -> tuple[Token, ...]:
    """The tokens of a text that several readers look at one after the other."""
    return tuple(_scan(text))


def _scan(text: str) -> Iterator[Token]:
    # Compiled on first use, since most commands scan no query; re caches it.
    for found in re.compile(_TOKEN, re.DOTALL).finditer(text):
        if (kind := found.lastgroup) != "space":
            yield Token(kind or "", found[0], found.start())


def spelt_for_oxigraph(text: str) -> str:
    """The query as Oxigraph 0.5 reads it, token by token at the same places.

    It knows TRUE and FALSE in lower case only, and no space between CONCAT, COALESCE or BNODE and
    the bracket.
    """
    lower = text.lower()
    if not any(word in lower for word in _MISREAD_WORDS) or not re.search(_MISREAD, text):
        return text
    pieces, end = [], 0
    before: Token | None = None
    for token in scan(text):
        between, word = text[end : token.start], token.text
        if token.is_word("TRUE", "FALSE"):
            word = word.lower()
        if token.text == "(" and before and before.is_word("CONCAT", "COALESCE", "BNODE"):
            between, word = word, between
        pieces += [between, word]
        before, end = token, token.end
    return "".join([*pieces, text[end:]])


def prologue(text: str) -> str:
    """The PREFIX and BASE declarations of a query."""
    found = list(scan(text))
    pieces = []
    for place, token in enumerate(found):
        size = 3 if token.is_word("PREFIX") else 2 if token.is_word("BASE") else 0
        if size and len(declared := found[place : place + size]) == size:
            pieces.append(text[token.start : declared[-1].end])
    return " ".join(pieces)


def values_blocks(text: str, name: str) -> list[tuple[Token, Token]]:
    """The braces of each ``VALUES ?name { … }`` of a query."""
    found = list(scan(text))
    blocks = []
    for place, token in enumerate(found[:-2]):
        variable, opening = found[place + 1 : place + 3]
        if token.is_word("VALUES") and variable.text == f"?{name}" and opening.text == "{":
            closing = next((other for other in found[place + 3 :] if other.text == "}"), None)
            if closing:
                blocks.append((opening, closing))
    return blocks


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query, without white space and comments; the last one has kind ``end``.

    Code point escapes are replaced first (section 19.2). Raises ``QueryError`` at a character
    that cannot begin a token.
    """
    text = _CODE_POINT.sub(lambda found: chr(int(found[1] or found[2], 16)), text)
    for token in scan(text):
        if token.kind == "other":
            raise QueryError("query-unreadable", text=token.text[0], position=token.start)
        yield token
    yield Token("end", "", len(text))


class Names:
    """The prefixes and base IRI in scope, which resolve names to IRIs."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(prefixes)
        self.base = ""

    def iri(self, token: Token) -> ox.NamedNode:
        """The IRI that an ``iri`` or ``name`` token stands for; raises ``QueryError``."""
        if token.kind == "iri":
            iri = token.text[1:-1]
            if not _ABSOLUTE.match(iri):
                from urllib.parse import urljoin

                # urljoin loses an empty fragment.
                iri = urljoin(self.base, iri).removesuffix("#") + "#" * iri.endswith("#")
            return ox.NamedNode(iri)
        prefix, _, local = token.text.partition(":")
        if prefix not in self.prefixes:
            raise QueryError("prefix-undeclared", prefix=prefix)
        return ox.NamedNode(self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))


def unquote(text: str) -> str:
    """The content of a string token."""
    size = 3 if text[:3] in ('"""', "'''") and len(text) >= 6 else 1
    return re.sub(
        r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[size:-size], flags=re.S
    )


def number(kind: str, text: str) -> ox.Literal:
    """The literal for a number; ``kind`` is integer, decimal or double."""
    return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))
