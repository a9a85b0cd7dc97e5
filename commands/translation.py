"""The words of click and the help of the commands, in the reader's language.

click takes its words from Python's ``gettext``, whose domain is ours while a command runs. Help is
written in English where the command is; the Arabic catalogue has it paragraph by paragraph, and
copies of the commands show it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from gettext import bindtextdomain, textdomain
from inspect import cleandoc
from typing import Final

import click

from ..messages.message import DOMAIN, LOCALE, catalogue, directed

#: A line of an option, or one with an Arabic letter that is no example and has no direction yet.
_RUNS_LEFT: Final = re.compile("(?!\u200f| *(?:taawun|curl) )(?: +-|.*[\u0600-\u06ff])")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let click speak the language: our catalogue is the domain that its words are taken from."""
    before, chosen = textdomain(), os.environ.get("LANGUAGE")
    bindtextdomain(DOMAIN, str(LOCALE))
    textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        textdomain(before)
        if chosen is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = chosen


def translated(command: click.Command, language: str) -> click.Command:
    """A copy of the command with its help in the language."""
    found = copy(command)
    found.context_class = _Context
    # click makes the option once and keeps it, in the language of that moment.
    found._help_option = None
    found.help = translation_of(command.help or "", language)
    found.params = [copy(param) for param in command.params]
    for param in found.params:
        if isinstance(param, click.Option):
            param.help = translation_of(param.help or "", language)
    if isinstance(found, click.Group):
        found.commands = {
            name: translated(inner, language) for name, inner in found.commands.items()
        }
    return found


def translation_of(text: str, language: str) -> str:
    """Help in the language, as far as the catalogue has its paragraphs."""
    return "\n\n".join(catalogue(language).gettext(part) for part in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text: each in one line, but for those whose lines are kept."""
    parts = cleandoc(text).split("\n\n") if text else []
    return [part if part.startswith("\b") else " ".join(part.split()) for part in parts]


def right_to_left(text: str) -> str:
    """Arabic lines that run from right to left; commands to be copied stay as they are."""
    return "\n".join(
        directed(line) if _RUNS_LEFT.match(line) else line for line in text.split("\n")
    )


class _Formatter(click.HelpFormatter):
    def getvalue(self) -> str:
        return right_to_left(super().getvalue())


class _Context(click.Context):
    formatter_class = _Formatter
