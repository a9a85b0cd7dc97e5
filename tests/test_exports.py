"""Exports: the same graph in other people's formats, the same bytes every time."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from hashlib import sha256

import networkx as nx
import pyoxigraph as ox
import pytest
from rdflib import Dataset, Graph

from taawun.ontology.schema import local_name
from taawun.queries.export import FORMATS, export, rebased
from taawun.queries.network import stands_on_node


def exported(name, build, store) -> bytes:
    out = io.BytesIO()
    export(name, build.dump, store, out)
    return out.getvalue()


@pytest.fixture(scope="module")
def everything(the_build, graph):
    return {name: exported(name, the_build, graph.store) for name in FORMATS}


def quads(data: bytes, form: ox.RdfFormat) -> set[str]:
    return {str(quad) for quad in ox.parse(data, form)}


@pytest.mark.slow
def test_every_format_is_byte_stable_in_another_process(small_build):
    code = (
        "import io, sys; from pathlib import Path\n"
        "from taawun.loaders.builds.cache import Build\n"
        "from taawun.queries.export import FORMATS, export\n"
        "from hashlib import sha256\n"
        f"build = Build(Path({str(small_build.path)!r}), False); store = build.store()\n"
        "for name in FORMATS:\n"
        "    out = io.BytesIO(); export(name, build.dump, store, out)\n"
        "    print(name, sha256(out.getvalue()).hexdigest())"
    )
    store = small_build.store()
    wanted = {
        f"{name} {sha256(exported(name, small_build, store)).hexdigest()}" for name in FORMATS
    }
    got = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert set(got.stdout.splitlines()) == wanted


def test_nquads_are_sorted_and_without_blank_nodes(everything):
    lines = everything["nquads"].decode().splitlines()
    assert len(lines) > 10_000
    assert lines == sorted(set(lines))
    assert not [line for line in lines if line.startswith("_:") or " _:" in line.split('"')[0]]


def test_trig_and_jsonld_hold_every_quad(everything):
    wanted = quads(everything["nquads"], ox.RdfFormat.N_QUADS)
    assert quads(everything["trig"], ox.RdfFormat.TRIG) == wanted
    assert quads(everything["jsonld"], ox.RdfFormat.JSON_LD) == wanted


def test_turtle_is_the_plain_view_and_rdflib_reads_it(everything):
    plain = {
        str(quad.triple)
        for quad in ox.parse(everything["nquads"], ox.RdfFormat.N_QUADS)
        if isinstance(quad.graph_name, ox.DefaultGraph)
    }
    assert quads(everything["turtle"], ox.RdfFormat.TURTLE) == {
        str(ox.Quad(t.subject, t.predicate, t.object))
        for t in (q.triple for q in ox.parse(everything["turtle"], ox.RdfFormat.TURTLE))
    }
    assert len(Graph().parse(data=everything["turtle"], format="turtle")) == len(plain)


def test_csv_has_one_row_a_fact_and_quote_and_opens_in_a_spreadsheet(everything, the_build):
    data = everything["csv"]
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len({row["fact"] for row in rows}) == the_build.manifest()["facts"]
    assert all(row["quote"] and row["file"] and row["modality"] for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+@" and cell]


def test_graphml_opens_in_networkx_with_both_languages(everything):
    network = nx.read_graphml(io.BytesIO(everything["graphml"]))
    assert network.number_of_nodes() > 300
    iraq = network.nodes["https://w3id.org/taawun/id/country/iraq"]
    assert (iraq["label_ar"], iraq["label_en"], iraq["class"]) == ("العراق", "Iraq", "country")
    edges = list(network.edges(data=True))
    assert all(data["label_ar"] and data["predicate"] and data["modality"] for *_, data in edges)


MEMORANDUM = "https://w3id.org/taawun/id/memorandum-of-understanding/egypt-iraq"


@pytest.mark.parametrize("form", ["graphml", "gexf"])
def test_drawings_have_stages_and_quotes_and_take_no_plan_for_done(form, everything, graph):
    read = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}[form]
    network = read(io.BytesIO(everything[form]))
    memorandum = network.nodes[MEMORANDUM]
    assert memorandum["stage"] == "agreed in principle"
    assert memorandum["stage_modality"] == "asserted"
    assert re.search(r"«.*مذكرة تفاهم.*» \S+\.txt \[\d+:\d+\]", memorandum["stage_quotes"])
    planned = {
        (fact.subject.value, local_name(fact.predicate.value))
        for modality in ("planned", "expected", "conditional", "denied")
        for fact in graph.facts(modality=modality)
        if stands_on_node(fact)
    }
    assert planned
    for node, name in planned:
        told = network.nodes[node]
        assert any(key.startswith(f"{name}_") and told[key] for key in told)
        assert told.get(f"{name}_modality") in (None, "asserted", "reported", "inferred")
    edges = [data for *_, data in network.edges(data=True)]
    assert len(edges) > 900
    for data in edges:
        assert data["quote"]
        assert len(data["start"].split()) == len(data["end"].split()) > 0
        assert data["document"].endswith(".txt")
    assert any(data.get("speaker") == "Amr Talaat" for data in edges)


def test_gexf_and_graphml_keep_to_their_schemas(everything):
    for form in ("gexf", "graphml"):
        root = ET.fromstring(everything[form])
        space = root.tag.partition("}")[0] + "}"
        declared = {
            (item.get("for") or parent.get("class"), item.get("id"))
            for parent in root.iter()
            for item in parent
            if item.tag in (f"{space}key", f"{space}attribute")
        }
        used = {
            (kind, item.get("key") or item.get("for"))
            for kind in ("node", "edge")
            for element in root.iter(f"{space}{kind}")
            for item in element.iter()
            if item.tag in (f"{space}data", f"{space}attvalue")
        }
        assert used
        assert used <= declared
        nodes = {node.get("id") for node in root.iter(f"{space}node")}
        ends = {edge.get(end) for edge in root.iter(f"{space}edge") for end in ("source", "target")}
        assert ends <= nodes


def test_cypher_and_the_files_of_neo4j_tell_the_same_as_the_drawing(everything):
    network = nx.read_graphml(io.BytesIO(everything["graphml"]))
    lines = everything["cypher"].decode().splitlines()
    text = r'"(?:[^"\\]|\\.)*"'
    map_ = rf"\{{(?:\w+: {text}(?:, )?)+\}}"
    node = rf"MERGE \(n:Entity {map_}\) SET n:\w+, n \+= {map_};"
    edge = (
        rf"MATCH \(a:Entity {map_}\), \(b:Entity {map_}\) "
        rf"MERGE \(a\)-\[r:[A-Z_0-9]+ {map_}\]->\(b\) SET r \+= {map_};"
    )
    assert lines[0].startswith("CREATE CONSTRAINT")
    kinds = [("node" if re.fullmatch(node, line) else "edge" if re.fullmatch(edge, line) else line)
             for line in lines[1:]]  # fmt: skip
    assert {*kinds} == {"node", "edge"}
    assert kinds.count("node") == network.number_of_nodes()
    assert kinds.count("edge") == network.number_of_edges()
    nodes = list(csv.DictReader(io.StringIO(everything["neo4j-nodes"].decode())))
    assert {row["iri:ID"] for row in nodes} == {*network.nodes}
    (row,) = [row for row in nodes if row["iri:ID"] == MEMORANDUM]
    assert row["stage"] == network.nodes[MEMORANDUM]["stage"]
    assert row[":LABEL"] == "Entity;MemorandumOfUnderstanding"
    relations = list(csv.DictReader(io.StringIO(everything["neo4j-relationships"].decode())))
    facts = {data["fact"]: data for *_, data in network.edges(data=True)}
    assert {row["fact"] for row in relations} == {*facts}
    assert {row[":START_ID"] for row in relations} | {row[":END_ID"] for row in relations} <= {
        *network.nodes
    }
    assert all(row["quote"] == facts[row["fact"]]["quote"] for row in relations)


# The package still calls what rdflib replaces.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:(ConjunctiveGraph|Dataset).* is deprecated:DeprecationWarning")
def test_every_nanopublication_is_valid_and_none_asserts_a_plan(everything, graph, the_build):
    from nanopub import Nanopub

    quads = list(ox.parse(everything["nanopub"], ox.RdfFormat.TRIG))
    heads = {q.subject.value for q in quads if q.predicate.value.endswith("hasAssertion")}
    planned = {
        fact.iri
        for modality in ("planned", "expected", "conditional", "denied")
        for fact in graph.facts(modality=modality)
    }
    assert len(heads) == the_build.manifest()["facts"] - len(planned)
    assert not heads & {iri.replace("/fact/", "/nanopub/") for iri in planned}
    by_head = defaultdict(list)
    for quad in quads:
        by_head[quad.graph_name.value.partition("#")[0]].append(quad)
    assert {*by_head} == heads
    for head in sorted(heads)[::40]:
        text = ox.serialize(by_head[head], format=ox.RdfFormat.TRIG).decode()
        found = Nanopub(rdf=Dataset().parse(data=text, format="trig"))
        assert found.is_valid
        assert len(found.assertion) == 1
        assert "exact" in text


@pytest.fixture(scope="module")
def entities(everything):
    """The FollowTheMoney entities by identifier."""
    lines = everything["ftm"].decode().splitlines()
    found = {one["id"]: one for one in map(json.loads, lines)}
    assert len(found) == len(lines) > 1000
    return found


def test_every_entity_of_follow_the_money_is_valid_and_its_links_lead_to_what_they_may(entities):
    from followthemoney import model

    for data in entities.values():
        schema = model.get(data["schema"])
        schema.validate(data)
        assert not schema.abstract
        proxy = model.get_proxy(data, cleaned=False)
        kept = {name: sorted(values) for name, values in proxy.to_dict()["properties"].items()}
        assert kept == data["properties"], "the package drops or changes no value"
        for prop, value in proxy.itervalues():
            if prop.type.name == "entity":
                assert model.get(entities[value]["schema"]).is_a(prop.range), (data["id"], prop)


def test_follow_the_money_has_every_stated_fact_with_its_quotes_and_no_plan(entities, graph):
    facts = {iri: one for iri, one in entities.items() if iri.startswith("fact.")}
    planned = {
        f"fact.{fact.iri.rpartition('/')[2]}"
        for modality in ("planned", "expected", "conditional", "denied")
        for fact in graph.facts(modality=modality)
    }
    assert planned
    assert not planned & {*facts}
    told = {
        f"fact.{fact.iri.rpartition('/')[2]}": fact
        for modality in ("asserted", "reported", "inferred")
        for fact in graph.facts(modality=modality)
    }
    things = {one["properties"]["sourceUrl"][0] for one in entities.values()}
    assert {*facts} == {
        name for name, fact in told.items()
        if things & {fact.subject.value, fact.object.value}
    }  # fmt: skip
    for name, one in facts.items():
        said, fact = one["properties"], told[name]
        assert all(any(q.text in text for text in said["description"]) for q in fact.quotes)
        documents = {quote.document_iri.rpartition("/")[2] for quote in fact.quotes}
        assert said["proof"] == sorted(f"document.{document}" for document in documents)
        if fact.modality != "asserted":
            assert any(fact.modality in text for text in said["summary"])
    unplanned = {iri for one in facts.values() for values in one["properties"].values()
                 for iri in values if iri in entities}  # fmt: skip
    assert unplanned == {*entities} - {*facts}, "a thing is there because a fact is"


def test_a_memorandum_a_post_and_a_country_are_what_follow_the_money_has_for_them(entities):
    memorandum = entities["memorandum-of-understanding.egypt-iraq"]
    assert memorandum["schema"] == "Contract"
    assert memorandum["properties"]["type"] == ["Memorandum of understanding"]
    assert memorandum["properties"]["status"] == ["agreed in principle"]
    assert entities["country.iraq"]["properties"]["territoryCode"] == ["iq"]
    (held,) = (
        one["properties"] for one in entities.values()
        if one["properties"].get("holder") == ["official.amr-talaat"]
    )  # fmt: skip
    assert held["post"] == ["post.egypt-minister-cit"]
    assert not [iri for iri in entities if iri.startswith(("proposal.", "group.", "service."))]


@pytest.mark.parametrize(("language", "name"), [("ar", "العراق"), ("en", "Iraq")])
def test_graphml_has_the_label_that_programs_show_in_the_asked_language(run, language, name):
    said = run("export", "graphml", "--lang", language)
    assert b'for="node" attr.name="label"' in said.stdout_bytes
    assert b'for="edge" attr.name="label"' in said.stdout_bytes
    network = nx.read_graphml(io.BytesIO(said.stdout_bytes))
    assert network.nodes["https://w3id.org/taawun/id/country/iraq"]["label"] == name
    assert network.number_of_edges() > 300
    for data in (*dict(network.nodes(data=True)).values(), *(d for *_, d in network.edges.data())):
        assert data["label"] == data[f"label_{language}"] != ""


def test_the_dataset_is_an_rdflib_dataset_over_the_same_store(graph):
    dataset = graph.dataset()
    assert isinstance(dataset, Dataset)
    query = (
        "SELECT ?c WHERE { ?c a <https://w3id.org/taawun/ontology#Country> ; "
        "<http://www.w3.org/2000/01/rdf-schema#label> 'العراق'@ar }"
    )
    assert [str(row.c) for row in dataset.query(query)] == [
        "https://w3id.org/taawun/id/country/iraq"
    ]


def test_another_base_moves_every_iri_of_ours_and_keeps_the_digits(the_build):
    moved = rebased(the_build.dump, "https://example.org/kg/").decode()
    assert "<https://w3id.org/taawun/" not in moved
    before = {line.split("/fact/")[1][:16] for line in the_build.dump.read_text().splitlines()
              if "/fact/" in line}  # fmt: skip
    after = {line.split("/fact/")[1][:16] for line in moved.splitlines() if "/fact/" in line}
    assert before == after
