"""Documents in a table, one a row: what the register of a collection gains by them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..graph.errors import Fault
from .dates import edtf_fault
from .documents import is_slug
from .nodes import read_text
from .scalars import scalar
from .table import Cell, Kind, Row

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
) -> tuple[dict[str, str], dict[Path, bytes]]:
    """The lines that the register gains, by slug, and the texts that the collection gains.

    A text stands beside the table or in the collection ``folder`` already. ``known`` are the
    slugs that are taken. What is wrong is reported at its cell.
    """
    lines: dict[str, str] = {}
    texts: dict[Path, bytes] = {}
    for row in rows:
        cells = row.cells(DOCUMENTS.needed)
        if not cells:
            continue
        slug = cells["document"].text()
        content = _content(cells["file"], beside, folder / "documents", row.faults)
        if not is_slug(slug):
            cells["document"].fault(
                f"“{slug}” is no name for a document",
                "write small Latin letters, digits and hyphens: egypt-iraq-talks",
            )
        elif slug in known or slug in lines:
            cells["document"].fault(f"document {slug} is registered already", "choose another name")
        if "issued" in cells and (wrong := edtf_fault(cells["issued"].text())):
            cells["issued"].fault(*wrong, "dates")
        file = Path("documents") / cells["file"].text()
        if content is not None:
            texts[file] = content
            lines[slug] = _entry(slug, row.values, content)
    return lines, texts


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


def _entry(slug: str, values: dict[str, str], content: bytes) -> str:
    """The entry of the register in one line."""
    said = {key: values[key] for key in DOCUMENTS.headings if key in values and key != "document"}
    said["sha256"] = sha256(content).hexdigest()
    return f"{slug}: {{{', '.join(f'{key}: {scalar(text)}' for key, text in said.items())}}}\n"
