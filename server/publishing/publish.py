"""Write the whole site as static files: every page in both languages, data, search and feed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files as resources
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from ...graph.errors import OutputError
from ...graph.garbage_collection import collected_apart
from ...graph.store import Store, select
from ...graph.whole_file import whole_folder
from ...messages.message import LANGUAGES
from ...ontology.namespaces import TW
from ...ontology.schema import class_slug
from ...queries.changes import changes
from ...queries.export import export
from ..pages.list_pages import LISTS
from ..pages.resources import serialized, triples_about
from ..pages.routes import style_sheet
from .atom_feed import sitemaps, write_feed
from .page_head import Described, with_head
from .published_build import OpenedWith, PublishedBuild, Values
from .search_index import search_script, write_indexes
from .static_address import HOME, Address, address_at, relative
from .static_page import page_at

#: The file by which a published site is recognised, so that only such a folder is replaced.
MARK: Final = "taawun-site.json"
#: The classes of entities.
_KINDS: Final = f"SELECT DISTINCT ?kind {{ ?thing a ?kind FILTER(STRSTARTS(STR(?kind), '{TW}')) }}"
#: How many pages a process of the pool is given at once.
_TOGETHER: Final = 100
#: The forms in which things are described for programs, and their media types.
_RDF: Final = {"ttl": "text/turtle", "jsonld": "application/ld+json"}
#: The exports that the site offers for download.
_DATA: Final = {"nquads": "nq", "csv": "csv"}


@dataclass(frozen=True, slots=True)
class Published:
    """What was written: pages in each language, and all files with their size in bytes."""

    pages: int
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """What was written of some pages: files, bytes, and the addresses that they link to."""

    files: int
    size: int
    linked: set[Address]


def publish(
    folder: Path,
    graph: PublishedBuild,
    *,
    site: str | None = None,
    before: Store | None = None,
    jobs: int = 1,
) -> Published:
    """Write the site of a build into a folder, whole or not at all, with ``jobs`` processes.

    ``site`` is the address under which it will be found, for what needs full addresses: sitemap,
    canonical links and the pictures of previews. ``before`` is the state of the last release, from
    which the feed tells the changes. Raises ``FileExistsError`` if the folder has files of
    somebody else, and ``OSError`` if it cannot be written.
    """
    with whole_folder(folder, MARK) as made:
        return _Site(made, graph, site).write(before, jobs)


class _Site:
    """One site while it is written."""

    def __init__(self, folder: Path, graph: PublishedBuild, site: str | None) -> None:
        self._folder, self._graph, self._site = folder, graph, site
        self._described = Described(graph.store)
        self._folders: set[str] = set()
        self._files = self._size = 0

    def write(self, before: Store | None, jobs: int) -> Published:
        """Write every page that the graph has. A page may link only to one of these."""
        graph = self._graph
        # First, as long as the build is in the cache: another build may be made in the meantime.
        for form, suffix in _DATA.items():
            with self._open(f"data/taawun.{suffix}") as out:
                export(form, graph.dump, graph.store, out)
        pages = list(dict.fromkeys(self._addresses()))
        files = size = 0
        linked: set[Address] = set()
        for part in self._written(pages, jobs):
            files, size, linked = files + part.files, size + part.size, linked | part.linked
        for address in sorted(linked - {*pages}):
            if not address.is_shared:
                raise OutputError("site-link-dead", address=address.path)
        self._write_shared(before, pages)
        mark = {"edition": graph.edition, "day": graph.day, "files": files + self._files + 1}
        self._save(MARK, json.dumps(mark, indent=2).encode() + b"\n")
        return Published(len(pages), files + self._files, size + self._size)

    def _written(self, pages: Sequence[Address], jobs: int) -> Iterator[Part]:
        """Write the pages in parts, which ``jobs`` processes share, this one among them."""
        # The explorer, the first page, takes as long as some hundred others.
        starts = [0, *range(1, len(pages), _TOGETHER)]
        parts = [pages[start:end] for start, end in pairwise([*starts, len(pages)])]
        site = _Site(self._folder, self._graph, self._site)
        if jobs == 1:
            yield from map(site.write_pages, parts)
            return
        told = (self._folder, self._site), self._graph.opened_with, self._graph.values
        # Forking would copy the locks of an open store's threads.
        pool = ProcessPoolExecutor(jobs - 1, get_context("spawn"), _open_site, told)
        try:
            others = [pool.submit(_write_pages, part) for part in parts]
            for part, other in zip(reversed(parts), reversed(others), strict=True):
                # What has failed elsewhere fails at once; what nobody has begun is done here.
                for one in others:
                    if one.done() and not one.cancelled():
                        one.result()
                if other.cancel():
                    yield site.write_pages(part)
            yield from (other.result() for other in others if not other.cancelled())
        finally:
            pool.shutdown(cancel_futures=True)

    @collected_apart()
    def write_pages(self, pages: Sequence[Address]) -> Part:
        """Write some pages in both languages, and the RDF of what they are about."""
        graph = self._graph
        before = self._files, self._size
        for address in pages:
            for language in LANGUAGES:
                html, file = page_at(graph, address, language).decode(), address.file(language)
                if address.path != "/":
                    html = relative(html, file)
                html = with_head(html, address, language, self._described, self._site)
                self._save(file, html.encode())
            if iris := graph.described.get(address):
                about = [ox.NamedNode(iri) for iri in iris]
                triples = {triple for node in about for triple in triples_about(graph.store, node)}
                for suffix, media in _RDF.items():
                    name = address.path.strip("/").removesuffix(".html")
                    self._save(f"{name}.{suffix}", serialized(triples, media))
        linked, graph.linked = graph.linked, set()
        return Part(self._files - before[0], self._size - before[1], linked)

    def _addresses(self) -> Iterator[Address]:
        """Every page of the site, the one that takes longest first."""
        graph = self._graph
        for path in ("/", HOME, "/about", "/questions", *(f"/{name}" for name in LISTS)):
            yield Address(path)
        for name, values in graph.values.items():
            yield Address(f"/questions/{name}")
            for value in values:
                yield address_at(f"/questions/{name}", value)
        for kind in sorted({class_slug(row["kind"].value) for row in select(graph.store, _KINDS)}):
            if graph.names.members(kind):
                yield Address(f"/id/{kind}")
        yield from graph.described

    def _write_shared(self, before: Store | None, pages: list[Address]) -> None:
        """Write what is not a page: style, search, data, feed, sitemap and pictures."""
        graph = self._graph
        self._save("style.css", style_sheet())
        self._save("search.js", search_script())
        with self._open("search-ar.js") as arabic, self._open("search-en.js") as english:
            write_indexes(graph, {"ar": arabic, "en": english})
        found = changes(before, graph.store) if before else None
        for language in LANGUAGES:
            with self._open("feed.xml" if language == "ar" else "feed-en.xml") as out:
                write_feed(
                    out, language, graph.day, graph.edition, found, before, graph.store, self._site
                )
            picture = resources("taawun.server.pages") / "assets" / f"preview-{language}.png"
            self._save(f"preview-{language}.png", picture.read_bytes())
        rules = resources("taawun.server.pages") / "assets" / "htaccess"
        self._save(".htaccess", rules.read_bytes())
        if graph.docs is not None:
            for path in sorted(graph.docs.rglob("*")):
                if path.is_file():
                    self._save(f"docs/{path.relative_to(graph.docs).as_posix()}", path.read_bytes())
        if self._site is not None:
            both = ((page.file("ar"), page.file("en")) for page in pages)
            for name, content in sitemaps(both, self._site):
                self._save(name, content)
            self._save("robots.txt", f"Sitemap: {self._site}sitemap.xml\n".encode())

    def _save(self, name: str, content: bytes) -> None:
        # Without a buffer, a file takes half the calls to the system.
        with open(self._path(name), "wb", buffering=0) as out:
            left = memoryview(content)
            while left:
                left = left[out.write(left) :]
        self._files += 1
        self._size += len(content)

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        with open(self._path(name), "wb") as out:
            yield out
            self._files += 1
            self._size += out.tell()

    def _path(self, name: str) -> str:
        """The path of a file, whose folder is there."""
        folder = name.rpartition("/")[0]
        if folder not in self._folders:
            (self._folder / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return f"{self._folder}/{name}"


#: The site and its build in a process of the pool.
_OPENED: list[_Site] = []


def _open_site(place: tuple[Path, str | None], opened_with: OpenedWith, values: Values) -> None:
    """Open the build again in a process of the pool."""
    _OPENED[:] = [_Site(place[0], PublishedBuild.again(opened_with, values), place[1])]


def _write_pages(pages: Sequence[Address]) -> Part:
    return _OPENED[0].write_pages(pages)
