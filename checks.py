"""The checks of ``taawun check``, each with its count, faults and warnings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from html import escape
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from .graph.errors import CollectionError
from .graph.fact import Fact
from .graph.fact_reader import all_facts
from .graph.store import Store
from .loaders.builds.cache import Build
from .loaders.builds.inputs import SEEDS
from .loaders.checks.claims import Claims
from .loaders.checks.document_reports import (
    SIDE_BY_SIDE,
    Coverage,
    coverage,
    figure_conflicts,
    side,
    stage_conflicts,
)
from .loaders.checks.glosses import Glosses
from .loaders.checks.lints import short
from .loaders.collection import Collection, read_collection
from .loaders.reviews import acknowledged, warning_key
from .messages.fault import Fault, Place
from .messages.message import Message, say, shortened
from .ontology.namespaces import TW
from .queries.answer import answer_of
from .queries.catalogue import Catalogue
from .queries.disagreement import disagreements
from .queries.labels import named_faults, short_iri
from .queries.results import Table

#: How many faults a report shows of itself.
_FAULTS: Final = 10
ANSWERS: Final = Path(__file__).parent / "queries" / "questions" / "answers"


def title_of(name: str, language: str) -> str:
    """The name of a check in words; ``all`` stands for all of them."""
    code = re.sub("[^a-z]+", "-", name.casefold()).strip("-")
    return say(f"check-{code}", language)


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of check: how many times it ran, and the faults it found.

    ``warnings`` are worth reviewing but are not faults: an agreement without parties, say.
    """

    name: str
    performed: int
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    def title(self, language: str) -> str:
        """The name of the check in words."""
        return title_of(self.name, language)


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all checks on one build."""

    checks: tuple[Check, ...]
    coverage: tuple[Coverage, ...]
    #: Of its text in an interactive session.
    language: str = field(default="en", compare=False)

    def __repr__(self) -> str:
        told = [fault.message.text(self.language) for fault in self.faults]
        places = [f"{f.place}: {text}" for f, text in zip(self.faults, told, strict=True)]
        more = [f"… + {len(places) - _FAULTS}"] if len(places) > _FAULTS else []
        return "\n".join([self._counts, *places[:_FAULTS], *more])

    @property
    def _counts(self) -> str:
        """How many checks were performed, and with what result."""
        counts = {
            "performed": sum(check.performed for check in self.checks),
            "failed": len(self.faults),
        }
        return ", ".join(
            f"{say(f'column-{name}', self.language)}: {count:,}" for name, count in counts.items()
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><bdi>{escape(check.title(self.language))}</bdi></td>"
            f"<td>{check.performed:,}</td><td>{len(check.faults):,}</td></tr>"
            for check in self.checks
        )
        head = "".join(
            f"<th>{say(f'column-{name}', self.language)}</th>"
            for name in ("check", "performed", "failed")
        )
        faults = "".join(f"<li><bdi>{escape(str(f))}</bdi></li>" for f in self.faults)
        side = "rtl" if self.language == "ar" else "ltr"
        return (
            f'<div lang="{self.language}" dir="{side}"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table><ul>{faults}</ul></div>"
        )

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in the order of the checks."""
        return tuple(fault for check in self.checks for fault in check.faults)


def check(
    build: Build,
    collections: Sequence[Path] = (),
    *,
    reference: bool = False,
    shape_seconds: float | None = None,
) -> Report:
    """Check a build and its source collections.

    Raises ``CollectionError`` if the collections cannot be read as facts. The expected answers
    are for the bundled collection alone, and are compared only if no other is loaded.
    ``reference`` also checks the shapes with pySHACL, which is slow on large graphs.
    ``shape_seconds`` limits each shape of a collection, by default to a minute.
    """
    places: list[Place] = []
    collection = read_collection(
        [SEEDS, *collections], lambda _name, _fact, value: places.append(value.place)
    )
    store = build.store()
    warnings = {"record statuses": tuple(later_statuses(collection, places))}
    checks = [
        Check(name, count, (), warnings.get(name, ()))
        for name, count in sorted(collection.performed.items())
    ]
    quoting: dict[str, list[Fact]] = defaultdict(list)
    for fact in collection.facts:
        quoting[fact.evidence[0].document].append(fact)
    covered = tuple(
        coverage(document, quoting[document.slug])
        for document in collection.documents.values()
        if document.is_whole
    )
    checks.append(_coverage(covered, collection))
    if collections:
        checks.append(_reviews(collections, collection))
    checks.append(check_claims(collection, places))
    checks.append(check_glosses(collection))
    checks += _disagreements(store, collection, places)
    checks.append(_offsets(store, collection))
    checks.append(_shapes(build, collections, shape_seconds))
    if reference:
        checks.append(_reference(build, collections))
    if not collections:
        checks.append(Check("answers", len(Catalogue().questions), tuple(_changed_answers(store))))
    quiet = acknowledged(collections)
    told = (
        replace(one, warnings=tuple(w for w in one.warnings if warning_key(w) not in quiet))
        for one in checks
    )
    return Report(tuple(told), covered)


def _reviews(collections: Sequence[Path], collection: Collection) -> Check:
    """Read the reviews of collections, and the readings beside their facts."""
    from .loaders.editing.second_reading import read_for_check

    found = [read_for_check(folder, collection) for folder in collections]
    faults = [fault for _, wrong in found for fault in wrong]
    return Check("reviews", sum(count for count, _ in found) + len(faults), tuple(faults))


def refuse_new_faults(before: Build, after: Build, edited: Sequence[Path]) -> None:
    """Raise ``CollectionError`` with the shape violations that ``after`` adds to ``before``.

    ``edited`` are the collections of ``after``.
    """
    found = set(_shapes(after, edited).faults)
    if found and (new := found.difference(_shapes(before, edited).faults)):
        raise CollectionError(new)


def later_statuses(collection: Collection, places: Sequence[Place]) -> Iterator[Fault]:
    """A warning for each record status with a date that is still to come."""
    # Where the day begins first, so that nobody's today is called the future.
    today = datetime.now(timezone(timedelta(hours=14))).date().isoformat()
    for fact, place in zip(collection.facts, places, strict=True):
        day = fact.qualifier("statusDate")
        if day is not None and day.value > today:
            yield Fault.at(
                place, "status-date-ahead", fact=short(fact), day=day.value, check="record statuses"
            )


def _coverage(covered: Sequence[Coverage], collection: Collection) -> Check:
    faults = [
        Fault.at(
            Place(collection.documents[item.document].file),
            "sentence-not-covered",
            sentence=shortened(sentence.text, 80),
            start=sentence.start,
            end=sentence.end,
            check="coverage",
        )
        for item in covered
        for sentence in item.open
    ]
    return Check("coverage", sum(item.sentences for item in covered), tuple(faults))


def check_claims(collection: Collection, places: Sequence[Place]) -> Check:
    """Check that each quote contains its fact's number, date and entity names.

    An inferred fact gives the reason in its note instead. Speakers are named in the quote or
    before it.
    """
    claims = Claims(collection)
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for fact, place in zip(collection.facts, places, strict=True):
        for found, more in zip((faults, warnings), claims.judged(fact, place), strict=True):
            found += more
    return Check("claims", len(collection.facts), tuple(faults), tuple(warnings))


def check_glosses(collection: Collection) -> Check:
    """Check that each gloss has the numbers and names of its quote, and no other number."""
    glosses = Glosses(collection.entities)
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for evidence, place in collection.glosses:
        wrong, doubtful = glosses.judged(evidence, place)
        faults += wrong
        warnings += doubtful
    return Check("glosses", glosses.count, tuple(faults), tuple(warnings))


def _disagreements(
    store: Store, collection: Collection, places: Sequence[Place]
) -> Iterator[Check]:
    """Report values that differ between documents; both are kept."""
    stated = list(zip(collection.facts, places, strict=True))
    single = {p.iri for p in collection.schema.properties.values() if p.is_single}
    dated = {
        p.iri
        for p in collection.schema.properties.values()
        if TW + "date" in collection.schema.superproperties(p.iri)
    }
    held = {
        (fact.subject, fact.predicate)
        for fact in collection.facts
        if fact.predicate.value in single | dated
    }
    told = [
        Fault.at(
            Place(short_iri(item.subject.value)),
            "values-differ",
            predicate=short_iri(item.predicate.value),
            sides=[
                side(getattr(one.value, "value", str(one.value)), one.documents)
                for one in item.sides
            ],
            check="disagreements",
            remedy=SIDE_BY_SIDE,
        )
        for item in disagreements(store)
    ]
    yield Check("disagreements", len(held), (), tuple(told))
    for name, find in (("stages", stage_conflicts), ("measures", figure_conflicts)):
        count, found = find(stated)
        yield Check(f"{name} across documents", count, (), found)


def _offsets(store: Store, collection: Collection) -> Check:
    """Check that each quote in the store appears in its document at its offsets."""
    texts = {document.file: document.text for document in collection.documents.values()}
    quoted = {
        part.iri: (quote.document, part)
        for fact in all_facts(store)
        for quote in fact.quotes
        for part in (*quote.parts, *quote.context)
    }
    faults = [
        Fault.at(Place(file, 0, part.start), "quote-not-at-offset", evidence=part.iri)
        for file, part in quoted.values()
        if texts[file][part.start : part.end] != part.text
    ]
    return Check("quotes in the store", len(quoted), tuple(faults))


def _shapes(build: Build, collections: Sequence[Path], seconds: float | None = None) -> Check:
    from .loaders.checks.shape_process import SHAPE_SECONDS, validate_build

    found = validate_build(build.dump, collections, seconds or SHAPE_SECONDS)
    faults = (*named_faults(found.faults), *found.unfinished)
    return Check("shapes", found.performed, faults, named_faults(found.warnings))


def _reference(build: Build, collections: Sequence[Path]) -> Check:
    """Apply the shapes with pySHACL too; a result from only one engine is a bug in Taawun."""
    from .loaders.checks.shapes import Shapes, build_store

    shapes = Shapes(collections=collections)
    store = build_store(shapes, build.dump)
    found = shapes.validate(store)
    only_one = set(found.results).symmetric_difference(shapes.reference(store))
    faults = tuple(
        Fault.at(
            Place(short_iri(item.focus)),
            "engines-disagree",
            shape=item.name,
            constraint=item.constraint,
            check="reference",
        )
        for item in sorted(only_one, key=repr)
    )
    return Check("shapes (pySHACL)", found.performed, faults)


def plain_answer(table: Table) -> str:
    """An answer in the golden file format: tab-separated, ordered, with short IRIs."""

    def cell(term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return short_iri(term.value)
        return (
            term.value.replace("\t", " ").replace("\n", " ") if isinstance(term, ox.Literal) else ""
        )

    lines = ["\t".join(table.variables), *("\t".join(map(cell, row)) for row in table.rows)]
    return "\n".join(lines) + "\n"


def _changed_answers(store: Store) -> Iterator[Fault]:
    questions = Catalogue().questions
    for name, question in questions.items():
        place = Place(f"queries/questions/answers/{name}.tsv")
        table = answer_of(store, question)
        got = plain_answer(table).splitlines()
        path = ANSWERS / f"{name}.tsv"
        if not path.is_file():
            yield Fault.at(place, "answer-missing", check="answers")
            continue
        wanted = path.read_text("utf-8").splitlines()
        if got != wanted:
            lost = [line for line in wanted if line not in got]
            gained = [line for line in got if line not in wanted]
            remedy = Message("accept-answers")
            if rows := gained or lost:
                yield Fault.at(
                    place,
                    "answer-changed",
                    lost=len(lost),
                    gained=len(gained),
                    row=rows[0],
                    check="answers",
                    remedy=remedy,
                )
            else:
                yield Fault.at(place, "answer-in-other-order", check="answers", remedy=remedy)
        elif len(table.rows) != question.rows:
            place = Place(f"queries/questions/{name}.rq")
            rows_now = len(table.rows)
            yield Fault.at(
                place, "wrong-row-count", header=question.rows, rows=rows_now, check="answers"
            )
    for path in sorted(ANSWERS.glob("*.tsv")):
        if path.stem not in questions:
            place = Place(f"queries/questions/answers/{path.name}")
            yield Fault.at(place, "answer-without-question", check="answers")


def accept_answers(store: Store) -> int:
    """Save the current answer of every stored question as expected; return their number."""
    ANSWERS.mkdir(exist_ok=True)
    questions = Catalogue().questions
    for path in ANSWERS.glob("*.tsv"):
        if path.stem not in questions:
            path.unlink()
    for name, question in questions.items():
        (ANSWERS / f"{name}.tsv").write_text(
            plain_answer(answer_of(store, question)), "utf-8", newline="\n"
        )
    return len(questions)
