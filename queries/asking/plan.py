"""A composed question: a SPARQL pattern with what is asked for, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from ...messages.message import Message
from ...ontology.namespaces import PREFIXES
from .periods import Period

#: Headings of columns that no term of the ontology names.
COLUMNS: Final = {
    "count": {"ar": "العدد", "en": "number"},
    "value": {"ar": "القيمة", "en": "value"},
    "what": {"ar": "الجواب", "en": "answer"},
    "who": {"ar": "من", "en": "who"},
    "item": {"ar": "البند", "en": "item"},
    "thing": {"ar": "البند", "en": "item"},
    "other": {"ar": "الطرف الآخر", "en": "other"},
    "partner": {"ar": "الطرف الآخر", "en": "other party"},
    "provider": {"ar": "مقدِّم العرض", "en": "offered by"},
    "receiver": {"ar": "متلقي العرض", "en": "offered to"},
    "date": {"ar": "التاريخ", "en": "date"},
    "relation": {"ar": "العلاقة", "en": "relation"},
}
#: Conditions that no one property of the ontology names.
CONDITIONS: Final = {"concerns": {"ar": "يخص", "en": "concerns"}}
#: The country of a person, or of the body of a post. Over a UNION Oxigraph takes ten times longer.
OF_COUNTRY: Final = "tw:belongsToCountry|tw:holds/tw:postIn/tw:belongsToCountry"


class Step(NamedTuple):
    """One condition as it is told: subject, property and object, each an IRI or ``?Class``.

    ``predicate`` is a local name, or several, any of which may hold, with bars between them.
    """

    subject: str
    predicate: str
    object: str


@dataclass(slots=True)
class Plan:
    """What is asked for (``target``), what is shown with it, the pattern, and its steps.

    ``date`` is the variable of a date that is asked for; where no row has it, the text gives none.
    ``stored`` is a stored question with values, instead of a pattern. ``absent`` is the class of
    the things of which the pattern is not said, ``besides`` those that are not asked about,
    ``within`` what must be so of them.
    ``counted`` is what is counted for each ``target`` and what is shown; the most come first,
    ``limit`` in all. ``superlative`` is the code of what is told of that. ``refused`` says why what
    is asked cannot be decided. ``wider`` is asked where what is asked is not so: what is planned.
    """

    target: str = ""
    where: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    date: str = ""
    date_pattern: str = ""
    is_whether: bool = False
    is_count: bool = False
    card: str = ""
    stored: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    absent: str = ""
    besides: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    counted: str = ""
    limit: int = 0
    superlative: str = ""
    refused: Message | None = None
    wider: Plan | None = None

    def add(self, pattern: str, *steps: Step) -> Plan:
        """Add a condition."""
        self.where.append(pattern)
        self.steps += steps
        return self

    def ask_date(
        self, pattern: str, step: Step, dates: Iterable[str] = (), *, test: str = "STRSTARTS"
    ) -> Plan:
        """Ask for ``?date`` by the pattern, one that begins with each of the given dates.

        ``test`` is the SPARQL function that compares them; one of a period lies within it. The
        object of ``step`` is filled in.
        """
        given = list(dates)
        self.date, self.date_pattern = "date", pattern
        for date in given:
            self.date_pattern += " " + compared(pattern.split()[0], "date", date, test)
        self.steps.append(step._replace(object="; ".join(given) or "?"))
        return self

    def undated(self) -> Plan:
        """The things asked for that have no date with a year: none can be compared."""
        subject = self.date_pattern.split()[0]
        known = f"FILTER NOT EXISTS {{ {subject} tw:earliest ?known }}"
        return replace(self, date="", date_pattern="", where=[*self.where, known])

    def firm(self) -> Plan:
        """Asked of what is so only; of what is planned, where nothing is."""
        where = [one.firm if isinstance(one, Either) else one for one in self.where]
        if where == self.where or self.stored:
            return self
        wider = replace(self.marked(), is_whether=False, is_count=False)
        return replace(self, where=where, wider=wider)

    def marked(self) -> Plan:
        """With the modality of what is not so yet, beside each."""
        marks = [one.marked for one in self.where if isinstance(one, Either)]
        if not marks or self.stored:
            return self
        told = f"OPTIONAL {{ {' UNION '.join(marks)} }}"
        return replace(self, where=[*self.where, told], shown=[*self.shown, "modality"])

    def looser(self) -> Plan | None:
        """Who is a party, whatever the stage, where it is asked who signed; else None.

        What is only planned counts too, and the stage is shown.
        """
        if self.wider:
            return self.wider
        signing = [at for at, pattern in enumerate(self.where) if _SIGNS in pattern]
        if not signing or self.absent or self.counted:
            return None
        subject = self.where[signing[0]].partition(" ")[0]
        where = [
            either(pattern.replace(_SIGNS, "tw:party")) if at in signing else pattern
            for at, pattern in enumerate(self.where)
            if "tw:stage" not in pattern and pattern != SIGNED_BY_ANY
        ]
        if not subject.startswith("?"):
            return None
        where.append(staged(subject))
        steps = [
            step._replace(predicate="party") if step.predicate == "signatory" else step
            for step in self.steps
            if step.predicate not in ("stage", "signedOn")
            and (step.predicate, step.object) != ("signatory", "?Actor")
        ]
        steps = steps or [Step(self.steps[0].subject, "rdf:type", "?")]
        return Plan(self.target, where, steps, [*self.shown, subject[1:], "stage", "modality"])

    def query(self, *, dated: bool = True) -> str:
        """The SPARQL text; without ``dated``, whether or not there is a date."""
        variables = dict.fromkeys([self.target, *self.shown])
        patterns = list(self.where)
        if self.date and dated:
            variables[self.date] = None
            patterns.append(self.date_pattern)
        body = "\n".join(f"  {pattern}" for pattern in patterns)
        names = [f"?{name}" for name in variables if name]
        if self.absent:
            asked = " ".join((f"?{self.target} a <{self.absent}> .", *self.within))
            body = f"  {asked}\n  FILTER NOT EXISTS {{\n{body}\n  }}"
            if self.besides:
                listed = " , ".join(map(iri, self.besides))
                body += f"\n  FILTER(?{self.target} NOT IN ({listed}))"
            names = [f"?{self.target}"]
        if self.counted:
            by = " ".join(names)
            return (
                f"SELECT {by} (COUNT(DISTINCT ?{self.counted}) AS ?count) WHERE {{\n"
                f"{body}\n}} GROUP BY {by} ORDER BY DESC(?count) {by}"
            ) + (f" LIMIT {self.limit}" if self.limit else "")
        if self.is_count:
            head, tail = f"SELECT (COUNT(DISTINCT ?{self.target}) AS ?count)", ""
        else:
            head, tail = f"SELECT DISTINCT {' '.join(names)}", f" ORDER BY {' '.join(names)}"
        return f"{head} WHERE {{\n{body}\n}}{tail}"


def compared(subject: str, variable: str, date: str, test: str = "STRSTARTS") -> str:
    """The condition that the date of a subject begins with a date, or lies within a period.

    Of a date that is not printed to the day, all its days must lie within.
    """
    if not isinstance(date, Period):
        return f'FILTER({test}(STR(?{variable}), "{date}"))'
    tests = [
        f'{bound} "{day}"^^xsd:date'
        for bound, day in (("?earliest >=", date.first), ("?latest <=", date.last))
        if day
    ]
    pattern = f"{subject} tw:earliest ?earliest ; tw:latest ?latest ."
    return f"{pattern} FILTER({' && '.join(tests)})" if tests else pattern


class Either(str):
    """A pattern in what is so or in what is planned, expected or denied.

    ``firm`` is the pattern in what is so, ``marked`` that of one that is not so yet, with its
    ``?modality``.
    """

    firm: str
    marked: str

    def __new__(cls, pattern: str) -> Either:
        either = super().__new__(
            cls, f"{{ {pattern} }} UNION {{ GRAPH graph:prospects {{ {pattern} }} }}"
        )
        subject, path, rest = pattern.split(" ", 2)
        # A fact has no path: the ways of one step are its.
        ways = [way for way in path.strip("()").split("|") if "/" not in way]
        fact = f"{subject} {'|'.join(ways)} {rest}"
        either.firm = pattern
        either.marked = (
            f"{{ GRAPH graph:prospects {{ {fact} }} GRAPH ?fact {{ {fact} }} "
            f"GRAPH graph:evidence {{ ?fact tw:modality ?modality }} "
            f"FILTER NOT EXISTS {{ {fact} }} }}"
        )
        return either


def either(pattern: str) -> Either:
    """The pattern in what is so or in what is planned, expected or denied."""
    return Either(pattern)


def staged(item: str) -> str:
    """The stage of a variable, if there is one; of one that is only to come, its modality too."""
    stage = f"{item} tw:stage ?stage"
    return (
        f"OPTIONAL {{ {{ {stage} }} UNION {{ GRAPH graph:prospects {{ {stage} }} "
        f"GRAPH ?said {{ {stage} }} GRAPH graph:evidence {{ ?said tw:modality ?modality }} }} }}"
    )


def through_bodies(*predicates: str) -> str:
    """The path from an item to an actor, or to the country that the actor belongs to."""
    ends = [f"tw:{name}" for name in predicates]
    return "|".join([*ends, *(f"{end}/tw:belongsToCountry" for end in ends)])


def offered_to(country: str) -> str:
    """The pattern of offers to a country, given as SPARQL writes it, or to bodies of it.

    What it offers itself is left out.
    """
    return (
        f"?offer ({through_bodies('party', 'beneficiary')}) {country} .\n"
        f"  MINUS {{ ?offer ({through_bodies('offeredBy')}) {country} }}"
    )


def iri(value: str) -> str:
    """An IRI as SPARQL writes it, shortened by a prefix where one fits."""
    from re import fullmatch

    for prefix in _SHORT:
        rest = value.removeprefix(PREFIXES[prefix])
        if rest != value and fullmatch(r"[a-z0-9-]+", rest):
            return f"{prefix}:{rest}"
    return f"<{value}>"


def unit_steps(units: Iterable[str]) -> list[Step]:
    """How units of figures, each a concept ``unit:IRI``, are told."""
    return [Step("?Figure", "unit", unit.removeprefix("unit:")) for unit in units]


def values(variable: str, iris: Iterable[str]) -> str:
    """A VALUES block with some IRIs, or concepts ``unit:IRI``."""
    listed = " ".join(iri(one.removeprefix("unit:")) for one in iris)
    return f"VALUES ?{variable} {{ {listed} }}"


_SHORT: Final = ("country", "area", "stage", "unit")
_SIGNS: Final = "tw:signatory"
#: Signed by whomever.
SIGNED_BY_ANY: Final = "?agreement tw:signatory ?party ."
