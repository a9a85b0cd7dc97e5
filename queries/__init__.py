"""Stored questions: run them, and explain every row of their answers."""
