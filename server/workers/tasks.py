"""What worker processes can be asked to do, by name; each task writes one reply."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, TypeAlias

Task: TypeAlias = Callable[..., None]

#: Each task and the module that has it.
TASKS: Final = {
    "query": "sparql.query_tasks",
    "explained": "sparql.query_tasks",
    "question": "sparql.query_tasks",
    "questions": "sparql.query_tasks",
    "openapi": "sparql.openapi",
    "resource": "pages.resources",
    "questions_page": "pages.question_pages",
    "question_page": "pages.question_pages",
    "query_page": "pages.question_pages",
    "explorer": "pages.make_explorer",
}


def task(name: str) -> Task:
    """The task of that name, its module loaded only now."""
    found: Task = getattr(import_module(f"..{TASKS[name]}", __package__), name)
    return found
