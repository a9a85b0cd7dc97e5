"""What is recorded of an entity and not asserted: candidate, superseded and retracted facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..graph.fact import ACTIVE_STATUSES
from ..graph.fact_reader import FactReader
from ..graph.fact_record import FactRecord
from ..graph.store import Store
from ..ontology.namespaces import GRAPH_EVIDENCE, ID, TW
from .rows import select

#: A fact's graph has one triple; what is asserted or disputed stands on the card.
_NOT_ASSERTED: Final = """
SELECT DISTINCT ?fact WHERE {{
  {{ GRAPH ?fact {{ <{iri}> ?p ?o }} }} UNION {{ GRAPH ?fact {{ ?s ?p <{iri}> }} }}
  GRAPH <{evidence}> {{ ?fact <{status}> ?status }}
  FILTER(?status NOT IN ({active}))
}}"""


@dataclass(frozen=True, slots=True)
class PastFact:
    """A fact that is recorded and not asserted, with the fact that replaces it, if one does."""

    fact: FactRecord
    successor: FactRecord | None


def history(store: Store, iri: str) -> tuple[PastFact, ...]:
    """The facts about the entity that its card does not assert, the oldest change first."""
    text = _NOT_ASSERTED.format(
        iri=iri,
        evidence=GRAPH_EVIDENCE,
        status=f"{TW}recordStatus",
        active=", ".join(f"<{ID}record-status/{name}>" for name in sorted(ACTIVE_STATUSES)),
    )
    reader = FactReader(store)
    found = {row["fact"].value for row in select(store, text)}
    reader.load(found)
    views = sorted(map(reader.get, found), key=lambda view: (view.status_date, view.iri))
    reader.load({view.superseded_by for view in views if view.superseded_by})
    return tuple(
        PastFact(view, reader.get(view.superseded_by) if view.superseded_by else None)
        for view in views
    )
