"""Build through an executor: shards are read and checked by its workers, and joined here.

The executor is this process, a pool of processes, or a cluster by Dask. Whatever it is, the graph
is the same, quad by quad. Facts are compared across shards in parts by their subjects, which the
workers check too. If anything is wrong anywhere, the collections are read again in one go, which
reports every fault at its place.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ...graph.derive import Premise
from ...graph.derive_in_parts import derive_in_parts
from ...graph.errors import CollectionError, StoreError, needs
from ...graph.fact_index import FactIndexWriter
from ...graph.store import FACT_INDEX
from ...messages.fault import Fault
from ...messages.message import foreign
from ...ontology.namespaces import ID
from ..checks.glosses import joined
from ..collection import FACT_READERS, Registers, classes_of, read_registers
from ..files.yaml_nodes import strays
from ..status_file import STATUS_FILE
from .cache import MANIFEST, STORE
from .inputs import code_fingerprint, name_of
from .shards import (
    Part,
    Shard,
    Task,
    Work,
    check_across,
    check_part,
    gloss_shard,
    mark_shard,
    read_shard,
)
from .source_state import Recorder, WholeError, fact_files, units

#: How many rows a shard has at most.
ROWS: Final = 10_000
#: Facts about how many shards' subjects are checked at a time.
_SHARDS_A_PART: Final = 4
#: From how many shards' premises is derived at a time.
_SHARDS_DERIVED: Final = 5


def tasks_of(number: int, name: str, path: Path, rows: int) -> Iterator[Task]:
    """The shards of a fact file: rows of a table or of JSON lines, else the whole file."""
    try:
        head, at, line = b"", 0, 1
        begun: Task | None = None
        count = 0
        for unit in units(path):
            if not at and path.suffix == ".csv":
                head = unit
            elif begun is None:
                begun = Task(number, name, str(path), head, at, 0, line)
            at += len(unit)
            line += unit.count(b"\n")
            count += begun is not None
            if begun is not None and count == rows:
                yield begun._replace(end=at)
                number, begun, count = number + 1, None, 0
        if begun is not None:
            yield begun._replace(end=at)
        elif not at or at == len(head):
            # An empty file is a fault, or has a header that may be one.
            yield Task(number, name, str(path))
    except WholeError:
        yield Task(number, name, str(path))


def build_in_shards(
    folders: Sequence[Path],
    target: Path,
    executor: Executor,
    other_lines: Callable[[Registers], Iterable[str]],
) -> bool:
    """Make the build of these folders in ``target``, unsealed.

    ``other_lines`` gives the N-Quads of the registers. Returns False, and leaves ``target``
    unusable, if there is any fault. Raises ``StoreError`` if the workers are lost.
    """
    faults: list[Fault] = []
    try:
        registers = read_registers(folders, faults, Counter())
    except CollectionError:
        return False
    for folder in folders:
        faults.extend(strays(folder / "facts", f"{name_of(folder)}/facts", *FACT_READERS))
    if faults:
        return False
    work = Work(target / "work")
    work.folder.mkdir()
    shards = _Joined(folders, target, executor, registers, work)
    try:
        return shards.build(other_lines)
    except (BrokenProcessPool, ConnectionError) as error:
        raise StoreError("workers-lost") from error
    finally:
        shards.close()
        shutil.rmtree(work.folder, ignore_errors=True)


class _Joined:
    def __init__(
        self,
        folders: Sequence[Path],
        target: Path,
        executor: Executor,
        registers: Registers,
        work: Work,
    ) -> None:
        self._folders, self._target, self._executor = folders, target, executor
        self._registers, self._work = registers, work
        self._shards: list[Shard] = []
        self._index = FactIndexWriter(lambda: target / FACT_INDEX)

    def build(self, other_lines: Callable[[Registers], Iterable[str]]) -> bool:
        tasks = [*self._tasks()]
        buckets = max(1, len(tasks) // _SHARDS_A_PART)
        self._work.begin(self._registers, buckets)
        self._shards = self._run(read_shard, [(task,) for task in tasks])
        if any(shard.code != code_fingerprint() for shard in self._shards):
            raise StoreError("workers-differ")
        if not all(shard.is_sound for shard in self._shards) or not self._has_statuses():
            return False
        facts = self._facts(buckets)
        if facts is None:
            return False
        marked = self._marks()
        store = ox.Store(str(self._target / STORE))
        kinds = [(shard.number, "facts.nq") for shard in self._shards]
        self._load(store, [*kinds, *((number, "marks.nq") for number in marked)])
        self._load(store, ((number, "glosses.nq") for number in self._glosses()))
        last = len(tasks)
        self._work.write_lines(last, "other.nq", other_lines(self._registers))
        derived = self._derive(last + 1)
        self._load(store, [(last, "other.nq"), (last + 1, "derived.nq")])
        store.flush()
        self._index.add_documents(self._registers.documents.values())
        self._index.finish()
        counts = {
            "documents": len(self._registers.documents),
            "entities": len(self._registers.entities),
            "facts": facts,
            "quotes": self._quotes(),
            "derived": derived,
            "quads": len(store),
        }
        del store
        if statements := self._statements():
            statements.write(self._target)
        (self._target / MANIFEST).write_text(
            json.dumps(counts, indent=2) + "\n", "utf-8", newline="\n"
        )
        return True

    def close(self) -> None:
        """Close what is open, whether or not it is finished."""
        self._index.close()

    def _tasks(self) -> Iterator[Task]:
        number = 0
        for name, path in fact_files(self._folders):
            if path.name == STATUS_FILE:
                continue
            for task in tasks_of(number, name, path, ROWS):
                yield task
                number = task.number + 1

    def _run(self, work: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The results of all calls, in their order."""
        folder = str(self._work.folder)
        futures = [self._executor.submit(work, folder, *call) for call in calls]
        return [future.result() for future in futures]

    def _has_statuses(self) -> bool:
        """Whether each status entry speaks of one fact."""
        met: dict[int, set[str]] = defaultdict(set)
        for shard in self._shards:
            for number, iris in shard.met.items():
                met[number] |= iris
        return all(len(met[number]) == 1 for number in self._registers.statuses.numbers)

    def _facts(self, buckets: int) -> int | None:
        """The number of facts, if they agree with each other; None if not."""
        after = {iri: other for shard in self._shards for iri, other in shard.successors.items()}
        wanted = frozenset(after.values())
        count = len(self._shards)
        parts: list[Part] = self._run(
            check_part, [(bucket, count, wanted) for bucket in range(buckets)]
        )
        parts += self._run(check_across, [(count,)])
        known = frozenset[str]().union(*(part.known for part in parts))
        if not all(part.is_sound for part in parts) or wanted - known or _has_circle(after):
            return None
        return sum(part.facts for part in parts)

    def _marks(self) -> list[int]:
        """The shards whose later marks are written."""
        numbers: dict[str, set[Decimal]] = defaultdict(set)
        for shard in self._shards:
            for subject, found in shard.numbers.items():
                numbers[subject] |= found
        self._work.write_numbers(numbers)
        return self._run(mark_shard, [(s.number,) for s in self._shards if s.has_waiting])

    def _glosses(self) -> list[int]:
        """The shards that quote documents with glosses; those of their facts are written."""
        first = joined(shard.glosses for shard in self._shards)
        documents = {document for document, _ in first}
        calls = [
            (shard.number, {q: gloss for q, gloss in first.items() if q[0] in shard.documents})
            for shard in self._shards
            if not documents.isdisjoint(shard.documents)
        ]
        return self._run(gloss_shard, calls)

    def _load(self, store: ox.Store, files: Iterable[tuple[int, str]]) -> None:
        """Load files of N-Quads one by one, and delete them."""
        for number, kind in files:
            path = self._work.path(number, kind)
            if kind == "facts.nq":
                self._index.merge(self._work.path(number, FACT_INDEX))
            elif kind in ("marks.nq", "glosses.nq"):
                with path.open(encoding="utf-8") as lines:
                    self._index.heed(line.rstrip("\n") for line in lines)
            store.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS, lenient=True)
            path.unlink()

    def _derive(self, number: int) -> int:
        """Write what follows from the facts of all shards; returns how much it is."""
        count = 0
        registers = self._registers
        known = classes_of(registers.schema, registers.entities)
        classes = {ID + reference: kinds for reference, kinds in known.items()}

        def lines() -> Iterator[str]:
            nonlocal count
            parts = 1 + len(self._shards) // _SHARDS_DERIVED
            folder = self._work.folder
            for item in derive_in_parts(self._premises(), registers.schema, classes, folder, parts):
                count += 1
                self._index.add_derived(item)
                yield from item.lines()

        self._work.write_lines(number, "derived.nq", lines())
        return count

    def _premises(self) -> Iterator[Premise]:
        for shard in self._shards:
            yield from self._work.premises(shard.number)

    def _quotes(self) -> int:
        """The number of distinct quotes."""
        found: set[bytes] = set()
        for shard in self._shards:
            keys = shard.quotes
            found.update(keys[at : at + 8] for at in range(0, len(keys), 8))
        return len(found)

    def _statements(self) -> Any:
        recorder = Recorder()
        for shard in self._shards:
            recorder.add(shard.name, shard.statements)
        return recorder.statements(self._folders)


def _has_circle(after: dict[str, str]) -> bool:
    """Whether a superseded fact is superseded, in the end, by itself."""
    for start in after:
        seen = {start}
        now = after[start]
        while now in after and now not in seen:
            seen.add(now)
            now = after[now]
        if now in seen:
            return True
    return False


#: The scheduler that is a pool of processes on this machine.
PROCESSES: Final = "processes"
#: Seconds to wait for a scheduler, and for its first worker.
_PATIENCE: Final = 20


class InProcess(Executor):
    """Does the work at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function; what it raises is raised here."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def executor_of(scheduler: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """The executor of a scheduler's name; None if the build is to do its work as it reads.

    ``processes`` is a pool of ``jobs`` processes, by default one for each processor; anything else
    is the address of a Dask scheduler, ``tcp://…``. Raises ``StoreError`` if it is not reached.
    """
    if scheduler is None and (jobs is None or jobs == 1):
        yield None
    elif scheduler is None or scheduler == PROCESSES:
        # Forking would copy the threads' locks of an open store.
        workers = jobs or processors()
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
    else:
        yield from _dask(scheduler)


def _dask(address: str) -> Iterator[Executor]:
    with needs("dask"):
        from distributed import Client, KilledWorker
    try:
        client = Client(  # type: ignore[no-untyped-call]
            address, timeout=_PATIENCE, set_as_default=False
        )
    except (OSError, ValueError) as error:
        reason = foreign(str(error).partition("\n")[0])
        raise StoreError("scheduler-not-reached", address=address, reason=reason) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise StoreError("scheduler-without-workers", address=address) from error
        try:
            yield client.get_executor()  # type: ignore[no-untyped-call]
        except (KilledWorker, CancelledError) as error:
            raise StoreError("workers-lost") from error
