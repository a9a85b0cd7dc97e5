"""Another collection in place of the bundled one, whose build takes long."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taawun.loaders.builds import inputs

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


@contextmanager
def put_in_place(collection: Path) -> Iterator[None]:
    """Let the collection take the place in this process, in each module that knows the place."""
    bundled = inputs.SEEDS
    _replace(bundled, collection)
    try:
        yield
    finally:
        # Modules that were imported in the meantime, too.
        _replace(collection, bundled)


def _replace(old: Path, new: Path) -> None:
    for name, module in [*sys.modules.items()]:
        if name.startswith("taawun.") and vars(module).get("SEEDS") == old:
            vars(module)["SEEDS"] = new
