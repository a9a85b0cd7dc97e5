"""Read a view from a store with SPARQL queries over the RDF contract."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import all_facts
from ..graph.fact_record import FactRecord
from ..graph.store import Binding, Store, select
from ..ontology.namespaces import (
    DCTERMS,
    DOCUMENT,
    GRAPH_EVIDENCE,
    ID,
    INFERENCE,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    TW,
)
from ..queries.disagreement import disagreements
from ..queries.items import centre
from .view import (
    Name,
    Node,
    SeenDisagreement,
    SeenDocument,
    Summary,
    Term,
    View,
    iri_of,
    join,
)

#: Facts with these record statuses appear in answers, and so in the picture.
SHOWN_STATUSES: Final = frozenset({"", *ACTIVE_STATUSES})
#: Predicates of the derived facts that are drawn; they summarise the facts for each pair.
SUMMARIES: Final = (TW + "cooperatesWith", TW + "inTalksWith")
_PREFIXES: Final = "".join(
    f"PREFIX {prefix}: <{iri}>\n"
    for prefix, iri in (
        ("tw", TW), ("rdf", RDF), ("rdfs", RDFS), ("owl", OWL), ("skos", SKOS),
        ("dcterms", DCTERMS), ("prov", PROV),
    )
)  # fmt: skip

_DERIVATIONS: Final = f"""
SELECT ?derived ?rule ?from WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{
  ?derived tw:derivedBy ?rule ; prov:wasDerivedFrom ?from }} }}"""
_SUMMARIES: Final = f"""
SELECT ?graph ?s ?p ?o WHERE {{ VALUES ?p {{ {" ".join(f"<{p}>" for p in SUMMARIES)} }}
  GRAPH ?graph {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?graph), "{INFERENCE}")) }}"""
_NAMES: Final = """
SELECT ?e ?p ?v WHERE { ?e ?p ?v .
  VALUES ?p { rdfs:label skos:prefLabel skos:altLabel skos:hiddenLabel } }"""
_TYPES: Final = "SELECT ?e ?class WHERE { ?e a ?class }"
_TERMS: Final = """
SELECT ?e ?p ?v WHERE { ?e ?p ?v .
  VALUES ?p { rdfs:subClassOf rdfs:subPropertyOf owl:inverseOf } }"""
_GROUPS: Final = """
SELECT ?e ?p ?v WHERE { ?e ?p ?v . VALUES ?p { tw:inRegion skos:broader tw:cue } }"""
_DOCUMENTS: Final = """
SELECT ?e ?p ?v WHERE { ?e a tw:SourceDocument ; ?p ?v .
  VALUES ?p { dcterms:identifier dcterms:title dcterms:publisher dcterms:creator } }"""


def read_view(store: Store) -> View:
    """Read everything that the picture shows from a store that follows the RDF contract."""
    names, others = _read_names(store)
    parents, inverses = _read_hierarchy(store)
    classes = _most_specific(store, parents)
    facts = tuple(fact for fact in all_facts(store) if fact.record_status in SHOWN_STATUSES)

    groups = _read_groups(store)

    def term(iri: str) -> Term:
        inverse = inverses.get(iri)
        return Term(
            iri,
            _name(iri, names),
            tuple(sorted(parents.get(iri, ()))),
            _name(inverse, names) if inverse in names else None,
            tuple(sorted(groups["cue"].get(iri, ()))),
        )

    entity = {iri for iri in classes if _is_entity(classes[iri], parents)}
    subjects = {fact.subject.value for fact in facts}
    mentioned = subjects | {fact.object.value for fact in facts if iri_of(fact.object)}
    speakers = {term.value for fact in facts for term in (*fact.stated_by, *fact.on_behalf_of)}
    drawn = frozenset(((mentioned | speakers) & entity) | subjects)
    summaries = tuple(_read_summaries(store, facts))
    used_classes = _upwards({c for iri in drawn for c in classes.get(iri, ())}, parents)
    disputes = tuple(_read_disagreements(store, facts))
    used_predicates = {fact.predicate.value for fact in facts}
    used_predicates |= {item.predicate for item in summaries}
    used_predicates |= {item.predicate for item in disputes}
    used_values = (mentioned - drawn) | {f"{ID}modality/{fact.modality}" for fact in facts}
    used_values |= {rule for item in summaries for rule in item.rules}
    used_values |= {term.value for fact in facts for term in fact.attributed_to} - drawn
    sorting = _Sorting(facts, classes, parents)
    nodes = tuple(
        Node(
            iri,
            _name(iri, names),
            classes.get(iri, ()),
            tuple(sorted(others.get(iri, set()) - set(names.get(iri, {}).values()))),
            sorting.countries_of(iri),
            # An area stands for its branches too, as in the stored question all-about-area.
            tuple(sorted(_upwards(sorting.areas_of(iri), groups["broader"]))),
            sorting.stages_of(iri),
            tuple(sorted(groups["inRegion"].get(iri, ()))),
            tuple(sorted(groups["broader"].get(iri, ()))),
        )
        for iri in sorted(drawn)
    )
    regions = {iri for node in nodes for iri in node.regions}
    return View(
        nodes,
        join(facts, summaries, drawn),
        facts,
        summaries,
        tuple(_read_documents(store)),
        tuple(map(term, sorted(used_classes))),
        tuple(map(term, sorted(_upwards(used_predicates, parents)))),
        tuple(map(term, sorted(used_values))),
        disputes,
        tuple(map(term, sorted(regions))),
        centre(store),
    )


def _rows(store: Store, query: str) -> Iterator[Binding]:
    return select(store, _PREFIXES + query)


def _sorted_rows(store: Store, query: str) -> list[Binding]:
    """Return the rows in an order independent of the store, for readers that use the first."""
    return sorted(_rows(store, query), key=lambda row: tuple(map(str, row.values())))


def _text(row: Binding, name: str) -> str:
    """Return the IRI or text bound to a variable; empty if it is unbound."""
    return row[name].value if name in row else ""


def _read_names(store: Store) -> tuple[dict[str, dict[str, str]], dict[str, set[str]]]:
    """Return labels by IRI and language, and all names by IRI."""
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    others: dict[str, set[str]] = defaultdict(set)
    for row in _sorted_rows(store, _NAMES):
        entity, value = _text(row, "e"), row["v"]
        if not isinstance(value, ox.Literal):
            continue
        others[entity].add(value.value)
        if _text(row, "p") in (RDFS + "label", SKOS + "prefLabel"):
            labels[entity].setdefault(value.language or "", value.value)
    return labels, others


def _read_groups(store: Store) -> dict[str, dict[str, set[str]]]:
    """Return regions of countries, broader areas and cue words, by property and thing."""
    found: dict[str, dict[str, set[str]]] = {"inRegion": {}, "broader": {}, "cue": {}}
    for row in _rows(store, _GROUPS):
        name = re.split("[#/]", _text(row, "p"))[-1]
        found[name].setdefault(_text(row, "e"), set()).add(_text(row, "v"))
    return found


def _name(iri: str, names: Mapping[str, Mapping[str, str]]) -> Name:
    known = names.get(iri, {})
    any_name = next((known[key] for key in sorted(known)), iri.rstrip("/").split("/")[-1])
    any_name = any_name.rpartition("#")[2]
    return Name(known.get("ar", any_name), known.get("en", any_name))


def _read_hierarchy(store: Store) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Return superclasses and superproperties by IRI, and inverses in both directions."""
    parents: dict[str, set[str]] = defaultdict(set)
    inverses: dict[str, str] = {}
    for row in _sorted_rows(store, _TERMS):
        term, value = _text(row, "e"), _text(row, "v")
        if _text(row, "p") == OWL + "inverseOf":
            inverses[term] = value
            inverses[value] = term
        else:
            parents[term].add(value)
    return parents, inverses


def _upwards(iris: Iterable[str], parents: Mapping[str, set[str]]) -> set[str]:
    """Return the terms with all their ancestors."""
    found: set[str] = set()
    waiting = list(iris)
    while waiting:
        iri = waiting.pop()
        if iri not in found:
            found.add(iri)
            waiting.extend(parents.get(iri, ()))
    return found


def _most_specific(store: Store, parents: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """Map each typed IRI to its most specific classes."""
    types: dict[str, set[str]] = defaultdict(set)
    for row in _rows(store, _TYPES):
        types[_text(row, "e")].add(_text(row, "class"))
    specific: dict[str, tuple[str, ...]] = {}
    for iri, mine in types.items():
        above = {up for c in mine for up in _upwards(parents.get(c, ()), parents)}
        specific[iri] = tuple(sorted(mine - above or mine))
    return specific


def _is_entity(classes: Iterable[str], parents: Mapping[str, set[str]]) -> bool:
    above = _upwards(classes, parents)
    return TW + "Entity" in above and not above & {TW + "Fact", TW + "DerivedFact"}


def _read_disagreements(store: Store, facts: Sequence[FactRecord]) -> Iterator[SeenDisagreement]:
    """Yield disagreements with at least two values, each backed by facts that are shown."""
    known = {fact.iri for fact in facts}
    subjects = {fact.subject.value for fact in facts}
    for found in disagreements(store):
        iris = (known.intersection(fact.iri for fact in side.facts) for side in found.sides)
        sides = tuple(tuple(sorted(side)) for side in iris if side)
        if len(sides) > 1 and found.subject.value in subjects:
            yield SeenDisagreement(found.subject.value, found.predicate.value, sides)


def _read_summaries(store: Store, facts: Iterable[FactRecord]) -> Iterator[Summary]:
    """Yield the drawn derived facts with their source facts, each symmetric pair once."""
    rules: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, set[str]] = defaultdict(set)
    for row in _rows(store, _DERIVATIONS):
        rules[_text(row, "derived")].add(_text(row, "rule"))
        sources[_text(row, "derived")].add(_text(row, "from"))
    asserted = {fact.iri for fact in facts}
    said = {tuple(term.value for term in fact.triple) for fact in facts}
    graphs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in _rows(store, _SUMMARIES):
        low, high = sorted((_text(row, "s"), _text(row, "o")))
        graphs[_text(row, "p"), low, high].add(_text(row, "graph"))
    for (predicate, low, high), mine in sorted(graphs.items()):
        if (low, predicate, high) in said or (high, predicate, low) in said:
            continue
        reached = _upwards(mine, sources)
        named = {rule for iri in reached for rule in rules.get(iri, ())}
        plain = {f"{ID}rule/{name}" for name in ("inverse", "symmetric", "sub-property")}
        yield Summary(
            min(mine),
            low,
            predicate,
            high,
            tuple(sorted(named - plain or named)),
            tuple(sorted(reached & asserted)),
        )


def _read_documents(store: Store) -> Iterator[SeenDocument]:
    about: dict[str, dict[str, list[ox.Literal]]] = defaultdict(lambda: defaultdict(list))
    for row in _sorted_rows(store, _DOCUMENTS):
        value = row["v"]
        if isinstance(value, ox.Literal):
            about[_text(row, "e")][_text(row, "p").removeprefix(DCTERMS)].append(value)
    for iri, said in sorted(about.items()):
        titles = {value.language or "": value.value for value in said["title"]}
        fallback = next(iter(titles.values()), iri.removeprefix(DOCUMENT))
        yield SeenDocument(
            iri,
            "".join(value.value for value in said["identifier"][:1]),
            Name(titles.get("ar", fallback), titles.get("en", fallback)),
            "، ".join(value.value for value in said["publisher"]),
            "، ".join(value.value for value in said["creator"]),
        )


class _Sorting:
    """The countries, areas and stages of each entity according to the facts."""

    #: The subject of these predicates inherits the country of the object.
    _INHERITING: Final = ("holds", "postIn", "subOrganizationOf", "sentBy", "operatedBy")

    def __init__(
        self,
        facts: Iterable[FactRecord],
        classes: Mapping[str, tuple[str, ...]],
        parents: Mapping[str, set[str]],
    ) -> None:
        self._countries: dict[str, set[str]] = defaultdict(set)
        self._areas: dict[str, set[str]] = defaultdict(set)
        self._stages: dict[str, set[str]] = defaultdict(set)
        links: list[tuple[str, str]] = []
        parties: list[tuple[str, str]] = []
        kinds = {iri: _upwards(mine, parents) for iri, mine in classes.items()}
        # Fixed before the facts are read: a city that belongs to a country is no country itself.
        countries = frozenset(iri for iri, above in kinds.items() if TW + "Country" in above)
        areas = frozenset(iri for iri, above in kinds.items() if TW + "Area" in above)
        for iri in countries:
            self._countries[iri].add(iri)
        for iri in areas:
            self._areas[iri].add(iri)
        for fact in facts:
            subject, object_ = fact.subject.value, iri_of(fact.object)
            if not object_:
                continue
            name = fact.predicate.value.removeprefix(TW)
            above = _upwards({fact.predicate.value}, parents)
            pair = subject, object_
            if name in ("belongsToCountry", "locatedIn") and object_ in countries:
                self._countries[subject].add(object_)
            if name in self._INHERITING:
                links.append(pair)
            if above & {TW + "party", TW + "participant", TW + "beneficiary"}:
                parties.append(pair)
            if object_ in areas:
                self._areas[subject].add(object_)
            # A prospective stage has not been reached.
            if name == "stage" and not fact.is_prospect:
                self._stages[subject].add(object_)
        self._spread(links, rounds=4)
        self._spread(parties, rounds=1)

    def _spread(self, pairs: list[tuple[str, str]], rounds: int) -> None:
        for _ in range(rounds):
            for subject, object_ in pairs:
                self._countries[subject] |= self._countries.get(object_, set())

    def countries_of(self, iri: str) -> tuple[str, ...]:
        return tuple(sorted(self._countries.get(iri, ())))

    def areas_of(self, iri: str) -> tuple[str, ...]:
        return tuple(sorted(self._areas.get(iri, ())))

    def stages_of(self, iri: str) -> tuple[str, ...]:
        return tuple(sorted(self._stages.get(iri, ())))
