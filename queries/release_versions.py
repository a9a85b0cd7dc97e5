"""Versions of the data: what an edition is called, and what has changed since another one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ..graph.store import EmbeddedStore, Store
from ..messages.message import say
from ..ontology.namespaces import LICENCE
from .changes import KINDS, Alteration, Event, changes, events
from .labels import short_iri

#: The file by which a release is recognised, so that only such a folder is replaced.
MARK: Final = "datapackage.json"
#: The file of a release with the whole graph.
NQUADS: Final = "taawun.nq"
#: Versions of the data: three numbers.
VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
TITLE: Final = "Taawun: Egypt's digital cooperation with the world"


@dataclass(frozen=True, slots=True)
class Edition:
    """A state of the data: its version, which is not the program's, and the day of its facts."""

    version: str
    day: str

    @property
    def told(self) -> str:
        """The edition and its licence on one line, for the head of a file."""
        return f"{TITLE}, version {self.version}, {self.day}. Licence: {LICENCE}"


class Previous(NamedTuple):
    """An earlier state of the data, with its version; empty if it is not a release."""

    store: Store
    version: str

    @classmethod
    def of(cls, folder: Path) -> Previous | None:
        """The release in a folder; None if it holds none."""
        try:
            told = json.loads((folder / MARK).read_text("utf-8"))
            version = told["version"]
            if not VERSION.fullmatch(version):
                return None
            return cls(EmbeddedStore.in_memory((folder / NQUADS).read_bytes()), version)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def next_version(self, after: Store) -> str:
        """The version after this one: by what the changes mean to those who use the data.

        What they may have relied on is gone or altered: the first number. There are new facts or
        things: the second. Only names or notes: the third. Nothing: the same.
        """
        found = changes(self.store, after)
        numbers = [int(number) for number in self.version.split(".")]
        if not found:
            return self.version
        place = 2
        if found.added or found.things_added:
            place = 1
        if found.removed or found.things_removed or any(_is_other(one) for one in found.altered):
            place = 0
        raised = [*numbers[:place], numbers[place] + 1, 0, 0]
        return ".".join(map(str, raised[:3]))


def _is_other(item: Alteration) -> bool:
    return item.before.record_status != item.after.record_status


#: The changelog of facts in each language.
CHANGES: Final = {"en": "CHANGES.md", "ar": "CHANGES.ar.md"}


def changelog(since: Previous, store: Store, edition: Edition, language: str) -> str:
    """What has changed since another state, fact by fact, with the quotes."""
    found = changes(since.store, store)
    told: dict[str, list[Event]] = {kind: [] for kind in KINDS}
    for event in events(found, since.store, store, language):
        told[event.kind].append(event)
    lines = [
        f"# {say('title', language)}: {edition.version} ({edition.day})", "",
        say("release-since", language, version=since.version or "–"), "",
    ]  # fmt: skip
    for kind, happened in told.items():
        if happened:
            lines += [f"## {say(f'release-{kind}', language)} ({len(happened)})", ""]
            for event in happened:
                lines += [f"- {event.title} ({short_iri(event.fact.iri)})", f"  > {event.quotes}"]
            lines.append("")
    for kind, things in (("added", found.things_added), ("removed", found.things_removed)):
        if things:
            named = ", ".join(map(short_iri, things))
            lines += [f"{say(f'release-things-{kind}', language)}: {named}", ""]
    if not found:
        lines += [say("release-no-changes", language), ""]
    return "\n".join(lines)
