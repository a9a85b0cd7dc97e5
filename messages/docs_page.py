"""The page of the documentation that lists every fault and error, made from the catalogues."""

from __future__ import annotations

import html
import re
import sys
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from .message import DOMAIN, LOCALE

_HEAD: Final = (
    "# Faults and errors\n\n"
    "Every fault and every error has a code. Codes are stable: with `--format json` a program "
    "reads the code and its parts. This page lists each code with its text in both languages and "
    "its remedy, if there is one. Names in braces are the parts; where the part `count` chooses a "
    "plural form, the page shows the form for large numbers. `make docs` makes the page from "
    "`messages/locale/*/LC_MESSAGES/taawun.po`.\n"
)
#: How the sections of the catalogues begin that hold faults and errors.
_TOLD: Final = ("Remedies", "Faults", "Errors")


def page() -> str:
    """The whole page, in Markdown."""
    english, arabic = map(_read, ("en", "ar"))
    lines = [_HEAD]
    for name, codes in _sections(english).items():
        lines += [f"## {name}", "", "| code | English | العربية |", "|---|---|---|"]
        for code in codes:
            told = f'<div dir="rtl" lang="ar">{_cell(arabic, code, "←")}</div>'
            lines.append(f"| `{code}` | {_cell(english, code, '→')} | {told} |")
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


def _cell(catalogue: Catalog, code: str, arrow: str) -> str:
    remedy = catalogue.get(f"{code}.remedy")
    return _text(catalogue[code]) + (f"<br>{arrow} {_text(remedy)}" if remedy else "")


def _text(message: Message) -> str:
    """The text as it reads in a table of Markdown; that for large numbers, if there are several."""
    text = message.string if isinstance(message.string, str) else (message.string or ("",))[-1]
    escaped = re.sub(r"([\\`*_|\[\]~])", r"\\\1", html.escape(text, quote=False))
    return "<br>".join(map(str.strip, escaped.split("\n")))


if __name__ == "__main__":
    sys.stdout.write(page())
