"""Fact files in YAML: quotes, each with the facts that it states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ...graph.fact import Fact
from ...messages.fault import Fault
from ...messages.message import Message
from ..facts import QUALIFIERS, FactMaker
from .value import Value
from .yaml_nodes import Node, read_yaml

FILE_KEYS: Final = frozenset({"document", "evidence"})
ENTRY_KEYS: Final = frozenset({"quote", "prefix", "suffix", "context", "facts", *QUALIFIERS})
TRIPLE: Final = ("subject", "predicate", "object")
FACT_KEYS: Final = frozenset({*TRIPLE, *QUALIFIERS})


def read_facts_yaml(
    path: Path, name: str, maker: FactMaker, faults: list[Fault]
) -> Iterator[tuple[Fact, Node]]:
    """Yield the facts of one YAML file, each with its place.

    Quotes and facts are checked independently, so that one run reports every fault.
    """
    root = read_yaml(path, name, faults)
    if root is None or root.is_empty:
        return
    fields = root.fields(FILE_KEYS)
    if missing := sorted(FILE_KEYS - fields.keys()):
        if root.is_mapping:
            root.fault("fact-file-lacks", names=missing)
        return
    document = maker.document(fields["document"])
    if document is None:
        return
    for entry in fields["evidence"].items():
        parts = entry.fields(ENTRY_KEYS)
        if "quote" not in parts or "facts" not in parts:
            entry.fault("entry-without-quote-or-facts", remedy=Message("add-missing"))
            continue
        before, after = (parts[key].text() if key in parts else "" for key in ("prefix", "suffix"))
        quote = maker.quote(document, parts["quote"], before, after, _context(parts))
        shared: dict[str, Value] = {key: parts[key] for key in QUALIFIERS if key in parts}
        # “suggest” writes entries whose facts are still comments.
        nothing = parts["facts"].is_text and not parts["facts"].text()
        for item in () if nothing else parts["facts"].items():
            written = _written(item, shared)
            fact = maker.fact(written, quote) if written else None
            if fact:
                yield fact, item


def _context(parts: Mapping[str, Node]) -> list[Node]:
    """The sentences that help to read the quote: one, or a list of them."""
    context = parts.get("context")
    if context is None:
        return []
    return context.items() if context.is_list else [context]


def _written(item: Node, shared: Mapping[str, Value]) -> Mapping[str, Value] | None:
    if item.is_list:
        parts = item.items()
        if len(parts) != len(TRIPLE):
            item.fault("fact-parts", parts=len(parts), remedy=Message("write-triple"))
            return None
        return {**shared, **dict(zip(TRIPLE, parts, strict=True))}
    if not item.is_mapping:
        item.fault("fact-not-a-list", remedy=Message("write-triple"))
        return None
    fields = item.fields(FACT_KEYS)
    if missing := [key for key in TRIPLE if key not in fields]:
        item.fault("fact-lacks", names=missing, remedy=Message("add-missing"))
        return None
    return {**shared, **fields}
