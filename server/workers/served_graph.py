"""The build that a worker serves, with its source documents."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from ...api import KnowledgeGraph
from ...graph.errors import StoreError
from ...graph.remote.remote_store import RemoteStore
from ...graph.store import Answer, EmbeddedStore, Graphs, select
from ...loaders.builds.cache import Build
from ...loaders.builds.inputs import SEEDS
from ...ontology.namespaces import BASE, DCTERMS, DOCUMENT, SCHEMA
from .reply import Reply

#: Seconds between two looks at the state of a push.
_CHECKED: Final = 1
_FILES: Final = f"""SELECT ?document ?file ?sha256 WHERE {{
  ONLY ?document <{DCTERMS}identifier> ?file ; <{SCHEMA}sha256> ?sha256
}}"""


class ReadOnlyRemoteStore(RemoteStore):
    """The graph behind an endpoint, to which only SPARQL 1.1 queries without SERVICE are sent.

    What a visitor writes is parsed here first: an endpoint may understand more than that. Whether
    a push is under way is asked again every second.
    """

    _checked = 0.0

    def query(self, text: str, graphs: Graphs | None = None, base: str | None = None) -> Answer:
        """Run a query; see :class:`taawun.graph.store.EmbeddedStore`."""
        EmbeddedStore.in_memory(b"").query(text, base=base)
        if time.monotonic() - self._checked > _CHECKED:
            self.forget()
            self._checked = time.monotonic()
        return super().query(text, graphs, base)


class OpenedBuild(KnowledgeGraph):
    """The graph of a build; ``folder`` is the build folder, also used for cached pages.

    With ``endpoint``, the graph is the one behind that address, ``seconds`` the time for each of
    its answers. A document is returned only if its checksum matches the build, so that all offsets
    are valid; without ``shows_texts``, no documents are returned.
    """

    def __init__(
        self,
        folder: Path,
        collections: Sequence[Path],
        *,
        shows_texts: bool,
        endpoint: str | None = None,
        seconds: float = 30,
    ) -> None:
        self.folder = folder
        self.endpoint = endpoint
        self.shows_texts = shows_texts
        self._folders = (SEEDS, *collections)
        super().__init__(
            ReadOnlyRemoteStore(endpoint, timeout=seconds)
            if endpoint
            else Build(folder, is_new=False).store(),
            questions=[collection / "queries" for collection in collections],
        )

    def text(self, document: str) -> str | None:
        """Return the text of a document, if it may be shown and is unchanged."""
        return next(
            (text for _, _, text in self._documents(f"VALUES ?document {{ <{document}> }}")), None
        )

    def texts(self) -> Mapping[str, tuple[str, str]]:
        """Map the slug of each document that may be shown to its sha256 and text."""
        return {slug: (digest, text) for slug, digest, text in self._documents()}

    def _documents(self, only: str = "") -> Iterator[tuple[str, str, str]]:
        if not self.shows_texts:
            return
        for row in select(self.store, _FILES.replace("ONLY", only)):
            for folder in self._folders:
                with suppress(OSError, ValueError):
                    content = (folder / "documents" / row["file"].value).read_bytes()
                    if sha256(content).hexdigest() == row["sha256"].value:
                        slug = row["document"].value.removeprefix(DOCUMENT)
                        yield slug, row["sha256"].value, content.decode()
                        break


def health(graph: OpenedBuild, reply: Reply) -> None:
    """Write ``ok`` if the store answers; it must hold our ontology."""
    if not graph.store.query(f"ASK {{ <{BASE}ontology> ?p ?o }}"):
        raise StoreError("store-empty")
    reply.begin("text/plain")
    reply.body.write("ok\n")
