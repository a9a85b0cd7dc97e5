"""Stored questions with their answers and proofs, for the picture to show and highlight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..graph.errors import UnexplainableError
from ..graph.sparql_tokens import prologue, values_blocks
from ..graph.store import Store, Term, select
from ..queries.prefixes import with_prefixes
from ..queries.question import Question
from ..queries.results import Shown
from ..queries.why import explain
from .view import Answer, AnsweredQuestion, Name

#: Questions that a newcomer meets first, in this order; the others follow by name.
FIRST: Final = (
    "agreement-signatories",
    "agreed-but-not-signed",
    "talks-without-agreement",
    "country-areas",
    "offers-to-country",
    "artificial-intelligence",
)


class _Row(dict[str, Term]):
    """A row in which a variable without a value is None, as ``explain`` wants it."""

    def __missing__(self, _: str) -> None:
        return None


def answer_questions(store: Store, questions: Iterable[Question]) -> Iterator[AnsweredQuestion]:
    """Run each question with its default parameters, and explain every row of its answer.

    A question that cannot be explained honestly keeps its rows, without facts.
    """

    def rank(question: Question) -> tuple[int, str]:
        place = FIRST.index(question.name) if question.name in FIRST else len(FIRST)
        return place, question.name

    for question in sorted(questions, key=rank):
        text = with_prefixes(question.text, store)
        rows = [_Row(row) for row in select(store, text)]
        variables = list(dict.fromkeys(name for row in rows for name in row))
        try:
            proofs = [
                tuple({told.iri: None for fact in explanation.facts for told in fact.asserted()})
                for explanation in explain(store, text, rows)
            ]
        except UnexplainableError:
            proofs = [()] * len(rows)
        arabic = Shown(store, "ar", question.columns)
        english = Shown(store, "en", question.columns)
        yield AnsweredQuestion(
            question.name,
            Name(question.ar, question.en),
            tuple(Name(arabic.column(name), english.column(name)) for name in variables),
            tuple(
                Answer(tuple(row[name].value if name in row else "" for name in variables), proof)
                for row, proof in zip(rows, proofs, strict=True)
            ),
            question.tags,
            tuple(_values(store, question)),
        )


def _values(store: Store, question: Question) -> Iterator[tuple[Name, str]]:
    """The default values of the question's parameters, where they have one."""
    text = with_prefixes(question.text, store)
    for parameter in question.parameters:
        for opening, closing in values_blocks(text, parameter.name)[:1]:
            block = f"VALUES ?{parameter.name} {text[opening.start : closing.end]}"
            for row in select(store, f"{prologue(text)} SELECT * WHERE {{ {block} }}"):
                if parameter.name in row:
                    yield Name(parameter.ar, parameter.en), row[parameter.name].value
