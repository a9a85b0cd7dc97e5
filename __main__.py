"""``python -m taawun``, and the command ``taawun``."""

import io
import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # python -m puts the current folder first, whose files are not ours to import.
    del sys.path[0]

from taawun.cli import main as commands


def main() -> None:
    """Run the command line."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        # Files and pipes are UTF-8; a terminal that cannot show a letter gets its number.
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    commands()


def _open_what_is_closed() -> None:
    """Put something in the place of closed standard streams, so that no file takes it.

    Reading finds nothing, messages go nowhere, and an answer cannot be written.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            how = os.O_WRONLY if name == "stderr" else os.O_RDONLY
            os.dup2(os.open(os.devnull, how), number)
            raw = io.FileIO(number, mode, closefd=False)
            file = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
            setattr(sys, name, io.TextIOWrapper(file, "utf-8"))


if __name__ == "__main__":
    main()
