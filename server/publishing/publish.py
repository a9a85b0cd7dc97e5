"""Write the whole site as static files: every page in both languages, data, search and feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import IO, Final

from ...graph.store import Store, select
from ...graph.whole_file import whole_folder
from ...messages.message import LANGUAGES
from ...ontology.namespaces import (
    BASE,
    DOCUMENT,
    EVIDENCE,
    FACT,
    ID,
    INFERENCE,
    PASSAGE,
)
from ...queries.changes import changes
from ...queries.export import export
from ..pages.list_pages import LISTS
from ..pages.routes import style_sheet
from ..sparql.named_graphs import NAMED
from .atom_feed import sitemaps, write_feed
from .page_head import Described, with_head
from .published_build import PublishedBuild
from .search_index import search_script, write_index
from .static_address import HOME, Address, address_of, read_address, relinked
from .static_page import page_at

#: The file by which a published site is recognised, so that only such a folder is replaced.
MARK: Final = "taawun-site.json"
_SUBJECTS: Final = """SELECT DISTINCT ?thing WHERE {{
  {{ ?thing ?p ?o }} UNION {{ GRAPH ?g {{ ?thing ?p ?o }} }}
  FILTER(STRSTARTS(STR(?thing), "{start}"))
}}"""
_STARTS: Final = (ID, DOCUMENT, FACT, INFERENCE, EVIDENCE, PASSAGE)
#: The exports that the site offers for download.
_DATA: Final = {"nquads": "nq", "csv": "csv"}


@dataclass(frozen=True, slots=True)
class Published:
    """What was written: pages in each language, and all files with their size in bytes."""

    pages: int
    files: int
    size: int


def publish(
    folder: Path,
    graph: PublishedBuild,
    *,
    site: str | None = None,
    before: Store | None = None,
) -> Published:
    """Write the site of a build into a folder, whole or not at all.

    ``site`` is the address under which it will be found, for what needs full addresses: sitemap,
    canonical links and the pictures of previews. ``before`` is the state of the last release, from
    which the feed tells the changes. Raises ``FileExistsError`` if the folder has files of
    somebody else, and ``OSError`` if it cannot be written.
    """
    with whole_folder(folder, MARK) as made:
        return _Site(made, graph, site).write(before)


class _Site:
    """One site while it is written."""

    def __init__(self, folder: Path, graph: PublishedBuild, site: str | None) -> None:
        self._folder, self._graph, self._site = folder, graph, site
        self._described = Described(graph.store)
        #: The addresses found so far, in the order in which they are written.
        self._queue: dict[Address, None] = {}
        self._folders: set[Path] = set()
        self._files = self._size = 0

    def write(self, before: Store | None) -> Published:
        """Write every page that the graph has, and every page that one of these links to."""
        # First, as long as the build is in the cache: another build may be made in the meantime.
        for form, suffix in _DATA.items():
            with self._open(f"data/taawun.{suffix}") as out:
                export(form, self._graph.dump, self._graph.store, out)
        self._queue.update(dict.fromkeys(self._addresses()))
        done = 0
        while done < len(self._queue):
            for address in [*self._queue][done:]:
                self._write_address(address)
                done += 1
        pages = [a for a in self._queue if not a.is_shared]
        self._write_shared(before, pages)
        mark = {"edition": self._graph.edition, "day": self._graph.day, "files": self._files + 1}
        self._save(MARK, json.dumps(mark, indent=2).encode() + b"\n")
        return Published(len(pages), self._files, self._size)

    def _addresses(self) -> Iterator[Address]:
        """Every page of the site that is known in advance."""
        graph = self._graph
        for path in (HOME, "/about", "/", "/questions", *(f"/{name}" for name in LISTS)):
            yield Address(path)
        for name, values in graph.values.items():
            yield Address(f"/questions/{name}")
            for value in values:
                yield read_address(graph.link(name, value))[0]
        for iri in (BASE + "ontology", *NAMED):
            yield from _forms(iri)
        things = [row["thing"].value for row in select(graph.store, _SUBJECTS.format(start=ID))]
        for kind in sorted({iri.removeprefix(ID).partition("/")[0] for iri in things}):
            if graph.names.members(kind):
                yield Address(f"/id/{kind}")
        for start in _STARTS:
            rows = select(graph.store, _SUBJECTS.format(start=start))
            for iri in sorted(row["thing"].value for row in rows):
                # A selector is described with its evidence.
                if iri.removeprefix(BASE).count("/") == 1 or start == ID:
                    yield from _forms(iri)

    def _write_address(self, address: Address) -> None:
        if address.is_shared:
            if address.path.startswith(tuple(_OWN)):
                return
            self._save(address.file("ar"), page_at(self._graph, address, "en").body)
            return
        for language in LANGUAGES:
            made = page_at(self._graph, address, language)
            file = address.file(language)
            html = _redirect(made.location) if made.location else made.body.decode()
            if address.path != "/":
                html = relinked(html, file, language, self._found)
            if not made.location:
                html = with_head(html, address, language, self._described, self._site)
            self._save(file, html.encode())

    def _found(self, address: Address) -> None:
        if not address.path.startswith(tuple(_OWN)):
            self._queue.setdefault(address)

    def _write_shared(self, before: Store | None, pages: list[Address]) -> None:
        """Write what is not a page: style, search, data, feed, sitemap and pictures."""
        graph = self._graph
        self._save("style.css", style_sheet())
        self._save("search.js", search_script())
        found = changes(before, graph.store) if before else None
        for language in LANGUAGES:
            with self._open(f"search-{language}.js") as out:
                write_index(graph, language, out)
            with self._open("feed.xml" if language == "ar" else "feed-en.xml") as out:
                write_feed(
                    out, language, graph.day, graph.edition, found, before, graph.store, self._site
                )
            picture = files("taawun.server.pages") / "assets" / f"preview-{language}.png"
            self._save(f"preview-{language}.png", picture.read_bytes())
        self._save(".htaccess", (files("taawun.server.pages") / "assets" / "htaccess").read_bytes())
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
        with self._open(name) as out:
            out.write(content)

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        path = self._folder / name
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        with path.open("wb") as out:
            yield out
            self._files += 1
            self._size += out.tell()


#: Shared files that are made once and not found by their links.
_OWN: Final = ("/style.css", "/search", "/feed", "/data/", "/docs/", "/preview-")


def _forms(iri: str) -> Iterator[Address]:
    """The page about an IRI, and its descriptions in RDF."""
    page = address_of(iri)
    yield page
    bare = page.path.removesuffix(".html")
    yield Address(f"{bare}.ttl")
    yield Address(f"{bare}.jsonld")


def _redirect(location: str) -> str:
    """A page that leads to another one, for what a server would redirect."""
    link = escape(location)
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>→</title>\n'
        f'<link rel="canonical" href="{link}">\n'
        f'<script>location.replace(document.querySelector("link").href)</script></head>\n'
        f'<body><a href="{link}">→</a></body></html>\n'
    )
