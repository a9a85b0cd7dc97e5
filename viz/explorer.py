"""The explorer: one self-contained HTML file for browsing the graph.

pyvis supplies the renderer: its ``Network`` holds nodes, edges and options, and its copy of
vis-network draws them. The surrounding page is our own, because pyvis's page loads files from the
network, sets no language or direction, and treats labels as HTML. Our page fetches nothing:
scripts and styles are allowed by hash only, and all data is in non-executable JSON elements.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..graph.garbage_collection import no_pauses
from ..graph.store import EmbeddedStore
from ..graph.whole_file import whole_file
from ..messages.message import LANGUAGES, codes, forms
from ..queries.names import Names
from .answers import answer_questions
from .large_layout import neighbourhoods
from .layout import MANY, Positions, layout
from .legend import FAMILIES
from .payload import payload
from .read_view import read_view
from .style import asset, look
from .view import AnsweredQuestion, Name, View
from .view import focus as focus_on

if TYPE_CHECKING:
    from pyvis.network import Network

    from ..graph.store import Store
    from ..queries.question import Question

TITLE: Final = Name.told("title")
ABOUT: Final = Name.told("explorer-about")
#: With more questions than this, the graph is read into memory before they are answered.
_MANY: Final = 10
#: Prefixes of the message codes whose translations are embedded in the page.
_WORDS: Final = (
    "answer-", "column-", "count-", "date-", "entity-", "explorer-", "fact-", "other-language",
    "overview-",
)  # fmt: skip
#: Concatenated in this order into one script.
SCRIPTS: Final = (
    "fold.js",
    "words.js",
    "time.js",
    "graph.js",
    "elements.js",
    "picture.js",
    "regions.js",
    "lines.js",
    "signs.js",
    "names.js",
    "pointing.js",
    "evidence.js",
    "panel.js",
    "answers.js",
    "search.js",
    "filters.js",
    "table.js",
    "reader.js",
    "overview.js",
    "partners.js",
    "board.js",
    "matrix.js",
    "saving.js",
    "vector.js",
    "publish.js",
    "explorer.js",
)


class ExplorerFile(os.PathLike[str]):
    """A written explorer page: a path, which shows the page in a notebook.

    The page stands in the notebook itself (``srcdoc``), so that it also works where the file
    cannot be reached: on another machine, in a saved notebook.
    """

    def __init__(self, path: Path, language: str, height: int = 640) -> None:
        """``height`` is that of the frame in a notebook, in CSS pixels."""
        self.path, self.language, self.height = path, language, height

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"ExplorerFile({str(self.path)!r}, {self.path.stat().st_size / 1e6:.1f} MB)"

    def _repr_html_(self) -> str:
        page = escape(self.path.read_text("utf-8"))
        title = escape(TITLE.ar if self.language == "ar" else TITLE.en)
        side = "rtl" if self.language == "ar" else "ltr"
        return (
            f'<iframe lang="{self.language}" dir="{side}" title="{title}" width="100%" '
            f'height="{self.height}" style="border: 0" srcdoc="{page}"></iframe>'
        )


def explore(
    store: Store,
    path: str | os.PathLike[str],
    *,
    lang: str,
    focus: str | None,
    depth: int,
    questions: Sequence[Question],
    texts: Mapping[str, str] | None,
    cached: Callable[[str, Callable[[], str]], str] | None = None,
) -> ExplorerFile:
    """Write the page of a graph, or of one entity and what is near it.

    ``cached`` gives the page of the whole graph with a key, or makes it; without it, it is made.
    """

    def made() -> str:
        with no_pauses():
            source = store
            if len(questions) > _MANY and isinstance(store, EmbeddedStore):
                source = store.resident()
            view = read_view(source)
            if focus is not None:
                view = focus_on(view, focus, depth)
            names = Names(source)
            answered = list(answer_questions(source, questions, names, is_whole=focus is None))
            return render(view, lang=lang, texts=texts, questions=answered)

    # A file that cannot be written is told before the page is made.
    with whole_file(path) as file:
        if cached is None or focus is not None:
            page = made()
        else:
            page = cached(page_key(lang, questions, texts or {}), made)
        file.write(page.encode())
    return ExplorerFile(Path(path), lang)


def page_key(language: str, questions: Iterable[Question], texts: Mapping[str, str]) -> str:
    """What distinguishes the page of a whole graph from others of the same build and program."""
    told = [(question.name, question.text) for question in questions]
    return hashlib.sha256(json.dumps([language, told, sorted(texts.items())]).encode()).hexdigest()


def write_explorer(
    view: View,
    path: str | os.PathLike[str],
    *,
    lang: str = "ar",
    texts: Mapping[str, str] | None = None,
    questions: Sequence[AnsweredQuestion] = (),
    title: Name = TITLE,
    about: Name = ABOUT,
) -> Path:
    """Write the page for a view atomically and return its path.

    ``lang`` is the initial language; the page contains both. ``texts`` maps document slugs to
    full texts, so that a quote can be read in context. Equal arguments produce equal bytes.
    Raises ``OSError`` if the path cannot be written.
    """
    page = render(view, lang=lang, texts=texts, questions=questions, title=title, about=about)
    with whole_file(path) as file:
        file.write(page.encode())
    return Path(path)


def render(
    view: View,
    *,
    lang: str = "ar",
    texts: Mapping[str, str] | None = None,
    questions: Sequence[AnsweredQuestion] = (),
    title: Name = TITLE,
    about: Name = ABOUT,
    places: Positions | None = None,
) -> str:
    """Return the page of :func:`write_explorer` as a string.

    ``places`` is the view's :func:`layout`, for callers who render several pages of it.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    data = payload(view, texts or {}, questions)
    data |= {
        "lang": lang,
        "title": {"ar": title.ar, "en": title.en},
        "about": {"ar": about.ar, "en": about.en},
        "words": {
            code: {language: forms(code, language) for language in LANGUAGES}
            for code in codes(*_WORDS)
        },
    }
    if len(view.nodes) > MANY:
        place = {node.iri: number for number, node in enumerate(view.nodes)}
        for iri, hub in neighbourhoods(view).items():
            data["nodes"][place[iri]]["hub"] = place[hub]
    library = _vis_network()
    script = "(function () {\n'use strict';\n" + "\n".join(map(asset, SCRIPTS)) + "\n}());"
    style = look() + asset("explorer.css")
    network = _network(view, data, layout(view) if places is None else places)
    network.templateEnv = Environment(
        loader=PackageLoader("taawun.viz", "assets"), autoescape=True, undefined=StrictUndefined
    )
    network.templateEnv.filters["as_data"] = lambda value: Markup(json_for_script(value))
    network.templateEnv.filters["from_json"] = json.loads
    network.templateEnv.globals |= {
        "lang": lang,
        "dir": "rtl" if lang == "ar" else "ltr",
        "title": data["title"][lang],
        "about": data["about"][lang],
        "policy": _policy([library, script], [style]),
        "library": Markup(library),
        "script": Markup(script),
        "style": Markup(style),
        "data": data,
    }
    html: str = network.generate_html("explorer.html")
    return html


def json_for_script(value: object) -> str:
    """Serialize a value as JSON that is safe inside a script element.

    >>> json_for_script({"name": "</script><!--"})
    '{"name":"\\\\u003c/script\\\\u003e\\\\u003c!--"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _network(view: View, data: dict[str, Any], places: Positions) -> Network:
    """Build the pyvis network: positioned nodes, edges, and options that disable physics."""
    from pyvis.edge import Edge
    from pyvis.network import Network
    from pyvis.node import Node

    network = Network(directed=True, cdn_resources="in_line", height="100%", width="100%")
    degree = [0] * len(view.nodes)
    for edge in data["edges"]:
        if not edge["derived"]:
            degree[edge["s"]] += 1
            degree[edge["t"]] += 1
    for number, (node, told) in enumerate(zip(view.nodes, data["nodes"], strict=True)):
        x, y = places[node.iri]
        # The label layer draws the names; without a label, pyvis would show the id.
        # pyvis's add_node and add_edge scan all nodes on each call: too slow for thousands.
        options = {"color": FAMILIES[told["family"]].colour, "x": x, "y": y}
        size = round(9 + 3.1 * degree[number] ** 0.5, 1)
        network.nodes.append(Node(number, "custom", " ", size=size, **options).options)
        network.node_ids.append(number)
    for number, edge in enumerate(data["edges"]):
        told = {"id": number, "dashes": edge["derived"]}
        network.edges.append(Edge(edge["s"], edge["t"], directed=True, **told).options)
    network.set_options(json.dumps(_OPTIONS))
    return network


_OPTIONS: Final = {
    "autoResize": True,
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "nodes": {"chosen": False, "physics": False},
    "edges": {"chosen": False, "smooth": False, "physics": False},
    "interaction": {
        "hover": True,
        "tooltipDelay": 0,
        "hoverConnectedEdges": False,
        "selectConnectedEdges": False,
        "keyboard": False,
        "multiselect": False,
        "zoomSpeed": 0.7,
    },
}


def _vis_network() -> str:
    """Return the vis-network script bundled with pyvis, without its source map reference."""
    found = files("pyvis") / "templates/lib/vis-9.1.2/vis-network.min.js"
    text = found.read_text(encoding="utf-8")
    return text.partition("//# sourceMappingURL=")[0].rstrip()


def _policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Return a Content-Security-Policy that allows only these scripts and styles, offline."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(map(_hash, scripts)),
            "style-src " + " ".join(map(_hash, styles)),
            "img-src data: blob:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
