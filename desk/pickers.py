"""Every entity, value, predicate and class for the desk's pickers, in both languages."""

from __future__ import annotations

from typing import Any

from ..loaders.collection import Collection
from ..loaders.editing.bundles import BUNDLES
from ..loaders.entities import registrable
from ..loaders.facts import writable
from ..loaders.text.suggestion import Suggester
from ..ontology.schema import local_name


def vocabulary(known: Collection, suggester: Suggester) -> dict[str, Any]:
    """``entities``, ``predicates``, ``classes`` and ``bundles``; classes are local names."""
    schema = known.schema
    return {
        "entities": [
            {
                "ref": ref,
                "ar": suggester.label(ref, "ar"),
                "en": suggester.label(ref, "en"),
                "classes": sorted(map(local_name, kinds)),
            }
            for ref, kinds in sorted(suggester.classes.items())
        ],
        "predicates": [
            {
                "name": name,
                "ar": schema.label(item.iri, "ar"),
                "en": schema.label(item.iri, "en"),
                "domains": sorted(map(local_name, item.domains)),
                "ranges": sorted(map(local_name, item.ranges)),
                "datatype": item.datatype or "",
            }
            for name, item in sorted(writable(schema).items())
        ],
        "classes": [
            {
                "slug": slug,
                "ar": schema.label(iri, "ar"),
                "en": schema.label(iri, "en"),
                "kinds": sorted(map(local_name, schema.kinds((iri,)))),
            }
            for slug, iri in sorted(registrable(schema).items())
        ],
        "bundles": BUNDLES,
    }
