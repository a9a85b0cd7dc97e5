"""The command line: a group of lazily loaded commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from gettext import gettext
from importlib import import_module
from keyword import iskeyword
from typing import Any, Final, NoReturn

import click

from .commands.settings import FAULTS, Settings, common, foreseen
from .graph.errors import TaawunError
from .messages.message import say

#: The variable by which the shell asks for completions.
COMPLETING: Final = "_TAAWUN_COMPLETE"
#: Each command and its module in ``commands``, in help order.
COMMANDS: Final = {
    "build": "building",
    "check": "building",
    "questions": "asking",
    "ask": "asking",
    "sparql": "asking",
    "show": "asking",
    "path": "asking",
    "new": "extending",
    "add": "adding",
    "schemas": "extending",
    "template": "extending",
    "import": "extending",
    "verify": "verifying",
    "diff": "change_report",
    "suggest": "suggesting",
    "desk": "extending",
    "propose": "extending",
    "review": "reviewing",
    "reconcile": "extending",
    "explore": "exporting",
    "export": "exporting",
    "push": "exporting",
    "serve": "publishing",
    "mcp": "publishing",
    "publish": "publishing",
    "release": "publishing",
}


class Commands(click.Group):
    """The command group; prints every Taawun error in one place, without a traceback."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command, in help order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command by name, with its help in the user's language."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".commands.{COMMANDS[cmd_name]}", __package__)
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(module, name)
        return _in_language(command, ctx.ensure_object(Settings).language)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> NoReturn:
        """Run a command line and exit. Click's own messages use the user's language."""
        arguments = sys.argv[1:] if args is None else list(args)
        settings = foreseen(arguments)
        options |= {"standalone_mode": False, "obj": settings}
        if COMPLETING in os.environ:
            from .commands.completion import prepare

            prepare()
        with _speaking(settings):
            try:
                shown = _in_language(self, settings.language)
                code = click.Group.main(shown, arguments, *rest, **options)
                sys.stdout.flush()
            except click.ClickException as error:
                from .commands.faults import report_usage

                code = report_usage(error, settings)
            except click.Abort:
                click.echo(gettext("Aborted!"), err=True)
                code = FAULTS
            except OSError as error:
                # What was left to be written, by help above all.
                from .commands.faults import report

                code = report(error, settings)
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; a Taawun error, or a full disk, becomes a message and exit code 2."""
        try:
            try:
                super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except (TaawunError, OSError) as error:
            from .commands.faults import report

            ctx.exit(report(error, ctx.ensure_object(Settings)))


def _speaking(settings: Settings) -> AbstractContextManager[None]:
    """Set click's language to the user's choice, or to English for JSON output."""
    if settings.language == "en" or settings.format == "json":
        return nullcontext()
    from .commands.translation import speaking

    return speaking(settings.language)


def _in_language(command: click.Command, language: str) -> click.Command:
    if language == "en":
        return command
    from .commands.translation import translated

    return translated(command, language)


@click.group(cls=Commands, invoke_without_command=True)
@common
@click.version_option(package_name="taawun", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Ask a knowledge graph of Egypt's digital cooperation, and see what proves each answer."""
    if context.invoked_subcommand is None:
        click.echo(say("first-words", context.ensure_object(Settings).language))
