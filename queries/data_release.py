"""A release of the data: RDF, CSV with a data package, SQLite, Parquet, and what describes them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ..graph.errors import needs
from ..graph.store import Store, select
from ..ontology.namespaces import BASE, DCTERMS, FOAF, RDF, XSD
from .data_tables import TABLES, Table, rows_of
from .export import export

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
#: The file by which a release is recognised, so that only such a folder is replaced.
MARK: Final = "datapackage.json"
_TITLE: Final = "Taawun: Egypt's digital cooperation with the world"
_ABOUT: Final = (
    "Facts taken by hand from Arabic documents, each with the quotes that prove it. Facts, "
    "names and ontology: CC BY 4.0. Quotes remain their publishers'."
)
_RDF: Final = {
    "nquads": ("taawun.nq", "application/n-quads"),
    "trig": ("taawun.trig", "application/trig"),
    "turtle": ("taawun.ttl", "text/turtle"),
    "jsonld": ("taawun.jsonld", "application/ld+json"),
}
_DATABASE: Final = "taawun.sqlite"
VOID: Final = "http://rdfs.org/ns/void#"
DCAT: Final = "http://www.w3.org/ns/dcat#"


def write_release(
    folder: Path, dump: Path, store: Store, *, version: str, day: str, parquet: bool
) -> None:
    """Write a release into an empty folder. ``version`` is that of the data, ``day`` its date.

    Raises ``MissingExtraError`` for Parquet without pyarrow, ``OSError`` if a file cannot be
    written.
    """
    for form, (name, _) in _RDF.items():
        with (folder / name).open("wb") as out:
            export(form, dump, store, out)
    tables = {table: list(rows_of(store, table)) for table in TABLES}
    (folder / "csv").mkdir()
    for table, rows in tables.items():
        (folder / "csv" / f"{table.name}.csv").write_bytes(_csv(table, rows))
    _write_database(folder / _DATABASE, tables)
    if parquet:
        _write_parquet(folder / "parquet", tables)
    counts = {table.name: len(rows) for table, rows in tables.items()}
    _save_json(folder / MARK, _package(version, day))
    _save_json(folder / "metadata.json", _datasette())
    (folder / "void.ttl").write_bytes(_description(folder, store, version, day))
    (folder / "CITATION.cff").write_text(citation(version, day), "utf-8", newline="\n")
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    text = f"{_TITLE}\n\n{_ABOUT}\n\nVersion {version}, {day}: {told}.\nLicence: {LICENCE}\n"
    (folder / "README.txt").write_text(text, "utf-8", newline="\n")


def _csv(table: Table, rows: list[tuple[str | int, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def _save_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8", newline="\n")


def _package(version: str, day: str) -> dict[str, Any]:
    """The description of the CSV tables (Frictionless Data Package 1)."""
    return {
        "name": "taawun",
        "title": _TITLE,
        "description": _ABOUT,
        "version": version,
        "created": f"{day}T00:00:00Z",
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
    "quotes": ("quote",),
}


def _write_database(path: Path, tables: dict[Table, list[tuple[str | int, ...]]]) -> None:
    """Write SQLite with keys, and a full-text index of names and quotes as they are spelled."""
    database = sqlite3.connect(path)
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
            database.execute(f'INSERT INTO "{name}_fts"("{name}_fts") VALUES (\'rebuild\')')
        database.execute('CREATE INDEX "quotes_fact" ON "quotes"("fact")')
        for end in ("subject", "object"):
            database.execute(f'CREATE INDEX "facts_{end}" ON "facts"("{end}")')
        database.commit()
        database.execute("VACUUM")
    finally:
        database.close()


def _datasette() -> dict[str, Any]:
    """What Datasette shows: licence, facets, and the column by which a row is called."""
    return {
        "title": _TITLE,
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


def _write_parquet(folder: Path, tables: dict[Table, list[tuple[str | int, ...]]]) -> None:
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
        schema = arrow.schema(fields, metadata={"title": _TITLE, "license": LICENCE})
        held = arrow.table([list(cells) for cells in columns], schema=schema)
        parquet.write_table(held, folder / f"{table.name}.parquet")


_CLASSES: Final = """SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a ?class }
GROUP BY ?class ORDER BY ?class"""
_PROPERTIES: Final = """SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"""
_TRIPLES: Final = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def _description(folder: Path, store: Store, version: str, day: str) -> bytes:
    """The release in DCAT and VoID: licence, version, counts, partitions and files.

    Counts are those of the plain view, which holds what the documents say is so.
    """
    triples = sorted(set(_triples(folder, store, version, day)), key=str)
    prefixes = {
        "void": VOID, "dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "xsd": XSD, "rdf": RDF,
        "release": f"{BASE}release/{version}/",
    }  # fmt: skip
    text = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes)
    assert text is not None
    return text


def _triples(folder: Path, store: Store, version: str, day: str) -> Iterator[ox.Triple]:
    iri = ox.NamedNode

    def integer(number: int | str) -> ox.Literal:
        return ox.Literal(str(number), datatype=iri(f"{XSD}integer"))

    this = iri(f"{BASE}release/{version}")
    for kind in (f"{DCAT}Dataset", f"{VOID}Dataset"):
        yield ox.Triple(this, iri(f"{RDF}type"), iri(kind))
    told: dict[str, ox.NamedNode | ox.Literal] = {
        f"{DCTERMS}title": ox.Literal(_TITLE, language="en"),
        f"{DCTERMS}description": ox.Literal(_ABOUT, language="en"),
        f"{DCTERMS}license": iri(LICENCE),
        f"{DCTERMS}issued": ox.Literal(day, datatype=iri(f"{XSD}date")),
        f"{DCAT}version": ox.Literal(version),
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


def citation(version: str, day: str) -> str:
    """How the data are cited (Citation File Format 1.2)."""
    return (
        "cff-version: 1.2.0\n"
        "message: To cite these data, use the following.\n"
        "type: dataset\n"
        f'title: "{_TITLE}"\n'
        "authors:\n"
        "  - name: The Taawun authors\n"
        f'version: "{version}"\n'
        f'date-released: "{day}"\n'
        "license: CC-BY-4.0\n"
        f'url: "{BASE}"\n'
    )
