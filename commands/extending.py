"""Extending what is known by hand: ``new``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ..printing import say
from .settings import Settings, common


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--example", is_flag=True, help="With the invented example as text and facts.")
@common
@click.pass_obj
def new(settings: Settings, folder: Path, example: bool) -> None:
    """Start a collection of your own: a folder with a model of every file in it.

    It is accepted as it stands, and stacks over the bundled one with --collection DIR.
    """
    from ..loaders.new_collection import new_collection

    new_collection(folder, with_example=example)
    marked = say("new example", settings.language) if example else ""
    name = shlex.quote(str(folder))
    click.echo(say("new collection", settings.language, folder, marked, name))
