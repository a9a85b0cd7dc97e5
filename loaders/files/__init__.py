"""File formats of a collection: YAML, CSV and JSON lines."""
