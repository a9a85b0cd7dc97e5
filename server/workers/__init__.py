"""Worker processes that evaluate queries, and the pool that limits them."""
