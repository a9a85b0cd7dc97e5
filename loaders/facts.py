"""Facts from what a curator wrote: names looked up, types and dates checked, quotes located."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from typing import Final

import pyoxigraph as ox

from ..graph.document import Document
from ..graph.fact import (
    MODALITIES,
    STATUS_QUALIFIERS,
    Evidence,
    Fact,
    Object,
    Passage,
    Qualifiers,
)
from ..ontology.namespaces import ID, TW, XSD
from ..ontology.schema import Property, Schema, local_name
from .checks.edtf import duration_fault, edtf_fault
from .checks.quotes import QuoteFault, evidence, passage, split
from .documents import REGISTER
from .files.value import Value
from .files.yaml_nodes import near
from .record_status import record_status

#: What a fact may say besides its triple, in a YAML mapping or in the columns of a CSV file.
QUALIFIERS: Final = (
    "modality", "statedBy", "onBehalfOf", "when", "dateText", *STATUS_QUALIFIERS, "note", "noteAr",
)  # fmt: skip
DERIVED_ONLY: Final = frozenset({"cooperatesWith", "inTalksWith", "inRegion"})
_MODALITIES: Final = {name: ox.NamedNode(f"{ID}modality/{name}") for name in MODALITIES}
_DATE: Final = TW + "date"
_DURATION: Final = TW + "duration"
_DECIMAL: Final = re.compile(r"(-?)0*(\d+(?:_\d+)*)(?:\.(?=\d)(\d*?)0*)?", re.ASCII)
_INTEGER: Final = re.compile(r"-?\d{1,18}", re.ASCII)


def writable(schema: Schema) -> dict[str, Property]:
    """The properties that a fact may state, by local name: the others are derived, or qualify."""
    return {
        name: item
        for name, item in schema.properties.items()
        if item.inverse_of is None and name not in DERIVED_ONLY and name not in QUALIFIERS
    }


class FactMaker:
    """Makes facts from written values, against one ontology and one register of entities."""

    def __init__(
        self,
        schema: Schema,
        classes: Mapping[str, frozenset[str]],
        documents: Mapping[str, Document],
        refused: Set[str] = frozenset(),
    ) -> None:
        """``classes`` gives the class IRIs of each reference, ``documents`` those by slug.

        ``refused`` has what was reported already: document slugs, references, and the class
        slugs of whole files. Facts that name them are passed over without a second message.
        """
        self._schema = schema
        self._classes = classes
        self._documents = documents
        self._refused = refused
        self._writable = writable(schema)
        # One term for all facts that name it: a large graph has a few things in many facts.
        self._nodes: dict[str, ox.NamedNode] = {}
        # Most facts are qualified like many others.
        self._sets: dict[Qualifiers, Qualifiers] = {}
        self._dates, self._durations = (
            {p.iri for p in schema.properties.values() if top in schema.superproperties(p.iri)}
            for top in (_DATE, _DURATION)
        )

    def document(self, value: Value) -> Document | None:
        """The document of that slug, or None with a fault."""
        slug = value.text()
        if slug not in self._documents:
            if self._refused.isdisjoint({slug, REGISTER}):
                value.fault(
                    f"there is no document “{slug}”",
                    near(slug, set(self._documents)) or "register it in documents/documents.yaml",
                )
            return None
        return self._documents[slug]

    def quote(
        self,
        document: Document,
        quote: Value,
        prefix: str = "",
        suffix: str = "",
        context: Iterable[Value] = (),
    ) -> tuple[Evidence, ...] | None:
        """The evidence for the quote, with its context, or None with a fault.

        A value of ``context`` is one sentence, or several with ``[…]`` between them.
        """
        around: list[Passage] = []
        is_sound = True
        for value in context:
            for sentence in split(value.text()):
                try:
                    around.append(passage(document, sentence))
                except QuoteFault as error:
                    value.fault(f"context: {error}", error.remedy, "quotes")
                    is_sound = False
        try:
            found = evidence(document, quote.text(), prefix, suffix, tuple(around))
        except QuoteFault as error:
            quote.fault(str(error), error.remedy, "quotes")
            return None
        return found if is_sound else None

    def fact(self, written: Mapping[str, Value], quote: tuple[Evidence, ...] | None) -> Fact | None:
        """The fact of the written subject, predicate, object and qualifiers, or None with faults.

        ``written`` has those three and any of ``QUALIFIERS``. Every part is looked at, whatever
        is wrong with the others; without a quote there is no fact.
        """
        triple = self.triple(written)
        qualifiers = self._qualifiers(written)
        if triple is None or qualifiers is None or quote is None:
            return None
        return Fact(*triple, qualifiers, quote)

    def triple(
        self, written: Mapping[str, Value]
    ) -> tuple[ox.NamedNode, ox.NamedNode, Object] | None:
        """The written subject, predicate and object, or None with faults."""
        item = self._property(written["predicate"])
        subject = self._entity(written["subject"])
        if item is None:
            return None
        target: Object | None
        if item.datatype:
            target = self._literal(written["object"], item)
        else:
            target = self._entity(written["object"])
        fits = self._has_class(written["subject"], item.domains, f"subject of {item.name}")
        if not item.datatype:
            fits &= self._has_class(written["object"], item.ranges, f"object of {item.name}")
        if subject is None or target is None or not fits:
            return None
        return subject, self._node(item.iri), target

    def _property(self, value: Value) -> Property | None:
        name = value.text()
        if name in DERIVED_ONLY:
            value.fault(
                f"“{name}” is derived from other facts, never written",
                "write who signed, funds or met whom; the rest follows",
                "types",
            )
            return None
        if name in QUALIFIERS:
            value.fault(
                f"“{name}” says something about a fact, and is no predicate",
                f"{{subject: …, predicate: …, object: …, {name}: …}}",
                "names",
            )
            return None
        if name in self._writable:
            return self._writable[name]
        if name in self._schema.properties:
            forward = self._schema.properties[name].inverse_of or ""
            value.fault(
                f"“{name}” is derived, as the other direction of another property",
                f"write the fact the other way round, with {local_name(forward)}",
                "types",
            )
        else:
            value.fault(
                f"unknown predicate “{name}”",
                near(name, set(self._writable)) or "the ontology lists them all",
                "names",
            )
        return None

    def _entity(self, value: Value) -> ox.NamedNode | None:
        reference = value.text()
        if reference in self._classes:
            return self._node(ID + reference)
        if not self._refused.isdisjoint({reference, reference.partition("/")[0]}):
            return None
        remedy = near(reference, set(self._classes))
        value.fault(
            f"unknown entity “{reference}”",
            remedy or "register it in entities/, with its Arabic and English names",
            "names",
        )
        return None

    def _node(self, iri: str) -> ox.NamedNode:
        return self._nodes.get(iri) or self._nodes.setdefault(iri, ox.NamedNode(iri))

    def _has_class(self, value: Value, wanted: frozenset[str], role: str) -> bool:
        reference = value.text()
        have = self._classes.get(reference)
        if have is None or have & wanted:
            return True
        names = " or ".join(sorted(local_name(iri) for iri in wanted))
        value.fault(
            f"{reference} cannot be the {role}, only {names} can",
            "check the direction and the predicate; a second class goes under “types”",
            "types",
        )
        return False

    def _literal(self, value: Value, item: Property) -> ox.Literal | None:
        text = value.text()
        wrong: tuple[str, str] | None = None
        if item.datatype == XSD + "decimal":
            if number := _DECIMAL.fullmatch(text):
                return _canonical(number)
            wrong = f"“{text}” is no number", "write digits, with a point for decimals: 3500000"
        elif item.datatype == XSD + "integer":
            if _INTEGER.fullmatch(text):
                return ox.Literal(int(text))
            wrong = f"“{text}” is no whole number", "write digits: 2"
        elif item.datatype == XSD + "boolean":
            if text in ("true", "false"):
                return ox.Literal(text == "true")
            wrong = f"“{text}” is neither true nor false", "write true or false"
        elif item.iri in self._durations:
            wrong = duration_fault(text)
        elif item.iri in self._dates:
            wrong = edtf_fault(text)
        elif not text.strip():
            wrong = f"the {item.name} is empty", "write it, or delete the fact"
        if wrong:
            value.fault(*wrong, "dates" if "date" in wrong[0] else "format")
            return None
        return ox.Literal(text)

    def _qualifiers(self, written: Mapping[str, Value]) -> Qualifiers | None:
        found: dict[str, Object] = {"modality": _MODALITIES["asserted"]}
        status = record_status(written, written["subject"])
        is_sound = status is not None
        found |= status or {}
        for name in QUALIFIERS:
            if name not in written or name in STATUS_QUALIFIERS:
                continue
            value = written[name]
            text = value.text()
            if name == "modality":
                if text in _MODALITIES:
                    found[name] = _MODALITIES[text]
                else:
                    value.fault(
                        f"unknown {name} “{text}”", near(text, list(MODALITIES)), "qualifiers"
                    )
                    is_sound = False
            elif name in ("statedBy", "onBehalfOf"):
                entity = self._entity(value)
                is_actor = self._has_class(value, frozenset({TW + "Actor"}), name)
                if entity is None or not is_actor:
                    is_sound = False
                else:
                    found[name] = entity
            else:
                if name == "when" and (wrong := edtf_fault(text)):
                    value.fault(*wrong, "dates")
                    is_sound = False
                elif not text.strip():
                    value.fault(f"“{name}” is empty", "write it, or delete the key", "qualifiers")
                    is_sound = False
                language = {"note": "en", "noteAr": "ar", "dateText": "ar"}.get(name)
                found[name] = ox.Literal(text, language=language)
        modality = found["modality"].value.rpartition("/")[2]
        for needed, when in (("statedBy", "reported"), ("note", "inferred")):
            if modality == when and needed not in written:
                written["subject"].fault(
                    f"a fact that is {when} needs “{needed}”",
                    "say who states it" if needed == "statedBy" else "say why it is inferred",
                    "qualifiers",
                )
                is_sound = False
        if not is_sound:
            return None
        qualifiers = tuple(sorted(found.items()))
        return self._sets.setdefault(qualifiers, qualifiers)


def _canonical(number: re.Match[str]) -> ox.Literal:
    """The number as Oxigraph writes it, to the last digit: without needless zeros and signs.

    A whole number is an integer, which is how a query writes it.
    """
    sign, whole, fraction = number.groups()
    digits = whole.replace("_", "") + (f".{fraction}" if fraction else "")
    text = digits if digits == "0" else sign + digits
    kind = "integer" if _INTEGER.fullmatch(text) else "decimal"
    return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))
