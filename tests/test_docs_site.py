"""The documentation site: built strictly in both languages, without dead or outside links."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

DOCS = Path(__file__).parent.parent / "docs"
#: What people need in both languages.
NEEDED = ("start", "asking", "explorer", "desk", "tutorial", "publish")


class Page(HTMLParser):
    """The links of a page, what it loads, its anchors, and in which direction it is read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.html: dict[str, str | None] = {}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "html":
            self.html = given
        elif tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag in ("script", "img", "iframe", "source") and given.get("src"):
            self.loaded.append(given["src"])
        elif tag == "link" and "canonical" not in (given.get("rel") or ""):
            self.loaded.append(given["href"])


@pytest.fixture(scope="module")
def docs_site(tmp_path_factory):
    """Both languages, built with warnings as errors: links between pages are checked, too."""
    folder = tmp_path_factory.mktemp("docs")
    for language, tags in (("en", ()), ("ar", ("-t", "ar"))):
        got = subprocess.run(
            [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", *tags,
             "-d", folder / "trees" / language, DOCS, folder / "site" / language],
            capture_output=True, text=True,
        )  # fmt: skip
        assert got.returncode == 0, got.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def pages(docs_site):
    return {path: Page(path) for path in sorted(docs_site.rglob("*.html"))}


def test_every_page_is_there_and_the_needed_ones_in_arabic(docs_site, pages):
    names = {path.name.removesuffix(".md") for path in DOCS.glob("*.md")}
    assert names <= {path.stem for path in pages}
    for name in NEEDED:
        page = pages[docs_site / "ar" / f"{name}.ar.html"]
        assert (page.html["lang"], page.html["dir"]) == ("ar", "rtl")
        assert f"../en/{name}.html" in page.links
        assert f"../ar/{name}.ar.html" in pages[docs_site / "en" / f"{name}.html"].links


def test_the_theme_speaks_arabic_too(docs_site):
    text = (docs_site / "ar" / "asking.ar.html").read_text("utf-8")
    assert "التالي" in text
    assert not re.findall(r">\s*(Next|Previous|On this page|Back to top|Made with)\s*<", text)
    assert "Toggle" not in text


def test_no_link_is_dead(pages):
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("http", "https"), link
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            found = target.exists() and (
                not anchor or target.suffix != ".html" or anchor in pages[target].anchors
            )
            if not found:
                dead.append(f"{path.name}: {link}")
    assert dead == []


def test_nothing_is_loaded_from_elsewhere(docs_site, pages):
    loaded = {link for page in pages.values() for link in page.loaded}
    assert len(loaded) > 5
    assert not [link for link in loaded if urlsplit(link).netloc]
    for style in docs_site.rglob("*.css"):
        outside = re.findall(
            r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]+", style.read_text("utf-8")
        )
        assert outside == [], style.name


def test_the_reference_has_the_public_interface_with_its_words(docs_site):
    text = (docs_site / "en" / "python.html").read_text("utf-8")
    for name in ("ask", "sparql", "show", "facts", "path", "explore", "export", "add", "check"):
        assert f'id="taawun.api.KnowledgeGraph.{name}"' in text
    assert "Opens" in text or "Open the bundled graph" in text
    assert "UnknownNameError" in text


def test_a_page_is_read_in_a_browser_in_its_direction(docs_site, browser):
    for width in (1300, 400):
        page = browser.new_page(viewport={"width": width, "height": 800})
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto((docs_site / "ar" / "asking.ar.html").as_uri())
        assert all(url.startswith("file:") for url in asked)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0
        title = page.locator("article h1").first.bounding_box()
        code = page.locator("article pre").first
        assert title["x"] + title["width"] > width / 2
        assert code.evaluate("e => getComputedStyle(e).direction") == "ltr"
        page.close()
