"""What the labelling page and its guidelines say besides the ontology, in Arabic, Hebrew and English."""

from __future__ import annotations

ONE_LABEL = {
    "ar": "اختير تصنيفان معًا، ولكل مقطع تصنيف واحد: انقر أحدهما لإلغائه",
    "he": "נבחרו שתי תוויות, ולכל קטע תווית אחת: לחצו על אחת מהן כדי לבטל אותה",
    "en": "Two labels are chosen and a span has one: click one of them to drop it",
}
NO_ROLE = {
    "ar": "سهم أحمر بلا دور: اختر دوره في قائمة العلاقات (Relations)، أو احذفه قبل التسليم",
    "he": "יש חץ אדום בלי תפקיד: בחרו לו תפקיד ברשימת הקשרים (Relations), או מחקו אותו לפני ההגשה",
    "en": "A red arrow has no role: choose one in the list of relations, or delete the arrow, before you submit",
}
NO_EVENTS = {"ar": "لا أحداث هنا", "he": "אין כאן אירועים", "en": "No events here"}
NOTE = {
    "ar": "ملاحظة لمدير المشروع (اختيارية)",
    "he": "הערה למנהל הפרויקט (לא חובה)",
    "en": "A note to the lead (optional)",
}
HEADINGS = {
    "ar": ("العمل في الصفحة", "القواعد", "الأحداث", "الكيانات", "الأدوار", "صفات الحدث", "الروابط"),
    "he": ("העבודה בדף", "הכללים", "אירועים", "ישויות", "תפקידים", "מאפייני האירוע", "קישורים"),
    "en": ("How to work", "Rules", "Events", "Entities", "Roles", "What is said of an event", "Links"),
}
DEFAULT = {"ar": "إذا لم تُختر قيمة", "he": "כשלא נבחר ערך", "en": "where none is chosen"}
HOW = {
    "ar": (
        ("تحديد", "اضغط مفتاح التصنيف، ثم اسحب الفأرة فوق الكلمات."),
        ("تصحيح الحدود", "انقر التحديد، ثم اسحب الخط الذي في طرفه."),
        (
            "سهم",
            "انقر الحدث، واضغط Alt+R، ثم انقر ما يشغل الدور. إن ظهرت قائمة الأدوار فاضغط رقم الدور، وانقر ما يليه، "
            "واضغط Esc في النهاية. وإن لم تظهر فافتح Relations، واختر الدور من القائمة.",
        ),
        ("الحفظ", "الأسهم المرسومة أخيرًا لا تُحفظ إلا بعد Submit أو بعد تغيير في تحديد: لا تغلق الصفحة قبل ذلك."),
        ("لا شيء هنا", "إذا لم يروِ المقال حدثًا فاختر «لا أحداث هنا» تحت النص، ثم Submit."),
        ("سؤال أو شك", "اكتبه في خانة الملاحظة تحت النص؛ تصل مع Submit."),
    ),
    "he": (
        ("סימון", "לחצו על המקש של התווית, וגררו את העכבר על המילים."),
        ("תיקון גבולות", "לחצו על הסימון, וגררו את הקו שבקצהו."),
        (
            "חץ",
            "לחצו על האירוע, הקישו Alt+R, ולחצו על מה שממלא את התפקיד. אם נפתחת רשימת תפקידים, הקישו את מספר התפקיד, "
            "לחצו מיד על הבא אחריו, ובסוף הקישו Esc. אם היא אינה נפתחת, פתחו את Relations ובחרו שם את התפקיד.",
        ),
        ("שמירה", "חצים שצוירו אחרונים נשמרים רק ב־Submit או בשינוי של סימון: אל תסגרו את הדף לפני כן."),
        ("אין מה לסמן", "אם הכתבה אינה מספרת על אירוע, בחרו «אין כאן אירועים» מתחת לטקסט, ואז Submit."),
        ("שאלה או ספק", "כתבו בשדה ההערה שמתחת לטקסט; היא נשלחת עם Submit."),
    ),
    "en": (
        ("Mark", "Press the key of the label and drag over the words."),
        ("Mend an end", "Click the mark and drag the line at its end."),
        (
            "Arrow",
            "Click the event, press Alt+R, click what fills the role. If a list of roles opens, press the number of "
            "the role, click the next one at once, and Esc at the end. If none opens, choose the role under Relations.",
        ),
        ("Saving", "Arrows drawn last are saved only by Submit or by a change of a mark; keep the page open."),
        ("Nothing here", "If the article tells of no event, choose “No events here” below the text, then Submit."),
        ("Question or doubt", "Write it in the note below the text; it arrives with Submit."),
    ),
}
"""What to do on the page: (what for, how). Alt+R is Label Studio's own key for an arrow."""
ROLES = {
    "ar": {
        "from": "سهم من",
        "choose": "اختر الدور بالرقم",
        "next": "انقر ما يشغل دورا آخر، أو Esc للإنهاء",
        "none": "لا دور في هذا الحدث لهذا النوع",
        "cancel": "حذف السهم",
        "proposed": "اقتراحات النموذج للحدث",
        "all": "قبول الكل",
        "none_of_them": "إخفاء",
    },
    "he": {
        "from": "חץ מן",
        "choose": "בחרו תפקיד לפי מספרו",
        "next": "לחצו על מי שממלא תפקיד נוסף, או Esc לסיום",
        "none": "לאירוע הזה אין תפקיד לסוג הזה",
        "cancel": "מחיקת החץ",
        "proposed": "הצעות המודל לאירוע",
        "all": "קבלת הכול",
        "none_of_them": "הסתרה",
    },
    "en": {
        "from": "Arrow from",
        "choose": "choose the role by its number",
        "next": "click what fills another role, or Esc to end",
        "none": "this event has no role for that type",
        "cancel": "delete the arrow",
        "proposed": "The model proposes for",
        "all": "take all",
        "none_of_them": "hide",
    },
}
"""What `naba_roles.js` says in the list of roles for a new arrow, and `naba_arguments.js` beside its proposals."""
