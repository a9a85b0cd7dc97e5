"""Tables for spreadsheets: read as these write them, taken in whole or not at all, nothing lost."""

from __future__ import annotations

import csv
import io
import random
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest
from in_place import put_in_place

from taawun.graph.derive import derive
from taawun.graph.errors import CollectionError
from taawun.loaders.builds.build import lines_of
from taawun.loaders.builds.cache import write_canonical
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import Collection, read_collection
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.table_import import KINDS, intake, table, template
from taawun.loaders.editing.transaction import seen
from taawun.loaders.files.csv_table import read_table, write_table
from taawun.loaders.files.entity_table import ENTITIES
from taawun.loaders.files.fact_files import FACTS
from taawun.messages.fault import Fault

SOUND = Path(__file__).parent / "collections" / "sound"
TEXT = "خبر مخترع للتجربة: بحثت جمهورية قنديل مع مصر التعاون في البريد عام ٢٠٢٢.\n"
DOCUMENTS = (
    "document,file,ar,en,publisher\nqindil,qindil.txt,خبر مخترع,Invented news,جريدة مخترعة\n"
)
COUNTRIES = (
    "reference,ar,en,also,m49\ncountry/qindil,جمهورية قنديل المخترعة,Invented Qindil,"
    "قنديل @ qindil | القناديل,7\n"
)
QUOTE = "بحثت جمهورية قنديل مع مصر التعاون في البريد"
STATED = (
    "document,quote,subject,predicate,object,when\n"
    f"qindil,{QUOTE},country/qindil,cooperationArea,area/postal-services,2022\n"
)


def quads(collection: Collection, folder: Path) -> bytes:
    """The canonical N-Quads of a collection, derived facts and all."""
    derived = list(derive(collection.facts, collection.schema, collection.classes))
    store = ox.Store()
    store.bulk_load("\n".join(lines_of(collection, derived)).encode(), ox.RdfFormat.N_QUADS)
    out = io.BytesIO()
    write_canonical(store, out, folder)
    return out.getvalue()


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def taken_in(folder: Path, *tables: Path) -> Collection:
    """What the small collection and the folder say with the tables taken in."""
    found = intake(folder, seen(folder), tables, read_collection([SOUND]))
    with found.edit.tried() as copy:
        return read_collection([SOUND, copy])


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("started") / "mine"
    new_collection(folder)
    return folder


@pytest.fixture
def mine(started: Path, tmp_path: Path) -> Path:
    """A collection of one's own, just started."""
    return Path(shutil.copytree(started, tmp_path / "mine"))


@pytest.fixture
def sound_alone() -> Iterator[None]:
    """The small collection in place of the bundled one, over which an edit takes long."""
    with put_in_place(SOUND):
        yield


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a table, with the text of its document beside it."""
    (tmp_path / "qindil.txt").write_text(TEXT, "utf-8")

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.slow
@pytest.mark.parametrize("folder", [SEEDS, SOUND], ids=["seeds", "sound"])
def test_facts_and_entities_pass_through_tables_with_nothing_lost(folder, tmp_path):
    before = read_collection([folder])
    shutil.copytree(folder / "documents", tmp_path / "documents")
    for kind in ("facts", "entities"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "all.csv").write_bytes(table(kind, before))
    after = read_collection([tmp_path])
    assert len(after.facts) == len(before.facts)
    assert quads(after, tmp_path) == quads(before, tmp_path)
    assert table("facts", after) == table("facts", before)
    assert table("entities", after) == table("entities", before)


def test_whatever_is_in_a_cell_comes_back(tmp_path):
    """Cells made of what breaks tables: no spreadsheet runs one, and reading gives them back."""
    chances = random.Random(2026)
    alphabet = ["'", "=", "+", "-", "@", "\t", "\r", "\n", ",", ";", '"', "\\", "|", "م", "7", "x"]
    rows = [
        ["talks", "".join(chances.choices(alphabet, k=6)) + "م", "a/b", "area", "c/d"]
        for _ in range(500)
    ]
    headings = ["document", "quote", "subject", "predicate", "object"]
    path = tmp_path / "table.csv"
    path.write_bytes(write_table(headings, rows))
    faults: list[Fault] = []
    found = [row.values["quote"] for row in read_table(path, "table.csv", FACTS, faults)]
    assert not faults
    assert found == [row[1] for row in rows]
    raw = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert len(raw) > len(rows)
    assert not [row for row in raw if row[1].startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.slow
@pytest.mark.parametrize(
    "rewritten",
    [
        pytest.param(lambda text: text.replace(",", ";"), id="semicolons"),
        pytest.param(lambda text: text.replace(",", "\t"), id="tabs"),
        pytest.param(lambda text: "\ufeff" + text.replace("\n", "\r\n"), id="mark-and-crlf"),
        pytest.param(lambda text: text + ",,,,,\n , ,,,,\n\n", id="empty-rows"),
        pytest.param(lambda text: text.replace("\n", ",,\n"), id="empty-columns"),
        pytest.param(lambda text: text.replace("2022", "٢٠٢٢"), id="arabic-digits"),
        pytest.param(
            lambda text: text.replace("country/qindil", " country/qindil\u200f "), id="blanks"
        ),
        pytest.param(
            lambda text: text.replace("document,quote", "الوثيقه,الإقتباس").replace(
                "subject,predicate,object,when", "الطرف الأول,العلاقة,الطرف الثاني,الزمن"
            ),
            id="arabic-headings",
        ),
        pytest.param(lambda text: text.replace("subject", " subject "), id="blanks-in-headings"),
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(rewritten, mine, written):
    changed = rewritten(STATED)
    assert changed != STATED
    collection = taken_in(
        mine,
        written("documents.csv", DOCUMENTS),
        written("countries.csv", COUNTRIES),
        written("facts.csv", changed),
    )
    (fact,) = [f for f in collection.facts if "qindil" in f.subject.value]
    assert dict(fact.qualifiers)["when"] == ox.Literal("2022")
    assert fact.evidence[0].quote == QUOTE


@pytest.mark.slow
@pytest.mark.usefixtures("sound_alone")
def test_three_tables_at_once_make_a_collection(mine, written, run):
    """Documents are registered with their text, and names of some documents stay theirs."""
    tables = [
        written("documents.csv", DOCUMENTS),
        written("countries.csv", COUNTRIES),
        written("Facts 1.csv", STATED),
    ]
    said = run("import", *map(str, tables), "--collection", str(mine), "--format", "table")
    assert "Facts added: 1" in said.output
    collection = read_collection([SOUND, mine])
    assert collection.documents["qindil"].publisher == "جريدة مخترعة"
    entity = collection.entities["country/qindil"]
    assert [(a.name, a.documents) for a in entity.aliases] == [
        ("قنديل", ("qindil",)),
        ("القناديل", ()),
    ]
    assert ("https://w3id.org/taawun/ontology#m49", ox.Literal("007")) in entity.attributes
    assert (mine / "facts" / "facts-1.csv").is_file()
    assert (mine / "documents" / "qindil.txt").read_text("utf-8") == TEXT


def test_names_with_the_signs_of_a_list_come_back(tmp_path):
    (tmp_path / "entities").mkdir()
    names = [r"a | b", r"c\d", "e @ f", "g, h", r"\|", "i"]
    listed = ", ".join(f"'{name}'" for name in names)
    (tmp_path / "entities" / "country.yaml").write_text(
        f"country/x: {{ar: مخترعة, en: Invented, also: [{listed}]}}\n", "utf-8"
    )
    before = read_collection([tmp_path])
    assert sorted(a.name for a in before.entities["country/x"].aliases) == sorted(names)
    content = table("entities", before)
    (tmp_path / "entities" / "country.yaml").unlink()
    (tmp_path / "entities" / "country.csv").write_bytes(content)
    assert read_collection([tmp_path]).entities == before.entities


@pytest.mark.slow
@pytest.mark.usefixtures("few_facts_alone")
def test_faults_are_named_by_row_and_column_and_nothing_is_written(mine, written, run):
    """Rows as a spreadsheet counts them: a cell with a line break is one row."""
    content = (
        "document,quote,subject,predicate,object,when,note\n"
        "egypt-iraq-talks,تعزيز التعاون الثنائي بين مصر والعراق,country/iraq,cooperationArea,"
        'area/free-trade,,"two\nlines"\n'
        "egypt-iraq-talks,تعزيز التعاون,country/irak,cooperationAria,area/free-trade,2022-13,\n"
        "egypt-iraq-talks,,country/iraq,cooperationArea,area/free-trade,,\n"
        "a,b\n"
    )
    path = written("facts.csv", content)
    before = tree(mine)
    said = run("import", str(path), "--collection", str(mine))
    assert said.exit_code == 2
    assert tree(mine) == before
    where = [line.split("facts.csv")[1] for line in said.stderr.splitlines() if "facts.csv" in line]
    assert [line.split(":")[0] for line in where] == [
        ", row 3, column B “quote”",
        ", row 3, column C “subject”",
        ", row 3, column D “predicate”",
        ", row 3, column F “when”",
        ", row 4",
        ", row 5",
    ]
    assert said.stderr.count("→") == len(where)
    assert "6 faults; nothing was written." in said.stderr
    arabic = run("import", str(path), "--collection", str(mine), "--lang", "ar").stderr
    assert "، الصف 3، العمود C «subject»" in arabic
    assert "6 أخطاء؛ لم يُكتب شيء." in arabic


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (STATED.encode("cp1256", "replace"), "not-utf8", "save it as “CSV UTF-8”"),
        (STATED.encode("utf-16"), "is-utf-16", "save it as “CSV UTF-8”"),
        (b"", "unknown-table", "taawun template"),
        (b"a,b\n1,2\n", "unknown-table", "taawun template facts|entities|documents"),
        (b"\0\0\0", "unknown-table", "taawun template"),
        (b'document,quote\n"open', "header-lacks", "the header lacks"),
        (b'document,quote,subject,predicate,object\n"open', "not-csv", "check the quotation marks"),
        (
            DOCUMENTS.replace("qindil.txt", "../qindil.txt").encode(),
            "no-document-file",
            "there is no document file",
        ),
        (
            DOCUMENTS.replace("qindil.txt", "qandil.txt").encode(),
            "no-document-file",
            "beside this table",
        ),
        (
            DOCUMENTS.replace("qindil,", "Qindil News,").encode(),
            "bad-document-name",
            "Latin letters",
        ),
        (
            DOCUMENTS.replace("qindil,", "talks,").encode(),
            "document-exists",
            "is registered already",
        ),
        (
            COUNTRIES.replace("@ qindil", "@").encode(),
            "name-with-at-sign",
            "name @ document, document",
        ),
        (COUNTRIES.replace("| القناديل", "|").encode(), "name-empty", "the name is empty"),
        (
            COUNTRIES.replace("country/qindil", "land/qindil").encode(),
            "unknown-class",
            "unknown class “land”",
        ),
        (COUNTRIES.replace("also", "alsoo").encode(), "unknown-column", "did you mean also"),
        (STATED.replace("when", "quote").encode(), "repeated-column", "is there twice"),
    ],
)
def test_what_is_no_sound_table_is_refused_with_a_remedy(content, code, told, mine, written):
    with pytest.raises(CollectionError) as raised:
        taken_in(mine, written("mine.csv", content))
    assert [fault for fault in raised.value.faults if not fault.remedy] == []
    assert code in {fault.code for fault in raised.value.faults}
    assert told in str(raised.value)


@pytest.mark.slow
@pytest.mark.usefixtures("sound_alone")
def test_a_table_taken_in_again_replaces_what_it_was(mine, written, run):
    first = [written("documents.csv", DOCUMENTS), written("countries.csv", COUNTRIES)]
    facts = written("facts.csv", STATED)
    run("import", *map(str, [*first, facts]), "--collection", str(mine))
    written("facts.csv", STATED.replace("postal-services", "e-commerce"))
    import_again = ("import", str(facts), "--collection", str(mine), "--format", "table")
    said = run(*import_again, "--dry-run").output
    assert "Facts added: 1" in said
    assert "Facts removed: 1" in said
    assert (mine / "facts" / "facts.csv").read_text("utf-8") == STATED
    assert run(*import_again).exit_code == 0
    assert "e-commerce" in (mine / "facts" / "facts.csv").read_text("utf-8")


def test_the_bundled_collection_is_never_imported_into(written, run):
    said = run("import", str(written("facts.csv", STATED)), "--collection", str(SEEDS))
    assert said.exit_code == 2
    assert "bundled" in said.output
    assert run("import", str(written("facts.csv", STATED))).exit_code == 2


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_template_has_every_heading_and_is_read_back(kind, language, tmp_path, run):
    path = tmp_path / "empty.csv"
    assert run("template", kind, "-o", str(path), "--lang", language).exit_code == 0
    assert path.read_bytes() == template(kind, language)
    header = path.read_bytes().decode("utf-8-sig").strip().split(",")
    assert [KINDS[kind].column(heading) for heading in header] == list(KINDS[kind].headings)
    faults: list[Fault] = []
    assert list(read_table(path, "empty.csv", KINDS[kind], faults)) == []
    assert not faults


def test_exported_tables_open_in_a_spreadsheet(run, tmp_path, the_collection):
    path = tmp_path / "facts.csv"
    assert run("export", "facts-csv", "-o", str(path)).exit_code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in path.read_bytes()
    faults: list[Fault] = []
    rows = list(read_table(path, "facts.csv", FACTS, faults))
    assert (len(rows), faults) == (len(the_collection.facts), [])
    path = tmp_path / "entities.csv"
    assert run("export", "entities-csv", "-o", str(path)).exit_code == 0
    rows = list(read_table(path, "entities.csv", ENTITIES, faults))
    assert (len(rows), faults) == (len(the_collection.entities), [])
