"""Checks over facts, quotes, figures and shapes; each reports faults with place and remedy."""
