"""The small graph of the explanations' tests, and their permanent test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count

import pyoxigraph as ox

from quoted import quoted
from taawun.graph.derive import DerivedFact
from taawun.graph.fact import Fact
from taawun.graph.store import EmbeddedStore
from taawun.ontology.namespaces import DCTERMS, DOCUMENT, ID, PREFIXES, RDF, RDFS, SKOS, TW
from taawun.queries.sparql import algebra as alg
from taawun.queries.sparql.parser import parse
from taawun.queries.sparql.variables import in_scope, mentioned, rename
from taawun.queries.sparql.writer import write_dataset, write_select
from taawun.queries.why import RowExplanation, Witness

# The small graph.

FACTS = """
agreement/postal signatory country/egypt
agreement/postal signatory country/nigeria
agreement/postal signatory country/libya reported
agreement/ai signatory country/egypt
agreement/ai signatory country/iraq
agreement/ai inArea area/ai
agreement/cables signatory country/egypt inferred
agreement/cables inArea area/infrastructure
agreement/talks inArea area/ai
country/iraq inTalksWith country/libya reported
country/egypt inTalksWith country/libya
official/talaat holdsPost post/minister
official/nabil holdsPost post/deputy
official/azouz memberOf organization/post
post/minister postAt organization/ministry
post/deputy postAt organization/lab
organization/lab partOf organization/institute
organization/institute partOf organization/ministry
organization/lab partOf organization/university
organization/university partOf organization/ministry
organization/post basedIn country/egypt
organization/ministry basedIn country/egypt
organization/bureau basedIn country/iraq
figure/budget value 1500
figure/trainees value 40
figure/offices value 40
figure/pupils value 7
figure/budget unit unit/dollar
figure/trainees unit unit/person
figure/pupils unit unit/person
figure/offices unit unit/office
"""
LABELS = {
    "country/egypt": "مصر",
    "country/nigeria": "نيجيريا",
    "country/libya": "ليبيا",
    "country/iraq": "العراق",
    "area/ai": "الذكاء الاصطناعي",
}
CLASSES = {"country": "Country", "official": "Official", "organization": "Organization"}


def prefixed(text: str) -> str:
    """The query with all of our prefixes declared."""
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items()) + text


def term(text: str) -> ox.NamedNode | ox.Literal:
    return ox.Literal(int(text)) if text.isdecimal() else ox.NamedNode(ID + text)


def small_facts() -> Iterator[Fact]:
    for number, line in enumerate(FACTS.split("\n")[1:-1]):
        subject, predicate, object_, *modality = line.split()
        qualifiers = (
            ("modality", term(f"modality/{modality[0] if modality else 'asserted'}")),
            ("recordStatus", term("record-status/asserted")),
        )
        quote = f"قالت الصحيفة في السطر {number} إن {subject}"
        yield Fact(
            ox.NamedNode(ID + subject),
            ox.NamedNode(TW + predicate),
            term(object_),
            qualifiers,
            (quoted(quote, 100 * number),),
        )


def small_graph() -> list[ox.Quad]:
    """Facts with quotes, two rules' worth of derived facts, labels, types, a tree of areas."""
    facts = list(small_facts())
    lines = [line for fact in facts for line in fact.lines()]
    signed = [fact for fact in facts if fact.predicate.value == f"{TW}signatory"]
    for left in signed:
        for right in signed:
            if left.subject == right.subject and left.object != right.object:
                terms = (str(left.object), f"<{TW}cooperatesWith>", str(right.object))
                sources = tuple(sorted((left.iri, right.iri)))
                lines += DerivedFact(terms, "signed-together", sources).lines()
    lines.append(f'<{DOCUMENT}paper> <{DCTERMS}identifier> "001 الصحيفة.txt" .')
    lines.append(f"<{ID}area/ai> <{SKOS}broader> <{ID}area/technology> .")
    lines.append(f"<{ID}area/technology> <{SKOS}broader> <{ID}area/everything> .")
    lines += [f'<{ID}{name}> <{RDFS}label> "{label}"@ar .' for name, label in LABELS.items()]
    for name in {part for line in FACTS.split("\n") for part in line.split() if "/" in part}:
        if cls := CLASSES.get(name.partition("/")[0]):
            lines.append(f"<{ID}{name}> <{RDF}type> <{TW}{cls}> .")
    return list(ox.parse("\n".join(lines), ox.RdfFormat.N_QUADS))


SMALL = small_graph()


def store_of(quads: Iterable[ox.Quad]) -> EmbeddedStore:
    return EmbeddedStore.in_memory(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


# The permanent test.

FULL = ox.NamedNode("urn:the-full-graph")


class Answer:
    """A query's answer over some quads: rows, or triples, or one empty row for true."""

    def __init__(self, text: str, quads: Iterable[ox.Quad]) -> None:
        store = ox.Store()
        store.extend(quads)
        found = store.query(text)
        self.names: list[str] = []
        self.rows: list[object]
        if isinstance(found, ox.QueryBoolean):
            self.rows = [()] if found else []
        elif isinstance(found, ox.QueryTriples):
            self.rows = list(found)
        else:
            self.names = [variable.value for variable in found.variables]
            self.rows = [tuple(row) for row in found]


class Permanent:
    """The permanent test of one query over one graph."""

    def __init__(self, text: str, quads: Iterable[ox.Quad]) -> None:
        self.query = parse(text)
        self.quads = frozenset(quads)
        self.unlimited = re.sub(r"(\s*(LIMIT|OFFSET)\s+\d+)+\s*$", "", text)
        self.names = Answer(text, ()).names
        unstable = {
            variable.name
            for variable, expression in self.query.select.projection
            if expression and expression.calls & {"SAMPLE", "GROUP_CONCAT"}
        }
        self.columns = [i for i, name in enumerate(self.names) if name not in unstable]
        self.negates = bool(re.search("EXISTS|MINUS|OPTIONAL", text))
        self.strict = write_against_the_full_graph(self.query) if self.negates else ""
        self.background = background(self.quads) if self.negates else ()

    def check(self, row: object, explanation: RowExplanation) -> None:
        """The row follows from each witness, and from no witness without one of its members."""
        witnesses = (explanation.witness, *explanation.alternatives)
        assert len(set(witnesses)) == len(witnesses)
        for witness in witnesses:
            quads = quads_of(witness)
            assert set(quads) <= self.quads
            assert self.yields(quads, row), f"{row} does not follow from {witness}"
            if explanation.is_aggregate:
                continue
            # An OPTIONAL of no use may match only in the full graph.
            if self.negates and "OPTIONAL" not in self.strict:
                assert self.yields_strictly(quads, row), f"{row} has {witness} for a false reason"
            for i, member in enumerate(quads):
                rest = quads[:i] + quads[i + 1 :]
                still = self.yields(rest, row) and (
                    not self.negates or self.yields_strictly(rest, row)
                )
                assert not still, f"{row} needs no {member} of {witness}"

    def yields(self, quads: Sequence[ox.Quad], row: object) -> bool:
        found = Answer(self.unlimited, quads).rows
        if not isinstance(row, tuple) or len(self.columns) == len(row):
            return row in found
        return any(
            all(other[i] == row[i] for i in self.columns)
            for other in found
            if isinstance(other, tuple)
        )

    def yields_strictly(self, quads: Sequence[ox.Quad], row: object) -> bool:
        """Whether the row follows when negation is judged by the full graph.

        On a few triples alone a pattern under NOT EXISTS may have no match only because the
        triples that match it are not among them.
        """
        answer = Answer(self.strict, [*quads, *self.background])
        if self.query.form == "SELECT" and self.names:
            wanted = [self.names.index(name) for name in answer.names]
            return tuple(row[i] for i in wanted) in answer.rows
        if self.query.form in ("ASK", "SELECT"):
            return bool(answer.rows)
        return any(row in made(self.query, answer.names, found) for found in answer.rows)


@lru_cache(1)
def background(quads: frozenset[ox.Quad]) -> Sequence[ox.Quad]:
    """The default graph as the full graph: one list for all queries over it."""
    return [
        ox.Quad(quad.subject, quad.predicate, quad.object, FULL)
        for quad in quads
        if isinstance(quad.graph_name, ox.DefaultGraph)
    ]


def quads_of(witness: Witness) -> list[ox.Quad]:
    return [
        item if isinstance(item, ox.Quad) else ox.Quad(item.subject, item.predicate, item.object)
        for item in witness.triples
    ]


def made(query: alg.Query, names: Sequence[str], row: Sequence[object]) -> Iterator[ox.Triple]:
    """The triples that a CONSTRUCT makes of a solution."""
    values = dict(zip(names, row, strict=True))
    for pattern in query.template:
        nodes = (pattern.subject, pattern.predicate, pattern.object)
        terms = [values[node.name] if isinstance(node, alg.Var) else node for node in nodes]
        if None not in terms and not isinstance(terms[0], ox.Literal):
            yield ox.Triple(*terms)


def write_against_the_full_graph(query: alg.Query) -> str:
    """The query as a SELECT that asks the full graph about what is negated or optional."""
    select = replace(
        query.select, where=judged(query.select.where), order_by=(), limit=None, offset=None
    )
    if query.form == "CONSTRUCT":
        nodes = [n for t in query.template for n in (t.subject, t.predicate, t.object)]
        names = dict.fromkeys(node for node in nodes if isinstance(node, alg.Var))
        select = replace(select, projection=tuple((name, None) for name in names))
    if not select.projection:
        select = replace(select, projection=((alg.Var("one"), alg.Expression(("1",))),))
    return write_select(select, write_dataset(query))


_numbers = count()


def judged(group: alg.Group) -> alg.Group:
    elements: list[alg.Element] = []
    for element in group.elements:
        match element:
            case alg.MinusGroup(inner):
                elements.append(alg.MinusGroup(in_full(inner)))
            case alg.Filter(expression):
                elements.append(alg.Filter(judged_expression(expression)))
            case alg.Bind(expression, variable):
                elements.append(alg.Bind(judged_expression(expression), variable))
            case alg.OptionalGroup(inner):
                # Not matched here, but in the full graph: then the row is not one.
                marker = alg.Var(f"matched{next(_numbers)}")
                marking = alg.Bind(alg.Expression(("1",)), marker)
                optional = alg.OptionalGroup(alg.Group((*judged(inner).elements, marking)))
                own = mentioned(inner) - set(in_scope(elements))
                apart = rename(inner, {v: alg.Var(f"{v.name}_full") for v in own})
                tokens = ("BOUND", "(", marker, ")", "||", alg.Exists(in_full(apart), True))
                kept = alg.Filter(alg.Expression(tokens))
                elements = [alg.Group((*elements, optional, kept))]
            case alg.Group():
                elements.append(judged(element))
            case alg.UnionGroups(groups):
                elements.append(alg.UnionGroups(tuple(map(judged, groups))))
            case alg.GraphGroup(graph, inner):
                elements.append(alg.GraphGroup(graph, judged(inner)))
            case alg.Select():
                elements.append(replace(element, where=judged(element.where)))
            case _:
                elements.append(element)
    return alg.Group(tuple(elements))


def judged_expression(expression: alg.Expression) -> alg.Expression:
    tokens = [
        replace(token, group=in_full(token.group) if token.is_negated else judged(token.group))
        if isinstance(token, alg.Exists)
        else token
        for token in expression.tokens
    ]
    return replace(expression, tokens=tuple(tokens))


def in_full(group: alg.Group) -> alg.Group:
    return alg.Group((alg.GraphGroup(FULL, group),))
