"""The ontology: its Turtle files, and the names of its IRIs."""
