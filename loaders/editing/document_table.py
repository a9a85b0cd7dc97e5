"""Documents in a table, one a row: what the register of a collection gains by them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ...graph.errors import Fault
from ..checks.edtf import edtf_fault
from ..documents import SLUG_REMEDY, is_slug
from ..files.csv_table import Cell, Kind, Row
from ..files.yaml_nodes import read_text
from .insert_entry import registration

DOCUMENTS: Final = Kind(
    name="documents",
    headings={
        "document": "الوثيقة",
        "file": "الملف",
        "ar": "العنوان بالعربية",
        "en": "العنوان بالإنجليزية",
        "publisher": "الناشر",
        "creator": "الكاتب",
        "issued": "تاريخ النشر",
        "note": "ملاحظة بالإنجليزية",
    },
    needed=("document", "file", "ar", "en"),
    figures=frozenset({"issued"}),
)


def registered(
    rows: Iterable[Row], beside: Path, folder: Path, known: frozenset[str]
) -> tuple[dict[str, dict[str, str]], dict[Path, bytes]]:
    """The entries that the register gains, by slug, and the texts that the collection gains.

    A text stands beside the table or in the collection ``folder`` already. ``known`` are the
    slugs that are taken. What is wrong is reported at its cell.
    """
    entries: dict[str, dict[str, str]] = {}
    texts: dict[Path, bytes] = {}
    for row in rows:
        cells = row.cells(DOCUMENTS.needed)
        if not cells:
            continue
        slug = cells["document"].text()
        content = _content(cells["file"], beside, folder / "documents", row.faults)
        if not is_slug(slug):
            cells["document"].fault(f"“{slug}” is no name for a document", SLUG_REMEDY)
        elif slug in known or slug in entries:
            cells["document"].fault(f"document {slug} is registered already", "choose another name")
        if "issued" in cells and (wrong := edtf_fault(cells["issued"].text())):
            cells["issued"].fault(*wrong, "dates")
        file = Path("documents") / cells["file"].text()
        if content is not None:
            texts[file] = content
            said = {key: row.values[key] for key in DOCUMENTS.headings if key in row.values}
            del said["document"]
            entries[slug] = registration(slug, content, said)
    return entries, texts


def _content(cell: Cell, beside: Path, documents: Path, faults: list[Fault]) -> bytes | None:
    name = cell.text()
    places = (beside / name, documents / name)
    path = next((place for place in places if place.is_file()), None)
    if Path(name).name != name or not name.endswith(".txt") or path is None:
        cell.fault(
            f"there is no document file {name}",
            "put the text, as .txt in UTF-8, beside this table",
            "documents",
        )
        return None
    return path.read_bytes() if read_text(path, name, faults) is not None else None
