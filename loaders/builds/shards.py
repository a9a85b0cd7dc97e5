"""Read and check a part of the facts: the work that a build gives to other processes.

What a shard gives depends on its rows, their documents and the registers alone, so that any
process of any machine that sees the work folder may do it, twice if need be. Its facts and N-Quads
stay in files of that folder; only what the build has to know is returned.
"""

from __future__ import annotations

import marshal
import os
import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from decimal import Decimal
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Final, NamedTuple
from zlib import crc32

import pyoxigraph as ox

from ...graph.derive import Known, Premise, Reasoner, premise_of
from ...graph.document import Document
from ...graph.fact import Fact
from ...graph.fact_index import FactIndexWriter
from ...graph.garbage_collection import no_pauses
from ...graph.store import FACT_INDEX
from ...messages.fault import Fault, Place
from ...ontology.namespaces import ID, XSD
from ..checks.claims import Claims, numbers_of
from ..checks.glosses import First, first_glosses, gloss_lines, with_shared_glosses
from ..checks.lints import is_compared_across, lint_differences, lint_loops, lint_subjects
from ..collection import FACT_READERS, Collection, Registers, classes_of
from ..facts import FactMaker
from ..files.value import Site, Spot
from ..status_file import lint_statuses
from .inputs import code_fingerprint
from .source_state import pack_statement

_NUMERIC: Final = frozenset((XSD + "decimal", XSD + "integer"))


class Task(NamedTuple):
    """A part of one fact file: the bytes from ``start`` to ``end``, which begin at ``line``.

    ``head`` is the header of a table. Without an ``end`` the whole file is meant.
    """

    number: int
    name: str
    path: str
    head: bytes = b""
    start: int = 0
    end: int = 0
    line: int = 1


class Shard(NamedTuple):
    """What a build has to know of a shard; keys are eight bytes each.

    ``statements`` are packed as for the next incremental build, ``met`` are the facts that status
    entries speak of, by the number of the entry, and ``successors`` the IRIs of superseded facts
    with those that replace them.
    """

    number: int
    name: str
    is_sound: bool
    statements: bytes
    quotes: bytes
    numbers: Mapping[str, set[Decimal]]
    met: Mapping[int, set[str]]
    successors: Mapping[str, str]
    has_waiting: bool
    documents: frozenset[str] = frozenset()
    glosses: First = {}  # noqa: RUF012
    #: The fingerprint of the program that read it.
    code: str = ""


class Part(NamedTuple):
    """What was found in all facts about some subjects: faults or none, how many facts there are."""

    is_sound: bool
    facts: int
    known: frozenset[str] = frozenset()


class Work:
    """The work folder of a build: the registers, and the files of the shards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, registers: Registers, buckets: int) -> None:
        """Write what every shard needs."""
        portable = registers.portable()
        with self._writing("registers") as file:
            pickle.dump((portable, buckets), file, pickle.HIGHEST_PROTOCOL)

    @cached_property
    def _begun(self) -> tuple[Registers, int]:
        with (self.folder / "registers").open("rb") as file:
            found: tuple[Registers, int] = pickle.load(file)
        return found

    @property
    def registers(self) -> Registers:
        """The registers."""
        return self._begun[0]

    @property
    def buckets(self) -> int:
        """Into how many parts facts are divided by their subjects."""
        return self._begun[1]

    @cached_property
    def maker(self) -> FactMaker:
        """Makes facts against the registers."""
        return self.registers.maker()

    @cached_property
    def empty(self) -> Collection:
        """The collection without its facts."""
        registers = self.registers
        return Collection(registers.schema, registers.documents, registers.entities, ())

    @cached_property
    def claims(self) -> Claims:
        """Compares facts whose quotes need no number of another fact."""
        return Claims(self.empty, {})

    @cached_property
    def _counted(self) -> frozenset[str]:
        """The classes of things that may have numbers."""
        properties = self.registers.schema.properties.values()
        return frozenset(c for p in properties if p.datatype in _NUMERIC for c in p.domains)

    @cached_property
    def _classes(self) -> dict[str, frozenset[str]]:
        return classes_of(self.registers.schema, self.registers.entities)

    @cached_property
    def steps_from(self) -> frozenset[str]:
        """The predicates from which something may follow."""
        schema = self.registers.schema
        return Reasoner(Known(schema), schema, {}).predicates()

    def is_waiting(self, fact: Fact) -> bool:
        """Whether its quote may name a thing by a number that another shard has."""
        parts = (fact.subject, fact.object)
        return any(
            not self._counted.isdisjoint(self._classes[part.value.removeprefix(ID)])
            for part in parts
            if isinstance(part, ox.NamedNode)
        )

    def path(self, number: int, kind: str | int) -> Path:
        """A file of a shard."""
        return self.folder / f"{number:06}-{kind}"

    @contextmanager
    def making(self, number: int, kind: str) -> Iterator[Path]:
        """The place of a file of a shard that is there when it is complete, whoever writes it too.

        Until then it is empty, or partly written.
        """
        with self._writing(self.path(number, kind).name) as file:
            yield Path(str(file.name))

    @contextmanager
    def _writing(self, name: str) -> Iterator[IO[bytes]]:
        """A file that is there when it is complete, whoever else writes it too."""
        handle, made = tempfile.mkstemp(dir=self.folder, prefix=".")
        os.close(handle)
        with open(made, "wb") as file:
            yield file
        Path(made).replace(self.folder / name)

    def write_lines(self, number: int, kind: str, lines: Iterable[str]) -> None:
        """Write N-Quads."""
        with self._writing(self.path(number, kind).name) as file:
            file.writelines(f"{line}\n".encode() for line in lines)

    def write_facts(self, number: int, kind: str | int, stated: list[tuple[Fact, Place]]) -> None:
        """Write facts with their places; their documents are named, not copied."""
        with self._writing(self.path(number, kind).name) as file:
            _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(stated)

    def facts(self, number: int, kind: str | int) -> list[tuple[Fact, Place]]:
        """The facts of a file of a shard."""
        with self.path(number, kind).open("rb") as file:
            found: list[tuple[Fact, Place]] = _Unpickler(file, self.registers.documents).load()
        return found

    def write_premises(self, number: int, premises: list[Premise]) -> None:
        """Write what something may follow from."""
        with self._writing(self.path(number, "premises").name) as file:
            marshal.dump(premises, file)

    def premises(self, number: int) -> list[Premise]:
        """The premises of a shard, in the order of its rows."""
        with self.path(number, "premises").open("rb") as file:
            found: list[Premise] = marshal.load(file)
        return found

    def write_numbers(self, numbers: Mapping[str, set[Decimal]]) -> None:
        """Write the numbers of all shards."""
        with self._writing("numbers") as file:
            pickle.dump(dict(numbers), file, pickle.HIGHEST_PROTOCOL)

    @cached_property
    def later_claims(self) -> Claims:
        """Compares facts with the numbers of all shards."""
        with (self.folder / "numbers").open("rb") as file:
            return Claims(self.empty, defaultdict(set, pickle.load(file)))


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> str | None:
        return obj.slug if isinstance(obj, Document) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: IO[bytes], documents: Mapping[str, Document]) -> None:
        super().__init__(file)
        self._documents = documents

    def persistent_load(self, pid: Any) -> Document:
        return self._documents[pid]


@lru_cache(maxsize=1)
def _work(folder: str) -> Work:
    """The work folder as this process has read it."""
    return Work(Path(folder))


def read_shard(folder: str, task: Task) -> Shard:
    """Read the facts of a shard, check each against its quote, and write what it gives."""
    with no_pauses():
        return _read_shard(_work(folder), task)._replace(code=code_fingerprint())


def _read_shard(work: Work, task: Task) -> Shard:
    faults: list[Fault] = []
    # The maker serves several shards, perhaps at once; each has glosses of its own.
    maker = copy(work.maker)
    maker.glosses = []
    stated = list(_stated(maker, task, faults))
    if faults:
        return Shard(task.number, task.name, False, b"", b"", {}, {}, {}, False)
    statuses = work.registers.statuses.portable()
    facts = [(statuses.over(fact), place) for fact, place in stated]
    buckets: list[list[tuple[Fact, Place]]] = [[] for _ in range(work.buckets)]
    across: list[tuple[Fact, Place]] = []
    waiting: list[tuple[Fact, Place]] = []
    premises: list[Premise] = []
    statements = bytearray()
    quotes: set[bytes] = set()
    successors: dict[str, str] = {}
    for fact, place in facts:
        item = fact, place
        buckets[crc32(fact.subject.value.encode()) % work.buckets].append(item)
        if is_compared_across(fact):
            across.append(item)
        if work.is_waiting(fact):
            waiting.append(item)
        if fact.is_premise and str(fact.predicate) in work.steps_from:
            premises.append(premise_of(fact))
        if successor := fact.qualifier("supersededBy"):
            successors[fact.iri] = successor.value
        statements += pack_statement(place.line, fact)
        for part in fact.evidence:
            key = f"{part.document} {part.start} {part.end}".encode()
            quotes.add(blake2b(key, digest_size=8).digest())
    for bucket, items in enumerate(buckets):
        work.write_facts(task.number, bucket, items)
    work.write_facts(task.number, "across", across)
    work.write_facts(task.number, "waiting", waiting)
    work.write_premises(task.number, premises)
    with work.making(task.number, FACT_INDEX) as path:
        index = FactIndexWriter(lambda: path)
        lines = index.heeded(_lines(work, index, [fact for fact, _ in facts]))
        work.write_lines(task.number, "facts.nq", lines)
        index.finish(is_part=True)
    return Shard(
        task.number,
        task.name,
        is_sound=True,
        statements=bytes(statements),
        quotes=b"".join(sorted(quotes)),
        numbers=dict(numbers_of(fact for fact, _ in facts)),
        met=statuses.met(),
        successors=successors,
        has_waiting=bool(waiting),
        documents=frozenset(fact.evidence[0].document for fact, _ in facts),
        glosses=first_glosses(maker.glosses),
    )


def _lines(work: Work, index: FactIndexWriter, facts: list[Fact]) -> Iterator[str]:
    for fact in facts:
        index.add(fact)
        yield from fact.lines()
    yield from work.claims.marks(fact for fact in facts if not work.is_waiting(fact))


def _stated(maker: FactMaker, task: Task, faults: list[Fault]) -> Iterator[tuple[Fact, Place]]:
    path = Path(task.path)
    reader = FACT_READERS[path.suffix]
    if not task.end:
        for fact, value in reader(path, task.name, maker, faults):
            yield fact, value.place
        return
    with path.open("rb") as file:
        file.seek(task.start)
        rows = file.read(task.end - task.start)
    with tempfile.TemporaryDirectory(prefix="taawun-") as made:
        part = Path(made) / path.name
        part.write_bytes(task.head + rows)
        shift = task.line - 1 - task.head.count(b"\n")
        for fact, value in reader(part, task.name, maker, faults):
            place = value.place
            yield fact, place._replace(line=place.line + shift)


def mark_shard(folder: str, number: int) -> int:
    """Mark the quotes of those facts of a shard that had to wait for the numbers of all."""
    work = _work(folder)
    with no_pauses():
        facts = (fact for fact, _ in work.facts(number, "waiting"))
        work.write_lines(number, "marks.nq", work.later_claims.marks(facts))
    return number


def gloss_shard(folder: str, number: int, first: First) -> int:
    """Write the glosses that the facts of a shard share with other rows."""
    work = _work(folder)
    with no_pauses():
        facts = [fact for b in range(work.buckets) for fact, _ in work.facts(number, b)]
        work.write_lines(number, "glosses.nq", gloss_lines(with_shared_glosses(facts, first)))
    return number


def check_part(folder: str, bucket: int, shards: int, wanted: frozenset[str]) -> Part:
    """Check all facts about the subjects of a bucket against each other, in their order.

    ``wanted`` are IRIs of facts that may be there.
    """
    work = _work(folder)
    faults: list[Fault] = []
    with no_pauses():
        stated = _placed(work, bucket, shards, faults)
        lint_subjects(stated, work.registers.schema, is_whole=True)
        # Successors are compared by the build.
        lint_statuses(stated, is_whole=False)
        iris = {fact.iri for fact, _ in stated}
    return Part(not faults, len(iris), wanted & iris)


def check_across(folder: str, shards: int) -> Part:
    """Check the figures and orders of all shards against each other."""
    work = _work(folder)
    faults: list[Fault] = []
    with no_pauses():
        stated = _placed(work, "across", shards, faults)
        lint_differences(stated)
        lint_loops(stated)
    return Part(not faults, 0)


def _placed(
    work: Work, kind: str | int, shards: int, faults: list[Fault]
) -> list[tuple[Fact, Site]]:
    return [
        (fact, Spot(place, faults))
        for number in range(shards)
        for fact, place in work.facts(number, kind)
    ]
