"""The worker processes of ``taawun serve``: what is told when one dies, and the two lanes."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from taawun.loaders.builds.build import build
from taawun.server.workers import process
from taawun.server.workers.process import Limits, Served, StoppedError, Worker

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def wait_until(is_so, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert is_so()


def busy(server, count=1):
    """The workers with long queries, once there are so many."""

    def found():
        return [one for one in server.workers().values() if one.nice() > 0]

    wait_until(lambda: len(found()) >= count)
    return found()


@pytest.fixture(scope="module")
def patient(start_server):
    """A server of one worker, whose queries may run as long as any test."""
    return start_server("serve", "--port", "0", "--workers", "1", "--timeout", "300")


def killed(server, number):
    """What a query is answered whose process gets the signal."""
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(server.query, f"{ENDLESS} # {number}")
        for one in busy(server):
            one.send_signal(number)
        return answer.result(60)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGKILL, "killed from outside"),
        (signal.SIGSEGV, "nested too deeply"),
        (signal.SIGABRT, "MB of memory"),
        (signal.SIGTERM, "ended with status -15"),
    ],
)
def test_a_worker_that_dies_is_told_by_what_happened(number, words, patient):
    answer = killed(patient, number)
    assert (answer.status, words in answer.text) == (503, True), answer.text
    assert patient.query("ASK {}").status == 200


def run_alone(work):
    """Run it in a thread of its own: other tests leave an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def told(served):
    """Why a worker of this graph cannot work."""
    worker = await Worker.start(served, Limits())
    try:
        with pytest.raises(StoppedError) as stopped:
            await worker.ask(json.dumps({"task": "health"}))
    finally:
        await worker.end()
    return str(stopped.value)


def test_a_worker_that_cannot_start_and_one_without_a_store_are_told(monkeypatch, tmp_path):
    gone = run_alone(told(Served(tmp_path / "no-build")))
    assert "cannot be opened" in gone
    assert "no-build" in gone
    monkeypatch.setattr(process.sys, "executable", shutil.which("false"))
    assert "could be started (status 1)" in run_alone(told(Served(tmp_path)))


def test_health_asks_a_worker(start_server):
    server = start_server("serve", "--port", "0", "--workers", "1", "--timeout", "2")
    assert server.get("/health").text == "ok\n"
    for worker in server.workers().values():
        worker.suspend()
    said = server.get("/health")
    assert (said.status, said.text != "ok\n") == (503, True)
    assert server.get("/health").text == "ok\n"


@pytest.mark.slow
def test_a_deleted_build_is_built_again_and_until_then_that_is_said(start_server, tmp_path):
    made = build(cache=tmp_path / "cache")
    server = start_server("serve", "--port", "0", "--workers", "1", cache=tmp_path / "cache")
    shutil.rmtree(tmp_path / "cache")
    said = server.get("/health")
    assert (said.status, "deleted" in said.text) == (503, True)
    for worker in server.workers().values():
        worker.kill()
    wait_until(lambda: made.path.exists() and server.get("/health").status == 200)
    assert '"boolean":true' in server.query("ASK { country:iraq a tw:Country }").text
    assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
def test_short_queries_do_not_wait_for_long_ones(patient):
    """One worker and three queries without end: today's fourth waits for all of them."""
    stop = threading.Event()

    def ask(number):
        while not stop.is_set():
            patient.query(f"{ENDLESS} # long {number}")

    with ThreadPoolExecutor(3) as clients:
        asking = [clients.submit(ask, number) for number in range(3)]
        try:
            busy(patient)
            # One runs at a lower priority, one is paused, one was refused and asks again.
            answers = [patient.query(f"ASK {{ }} # {number}").status for number in range(20)]
            assert answers == [200] * 20
            states = {one.status() for one in patient.workers().values()}
            assert psutil.STATUS_STOPPED in states
        finally:
            stop.set()
            while not all(one.done() for one in asking):
                for one in patient.workers().values():
                    one.kill()
                time.sleep(0.2)


@pytest.mark.slow
def test_clients_wait_for_their_turn_while_queries_are_short(start_server):
    """Sixty at once for one worker: today all but seventeen are refused."""
    server = start_server("serve", "--port", "0", "--workers", "1")
    with ThreadPoolExecutor(60) as clients:
        texts = [f"SELECT * {{ ?c a tw:Country }} LIMIT 5 # {number}" for number in range(180)]
        statuses = list(clients.map(lambda text: server.query(text).status, texts))
    assert statuses == [200] * 180


def test_an_answer_of_this_build_comes_from_memory_with_its_tag(server):
    text = "SELECT ?c { ?c a tw:Country } # an answer to keep"
    first = server.query(text)
    tag = first.headers["etag"]
    for worker in server.workers().values():
        worker.suspend()
    try:
        again = server.query(text)
        assert (again.body, again.headers["etag"]) == (first.body, tag)
        same = server.query(text, if_none_match=f'"other", W/{tag}')
        assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in same.headers
        assert server.query(text, "HEAD").headers["content-length"] == str(len(first.body))
    finally:
        for worker in server.workers().values():
            worker.resume()
    # Another format is another answer.
    other = server.query(text, accept="text/csv")
    assert other.headers["etag"] != tag
    assert server.query(text, if_none_match='"other"').status == 200


def test_no_worker_outlives_a_server_that_is_killed_not_even_a_paused_one(start_server):
    server = start_server("serve", "--port", "0", "--workers", "2")
    server.query("ASK {}")
    workers = list(server.workers().values())
    workers[0].suspend()
    server.process.kill()
    server.process.wait(20)
    wait_until(lambda: not any(one.is_running() for one in workers))
