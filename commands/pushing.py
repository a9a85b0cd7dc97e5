"""The command that fills a remote store: ``push``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click

from ..graph.control_characters import escaped
from ..graph.errors import MisuseError
from ..graph.remote.endpoint import Endpoint
from ..graph.remote.push import Comparison, Progress, compare
from ..graph.remote.push import push as push_dataset
from ..messages.message import say
from .output import print_line
from .settings import FAULTS, Settings, common


@click.command()
@click.option(
    "--update",
    metavar="URL",
    help="The address for updates.  [default: the endpoint, with /update for a final /query]",
)
@click.option("--check", is_flag=True, help="Change nothing; compare the store with the build.")
@common
@click.pass_obj
def push(settings: Settings, update: str | None, check: bool) -> None:
    """Load the graph into a remote SPARQL 1.1 store, or update the copy that it has.

    Only differences are sent, so an interrupted push continues where it stopped. Other graphs in
    the store are not touched. The name and password come from TAAWUN_USER and TAAWUN_PASSWORD.

    \b
    taawun push --endpoint http://localhost:7878/query
    taawun push --endpoint http://localhost:8890/sparql --update http://localhost:8890/sparql-auth
    taawun push --endpoint http://localhost:7878/query --check
    """
    from ..loaders.builds.build import build as build_graph

    url = settings.endpoint
    if url is None:
        raise MisuseError("endpoint-missing")
    update = update or re.sub(r"/query$", "/update", url)
    endpoint = Endpoint(url, timeout=settings.patience, update_url=update)
    local = build_graph(settings.collections).store()
    with _progress(settings.language) as progress:
        found = compare(local, endpoint, progress) if check else None
        done = None if check else push_dataset(local, endpoint, progress)
    if found:
        _report(settings, url, found)
    if done:
        print_line(say("push-done", settings.language, url=url, **asdict(done)))


def _report(settings: Settings, url: str, found: Comparison) -> None:
    """Say whether the store holds the build; exit 1 if it does not."""
    if not found.missing and not found.extra:
        print_line(say("push-same", settings.language, url=url, count=found.held))
        return
    print_line(
        say(
            "push-different",
            settings.language,
            url=url,
            held=found.held,
            missing=found.missing,
            extra=found.extra,
        ),
        err=True,
    )
    for sign, quads, count in (
        ("-", found.first_missing, found.missing),
        ("+", found.first_extra, found.extra),
    ):
        for quad in quads:
            print_line(f"{sign} {escaped(str(quad))} .", err=True)
        if count > len(quads):
            click.echo(f"{sign} … {count - len(quads)}", err=True)
    sys.exit(FAULTS)


@contextmanager
def _progress(language: str) -> Iterator[Progress]:
    """A line on a terminal that says how far the work is; nothing where there is none."""
    shows = sys.stderr.isatty()

    def show(what: str, done: int, total: int) -> None:
        if shows:
            told = say(f"push-{what}", language, done=done, total=total)
            click.echo(f"\r\x1b[K{told}", nl=False, err=True)

    try:
        yield show
    finally:
        if shows:
            click.echo("\r\x1b[K", nl=False, err=True)
