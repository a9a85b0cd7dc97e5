"""HTML pages for what the graph names."""
