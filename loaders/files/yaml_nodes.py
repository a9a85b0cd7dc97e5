"""YAML files as values with their places. Nothing in a file is run."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import yaml

from ...messages.fault import Fault, Place, near
from ...messages.message import Message, foreign
from ...messages.untrusted_text import DEEPEST, is_utf_16, too_deep
from .value import Structure

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL: Final = "tag:yaml.org,2002:null"
#: What is no ordinary file.
_KINDS: Final[dict[str, Callable[[int], bool]]] = {
    "kind-pipe": stat.S_ISFIFO,
    "kind-socket": stat.S_ISSOCK,
    "kind-device": lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode),
}


class Node(Structure):
    """One value of a YAML file; reading it as what it is not reports a fault."""

    __slots__ = ("_file", "_node", "faults")

    def __init__(self, node: yaml.Node, file: str, faults: list[Fault]) -> None:
        self._node, self._file, self.faults = node, file, faults

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

    def text(self) -> str:
        """The value as written; empty for null, and with a fault if it is not a single value."""
        if isinstance(self._node, yaml.ScalarNode):
            value: str = self._node.value
            return "" if self._node.tag == _NULL else value
        self.fault("single-value-expected")
        return ""

    def items(self) -> list[Node]:
        """The values of a list; empty, with a fault, if it is not a list."""
        if isinstance(self._node, yaml.SequenceNode):
            return [Node(node, self._file, self.faults) for node in self._node.value]
        self.fault("list-expected")
        return []

    def fields(self, allowed: frozenset[str] | None = None) -> dict[str, Node]:
        """The values of a mapping by key; unknown and repeated keys are faults.

        ``allowed`` names the keys there may be; None allows any.
        """
        if not isinstance(self._node, yaml.MappingNode):
            self.fault("mapping-expected")
            return {}
        found: dict[str, Node] = {}
        for key_node, value_node in self._node.value:
            key = Node(key_node, self._file, self.faults)
            if not key.is_text:
                key.fault("key-not-a-word")
                continue
            name = key_node.value
            if name in found:
                key.fault("repeated-key", key=name, remedy=Message("keep-one"))
            elif allowed is not None and name not in allowed:
                key.fault("unknown-key", key=name, remedy=near(name, allowed))
            else:
                found[name] = Node(value_node, self._file, self.faults)
        return found


Fields: TypeAlias = dict[str, Node]


def read_text(path: Path, name: str, faults: list[Fault]) -> str | None:
    """A file's text, which must be UTF-8 without a byte order mark; None with a fault if not."""
    if found := not_text(path, name):
        faults.append(found)
        return None
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = foreign(error)
        faults.append(Fault.at(Place(name), "cannot-be-read", reason=reason))
        return None
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        byte = f"{error.object[error.start]:#04x}"
        place = _end_of(before, name)
        faults.append(Fault.at(place, "not-utf8", offset=error.start, byte=byte))
        return None
    if text.startswith("\ufeff"):
        faults.append(Fault.at(Place(name, 1, 1), "byte-order-mark"))
        return None
    return text


def read_yaml(path: Path, name: str, faults: list[Fault]) -> Node | None:
    """The one document of a YAML file; None with a fault if it is empty or broken.

    A file with only comments is an empty mapping. Anchors, aliases and tags are refused: a value
    is written where it is read, and is what it looks like. So is deep nesting, which libyaml does
    not survive.
    """
    text = read_text(path, name, faults)
    if text is None:
        return None
    try:
        if deep := too_deep(text):
            faults.append(Fault.at(Place(name, *deep), "yaml-too-deep", depth=DEEPEST))
            return None
        if extras := list(_extras(text, name)):
            faults.extend(extras)
            return None
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        faults.append(Fault.at(place, "not-yaml", problem=_problem(error)))
        return None
    except yaml.reader.ReaderError as error:
        place = _end_of(text.partition(chr(error.character))[0], name)
        character = f"U+{error.character:04X}"
        faults.append(Fault.at(place, "yaml-character", character=character))
        return None
    if node is None and text.strip():
        # Only comments: a file that has no entry yet.
        node = yaml.compose("{}", Loader=_LOADER)
    if node is None:
        faults.append(Fault.at(Place(name), "empty-file"))
        return None
    return Node(node, name, faults)


def _end_of(text: str, name: str) -> Place:
    """The place right after the text."""
    return Place(name, text.count("\n") + 1, len(text) - text.rfind("\n"))


def _problem(error: yaml.MarkedYAMLError) -> Message:
    problem = foreign(error.problem or str(error))
    if not error.context or error.context_mark is None:
        return problem
    line = error.context_mark.line + 1
    return Message("yaml-problem", problem=problem, context=foreign(error.context), line=line)


def _extras(text: str, name: str) -> Iterator[Fault]:
    """A fault for each anchor, alias and tag."""
    if "&" not in text and "*" not in text and "!" not in text:
        return
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        if anchor := getattr(event, "anchor", None):
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            yield Fault.at(place, "yaml-anchor", name=f"{sign}{anchor}")
        elif (tag := getattr(event, "tag", None)) and tag != "!":
            yield Fault.at(place, "yaml-tag", tag=tag)


def irregular(path: Path, name: str) -> Fault | None:
    """The fault of a file that is no ordinary one, or whose name is not UTF-8; else None."""
    if not is_utf_8(path.name):
        return Fault.at(Place(name), "name-not-utf8")
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    kind = next((kind for kind, is_kind in _KINDS.items() if is_kind(mode)), None)
    return Fault.at(Place(name), "not-a-plain-file", kind=Message(kind)) if kind else None


def not_text(path: Path, name: str) -> Fault | None:
    """The fault of a file that is clearly none to read: no ordinary one, or UTF-16; else None."""
    if found := irregular(path, name):
        return found
    try:
        with path.open("rb") as file:
            is_text = not is_utf_16(file.read(1000))
    except OSError:
        return None
    return None if is_text else Fault.at(Place(name), "is-utf-16")


def is_utf_8(name: str) -> bool:
    """Whether the name of a file is UTF-8 on disk."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def files(folder: Path, *suffixes: str) -> Iterator[Path]:
    """The files of a folder with one of the suffixes, by name, without hidden ones."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if (
                path.suffix in suffixes
                and not path.name.startswith(".")
                and is_utf_8(path.name)
                and path.is_file()
            ):
                yield path


def strays(folder: Path, name: str, *suffixes: str) -> Iterator[Fault]:
    """A fault for each file that would otherwise be ignored silently; hidden ones may be there."""
    if not folder.is_dir():
        return
    read = set(files(folder, *suffixes))
    for path in sorted(folder.iterdir()):
        if path in read or path.name.startswith((".", "__")):
            continue
        place = Place(f"{name}/{path.name}")
        if found := irregular(path, f"{name}/{path.name}"):
            yield found
        elif path.name.endswith("~"):
            yield Fault.at(place, "backup-of-an-editor")
        else:
            yield Fault.at(place, "file-not-read", folder=name, suffixes=suffixes)
