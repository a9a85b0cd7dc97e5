"""YAML files as values that know where they stand, read by libyaml without running anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from ...messages.fault import Fault, Place

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL: Final = "tag:yaml.org,2002:null"


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

    @property
    def is_empty(self) -> bool:
        """Whether it is a mapping or a list with nothing in it."""
        return not isinstance(self._node, yaml.ScalarNode) and not self._node.value

    def fault(self, message: str, remedy: str = "", check: str = "format") -> None:
        """Report a fault at this value's place."""
        self._faults.append(Fault(self.place, message, remedy, check))

    def text(self) -> str:
        """The value as it is printed in the file, empty for null or nothing.

        Empty too, with a fault, if it is no single value.
        """
        if isinstance(self._node, yaml.ScalarNode):
            value: str = self._node.value
            return "" if self._node.tag == _NULL else value
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
            self.fault("expected “key: value” pairs here", "write “key: value”, one a line")
            return {}
        found: dict[str, Node] = {}
        for key_node, value_node in self._node.value:
            key = Node(key_node, self._file, self._faults)
            if not key.is_text:
                key.fault("a key is a single word", "write “key: value”")
                continue
            name = key_node.value
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
        before = error.object[: error.start].decode("utf-8")
        faults.append(
            Fault(
                _end_of(before, name),
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
    """The one document of a YAML file; None with a fault if it is empty or broken.

    A file of comments alone is a mapping with nothing in it, and as good as one with entries.
    Anchors, aliases and tags are refused: a value stands where it is read, and is what it looks.
    """
    text = read_text(path, name, faults)
    if text is None:
        return None
    try:
        if extras := list(_extras(text, name)):
            faults.extend(extras)
            return None
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.append(
            Fault(
                Place(name, mark.line + 1, mark.column + 1) if mark else Place(name),
                f"is not valid YAML: {_problem(error)}",
                "check the indentation, the colons and the quotation marks around here",
            )
        )
        return None
    except yaml.reader.ReaderError as error:
        before = text.partition(chr(error.character))[0]
        faults.append(
            Fault(
                _end_of(before, name),
                f"is not valid YAML: it holds the character U+{error.character:04X}",
                "delete it; an editor hides it",
            )
        )
        return None
    if node is None and text.strip():
        # Nothing but comments: a file that waits for its first entry.
        node = yaml.compose("{}", Loader=_LOADER)
    if node is None:
        faults.append(Fault(Place(name), "is empty", "write something, or delete the file"))
        return None
    return Node(node, name, faults)


def _end_of(text: str, name: str) -> Place:
    """The place right after the text."""
    return Place(name, text.count("\n") + 1, len(text) - text.rfind("\n"))


def _problem(error: yaml.MarkedYAMLError) -> str:
    if not error.context or error.context_mark is None:
        return error.problem or "unknown"
    return f"{error.problem} ({error.context} that begins in line {error.context_mark.line + 1})"


def _extras(text: str, name: str) -> Iterator[Fault]:
    """A fault for each anchor, alias and tag."""
    if "&" not in text and "*" not in text and "!" not in text:
        return
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        if anchor := getattr(event, "anchor", None):
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            yield Fault(place, f"“{sign}{anchor}” is an anchor or alias", "write the value out")
        elif (tag := getattr(event, "tag", None)) and tag != "!":
            yield Fault(place, f"“{tag}” is a tag; values have none here", "delete the tag")


def files(folder: Path, *suffixes: str) -> Iterator[Path]:
    """The files of a folder with one of the suffixes, by name; hidden ones are passed over."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix in suffixes and path.is_file() and not path.name.startswith("."):
                yield path


def strays(folder: Path, name: str, *suffixes: str) -> Iterator[Fault]:
    """A fault for whatever else stands in the folder and would be passed over in silence.

    Hidden files, and the copies that editors leave (``facts.yaml~``), are nobody's concern.
    """
    if not folder.is_dir():
        return
    read = set(files(folder, *suffixes))
    for path in sorted(folder.iterdir()):
        if path in read or path.name.startswith((".", "__")) or path.name.endswith("~"):
            continue
        yield Fault(
            Place(f"{name}/{path.name}"),
            "is not read",
            f"{name} holds files in {', '.join(suffixes)}, and no folders; move it elsewhere",
        )
