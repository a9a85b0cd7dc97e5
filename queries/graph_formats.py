"""Exports for programs that draw and query graphs: GraphML, GEXF, Cypher, and Neo4j's import CSV.

A node has its class, its labels in both languages, and every value that facts state of it (stage,
dates, figures), each with how firmly it is stated and its quotes. An edge is a fact, with its
qualifiers and its quotes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import all_facts
from ..graph.fact_record import FactRecord
from ..graph.store import Store
from ..messages.untrusted_text import visible
from ..ontology.schema import local_name
from .fact_words import glosses_of, name_of, qualifiers_of, quotes_of, rank
from .labels import Labels, short_iri
from .network import labelled_network, stands_on_node

if TYPE_CHECKING:
    import networkx as nx

#: The properties of a node or an edge: text by name, never empty.
Properties: TypeAlias = Mapping[str, str]
#: Between several values of one property: no name or quote of ours has it.
_BETWEEN: Final = " ‖ "


def flat_network(store: Store, language: str) -> nx.MultiDiGraph[str]:
    """The :func:`~.network.labelled_network` with text alone as attributes, sorted by name."""
    facts = list(all_facts(store))
    graph = labelled_network(store, language, facts)
    labels = Labels(store)
    values = _values(facts, labels, language)
    for node in values:
        # What has values but no relations is a thing too.
        graph.add_node(node)
    labels.fetch(graph.nodes)
    for node, data in graph.nodes(data=True):
        data.pop("kind", None)
        found = {"class": short_iri(node).partition("/")[0], **_named(labels, node, language)}
        found |= values.get(node, {})
        data |= dict(sorted(found.items()))
    for *_ends, data in graph.edges(data=True):
        fact = data.pop("record")
        found = _of_fact(fact, labels, language)
        data.clear()
        data |= dict(sorted(found.items()))
    return graph


def _of_fact(fact: FactRecord, labels: Labels, language: str) -> dict[str, str]:
    """The properties of an edge."""
    found = {name: visible(value) for name, value in qualifiers_of(fact).items() if value}
    parts = [part for quote in fact.quotes for part in quote.parts]
    speakers = _BETWEEN.join(name_of(term, labels, language) for term in fact.stated_by)
    found |= {
        "predicate": short_iri(fact.predicate.value),
        "fact": fact.iri,
        "modality": fact.modality,
        "quotes": visible(quotes_of([fact])),
        "quote": visible(_BETWEEN.join(quote.text for quote in fact.quotes)),
        "document": _BETWEEN.join(quote.document for quote in fact.quotes),
        "start": " ".join(str(part.start) for part in parts),
        "end": " ".join(str(part.end) for part in parts),
    }
    found |= _named(labels, fact.predicate.value, language)
    if glosses := glosses_of([fact]):
        found["glosses"] = visible(glosses)
    return found | ({"speaker": visible(speakers)} if speakers else {})


def _values(
    facts: Iterable[FactRecord], labels: Labels, language: str
) -> dict[str, dict[str, str]]:
    """The properties of nodes: each value with how firmly it is stated, and its quotes.

    What is only planned, expected, conditional or denied has a property of its own
    (``stage_planned``), so that nobody takes it for done.
    """
    found: dict[str, dict[str, list[FactRecord]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        if fact.record_status in ACTIVE_STATUSES and stands_on_node(fact):
            end = f"_{fact.modality}" if fact.is_prospect else ""
            found[fact.subject.value][local_name(fact.predicate.value) + end].append(fact)
    told: dict[str, dict[str, str]] = {}
    for node, properties in found.items():
        told[node] = {}
        for name, some in properties.items():
            some.sort(key=lambda fact: (rank(fact), str(fact.object), fact.iri))
            told[node][name] = _joined(name_of(f.object, labels, language) for f in some)
            told[node][f"{name}_modality"] = _joined(fact.modality for fact in some)
            told[node][f"{name}_quotes"] = _joined(quotes_of([fact]) for fact in some)
    return told


def _joined(texts: Iterable[str]) -> str:
    return visible(_BETWEEN.join(dict.fromkeys(texts)))


def _named(labels: Labels, iri: str, language: str) -> dict[str, str]:
    both = {name: visible(labels(iri, name)) for name in ("ar", "en")}
    return {"label": both[language], "label_ar": both["ar"], "label_en": both["en"]}


def write_graphml(store: Store, out: IO[bytes], language: str) -> None:
    """Write GraphML, for Gephi, yEd and Cytoscape."""
    import networkx as nx

    nx.write_graphml(flat_network(store, language), out, named_key_ids=True)


def write_gexf(store: Store, out: IO[bytes], language: str) -> None:
    """Write GEXF 1.2, for Gephi."""
    import networkx as nx

    held = io.BytesIO()
    nx.write_gexf(flat_network(store, language), held, version="1.2draft")
    # networkx writes the date of today: two runs must write the same.
    out.write(re.sub(rb' lastmodifieddate="[^"]*"', b"", held.getvalue()))


def write_cypher(store: Store, out: IO[bytes], language: str) -> None:
    """Write Cypher statements, which may be run again: they merge by IRI."""
    graph = flat_network(store, language)
    lines = [
        f"CREATE CONSTRAINT taawun_entity IF NOT EXISTS FOR (n:{_ENTITY}) REQUIRE n.iri IS UNIQUE"
    ]
    for node, data in _nodes(graph):
        lines.append(
            f"MERGE (n:{_ENTITY} {{iri: {_text(node)}}}) SET n:{_class(data)}, n += {_map(data)}"
        )
    for start, end, data in _edges(graph):
        fact = f"r:{_type(data)} {{fact: {_text(data['fact'])}}}"
        lines.append(
            f"MATCH (a:{_ENTITY} {{iri: {_text(start)}}}), (b:{_ENTITY} {{iri: {_text(end)}}}) "
            f"MERGE (a)-[{fact}]->(b) SET r += {_map(data)}"
        )
    out.write("".join(f"{line};\n" for line in lines).encode())


def _nodes(graph: nx.MultiDiGraph[str]) -> list[tuple[str, Properties]]:
    """The nodes with their properties, sorted by IRI."""
    return sorted((node, data) for node, data in graph.nodes.items())


def _edges(graph: nx.MultiDiGraph[str]) -> list[tuple[str, str, Properties]]:
    """The edges with their properties, sorted by the IRI of the fact."""
    found = [(start, end, data) for (start, end, _), data in graph.edges.items()]
    return sorted(found, key=lambda edge: edge[2]["fact"])


_ENTITY: Final = "Entity"


def _class(data: Properties) -> str:
    """The label of a node: ``memorandum-of-understanding`` is ``MemorandumOfUnderstanding``."""
    return "".join(part.capitalize() for part in data["class"].split("-"))


def _type(data: Properties) -> str:
    """The type of a relationship: ``tw:belongsToCountry`` is ``BELONGS_TO_COUNTRY``."""
    local = data["predicate"].rpartition(":")[2]
    return re.sub(r"\W", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", local)).upper()


def _text(text: str) -> str:
    """A string of Cypher, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _map(data: Properties) -> str:
    return "{" + ", ".join(f"{name}: {_text(value)}" for name, value in data.items()) + "}"


def write_neo4j_nodes(store: Store, out: IO[bytes], language: str) -> None:
    """Write the nodes for ``neo4j-admin database import --nodes``."""
    nodes = _nodes(flat_network(store, language))
    names = sorted({name for _, data in nodes for name in data})
    rows = [
        [node, *(data.get(name, "") for name in names), f"{_ENTITY};{_class(data)}"]
        for node, data in nodes
    ]
    _write_csv(out, ["iri:ID", *names, ":LABEL"], rows)


def write_neo4j_relationships(store: Store, out: IO[bytes], language: str) -> None:
    """Write the facts for ``neo4j-admin database import --relationships``."""
    edges = _edges(flat_network(store, language))
    names = sorted({name for *_, data in edges for name in data})
    rows = [
        [start, end, *(data.get(name, "") for name in names), _type(data)]
        for start, end, data in edges
    ]
    _write_csv(out, [":START_ID", ":END_ID", *names, ":TYPE"], rows)


def _write_csv(out: IO[bytes], headings: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(headings)
    writer.writerows(rows)
    out.write(text.getvalue().encode())
