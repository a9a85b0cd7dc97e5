"""Fonts and colours shared by the explorer and the server's pages."""

from __future__ import annotations

import base64
from importlib.resources import files
from typing import Final

#: Family, weight, script and file of each embedded font: Sans for the interface, Naskh for quotes.
FONTS: Final = (
    ("Taawun Sans", 400, "arabic", "ibm-plex-sans-arabic-arabic-400-normal.woff2"),
    ("Taawun Sans", 600, "arabic", "ibm-plex-sans-arabic-arabic-600-normal.woff2"),
    ("Taawun Sans", 400, "latin", "ibm-plex-sans-arabic-latin-400-normal.woff2"),
    ("Taawun Sans", 600, "latin", "ibm-plex-sans-arabic-latin-600-normal.woff2"),
    ("Taawun Naskh", 400, "arabic", "noto-naskh-arabic-arabic-400-normal.woff2"),
)
_RANGES: Final = {
    "arabic": "U+0600-06FF,U+0750-077F,U+08A0-08FF,U+200C-200F,U+2010-2011,U+FB50-FDFF,U+FE70-FEFC",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02DC,U+2000-200B,U+2012-206F,U+20AC,U+2122,"
    "U+2190-2193,U+2212",
}


def asset(name: str) -> str:
    """Return the text of an asset file."""
    return (files("taawun.viz") / "assets" / name).read_text(encoding="utf-8")


def look() -> str:
    """Return the style sheet common to all pages: embedded fonts and colours."""
    rules = []
    for family, weight, script, file in FONTS:
        content = (files("taawun.viz") / "assets" / file).read_bytes()
        rules.append(
            f"@font-face{{font-family:'{family}';font-weight:{weight};font-display:block;"
            f"src:url(data:font/woff2;base64,{base64.b64encode(content).decode()}) "
            f"format('woff2');unicode-range:{_RANGES[script]}}}\n"
        )
    return "".join(rules) + asset("colours.css")
