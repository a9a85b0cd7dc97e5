"""The task that makes the explorer page of the whole graph."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from ..api import KnowledgeGraph
from .reply import Reply


def explorer(graph: KnowledgeGraph, reply: Reply, *, language: str) -> None:
    """Write the page, which opens in the language."""
    graph.language = language
    with TemporaryDirectory() as folder:
        page = graph.explore(Path(folder) / "explorer.html").read_bytes()
    reply.begin("text/html")
    reply.body.buffer.write(page)
