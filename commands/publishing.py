"""Commands for what others get: ``publish``, ``release``."""

from __future__ import annotations

from pathlib import Path

import click

from ..graph.errors import MisuseError, OutputError, needs
from ..messages.message import foreign, say
from .output import print_line
from .settings import Settings, common, page_options


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
@page_options
@common
@click.pass_obj
def publish(
    settings: Settings,
    folder: Path,
    base: str | None,
    since: str | None,
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
    here = [Path()] if Path("facts").is_dir() else []
    before = States(settings.collections or here).get(since) if since else None
    graph = PublishedBuild(
        build(settings.collections), settings.collections, shows_texts=not no_texts
    )
    site = None if base is None else base.rstrip("/") + "/"
    try:
        written = write_site(folder, graph, site=site, before=before)
    except FileExistsError as error:
        raise OutputError("publish-folder-used", folder=str(folder)) from error
    except OSError as error:
        reason = foreign(error.strerror or str(error))
        raise OutputError("output-not-written", file=str(folder), reason=reason) from error
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
@click.option("--data-version", default="1.0.0", show_default=True, help="The version of the data.")
@click.option("--parquet", is_flag=True, help="Also write Parquet, with the package pyarrow.")
@common
@click.pass_obj
def release(settings: Settings, folder: Path, data_version: str, parquet: bool) -> None:
    """Write the data for others: RDF, CSV with a data package, SQLite with full-text search.

    \b
    taawun release data-release
    """
    from ..graph.whole_file import whole_folder
    from ..loaders.builds.build import build
    from ..loaders.builds.inputs import SEEDS, day_of
    from ..queries.data_release import MARK, write_release

    if settings.endpoint:
        raise MisuseError("publish-with-endpoint")
    made = build(settings.collections)
    try:
        with whole_folder(folder, MARK) as place:
            write_release(
                place, made.dump, made.store(), version=data_version,
                day=day_of([SEEDS, *settings.collections]), parquet=parquet,
            )  # fmt: skip
    except FileExistsError as error:
        raise OutputError("publish-folder-used", folder=str(folder)) from error
    except OSError as error:
        reason = foreign(error.strerror or str(error))
        raise OutputError("output-not-written", file=str(folder), reason=reason) from error
    print_line(say("release-done", settings.language, folder=str(folder), version=data_version))
