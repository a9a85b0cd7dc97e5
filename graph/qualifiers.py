"""What is said of a fact besides its triple, as its record has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import pyoxigraph as ox

from ..ontology.namespaces import INFERENCE, PROV, TW
from .fact import ACTIVE_STATUSES, PROSPECTS
from .store import Term


class Said(NamedTuple):
    """The qualifiers of a fact: ``fields`` are those of :class:`.fact_record.FactRecord`, in order.

    ``sources`` are the premises of a derived fact, sorted. Facts of which the same is said share
    it.
    """

    fields: tuple[object, ...]
    sources: tuple[str, ...]
    is_prospect: bool
    is_active: bool

    @property
    def modality(self) -> str:
        """The short name of the modality, ``derived`` for a derived fact."""
        return str(self.fields[0])


def said_of(fact: str, values: Mapping[str, Sequence[Term]]) -> Said:
    """What is said of a fact, from the values of its properties."""
    modalities = values.get(_MODALITY, ())
    modality = _short(modalities) if modalities else ""
    fields = [
        told(values[predicate]) if predicate in values else empty
        for predicate, told, empty in _FIELDS
    ]
    # The time of premises stands where other facts have theirs.
    fields[_WHEN] = fields[_WHEN] or _text(values.get(_TIME_OF_PREMISES, ()))
    statuses = values.get(_STATUS, ())
    return Said(
        ("derived" if fact.startswith(INFERENCE) else modality, *fields),
        tuple(sorted([term.value for term in values.get(_DERIVED_FROM, ())])),
        is_prospect=any(term.value in PROSPECTS for term in modalities),
        is_active=all(_short([one]) in ACTIVE_STATUSES for one in statuses),
    )


def _terms(found: Sequence[Term]) -> tuple[Term, ...]:
    return tuple(sorted(found, key=str)) if len(found) > 1 else tuple(found)


def _texts(found: Sequence[Term]) -> tuple[ox.Literal, ...]:
    return tuple(term for term in _terms(found) if isinstance(term, ox.Literal))


def _text(found: Sequence[Term]) -> str:
    return min((term.value for term in found), default="")


def _short(found: Sequence[Term]) -> str:
    return _text(found).rpartition("/")[2]


_MODALITY: Final = f"{TW}modality"
_STATUS: Final = f"{TW}recordStatus"
_DERIVED_FROM: Final = f"{PROV}wasDerivedFrom"
_TIME_OF_PREMISES: Final = f"{TW}timeOfPremises"
#: The properties whose values are fields of a record after the modality, in their order, each with
#: the conversion of its values, and what the field has without any.
_FIELDS: Final[Sequence[tuple[str, Callable[[Sequence[Term]], object], object]]] = (
    (f"{TW}statedBy", _terms, ()),
    (f"{TW}onBehalfOf", _terms, ()),
    (f"{TW}when", _text, ""),
    (f"{TW}dateText", _text, ""),
    (f"{TW}note", _texts, ()),
    (f"{PROV}wasAttributedTo", _terms, ()),
    (_STATUS, _short, ""),
    (f"{TW}statusReason", _texts, ()),
    (f"{TW}statusDate", _text, ""),
    (f"{TW}supersededBy", _text, ""),
    (f"{TW}derivedBy", _text, ""),
)
_WHEN: Final = 2
#: The properties of facts that records have.
QUALIFIERS: Final = frozenset(
    (_MODALITY, *(predicate for predicate, _, _ in _FIELDS), _TIME_OF_PREMISES, _DERIVED_FROM)
)
