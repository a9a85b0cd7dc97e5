"""The task that makes the explorer page of the whole graph, or finds it made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from ..workers.reply import Reply
from ..workers.served_graph import OpenedBuild
from .page_cache import find, keep

_ROOT: Final = Path(__file__).parent.parent.parent
#: The folders whose code and assets make the page, and the packages that do.
_MAKERS: Final = ("graph", "ontology", "queries", "viz")
_PACKAGES: Final = ("jinja2", "pyoxigraph", "pyvis")


def explorer(graph: OpenedBuild, reply: Reply, *, language: str) -> None:
    """Write the page, which opens in the language; it is kept in the folder of the build."""
    name = f"explorer-{_key(graph, language)}"
    page = find(graph.folder / name)
    if page is None:
        page = _made(graph, language).encode()
        keep(graph.folder / name, page)
    reply.begin("text/html")
    reply.body.buffer.write(page)


def _made(graph: OpenedBuild, language: str) -> str:
    from ...viz.explorer import render
    from ...viz.read_view import read_view
    from ...viz.stored_answers import answer_questions

    return render(
        read_view(graph.store),
        lang=language,
        texts={slug: text for slug, (_, text) in graph.texts().items()},
        questions=list(answer_questions(graph.store, graph.catalogue.questions.values())),
    )


def _key(graph: OpenedBuild, language: str) -> str:
    """Digits of everything that the page is made from."""
    digest = sha256(f"{graph.folder.name} {language} {_makers()}".encode())
    for slug, (checksum, _) in sorted(graph.texts().items()):
        digest.update(f"{slug} {checksum}\n".encode())
    for name, question in graph.catalogue.questions.items():
        digest.update(f"{name} {len(question.text)} {question.text}".encode())
    return digest.hexdigest()[:16]


@cache
def _makers() -> str:
    digest = sha256(" ".join(map(version, _PACKAGES)).encode())
    for path in (*sorted(_files()), Path(__file__)):
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for folder in _MAKERS:
        for path in (_ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                yield path
