"""Lines for people."""

from __future__ import annotations

import click

from ..graph.control_characters import visible


def print_line(text: str, *, err: bool = False) -> None:
    """Print a line; what would steer the terminal, in a name or path that it holds, is shown."""
    click.echo(visible(text), err=err)
