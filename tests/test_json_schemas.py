"""The JSON Schemas for editors: they accept what the loaders accept, and know what they know."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from taawun.loaders.collection import SEEDS, read_collection
from taawun.loaders.documents import DOCUMENT_KEYS, SPAN_KEYS
from taawun.loaders.editing.json_schemas import json_schemas
from taawun.loaders.editing.new_collection import TEMPLATE, new_collection
from taawun.loaders.entities import ALIAS_KEYS, ENTITY_KEYS
from taawun.loaders.files.fact_files import ENTRY_KEYS, FACT_KEYS

HERE = Path(__file__).parent
FILES = sorted(
    path
    for folder in (SEEDS, TEMPLATE, HERE / "collections" / "sound")
    for path in folder.rglob("*.yaml")
)


class Loader(yaml.SafeLoader):
    """YAML as editors read it: dates are text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, test) for tag, test in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.fixture(scope="module")
def schemas(the_collection):
    """The schemas of the bundled collection."""
    return json_schemas(the_collection)


@pytest.fixture(scope="module")
def faults_of(schemas):
    """What a schema finds in the text of a YAML file, as messages."""

    def faults(kind: str, text: str, of: dict | None = None) -> list[str]:
        data = yaml.load(text, Loader=Loader)
        validator = jsonschema.Draft7Validator((of or schemas)[f"{kind}.json"])
        return [error.message for error in validator.iter_errors(data)]

    return faults


def test_they_are_schemas_and_the_same_every_time(schemas, the_collection):
    assert len(schemas) == 3
    for schema in schemas.values():
        jsonschema.Draft7Validator.check_schema(schema)
    assert json.dumps(schemas) == json.dumps(json_schemas(the_collection))


def test_there_are_files():
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda p: "/".join(p.parts[-3:]))
def test_every_file_that_the_loaders_accept_is_accepted(path, faults_of):
    own = None
    if not path.is_relative_to(SEEDS):
        # A schema knows the entities that it was made with.
        below = [SEEDS] if path.is_relative_to(TEMPLATE) else []
        own = json_schemas(read_collection([*below, path.parent.parent]))
    assert faults_of(path.parent.name, path.read_text("utf-8"), own) == []


def test_they_have_every_key_of_the_loaders(schemas):
    entry = schemas["facts.json"]["definitions"]["entry"]
    fact = schemas["facts.json"]["definitions"]["fact"]["else"]
    (entity,) = schemas["entities.json"]["patternProperties"].values()
    (document,) = schemas["documents.json"]["patternProperties"].values()
    for mapping, keys in (
        (entry, ENTRY_KEYS),
        (fact, FACT_KEYS),
        (entity, ENTITY_KEYS),
        (document, DOCUMENT_KEYS),
        (schemas["entities.json"]["definitions"]["alias"], ALIAS_KEYS),
        (schemas["documents.json"]["definitions"]["span"], SPAN_KEYS),
    ):
        assert mapping["properties"].keys() == keys
        for value in mapping["properties"].values():
            arabic, _, english = value["description"].partition(" · ")
            assert arabic
            assert english


def fact_file(*facts, quote="وقعت مصر", more=""):
    lines = "".join(f"      - {fact}\n" for fact in facts)
    return f"document: talks\nevidence:\n  - quote: {quote}\n{more}    facts:\n{lines}"


SOUND = "[agreement/postal-ecommerce-libya, area, area/postal-services]"


@pytest.mark.parametrize(
    "text",
    [
        fact_file(SOUND),
        fact_file("[rank/egypt-ai-readiness, rank, 17]", "[visit/amr-talaat-lithuania, heldOn, x]"),
        fact_file(more="    modality: planned\n    context: [one, two]\n"),
        fact_file(
            "{subject: rank/egypt-ai-readiness, predicate: area, object: area/health, when: 2024}"
        ),
        "- {fact: 0123456789abcdef, recordStatus: retracted, statusReason: r, statusDate: x}\n",
        f"- {{fact: {SOUND}, recordStatus: disputed}}\n",
        "# nothing but comments\n",
    ],
)
def test_what_a_curator_writes_is_accepted(text, faults_of):
    assert faults_of("facts", text) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("facts", fact_file(SOUND.replace("area,", "aria,"))),
        ("facts", fact_file("[country/egypt, cooperatesWith, country/iraq]")),
        ("facts", fact_file("[country/egypt, area]")),
        ("facts", fact_file("[مصر, area, area/postal-services]")),
        ("facts", fact_file("[country/egipt, area, area/postal-services]")),
        ("facts", fact_file("{subject: country/of-mine, predicate: area, object: x}")),
        ("facts", fact_file("[country/egypt, value, 17]")),
        ("facts", fact_file("{subject: country/egypt, predicate: heldOn, object: 2024-03}")),
        ("facts", fact_file("[official/amr-talaat, signatory, country/egypt]")),
        ("facts", fact_file("[country/egypt, area, area/postal-servces]")),
        ("facts", fact_file("{subject: country/egypt, predicate: area}")),
        ("facts", fact_file(SOUND, more="    modality: planed\n")),
        ("facts", fact_file(SOUND, more="    quot: x\n")),
        ("facts", fact_file(SOUND, quote=f"'{'ا' * 301}'")),
        ("facts", fact_file(SOUND, quote="''")),
        ("facts", fact_file(SOUND).replace("document:", "documents:")),
        ("facts", "document: talks\n"),
        ("facts", "- {fact: 0123456789abcdef}\n"),
        ("facts", "- {fact: 0123456789abcdef, recordStatus: gone}\n"),
        ("entities", "country/x: {ar: س}\n"),
        ("entities", "kountry/x: {ar: س, en: X}\n"),
        ("entities", "fact/x: {ar: س, en: X}\n"),
        ("entities", "Country/X: {ar: س, en: X}\n"),
        ("entities", "country/x: {ar: س, en: X, names: [y]}\n"),
        ("entities", "country/x: {ar: س, en: X, types: [nothing]}\n"),
        ("entities", "country/x: {ar: س, en: X, also: [{name: y}]}\n"),
        ("documents", "talks: {file: talks.txt, ar: س, en: X}\n"),
        ("documents", "talks: {file: talks.pdf, sha256: x, ar: س, en: X}\n"),
        ("documents", "Talks: {}\n"),
    ],
)
def test_what_the_loaders_would_refuse_by_its_form_is_refused(kind, text, faults_of):
    assert faults_of(kind, text)


def test_predicates_and_entities_are_proposed_with_their_names(schemas):
    predicates = schemas["facts.json"]["definitions"]["predicate"]
    told = dict(zip(predicates["enum"], predicates["enumDescriptions"], strict=True))
    assert told["signatory"] == "الطرف الموقِّع · signatory"
    assert not {"evidence", "modality", "cooperatesWith", "signatoryOf"} & told.keys()
    entities = schemas["facts.json"]["definitions"]["entity"]
    told = dict(zip(entities["enum"], entities["enumDescriptions"], strict=True))
    assert told["country/iraq"] == "العراق · Iraq"
    assert "stage/signed" in told


@pytest.mark.slow
def test_new_writes_them_and_schemas_writes_them_anew(run, tmp_path):
    new_collection(tmp_path / "mine", with_example=True)
    facts = tmp_path / "mine" / "schemas" / "facts.json"
    assert "country/example-republic" in facts.read_text("utf-8")
    before = {path.name: path.read_bytes() for path in facts.parent.iterdir()}
    settings = json.loads((tmp_path / "mine" / ".vscode" / "settings.json").read_text())
    assert {Path(name).name for name in settings["yaml.schemas"]} == before.keys()
    (tmp_path / "mine" / "entities" / "city.yaml").write_text("city/x: {ar: مدينة س, en: X}\n")
    said = run("schemas", "--collection", str(tmp_path / "mine"))
    assert said.exit_code == 0, said.output
    assert "city/x" in facts.read_text("utf-8")
    assert (
        json.loads(facts.read_text("utf-8"))
        == json_schemas(read_collection([SEEDS, tmp_path / "mine"]))["facts.json"]
    )
    for path in (tmp_path / "mine").rglob("*.yaml"):
        modeline = path.read_text("utf-8").splitlines()[0]
        if "$schema=" in modeline:
            assert (path.parent / modeline.partition("=")[2]).is_file()
