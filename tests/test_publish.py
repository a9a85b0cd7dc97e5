"""``taawun publish``: a site of files that needs no server, in both languages, and its data."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

import pyoxigraph as ox
import pytest

from taawun.api import KnowledgeGraph
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.builds.snapshot import States
from taawun.ontology.namespaces import BASE
from taawun.server.publishing import published_build
from taawun.server.publishing.publish import MARK, _Site, publish
from taawun.server.publishing.published_build import PublishedBuild
from taawun.server.publishing.static_address import Address

DOCS = Path(__file__).parent.parent / "docs"
BASE_URL = "https://data.example.org/t/"
#: The questions of the site under test: one without parameters, one with a pair, one that is long.
QUESTIONS = ("agreed-but-not-signed", "offers-to-country", "shared-areas", "initiatives-by-area")
ATOM = "{http://www.w3.org/2005/Atom}"


def published(build, folder, texts=True, **options):
    """Publish a build with a few of the questions."""
    graph = PublishedBuild(build, [], shows_texts=texts)
    graph.catalogue.keep(QUESTIONS)
    return publish(folder, graph, **options)


@pytest.fixture(scope="session")
def static_site(small_build, tmp_path_factory):
    """A published site, and what the run said."""
    folder = tmp_path_factory.mktemp("published") / "a site"
    before = States([]).get(str(small_build.dump))
    return folder, published(small_build, folder, site=BASE_URL, before=before)


class Page(HTMLParser):
    """The links of a page, its anchors, and what its head tells."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors, self.heads = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values.get("id"), values.get("name")}
        if tag in ("link", "meta"):
            self.heads.append((tag, values))
        for name in ("href", "src", "action"):
            if values.get(name) and (tag, values.get("rel")) != ("link", "canonical"):
                self.links.append(values[name])


def pages(folder):
    return {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*.html"))}


@pytest.fixture(scope="session")
def parsed(static_site):
    """Every page of the site but the explorers, parsed."""
    return {
        name: Page(path.read_text("utf-8"))
        for name, path in pages(static_site[0]).items()
        if not name.endswith("explorer.html")
    }


def test_no_link_of_any_page_is_dead_and_none_needs_a_server(static_site, parsed):
    folder, said = static_site
    assert len(parsed) > 2 * said.pages - 10 > 900
    dead = []
    for name, page in parsed.items():
        for link in page.links:
            if link.startswith(("http://", "https://", "data:")):
                continue
            assert not link.startswith("/"), f"{name} → {link}"
            parts = urlsplit(link)
            target = os.path.normpath(os.path.join(os.path.dirname(name), unquote(parts.path)))
            file = folder / (target if parts.path else name)
            if not file.is_file():
                dead.append(f"{name} → {link}")
            elif parts.fragment and file.suffix == ".html" and "explorer" not in target:
                key = file.relative_to(folder).as_posix()
                if unquote(parts.fragment) not in parsed[key].anchors:
                    dead.append(f"{name} → {link}")
    assert dead == []


@pytest.mark.parametrize(
    ("start", "typed"),
    [
        ("en/index.html", ""),
        ("en/index.html", "what was agreed in principle with Iraq, and where is it written?"),
        ("index.html", ""),
        ("index.html", "ما الذي اتُّفق عليه مبدئيا مع العراق، وأين ورد ذلك؟"),
    ],
)
def test_the_front_page_leads_to_what_was_agreed_and_where_it_is_written(
    start, typed, static_site, browser
):
    folder, _ = static_site
    page = browser.new_page()
    page.goto((folder / start).as_uri())
    if typed:
        page.locator("#search input").fill(typed)
        page.locator("#results a").first.click()
    else:
        page.locator("ul.questions a").first.click()
    page.wait_for_url("**/questions/agreed-but-not-signed.html")
    shown = page.locator("blockquote").filter(visible=True)
    assert "مذكرة تفاهم" in " ".join(shown.all_inner_texts())
    page.locator("figcaption a").first.click()
    page.wait_for_url("**/document/egypt-iraq-talks.html#at-*")
    assert "مذكرة تفاهم" in page.locator("mark:target").first.inner_text()
    page.close()


def test_a_reader_asks_what_was_agreed_with_iraq_from_a_file(static_site, browser):
    folder, _ = static_site
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "en" / "index.html").as_uri())
    page.locator("#search input").fill("what was agreed in principle with Iraq")
    page.locator("#results a").first.click()
    page.wait_for_url("**/questions/agreed-but-not-signed.html")
    row = page.locator("tbody tr", has_text="Iraq").first
    proof = row.locator("xpath=following-sibling::tr[1]")
    # The proof of a short answer is open: nobody has to look for it.
    assert "العراق" in proof.locator("blockquote").first.inner_text()
    proof.locator("figcaption a").first.click()
    page.wait_for_url("**/document/egypt-iraq-talks.html#at-*")
    assert page.locator("mark:target, mark :target").count()
    page.locator(".language").click()
    assert page.locator("html").get_attribute("lang") == "ar"
    assert asked
    assert {urlsplit(url).scheme for url in asked} <= {"file", "data"}
    page.close()


@pytest.mark.parametrize(
    ("start", "typed", "found"),
    [
        ("index.html", "عَمرو طلعت", "id/official/amr-talaat.html"),
        ("index.html", "Lithuania", "id/country/lithuania.html"),
        ("en/index.html", "ليتوانيا", "en/id/country/lithuania.html"),
    ],
)
def test_the_search_finds_in_both_languages(start, typed, found, static_site, browser):
    folder, _ = static_site
    page = browser.new_page()
    page.goto((folder / start).as_uri())
    page.locator("#search input").fill(typed)
    links = page.locator("#results a")
    first = [links.nth(n).evaluate("a => a.href") for n in range(min(3, links.count()))]
    assert (folder / found).as_uri() in first
    page.locator("#search input").fill("xyzzy")
    assert links.count() == 0
    assert page.locator("#found").inner_text()
    page.close()


def test_each_page_tells_its_other_language_its_preview_and_what_it_is_about(static_site, parsed):
    folder, _ = static_site
    assert len(parsed) > 900
    for name, page in parsed.items():
        links = {v["hreflang"]: v["href"] for t, v in page.heads if t == "link" and "hreflang" in v}
        bare = name.removeprefix("en/")
        assert links == {
            "ar": BASE_URL + bare, "x-default": BASE_URL + bare, "en": f"{BASE_URL}en/{bare}",
        }, name  # fmt: skip
        told = {v["property"]: v["content"] for t, v in page.heads if "property" in v}
        assert told["og:title"], name
        assert (folder / told["og:image"].removeprefix(BASE_URL)).is_file()
    text = (folder / "en/id/official/amr-talaat.html").read_text("utf-8")
    (about,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    said = json.loads(about)
    assert (said["@type"], said["@id"]) == ("Person", f"{BASE}id/official/amr-talaat")
    assert {name["@language"] for name in said["name"]} == {"ar", "en"}


def test_the_sitemap_lists_every_page_in_both_languages(static_site):
    folder, said = static_site
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = [node.text for node in ET.parse(folder / "sitemap.xml").iter(f"{space}loc")]
    assert len(listed) == len(set(listed)) == 2 * said.pages
    assert {url.removeprefix(BASE_URL) for url in listed} == {*pages(folder)}


def test_two_runs_write_the_same_bytes_and_take_the_place_of_the_first(
    static_site, small_build, tmp_path
):
    folder, _ = static_site
    other = tmp_path / "site"
    other.mkdir()
    before = States([]).get(str(small_build.dump))
    # Now this process and two more write the pages, in another order.
    published(small_build, other, site=BASE_URL, before=before, jobs=3)
    names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    assert len(names) > 1_500
    _, differing, lost = filecmp.cmpfiles(folder, other, names, shallow=False)
    assert (differing, lost) == ([], [])
    assert sum(path.is_file() for path in other.rglob("*")) == len(names)
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_both_languages_share_the_rows_and_proofs_that_each_would_find_alone(small_build, language):
    shared = PublishedBuild(small_build, [], shows_texts=True)
    alone = KnowledgeGraph(small_build.store())
    alone.language = language
    asked = 0
    for name, question in list(alone.catalogue.questions.items())[::3]:
        whole = [] if any(item.is_required for item in question.parameters) else [{}]
        for values in [*whole, *shared.values[name][:2]]:
            for shared.language in ("ar", "en") if language == "en" else ("en", "ar"):
                rows = shared.ask_stored(question, dict(values))
                block = next(rows.answer.blocks(200), [])
                found = rows.as_table(block, why=True)
            single = alone.ask_stored(question, dict(values))
            assert block == next(single.answer.blocks(200), [])
            wanted = single.as_table(block, why=True)
            assert found.rows == wanted.rows
            assert rows.title == single.title
            assert found.reservations == wanted.reservations
            for one, other in zip(found.proofs, wanted.proofs, strict=True):
                assert [f.iri for f in one.facts] == [f.iri for f in other.facts]
                assert one.absence == other.absence
            asked += len(block)
    assert asked > 20


def test_a_value_that_is_given_is_not_told_as_the_default(small_build):
    graph = PublishedBuild(small_build, [], shows_texts=True)
    question = graph.catalogue.get("bodies-by-country")
    alone = KnowledgeGraph(small_build.store(), language="en")
    graph.language, told = "en", set()
    for values in ({}, {"country": "egypt"}):
        rows = graph.ask_stored(question, values)
        assert rows.title == alone.ask_stored(question, values).title
        told.add((rows.text, rows.title))
    assert len(told) == 2
    # The two are the same query: only how it is told differs.
    assert len({text for text, _ in told}) == 1


def test_the_values_that_answer_are_the_same_by_one_query_as_by_one_for_each(
    small_build, monkeypatch
):
    graph = PublishedBuild(small_build, [], shows_texts=True)
    together = graph.values
    assert sum(map(len, together.values())) > 50
    monkeypatch.setattr(published_build, "for_all_values", lambda *_: None)
    questions = graph.catalogue.questions.values()
    assert together == {
        question.name: published_build.useful_values(question, graph.store, graph.names)
        for question in questions
    }


def test_the_documentation_becomes_a_part_of_the_site(run, small_build, tmp_path, monkeypatch):
    docs = tmp_path / "docs"
    for name in ("index.html", "en/index.html", "en/_static/furo.css", "ar/index.ar.html"):
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(name, "utf-8")
    # One page is enough, for what it links to.
    written = _Site.write_pages
    monkeypatch.setattr(_Site, "_addresses", lambda _: iter([Address("/about")]))
    monkeypatch.setattr(
        _Site, "write_pages", lambda site, some: replace(written(site, some), linked=set())
    )
    publish(tmp_path / "site", PublishedBuild(small_build, [], shows_texts=False, docs=docs))
    copied = pages(tmp_path / "site").keys() & {f"docs/{name}" for name in pages(docs)}
    assert len(copied) == 3
    assert (tmp_path / "site/docs/en/_static/furo.css").exists()
    links = {n: Page((tmp_path / "site" / n).read_text("utf-8")).links
             for n in ("about.html", "en/about.html")}  # fmt: skip
    assert "docs/ar/index.ar.html" in links["about.html"]
    assert "../docs/en/index.html" in links["en/about.html"]
    got = run("publish", str(tmp_path / "other"), "--docs", str(tmp_path / "site"))
    assert got.exit_code == 2
    assert "make docs" in got.stderr


def test_a_folder_of_somebody_else_is_left_alone(run, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    got = run("publish", str(tmp_path))
    assert got.exit_code == 2
    assert "did not write" in got.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_failed_run_leaves_the_earlier_site(small_build, tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    (site / MARK).write_text("{}")
    monkeypatch.setattr(
        "taawun.server.publishing.publish.page_at",
        lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")),
    )
    with pytest.raises(OSError, match="No space"):
        published(small_build, site)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert [path.name for path in site.iterdir()] == [MARK]


@pytest.fixture(scope="session")
def next_release(small_build, tmp_path_factory):
    """A site without texts, after a release that lacked one fact and had another one."""
    place = tmp_path_factory.mktemp("next")
    text = small_build.dump.read_text("utf-8")
    (fact,) = set(re.findall(rf"<({BASE}fact/[0-9a-f]+)> <{BASE}ontology#modality>", text)[:1])
    gone = f"{BASE}fact/0123456789abcdef"
    (place / "old.nq").write_text(text.replace(fact, gone), "utf-8")
    before = States([]).get(str(place / "old.nq"))
    # A few pages are enough, whatever they link to.
    wanted = [Address("/"), Address("/document/egypt-iraq-talks"), Address(f"/{fact[len(BASE) :]}")]
    write_pages = _Site.write_pages
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Site, "_addresses", lambda _: iter(wanted))
        patch.setattr(
            _Site, "write_pages", lambda site, some: replace(write_pages(site, some), linked=set())
        )
        published(small_build, place / "site", texts=False, before=before)
    return place / "site", fact, gone


def test_without_texts_no_page_has_more_than_the_quotes(next_release, static_site):
    def shown(folder):
        html = (folder / "document/egypt-iraq-talks.html").read_text("utf-8")
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))

    site, *_ = next_release
    text = re.sub(r"\s+", " ", (SEEDS / "documents/001_e6440e7049266c0c.txt").read_text("utf-8"))
    pieces = [text[start : start + 400] for start in range(0, len(text) - 400, 400)]
    whole = shown(static_site[0])
    # The text with its quotes has the numbers of the quotes between its words.
    assert sum(piece[:60] in whole for piece in pieces) > len(pieces) / 2
    assert not [piece for piece in pieces if piece in shown(site)]
    assert "«" in shown(site)
    assert pieces[3][100:300] not in (site / "explorer.html").read_text("utf-8")


def test_the_feed_tells_what_changed_since_the_last_release(next_release):
    site, fact, gone = next_release
    for name, word in (("feed.xml", "أُضيفت"), ("feed-en.xml", "Added")):
        feed = ET.parse(site / name).getroot()
        entries = {e.findtext(f"{ATOM}id"): e for e in feed.iter(f"{ATOM}entry")}
        assert len(entries) == 3
        (added,) = [e for iri, e in entries.items() if iri.startswith(fact)]
        assert added.findtext(f"{ATOM}title").startswith(word)
        assert "001_e6440e7049266c0c.txt [" in added.findtext(f"{ATOM}summary")
        assert (site / added.find(f"{ATOM}link").get("href")).is_file()
        (removed,) = [e for iri, e in entries.items() if iri.startswith(gone)]
        assert removed.find(f"{ATOM}link") is None
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", feed.findtext(f"{ATOM}updated"))


@pytest.mark.slow
def test_the_whole_catalogue_has_the_values_that_answer(the_build):
    graph = PublishedBuild(the_build, [], shows_texts=True)
    values = graph.values
    assert {"country": "country/iraq"} in values["offers-to-country"]
    assert {"country": "country/lithuania"} not in values["offers-to-country"] or len(
        graph.ask("offers-to-country", country="country/lithuania")
    )
    pairs = [(v["first"], v["second"]) for v in values["shared-areas"]]
    assert pairs
    assert all(one < other for one, other in pairs)
    assert values["agreement-signatories"] == []
    assert len(graph.ask("area-partners", **values["area-partners"][0]))


APACHE = Path("/usr/sbin/apache2")
MODULES = ("mpm_event", "authz_core", "dir", "mime", "alias", "rewrite", "setenvif")


@pytest.fixture(scope="session")
def apache(static_site, tmp_path_factory):
    """Apache with the ready rules at /taawun/, which lead to the site under /host/t/."""
    if not APACHE.exists():
        pytest.fail("this test needs Apache: install the Debian package apache2", pytrace=False)
    import socket

    place = tmp_path_factory.mktemp("apache")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    rules = (DOCS / "w3id.htaccess").read_text("utf-8")
    rules = rules.replace("https://taawun.example.org", f"http://127.0.0.1:{port}/host/t")
    (place / "w3id").mkdir()
    (place / "w3id" / ".htaccess").write_text(rules, "utf-8")
    shutil.copytree(static_site[0], place / "site")
    place.chmod(0o755)
    for above in (place.parent, place.parent.parent):
        above.chmod(above.stat().st_mode | 0o055)
    loaded = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in MODULES
    )
    (place / "apache.conf").write_text(
        f"ServerRoot {place}\nServerName localhost\nListen 127.0.0.1:{port}\n"
        f"PidFile {place}/pid\nErrorLog {place}/errors\n{loaded}"
        f"TypesConfig /etc/mime.types\nDocumentRoot {place}/w3id\n"
        f"Alias /host/t {place}/site\nAlias /taawun {place}/w3id\n"
        f"<Directory {place}>\nAllowOverride All\nRequire all granted\n</Directory>\n"
    )
    process = subprocess.Popen([APACHE, "-f", str(place / "apache.conf"), "-DFOREGROUND"])
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urlopen(f"{url}/host/t/style.css").close()
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(20)


def get(url, accept, language="ar"):
    request = Request(url, headers={"Accept": accept, "Accept-Language": language})
    with urlopen(request) as answer:
        return answer.url, answer.headers["content-type"], answer.read()


def test_each_iri_leads_to_its_turtle_its_jsonld_and_its_page(apache, small_build):
    text = """SELECT (SAMPLE(?thing) AS ?one) WHERE {
      { ?thing ?p ?o } UNION { GRAPH ?g { ?thing ?p ?o } }
      FILTER(STRSTARTS(STR(?thing), "https://w3id.org/taawun/"))
      BIND(REPLACE(STR(?thing), "^https://w3id.org/taawun/([a-z]+)(/[^/]+)?(/.*)?$", "$1") AS ?a)
      BIND(STRLEN(REPLACE(STR(?thing), "[^/]", "")) AS ?depth)
      FILTER(!CONTAINS(STR(?thing), "#"))
    } GROUP BY ?a ?depth"""
    iris = [row[0].value for row in small_build.store().query(text)]
    kinds = {iri.removeprefix(BASE).split("/")[0] for iri in iris}
    assert kinds >= {"id", "document", "fact", "inference", "evidence", "passage", "ontology"}
    for iri in [*iris, f"{BASE}id/country/iraq", f"{BASE}graph/evidence"]:
        local = f"{apache}/taawun/{iri.removeprefix(BASE)}"
        for media, form in (
            ("text/turtle", ox.RdfFormat.TURTLE), ("application/ld+json", ox.RdfFormat.JSON_LD),
        ):  # fmt: skip
            _, told, body = get(local, media)
            assert told.partition(";")[0] == media, iri
            subjects = {quad.subject.value for quad in ox.parse(body, form)}
            assert iri in subjects, iri
        for language in ("ar", "en"):
            url, told, body = get(local, "text/html,*/*;q=0.8", f"{language}-EG,fr;q=0.5")
            assert told.partition(";")[0] == "text/html"
            assert ("/host/t/en/" in url) is (language == "en"), iri
            assert b"<html" in body
