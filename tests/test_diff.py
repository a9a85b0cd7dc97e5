"""Two states of the graph compared: dumps, builds, collections and git revisions."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result

from taawun.loaders.builds.build import build

SOUND = Path(__file__).parent / "collections" / "sound"
MEMO = "memorandum-of-understanding/egypt-lithuania"
STATUS = f"""\
- fact: [{MEMO}, signatory, country/lithuania]
  recordStatus: disputed
  statusReason: Two readings.
  statusDate: 2026-11-25
"""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@y", *arguments],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A copy of the sound collection in a git repository, its first revision."""
    folder = Path(shutil.copytree(SOUND, tmp_path / "work" / "mine"))
    git(tmp_path / "work", "init", "-q")
    git(tmp_path / "work", "add", "-A")
    git(tmp_path / "work", "commit", "-qm", "first")
    return folder


@pytest.fixture
def compare(mine: Path, run) -> Callable[..., Result]:
    """Compares states of the collection in English, without the bundled one under it."""

    def call(*arguments: str) -> Result:
        common = ("--collection", str(mine), "--alone", "--lang", "en", "--format", "table")
        return run("diff", *common, *arguments)

    return call


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "facts" / "talks.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_nothing_changed_is_exit_0(compare):
    said = compare("git:HEAD")
    assert (said.exit_code, said.output.strip()) == (0, "Nothing changes.")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            f"      - [{MEMO}, stage, stage/signed]\n",
            f"      - [{MEMO}, stage, stage/signed]\n      - [{MEMO}, stage, stage/in-force]\n",
            ["Facts added: 1", "in force"],
            id="added",
        ),
        pytest.param(
            "      - [meeting/signing, attendee, official/ahmed-ali]\n",
            "",
            ["Facts removed: 1", "Derived facts removed"],
            id="removed",
        ),
        pytest.param(
            "modality: inferred, note: The text names one minister.",
            "modality: expected",
            ["Facts with other qualifiers: 1", "(inferred)", "(expected)"],
            id="qualifier",
        ),
        pytest.param(
            "The text names one minister.",
            "There is one minister.",
            ["Facts with a changed status, note or quote: 1", "note before: The text names one"],
            id="note",
        ),
        pytest.param(
            "quote: وقّعت مصر وليتوانيا مذكرة تفاهم",
            "quote: وقّعت مصر وليتوانيا مذكرة",
            ["Facts with a changed status, note or quote: 3", "quote before: «وقّعت مصر"],
            id="evidence",
        ),
    ],
)
def test_what_changed_is_told_by_its_kind(old, new, told, mine, compare):
    edit(mine, old, new)
    said = compare("git:HEAD")
    assert said.exit_code == 1
    for words in told:
        assert words in said.output, said.output


def test_a_change_of_status_is_told_in_both_languages(mine, compare):
    (mine / "facts" / "status.yaml").write_text(STATUS)
    assert "status: asserted → disputed" in compare("git:HEAD").output
    assert "الحالة: معتمدة ← محل خلاف" in compare("git:HEAD", "--lang", "ar").output
    found = json.loads(compare("git:HEAD", "--format", "json").output)
    (altered,) = found["facts"]["altered"]
    assert [altered[x]["recordStatus"] for x in ("before", "after")] == ["asserted", "disputed"]
    (mine / "facts" / "status.yaml").write_text(STATUS.replace("Two", "Three"))
    git(mine, "add", "-A")
    git(mine, "commit", "-qm", "second")
    (mine / "facts" / "status.yaml").write_text(STATUS)
    assert "reason before: Three readings." in compare("git:HEAD").output
    rows = compare("git:HEAD~1", "git:HEAD", "--format", "csv").output.splitlines()
    assert [row.partition(",")[0] for row in rows] == ["change", "before", "after"]
    said = compare("git:HEAD~1", "--format", "markdown", "--lang", "ar").output
    assert "مقرَّر في النص; معتمدة; «" in said
    assert "مقرَّر في النص; محل خلاف; «" in said
    assert "asserted" not in said


def test_a_requalified_fact_is_paired_for_programs(mine, compare):
    edit(mine, "when: '2021'", "when: '2020'")
    found = json.loads(compare("git:HEAD", "--format", "json").output)
    (pair,) = found["facts"]["requalified"]
    assert pair["before"] == found["facts"]["removed"][0]["fact"]
    assert pair["after"] == found["facts"]["added"][0]["fact"]


def test_revisions_are_read_without_touching_the_checkout(mine, compare):
    edit(mine, f"      - [{MEMO}, signatory, country/lithuania]\n", "")
    (mine / "facts" / "untracked.yaml").write_text("")
    before, status = tree(mine.parent), git(mine, "status", "--porcelain")
    assert compare("HEAD", "git:HEAD").exit_code == 0
    assert (tree(mine.parent), git(mine, "status", "--porcelain")) == (before, status)


def test_gits_own_variables_name_no_other_repository(compare, monkeypatch, tmp_path):
    git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert compare("HEAD").exit_code == 0


def test_a_collection_is_compared_from_within(mine, run, monkeypatch):
    edit(mine, "when: '2021'", "when: '2020'")
    monkeypatch.chdir(mine)
    said = run("diff", "HEAD", "--alone", "--format", "markdown")
    assert said.exit_code == 1
    assert said.output.count("| fact |") == 2


@pytest.mark.slow
@pytest.mark.usefixtures("example_alone")
def test_dumps_builds_and_folders_are_states_too(example_build, mine, run, tmp_path):
    env = {"TAAWUN_CACHE": str(example_build.path.parent)}
    dump = tmp_path / "old.nq"
    shutil.copy(example_build.dump, dump)
    names = [str(dump), str(example_build.path), example_build.path.name]
    for name in names:
        assert run("diff", names[0], name, env=env).exit_code == 0, name
    assert run("diff", str(dump), env=env).exit_code == 0, "the present build"
    lines = dump.read_text("utf-8").splitlines()
    lost = next(line.split()[0] for line in lines if "#recordStatus" in line)
    dump.write_text("\n".join(line for line in lines if lost not in line), "utf-8")
    said = run("diff", str(dump), str(example_build.path), "--format", "table", env=env)
    assert (said.exit_code, "Facts added: 1" in said.output) == (1, True)
    said = run("diff", str(mine), str(SOUND), "--alone")
    assert said.exit_code == 0


def test_the_questions_that_answer_otherwise_are_told_if_asked_for(mine, compare):
    edit(mine, f"      - [{MEMO}, signatory, country/lithuania]\n", "")
    assert "Questions whose answers change" not in compare("HEAD").output
    assert "agreement-signatories" in compare("HEAD", "--answers").output


def test_a_derived_fact_is_called_so_in_both_languages(mine, compare):
    edit(mine, f"      - [{MEMO}, signatory, country/lithuania]\n", "")
    for language, name in (("en", "derived"), ("ar", "مشتقة بقاعدة")):
        rows = compare("HEAD", "--format", "tsv", "--lang", language).output.splitlines()
        details = [row.split("\t")[-1] for row in rows if row.startswith("removed\tderived\t")]
        assert {text.partition(";")[0] for text in details} == {name}


@pytest.mark.parametrize(
    "name",
    ["nothing", "git:", "git:nothing", "git:--output=x", "git:HEAD^9", "HEAD:mine", "0" * 16, "/"],
)
def test_what_is_no_state_is_refused(name, compare, mine):
    before = tree(mine.parent)
    said = compare(name)
    assert said.exit_code == 2
    assert "is not a file, a folder, a build or a revision" in said.stderr
    assert tree(mine.parent) == before


def test_trouble_is_told_and_is_exit_2(mine, compare, run, tmp_path):
    (tmp_path / "bad.nq").write_text("no quads")
    said = compare(str(tmp_path / "bad.nq"))
    assert (said.exit_code, "cannot be read as N-Quads" in said.stderr) == (2, True)
    outside = shutil.copytree(SOUND, tmp_path / "outside")
    said = run("diff", "HEAD", "--collection", str(outside))
    assert (said.exit_code, "is not in a git repository" in said.stderr) == (2, True)
    said = run("diff", "HEAD")
    assert (said.exit_code, "name its collection" in said.stderr) == (2, True)
    (mine.parent / "later").mkdir()
    (mine.parent / "later" / "facts").mkdir()
    said = run("diff", "HEAD", "--collection", str(mine.parent / "later"))
    assert (said.exit_code, "later did not exist" in said.stderr) == (2, True)
    edit(mine, "signatory, country/egypt", "signatory, country/egipt")
    git(mine, "commit", "-qam", "a fault")
    said = compare("HEAD~1", "HEAD")
    assert said.exit_code == 2
    assert "unknown entity “country/egipt”" in said.stderr


def test_a_link_out_of_the_repository_is_not_followed(mine, compare):
    (mine / "facts" / "more.yaml").symlink_to("/etc/hostname")
    git(mine, "add", "-A")
    git(mine, "commit", "-qm", "a link")
    (mine / "facts" / "more.yaml").unlink()
    said = compare("HEAD")
    assert said.exit_code == 2
    assert "more.yaml is a link" in said.stderr
    assert "hostname" not in said.output


@pytest.mark.slow
@pytest.mark.usefixtures("example_alone")
def test_a_build_that_is_compared_is_not_deleted_by_new_ones(tmp_path):
    """Five collections: the first one's build, asked for again, outlives the second one's."""
    cache = tmp_path / "cache"
    folders = []
    for number in range(5):
        (tmp_path / str(number) / "queries").mkdir(parents=True)
        folders.append(tmp_path / str(number))
    first, second, *_ = [build([folder], cache=cache) for folder in folders[:4]]
    assert build([folders[0]], cache=cache).path == first.path
    build([folders[4]], cache=cache)
    assert first.path.is_dir()
    assert not second.path.is_dir()
