"""``python -m taawun``."""

from taawun.cli import main

if __name__ == "__main__":
    main()
