"""Every code that the program can say has its words in both languages, and none is left over."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from taawun.messages.message import LANGUAGES, LOCALE, Message, forms, say

ROOT = Path(__file__).parent.parent
OTHERS = {"benchmarks", "build", "docs", "tests", ".venv"}
FILES = sorted(p for p in ROOT.rglob("*.py") if p.relative_to(ROOT).parts[0] not in OTHERS)
#: What takes a code, and at which place; the names of arguments that are no parts.
TAKERS = {"Message": 0, "say": 0, "fault": 0, "at": 1}
NO_PARTS = {"check", "remedy"}
#: A code of ours; what other programs say stands in the catalogues under their own words.
CODE = re.compile(r"[a-z0-9]+(?:[-.][A-Za-z0-9_]+)*")


def read(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "taawun.po").open("rb") as file:
        return read_po(file, locale=language, domain="taawun")


CATALOGUES = {language: read(language) for language in LANGUAGES}


def texts(catalogue: Catalog, code: str) -> list[str]:
    found = catalogue[code]
    return [found.string] if isinstance(found.string, str) else list(found.string)


def codes(language: str) -> set[str]:
    found = (m.id if isinstance(m.id, str) else m.id[0] for m in CATALOGUES[language] if m.id)
    return {code for code in found if CODE.fullmatch(code)}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def wanted(code: str) -> set[str]:
    """The parts that the words of a code and of its remedy name, in either language."""
    both = [c for c in (code, f"{code}.remedy") if c in codes("en")]
    return {
        name
        for language in LANGUAGES
        for item in both
        for text in texts(CATALOGUES[language], item)
        for name in placeholders(text)
    }


def calls() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Each call that takes a code: where it stands, the call, and the code."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            number = TAKERS.get(name, 0 if name.endswith("Error") else None)
            if number is not None and len(node.args) > number:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node, node.args[number]


def literals(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return [*literals(body), *literals(orelse)]
    return []


def mentioned() -> tuple[set[str], set[str]]:
    """Every text in the code that reads like a code, and every beginning of one."""
    whole, begun = set(), set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begun.add(node.values[0].value)
    for path in [*ROOT.glob("*/**/assets/*.html"), *ROOT.glob("*/assets/*.js")]:
        text = path.read_text("utf-8")
        whole |= set(re.findall(r"[\"']([a-z][\w.-]*)[\"']", text))
        begun |= set(re.findall(r"[`\"]([a-z][\w-]*-)(?=\$\{|\" ~)", text))
    return whole, {text for text in begun if CODE.fullmatch(text.rstrip("-."))}


def test_both_catalogues_have_the_same_codes() -> None:
    assert len(codes("en")) > 300
    assert codes("ar") == codes("en")
    untold = [c for lang in LANGUAGES for c in codes(lang) if not all(texts(CATALOGUES[lang], c))]
    assert untold == []


def test_both_languages_name_the_same_parts() -> None:
    different = {}
    for code in codes("en"):
        named = [
            set.union(*map(placeholders, texts(CATALOGUES[language], code))) - {"count"}
            for language in LANGUAGES
        ]
        if named[0] != named[1]:
            different[code] = named
    assert different == {}


def test_every_code_that_is_raised_has_words_and_gets_the_parts_that_they_name() -> None:
    wrong = []
    seen = 0
    for place, call, argument in calls():
        given = {word.arg for word in call.keywords if word.arg} - NO_PARTS
        is_open = any(word.arg is None for word in call.keywords)
        for code in literals(argument):
            if not CODE.fullmatch(code):
                continue
            seen += 1
            if code not in codes("en"):
                wrong.append(f"{place}: no words for {code}")
            elif not is_open and given != wanted(code):
                wrong.append(f"{place}: {code} has {sorted(wanted(code))}, gets {sorted(given)}")
    assert seen > 200
    assert wrong == []


def test_no_catalogue_has_a_code_that_the_program_never_says() -> None:
    whole, begun = mentioned()
    unused = [
        code
        for code in sorted(codes("en"))
        if code not in whole
        and code.removesuffix(".remedy") not in whole
        and not any(code.startswith(start) for start in begun)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_text(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, CATALOGUES[language])
    stored = (LOCALE / language / "LC_MESSAGES" / "taawun.mo").read_bytes()
    assert stored == compiled.getvalue(), "run make messages"


def test_a_list_keeps_the_commas_and_the_words_and_or_in_its_items() -> None:
    names = ["Trade, Aid and Co", "a or b"]
    assert say("did-you-mean", "en", names=names) == "did you mean Trade, Aid and Co or a or b?"
    assert say("did-you-mean", "ar", names=names) == "هل تقصد Trade, Aid and Co أو a or b؟"


def test_the_plural_forms_of_a_code_have_the_names_of_cldr() -> None:
    assert forms("count-facts", "en") == {"one": "1 fact", "other": "{count} facts"}
    assert list(forms("count-facts", "ar")) == ["zero", "one", "two", "few", "many", "other"]
    assert [say("count-facts", "ar", count=n) for n in (0, 1, 2, 3, 11, 100, 103)] == [
        "لا حقائق", "حقيقة واحدة", "حقيقتان", "3 حقائق", "11 حقيقة", "100 حقيقة", "103 حقائق",
    ]  # fmt: skip
    assert forms("warning", "en") == "warning"


def test_what_no_catalogue_has_stands_for_itself() -> None:
    assert Message("a {brace} from elsewhere").text("ar") == "a {brace} from elsewhere"
