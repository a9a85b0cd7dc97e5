"""The options that every command has, and the exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..messages.message import preferred_language
from ..queries.results import FORMATS

if TYPE_CHECKING:
    import click

    from ..api import KnowledgeGraph
    from ..queries.catalogue import Catalogue
    from ..queries.labels import Labels

#: Exit codes: done; a check found faults or nothing answers; misuse or unreadable input.
DONE: Final = 0
FAULTS: Final = 1
MISUSE: Final = 2
_LANGUAGES: Final = ("ar", "en")
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Settings:
    """What the common options say, wherever on the line they stand."""

    def __init__(self) -> None:
        self.lang: str | None = None
        self.format: str | None = None
        self.collection: list[Path] = []
        self.endpoint: str | None = None
        self.timeout: float | None = None
        #: Whether translations of quotes are shown; None for the language's default.
        self.gloss: bool | None = None
        #: Whether the answer is a CSV file, which people open in a spreadsheet.
        self.writes_csv = False

    @property
    def language(self) -> str:
        """The chosen language, else the locale's, else English."""
        return self.lang or preferred_language()

    @property
    def patience(self) -> float:
        """Seconds to wait for an endpoint, or for a served query."""
        return self.timeout or 30.0

    @property
    def style(self) -> str:
        """The chosen format, else a table on a terminal and CSV in a pipe."""
        return self.format or ("table" if sys.stdout.isatty() else "csv")

    @property
    def collections(self) -> list[Path]:
        """The chosen collections, after those of TAAWUN_COLLECTIONS, each once."""
        from ..loaders.builds.inputs import distinct

        listed = os.environ.get("TAAWUN_COLLECTIONS", "")
        named = [Path(name) for name in listed.split(os.pathsep) if name]
        return distinct([*named, *self.collection])

    @cached_property
    def catalogue(self) -> Catalogue:
        """The stored questions, those of the collections over the bundled ones."""
        from ..queries.catalogue import Catalogue

        return Catalogue(folder / "queries" for folder in self.collections)

    @cached_property
    def labels(self) -> Labels:
        """The names of things in the chosen graph."""
        from ..queries.labels import Labels

        return Labels(self.graph.store)

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """The graph that the options choose, built if need be."""
        from ..api import open as open_graph

        return open_graph(
            *self.collections,
            language=self.language,
            endpoint=self.endpoint,
            timeout=self.patience,
        )


def foreseen(arguments: Sequence[str]) -> Settings:
    """The language and format that a command line asks for, before click has parsed it."""
    settings = Settings()
    words = [part for word in arguments for part in word.split("=", 1) if word[:2] == "--"]
    for option, value in (*pairwise(arguments), *pairwise(words)):
        if option == "--lang" and value in _LANGUAGES:
            settings.lang = value
        if option == "--format" and value in FORMATS:
            settings.format = value
    return settings


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep a common option in the settings, whether it stands before or after the command."""
    settings = context.ensure_object(Settings)
    if parameter.name == "collection":
        settings.collection += [Path(item) for item in value]
    elif value is not None:
        setattr(settings, parameter.name or "", value)


def common(command: _Command) -> _Command:
    """Give a command the options that work everywhere."""
    import click

    for option in (
        click.option(
            "--timeout",
            type=click.FloatRange(min=1),
            help="Seconds allowed for an answer.  [default: 30 for endpoints and served queries]",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--endpoint",
            metavar="URL",
            help="Ask a remote SPARQL 1.1 endpoint.",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--collection",
            multiple=True,
            metavar="DIR",
            type=click.Path(exists=True, file_okay=False),
            help="Add your own collection to the bundled one (repeatable).",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--format",
            type=click.Choice(FORMATS),
            help="Output format.  [default: table on a terminal, csv in a pipe]",
            expose_value=False,
            callback=_remember,
        ),
        click.option(
            "--lang",
            type=click.Choice(_LANGUAGES),
            help="Language of labels and messages.  [default: that of the locale]",
            expose_value=False,
            callback=_remember,
        ),
    ):
        command = option(command)
    return command


def output_option(command: _Command) -> _Command:
    """Give a command the option ``output``, a file."""
    import click

    return click.option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file: .csv (for spreadsheets too), .tsv, .json, .md or .xlsx.",
    )(command)


def file_option(command: _Command) -> _Command:
    """Give a command the option ``output``, a file or ``-`` for standard output."""
    import click

    return click.option(
        "-o",
        "--output",
        default="-",
        metavar="FILE",
        help="The file to write.  [default: standard output]",
    )(command)


def gloss_option(command: _Command) -> _Command:
    """Give a command the switch of the translations of quotes."""
    import click

    return click.option(
        "--gloss/--no-gloss",
        default=None,
        expose_value=False,
        callback=_remember,
        help="Show our English translation under each quote.  [default: in English only]",
    )(command)


def answer_options(command: _Command) -> _Command:
    """Give a command the options of its answer: ``why``, ``everything``, ``naming``, ``output``."""
    import click

    for option in (
        output_option,
        click.option(
            "--ids",
            "naming",
            flag_value="both",
            help="In tables, CSV and TSV: the IRI of each thing, and its label beside it.",
        ),
        click.option(
            "--labels",
            "naming",
            flag_value="labels",
            default=None,
            help="In CSV and TSV: labels, also in the answer to a query of your own.",
        ),
        click.option(
            "--all", "everything", is_flag=True, help="With --why: show every fact of long lists."
        ),
        gloss_option,
        click.option("--why", is_flag=True, help="Show under each row the quotes that prove it."),
    ):
        command = option(command)
    return command


def page_options(command: _Command) -> _Command:
    """Give a command the options of the pages it makes: ``no_texts`` and ``open_it``."""
    import click

    texts = click.option(
        "--no-texts",
        is_flag=True,
        help="Include the quotes only, not the whole documents, which others may not republish.",
    )
    opened = click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
    return texts(opened(command))


def port_option(default: int, told: str) -> Callable[[_Command], _Command]:
    """The option ``port`` of a command that listens."""
    import click

    return click.option(
        "--port", default=default, show_default=True, type=click.IntRange(0, 65535), help=told
    )
