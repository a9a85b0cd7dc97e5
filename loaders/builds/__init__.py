"""Builds: from collections to a finished store in the cache folder."""
