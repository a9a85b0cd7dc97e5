"""Read the ontology of a stack of collections: ours and the terms in their ``ontology/``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from ..graph.errors import CollectionError
from ..messages.fault import Fault
from ..ontology.extension import SHAPES_NAME, Extension, sources_of
from ..ontology.schema import Schema
from .files.yaml_nodes import files, strays

#: The folder of a collection that holds its Turtle files.
FOLDER: Final = "ontology"


def term_files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The Turtle files that add terms, each with the name that messages give it."""
    for folder in folders:
        for path in files(folder / FOLDER, ".ttl"):
            if path.name != SHAPES_NAME:
                yield f"{folder.resolve().name}/{FOLDER}/{path.name}", path


def shape_files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The collections' files of shapes, each with the name that messages give it."""
    for folder in folders:
        path = folder / FOLDER / SHAPES_NAME
        if path.is_file():
            yield f"{folder.resolve().name}/{FOLDER}/{SHAPES_NAME}", path


def read_ontology(folders: Sequence[Path], faults: list[Fault], performed: Counter[str]) -> Schema:
    """Our ontology with the terms of the collections.

    A term with faults is used all the same, so that facts that use it are not refused too. Raises
    ``CollectionError`` where a file cannot be read at all, for the same reason.
    """
    for folder in folders:
        name = f"{folder.resolve().name}/{FOLDER}"
        faults.extend(strays(folder / FOLDER, name, ".ttl"))
    found = list(term_files(folders))
    if not found and not any(shape_files(folders)):
        return Schema.load()
    sources, unreadable = sources_of(found)
    shapes, spoiled = sources_of(shape_files(folders))
    if unreadable or spoiled:
        raise CollectionError([*faults, *unreadable, *spoiled])
    if shapes:
        from .checks.collection_shapes import lint_shapes

        count, wrong = lint_shapes(shapes)
        performed["shapes of collections"] += count
        faults.extend(wrong)
    # The file that `taawun new` makes has only comments; for it, linting our ontology is wasted.
    if not any(source.triples or source.prefixes for source in sources):
        return Schema.load()
    extension = Extension(sources)
    count, wrong = extension.lint()
    performed["ontology"] += count
    faults.extend(wrong)
    return extended(extension)


def extended(extension: Extension) -> Schema:
    """Our ontology with the terms of the files and the declarations of their prefixes."""
    return Schema(dict.fromkeys((*extension.ours.triples, *extension.triples, *extension.header())))
