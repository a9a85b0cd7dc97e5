"""How long explaining takes, beside the query itself, and how it grows with rows.

    python benchmarks/why.py [--facts 100000] [--rows 1000]

A graph of synthetic facts, each with its quote, in an embedded store in memory: agreements have
signatories and areas, countries lie in regions. Times are the best of three runs, in milliseconds.
The promise: explaining 1,000 rows of a join of three takes at most ten times the query's own
time, or one second if that is more; twice the rows take about twice the time.
"""

from __future__ import annotations

import argparse
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pyoxigraph as ox

from taawun.graph.document import Document
from taawun.graph.fact import Evidence, Fact
from taawun.graph.store import EmbeddedStore
from taawun.ontology.namespaces import DCTERMS, DOCUMENT, ID, RDF, RDFS, TW
from taawun.queries.why import explain

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
    for start, (subject, predicate, object_) in enumerate(triples):
        quote = f"وقعت {subject} على {predicate} مع {object_}"
        text = Document("synthetic", "synthetic.txt", "0" * 64, " " * start + quote, "", "")
        yield Fact(
            ox.NamedNode(ID + subject),
            ox.NamedNode(TW + predicate),
            ox.NamedNode(ID + object_),
            (("modality", chance.choice(modalities)), ("recordStatus", status)),
            (Evidence(text, start, start + len(quote)),),
        )


def store(size: int) -> EmbeddedStore:
    """A store with so many facts, with the labels and types of their countries."""
    lines = [line for fact in facts(size) for line in fact.lines()]
    lines.append(f'<{DOCUMENT}synthetic> <{DCTERMS}identifier> "synthetic.txt" .')
    for i in range(max(size // 50, 10)):
        country = f"<{ID}country/{i}>"
        lines.append(f"{country} <{RDF}type> <{TW}Country> .")
        lines.append(f'{country} <{RDFS}label> "دولة {i}"@ar .')
    return EmbeddedStore.in_memory("\n".join(lines).encode())


def best(work: Callable[[], object], runs: int = 3) -> float:
    """The shortest of some runs, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def solutions(graph: EmbeddedStore, text: str) -> list[ox.QuerySolution]:
    """The answer to a SELECT."""
    answer = graph.query(text)
    assert isinstance(answer, ox.QuerySolutions)
    return list(answer)


def measure(graph: EmbeddedStore, name: str, text: str) -> None:
    """Print one line: rows, the query's own time, the time of explaining it, memory."""
    rows = solutions(graph, text)
    query = best(lambda: solutions(graph, text))
    why = best(lambda: explain(graph, text, rows))
    tracemalloc.start()
    explain(graph, text, rows)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(
        f"{name:38} {len(rows):7} {query:9.1f} {why:9.1f} {why / query:7.1f} "
        f"{1000 * why / max(len(rows), 1):9.0f} {peak:8.1f}",
        flush=True,
    )


def main() -> None:
    """Run the measurements and print them as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=1_000)
    options = parser.parse_args()
    graph = store(options.facts)
    print(f"{options.facts} facts; times in ms, per row in µs, peak memory of Python in MB")
    print(f"{'':38} {'rows':>7} {'query':>9} {'why':>9} {'ratio':>7} {'per row':>9} {'MB':>8}")
    for factor in (1, 2, 4, 8):
        rows = options.rows * factor
        measure(graph, f"join of three, LIMIT {rows}", f"{JOIN} LIMIT {rows}")
    for factor in (1, 4):
        rows = options.rows * factor
        ordered = f"{JOIN} ORDER BY ?agreement ?country LIMIT {rows}"
        measure(graph, f"join of three, ORDER BY, LIMIT {rows}", ordered)
    measure(graph, f"with OPTIONAL label, LIMIT {options.rows}", f"{LABELLED} LIMIT {options.rows}")
    measure(graph, f"COUNT by country, LIMIT {options.rows}", f"{COUNTED} LIMIT {options.rows}")


if __name__ == "__main__":
    main()
