"""Proofs that are handed on: they have the form of their schema, hold, and fail when changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from representatives import representatives
from taawun.commands import verifying
from taawun.graph.errors import InputError
from taawun.loaders.builds.inputs import SEEDS
from taawun.ontology.namespaces import ID, RDF, TW
from taawun.queries.catalogue import Catalogue
from taawun.queries.proof_check import ProofChecker, read_proofs

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs" / "proof.schema.json").read_text("utf-8"))
DOCUMENTS = SEEDS / "documents"
NAMES = sorted(Catalogue().questions)
SOME = representatives()
Proof = dict[str, Any]


@pytest.fixture(scope="module")
def checker() -> ProofChecker:
    return ProofChecker([DOCUMENTS])


@pytest.fixture(scope="module")
def checker_with_graph(graph) -> ProofChecker:
    return ProofChecker([DOCUMENTS], graph.store.quads)


def proofs_of(graph, query: str) -> list[Proof]:
    return read_proofs(graph.sparql(query).to_json(why=True).encode(), "proofs")


def codes(checker: ProofChecker, proof: Proof) -> set[str]:
    return {fault.code for fault in checker.check(proof).faults}


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(SOME, id="some"),
        pytest.param(sorted({*NAMES} - {*SOME}), id="others", marks=pytest.mark.slow),
    ],
)
def test_the_proofs_of_stored_questions_hold(names, graph, checker, checker_with_graph):
    """Rows that rest on no fact say why not."""
    validator, known = jsonschema.Draft7Validator(SCHEMA), set()
    for name in names:
        rows = graph.ask(name, **graph.catalogue.get(name).examples)
        proofs = read_proofs(rows.to_json(why=True).encode(), "proofs")
        assert len(proofs) == len(rows), name
        for proof, row in zip(proofs, rows, strict=True):
            # What many proofs share is valid or not in each alike.
            new = {}
            for kind in ("facts", "definitions"):
                items = {json.dumps(item): item for item in proof[kind]}
                new[kind] = [item for key, item in items.items() if key not in known]
                known |= items.keys()
            assert list(validator.iter_errors({**proof, **new})) == [], name
            assert checker.check(proof).faults == (), name
            explanation = row.why()
            facts = [fact for view in explanation.facts for fact in view.asserted()]
            assert all(fact.quotes for fact in facts), name
            assert bool(facts) == (explanation.note is None), name
        for proof in proofs[:3]:
            verdict = checker_with_graph.check(proof)
            assert (verdict.faults, verdict.unchecked) == ((), ()), name


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?a tw:signatory country:nigeria }",
        "ASK { ?a tw:signatory country:atlantis }",
        "SELECT ?c { ?c a tw:Country MINUS { ?c tw:signed ?a } }",
        "SELECT ?c (COUNT(?a) AS ?n) { ?c a tw:Country OPTIONAL { ?c tw:signed ?a } } GROUP BY ?c",
        "SELECT ?x ?r { ?x tw:inRegion ?r } LIMIT 5",
        "SELECT ?x ?y { GRAPH graph:prospects { ?x tw:party ?y } } LIMIT 5",
        "SELECT ?x ?y FROM graph:prospects { ?x tw:party ?y } LIMIT 5",
        "SELECT ?f ?m { GRAPH graph:evidence { ?f tw:modality ?m } } LIMIT 5",
        "SELECT ?x (SAMPLE(?y) AS ?some) { ?x tw:party ?y } GROUP BY ?x LIMIT 5",
        "SELECT ?x ?y { ?x tw:cooperatesWith ?y } LIMIT 5",
        "SELECT (RAND() AS ?n) { ?x tw:inRegion ?r } LIMIT 1",
        "BASE <https://w3id.org/taawun/id/> SELECT ?s ?a { VALUES ?s { 'country/libya' }"
        " BIND(IRI(?s) AS ?c) ?a tw:signatory ?c FILTER NOT EXISTS { ?a tw:nothing ?c } }",
    ],
)
def test_the_proofs_of_other_queries_have_the_form_and_hold(query, graph, checker_with_graph):
    answer = graph.sparql(query)
    if "RAND" in query:
        rows = list(answer)
        from taawun.queries.why import explain_or_say_why_not

        told = explain_or_say_why_not(graph.store, answer.text, rows)
        proofs = [answer.proofs.of_row(told[0], answer.variables, rows[0].terms)]
        assert codes(checker_with_graph, proofs[0]) == {"proof-unexplained"}
    else:
        proofs = read_proofs(answer.to_json(why=True).encode(), "proofs")
        assert all(checker_with_graph.check(proof).holds for proof in proofs)
    assert proofs
    for proof in proofs:
        jsonschema.validate(proof, SCHEMA, jsonschema.Draft7Validator)


@pytest.mark.slow
def test_every_triple_of_the_plain_view_has_a_proof_that_holds(graph, checker):
    rows = graph.sparql("SELECT ?s ?p ?o { ?s ?p ?o }")
    count = 0
    for block, explanations in rows.proven():
        for terms, item in zip(block, explanations, strict=True):
            proof = rows.proofs.of_row(item, rows.variables, terms)
            assert checker.check(proof).faults == ()
            count += 1
    assert count > 10_000


# Attacks.


@pytest.fixture(scope="module")
def sound(graph) -> Proof:
    """A proof of one row: two facts, a definition, an absence."""
    (proof,) = proofs_of(
        graph,
        "SELECT ?a ?label { ?a tw:signatory country:nigeria, country:egypt ; rdfs:label ?label"
        " FILTER(LANG(?label) = 'en') FILTER NOT EXISTS { ?a tw:signatory country:iraq } }",
    )
    return proof


def fact(proof: Proof) -> Proof:
    return proof["facts"][0]


def piece(proof: Proof) -> Proof:
    return fact(proof)["evidence"][0]


def _move(proof: Proof) -> None:
    piece(proof)["start"] += 1
    piece(proof)["end"] += 1


def _as_definition(proof: Proof) -> None:
    for item in proof["facts"]:
        proof["definitions"].append({key: item[key] for key in ("subject", "predicate", "object")})
    proof["facts"] = []


def _invented(proof: Proof) -> None:
    ends = {"subject": f"{ID}agreement/x", "predicate": f"{TW}signatory"}
    proof["witness"].append(f"<{ends['subject']}> <{ends['predicate']}> <{ID}country/iraq> .")


ATTACKS: dict[str, tuple[Callable[[Proof], object], str]] = {
    "another quote": (lambda p: piece(p).update(quote="x"), "proof-quote-differs"),
    "a word changed": (
        lambda p: piece(p).update(quote=piece(p)["quote"].replace("و", "ؤ", 1)),
        "proof-quote-differs",
    ),
    "no quote": (lambda p: fact(p).update(evidence=[]), "proof-fact-without-quote"),
    "an empty quote": (
        lambda p: piece(p).update(quote="", end=piece(p)["start"]),
        "proof-quote-differs",
    ),
    "offsets moved": (_move, "proof-quote-differs"),
    "offsets from the end": (
        lambda p: piece(p).update(start=-5, end=-1),
        "proof-quote-differs",
    ),
    "offsets beyond the end": (lambda p: piece(p).update(end=10**9), "proof-quote-differs"),
    "another sha256": (
        lambda p: p["documents"].update(dict.fromkeys(p["documents"], "0" * 64)),
        "proof-document-differs",
    ),
    "no sha256": (lambda p: p["documents"].clear(), "proof-document-differs"),
    "another document": (
        lambda p: piece(p).update(document="none.txt"),
        "proof-document-missing",
    ),
    "a document elsewhere": (
        lambda p: piece(p).update(document="../documents/documents.yaml"),
        "proof-document-missing",
    ),
    "another cell": (
        lambda p: p["row"]["a"].update(value=f"{ID}agreement/x"),
        "proof-row-differs",
    ),
    "a cell more": (
        lambda p: p["row"].update(b={"type": "literal", "value": "x"}),
        "proof-row-differs",
    ),
    "a cell less": (lambda p: p["row"].pop("label"), "proof-row-differs"),
    "no row": (lambda p: (p.pop("row"), p.update(boolean=True)), "proof-row-differs"),
    "another query": (
        lambda p: p.update(query=p["query"].replace("nigeria", "libya")),
        "proof-row-differs",
    ),
    "no query": (lambda p: p.update(query="SELECT"), "proof-query-invalid"),
    "an update": (lambda p: p.update(query="CLEAR ALL"), "proof-query-invalid"),
    "a query of others": (
        lambda p: p.update(query="SELECT ?a ?label { SERVICE <http://127.0.0.1:1> { ?a ?b ?c } }"),
        "proof-query-invalid",
    ),
    "triples instead": (
        lambda p: p.update(query="CONSTRUCT WHERE { ?s ?p ?o }"),
        "proof-row-differs",
    ),
    "a triple dropped": (lambda p: p["witness"].pop(), "proof-row-differs"),
    "no triple": (lambda p: p["witness"].clear(), "proof-row-differs"),
    "a triple invented": (_invented, "proof-triple-unsaid"),
    "no N-Quads": (lambda p: p["witness"].append("x"), "proof-witness-unreadable"),
    "a fact dropped": (lambda p: p["facts"].pop(), "proof-triple-unsaid"),
    "a definition dropped": (lambda p: p["definitions"].clear(), "proof-triple-unsaid"),
    "facts as definitions": (_as_definition, "proof-fact-as-definition"),
    "another modality": (lambda p: fact(p).update(modality="planned"), "proof-fact-altered"),
    "another speaker": (
        lambda p: fact(p).update(statedBy=[f"{ID}official/x"]),
        "proof-fact-altered",
    ),
    "another date": (lambda p: fact(p).update(when="1999"), "proof-fact-altered"),
    "another object": (
        lambda p: fact(p)["object"].update(value=f"{ID}country/iraq"),
        "proof-fact-altered",
    ),
    "another absence": (
        lambda p: p.update(absence=["NOT EXISTS { ?nobody ?did ?anything . }"]),
        "proof-absence-unasked",
    ),
    "no question for it": (lambda p: p["asks"].clear(), "proof-absence-unasked"),
}


def test_the_sound_proof_holds(sound, checker, checker_with_graph):
    assert len(sound["facts"]) == 2
    assert sound["definitions"]
    assert sound["absence"]
    verdict = checker.check(sound)
    assert verdict.holds
    assert {note.code for note in verdict.unchecked} == {
        "proof-absences-unchecked",
        "proof-definitions-unchecked",
    }
    assert checker_with_graph.check(sound).unchecked == ()


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_a_proof_that_was_changed_fails(name, sound, checker):
    change, code = ATTACKS[name]
    proof = deepcopy(sound)
    change(proof)
    assert proof != sound
    assert code in codes(checker, read_proofs(json.dumps(proof).encode(), "proof")[0])


#: Changes that only the graph shows.
OF_THE_GRAPH: dict[str, tuple[Callable[[Proof], object], str]] = {
    "a false absence": (
        lambda p: p.update(asks=["ASK { ?s ?p ?o }"], absence=["NOT EXISTS { ?s ?p ?o }"]),
        "proof-absence-false",
    ),
    "no question": (
        lambda p: p.update(asks=["SELECT * { ?s ?p ?o }"], absence=[]),
        "proof-absence-false",
    ),
    "a question that cannot be asked": (
        lambda p: p.update(asks=["ASK"], absence=[]),
        "proof-query-invalid",
    ),
    "a label of its own": (
        lambda p: (
            p["row"]["label"].update(value="Another"),
            p["definitions"][0]["object"].update(value="Another"),
            p.update(witness=[_label(line) for line in p["witness"]]),
        ),
        "proof-triple-not-in-graph",
    ),
}


def _label(line: str) -> str:
    head, quoted, _ = line.partition('"')
    return f'{head}"Another"@en .' if quoted else line


@pytest.mark.parametrize("name", sorted(OF_THE_GRAPH))
def test_the_graph_shows_what_a_proof_cannot(name, sound, checker, checker_with_graph):
    change, code = OF_THE_GRAPH[name]
    proof = deepcopy(sound)
    change(proof)
    assert checker.check(proof).holds
    assert code in codes(checker_with_graph, proof)


def test_a_total_is_complete_only_in_the_graph(graph, checker, checker_with_graph):
    (proof,) = proofs_of(graph, "SELECT (COUNT(*) AS ?n) { ?a tw:signatory ?c . ?c a tw:Country }")
    fewer = deepcopy(proof)
    lines = [line for line in proof["witness"] if f"{TW}signatory" in line]
    fewer["witness"].remove(lines[0])
    fewer["row"]["n"]["value"] = str(int(proof["row"]["n"]["value"]) - 1)
    assert checker.check(fewer).holds
    assert "proof-row-not-in-graph" in codes(checker_with_graph, fewer)


MALFORMED: dict[str, bytes] = {
    "not JSON": b"{",
    "not UTF-8": b'{"why": "\xff"}',
    "no proofs": b'{"head": {}}',
    "a number": b"7",
    "deep": b"[" * 100_000,
    "a key twice": b'[{"proof": 1, "proof": 1}]',
    "a list of numbers": b"[1]",
    "another version": b'[{"proof": 2}]',
}


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_what_is_no_proof_is_refused(name):
    with pytest.raises(InputError):
        read_proofs(MALFORMED[name], "proof")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("query", 1),
        ("witness", "x"),
        ("witness", [1]),
        ("facts", [1]),
        ("facts", [{}]),
        ("facts", [{"evidence": 1}]),
        ("definitions", [{"subject": 1}]),
        ("definitions", [{"subject": "no iri", "predicate": "urn:p", "object": {}}]),
        ("absence", None),
        ("asks", {}),
        ("documents", []),
        ("documents", {"x": 1}),
        ("row", None),
        ("row", {"a": {"type": "uri"}}),
        ("row", {"a": {"type": "uri", "value": "no iri"}}),
        ("proof", None),
        ("unexplained", "x"),
    ],
)
def test_a_proof_of_another_form_is_refused(key, value, sound):
    with pytest.raises(InputError):
        read_proofs(json.dumps({**sound, key: value}).encode(), "proof")


def test_every_key_of_a_proof_is_needed(sound):
    for key in ("proof", "query", "row", "witness", "facts", "definitions", "asks", "documents"):
        left = {name: value for name, value in sound.items() if name != key}
        with pytest.raises(InputError):
            read_proofs(json.dumps([left]).encode(), "proof")


def test_a_quote_of_parts_with_context_is_checked_as_a_whole(graph, checker):
    found = 0
    for name in NAMES:
        rows = graph.ask(name, **graph.catalogue.get(name).examples)
        for proof in read_proofs(rows.to_json(why=True).encode(), "proofs"):
            for item in proof["facts"]:
                for part in item["evidence"]:
                    for around in part.get("context", ()):
                        around["start"] += 1
                        assert "proof-quote-differs" in codes(checker, proof)
                        found += 1
                        break
                    if found > 3:
                        return
    assert found


# The command.


@pytest.fixture
def file(tmp_path, sound) -> Path:
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(sound), "utf-8")
    return path


def test_the_command_checks_an_answer(run, tmp_path):
    said = run("ask", "agreement-signatories", "-p", "country=نيجيريا", "--why", "--format", "json")
    path = tmp_path / "answer.json"
    path.write_text(said.output, "utf-8")
    checked = run("verify", str(path))
    assert (checked.exit_code, checked.output.splitlines()[-1]) == (0, "1 of 1 proof holds.")
    assert run("verify", "-", input=said.output).exit_code == 0


def test_the_command_says_which_proof_fails_and_why(run, tmp_path, sound):
    broken = deepcopy(sound)
    piece(broken)["quote"] = "x"
    path = tmp_path / "proofs.json"
    path.write_text(json.dumps([sound, broken, broken]), "utf-8")
    said = run("verify", str(path))
    assert said.exit_code == 1
    assert "Proof 2 does not hold: the quote is not in" in said.output
    assert "1 of 3 proofs hold." in said.output
    told = json.loads(run("verify", str(path), "--format", "json").output)
    assert [item["holds"] for item in told] == [True, False, False]
    assert told[1]["faults"][0]["code"] == "proof-quote-differs"
    arabic = run("verify", str(path), "--lang", "ar")
    assert arabic.exit_code == 1
    assert "الإثبات 2 لا يصح" in arabic.output


def test_the_documents_may_be_elsewhere(run, tmp_path, file):
    assert run("verify", str(file), "--documents", str(DOCUMENTS)).exit_code == 0
    empty = tmp_path / "empty"
    empty.mkdir()
    said = run("verify", str(file), "--documents", str(empty))
    assert said.exit_code == 1
    assert "is not here" in said.output


def test_the_command_checks_against_a_dump(run, tmp_path, file):
    dump = tmp_path / "dump.nq"
    assert run("export", "nquads", "-o", str(dump)).exit_code == 0
    said = run("verify", str(file), "--graph", str(dump))
    assert (said.exit_code, said.output) == (0, "1 of 1 proof holds.\n")
    lines = dump.read_text("utf-8").splitlines(keepends=True)
    iraq = f"<{ID}country/iraq>"
    sound = json.loads(file.read_text("utf-8"))
    row = sound["row"]["a"]["value"]
    dump.write_text("".join([*lines, f"<{row}> <{TW}signatory> {iraq} .\n"]), "utf-8")
    said = run("verify", str(file), "--graph", str(dump))
    assert said.exit_code == 1
    assert "absent" in said.output


def test_what_cannot_be_read_is_told_with_exit_code_2(run, tmp_path, file):
    broken = tmp_path / "broken"
    broken.write_text("{", "utf-8")
    assert run("verify", str(broken)).exit_code == 2
    assert run("verify", str(tmp_path / "none.json")).exit_code == 2
    assert run("verify", str(tmp_path)).exit_code == 2
    assert run("verify", str(file), "--graph", str(broken)).exit_code == 2
    assert run("verify", str(file), "--graph", str(tmp_path / "none.nq")).exit_code == 2
    assert run("verify", str(file), "--documents", str(tmp_path / "none")).exit_code == 2


def test_a_file_that_is_too_large_is_not_read(run, tmp_path):
    path = tmp_path / "huge.json"
    path.touch()
    os.truncate(path, verifying.LARGEST + 1)
    said = run("verify", str(path))
    assert said.exit_code == 2
    assert "has more than 256 MB" in said.output


def test_no_proof_at_all_is_not_success(run, tmp_path):
    path = tmp_path / "none.json"
    path.write_text('{"why": []}', "utf-8")
    assert run("verify", str(path)).exit_code == 1


def test_a_type_may_be_a_definition(graph, checker):
    (proof, *_) = proofs_of(graph, "SELECT ?c { ?c a tw:Country } LIMIT 1")
    assert proof["definitions"][0]["predicate"] == f"{RDF}type"
    assert checker.check(proof).holds
