"""Default prefixes for queries."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ..graph.errors import QueryError
from ..graph.sparql_tokens import scan
from ..graph.store import Store, select
from ..ontology.namespaces import DOCUMENT, ID, PREFIXES
from ..ontology.schema import class_slug, is_own

_PRESENTED: Final = """
PREFIX vann: <http://purl.org/vocab/vann/>
SELECT ?prefix ?space WHERE {
  ?ontology vann:preferredNamespacePrefix ?prefix ; vann:preferredNamespaceUri ?space
}"""
_CLASSES: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?class { ?class a owl:Class }"""
_IRI: Final = re.compile(r"https?://[^\s<>\"{}|^`\\]+")


def with_prefixes(text: str, store: Store | None = None) -> str:
    """Declare the default prefixes that the query uses without declaring.

    Other prefixes are looked up in the store, which keeps those of the collections. All
    declarations go on the first line, so that error messages keep their line numbers. Raises
    ``QueryError`` if the query was decoded from bytes that are not valid text.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError("query-with-broken-character", position=error.start + 1) from error
    missing = set(undeclared(text))
    known = dict(PREFIXES)
    if store is not None and missing - known.keys():
        known = known_prefixes(store)
    return (
        "".join(f"PREFIX {name}: <{known[name]}> " for name in sorted(missing & known.keys()))
        + text
    )


@lru_cache(maxsize=64)
def undeclared(text: str) -> tuple[str, ...]:
    """The prefixes that the query uses and does not declare, in order."""
    declared: set[str] = set()
    used: dict[str, None] = {}
    before = None
    for token in scan(text):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if before is not None and before.is_word("PREFIX"):
                declared.add(prefix)
            else:
                used[prefix] = None
        before = token
    return tuple([prefix for prefix in used if prefix not in declared])


def known_prefixes(store: Store) -> dict[str, str]:
    """Every prefix that a query need not declare.

    Those of the contract come first, then those of the collections' ontologies, then the slug of
    each class: ``meeting:`` is ``…/id/meeting/``.
    """
    classes = (row["class"].value for row in select(store, _CLASSES))
    slugs = {slug: f"{ID}{slug}/" for iri in classes if is_own(iri) and (slug := class_slug(iri))}
    return {**slugs, "document": DOCUMENT, **prefixes_of(store), **PREFIXES}


def prefixes_of(store: Store) -> dict[str, str]:
    """The prefixes and namespaces of the collections' own ontologies."""
    return {
        row["prefix"].value: row["space"].value
        for row in select(store, _PRESENTED)
        if _IRI.fullmatch(row["space"].value)
    }
