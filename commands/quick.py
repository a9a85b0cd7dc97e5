"""The short way to the commonest answer: a bundled question in a pipe, over a finished build.

Most of a short command's time goes into loading libraries. Such a question needs Oxigraph alone;
whatever asks for more goes the long way, through ``cli.py``, and what both print is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..graph.errors import TaawunError
from ..loaders.builds.cache import Memory, cache_folder, stack
from ..queries.answer import ask
from ..queries.answer_writer import write_answer
from ..queries.question import Question, find_bundled
from .settings import DONE, FAULTS, Settings
from .stopping import ended_by_interrupt

_CHOICES: Final = {"--lang": ("ar", "en"), "--format": ("csv", "tsv", "json", "markdown")}


def answer(arguments: Sequence[str]) -> int | None:
    """Answer the command line and return the exit code; None, and nothing done, if it is not so.

    >>> answer(["ask", "agreement-signatories", "--why"])
    """
    settings = Settings()
    question = _question(arguments, settings)
    if question is None or settings.style == "table":
        return None
    build = Memory(cache_folder(), stack(settings.collections)).build()
    if build is None:
        return None
    try:
        with ended_by_interrupt():
            # Bundled questions declare the prefixes that they use.
            found = ask(build.store(), question, settings.language, question.text)
            has_rows = write_answer(found, settings.style, sys.stdout)
            sys.stdout.flush()
    except (TaawunError, BrokenPipeError) as error:
        from .output import report

        return report(error, settings.language)
    return DONE if has_rows else FAULTS


def _question(arguments: Sequence[str], settings: Settings) -> Question | None:
    """The bundled question, if that is all that is asked for; ``settings`` gains the options."""
    command, *rest = arguments or ("",)
    words = iter(rest)
    names = []
    for word in words:
        if not word.startswith("-"):
            names.append(word)
            continue
        value = next(words, "")
        if value in _CHOICES.get(word, ()):
            setattr(settings, word.removeprefix("--"), value)
        elif word == "--collection" and Path(value).is_dir():
            settings.collection.append(Path(value))
        else:
            return None
    if command != "ask" or len(names) != 1:
        return None
    if any((folder / "queries" / f"{names[0]}.rq").exists() for folder in settings.collections):
        return None
    return find_bundled(names[0])
