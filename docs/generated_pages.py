"""Pages of the docs that are made from the product: ``python docs/generated_pages.py NAME``.

``ontology`` is made from the Turtle files, ``questions`` from the catalogue of stored questions,
``messages`` from the catalogues of translations. `make docs` writes them.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Callable, Iterator
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from taawun.messages.message import DOMAIN, LOCALE
from taawun.ontology.namespaces import ID, RDFS, SKOS, shortened
from taawun.ontology.schema import Schema, class_slug
from taawun.queries.catalogue import Catalogue
from taawun.queries.parameters import Parameter
from taawun.queries.results import to_markdown

_ONTOLOGY = """# The ontology / الأنطولوجيا

Every term of `ontology/cooperation.ttl` and every area of `ontology/areas.ttl`, as the files
have them. How to ask with these terms is shown in [Asking with SPARQL](sparql.md). Made by
`make docs`; a test holds that it is up to date.
"""


def ontology_page(schema: Schema) -> str:
    """The ontology as one page, in both languages."""
    return "\n".join(_ontology_lines(schema)) + "\n"


def _ontology_lines(schema: Schema) -> Iterator[str]:
    yield _ONTOLOGY
    yield "## Classes / الأصناف\n"
    yield "| class | slug | English | العربية | specialises | definition / التعريف |"
    yield "|---|---|---|---|---|---|"
    for iri in sorted(schema.classes.values()):
        above = ", ".join(f"`{shortened(up)}`" for up in schema.values(iri, RDFS + "subClassOf"))
        yield _row(
            f"`{shortened(iri)}`",
            f"`{class_slug(iri)}`",
            *_names(schema, iri),
            above,
            _comment(schema, iri),
        )
    yield "\n## Properties / العلاقات\n"
    yield "| property | English | العربية | from → to | specialises | definition / التعريف |"
    yield "|---|---|---|---|---|---|"
    for item in sorted(schema.properties.values(), key=lambda item: item.iri):
        span = " → ".join(
            ", ".join(shortened(name).removeprefix("tw:") for name in sorted(names))
            for names in (item.domains, item.ranges)
        )
        above = ", ".join(
            f"`{shortened(up)}`" for up in schema.values(item.iri, RDFS + "subPropertyOf")
        )
        inverse = f" inverse of `{shortened(item.inverse_of)}`" if item.inverse_of else ""
        yield _row(
            f"`{shortened(item.iri)}`",
            *_names(schema, item.iri),
            span,
            above + inverse,
            _comment(schema, item.iri),
        )
    yield "\n## Values and areas / القيم والمجالات\n"
    yield "| reference | English | العربية | under |"
    yield "|---|---|---|---|"
    for reference in sorted(schema.concepts):
        if reference.startswith("scheme/"):
            continue
        above = ", ".join(
            f"`{up[len(ID) :]}`" for up in schema.values(ID + reference, SKOS + "broader")
        )
        yield _row(f"`{reference}`", *_names(schema, ID + reference), above)


def _names(schema: Schema, iri: str) -> tuple[str, str]:
    return schema.label(iri, "en"), schema.label(iri, "ar")


def _comment(schema: Schema, iri: str) -> str:
    return " / ".join(schema.values(iri, RDFS + "comment"))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


_QUESTIONS = """# Stored questions / الأسئلة المحفوظة

Every question of `queries/`, with its parameters. Run one with `taawun ask NAME -p
parameter=value --why`; values are slugs, IRIs or names in either language. A parameter is
required, or has the default that stands after it, or may be anything. Every answer says for which
values it was given. Made by `make docs`; a test holds that it is up to date.
"""


def questions_page(catalogue: Catalogue) -> str:
    """The stored questions as one page."""
    headings = ("question", "العربية", "English", "parameters", "rows")
    return f"{_QUESTIONS}\n{to_markdown(headings, _question_rows(catalogue))}"


def _question_rows(catalogue: Catalogue) -> Iterator[list[str]]:
    for question in catalogue.questions.values():
        parameters = ", ".join(map(_parameter, question.parameters))
        yield [f"`{question.name}`", question.ar, question.en, parameters, str(question.rows)]


def _parameter(parameter: Parameter) -> str:
    if parameter.is_required:
        return f"`{parameter.name}` (required)"
    default = f" = {parameter.example}" if parameter.example else ""
    return f"`{parameter.name}`{default}"


_MESSAGES: Final = (
    "# Faults and errors\n\n"
    "Every fault and every error has a code. Codes are stable: with `--format json` a program "
    "reads the code and its parts. This page lists each code with its text in both languages and "
    "its remedy, if there is one. Names in braces are the parts; where the part `count` chooses a "
    "plural form, the page shows the form for large numbers. `make docs` makes the page from "
    "`messages/locale/*/LC_MESSAGES/taawun.po`.\n"
)
#: How the sections of the catalogues begin that hold faults and errors.
_TOLD: Final = ("Remedies", "Faults", "Errors")


def messages_page() -> str:
    """Every fault and error, from the catalogues of messages."""
    english, arabic = map(_read, ("en", "ar"))
    lines = [_MESSAGES]
    for name, codes in _sections(english).items():
        lines += [f"## {name}", "", "| code | English | العربية |", "|---|---|---|"]
        for code in codes:
            told = f'<div dir="rtl" lang="ar">{_message_cell(arabic, code, "←")}</div>'
            lines.append(f"| `{code}` | {_message_cell(english, code, '→')} | {told} |")
        lines.append("")
    return "\n".join(lines)


def _read(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file)


def _sections(catalogue: Catalog) -> dict[str, list[str]]:
    """The codes of faults and errors by the ruled sections of the file, remedies left out."""
    found: dict[str, list[str]] = {}
    section = ""
    for message in catalogue:
        # A rule stands before the first message of its section.
        for comment in message.user_comments:
            if rule := re.fullmatch("=+ (.*?)(?: \\(.*\\))? =+", comment):
                section = rule[1]
        code = message.id if isinstance(message.id, str) else message.id[0]
        if section.startswith(_TOLD) and not code.endswith(".remedy"):
            found.setdefault(section, []).append(code)
    return found


def _message_cell(catalogue: Catalog, code: str, arrow: str) -> str:
    remedy = catalogue.get(f"{code}.remedy")
    return _text(catalogue[code]) + (f"<br>{arrow} {_text(remedy)}" if remedy else "")


def _text(message: Message) -> str:
    """The text as it reads in a table of Markdown; that for large numbers, if there are several."""
    text = message.string if isinstance(message.string, str) else (message.string or ("",))[-1]
    escaped = re.sub(r"([\\`*_|\[\]~])", r"\\\1", html.escape(text, quote=False))
    return "<br>".join(map(str.strip, escaped.split("\n")))


PAGES: Final[dict[str, Callable[[], str]]] = {
    "ontology": lambda: ontology_page(Schema.load()),
    "questions": lambda: questions_page(Catalogue()),
    "messages": messages_page,
}

if __name__ == "__main__":
    sys.stdout.write(PAGES[sys.argv[1]]())
