"""What a build keeps of its sources for the next one: which row states which fact, and the content.

A unit is read again as a whole when it changes: a row of CSV, a line of JSON lines, or a file.
Facts and subjects are identified by eight bytes each. The content, for the next edit, saves reading
every file again. Large collections are read again all the same: the file would take longer to load
than it saves.
"""

from __future__ import annotations

import marshal
import pickle
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b, sha256
from pathlib import Path
from struct import Struct
from typing import Any, Final, NamedTuple

from ...graph.fact import Fact
from ...messages.fault import Place
from ..collection import FACT_READERS, Collection, read_collection, read_ontology
from ..files.value import Site
from ..status_file import STATUS_FILE
from .inputs import code_fingerprint, input_files

#: Suffixes of fact files that are read row by row.
ROWS: Final = (".csv", ".jsonl")
_NAME: Final = "statements"
#: Bytes of a digest, and of the key of a fact or a subject.
_DIGEST: Final = 16
_KEY: Final = 8
#: The key of a row without a fact.
NOTHING: Final = bytes(_KEY)
#: A line number with the keys of a fact and a subject, packed to save memory.
_STATEMENT: Final = Struct(f"Q{_KEY}s{_KEY}s")


class WholeError(Exception):
    """A file is not read row by row."""


class FileStatements(NamedTuple):
    """The digests of the units of one fact file, with the keys of their facts and subjects.

    In a file that is read by rows, the three tuples run in parallel, with zeros for a row without
    a fact. Any other file has one digest, and a key for each fact.
    """

    by_rows: bool
    digests: tuple[bytes, ...]
    facts: tuple[bytes, ...]
    subjects: tuple[bytes, ...]


class Statements(NamedTuple):
    """All fact files of a build by name, and a digest of its other inputs."""

    rest: str
    files: dict[str, FileStatements]

    def write(self, folder: Path) -> None:
        """Write them to the folder of a build."""
        files = {name: tuple(file) for name, file in self.files.items()}
        (folder / _NAME).write_bytes(marshal.dumps((self.rest, files)))


def read_statements(folder: Path) -> Statements | None:
    """The statements of a build; None if they cannot be read."""
    try:
        rest, files = marshal.loads((folder / _NAME).read_bytes())
        return Statements(rest, {name: FileStatements(*file) for name, file in files.items()})
    except (OSError, ValueError, EOFError, TypeError):
        return None


class Recorder:
    """Records the statements while a collection is read."""

    def __init__(self) -> None:
        self._stated: dict[str, bytearray] = defaultdict(bytearray)

    def heed(self, name: str, fact: Fact, place: Site) -> None:
        """Record one statement; those of a file come in the order of its lines."""
        self._stated[name] += pack_statement(place.place.line, fact)

    def add(self, name: str, statements: bytes) -> None:
        """Record the packed statements of the next part of a file."""
        self._stated[name] += statements

    def statements(self, folders: Iterable[Path]) -> Statements | None:
        """The recorded statements; None if the next build cannot rely on them."""
        folders = list(folders)
        rest = rest_of(folders)
        if rest is None:
            return None
        files: dict[str, FileStatements] = {}
        for name, path in fact_files(folders):
            if name in files:
                return None
            file = _file(self._stated.pop(name, bytearray()), path)
            if file is None:
                return None
            files[name] = file
        return Statements(rest, files)


def pack_statement(line: int, fact: Fact) -> bytes:
    """One statement as a recorder keeps it."""
    return _STATEMENT.pack(line, fact_key(fact.iri), subject_key(fact))


def _file(stated: bytearray, path: Path) -> FileStatements | None:
    """The statements of a file; None if the file has changed since it was read."""
    left = _STATEMENT.iter_unpack(stated)
    digests: list[bytes] = []
    keys: list[tuple[bytes, bytes]] = []
    line, ahead = 1, next(left, None)
    try:
        for row in units(path):
            digests.append(digest(row))
            if ahead and ahead[0] == line:
                keys.append(ahead[1:])
                ahead = next(left, None)
            else:
                keys.append((NOTHING, NOTHING))
            line += row.count(b"\n")
    except WholeError:
        keys = [item[1:] for item in _STATEMENT.iter_unpack(stated)]
        return FileStatements(False, (digest(path.read_bytes()),), *_columns(keys))
    if ahead:
        return None
    return FileStatements(True, tuple(digests), *_columns(keys))


def _columns(keys: list[tuple[bytes, bytes]]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    return tuple(fact for fact, _ in keys), tuple(subject for _, subject in keys)


def fact_files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Every fact file, with its name in messages."""
    for name, file in input_files(folders):
        path = Path(file)
        if path.parent.name == "facts" and path.suffix in FACT_READERS:
            yield name, path


def rest_of(folders: Iterable[Path]) -> str | None:
    """A digest of all inputs except fact files, and of the code.

    None if there is a status file, which may affect any fact.
    """
    folders = list(folders)
    facts = dict(fact_files(folders))
    if any(path.name == STATUS_FILE for path in facts.values()):
        return None
    found = sha256(code_fingerprint().encode())
    for name, file in input_files(folders):
        if name not in facts:
            content = sha256(Path(file).read_bytes()).hexdigest()
            found.update(f"{name}\0{content}\n".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def units(path: Path) -> Iterator[bytes]:
    """The rows of a file with line breaks. Raises ``WholeError`` if it is not read by rows."""
    if path.suffix not in ROWS:
        raise WholeError
    if not path.is_file():
        # A pipe or device would never end; the loaders report it.
        raise OSError(str(path))
    begun: list[bytes] = []
    is_open = False
    with path.open("rb") as file:
        for line in file:
            if line.count(b"\r") != line.endswith(b"\r\n"):
                raise WholeError
            begun.append(line)
            # A quotation mark inside a cell is written twice, so an odd number opens or closes one.
            is_open ^= path.suffix == ".csv" and line.count(b'"') % 2 == 1
            if not is_open:
                yield b"".join(begun) if len(begun) > 1 else line
                begun.clear()
    if is_open:
        raise WholeError


def digest(unit: bytes) -> bytes:
    """The digest of a unit, independent of its line break."""
    return blake2b(unit.rstrip(b"\r\n"), digest_size=_DIGEST).digest()


def fact_key(iri: str) -> bytes:
    """The key of a fact: the digits of its IRI."""
    return bytes.fromhex(iri[-2 * _KEY :])


def subject_key(fact: Fact) -> bytes:
    """The key of the subject of a fact."""
    return blake2b(fact.subject.value.encode(), digest_size=_KEY).digest()


#: The most facts for which the content is kept.
KEPT_FACTS: Final = 30_000
_CONTENT: Final = "content"
_CHECKSUM: Final = 32


def write_content(folder: Path, collection: Collection, places: Sequence[Place]) -> None:
    """Keep what was read, with the place of each fact, in the folder of a build."""
    kept = (
        collection.documents,
        dict(collection.entities),
        collection.facts,
        collection.glosses,
        dict(collection.performed),
        list(map(tuple, places)),
    )
    write_kept(folder / _CONTENT, kept)


def read_content(folder: Path, folders: Sequence[Path]) -> tuple[Collection, list[Place]]:
    """The content of the collections of a build, and the place of each fact.

    Raises ``CollectionError`` if the collections have faults.
    """
    kept = read_kept(folder / _CONTENT)
    if kept is not None:
        from collections import Counter

        documents, entities, facts, glosses, performed, places = kept
        schema = read_ontology(folders, [], Counter())
        read = Collection(schema, documents, entities, facts, glosses, Counter(performed))
        return read, [Place(*place) for place in places]
    found: list[Place] = []
    return read_collection(folders, lambda _name, _fact, site: found.append(site.place)), found


def write_kept(file: Path, value: Any) -> None:
    """Keep a value beside a build, with its checksum; a full disk only costs the time saved."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    with suppress(OSError):
        file.write_bytes(sha256(content).digest() + content)


def read_kept(file: Path) -> Any:
    """What was kept beside a build; None if that is missing or damaged.

    The cache folder belongs to the user, as do the programs that run from it.
    """
    try:
        content = file.read_bytes()
    except OSError:
        return None
    if sha256(content[_CHECKSUM:]).digest() != content[:_CHECKSUM]:
        return None
    return pickle.loads(content[_CHECKSUM:])
