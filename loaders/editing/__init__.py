"""Editing a collection: adding facts and entries, importing tables, starting a new one."""
