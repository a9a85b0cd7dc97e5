"""Insert a fact into a YAML fact file without touching any other byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import yaml

from ...graph.errors import OutputError
from ..facts import QUALIFIERS
from ..files.facts_yaml import TRIPLE
from ..files.yaml_text import (
    LOADER,
    data_of,
    field_of,
    flow_list,
    flow_mapping,
    in_list,
    reads_as,
    scalar,
    with_item,
    with_lines,
)

#: The keys that define the quote of an entry.
QUOTE: Final = ("quote", "prefix", "suffix", "context")
#: The place of each part of a quote in its document.
Places: TypeAlias = tuple[tuple[int, int], ...]
#: Locates the quote of an entry; None if it is not in the document.
Locate: TypeAlias = Callable[[Mapping[str, str]], Places | None]


def with_fact(
    text: str, document: str, quote: Mapping[str, str], fact: Mapping[str, str], locate: Locate
) -> str:
    """The text of a file on ``document`` with the fact under its quote.

    ``quote`` has keys of ``QUOTE``; ``fact`` has the triple and qualifiers. If an entry quotes the
    same place with the same context, the fact is appended to it; otherwise a new entry is inserted
    in the order of the document. Comments, blank lines and line ends are kept. Raises
    ``OutputError`` if the file cannot be edited safely.
    """
    fact = _in_order(fact)
    quote = {key: quote[key] for key in QUOTE if quote.get(key)}
    entry = _entry(quote, fact)
    root = yaml.compose(text, Loader=LOADER)
    if root is None:
        return with_lines(text, ["document: " + scalar(document), "evidence:", *in_list(entry, 2)])
    entries = field_of(root, "evidence")
    if entries is None or not isinstance(entries[1], yaml.SequenceNode):
        raise _unfit(entry)
    wanted = locate(quote)
    written = [data_of(node) for node in entries[1].value]
    places = [locate(old) for old in written]
    expected: Any = data_of(root)
    for number, old in enumerate(written):
        shared = old.keys() - {*QUOTE, "facts"}
        explicit = _in_order({"modality": "asserted", **fact}) if "modality" in shared else fact
        is_same = places[number] == wanted and old.get("context") == quote.get("context")
        if wanted is not None and is_same and shared <= explicit.keys():
            facts = field_of(entries[1].value[number], "facts")
            assert facts is not None
            stated = old["facts"] if isinstance(old["facts"], list) else []
            new = with_item(text, facts, [_flow(explicit)], len(stated))
            expected["evidence"][number]["facts"] = [*stated, _said(explicit)]
            break
    else:
        at = len(places)
        if wanted is not None:
            at = next((n for n, p in enumerate(places) if p is not None and p > wanted), at)
        new = with_item(text, entries, entry, at)
        expected["evidence"].insert(at, {**quote, "facts": [_said(fact)]})
    if not reads_as(new, expected):
        raise _unfit(entry)
    return new


def _in_order(fact: Mapping[str, str]) -> dict[str, str]:
    return {key: fact[key] for key in (*TRIPLE, *QUALIFIERS) if fact.get(key)}


def _unfit(entry: Sequence[str]) -> OutputError:
    return OutputError("fact-not-insertable", lines="\n".join(in_list(entry, 6)))


def _said(fact: Mapping[str, str]) -> list[str] | dict[str, str]:
    """A fact in YAML: a list of three, or a mapping if it has qualifiers."""
    return dict(fact) if len(fact) > len(TRIPLE) else list(fact.values())


def _flow(fact: Mapping[str, str]) -> str:
    said = _said(fact)
    if isinstance(said, list):
        return flow_list(said)
    return flow_mapping(said)


def _entry(quote: Mapping[str, str | Sequence[str]], fact: Mapping[str, str]) -> list[str]:
    """The lines of an entry, with one line per sentence of context."""
    lines = []
    for key, value in quote.items():
        if isinstance(value, str):
            lines.append(f"{key}: {scalar(value)}")
        else:
            lines += [f"{key}:", *(f"  - {scalar(item)}" for item in value)]
    return [*lines, "facts:", f"  - {_flow(fact)}"]
