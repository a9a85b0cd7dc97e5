"""The Atom feed of facts that changed since the last release, and the sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

from ...graph.store import Store
from ...messages.message import say
from ...ontology.namespaces import BASE
from ...queries.changes import Changes, events
from .static_address import Address, address_of

#: The most addresses of one sitemap (sitemaps.org).
MOST: Final = 50_000


def write_feed(
    out: IO[bytes], language: str, day: str, edition: str, found: Changes | None,
    before: Store | None, after: Store, site: str | None,
) -> None:  # fmt: skip
    """Write the feed of a release: one entry for each changed fact, after one for the release.

    ``found`` are the changes from ``before``, None without an earlier release. Links are relative
    if the address of the site is not known (RFC 4287, section 2, allows it).
    """
    when = f"{day}T00:00:00Z"
    name = "feed.xml" if language == "ar" else "feed-en.xml"
    home = Address("/home").file(language)
    count = len(found.added) + len(found.removed) + len(found.altered) if found else 0
    summary = say("site-feed-changes", language, count=count) if found is not None else ""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
        f"<title>{escape(say('title', language))} · {escape(say('site-feed', language))}</title>",
        f"<id>{BASE}feed/{language}</id>",
        f"<updated>{when}</updated>",
        f"<author><name>{escape(say('title', language))}</name></author>",
        f"<link rel=\"self\" href={quoteattr((site or '') + name)}/>",
        f"<link rel=\"alternate\" type=\"text/html\" href={quoteattr((site or '') + home)}/>",
        *_entry(f"{BASE}edition/{edition}", when, f"{say('site-edition', language)} {day}", summary,
                (site or "") + Address("/about").file(language)),
    ]  # fmt: skip
    if found is not None and before is not None:
        for kind, fact, title, quotes in events(found, before, after, language):
            # What is gone has no page any more.
            page = address_of(fact.iri)[0].file(language)
            link = "" if kind == "removed" else (site or "") + page
            # One fact may be added and retracted later: each release tells its own event.
            lines += _entry(f"{fact.iri}?{kind}={edition}", when, title, quotes, link)
    lines.append("</feed>")
    out.write(("\n".join(lines) + "\n").encode())


def _entry(iri: str, when: str, title: str, summary: str, link: str) -> Iterator[str]:
    yield "<entry>"
    yield f"<id>{escape(iri)}</id><updated>{when}</updated><title>{escape(title)}</title>"
    if link:
        yield f'<link rel="alternate" type="text/html" href={quoteattr(link)}/>'
    yield f"<summary>{escape(summary)}</summary>"
    yield "</entry>"


def sitemaps(pages: Iterable[tuple[str, str]], site: str) -> Iterator[tuple[str, bytes]]:
    """The sitemap files of pairs of pages (Arabic, English), each of at most 50,000 addresses."""
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    )
    found = [
        f"<url><loc>{escape(site + file)}</loc>"
        f'<xhtml:link rel="alternate" hreflang="ar" href={quoteattr(site + arabic)}/>'
        f'<xhtml:link rel="alternate" hreflang="en" href={quoteattr(site + english)}/></url>\n'
        for arabic, english in pages
        for file in (arabic, english)
    ]
    parts = [found[start : start + MOST] for start in range(0, len(found), MOST)] or [[]]
    for number, part in enumerate(parts):
        name = "sitemap.xml" if len(parts) == 1 else f"sitemap-{number}.xml"
        yield name, (head + "".join(part) + "</urlset>\n").encode()
    if len(parts) > 1:
        index = "".join(
            f"<sitemap><loc>{escape(site)}sitemap-{number}.xml</loc></sitemap>\n"
            for number in range(len(parts))
        )
        yield (
            "sitemap.xml",
            (
                '<?xml version="1.0" encoding="utf-8"?>\n'
                '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
                f"{index}</sitemapindex>\n"
            ).encode(),
        )
