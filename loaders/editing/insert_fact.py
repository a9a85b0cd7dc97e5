"""The text of a fact file in YAML with one fact put in, and every other byte as it was."""

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

#: What says which words of the document an entry quotes.
QUOTE: Final = ("quote", "prefix", "suffix", "context")
#: Where each part of a quote stands in its document.
Places: TypeAlias = tuple[tuple[int, int], ...]
#: Where the quote of an entry stands; None where that is not known.
Locate: TypeAlias = Callable[[Mapping[str, str]], Places | None]


def with_fact(
    text: str, document: str, quote: Mapping[str, str], fact: Mapping[str, str], locate: Locate
) -> str:
    """The text of a file on ``document`` with the fact under its quote.

    ``quote`` has the keys of ``QUOTE``, all but the first where they are needed; ``fact`` has the
    triple and qualifiers. The fact comes last under an entry for the same place of the document
    and with the same context, if there is one, else an entry of its own is put where the order of
    the document has it. Comments, blank lines and line ends stay. Raises ``OutputError`` where
    the file is written in a way that nothing can be put in safely.
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
    lines = "\n".join(in_list(entry, 6))
    return OutputError(
        "the fact file is written in a way that nothing can be put in safely; nothing was "
        f"written: put this under its “evidence:”\n{lines}"
    )


def _said(fact: Mapping[str, str]) -> list[str] | dict[str, str]:
    """A fact as it is written: a list of three, or a mapping where there is more to say."""
    return dict(fact) if len(fact) > len(TRIPLE) else list(fact.values())


def _flow(fact: Mapping[str, str]) -> str:
    said = _said(fact)
    if isinstance(said, list):
        return flow_list(said)
    return flow_mapping(said)


def _entry(quote: Mapping[str, str | Sequence[str]], fact: Mapping[str, str]) -> list[str]:
    """The lines of an entry; several sentences of context stand one below the other."""
    lines = []
    for key, value in quote.items():
        if isinstance(value, str):
            lines.append(f"{key}: {scalar(value)}")
        else:
            lines += [f"{key}:", *(f"  - {scalar(item)}" for item in value)]
    return [*lines, "facts:", f"  - {_flow(fact)}"]
