"""The desk: a page on this machine to read a text and enter the facts that it states."""
