"""Find mentions of registered entities in a text, with a gazetteer of all names.

Main methods::

    gazetteer = gazetteer_of(entities, schema)
    gazetteer.mentions(text, document="egypt-iraq-talks")   # what a reader would underline
    gazetteer.named(text, document="egypt-iraq-talks")      # references that are named at all
    gazetteer.every(text, document="egypt-iraq-talks")      # each place, names in names too

``document`` is the slug of the text's document: names that the register limits to some documents
(``{name: الوزارة, in: …}``) count only there. Offsets are those of the given text, 0-based and
half-open. Quotes are searched in the same way: ``"country/iraq" in gazetteer.named(quote, slug)``.
Names may have the proclitics و ف ب ك ل, spellings are folded, and the name of an unregistered
country (جنوب السودان) hides the shorter name in it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from ...graph.entity import Entity
from ...graph.territories import adjectives, nisbas, territories
from ...ontology.namespaces import ID, RDFS, SKOS, TW
from ...ontology.schema import Schema
from .tokens import Token, joined, stripped, tokens, words_of

#: ``name``: a registered name. ``shared``: a name of several entities, or of other documents only;
#: it is never resolved. ``adjective``: العراقي for the country. ``similar``: a registered name with
#: a letter or two changed. ``territory``: an unregistered country.
Kind: TypeAlias = Literal["name", "shared", "adjective", "similar", "territory"]

#: Classes with proper names, which are not descriptions.
PROPER: Final = frozenset(
    TW + name for name in ("Country", "Region", "City", "Organization", "Official")
)
#: Minimum similarity of a spelling, from 0 to 1: of the whole, and of each word.
_ALIKE: Final = 0.9
_WORD_ALIKE: Final = 0.6
#: Words before an adjective that is also another word (المالي): they say that a country is meant.
_PARTIES: Final = ("الجانب ", "نظيره ", "نظيرته ", "الوزير ", "الوزيرة ", "الرئيس ", "الوفد ")
#: The label of territories among the candidates of a mention.
_TERRITORY: Final = "territory/"


class Name(NamedTuple):
    """One name of an entity, perhaps limited to ``documents``; an ``adjective`` is a weak name."""

    ref: str
    text: str
    documents: tuple[str, ...] = ()
    is_adjective: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a text names something: ``text[start:end]``, proclitics included.

    ``candidates`` are references, sorted: one for a ``name``, and perhaps several otherwise. A
    territory that is not registered is ``territory/SS``, after CLDR's code.
    """

    start: int
    end: int
    candidates: tuple[str, ...]
    kind: Kind


def territory_label(ref: str, language: str) -> str:
    """The name of ``territory/SS`` in a language.

    >>> territory_label("territory/SS", "ar")
    'جنوب السودان'
    """
    code = ref.removeprefix(_TERRITORY)
    found = next(item for item in territories() if item.code == code)
    return found.names[0 if language == "ar" else 1]


@lru_cache(maxsize=1)
def parts_of_territories() -> frozenset[str]:
    """Folded parts of longer names of countries: السودان is a part of جنوب السودان."""
    found = set()
    for territory in territories():
        for words in (_key(name).split() for name in territory.names):
            found |= {
                " ".join(words[first:last])
                for first in range(len(words))
                for last in range(first + 1, len(words) + 1)
                if last - first < len(words)
            }
    return frozenset(found)


def own_names(entity: Entity) -> Iterator[Name]:
    """The names of an entity itself, with the adjectives of a place."""
    for text in (entity.ar, entity.en):
        yield Name(entity.ref, text)
    for alias in entity.aliases:
        yield Name(entity.ref, alias.name, alias.documents)
    if not {TW + "Country", TW + "Region"}.isdisjoint(entity.classes):
        plain = [entity.ar, *(a.name for a in entity.aliases if not a.documents)]
        for adjective in adjectives(plain):
            yield Name(entity.ref, adjective, is_adjective=True)


def names_of(entities: Iterable[Entity], schema: Schema | None = None) -> Iterator[Name]:
    """All names: of entities, of the ontology's concepts, and of the territories of CLDR.

    A territory with the name or the ISO code of a registered entity is that entity.
    """
    by_code: dict[str, str] = {}
    taken: set[str] = set()
    for entity in entities:
        for name in own_names(entity):
            yield name
            if not (name.documents or name.is_adjective):
                taken.add(_key(name.text))
        for predicate, value in entity.attributes:
            if predicate == TW + "iso3":
                by_code[value.value] = entity.ref
    for concept in schema.concepts if schema else ():
        for predicate in (RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel"):
            for text in dict.fromkeys(schema.values(ID + concept, predicate) if schema else ()):
                yield Name(concept, text)
                taken.add(_key(text))
    for territory in territories():
        registered = by_code.get(territory.iso3)
        for text in territory.names:
            if registered or _key(text) not in taken:
                yield Name(registered or _TERRITORY + territory.code, text)
        if registered or _key(territory.names[0]) not in taken:
            for nisba in nisbas((territory.names[0], *territory.names[2:])):
                ref = registered or _TERRITORY + territory.code
                for first in _PARTIES if nisba.needs_party else ("",):
                    yield Name(ref, f"{first}{nisba.text}", is_adjective=True)


def forms_of_words(text: str) -> frozenset[str]:
    """Every word of a text, folded, with and without its possible proclitics.

    A text has no name of which a word is not among them.
    """
    return frozenset(form for token in tokens(text) for form in stripped(token.folded))


def _key(text: str) -> str:
    return " ".join(words_of(text))


@dataclass(frozen=True, slots=True)
class _Found:
    """A run of tokens that matches a name: ``first`` to ``last``, inclusive."""

    first: int
    last: int
    names: tuple[Name, ...]

    def hides(self, other: _Found) -> bool:
        """Whether the other run is a part of this longer one."""
        return (self.first, self.last) != (other.first, other.last) and (
            self.first <= other.first and other.last <= self.last
        )


#: The last entities, each with the gazetteer of their names.
_LAST: Final[deque[tuple[Mapping[str, Entity], Schema, Gazetteer]]] = deque(maxlen=2)


def gazetteer_of(entities: Mapping[str, Entity], schema: Schema) -> Gazetteer:
    """The gazetteer of all names; for the very entities of before, which do not change, the same.

    A save at the desk compares quotes with the names before and after it.
    """
    for known, theirs, found in tuple(_LAST):
        if known is entities and theirs is schema:
            return found
    made = Gazetteer(names_of(entities.values(), schema))
    _LAST.append((entities, schema, made))
    return made


class _Node:
    """A node of a trie over folded words: the next words, and the names that end here."""

    __slots__ = ("following", "names")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.names: list[Name] = []


class Gazetteer:
    """All names in a trie over folded words; the search time does not grow with them."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._root = _Node()
        self._by_first: dict[str, list[tuple[tuple[str, ...], Name]]] = defaultdict(list)
        for name in dict.fromkeys(names):
            words = words_of(name.text)
            node = self._root
            for word in words:
                node = node.following.setdefault(word, _Node())
            if words:
                node.names.append(name)
            if len(words) > 1 and not name.documents and not name.is_adjective:
                self._by_first[words[0]].append((words, name))

    def mentions(self, text: str, document: str | None = None) -> list[Mention]:
        """The names in a text, in order and without overlaps: the longest match wins.

        >>> from taawun.graph.entity import Entity
        >>> sudan = Entity("country/sudan", "السودان", "Sudan", (TW + "Country",))
        >>> gazetteer = Gazetteer(names_of([sudan]))
        >>> [(m.start, m.end, m.candidates) for m in gazetteer.mentions("جنوب السودان والسودان")]
        [(0, 12, ('territory/SS',)), (13, 21, ('country/sudan',))]
        """
        words = tokens(text)
        found = [*self._exact(text, words)]
        exact = {index for item in found for index in range(item.first, item.last + 1)}
        similar = {
            (item.first, item.last): item
            for item in self._similar(text, words)
            if not exact.issuperset(range(item.first, item.last + 1))
        }
        taken: set[int] = set()
        kept: list[Mention] = []
        every = [(item, False) for item in found] + [(item, True) for item in similar.values()]

        def rank(entry: tuple[_Found, bool]) -> tuple[bool, int, int]:
            item, is_similar = entry
            return is_similar, words[item.first].start - words[item.last].end, item.first

        for item, is_similar in sorted(every, key=rank):
            span = range(item.first, item.last + 1)
            if taken.isdisjoint(span):
                mention = _mention(words, item, document, is_similar)
                if mention is not None:
                    taken.update(span)
                    kept.append(mention)
        return sorted(kept, key=lambda mention: mention.start)

    def every(self, text: str, document: str | None = None) -> list[Mention]:
        """All exact matches of names, including those within longer names.

        Matches within the name of an unregistered territory do not count.
        """
        words = tokens(text)
        found = [
            (item, mention)
            for item in self._exact(text, words)
            if (mention := _mention(words, item, document))
        ]
        foreign: dict[int, list[_Found]] = defaultdict(list)
        for item, mention in found:
            if mention.kind == "territory":
                for place in range(item.first, item.last + 1):
                    foreign[place].append(item)
        return [
            mention
            for item, mention in found
            if not any(one.hides(item) for one in foreign.get(item.first, ()))
        ]

    def named(
        self, text: str, document: str | None = None, *, adjectives: bool = False
    ) -> frozenset[str]:
        """The references that a text mentions by a registered name, shared names included.

        With ``adjectives``, العراقي names the country too.
        """
        kinds = {"name", "shared"} | ({"adjective"} if adjectives else set())
        return frozenset(self._starts(text, document, kinds))

    def within(self, label: str, own: str) -> frozenset[str]:
        """The references named in the label of the entity ``own``, by adjectives too.

        Only by the longest names: وزارة الاتصالات وتكنولوجيا المعلومات is no وزارة الاتصالات.
        """
        found = [
            mention
            for mention in self.every(label)
            if own not in mention.candidates and mention.kind != "territory"
        ]
        return frozenset(
            ref
            for one in found
            if not any(
                other.start <= one.start
                and one.end <= other.end
                and other.end - other.start > one.end - one.start
                for other in found
            )
            for ref in one.candidates
            if ref != own
        )

    def first_named(self, text: str, document: str) -> dict[str, int]:
        """The offset at which a document first mentions each reference, by an adjective too."""
        return self._starts(text, document, {"name", "shared", "adjective"})

    def _starts(self, text: str, document: str | None, kinds: set[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for mention in self.every(text, document):
            if mention.kind in kinds:
                for ref in mention.candidates:
                    found[ref] = min(mention.start, found.get(ref, mention.start))
        return found

    def _exact(self, text: str, words: list[Token]) -> Iterator[_Found]:
        following = self._root.following
        for first, word in enumerate(words):
            for form in stripped(word.folded):
                node = following.get(form)
                last = first
                while node is not None:
                    if node.names:
                        yield _Found(first, last, tuple(node.names))
                    last += 1
                    if not node.following or last == len(words):
                        break
                    if not joined(text, words[last - 1], words[last]):
                        break
                    node = node.following.get(words[last].folded)

    def _similar(self, text: str, words: list[Token]) -> Iterator[_Found]:
        """Runs of words that match a name in the first word and are similar in the others."""
        for first, word in enumerate(words):
            for form in stripped(word.folded):
                for wanted, name in self._by_first.get(form, ()):
                    last = first + len(wanted) - 1
                    if last < len(words) and all(
                        joined(text, words[i], words[i + 1]) for i in range(first, last)
                    ):
                        printed = (form, *(token.folded for token in words[first + 1 : last + 1]))
                        if _alike(printed, wanted):
                            yield _Found(first, last, (name,))


def _alike(printed: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    for one, other in zip(printed, wanted, strict=True):
        if one != other and (
            one.isdecimal() or other.isdecimal() or _ratio(one, other) < _WORD_ALIKE
        ):
            return False
    return printed != wanted and _ratio(" ".join(printed), " ".join(wanted)) >= _ALIKE


@lru_cache(maxsize=65536)
def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _mention(
    words: list[Token], item: _Found, document: str | None, is_similar: bool = False
) -> Mention | None:
    """The mention of a run of words in a document; None if no name counts there."""
    start, end = words[item.first].start, words[item.last].end
    here, plain, elsewhere, weak = set(), set(), set(), set()
    for name in item.names:
        if name.is_adjective:
            weak.add(name.ref)
        elif not name.documents:
            plain.add(name.ref)
        if name.documents:
            elsewhere.add(name.ref)
            if document in name.documents:
                here.add(name.ref)
    kind: Kind
    # Names that are limited to this document take precedence.
    if refs := here or plain:
        if all(ref.startswith(_TERRITORY) for ref in refs):
            kind = "territory"
        else:
            refs = {ref for ref in refs if not ref.startswith(_TERRITORY)}
            if not here:
                refs |= elsewhere if document is None else set()
            kind = "similar" if is_similar else "name" if len(refs) == 1 else "shared"
    elif document is None and elsewhere:
        refs, kind = elsewhere, "shared"
    elif weak:
        refs, kind = weak, "adjective"
    else:
        return None
    return Mention(start, end, tuple(sorted(refs)), kind)
