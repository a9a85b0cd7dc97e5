"""Every check of ``taawun check``, counted: performed, passed, failed; a skip is a fault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from .graph.errors import CollectionError
from .graph.fact import Fact
from .graph.store import Store, read
from .loaders.builds.cache import Build
from .loaders.builds.inputs import SEEDS
from .loaders.checks.claims import Claims
from .loaders.checks.conflicts import figure_conflicts, stage_conflicts
from .loaders.checks.coverage import Coverage, coverage
from .loaders.collection import Collection, read_collection
from .messages.fault import Fault, Place
from .ontology.namespaces import TW
from .queries.answer import answer_of
from .queries.catalogue import Catalogue
from .queries.disagreement import disagreements
from .queries.labels import short_iri
from .queries.results import Table

if TYPE_CHECKING:
    from .loaders.checks.shapes import ShapeResult

_SIDE_BY_SIDE: Final = (
    "both stay; mark one “disputed” or “superseded” if you know more, with the reason in “note”"
)
ANSWERS: Final = Path(__file__).parent / "queries" / "questions" / "answers"


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of check: how often it was performed, and the faults that it found.

    ``warnings`` are worth a look and no faults: an agreement whose parties no text names, say.
    """

    name: str
    performed: int
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of all checks over one build."""

    checks: tuple[Check, ...]
    coverage: tuple[Coverage, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault, in the order of the checks."""
        return tuple(fault for check in self.checks for fault in check.faults)


def check(build: Build, collections: Sequence[Path] = (), *, reference: bool = False) -> Report:
    """Check a build and the collections that it was made from.

    Raises ``CollectionError`` where the collections cannot even be read as facts. The expected
    answers belong to the bundled collection alone, and are compared only where it stands alone.
    ``reference`` has the shapes checked by pySHACL as well, which takes long on large graphs.
    """
    places: list[Place] = []
    collection = read_collection(
        [SEEDS, *collections], lambda _name, _fact, value: places.append(value.place)
    )
    store = build.store()
    checks = [Check(name, count) for name, count in sorted(collection.performed.items())]
    quoting: dict[str, list[Fact]] = defaultdict(list)
    for fact in collection.facts:
        quoting[fact.evidence[0].document].append(fact)
    covered = tuple(
        coverage(document, quoting[document.slug]) for document in collection.documents.values()
    )
    checks.append(_coverage(covered, collection))
    checks.append(check_claims(collection, places))
    checks += _disagreements(store, collection, places)
    checks.append(_offsets(store, collection))
    checks.append(_shapes(build, collections))
    if reference:
        checks.append(_reference(build, collections))
    if not collections:
        checks.append(_answers(store))
    return Report(tuple(checks), covered)


def refuse_new_faults(before: Build, after: Build, edited: Sequence[Path]) -> None:
    """Raise ``CollectionError`` with what only the shapes find in a build that they do not find
    in the one before; ``edited`` are the collections of the build after.
    """
    found = set(_shapes(after, edited).faults)
    if found and (new := found.difference(_shapes(before, edited).faults)):
        raise CollectionError(new)


def _coverage(covered: Sequence[Coverage], collection: Collection) -> Check:
    faults = [
        Fault(
            Place(collection.documents[item.document].file),
            f"no fact quotes “{sentence.text[:80]}” [{sentence.start}:{sentence.end}]",
            "take its facts, or list it in documents.yaml as furniture or silent, with the reason",
            "coverage",
        )
        for item in covered
        for sentence in item.open
    ]
    return Check("coverage", sum(item.sentences for item in covered), tuple(faults))


def check_claims(collection: Collection, places: Sequence[Place]) -> Check:
    """Each quote says the number and date of its fact, and names what the fact is about.

    An inferred fact says in its note why it need not. Either way the graph marks the quote. Who
    says it, and for whom, is named there or before the quote.
    """
    claims = Claims(collection)
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for fact, place in zip(collection.facts, places, strict=True):
        for found, more in zip((faults, warnings), claims.judged(fact, place), strict=True):
            found += more
    return Check("claims", len(collection.facts), tuple(faults), tuple(warnings))


def _disagreements(
    store: Store, collection: Collection, places: Sequence[Place]
) -> Iterator[Check]:
    """What documents say differently of one thing, side by side; nobody here decides."""
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
        Fault(
            Place(short_iri(item.subject.value)),
            f"documents differ on {short_iri(item.predicate.value)}: "
            + "; ".join(
                f"{getattr(side.value, 'value', side.value)} ({', '.join(sorted(side.documents))})"
                for side in item.sides
            ),
            _SIDE_BY_SIDE,
            "disagreements",
        )
        for item in disagreements(store)
    ]
    yield Check("disagreements", len(held), (), tuple(told))
    for name, find in (("stages", stage_conflicts), ("measures", figure_conflicts)):
        count, found = find(stated)
        warnings = (Fault(item.place, str(item), _SIDE_BY_SIDE, name) for item in found)
        yield Check(f"{name} across documents", count, (), tuple(warnings))


def _offsets(store: Store, collection: Collection) -> Check:
    """What stands in the store equals the documents' text, asked from the store itself."""
    answer = store.query("""
PREFIX tw: <https://w3id.org/taawun/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?evidence ?file ?quote ?start ?end WHERE {
  GRAPH <https://w3id.org/taawun/graph/evidence> {
    ?evidence oa:hasSource ?document ; oa:hasSelector ?q , ?p .
    ?q oa:exact ?quote . ?p oa:start ?start ; oa:end ?end .
  }
  ?document dcterms:identifier ?file .
}""")
    assert isinstance(answer, ox.QuerySolutions)
    texts = {document.file: document.text for document in collection.documents.values()}
    performed = 0
    faults = []
    for row in read(answer):
        performed += 1
        start, end = int(row["start"].value), int(row["end"].value)
        if texts[row["file"].value][start:end] != row["quote"].value:
            place = Place(row["file"].value, 0, start)
            faults.append(Fault(place, f"the quote of {row['evidence'].value} is not there"))
    return Check("quotes in the store", performed, tuple(faults))


def _shapes(build: Build, collections: Sequence[Path]) -> Check:
    from .loaders.checks.shapes import validate_build

    performed, results = validate_build(build.dump, collections)
    faults, warnings = (
        tuple(_broken(item) for item in results if (item.severity == "Violation") is is_fault)
        for is_fault in (True, False)
    )
    # One node may break one shape in two ways; the message is the same.
    return Check("shapes", performed, _once(faults), _once(warnings))


def _broken(item: ShapeResult) -> Fault:
    return Fault(Place(short_iri(item.focus)), item.message_en, item.message_ar, "shapes")


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(faults))


def _reference(build: Build, collections: Sequence[Path]) -> Check:
    """The shapes again, by pySHACL: whatever only one of the two finds is a fault of ours."""
    from .loaders.checks.shapes import Shapes, build_store

    shapes = Shapes(collections=collections)
    store = build_store(shapes, build.dump)
    found = shapes.validate(store)
    only_one = set(found.results).symmetric_difference(shapes.reference(store))
    faults = tuple(
        Fault(
            Place(short_iri(item.focus)),
            f"the rule {item.name} ({item.constraint}) is broken by one of SPARQL and pySHACL only",
            "report this, with the shape: the two must agree",
            "reference",
        )
        for item in sorted(only_one)
    )
    return Check("shapes (pySHACL)", found.performed, faults)


def plain_answer(table: Table) -> str:
    """An answer as a golden file holds it: tab-separated, IRIs shortened, in the answer's order."""

    def cell(term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return short_iri(term.value)
        return (
            term.value.replace("\t", " ").replace("\n", " ") if isinstance(term, ox.Literal) else ""
        )

    lines = ["\t".join(table.variables), *("\t".join(map(cell, row)) for row in table.rows)]
    return "\n".join(lines) + "\n"


def _answers(store: Store) -> Check:
    faults = list(_changed_answers(store))
    return Check("answers", len(Catalogue().questions), tuple(faults))


def _changed_answers(store: Store) -> Iterator[Fault]:
    questions = Catalogue().questions
    for name, question in questions.items():
        place = Place(f"queries/questions/answers/{name}.tsv")
        table = answer_of(store, question)
        got = plain_answer(table).splitlines()
        path = ANSWERS / f"{name}.tsv"
        if not path.is_file():
            yield Fault(place, "is missing", "run taawun check --accept-answers", "answers")
            continue
        wanted = path.read_text("utf-8").splitlines()
        if got != wanted:
            lost = [line for line in wanted if line not in got]
            gained = [line for line in got if line not in wanted]
            change = f"{len(lost)} rows lost, {len(gained)} gained" if lost or gained else "order"
            first = (gained or lost or ["the same rows in another order"])[0]
            yield Fault(
                place,
                f"the answer has changed ({change}), first: {first}",
                "if the change is meant, run taawun check --accept-answers and review the diff",
                "answers",
            )
        elif len(table.rows) != question.rows:
            yield Fault(
                Place(f"queries/{name}.rq"),
                f"the header says rows: {question.rows}, the answer has {len(table.rows)}",
                f"write rows: {len(table.rows)}",
                "answers",
            )
    for path in sorted(ANSWERS.glob("*.tsv")):
        if path.stem not in questions:
            yield Fault(
                Place(f"queries/questions/answers/{path.name}"), "has no question", "delete it"
            )


def accept_answers(store: Store) -> int:
    """Write every stored question's present answer as the expected one; returns how many."""
    ANSWERS.mkdir(exist_ok=True)
    questions = Catalogue().questions
    for path in ANSWERS.glob("*.tsv"):
        if path.stem not in questions:
            path.unlink()
    for name, question in questions.items():
        (ANSWERS / f"{name}.tsv").write_text(plain_answer(answer_of(store, question)), "utf-8")
    return len(questions)
