"""Find who says what: the speaker after a verb of saying, or the one who goes on speaking.

The verb begins a clause (قال X إن، أكد X أن), or follows the speaker. Without a speaker it goes on
with the last one (وأضاف أن), and so does a definite office or title (الوزيرة) or a surname alone.
بحسب and وفق name the source of a whole sentence, نقلت … عن the one that is quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from .name_words import DEFINITE_OFFICES, GRAMMAR, OFFICES
from .phrases import Person, Phrases
from .tokens import Sentence, folded_words, tokens

_VERBS: Final = folded_words(
    "قال قالت أكد أكدت أوضح أوضحت أشار أشارت أضاف أضافت ذكر ذكرت صرح صرحت أعلن أعلنت لفت لفتت شدد"
    " شددت أفاد أفادت كشف كشفت تابع تابعت نوه نوهت اعتبر اعتبرت أبرز أبرزت بينت أبان رأى رأت"
    " أعرب أعربت استعرض استعرضت"
)
#: Verbs that begin a sentence like another word: بين needs a speaker or أن behind it.
_DOUBTFUL: Final = folded_words("بين")
_QUOTING: Final = folded_words("نقل نقلت نقلا نقلته نقلتها")
_SOURCES: Final = folded_words("بحسب حسب وفق وفقا وفقًا طبقا")
#: Words between a verb and what is said, where no speaker stands.
_THAT: Final = folded_words("أن إن إلى الى على في فى عن أنه إنه أنها إنها خلال أيضا كذلك")
_CLAUSE: Final = folded_words("أن إن أنه أنها")
#: What the last speaker may be called, besides an office.
_AGAIN: Final = folded_words(
    "الوزير الوزيرة الرئيس الرئيسة السفير السفيرة المدير المسؤول المسئول المصدر جلالته سموه"
    " الوزارة الهيئة البنك الشركة البيان المنظمة الصندوق"
)
#: So many words may stand before the verb of a sentence: من جانبه، ومن جهة أخرى.
_LEAD: Final = 4
#: So many where the speaker follows the verb: وفي كلمته خلال الاجتماع، أكد X.
_FAR: Final = 12
_LEADING: Final = folded_words("من جهته جهتها جانبه جانبها جهة أخرى ناحيته كما فيما هذا وقد قد ف")


class Speaker(NamedTuple):
    """Who speaks, and where the text names them first; ``ref`` is empty if not registered."""

    start: int
    end: int
    name: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said: ``text[start:end]``, to the end of its sentence, and who says it."""

    start: int
    end: int
    speaker: Speaker


def speeches(phrases: Phrases, sentences: Sequence[Sentence]) -> Iterator[Speech]:
    """What is said by whom in a text, in order."""
    yield from _Listener(phrases).heard(sentences)


def speaker_of(start: int, end: int, heard: Iterable[Speech]) -> str:
    """The registered speaker of the words at a place; empty if there is none, or several."""
    found = {one.speaker.ref for one in heard if one.start < end and start < one.end}
    return found.pop() if len(found) == 1 else ""


class _Listener:
    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._people = {phrases.index_of(p.start): p for p in phrases.people}
        self._last: Speaker | None = None

    def heard(self, sentences: Sequence[Sentence]) -> Iterator[Speech]:
        for sentence in sentences:
            first = self._phrases.index_of(sentence.start)
            last = self._phrases.index_of(sentence.end)
            found = self._verb(first, last) or self._source(first, last)
            if found is not None:
                start, speaker = found
                self._last = speaker
                yield Speech(max(start, sentence.start), sentence.end, speaker)

    def _verb(self, first: int, last: int) -> tuple[int, Speaker] | None:
        at = first
        while at < min(last, first + _LEAD) and self._bare(at) in _LEADING:
            at += 1
        word = self._bare(at)
        if word in _QUOTING:
            about = next((i for i in range(at + 1, last) if self._bare(i) == "عن"), last)
            return self._spoken(about + 1, last)
        if word in _DOUBTFUL and any(self._bare(i) in _CLAUSE for i in range(at, last)):
            return self._spoken(at + 1, last, is_sure=False)
        if word in _VERBS:
            return self._spoken(at + 1, last)
        # A verb further on needs its speaker beside it.
        for later in range(at + 1, min(last, first + _FAR)):
            is_verb = self._phrases.folded(later) in _VERBS
            if is_verb and (who := self._named(later + 1, last)):
                return who.end, who
        # The speaker stands before the verb.
        who = self._named(at, last)
        if who and self._bare(behind := self._phrases.index_of(who.end)) in _VERBS:
            return self._phrases.words[behind].end, who
        return None

    def _spoken(self, at: int, last: int, *, is_sure: bool = True) -> tuple[int, Speaker] | None:
        """Who speaks, named from a word on, and where what they say begins."""
        phrases = self._phrases
        if at >= last:
            return None
        who = self._named(at, last)
        if who is not None:
            return who.end, who
        if again := self._called_again(at):
            return phrases.words[at].end, again
        is_apart = phrases.gap(at).strip(" \u00a0") != ""
        if is_sure and (phrases.folded(at) in _THAT or is_apart):
            return (phrases.words[at].start, self._last) if self._last else None
        if is_sure:
            # Somebody else whom the rules do not know: nobody goes on speaking.
            self._last = None
        elif phrases.folded(at) in _CLAUSE and self._last:
            return phrases.words[at].start, self._last
        return None

    def _source(self, first: int, last: int) -> tuple[int, Speaker] | None:
        """بحسب X: the source of the sentence."""
        for at in range(first, last - 1):
            if self._bare(at) in _SOURCES:
                who = self._named(at + 1, last)
                if who is not None:
                    return self._phrases.words[first].start, who
        return None

    def _named(self, at: int, last: int) -> Speaker | None:
        """The person or body that is named from a word on."""
        phrases = self._phrases
        if at >= last:
            return None
        if (person := self._people.get(at)) is not None:
            return _speaker(person)
        body = next((b for b in phrases.bodies if phrases.index_of(b.start) == at), None)
        if body is not None:
            return Speaker(body.start, body.end, body.text, body.ref)
        mention = phrases.actor_at(at)
        if mention is not None:
            name, ref = phrases.text[mention.start : mention.end], mention.candidates[0]
            plain = Speaker(mention.start, mention.end, name, ref)
            holder = self._holder(name, ref)
            return (
                plain if holder is None else holder._replace(start=mention.start, end=mention.end)
            )
        post = phrases.post(at)
        if post is not None:
            holder = self._holder(post.text, post.ref)
            plain = Speaker(post.start, post.end, post.text)
            return plain if holder is None else holder._replace(start=post.start, end=post.end)
        return None

    def _holder(self, text: str, ref: str) -> Speaker | None:
        """The person whom the text names in this post."""
        for person in self._phrases.people:
            for post in person.posts:
                if post.text == text or (ref and post.ref == ref):
                    return _speaker(person)
        return None

    def _called_again(self, at: int) -> Speaker | None:
        """The last speaker by office or title, or anybody in the text by surname."""
        phrases = self._phrases
        word = phrases.folded(at)
        for person in phrases.people:
            surnames = [token.folded for token in tokens(person.name)][1:]
            if word in surnames and person.start < phrases.words[at].start:
                return _speaker(person)
        is_office = word in OFFICES or word in DEFINITE_OFFICES or word in _AGAIN
        return self._last if is_office else None

    def _bare(self, at: int) -> str:
        word = self._phrases.folded(at)
        for form in (word, word.removeprefix("و"), word.removeprefix("ف")):
            if form in _VERBS or form in _SOURCES or form in _QUOTING or form in _LEADING:
                return form
        bare = word.removeprefix("و")
        return bare if bare in _DOUBTFUL or bare in GRAMMAR else word


def _speaker(person: Person) -> Speaker:
    return Speaker(person.start, person.end, person.name, person.ref)
