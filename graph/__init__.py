"""Facts and their evidence, the stores that hold them, and what is derived from them."""
