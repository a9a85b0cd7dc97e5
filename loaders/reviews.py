"""Reviews: what readers found of each fact of a document, in ``reviews/DOCUMENT.READER.yaml``.

A review says who read which fact with which quotes, and what they found. How a fact stands is its
record status: a dispute is written to ``facts/status.yaml`` too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import yaml

from ..graph.control_characters import visible
from ..graph.errors import CollectionError, MisuseError, OutputError
from ..graph.fact import STATUS_QUALIFIERS, Fact, Object
from ..messages.fault import Fault, Place, near
from ..ontology.namespaces import FACT, ID
from ..ontology.schema import local_name
from .editing.json_schemas import modeline
from .editing.transaction import READINGS, REVIEWS, Edit
from .files.value import Given
from .files.yaml_nodes import Node, files, read_yaml
from .files.yaml_text import (
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
from .record_status import fact_iri, is_day, record_status
from .status_file import STATUS_FILE

#: What a reader finds of a fact; a remark alone leaves it unread.
Finding: TypeAlias = Literal["confirmed", "disputed", "remarked"]
#: What is settled where two readings differ: whose fact stands.
Decision: TypeAlias = Literal["first", "second", "both", "neither"]
FINDINGS: Final[tuple[Finding, ...]] = get_args(Finding)
DECISIONS: Final[tuple[Decision, ...]] = get_args(Decision)
_READER: Final = re.compile(r"[^\W_][\w-]{0,39}")
_FILE_KEYS: Final = frozenset({"document", "reader", "read", "settled"})
_NEEDED: Final = {
    "read": ("fact", "at", "found", "date"),
    "settled": ("with", "decision", "date"),
}
_OTHER_KEYS: Final = {"read": ("comment",), "settled": ("first", "second", "comment")}
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_STATUSES: Final = Path("facts") / STATUS_FILE
#: The facts of a settled difference, of the first and of the second reading; ``""`` for none.
Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader found of a fact on a day; ``at`` are the places of its quotes then."""

    fact: str
    at: str
    found: Finding
    day: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What one reader found in one document.

    ``settled`` has the decisions on the differences to another reader's reading.
    """

    document: str
    reader: str
    verdicts: tuple[Verdict, ...] = ()
    settled: Mapping[str, Mapping[Pair, Decision]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact with all its quotes in one document, and what readers found of it as it stands.

    A verdict on other quotes, or on a fact that was claimed otherwise, does not count any more.
    """

    fact: Fact
    spans: tuple[tuple[int, int], ...]
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """The places of its quotes, as reviews write them."""
        return " ".join(f"{start}:{end}" for start, end in self.spans)

    @property
    def status(self) -> str:
        """The record status, by name."""
        status = self.fact.qualifier("recordStatus")
        return status.value.rpartition("/")[2] if status else "asserted"

    def is_read(self, reader: str = "") -> bool:
        """Whether the reader, or any reader, has confirmed or disputed it."""
        mine = [self.verdicts[reader]] if reader in self.verdicts else []
        return any(v.found != "remarked" for v in (mine if reader else self.verdicts.values()))


def reader_name(name: str) -> str:
    """The name of a reader as part of a file's name. Raises ``MisuseError`` if it cannot be."""
    name = "-".join(name.split())
    if not _READER.fullmatch(name):
        raise MisuseError("bad-reader", name=name)
    return name


def reading_folder(reader: str) -> str:
    """The folder of a collection for the fact files of a reader's own reading."""
    return f"{READINGS}/{reader}"


def read_reviews(folder: Path, name: str, documents: Iterable[str]) -> list[Review]:
    """The reviews of a collection. Raises ``CollectionError`` with their faults.

    ``name`` is that of the collection in messages.
    """
    faults: list[Fault] = []
    found = []
    for path in files(folder / REVIEWS, ".yaml"):
        root = read_yaml(path, f"{name}/{REVIEWS}/{path.name}", faults)
        if root is not None and (review := _review(root, path, documents)):
            found.append(review)
    if faults:
        raise CollectionError(faults)
    return found


def _review(root: Node, path: Path, documents: Iterable[str]) -> Review | None:
    fields = root.fields(_FILE_KEYS)
    if missing := [key for key in ("document", "reader") if key not in fields]:
        root.fault("review-lacks", names=missing)
        return None
    document, reader = fields["document"].text(), fields["reader"].text()
    if document not in (known := set(documents)):
        fields["document"].fault("unknown-document", name=document, remedy=near(document, known))
    if path.name != f"{document}.{reader}.yaml" or not _READER.fullmatch(reader):
        root.fault("review-misnamed", file=f"{document}.{reader}.yaml")
    verdicts = [
        Verdict(iri, said["at"], said["found"], said["date"], said.get("comment", ""))  # type: ignore[arg-type]
        for said in _entries(fields, "read", {"found": FINDINGS})
        if (iri := fact_iri(said["fact"]))
    ]
    settled: dict[str, dict[Pair, Decision]] = defaultdict(dict)
    for said in _entries(fields, "settled", {"decision": DECISIONS}):
        pair = tuple(fact_iri(said.get(key, "")) or "" for key in ("first", "second"))
        settled[said["with"]][pair] = said["decision"]  # type: ignore[index, assignment]
    return Review(document, reader, tuple(verdicts), settled)


def _entries(
    fields: Mapping[str, Node], key: str, choices: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, str]]:
    """The sound entries of a list of a review; the faults of the others are reported."""
    if key not in fields or (fields[key].is_text and not fields[key].text()):
        return
    for item in fields[key].items():
        before = len(item.faults)
        values = item.fields(frozenset({*_NEEDED[key], *_OTHER_KEYS[key]}))
        if missing := [name for name in _NEEDED[key] if name not in values]:
            if item.is_mapping:
                item.fault("review-lacks", names=missing)
            continue
        for name, allowed in choices.items():
            if (value := values[name].text()) not in allowed:
                values[name].fault("review-word", name=value, words=list(allowed))
        if not is_day(values["date"].text()):
            values["date"].fault("not-a-day", text=values["date"].text())
        for name in {"fact", "first", "second"} & values.keys():
            if fact_iri(values[name].text()) is None:
                values[name].fault("not-a-fact-iri", text=values[name].text())
        if len(item.faults) == before:
            yield {name: value.text() for name, value in values.items()}


def stated_in(document: str, facts: Iterable[Fact], reviews: Iterable[Review] = ()) -> list[Stated]:
    """The facts that quote a document, in its order, with the verdicts on them.

    Superseded and retracted facts are left out: there is nothing to review.
    """
    spans: dict[str, set[tuple[int, int]]] = defaultdict(set)
    first: dict[str, Fact] = {}
    for fact in facts:
        if fact.evidence[0].document == document:
            first.setdefault(fact.iri, fact)
            spans[fact.iri].update((part.start, part.end) for part in fact.evidence)
    verdicts: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for review in reviews:
        if review.document == document:
            for verdict in review.verdicts:
                verdicts[verdict.fact][review.reader] = verdict
    found = []
    for iri, fact in first.items():
        one = Stated(fact, tuple(sorted(spans[iri])))
        if one.status not in ("superseded", "retracted"):
            now = {who: v for who, v in verdicts[iri].items() if v.at == one.at}
            found.append(Stated(fact, one.spans, now))
    return sorted(found, key=lambda one: (one.spans, words_of(one.fact)))


def words_of(fact: Fact) -> str:
    """The triple of a fact as files write it, in one line."""
    subject, target = (part.value.removeprefix(ID) for part in (fact.subject, fact.object))
    return visible(" ".join(f"{subject} {local_name(fact.predicate.value)} {target}".split()))


def short(iri: str) -> str:
    """The fact as files name it."""
    return f"fact:{iri.removeprefix(FACT)}" if iri else ""


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
        given = {
            key: Given(said[key], Place(key), faults) for key in STATUS_QUALIFIERS if key in said
        }
        made = record_status(given, Given(said, Place("status"), faults))
        if made is None:
            raise CollectionError(faults)
        self._statuses[iri] = made

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
        self._texts[_STATUSES] = without_item(text, mine[0])
        wanted = [data_of(node) for node in items if node is not mine[0]]
        if not reads_as(self._texts[_STATUSES], wanted or None):
            raise OutputError("review-not-insertable", file=str(_STATUSES))

    def _put(
        self, path: Path, key: str, said: Mapping[str, str], same: Sequence[str], about: str
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
        noted = f"{line}  # {about}"
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


def _key(item: Mapping[str, str]) -> tuple[Any, ...]:
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
