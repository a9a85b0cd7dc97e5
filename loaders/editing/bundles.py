"""Read what a curator adds at once: entities with their facts, and facts about earlier ones.

An item is a mapping. With ``new`` it is an entity and what its quote says of it: the names of
predicates are keys, beside those of the register and of a quote. With ``subject`` it is a fact. A
value is a reference, a name, or another new thing; so one item may register several entities. A
mapping with ``object`` is a value with qualifiers of its own (``onBehalfOf``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from ...graph.errors import CollectionError, TaawunError, UnknownNameError
from ...messages.fault import Fault, Place
from ...messages.message import foreign
from ...ontology.namespaces import ID
from ..checks.lints import SIGNED_STAGES
from ..entities import ENTITY_KEYS
from ..facts import QUALIFIERS, writable
from ..files.yaml_text import LOADER, data_of
from ..record_status import TRIPLE
from .additions import NewEntity, NewFact
from .insert_entry import QUOTE
from .references import References

Item: TypeAlias = Mapping[str, Any]

#: The bundles: the class of each, and the other classes that ``kind`` may choose.
BUNDLES: Final[dict[str, tuple[str, ...]]] = {
    "agreement": ("agreement", "memorandum-of-understanding"),
    "figure": ("figure", "rank"),
    "person": ("official",),
    "event": ("meeting", "conference", "visit", "event"),
    "offer": ("offer", "proposal"),
    "delegation": ("delegation",),
    "company": ("enterprise", "organization", "public-body", "institute", "ministry"),
}
#: Short keys by class, each with its predicate; the keys of ``event`` hold for its kinds too.
_SHORT: Final[dict[str, dict[str, str]]] = {
    "agreement": {"date": "signedOn", "areas": "area", "parties": "party"},
    "figure": {"of": "figureOf", "date": "period"},
    "official": {"post": "holds", "country": "belongsToCountry"},
    "post": {"in": "postIn", "country": "belongsToCountry"},
    "event": {"date": "heldOn", "place": "locatedIn", "participants": "participant",
              "parties": "party"},
    "delegation": {"head": "headedBy", "country": "belongsToCountry"},
    "organization": {"country": "belongsToCountry"},
    "offer": {"by": "offeredBy", "to": "offeredTo", "areas": "area"},
}  # fmt: skip
#: Facts that a new thing of a class has unless the item says otherwise.
_USUAL: Final = {"figure": {"comparator": "exactly"}, "offer": {"stage": "offered"}}
_QUOTE_KEYS: Final = ("document", *QUOTE)
_NOT_PREDICATES: Final = {*ENTITY_KEYS, *_QUOTE_KEYS, *QUALIFIERS, "new", "kind", "slug", "amounts"}
_NOT_FIRM: Final = frozenset({"planned", "expected", "conditional", "denied"})
#: Qualifiers of one fact that do not hold for what is said of its new object.
_WHO: Final = frozenset({"onBehalfOf"})
_SEPARATOR: Final = "|"


def slug_from(name: str) -> str:
    """The slug that an English name suggests; empty if it has no Latin letter or digit.

    >>> slug_from("Al-Manara Regional Data Centre"), slug_from("اتفاقية")
    ('al-manara-regional-data-centre', '')
    """
    return "-".join(re.findall("[a-z0-9]+", name.lower().replace("'", "").replace("’", "")))


class Batch:
    """Items read one after the other; later ones may refer to what earlier ones create.

    ``entities`` and ``facts`` grow with each item; ``faults`` has what is wrong with them.
    """

    def __init__(self, references: References) -> None:
        self.references = references
        self.entities: list[NewEntity] = []
        self.facts: list[NewFact] = []
        self.faults: list[Fault] = []
        self._writable = writable(references.known.schema)
        self._quote: dict[str, str] = {}

    def read(self, items: Iterable[tuple[Place, Item]]) -> None:
        """Read items, each with its place. Raises ``CollectionError`` with all their faults."""
        for place, item in items:
            try:
                self.add(item, place)
            except TaawunError as error:
                fault = Fault(place, error.message, error.remedy, "names")
                self.faults.append(fault)
        if self.faults:
            raise CollectionError(dict.fromkeys(self.faults))

    def add(self, item: Item, place: Place) -> str:
        """Read one item; returns the reference of what is new, or an empty text.

        An item without ``document`` or ``quote`` has those of the item before.
        """
        if given := {key: str(item[key]) for key in _QUOTE_KEYS if item.get(key)}:
            begins = "document" in given or "quote" in given
            base = {"document": self._quote.get("document", "")} if begins else self._quote
            self._quote = base | given
        if "document" in given:
            self._quote["document"] = self.references.document(given["document"])
        if "new" in item:
            return self._new(item, place, self._quote, {})
        said = {key: str(item[key]) for key in (*TRIPLE, *QUALIFIERS) if item.get(key) is not None}
        if missing := [key for key in TRIPLE if not said.get(key)]:
            if set(item) - {*_QUOTE_KEYS}:
                self._fault(place, "item-lacks", names=missing)
            return ""
        self._fact(said["subject"], said.pop("predicate"), item["object"], said, self._quote, place)
        return ""

    def _new(
        self, item: Item, place: Place, quote: Mapping[str, str], above: Mapping[str, str]
    ) -> str:
        """Register a new thing and its facts; ``above`` are the qualifiers of the whole item."""
        slug = self._class_of(item)
        quote = {**quote, **{key: str(item[key]) for key in _QUOTE_KEYS if item.get(key)}}
        fields = {key: _texts(item[key]) for key in ENTITY_KEYS if item.get(key)}
        said = {**above, **{key: str(item[key]) for key in QUALIFIERS if item.get(key)}}
        said.pop("note", None) if "note" in fields else None
        self._name(item, slug, fields)
        if not (item.get("slug") or slug_from(str(fields.get("en", "")))):
            if name := fields.get("ar"):
                self._fault(place, "new-without-english", name=name)
            else:
                self._fault(place, "new-without-names")
        reference = f"{slug}/{item.get('slug') or slug_from(str(fields.get('en', '')))}"
        self.entities.append(NewEntity(reference, fields, place))
        schema = self.references.known.schema
        kinds = schema.kinds((schema.classes[slug],)) if slug in schema.classes else frozenset()
        names = [str(fields.get("ar", "")), str(fields.get("en", ""))]
        self.references.register(reference, kinds, [*filter(None, names), *_list(item.get("also"))])
        for predicate, value in self._stated(item, slug):
            self._fact(reference, predicate, value, said, quote, place)
        for amount in _list(item.get("amounts")):
            if not isinstance(amount, Mapping):
                self._fault(place, "amount-not-a-mapping")
                continue
            figure = {"new": "figure", "of": reference, **amount}
            self._new(figure, place, quote, said)
        return reference

    def _class_of(self, item: Item) -> str:
        name = str(item["new"])
        kinds = BUNDLES.get(name)
        kind = item.get("kind")
        if kinds is None:
            return self.references.class_slug(name)
        return self.references.class_slug(str(kind)) if kind else kinds[0]

    def _name(self, item: Item, slug: str, fields: dict[str, str | list[str]]) -> None:
        """Give a figure without a name one that says its value and what it is of."""
        if slug not in BUNDLES["figure"] or ("ar" in fields and "en" in fields):
            return
        value = str(item.get("value") or item.get("rank") or "")
        for language in ("ar", "en"):
            of, unit = (
                self._label(item.get(key) or item.get(other) or "", language)
                for key, other in (("of", "figureOf"), ("unit", "unit"))
            )
            fields.setdefault(language, f"{value} {unit}: {of}".strip())

    def _label(self, name: Any, language: str) -> str:
        """The name of a thing in a language; of one that is only about to be registered too."""
        if isinstance(name, Mapping):
            return str(name.get(language, ""))
        name = str(name)
        found = self.references.find(name)
        reference = found[0] if len(found) == 1 else name
        known = self.references.known
        if reference in known.entities:
            entity = known.entities[reference]
            return entity.ar if language == "ar" else entity.en
        if reference in known.schema.concepts:
            return known.schema.label(ID + reference, language)
        new = next((one for one in self.entities if one.reference == reference), None)
        return str(new.fields.get(language, name)) if new else name

    def _stated(self, item: Item, slug: str) -> Iterator[tuple[str, Any]]:
        """The predicates and values of an item, those of a list one by one."""
        schema = self.references.known.schema
        kinds = schema.kinds((schema.classes[slug],)) if slug in schema.classes else frozenset()
        short: dict[str, str] = {}
        usual: dict[str, str] = {}
        for name, iri in schema.classes.items():
            if iri in kinds:
                short |= _SHORT.get(name, {})
                usual |= _USUAL.get(name, {})
        stated = {
            short.get(str(key)) or self._predicate(str(key), short): value
            for key, value in item.items()
            if key not in _NOT_PREDICATES and value not in (None, "", [])
        }
        if "signatory" not in stated and "party" in stated and self._is_signed(item, stated):
            stated["signatory"] = stated.pop("party")
        for predicate, value in {**usual, **stated}.items():
            for one in _list(value):
                yield predicate, one

    def _predicate(self, key: str, short: Mapping[str, str]) -> str:
        """The predicate of a key; a misspelt one is told the nearest short keys first."""
        try:
            name = self.references.predicate(key)
            is_known = name in self.references.known.schema.properties
            error = None if is_known else UnknownNameError(key, "kind-predicate")
        except UnknownNameError as unknown:
            error = unknown
        if error is None:
            return name
        close = get_close_matches(key, [*short, "amounts"])
        raise UnknownNameError(key, "kind-predicate", dict.fromkeys([*close, *error.near]))

    def _is_signed(self, item: Item, stated: Mapping[str, Any]) -> bool:
        """Whether the stage of an agreement is one that parties reach by signing."""
        if str(item.get("modality", "")) in _NOT_FIRM:
            return False
        stages = {ID + self._value("stage", str(stage)) for stage in _list(stated.get("stage"))}
        return bool(stages & SIGNED_STAGES)

    def _fact(
        self,
        subject: str,
        predicate: str,
        value: Any,
        said: Mapping[str, str],
        quote: Mapping[str, str],
        place: Place,
    ) -> None:
        """Add a fact; its value may be a new thing, or a mapping with ``object`` and qualifiers."""
        said = {key: text for key, text in said.items() if key in QUALIFIERS}
        if isinstance(value, Mapping) and "new" not in value:
            quote = {**quote, **{key: str(value[key]) for key in _QUOTE_KEYS if value.get(key)}}
            own = {key: value[key] for key in QUALIFIERS if value.get(key)}
            for key in _WHO & own.keys():
                if isinstance(own[key], Mapping):
                    own[key] = self._new(own[key], place, quote, said)
            said |= {key: str(text) for key, text in own.items()}
            value = value.get("object", "")
        if isinstance(value, Mapping):
            quote = {**quote, **{key: str(value[key]) for key in _QUOTE_KEYS if value.get(key)}}
            above = {key: text for key, text in said.items() if key not in _WHO}
            value = self._new(value, place, quote, above)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        name = self.references.predicate(predicate)
        item = self.references.known.schema.properties.get(name)
        if item is None or item.datatype is None:
            text = self._value(name, text)
        elif not isinstance(value, str) or item.datatype.endswith("decimal"):
            text = text.replace(",", "")
        parts = {"subject": subject, "predicate": name, "object": text, **said}
        if not quote.get("quote") or not quote.get("document"):
            missing = [key for key in ("document", "quote") if not quote.get(key)]
            self._fault(place, "item-lacks", names=missing)
            return
        self.facts.append(NewFact(quote, self.references.fact(parts), place))

    def _value(self, predicate: str, name: str) -> str:
        """The reference of a value: of a scale by its slug alone, else by any name."""
        item = self.references.known.schema.properties.get(predicate)
        ranges = item.ranges if item else frozenset()
        fitting = [
            ref
            for ref in self.references.find(name)
            if self.references.classes.get(ref, frozenset()) & ranges
        ]
        return fitting[0] if len(fitting) == 1 else name

    def _fault(self, place: Place, code: str, **parts: Any) -> None:
        self.faults.append(Fault.at(place, code, **parts))


def _list(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _texts(value: Any) -> str | list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else str(value)


def read_items(path: str, content: bytes) -> list[tuple[Place, Item]]:
    """The items of a YAML or CSV file, each with its place.

    In YAML, the file is a list. In CSV, columns are keys, and ``|`` separates several values.
    Raises ``CollectionError``.
    """
    faults: list[Fault] = []
    name = Path(path).name
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"{content[error.start]:#04x}"
        raise CollectionError(
            [Fault.at(Place(name), "not-utf8", offset=error.start, byte=byte)]
        ) from error
    if path.endswith(".csv"):
        return list(_rows(name, text))
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        problem = foreign(getattr(error, "problem", None) or str(error))
        raise CollectionError([Fault.at(place, "not-yaml", problem=problem)]) from error
    nodes = root.value if isinstance(root, yaml.SequenceNode) else [root] if root else []
    found: list[tuple[Place, Item]] = []
    for node in nodes:
        place = Place(name, node.start_mark.line + 1, node.start_mark.column + 1)
        data = data_of(node)
        if isinstance(data, dict):
            found.append((place, data))
        else:
            faults.append(Fault.at(place, "mapping-expected"))
    if faults:
        raise CollectionError(faults)
    return found


def _rows(name: str, text: str) -> Iterator[tuple[Place, Item]]:
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    for row in rows:
        item: dict[str, Any] = {}
        for key, cell in row.items():
            if key and isinstance(cell, str) and cell.strip():
                parts = [part.strip() for part in cell.split(_SEPARATOR)]
                is_text = key in _QUOTE_KEYS or len(parts) == 1
                item[key.strip()] = cell.strip() if is_text else parts
        if item:
            yield Place(name, rows.line_num), item
