"""The explorer of ``taawun serve``: made beforehand, kept with the build, never wrong."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from in_place import in_place

from taawun.loaders.builds import page_cache as kept
from taawun.loaders.builds.build import build
from taawun.ontology.namespaces import DOCUMENT
from taawun.server.pages import explorer_pages as explorers_of
from taawun.server.pages import make_explorer as making
from taawun.server.workers.process import LimitError
from taawun.server.workers.reply import Reply
from taawun.server.workers.served_graph import OpenedBuild
from taawun.server.workers.worker_answer import RequestError

SOUND = Path(__file__).parent / "collections" / "sound"


@pytest.fixture
def folder(copy_of_small, tmp_path):
    """A build without pages that servers keep there, in a cache of its own."""
    return copy_of_small(tmp_path / "cache")


@pytest.fixture
def start(start_server):
    """Start a server as it is: it makes the explorer beforehand."""

    def start(*arguments, cache):
        command = ("-m", "taawun")
        return start_server("serve", "--port", "0", *arguments, cache=cache, command=command)

    return start


@pytest.fixture
def numbered(monkeypatch):
    """Pages are numbers, so that one that is made anew is told from one that was kept."""
    numbers = count(1)

    def renderer(_):
        number = next(numbers)
        return lambda language: f"page {number} {language}"

    monkeypatch.setattr(making, "renderer", renderer)


def page_of(folder, language="ar", collections=(), *, shows_texts=True):
    sent = io.BytesIO()
    reply = Reply(sent)
    graph = OpenedBuild(folder, collections, shows_texts=shows_texts)
    making.explorer(graph, reply, language=language)
    reply.end()
    found = re.search(rb"page (\d+) (ar|en)", sent.getvalue())
    assert found
    assert found[2].decode() == language
    return found[1].decode()


def explorers(folder):
    return sorted(folder.glob("explorer-*"))


@pytest.mark.usefixtures("numbered")
def test_a_page_is_kept_for_its_language_and_whether_it_has_the_texts(folder):
    for _ in range(2):
        # Both languages are made together.
        assert [page_of(folder), page_of(folder, "en")] == ["1", "1"]
        assert [page_of(folder, shows_texts=False)] == ["2"]


@pytest.mark.usefixtures("numbered")
def test_a_page_is_made_anew_for_other_questions_and_another_program(folder, tmp_path, monkeypatch):
    assert page_of(folder) == "1"
    questions = tmp_path / "mine" / "queries"
    questions.mkdir(parents=True)
    text = "#+ summary: What?\n#+ summary_ar: ماذا؟\n#+ tags: [mine]\n#+ rows: 1\n"
    text += "SELECT ?s { ?s ?p ?o }\n"
    (questions / "mine.rq").write_text(text)
    assert page_of(folder, collections=[tmp_path / "mine"]) == "2"
    (questions / "mine.rq").write_text(text.replace("?o", "?q"))
    assert page_of(folder, collections=[tmp_path / "mine"]) == "3"
    monkeypatch.setattr(making, "makers", lambda _: "another program")
    assert page_of(folder) == "4"


@pytest.mark.parametrize("damage", [
    lambda file: file.write_bytes(file.read_bytes()[:-1]),
    lambda file: file.write_bytes(file.read_bytes() + b"x"),
    lambda file: file.write_bytes(b""),
    lambda file: file.write_bytes(b"\n"),
    lambda file: file.write_bytes(file.read_bytes().replace(b"page", b"gape")),
    lambda file: file.unlink(),
])  # fmt: skip
@pytest.mark.usefixtures("numbered")
def test_a_damaged_page_is_made_anew(damage, folder):
    assert page_of(folder) == "1"
    for file in explorers(folder):
        damage(file)
    assert [page_of(folder), page_of(folder)] == ["2", "2"]


@pytest.mark.usefixtures("numbered")
def test_a_page_that_cannot_be_read_or_written_is_made_each_time(folder, monkeypatch):
    page_of(folder)
    files = explorers(folder)
    for file in files:
        file.unlink()
        file.mkdir()
    assert [page_of(folder), page_of(folder)] == ["2", "3"]
    for file in files:
        file.rmdir()

    class ReadOnly(kept.Unfinished):
        @property
        def path(self):
            raise OSError(30, "Read-only file system")

    monkeypatch.setattr(kept, "Unfinished", ReadOnly)
    assert [page_of(folder), page_of(folder)] == ["4", "5"]
    assert explorers(folder) == []


@pytest.mark.usefixtures("numbered")
def test_only_the_newest_pages_are_kept_and_nothing_unfinished(folder, monkeypatch):
    for number in range(10):
        monkeypatch.setattr(making, "makers", lambda _, number=number: str(number))
        page_of(folder)
    assert len(explorers(folder)) == 8
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.slow
@pytest.mark.usefixtures("few_facts_alone")
def test_a_document_that_is_not_the_one_of_the_build_is_not_shown(tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(SOUND / "documents", mine / "documents")
    made = build([mine], cache=tmp_path / "cache")
    opened = OpenedBuild(made.path, [mine], shows_texts=True)
    document = mine / "documents" / "talks.txt"
    assert opened.text(f"{DOCUMENT}talks") == document.read_bytes().decode()
    assert opened.text(f"{DOCUMENT}egypt-iraq-talks")
    assert OpenedBuild(made.path, [mine], shows_texts=False).text(f"{DOCUMENT}talks") is None
    document.write_bytes(document.read_bytes() + b" ")
    assert opened.text(f"{DOCUMENT}talks") is None
    assert "talks" not in opened.texts()


def wait_until(is_so, seconds=300):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert is_so()


def hurry(server):
    """Give the makers of pages the usual priority: other tests would keep them waiting."""
    for maker in server.workers(19).values():
        # Only root may do that, and a maker may just have ended.
        with suppress(psutil.Error):
            maker.nice(0)


@pytest.mark.slow
def test_pages_are_made_at_the_start_at_low_priority_and_read_at_the_next(folder, start):
    first = start("--workers", "1", cache=folder.parent)
    wait_until(lambda: any(child.nice() == 19 for child in first.workers(19).values()))
    assert first.query("ASK {}").status == 200
    wait_until(lambda: hurry(first) or len(explorers(folder)) == 2)
    wait_until(lambda: not first.workers(19))
    page = first.get("/?lang=en").body
    (file,) = [path for path in explorers(folder) if kept.find(path) == page]
    kept.keep(file, page + b"<!-- kept -->")
    second = start("--workers", "1", cache=folder.parent)
    assert second.get("/?lang=en").body == page + b"<!-- kept -->"
    assert first.get("/?lang=en").body == page


@pytest.mark.slow
def test_the_pages_of_a_new_build_are_made_beforehand(start_server, example_alone, tmp_path):
    register = tmp_path / "mine" / "entities" / "country.yaml"
    register.parent.mkdir(parents=True)
    cache, mine, builds = tmp_path / "mine-cache", tmp_path / "mine", []
    # The first is served first, and then the second is there.
    for name in ("Sunken", "Imaginary"):
        register.write_text(f"country/atlantis: {{ar: أطلانتس المتخيلة, en: {name} Atlantis}}\n")
        builds.append(build([mine], cache=cache).path)
    new, old = builds
    assert new != old
    _, *command = in_place(example_alone)
    serve = ("serve", "--port", "0", "--collection", str(mine))
    server = start_server(*serve, cache=cache, command=command)
    wait_until(lambda: hurry(server) or len(explorers(old)) == 2)
    register.write_text(register.read_text().replace("Imaginary", "Sunken"))
    assert build([mine], cache=cache).path == new
    wait_until(lambda: hurry(server) or len(explorers(new)) == 2)


@pytest.mark.slow
def test_a_page_that_could_not_be_made_beforehand_is_made_when_it_is_asked_for(folder, start):
    server = start("--workers", "1", cache=folder.parent)
    wait_until(lambda: server.workers(19))
    for maker in server.workers(19).values():
        maker.kill()
    wait_until(lambda: "The explorer could not be made. " in server.log.read_text())
    assert explorers(folder) == []
    assert server.get("/?lang=ar").status == 200
    # The other language is made with it.
    assert len(explorers(folder)) == 2
    assert "Traceback" not in server.log.read_text()


def run_alone(work):
    """Run it in a thread of its own: other tests leave an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def test_a_page_that_is_made_already_does_not_wait_for_one_that_is_being_made(monkeypatch):
    async def ask():
        may_end = asyncio.Event()

        async def answer(_worker, job, _seconds):
            if job["language"] == "en":
                await may_end.wait()
            return job["language"].encode()

        monkeypatch.setattr(explorers_of, "whole_answer", answer)
        made = explorers_of.Explorers(SimpleNamespace(served="build", worker=lambda **_: None))
        assert await made.page("ar") == b"ar"
        making = asyncio.create_task(made.page("en"))
        await asyncio.sleep(0)
        assert await asyncio.wait_for(made.page("ar"), 5) == b"ar"
        assert not making.done()
        may_end.set()
        assert await making == b"en"

    run_alone(ask())


def test_a_page_that_a_limit_stops_is_tried_once_for_each_build(monkeypatch):
    tried = []

    async def stopped(_worker, job, _seconds):
        tried.append(job["language"])
        raise LimitError("query-out-of-memory", size=256)

    async def ask(made, language):
        with pytest.raises(RequestError, match="more than 256 MB of memory") as refused:
            await made.page(language)
        assert refused.value.status_code == 503

    async def asked_again_and_again():
        pool = SimpleNamespace(served="first", worker=lambda **_: None)
        made = explorers_of.Explorers(pool)
        for language in ("ar", "en", "ar"):
            await ask(made, language)
        assert tried == ["ar"]
        pool.served = "second"
        await ask(made, "en")
        assert tried == ["ar", "en"]

    monkeypatch.setattr(explorers_of, "whole_answer", stopped)
    run_alone(asked_again_and_again())


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ar"])
def test_the_first_visitor_sees_a_page_while_the_explorer_is_being_made(
    language, folder, start, browser
):
    server = start("--workers", "1", cache=folder.parent)
    makers = []

    def are_paused():
        makers.extend(server.workers(19).values())
        return makers

    wait_until(are_paused)
    for maker in makers:
        maker.suspend()
    page = browser.new_page()
    page.goto(f"{server.url}/?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("main li a").count() > 3
    assert page.locator("#tabs button").count() == 0
    for maker in makers:
        maker.resume()
    hurry(server)
    wait_until(lambda: len(explorers(folder)) == 2)
    # The page loads again by itself, and then is the explorer.
    page.wait_for_selector("#tabs button", timeout=120_000)
    page.close()
    assert "Traceback" not in server.log.read_text()
