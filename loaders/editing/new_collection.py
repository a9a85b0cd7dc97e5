"""Make a new collection: a valid folder with an example of every file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ...graph.errors import OutputError
from ...messages.message import foreign
from ..builds.inputs import SEEDS
from ..collection import read_collection
from .json_schemas import schema_files

#: Settings that tell editors where the schemas are.
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
#: What a collection in git has besides, and where: its hook, workflow and line endings. The action
#: is that of our own repository.
_GIT: Final = {
    Path(".gitattributes"): Path("gitattributes"),
    Path(".gitignore"): Path("gitignore"),
    Path(".pre-commit-config.yaml"): Path("pre-commit-config.yaml"),
    Path(".github/workflows/taawun.yml"): Path("workflows/taawun.yml"),
    Path(".github/actions/taawun/action.yml"): SEEDS.parent / "action.yml",
}
_GIT_FILES: Final = Path(__file__).parent / "git_files"
#: The example collection, about two invented countries.
TEMPLATE: Final = Path(__file__).parent / "template"


def new_collection(
    folder: Path,
    below: Sequence[Path] = (),
    *,
    with_example: bool = False,
    for_git: bool = False,
) -> list[Path]:
    """Make the collection ``folder``; returns its files.

    ``below`` are the collections under it, besides the bundled one: its schemas include their
    terms and entities. ``with_example`` includes an invented example as text and facts; without it
    the example is commented out, so that no answer contains it. ``for_git`` adds a pre-commit hook
    and a workflow that checks, previews and publishes. Raises ``OutputError`` if the
    folder is not empty or cannot be made; then nothing is left behind.
    """
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise OutputError("folder-not-empty", folder=str(folder))
        if folder.exists() and not folder.is_dir():
            raise OutputError("folder-is-a-file", folder=str(folder))
        beside = folder if folder.is_dir() else folder.parent
        beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".taawun-", dir=beside) as unfinished:
            made = Path(unfinished) / "collection"
            files = [*_files(below, with_example), *(_files_for_git() if for_git else ())]
            for name, content in files:
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            _move(made, folder)
    except OSError as error:
        raise OutputError("folder-not-made", folder=str(folder), reason=foreign(error)) from error
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


def _files_for_git() -> Iterator[tuple[Path, bytes]]:
    from importlib.metadata import version

    ours = version("taawun").encode()
    for name, source in _GIT.items():
        yield name, (_GIT_FILES / source).read_bytes().replace(b"==VERSION", b"==" + ours)


def _commented(text: str) -> str:
    return "".join(
        line if line.startswith("#") else f"# {line}" for line in text.splitlines(keepends=True)
    )


def _move(made: Path, folder: Path) -> None:
    """Move the files into place. An empty folder is kept: it may be a working directory."""
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
