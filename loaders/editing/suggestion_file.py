"""Write a suggestion: as a fact file with proposed facts as comments, or as rows of ``add batch``.

The fact file is valid as it is, and with any proposed fact uncommented. It is added to a collection
together with the text and its entry in the register; no file is overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import yaml

from ...graph.arabic import fold
from ...graph.errors import OutputError
from ...messages.message import shortened
from ..checks.quotes import LONGEST_QUOTE
from ..files.yaml_text import quoted, scalar
from ..text.numbers import plain
from ..text.suggestion import SuggestedSentence, Suggester, Suggestion
from .insert_entry import document_edit
from .json_schemas import modeline
from .transaction import seen

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


#: Short keys of bundles, by what is new, and the predicates that they stand for.
SHORT_KEYS: Final = {
    ("official", "post"): "holds",
    ("event", "date"): "heldOn",
    ("event", "place"): "locatedIn",
    ("agreement", "date"): "signedOn",
}
_ROWS_HEAD: Final = """\
# اقترحته أنماط بلا نموذج: اقرأ كل صف، وصحّح الأسماء الإنجليزية، واحذف ما لا يقوله النص، ثم:
# Proposed by patterns: read each row, mend the English names (letter by letter), delete what the
# text does not say, then:   taawun add batch THIS-FILE --collection DIR
"""
_LATIN: Final = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأإؤئةى",
        ["a", "b", "t", "th", "j", "h", "kh", "d", "dh", "r", "z", "s", "sh", "s", "d", "t", "z",
         "a", "gh", "f", "q", "k", "l", "m", "n", "h", "w", "y", "", "a", "a", "i", "w", "y", "a",
         "a"],
        strict=True,
    )
)  # fmt: skip


def letters(name: str) -> str:
    """An Arabic name letter by letter in Latin script, to be mended by hand.

    >>> letters("سحر نصر"), letters("وزارة")
    ('Shr Nsr', 'Wzara')
    """
    written = "".join(_LATIN.get(char, char if char.isascii() else "") for char in name)
    return " ".join(word[:1].upper() + word[1:] for word in written.split())


def batch(found: Suggestion, slug: str, names: Suggester) -> Iterator[dict[str, Any]]:
    """The rows of all bundles of a document, in order; what is new is registered once.

    A later row says of what an earlier one registers only what is not said of it yet.
    """
    writer = _Writer(slug, names)
    for bundle in found.bundles:
        if len(bundle.quote.text) <= LONGEST_QUOTE:
            quote = {"document": slug, "quote": bundle.quote.text}
            if bundle.quote.prefix:
                quote["prefix"] = bundle.quote.prefix
            if bundle.quote.suffix:
                quote["suffix"] = bundle.quote.suffix
            for item in bundle.items:
                yield from writer.rows(item, quote)


class _Writer:
    def __init__(self, slug: str, names: Suggester) -> None:
        self._slug, self._names = slug, names
        self._taken: set[str] = set()
        #: The words that registered a name: what a later quote calls only المذكرة.
        self._first: dict[str, str] = {}
        self._said: dict[tuple[str, str], set[str]] = {}
        self._called = {fold(entity.ar): ref for ref, entity in names.entities.items()}

    def rows(self, item: dict[str, Any], quote: dict[str, str]) -> Iterator[dict[str, Any]]:
        """The rows of an item: itself, or facts about what an earlier row has registered."""
        if "new" not in item or not self._known(item):
            given = {key: self._value(value) for key, value in item.items()}
            if "new" not in item:
                said = str(given["subject"]), str(given["predicate"])
                if str(given["object"]) in self._said.setdefault(said, set()):
                    return
                self._said[said].add(str(given["object"]))
                yield {**quote, **given}
                return
            row = {**quote, **self._named(given)}
            if item.get("ar"):
                self._first[fold(str(item["ar"]))] = quote["quote"]
            self._remember(item, row)
            yield row
            return
        subject = self._known(item)
        first = self._first.get(fold(subject), quote["quote"])
        if first != quote["quote"]:
            quote = {**quote, "context": first}
        for key, values in item.items():
            if key in ("new", "kind", "ar", "en", "iso3", "modality", "slug", "stage"):
                continue
            predicate = SHORT_KEYS.get((str(item["new"]), key), key)
            for value in values if isinstance(values, list) else [values]:
                if key == "amounts":
                    yield {**quote, **self._named({"new": "figure", "of": subject, **value})}
                    continue
                one = self._value(value)
                if str(one) in self._said.setdefault((subject, predicate), set()):
                    continue
                self._said[subject, predicate].add(str(one))
                row = {**quote, "subject": subject, "predicate": predicate}
                if isinstance(one, dict) and "object" in one:
                    row |= one
                else:
                    row["object"] = one
                yield row | ({"modality": item["modality"]} if "modality" in item else {})

    def _known(self, item: dict[str, Any]) -> str:
        """The name or reference of what is registered already; empty if nothing is."""
        name = fold(str(item.get("ar", "")))
        if not name:
            return ""
        if name in self._taken:
            return str(item["ar"])
        return self._called.get(name, "")

    def _remember(self, item: dict[str, Any], row: dict[str, Any]) -> None:
        name = str(row.get("ar", ""))
        for key, values in row.items():
            predicate = SHORT_KEYS.get((str(item["new"]), key), key)
            for value in values if isinstance(values, list) else [values]:
                self._said.setdefault((name, predicate), set()).add(str(value))

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "new" in value and (known := self._known(value)):
            return known
        given = {key: self._value(one) for key, one in value.items()}
        return self._named(given) if "new" in given else given

    def _named(self, item: dict[str, Any]) -> dict[str, Any]:
        """The item with an English name and a slug of its own, and its name as taken."""
        if item.get("ar"):
            self._taken.add(fold(str(item["ar"])))
            item["en"] = item.get("en") or letters(str(item["ar"]))
        return item


def batch_file(found: Suggestion, slug: str, names: Suggester) -> str:
    """The rows as a YAML file to read and mend."""
    rows = list(batch(found, slug, names))
    body = (
        yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=10**6) if rows else "[]\n"
    )
    return _ROWS_HEAD + body
