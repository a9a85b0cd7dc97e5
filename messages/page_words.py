"""What the pages say in both languages, besides the words of the terminal."""

from __future__ import annotations

from typing import Final

from .words import WORDS

PAGE_WORDS: Final = {
    "title": {"ar": "تعاون", "en": "Taawun"},
    "skip": {"ar": "إلى المحتوى", "en": "Skip to the content"},
    "explorer": {"ar": "المستكشف", "en": "Explorer"},
    "questions": {"ar": "الأسئلة", "en": "Questions"},
    "query": {"ar": "استعلام", "en": "Query"},
    "other language": {"ar": "English", "en": "العربية"},
    "facts": {"ar": "الحقائق", "en": "Facts"},
    "quotes": {"ar": "ما تقوله الوثيقة", "en": "What the document says"},
    "also in": {"ar": "هذه الصفحة للبرامج", "en": "This page for programs"},
    "fact": {"ar": "حقيقة", "en": "A fact"},
    "derived": {"ar": "حقيقة مشتقة", "en": "A derived fact"},
    "from": {"ar": "مشتقة من", "en": "Derived from"},
    "said here": {"ar": "الاقتباسات التي تثبتها", "en": "The quotes that prove it"},
    "link": {"ar": "رابط الحقيقة", "en": "this fact"},
    "text": {"ar": "النص", "en": "The text"},
    "rights": {
        "ar": "النص ملك لناشره، وهو هنا ليُقرأ كل اقتباس في موضعه. كل رقم يقود إلى الحقائق.",
        "en": "The text belongs to its publisher; it is here so that each quote can be read in its "
        "place. Each number leads to the facts.",
    },
    "quote": {"ar": "الاقتباس {}", "en": "Quote {}"},
    "in the text": {"ar": "في النص", "en": "in the text"},
    "no texts": {
        "ar": "يعرض هذا الخادم الاقتباسات وحدها، لا الوثائق كاملة.",
        "en": "This server shows the quotes alone, and no whole documents.",
    },
    "text gone": {
        "ar": "لم يعد ملف الوثيقة هو الذي اقتُبس منه، فلا يُعرض.",
        "en": "The file of the document is not the one any more that was quoted: it is not shown.",
    },
    "file": {"ar": "الملف", "en": "File"},
    "publisher": {"ar": "الناشر", "en": "Publisher"},
    "author": {"ar": "الكاتب", "en": "Author"},
    "issued": {"ar": "تاريخ النشر", "en": "Issued"},
    "undated": {"ar": "لا تذكر الوثيقة تاريخها.", "en": "The document prints no date of its own."},
    "sha256": {"ar": "بصمة sha256", "en": "sha256"},
    "elsewhere": {"ar": "في سجلات أخرى", "en": "In other registers"},
    "not here": {"ar": "لا شيء بهذا العنوان", "en": "Nothing has this address"},
    "not known": {
        "ar": "لا يعرف هذا الرسم المعرفي شيئًا باسم {}.",
        "en": "This knowledge graph knows nothing called {}.",
    },
    "perhaps": {"ar": "ربما تقصد:", "en": "Perhaps you mean:"},
    "why": {"ar": "مع الدليل على كل صف", "en": "with the proof of each row"},
    "proof": {"ar": "الدليل", "en": "Proof"},
    "ask": {"ar": "اسأل", "en": "Ask"},
    "any": {"ar": "أي قيمة", "en": "any"},
    "as json": {"ar": "JSON", "en": "JSON"},
    "as csv": {"ar": "CSV", "en": "CSV"},
    "first rows": {
        "ar": "أول {} صف؛ الإجابة كاملة في CSV أو JSON.",
        "en": "The first {} rows; the whole answer is in CSV or JSON.",
    },
    "sparql": {
        "ar": "أي استعلام SPARQL 1.1؛ البادئات المعتادة معرّفة.",
        "en": "Any SPARQL 1.1 query; the usual prefixes are declared.",
    },
    "named graph": {"ar": "رسم مسمّى", "en": "A named graph"},
    "named graphs": {"ar": "الرسوم المسمّاة", "en": "Named graphs"},
    "statements": {"ar": "عدد العبارات فيه: {}", "en": "Statements in it: {}"},
    "how to ask it": {"ar": "كيف يُسأل", "en": "How to ask it"},
    "ask it": {"ar": "اسأله", "en": "Ask it"},
    "download": {"ar": "نزّله كاملًا بصيغة Turtle", "en": "Download all of it in Turtle"},
    "terms": {"ar": "مصطلحات الأنطولوجيا", "en": "Terms of the ontology"},
    "all questions": {
        "ar": "كل سؤال محفوظ، بالعربية والإنجليزية، مع ما يثبت كل صف من إجابته.",
        "en": "Every stored question, in Arabic and English, with what proves each row.",
    },
}  # fmt: skip


def page_word(word: str, language: str, *values: object) -> str:
    """A phrase of the pages, or of the terminal, in the language."""
    return {**WORDS, **PAGE_WORDS}[word][language].format(*values)
