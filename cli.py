"""The command line: the group of commands, each loaded from its module when it is asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword
from typing import Final

import click

from .commands.output import print_line, report
from .commands.settings import MISUSE, Settings, common
from .graph.error_words import told
from .graph.errors import TaawunError
from .messages.message import say

#: Each command and the module of ``commands`` that has it, in the order of the help.
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
    "template": "spreadsheets",
    "import": "spreadsheets",
    "diff": "change_report",
    "suggest": "suggesting",
    "explore": "exporting",
    "export": "exporting",
    "push": "pushing",
    "serve": "serving",
}


class Commands(click.Group):
    """The command group: shows every error of ours in one place, without a traceback."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module loaded only now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".commands.{COMMANDS[cmd_name]}", __package__)
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(module, name)
        return command

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; what Taawun raises on purpose becomes a message and exit code 2."""
        try:
            try:
                super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except (TaawunError, BrokenPipeError) as error:
            ctx.exit(report(error, ctx.ensure_object(Settings).language))
        except click.UsageError as error:
            # Those that click makes itself are of its subclasses, and in its words.
            if type(error) is not click.UsageError:
                raise
            language = ctx.ensure_object(Settings).language
            if language == "en":
                raise
            print_line(error.ctx.get_usage() if error.ctx else "", err=True)
            print_line(told(error.message, language, "taawun"), err=True)
            ctx.exit(MISUSE)


@click.group(cls=Commands, invoke_without_command=True)
@common
@click.version_option(package_name="taawun")
@click.pass_context
def main(context: click.Context) -> None:
    """Ask a knowledge graph of Egypt's digital cooperation, and see what proves each answer."""
    if context.invoked_subcommand is None:
        click.echo(say("first-words", context.ensure_object(Settings).language))
