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
from typing import Final, Literal, TypeAlias, get_args

from ..graph.errors import CollectionError, MisuseError
from ..graph.fact import Fact
from ..messages.fault import Fault, near
from ..messages.untrusted_text import visible
from ..ontology.namespaces import FACT, ID
from ..ontology.schema import local_name
from .editing.transaction import READINGS, REVIEWS
from .files.yaml_nodes import Node, files, read_yaml
from .record_status import fact_iri, is_day
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
#: The warnings that somebody has looked at: who, when and why they do not matter.
ACKNOWLEDGED: Final = Path(REVIEWS) / "acknowledged.yaml"
_ACKNOWLEDGED_KEYS: Final = frozenset({"warning", "about", "by", "date", "reason"})
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
        if path.name == ACKNOWLEDGED.name:
            continue
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


def warning_key(warning: Fault) -> tuple[str, tuple[str, ...]]:
    """What a warning says, wherever it stands: its code, and its parts as texts."""
    parts = (f"{name}={value}" for name, value in sorted(warning.message.parts.items()))
    return warning.code, tuple(visible(" ".join(part.split())) for part in parts)


def acknowledged(folders: Iterable[Path]) -> set[tuple[str, tuple[str, ...]]]:
    """The warnings that are acknowledged in collections.

    Raises ``CollectionError`` with the faults of their files.
    """
    faults: list[Fault] = []
    found = set()
    for folder in folders:
        path = folder / ACKNOWLEDGED
        if not path.is_file():
            continue
        root = read_yaml(path, f"{folder.resolve().name}/{ACKNOWLEDGED.as_posix()}", faults)
        for item in root.items() if root and not root.is_empty else ():
            values = item.fields(_ACKNOWLEDGED_KEYS)
            if missing := sorted(_ACKNOWLEDGED_KEYS - values.keys()):
                item.fault("review-lacks", names=missing)
                continue
            about = tuple(part.text() for part in values["about"].items())
            found.add((values["warning"].text(), about))
    if faults:
        raise CollectionError(faults)
    return found


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
