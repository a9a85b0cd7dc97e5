"""Taawun: Egypt's digital cooperation as a knowledge graph whose every answer shows its proof."""

from .api import KnowledgeGraph, Row, Rows, open
from .graph.errors import TaawunError

__all__ = ["KnowledgeGraph", "Row", "Rows", "TaawunError", "open"]
