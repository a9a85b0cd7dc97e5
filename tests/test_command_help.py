"""Help and usage errors in the reader's language, of every command and every option."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import click
import pytest

from taawun.cli import COMMANDS, main
from taawun.commands.translation import paragraphs
from taawun.messages.message import catalogue

ARABIC = re.compile("[\u0600-\u06ff]")
#: Lines that show commands, which are the same in every language.
EXAMPLE = re.compile(r"\s*(taawun|curl) ")
LANGUAGE = {"LC_ALL": "ar_EG.UTF-8"}


def inner(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command with all that stand under it, each with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from inner(found, *path, name)


@pytest.fixture(scope="module")
def commands() -> dict[tuple[str, ...], click.Command]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "en_GB.UTF-8")
        return dict(inner(main))


def helps(command: click.Command) -> list[str]:
    options = [param.help or "" for param in command.params if isinstance(param, click.Option)]
    return [part for text in (command.help or "", *options) for part in paragraphs(text)]


def test_every_command_is_looked_at(commands: dict[tuple[str, ...], click.Command]) -> None:
    assert {path[0] for path in commands if path} == set(COMMANDS)
    assert {("add", "fact"), ("add", "entity"), ("add", "document")} <= commands.keys()


def test_every_paragraph_of_help_has_arabic_unless_it_shows_commands(
    commands: dict[tuple[str, ...], click.Command],
) -> None:
    texts = {part for command in commands.values() for part in helps(command)}
    assert len(texts) > 100
    arabic = catalogue("ar")
    without = [
        text
        for text in sorted(texts)
        if not ARABIC.search(arabic.gettext(text) if arabic.gettext(text) != text else "")
        and not all(map(EXAMPLE.match, text.removeprefix("\b\n").split("\n")))
    ]
    assert without == []


def test_the_arabic_catalogue_has_no_help_that_is_shown_nowhere(
    commands: dict[tuple[str, ...], click.Command],
) -> None:
    texts = {part for command in commands.values() for part in helps(command)}
    # click's own words have placeholders or are short; help is in sentences.
    known = [text for text in catalogue("ar")._catalog if isinstance(text, str)]
    sentences = [t for t in known if re.fullmatch(r"[A-Z][^{}%]*[.\]]", t) and " " in t]
    assert len(sentences) > 80
    of_click = {"Show this message and exit.", "Show the version and exit.", "Missing command."}
    assert set(sentences) - texts - of_click == set()


def test_arabic_help_has_no_english_sentence(
    commands: dict[tuple[str, ...], click.Command], run
) -> None:
    for path in commands:
        said = run(*path, "--help", env=LANGUAGE)
        assert said.exit_code == 0
        lines = [line for line in said.output.splitlines() if not EXAMPLE.match(line)]
        assert "الاستعمال:" in lines[0]
        # Two small words in a row are English; keys, commands and names of formats are not.
        text = re.sub("`[^`]*`", "", "\n".join(lines[1:]))
        assert not re.findall(r"(?<![\w=<./-])(?!taawun)[a-z]{2,} [a-z]{2,}", text)


ERRORS = {
    "ask": "ينقص الوسيط",
    "add entity ministry x --en X": "ينقص الخيار",
    "export pdf": "ليس من",
    "ask x --lan ar": "لا يوجد خيار",
    "--bogus": "لا يوجد خيار",
    "frobnicate": "لا يوجد أمر",
    "serve --port x": "ليس عددًا صالحًا",
    "serve --port 99999": "خارج المدى",
    "check --collection /no/such/folder": "لا وجود لـ",
    "explore -o": "يلزمه وسيط",
    "build extra": "وسيط زائد",
    "build --help=yes": "لا يأخذ قيمة",
}


@pytest.mark.parametrize("line", ERRORS)
def test_what_click_finds_wrong_is_said_in_arabic(line: str, run) -> None:
    said = run(*line.split(), env=LANGUAGE)
    assert said.exit_code == 2
    assert ERRORS[line] in said.stderr
    assert "Error" not in said.stderr
    assert "Try" not in said.stderr
    for text in said.stderr.splitlines():
        assert not text or ARABIC.search(text)
        assert not text or text.startswith("\u200f")
    assert run(*line.split()).stderr != said.stderr


def test_the_language_of_an_error_is_that_of_the_option_wherever_it_stands(run) -> None:
    for line in ("--lang ar export", "export --lang ar", "export --lang=ar"):
        assert "ينقص الوسيط" in run(*line.split()).stderr
    assert "Missing argument" in run("export", "--lang", "en", env=LANGUAGE).stderr
    assert "Missing argument" in run("export").stderr


def test_option_names_keep_their_direction_in_arabic_help(run) -> None:
    said = run("ask", "--help", env=LANGUAGE)
    assert "\u200f  \u200e-p, --param NAME=VALUE" in said.output
    # A command to be copied has no mark in it.
    assert "\n  taawun ask country-areas -p country=العراق\n" in said.output


def test_english_after_arabic_in_one_process_is_english_again(run) -> None:
    run("export", "--help", env=LANGUAGE)
    said = run("export", "--help")
    assert "Usage:" in said.output
    assert not ARABIC.search(said.output)


def test_errors_are_json_for_programs(run) -> None:
    for line, code in {
        "ask agreement-signatories -p iraq": "parameter-malformed",
        "sparql SELEC": "query-invalid",
        "export turtle --base http://a.org/": "base-without-nquads",
        "export": "usage",
    }.items():
        said = run(*line.split(), "--format", "json", env=LANGUAGE)
        (error,) = map(json.loads, said.stderr.splitlines())
        assert (said.exit_code, said.stdout) == (2, "")
        assert error["code"] == code
        assert not ARABIC.search(error["message"])
