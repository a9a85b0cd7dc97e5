"""The query evaluation tests of the W3C: is each answer right, and does each proof give it back?

::

    python benchmarks/w3c.py FOLDER

``FOLDER`` holds the SPARQL 1.0 and 1.1 test suites (https://github.com/w3c/rdf-tests), which are
not part of this repository. Each test's data is loaded, its answer compared with the expected one,
and every row explained. Each witness is run again: the query, over its triples alone, must return
the row; each absence that is told must be absent from the whole data. Printed are the tests whose
answer is as expected, those whose answer deviates (:data:`DEVIATING` has the reasons), the
rows explained, and the rows without a proof, by reason. Exit 1 if a proof or an absence fails, or
if an answer deviates that is not listed.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import RDF

from taawun.graph.errors import QueryError
from taawun.graph.sparql_tokens import spelt_for_oxigraph
from taawun.graph.store import EmbeddedStore
from taawun.queries.why import RowExplanation, explain, explain_or_say_why_not

MF: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
#: Tests whose answer differs from the expected one, by the reason in Oxigraph.
DEVIATING: Final = {
    "numbers, booleans and dates are stored in canonical form: 01 becomes 1": (
        "sparql10/distinct/distinct-1",
        "sparql10/distinct/distinct-9",
        "sparql10/expr-builtin/dawg-str-1",
        "sparql10/expr-builtin/dawg-str-2",
        "sparql10/expr-builtin/sameTerm-simple",
        "sparql10/expr-builtin/sameTerm-eq",
        "sparql10/expr-builtin/sameTerm-not-eq",
        "sparql10/expr-equals/eq-graph-1",
        "sparql10/expr-equals/eq-graph-2",
        "sparql10/open-world/open-eq-01",
        "sparql10/open-world/date-3",
        "sparql11/cast/cast-bool",
        "sparql11/cast/cast-int",
        "sparql11/cast/cast-float",
        "sparql11/cast/cast-double",
        "sparql11/cast/cast-decimal",
        "sparql11/cast/cast-string",
        "sparql11/csv-tsv-res/tsv03",
    ),
    "GRAPH ?g binds ?g before the pattern in it is evaluated": (
        "sparql10/graph/graph-variable-scope",
        "sparql10/graph/graph-optional",
        "sparql11/aggregates/agg-empty-group-count-graph",
        "sparql11/bindings/graph",
        "sparql11/negation/graph-minus",
    ),
    "a path of length zero finds no term that the data lacks": (
        "sparql11/property-path/zero_or_more_set_start",
        "sparql11/property-path/zero_or_more_set_end",
        "sparql11/property-path/zero_or_one_set_start",
        "sparql11/property-path/zero_or_one_set_end",
    ),
    "GROUP_CONCAT drops the language tag that all its members share": (
        "sparql11/aggregates/agg-groupconcat-04",
        "sparql11/aggregates/agg-groupconcat-06",
    ),
    "REDUCED removes all duplicates, which SPARQL permits": (
        "sparql10/reduced/reduced-1",
        "sparql10/reduced/reduced-2",
    ),
    "dates with and without a time zone can be compared": ("sparql10/open-world/date-2",),
}
_KNOWN: Final = {name for names in DEVIATING.values() for name in names}
_FORMATS: Final = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}
_NUMBER: Final = re.compile(r"#(integer|decimal|double|float|int|long|short|byte)$")


class Test(NamedTuple):
    """One test of a manifest; paths are files of its folder."""

    name: str
    query: Path
    data: tuple[Path, ...]
    graphs: tuple[Path, ...]
    result: Path


def tests(folder: Path) -> Iterator[Test]:
    """The query evaluation tests of all manifests below the folder."""
    for path in sorted(folder.rglob("manifest.ttl")):
        manifest = Graph().parse(path, publicID=path.as_uri())
        for head in manifest.objects(None, MF.entries):
            for entry in Collection(manifest, head):
                if (entry, RDF.type, MF.QueryEvaluationTest) not in manifest:
                    continue
                action, result = manifest.value(entry, MF.action), manifest.value(entry, MF.result)
                query = manifest.value(action, QT.query)
                if isinstance(query, URIRef) and isinstance(result, URIRef):
                    yield Test(
                        f"{path.parent.parent.name}/{path.parent.name}/{entry.rpartition('#')[2]}",
                        _file(query),
                        tuple(_file(found) for found in manifest.objects(action, QT.data)),
                        tuple(
                            _file(found)
                            for found in manifest.objects(action, QT.graphData)
                            if isinstance(found, URIRef)
                        ),
                        _file(result),
                    )


def _file(iri: object) -> Path:
    from urllib.parse import unquote, urlsplit

    return Path(unquote(urlsplit(str(iri)).path))


def loaded(test: Test, text: str) -> ox.Store:
    """The test's data in a store; files that the query names with FROM are named graphs."""
    store = ox.Store()
    places: list[tuple[Path, ox.NamedNode | ox.DefaultGraph]] = [
        (path, ox.DefaultGraph()) for path in test.data
    ]
    named = {path.as_uri(): path for path in test.graphs}
    for iri in re.findall(r"FROM\s+(?:NAMED\s+)?<([^>]*)>", text, re.IGNORECASE):
        path = test.query.parent / iri.rpartition("/")[2]
        if path.is_file():
            named[path.as_uri()] = path
    places += [(path, ox.NamedNode(iri)) for iri, path in named.items()]
    for path, graph in places:
        style = ox.RdfFormat.RDF_XML if path.suffix == ".rdf" else ox.RdfFormat.TURTLE
        store.load(path.read_bytes(), style, base_iri=path.as_uri(), to_graph=graph)
    return store


def rows_of(found: ox.QuerySolutions) -> Counter[tuple[tuple[str, str], ...]]:
    """The rows as a bag: blank nodes are alike, numbers equal by value."""
    names = [variable.value for variable in found.variables]
    return Counter(
        tuple(sorted((name, _plain(row[name])) for name in names if row[name] is not None))
        for row in found
    )


def _plain(term: object) -> str:
    if isinstance(term, ox.BlankNode):
        return "_:"
    if isinstance(term, ox.Literal) and _NUMBER.search(term.datatype.value):
        with suppress(ValueError):
            return f"{float(term.value):.12g} {term.datatype.value}"
    return str(term)


def is_as_expected(answer: object, test: Test) -> bool:
    """Whether the answer is the one in the result file."""
    if test.result.suffix in _FORMATS:
        wanted = ox.parse_query_results(test.result.read_bytes(), _FORMATS[test.result.suffix])
        if isinstance(answer, ox.QueryBoolean) or isinstance(wanted, ox.QueryBoolean):
            return isinstance(wanted, ox.QueryBoolean) and bool(answer) == bool(wanted)
        return isinstance(answer, ox.QuerySolutions) and rows_of(answer) == rows_of(wanted)
    graph = Graph().parse(test.result, publicID=test.result.as_uri())
    head = graph.value(predicate=RDF.type, object=RS.ResultSet)
    if head is None:
        if not isinstance(answer, ox.QueryTriples):
            return False
        made = Graph().parse(data="\n".join(f"{t} ." for t in answer), format="nt")
        return isomorphic(made, graph)
    boolean = graph.value(head, RS.boolean)
    if boolean is not None:
        return isinstance(answer, ox.QueryBoolean) and bool(answer) == bool(boolean.toPython())
    if not isinstance(answer, ox.QuerySolutions):
        return False
    wanted_rows = Counter(
        tuple(
            sorted(
                (str(graph.value(bound, RS.variable)), _plain(_term(graph.value(bound, RS.value))))
                for bound in graph.objects(row, RS.binding)
            )
        )
        for row in graph.objects(head, RS.solution)
    )
    return rows_of(answer) == wanted_rows


def _term(node: object) -> object:
    if isinstance(node, Literal):
        kind = ox.NamedNode(str(node.datatype)) if node.datatype else None
        return ox.Literal(str(node), datatype=kind, language=node.language)
    return ox.NamedNode(str(node)) if isinstance(node, URIRef) else ox.BlankNode()


def fails(
    text: str, store: EmbeddedStore, row: Sequence[object] | None, why: RowExplanation
) -> str | None:
    """Why the explanation of one row is false; None if it is right."""
    for absence in why.absence:
        with suppress(QueryError):
            if store.query(re.sub(r"^(NOT EXISTS|MINUS)", "ASK", absence)):
                return f"the data has what is told to be absent: {absence}"
    if row is None:
        return None
    whole = re.sub(r"\b(LIMIT|OFFSET)\s+\d+(?=[^{}]*$)", "", text, flags=re.IGNORECASE)
    alone = ox.Store()
    froms = re.findall(r"FROM\s+<([^>]*)>", text, re.IGNORECASE)
    base = re.findall(r"BASE\s+<([^>]*)>", text, re.IGNORECASE)[-1]
    for proof in why.witness.triples:
        if isinstance(proof, ox.Quad):
            alone.add(proof)
        elif froms:
            for name in froms:
                iri = ox.NamedNode(name if ":" in name else f"{base.rpartition('/')[0]}/{name}")
                alone.add(ox.Quad(*proof, iri))
        else:
            alone.add(ox.Quad(*proof))
    again = alone.query(spelt_for_oxigraph(whole))
    if isinstance(again, ox.QueryBoolean):
        return None if again else "the proof of yes gives no"
    wanted = [_plain(term) for term in row]
    names = [variable.value for variable in again.variables]
    if any([_plain(found[name]) for name in names] == wanted for found in again):
        return None
    # The value of SAMPLE and the order in GROUP_CONCAT are the store's choice.
    if re.search(r"SAMPLE|GROUP_CONCAT", text, re.IGNORECASE):
        return None
    return f"the proof does not give back {wanted}"


def main(arguments: Iterable[str] | None = None) -> int:
    """Run all tests, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments if arguments is None else list(arguments)).folder.resolve()
    counts, reasons = Counter[str](), Counter[str]()
    wrong: list[str] = []
    for test in tests(folder):
        text = f"BASE <{test.query.as_uri()}>\n{test.query.read_text('utf-8')}"
        try:
            store = EmbeddedStore(loaded(test, text))
            answer = store.query(text)
            is_right = is_as_expected(answer, test)
        except (QueryError, SyntaxError, OSError) as error:
            is_right = False
            answer = None
            reasons[f"not answered: {str(error)[:60]}"] += 1
        counts["answers as expected" if is_right else "answers that deviate"] += 1
        if is_right and test.name in _KNOWN:
            wrong.append(f"{test.name}: the answer is as expected by now; unlist it")
        if not is_right and test.name not in _KNOWN:
            wrong.append(f"{test.name}: the answer is not the expected one")
        if answer is None or isinstance(answer, ox.QueryTriples):
            continue
        again = store.query(text)
        if isinstance(again, ox.QueryBoolean):
            try:
                found = explain(store, text)
            except QueryError as error:
                reasons[str(error)[:80]] += 1
                continue
            rows: list[Sequence[object] | None] = [() if again else None]
        else:
            assert isinstance(again, ox.QuerySolutions)
            solutions = list(again)
            found = explain_or_say_why_not(store, text, solutions)
            rows = [tuple(row) for row in solutions]
        for row, why in zip(rows, found, strict=True):
            if why.unexplained:
                counts["rows without a proof"] += 1
                reasons[str(why.unexplained)[:80]] += 1
                continue
            counts["rows explained"] += 1
            if reason := fails(text, store, row, why):
                counts["proofs that fail"] += 1
                wrong.append(f"{test.name}: {reason}")
    for name, count in sorted(counts.items()):
        print(f"{name}: {count:,}")
    for reason, count in reasons.most_common():
        print(f"  without a proof or an answer: {count:,} × {reason}")
    for reason, names in DEVIATING.items():
        print(f"  deviating: {len(names):,} × {reason}")
    print("\n".join(wrong), file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
