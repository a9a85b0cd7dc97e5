"""The commands that serve: ``serve``, ``mcp``."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

import click

from ..graph.errors import MisuseError, needs
from ..messages.message import say
from .output import print_line
from .settings import Settings, common, page_options, port_option

#: An origin as browsers send it: scheme, host, and the port if it is not the usual one.
_ORIGIN: Final = r"\*|https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]+)?"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@port_option(7878, "The port to listen on; 0 picks a free one.")
@click.option(
    "--public",
    multiple=True,
    metavar="NAME",
    help="A host name by which others reach the server (repeatable).",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site whose pages may read answers, as https://data.example; * for any (repeatable).",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="How many short queries run at once, and as many long ones.",
)
@click.option(
    "--memory",
    default=1024,
    show_default=True,
    type=click.IntRange(min=256),
    help="Megabytes of memory that one query may use.",
)
@click.option(
    "--answer",
    default=1024,
    show_default=True,
    type=click.IntRange(min=1),
    help="Megabytes that one answer may have at most.",
)
@page_options
@common
@click.pass_obj
def serve(
    settings: Settings,
    host: str,
    port: int,
    public: Sequence[str],
    origins: Sequence[str],
    workers: int | None,
    memory: int,
    answer: int,
    no_texts: bool,
    open_it: bool,
) -> None:
    """Serve the explorer, the pages, the questions and a SPARQL 1.1 endpoint, on this machine
    only. With --endpoint, the graph is the one in that store.

    \b
    taawun serve --port 7878 --timeout 30
    curl http://127.0.0.1:7878/sparql --data-urlencode 'query=ASK {}'
    """
    from ..loaders.builds.build import build
    from ..loaders.builds.cache import cache_folder

    with needs("server"):
        from ..server.application import listen, run
        from ..server.workers.process import Limits, Served

    if not public and not _is_loopback(host):
        raise MisuseError("serve-reachable-by-others", host=host)
    for origin in origins:
        if not re.fullmatch(_ORIGIN, origin):
            raise MisuseError("serve-bad-origin", origin=origin)
    folder = cache_folder() if settings.endpoint else build(settings.collections).path
    served = Served(
        folder, tuple(settings.collections), texts=not no_texts, endpoint=settings.endpoint
    )
    limits = Limits(seconds=settings.patience, memory=memory, answer=answer)
    if workers:
        limits = replace(limits, workers=workers)
    if sys.platform == "win32":
        click.echo(say("serve-without-memory-limit", settings.language), err=True)
    with listen(host, port) as listener:
        address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
        print_line(say("serve-ready", settings.language, address=address))
        if open_it:
            click.launch(address)
        run(listener, served, limits, public, origins)


@click.command()
@click.option("--http", is_flag=True, help="Serve streamable HTTP on this machine, not stdio.")
@port_option(7879, "With --http: the port to listen on; 0 picks a free one.")
@click.option(
    "--no-texts",
    is_flag=True,
    help="Include the quotes only, not the whole documents, which others may not republish.",
)
@common
@click.pass_obj
def mcp(settings: Settings, http: bool, port: int, no_texts: bool) -> None:
    """Serve the graph to assistants by the Model Context Protocol, with quotes for every answer.

    \b
    taawun mcp
    taawun mcp --http --port 7879
    """
    from ..loaders.builds.build import build

    with needs("mcp"):
        from ..server.application import listen, run_plain
        from ..server.assistants.mcp_server import mcp_server
        from ..server.workers.process import Limits, Served

    if settings.endpoint:
        raise MisuseError("mcp-with-endpoint")
    made = build(settings.collections)
    served = Served(made.path, tuple(settings.collections), texts=not no_texts)
    server = mcp_server(served, Limits(seconds=settings.patience))
    if not http:
        server.run("stdio")
        return
    with listen("127.0.0.1", port) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        print_line(say("mcp-ready", settings.language, address=address))
        run_plain(listener, server.streamable_http_app())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
