"""``python -m taawun``, and the command ``taawun``."""

import io
import sys

from taawun.cli import main as commands


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # Files and pipes are UTF-8; a terminal that cannot show a letter gets its number.
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    commands()


if __name__ == "__main__":
    main()
