"""Whatever is given is accepted or refused with a clear error; more of it in benchmarks/fuzz.py."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taawun.api import KnowledgeGraph, Rows
from taawun.graph.errors import CollectionError, QueryError, TaawunError
from taawun.loaders.collection import read_collection
from taawun.messages.fault import Fault
from taawun.queries.question import read_question

ROOT = Path(__file__).parent.parent
SOUND = ROOT / "tests" / "collections" / "sound"
FILES = (
    "facts/new.yaml", "facts/new.csv", "facts/new.jsonl", "facts/status.yaml",
    "entities/new.yaml", "entities/new.csv",
    "documents/documents.yaml", "documents/talks.txt", "ontology/new.ttl",
)  # fmt: skip
#: Values of YAML that are seldom what somebody meant.
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
#: Examples differ in their time by what else the machine does.
TRIED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def copy_of_sound(tmp_path: Path) -> Path:
    """A copy of the sound collection, to be spoiled."""
    return Path(shutil.copytree(SOUND, tmp_path / "sound"))


def read_with(folder: Path, name: str, content: bytes) -> None:
    """Read the collection with that file in it: it is sound, or each fault has its remedy."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    before = file.read_bytes() if file.exists() else None
    file.write_bytes(content)
    faults: tuple[Fault, ...] = ()
    try:
        read_collection([folder])
    except CollectionError as error:
        faults = error.faults
    finally:
        file.unlink() if before is None else file.write_bytes(before)
    assert [str(fault) for fault in faults if not fault.remedy] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_no_bytes_of_a_file_break_the_reader(name: str, copy_of_sound: Path) -> None:
    @TRIED
    @given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
    def tried(content: bytes) -> None:
        read_with(copy_of_sound, name, content)

    tried()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".yaml")])
def test_no_values_of_yaml_break_the_reader(name: str, copy_of_sound: Path) -> None:
    import yaml

    @TRIED
    @given(VALUES, st.sampled_from(["document", "evidence", "country/egypt", "talks", "fact"]))
    def tried(value: object, key: str) -> None:
        written = yaml.safe_dump({key: value}, allow_unicode=True)
        read_with(copy_of_sound, name, written.encode("utf-8", "surrogatepass"))

    tried()


@TRIED
@given(text=st.text())
def test_no_text_breaks_the_query_engine(text: str, graph: KnowledgeGraph) -> None:
    for query in (text, f"SELECT * {{ {text} }} LIMIT 1", f"SELECT ('''{text}''' AS ?x) {{}}"):
        with suppress(TaawunError):
            answer = graph.sparql(query)
            if isinstance(answer, Rows):
                answer.to_json(why=True)


@TRIED
@given(text=st.text())
def test_no_words_break_the_search_for_a_question_or_a_name(
    text: str, graph: KnowledgeGraph
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: graph.show(text),
        lambda: graph.read(text),
        lambda: graph.ask("agreement-signatories", country=text),
        lambda: graph.path(text, "egypt"),
    ]
    for call in calls:
        with suppress(TaawunError):
            call()


@TRIED
@given(content=st.binary() | VALUES.map(lambda value: f"#+ summary: {value!r}\nASK {{}}".encode()))
def test_no_question_file_breaks_its_reader(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    file.write_bytes(content)
    with pytest.raises(QueryError, match=r"question"):
        read_question(file)


@pytest.mark.slow
def test_some_of_the_spoiled_inputs_are_tried() -> None:
    said = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "fuzz.py", "--inputs", "60"],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("inputs") == 6
    assert "http: 0 inputs" not in said.stdout
