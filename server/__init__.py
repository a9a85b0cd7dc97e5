"""The server: a read-only SPARQL 1.1 Protocol endpoint and pages for the graph's resources."""
