"""The prefixes of queries: the usual ones need no declaration."""

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
    """The query with the usual prefixes declared, where it uses one without declaring it.

    A prefix that is none of ours is looked for in the store, which keeps those of collections.
    They are put on the first line, so that error messages keep their line numbers. Raises
    ``QueryError`` for what came from bytes that are no text.
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
    """The prefixes that the collections' own ontologies present, with their namespaces."""
    return {
        row["prefix"].value: row["space"].value
        for row in select(store, _PRESENTED)
        if _IRI.fullmatch(row["space"].value)
    }
