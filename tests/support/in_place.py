"""Another collection in place of the bundled one, whose build takes long."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

_PROGRAM = """\
import sys
del sys.path[0]
from pathlib import Path
from taawun.loaders.builds import inputs
inputs.SEEDS = Path(sys.argv.pop(1))
from taawun import __main__
__main__.main()
"""


def in_place(collection: Path) -> list[str]:
    """The command line over the collection: the command before its arguments."""
    return [sys.executable, "-c", _PROGRAM, str(collection)]


#: The modules that know where the bundled collection is.
_MODULES = (
    "checks", "loaders.builds.cache", "loaders.builds.inputs", "loaders.builds.snapshot",
    "loaders.collection", "loaders.editing.new_collection", "loaders.editing.transaction", "trial",
)  # fmt: skip


def put_in_place(patch: pytest.MonkeyPatch, collection: Path) -> None:
    """Let the collection take the place in this process."""
    for name in _MODULES:
        patch.setattr(f"taawun.{name}.SEEDS", collection)
