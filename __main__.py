"""``python -m taawun``, and the command ``taawun``."""

import io
import os
import sys

from taawun.commands.quick import answer


def main() -> None:
    """Run the command line, by the short way where there is one."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = answer(sys.argv[1:])
    if code is None:
        from taawun.cli import main as commands

        commands()
    else:
        # Nothing is left to be put in order: the store was only read, the output is written.
        os._exit(code)


if __name__ == "__main__":
    main()
