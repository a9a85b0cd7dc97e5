"""The interactive picture of the graph."""
