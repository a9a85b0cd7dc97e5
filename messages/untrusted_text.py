"""Text from outside: characters that hide or control, YAML too deep to parse, other encodings."""

from __future__ import annotations

import re
from typing import Final

#: Control characters except tab and line feed, direction overrides, surrogates.
_HIDDEN: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with a visible symbol in place of each control character.

    >>> visible("\\x1b[2J")
    '␛[2J'
    """
    return _HIDDEN.sub(_picture, text)


def escaped(text: str) -> str:
    """JSON, Turtle or N-Triples with the same characters escaped, which preserves the meaning.

    >>> escaped('"\\u202e"')
    '"\\\\u202e"'
    """
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


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


#: libyaml ends with a segmentation fault at some thousand levels: how many lists and mappings may
#: be nested.
DEEPEST: Final = 100
#: With fewer brackets, and with shorter indentation, no text is too deep for libyaml.
_MANY: Final = 1000
#: Each level of blocks takes a blank or an indicator at the beginning of a line.
_INDENTED: Final = re.compile(rf"^[ \t?:-]{{{DEEPEST},}}", re.MULTILINE)


def too_deep(text: str) -> tuple[int, int] | None:
    """The line and column, 1-based, at which a text of many levels goes beyond ``DEEPEST``.

    None for all other texts; what is not YAML is left to the parser. A parser that only reports
    events keeps its stack on the heap.
    """
    if text.count("[") + text.count("{") < _MANY and not _INDENTED.search(text):
        return None
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                mark = event.start_mark
                if depth > DEEPEST and mark is not None:
                    return mark.line + 1, mark.column + 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        pass
    return None
