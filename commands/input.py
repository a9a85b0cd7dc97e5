"""What commands take in: a file or standard input, and values that a question still needs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from ..graph.errors import InputError, QueryError, UnknownNameError, told
from ..messages.message import Message, foreign, say
from ..queries.labels import short_iri
from ..queries.parameters import LITERAL_TYPES, Parameter, lacking, name_choices
from ..queries.question import Question
from .output import print_line
from .settings import Settings

#: The most that is read, in bytes: a device or a pipe may have no end.
LARGEST: Final = 64 << 20


def read_input(name: str, largest: int = LARGEST, *, remedy: Message | None = None) -> bytes:
    """The content of a file, or of standard input where the name is ``-``.

    Raises ``InputError`` where it cannot be read, with that remedy, and where it has more than
    ``largest`` bytes, of which no more than these are read.
    """
    try:
        if name == "-":
            content = sys.stdin.buffer.read(largest + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(largest + 1)
    except OSError as error:
        reason = foreign(error)
        raise InputError("text-unreadable", file=name, reason=reason, remedy=remedy) from error
    if len(content) > largest:
        raise InputError("input-too-large", file=name, megabytes=largest >> 20)
    return content


#: Choices that are listed; with more, only these are, and any other may be typed.
_LISTED = 40


def with_choices(
    settings: Settings, question: Question, given: Mapping[str, str]
) -> dict[str, str]:
    """The given values, and one for each required parameter that lacks one.

    On a terminal they are asked for; elsewhere the values are as given, and the question is
    refused when it is run.
    """
    values = dict(given)
    missing = lacking(question.parameters, given)
    if not missing or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return values
    print_line(question.summary(settings.language), err=True)
    for parameter in missing:
        values[parameter.name] = _chosen(settings, parameter)
    return values


def _chosen(settings: Settings, parameter: Parameter) -> str:
    """Ask until the answer is a number of the list or names a thing of the parameter's type."""
    graph, language = settings.graph, settings.language
    choices: list[tuple[str, str]] = []
    if parameter.type not in LITERAL_TYPES:
        choices += name_choices(graph.store, graph.names, parameter.type, language).items()
    for number, (iri, name) in enumerate(choices[:_LISTED], 1):
        print_line(f"  {number:>2}  {name}  {short_iri(iri)}", err=True)
    if len(choices) > _LISTED:
        more = len(choices) - _LISTED
        print_line("  " + say("choose-more", language, count=more), err=True)
    prompt = say("choose-value", language, name=parameter.called(language))
    while True:
        typed: str = click.prompt(prompt, err=True).strip()
        if choices and typed.isdecimal() and 0 < int(typed) <= min(len(choices), _LISTED):
            return choices[int(typed) - 1][0]
        try:
            parameter.term(typed, graph.names)
        except (QueryError, UnknownNameError) as error:
            print_line(told(error, language), err=True)
        else:
            return typed
