"""Entities in a table: one per row, with ``|`` between the names in a cell.

A name that is limited to some documents lists them after an ``@``: ``الوزير @ talks, visit``. A
backslash escapes ``|``, ``@``, a comma or a backslash in a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ...graph.entity import Alias, Entity
from ...messages.fault import Place
from ...ontology.namespaces import ID, SKOS, TW
from ...ontology.schema import class_slug
from .csv_table import Cell, Kind
from .value import Structure

ENTITIES: Final = Kind(
    name="entities",
    headings={
        "reference": "المرجع",
        "ar": "الاسم بالعربية",
        "en": "الاسم بالإنجليزية",
        "also": "أسماء أخرى",
        "types": "أصناف أخرى",
        "note": "ملاحظة بالإنجليزية",
        "noteAr": "ملاحظة",
        "iso3": "رمز الدولة الثلاثي",
        "m49": "رمز الأمم المتحدة",
        "broader": "المجال الأعم",
        "exactMatch": "مطابق تمامًا",
        "closeMatch": "مطابق تقريبًا",
    },
    needed=("reference", "ar", "en"),
    words=frozenset({"note", "noteAr"}),
    figures=frozenset({"m49"}),
)
#: The note that every official gets.
TRANSLITERATED: Final = {
    "ar": "الاسم الإنجليزي نقل حرفي من المحرّر.",
    "en": "The English name is the curator's transliteration.",
}
_SPECIAL: Final = re.compile(r"([\\|@,])")
_M49_DIGITS: Final = 3


class EntityCell(Structure):
    """A cell, or a part of one, as a value that may be a list."""

    __slots__ = ("_cell", "_column", "_part", "faults")

    def __init__(self, cell: Cell, column: str, part: str | None = None) -> None:
        self._cell, self._column, self._part = cell, column, part
        self.faults = cell.faults

    @property
    def place(self) -> Place:
        """Where the cell stands."""
        return self._cell.place

    @property
    def is_text(self) -> bool:
        """Whether it has no ``@``, which limits a name to some documents."""
        return len(_split(self.written, "@")) < 2

    @property
    def is_list(self) -> bool:
        """Whether it is the documents after an ``@``."""
        return self._column == "in"

    @property
    def written(self) -> str:
        """The cell or the part as written, escapes and all."""
        return self._cell.text() if self._part is None else self._part

    def text(self) -> str:
        """The value, with the leading zeros of a code, which spreadsheets drop."""
        if self._column == "m49":
            return self.written.zfill(_M49_DIGITS)
        return self.written if self._part is None else _plain(self.written)

    def items(self) -> Sequence[Structure]:
        """The parts of the cell."""
        parts = _split(self.written, "," if self._column == "in" else "|")
        return [EntityCell(self._cell, f"{self._column} part", part) for part in parts]

    def fields(self, allowed: frozenset[str] | None = None) -> Mapping[str, Structure]:
        """The name and the documents that it is limited to."""
        name, *documents = _split(self.written, "@")
        if allowed != frozenset({"name", "in"}) or len(documents) != 1 or not documents[0]:
            self.fault("name-with-at-sign")
            return {}
        return {
            "name": EntityCell(self._cell, "name", name),
            "in": EntityCell(self._cell, "in", documents[0]),
        }


def entity_row(entity: Entity) -> list[str]:
    """The entity as a row, in the order of the headings."""
    values = {
        "reference": entity.ref,
        "ar": entity.ar,
        "en": entity.en,
        "also": _joined(map(_name, entity.aliases)),
        "types": _joined(map(class_slug, entity.classes[1:])),
        "note": _attributes(entity, TW + "note", "en"),
        "noteAr": _attributes(entity, TW + "note", "ar"),
        "iso3": _attributes(entity, TW + "iso3"),
        "m49": _attributes(entity, TW + "m49"),
        "broader": _attributes(entity, SKOS + "broader").removeprefix(ID),
        "exactMatch": _attributes(entity, SKOS + "exactMatch"),
        "closeMatch": _attributes(entity, SKOS + "closeMatch"),
    }
    return [values[column] for column in ENTITIES.headings]


def _attributes(entity: Entity, predicate: str, language: str | None = None) -> str:
    found = [
        value
        for name, value in entity.attributes
        if name == predicate and getattr(value, "language", None) == language
    ]
    if language:
        # The loader's own note is left out: it is added again on reading.
        return next((note.value for note in found if note.value not in TRANSLITERATED.values()), "")
    return _joined(_escaped(value.value) for value in found) if found else ""


def _name(alias: Alias) -> str:
    name = _escaped(alias.name)
    return f"{name} @ {', '.join(alias.documents)}" if alias.documents else name


def _joined(parts: Iterable[str]) -> str:
    return " | ".join(parts)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.S)


def _split(text: str, separator: str) -> list[str]:
    """The parts between unescaped separators, without the blanks around them."""
    parts = [""]
    is_escaped = False
    for char in text:
        if char == separator and not is_escaped:
            parts.append("")
        else:
            parts[-1] += char
        is_escaped = char == "\\" and not is_escaped
    return [part.strip() for part in parts]
