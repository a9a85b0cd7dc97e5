"""The ontology as one Markdown page, in both languages: ``python -m taawun.ontology.docs_page``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .namespaces import ID, RDFS, SKOS, shortened
from .schema import Schema, class_slug

_HEAD = """# The ontology / الأنطولوجيا

Every term of `ontology/cooperation.ttl` and every area of `ontology/areas.ttl`, as the files
have them. How to ask with these terms is shown in [Asking with SPARQL](sparql.md). Made by
`make docs`; a test holds that it is up to date.
"""


def page(schema: Schema) -> str:
    """The whole page."""
    return "\n".join(_lines(schema)) + "\n"


def _lines(schema: Schema) -> Iterator[str]:
    yield _HEAD
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


if __name__ == "__main__":
    sys.stdout.write(page(Schema.load()))
