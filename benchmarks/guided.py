"""Queries that coverage leads to: does what explains answers parse each that Oxigraph evaluates?

::

    pip install atheris
    python benchmarks/guided.py -max_total_time=60 -max_len=3000 CORPUS

Atheris says how many it tried, and stops at the first that ends in anything but an error of ours.
The corpus is a folder with copies of stored questions, to which it adds what it finds.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["taawun.queries.why"]):
    from taawun.queries.sparql.parser import parse

from taawun.graph.errors import TaawunError
from taawun.graph.store import EmbeddedStore
from taawun.queries.prefixes import with_prefixes

EMPTY = EmbeddedStore.in_memory(b"")


def try_parser(content: bytes) -> None:
    """One query is evaluated where there is nothing, and parsed."""
    with suppress(TaawunError):
        query = with_prefixes(content.decode("utf-8", "replace"), EMPTY)
        EMPTY.query(query)
        parse(query)


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_parser)
    atheris.Fuzz()
