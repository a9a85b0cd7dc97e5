"""Stored questions: running them, and explaining every row of their answers."""
