"""``python -m taawun``."""

from .cli import main

if __name__ == "__main__":
    main()
