"""Reading questions in one's own words: recognised things, then a stored or a composed question."""

from .reading import Outcome, Reader

__all__ = ["Outcome", "Reader"]
