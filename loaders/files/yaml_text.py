"""Insert an entry into a YAML file without touching any other byte.

Callers must read the result again and compare: this module does not know all of YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

_STRING = "tag:yaml.org,2002:str"


def scalar(text: str) -> str:
    """The text as a scalar for any place in a file, in flow and in block style.

    Text that begins with a sign is quoted, as is text that YAML would read as a number or a date.

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
    """A double-quoted scalar that reads back unchanged."""
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]",
        lambda match: f"\\u{ord(match.group()):04x}",
        written,
    )


#: Reads every scalar as text.
LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def data_of(node: yaml.Node | None) -> Any:
    """A node as lists, dictionaries and strings; None for an empty file."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: data_of(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [data_of(item) for item in node.value]
    return node.value if node else None


def reads_as(text: str, data: Any) -> bool:
    """Whether a text is YAML with exactly this data."""
    try:
        return bool(data_of(yaml.compose(text, Loader=LOADER)) == data)
    except yaml.YAMLError:
        return False


def flow_mapping(fields: Mapping[str, str | Sequence[str]]) -> str:
    """A mapping in one line, of texts and lists of texts."""
    return f"{{{', '.join(f'{key}: {_flow(value)}' for key, value in fields.items())}}}"


def flow_list(items: Sequence[str]) -> str:
    """A list of texts in one line."""
    return f"[{', '.join(map(scalar, items))}]"


def _flow(value: str | Sequence[str]) -> str:
    return scalar(value) if isinstance(value, str) else flow_list(value)


def in_list(item: Sequence[str], column: int) -> list[str]:
    """The lines of an item of a list whose dashes are in that column."""
    first, *more = item
    return [f"{' ' * column}- {first}", *(f"{' ' * column}  {line}" for line in more)]


def with_lines(text: str, lines: Sequence[str], at: int | None = None) -> str:
    """The text with lines inserted after the line of the offset ``at``, else at its end.

    They get the line ends of the text.
    """
    new = _joined(text, lines)
    end = text.find("\n", at) + 1 if at is not None else 0
    if end:
        return text[:end] + new + text[end:]
    return text + new if not text or text.endswith("\n") else text + _joined(text, [""]) + new


def _joined(text: str, lines: Sequence[str]) -> str:
    line_end = "\r\n" if "\r\n" in text else "\n"
    return "".join(f"{line}{line_end}" for line in lines)


def field_of(node: yaml.Node, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    """A key of a mapping with its value."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == name), None)


def with_entry(text: str, root: yaml.Node | None, lines: Sequence[str], at: int) -> str:
    """The text of a mapping with the lines of an entry inserted before the ``at``-th one.

    Comments at the head of the file stay there.
    """
    if root is None:
        return with_lines(text, lines)
    if at == 0:
        start = root.start_mark.index
        return text[:start] + _joined(text, lines) + text[start:]
    before = _end(text, root.value[at - 1][1]) - 1
    return with_lines(text, lines, _comments_after(text, before, root.start_mark.column))


def with_item(text: str, pair: tuple[yaml.Node, yaml.Node], item: Sequence[str], at: int) -> str:
    """The text with an item inserted into the list of a key, before the ``at``-th one.

    ``pair`` is the key with its value: a list of either style, or nothing.
    """
    key, node = pair
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    if items and _is_block(node):
        column = node.start_mark.column
        before = _end(text, items[at - 1]) - 1 if at else key.end_mark.index
        return with_lines(text, in_list(item, column), _comments_after(text, before, column))
    if items:
        after = _end(text, items[-1])
        return f"{text[:after]}, {' '.join(item)}{text[after:]}"
    # An empty list is replaced by one with a line for each item.
    rest = text[max(_end(text, node), key.end_mark.index + 1) :]
    bare = f"{text[: key.end_mark.index]}:{rest}"
    return with_lines(bare, in_list(item, key.start_mark.column + 2), key.end_mark.index)


def with_other(text: str, node: yaml.Node, item: str) -> str:
    """The text with another value, on one line, in place of a node of a list or mapping."""
    return text[: node.start_mark.index] + item + text[_end(text, node) :]


def without_item(text: str, node: yaml.Node) -> str:
    """The text without the lines of an item of a block list."""
    start = text.rfind("\n", 0, node.start_mark.index) + 1
    end = text.find("\n", _end(text, node)) + 1 or len(text)
    return text[:start] + text[end:]


def _end(text: str, node: yaml.Node) -> int:
    """The offset after the last character of a value; the marks of block values are further on."""
    if not _is_block(node):
        end: int = node.end_mark.index
        return end
    if isinstance(node, yaml.ScalarNode):
        return len(text[: node.end_mark.index].rstrip())
    last = node.value[-1]
    return max(_end(text, part) for part in (last if isinstance(last, tuple) else (last,)))


def _is_block(node: yaml.Node) -> bool:
    if isinstance(node, yaml.ScalarNode):
        return node.style in ("|", ">")
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _comments_after(text: str, at: int, column: int) -> int:
    """An offset in the last line of an item, with the comments that are indented deeper."""
    comments = re.compile(rf"[^\n]*(?:\n {{{column + 1},}}#[^\n]*)*")
    match = comments.match(text, at)
    return max(at, match.end() - 1) if match else at
