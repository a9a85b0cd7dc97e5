"""Faults and errors in Arabic: their sentences, and finding them by the English ones."""
