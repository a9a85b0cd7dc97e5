"""Derivation in bounded memory: joined by key over files, a part of the triples at a time.

The rounds are those of :mod:`.derive`, and so is what follows. Triples wait in files, divided by
a hash: by themselves, to find those that are known; by the term at which two premises meet, to
find these. Memory holds one part, and the premises of the largest such term.
"""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeAlias
from zlib import crc32

from ..ontology.schema import Schema
from .derive import DerivedFact, Known, Premise, Reasoner, Terms, one_time

#: How many records of a part are written together.
_BLOCK: Final = 256
#: The graphs that state a triple, each with its times.
_Sources: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]


class _Parts:
    """Records in a file, divided into parts by the hash of a key."""

    def __init__(self, folder: Path, count: int, closing: ExitStack) -> None:
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed by ``closing``)
        self._file = closing.enter_context(file)
        self._waiting: list[list[Any]] = [[] for _ in range(count)]
        #: Where the blocks of each part begin, and how long they are.
        self._blocks: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self._end = 0
        self.is_empty = True

    def add(self, key: str, record: Any) -> int:
        """Add a record to the part of its key, whose number is returned."""
        part = crc32(key.encode()) % len(self._waiting)
        waiting = self._waiting[part]
        waiting.append(record)
        self.is_empty = False
        if len(waiting) == _BLOCK:
            self._write(part)
        return part

    def _write(self, part: int) -> None:
        block = marshal.dumps(self._waiting[part])
        self._waiting[part].clear()
        self._file.seek(self._end)
        self._file.write(block)
        self._blocks[part].append((self._end, len(block)))
        self._end += len(block)

    def read(self, part: int) -> Iterator[Any]:
        """The records of a part so far, in their order."""
        if self._waiting[part]:
            self._write(part)
        for start, size in tuple(self._blocks[part]):
            self._file.seek(start)
            yield from marshal.loads(self._file.read(size))

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()


def derive_in_parts(
    premises: Iterable[Premise],
    schema: Schema,
    classes: Mapping[str, frozenset[str]],
    folder: Path,
    count: int,
) -> Iterator[DerivedFact]:
    """What follows from premises, in another order than :func:`.derive.derive_from` gives it.

    Files are made in ``folder``, and gone afterwards; there are ``count`` parts.
    """
    with ExitStack() as closing:
        yield from _Rounds(schema, classes, folder, count, closing).follow(premises)


class _Rounds:
    """The triples that are known, and those that were found in the last round."""

    def __init__(
        self,
        schema: Schema,
        classes: Mapping[str, frozenset[str]],
        folder: Path,
        count: int,
        closing: ExitStack,
    ) -> None:
        self._schema, self._classes, self._count = schema, classes, count
        self._folder, self._closing = folder, closing
        self._number = 0
        self._known, self._meeting, self._fresh = self._new(), self._new(), self._new()
        #: The parts of ``_meeting`` that have fresh triples.
        self._changed: set[int] = set()
        self._joined = Known(schema).joined
        self._transitive = {f"<{p.iri}>" for p in schema.properties.values() if p.is_transitive}

    def _new(self) -> _Parts:
        return _Parts(self._folder, self._count, self._closing)

    def follow(self, premises: Iterable[Premise]) -> Iterator[DerivedFact]:
        """The consequences of the premises, round by round."""
        self._begin(premises)
        while not self._fresh.is_empty:
            steps = self._new()
            self._step_alone(steps)
            self._step_together(steps)
            self._number += 1
            self._fresh.close()
            self._fresh, self._changed = self._new(), set()
            for part in range(self._count):
                yield from self._conclude(steps, part)
            steps.close()

    def _begin(self, premises: Iterable[Premise]) -> None:
        stated, times_of = self._new(), Reasoner(Known(self._schema), self._schema, {}).times_of
        for terms, iri, when in premises:
            stated.add(" ".join(terms), (terms, iri, when))
        for part in range(self._count):
            grouped: dict[Terms, dict[str, tuple[str, ...]]] = {}
            for terms, iri, when in stated.read(part):
                grouped.setdefault(terms, {})[iri] = tuple(times_of(terms, when))
            for terms, graphs in grouped.items():
                self._add(terms, tuple(graphs.items()))
        stated.close()

    def _add(self, terms: Terms, sources: _Sources) -> None:
        """A triple that is new in this round; all that state it are known."""
        key = " ".join(terms)
        self._known.add(key, terms)
        self._fresh.add(key, (terms, sources))
        subject, predicate, object_ = terms
        if predicate in self._joined:
            record = terms, sources, self._number
            self._changed.add(self._meeting.add(subject, record))
            if predicate in self._transitive:
                self._changed.add(self._meeting.add(object_, record))

    def _step_alone(self, steps: _Parts) -> None:
        """The steps from one premise."""
        reasoner = Reasoner(Known(self._schema), self._schema, self._classes)
        for part in range(self._count):
            for terms, sources in self._fresh.read(part):
                for conclusion, rule, premises in reasoner.steps(terms):
                    steps.add(" ".join(conclusion), (conclusion, rule, premises, (sources,)))

    def _step_together(self, steps: _Parts) -> None:
        """The steps from several premises, one of them fresh; some are found in several parts."""
        for part in sorted(self._changed):
            known, graphs = Known(self._schema), dict[Terms, _Sources]()
            fresh: dict[Terms, None] = {}
            for terms, sources, number in self._meeting.read(part):
                known.add(terms, "")
                graphs[terms] = sources
                if number == self._number:
                    fresh[terms] = None
            reasoner = Reasoner(known, self._schema, self._classes)
            for terms in fresh:
                for conclusion, rule, premises in reasoner.steps(terms):
                    if len(premises) > 1:
                        sources = tuple(graphs[premise] for premise in premises)
                        steps.add(" ".join(conclusion), (conclusion, rule, premises, sources))

    def _conclude(self, steps: _Parts, part: int) -> Iterator[DerivedFact]:
        """What the steps to unknown triples of a part derive."""
        known = set(self._known.read(part))
        joins = set[tuple[Terms, str, tuple[Terms, ...]]]()
        found: dict[Terms, dict[str, tuple[str, ...]]] = {}
        for conclusion, rule, premises, stated in steps.read(part):
            if conclusion in known or conclusion[0] == conclusion[2]:
                continue
            if len(premises) > 1:
                if (conclusion, rule, premises) in joins:
                    continue
                joins.add((conclusion, rule, premises))
            for sources in product(*stated):
                times = frozenset[str]().union(*(times for _, times in sources))
                when = one_time(conclusion, times)
                item = DerivedFact(conclusion, rule, tuple(iri for iri, _ in sources), when)
                found.setdefault(conclusion, {})[item.iri] = tuple(sorted(times))
                yield item
        for terms, graphs in found.items():
            self._add(terms, tuple(graphs.items()))
