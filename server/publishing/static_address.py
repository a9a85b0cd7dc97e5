"""Addresses of the site and the files that hold their pages.

Arabic pages lie at the root, English ones under ``en/``. Links between files are relative, so the
site works from any folder, under any path of a host, and without a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

from ...ontology.namespaces import BASE, EVIDENCE, INFERENCE, PASSAGE

#: The start page and the pages that the site calls differently from ``taawun serve``.
HOME: Final = "/home"
_FILES: Final = {"/": "explorer.html", HOME: "index.html"}
#: The suffixes of files that are the same in both languages.
SHARED: Final = (".ttl", ".jsonld", ".css", ".js", ".xml", ".png", ".nq", ".csv")
#: Parameters of an address that do not distinguish pages: proofs are always shown.
_NEUTRAL: Final = ("lang", "why")
#: What there is thousands of, and nobody reads alone: those whose digits begin alike share a file.
GATHERED: Final = (INFERENCE, EVIDENCE, PASSAGE)
_DIGITS: Final = 2
_LINKING: Final = ("href", "action", "src")


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


def address_at(path: str, values: Mapping[str, str]) -> Address:
    """The address of a path of the server with these parameters."""
    told = [(name, values[name]) for name in sorted(values) if name not in _NEUTRAL]
    return Address(path, tuple(told))


def address_of(iri: str) -> tuple[Address, str]:
    """The page of the site that describes an IRI of ours, and the place in it, or empty.

    A selector is described with the evidence or the passage that it belongs to.
    """
    path, _, place = iri.removeprefix(BASE).partition("#")
    if iri.startswith(GATHERED):
        kind, key = path.split("/")[:2]
        path, place = f"{kind}/{key[:_DIGITS]}", key
    is_page = path.startswith(("document/", "ontology"))
    return Address(f"/{path}" if is_page else f"/{path}.html"), place


def link_to(address: Address, place: str, language: str) -> str:
    """The link to a page, from the root of the site."""
    file = f"/{quote(address.file(language), safe='/=,')}"
    return f"{file}#{quote(place)}" if place else file


def relative(html: str, file: str) -> str:
    """The page with every link from the root made relative to its file."""
    up = "../" * file.count("/")
    for attribute in _LINKING:
        html = html.replace(f' {attribute}="/', f' {attribute}="{up}')
    return html
