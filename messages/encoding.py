"""The encodings that files arrive in, other than UTF-8."""

from __future__ import annotations

from typing import Final

#: How many bytes at the beginning of a file are looked at.
_HEAD: Final = 400


def is_utf_16(content: bytes) -> bool:
    """Whether bytes are UTF-16, by their byte order mark or by every second byte.

    Without a mark, text in Latin or Arabic letters has the byte 0 or 6 in every second place;
    many such files are valid UTF-8 of control characters.

    >>> [is_utf_16("عقد ABC".encode(code)) for code in ("utf-16", "utf-16-be", "utf-8", "cp1256")]
    [True, True, False, False]
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    head = content[:_HEAD]
    halves = (half.count(0) + half.count(6) for half in (head[0::2], head[1::2]))
    return len(head) > 3 and max(halves) * 3 > len(head) // 2
