"""Collections: a sound one is accepted, and each spoiled copy of it gives its clear error.

The folder is the case. ``refused/NAME`` holds the files that differ from ``sound`` and
``expected.txt``: the place and the code of each fault in a line of its own and, indented under it,
its message and its remedy.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path

import pytest
from translated import untranslated

from taawun.graph.errors import CollectionError
from taawun.loaders.builds.inputs import fingerprint
from taawun.loaders.checks.document_reports import coverage
from taawun.loaders.collection import Collection, read_collection
from taawun.loaders.files.fact_files import rows_of_jsonl
from taawun.messages.fault import Fault

HERE = Path(__file__).parent / "collections"
SOUND = HERE / "sound"
REFUSED = sorted(path for path in (HERE / "refused").iterdir() if path.is_dir())
EXPECTED = "expected.txt"


SPOILERS = [
    b"", b"\xff", b"\0", b"\t", b"\n", b"'", b'"', b"{", b"]", b": ", b"- ", b"&a ", b"*a ",
    b"!!x ", b"~", b"#", b"? ", b"---\n", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"--2", b"<", b"../",
    b"9" * 400,
]  # fmt: skip


@pytest.fixture
def copy_of_sound(tmp_path: Path) -> Path:
    """A copy of the sound collection, to be spoiled."""
    return Path(shutil.copytree(SOUND, tmp_path / "sound"))


def faults_of(*folders: Path) -> tuple[Fault, ...]:
    with pytest.raises(CollectionError) as raised:
        read_collection(folders)
    assert untranslated(raised.value.faults) == set()
    return raised.value.faults


def expected(case: Path) -> list[tuple[str, list[str]]]:
    """Each fault: its place with its code, and its texts."""
    found: list[tuple[str, list[str]]] = []
    for line in (case / EXPECTED).read_text("utf-8").splitlines():
        if line.startswith(" "):
            found[-1][1].append(line.removeprefix("    "))
        else:
            found.append((line, []))
    assert found
    return found


def in_words(collection: Collection) -> set[tuple[str, ...]]:
    return {(fact.iri, fact.evidence[0].quote) for fact in collection.facts}


def test_the_sound_collection_is_accepted() -> None:
    collection = read_collection([SOUND])
    assert len(collection.documents) == 1
    assert len(collection.facts) == 16
    assert all(collection.performed[name] for name in ("quotes", "types", "names", "duplicates"))


def test_every_sentence_of_the_sound_collection_is_accounted_for() -> None:
    collection = read_collection([SOUND])
    assert coverage(collection.documents["talks"], collection.facts).open == ()


def test_there_are_refused_collections() -> None:
    assert len(REFUSED) > 40


@pytest.mark.parametrize("case", REFUSED, ids=lambda path: str(path.relative_to(HERE)))
def test_a_spoiled_collection_is_refused_with_its_faults_and_no_others(
    case: Path, copy_of_sound: Path
) -> None:
    shutil.copytree(
        case, copy_of_sound, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECTED)
    )
    faults = faults_of(copy_of_sound)
    report = "\n".join(map(str, faults))
    wanted = expected(case)
    assert [f"{f.place}: {f.code}" for f in faults] == [place for place, _ in wanted], report
    for fault, (_, texts) in zip(faults, wanted, strict=True):
        assert f"{fault.message}\n{fault.remedy}" == "\n".join(texts), report


def test_the_faults_of_all_files_are_reported_in_one_run_and_sorted() -> None:
    places = [
        place.partition(":")[0] for place, _ in expected(HERE / "refused/faults-in-five-files")
    ]
    assert len(set(places)) == 5
    assert places == sorted(places)


def test_yaml_runs_nothing(copy_of_sound: Path) -> None:
    witness = copy_of_sound / "witness"
    (copy_of_sound / "entities" / "new.yaml").write_text(
        f'country/libya: !!python/object/apply:os.system ["touch {witness}"]\n'
    )
    assert faults_of(copy_of_sound)
    assert not witness.exists()


def test_csv_says_the_same_as_yaml(copy_of_sound: Path) -> None:
    wanted = in_words(read_collection([SOUND]))
    (copy_of_sound / "facts" / "talks.csv").unlink()
    (copy_of_sound / "facts" / "more.yaml").write_text(
        """\
document: talks
evidence:
  - quote: وتبحث مصر اتفاقية جديدة مع العراق
    facts:
      - [agreement/egypt-iraq, party, country/egypt]
      - [agreement/egypt-iraq, party, country/iraq]
      - [agreement/egypt-iraq, stage, stage/under-discussion]
  - quote: وتستمر
    prefix: '. '
    facts:
      - [meeting/talks, duration, P2D]
  - quote: في فبراير
    modality: expected
    note: No year is printed, only "فبراير".
    facts:
      - [meeting/talks, heldOn, XXXX-02]
""",
        "utf-8",
    )
    assert in_words(read_collection([copy_of_sound])) == wanted


def test_json_lines_say_the_same_as_csv(copy_of_sound: Path) -> None:
    wanted = in_words(read_collection([SOUND]))
    table = copy_of_sound / "facts" / "talks.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table.unlink()
    assert rows
    (copy_of_sound / "facts" / "talks.jsonl").write_text(
        "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8"
    )
    assert in_words(read_collection([copy_of_sound])) == wanted


def test_json_lines_take_numbers_as_they_are_printed(tmp_path: Path) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text(
        '{"object": 3500000.10}\n{"object": 1e5}\n{"object": true}\n'
        '{"object": null, "note": "\u2028"}\n',
        "utf-8",
    )
    faults: list[Fault] = []
    rows = [row.values for row in rows_of_jsonl(file, "facts.jsonl", faults)]
    assert rows == [
        {"object": "3500000.10"},
        {"object": "1e5"},
        {"object": "true"},
        {"note": "\u2028"},
    ]
    assert not faults


@pytest.mark.parametrize(
    "rewritten",
    [
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="byte-order-mark"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="crlf"),
        pytest.param(
            lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), id="as-spreadsheets-write"
        ),
        pytest.param(lambda data: data.rstrip(b"\n"), id="no-last-line-break"),
        pytest.param(lambda data: data.replace(b"\n", b"\n\n"), id="empty-lines"),
        pytest.param(lambda data: data.replace(b"\n", b"\n,,,,,,,,\n"), id="empty-rows"),
    ],
)
def test_csv_is_read_as_spreadsheets_write_it(rewritten, copy_of_sound: Path) -> None:
    file = copy_of_sound / "facts" / "talks.csv"
    file.write_bytes(rewritten(file.read_bytes()))
    assert in_words(read_collection([copy_of_sound])) == in_words(read_collection([SOUND]))


def test_yaml_with_crlf_says_the_same(copy_of_sound: Path) -> None:
    changed = [*copy_of_sound.glob("entities/*.yaml"), copy_of_sound / "facts" / "talks.yaml"]
    assert len(changed) > 5
    for file in changed:
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert in_words(read_collection([copy_of_sound])) == in_words(read_collection([SOUND]))


@pytest.mark.parametrize("name", [".talks.yaml.swp", ".hidden.yaml"])
def test_what_editors_leave_is_passed_over(name: str, copy_of_sound: Path) -> None:
    (copy_of_sound / "facts" / name).write_text("not: [facts")
    assert in_words(read_collection([copy_of_sound])) == in_words(read_collection([SOUND]))


def test_a_folder_that_is_no_collection_is_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path)
    assert fault.code == "not-a-collection"
    (fault,) = faults_of(tmp_path / "nowhere")
    assert fault.code == "not-a-collection"


def test_a_collection_of_questions_alone_is_one(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    assert read_collection([SOUND, tmp_path]).facts


def test_a_collection_given_as_a_dot_has_its_name_in_messages(
    copy_of_sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy_of_sound / "facts" / "new.yaml").write_text("")
    monkeypatch.chdir(copy_of_sound)
    (fault,) = faults_of(Path())
    assert str(fault.place) == "sound/facts/new.yaml"


def test_collections_stack_on_one_another(tmp_path: Path) -> None:
    facts = tmp_path / "mine" / "facts"
    facts.mkdir(parents=True)
    (facts / "mine.csv").write_text(
        "document,quote,subject,predicate,object\n"
        "talks,في مجال الحكومة الرقمية,memorandum-of-understanding/egypt-lithuania,"
        "area,area/digital-government\n",
        "utf-8",
    )
    both = read_collection([SOUND, tmp_path / "mine"])
    assert len(in_words(both) - in_words(read_collection([SOUND]))) == 1


def test_a_copy_of_a_collection_is_refused_entity_by_entity(copy_of_sound: Path) -> None:
    faults = faults_of(SOUND, copy_of_sound)
    assert "registered-twice" in {fault.code for fault in faults}


def test_many_wrong_quotes_are_reported_at_once(copy_of_sound: Path) -> None:
    quote = "مصر كلمة لا توجد في هذه الوثيقة " * 6
    rows = "".join(
        f"talks,{quote}{number},meeting/talks,party,country/egypt\n" for number in range(200)
    )
    (copy_of_sound / "facts" / "new.csv").write_text(
        "document,quote,subject,predicate,object\n" + rows, "utf-8"
    )
    assert len(faults_of(copy_of_sound)) == 200


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda folder: (folder / "facts/talks.csv").unlink(), id="file-gone"),
        pytest.param(lambda folder: (folder / "facts/new.json").touch(), id="file-not-read"),
        pytest.param(
            lambda folder: (folder / "facts/talks.yaml").rename(folder / "facts/other.yaml"),
            id="file-renamed",
        ),
        pytest.param(
            lambda folder: (folder / "documents/talks.txt").write_bytes(b"x"), id="document-changed"
        ),
    ],
)
def test_every_change_that_bears_on_a_build_changes_the_fingerprint(
    change, copy_of_sound: Path
) -> None:
    before = fingerprint([copy_of_sound])
    change(copy_of_sound)
    assert fingerprint([copy_of_sound]) != before


@pytest.mark.slow
def test_no_spoiled_byte_ever_ends_in_a_traceback(copy_of_sound: Path) -> None:
    """Forty collections spoiled at random are read, or refused with a remedy for each fault."""
    chances = random.Random(2026)
    files = sorted(path for path in copy_of_sound.rglob("*") if path.is_file())
    assert len(files) > 10
    faults: list[Fault] = []
    for _ in range(40):
        file = chances.choice(files)
        before = file.read_bytes()
        at = chances.randrange(len(before))
        file.write_bytes(before[:at] + chances.choice(SPOILERS) + before[at + 1 :])
        try:
            read_collection([copy_of_sound])
        except CollectionError as error:
            faults += error.faults
        file.write_bytes(before)
    assert len(faults) > 20
    assert [str(fault) for fault in faults if not fault.remedy] == []
