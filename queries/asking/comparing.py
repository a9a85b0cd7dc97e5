"""Questions that deny, or that ask for the largest, the latest or the most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from ...messages.message import Message
from .figures import MONEY, OPTIONAL_COMPARATOR, SPENT_ON
from .known_names import KnownNames
from .periods import Period
from .plan import Plan, Step, iri, offered_to, unit_steps, values
from .units import OF_REGION, Spoken, Units
from .vocabulary import Vocabulary

Compose = Callable[[Units], "Plan | None"]
_DENIAL: Final = frozenset({"!no", "!not"})
#: What a superlative compares, and the message that tells of it.
SUPERLATIVES: Final = {
    "!largest": "reading-largest",
    "!smallest": "reading-smallest",
    "!latest": "reading-latest",
    "!first": "reading-earliest",
    "!most": "reading-most",
}
#: Conditions that say what something is, not what it did: their denial says nothing.
_BEING: Final = frozenset({"belongsToCountry", "rdf:type", "holds", "area"})
#: Where something is, or to whom it belongs.
_OF_PLACES: Final = ("belongsToCountry", "inRegion")
#: Areas are aims and technologies too: of most of them nothing of the kind is ever said.
_ENDLESS: Final = frozenset({"Area", "Entity"})
#: Figures without an upper bound, and those without a lower one.
_OPEN: Final = {
    "!largest": ("more-than", "at-least"),
    "!smallest": ("less-than", "at-most", "up-to", "within-first"),
}
_TIES: Final = 3
#: What is to come is not denied by what the documents do not say.
_TO_COME: Final = re.compile(r"\b(?:will|won.t|shall|going to)\b|\bسوف\b|\bلن\b", re.IGNORECASE)
#: Concepts of verbs that are classes too.
_VERBS: Final = frozenset({"offer", "discuss", "talks", "meet", "statedBy"})
_ANY: Final = Period("")


def without(u: Units, concepts: Iterable[str]) -> Units:
    """The question without the words that may stand for one of the concepts."""
    left = [item for item in u.spoken if item.concepts.isdisjoint(concepts)]
    return replace(u, spoken=left, mentions=list(u.mentions), dates=list(u.dates))


def _of_signed(u: Units) -> Units:
    """The question asked of what is signed."""
    return replace(u, spoken=[*u.spoken, Spoken(frozenset({"signatory"}), -1, -1)])


class Comparing:
    """Composes such questions from what the same words ask without the denial or superlative."""

    def __init__(self, names: KnownNames, vocabulary: Vocabulary, compose: Compose) -> None:
        self.names, self.vocabulary, self._compose = names, vocabulary, compose

    @staticmethod
    def concerns(u: Units) -> bool:
        """Whether the question denies or has a superlative."""
        return u.has("!no", *SUPERLATIVES)

    def plan(self, u: Units) -> Plan | None:
        """The question composed; None if it is not understood."""
        told = [mark for mark in SUPERLATIVES if u.has(mark)]
        if u.has("!no"):
            return None if told else self._denied(u)
        if "!largest" in told or "!smallest" in told:
            mark = "!largest" if "!largest" in told else "!smallest"
            return self._amount(without(u, SUPERLATIVES), mark)
        if "!latest" in told or "!first" in told:
            mark = "!latest" if "!latest" in told else "!first"
            rest = without(u, SUPERLATIVES)
            if rest.has("budget"):
                return self._amount(rest, mark)
            return self._dated(rest, mark)
        return self._most(without(u, SUPERLATIVES))

    # What is not said.

    def _denied(self, u: Units) -> Plan | None:
        denials = [item for item in u.content if not item.concepts.isdisjoint(_DENIAL)]
        if len(denials) != 1 or not denials[0].concepts >= {"!no"} or u.dates:
            return None
        if u.asked not in ("which", "who", "howmany", "") or _TO_COME.search(u.text):
            return None
        said = without(u, _DENIAL)
        if any(OF_REGION.search(m.text) for m in u.of("Region")):
            # "Which African countries …?": the name of the region has the word.
            said.spoken.append(Spoken(frozenset({"Country"}), -1, -1))
        if said.has("Agreement") and not said.has("signatory", "signed"):
            # Who "has no agreement" has signed none; one agreed in principle is none yet.
            said = _of_signed(said)
        plan = self._compose(said)
        if not plan or plan.stored or plan.card or plan.date or plan.is_count:
            return None
        if all(step.predicate in _BEING for step in plan.steps):
            return None
        found = self._values(plan)
        kind = self._kind(said, found)
        if not kind:
            # Of nothing is it said: the pattern itself says what is asked for.
            kind = (
                plan.target.capitalize() if not found and said.has(plan.target.capitalize()) else ""
            )
        if not kind:
            return None
        for step in plan.steps:
            if step.predicate in _OF_PLACES and not step.object.startswith("?"):
                # "Which Iraqi officials did not …?": of others it is not asked.
                if step.subject not in ("?", f"?{kind}"):
                    return None
                plan.within += (f"?{plan.target} tw:{step.predicate} {iri(step.object)} .",)
        named = tuple(m.iri for m in u.mentions if m.is_a(kind))
        plan.absent, plan.besides = self.vocabulary.iris[kind], named
        plan.shown = []
        plan.steps.insert(0, Step(f"?{kind}", "", ""))
        return plan

    def _kind(self, u: Units, found: Iterable[str]) -> str:
        """The class of which the members are asked about: one that is named, or that all are of."""
        said = [
            concept
            for item in u.content
            for concept in item.concepts
            # What somebody did not offer has no end: "offer" is a verb here.
            if self.vocabulary.is_class(concept)
            and item.concepts.isdisjoint(_VERBS)
            and concept not in _ENDLESS
        ]
        classes = [self.names.classes.get(one, frozenset()) for one in found]
        for kind in dict.fromkeys(said):
            if any(kind in names for names in classes):
                return kind
        if said and u.asked != "who":
            return ""
        if any("Official" in names for names in classes):
            return "Official"
        return "Country" if classes and all("Country" in names for names in classes) else ""

    def _values(self, plan: Plan) -> list[str]:
        """What the pattern says of: the things asked for, each once for each row."""
        query = replace(plan, is_count=False, shown=[], date="", date_pattern="").query()
        return [row[plan.target] for row in self.names.rows(query) if plan.target in row]

    # Amounts.

    def _amount(self, u: Units, mark: str) -> Plan | None:
        units = {c for item in u.content for c in item.concepts if c.startswith("unit:")}
        is_money = u.has(*MONEY)
        if not (units or is_money or u.has("Figure")) or u.asked not in ("which", "howmuch", ""):
            return None
        if u.left({*MONEY, *units, "Figure", "hasFigure", "value"}) or u.numbers or u.dates:
            return None
        if len(u.mentions) > 1:
            return None
        plan = Plan("value", shown=["unit", "comparator", "figure"])
        plan.add("?figure a tw:Figure ; tw:value ?value ; tw:unit ?unit .")
        plan.steps.append(Step("?Figure", "value", "?"))
        if units:
            plan.add(values("unit", sorted(units)), *unit_steps(sorted(units)))
        elif is_money:
            plan.add("?unit a tw:Currency .", Step("?Figure", "unit", "?Currency"))
        for m in u.mentions:
            path = SPENT_ON if m.is_a("Country") else "tw:figureOf"
            plan.add(f"?figure {path} {iri(m.iri)} .", Step("?Figure", "figureOf", m.iri))
        by = "value"
        if u.has("budget"):
            # A budget is an amount for a period.
            plan.add("?figure tw:period ?period .", Step("?Figure", "period", "?"))
            plan.shown.append("period")
            if mark in ("!latest", "!first"):
                by = "latest" if mark == "!latest" else "earliest"
                plan.add(f"?figure tw:{by} ?{by} .")
        plan.add(OPTIONAL_COMPARATOR)
        rows = self.names.rows(replace(plan, shown=[*plan.shown, by]).query())
        if not rows:
            return None
        return self._topmost(u, plan, rows, mark, by)

    def _topmost(
        self, u: Units, plan: Plan, rows: Sequence[dict[str, str]], mark: str, by: str
    ) -> Plan:
        units = sorted({row["unit"] for row in rows})
        if len(units) > 1 and by == "value":
            labels = [self.names.label(unit, u.language) for unit in units]
            plan.refused = Message("reading-units-differ", units=labels)
            return plan
        is_low = mark in ("!smallest", "!first")
        ranked = sorted(
            rows, key=lambda row: float(row[by]) if by == "value" else row[by], reverse=not is_low
        )
        beyond = _OPEN.get(mark, ())
        if any(row.get("comparator", "").endswith(beyond) for row in ranked[1:] if beyond):
            plan.refused = Message("reading-bounds-open")
            return plan
        sign = "<" if is_low else ">"
        others = " ".join(
            re.sub(r"\?(figure|value|period|latest|earliest)\b", r"?other_\1", pattern)
            for pattern in plan.where
            if not pattern.startswith("OPTIONAL")
        )
        plan.add(f"FILTER NOT EXISTS {{ {others} FILTER(?other_{by} {sign} ?{by}) }}")
        plan.superlative = SUPERLATIVES[mark]
        return plan

    # Dates.

    def _dated(self, u: Units, mark: str) -> Plan | None:
        if u.dates or u.asked not in ("which", "who", "when", ""):
            return None
        plan = self._compose(replace(u, dates=[(_ANY, -1)]))
        if not plan or not plan.date or not plan.date_pattern:
            return None
        things = set(self._values(plan))
        if not things:
            return None
        undated = set(self._values(plan.undated()))
        if not undated:
            subject = plan.date_pattern.split()[0]
            low, high = ("earliest", "latest") if mark == "!latest" else ("latest", "earliest")
            sign = ">=" if mark == "!latest" else "<="
            others = re.sub(r"\?(\w+)", r"?other_\1", " ".join([*plan.where, plan.date_pattern]))
            differs = f"?other_{subject[1:]} != {subject}"
            test = f"{differs} && ?other_{high} {sign} ?{low}"
            plan.date_pattern += f" FILTER NOT EXISTS {{ {others} FILTER({test}) }}"
            plan.superlative = SUPERLATIVES[mark]
            if self.names.has_row(plan.query()):
                return plan
        plan.refused = Message(
            "reading-dates-undecided", count=len(undated or things), all=len(things)
        )
        return plan

    # The most.

    def _most(self, u: Units) -> Plan | None:
        if u.dates or u.numbers or u.asked not in ("which", "who", ""):
            return None
        if u.has("Agreement") and not u.has("signatory", "signed", "Stage", "stage"):
            u = _of_signed(u)
        plan = self._offers_received(u) or self._compose(u)
        if plan and (plan.stored or plan.card or plan.date or plan.is_whether):
            return None
        if plan and len(plan.shown) == 1:
            plan.counted, plan.shown = plan.shown[0], []
        else:
            plan = self._related(u)
        if not plan:
            return None
        rows = self.names.rows(plan.query())
        counts = Counter(int(row["count"]) for row in rows if "count" in row)
        if not counts or (ties := counts[max(counts)]) > _TIES:
            return None
        plan.limit, plan.superlative = ties, SUPERLATIVES["!most"]
        return plan

    def _offers_received(self, u: Units) -> Plan | None:
        if not u.has("receive") or not u.has("Offer", "Proposal", "offer") or u.mentions:
            return None
        if u.left({"receive", "Offer", "Proposal", "offer", "Country"}) or not u.has("Country"):
            return None
        return Plan("country", shown=["offer"]).add(
            f"?offer a tw:Offer . ?country a tw:Country . {offered_to('?country')}",
            Step("?Offer", "offeredTo", "?Country"),
        )

    def _related(self, u: Units) -> Plan | None:
        """Who has most of a class by one property: "who took part in the most events"."""
        if u.mentions:
            return None
        kinds: list[tuple[str, Spoken]] = [
            (c, item) for item in u.left(()) for c in item.concepts if self.vocabulary.is_class(c)
        ]
        for item in u.left(()):
            for concept in sorted(item.concepts):
                known = self.vocabulary.forward(concept)
                if not known:
                    continue
                name, domain, range_ = known
                things = [k for k, one in kinds if one is not item and k != "Official"]
                subject = next((k for k in things if self._under(k, domain)), "")
                said = [k for k, one in kinds if one is not item and k != subject]
                target = next((k for k in said if self.vocabulary.fits(k, range_)), "")
                if not target and u.asked == "who" and self.vocabulary.fits("Official", range_):
                    target = "Official"
                if not (subject and target):
                    continue
                if u.left({concept, subject, target, name, *item.concepts}):
                    continue
                return Plan("who", counted="item").add(
                    f"?item a <{self.vocabulary.iris[subject]}> ; tw:{name} ?who . "
                    f"?who a <{self.vocabulary.iris[target]}> .",
                    Step(f"?{subject}", name, f"?{target}"),
                )
        return None

    def _under(self, kind: str, other: str) -> bool:
        return other in self.vocabulary.above.get(kind, ())
