"""Make facts from written values: look up names, check types and dates, locate quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from ..graph.document import Document
from ..graph.errors import QuoteError
from ..graph.fact import (
    MODALITIES,
    PLAIN,
    STATUS_QUALIFIERS,
    Evidence,
    Fact,
    Object,
    Passage,
    Qualifiers,
)
from ..messages.fault import near
from ..messages.message import Message
from ..ontology.namespaces import ID, TW, XSD
from ..ontology.schema import Property, Schema, local_name
from .checks.glosses import Written, form_fault
from .checks.quotes import evidence, passage, split
from .documents import REGISTER
from .files.value import Value
from .record_status import record_status
from .text.dates import duration_fault, edtf_fault

#: The keys of a fact besides its triple, in a YAML mapping or as columns of a CSV file.
QUALIFIERS: Final = (
    "modality", "statedBy", "onBehalfOf", "when", "dateText", *STATUS_QUALIFIERS, "note", "noteAr",
)  # fmt: skip
DERIVED_ONLY: Final = frozenset({"cooperatesWith", "inTalksWith", "inRegion"})
_MODALITIES: Final = {name: ox.NamedNode(f"{ID}modality/{name}") for name in MODALITIES}
_DATE: Final = TW + "date"
_DEADLINE: Final = TW + "deadline"
_DURATION: Final = TW + "duration"
_DECIMAL: Final = re.compile(r"(-?)0*(\d+(?:_\d+)*)(?:\.(?=\d)(\d*?)0*)?", re.ASCII)
_INTEGER: Final = re.compile(r"-?\d{1,18}", re.ASCII)


def writable(schema: Schema) -> dict[str, Property]:
    """The properties that a fact may state, by local name; the others are derived or qualifiers."""
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
        slugs of whole files. Facts that name them are skipped without a second fault.
        """
        self._schema = schema
        self._classes = classes
        self._documents = documents
        self._refused = refused
        self._writable = writable(schema)
        #: The glosses read so far.
        self.glosses: list[Written] = []
        # Terms are shared: a large graph has a few entities in many facts.
        self._nodes: dict[str, ox.NamedNode] = {}
        # Sets of qualifiers are shared too.
        self._sets: dict[Qualifiers, Qualifiers] = {}
        self._dates, self._durations = (
            {p.iri for p in schema.properties.values() if tops & schema.superproperties(p.iri)}
            for tops in ({_DATE, _DEADLINE}, {_DURATION})
        )

    def document(self, value: Value) -> Document | None:
        """The document of that slug, or None with a fault."""
        slug = value.text()
        if slug not in self._documents:
            if self._refused.isdisjoint({slug, REGISTER}):
                value.fault("unknown-document", name=slug, remedy=near(slug, self._documents))
            return None
        return self._documents[slug]

    def quote(
        self,
        document: Document,
        quote: Value,
        prefix: str = "",
        suffix: str = "",
        context: Iterable[Value] = (),
        gloss: Value | None = None,
    ) -> tuple[Evidence, ...] | None:
        """The evidence for the quote, with its context and its gloss, or None with a fault.

        A value of ``context`` is one sentence, or several with ``[…]`` between them.
        """
        around: list[Passage] = []
        is_sound = True
        if gloss is not None and (wrong := form_fault(gloss.text())):
            gloss.fault(wrong.code, check="glosses", remedy=None, **wrong.parts)
            is_sound = False
        for value in context:
            for sentence in split(value.text()):
                try:
                    around.append(passage(document, sentence))
                except QuoteError as error:
                    wrong = error.message
                    value.fault("wrong-context", wrong=wrong, check="quotes", remedy=error.remedy)
                    is_sound = False
        try:
            found = evidence(document, quote.text(), prefix, suffix, tuple(around))
        except QuoteError as error:
            wrong = error.message
            quote.fault(wrong.code, check="quotes", remedy=error.remedy, **wrong.parts)
            return None
        if not is_sound:
            return None
        if gloss is not None:
            found = (replace(found[0], gloss=gloss.text()), *found[1:])
            self.glosses.append((found, gloss.place))
        return found

    def fact(self, written: Mapping[str, Value], quote: tuple[Evidence, ...] | None) -> Fact | None:
        """The fact of the written subject, predicate, object and qualifiers, or None with faults.

        ``written`` has those three and any of ``QUALIFIERS``. All faults of all parts are reported;
        without a quote there is no fact.
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
        role = Message("role-subject", predicate=item.name)
        fits = self._has_class(written["subject"], item.domains, role)
        if not item.datatype:
            role = Message("role-object", predicate=item.name)
            fits &= self._has_class(written["object"], item.ranges, role)
        if subject is None or target is None or not fits:
            return None
        return subject, self._node(item.iri), target

    def plain_iri(self, written: Mapping[str, Value]) -> str | None:
        """The IRI of the fact that states the triple without qualifiers, or None with faults."""
        triple = self.triple(written)
        return Fact(*triple, PLAIN, ()).iri if triple else None

    def _property(self, value: Value) -> Property | None:
        name = value.text()
        if name in DERIVED_ONLY:
            value.fault("derived-predicate", name=name, check="types")
            return None
        if name in QUALIFIERS:
            value.fault("qualifier-as-predicate", name=name, check="names")
            return None
        if name in self._writable:
            return self._writable[name]
        if name in self._schema.properties:
            forward = self._schema.properties[name].inverse_of or ""
            forward = local_name(forward)
            value.fault("inverse-predicate", name=name, forward=forward, check="types")
        else:
            remedy = near(name, self._writable)
            value.fault("unknown-predicate", name=name, check="names", remedy=remedy)
        return None

    def _entity(self, value: Value) -> ox.NamedNode | None:
        reference = value.text()
        if reference in self._classes:
            return self._node(ID + reference)
        if not self._refused.isdisjoint({reference, reference.partition("/")[0]}):
            return None
        remedy = near(reference, self._classes)
        value.fault("unknown-entity", name=reference, check="names", remedy=remedy)
        return None

    def _node(self, iri: str) -> ox.NamedNode:
        return self._nodes.get(iri) or self._nodes.setdefault(iri, ox.NamedNode(iri))

    def _has_class(self, value: Value, wanted: frozenset[str], role: Message) -> bool:
        reference = value.text()
        have = self._classes.get(reference)
        if have is None or have & wanted:
            return True
        names = sorted(map(local_name, wanted))
        value.fault("wrong-class", name=reference, role=role, classes=names, check="types")
        return False

    def _literal(self, value: Value, item: Property) -> ox.Literal | None:
        text = value.text()
        wrong: Message | None = None
        check = "format"
        if item.datatype == XSD + "decimal":
            if number := _DECIMAL.fullmatch(text):
                return _canonical(number)
            wrong = Message("not-a-number", text=text)
        elif item.datatype == XSD + "integer":
            if _INTEGER.fullmatch(text):
                return ox.Literal(int(text))
            wrong = Message("not-a-whole-number", text=text)
        elif item.datatype == XSD + "boolean":
            if text in ("true", "false"):
                return ox.Literal(text == "true")
            wrong = Message("not-a-boolean", text=text)
        elif item.iri in self._durations:
            wrong, check = duration_fault(text), "dates"
        elif item.iri in self._dates:
            wrong, check = edtf_fault(text), "dates"
        elif not text.strip():
            wrong = Message("value-empty", name=item.name)
        if wrong:
            value.fault(wrong.code, check=check, remedy=None, **wrong.parts)
            return None
        return ox.Literal(text)

    def _qualifiers(self, written: Mapping[str, Value]) -> Qualifiers | None:
        found: dict[str, Object] = {"modality": _MODALITIES["asserted"]}
        status = record_status(written, written["subject"], self.plain_iri)
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
                    remedy = near(text, MODALITIES)
                    value.fault("unknown-modality", name=text, check="qualifiers", remedy=remedy)
                    is_sound = False
            elif name in ("statedBy", "onBehalfOf"):
                entity = self._entity(value)
                role = Message("role-speaker", name=name)
                is_actor = self._has_class(value, frozenset({TW + "Actor"}), role)
                if entity is None or not is_actor:
                    is_sound = False
                else:
                    found[name] = entity
            else:
                if name == "when" and (wrong := edtf_fault(text)):
                    value.fault(wrong.code, check="dates", remedy=None, **wrong.parts)
                    is_sound = False
                elif not text.strip():
                    value.fault("qualifier-empty", name=name, check="qualifiers")
                    is_sound = False
                language = {"note": "en", "noteAr": "ar", "dateText": "ar"}.get(name)
                found[name] = ox.Literal(text, language=language)
        modality = found["modality"].value.rpartition("/")[2]
        if modality == "reported" and "statedBy" not in written:
            written["subject"].fault("reported-without-speaker", check="qualifiers")
            is_sound = False
        if modality == "inferred" and "note" not in written:
            written["subject"].fault("inferred-without-note", check="qualifiers")
            is_sound = False
        if not is_sound:
            return None
        qualifiers = tuple(sorted(found.items()))
        return self._sets.setdefault(qualifiers, qualifiers)


def _canonical(number: re.Match[str]) -> ox.Literal:
    """The number in canonical form, as Oxigraph writes it: no superfluous zeros or signs.

    A whole number is an integer, as a query writes it.
    """
    sign, whole, fraction = number.groups()
    digits = whole.replace("_", "") + (f".{fraction}" if fraction else "")
    text = digits if digits == "0" else sign + digits
    kind = "integer" if _INTEGER.fullmatch(text) else "decimal"
    return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))
