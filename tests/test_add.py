"""``taawun add``: what it puts in, what it shows, and all that leaves every file as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from indexed import assert_indexed

from taawun.graph.errors import CollectionError, OutputError
from taawun.loaders.builds.build import find_build
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.additions import addition
from taawun.loaders.editing.transaction import Edit, seen

MEMO = "memorandum-of-understanding/example-cybersecurity"
TALKS = "تعزيز التعاون الثنائي بين مصر والعراق"
#: Said by none of the bundled texts.
FACT = ("العراق", "cooperationArea", "area/free-trade")


pytestmark = pytest.mark.usefixtures("few_facts_alone")


@pytest.fixture
def mine(tmp_path, example) -> Path:
    """A collection with the invented example."""
    return shutil.copytree(example, tmp_path / "mine")


@pytest.fixture
def add(run, mine):
    """Run ``taawun add`` on that collection."""

    def call(*arguments: str, **options):
        return run("add", *arguments, "--collection", str(mine), **options)

    return call


def content_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def example(
    quote="ومملكة النموذج مذكرة تفاهم في مجال الأمن السيبراني", **said
) -> tuple[dict, dict]:
    fact = {"subject": MEMO, "predicate": "area", "object": "area/e-commerce", **said}
    return {"document": "example-memo", "quote": quote}, fact


@pytest.fixture
def edit_of(mine, few_facts):
    """The edit that adds a fact to that collection."""

    def make(*words: dict) -> Edit:
        before = seen(mine)
        return addition(mine, before, read_collection([few_facts, mine]), *(words or example()))

    return make


@pytest.mark.slow
def test_what_the_quote_does_not_say_is_refused_and_what_it_does_not_name_is_told(add, mine):
    before = content_of(mine)
    where = (
        "--document",
        "example-memo",
        "--quote",
        "وقعت جمهورية المثال ومملكة النموذج مذكرة تفاهم",
    )
    said = add(MEMO, "signedOn", "2021-05-06", *where)
    assert said.exit_code == 2
    assert "quote: the quote does not say “2021-05-06”" in said.stderr
    assert content_of(mine) == before
    said = add(MEMO, "area", "area/e-commerce", *where)
    assert said.exit_code == 0
    assert "warning: quote: the document does not name area/e-commerce" in said.stderr


@pytest.mark.slow
def test_a_fact_is_added_and_its_effects_are_shown(add, mine, the_build):
    before = (mine / "facts" / "example-memo.yaml").read_text("utf-8")
    quote = "ووقعت"  # Not in the text: the letter before is not there.
    said = add(MEMO, "المجال", "area/e-commerce", "--document", "example-memo", "--quote", quote)
    assert said.exit_code == 2
    quote = "وقعت جمهورية المثال ومملكة النموذج مذكرة تفاهم في مجال الأمن السيبراني"
    said = add(
        "Example memo", "area", "area/e-commerce", "--document", "example-memo",
        "--quote", quote, "--format", "json",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    (fact,) = found["facts"]["added"]
    assert fact["evidence"][0]["quote"] == quote
    assert "agreement-areas" in {change["question"] for change in found["answers"]}
    after = (mine / "facts" / "example-memo.yaml").read_text("utf-8")
    lines = after.splitlines()
    lines.remove(f"      - [{MEMO}, area, area/e-commerce]")
    assert "\n".join(lines) + "\n" == before
    made = find_build([mine], cache=the_build.path.parent)
    assert made
    assert_indexed(made.path)


@pytest.mark.slow
def test_names_of_either_language_and_a_document_of_another_collection_will_do(add, mine):
    said = add(
        *FACT, "--document", "egypt-iraq-talks", "--quote", TALKS, "--modality", "inferred",
        "--note", "Read so.", "--note-ar", "قُرئت كذلك.", "--format", "table", "--lang", "ar",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "حقائق مضافة: 1" in said.output
    written = (mine / "facts" / "egypt-iraq-talks.yaml").read_text("utf-8")
    assert written == (
        "# yaml-language-server: $schema=../schemas/facts.json\n"
        f"document: egypt-iraq-talks\nevidence:\n  - quote: {TALKS}\n    facts:\n"
        "      - {subject: country/iraq, predicate: cooperationArea, object: area/free-trade, "
        "modality: inferred, note: Read so., noteAr: قُرئت كذلك.}\n"
    )


@pytest.mark.slow
def test_a_dry_run_shows_and_writes_nothing(add, mine):
    before = content_of(mine)
    said = add(
        *FACT, "--document", "egypt-iraq-talks", "--quote", TALKS, "--modality", "planned",
        "--dry-run", "--format", "csv",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "added,fact,Iraq," in said.output
    assert content_of(mine) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("مصرر", *FACT[1:]), "did you mean country/egypt"),
        (("xqxqxqxq", *FACT[1:]), "unknown entity “xqxqxqxq”"),
        ((FACT[0], "cooperationAria", FACT[2]), "cooperationArea"),
        ((FACT[0], "يتعاون بمجال", FACT[2]), "no predicate is called"),
        ((FACT[0], "zzz", FACT[2]), "unknown predicate “zzz”"),
        ((FACT[0], "signatory", FACT[2]), "cannot be the subject of signatory"),
        ((FACT[0], "cooperatesWith", "مصر"), "cannot be stated"),
        ((*FACT, "--modality", "reported"), "needs “statedBy”"),
        ((*FACT, "--modality", "inferred"), "needs “note”"),
        ((*FACT, "--when", "next year"), "when: "),
        ((*FACT, "--stated-by", "area/free-trade"), "cannot be the value of statedBy"),
        ((*FACT, "--quote", "تعزيز التعاون الثنائى"), "copy the spelling of the document"),
        ((*FACT, "--quote", "مصر"), "more than once"),
        ((*FACT, "--quote", ""), "the quote is empty"),
        ((*FACT, "--document", "egypt-iraq-talkz"), "did you mean egypt-iraq-talks"),
    ],
)
def test_what_is_wrong_is_refused_with_a_remedy_and_every_file_stays(add, mine, arguments, words):
    before = content_of(mine)
    said = add("--document", "egypt-iraq-talks", "--quote", TALKS, *arguments)
    assert said.exit_code == 2
    assert words in said.output
    assert "Traceback" not in said.output
    assert content_of(mine) == before


def test_a_fact_stated_with_the_same_quote_is_refused(add, mine):
    before = content_of(mine)
    quote = "وقعت جمهورية المثال ومملكة النموذج مذكرة تفاهم في مجال الأمن السيبراني"
    said = add(MEMO, "area", "area/cybersecurity", "--document", "example-memo", "--quote", quote)
    assert said.exit_code == 2
    assert "is already stated with this quote" in said.output
    assert content_of(mine) == before


OWN_SHAPE = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix tw: <https://w3id.org/taawun/ontology#> .
@prefix my: <https://example.org/my#> .

my:OneArea a sh:PropertyShape ;
  sh:targetClass tw:Agreement ;
  sh:path tw:area ;
  sh:maxCount 1 ;
  sh:severity sh:Violation ;
  sh:message "One area is enough."@en , "مجال واحد يكفي."@ar .
"""


@pytest.mark.slow
def test_what_only_the_shapes_find_is_refused_and_what_they_found_before_is_not(add, mine):
    (mine / "ontology" / "shapes.ttl").write_text(OWN_SHAPE, "utf-8")
    before = content_of(mine)
    where = ("--document", "example-memo", "--quote", "مذكرة تفاهم في مجال الأمن السيبراني")
    said = add(MEMO, "area", "area/e-commerce", *where)
    assert said.exit_code == 2, said.output
    # Some of the bundled agreements have several areas: that is not the fault of this fact.
    assert said.output.count("One area is enough.") == 1
    assert content_of(mine) == before
    said = add("مملكة النموذج", "cooperationArea", "area/e-commerce", *where)
    assert said.exit_code == 0, said.output


def test_a_collection_of_ones_own_must_be_named(run, few_facts):
    command = ("add", *FACT, "--document", "egypt-iraq-talks", "--quote", TALKS)
    for options, words in (
        ((), "--collection DIR"),
        (("--collection", str(few_facts)), "is the bundled collection"),
    ):
        said = run(*command, *options)
        assert said.exit_code == 2
        assert words in said.output


def test_every_fault_of_what_is_given_is_told_at_once(edit_of):
    quote, fact = example("لا ترد", predicate="nothing", object="area/nowhere")
    with pytest.raises(CollectionError) as raised:
        edit_of(quote, fact)
    assert {fault.place.file for fault in raised.value.faults} == {"quote", "predicate"}
    assert [fault for fault in raised.value.faults if not fault.remedy] == []


@pytest.mark.slow
def test_a_change_in_the_meantime_is_never_lost(edit_of, mine):
    for name in ("facts/example-memo.yaml", "entities/country.yaml", "facts/other.csv"):
        edit = edit_of()
        path = mine / name
        path.write_bytes((path.read_bytes() if path.exists() else b"") + b"\n")
        after = content_of(mine)
        with pytest.raises(OutputError, match="in the meantime"):
            edit.write()
        assert content_of(mine) == after
        path.unlink() if "other" in name else None


@pytest.mark.slow
def test_a_write_protected_file_stays(edit_of, mine):
    path = mine / "facts" / "example-memo.yaml"
    path.chmod(0o444)
    before = content_of(mine)
    with pytest.raises(OutputError, match="write-protected"):
        edit_of().write()
    assert content_of(mine) == before
    path.chmod(0o640)
    edit_of().write()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_written_leaves_the_others_as_they_were(mine):
    (mine / "facts" / "folder.yaml").mkdir()
    before = content_of(mine)
    files = {Path("facts/a.yaml"): b"new", Path("entities/country.yaml"): b"new"}
    with pytest.raises(OutputError, match="cannot be written"):
        Edit(mine, {**files, Path("facts/folder.yaml"): b"new"}, seen(mine)).write()
    assert content_of(mine) == before


@pytest.mark.slow
def test_a_link_stays_a_link(edit_of, mine, tmp_path):
    path = mine / "facts" / "example-memo.yaml"
    real = path.rename(tmp_path / "elsewhere.yaml")
    path.symlink_to(real)
    edit_of().write()
    assert path.is_symlink()
    assert "area/e-commerce" in real.read_text("utf-8")


def test_the_files_of_windows_keep_their_line_ends(edit_of, mine):
    path = mine / "facts" / "example-memo.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    edit_of().write()
    content = path.read_bytes()
    assert b"area/e-commerce" in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_the_file_that_quotes_the_place_already_is_the_one(edit_of, mine):
    path = mine / "facts" / "example-memo.yaml"
    more = mine / "facts" / "more.yaml"
    quote, fact = example()
    more.write_text(f"document: example-memo\nevidence:\n  - quote: {quote['quote']}\n    facts:\n")
    assert edit_of(quote, fact).files.keys() == {Path("facts/more.yaml")}
    more.unlink()
    assert edit_of(quote, fact).files.keys() == {path.relative_to(mine)}
