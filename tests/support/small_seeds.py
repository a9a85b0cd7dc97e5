"""Parts of the bundled collection, which are soon read, built and checked."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from taawun.loaders.builds.inputs import SEEDS

#: The document whose facts are left: some 160 of every kind, of agreements, figures and areas.
DOCUMENT = "african-cooperation"


def small_seeds() -> Path:
    """The folder of the bundled collection with its facts, all documents and all entities."""
    return Path(_made().name) / SEEDS.name


def one_document() -> Path:
    """The same without the other documents and entities: no check finds a fault in it."""
    return Path(_reduced().name) / SEEDS.name


@lru_cache(maxsize=1)
def _made() -> TemporaryDirectory[str]:
    root = TemporaryDirectory()
    shutil.copytree(SEEDS, Path(root.name) / SEEDS.name)
    for path in (Path(root.name) / SEEDS.name / "facts").iterdir():
        if path.stem != DOCUMENT:
            path.unlink()
    return root


@lru_cache(maxsize=1)
def _reduced() -> TemporaryDirectory[str]:
    root = TemporaryDirectory()
    folder = Path(shutil.copytree(small_seeds(), Path(root.name) / SEEDS.name))
    documents = _read(folder / "documents" / "documents.yaml")
    for slug, entry in documents.items():
        if slug != DOCUMENT:
            (folder / "documents" / entry["file"]).unlink()
    _write(folder / "documents" / "documents.yaml", {DOCUMENT: documents[DOCUMENT]})
    facts = (folder / "facts" / f"{DOCUMENT}.yaml").read_text("utf-8")
    for path in (folder / "entities").iterdir():
        named = {ref: entry for ref, entry in _read(path).items() if ref in facts}
        for entry in named.values():
            entry["also"] = [*filter(None, map(_of_document, entry.get("also", ())))]
        _write(path, named)
    return root


def _of_document(name: Any) -> Any:
    """A further name, if the document may have it."""
    if isinstance(name, str):
        return name
    return {**name, "in": DOCUMENT} if DOCUMENT in name["in"] else None


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def _write(path: Path, content: dict[str, Any]) -> None:
    if content:
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    else:
        path.unlink()
