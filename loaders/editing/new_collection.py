"""A new collection: a folder that is accepted as it stands, with a model of every file in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ...graph.errors import OutputError
from ..builds.inputs import SEEDS
from ..collection import read_collection
from .json_schemas import schema_files

#: What tells editors where the schemas are.
_EDITORS: Final = {
    Path(".vscode/settings.json"): b"""\
{
  "yaml.schemas": {
    "./schemas/facts.json": ["facts/*.yaml", "facts/*.yml"],
    "./schemas/entities.json": ["entities/*.yaml", "entities/*.yml"],
    "./schemas/documents.json": ["documents/documents.yaml"]
  }
}
""",
    Path(".vscode/extensions.json"): b'{ "recommendations": ["redhat.vscode-yaml"] }\n',
}
#: The example collection, about two invented countries.
TEMPLATE: Final = Path(__file__).parent / "template"


def new_collection(
    folder: Path, below: Sequence[Path] = (), *, with_example: bool = False
) -> list[Path]:
    """Make the collection ``folder``; returns its files.

    ``below`` are the collections that it will stand on, besides the bundled one: its schemas
    know their terms and entities. ``with_example`` puts the invented example in as text and facts.
    Without it the example is commented out, so that nothing invented stands in an answer. Raises
    ``OutputError`` where the folder has something in it already, or cannot be made; then nothing
    is left of it.
    """
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty; nothing was written: choose another folder")
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file; nothing was written: choose another name")
        beside = folder if folder.is_dir() else folder.parent
        beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".taawun-", dir=beside) as unfinished:
            made = Path(unfinished) / "collection"
            for name, content in _files(below, with_example):
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            _move(made, folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror or error}") from error
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _files(below: Sequence[Path], with_example: bool) -> Iterator[tuple[Path, bytes]]:
    yield from _EDITORS.items()
    known = [SEEDS, *below, TEMPLATE] if with_example else [SEEDS, *below]
    yield from schema_files(read_collection(known)).items()
    for path in sorted(TEMPLATE.rglob("*")):
        name = path.relative_to(TEMPLATE)
        if not path.is_file() or (path.suffix == ".txt" and not with_example):
            continue
        content = path.read_bytes()
        is_spared = with_example or path.suffix != ".yaml"
        yield name, content if is_spared else _commented(content.decode()).encode()


def _commented(text: str) -> str:
    return "".join(
        line if line.startswith("#") else f"# {line}" for line in text.splitlines(keepends=True)
    )


def _move(made: Path, folder: Path) -> None:
    """Put what is made in its place. An empty folder that is there stays the same folder:
    somebody may be standing in it.
    """
    if not folder.exists():
        made.rename(folder)
        return
    moved: list[Path] = []
    try:
        for path in sorted(made.iterdir()):
            moved.append(path.rename(folder / path.name))
    except OSError:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
