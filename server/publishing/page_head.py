"""What the head of a published page tells other programs: languages, preview, schema.org."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cached_property
from html import escape, unescape
from typing import Any, Final

import pyoxigraph as ox

from ...graph.store import Store, select
from ...messages.message import say, shortened
from ...ontology.namespaces import BASE, ID, LICENCE, RDFS, SCHEMA, SKOS
from .static_address import Address

_H1: Final = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_QUOTE: Final = re.compile(r"<blockquote[^>]*>(.*?)</blockquote>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
#: Characters of a description in a preview.
_SHOWN: Final = 200
_NAMES: Final = f"""SELECT ?thing ?p ?name WHERE {{
  VALUES ?p {{ <{RDFS}label> <{SKOS}altLabel> <{SKOS}exactMatch> }}
  ?thing ?p ?name FILTER(STRSTARTS(STR(?thing), "{BASE}"))
}} ORDER BY ?thing ?p ?name"""
_TYPES: Final = f"""SELECT DISTINCT ?thing ?type WHERE {{
  ?thing a/<{RDFS}subClassOf>* ?type FILTER(STRSTARTS(STR(?type), "{SCHEMA}"))
  FILTER(STRSTARTS(STR(?thing), "{BASE}"))
}} ORDER BY ?thing ?type"""


class Described:
    """What the graph says of its things in the terms of schema.org, read at once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _names(self) -> dict[str, dict[str, list[ox.NamedNode | ox.Literal]]]:
        found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for row in select(self._store, _NAMES):
            found[row["thing"].value][row["p"].value].append(row["name"])
        return found

    @cached_property
    def _types(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(self._store, _TYPES):
            found[row["thing"].value].append(row["type"].value.removeprefix(SCHEMA))
        return found

    def of(self, address: Address, title: str, quote: str, language: str) -> dict[str, Any]:
        """The schema.org description of what the page at an address is about."""
        iri = BASE + address.path.strip("/").removesuffix(".html")
        found: dict[str, Any] = {"@context": "https://schema.org", "@id": iri}
        if iri.startswith(ID) or address.path.startswith("/document/"):
            names = self._names[iri]
            types = [name for name in self._types[iri] if name != "Thing"]
            found["@type"] = types[0] if len(types) == 1 else types or "Thing"
            found["name"] = [_text(name) for name in names[f"{RDFS}label"]]
            if others := names[f"{SKOS}altLabel"]:
                found["alternateName"] = [_text(name) for name in others]
            if same := [item.value for item in names[f"{SKOS}exactMatch"]]:
                found["sameAs"] = same
            return found
        if address.path.startswith(("/fact/", "/inference/")):
            found |= {"@type": "Claim", "name": title, "inLanguage": language}
            if quote:
                found["text"] = quote
            return found
        if address.path.startswith("/questions/"):
            question = {"@type": "Question", "name": title}
            return {"@context": "https://schema.org", "@type": "WebPage", "mainEntity": question}
        if address.path in ("/about", "/home"):
            return {
                "@context": "https://schema.org",
                "@type": "Dataset",
                "@id": BASE,
                "name": say("title", language),
                "description": say("site-what", language),
                "license": LICENCE,
                "inLanguage": ["ar", "en"],
                "isAccessibleForFree": True,
            }
        return {"@context": "https://schema.org", "@type": "WebPage", "name": title}


def _text(term: ox.NamedNode | ox.Literal) -> dict[str, str] | str:
    if isinstance(term, ox.Literal) and term.language:
        return {"@value": term.value, "@language": term.language}
    return term.value


def with_head(
    html: str, address: Address, language: str, described: Described, site: str | None
) -> str:
    """The page with its alternates, preview and schema.org description in its head.

    ``site`` is the address of the site, with a slash; previews need it for their picture.
    """
    title = _plain(_H1, html) or say("title", language)
    quote = _plain(_QUOTE, html)
    other = "en" if language == "ar" else "ar"
    up = "../" * address.file(language).count("/")
    where = site if site is not None else up
    lines = [
        f'<link rel="alternate" hreflang="{name}" href="{escape(where + address.file(name))}">'
        for name in (language, other)
    ]
    lines.append(
        f'<link rel="alternate" hreflang="x-default" href="{escape(where + address.file("ar"))}">'
    )
    feed = "feed.xml" if language == "ar" else "feed-en.xml"
    lines.append(f'<link rel="alternate" type="application/atom+xml" href="{up}{feed}">')
    about = quote or say("site-what", language)
    about = shortened(about, _SHOWN)
    preview = {
        "og:type": "website",
        "og:site_name": say("title", language),
        "og:title": title,
        "og:description": about,
        "og:locale": {"ar": "ar_EG", "en": "en_GB"}[language],
    }
    if site is not None:
        lines.append(f'<link rel="canonical" href="{escape(site + address.file(language))}">')
        preview |= {
            "og:url": site + address.file(language),
            "og:image": f"{site}preview-{language}.png",
            "og:image:width": "1200",
            "og:image:height": "630",
        }
    lines.append(f'<meta name="description" content="{escape(about)}">')
    lines += [
        f'<meta property="{name}" content="{escape(value)}">' for name, value in preview.items()
    ]
    told = json.dumps(described.of(address, title, quote, language), ensure_ascii=False)
    # The only way to end a script early is "</".
    told = told.replace("</", "<\\/")
    lines.append(f'<script type="application/ld+json">{told}</script>')
    return html.replace("</head>", "\n".join(lines) + "\n</head>", 1)


def _plain(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    return " ".join(unescape(_TAG.sub("", found[1])).split()) if found else ""
