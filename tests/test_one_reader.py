"""A fact with every qualifier and a quote that leaves words out: all outputs tell the same."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import networkx as nx
import pyoxigraph as ox
import pytest
from rich.console import Console

from taawun.api import KnowledgeGraph, Rows
from taawun.commands.terminal import Printer
from taawun.graph.derive import DerivedFact
from taawun.graph.document import Document
from taawun.graph.fact import Evidence, Fact, Passage
from taawun.graph.fact_reader import FactReader, all_facts, facts_of
from taawun.graph.fact_record import FactRecord, fact_json
from taawun.graph.store import EmbeddedStore
from taawun.ontology.namespaces import GRAPH_EVIDENCE, ID, RDF, RDFS, TW
from taawun.queries.export import FORMATS
from taawun.queries.labels import Labels, short_iri
from taawun.queries.proven_answer import write_proven
from taawun.server.pages.question_pages import question_page
from taawun.server.pages.resources import resource
from taawun.server.workers.reply import Reply
from taawun.viz.payload import payload
from taawun.viz.read_view import read_view

Told: TypeAlias = dict[str, str]

ONTOLOGY = Path(__file__).parent.parent / "ontology"
TEXT = "اجتمع الطرفان في القاهرة. قال قنديل إن الاتفاقية وُقعت، كما أضاف، مع العراق في مايو 2019."
PAPER = Document("paper", "001 صحيفة.txt", "0" * 64, TEXT, "صحيفة", "A paper", "ناشر مخترع")
OTHER = Document("other", "002 خبر.txt", "1" * 64, TEXT, "خبر", "Other news")
PARTS = ("قال قنديل إن الاتفاقية وُقعت", "مع العراق في مايو 2019")
AROUND = "اجتمع الطرفان في القاهرة."
NAMES = {
    "agreement/qindil": "Qindil agreement",
    "country/iraq": "Iraq",
    "country/egypt": "Egypt",
    "official/qindil": "Qindil",
    "official/curator": "Curator",
}
QUERY = f"SELECT ?agreement WHERE {{ ?agreement <{TW}signatory> <{ID}country/iraq> }}"


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(ID + name)


def span(words: str, document: Document = PAPER) -> tuple[Document, int, int]:
    start = TEXT.index(words)
    return document, start, start + len(words)


GLOSS = "Qindil said the agreement was signed […] with Iraq in May 2019"
FIRST = Evidence(*span(PARTS[0]), context=(Passage(*span(AROUND)),), gloss=GLOSS)
SECOND = Evidence(*span(PARTS[1]), continues=FIRST)
FACT = Fact(
    iri("agreement/qindil"),
    ox.NamedNode(f"{TW}signatory"),
    iri("country/iraq"),
    (
        ("dateText", ox.Literal("في مايو 2019", language="ar")),
        ("modality", iri("modality/reported")),
        ("note", ox.Literal("A remark.", language="en")),
        ("noteAr", ox.Literal("ملاحظة.", language="ar")),
        ("onBehalfOf", iri("country/egypt")),
        ("recordStatus", iri("record-status/disputed")),
        ("statedBy", iri("official/qindil")),
        ("statusDate", ox.Literal("2026-11-25")),
        ("statusReason", ox.Literal("Two readings.", language="en")),
        ("statusReasonAr", ox.Literal("قراءتان.", language="ar")),
        ("wasAttributedTo", iri("official/curator")),
        ("when", ox.Literal("2019-05")),
    ),
    (FIRST, SECOND),
)
#: The same triple in another document: it corroborates the fact, which is another one.
AGAIN = Fact(
    FACT.subject, FACT.predicate, FACT.object,
    (("modality", iri("modality/asserted")), ("recordStatus", iri("record-status/asserted"))),
    (Evidence(*span(PARTS[1], OTHER)),),
)  # fmt: skip
#: What every output says of the fact.
TRUTH: Told = {
    "fact": short_iri(FACT.iri),
    "modality": "reported",
    "stated_by": "Qindil",
    "on_behalf_of": "Egypt",
    "when": "2019-05",
    "date_text": "في مايو 2019",
    "note": "A remark.",
    "record_status": "disputed",
    "quote": " […] ".join(PARTS),
    "document": PAPER.file,
    "start": f"{FIRST.start} {SECOND.start}",
    "end": f"{FIRST.end} {SECOND.end}",
    "gloss": GLOSS,
}


def nquads(*facts: Fact) -> bytes:
    lines = [line for fact in facts for line in fact.lines()]
    lines += [line for document in (PAPER, OTHER) for line in document.lines()]
    unsaid = FACT.evidence[0].iri(FACT.iri)
    lines.append(f"<{unsaid}> <{TW}doesNotName> {iri('country/egypt')} <{GRAPH_EVIDENCE}> .")
    for name, label in NAMES.items():
        kind = name.partition("/")[0].capitalize()
        lines += [f"{iri(name)} <{RDFS}label> {ox.Literal(label, language='en')} ."]
        lines += [f"{iri(name)} <{RDF}type> <{TW}{k}> ." for k in (kind, "Entity")]
    terms = [
        quad for file in ("cooperation.ttl", "areas.ttl") for quad in ox.parse(path=ONTOLOGY / file)
    ]
    return "\n".join(lines).encode() + b"\n" + ox.serialize(terms, format=ox.RdfFormat.N_QUADS)


@pytest.fixture(scope="module")
def kg() -> KnowledgeGraph:
    return KnowledgeGraph(EmbeddedStore.in_memory(nquads(FACT, AGAIN)), language="en")


@pytest.fixture(scope="module")
def record(kg) -> FactRecord:
    return FactReader(kg.store).get(FACT.iri)


def name(value: str) -> str:
    return NAMES[value.removeprefix(ID)]


def from_json(item: dict[str, Any]) -> Told:
    parts = item["evidence"]
    assert [part.get("continues", False) for part in parts] == [False, True]
    assert parts[0]["context"] == [{"quote": AROUND, "start": 0, "end": len(AROUND)}], (
        "context goes with the whole quote"
    )
    assert "gloss" not in parts[1], "the gloss goes with the whole quote"
    return {
        "fact": short_iri(item["fact"]),
        "modality": item["modality"],
        "stated_by": " ".join(map(name, item["statedBy"])),
        "on_behalf_of": " ".join(map(name, item["onBehalfOf"])),
        "when": item["when"],
        "date_text": item["dateText"],
        "note": item["note"]["en"],
        "record_status": item["recordStatus"],
        "quote": " […] ".join(part["quote"] for part in parts),
        "document": parts[0]["document"],
        "start": " ".join(str(part["start"]) for part in parts),
        "end": " ".join(str(part["end"]) for part in parts),
        "gloss": parts[0]["gloss"],
    }


def proven(kg: KnowledgeGraph, style: str) -> str:
    rows = kg.sparql(QUERY)
    assert isinstance(rows, Rows)
    out = io.StringIO()
    assert write_proven(rows, rows.proven(), style, out)
    return out.getvalue()


def in_json(kg: KnowledgeGraph) -> Told:
    (why,) = json.loads(proven(kg, "json"))["why"]
    (item,) = (item for item in why["facts"] if item["fact"] == FACT.iri)
    return from_json(item)


def of_table(rows: list[list[str]]) -> Told:
    heads, *others = rows
    columns = "modality stated_by on_behalf_of when quote document start end fact"
    assert heads[1:10] == columns.split()
    assert {row[0] for row in others} == {"Qindil agreement"}, "the answer's cells are repeated"
    (row,) = (row for row in others if TRUTH["fact"] in row)
    return {key: value for key, value in zip(heads[1:], row[1:], strict=True) if key in TRUTH}


def in_csv(kg: KnowledgeGraph) -> Told:
    return of_table(list(csv.reader(io.StringIO(proven(kg, "csv")))))


def in_tsv(kg: KnowledgeGraph) -> Told:
    return of_table([line.split("\t") for line in proven(kg, "tsv").splitlines()])


def in_markdown(kg: KnowledgeGraph) -> Told:
    lines = proven(kg, "markdown").splitlines()
    cells = [re.sub(r"\\(.)", r"\1", line)[2:-2].split(" | ") for line in lines]
    return of_table([row for row in cells if set("".join(row)) != {"-"}])


def exported(kg: KnowledgeGraph, form: str) -> bytes:
    out = io.BytesIO()
    FORMATS[form](Path(), kg.store, out, "en")
    return out.getvalue()


def in_export_csv(kg: KnowledgeGraph) -> Told:
    text = exported(kg, "csv").decode("utf-8-sig")
    (row,) = (r for r in csv.DictReader(io.StringIO(text)) if r["fact"] == TRUTH["fact"])
    assert row["attributedTo"] == "official/curator"
    assert (row["noteAr"], row["statusReason"]) == ("ملاحظة.", "Two readings.")
    return {
        **{key: row[key] for key in ("fact", "when", "note", "quote", "gloss", "start", "end")},
        "modality": row["modality"].removeprefix("modality/"),
        "stated_by": name(row["statedBy"]),
        "on_behalf_of": name(row["onBehalfOf"]),
        "date_text": row["dateText"],
        "record_status": row["recordStatus"].removeprefix("record-status/"),
        "document": row["file"],
    }


def in_graphml(kg: KnowledgeGraph) -> Told:
    graph = nx.read_graphml(io.BytesIO(exported(kg, "graphml")))
    (data,) = (d for *_, d in graph.edges(data=True) if d["fact"] == FACT.iri)
    found = re.fullmatch(r"«(.*)» (\S+ \S+) \[(\d+):(\d+)\] \[(\d+):(\d+)\]", data["quotes"])
    assert found
    return {
        "fact": short_iri(data["fact"]),
        "modality": data["modality"],
        "stated_by": name(data["statedBy"]),
        "on_behalf_of": name(data["onBehalfOf"]),
        "when": data["when"],
        "date_text": data["dateText"],
        "note": data["note"],
        "record_status": data["recordStatus"].removeprefix("record-status/"),
        "quote": found[1],
        "document": found[2],
        "start": f"{found[3]} {found[5]}",
        "end": f"{found[4]} {found[6]}",
        "gloss": data["glosses"],
    }


def in_explorer(kg: KnowledgeGraph) -> Told:
    data = payload(read_view(kg.store), {}, ())
    (fact,) = (fact for fact in data["facts"] if fact["iri"] == FACT.iri)
    (place,) = fact["quotes"]
    quote = data["quotes"][place]
    assert [data["passages"][one]["exact"] for one in fact["context"]] == [AROUND]
    assert [term["en"] for term in fact["unsaid"]] == ["Egypt"]
    assert [term["en"] for term in fact["recordedBy"]] == ["Curator"]
    parts = quote["parts"]
    return {
        "fact": short_iri(fact["iri"]),
        "modality": data["values"][fact["m"]]["iri"].rpartition("/")[2],
        "stated_by": " ".join(data["nodes"][one]["name"]["en"] for one in fact["by"]),
        "on_behalf_of": " ".join(data["nodes"][one]["name"]["en"] for one in fact["behalf"]),
        "when": " ".join(fact["when"]),
        "date_text": " ".join(fact["dateText"]),
        "note": next(note["text"] for note in fact["notes"] if note["lang"] == "en"),
        "record_status": "disputed" if fact["disputed"] else "asserted",
        "quote": " […] ".join(part["exact"] for part in parts),
        "document": data["documents"][quote["d"]]["file"],
        "start": " ".join(str(part["start"]) for part in parts),
        "end": " ".join(str(part["end"]) for part in parts),
        "gloss": quote["gloss"],
    }


@pytest.mark.parametrize(
    "read",
    [in_json, in_csv, in_tsv, in_markdown, in_export_csv, in_graphml, in_explorer],
    ids=lambda read: read.__name__,
)
def test_outputs_for_programs_agree_key_by_key(read: Callable[[KnowledgeGraph], Told], kg):
    assert read(kg) == TRUTH


def test_a_difference_tells_the_same(run, tmp_path):
    for file, facts in (("old.nq", (AGAIN,)), ("new.nq", (AGAIN, FACT))):
        (tmp_path / file).write_bytes(nquads(*facts))
    states = str(tmp_path / "old.nq"), str(tmp_path / "new.nq")
    found = json.loads(run("diff", *states, "--format", "json").output)
    (item,) = found["facts"]["added"]
    assert from_json(item) == TRUTH
    said = run("diff", *states, "--format", "csv", "--lang", "en").output
    (row,) = (row for row in csv.DictReader(io.StringIO(said)) if row["of"] == "fact")
    for key in TRUTH.keys() - {"fact", "start", "end"}:
        assert TRUTH[key] in row["details"], key


#: What people read: dates in words, and places in brackets.
SAID = {
    **{key: value for key, value in TRUTH.items() if key not in ("fact", "start", "end", "when")},
    "when": "May 2019",
    "support": "said by 2 documents, 1 publisher named",
    "attribution": "recorded by Curator",
    "status": "disputed since 25 November 2026: Two readings.",
    "context": AROUND,
    "unsaid": "itself does not name: Egypt",
    "first": f"[{FIRST.start}:{FIRST.end}]",
    "second": f"[{SECOND.start}:{SECOND.end}]",
}


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_terminal_tells_the_same(kg, record):
    out = Console(file=io.StringIO(), width=120)
    Printer(out, Labels(kg.store), "en").facts([record])
    told = plain(out.file.getvalue())
    for key in SAID.keys() - {"document"}:
        assert SAID[key] in told, key
    assert f"{PAPER.file} {SAID['first']} {SAID['second']}" in told


def test_glosses_are_shown_in_english_and_where_they_are_asked_for_in_arabic(kg, record):
    for language, gloss, shown in (
        ("en", None, True), ("en", False, False), ("ar", None, False), ("ar", True, True)
    ):  # fmt: skip
        out = Console(file=io.StringIO(), width=200)
        Printer(out, Labels(kg.store), language, gloss=gloss).facts([record])
        mark = {"en": "our translation", "ar": "ترجمتنا"}[language]
        assert (f"{mark}: {GLOSS}" in plain(out.file.getvalue())) is shown, (language, gloss)


def described(kg: KnowledgeGraph, media: str, language: str = "en") -> str:
    sent = io.BytesIO()
    reply = Reply(sent)
    resource(kg, reply, path=FACT.iri.partition("taawun/")[2], media=media, language=language)
    reply.end()
    return sent.getvalue().decode("utf-8", "replace")


def test_the_served_page_tells_the_same(kg):
    page = described(kg, "text/html")
    told = plain(html.unescape(re.sub(r"<[^>]*>", "", page)))
    for key in SAID.keys() - {"document", "first", "second"}:
        assert SAID[key] in told, key
    for part in (FIRST, SECOND):
        assert f"{part.start}–{part.end}" in told, "offsets, in words"
    assert "A paper" in told, "the document by its title, a link to its page"


def test_the_served_page_marks_the_gloss_as_ours_and_folds_it_in_arabic(kg):
    for language, opened, mark in (("en", " open", "our translation"), ("ar", "", "ترجمتنا")):
        page = described(kg, "text/html", language)
        told = f'<details class="gloss"{opened}><summary>{mark}</summary>'
        assert f'{told}<p class="gloss" lang="en" dir="ltr">{GLOSS}</p></details>' in page


def test_the_turtle_description_has_all_that_the_record_has(kg):
    told = described(kg, "text/turtle")
    for words in (
        *PARTS,
        AROUND,
        GLOSS,
        "في مايو 2019",
        "2019-05",
        "A remark.",
        "قراءتان.",
        "2026-11-25",
    ):
        assert words in told, words
    for term in ("reported", "disputed", "qindil", "egypt", "curator", "continues", "doesNotName"):
        assert term in told, term


def test_the_bulk_reader_and_the_reader_of_triples_give_equal_records(graph):
    everything = {fact.iri: fact for fact in all_facts(graph.store)}
    assert len(everything) > 1000
    assert list(everything) == sorted(everything)
    reader = FactReader(graph.store)
    reader.load(everything)
    assert all(reader.get(iri) == fact for iri, fact in everything.items())


def test_no_part_of_a_quote_is_lost_where_what_it_continues_is_not_there():
    joined = f"<{TW}continues> <{FIRST.iri(FACT.iri)}>".encode()
    content = nquads(FACT)
    assert joined in content
    store = EmbeddedStore.in_memory(content.replace(joined, joined[:-2] + b"x>"))
    (found,) = facts_of(store, [FACT.triple])[FACT.triple]
    assert [quote.text for quote in found.quotes] == list(PARTS)


def reservations(facts: tuple[Fact, ...], query: str) -> list[str] | None:
    rows = KnowledgeGraph(EmbeddedStore.in_memory(nquads(*facts)), language="en").sparql(query)
    assert isinstance(rows, Rows)
    (block,) = rows.answer.blocks()
    return rows.as_table(block).reservations


def test_a_row_without_proof_still_says_what_it_rests_on_besides_asserted_facts():
    assert reservations((FACT,), QUERY) == ["reported, disputed"]
    assert reservations((AGAIN,), QUERY) == [""]
    # What one is reported to say is no reservation where another document says it itself.
    assert reservations((FACT, AGAIN), QUERY) == [""]


def test_of_counts_it_is_not_said_and_of_what_cannot_be_explained_that_it_is_not_known():
    assert reservations((FACT,), f"SELECT (COUNT(*) AS ?n) {{ ?a <{TW}signatory> ?c }}") is None
    changing = f"SELECT ?a {{ ?a <{TW}signatory> ?c FILTER(RAND() < 2) }}"
    assert reservations((FACT,), changing) == ["not known"]


def test_every_output_shows_it_without_why(graph, run):
    said = run("ask", "planned-facts", "--format", "table", "--lang", "en").output
    _title, _, table = said.partition("\n")
    assert table.count("planned") == len(list(graph.ask("planned-facts"))) > 20
    assert "The column “rests on” names what a row rests on" in plain(said)
    sent = io.BytesIO()
    reply = Reply(sent)
    site = KnowledgeGraph(graph.store)
    question_page(site, reply, name="planned-facts", parameters={}, why=False, language="en")
    reply.end()
    page = sent.getvalue().decode("utf-8", "replace")
    assert page.count("<td>planned</td>") == len(list(graph.ask("planned-facts")))
    assert '<th scope="col">rests on</th>' in page
    for style, separator in (("csv", ","), ("tsv", "\t")):
        said = run("ask", "planned-facts", "--format", style, "--labels", "--lang", "en").stdout
        _, *rows = csv.DictReader(io.StringIO(said), delimiter=separator)
        assert {row["rests_on"] for row in rows} == {"planned"}
    said = run("ask", "planned-facts", "--format", "markdown", "--lang", "en").stdout
    assert said.count(" planned |") == len(list(graph.ask("planned-facts")))
    for said in (
        run("ask", "planned-facts", "--format", "json").stdout,
        graph.ask("planned-facts").to_json(),
    ):
        answer = json.loads(said)
        assert answer["restsOn"] == [["planned"]] * len(answer["results"]["bindings"])


def test_programs_are_told_nothing_of_counts_and_in_tables_as_sparql_has_them(run, graph):
    query = graph.catalogue.get("planned-facts").text
    for words in (["ask", "agreements-per-country"], ["sparql", query]):
        assert "rests_on" not in run(*words, "--format", "csv").stdout
        assert "restsOn" not in json.loads(run(*words, "--format", "json").stdout)


def test_cards_and_paths_have_the_columns_of_proofs_too(run):
    for arguments in (("show", "nigeria", "--why"), ("path", "العراق", "ليتوانيا")):
        said = run(*arguments, "--format", "csv", "--lang", "en").output
        rows = list(csv.DictReader(io.StringIO(said)))
        assert rows, arguments
        assert all(row["quote"] and row["document"] and row["fact"] for row in rows), arguments
        assert all(row["start"].replace(" ", "").isdigit() for row in rows), arguments


@pytest.mark.parametrize("field", FactRecord._fields)
def test_the_fact_of_this_test_leaves_no_field_empty(record, field):
    if field not in ("rule", "derived_from", "superseded_by"):
        assert getattr(record, field), field


def test_json_leaves_out_what_is_empty(kg):
    (bare,) = (fact for fact in all_facts(kg.store) if fact.iri == AGAIN.iri)
    assert set(fact_json(bare)) == {
        "fact", "subject", "predicate", "object", "modality", "evidence", "support"
    }  # fmt: skip


def world(
    *more: Fact,
    before: str = "",
    skipped: int = 0,
    gloss: str = GLOSS,
    has_context: bool = True,
    has_unsaid: bool = True,
    without: tuple[str, ...] = (),
    changed: tuple[tuple[str, ox.NamedNode], ...] = (),
    lines: tuple[str, ...] = (),
    **paper: str,
) -> bytes:
    """N-Quads of the fact of this test and of what is beside it, but for what is asked for.

    ``before`` stands before the document's text, ``skipped`` characters are not quoted, and the
    qualifiers ``without`` are left out, those ``changed`` have another value.
    """
    said = {"slug": "paper", "file": "001.txt", "sha256": "0" * 64, "ar": "صحيفة", "en": "A paper"}
    document = Document(**{**said, "publisher": "ناشر", "text": before + TEXT, **paper})
    shift = len(before)
    around = Passage(document, shift, shift + len(AROUND))
    first = Evidence(
        document, shift + FIRST.start + skipped, shift + FIRST.end,
        context=(around,) * has_context, gloss=gloss,
    )  # fmt: skip
    second = Evidence(document, shift + SECOND.start, shift + SECOND.end, continues=first)
    kept = {name: value for name, value in FACT.qualifiers if name not in without}
    qualifiers = tuple(sorted({**kept, **dict(changed)}.items()))
    fact = replace(FACT, qualifiers=qualifiers, evidence=(first, second))
    found = [line for one in (fact, AGAIN, *more, document, OTHER) for line in one.lines()]
    if has_unsaid:
        of = f"<{first.iri(fact.iri)}> <{TW}doesNotName>"
        found.append(f"{of} {iri('country/egypt')} <{GRAPH_EVIDENCE}> .")
    for entity, label in {**NAMES, "area/post": "Post", "service/mail": "Mail"}.items():
        kind = entity.partition("/")[0].capitalize()
        found += [f"{iri(entity)} <{RDFS}label> {ox.Literal(label, language='en')} ."]
        found += [f"{iri(entity)} <{RDF}type> <{TW}{k}> ." for k in (kind, "Entity")]
    return "\n".join(sorted({*found, *lines})).encode() + b"\n"


def other(
    predicate: str, object_: str, status: str, modality: str, subject: str = "agreement/qindil"
) -> Fact:
    said = (
        ("modality", iri(f"modality/{modality}")),
        ("recordStatus", iri(f"record-status/{status}")),
    )
    words = (Evidence(*span(PARTS[1], OTHER)),)
    return Fact(iri(subject), ox.NamedNode(TW + predicate), iri(object_), said, words)


DERIVED = DerivedFact(
    (str(iri("country/iraq")), f"<{TW}signed>", str(FACT.subject)), "inverse", (FACT.iri,)
)
#: The rows of the table in ``docs/formats.md``, each with a world that differs in it alone.
ROWS: dict[str, Callable[[], bytes]] = {
    "planned, expected, conditional and denied facts":
        lambda: world(other("party", "country/egypt", "asserted", "planned")),
    "superseded and retracted facts":
        lambda: world(other("party", "country/egypt", "retracted", "asserted")),
    "derived facts": lambda: world(lines=tuple(DERIVED.lines())),
    "facts between things of the other classes":
        lambda: world(other("area", "area/post", "asserted", "asserted", "service/mail")),
    "modality": lambda: world(changed=(("modality", iri("modality/asserted")),)),
    "speaker, and on whose behalf": lambda: world(without=("statedBy", "onBehalfOf")),
    "date, and as printed": lambda: world(without=("when", "dateText")),
    "remark on a fact": lambda: world(without=("note", "noteAr")),
    "who recorded a fact": lambda: world(without=("wasAttributedTo",)),
    "that a fact is disputed": lambda: world(
        changed=(("recordStatus", iri("record-status/asserted")),),
        without=("statusReason", "statusReasonAr", "statusDate"),
    ),
    "why it is disputed": lambda: world(without=("statusReason", "statusReasonAr")),
    "quote": lambda: world(skipped=4),
    "offsets": lambda: world(before="عاجل. "),
    "English gloss": lambda: world(gloss=""),
    "context of a quote": lambda: world(has_context=False),
    "names that a quote does not say": lambda: world(has_unsaid=False),
    "file of the document": lambda: world(file="009.txt"),
    "title of the document": lambda: world(en="Another title", ar="عنوان آخر"),
    "publisher": lambda: world(publisher="ناشر آخر"),
    "checksum of the document": lambda: world(sha256="2" * 64),
    "further names": lambda: world(
        lines=(f'{iri("country/iraq")} <http://www.w3.org/2004/02/skos/core#altLabel> "Irak"@en .',)
    ),
    "ontology": lambda: world(lines=(f'<{TW}signatory> <{RDFS}comment> "Who signed."@en .',)),
}  # fmt: skip
FORMATS_PAGE = Path(__file__).parent.parent / "docs" / "formats.md"
#: Whether a format has what a mark of the table is given to.
HAS = {"yes": True, "words": True, "lost": False}


@pytest.fixture(scope="module")
def losses() -> dict[str, dict[str, str]]:
    """The table of what each format loses: the mark of each row, by format."""
    text = FORMATS_PAGE.read_text("utf-8").partition("\n## What each format loses\n")[2]
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.partition("\n## ")[0].splitlines()
        if line.startswith("|")
    ]
    assert [cells[0] for cells in rows] == [*ROWS]
    return {
        form: {cells[0]: cells[place] for cells in rows}
        for place, heading in enumerate(head)
        for form in re.findall(r"`([\w-]+)`", heading)
    }


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, EmbeddedStore]]:
    folder = tmp_path_factory.mktemp("worlds")
    made = {}
    for number, (row, build) in enumerate([("", world), *ROWS.items()]):
        (folder / f"{number}.nq").write_bytes(content := build())
        made[row] = folder / f"{number}.nq", EmbeddedStore.in_memory(content)
    return made


@pytest.mark.parametrize("form", FORMATS)
def test_the_docs_say_what_each_format_loses(form: str, losses, worlds):
    """A format keeps what changes its output, IRIs made from content aside."""

    def written(row: str) -> list[str]:
        out = io.BytesIO()  # The two files of Neo4j's import are one output.
        for name in (one for one in FORMATS if one.partition("-")[0] == form.partition("-")[0]):
            FORMATS[name](*worlds[row], out, "en")
        return sorted(re.sub(r"\b[0-9a-f]{16}\b", "…", out.getvalue().decode()).splitlines())

    plain = written("")
    found = {row: written(row) != plain for row in ROWS}
    assert found == {row: HAS[mark] for row, mark in losses[form].items()}


def test_what_follow_the_money_has_in_words_is_in_its_texts_alone(losses, worlds):
    def fields(row: str) -> list[str]:
        out = io.BytesIO()
        FORMATS["ftm"](*worlds[row], out, "en")
        told = [json.loads(line) for line in out.getvalue().splitlines()]
        for entity in told:
            for text in ("summary", "description", "status"):
                entity["properties"].pop(text, None)
        return sorted(re.sub(r"\b[0-9a-f]{16}\b", "…", str(entity)) for entity in told)

    found = {row for row in ROWS if fields(row) != fields("")}
    assert found == {row for row, mark in losses["ftm"].items() if mark == "yes"}
