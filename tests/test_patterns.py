"""Bundles that patterns propose from Arabic news sentences, and what used to be read wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from taawun.desk.guesses import bundled
from taawun.graph.territories import nisbas, territories
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import Collection, read_collection
from taawun.loaders.editing.bundles import Batch
from taawun.loaders.editing.new_collection import new_collection
from taawun.loaders.editing.references import References
from taawun.loaders.editing.suggestion_file import batch, titles
from taawun.loaders.text.numbers import amounts, values
from taawun.loaders.text.suggestion import Suggester
from taawun.loaders.text.tokens import sentences
from taawun.messages.fault import Place
from taawun.messages.message import shortened


@pytest.fixture(scope="module")
def suggester(the_collection: Collection) -> Suggester:
    return Suggester(the_collection.schema, the_collection.entities)


def flat(value: object) -> list[object]:
    """Every mapping in an item, itself first."""
    if isinstance(value, dict):
        return [value, *(one for inner in value.values() for one in flat(inner))]
    return [one for inner in value for one in flat(inner)] if isinstance(value, list) else []


def items(suggester: Suggester, text: str) -> list[dict]:
    return [item for bundle in suggester.suggest(text).bundles for item in bundle.items]


def holders(suggester: Suggester, text: str) -> list[tuple[str, str, str]]:
    """Each person with a post, and the country of the post."""
    found = []
    for item in items(suggester, text):
        post = item.get("post") or item.get("object")
        if post and (item.get("new") == "official" or item.get("predicate") == "holds"):
            name = item.get("ar") or item["subject"]
            is_new = isinstance(post, dict)
            country = post.get("belongsToCountry", "") if is_new else ""
            country = country.get("en", "") if isinstance(country, dict) else country
            found.append((name, post["ar"] if is_new else post, country))
    return found


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        (
            "قال المهندس سامي الفارس، وزير المالية الأردني، إن بلاده توقع الاتفاق.\n"
            "وأضاف أن التمويل يبلغ 5 ملايين دولار.\nوأوضح الوزير أن العمل بدأ.\n"
            "وذكر الفارس أنه راض.\nوأعلن الناطق أن لا جديد.\nوأضاف أنه لا يعلم.",
            ["سامي الفارس"] * 4,
        ),
        ("وبحسب البنك الدولي بلغ التمويل 5 ملايين دولار.", ["البنك الدولي"]),
        ("وفي كلمته أمس، أكد عمرو طلعت أن مصر ترحب بالعراق.", ["official/amr-talaat"]),
        ("نقلت وكالة الأنباء عن عمرو طلعت أن مصر ترحب.", ["official/amr-talaat"]),
        ("بين مصر والعراق تعاون. وأضاف المشروع قيمة كبيرة.", []),
    ],
)
def test_the_speaker_is_found_and_goes_on_speaking(suggester, text, speakers):
    found = suggester.suggest(text).speeches
    assert [one.speaker.ref or one.speaker.name for one in found] == speakers


def test_what_a_registered_speaker_says_is_reported_and_a_post_is_not(suggester):
    text = (
        "وقال عمرو طلعت وزير الصناعة إن مصر وقعت مع السودان مذكرة تفاهم بقيمة 5 ملايين دولار.\n"
        "وأضاف أن مصر لن توقع مع العراق اتفاقية في مجال الأمن السيبراني."
    )
    said = [item for item in items(suggester, text) if "statedBy" in item]
    assert {item["statedBy"] for item in said} == {"official/amr-talaat"}
    assert {item["new"]: item["modality"] for item in said}["agreement"] in ("reported", "denied")
    assert all(item.get("predicate") != "holds" for item in said)
    sentences = suggester.suggest(text).sentences
    assert [one.said["modality"] for one in sentences] == ["reported", "denied"]
    assert [one.said["statedBy"] for one in sentences] == ["official/amr-talaat"] * 2


def test_companies_of_a_list_have_a_form(suggester):
    text = "ونفذت المشروع الشركات المصرية وهي (الأهرام للنظم) و(Delta Soft)."
    found = [one for one in bundled(suggester.suggest(text)) if one["kind"] == "company"]
    assert [(one["item"]["ar"], one["item"]["en"]) for one in found] == [
        ("الأهرام للنظم", ""), ("", "Delta Soft"),
    ]  # fmt: skip
    assert {one["item"]["country"] for one in found} == {"country/egypt"}
    assert len({one["key"] for one in found}) == 2


@pytest.mark.parametrize(
    ("text", "name", "post", "country"),
    [
        (
            "التقى المهندس سامي الفارس، وزير المالية الأردني، بعثة البنك.",
            "سامي الفارس", "وزير المالية", "Jordan",
        ),
        (
            "قال وزير النقل الكيني الدكتور بيتر موانغي إن الخط جاهز.",
            "بيتر موانغي", "وزير النقل", "Kenya",
        ),
        (
            "وقالت هدى النمر وزيرة التعليم التونسية إن المنصة جاهزة.",
            "هدى النمر", "وزيرة التعليم", "Tunisia",
        ),
        (
            "حضر نظيره الياباني السيد كينجي موري وزير الاقتصاد الرقمي.",
            "كينجي موري", "وزير الاقتصاد الرقمي", "Japan",
        ),
        (
            "افتتح السيد طارق سالم، رئيس مجلس إدارة شركة الأفق، المقر.",
            "طارق سالم", "رئيس مجلس إدارة شركة الأفق", "",
        ),
    ],
)  # fmt: skip
def test_a_person_beside_a_post_holds_it(suggester, text, name, post, country):
    assert (name, post, country) in holders(suggester, text)


def test_an_agreement_has_its_sides_signers_areas_amounts_and_deadline(suggester):
    text = (
        "وقعت وزارة الاتصالات وتكنولوجيا المعلومات مذكرة تفاهم مع شركة «المدار» الكورية الجنوبية"
        " في مجال الأمن السيبراني بقيمة 12 مليون دولار على أن تنفذ بحلول عام 2027.\n"
        "ووقع المذكرة عن الجانب الكوري الجنوبي كيم جون سو مدير شركة المدار."
    )
    first = next(item for item in items(suggester, text) if item.get("new") == "agreement")
    assert first["kind"] == "memorandum-of-understanding"
    assert first["stage"] == "signed"
    assert first["signatory"][0] == "ministry/egypt-mcit"
    assert first["signatory"][1]["belongsToCountry"]["iso3"] == "KOR"
    assert first["area"] == ["area/cybersecurity"]
    assert [(a["value"], a["unit"]) for a in first["amounts"]] == [("12000000", "us-dollar")]
    assert first["deadline"] == "2027"
    later = items(suggester, text)[-1]
    assert later["ar"] == first["ar"]
    signer = later["signatory"][-1]
    assert signer["object"]["ar"] == "كيم جون سو"
    assert signer["onBehalfOf"]["iso3"] == "KOR"


@pytest.mark.parametrize(
    ("words", "value", "unit"),
    [
        ("إن الكابل يمتد 300 كيلومتر بين البلدين", "300", "kilometre"),
        ("أنشأت شركة الأفق محطة بطاقة 50 ميجاوات", "50", "megawatt"),
        ("بدأت جامعة المنار تدريب 400 متدرب", "400", "trainee"),
        ("أقامت شركة الأفق المقر بتكلفة 3 ملايين يورو", "3000000", "eur"),
    ],
)
def test_a_quantity_is_a_figure_of_what_stands_before_it(suggester, words, value, unit):
    found = [item for item in items(suggester, words) if item.get("new") == "figure"]
    assert [(item["value"], item["unit"]) for item in found] == [(value, unit)]
    assert found[0]["of"]["ar"]


def test_visits_delegations_meetings_and_companies_in_a_list(suggester):
    text = (
        "زار المهندس سليم العامري وزير الاتصالات العماني مصر على رأس وفد"
        " خلال الفترة من 3 إلى 5 مايو.\n"
        "واستقبل الدكتور عمرو طلعت وزير الاتصالات وتكنولوجيا المعلومات السيد سليم العامري وزير"
        " الاتصالات العماني.\n"
        "وكانت الشركات العمانية المشاركة هي (أفق مسقط) و(Muscat Net)."
    )
    found = items(suggester, text)
    visit = next(item for item in found if item.get("kind") == "visit")
    assert (visit["place"], visit["date"]) == ("country/egypt", "XXXX-05-03/XXXX-05-05")
    delegation = next(item for item in found if item.get("new") == "delegation")
    assert delegation["headedBy"]["ar"] == "سليم العامري"
    meeting = next(item for item in found if item.get("kind") == "meeting")
    assert meeting["participant"][0] == "official/amr-talaat"
    companies = [item for item in found if item.get("new") == "enterprise"]
    assert [one["ar"] or one["en"] for one in companies] == ["أفق مسقط", "Muscat Net"]
    assert {one["belongsToCountry"]["iso3"] for one in companies} == {"OMN"}


@pytest.mark.parametrize("lead", ["من المقرر أن يتم", "سيتم", "تعتزم الوزارة"])
def test_what_is_to_be_signed_is_planned(suggester, lead):
    text = f"{lead} توقيع اتفاقية بين مصر والعراق في بغداد."
    found = [item for item in items(suggester, text) if item.get("new") == "agreement"]
    assert [item["modality"] for item in found] == ["planned"]
    assert found[0]["party"] == ["country/egypt", "country/iraq"]


def test_a_denial_is_no_agreement(suggester):
    found = items(suggester, "لم توقع مصر اتفاقية مع العراق.")
    assert all(item.get("modality") == "denied" for item in found if item.get("new") == "agreement")


#: Sentences of the kinds that the patterns read, in our own words.
NEWS = """\
وقعت الشركة المصرية للاتصالات اتفاقية مع شركة «نور» السنغافورية بقيمة 7 ملايين دولار لمد كابل بحري.
وقال المهندس باسم رضوان، الرئيس التنفيذي لشركة نور، إن الكابل يمتد 900 كيلومتر.
التقى السفير كريم وهبي سفير مصر في سنغافورة مع السيدة ليلى تان وزيرة الاتصالات السنغافورية.
ومن المقرر أن يتم توقيع مذكرة تفاهم بين جامعة المنار ومعهد تكنولوجيا المعلومات في مجال التدريب.
"""


def test_the_rows_of_a_text_are_added_as_they_are(tmp_path):
    folder = tmp_path / "mine"
    new_collection(folder)
    (folder / "documents" / "news.txt").write_text(NEWS, "utf-8")
    known = read_collection([SEEDS])
    suggester = Suggester(known.schema, known.entities)
    rows = list(batch(suggester.suggest(NEWS), "news", suggester))
    assert len(rows) >= 5
    assert yaml.safe_load(yaml.safe_dump(rows, allow_unicode=True)) == rows
    read = Batch(References(known))
    read.read((Place("rows", n), row) for n, row in enumerate(rows, 1))
    assert len(read.facts) > 12
    names = [one.reference for one in read.entities]
    assert len(names) == len(set(names))
    for one in read.facts:
        for part in one.quote["quote"].split(" […] "):
            assert part in NEWS


def test_suggest_writes_rows_that_add_batch_takes(run, tmp_path):
    folder = tmp_path / "mine"
    new_collection(folder)
    text = tmp_path / "news.txt"
    text.write_text(NEWS, "utf-8")
    common = ("--collection", str(folder))
    said = run("add", "document", str(text), "--title-ar", "خبر", "--title-en", "News", *common)
    assert said.exit_code == 0, said.output
    said = run("suggest", "news", "--batch", str(tmp_path / "rows.yaml"), *common)
    assert said.exit_code == 0, said.output
    said = run("add", "batch", str(tmp_path / "rows.yaml"), *common)
    assert said.exit_code == 0, said.output
    assert "does not name" not in said.stderr


# Adjectives of countries.


def test_every_sovereign_country_has_an_adjective():
    from taawun.graph.territories import _written

    lacking = [
        t.names[0] for t in territories()
        if t.iso3 and not list(nisbas((t.names[0], *t.names[2:]))) and not t.names[0].startswith(
            ("جزر", "جزيرة", "سان", "سانت"))
    ]  # fmt: skip
    # Territories without people, or without an adjective of their own.
    assert set(lacking) <= {
        "غويانا الفرنسية", "جبل طارق", "جورجيا الجنوبية وجزر ساندويتش الجنوبية",
        "الإقليم البريطاني في المحيط الهندي", "بولينيزيا الفرنسية", "سفالبارد وجان ماين",
        "تريستان دا كونا", "الأقاليم الجنوبية الفرنسية", "دييغو غارسيا", "هولندا الكاريبية",
    }  # fmt: skip
    codes = {t.code for t in territories()}
    assert _written().keys() <= codes


def test_adjectives_of_unregistered_countries_are_found_and_common_words_are_not(suggester):
    def found(text: str) -> set[str]:
        return {
            c
            for m in suggester.suggest(text).mentions
            if m.kind == "adjective"
            for c in m.candidates
        }

    assert found("الوفد الكيني والجانب الكوري الجنوبي والخبراء الألمان") >= {
        "territory/KE", "territory/KR",
    }  # fmt: skip
    assert found("الشركات الألمانية") == {"territory/DE"}
    assert found("الدعم المالي والوضع المالي") == set()
    assert found("الجانب المالي") == {"territory/ML"}
    assert found("تركي الفيصل ورأفت هندي") == set()


# What used to be read wrong.


@pytest.mark.parametrize("country", ["الليبي", "المغربي", "الكيني", "السعودي"])
@pytest.mark.parametrize("area", ["البريد", "الاتصالات"])
def test_an_area_with_a_nationality_is_the_name_of_a_body(suggester, area, country):
    found = suggester.suggest(f"بحث التعاون مع {area} {country} في مجال {area}.")
    kinds = [m.kind for m in found.mentions if m.candidates[0].startswith("area/")]
    assert kinds[0] == "shared"
    assert kinds[-1] == "name"


@pytest.mark.parametrize(
    "text",
    [
        "التقى الوزير ممثلي شركة (ايه.تي. اند تي) الأمريكية",
        "قال د. محمد صالح إن المنصة جاهزة",
        "حضر م. سامي و د. هدى الجلسة",
        "مثلت شركة Nile Co. Ltd. الجانب الآخر",
    ],
)
def test_an_abbreviation_ends_no_sentence(text):
    found = [s.text for s in sentences(f"{text}. وانتهى اللقاء. ثم عاد.")]
    assert found == [f"{text}.", "وانتهى اللقاء.", "ثم عاد."]


@pytest.mark.parametrize("number", ["3.5", "2020", "١٢"])
def test_a_number_may_end_a_sentence(number):
    assert len(sentences(f"بلغ العدد {number}. وأضاف الوزير كلمة.")) == 2


@pytest.mark.parametrize("part", ["ربع", "نصف"])
@pytest.mark.parametrize("which", ["الأول", "الثاني", "الثالث", "الرابع", "الأخير"])
@pytest.mark.parametrize("clitic", ["ال", "وال", "بال", "لل"])
def test_a_part_of_a_year_is_no_fraction(part, which, clitic):
    text = f"خلال {clitic}{part} {which}"
    assert Decimal("0.25") not in values(text)
    assert Decimal("0.5") not in values(text)
    assert not [a for a in amounts(text) if a.kind == "fraction"]


def test_fractions_are_still_read():
    assert Decimal("0.25") in values("ربع السكان")
    assert Decimal(250000) in values("ربع مليون مواطن")
    assert Decimal("1500000") in values("مليون ونصف المليون")


@pytest.mark.parametrize("of", ["الأردني", "السوداني", "بالعراق", "في ليبيا", "الكيني"])
def test_a_title_of_another_country_is_not_taken_for_ours(suggester, of):
    title = "وزير الاتصالات وتكنولوجيا المعلومات"
    for text in (f"التقى {title} {of} الوفد.",):
        kinds = [
            m.kind for m in suggester.suggest(text).mentions
            if "post/egypt-minister-cit" in m.candidates
        ]  # fmt: skip
        assert kinds == ["shared"]
    own = suggester.suggest(f"التقى {title} المصري الوفد.")
    assert [m.kind for m in own.mentions if m.candidates[0] == "post/egypt-minister-cit"] == [
        "name"
    ]


def test_a_title_is_cut_between_words():
    line = "مباحثات موسعة لتعزيز التعاون المشترك " * 8
    title = titles("x", line.encode())["ar"]
    assert len(title) <= 120
    assert title.endswith("…")
    assert set(title.removesuffix("…").split()) <= set(line.split())


@pytest.mark.parametrize("most", range(1, 40))
def test_a_shortened_text_has_whole_words_and_fits(most):
    text = "مباحثات مصرية عراقية لتعزيز التعاون"
    short = shortened(text, most)
    assert len(short) <= max(most, 1)
    if " " in short:
        assert text.startswith(short.removesuffix("…"))
        assert set(short.removesuffix("…").split()) <= set(text.split())


def test_the_labels_of_the_benchmark_name_what_is_registered(the_collection):
    path = Path(__file__).parent.parent / "benchmarks" / "patterns.yaml"
    labels = yaml.safe_load(path.read_text("utf-8"))
    assert {label["use"] for label in labels.values()} == {"rules", "measuring"}
    known = {*the_collection.entities, *the_collection.schema.concepts}
    slugs = {ref.partition("/")[0] for ref in known}
    codes = {f"territory/{t.code}" for t in territories()}
    for label in labels.values():
        for fact in (*label["facts"], *label.get("also", ())):
            subject, predicate, value = fact.split(" ; ")
            assert predicate in the_collection.schema.properties
            for name in (*subject.split(" | "), *value.split(" | ")):
                for part in name.split():
                    if part.partition("/")[0] in slugs:
                        assert part in known, fact
                    if part.startswith("territory/"):
                        assert part in codes, fact


def test_a_country_that_nobody_knows_is_a_side(suggester):
    text = "وقعت مصر ومملكة النموذج اتفاقية في مجال البريد. واجتمعت مصر وجمهورية العراق.\n"
    found = suggester.suggest(text)
    assert [(body.text, body.kind) for body in found.bodies] == [("مملكة النموذج", "country")]
    ((item, *_), *_) = [bundle.items for bundle in found.bundles]
    assert "country/egypt" in item["signatory"]
    assert any("مملكة النموذج" in str(side) for side in item["signatory"])
