"""The command line with another collection in place of the bundled one, whose build takes long."""

from __future__ import annotations

import sys
from pathlib import Path

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
    """The beginning of the command, before its arguments."""
    return [sys.executable, "-c", _PROGRAM, str(collection)]
