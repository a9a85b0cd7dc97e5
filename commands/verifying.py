"""The command ``verify``: check proofs that somebody handed on."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import click
import pyoxigraph as ox

from ..graph.errors import InputError
from ..messages.message import Message, foreign, say
from ..messages.untrusted_text import escaped
from ..queries.proof_check import ProofChecker, Verdict, read_proofs
from .input import read_input
from .output import print_line
from .settings import FAULTS, Settings, common
from .stopping import ended_by_interrupt, ended_in_time

#: The largest file of proofs that is read, in bytes.
LARGEST: Final = 256 << 20


@click.command()
@click.argument("proofs", metavar="PROOF.json")
@click.option(
    "--documents",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the documents are (repeatable).  [default: the bundled ones]",
)
@click.option(
    "--graph",
    "dump",
    metavar="DUMP.nq",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Check also against a dump of the graph: what is absent, and totals.",
)
@common
@click.pass_obj
def verify(settings: Settings, proofs: str, folders: tuple[Path, ...], dump: Path | None) -> None:
    """Check proofs without our store: quotes by the documents, rows by their triples alone.

    PROOF.json is what --why --format json prints, or one proof of it; - is standard input. The
    exit code is 0 only if every proof holds.

    \b
    taawun ask agreement-signatories -p country=نيجيريا --why --format json
    taawun verify proof.json
    """
    with ended_by_interrupt(), ended_in_time(settings):
        found = read_proofs(read_input(proofs, LARGEST), proofs)
        checker = ProofChecker(folders or _bundled(settings), _loaded(dump) if dump else None)
        verdicts = [checker.check(proof) for proof in found]
        _print(settings, verdicts)
    if not verdicts or not all(verdict.holds for verdict in verdicts):
        sys.exit(FAULTS)


def _bundled(settings: Settings) -> list[Path]:
    from ..loaders.builds.inputs import SEEDS

    return [folder / "documents" for folder in (SEEDS, *settings.collections)]


def _loaded(dump: Path) -> ox.Store:
    store = ox.Store()
    try:
        store.bulk_load(path=str(dump), format=ox.RdfFormat.N_QUADS)
    except OSError as error:
        raise InputError("text-unreadable", file=str(dump), reason=foreign(error)) from error
    except (SyntaxError, ValueError) as error:
        raise InputError("proof-graph-unreadable", file=str(dump), reason=foreign(error)) from error
    return store


def _print(settings: Settings, verdicts: list[Verdict]) -> None:
    if settings.format == "json":
        told = [
            {
                "holds": verdict.holds,
                "faults": list(map(_json, verdict.faults)),
                "unchecked": list(map(_json, verdict.unchecked)),
            }
            for verdict in verdicts
        ]
        click.echo(escaped(json.dumps(told, ensure_ascii=False, indent=2)))
        return
    language = settings.language
    for number, verdict in enumerate(verdicts, 1):
        for fault in verdict.faults:
            print_line(say("proof-fails", language, number=number, reason=fault))
    counts = Counter[str]()
    for note in (note for verdict in verdicts for note in verdict.unchecked):
        counts[note.code] += int(str(note.parts["count"]))
    for code, count in counts.items():
        print_line(say(code, language, count=count))
    held = sum(verdict.holds for verdict in verdicts)
    print_line(say("proofs-hold", language, held=held, count=len(verdicts)))


def _json(message: Message) -> dict[str, str]:
    return {"code": message.code, "message": str(message)}
