"""``python -m taawun``, and the command ``taawun``."""

import io
import sys

from taawun.cli import main as commands


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    commands()


if __name__ == "__main__":
    main()
