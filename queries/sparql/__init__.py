"""SPARQL 1.1 syntax: parser, analysis and writer."""
