"""Reading a view from a store, by a handful of SPARQL queries over the RDF contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from ..graph.fact import ACTIVE_STATUSES, PROSPECTS
from ..graph.store import Store
from ..graph.store import Term as RdfTerm
from ..ontology.namespaces import (
    DCTERMS,
    DOCUMENT,
    FACT,
    GRAPH_EVIDENCE,
    ID,
    INFERENCE,
    OA,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    TW,
)
from ..queries.disagreement import disagreements
from ..queries.rows import Binding, select
from .view import (
    Name,
    Node,
    Quote,
    SeenDisagreement,
    SeenDocument,
    SeenFact,
    Summary,
    Term,
    Value,
    View,
    join,
)

#: The derived facts that are drawn: they sum up what the facts say pair by pair.
SUMMARIES: Final = (TW + "cooperatesWith", TW + "inTalksWith")
#: Facts of these record statuses are in answers, and so in the picture.
SHOWN_STATUSES: Final = frozenset({"", *(f"{ID}record-status/{s}" for s in ACTIVE_STATUSES)})

_PREFIXES: Final = "".join(
    f"PREFIX {prefix}: <{iri}>\n"
    for prefix, iri in (
        ("tw", TW), ("rdf", RDF), ("rdfs", RDFS), ("owl", OWL), ("skos", SKOS),
        ("dcterms", DCTERMS), ("oa", OA), ("prov", PROV),
    )
)  # fmt: skip

_TRIPLES: Final = f"""
SELECT ?graph ?s ?p ?o WHERE {{ GRAPH ?graph {{ ?s ?p ?o }}
  FILTER(STRSTARTS(STR(?graph), "{FACT}")) }}"""
_QUALIFIERS: Final = f"""
SELECT ?fact ?p ?v WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{ ?fact tw:modality ?m ; ?p ?v }} }}"""
#: What a curator remarks on a fact: among it why the fact is disputed.
_REMARKS: Final = (TW + "note", TW + "statusReason")
#: With ``tw:evidence`` the quotes themselves, with ``tw:evidence/tw:context`` their context.
_QUOTES: Final = f"""
SELECT ?fact ?document ?exact ?prefix ?suffix ?start ?end WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{
  ?fact PATH ?e . ?e oa:hasSource ?document ; oa:hasSelector ?q , ?p .
  ?q oa:exact ?exact . ?p oa:start ?start ; oa:end ?end .
  OPTIONAL {{ ?q oa:prefix ?prefix }} OPTIONAL {{ ?q oa:suffix ?suffix }} }} }}"""
_UNSAID: Final = f"""
SELECT ?fact ?part WHERE {{ GRAPH <{GRAPH_EVIDENCE}> {{
  ?fact tw:evidence/(tw:doesNotName|tw:doesNotSay) ?part }} }}"""
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
_DOCUMENTS: Final = """
SELECT ?e ?p ?v WHERE { ?e a tw:SourceDocument ; ?p ?v .
  VALUES ?p { dcterms:identifier dcterms:title dcterms:publisher dcterms:creator } }"""


def read_view(store: Store) -> View:
    """Everything that the picture shows of a store that keeps the RDF contract."""
    names, others = _read_names(store)
    parents, inverses = _read_hierarchy(store)
    classes = _most_specific(store, parents)
    facts = tuple(sorted(_read_facts(store, names), key=lambda fact: fact.iri))

    def term(iri: str) -> Term:
        inverse = inverses.get(iri)
        return Term(
            iri,
            _name(iri, names),
            tuple(sorted(parents.get(iri, ()))),
            _name(inverse, names) if inverse in names else None,
        )

    entity = {iri for iri in classes if _is_entity(classes[iri], parents)}
    mentioned = {fact.subject for fact in facts}
    mentioned |= {fact.object for fact in facts if isinstance(fact.object, str)}
    speakers = {iri for fact in facts for iri in (*fact.stated_by, *fact.on_behalf_of)}
    subjects = {fact.subject for fact in facts}
    drawn = frozenset(((mentioned | speakers) & entity) | subjects)
    summaries = tuple(_read_summaries(store, facts))
    used_classes = _upwards({c for iri in drawn for c in classes.get(iri, ())}, parents)
    disputes = tuple(_read_disagreements(store, facts))
    used_predicates = {fact.predicate for fact in facts} | {item.predicate for item in summaries}
    used_predicates |= {item.predicate for item in disputes}
    used_values = (mentioned - drawn) | {fact.modality for fact in facts}
    used_values |= {rule for item in summaries for rule in item.rules}
    sorting = _Sorting(facts, classes, parents)
    nodes = tuple(
        Node(
            iri,
            _name(iri, names),
            classes.get(iri, ()),
            tuple(sorted(others.get(iri, set()) - set(names.get(iri, {}).values()))),
            sorting.countries_of(iri),
            sorting.areas_of(iri),
            sorting.stages_of(iri),
        )
        for iri in sorted(drawn)
    )
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
    )


def _rows(store: Store, query: str) -> Iterator[Binding]:
    return select(store, _PREFIXES + query)


def _sorted_rows(store: Store, query: str) -> list[Binding]:
    """The rows in an order that does not depend on the store, where the first one counts."""
    return sorted(_rows(store, query), key=lambda row: tuple(map(str, row.values())))


def _text(row: Binding, name: str) -> str:
    """The IRI or the text that a variable stands for; empty where it is unbound."""
    return row[name].value if name in row else ""


def _read_names(store: Store) -> tuple[dict[str, dict[str, str]], dict[str, set[str]]]:
    """Labels by IRI and language, and all names by IRI."""
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


def _name(iri: str, names: Mapping[str, Mapping[str, str]]) -> Name:
    known = names.get(iri, {})
    any_name = next((known[key] for key in sorted(known)), iri.rstrip("/").split("/")[-1])
    any_name = any_name.rpartition("#")[2]
    return Name(known.get("ar", any_name), known.get("en", any_name))


def _read_hierarchy(store: Store) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Superclasses and superproperties by IRI, and inverse properties both ways."""
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
    """The terms with all their superterms of our own vocabulary or the collection's."""
    found: set[str] = set()
    waiting = list(iris)
    while waiting:
        iri = waiting.pop()
        if iri not in found:
            found.add(iri)
            waiting.extend(parents.get(iri, ()))
    return found


def _most_specific(store: Store, parents: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """For each typed IRI its classes that are no superclass of another of its classes."""
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


def _read_facts(store: Store, names: Mapping[str, Mapping[str, str]]) -> Iterator[SeenFact]:
    qualifiers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    notes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in _rows(store, _QUALIFIERS):
        value = row["v"]
        if isinstance(value, ox.Literal) and _text(row, "p") in _REMARKS:
            notes[_text(row, "fact")].add((value.language or "", value.value))
        else:
            qualifiers[_text(row, "fact")][_text(row, "p")].add(value.value)
    quotes = _read_passages(store, "tw:evidence")
    context = _read_passages(store, "tw:evidence/tw:context")
    unsaid: dict[str, set[Name]] = defaultdict(set)
    for row in _rows(store, _UNSAID):
        part = row["part"]
        text = Name(part.value, part.value) if isinstance(part, ox.Literal) else None
        unsaid[_text(row, "fact")].add(text or _name(_text(row, "part"), names))
    for row in _rows(store, _TRIPLES):
        iri = _text(row, "graph")
        said = qualifiers.get(iri, {})

        def all_of(name: str, said: Mapping[str, set[str]] = said) -> tuple[str, ...]:
            return tuple(sorted(said.get(TW + name, ())))

        status = "".join(all_of("recordStatus")[:1])
        if status not in SHOWN_STATUSES:
            continue
        yield SeenFact(
            iri,
            _text(row, "s"),
            _text(row, "p"),
            _object(row["o"]),
            "".join(all_of("modality")[:1]),
            all_of("statedBy"),
            all_of("onBehalfOf"),
            all_of("when"),
            all_of("dateText"),
            tuple(
                Value(text, RDF + "langString", language)
                for language, text in sorted(notes.get(iri, ()))
            ),
            status,
            tuple(sorted(quotes.get(iri, ()))),
            tuple(sorted(context.get(iri, ()))),
            tuple(sorted(unsaid.get(iri, ()))),
        )


def _read_disagreements(store: Store, facts: Sequence[SeenFact]) -> Iterator[SeenDisagreement]:
    """Where two values or more stand side by side, each with facts that are shown."""
    known = {fact.iri for fact in facts}
    subjects = {fact.subject for fact in facts}
    for found in disagreements(store):
        iris = (known.intersection(fact.iri for fact in side.facts) for side in found.sides)
        sides = tuple(tuple(sorted(side)) for side in iris if side)
        if len(sides) > 1 and found.subject.value in subjects:
            yield SeenDisagreement(found.subject.value, found.predicate.value, sides)


def _read_passages(store: Store, path: str) -> dict[str, set[Quote]]:
    """By fact, the stretches of documents that a path leads to."""
    found: dict[str, set[Quote]] = defaultdict(set)
    for row in _rows(store, _QUOTES.replace("PATH", path)):
        found[_text(row, "fact")].add(
            Quote(
                _text(row, "document"),
                int(_text(row, "start")),
                int(_text(row, "end")),
                _text(row, "exact"),
                _text(row, "prefix"),
                _text(row, "suffix"),
            )
        )
    return found


def _object(term: RdfTerm) -> str | Value:
    if isinstance(term, ox.Literal):
        return Value(term.value, term.datatype.value, term.language or "")
    return term.value


def _read_summaries(store: Store, facts: Iterable[SeenFact]) -> Iterator[Summary]:
    """The drawn derived facts, each way of a symmetric one told once, unfolded to facts."""
    rules: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, set[str]] = defaultdict(set)
    for row in _rows(store, _DERIVATIONS):
        rules[_text(row, "derived")].add(_text(row, "rule"))
        sources[_text(row, "derived")].add(_text(row, "from"))
    asserted = {fact.iri for fact in facts}
    said = {(fact.predicate, fact.subject, fact.object) for fact in facts}
    graphs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in _rows(store, _SUMMARIES):
        low, high = sorted((_text(row, "s"), _text(row, "o")))
        graphs[_text(row, "p"), low, high].add(_text(row, "graph"))
    for (predicate, low, high), mine in sorted(graphs.items()):
        if (predicate, low, high) in said or (predicate, high, low) in said:
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
    """Which countries, areas and stages each entity is sorted under, as the facts say."""

    #: Who holds, belongs to or works for something has that thing's country.
    _INHERITING: Final = ("holds", "postIn", "subOrganizationOf", "sentBy", "operatedBy")

    def __init__(
        self,
        facts: Iterable[SeenFact],
        classes: Mapping[str, tuple[str, ...]],
        parents: Mapping[str, set[str]],
    ) -> None:
        self._countries: dict[str, set[str]] = defaultdict(set)
        self._areas: dict[str, set[str]] = defaultdict(set)
        self._stages: dict[str, set[str]] = defaultdict(set)
        links: list[tuple[str, str]] = []
        parties: list[tuple[str, str]] = []
        for iri, mine in classes.items():
            above = _upwards(mine, parents)
            if TW + "Country" in above:
                self._countries[iri].add(iri)
            if TW + "Area" in above:
                self._areas[iri].add(iri)
        for fact in facts:
            if not isinstance(fact.object, str):
                continue
            name = fact.predicate.removeprefix(TW)
            above = _upwards({fact.predicate}, parents)
            pair = fact.subject, fact.object
            if name in ("belongsToCountry", "locatedIn") and fact.object in self._countries:
                self._countries[fact.subject].add(fact.object)
            if name in self._INHERITING:
                links.append(pair)
            if above & {TW + "party", TW + "participant", TW + "beneficiary"}:
                parties.append(pair)
            if fact.object in self._areas:
                self._areas[fact.subject].add(fact.object)
            # A stage that is only a prospect has not been reached.
            if name == "stage" and fact.modality not in PROSPECTS:
                self._stages[fact.subject].add(fact.object)
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
