"""The graph for programs: lists with pages and fields, and a reconciliation service."""
