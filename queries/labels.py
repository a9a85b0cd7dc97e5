"""Labels of IRIs in either language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from ..graph.store import Store, kept, select
from ..ontology.namespaces import BASE, ID, OUTSIDE, PREFIXES

_LABELS: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {things} }} ?thing rdfs:label ?label }}"""
#: The maximum number of IRIs in one query, and of IRIs with cached labels.
_TOGETHER: Final = 500
_KEPT: Final = 20_000
#: What may stand between the brackets of an IRI in SPARQL.
IRI: Final = re.compile(r"https?://[^\x00-\x20<>\"{}|^`\\]+")


def short_iri(iri: str) -> str:
    """The IRI as people write it: ``country/iraq``, ``doc:egypt-iraq-talks``, ``tw:signatory``."""
    if iri.startswith(ID):
        return iri[len(ID) :]
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and prefix != "id":
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def _is_labelled(iri: str) -> bool:
    """Whether the graph may have a label for the IRI: a Taawun IRI or a collection's term."""
    return iri.startswith(BASE) or (not iri.startswith(OUTSIDE) and bool(IRI.fullmatch(iri)))


class Labels:
    """Labels of IRIs in both languages, fetched in batches and cached."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, dict[str, str]] = {}

    @classmethod
    def of(cls, store: Store) -> Labels:
        """The labels of a store; those of a build, which never changes, are shared."""
        return kept(store, "labels", cls)

    def fetch(self, iris: Iterable[str]) -> None:
        """Fetch the labels of all Taawun and collection IRIs that are not cached yet.

        The IRIs of one call are all cached together; earlier ones may be evicted.
        """
        if len(self._known) > _KEPT:
            self._known.clear()
        unknown = set(iris) - self._known.keys()
        self._known.update({iri: {} for iri in unknown})
        missing = sorted(filter(_is_labelled, unknown))
        for first in range(0, len(missing), _TOGETHER):
            things = " ".join(f"<{iri}>" for iri in missing[first : first + _TOGETHER])
            for row in select(self._store, _LABELS.format(things=things)):
                label = row["label"]
                # An endpoint may return names of IRIs that were not requested.
                labels = self._known.get(row["thing"].value)
                if labels is not None and isinstance(label, ox.Literal) and label.language:
                    labels[label.language] = label.value

    def __call__(self, iri: str, language: str) -> str:
        """The label in the language, else in the other language, else the short IRI."""
        if iri not in self._known:
            self.fetch([iri])
        labels = self._known[iri]
        return labels.get(language) or next(iter(labels.values()), short_iri(iri))
