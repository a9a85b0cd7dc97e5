"""The start page of the published site, with its search."""

from __future__ import annotations

from typing import Final

from ...graph.store import select
from ...ontology.namespaces import DCTERMS
from ..pages.page import Page
from ..workers.reply import Reply
from .published_build import PublishedBuild

#: Questions that the start page proposes, each with a value.
_EXAMPLES: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("agreed-but-not-signed", {"country": "country/iraq"}),
    ("agreement-signatories", {}),
    ("offers-to-country", {"country": "country/iraq"}),
    ("talks-without-agreement", {}),
    ("initiatives-by-area", {}),
    ("statements-by-speaker", {"speaker": "official/amr-talaat"}),
)
_DOCUMENTS: Final = f"SELECT ?document {{ ?document <{DCTERMS}identifier> ?file }} ORDER BY ?file"


def home_page(graph: PublishedBuild, reply: Reply, *, language: str) -> None:
    """Write the start page: the search over everything, and where to go from there."""
    page = Page(graph, language)
    examples = []
    for name, values in _EXAMPLES:
        if name in graph.catalogue and (not values or values in graph.values[name]):
            asked = graph.catalogue.get(name).asked(values, graph.names)
            given = asked._replace(values=tuple(v for v in asked.values if v.is_given))
            examples.append((given.title(graph.labels, language), graph.link(name, values)))
    documents = [row["document"].value for row in select(graph.store, _DOCUMENTS)]
    page.write(reply, "home.html", "/home", examples=examples, documents=documents, forms=())
