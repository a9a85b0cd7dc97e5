"""Text as YAML scalars in normal form: bare where that reads back the same, else quoted."""

from __future__ import annotations

import json
import re

import yaml

_STRING = "tag:yaml.org,2002:str"


def scalar(text: str) -> str:
    """The text as a scalar for any place in a file, in flow and in block style.

    What begins with a sign is quoted, as is what YAML would take for a number or a date.

    >>> scalar("وقعت مصر على اتفاقيات"), scalar("stage: signed"), scalar("17")
    ('وقعت مصر على اتفاقيات', '"stage: signed"', '"17"')
    """
    try:
        node = yaml.compose(f"[{text}]", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return quoted(text)
    parts = node.value if isinstance(node, yaml.SequenceNode) else []
    is_plain = (
        text[0].isalnum()
        and len(parts) == 1
        and isinstance(parts[0], yaml.ScalarNode)
        and (parts[0].value, parts[0].tag, parts[0].style) == (text, _STRING, None)
        and parts[0].end_mark.index == len(text) + 1
    )
    return text if is_plain else quoted(text)


def quoted(text: str) -> str:
    """A double-quoted scalar that reads back to the letter."""
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]",
        lambda match: f"\\u{ord(match.group()):04x}",
        written,
    )
