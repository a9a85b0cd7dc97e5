"""How long explaining takes, beside the query itself, and how it grows with rows.

::

    python benchmarks/why.py [--facts 100000] [--rows 1000] [--memory]
    python benchmarks/why.py --stored

A graph of synthetic facts, each with its quote, in a store as a build makes it, on disk with the
file of facts beside it (``--memory``: in memory, without that file): agreements have signatories
and areas, countries lie in regions, a document has a hundred facts. Times are processor time, the
best of five runs that alternate with those of the query. “why” finds and verifies the proof of
every row; “shown” also reads every fact of every proof with its quotes, nothing kept from an
earlier run, and “no file” does so without the file of facts. Memory is the peak of “why”.
``--stored`` explains the stored questions over the bundled graph instead.

The promise: up to 8,000 rows of a join of three, and 1,000 groups, are explained in at most ten
times the query's own time; time grows with rows by n^1.05 at most; a row of a stored question takes
3 ms.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import pyoxigraph as ox

import taawun
from taawun.graph.document import Document
from taawun.graph.fact import Evidence, Fact
from taawun.graph.fact_index import FactIndexWriter
from taawun.graph.fact_reader import forget
from taawun.graph.store import FACT_INDEX, EmbeddedStore, Store
from taawun.ontology.namespaces import ID, RDF, RDFS, TW
from taawun.queries.why import explain
from taawun.queries.why.explaining import RowLike

JOIN = """
PREFIX tw: <https://w3id.org/taawun/ontology#>
SELECT ?agreement ?country ?area ?region WHERE {
  ?agreement tw:signatory ?country .
  ?agreement tw:hasArea ?area .
  ?country tw:locatedIn ?region .
}
"""
LABELLED = JOIN.replace(
    "\n}", "\n  OPTIONAL { ?country <http://www.w3.org/2000/01/rdf-schema#label> ?label }\n}"
).replace("?region WHERE", "?region ?label WHERE")
COUNTED = """
PREFIX tw: <https://w3id.org/taawun/ontology#>
SELECT ?country (COUNT(?agreement) AS ?n) WHERE {
  ?agreement tw:signatory ?country . ?agreement tw:hasArea ?area .
} GROUP BY ?country
"""


def facts(size: int) -> Iterator[Fact]:
    """Facts about agreements, two of three about signatories and areas; the same every time."""
    chance = random.Random(7)
    modalities = [ox.NamedNode(f"{ID}modality/{name}") for name in ("asserted", "reported")]
    countries = [f"country/{i}" for i in range(max(size // 50, 10))]
    triples = [(country, "locatedIn", f"region/{chance.randrange(20)}") for country in countries]
    agreements = (size - len(triples)) // 2
    for i in range(agreements):
        triples.append((f"agreement/{i}", "signatory", chance.choice(countries)))
        triples.append((f"agreement/{i}", "hasArea", f"area/{chance.randrange(200)}"))
    status = ox.NamedNode(f"{ID}record-status/asserted")
    for start in range(0, len(triples), _A_DOCUMENT):
        some = triples[start : start + _A_DOCUMENT]
        quotes = [
            f"وقعت {subject} على {predicate} مع {object_}" for subject, predicate, object_ in some
        ]
        name = f"document-{start // _A_DOCUMENT}"
        text = Document(name, f"{name}.txt", f"{start:064}", "\n".join(quotes), "", "")
        end = -1
        for (subject, predicate, object_), quote in zip(some, quotes, strict=True):
            begin, end = end + 1, end + 1 + len(quote)
            yield Fact(
                ox.NamedNode(ID + subject),
                ox.NamedNode(TW + predicate),
                ox.NamedNode(ID + object_),
                (("modality", chance.choice(modalities)), ("recordStatus", status)),
                (Evidence(text, begin, end),),
            )


#: How many facts a document states.
_A_DOCUMENT: Final = 100


def store(size: int, folder: Path | None = None) -> EmbeddedStore:
    """A store with so many facts, with the labels and types of their countries.

    It is in memory, or with the file of facts in a folder.
    """
    lines: list[str] = []
    documents: dict[str, Document] = {}
    index = FactIndexWriter(lambda: folder / FACT_INDEX) if folder else None
    for fact in facts(size):
        lines += fact.lines()
        documents[fact.evidence[0].document] = fact.evidence[0].source
        if index:
            index.add(fact)
    for document in documents.values():
        lines += document.lines()
    for i in range(max(size // 50, 10)):
        country = f"<{ID}country/{i}>"
        lines.append(f"{country} <{RDF}type> <{TW}Country> .")
        lines.append(f'{country} <{RDFS}label> "دولة {i}"@ar .')
    nquads = "\n".join(lines).encode()
    if folder is None or index is None:
        return EmbeddedStore.in_memory(nquads)
    index.add_documents(documents.values())
    index.finish()
    made = ox.Store(str(folder / "store"))
    made.bulk_load(nquads, ox.RdfFormat.N_QUADS, lenient=True)
    made.flush()
    del made
    return EmbeddedStore.open(folder / "store")


def best(*works: Callable[[], object], runs: int = 5) -> list[float]:
    """The shortest processor time of each of some works, run in turn, in milliseconds."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, mine in zip(works, times, strict=True):
            start = time.process_time()
            work()
            mine.append(time.process_time() - start)
    return [1000 * min(mine) for mine in times]


def solutions(graph: Store, text: str) -> list[ox.QuerySolution]:
    """The answer to a SELECT."""
    answer = graph.query(text)
    assert isinstance(answer, ox.QuerySolutions)
    return list(answer)


def shown(graph: Store, text: str, rows: Iterable[RowLike]) -> int:
    """Explain rows and read every quote; the number of facts."""
    forget(graph)
    facts = [fact for item in explain(graph, text, rows) for fact in item.facts]
    assert all(quote.text for fact in facts for one in fact.asserted() for quote in one.quotes)
    return len(facts)


def measure(graph: EmbeddedStore, name: str, text: str) -> None:
    """Print one line: times and memory."""
    rows = solutions(graph, text)
    query, why, told = best(
        partial(solutions, graph, text),
        partial(explain, graph, text, rows),
        partial(shown, graph, text, rows),
    )
    alone = EmbeddedStore(graph.quads)
    (quads,) = best(lambda: shown(alone, text, rows), runs=1)
    tracemalloc.start()
    explain(graph, text, rows)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(
        f"{name:34} {len(rows):6} {query:8.1f} {why:8.1f} {why / query:6.1f} "
        f"{told:9.1f} {told / query:6.1f} {quads / query:7.1f} {peak:7.1f}",
        flush=True,
    )


def measure_growth(graph: EmbeddedStore, few: int, many: int) -> None:
    """Print how times grow with rows; all are measured in turn, since a machine's speed changes."""
    works = []
    for rows in (few, many):
        text = f"{JOIN} LIMIT {rows}"
        answer = solutions(graph, text)
        works += [
            partial(solutions, graph, text),
            partial(explain, graph, text, answer),
            partial(shown, graph, text, answer),
        ]
    times = best(*works, runs=7)
    told = (
        f"{name} n^{math.log(after / before) / math.log(many / few):.2f}"
        for name, before, after in zip(("query", "why", "shown"), times[:3], times[3:], strict=True)
    )
    print(f"growth from {few} to {many} rows: {', '.join(told)}", flush=True)


def measure_stored() -> None:
    """Print how long one row of each stored question takes, and all rows of all of them."""
    kg = taawun.open(language="en")
    assert isinstance(kg.store, EmbeddedStore)
    asked = [kg.ask(name, **q.examples) for name, q in kg.catalogue.questions.items()]
    answers = [(rows.text, [*rows]) for rows in asked if len(rows)]
    query, one = [], []
    for text, rows in answers:
        work = partial(solutions, kg.store, text), partial(shown, kg.store, text, rows[:1])
        alone, proven = best(*work)
        query.append(alone)
        one.append(proven)
    print(f"{len(answers)} stored questions, processor time in ms, with every quote")
    print(f"the query: median {median(query):.1f}, all {sum(query):.0f}")
    print(f"one row, nothing kept: median {median(one):.1f}, most {max(one):.1f}")
    print(f"one row in at most 3 ms: {sum(time <= 3 for time in one)}")
    forget(kg.store)

    def everything() -> int:
        found = (item for text, rows in answers for item in explain(kg.store, text, rows))
        return sum(len(item.facts) for item in found)

    print(f"all {sum(len(rows) for _, rows in answers)} rows: {best(everything, runs=1)[0]:.0f}")


def main() -> None:
    """Run the measurements and print them as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--stored", action="store_true")
    options = parser.parse_args()
    if options.stored:
        measure_stored()
        return
    with tempfile.TemporaryDirectory(prefix="taawun-") as folder:
        graph = store(options.facts, None if options.memory else Path(folder))
        measure_all(graph, options)


def measure_all(graph: EmbeddedStore, options: argparse.Namespace) -> None:
    """Print the table."""
    print(f"{options.facts} facts; processor time in ms, memory in MB")
    heading = ("rows", "query", "why", "ratio", "shown", "ratio", "no file", "MB")
    print("{:34} {:>6} {:>8} {:>8} {:>6} {:>9} {:>6} {:>7} {:>7}".format("", *heading))
    for factor in (1, 2, 4, 8):
        rows = options.rows * factor
        measure(graph, f"join of three, LIMIT {rows}", f"{JOIN} LIMIT {rows}")
    measure_growth(graph, options.rows, 8 * options.rows)
    for factor in (1, 4):
        rows = options.rows * factor
        ordered = f"{JOIN} ORDER BY ?agreement ?country LIMIT {rows}"
        measure(graph, f"join of three, ORDER BY, LIMIT {rows}", ordered)
    measure(graph, f"with OPTIONAL label, LIMIT {options.rows}", f"{LABELLED} LIMIT {options.rows}")
    measure(graph, f"COUNT by country, LIMIT {options.rows}", f"{COUNTED} LIMIT {options.rows}")


if __name__ == "__main__":
    main()
