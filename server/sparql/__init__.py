"""The SPARQL 1.1 Protocol endpoint and the HTTP API of stored questions."""
