"""Export as FollowTheMoney entities, for Aleph and OpenSanctions' tools: one JSON object a line.

An entity is written under the schema that is true of its class; one of a class without a schema
is left out, and the facts about it stand as words beside what they relate it to. A fact is an
entity too: a link between two others, or a ``Documentation`` of one, each with its quotes.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import IO, Final, TypeAlias

from ..graph.fact import ACTIVE_STATUSES, short_hash
from ..graph.fact_reader import all_facts
from ..graph.fact_record import FactRecord
from ..graph.store import Store, select
from ..graph.territories import territories
from ..messages.message import say
from ..messages.untrusted_text import escaped
from ..ontology.namespaces import DCTERMS, DOCUMENT, FACT, ID, RDF, RDFS, SKOS, TW
from ..ontology.schema import local_name
from .fact_words import glosses_of, iris_of, marks, name_of, quotes_of
from .labels import Labels

#: How many facts are read and written at a time.
_TOGETHER: Final = 500
#: The values of an entity by property, each value once, sorted when written.
Values: TypeAlias = dict[str, set[str]]

#: The schema of each class, the most specific classes first. A group of people (``tw:Group``) is
#: no legal entity, an offer no project, and a service, an area or a figure nothing that FtM has.
_SCHEMATA: Final = {
    "Group": "",
    "Official": "Person",
    "Post": "Position",
    "Enterprise": "Company",
    "PublicBody": "PublicBody",
    "Organization": "Organization",
    "Country": "Territory",
    "Region": "Territory",
    "City": "Territory",
    "Agreement": "Contract",
    "Programme": "Project",
    "Infrastructure": "Asset",
    "Event": "Event",
}
_AGREEMENTS: Final = ("MemorandumOfUnderstanding", "Agreement")
_LEVELS: Final = {"Country": "country", "Region": "region", "City": "locality"}
_BODIES: Final = frozenset({"Organization", "PublicBody", "Company"})
_LEGAL: Final = _BODIES | {"Person"}
#: The schema of a link by property, the names of its ends, and which schemata they may have.
_LINKS: Final = {
    "holds": ("Occupancy", ("holder", {"Person"}), ("post", {"Position"})),
    "memberOf": ("Membership", ("member", _LEGAL), ("organization", _BODIES)),
    "ownedBy": ("Ownership", ("asset", {"Asset", "Company"}), ("owner", _LEGAL)),
    **{
        name: ("ProjectParticipant", ("project", {"Project"}), ("participant", _LEGAL))
        for name in ("implementedBy", "developedWith", "fundedBy")
    },
}
#: The property of an entity that a fact fills, by the schema of its subject and its own property.
_FILLED: Final = {
    ("Contract", "signedOn"): "contractDate",
    ("Project", "launchedOn"): "startDate",
    ("Project", "objective"): "goal",
    ("Event", "organizer"): "organizer",
    **{("Event", name): "involved" for name in ("participant", "speaker", "chair", "attendee")},
    ("Position", "postIn"): "organization",
}
_DAY: Final = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d\d)?)?"
_DATES: Final = re.compile(rf"({_DAY})|({_DAY})/(?:\.\.)?|(?:\.\.)?/({_DAY})|({_DAY})/({_DAY})")
_ID: Final = re.compile(r"[0-9a-zA-Z](?:[0-9a-zA-Z.-]{0,200}[0-9a-zA-Z])?")
_DESCRIBED: Final = f"""
SELECT ?thing ?is ?value WHERE {{ VALUES ?is {{
  <{RDF}type> <{RDFS}label> <{SKOS}altLabel> <{TW}note> <{TW}iso3> <{DCTERMS}identifier>
  <{DCTERMS}publisher> <{DCTERMS}creator> <{DCTERMS}issued>
}} ?thing ?is ?value }}"""


def write_ftm(store: Store, out: IO[bytes], language: str) -> None:
    """Write the documents, the entities that facts are about, then the facts, each a line."""
    for entity in _entities(store, language):
        line = json.dumps(entity, ensure_ascii=False, sort_keys=True)
        out.write(f"{escaped(line)}\n".encode())


def ftm_id(iri: str) -> str:
    """The identifier of a thing of ours in FtM, which allows letters, digits, ``.`` and ``-``.

    >>> ftm_id("https://w3id.org/taawun/id/country/iraq")
    'country.iraq'
    >>> ftm_id("https://w3id.org/taawun/document/egypt-iraq-talks")
    'document.egypt-iraq-talks'
    """
    name = iri
    for start, end in ((ID, ""), (DOCUMENT, "document."), (FACT, "fact.")):
        if iri.startswith(start):
            name = end + iri[len(start) :].replace("/", ".")
    return name if _ID.fullmatch(name) else f"iri.{short_hash(iri)}"


def ftm_dates(edtf: str) -> dict[str, str]:
    """The dates of an FtM interval, empty for what its dates cannot say: no year, about, a season.

    >>> ftm_dates("2022-09"), ftm_dates("2019/2020"), ftm_dates("2019/.."), ftm_dates("XXXX-02")
    ({'date': '2022-09'}, {'startDate': '2019', 'endDate': '2020'}, {'startDate': '2019'}, {})
    """
    found = _DATES.fullmatch(edtf)
    names = ("date", "startDate", "endDate", "startDate", "endDate")
    return (
        {name: day for name, day in zip(names, found.groups(), strict=True) if day} if found else {}
    )


def _entities(store: Store, language: str) -> Iterator[dict[str, object]]:
    things = _Things(store, language)
    for fact in _stated(store, quotes=False):
        things.fill(fact)
    yield from things.all()
    facts = _stated(store, quotes=True)
    while some := list(islice(facts, _TOGETHER)):
        things.fetch(some)
        for fact in some:
            yield from things.of(fact)


def _stated(store: Store, *, quotes: bool) -> Iterator[FactRecord]:
    """The active facts, without what is only planned, expected, conditional or denied."""
    for fact in all_facts(store, quotes=quotes):
        if fact.record_status in ACTIVE_STATUSES and not fact.is_prospect:
            yield fact


class _Things:
    """The documents and entities, and what the facts make of them."""

    def __init__(self, store: Store, language: str) -> None:
        self._labels, self._language = Labels.of(store), language
        self._schemata: dict[str, str] = {}
        self._values: dict[str, Values] = defaultdict(lambda: defaultdict(set))
        self._used: set[str] = set()
        described: dict[str, Values] = defaultdict(lambda: defaultdict(set))
        for row in select(store, _DESCRIBED):
            iri = row["thing"].value
            if iri.startswith((ID, DOCUMENT)):
                described[iri][local_name(row["is"].value)].add(row["value"].value)
        for iri, said in described.items():
            kinds = {local_name(kind) for kind in said["type"] if kind.startswith(TW)}
            if "SourceDocument" in kinds:
                self._document(iri, said)
            elif schema := next((_SCHEMATA[kind] for kind in _SCHEMATA if kind in kinds), ""):
                self._schemata[iri] = schema
                self._thing(iri, said, kinds)

    def _document(self, iri: str, said: Mapping[str, set[str]]) -> None:
        self._used.add(iri)
        self._schemata[iri] = "PlainText"
        values = self._values[iri]
        for ours, theirs in (
            ("identifier", "fileName"), ("label", "title"), ("publisher", "publisher"),
            ("creator", "author"), ("note", "notes"),
        ):  # fmt: skip
            values[theirs] |= said.get(ours, set())
        for day in said.get("issued", ()):
            values["publishedAt"] |= {ftm_dates(day).get("date", "")}
        values |= {"name": set(values["title"]), "language": {"ara"}, "mimeType": {"text/plain"}}

    def _thing(self, iri: str, said: Mapping[str, set[str]], kinds: set[str]) -> None:
        values = self._values[iri]
        values |= {"name": said["label"], "alias": said["altLabel"], "notes": said["note"]}
        if self._schemata[iri] == "Contract":
            values["title"] = said["label"]
            kind = next(kind for kind in _AGREEMENTS if kind in kinds)
            values["type"] = {self._labels(TW + kind, self._language)}
        if self._schemata[iri] == "Territory":
            values["level"] = {_LEVELS[kind] for kind in kinds & _LEVELS.keys()}
            for code in {place.code for place in territories() if place.iso3 in said["iso3"]}:
                values |= {"country": {code.lower()}, "territoryCode": {code.lower()}}

    def fill(self, fact: FactRecord) -> None:
        """Give the subject the value that a fact states, if it is stated firmly."""
        subject, object_ = fact.subject.value, fact.object.value
        schema, name = self._schemata.get(subject, ""), local_name(fact.predicate.value)
        self._used |= {subject, object_}
        if not schema or fact.record_status == "disputed":
            return
        values = self._values[subject]
        if name == "stage" and schema in ("Contract", "Project"):
            words = [name_of(fact.object, self._labels, self._language)]
            if fact.modality != "asserted":
                words.append(f"({self._labels(f'{ID}modality/{fact.modality}', self._language)})")
            values["status"].add(" ".join(words))
        if fact.modality != "asserted":
            return
        if (schema, name) == ("Event", "heldOn"):
            for key, day in ftm_dates(object_).items():
                values[key].add(day)
        elif name == "belongsToCountry":
            values["country"] |= self._values.get(object_, {}).get("country", set())
        elif filled := _FILLED.get((schema, name)):
            values[filled] |= self._filled(filled, fact)

    def _filled(self, name: str, fact: FactRecord) -> set[str]:
        if name in ("contractDate", "startDate"):
            return {ftm_dates(fact.object.value).get("date", "")}
        if name == "goal":
            return {name_of(fact.object, self._labels, self._language)}
        allowed = _BODIES if name == "organization" else _LEGAL
        iri = fact.object.value
        return {ftm_id(iri)} if self._schemata.get(iri) in allowed else set()

    def all(self) -> Iterator[dict[str, object]]:
        """The documents and the entities that facts are about, sorted by identifier."""
        for iri in sorted(self._schemata.keys() & self._used, key=ftm_id):
            yield _entity(iri, self._schemata[iri], self._values[iri])

    def fetch(self, facts: Iterable[FactRecord]) -> None:
        """Read the labels that some facts need together."""
        self._labels.fetch(iris_of(facts))

    def of(self, fact: FactRecord) -> Iterator[dict[str, object]]:
        """The fact as a link, or as the documentation of the one end that FtM has a schema for."""
        subject, object_ = fact.subject.value, fact.object.value
        ends = [iri for iri in (subject, object_) if iri in self._schemata]
        if not ends or not fact.quotes:
            return
        labels, language = self._labels, self._language
        documents = {ftm_id(quote.document_iri) for quote in fact.quotes}
        words = " — ".join(name_of(term, labels, language) for term in fact.triple)
        values: Values = {
            "summary": {"; ".join((words, *marks(fact, labels, language))), fact.note(language)},
            "description": {quotes_of([fact])},
            "publisher": {quote.publisher for quote in fact.quotes},
            "proof": documents,
            **{name: {day} for name, day in ftm_dates(fact.when).items()},
        }
        if glosses := glosses_of([fact]):
            values["description"].add(f"{say('fact-gloss', language)}: {glosses}")
        if len(ends) == 2:
            schema, (start, end) = self._link(fact)
            values |= {start: {ftm_id(subject)}, end: {ftm_id(object_)}}
        else:
            schema = "Documentation"
            values |= {"entity": {ftm_id(ends[0])}, "document": documents}
        if schema != "Occupancy":
            values["role"] = {labels(fact.predicate.value, language)}
            values["status"] = {labels(f"{ID}modality/{fact.modality}", language)}
        yield _entity(fact.iri, schema, values)

    def _link(self, fact: FactRecord) -> tuple[str, tuple[str, str]]:
        """The schema of the link that a fact is, and the names of its ends."""
        kinds = [self._schemata[term.value] for term in (fact.subject, fact.object)]
        if link := _LINKS.get(local_name(fact.predicate.value)):
            schema, (start, starts), (end, ends) = link
            if kinds[0] in starts and kinds[1] in ends:
                return schema, (start, end)
        return "UnknownLink", ("subject", "object")


def _entity(iri: str, schema: str, values: Mapping[str, set[str]]) -> dict[str, object]:
    told = {name: sorted(filter(None, found)) for name, found in values.items()}
    told["sourceUrl"] = [iri]
    properties = {name: found for name, found in told.items() if found}
    return {"id": ftm_id(iri), "schema": schema, "properties": properties}
