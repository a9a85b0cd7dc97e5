"""Bulk loading while reading goes on, and the canonical dump of what was loaded."""

from __future__ import annotations

import io
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest

from taawun.loaders.builds import build as feed
from taawun.loaders.builds.build import Feed
from taawun.loaders.builds.cache import write_canonical


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are handed on a few at a time, and loaded from the first one on."""
    monkeypatch.setattr(feed, "_PIECE", 200)
    monkeypatch.setattr(feed, "_SMALL", 1000)


def lines(count: int) -> list[str]:
    graph = "<https://example.org/graph>"
    made = [
        f'<https://example.org/{n}> <https://example.org/says> "قول {n}"@ar {graph} .'
        for n in range(count)
    ]
    random.Random(2026).shuffle(made)
    return made


def canonical(store: ox.Store, part: int = 2_000_000) -> bytes:
    out = io.BytesIO()
    with TemporaryDirectory() as folder:
        write_canonical(store, out, Path(folder), part)
    return out.getvalue()


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("count", [0, 1, 5000])
def test_what_is_fed_is_what_is_stored(count: int, tmp_path: Path) -> None:
    made = lines(count)
    feeding = Feed(lambda: tmp_path / "store")
    for line in [*made, *made[:10]]:
        feeding.add([line])
    assert feeding.finish() == count
    wanted = "".join(f"{line}\n" for line in sorted(made)).encode()
    assert canonical(ox.Store.read_only(str(tmp_path / "store"))) == wanted


def test_little_is_loaded_at_once_and_only_in_the_end(tmp_path: Path) -> None:
    asked: list[Path] = []

    def place() -> Path:
        asked.append(tmp_path / "store")
        return asked[-1]

    feeding = Feed(place)
    feeding.add(lines(100))
    assert not asked
    assert feeding.finish() == 100


@pytest.mark.usefixtures("small_pieces")
def test_a_load_that_is_abandoned_ends(tmp_path: Path) -> None:
    feeding = Feed(lambda: tmp_path / "store")
    feeding.add(lines(1000))
    feeding.abandon()
    feeding.abandon()


@pytest.mark.usefixtures("small_pieces")
def test_a_line_that_is_no_quad_stops_the_feeding(tmp_path: Path) -> None:
    feeding = Feed(lambda: tmp_path / "store")
    with pytest.raises((SyntaxError, ValueError)):  # noqa: PT012 - where depends on the threads
        for line in ["no quad", *lines(20_000)]:
            feeding.add([line])
        feeding.finish()
    feeding.abandon()


def test_the_dump_is_the_same_in_however_many_parts_it_is_sorted(tmp_path: Path) -> None:
    feeding = Feed(lambda: tmp_path / "store")
    feeding.add(lines(1000))
    feeding.finish()
    store = ox.Store.read_only(str(tmp_path / "store"))
    whole = canonical(store)
    assert whole.count(b"\n") == 1000
    assert {canonical(store, part) for part in (1, 7, 999, 1000, 1001)} == {whole}
