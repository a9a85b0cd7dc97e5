"""A synthetic collection of any size, shaped like the bundled one.

    python benchmarks/generate.py FOLDER --facts 100000 [--format csv|jsonl|yaml] [--seed 2026]

The bundled facts are told again and again about other things: each retelling keeps predicates,
classes, modalities, notes and dates as they are, and gives every agreement, meeting, official or
figure a twin of its own. Countries, regions, international organisations and ministries stay the
same ones, so that hubs grow with the collection as they do in ours. A fact that is said again
word for word is moved to a country of a pool, so that the facts asked for are different facts.
Each document is Arabic text in which every quote stands exactly once and names what its facts
are about. The same seed gives the same bytes.

The folder is a collection: ``taawun build --collection FOLDER`` stacks it over the bundled one.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from taawun.graph.entity import Entity
from taawun.graph.fact import Fact
from taawun.loaders.builds.inputs import SEEDS
from taawun.loaders.collection import Collection, read_collection
from taawun.ontology.namespaces import ID

#: Classes of things that all retellings speak of.
SHARED: Final = ("country", "region", "international-organization")
#: Classes of which the rules ask for facts: whoever names one needs its facts too.
NEEDY: Final = (
    "figure", "rank", "agreement", "memorandum-of-understanding", "offer", "proposal",
)  # fmt: skip
LONGEST: Final = 290
#: How often a fact that was said already is moved to a known country, before a new one is made.
TRIES: Final = 6
FACTS_A_DOCUMENT: Final = 300
COLUMNS: Final = (
    "document", "quote", "subject", "predicate", "object", "modality", "statedBy", "onBehalfOf",
    "when", "dateText", "recordStatus", "note", "noteAr",
)  # fmt: skip
FILLERS: Final = (
    "وتواصل الأطراف العمل على تنفيذ ما ورد في هذا التقرير خلال الفترة المقبلة.",
    "وجرى تناول هذه البنود في جلسات مغلقة حضرها عدد من المسؤولين.",
    "ويأتي ذلك في إطار الجهود المبذولة لتطوير البنية الرقمية وخدماتها.",
    "وأعرب الحاضرون عن تقديرهم لما تحقق حتى الآن.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as a fact file writes it; values without their namespaces."""

    subject: str
    predicate: str
    object: str
    is_entity: bool
    qualifiers: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Writer:
    """Where the collection goes, and what has been written of it so far."""

    folder: Path
    format: str
    files: ExitStack
    facts_a_document: int
    handles: dict[str, IO[str]] = field(default_factory=dict)
    document: list[str] = field(default_factory=list)
    evidence: list[tuple[str, list[Told]]] = field(default_factory=list)
    documents: int = 0
    sentences: int = 0
    held: int = 0

    def handle(self, name: str) -> IO[str]:
        """The file of that name, opened at its first use."""
        if name not in self.handles:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            opened = path.open("w", encoding="utf-8", newline="")
            self.handles[name] = self.files.enter_context(opened)
        return self.handles[name]

    def entity(self, entity: Entity, ref: str, number: int | None) -> None:
        """Register one entity; its twin number tells its names from all others."""
        mark_ar, mark_en = ("", "") if number is None else (f" رقم {number}", f" No. {number}")
        names = {"ar": entity.ar + mark_ar, "en": entity.en + mark_en}
        also = [
            alias.name + (mark_ar if alias.language == "ar" else mark_en)
            for alias in entity.aliases
            if not alias.documents
        ]
        fields: dict[str, object] = {**names, **({"also": also} if also else {})}
        kinds = [slug_of(iri) for iri in entity.classes[1:]]
        if kinds:
            fields["types"] = kinds
        line = json.dumps(fields, ensure_ascii=False)
        self.handle(f"entities/{ref.partition('/')[0]}.yaml").write(f"{ref}: {line}\n")

    def sentence(self, words: str, facts: list[Told]) -> None:
        """One sentence of the present document, with the facts that quote it."""
        self.sentences += 1
        quote = f"وفي البند {self.sentences} من التقرير {self.documents + 1}: {words}"
        self.document.append(quote + ".")
        if self.sentences % 5 == 0:
            self.document.append(FILLERS[self.sentences // 5 % len(FILLERS)])
        self.evidence.append((quote, facts))
        self.held += len(facts)
        if self.held >= self.facts_a_document:
            self.close_document()

    def close_document(self) -> None:
        """Write the present document, its line of the register, and its facts."""
        if not self.evidence:
            return
        self.documents += 1
        slug = f"report-{self.documents}"
        text = "".join(
            line + ("\n" if number % 4 == 3 else " ") for number, line in enumerate(self.document)
        )
        data = text.encode()
        path = self.folder / "documents" / f"{slug}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        fields = {
            "file": path.name,
            "sha256": sha256(data).hexdigest(),
            "ar": f"تقرير التعاون {self.documents}",
            "en": f"Cooperation report {self.documents}",
        }
        line = json.dumps(fields, ensure_ascii=False)
        self.handle("documents/documents.yaml").write(f"{slug}: {line}\n")
        self._facts(slug)
        self.document, self.evidence, self.held, self.sentences = [], [], 0, 0

    def _facts(self, slug: str) -> None:
        if self.format == "yaml":
            out = [f"document: {slug}\n", "evidence:\n"]
            for quote, facts in self.evidence:
                out.append(f"  - quote: {json.dumps(quote, ensure_ascii=False)}\n    facts:\n")
                for fact in facts:
                    line = json.dumps(row(fact), ensure_ascii=False)
                    out.append(f"      - {line}\n")
            path = self.folder / "facts" / f"{slug}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(out), "utf-8")
            return
        rows = (
            {"document": slug, "quote": quote, **row(fact)}
            for quote, facts in self.evidence
            for fact in facts
        )
        if self.format == "jsonl":
            out_file = self.handle("facts/facts.jsonl")
            out_file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in rows)
            return
        is_first = "facts/facts.csv" not in self.handles
        writer = csv.DictWriter(
            self.handle("facts/facts.csv"), COLUMNS, restval="", lineterminator="\n"
        )
        if is_first:
            writer.writeheader()
        writer.writerows(rows)


def slug_of(iri: str) -> str:
    """The class slug of a class IRI."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", iri.rpartition("#")[2]).lower()


def row(fact: Told) -> dict[str, str]:
    """A fact as its fields."""
    return {
        "subject": fact.subject,
        "predicate": fact.predicate,
        "object": fact.object,
        **dict(fact.qualifiers),
    }


def told(fact: Fact) -> Told:
    """A bundled fact as a fact file writes it."""
    is_entity = not hasattr(fact.object, "datatype")
    qualifiers = []
    for name, value in fact.qualifiers:
        if name not in COLUMNS:
            continue
        text = value.value
        if name in ("modality", "recordStatus"):
            text = text.rpartition("/")[2]
            if text == "asserted":
                continue
        qualifiers.append((name, text.removeprefix(ID)))
    return Told(
        fact.subject.value.removeprefix(ID),
        fact.predicate.value.rpartition("#")[2],
        fact.object.value.removeprefix(ID) if is_entity else fact.object.value,
        is_entity,
        tuple(qualifiers),
    )


class Retelling:
    """The bundled facts by subject, and how they are told about other things."""

    def __init__(self, collection: Collection) -> None:
        self.entities = collection.entities
        self.concepts = collection.schema.concepts
        self.labels = {
            name: collection.schema.label(item.iri, "ar")
            for name, item in collection.schema.properties.items()
        }
        self.concept_labels = {
            ref: collection.schema.label(ID + ref, "ar") for ref in self.concepts
        }
        self.groups: dict[tuple[str, int], list[Told]] = defaultdict(list)
        self.by_subject: dict[str, list[Told]] = defaultdict(list)
        seen: set[Told] = set()
        for fact in collection.facts:
            item = told(fact)
            if item in seen or not fact.is_active:
                continue
            seen.add(item)
            (evidence, *_) = fact.evidence
            self.groups[evidence.document, evidence.start].append(item)
            self.by_subject[item.subject].append(item)

    def is_private(self, ref: str) -> bool:
        """Whether each retelling has one of its own."""
        return ref in self.entities and ref.partition("/")[0] not in SHARED

    def refs(self, fact: Told) -> list[str]:
        """The entities that a fact names."""
        named = [fact.subject] + ([fact.object] if fact.is_entity else [])
        return named + [v for n, v in fact.qualifiers if n in ("statedBy", "onBehalfOf")]

    def part(self, wanted: int, chances: random.Random) -> set[str]:
        """Subjects that have so many facts together, each with what its figures need."""
        chosen: set[str] = set()
        left = wanted
        for subject in chances.sample(sorted(self.by_subject), len(self.by_subject)):
            with_it: set[str] = set()
            ahead = {subject}
            while ahead:
                with_it |= ahead
                named = {ref for one in ahead for f in self.by_subject[one] for ref in self.refs(f)}
                ahead = {
                    ref
                    for ref in named - with_it - chosen
                    if ref.partition("/")[0] in NEEDY and ref in self.by_subject
                }
            size = sum(len(self.by_subject[one]) for one in with_it - chosen)
            if size <= left:
                chosen |= with_it
                left -= size
        if left:
            raise SystemExit(f"{left} facts are left over; take another number of facts")
        return chosen


def retold(ref: str, number: int, retelling: Retelling) -> str:
    """The reference of the twin with that number, or the shared thing itself."""
    return f"{ref}-{number}" if retelling.is_private(ref) else ref


def generate(
    folder: Path,
    size: int,
    form: str = "csv",
    seed: int = 2026,
    facts_a_document: int = FACTS_A_DOCUMENT,
) -> None:
    """Write a collection of ``size`` stated facts into ``folder``; a few are said twice."""
    retelling = Retelling(read_collection([SEEDS]))
    chances = random.Random(seed)
    whole = sum(map(len, retelling.groups.values()))
    pool = ["country/land-1", "country/land-2"]
    with ExitStack() as files:
        writer = Writer(folder, form, files, facts_a_document)
        for name in ("documents", "entities", "facts"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        written = number = 0
        said = {
            (fact.subject, fact.predicate, fact.object)
            for facts in retelling.groups.values()
            for fact in facts
        }
        while written < size:
            number += 1
            subjects = (
                set(retelling.by_subject)
                if size - written >= whole
                else retelling.part(size - written, chances)
            )
            written += tell(retelling, number, subjects, pool, said, writer, chances)
        writer.close_document()
        for number, ref in enumerate(pool, 1):
            writer.entity(Entity(ref, "بلد", "Land", ()), ref, number)


def tell(
    retelling: Retelling,
    number: int,
    subjects: set[str],
    pool: list[str],
    said: set[tuple[str, ...]],
    writer: Writer,
    chances: random.Random,
) -> int:
    """Tell the facts of these subjects once more; returns how many there were."""
    named: set[str] = set()
    count = 0
    groups = list(retelling.groups.values())
    chances.shuffle(groups)
    for facts in groups:
        twins: list[Told] = []
        words: list[str] = []
        for fact in facts:
            if fact.subject not in subjects:
                continue
            named.update(filter(retelling.is_private, retelling.refs(fact)))
            twin = anew(twin_of(fact, number, retelling), pool, said, retelling, chances)
            count += 1
            clause = words_of(twin, retelling)
            if twins and len("؛ ".join([*words, clause])) > LONGEST - 50:
                writer.sentence("؛ ".join(words), twins)
                twins, words = [], []
            twins.append(twin)
            words.append(clause)
        if twins:
            writer.sentence("؛ ".join(words), twins)
    for ref in sorted(named):
        writer.entity(retelling.entities[ref], retold(ref, number, retelling), number)
    return count


def twin_of(fact: Told, number: int, retelling: Retelling) -> Told:
    """The fact about the twins with that number."""
    return Told(
        retold(fact.subject, number, retelling),
        fact.predicate,
        retold(fact.object, number, retelling) if fact.is_entity else fact.object,
        fact.is_entity,
        tuple((name, retold(value, number, retelling)) for name, value in fact.qualifiers),
    )


def anew(
    fact: Told,
    pool: list[str],
    said: set[tuple[str, ...]],
    retelling: Retelling,
    chances: random.Random,
) -> Told:
    """The fact; of other countries where all that it names is shared and it was said before."""
    if fact.subject not in retelling.entities and fact.subject not in retelling.concepts:
        return fact
    tries = 0
    while (key := (fact.subject, fact.predicate, fact.object)) in said:
        tries += 1
        if tries > TRIES:
            pool.append(f"country/land-{len(pool) + 1}")
        land = pool[-1] if tries > TRIES else chances.choice(pool)
        subject, object_ = fact.subject, fact.object
        if object_.startswith("country/") and not subject.startswith("country/"):
            object_ = land
        elif object_ != land:
            subject = land
        fact = Told(subject, fact.predicate, object_, fact.is_entity, fact.qualifiers)
    said.add(key)
    return fact


def words_of(fact: Told, retelling: Retelling) -> str:
    """The fact in Arabic words, each thing by its registered name."""
    date = " ".join(value for name, value in fact.qualifiers if name == "dateText")
    words = [
        name_of(fact.subject, retelling),
        retelling.labels[fact.predicate],
        name_of(fact.object, retelling) if fact.is_entity else fact.object,
        date,
    ]
    return " ".join(filter(None, words))


def name_of(ref: str, retelling: Retelling) -> str:
    """The Arabic name of an entity, a twin, a land or a concept."""
    if ref in retelling.entities:
        return retelling.entities[ref].ar
    if ref in retelling.concept_labels:
        return retelling.concept_labels[ref]
    base, _, number = ref.rpartition("-")
    return f"{retelling.entities[base].ar if base in retelling.entities else 'بلد'} رقم {number}"


def main() -> None:
    """Read the options and write the collection."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--format", choices=("csv", "jsonl", "yaml"), default="csv")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--facts-a-document", type=int, default=FACTS_A_DOCUMENT)
    options = parser.parse_args()
    generate(options.folder, options.facts, options.format, options.seed, options.facts_a_document)


if __name__ == "__main__":
    main()
