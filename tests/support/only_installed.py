"""Run commands as if only some packages were installed: others cannot be imported.

Arguments as JSON: the modules that may be imported besides the standard library's, the command
lines, or pieces of Python, to run one after the other, and the collection in place of the bundled
one. Prints for each its exit code and messages.
"""

import contextlib
import io
import json
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ALLOWED, RUNS, SEEDS = json.loads(sys.argv[1])
KNOWN = set(packages_distributions()) - set(ALLOWED)


class Missing:
    """Finds no module of a package that is not allowed."""

    @staticmethod
    def find_spec(name, _path=None, _target=None):
        """Raise what an import of a missing module raises."""
        top = name.partition(".")[0]
        if top in KNOWN and top != "taawun":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Missing)

from taawun.loaders.builds import inputs  # noqa: E402

inputs.SEEDS = Path(SEEDS)
from taawun.cli import main  # noqa: E402
from taawun.graph.errors import TaawunError  # noqa: E402

for run in RUNS:
    out, errors, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            if isinstance(run, list):
                main(run)
            else:
                exec(run)
        except SystemExit as end:
            code = end.code or 0
        except TaawunError as error:
            print(error, error.remedy, file=sys.stderr)
            code = 2
    print(json.dumps([run, code, out.getvalue()[-300:], errors.getvalue()]))
