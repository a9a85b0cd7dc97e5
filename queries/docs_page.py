"""The stored questions as one Markdown page: ``python -m taawun.queries.docs_page``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .catalogue import Catalogue
from .parameters import Parameter
from .results import to_markdown

_HEAD = """# Stored questions / الأسئلة المحفوظة

Every question of `queries/`, with its parameters. Run one with `taawun ask NAME -p
parameter=value --why`; values are slugs, IRIs or names in either language. A parameter is
required, or has the default that stands after it, or may be anything. Every answer says for which
values it was given. Made by `make docs`; a test holds that it is up to date.
"""


def page(catalogue: Catalogue) -> str:
    """The complete page."""
    headings = ("question", "العربية", "English", "parameters", "rows")
    return f"{_HEAD}\n{to_markdown(headings, _rows(catalogue))}"


def _rows(catalogue: Catalogue) -> Iterator[list[str]]:
    for question in catalogue.questions.values():
        parameters = ", ".join(map(_parameter, question.parameters))
        yield [f"`{question.name}`", question.ar, question.en, parameters, str(question.rows)]


def _parameter(parameter: Parameter) -> str:
    if parameter.is_required:
        return f"`{parameter.name}` (required)"
    default = f" = {parameter.example}" if parameter.example else ""
    return f"`{parameter.name}`{default}"


if __name__ == "__main__":
    sys.stdout.write(page(Catalogue()))
