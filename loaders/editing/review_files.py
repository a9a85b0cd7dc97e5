"""Write reviews: verdicts, decisions and acknowledged warnings, each on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from ...graph.errors import CollectionError, MisuseError, OutputError
from ...graph.fact import STATUS_QUALIFIERS, Fact, Object
from ...messages.fault import Fault, Place
from ..files.value import Given, Value
from ..files.yaml_text import (
    LOADER,
    data_of,
    field_of,
    flow_mapping,
    in_list,
    reads_as,
    scalar,
    with_item,
    with_lines,
    with_other,
    without_item,
)
from ..record_status import fact_iri, record_status
from ..reviews import ACKNOWLEDGED, FINDINGS, Decision, Pair, Stated, Verdict, short, words_of
from ..status_file import STATUS_FILE
from .json_schemas import modeline
from .transaction import REVIEWS, Edit

_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_STATUSES: Final = Path("facts") / STATUS_FILE


class ReviewFiles:
    """New contents for the files of a collection in which readers write; see :meth:`edit`."""

    def __init__(self, folder: Path, seen: str) -> None:
        """``seen`` is the fingerprint of the collection before it was read."""
        self._folder, self._seen = folder, seen
        self._texts: dict[Path, str] = {}
        self._statuses: dict[str, dict[str, Object]] = {}

    def record(self, document: str, reader: str, one: Stated, verdict: Verdict) -> None:
        """Record a verdict, in place of the reader's earlier one on the fact.

        A dispute changes the record status of an asserted fact, a confirmation that of a
        candidate, and a dispute that its reader takes back leaves no trace in the status file.
        """
        if verdict.found not in FINDINGS:
            raise MisuseError("review-word", name=verdict.found, words=list(FINDINGS))
        if verdict.found != "confirmed" and not verdict.comment.strip():
            raise MisuseError("review-needs-comment")
        said = {
            "fact": short(verdict.fact),
            "at": verdict.at,
            "found": verdict.found,
            "date": verdict.day,
            "comment": verdict.comment,
        }
        self._put(self._review(document, reader), "read", said, ("fact",), words_of(one.fact))
        earlier = one.verdicts.get(reader)
        if verdict.found == "disputed" and one.status in ("asserted", "disputed"):
            if one.status == "asserted" or _is_of(earlier, one):
                self.set_status(verdict.fact, "disputed", verdict.day, verdict.comment, one.fact)
        elif verdict.found == "confirmed" and one.status == "candidate":
            self.set_status(verdict.fact, "asserted", verdict.day, "", one.fact)
        elif one.status == "disputed" and _is_of(earlier, one):
            self._drop_status(verdict.fact)

    def settle(
        self, document: str, reader: str, other: str, pair: Pair, decision: Decision, day: str,
        comment: str, about: str,
    ) -> None:  # fmt: skip
        """Record what was decided where the collection and ``other``'s reading differ."""
        said = {
            "first": short(pair[0]),
            "second": short(pair[1]),
            "with": other,
            "decision": decision,
            "date": day,
            "comment": comment,
        }
        keys = ("first", "second", "with")
        self._put(self._review(document, reader), "settled", said, keys, about)

    def set_status(self, iri: str, status: str, day: str, reason: str, fact: Fact) -> None:
        """Write a record status to the status file."""
        said = {"fact": short(iri), "recordStatus": status}
        if reason:
            said["statusReasonAr" if _ARABIC.search(reason) else "statusReason"] = reason
        said["statusDate"] = day
        if _STATUSES not in self._texts:
            path = self._folder / _STATUSES
            old = path.read_bytes().decode() if path.is_file() else ""
            self._texts[_STATUSES] = old or modeline(self._folder, "facts.json")
        self._put(_STATUSES, "", said, ("fact",), words_of(fact))
        faults: list[Fault] = []
        given: dict[str, Value] = {
            key: Given(said[key], Place(key), faults) for key in STATUS_QUALIFIERS if key in said
        }
        made = record_status(given, Given(said, Place("status"), faults), lambda _: None)
        if made is None:
            raise CollectionError(faults)
        self._statuses[iri] = made

    def acknowledge(
        self, warning: str, about: Sequence[str], by: str, day: str, reason: str
    ) -> None:
        """Record that a warning, by its :func:`warning_key`, was looked at."""
        if not reason.strip():
            raise MisuseError("review-needs-comment")
        path = self._folder / ACKNOWLEDGED
        self._texts.setdefault(ACKNOWLEDGED, path.read_bytes().decode() if path.is_file() else "")
        said: dict[str, str | list[str]] = {
            "warning": warning, "about": [*about], "by": by, "date": day, "reason": reason,
        }  # fmt: skip
        self._put(ACKNOWLEDGED, "", said, ("warning", "about"), "")

    def edit(self) -> Edit:
        """The edit that writes everything recorded."""
        content = {path: text.encode() for path, text in self._texts.items()}
        return Edit(self._folder, content, self._seen, statuses=self._statuses)

    def _review(self, document: str, reader: str) -> Path:
        path = Path(REVIEWS) / f"{document}.{reader}.yaml"
        if path not in self._texts:
            file = self._folder / path
            head = f"document: {scalar(document)}\nreader: {scalar(reader)}\n"
            self._texts[path] = file.read_bytes().decode() if file.is_file() else head
        return path

    def _drop_status(self, iri: str) -> None:
        path = self._folder / _STATUSES
        text = self._texts.get(_STATUSES) or path.read_bytes().decode()
        root = yaml.compose(text, Loader=LOADER)
        items = root.value if isinstance(root, yaml.SequenceNode) else []
        mine = [node for node in items if fact_iri(str(_field(node, "fact"))) == iri]
        if not mine:
            return
        # A file without any line would be a fault: a failed write leaves such.
        self._texts[_STATUSES] = without_item(text, mine[0]) or "# Record statuses of facts.\n"
        wanted = [data_of(node) for node in items if node is not mine[0]]
        if not reads_as(self._texts[_STATUSES], wanted or None):
            raise OutputError("review-not-insertable", file=str(_STATUSES))

    def _put(
        self,
        path: Path,
        key: str,
        said: Mapping[str, str | list[str]],
        same: Sequence[str],
        about: str,
    ) -> None:
        """Put an entry into a list, of a key or of the whole file, in place of an earlier one."""
        text = self._texts[path]
        said = {name: value for name, value in said.items() if value}
        line = flow_mapping(said)
        root = yaml.compose(text, Loader=LOADER)
        pair = field_of(root, key) if root is not None and key else None
        held = pair[1] if pair else None if key else root
        nodes = held.value if isinstance(held, yaml.SequenceNode) else []
        items = [data_of(node) for node in nodes]
        mine = (n for n, item in enumerate(items)
                if all(item.get(name, "") == said.get(name, "") for name in same))  # fmt: skip
        after = (n for n, item in enumerate(items) if key and _key(item) > _key(said))
        noted = f"{line}  # {about}" if about else line
        if (at := next(mine, None)) is not None:
            text = with_other(text, nodes[at], line)
            items[at] = said
        else:
            at = next(after, len(items))
            items.insert(at, said)
            if pair:
                text = with_item(text, pair, [noted], at)
            else:
                lines = [f"{key}:", *in_list([noted], 2)] if key else [f"- {noted}"]
                text = with_lines(text, lines)
        if not reads_as(text, {**data_of(root), key: items} if key else items):
            raise OutputError("review-not-insertable", file=str(path))
        self._texts[path] = text


def _key(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """The order of normal form: by place, and of one place by fact."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", item.get("at", "")))
    return numbers, item.get("fact", ""), item.get("first", ""), item.get("second", "")


def _field(node: yaml.Node, name: str) -> str:
    found = field_of(node, name)
    return data_of(found[1]) if found else ""


def _is_of(verdict: Verdict | None, one: Stated) -> bool:
    """Whether the dispute that the record status tells of is the reader's own."""
    if verdict is None or verdict.found != "disputed":
        return False
    reasons = (one.fact.qualifier(key) for key in ("statusReason", "statusReasonAr"))
    return verdict.comment in [reason.value for reason in reasons if reason]
