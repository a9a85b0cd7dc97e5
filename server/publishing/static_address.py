"""Addresses of the site and the files that hold their pages.

Arabic pages lie at the root, English ones under ``en/``. Links between files are relative, so the
site works from any folder, under any path of a host, and without a server.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from ...ontology.namespaces import BASE

#: The start page and the pages that the site calls differently from ``taawun serve``.
HOME: Final = "/home"
_FILES: Final = {"/": "explorer.html", HOME: "index.html"}
#: The suffixes of files that are the same in both languages.
SHARED: Final = (".ttl", ".jsonld", ".css", ".js", ".xml", ".png", ".nq", ".csv")
#: Parameters of an address that do not distinguish pages: proofs are always shown.
_NEUTRAL: Final = ("lang", "why")
_LINK: Final = re.compile(r' (href|action|src)="(/[^"]*|\?[^"]*)"')


class Address(NamedTuple):
    """A page of the site: the path on the server, and the values of its parameters."""

    path: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def is_shared(self) -> bool:
        """Whether both languages have the same file."""
        return self.path.endswith(SHARED) or self.path.startswith("/docs/")

    def file(self, language: str) -> str:
        """The file of the page, relative to the root of the site."""
        name = _FILES.get(self.path, self.path.strip("/"))
        if self.is_shared:
            return name
        if self.values:
            values = ",".join(f"{key}={value.replace('/', '.')}" for key, value in self.values)
            name = f"{name}/{values}"
        name = name if name.endswith(".html") else f"{name}.html"
        return name if language == "ar" else f"{language}/{name}"


def read_address(link: str) -> tuple[Address, str, str]:
    """The address of a link that begins with a slash, its language (or empty) and its fragment."""
    parts = urlsplit(link)
    found = dict(parse_qsl(parts.query, keep_blank_values=True))
    values = tuple((name, found[name]) for name in sorted(found) if name not in _NEUTRAL)
    return Address(_unquoted(parts.path), values), found.get("lang", ""), parts.fragment


@lru_cache(maxsize=50_000)
def _target(link: str, language: str) -> tuple[Address, str]:
    """The address of a link, and its file with the fragment, as a path from the root."""
    address, chosen, fragment = read_address(link)
    file = quote(address.file(chosen or language), safe="/=,")
    return address, f"{file}#{fragment}" if fragment else file


def _unquoted(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)


def relinked(html: str, file: str, language: str, found: Callable[[Address], None]) -> str:
    """The page with every link to the site made relative to its file.

    ``found`` is called with the address of each link.
    """
    up = "../" * file.count("/")

    def relative(match: re.Match[str]) -> str:
        link = unescape(match[2])
        if link.startswith("?"):
            return match[0]
        address, target = _target(link, language)
        found(address)
        return f' {match[1]}="{escape(up + target)}"'

    return _LINK.sub(relative, html)


def address_of(iri: str) -> Address:
    """The address at which the site describes an IRI of ours."""
    path = iri.removeprefix(BASE).partition("#")[0]
    return Address(f"/{path}" if path.startswith(("document/", "ontology")) else f"/{path}.html")
