"""HTML pages for the graph's resources."""
