"""YAML files as values that know where they stand, read by libyaml without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from ..graph.errors import Fault, Place

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node:
    """One value of a YAML file. What it should be is asked of it; what it is not is a fault."""

    def __init__(self, node: yaml.Node, file: str, faults: list[Fault]) -> None:
        self._node, self._file, self._faults = node, file, faults

    @property
    def place(self) -> Place:
        """Where the value begins."""
        mark = self._node.start_mark
        return Place(self._file, mark.line + 1, mark.column + 1)

    @property
    def is_text(self) -> bool:
        """Whether it is a single value, not a list or a mapping."""
        return isinstance(self._node, yaml.ScalarNode)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self._node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self._node, yaml.MappingNode)

    def fault(self, message: str, remedy: str = "", check: str = "format") -> None:
        """Report a fault at this value's place."""
        self._faults.append(Fault(self.place, message, remedy, check))

    def text(self) -> str:
        """The value as it is printed in the file; empty, with a fault, if it is no single value."""
        if isinstance(self._node, yaml.ScalarNode):
            value: str = self._node.value
            return value
        self.fault("expected a single value here", "write one word, number or quoted text")
        return ""

    def items(self) -> list[Node]:
        """The values of a list; empty, with a fault, if it is no list."""
        if isinstance(self._node, yaml.SequenceNode):
            return [Node(node, self._file, self._faults) for node in self._node.value]
        self.fault("expected a list here", "write [a, b] or one “- item” a line")
        return []

    def fields(self, allowed: frozenset[str] | None = None) -> dict[str, Node]:
        """The values of a mapping by key; unknown and repeated keys are faults.

        ``allowed`` names the keys there may be; None allows any.
        """
        if not isinstance(self._node, yaml.MappingNode):
            self.fault("expected “key: value” pairs here")
            return {}
        found: dict[str, Node] = {}
        for key_node, value_node in self._node.value:
            key = Node(key_node, self._file, self._faults)
            name = key.text()
            if name in found:
                key.fault(f"“{name}” is given twice", "keep one of the two")
            elif allowed is not None and name not in allowed:
                key.fault(f"unknown key “{name}”", near(name, allowed))
            else:
                found[name] = Node(value_node, self._file, self._faults)
        return found


Fields: TypeAlias = dict[str, Node]


def near(name: str, known: frozenset[str] | set[str] | dict[str, object] | list[str]) -> str:
    """A remedy that names what comes closest to a misspelt name, or what there is."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    few = sorted(known)
    return f"known are: {', '.join(few)}" if 0 < len(few) <= 20 else ""


def read_text(path: Path, name: str, faults: list[Fault]) -> str | None:
    """A file's text, which must be UTF-8 without a byte order mark; None with a fault if not."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        faults.append(Fault(Place(name), f"cannot be read: {error.strerror}"))
        return None
    except UnicodeDecodeError as error:
        faults.append(
            Fault(
                Place(name),
                f"is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}",
                "save the file as UTF-8 (iconv -f WINDOWS-1256 -t UTF-8, if it is old Arabic)",
            )
        )
        return None
    if text.startswith("\ufeff"):
        faults.append(
            Fault(Place(name, 1, 1), "begins with a byte order mark", "save as UTF-8 without BOM")
        )
        return None
    return text


def read_yaml(path: Path, name: str, faults: list[Fault]) -> Node | None:
    """The one document of a YAML file; None with a fault if it is empty or broken."""
    text = read_text(path, name, faults)
    if text is None:
        return None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        faults.append(
            Fault(
                place,
                f"is not valid YAML: {error.problem or error.context}",
                "check the indentation, the colons and the quotation marks around here",
            )
        )
        return None
    except yaml.YAMLError as error:
        faults.append(Fault(Place(name), f"is not valid YAML: {error}"))
        return None
    if node is None:
        faults.append(Fault(Place(name), "is empty", "write something, or delete the file"))
        return None
    return Node(node, name, faults)


def files(folder: Path, *suffixes: str) -> Iterator[Path]:
    """The files of a folder with one of the suffixes, by name; hidden ones are passed over."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix in suffixes and path.is_file() and not path.name.startswith("."):
                yield path
