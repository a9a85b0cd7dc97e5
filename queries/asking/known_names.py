"""The names of the graph as questions use them: whole, as adjectives, and in part."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from ...graph.store import Store, select
from ...graph.territories import adjectives, territories
from ...ontology.namespaces import DOCUMENT, ID
from ...ontology.schema import local_name
from ..labels import Labels
from ..prefixes import with_prefixes
from .lexicon import forms_of, keys_of, light, name_key

_NAMES: Final = """
SELECT ?thing ?name ?weak WHERE {
  { ?thing rdfs:label ?name } UNION { ?thing skos:altLabel ?name }
  UNION { ?thing skos:hiddenLabel ?name BIND(true AS ?weak) }
}"""
_TYPES: Final = """
SELECT ?thing ?class WHERE { ?thing a ?class . FILTER(STRSTARTS(STR(?thing), "%s") ||
  STRSTARTS(STR(?thing), "%s")) }"""
_COUNTRIES: Final = "SELECT ?thing ?country WHERE { ?thing tw:belongsToCountry ?country }"
#: Classes whose members are not looked for by a part of their names.
_WHOLE_ONLY: Final = frozenset(
    {"Offer", "CooperationTopic", "Agreement", "Figure", "Group", "Effort", "Area", "Unit",
     "Country", "Region", "Stage", "SourceDocument", "Service", "Event"}
)  # fmt: skip
#: Classes that are never meant by a name in a question.
_NEVER: Final = frozenset(
    {"Figure", "Modality", "RecordStatus", "Comparator", "ScopeWord", "Gender", "Honorific", "Rule",
     "Measure"}
)  # fmt: skip
#: Endings of English adjectives of places, and those that no ending gives.
_DEMONYMS: Final = ("n", "an", "ian", "ean", "ese", "i", "ish")
_SIDES: Final = frozenset({"north", "south", "east", "west", "central"})
_IRREGULAR: Final = {
    "cote d'ivoire": ("ivorian", "ivoirian"), "ivory coast": ("ivorian",),
    "denmark": ("danish", "dane"),
    "france": ("french",), "germany": ("german",), "greece": ("greek",), "spain": ("spanish",),
    "switzerland": ("swiss",), "netherlands": ("dutch",), "united kingdom": ("british",),
    "united states": ("american",), "poland": ("polish",), "turkey": ("turkish",),
    "finland": ("finnish",), "sweden": ("swedish",), "ireland": ("irish",),
    "iceland": ("icelandic",),
    "thailand": ("thai",), "philippines": ("filipino",), "europe": ("european",),
    "saudi arabia": ("saudi",), "united arab emirates": ("emirati",), "niger": (),
    "guinea": ("guinean",),
    "china": ("chinese",), "european union": ("european",), "portugal": ("portuguese",),
    "norway": ("norwegian",), "peru": ("peruvian",), "cyprus": ("cypriot",),
}  # fmt: skip


#: Bodies by whose name that of another begins or ends: UNCTAD is not the United Nations.
_BODIES: Final = (
    "United Nations", "UN", "الأمم المتحدة", "هيئة الأمم المتحدة", "منظمة الأمم المتحدة",
)  # fmt: skip


class Named(NamedTuple):
    """What a name refers to, and how: ``name``, ``adjective``, ``scoped`` or ``territory``."""

    iri: str
    kind: str


class Part(NamedTuple):
    """An entity with the stems of one of its names, and those that may be said besides."""

    iri: str
    stems: frozenset[str]
    besides: frozenset[str]
    head: str
    words: frozenset[str]


class KnownNames:
    """Every name by the keys of its words, with classes and countries of what it names."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def _select(self, query: str) -> list[Mapping[str, str]]:
        return [
            {name: term.value for name, term in row.items()}
            for row in select(self._store, with_prefixes(query, self._store))
        ]

    @cached_property
    def classes(self) -> Mapping[str, frozenset[str]]:
        """The local names of the classes of each entity."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self._select(_TYPES % (ID, DOCUMENT)):
            found[row["thing"]].add(local_name(row["class"]))
        return {iri: frozenset(names) for iri, names in found.items()}

    @cached_property
    def countries(self) -> Mapping[str, str]:
        """The country to which each entity belongs."""
        return {row["thing"]: row["country"] for row in self._select(_COUNTRIES)}

    @cached_property
    def _rows(self) -> list[tuple[str, str, bool]]:
        return [
            (row["thing"], row["name"], "weak" in row)
            for row in self._select(_NAMES)
            if row["thing"].startswith((ID, DOCUMENT))
            and "ConceptScheme" not in self.classes.get(row["thing"], ("ConceptScheme",))
            and self.classes.get(row["thing"], frozenset()).isdisjoint(_NEVER)
        ]

    def members(self, kind: str) -> list[str]:
        """The members of a class, given by local name."""
        return sorted(iri for iri, names in self.classes.items() if kind in names)

    def has_row(self, query: str) -> bool:
        """Whether a query has an answer."""
        return next(iter(select(self._store, with_prefixes(query, self._store))), None) is not None

    def rows(self, query: str) -> list[dict[str, str]]:
        """The rows of a query, each value as text."""
        return [dict(row) for row in self._select(query)]

    @cached_property
    def units(self) -> Mapping[str, frozenset[frozenset[str]]]:
        """The stems of the names of each unit."""
        found: dict[str, set[frozenset[str]]] = defaultdict(set)
        for iri, name, _ in self._rows:
            if "Unit" in self.classes.get(iri, ()):
                found[iri].add(frozenset(map(light, keys_of(name))))
        return {iri: frozenset(names) for iri, names in found.items()}

    def label(self, iri: str, language: str) -> str:
        """The label of an entity in a language."""
        self._labels.fetch([iri])
        return self._labels(iri, language)

    @cached_property
    def _labels(self) -> Labels:
        return Labels(self._store)

    def rivals(self, iri: str, keys: Sequence[str]) -> list[str]:
        """What is of the same kind in another country and has a name that begins with the words."""
        country, kinds = self.countries.get(iri), self.classes[iri] - {"Entity", "Actor"}
        return sorted(
            {
                named.iri
                for rest, named in self.by_first.get(keys[0], ())
                if rest[: len(keys) - 1] == tuple(keys[1:])
                and country
                and self.countries.get(named.iri, country) != country
                and self.classes[named.iri] - {"Entity", "Actor"} == kinds
            }
        )

    def names_of(self, iri: str) -> list[str]:
        """The names of an entity that hold everywhere."""
        return self._whole.get(iri, [])

    @cached_property
    def _whole(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for iri, name, is_scoped in self._rows:
            if not is_scoped:
                found[iri].append(name)
        return found

    @cached_property
    def by_first(self) -> Mapping[str, list[tuple[tuple[str, ...], Named]]]:
        """The first word of each name → its further words, and what it names."""
        found: dict[str, list[tuple[tuple[str, ...], Named]]] = defaultdict(list)

        def add(words: tuple[str, ...], named: Named) -> None:
            if words:
                found[words[0]].append((words[1:], named))

        places: dict[str, list[str]] = defaultdict(list)
        for iri, name, is_scoped in self._rows:
            kinds = self.classes.get(iri, frozenset())
            words = keys_of(name)
            if "Unit" not in kinds:
                add(words, Named(iri, "scoped" if is_scoped else "name"))
            if "(" in name and not is_scoped:
                add(keys_of(name.partition("(")[0]), Named(iri, "short"))
            if kinds & {"Country", "Region"} and not is_scoped:
                places[iri].append(name)
        for iri, names in places.items():
            for adjective in _adjectives(names):
                add(keys_of(adjective), Named(iri, "adjective"))
        return found

    @cached_property
    def topics(self) -> Mapping[str, str]:
        """Each adjective of one area of cooperation: ``postal`` of postal services."""
        found: dict[str, set[str]] = defaultdict(set)
        for iri, name, is_scoped in self._rows:
            if "Area" in self.classes.get(iri, ()) and not is_scoped:
                for adjective in _topical(keys_of(name)):
                    found[adjective].add(iri)
        return {
            word: min(iris)
            for word, iris in found.items()
            if len(iris) == 1 and all(rest for rest, _ in self.by_first.get(word, ()))
        }

    @cached_property
    def strangers(self) -> Mapping[str, list[tuple[tuple[str, ...], Named]]]:
        """The names and adjectives of countries and regions that the graph does not have."""
        return self._not_ours(_foreign())

    @cached_property
    def bodies(self) -> Mapping[str, list[tuple[tuple[str, ...], Named]]]:
        """Bodies of whose name those of others are made, unless the graph has them."""
        return self._not_ours((keys_of(name), Named(name, "body")) for name in _BODIES)

    def _not_ours(
        self, names: Iterable[tuple[tuple[str, ...], Named]]
    ) -> Mapping[str, list[tuple[tuple[str, ...], Named]]]:
        found: dict[str, list[tuple[tuple[str, ...], Named]]] = defaultdict(list)
        for (first, *rest), named in names:
            if all(tuple(rest) != ours for ours, _ in self.by_first.get(first, ())):
                found[first].append((tuple(rest), named))
        return found

    def kind_of_stranger(self, name: str) -> str | None:
        """``country`` if it is the name of a country that the graph does not have."""
        first, *rest = keys_of(name) or ("",)
        known = [words for words, _ in self.strangers.get(first, ())]
        return "country" if tuple(rest) in known else None

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the graph's own names."""
        return frozenset(
            word for first, all_ in self.by_first.items() for rest, _ in all_
            for word in (first, *rest)
        )  # fmt: skip

    @cached_property
    def vocabulary(self) -> Mapping[str, frozenset[str]]:
        """Each word of a name with what is so named, for spelling mistakes."""
        found: dict[str, set[str]] = defaultdict(set)
        for index in (self.by_first, self.strangers, self.bodies):
            for first, entries in index.items():
                for rest, named in entries:
                    for word in (first, *rest):
                        found[word].add(named.iri)
        return {word: frozenset(iris) for word, iris in found.items()}

    @cached_property
    def parts(self) -> list[Part]:
        """The names that may be said in part."""
        kinds = self.kind_words
        found = []
        for iri, name, is_scoped in self._rows:
            classes = self.classes.get(iri, frozenset())
            if is_scoped or (classes & _WHOLE_ONLY and "Conference" not in classes):
                continue
            words = [word for word in keys_of(name) if word not in SMALL]
            stems = [self._stem(word) for word in words]
            besides = set().union(*(kinds.get(kind, set()) for kind in classes))
            if iri in self.countries:
                besides.add("@" + self.countries[iri])
            plain = frozenset(s for s in stems if s[0] != "@" and s not in besides)
            besides |= {s for s in stems if s not in plain}
            if plain:
                written = frozenset(words)
                found.append(Part(iri, plain, frozenset(besides), stems[0], written))
        return found

    def _stem(self, word: str) -> str:
        """The stem of a word of a name; the mark of the country for a country or its adjective."""
        for form in (word, *map(name_key, forms_of(word))):
            for rest, named in self.by_first.get(form, ()):
                if not rest and "Country" in self.classes.get(named.iri, ()):
                    return "@" + named.iri
        return light(word)

    @cached_property
    def kind_words(self) -> Mapping[str, set[str]]:
        """The stems of a class's label, which may stand beside a part of a name."""
        query = "SELECT ?class ?label WHERE { ?class a owl:Class ; rdfs:label ?label }"
        found: dict[str, set[str]] = defaultdict(set)
        for row in self._select(query):
            for word in keys_of(row["label"]):
                if word not in SMALL:
                    found[local_name(row["class"])].add(light(word))
        return found

    @cached_property
    def spread(self) -> Counter[str]:
        """In how many entities' names each stem stands."""
        pairs = {(stem, part.iri) for part in self.parts for stem in part.stems}
        return Counter(stem for stem, _ in pairs)


SMALL: Final = frozenset(
    {"of", "the", "and", "for", "in", "on", "to", "a", "an", "at", "by", "with", "في", "من", "علي",
     "الي", "او", "و", "ل", "ب", "عن", "التابعه", "التابع"}
)  # fmt: skip


#: Words that add nothing to the name of an area: postal services are what is postal.
_OF_ANY_AREA: Final = SMALL | {"services", "service", "sector", "خدمات", "قطاع"}


def _topical(name: Sequence[str]) -> Iterator[str]:
    """The adjectives of an area, by the keys of its name: those in it, or made of its one word."""
    telling = [word for word in name if word not in _OF_ANY_AREA]
    if len(telling) != 1:
        return
    (word,) = telling
    if len(name) > 1:
        yield word
        if word.endswith("يه"):
            yield word.removesuffix("ه")
    elif word.isascii():
        # Environmental, agricultural.
        yield from (f"{word}al", f"{word.removesuffix('e')}al")
    else:
        # Of زراعة: زراعي and زراعية.
        stem = word.removesuffix("ه")
        yield from (f"{stem}ي", f"{stem}يه")


@lru_cache(maxsize=1)
def _foreign() -> list[tuple[tuple[str, ...], Named]]:
    """The names and adjectives of all countries and regions, by the keys of their words."""
    found = []
    for territory in territories():
        found += [(keys_of(name), Named(name, "territory")) for name in territory.names]
        for adjective in _adjectives(territory.names):
            if len(adjective) > 3:
                # Told in the language of the adjective: French is of France.
                name = territory.names[adjective.isascii()]
                found.append(((name_key(adjective),), Named(name, "stranger")))
    return found


def _adjectives(names: Sequence[str]) -> set[str]:
    found = set(adjectives(names))
    for name in names:
        words = keys_of(name)
        text = " ".join(words)
        if not text or "\u0600" <= text[0] <= "\u06ff":
            continue
        if text in _IRREGULAR:
            found |= set(_IRREGULAR[text])
        elif len(words) == 1 or (len(words) == 2 and words[0] in _SIDES):
            bare = text.rstrip("aeoy") if text[-1] in "aeoy" else text
            found |= {bare + ending for ending in _DEMONYMS}
            found |= {text + ending for ending in _DEMONYMS}
    return found - {""}
