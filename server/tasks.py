"""What worker processes can be asked to do, by name; each task writes one reply."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, TypeAlias

Task: TypeAlias = Callable[..., None]

#: Each task and the module that has it.
TASKS: Final = {
    "query": "asking",
    "explained": "asking",
    "question": "asking",
    "questions": "asking",
    "openapi": "openapi",
    "resource": "resources",
    "questions_page": "question_pages",
    "question_page": "question_pages",
    "query_page": "question_pages",
    "explorer": "explorer",
}


def task(name: str) -> Task:
    """The task of that name, its module loaded only now."""
    found: Task = getattr(import_module(f".{TASKS[name]}", __package__), name)
    return found
