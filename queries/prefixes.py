"""Default prefixes for queries."""

from __future__ import annotations

import re
from typing import Final

from ..graph.errors import QueryError
from ..graph.sparql_tokens import scan
from ..graph.store import Store, select
from ..ontology.namespaces import PREFIXES

_PRESENTED: Final = """
PREFIX vann: <http://purl.org/vocab/vann/>
SELECT ?prefix ?space WHERE {
  ?ontology vann:preferredNamespacePrefix ?prefix ; vann:preferredNamespaceUri ?space
}"""
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
    declared: set[str] = set()
    used: set[str] = set()
    before = None
    for token in scan(text):
        if token.kind == "name":
            is_declared = before is not None and before.is_word("PREFIX")
            (declared if is_declared else used).add(token.text.partition(":")[0])
        before = token
    used -= declared
    known = dict(PREFIXES)
    if store is not None and used - known.keys():
        known = {**prefixes_of(store), **known}
    missing = sorted(used & known.keys())
    return "".join(f"PREFIX {name}: <{known[name]}> " for name in missing) + text


def prefixes_of(store: Store) -> dict[str, str]:
    """The prefixes and namespaces of the collections' own ontologies."""
    return {
        row["prefix"].value: row["space"].value
        for row in select(store, _PRESENTED)
        if _IRI.fullmatch(row["space"].value)
    }
