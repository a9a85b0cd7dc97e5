"""What a reasoner says of the ontology, of the graph, and of planted contradictions.

Each file in ``contradictions/`` says one thing that cannot be; its first line says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from taawun.loaders.builds.build import build
from taawun.loaders.builds.cache import Build
from taawun.ontology.namespaces import TW
from taawun.ontology.schema import FILES

HERE = Path(__file__).parent
CONTRADICTIONS = sorted((HERE / "contradictions").glob("*.ttl"))
PREFIXES = (HERE.parent / "shapes" / "prefixes.ttl").read_text(encoding="utf-8")

SOUND = ["ontology", "small world", "plain view", "plain view of an extended ontology"]
#: OWL 2 has no xsd:date, so the dates for comparing are annotations, which mean nothing to a
#: reasoner. The OWL API counts their values all the same.
COMPARED_DATES = tuple(
    f"    Use of data range not in profile: xsd:date  [AnnotationAssertion(<{TW}{name}> "
    for name in ("earliest", "latest")
)
EXTENDING = HERE.parent / "extension" / "labs"

RunJava = Callable[[str, Iterable[Path]], list[str]]


def ontology_turtle() -> str:
    """The ontology's files as one, which is what a reasoner reads: Turtle may be joined so."""
    return "\n".join(file.read_text(encoding="utf-8") for file in FILES)


def plain_view_turtle(made: Build) -> str:
    """The whole plain view: the ontology with every fact, entity and derived triple."""
    plain = made.store().quads.quads_for_pattern(None, None, None, ox.DefaultGraph())
    return ox.serialize((quad.triple for quad in plain), format=ox.RdfFormat.TURTLE).decode()


def small_world_turtle() -> str:
    """Facts and evidence written by hand, which stand in graphs of their own in the real one."""
    world = HERE.parent / "shapes" / "accepted" / "world.ttl"
    return ontology_turtle() + PREFIXES + world.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, the_build: Build) -> dict[str, Path]:
    """What is reasoned over, by name: the ontology, the plain view, each contradiction."""
    extended = build([EXTENDING], cache=the_build.path.parent)
    texts = {
        "ontology": ontology_turtle(),
        "small world": small_world_turtle(),
        "plain view": plain_view_turtle(the_build),
        "plain view of an extended ontology": plain_view_turtle(extended),
    }
    for file in CONTRADICTIONS:
        texts[file.stem] = ontology_turtle() + PREFIXES + file.read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("reasoner")
    found = {name: folder / f"{name.replace(' ', '-')}.ttl" for name in texts}
    for name, text in texts.items():
        found[name].write_text(text, encoding="utf-8")
    return found


def test_hermit_finds_every_planted_contradiction_and_no_other(
    run_java: RunJava, files: dict[str, Path]
) -> None:
    """No class must be empty, either: its name would stand behind “consistent”."""
    lines = [line.split("\t") for line in run_java("Reason", files.values())]
    by_path = {path: verdict for path, *verdict in lines}
    assert len(CONTRADICTIONS) >= 10
    assert {name: by_path[str(path)] for name, path in files.items()} == {
        **{key: ["consistent"] for key in SOUND},
        **{key: ["inconsistent"] for key in (file.stem for file in CONTRADICTIONS)},
    }


def test_the_files_stay_inside_owl_2_dl_and_owl_2_rl(
    run_java: RunJava, files: dict[str, Path]
) -> None:
    lines = run_java("ProfileCheck", [files[name] for name in SOUND])
    violations = [line for line in lines if line.startswith(" ")]
    assert [line for line in violations if not line.startswith(COMPARED_DATES)] == []
    # Nothing is counted that is not listed, and nothing at all of OWL 2 DL.
    counted = [line.split("\t") for line in lines if not line.startswith(" ")]
    assert [name for name, _ in counted] == ["OWL 2 DL", "OWL 2 RL"] * len(SOUND)
    assert sum(int(number) for name, number in counted if name == "OWL 2 DL") == 0
    assert sum(int(number) for name, number in counted if name == "OWL 2 RL") == len(violations)
