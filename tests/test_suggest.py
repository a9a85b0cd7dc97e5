"""``taawun suggest``: what a new text offers, as a file that is accepted once it is edited."""

from __future__ import annotations

import json
import re

import pytest

from taawun.graph.errors import OutputError
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import read_collection
from taawun.loaders.editing.suggestion_file import fact_file, write_suggestion
from taawun.loaders.text.cues import Cues, stem
from taawun.loaders.text.suggestion import Suggester

NEWS = """مصر واليابان توقعان مذكرة تفاهم في مجال الذكاء الاصطناعي

وقع عمرو طلعت وزير الاتصالات وتكنولوجيا المعلومات في 12 مارس 2024 مذكرة بقيمة 3.5 مليون دولار.
وبحثت مصر والعراق تعزيز التعاون في مجال التحول الرقمي، بحضور السفير كريم شريف.
وقال المهندس سامي حلمي رئيس شركة النيل للبرمجيات إن «منصة نور» في جنوب السودان مع وزارة الاتصالات.
صورة أرشيفية
"""
TALKS = "وبحثت مصر والعراق تعزيز التعاون في مجال التحول الرقمي، بحضور السفير كريم شريف."


@pytest.fixture(scope="module")
def seeds():
    return read_collection([SEEDS])


@pytest.fixture(scope="module")
def suggester(seeds):
    return Suggester(seeds.schema, seeds.entities)


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "egypt-japan.txt"
    path.write_bytes(NEWS.encode())
    return path


@pytest.fixture
def dossier(tmp_path):
    folder = tmp_path / "dossier"
    (folder / "facts").mkdir(parents=True)
    return folder


def sentence(found, beginning):
    return next(s for s in found.sentences if s.sentence.text.startswith(beginning))


def test_everything_found_stands_at_its_offsets(suggester):
    found = suggester.suggest(NEWS)
    assert {NEWS[m.start : m.end] for m in found.mentions if m.kind == "name"} >= {
        "عمرو طلعت", "والعراق", "التحول الرقمي", "كريم شريف",
    }  # fmt: skip
    kinds = {NEWS[m.start : m.end]: m.kind for m in found.mentions}
    assert kinds["جنوب السودان"] == kinds["واليابان"] == "territory"
    assert kinds["وزارة الاتصالات"] == "shared"
    assert [d.edtf for d in found.dates] == ["2024-03-12"]
    assert [int(a.value) for a in found.amounts] == [3_500_000]
    assert [u.text for u in found.unknown] == ["سامي حلمي", "شركة النيل للبرمجيات", "منصة نور"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("فى مؤتمر المندوبين للاتحاد الدولى للاتصالات بدبى", "للاتصالات"),
        ("يونج مين يو وزير العلوم والاتصالات وتكنولوجيا المعلومات", "وتكنولوجيا المعلومات"),
        ("ووزارة المعلومات والبنية التحتية للإتصالات بجمهورية جامبيا", "والبنية التحتية للإتصالات"),
        ("السفير إيهاب طلعت المرشح لمنصب سفير مصر", "طلعت"),
    ],
)
def test_a_part_of_an_unregistered_name_is_never_chosen(suggester, text, word):
    kinds = {text[m.start : m.end]: m.kind for m in suggester.suggest(text).mentions}
    assert kinds[word] == "shared"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("مؤتمر صحفي، في مجال الاتصالات", "الاتصالات"),
        ("ووزارة الصناعة الفرنسية في مجال تكنولوجيا المعلومات", "تكنولوجيا المعلومات"),
        ("عمرو طلعت وزير الاتصالات. وأكد طلعت أهمية التعاون", "طلعت"),
        ("وقال السيسي", "السيسي"),
        ("وزارة الاتصالات وتكنولوجيا المعلومات والبريد", "والبريد"),
    ],
)
def test_a_name_that_stands_by_itself_is_chosen(suggester, text, word):
    kinds = {text[m.start : m.end]: m.kind for m in suggester.suggest(text).mentions}
    assert kinds[word] == "name"


def test_a_state_that_is_not_registered_is_shown_without_its_particles(suggester):
    text = "وزير المعلومات بجمهورية جامبيا، ووزارة الصناعة الفرنسية، وللشركة"
    names = {text[u.start : u.end] for u in suggester.suggest(text).unknown}
    assert names == {"جمهورية جامبيا", "وزارة الصناعة الفرنسية"}


def test_units_and_stages_are_no_names(suggester):
    text = "ووزارة الصناعة، نحو 5 كابلات، أكثر من عام"
    refs = {ref for m in suggester.suggest(text).mentions for ref in m.candidates}
    assert not {ref for ref in refs if ref.startswith(("unit/", "comparator/", "scheme/"))}


def test_a_cooperation_sentence_has_a_cue_and_two_parties(suggester):
    found = suggester.suggest(NEWS)
    assert sentence(found, "مصر واليابان").state == "cooperation"
    assert sentence(found, "وبحثت").state == "cooperation"
    assert sentence(found, "صورة").state == "open"
    # منظمة التعاون والتنمية is a name, and no cue.
    oecd = "تضم منظمة التعاون والتنمية في الميدان الاقتصادي مصر والعراق"
    assert suggester.suggest(oecd).sentences[0].state == "open"


def test_proposals_join_what_is_named_without_doubt(suggester):
    found = suggester.suggest(NEWS)
    assert ("country/egypt", "cooperationArea", "area/digital-transformation") in {
        (p.subject, p.predicate, p.object) for p in sentence(found, "وبحثت").proposals
    }
    named = {ref for s in found.sentences for p in s.proposals for ref in (p.subject, p.object)}
    assert not {r for r in named if r.startswith(("territory/", "ministry/"))}


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [NEWS, NEWS.replace("\n", "\r\n"), NEWS + TALKS + "\n" + TALKS])
def test_the_file_is_accepted_as_it_is_and_with_any_one_fact(suggester, few_facts, dossier, spoil):
    content = spoil.encode()
    text = fact_file(suggester.suggest(spoil), "news", suggester)
    write_suggestion(dossier, "news", content, text)
    # Each reading checks every quote: verbatim, unique, at most 300 characters.
    known = read_collection([few_facts]).facts
    assert len(read_collection([few_facts, dossier]).facts) == len(known)
    proposed = [i for i, line in enumerate(text.splitlines()) if line.startswith("      # - [")]
    assert len(proposed) >= 2
    for number in proposed:
        lines = text.splitlines()
        lines[number] = lines[number].replace("# ", "", 1)
        (dossier / "facts" / "news.yaml").write_text("\n".join(lines) + "\n", "utf-8")
        read = read_collection([few_facts, dossier])
        assert [f for f in read.facts if f.evidence[0].document == "news"]


@pytest.mark.slow
def test_every_seed_text_taken_as_new_gives_an_accepted_file(suggester, seeds, dossier):
    for slug, document in seeds.documents.items():
        text = fact_file(suggester.suggest(document.text), f"new-{slug}", suggester)
        write_suggestion(dossier, f"new-{slug}", document.text.encode(), text)
    assert len(read_collection([SEEDS, dossier]).documents) == 2 * len(seeds.documents)


@pytest.mark.slow
@pytest.mark.usefixtures("one_document_alone")
def test_a_fact_uncommented_passes_the_whole_check(run, news, dossier):
    made = run("suggest", str(news), "--collection", str(dossier), "--write")
    assert made.exit_code == 0, made.output
    path = dossier / "facts" / "egypt-japan.yaml"
    text = path.read_text("utf-8")
    wanted = "# - [country/egypt, cooperationArea, area/digital-transformation]"
    assert wanted in text
    path.write_text(text.replace(wanted, wanted[2:]), "utf-8")
    register = dossier / "documents" / "documents.yaml"
    silent = [s for s in NEWS.splitlines() if s and not s.startswith("وبحثت")]
    listed = [json.dumps({"text": s, "reason": "r"}, ensure_ascii=False) for s in silent]
    entry = register.read_text("utf-8")
    register.write_text(f"{entry}  silent: [{', '.join(listed)}]\n", "utf-8")
    checked = run("check", "--collection", str(dossier))
    assert checked.exit_code == 0, checked.output


@pytest.mark.slow
@pytest.mark.usefixtures("few_facts_alone")
def test_nothing_is_overwritten(run, news, dossier):
    facts = dossier / "facts" / "egypt-japan.yaml"
    facts.write_text("mine", "utf-8")
    with pytest.raises(OutputError, match="exists already"):
        write_suggestion(dossier, "egypt-japan", NEWS.encode(), "other")
    assert facts.read_text("utf-8") == "mine"
    assert not list((dossier / "documents").glob("*"))
    facts.unlink()
    command = ("suggest", str(news), "--collection", str(dossier), "--write")
    assert run(*command).exit_code == 0
    before = facts.read_text("utf-8")
    again = run(*command)
    assert again.exit_code == 2
    assert "already registered" in again.output
    assert facts.read_text("utf-8") == before


@pytest.mark.usefixtures("few_facts_alone")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xef\xbb\xbf" + NEWS.encode(), "byte order mark"),
        (NEWS.encode("cp1256"), "is not UTF-8"),
        (b"", "has no words"),
        (b" \n ... \n", "has no words"),
    ],
)
def test_a_text_that_cannot_be_worked_with_is_refused_with_the_reason(
    run, tmp_path, content, message
):
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    said = run("suggest", str(path))
    assert said.exit_code == 2
    assert message in said.output


@pytest.mark.usefixtures("few_facts_alone")
def test_latin_text_gets_latin_names(run, tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("Talks between Egypt and Iraq.", "utf-8")
    said = run("suggest", str(path), "--format", "csv", "--lang", "en")
    assert "country/iraq" in said.output
    assert "no Arabic letter" in said.output


def test_of_a_registered_document_the_uncovered_sentences_are_shown(run):
    said = run("suggest", "egypt-iraq-talks", "--format", "json")
    assert said.exit_code == 0, said.output
    states = {row["kind"] for row in json.loads(said.output)}
    assert "covered" in states
    assert not {"open", "cooperation"} & states


def test_a_long_text_is_looked_through_in_a_moment(suggester):
    text = "\n".join(f"{NEWS} {number}" for number in range(100)) + "ا" * 5000
    found = suggester.suggest(text)
    assert max(len(s.quote.text) for s in found.sentences) <= 300
    assert all(text[s.quote.start : s.quote.end] == s.quote.text for s in found.sentences)


@pytest.mark.usefixtures("few_facts_alone")
def test_the_table_stands_in_both_languages(run, news):
    assert (
        "جمل تذكر تعاونًا" in run("suggest", str(news), "--format", "table", "--lang", "ar").output
    )
    assert "Known names" in run("suggest", str(news), "--format", "table", "--lang", "en").output


def test_every_cue_of_the_ontology_is_found(seeds):
    cues = Cues(seeds.schema)
    # Cues of values (stages, units) are for the check of claims.
    terms = [block for block in _ontology().split("\n\n") if block.startswith("tw:")]
    words = re.findall(r'tw:cue ((?:"[^"]+"@ar[\s,]*)+)', "\n".join(terms))
    listed = [word for part in words for word in re.findall('"([^"]+)"', part)]
    assert len(listed) > 50
    assert [word for word in listed if not cues.find(word)] == []
    assert stem("الاتفاقيات") == stem("اتفاقيه")


def _ontology():
    return (SEEDS.parent / "ontology" / "cooperation.ttl").read_text("utf-8")


@pytest.mark.usefixtures("few_facts_alone")
def test_the_list_says_of_a_sentence_that_it_denies_or_that_it_depends(run, tmp_path):
    path = tmp_path / "denial.txt"
    denied = "نفى المتحدث أن مصر وقعت اتفاقية مع ليتوانيا."
    path.write_text(f"{denied}\nإذا وقعت مصر اتفاقية مع ليتوانيا تحسن الربط.\n", "utf-8")
    said = run("suggest", str(path), "--lang", "en", "--format", "csv").stdout
    assert f"{denied},denied: " in said
    assert ",conditional: " in said
