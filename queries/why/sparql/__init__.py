"""The syntax of SPARQL 1.1 queries: parsed, analysed and written."""
