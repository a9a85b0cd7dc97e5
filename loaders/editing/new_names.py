"""Find where names stand that are about to be registered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain

from ...graph.arabic import fold
from ...graph.entity import Entity
from ...ontology.namespaces import TW
from ..collection import Collection
from ..text.mentions import Gazetteer, forms_of_words, names_of, own_names
from ..text.tokens import words_of


class NewNames:
    """Looks for new names in the texts of a collection; the words of each text are read once."""

    def __init__(self) -> None:
        self._forms: dict[str, frozenset[str]] = {}

    def documents(self, entities: Sequence[Entity], known: Collection) -> set[str] | None:
        """The documents that name one of the new entities of a collection.

        None if the label of another entity does: then any quote may.
        """
        wanted = {one.ref for one in entities}
        # With its code, a country has all the names of that territory.
        has_code = any(name == TW + "iso3" for one in entities for name, _ in one.attributes)
        names = names_of(entities) if has_code else chain.from_iterable(map(own_names, entities))
        called = [set(words_of(name.text)) for name in names if name.ref in wanted]
        gazetteer = cache(lambda: Gazetteer(names_of(entities, known.schema)))

        def is_named(text: str) -> bool:
            if text not in self._forms:
                self._forms[text] = forms_of_words(text)
            if not any(words <= self._forms[text] for words in called):
                return False
            return any(wanted.intersection(m.candidates) for m in gazetteer().every(text))

        others = (one for ref, one in known.entities.items() if ref not in wanted)
        if any(is_named(one.ar) for one in others):
            return None
        limited = {fold(a.name) for one in entities for a in one.aliases if a.documents}
        return {
            slug
            for slug, item in known.documents.items()
            if is_named(item.text) or (limited and any(n in fold(item.text) for n in limited))
        }
