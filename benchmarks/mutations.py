"""Changes that spoil a file: in its bytes, its lines, its words, or with what breaks readers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

_WORD: Final = re.compile(rb"\w+|\s+|[^\w\s]", re.ASCII)
#: What readers of YAML, CSV, JSON, Turtle and SPARQL, terminals and spreadsheets stumble over.
NASTY: Final[tuple[bytes, ...]] = (
    b"", b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8",
    "\u202e".encode(), "\u2066x\u2069".encode(), "\U0010ffff".encode(), "\u0301".encode(),
    b"\x1b[31m", b"\x1b]0;x\x07", b"\r", b"\r\n", b"\n", b"\t", b" ", b"\x7f",
    b"'", b'"', b'"""', b"\\", b"\\u0000", b"\\ud800", b"\\x", b"`", b"|", b">", b"%", b"@",
    b"&a ", b"*a", b"<<: *a", b"&a [*a, *a]", b"!!python/object/apply:os.system [id]", b"!x ",
    b"!!binary x", b"? ", b": ", b":", b"- ", b"-", b"--- ", b"...", b"%YAML 9.9\n---\n", b"#",
    b"[", b"]", b"{", b"}", b"(", b")", b"[]", b"{}", b"[[[[[[[[", b"[" * 3000, b"{a: " * 3000,
    b"~", b"null", b"true", b"no", b".inf", b"0x1F", b"1e999999", b"-0", b"9" * 5000, b"0.1e-9",
    b"2024-13-45", b"XXXX-02-30", b"P1Y2M", b"../", b"../../etc/passwd", b"/dev/zero", b"CON",
    b"=1+1", b"+1", b"-1", b"</script>", b"<!--", b"<b>", b"&amp;", b"<>", b"<http://x/ y>",
    b"_:b", b"a" * 100_000, "ا".encode() * 50_000, b"country/egypt", b"country/nowhere",
    b"SERVICE <http://127.0.0.1:1/> {}", b"GRAPH ?g ", b"FILTER(", b"BIND(1/0 AS ?z)", b"^^xsd:x",
    b"INSERT DATA { <a:a> <a:b> <a:c> }", b"VALUES ?x { UNDEF }", b"#+ ", b"?", b"$", b"*", b"+",
)  # fmt: skip
Change = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def spoil(content: bytes, chances: random.Random, others: Sequence[bytes]) -> bytes:
    """The content with one to four changes; ``others`` are files to take pieces from."""
    for _ in range(chances.choice((1, 1, 1, 2, 2, 4))):
        content = chances.choice(_CHANGES)(content, chances, others)
    return content


def _flipped(content: bytes, chances: random.Random, _: Sequence[bytes]) -> bytes:
    at = chances.randrange(len(content) + 1)
    return content[:at] + bytes([chances.randrange(256)]) + content[at + 1 :]


def _cut(content: bytes, chances: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = sorted(chances.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:] if chances.random() < 0.7 else content[start:end]


def _with_nasty(content: bytes, chances: random.Random, _: Sequence[bytes]) -> bytes:
    at = chances.randrange(len(content) + 1)
    return content[:at] + chances.choice(NASTY) + content[at:]


def _spliced(content: bytes, chances: random.Random, others: Sequence[bytes]) -> bytes:
    other = chances.choice(others)
    start, end = sorted(chances.randrange(len(other) + 1) for _ in range(2))
    at = chances.randrange(len(content) + 1)
    return content[:at] + other[start:end] + content[at:]


def _words_changed(content: bytes, chances: random.Random, others: Sequence[bytes]) -> bytes:
    """A word for another one of this file or another, or for something nasty."""
    words = _WORD.findall(content) or [b""]
    at = chances.randrange(len(words))
    source = words if chances.random() < 0.5 else _WORD.findall(chances.choice(others)) or [b""]
    words[at] = chances.choice(source) if chances.random() < 0.6 else chances.choice(NASTY)
    return b"".join(words)


def _words_swapped(content: bytes, chances: random.Random, _: Sequence[bytes]) -> bytes:
    words = _WORD.findall(content) or [b""]
    one, two = (chances.randrange(len(words)) for _ in range(2))
    words[one], words[two] = words[two], words[one]
    return b"".join(words)


def _lines_changed(content: bytes, chances: random.Random, _: Sequence[bytes]) -> bytes:
    """A line gone, twice, elsewhere, or further in."""
    lines = content.splitlines(keepends=True) or [b""]
    at = chances.randrange(len(lines))
    line = lines[at]
    change = chances.randrange(4)
    if change == 0:
        del lines[at]
    elif change == 1:
        lines.insert(at, line)
    elif change == 2:
        lines.insert(chances.randrange(len(lines)), lines.pop(at))
    else:
        lines[at] = b" " * chances.randrange(1, 9) + line
    return b"".join(lines)


def _raw(_: bytes, chances: random.Random, __: Sequence[bytes]) -> bytes:
    return chances.randbytes(chances.choice((0, 1, 10, 200)))


_CHANGES: Final[tuple[Change, ...]] = (
    _flipped, _cut, _with_nasty, _spliced, _words_changed, _words_changed, _words_swapped,
    _lines_changed, _lines_changed, _raw,
)  # fmt: skip
