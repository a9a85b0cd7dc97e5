"""One HTML page: a template rendered in one language, with names and links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from markupsafe import Markup

from ...api import KnowledgeGraph
from ...graph.fact import OMISSION
from ...graph.fact_record import FactRecord
from ...graph.store import Store, kept, select
from ...messages.message import say
from ...ontology.namespaces import BASE, ID, RDFS
from ...queries.fact_words import (
    Proven,
    by_quote,
    iris_of,
    marks,
    name_of,
    pattern_in_words,
    status_of,
)
from ...queries.labels import Labels
from ...viz.legend import FAMILIES, Family, family_of
from ...viz.view import Name, Term
from ..workers.reply import Reply

if TYPE_CHECKING:
    from jinja2 import Environment

#: Paths of things, which have separate pages; every other IRI of ours is its own page.
THINGS: Final = ("id/", "fact/", "inference/", "graph/")
POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src data:; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_PARENTS: Final = f"SELECT ?class ?parent {{ ?class <{RDFS}subClassOf> ?parent }}"
#: The entries of the header: the code of each name, and its path.
MENU: Final[tuple[tuple[str, str], ...]] = (
    ("explorer", "/"), ("partners", "/partners"), ("people", "/people"), ("bodies", "/bodies"),
    ("documents", "/documents"), ("questions", "/questions"), ("query", "/sparql"),
    ("about", "/about"),
)  # fmt: skip
#: The templates that load scripts of ours; every page works without them.
SCRIPTED: Final = ("query.html", "waiting.html")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from jinja2.runtime import Context

    class PlainCalls(Context):
        """Calls what a template calls at once, as nothing of ours asks for the context.

        Jinja looks at each callable for that, which took a quarter of the time of a page.
        """

        def call(
            self, called: Callable[..., Any], *args: Any,
            _loop_vars: object = None, _block_vars: object = None, **parts: Any,
        ) -> Any:  # fmt: skip
            return called(*args, **parts)

    class PlainEnvironment(Environment):
        context_class = PlainCalls

    return PlainEnvironment(
        loader=PackageLoader("taawun.server.pages", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


class Page:
    """Renders templates in one language, with links that preserve it."""

    def __init__(self, graph: KnowledgeGraph, language: str) -> None:
        self.language = language
        #: The build whose pages become files, where nothing answers a form.
        self.published = getattr(graph, "published", None)
        self.labels = Labels.of(graph.store)
        #: What is written once and shown again, by what it shows.
        self._kept: dict[Hashable, Markup] = self.published.kept(language) if self.published else {}

    def write(
        self,
        reply: Reply,
        template: str,
        path: str,
        status: int = 200,
        parameters: Mapping[str, str] | None = None,
        **values: Any,
    ) -> None:
        """Render the template and write it.

        ``path`` and ``parameters`` form the page's address, without the language.
        """
        if self.published:
            values["forms"] = [form for form in values["forms"] if form[0] in ("ttl", "jsonld")]
        given = dict(parameters or {})
        other = "en" if self.language == "ar" else "ar"
        filled = (
            _environment()
            .get_template(template)
            .render(
                lang=self.language,
                other=other,
                dir="rtl" if self.language == "ar" else "ltr",
                path=quote(path),
                here=self.site(path, **given),
                turned=self.site(path, other, **given),
                site=self.site,
                menu=[item for item in MENU if not (self.published and item[1] == "/sparql")],
                published=self.published,
                say=lambda code, **parts: say(code, self.language, **parts),
                name=lambda term: name_of(term, self.labels, self.language),
                label=lambda iri: self.labels(iri, self.language),
                href=self.href,
                marks=lambda fact: marks(fact, self.labels, self.language),
                modality=lambda name: self.labels(f"{ID}modality/{name}", self.language),
                status=lambda fact: status_of(fact, self.labels, self.language),
                by_quote=self.by_quote,
                once=self.once,
                in_words=lambda text: pattern_in_words(text, self.labels, self.language),
                digits=lambda part: part.iri.rpartition("/")[2],
                place=lambda part: name_of_place(part.start, part.end),
                omission=OMISSION,
                **values,
            )
        )
        policy = (
            f"{POLICY}; script-src 'self'; connect-src 'self'" if template in SCRIPTED else POLICY
        )
        reply.begin("text/html", status, content_security_policy=policy)
        reply.body.write(filled)

    def site(self, path: str, language: str = "", **parameters: str) -> str:
        """Return the link to a page of the site, in the page's language unless another is given.

        All links between pages are made here and in :meth:`href`.
        """
        if self.published:
            return str(self.published.link(path, language or self.language, parameters))
        return f"{quote(path)}?{urlencode({'lang': language or self.language, **parameters})}"

    def href(self, term: object) -> str:
        """Return the link for a term: our page about it or its own URL; empty for a literal."""
        iri = term.value if isinstance(term, ox.NamedNode) else term
        if not isinstance(iri, str) or not iri.startswith(("http://", "https://")):
            return ""
        if not iri.startswith(BASE):
            return iri
        if self.published:
            return str(self.published.link_of(iri, self.language))
        path, hash_, fragment = iri[len(BASE) :].partition("#")
        suffix = ".html" if path.startswith(THINGS) else ""
        return f"/{quote(path)}{suffix}?lang={self.language}{hash_}{quote(fragment)}"

    def once(self, name: str, shown: object, made: Callable[..., Markup]) -> Markup:
        """What a macro writes of facts, or of a quote with its facts: kept, as many pages show it.

        A published site keeps it for all pages of a language.
        """
        key = (name, *_key(shown))
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = made(shown)
        return found

    def by_quote(self, facts: Iterable[FactRecord]) -> list[Proven]:
        """Return the asserted facts behind these, grouped by shared quote."""
        told = {asserted.iri: asserted for fact in facts for asserted in fact.asserted()}
        self.labels.fetch(iris_of(told.values()))
        return by_quote(told.values())


def _key(shown: object) -> Iterator[Hashable]:
    """What distinguishes a name, a fact, facts, or facts with a quote, from others."""
    if isinstance(shown, str | FactRecord):
        yield shown if isinstance(shown, str) else shown.iri
        return
    assert isinstance(shown, list | tuple)
    for item in shown:
        if isinstance(item, FactRecord):
            yield item.iri
        else:
            yield item[0].iri
            yield item[1].place


def name_of_place(start: int, end: int) -> str:
    """Return the anchor of a stretch in the page of a document."""
    return f"at-{start}-{end}"


class Families:
    """The families of the explorer's legend, by the classes of an entity."""

    @classmethod
    def of_store(cls, store: Store) -> Families:
        """The families in a store; those of a build, which never changes, are shared."""
        return kept(store, "families", cls)

    def __init__(self, store: Store) -> None:
        parents: dict[str, list[str]] = defaultdict(list)
        for row in select(store, _PARENTS):
            parents[row["class"].value].append(row["parent"].value)
        none = Name("", "")
        self._terms = {iri: Term(iri, none, tuple(found)) for iri, found in parents.items()}

    def of(self, classes: Sequence[str]) -> Family:
        """The family of an entity with these most specific classes."""
        return FAMILIES[family_of(classes, self._terms)]
