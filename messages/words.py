"""What the program says, in both languages."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "rows": {"ar": "عدد الصفوف: {}", "en": "{} rows"},
    "row": {"ar": "صف واحد", "en": "1 row"},
    "nothing": {"ar": "لا إجابة في هذه الوثائق.", "en": "These documents do not answer this."},
    "took": {"ar": "أقرب سؤال محفوظ: {}", "en": "Nearest stored question: {}"},
    "more": {"ar": "… و{} حقائق أخرى (‎--all تعرضها)", "en": "… and {} more (--all shows them)"},
    "says": {"ar": "قاله: {}", "en": "said by {}"},
    "on behalf of": {"ar": "نيابة عن: {}", "en": "on behalf of {}"},
    "recorded by": {"ar": "سجّله: {}", "en": "recorded by {}"},
    "by rule": {"ar": "مشتقة بقاعدة: {}", "en": "derived by rule: {}"},
    "definitions": {"ar": "تعريفات: {}", "en": "definitions: {}"},
    "absence": {
        "ar": "لا شيء في هذه الوثائق، حتى هذا البناء، يقول: {}",
        "en": "nothing in these documents, as of this build, says: {}",
    },
    "on definitions": {
        "ar": "لا يستند هذا الصف إلى أي حقيقة، بل إلى تعريفات فقط.",
        "en": "This row rests on no fact, only on definitions.",
    },
    "on absence": {
        "ar": "لا يستند هذا الصف إلى أي حقيقة، بل إلى غياب فقط (عالم مغلق، حتى هذا البناء).",
        "en": "This row rests on no fact, only on what is absent (closed world, as of this build).",
    },
    "on nothing": {
        "ar": "لا يستند هذا الصف إلى أي حقيقة، بل ينتج عن الاستعلام وحده.",
        "en": "This row rests on no fact: it follows from the query alone.",
    },
    "rests on": {"ar": "يستند إلى", "en": "rests on"},
    "rests on legend": {
        "ar": "العمود «يستند إلى»: ما يستند إليه الصف من حقائق لا يقررها النص مباشرة.",
        "en": "The column “rests on” names what a row rests on besides plainly stated facts.",
    },
    "rests on unknown": {
        "ar": "هل تستند الصفوف إلى حقائق مخططة أو منقولة أو مستنتجة؟ يبيّن ذلك دليل كل صف.",
        "en": "Whether rows rest on planned, reported or inferred facts is told by their proofs.",
    },
    "rests on first": {
        "ar": "هذا مبيَّن في أول {} صف فقط.",
        "en": "Only the first {} rows are marked so.",
    },
    "alternatives": {"ar": "وأدلة بديلة: {}", "en": "alternative proofs: {}"},
    "also called": {"ar": "أسماء أخرى", "en": "also called"},
    "note": {"ar": "ملاحظة", "en": "note"},
    "unsaid": {
        "ar": "الاقتباس نفسه لا يسمّي: {}",
        "en": "the quote does not itself name: {}",
    },
    "context": {"ar": "السياق، وليس دليلًا", "en": "context, no proof"},
    "path": {"ar": "المسار {}، عدد الخطوات: {}", "en": "Way {}: {} steps"},
    "no path": {"ar": "لا شيء في هذه الوثائق يصل بينهما.", "en": "No fact connects them."},
    "serving": {
        "ar": "يجيب الخادم على {} للقراءة فقط، ويوقفه Ctrl+C.",
        "en": "Serving on {}, read-only. Ctrl+C stops it.",
    },
    "no endpoint": {
        "ar": "يجيب الخادم من المخزن المضمّن: لا معنى لـ ‎--endpoint هنا",
        "en": "the server answers from the embedded store: --endpoint has no meaning here",
    },
    "not public": {
        "ar": "يصل آخرون إلى العنوان {}: أضف ‎--public NAME باسم المضيف الذي يصلون به، إن أردت ذلك",
        "en": "others reach {}: if you mean it, add --public NAME with the host name that they use",
    },
    "stopped": {
        "ar": "أوقف الاستعلام: لم ينته في المدة المحددة (‎--timeout {:g} ثانية)",
        "en": "The query was stopped: it did not end in time (--timeout {:g})",
    },
    "yes": {"ar": "نعم", "en": "yes"},
    "no": {"ar": "لا", "en": "no"},
    "status": {"ar": "{} منذ {}: {}", "en": "{} since {}: {}"},
    "documents": {"ar": "عدد الوثائق التي تذكره: {}", "en": "said by {} documents"},
    "documents and publishers": {
        "ar": "عدد الوثائق التي تذكره: {}، وعدد ناشريها: {}",
        "en": "said by {} documents of {} publishers",
    },
    "some publishers": {
        "ar": "عدد الوثائق التي تذكره: {}، وعدد من طُبع اسمه من ناشريها: {}",
        "en": "said by {} documents; publishers printed: {}",
    },
    "disagreement": {"ar": "اختلاف بين الأقوال: {}", "en": "Disagreement: {}"},
    "at row": {"ar": "، الصف {}", "en": ", row {}"},
    "at column": {"ar": "، العمود {} «{}»", "en": ", column {} “{}”"},
    "nothing written": {
        "ar": "عدد الأخطاء: {}؛ لم يُكتب شيء.",
        "en": "faults: {}; nothing was written.",
    },
    "fault": {
        "ar": "خطأ واحد؛ والبناء السليم الأخير باقٍ كما هو.",
        "en": "{} fault; the last good build is untouched.",
    },
    "faults": {
        "ar": "عدد الأخطاء: {}؛ والبناء السليم الأخير باقٍ كما هو.",
        "en": "{} faults; the last good build is untouched.",
    },
    "warning": {"ar": "تنبيه", "en": "warning"},
    "superseded by": {"ar": "حلت محلها:", "en": "superseded by:"},
    "no history": {
        "ar": "لا حقيقة عنه سُحبت أو حلت محلها غيرها أو تنتظر المراجعة.",
        "en": "No fact about it is withdrawn, replaced or waiting for review.",
    },
    "unknown": {"ar": "لا حقائق عنه.", "en": "No facts about it."},
    "new collection": {
        "ar": """أُنشئت {0}، وفي كل ملف منها نموذج{1}. والخطوة التالية:
  taawun suggest article.txt --collection {2} --write    إدخال نص جديد
  taawun check --collection {2}                          فحص المجموعة
  taawun ask agreement-signatories --collection {2}      السؤال عنها مع الوثائق المرفقة""",
        "en": """{0} is made, with a model in each file{1}. What comes next:
  taawun suggest article.txt --collection {2} --write    take a new text in
  taawun check --collection {2}                          check the collection
  taawun ask agreement-signatories --collection {2}      ask it together with the bundled one""",
    },
    "new example": {
        "ar": "، والمثال المخترع مفعّل: احذفه قبل العمل الجاد",
        "en": ", the invented example among its facts: delete it before real work",
    },
    "no changes": {"ar": "لا يتغير شيء.", "en": "Nothing changes."},
    "things added": {
        "ar": "كيانات ووثائق مضافة: {}",
        "en": "Entities and documents added: {}",
    },
    "things removed": {
        "ar": "كيانات ووثائق محذوفة: {}",
        "en": "Entities and documents removed: {}",
    },
    "things altered": {
        "ar": "كيانات ووثائق تغيّر وصفها: {}",
        "en": "Entities and documents described otherwise: {}",
    },
    "facts added": {"ar": "حقائق مضافة: {}", "en": "Facts added: {}"},
    "facts removed": {"ar": "حقائق محذوفة: {}", "en": "Facts removed: {}"},
    "facts requalified": {
        "ar": "حقائق قيلت على وجه آخر: {}",
        "en": "Facts claimed in another way: {}",
    },
    "reason before": {"ar": "السبب السابق: {}", "en": "reason before: {}"},
    "facts altered": {
        "ar": "حقائق تغيّر ما يقال عنها: {}",
        "en": "Facts of which something else is said: {}",
    },
    "follows": {"ar": "يُستنتج منها الآن: {}", "en": "What follows now: {}"},
    "follows no more": {"ar": "لم يعد يُستنتج: {}", "en": "What no longer follows: {}"},
    "answers changed": {
        "ar": "أسئلة تتغير إجاباتها: {}",
        "en": "Questions whose answers change: {}",
    },
    "more rows": {"ar": "… و{} صفوف أخرى", "en": "… and {} more rows"},
    "status changed": {"ar": "الحالة: {} ← {}", "en": "status: {} → {}"},
    "note before": {"ar": "الملاحظة السابقة: {}", "en": "note before: {}"},
    "quote before": {"ar": "الاقتباس السابق: «{}»", "en": "quote before: «{}»"},
    "first preview": {
        "ar": "لم ينجح فحص سابق لهذه المجموعات: المقارنة بما دون المجموعة الأخيرة.",
        "en": "No earlier check of these collections has passed: compared with the graph "
        "without the last one.",
    },
    "document next": {
        "ar": "لم تُؤخذ منه حقائق بعد: taawun suggest {} يعرض جمله.",
        "en": "No facts are taken from it yet: taawun suggest {} shows its sentences.",
    },
    "ask document": {"ar": "الوثيقة", "en": "Document"},
    "ask quote": {
        "ar": "الاقتباس بحرفه (Tab للجمل)",
        "en": "Quote, to the letter (Tab: its sentences)",
    },
    "ask place": {"ar": "أي موضع؟", "en": "Which place"},
    "ask subject": {"ar": "عمّن أو عمّ (Tab للأسماء)", "en": "Subject (Tab: names)"},
    "ask predicate": {"ar": "العلاقة (Tab لها كلها)", "en": "Predicate (Tab: all that fit)"},
    "ask object": {"ar": "الطرف الآخر أو القيمة", "en": "Object"},
    "ask modality": {
        "ar": "نوع القول (فارغ: مؤكَّد)",
        "en": "Modality (empty: asserted)",
    },
    "ask statedBy": {"ar": "من يقوله في النص", "en": "Stated by"},
    "ask note": {"ar": "السبب بالإنجليزية", "en": "Why, in English"},
    "ask noteAr": {"ar": "السبب بالعربية", "en": "Why, in Arabic"},
    "ask when": {"ar": "متى، كما طُبع (فارغ: بلا تاريخ)", "en": "When, as printed (empty: no date)"},
    "ask dateText": {"ar": "لفظ التاريخ كما طُبع", "en": "The printed words of the date"},
    "checking": {"ar": "يُفحص ويُحسب أثره …", "en": "Checking, and finding what it changes …"},
    "ask write": {"ar": "أتُكتب؟ [ن/ل]", "en": "Write it? [y/N]"},
    "ask another": {
        "ar": "حقيقة أخرى من الاقتباس نفسه؟ [ن/ل]",
        "en": "Another fact of this quote? [y/N]",
    },
    "kind covered": {"ar": "مغطاة", "en": "covered"},
    "written": {"ar": "كُتب: {}", "en": "written: {}"},
    "not written": {"ar": "معاينة فقط، لم يُكتب شيء.", "en": "A preview: nothing was written."},
    "not arabic": {"ar": "لا حرف عربيًا في هذا النص.", "en": "This text has no Arabic letter."},
    "known names": {"ar": "أسماء معروفة", "en": "Known names"},
    "doubtful names": {
        "ar": "أسماء لا تُختار آليًا: مشتركة أو قريبة أو نسبة أو دول غير مسجلة",
        "en": "Names never chosen: shared, similar, adjectives, countries not registered",
    },
    "dates and numbers": {"ar": "تواريخ وأعداد", "en": "Dates and numbers"},
    "unknown names": {"ar": "أسماء غير مسجلة", "en": "Unknown names to register"},
    "cooperation": {
        "ar": "جمل تذكر تعاونًا على الأرجح",
        "en": "Sentences that probably state a cooperation",
    },
    "open": {"ar": "جمل أخرى لا حقيقة عنها", "en": "Other sentences without a fact"},
    "covered": {
        "ar": "جمل لها حقيقة أو سبب مسجل: {}",
        "en": "sentences with a fact or a registered reason: {}",
    },
    "heading kind": {"ar": "النوع", "en": "kind"},
    "heading start": {"ar": "من", "en": "start"},
    "heading end": {"ar": "إلى", "en": "end"},
    "heading text": {"ar": "النص", "en": "text"},
    "heading meaning": {"ar": "المعنى", "en": "meaning"},
    "kind name": {"ar": "اسم", "en": "name"},
    "kind shared": {"ar": "مشترك", "en": "shared"},
    "kind similar": {"ar": "قريب", "en": "similar"},
    "kind adjective": {"ar": "نسبة", "en": "adjective"},
    "kind territory": {"ar": "غير مسجلة", "en": "unregistered"},
    "kind date": {"ar": "تاريخ", "en": "date"},
    "kind number": {"ar": "عدد", "en": "number"},
    "kind percentage": {"ar": "نسبة مئوية", "en": "percentage"},
    "kind money": {"ar": "مبلغ", "en": "money"},
    "kind ordinal": {"ar": "ترتيب", "en": "ordinal"},
    "kind dual": {"ar": "مثنى", "en": "dual"},
    "kind fraction": {"ar": "كسر", "en": "fraction"},
    "kind person": {"ar": "شخص", "en": "person"},
    "kind body": {"ar": "جهة", "en": "body"},
    "kind quoted": {"ar": "بين علامتين", "en": "quoted"},
    "kind cooperation": {"ar": "تعاون", "en": "cooperation"},
    "kind open": {"ar": "مفتوحة", "en": "open"},
    "comma": {"ar": "، ", "en": ", "},
    "built": {"ar": "اكتمل البناء", "en": "built"},
    "unchanged": {"ar": "لم يتغير شيء", "en": "nothing has changed"},
    "count documents": {"ar": "الوثائق: {}", "en": "{} documents"},
    "count entities": {"ar": "الكيانات: {}", "en": "{} entities"},
    "count facts": {"ar": "الحقائق: {}", "en": "{} facts"},
    "count quotes": {"ar": "الاقتباسات: {}", "en": "{} quotes"},
    "count derived": {"ar": "المشتقات: {}", "en": "{} derived"},
    "count quads": {"ar": "الرباعيات: {}", "en": "{} quads"},
    "answers accepted": {
        "ar": "إجابات كُتبت في queries/questions/answers/‎: {}؛ راجع الفروق",
        "en": "{} answers written to queries/questions/answers/; review the diff",
    },
    "covered document": {
        "ar": "الوثيقة {}: عدد جملها {}، مقتبسة: {}، مسجلة مع السبب: {}، باقية: {}؛ "
        "والمقتبس أو المسجل من نصها {}",
        "en": "{0}: {2} of {1} sentences quoted, {3} listed with a reason, {4} open; "
        "{5} of the text stands in a quote or a listed span",
    },
    "network": {
        "ar": "الكيانات: {}، والحقائق بينها: {}، والأجزاء المتصلة: {}، وفي أكبرها: {}",
        "en": "{} entities, {} facts between them, {} connected parts, the largest of {}",
    },
    "heading entity": {"ar": "الكيان", "en": "entity"},
    "heading facts": {"ar": "الحقائق", "en": "facts"},
    "no tag": {
        "ar": "لا سؤال له الوسم «{}»؛ والوسوم هي: {}",
        "en": "no question has the tag “{}”; tags are: {}",
    },
    "explorer written": {
        "ar": "افتحه في أي متصفح: {} ({} ميغابايت)",
        "en": "{} ({} MB): open it in any browser",
    },
    "heading check": {"ar": "الفحص", "en": "check"},
    "heading performed": {"ar": "أُجري", "en": "performed"},
    "heading passed": {"ar": "نجح", "en": "passed"},
    "heading failed": {"ar": "فشل", "en": "failed"},
    "heading skipped": {"ar": "تُرك", "en": "skipped"},
    "check documents": {"ar": "الوثائق", "en": "documents"},
    "check ontology": {"ar": "الأنطولوجيا", "en": "ontology"},
    "check shapes of collections": {"ar": "قيود المجموعات", "en": "shapes of collections"},
    "check entities": {"ar": "الكيانات", "en": "entities"},
    "check names": {"ar": "الأسماء", "en": "names"},
    "check quotes": {"ar": "الاقتباسات", "en": "quotes"},
    "check types": {"ar": "الأصناف والأنواع", "en": "types"},
    "check qualifiers": {"ar": "صفات الحقائق", "en": "qualifiers"},
    "check duplicates": {"ar": "التكرار", "en": "duplicates"},
    "check status entries": {"ar": "قيود الحالات", "en": "status entries"},
    "check record statuses": {"ar": "حالات الحقائق", "en": "record statuses"},
    "check successors": {"ar": "ما يحل محل غيره", "en": "successors"},
    "check single values": {"ar": "القيم المفردة", "en": "single values"},
    "check inferences": {"ar": "المستنتج", "en": "inferences"},
    "check signatures": {"ar": "التوقيعات", "en": "signatures"},
    "check firmness": {"ar": "درجة القطع", "en": "firmness"},
    "check figures": {"ar": "الأرقام", "en": "figures"},
    "check differences": {"ar": "الفروق بين الأرقام", "en": "differences"},
    "check loops": {"ar": "الدوائر", "en": "loops"},
    "check coverage": {"ar": "التغطية", "en": "coverage"},
    "check claims": {"ar": "الاقتباس وما يُنسب إليه", "en": "claims"},
    "check disagreements": {"ar": "الاختلافات", "en": "disagreements"},
    "check stages across documents": {"ar": "المراحل بين الوثائق", "en": "stages across documents"},
    "check measures across documents": {
        "ar": "الأرقام بين الوثائق",
        "en": "measures across documents",
    },
    "check quotes in the store": {"ar": "الاقتباسات في المخزن", "en": "quotes in the store"},
    "check shapes": {"ar": "القيود (SHACL)", "en": "shapes"},
    "check shapes (pySHACL)": {"ar": "القيود (pySHACL)", "en": "shapes (pySHACL)"},
    "check answers": {"ar": "الإجابات", "en": "answers"},
    "check all": {"ar": "المجموع", "en": "all"},
    "reading": {"ar": "قراءة الموجود: {} من {}", "en": "reading what is there: {} of {}"},
    "writing": {"ar": "إرسال الفروق: {} من {}", "en": "sending what differs: {} of {}"},
    "pushed": {
        "ar": "‏{} فيه هذا البناء. ثلاثيات أضيفت: {}، حُذفت: {}، كانت فيه: {}",
        "en": "{} holds this build: {} triples added, {} removed, {} were there",
    },
    "holds all": {
        "ar": "‏{} فيه هذا البناء كاملًا ولا شيء غيره. عدد الثلاثيات: {}",
        "en": "{} holds exactly this build: {} triples",
    },
    "differs": {
        "ar": "‏{} يختلف عن هذا البناء. ثلاثيات متفقة: {}، ناقصة (-): {}، زائدة (+): {}",
        "en": "{} differs from this build: {} triples agree, {} are missing (-), {} are extra (+)",
    },
}  # fmt: skip


def say(word: str, language: str, *values: object) -> str:
    """A phrase of the program in the language."""
    return WORDS[word][language].format(*values)
