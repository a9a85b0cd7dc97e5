"""Dates as EDTF (ISO 8601-2), with the precision that the document prints and no more."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_DURATION: Final = re.compile(
    r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?"
)


@lru_cache(maxsize=4096)
def edtf_fault(text: str) -> tuple[str, str] | None:
    """None for a valid EDTF date, else what is wrong and how to mend it."""
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    try:
        parse_edtf(text)
    except (EDTFParseException, ValueError):
        return (
            f"“{text}” is no EDTF date",
            "write 2019, 2022-09, XXXX-02-08 (no year printed), or a span with a slash",
        )
    return None


def duration_fault(text: str) -> tuple[str, str] | None:
    """None for a valid ISO 8601 duration, else what is wrong and how to mend it."""
    if _DURATION.fullmatch(text):
        return None
    return f"“{text}” is no duration", "write P5Y for five years, P2D for two days"
