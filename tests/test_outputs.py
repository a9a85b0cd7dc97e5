"""Hostile data in every output: nothing steers a terminal, runs in a spreadsheet or ends a script.

The names, notes and quotes of a collection, the words of a question and the names of files hold
whatever an attacker may write there. Every command is run on them, in every format and language.
"""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from in_place import in_place

from taawun.cli import COMMANDS
from taawun.commands.exporting import EXPORTS
from taawun.loaders.builds.cache import Build
from taawun.messages.untrusted_text import escaped, visible
from taawun.queries.results import FORMATS, harmless, to_markdown, to_separated

pytestmark = pytest.mark.usefixtures("example_alone")

#: Clears a screen, sets a title, in 7 and 8 bits; hides text; turns and isolates what follows.
STEERING = "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x7f\u202e\u2066"
MARKUP = "</script><img src=x onerror=alert(1)> | `code` [link](javascript:alert(1)) \"'&"
HOSTILE = f"=HYPERLINK(1) {MARKUP} {STEERING}"
QUOTE = f"وقعت مصر {STEERING} {MARKUP}"
OBEYED = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: Exports for programs, which keep every byte.
EXACT = ("nquads", "facts-csv", "entities-csv")
#: What is run of each command; ``{}`` is the hostile collection's folder.
RUNS: dict[str, list[list[str]]] = {
    "build": [[]],
    "check": [["--stats"]],
    "questions": [["--tag", "hostile"], ["--tag", STEERING]],
    "ask": [["hostile"], ["hostile", "--why"], ["what is hostile here?"], [HOSTILE]],
    "sparql": [
        ["SELECT ?n ?o { country:atlantis rdfs:label ?n ; ?p ?o }"],
        ["SELECT ?a { ?a tw:signatory country:atlantis }", "--why"],
        ["ASK { ?a tw:signatory country:atlantis }", "--why"],
        ["CONSTRUCT WHERE { country:atlantis ?p ?o }"],
        ["CONSTRUCT WHERE { ?a tw:signatory country:atlantis }", "--why"],
        [f"SELECT {STEERING}"],
    ],
    "show": [["atlantis"], ["atlantis", "--why"], [HOSTILE]],
    "path": [["atlantis", "lemuria"], ["atlantis", HOSTILE]],
    "template": [["facts"], [HOSTILE]],
    "import": [["{}/hostile.csv"], [HOSTILE]],
    "diff": [["{}"], [HOSTILE, HOSTILE]],
    "suggest": [["hostile"], ["{}/documents/hostile.txt"], [STEERING.replace("\0", "")]],
    "verify": [["{}/proof.json"], [HOSTILE], [HOSTILE, HOSTILE]],
    "explore": [["--focus", "atlantis", "--question", "hostile", "-o", "{}/\x1b[2J.html"]],
    "export": [[name] for name in EXPORTS if name not in EXACT],
    "new": [["{}/\x1b[2Jnew"]],
    "add": [["fact", HOSTILE, "signatory", HOSTILE, "--document", HOSTILE, "--quote", HOSTILE]],
    "schemas": [[]],
    "push": [["--endpoint", "http://127.0.0.1:1/\x1b[2J"]],
    "serve": [["--port", "\x1b[2J"]],
    "mcp": [["--port", "\x1b[2J"]],
    "desk": [["--port", "\x1b[2J"]],
    "propose": [["{}/candidates.jsonl"], [HOSTILE]],
    "review": [[], ["hostile"], [HOSTILE], ["hostile", "--compare", STEERING.replace("\0", "")]],
    "reconcile": [["{}/hostile.csv"], [HOSTILE], ["{}/hostile.csv", "--column", HOSTILE]],
    # A folder that has files of somebody else; the pages themselves are for browsers.
    "publish": [["{}"], ["{}", "--base", HOSTILE]],
    "release": [["{}"]],
}


#: What is run of a command that stands not there.
ANY = [[], [HOSTILE], [HOSTILE, HOSTILE]]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection whose every text is an attack."""
    folder = tmp_path_factory.mktemp("collections") / "mine"
    for part in ("documents", "entities", "facts", "queries"):
        (folder / part).mkdir(parents=True)
    text = f"{QUOTE} اتفاقية مع أطلانطس.".encode()
    (folder / "documents" / "hostile.txt").write_bytes(text)
    name = json.dumps(HOSTILE)
    (folder / "documents" / "documents.yaml").write_text(
        f"hostile: {{file: hostile.txt, sha256: {sha256(text).hexdigest()}, ar: {name}, "
        f"en: {name}, publisher: {name}}}\n"
    )
    arabic = json.dumps(f"أطلانطس {HOSTILE}")
    (folder / "entities" / "country.yaml").write_text(
        f"country/atlantis: {{ar: {arabic}, en: {name}, also: [{name}], note: {name}}}\n"
        f"country/lemuria: {{ar: {json.dumps('ليموريا ' + HOSTILE)}, en: Lemuria}}\n"
    )
    (folder / "entities" / "agreement.yaml").write_text(
        f"agreement/hostile: {{ar: {arabic}, en: {name}}}\n"
    )
    qualifiers = f"modality: inferred, note: {name}, noteAr: {name}, dateText: {name}"
    (folder / "facts" / "facts.yaml").write_text(
        f"document: hostile\nevidence:\n  - quote: {json.dumps(QUOTE)}\n    facts:\n"
        + "".join(
            f"      - {{subject: agreement/hostile, predicate: {fact}, {qualifiers}}}\n"
            for fact in (
                "signatory, object: country/atlantis",
                "signatory, object: country/lemuria",
                "stage, object: stage/signed",
            )
        )
    )
    (folder / "queries" / "hostile.rq").write_text(
        f"#+ summary: {name}\n#+ summary_ar: {name}\n#+ tags: [hostile]\n#+ rows: 1\n"
        "PREFIX tw: <https://w3id.org/taawun/ontology#>\n"
        "SELECT ?agreement ?party WHERE { ?agreement tw:signatory ?party }\n"
    )
    return folder


HOSTILE_CANDIDATE = {
    "document": "hostile", "quote": QUOTE, "subject": HOSTILE, "predicate": HOSTILE,
    "object": HOSTILE, "origin": HOSTILE,
}  # fmt: skip


def hostile_proofs() -> list[dict[str, object]]:
    """Proofs whose every text is an attack."""
    fact = {
        "fact": HOSTILE,
        "subject": "urn:a",
        "predicate": "urn:b",
        "object": {"type": "uri", "value": "urn:c"},
        "modality": "asserted",
        "evidence": [{"document": HOSTILE, "quote": HOSTILE, "start": 0, "end": 1}],
    }
    proof = {
        "proof": 1,
        "query": HOSTILE,
        "row": {},
        "facts": [fact],
        "definitions": [],
        **{key: [HOSTILE] for key in ("witness", "absence", "asks")},
        "documents": {HOSTILE: HOSTILE},
    }
    unexplained = {"code": "x", "message": HOSTILE}
    return [proof, {"proof": 1, "query": "", "unexplained": unexplained}]


#: What these print is the same in every format.
PLAIN = {"desk", "explore", "export", "mcp", "new", "publish", "release", "schemas", "serve"}


#: What each of the writers of rows is asked for by; the others ask each of them in turn.
ROWS, WITH_ROWS = ("csv", "tsv", "markdown"), {"ask", "sparql", "show"}


def styles() -> Iterator[tuple[str, str]]:
    """Each command with the formats of what it prints."""
    for place, name in enumerate(sorted(COMMANDS)):
        for style in FORMATS:
            is_its_turn = style not in ROWS or style == ROWS[place % len(ROWS)]
            if style == "table" or (name not in PLAIN and (is_its_turn or name in WITH_ROWS)):
                yield name, style


@pytest.mark.usefixtures("few_answers")
@pytest.mark.parametrize(("command", "style"), list(styles()))
def test_nothing_steers_the_terminal(
    command: str, style: str, hostile: Path, run: Callable[..., Any], tmp_path: Path
) -> None:
    for number, arguments in enumerate(RUNS.get(command, ANY)):
        given = [argument.replace("{}", str(tmp_path)) for argument in arguments]
        (tmp_path / "documents").mkdir(exist_ok=True)
        (tmp_path / "documents" / "hostile.txt").write_bytes(QUOTE.encode())
        (tmp_path / "hostile.csv").write_text(
            to_separated(["document", "quote", HOSTILE], [[STEERING, HOSTILE, QUOTE]], "csv")
        )
        (tmp_path / "proof.json").write_text(json.dumps(hostile_proofs()))
        (tmp_path / "candidates.jsonl").write_text(json.dumps(HOSTILE_CANDIDATE))
        languages = ("ar", "en") if style == "table" else ("en",)
        # Exports have no words of ours but labels: there languages take turns.
        for language in languages[number % 2 :][:1] if command == "export" else languages:
            said = run(
                command, *given, "--collection", str(hostile), "--format", style,
                "--lang", language,
            )  # fmt: skip
            assert said.exception is None or isinstance(said.exception, SystemExit), given
            assert said.exit_code in (0, 1, 2), given
            assert "Traceback" not in said.output
            found = OBEYED.search(said.output)
            assert found is None, (given, said.output[max(0, found.start() - 60) :][:100])


def test_answers_are_still_answers(hostile: Path, run: Callable[..., Any]) -> None:
    """What is shown in place of a character says which one it was; JSON says it exactly."""
    said = run("show", "atlantis", "--format", "json", "--collection", str(hostile))
    assert json.loads(said.output)["labels"]["en"] == HOSTILE
    query = "SELECT ?n { country:atlantis rdfs:label ?n FILTER(LANG(?n) = 'en') }"
    said = run("sparql", query, "--format", "json", "--collection", str(hostile))
    (row,) = json.loads(said.output)["results"]["bindings"]
    assert row["n"]["value"] == HOSTILE
    said = run("sparql", query, "--format", "csv", "--labels", "--collection", str(hostile))
    (_, (cell,)) = csv.reader(io.StringIO(said.output))
    assert cell == "'" + visible(HOSTILE)
    assert "␛[2J" in cell


@pytest.mark.parametrize("name", EXACT)
def test_exports_that_keep_every_byte_are_only_shown_on_a_terminal(
    name: str, hostile: Path, few_facts: Path, the_build: Build
) -> None:
    ours, theirs = pty.openpty()
    command = [*in_place(few_facts), "export", name, "--collection", str(hostile)]
    cache = {"TAAWUN_CACHE": str(the_build.path.parent), "TAAWUN_COLLECTIONS": ""}
    process = subprocess.Popen(command, stdout=theirs, env={**os.environ, **cache})
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # What reading gives when the other side is closed.
        while piece := os.read(ours, 1 << 16):
            shown += piece
    os.close(ours)
    assert process.wait() == 0
    assert shown.count(b"\n") > 100
    assert OBEYED.search(shown.decode().replace("\r\n", "\n")) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert harmless(f"{start}1+1").startswith("'")
    assert harmless("-12.5") == "-12.5"


def test_a_markdown_cell_is_one_cell_of_plain_text() -> None:
    table = to_markdown(["a"], [[MARKUP + "\r\nnext"]])
    lines = table.splitlines()
    assert len(lines) == 3
    assert not re.search(r"(?<!\\)[|<\[]", lines[2].removeprefix("| ").removesuffix(" |"))


def test_a_cell_of_tsv_is_one_cell() -> None:
    line = to_separated(["a", "b"], [["1\t2\r\n3", STEERING]], "tsv").splitlines()[1]
    assert line.count("\t") == 1
    assert OBEYED.search(line) is None


def test_escaped_json_says_the_same() -> None:
    written = json.dumps({HOSTILE: [HOSTILE]}, ensure_ascii=False)
    assert OBEYED.search(escaped(written)) is None
    assert json.loads(escaped(written)) == json.loads(written)
