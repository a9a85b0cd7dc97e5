"""Files of the desk in the collection's folder ``.desk``: drafts, history, and the edit in hand.

Each file is written beside the old one, flushed to the disk, and renamed, so that a crash at any
moment leaves the old or the new content whole.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ..graph.errors import OutputError
from ..loaders.editing.transaction import Edit
from ..messages.message import foreign

_FOLDER: Final = ".desk"
#: How many saves can be undone.
STEPS: Final = 50


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file atomically; on return it is on the disk.

    Raises ``OutputError`` if it cannot be written; then the old file stays.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise OutputError("edit-not-written", file=str(path), reason=foreign(error)) from error
    # The name has to be on the disk too; some systems open no folders, and write names at once.
    with suppress(OSError):
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def digest(path: Path) -> str:
    """The sha256 of a file; empty if there is none."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


class Drafts:
    """The ``.desk`` folder of one collection."""

    def __init__(self, collection: Path, reader: str = "") -> None:
        """``reader`` is who reads blind, beside the drafts of the others."""
        self._collection = collection
        self._folder = collection / _FOLDER / (f"reading.{reader}" if reader else "")

    def read(self, document: str) -> dict[str, Any]:
        """The draft of a document: the open form, and what was rejected."""
        return self._json(self._folder / "drafts" / f"{document}.json") or {}

    def write(self, document: str, draft: Mapping[str, Any]) -> None:
        """Keep a draft; on return it survives a crash."""
        path = self._folder / "drafts" / f"{document}.json"
        write_durably(path, json.dumps(draft, ensure_ascii=False, indent=1).encode())

    @property
    def history(self) -> list[dict[str, Any]]:
        """The saves that can be undone, oldest first."""
        return self._json(self._folder / "history.json") or []

    @property
    def last(self) -> dict[str, str]:
        """The digests of the files of the save that can be undone first; empty if there is none."""
        history = self.history
        return {name: item["sha256"] for name, item in history[-1].items()} if history else {}

    def carry_out(self, edit: Edit) -> None:
        """Write an edit, so that a crash at any moment leaves it done or to be finished.

        Raises ``OutputError``; then nothing has changed.
        """
        files = {
            path.as_posix(): {
                "before": _text(edit.folder / path),
                "sha256": sha256(content).hexdigest(),
                "after": base64.b64encode(content).decode(),
            }
            for path, content in edit.files.items()
        }
        pending = self._folder / "pending.json"
        write_durably(pending, json.dumps(files).encode())
        try:
            edit.write()
        except BaseException:
            pending.unlink(missing_ok=True)
            raise
        # On a full disk the save stands, and only cannot be undone.
        with suppress(OutputError):
            self._remember(files)
        pending.unlink(missing_ok=True)

    def finish(self) -> bool:
        """Finish an edit that a crash interrupted; returns whether there was one.

        A file that was changed by someone else since is left as it is.
        """
        pending = self._folder / "pending.json"
        files = self._json(pending)
        if not files:
            pending.unlink(missing_ok=True)
            return False
        for name, item in files.items():
            path = self._collection / name
            if _text(path) == item["before"]:
                write_durably(path, base64.b64decode(item["after"]))
        self._remember(files)
        pending.unlink(missing_ok=True)
        return True

    def undo(self) -> list[str]:
        """Take the last save back; returns its files, or none if one was changed since."""
        history = self.history
        if not history:
            return []
        files = history[-1]
        if any(digest(self._collection / name) != item["sha256"] for name, item in files.items()):
            return []
        for name, item in files.items():
            path = self._collection / name
            if item["before"] is None:
                path.unlink()
            else:
                write_durably(path, base64.b64decode(item["before"]))
        self._write_history(history[:-1])
        return list(files)

    def _remember(self, files: Mapping[str, Any]) -> None:
        kept = {
            name: {"before": item["before"], "sha256": item["sha256"]}
            for name, item in files.items()
        }
        history = self.history
        if not history or history[-1] != kept:
            self._write_history([*history, kept][-STEPS:])

    def _write_history(self, history: list[dict[str, Any]]) -> None:
        write_durably(self._folder / "history.json", json.dumps(history).encode())

    @staticmethod
    def _json(path: Path) -> Any:
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None


def _text(path: Path) -> str | None:
    """The content of a file as JSON can have it; None if there is no file."""
    return base64.b64encode(path.read_bytes()).decode() if path.is_file() else None
