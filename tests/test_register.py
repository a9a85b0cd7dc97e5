"""``taawun add entity`` and ``add document``: what is new is registered, the rest stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from taawun.graph.errors import OutputError
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.insert_entry import document_edit, entity_files
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.transaction import Edit, seen

TEXT = "بحثت دولة التجربة التعاون.\n"


@pytest.fixture
def mine(tmp_path) -> Path:
    """A collection that says nothing yet."""
    new_collection(tmp_path / "mine")
    return tmp_path / "mine"


def content_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def entity_added(folder: Path, before: str, reference="city/m", **fields) -> str:
    path = folder / "entities" / "city.yaml"
    path.write_bytes(before.encode())
    files = entity_files(folder, [(reference, {"ar": "م", "en": "M", **fields})])
    Edit(folder, files, seen(folder)).write()
    return path.read_bytes().decode()


LINE = "city/m: {ar: م, en: M}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# mine\n", f"# mine\n{LINE}"),
        ("city/a: {ar: ا, en: A}", f"city/a: {{ar: ا, en: A}}\n{LINE}"),
        (
            "# head\ncity/z: {ar: ي, en: Z}  # last\n# end\n",
            f"# head\n{LINE}city/z: {{ar: ي, en: Z}}  # last\n# end\n",
        ),
        (
            "city/a:\n  ar: ا\n  en: A\n  # of a\n\ncity/z: {ar: ي, en: Z}\n",
            f"city/a:\n  ar: ا\n  en: A\n  # of a\n{LINE}\ncity/z: {{ar: ي, en: Z}}\n",
        ),
    ],
)
def test_an_entity_is_one_line_where_the_order_has_it(before, after, mine):
    assert entity_added(mine, before) == after
    windows = entity_added(mine, before.replace("\n", "\r\n") + "\r\n")
    assert windows.count("\n") == windows.count("\r\n")


def test_the_keys_of_an_entity_come_in_one_order(mine):
    said = {"note": "a: b", "also": ["x, y", "17"], "types": ["region"]}
    assert entity_added(mine, "# mine\n", **said) == (
        '# mine\ncity/m: {ar: م, en: M, types: [region], also: ["x, y", "17"], note: "a: b"}\n'
    )


@pytest.mark.parametrize("before", [LINE, "{city/a: {ar: ا, en: A}}\n", "{}\n"])
def test_what_cannot_be_put_in_leaves_the_file(before, mine):
    path = mine / "entities" / "city.yaml"
    with pytest.raises(OutputError, match="nothing was written"):
        entity_added(mine, before)
    assert path.read_text("utf-8") == before


def test_a_document_is_copied_to_the_byte_and_registered(mine):
    content = TEXT.replace("\n", "\r\n").encode()
    document_edit(mine, seen(mine), "trial", content, {"ar": "تجربة", "en": "A: trial"}).write()
    read = read_collection([SEEDS, mine]).documents["trial"]
    assert read.text.encode() == content
    assert (read.ar, read.en) == ("تجربة", "A: trial")
    before = content_of(mine)
    with pytest.raises(OutputError, match="exists already"):
        document_edit(mine, seen(mine), "trial", content, {"ar": "x", "en": "y"})
    (mine / "documents" / "trial.txt").unlink()
    with pytest.raises(OutputError, match="registered already"):
        document_edit(mine, seen(mine), "trial", content, {"ar": "x", "en": "y"})
    assert before.keys() - content_of(mine).keys() == {mine / "documents" / "trial.txt"}


@pytest.mark.slow
def test_what_is_registered_can_be_spoken_of_at_once(run, mine, tmp_path):
    (tmp_path / "trial.txt").write_text(TEXT, "utf-8")
    where = ("--collection", str(mine))
    made = run(
        "add", "entity", "دولة", "trial-state", "--ar", "دولة التجربة", "--en", "Trial State",
        "--also", "Trialland", *where, "--format", "csv",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert "added,thing,Trial State,,,country/trial-state" in made.output
    assert "country/trial-state" in (mine / "schemas" / "facts.json").read_text("utf-8")
    titles = ("--title-ar", "تجربة", "--title-en", "Trial")
    made = run("add", "document", str(tmp_path / "trial.txt"), *titles, *where)
    assert made.exit_code == 0, made.output
    assert "taawun suggest trial" in made.stderr
    added = run(
        "add", "Trialland", "cooperationArea", "area/free-trade", "--document", "trial",
        "--quote", "بحثت دولة التجربة التعاون", *where,
    )  # fmt: skip
    assert added.exit_code == 0, added.output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("entity", "countri", "x", "--ar", "س", "--en", "X"), "did you mean country"),
        (("entity", "fact", "x", "--ar", "س", "--en", "X"), "no class is called"),
        (("entity", "country", "X_x", "--ar", "س", "--en", "X"), "is not a valid reference"),
        (("entity", "country", "x", "--ar", "X", "--en", "X"), "is not Arabic"),
        (("entity", "country", "x", "--ar", "مصر", "--en", "X"), "already a name of"),
        (("entity", "country", "iraq", "--ar", "س", "--en", "X"), "registered twice"),
        (("document", "nowhere.txt", "--title-ar", "س", "--title-en", "X"), "cannot be read"),
        (
            ("document", "-", "--slug", "A b", "--title-ar", "س", "--title-en", "X"),
            "not a valid document name",
        ),
        (
            ("document", "-", "--slug", "../../x", "--title-ar", "س", "--title-en", "X"),
            "not a valid document name",
        ),
        (
            ("document", "-", "--slug", "egypt-iraq-talks", "--title-ar", "س", "--title-en", "X"),
            "registered twice",
        ),
    ],
)
def test_what_is_wrong_is_refused_and_every_file_stays(run, mine, arguments, words):
    before = content_of(mine)
    said = run("add", *arguments, "--collection", str(mine), input=TEXT)
    assert said.exit_code == 2, said.output
    assert words in said.output
    assert content_of(mine) == before
