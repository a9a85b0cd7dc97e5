"""Commands that give the graph to others: ``serve``, ``mcp``, ``publish``, ``release``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import click

from ..graph.errors import MisuseError, needs
from ..messages.message import say
from .output import print_line, writable
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


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--base",
    metavar="URL",
    help="The address at which the site will be found: for the sitemap, canonical links and the "
    "pictures of previews.",
)
@click.option(
    "--since",
    metavar="STATE",
    help="The last release, as diff takes it: the feed tells what has changed since.",
)
@click.option(
    "--docs",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Include the documentation, as make docs builds it in build/docs.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=lambda: os.cpu_count() or 1,
    help="How many processes write pages at the same time; by default one for each processor.",
)
@page_options
@common
@click.pass_obj
def publish(
    settings: Settings,
    folder: Path,
    base: str | None,
    since: str | None,
    docs: Path | None,
    jobs: int,
    no_texts: bool,
    open_it: bool,
) -> None:
    """Write the whole site as static files, which need no server: pages in both languages,
    search, data and feed.

    \b
    taawun publish site
    taawun publish site --base https://data.example.org/taawun/ --no-texts
    """
    from ..loaders.builds.build import build
    from ..loaders.builds.snapshot import States

    with needs("server"):
        from ..server.publishing.publish import publish as write_site
        from ..server.publishing.published_build import PublishedBuild

    if settings.endpoint:
        raise MisuseError("publish-with-endpoint")
    if base is not None and not base.startswith(("http://", "https://")):
        raise MisuseError("publish-base-no-url", value=base)
    if docs is not None and not (docs / "en" / "index.html").is_file():
        raise MisuseError("publish-docs-none", folder=str(docs))
    before = States(settings.collections).get(since) if since else None
    graph = PublishedBuild(
        build(settings.collections), settings.collections, shows_texts=not no_texts, docs=docs
    )
    site = None if base is None else base.rstrip("/") + "/"
    with writable(folder):
        written = write_site(folder, graph, site=site, before=before, jobs=jobs)
    start = folder / "index.html"
    size = f"{written.size / 1e6:.0f}"
    print_line(
        say("publish-done", settings.language, file=str(start), pages=written.pages,
            files=written.files, size=size)
    )  # fmt: skip
    if base is None:
        print_line(say("publish-without-base", settings.language))
    if open_it:
        click.launch(str(start))


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--data-version",
    metavar="VERSION",
    help="The version of the data; by default the one after that of --since, or 1.0.0.",
)
@click.option(
    "--since",
    metavar="STATE",
    help="The folder of the last release, or a state as diff takes it: what has changed is told.",
)
@click.option("--parquet", is_flag=True, help="Also write Parquet, with the package pyarrow.")
@common
@click.pass_obj
def release(
    settings: Settings, folder: Path, data_version: str | None, since: str | None, parquet: bool
) -> None:
    """Write the data for others: RDF, CSV with a data package, SQLite with full-text search.

    \b
    taawun release data-release
    taawun release data-release --since data-release
    """
    from ..graph.whole_file import whole_folder
    from ..loaders.builds.build import build
    from ..loaders.builds.inputs import SEEDS, day_of
    from ..loaders.builds.snapshot import States
    from ..queries.data_release import write_release
    from ..queries.release_versions import MARK, VERSION, Edition, Previous

    if settings.endpoint:
        raise MisuseError("publish-with-endpoint")
    if data_version is not None and not VERSION.fullmatch(data_version):
        raise MisuseError("release-no-version", value=data_version)
    previous = None
    if since:
        previous = Previous.of(Path(since)) or Previous(States(settings.collections).get(since), "")
    made = build(settings.collections)
    store = made.store()
    following = previous.next_version(store) if previous and previous.version else "1.0.0"
    if data_version is None:
        data_version = following
    elif previous and previous.version == data_version != following:
        raise MisuseError("release-same-version", value=data_version, following=following)
    edition = Edition(data_version, day_of([SEEDS, *settings.collections]))
    with writable(folder), whole_folder(folder, MARK) as place:
        write_release(place, made.dump, store, edition, parquet=parquet, since=previous)
    print_line(say("release-done", settings.language, folder=str(folder), version=data_version))
