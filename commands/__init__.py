"""The commands, a module for each job; ``cli.py`` loads the one that is asked for."""
