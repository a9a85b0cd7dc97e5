"""The page of an entity: what a reader wants to know first, then every fact, folded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import cos, pi, sin
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from ...messages.message import say
from ...ontology.schema import class_slug
from ...queries.items import BANDS
from ...queries.labels import short_iri
from ...queries.parameters import LITERAL_TYPES
from ...queries.profile import Profile, Section
from ...queries.profile_text import Clause, Wording, rendered, unsaid
from ...viz.legend import FAMILIES, Family
from ..workers.served_graph import OpenedBuild
from .page import Families, Page

#: How many rows a list shows before "all", and a section of facts.
SHORT, LONG = 6, 10
_QUESTIONS: Final = 6
#: The most rows of a section on the page, and facts under a clause; a query gives the others.
MOST: Final = 500


def profile_values(graph: OpenedBuild, page: Page, iri: str) -> dict[str, Any] | None:
    """Return the template values for an entity, or None if it is not in the graph."""
    if page.published:
        profile = page.published.profile(iri, page.language)
    else:
        profile = Profile(graph.store, iri, page.language)
    if not profile.is_known:
        return None
    page.labels = profile.labels
    wording = Wording(graph.store, profile)
    families = Families.of_store(graph.store)
    return {
        "profile": profile,
        "card": profile.card,
        "short": short_iri(iri),
        "clauses": [(_told(clause, page), clause.facts) for clause in wording.paragraph()],
        "relation": wording.relation,
        "band": _furthest(profile),
        "shape": families.of(profile.card.classes),
        "picture": picture(profile, page, families),
        "questions": list(_questions(graph, profile, page)),
        "unsaid": unsaid(profile),
        "bands": BANDS,
        "most": MOST,
        "query_of": lambda section: _query_of(iri, section),
        "list_of": lambda kind: page.site(f"/id/{class_slug(kind)}"),
    }


def _query_of(iri: str, section: Section) -> str:
    """A query for all ends of a section, prospects too."""
    ends = f"<{iri}> <{section.predicate}> ?it" if section.is_subject else (
        f"?it <{section.predicate}> <{iri}>"
    )  # fmt: skip
    return f"SELECT DISTINCT ?it {{ {{ {ends} }} UNION {{ GRAPH graph:prospects {{ {ends} }} }} }}"


def _told(clause: Clause, page: Page) -> Markup:
    """A clause as markup, with links."""

    def link(iri: str, name: str) -> str:
        return str(Markup('<a href="{}"><bdi>{}</bdi></a>').format(page.href(iri), name))

    return escape(clause.before) + Markup(rendered(clause.text, lambda t: str(escape(t)), link))


def _furthest(profile: Profile) -> str:
    """The furthest band of an actor with partners or of an item; empty for anything else."""
    if profile.is_a(profile.iri, "CooperationItem"):
        return profile.items[0].band(profile.roles)
    is_actor = profile.is_a(profile.iri, "Actor")
    return profile.partners[0].band if is_actor and profile.partners else ""


def _questions(graph: OpenedBuild, profile: Profile, page: Page) -> Any:
    """Stored questions that take this entity, with their addresses, the most specific first."""
    ours = {class_slug(iri) for iri in profile.classes}
    found = []
    for question in graph.catalogue.questions.values():
        for parameter in question.parameters:
            kinds = set(parameter.type.split("|"))
            if parameter.type not in LITERAL_TYPES and ours & kinds:
                others = sum(one.is_required for one in question.parameters if one != parameter)
                given: Mapping[str, str] | None = {parameter.name: short_iri(profile.iri)}
                if page.published:
                    given = page.published.answers(question, parameter.name, profile.iri)
                if given is None:
                    break
                address = page.site(f"/questions/{question.name}", **given)
                rank = (others, not parameter.is_required, len(kinds), question.name)
                found.append((rank, address, question.summary(page.language)))
                break
    return [(address, told) for rank, address, told in sorted(found) if not rank[0]][:_QUESTIONS]


class Satellite(NamedTuple):
    """A thing, or several alike, around the entity in the picture."""

    x: float
    y: float
    family: Family
    #: The lines of the name under it, with their baselines.
    lines: list[tuple[float, str]]
    band: str
    number: int
    href: str
    title: str


class Picture(NamedTuple):
    """A small picture of the surroundings of an entity."""

    width: int
    height: int
    family: Family
    lines: list[tuple[float, str]]
    satellites: list[Satellite]


_WIDTH, _HEIGHT = 440, 340
_ACROSS, _DOWN = 158, 118
_MOST: Final = 9
#: More things that are alike than these stand together.
_ALIKE: Final = 3
_LINE: Final = 17


def picture(profile: Profile, page: Page, families: Families) -> Picture | None:
    """The partners and other neighbours, in fixed places; alike ones stand together.

    The line to a partner shows how far the cooperation has come; one to another neighbour is
    plain, or dotted if it is only planned or expected.
    """
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    partners = {one.iri: one.band for one in profile.partners}
    for iri, band in partners.items():
        together[band, families.of([profile.lowest_class(iri)]).key].append(iri)
    firm = {True: "stated", False: "planned"}
    found: dict[str, bool] = {}
    for fact in profile.facts:
        for iri in {str(getattr(fact.object, "value", "")), str(fact.subject.value)}:
            kind = profile.lowest_class(iri)
            is_own = iri == profile.iri or iri in partners
            if kind and not is_own and profile.is_a(iri, "Entity"):
                found[iri] = found.get(iri, False) or not fact.is_prospect
    for iri, is_firm in found.items():
        family = families.of([profile.lowest_class(iri)])
        together[firm[is_firm], family.key].append(iri)
    order = [*BANDS[:-1], "stated", "planned"]
    groups: list[tuple[str, str, list[str]]] = []
    for (band, key), iris in sorted(
        together.items(), key=lambda one: (order.index(one[0][0]), -len(one[1]), one[0][1])
    ):
        each = [iris] if len(iris) > _ALIKE else [[iri] for iri in iris]
        groups += [(band, key, one) for one in each]
    groups = groups[:_MOST]
    if not groups:
        return None
    by_key = {family.key: family for family in FAMILIES}
    satellites = []
    for place, (band, key, iris) in enumerate(groups):
        angle = -pi / 2 + 2 * pi * place / len(groups)
        x, y = _WIDTH / 2 + _ACROSS * cos(angle), _HEIGHT / 2 - 8 + _DOWN * sin(angle)
        family = by_key[key]
        name = getattr(family.name, page.language) if len(iris) > 1 else profile.label(iris[0])
        href = page.href(iris[0]) if len(iris) == 1 else "#facts"
        lines = _wrapped(name, y + 25 if y > _HEIGHT / 2 - 30 else 0)
        if not lines[0][0]:
            # Above the middle a name stands over its shape, clear of the line.
            lines = [
                (y - 16 - 14 * (len(lines) - 1 - n), text) for n, (_, text) in enumerate(lines)
            ]
        how = say(f"band-{band}", page.language)
        title = f"{name} · {how}" if len(iris) == 1 else f"{name}: {len(iris)} · {how}"
        satellites.append(
            Satellite(round(x, 1), round(y, 1), family, lines, band, len(iris), href, title)
        )
    lines = _wrapped(profile.label(profile.iri), _HEIGHT / 2 + 22)
    return Picture(_WIDTH, _HEIGHT, families.of(profile.card.classes), lines, satellites)


def _wrapped(text: str, start: float) -> list[tuple[float, str]]:
    """At most two lines of a name, each with its baseline."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE:
            if len(lines) == 2:
                lines[-1] += "…"
                break
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [(start + 14 * number, line) for number, line in enumerate(lines)]
