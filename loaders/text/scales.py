"""Read values of scales from words: units, comparators and stages, by their cues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...graph.entity import Entity
from ...ontology.namespaces import ID, TW
from ...ontology.schema import Schema
from .cues import stem
from .numbers import Amount, plain
from .tokens import tokens

#: Characters before and after a number in which its comparator and its unit are looked for.
_BEFORE, _AFTER = 20, 60


class Scales:
    """The cues and labels of units, comparators and stages."""

    def __init__(self, schema: Schema, units: Iterable[Entity]) -> None:
        self._words: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for ref in schema.concepts:
            names = [*schema.values(ID + ref, TW + "cue"), schema.label(ID + ref, "ar")]
            self._add(ref, names)
        for unit in units:
            self._add(unit.ref, [unit.ar, *(alias.name for alias in unit.aliases)])

    def _add(self, ref: str, names: Iterable[str]) -> None:
        kind = ref.partition("/")[0]
        if kind in ("stage", "unit", "comparator"):
            for name in names:
                words = tuple(stem(token.folded) for token in tokens(name))
                if words:
                    self._words.setdefault(kind, []).append((words, ref))

    def find(self, kind: str, text: str, *, is_last: bool = False, within: int = 1000) -> str:
        """The slug of the value whose words come first in a text, or last; empty if there is none.

        The words begin among the first ``within`` words.
        """
        stems = [stem(token.folded.removeprefix("و")) for token in tokens(text)]
        best: tuple[int, int, str] | None = None
        for words, ref in self._words.get(kind, ()):
            for at in range(min(within, len(stems) - len(words) + 1)):
                if tuple(stems[at : at + len(words)]) == words:
                    place = -at if is_last else at
                    if best is None or (place, -len(words)) < best[:2]:
                        best = place, -len(words), ref
        return best[2].partition("/")[2] if best else ""

    def figure(self, text: str, amount: Amount, within: int = 1000) -> dict[str, str]:
        """Value, unit and comparator of an amount; the unit is empty if no word tells it."""
        number = text[amount.start : amount.start + _AFTER]
        before = text[max(0, amount.start - _BEFORE) : amount.start]
        said = text[amount.start : amount.end] if amount.kind == "money" else ""
        after = said or text[amount.end : amount.end + _AFTER] or number
        unit = self.find("unit", after, within=1000 if said else within)
        return {
            "value": plain(amount.value),
            "unit": unit,
            "comparator": self.find("comparator", before, is_last=True) or "exactly",
        }

    def figures(self, text: str, found: Iterable[Amount]) -> Iterator[dict[str, str]]:
        """The figures of some amounts of a text."""
        return (self.figure(text, amount) for amount in found)
