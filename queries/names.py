"""Names: what an IRI is called in a language, and what a name stands for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from ..graph.arabic import fold
from ..graph.errors import UnknownNameError
from ..graph.store import Store
from ..ontology.namespaces import BASE, DOCUMENT, ID, OUTSIDE, PREFIXES, TW
from ..ontology.schema import class_slug, is_own
from .rows import select

_LABELS: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {things} }} ?thing rdfs:label ?label }}"""
_NAMES: Final = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?name ?weak WHERE {
  { ?thing rdfs:label ?name } UNION { ?thing skos:altLabel ?name }
  UNION { ?thing skos:hiddenLabel ?name BIND(true AS ?weak) }
}"""
_CLASSES: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?class WHERE { ?class a owl:Class }"""
_IRI: Final = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_TYPED: Final = "SELECT ?thing WHERE {{ ?thing a <{kind}> }}"


def short_iri(iri: str) -> str:
    """The IRI as people write it: ``country/iraq``, ``doc:egypt-iraq-talks``, ``tw:signatory``."""
    if iri.startswith(ID):
        return iri[len(ID) :]
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and prefix != "id":
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def _is_labelled(iri: str) -> bool:
    """Whether the graph may have a label for it: one of ours, or a term of a collection."""
    return iri.startswith(BASE) or (not iri.startswith(OUTSIDE) and bool(_IRI.fullmatch(iri)))


class Labels:
    """Labels of IRIs in both languages, fetched in one query for all that are asked together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, dict[str, str]] = {}

    def fetch(self, iris: Iterable[str]) -> None:
        """Look up every IRI of ours, or of a collection, that is not known yet."""
        missing = sorted({iri for iri in iris if _is_labelled(iri)} - self._known.keys())
        for first in range(0, len(missing), 500):
            part = missing[first : first + 500]
            self._known.update({iri: {} for iri in part})
            things = " ".join(f"<{iri}>" for iri in part)
            for row in select(self._store, _LABELS.format(things=things)):
                label = row["label"]
                if isinstance(label, ox.Literal) and label.language:
                    self._known[row["thing"].value][label.language] = label.value

    def __call__(self, iri: str, language: str) -> str:
        """The label in the language, else in the other one, else the short IRI."""
        self.fetch([iri])
        labels = self._known.get(iri, {})
        return labels.get(language) or next(iter(labels.values()), short_iri(iri))


class Names:
    """Finds what a slug, an IRI or a name in either language stands for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._by_class: dict[str, frozenset[str]] = {}

    @cached_property
    def _by_name(self) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
        """Folded names, and folded names that hold in some documents only, to sorted IRIs."""
        names: dict[str, set[str]] = defaultdict(set)
        weak: dict[str, set[str]] = defaultdict(set)
        for row in select(self.store, _NAMES):
            iri = row["thing"].value
            if iri.startswith((ID, DOCUMENT)):
                (weak if "weak" in row else names)[fold(row["name"].value)].add(iri)
        return (
            {name: sorted(iris) for name, iris in names.items()},
            {name: sorted(iris) for name, iris in weak.items()},
        )

    @cached_property
    def _by_slug(self) -> Mapping[str, list[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for iris in self._by_name[0].values():
            for iri in iris:
                found[short_iri(iri)].add(iri)
                found[iri.rpartition("/")[2]].add(iri)
        return {slug: sorted(iris) for slug, iris in found.items()}

    def _members(self, kind: str | None) -> frozenset[str] | None:
        """The IRIs of a class, by its slug; None for any class."""
        if kind is None:
            return None
        if kind not in self._by_class:
            name = "".join(part.capitalize() for part in kind.split("-"))
            name = "SourceDocument" if name == "Document" else name
            self._by_class[kind] = self._of_class(TW + name) or self._of_class(self._own(kind))
        return self._by_class[kind]

    def _of_class(self, iri: str) -> frozenset[str]:
        rows = select(self.store, _TYPED.format(kind=iri))
        return frozenset(row["thing"].value for row in rows)

    def _own(self, kind: str) -> str:
        """The class of a collection that has this slug, or a class without members."""
        classes = (row["class"].value for row in select(self.store, _CLASSES))
        found = (iri for iri in classes if is_own(iri) and class_slug(iri) == kind)
        return min(found, default=TW + "None")

    def find(self, name: str, kind: str | None = None) -> list[str]:
        """The IRIs that the name may stand for, best first; empty if none.

        ``kind`` is a class slug that limits the search. An IRI or a slug beats a name, a name
        beats one that holds in some documents only.
        """
        allowed = self._members(kind)
        text = name.strip().removeprefix("<").removesuffix(">")
        strong, weak = self._by_name
        candidates = [[text] if text.startswith(("http:", "https:")) else []]
        candidates += [index.get(key, []) for index, key in (
            (self._by_slug, text), (strong, fold(text)), (weak, fold(text)),
        )]  # fmt: skip
        for iris in candidates:
            fitting = [iri for iri in iris if allowed is None or iri in allowed]
            if fitting:
                return fitting
        return []

    def get(self, name: str, kind: str | None = None) -> str:
        """The one IRI that the name stands for. Raises ``UnknownNameError`` if none or several."""
        found = self.find(name, kind)
        if len(found) == 1:
            return found[0]
        what = kind.replace("-", " ") if kind else "entity"
        if found:
            raise UnknownNameError(name, f"single {what}", [short_iri(iri) for iri in found])
        raise UnknownNameError(name, what, self.near(name, kind))

    def near(self, name: str, kind: str | None = None) -> list[str]:
        """Up to three names that come closest, as people would write them."""
        allowed = self._members(kind)
        known = {
            key: iris[0]
            for index in (self._by_slug, self._by_name[0])
            for key, iris in index.items()
            if allowed is None or allowed.intersection(iris)
        }
        close = get_close_matches(fold(name), known, n=6, cutoff=0.6)
        close += [key for key in known if fold(name) and fold(name) in key.split()]
        return list(dict.fromkeys(short_iri(known[key]) for key in close))[:3]

    def within(self, text: str, kind: str) -> str | None:
        """The IRI of the longest name of that class that stands in the text, as whole words."""
        if kind in ("text", "number"):
            return None
        allowed = self._members(kind) or frozenset()
        words = fold(text).replace("؟", " ").replace("?", " ").split()
        for length in range(len(words), 0, -1):
            for first in range(len(words) - length + 1):
                phrase = " ".join(words[first : first + length])
                for form in (phrase, *_without_clitic(phrase)):
                    iris = [i for i in self._by_name[0].get(form, ()) if i in allowed]
                    if len(iris) == 1:
                        return iris[0]
        return None


def _without_clitic(phrase: str) -> list[str]:
    """The phrase without an attached conjunction or preposition (و ف ب ك ل), where one may be."""
    forms = []
    for clitic in ("و", "ف", "ب", "ك", "ل", "وب", "ول", "وك", "فب", "فل"):
        if phrase.startswith(clitic) and len(phrase.split()[0]) - len(clitic) >= 3:
            forms.append(phrase[len(clitic) :])
    if phrase.startswith("لل"):
        forms.append("ال" + phrase[2:])
    return forms
