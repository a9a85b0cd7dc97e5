"""Words beside which names stand in Arabic news, folded: titles, offices, heads of bodies."""

from __future__ import annotations

from typing import Final

from ...graph.arabic import fold
from .tokens import folded_words

#: The first words of the names of bodies, each with the class that it suggests.
HEADS: Final = {
    fold(word): kind
    for kind, words in {
        "ministry": "وزارة",
        "public-body": "هيئة جهاز مصلحة سلطة إدارة وكالة",
        "enterprise": "شركة بنك مصرف",
        "institute": "معهد جامعة كلية أكاديمية",
        "organization": "مؤسسة منظمة جمعية اتحاد صندوق مجموعة",
        "facility": "مركز مجمع مقر مدينة مبنى مطار محطة ميناء",
        "initiative": "مبادرة برنامج",
        "project": "مشروع",
        "digital-platform": "منصة بوابة",
        "country": "جمهورية مملكة سلطنة إمارة",
    }.items()
    for word in words.split()
}
#: Classes of heads that sign, take part and have posts.
ACTING: Final = frozenset({
    "ministry", "public-body", "enterprise", "institute", "organization", "country",
})  # fmt: skip
#: The first words of names of events, and of bodies without a class of their own.
OTHER_HEADS: Final = folded_words("لجنة مجلس مؤتمر معرض قمة منتدى كأس")
TITLES: Final = folded_words(
    "الدكتور الدكتورة السفير السفيرة المهندس المهندسة السيد السيدة الأستاذ الأستاذة اللواء الفريق"
    " الشيخ الشيخة الأمير البروفيسور المستشار المستشارة معالي سعادة السادة الأنسة العميد العقيد"
    " سمو فخامة دكتور مهندس"
)
OFFICES: Final = folded_words(
    "وزير وزيرة رئيس رئيسة مدير مديرة سفير سفيرة نائب نائبة مستشار مستشارة أمين وكيل وكيلة محافظ"
    " مساعد معاون عميد قنصل ولي"
)
DEPUTIES: Final = folded_words("نائب نائبة مساعد معاون وكيل وكيلة مستشار مستشارة")
AMBASSADORS: Final = folded_words("سفير سفيرة قنصل")
#: Definite words that begin the name of a post together with the next.
DEFINITE_OFFICES: Final = {
    fold(head): folded_words(words)
    for head, words in {
        "الرئيس": "التنفيذي التنفيذى التقني",
        "المدير": "العام التنفيذي الإقليمي",
        "الأمين": "العام",
        "العضو": "المنتدب",
        "الوزير": "الأول المفوض",
        "الوزيرة": "المنتدبة",
        "النائب": "الأول الثاني",
        "القائم": "بأعمال",
    }.items()
}
#: Words of posts that need no definite word after them.
ANY_CASE: Final = folded_words(
    "مجلس إدارة قطاع دائرة وزراء عام مجلسي جمهورية دولة وزير رئيس ولي أول لرئيس لوزير"
)
#: Words before the adjective of a country for which somebody stands.
PARTIES: Final = folded_words(
    "الجانب جانب الطرف نظيره نظيرته نظيرها لنظيره بنظيره الوزير الوزيرة الحكومة الوفد وفد"
)
GRAMMAR: Final = folded_words(
    "في فى من على إلى الى مع عن بين التي التى الذي الذى أو أن إن لدى عبر خلال هو هي قد حتى كل كلا"
    " كلٌ حول ضمن بشأن نحو ثم لكن بل كما حيث عند منذ وفق وفقا أمام تحت فوق ب ل ك و"
)
#: Words that are neither a part of a name nor of a post.
STOPS: Final = folded_words(
    "قال قالت أكد أكدت أوضح أوضحت أشار أشارت ذكر ذكرت صرح صرحت أضاف أضافت استعرض استعرضت أعرب أعربت"
    " التقى التقت استقبل استقبلت شدد لفت تناول وقع وقعت وقعا وقعوا وقعها وقعه أبرم أبرمت زار زارت"
    " شهد شهدت حضر حضرت قام قامت يقوم تقوم ترأس ترأست يرأس ترأسه يترأس يترأسه يترأسها شارك شاركت"
    " يشارك تشارك بحث بحثت ناقش ناقشت أعلن أعلنت كشف دعا نفى غادر غادرت وصل وصلت افتتح دشن تسلم"
    " سلم كان كانت تم يتم سيتم جرى وذلك ذلك هذا هذه حيث كما بحضور بمشاركة بمعية برئاسة رئاسة"
    " خلال بهدف لبحث لمدة بعد قبل لدى ضمن اليوم أمس الجانب الجانبان البلدين البلدان الطرفان"
    " الطرفين مذكرة مذكرتي اتفاقية اتفاق عقد عقدا بروتوكول اتفاقيات توقيع التوقيع جاء يأتي تأتي"
    " وفد زيارة لقاء اجتماع التابعة التابع الذي التي وهو وهي وقد قد إن أن الماضي الجاري المقبل"
    " القادم فيما بينما نيابة نيابةً ممثلا ممثلة عضو حسب بيان وفق لديوان ديوان بقيمة بتكلفة بمبلغ"
    " وأكد وقال وأوضح وأضاف وأشار وأعرب وصرح وذكر سيلتقي يلتقي تستضيف يستضيف الزيارة"
)
#: Given names that begin with و, which is no conjunction there.
WITH_WAW: Final = folded_words("وليد وائل وسام وسيم وجدي وحيد ودي وفاء ولاء وصفي وهيب وادي ورد")
#: Common given names: they tell a name from a word in construct (كامل الوزير) or a verb.
GIVEN: Final = folded_words(
    "أحمد محمد محمود مصطفى عمرو عمر علي حسن حسين إبراهيم خالد طارق كامل سامح شريف هشام هاني هانى"
    " عادل عبد عبدالله عبدالعزيز عبدالرحمن عبدالسلام عبدالفتاح عبدالمجيد سعد سعيد سامي ماجد مجدي"
    " مدحت ناصر نبيل نجلاء هالة رانيا رانيه سحر فايزة أمل منى غادة إيمان هدى مريم فاطمة عائشة زينب"
    " سارة ياسر يوسف يحيى يونس ياسين أيمن أشرف أسامة أنور أمين أمير بشر بدر بلال تامر جمال جابر"
    " حازم حاتم حمدي حمد راشد رأفت رضا ربيع زياد زكريا سليمان سلطان سلمان سيف شادي شوقي صالح صلاح"
    " طه عاطف عاصم عصام عماد فؤاد فادي فارس فتحي فهد فيصل قاسم كريم لؤي مازن ماهر مروان معتز موسى"
    " ناجي نادر نايف وليد وائل هيثم أركان عقيل عيسى عثمان عبدالسلام بن راندا رفعت رامي بسام باسم"
    " إسلام إسماعيل إلهام أنس أيوب جواد جعفر حيدر داود رياض زهير سمير شاكر ضياء عدنان غسان غازي"
    " كمال لطفي لينا مها ميسون نزار نضال نهاد هند هيفاء وداد"
)
#: Verbal nouns after ل: they say what something is for, and are not a part of a name.
PURPOSES: Final = folded_words(
    "تعزيز دعم بحث تطوير تنفيذ إنشاء تبادل تحقيق توقيع مناقشة تمويل بناء تفعيل توسيع رفع زيادة"
    " استكمال إقامة تقديم توفير تمكين تدريب وضع مد ربط نقل فتح تسهيل تشجيع ضمان"
    " متابعة إطلاق استضافة حضور"
)
