"""A release of the data: RDF, CSV with a data package, SQLite, Parquet, and what describes them."""

from __future__ import annotations

import csv
import inspect
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ..graph.arabic import searchable
from ..graph.errors import needs
from ..graph.store import Store, select
from ..ontology.namespaces import BASE, DCTERMS, FOAF, LICENCE, RDF, XSD
from .data_tables import TABLES, Table, rows_of
from .export import export, quads_of
from .prefixes import prefixes_of
from .rdf_formats import CONTEXT, write_compact
from .release_versions import CHANGES, MARK, NQUADS, TITLE, Edition, Previous, changelog

_ABOUT: Final = (
    "Facts taken by hand from Arabic documents, each with the quotes that prove it. Facts, "
    "names and ontology: CC BY 4.0. Quotes remain their publishers'."
)
_RDF: Final = {
    "nquads": (NQUADS, "application/n-quads"),
    "trig": ("taawun.trig", "application/trig"),
    "turtle": ("taawun.ttl", "text/turtle"),
    "jsonld": ("taawun.jsonld", "application/ld+json"),
}
_DATABASE: Final = "taawun.sqlite"
VOID: Final = "http://rdfs.org/ns/void#"
DCAT: Final = "http://www.w3.org/ns/dcat#"


def write_release(
    folder: Path,
    dump: Path,
    store: Store,
    edition: Edition,
    *,
    parquet: bool,
    since: Previous | None = None,
) -> None:
    """Write a release into an empty folder; with ``since``, what has changed.

    Raises ``MissingExtraError`` for Parquet without pyarrow, ``OSError`` if a file cannot be
    written.
    """
    for form, (name, _) in _RDF.items():
        with (folder / name).open("wb") as out:
            if form == "jsonld":
                write_compact([*quads_of(dump), *_licence(edition)], out, prefixes_of(store))
            else:
                out.write(f"# {edition.told}\n".encode())
                export(form, dump, store, out)
    (folder / "context.jsonld").write_bytes(CONTEXT.read_bytes())
    tables = {table: list(rows_of(store, table)) for table in TABLES}
    (folder / "csv").mkdir()
    for table, rows in tables.items():
        (folder / "csv" / f"{table.name}.csv").write_bytes(_csv(table, rows))
    _write_database(folder / _DATABASE, tables, edition)
    (folder / "plugins").mkdir()
    (folder / "plugins" / "fold_search.py").write_text(_plugin(), "utf-8", newline="\n")
    if parquet:
        _write_parquet(folder / "parquet", tables, edition)
    counts = {table.name: len(rows) for table, rows in tables.items()}
    _save_json(folder / MARK, _package(edition))
    _save_json(folder / "metadata.json", _datasette(edition))
    if since is not None:
        for language, name in CHANGES.items():
            (folder / name).write_text(
                changelog(since, store, edition, language), "utf-8", newline="\n"
            )
    (folder / "void.ttl").write_bytes(
        f"# {edition.told}\n".encode() + _description(folder, store, edition, since)
    )
    (folder / "CITATION.cff").write_text(citation(edition), "utf-8", newline="\n")
    counted = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    text = f"{edition.told}\n\n{_ABOUT}\n\n{counted}.\n\n{_SEARCHING}\n"
    (folder / "README.txt").write_text(text, "utf-8", newline="\n")


def _licence(edition: Edition) -> Iterator[ox.Quad]:
    """The edition and its licence, for a file that has no comments."""
    this = ox.NamedNode(f"{BASE}release/{edition.version}")
    for predicate, value in (
        (f"{DCTERMS}license", ox.NamedNode(LICENCE)),
        (f"{DCTERMS}title", ox.Literal(TITLE, language="en")),
        (f"{DCAT}version", ox.Literal(edition.version)),
    ):
        yield ox.Quad(this, ox.NamedNode(predicate), value, ox.DefaultGraph())


def _csv(table: Table, rows: list[tuple[str | int, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def _save_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8", newline="\n")


def _package(edition: Edition) -> dict[str, Any]:
    """The description of the CSV tables (Frictionless Data Package 1)."""
    return {
        "name": "taawun",
        "title": TITLE,
        "description": _ABOUT,
        "version": edition.version,
        "created": f"{edition.day}T00:00:00Z",
        "homepage": BASE,
        "licenses": [{"name": "CC-BY-4.0", "path": LICENCE}],
        "resources": [_resource(table) for table in TABLES],
    }


def _resource(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [
            {"name": column.name, "type": column.type, "description": column.description}
            for column in table.columns
        ],
        "missingValues": [""],
        "foreignKeys": [
            {
                "fields": column.name,
                "reference": {"resource": column.refers_to, "fields": _key(column.refers_to)},
            }
            for column in table.columns
            if column.refers_to
        ],
    }
    if table.has_key:
        schema["primaryKey"] = table.columns[0].name
    return {
        "name": table.name,
        "path": f"csv/{table.name}.csv",
        "description": table.description,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": schema,
    }


def _key(name: str) -> str:
    return next(table.columns[0].name for table in TABLES if table.name == name)


#: The columns that the full-text index of a table has.
_SEARCHED: Final = {
    "entities": ("label_ar", "label_en", "aliases"),
    "facts": ("subject_ar", "subject_en", "predicate_ar", "predicate_en", "object_ar", "object_en"),
    "quotes": ("quote", "gloss"),
}
_SEARCHING: Final = (
    "Search with Datasette, in any spelling:\n"
    "  datasette taawun.sqlite -m metadata.json --plugins-dir plugins\n"
    "In SQL, the words asked for are to be folded as the index is: with the function searchable()\n"
    "of plugins/fold_search.py, or by hand (no hamza on alef, ya for alef maqsura, ha for ta\n"
    "marbuta, no diacritics, no article)."
)


_PLUGIN: Final = '''

from datasette import hookimpl
from datasette.utils import escape_fts


@hookimpl(trylast=True)
def prepare_connection(conn):
    """Fold what is searched for as the index is folded, and give SQL the function."""
    # In place of Datasette's own function, which its search calls.
    conn.create_function("escape_fts", 1, lambda text: escape_fts(searchable(text)))
    conn.create_function("searchable", 1, searchable, deterministic=True)
'''


def _plugin() -> str:
    """A plugin of Datasette with our folding, complete in itself."""
    from ..graph import arabic

    return inspect.getsource(arabic).partition("\n\n\n_FIGURES")[0] + _PLUGIN


def _write_database(
    path: Path, tables: dict[Table, list[tuple[str | int, ...]]], edition: Edition
) -> None:
    """Write SQLite with keys, and a full-text index of names and quotes, folded as everywhere."""
    database = sqlite3.connect(path)
    database.create_function("searchable", 1, searchable, deterministic=True)
    try:
        for table, rows in tables.items():
            columns = []
            for column in table.columns:
                kind = "INTEGER" if column.type == "integer" else "TEXT"
                told = f'"{column.name}" {kind}'
                if column is table.columns[0] and table.has_key:
                    told += " PRIMARY KEY"
                if column.refers_to:
                    told += f' REFERENCES "{column.refers_to}"("{_key(column.refers_to)}")'
                columns.append(told)
            database.execute(f'CREATE TABLE "{table.name}" ({", ".join(columns)})')
            places = ", ".join("?" * len(columns))
            refer = [bool(column.refers_to) for column in table.columns]
            # No reference is a null, not an empty name.
            filled = ([cell or (None if r else cell) for cell, r in zip(row, refer, strict=True)]
                      for row in rows)  # fmt: skip
            database.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', filled)
        for name, searched in _SEARCHED.items():
            fields = ", ".join(f'"{field}"' for field in searched)
            database.execute(
                f'CREATE VIRTUAL TABLE "{name}_fts" USING fts5({fields}, content="{name}", '
                f"tokenize='unicode61')"
            )
            folded = ", ".join(f'searchable("{field}")' for field in searched)
            database.execute(
                f'INSERT INTO "{name}_fts"(rowid, {fields}) SELECT rowid, {folded} FROM "{name}"'
            )
        about = {"title": TITLE, "version": edition.version, "date": edition.day,
                "licence": LICENCE, "about": _ABOUT}  # fmt: skip
        database.execute('CREATE TABLE "about" ("name" TEXT PRIMARY KEY, "value" TEXT)')
        database.executemany('INSERT INTO "about" VALUES (?, ?)', about.items())
        database.execute('CREATE INDEX "quotes_fact" ON "quotes"("fact")')
        for end in ("subject", "object"):
            database.execute(f'CREATE INDEX "facts_{end}" ON "facts"("{end}")')
        database.commit()
        database.execute("VACUUM")
    finally:
        database.close()


def _datasette(edition: Edition) -> dict[str, Any]:
    """What Datasette shows: licence, facets, and the column by which a row is called."""
    return {
        "title": f"{TITLE} {edition.version}",
        "description": _ABOUT,
        "license": "CC BY 4.0",
        "license_url": LICENCE,
        "databases": {
            "taawun": {
                "tables": {
                    "entities": {"label_column": "label_en", "facets": ["kind_en"]},
                    "documents": {"label_column": "title_en"},
                    "facts": {
                        "label_column": "subject_en",
                        "facets": ["predicate_en", "modality", "stated_by"],
                    },
                    "quotes": {"facets": ["document"]},
                }
            }
        },
    }


def _write_parquet(
    folder: Path, tables: dict[Table, list[tuple[str | int, ...]]], edition: Edition
) -> None:
    with needs("parquet"):
        import pyarrow as arrow
        from pyarrow import parquet
    folder.mkdir()
    for table, rows in tables.items():
        columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
        fields = [
            arrow.field(
                column.name,
                arrow.int64() if column.type == "integer" else arrow.string(),
                metadata={"description": column.description},
            )
            for column in table.columns
        ]
        schema = arrow.schema(fields, metadata={
            "title": TITLE, "version": edition.version, "date": edition.day, "license": LICENCE,
        })  # fmt: skip
        held = arrow.table([list(cells) for cells in columns], schema=schema)
        parquet.write_table(held, folder / f"{table.name}.parquet")


_CLASSES: Final = """SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a ?class }
GROUP BY ?class ORDER BY ?class"""
_PROPERTIES: Final = """SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"""
_TRIPLES: Final = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def _description(folder: Path, store: Store, edition: Edition, since: Previous | None) -> bytes:
    """The release in DCAT and VoID: licence, version, counts, partitions and files.

    Counts are those of the plain view, which holds what the documents say is so.
    """
    triples = sorted(set(_triples(folder, store, edition, since)), key=str)
    prefixes = {
        "void": VOID, "dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "xsd": XSD, "rdf": RDF,
        "release": f"{BASE}release/{edition.version}/",
    }  # fmt: skip
    text = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes)
    assert text is not None
    return text


def _triples(
    folder: Path, store: Store, edition: Edition, since: Previous | None
) -> Iterator[ox.Triple]:
    iri = ox.NamedNode

    def integer(number: int | str) -> ox.Literal:
        return ox.Literal(str(number), datatype=iri(f"{XSD}integer"))

    this = iri(f"{BASE}release/{edition.version}")
    if since and since.version:
        yield ox.Triple(this, iri(f"{DCAT}previousVersion"), iri(f"{BASE}release/{since.version}"))
    for kind in (f"{DCAT}Dataset", f"{VOID}Dataset"):
        yield ox.Triple(this, iri(f"{RDF}type"), iri(kind))
    told: dict[str, ox.NamedNode | ox.Literal] = {
        f"{DCTERMS}title": ox.Literal(TITLE, language="en"),
        f"{DCTERMS}description": ox.Literal(_ABOUT, language="en"),
        f"{DCTERMS}license": iri(LICENCE),
        f"{DCTERMS}issued": ox.Literal(edition.day, datatype=iri(f"{XSD}date")),
        f"{DCAT}version": ox.Literal(edition.version),
        f"{FOAF}homepage": iri(BASE),
        f"{VOID}uriSpace": ox.Literal(BASE),
        f"{VOID}triples": integer(next(select(store, _TRIPLES))["n"].value),
    }
    for predicate, value in told.items():
        yield ox.Triple(this, iri(predicate), value)
    for query, name, link, part in (
        (_CLASSES, "class", "classPartition", "entities"),
        (_PROPERTIES, "p", "propertyPartition", "triples"),
    ):
        for number, row in enumerate(select(store, query), 1):
            node = iri(f"{this.value}/{link}/{number}")
            yield ox.Triple(this, iri(VOID + link), node)
            term = row[name]
            assert isinstance(term, ox.NamedNode)
            yield ox.Triple(node, iri(VOID + ("class" if name == "class" else "property")), term)
            yield ox.Triple(node, iri(VOID + part), integer(row["n"].value))
    media = dict(_RDF.values()) | {_DATABASE: "application/vnd.sqlite3"}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        form = media.get(name) or {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}
        form = form if isinstance(form, str) else form.get(path.suffix, "")
        if form:
            node = iri(f"{this.value}/{name}")
            yield ox.Triple(this, iri(f"{DCAT}distribution"), node)
            yield ox.Triple(node, iri(f"{RDF}type"), iri(f"{DCAT}Distribution"))
            yield ox.Triple(node, iri(f"{DCTERMS}title"), ox.Literal(name))
            yield ox.Triple(node, iri(f"{DCTERMS}license"), iri(LICENCE))
            yield ox.Triple(node, iri(f"{DCAT}mediaType"), iri(f"{_MEDIA}{form}"))
            yield ox.Triple(node, iri(f"{DCAT}byteSize"), integer(path.stat().st_size))


_MEDIA: Final = "https://www.iana.org/assignments/media-types/"


def citation(edition: Edition) -> str:
    """How the data are cited (Citation File Format 1.2)."""
    return (
        "cff-version: 1.2.0\n"
        "message: To cite these data, use the following.\n"
        "type: dataset\n"
        f'title: "{TITLE}"\n'
        "authors:\n"
        "  - name: The Taawun authors\n"
        f'version: "{edition.version}"\n'
        f'date-released: "{edition.day}"\n'
        "license: CC-BY-4.0\n"
        f'url: "{BASE}"\n'
    )
