"""How Sphinx builds the documentation: `make docs`. With the tag ``ar``, the Arabic pages."""

from __future__ import annotations

import re
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
#: The pages that exist in Arabic too, by their name in English.
IN_ARABIC = sorted(path.name.removesuffix(".ar.md") for path in HERE.glob("*.ar.md"))
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
is_arabic = "tags" in globals() and tags.has("ar")  # type: ignore[name-defined]  # noqa: F821

project = "تعاون" if is_arabic else "Taawun"
author = "The Taawun authors"
release = version_of("taawun")
language = "ar" if is_arabic else "en"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "index.ar" if is_arabic else "index"
include_patterns = ["*.ar.md"] if is_arabic else ["*.md"]
exclude_patterns = [] if is_arabic else ["*.ar.md"]
templates_path = ["_templates"]
#: Mermaid and transcripts have no colours, and the reader of SPARQL knows no alternatives in paths.
suppress_warnings = ["misc.highlighting_failure"]

myst_heading_anchors = 6

autodoc_member_order = "bysource"
autodoc_typehints = "signature"

html_theme = "furo"
html_title = project
html_static_path = ["_static/taawun.css"]
html_css_files = ["taawun.css"]
html_show_sphinx = False
html_copy_source = False
html_show_copyright = False
html_permalinks_icon = "#"
html_context = {"in_arabic": IN_ARABIC, "is_arabic": is_arabic}
html_sidebars = {
    "**": [
        "sidebar/brand.html", "language.html", "sidebar/search.html", "sidebar/scroll-start.html",
        "sidebar/navigation.html", "sidebar/scroll-end.html",
    ]
}  # fmt: skip


#: What the theme says, which has no Arabic of its own.
_WORDS = {
    "Back to top": "إلى أعلى الصفحة",
    "Next": "التالي",
    "Previous": "السابق",
    "On this page": "في هذه الصفحة",
    "Made with": "أُنشئت بأداة",
    "Toggle site navigation sidebar": "إظهار قائمة الصفحات أو إخفاؤها",
    "Toggle table of contents sidebar": "إظهار محتويات الصفحة أو إخفاؤها",
    "Toggle Light / Dark / Auto color theme": "ألوان فاتحة أو داكنة أو بحسب النظام",
}


def _links(_app: Sphinx, _name: str, source: list[str]) -> None:
    """Lead links to pages in the other language there, and name what is in the repository alone."""

    def to(match: re.Match[str]) -> str:
        words, target = match.groups()
        path, _, anchor = target.partition("#")
        page = path.removesuffix(".md")
        if target.startswith(("http:", "https:")) or not path:
            return match[0]
        if path.startswith("../") or not path.endswith((".md", ".png", ".ipynb", "ess", ".json")):
            return words if words.startswith("`") else f"{words} (`{path.removeprefix('../')}`)"
        if path.endswith(".md") and page.endswith(".ar") != is_arabic:
            mark = f"#{anchor}" if anchor else ""
            return f'<a href="../{"en" if is_arabic else "ar"}/{page}.html{mark}">{words}</a>'
        return match[0]

    source[0] = _LINK.sub(to, source[0])


def _right_to_left(app: Sphinx, error: Exception | None) -> None:
    """No theme for Sphinx says in which direction a page is read."""
    if error is None and is_arabic and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text("utf-8").replace("<html ", '<html dir="rtl" ', 1)
            for words, arabic in _WORDS.items():
                text = re.sub(rf'([>"]\s*){re.escape(words)}(\s*[<"])', rf"\1{arabic}\2", text)
            page.write_text(text, "utf-8", newline="\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what is done after a build."""
    app.connect("source-read", _links)
    app.connect("build-finished", _right_to_left)
    return {"parallel_read_safe": True}
