"""Taawun: Egypt's digital cooperation as a knowledge graph whose every answer shows its proof.

``taawun.open()`` gives the graph; what it can do is in ``help(taawun.KnowledgeGraph)``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import KnowledgeGraph, Row, Rows, open
    from .graph.errors import TaawunError

__all__ = ["KnowledgeGraph", "Row", "Rows", "TaawunError", "open"]


def __dir__() -> list[str]:
    """The public names, for completion and ``help``, whether loaded or not."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """The public names, loaded when they are asked for: the command line needs few of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import api

    return getattr(api, name)
