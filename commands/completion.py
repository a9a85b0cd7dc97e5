"""Completion in the shell: questions, parameters with their values, and entities."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from ..graph.arabic import fold
from ..graph.errors import TaawunError
from ..ontology.namespaces import ID
from ..queries.labels import short_iri
from ..queries.parameters import LITERAL_TYPES
from .settings import Settings

#: What bash takes as more than a letter in a word that is not quoted.
_SPECIAL = re.compile(r"([^\w/.,:=+@%-])")


class _Bash(BashComplete):
    """Completion for bash, which divides words at "=" and ":" and quotes nothing itself."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The finished words and the one to complete, put together where bash divided them."""
        words, incomplete = super().get_completion_args()
        whole: list[str] = []
        for word in [*words, incomplete]:
            joins = whole and (word[:1] in "=:" or whole[-1][-1:] in "=:") and word
            if joins and not whole[-1].startswith("--"):
                whole[-1] += word
            else:
                whole.append(word)
        if incomplete == "" and len(whole) > 1 and whole[-2][-1:] in "=:":
            whole.pop()
        return whole[:-1], whole[-1]

    def complete(self) -> str:
        """The completions, one a line; bash removes the first of two backslashes on reading."""
        words, incomplete = self.get_completion_args()
        kept = max(incomplete.rfind("="), incomplete.rfind(":")) + 1
        lines = []
        for item in self.get_completions(words, incomplete):
            value = item.value[kept:] if item.value[:kept] == incomplete[:kept] else item.value
            lines.append(item.type + "," + _SPECIAL.sub(r"\\\\\1", value))
        return "\n".join(lines)


def prepare() -> None:
    """Let bash complete values after "=" and names with spaces."""
    add_completion_class(_Bash)


def questions(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Names of stored questions, each with the question; nothing after the first word."""
    if context.params.get("question") or context.args:
        return []
    settings = context.ensure_object(Settings)
    catalogue = settings.catalogue
    names = [name for name in catalogue.names if name.startswith(incomplete)]
    return [
        CompletionItem(name, help=catalogue.get(name).summary(settings.language)) for name in names
    ]


def parameters(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """The parameters of the question on the line; after "=", the values that one may have."""
    settings = context.ensure_object(Settings)
    # An option that still lacks its value leaves the words before it unread.
    words = [*(context.params.get("question") or ()), *context.args]
    name = next((word for word in words if word in settings.catalogue), None)
    if name is None:
        return []
    known = {item.name: item for item in settings.catalogue.get(name).parameters}
    chosen, is_chosen, typed = incomplete.partition("=")
    if not is_chosen:
        return [
            CompletionItem(f"{item.name}=", help=item.called(settings.language))
            for item in known.values()
            if item.name.startswith(chosen)
        ]
    if chosen not in known or known[chosen].type in LITERAL_TYPES:
        return []
    return _things(settings, typed, known[chosen].type, before=f"{chosen}=")


def entities(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Entities by their references, or by their names in either language."""
    return _things(context.ensure_object(Settings), incomplete)


def _things(
    settings: Settings, typed: str, kind: str | None = None, before: str = ""
) -> list[CompletionItem[str]]:
    """What has a reference that begins so, else what has a name that begins so in any spelling."""
    try:
        names, labels = settings.graph.names, settings.labels
        spelled = sorted(names.spelled())
        allowed = None if kind is None else set(names.members(kind))
    except TaawunError:
        # A collection with faults: the command itself tells them.
        return []
    iris = {iri for _, iri in spelled} if allowed is None else allowed

    def items(found: Iterable[tuple[str, str]]) -> list[CompletionItem[str]]:
        told: list[Any] = [(value, iri) for value, iri in found if iri in iris]
        labels.fetch([iri for _, iri in told])
        return [
            CompletionItem(before + value, help=labels(iri, settings.language))
            for value, iri in dict(told).items()
        ]

    references = ((short_iri(iri), iri) for iri in sorted(iris) if iri.startswith(ID))
    by_reference = items((ref, iri) for ref, iri in references if ref.startswith(typed))
    if by_reference:
        return by_reference
    folded = fold(typed)
    return items((name, iri) for name, iri in spelled if fold(name).startswith(folded))
