"""Write a suggestion as a fact file to edit: with quotes, and proposed facts as comments.

The file is valid as it is, and with any proposed fact uncommented. It is added to a collection
together with the text and its entry in the register; no file is overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from ...graph.errors import OutputError
from ...messages.message import shortened
from ..editing.insert_entry import document_edit
from ..editing.json_schemas import modeline
from ..editing.transaction import seen
from ..files.yaml_text import quoted, scalar
from .numbers import plain
from .suggestion import SuggestedSentence, Suggester, Suggestion

_HEAD: Final = """\
# احذف «# » أمام الحقائق التي يقولها الاقتباس فعلًا، وصحّحها، ثم: taawun check
# Delete “# ” before the facts that the quote really states, mend them, then: taawun check
"""
_OPEN: Final = """\
# جمل لم يُقترح لها شيء: اقتبس منها ما يقول حقيقة، أو سجّلها في documents.yaml تحت silent
# Sentences with no proposal: quote what states a fact, or list them under silent in documents.yaml
"""
_UNKNOWN: Final = """\
# أسماء غير مسجلة (entities/): / Unknown names to register (entities/):
"""
_TITLE_LENGTH: Final = 120


def slug_of(name: str, content: bytes) -> str:
    """A name for a document: from its file's name, else from its content.

    >>> slug_of("Egypt_Japan Talks.txt", b""), slug_of("مصر.txt", b"")
    ('egypt-japan-talks', 'document-e3b0c442')
    """
    stem = name.removesuffix(".txt").lower()
    slug = "-".join(re.findall("[a-z0-9]+", stem))
    return slug or f"document-{sha256(content).hexdigest()[:8]}"


def titles(slug: str, content: bytes) -> dict[str, str]:
    """Titles of a document in both languages, to be looked at: its first line, and its slug."""
    lines = (" ".join(line.split()) for line in content.decode("utf-8").splitlines())
    title = shortened(next((line for line in lines if line), ""), _TITLE_LENGTH)
    return {"ar": title, "en": slug.replace("-", " ").capitalize()}


def fact_file(found: Suggestion, slug: str, names: Suggester) -> str:
    """The text of ``facts/SLUG.yaml``; ``names`` says what references are called."""
    lines = [*_HEAD.splitlines(), f"document: {scalar(slug)}"]
    entries = [
        s
        for s in found.sentences
        if s.state != "covered" and (s.proposals or s.state == "cooperation")
    ]
    lines.append("evidence:" if entries else "evidence: []")
    for entry in entries:
        lines += _entry(found, entry, names)
    rest = [s for s in found.sentences if s.state != "covered" and s not in entries]
    if rest:
        lines += ["", *_OPEN.splitlines()]
        lines += [f"# {s.sentence.start}: {_comment(s.sentence.text)}" for s in rest]
    if found.unknown:
        lines += ["", *_UNKNOWN.splitlines()]
        lines += [f"# {name.start}: {_comment(name.text)}" for name in found.unknown]
    return "\n".join(lines) + "\n"


def _entry(found: Suggestion, entry: SuggestedSentence, names: Suggester) -> Iterator[str]:
    yield f"  - quote: {quoted(entry.quote.text)}"
    for key, words in (("prefix", entry.quote.prefix), ("suffix", entry.quote.suffix)):
        if words:
            yield f"    {key}: {quoted(words)}"
    for key, value in entry.said.items():
        yield f"    {key}: {value}"
    yield "    facts:"
    for proposal in entry.proposals:
        parts = (proposal.subject, proposal.predicate, proposal.object)
        said = [names.label(ref, "ar") for ref in (parts[0], parts[2]) if ref in names.classes]
        yield f"      # - [{', '.join(map(scalar, parts))}]  # {_comment(' / '.join(said))}"
    for mention in entry.mentions:
        printed = _comment(found.text[mention.start : mention.end])
        if mention.kind in ("shared", "similar"):
            yield f"      # {printed}: {' / '.join(mention.candidates)} ؟"
        elif mention.kind == "territory":
            code = mention.candidates[0]
            yield f"      # {printed}: {names.label(code, 'en')}; not registered / غير مسجلة"
    start, end = entry.sentence.start, entry.sentence.end
    for date in found.dates:
        if start <= date.start < end:
            printed = _comment(found.text[date.start : date.end])
            yield f"      # {printed}: {quoted(date.edtf)}"
    for amount in found.amounts:
        if start <= amount.start < end:
            printed = _comment(found.text[amount.start : amount.end])
            yield f'      # {printed}: "{plain(amount.value)}"'


def write_suggestion(folder: Path, slug: str, content: bytes, facts: str) -> list[Path]:
    """Add text, register entry and fact file to a collection; nothing is overwritten.

    Raises ``OutputError`` if one of them exists already or cannot be written; then nothing is
    left behind.
    """
    edit = document_edit(folder, seen(folder), slug, content, titles(slug, content))
    path = Path("facts") / f"{slug}.yaml"
    if (folder / path).exists():
        raise OutputError("file-exists", file=str(folder / path))
    written = (modeline(folder, "facts.json") + facts).encode()
    return replace(edit, files={**edit.files, path: written}).write()


def _comment(text: str) -> str:
    """Text that stays in its line."""
    return " ".join(re.sub(r"[^\S ]|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", " ", text).split())
