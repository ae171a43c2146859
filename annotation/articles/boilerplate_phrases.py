"""Patterns of the phrases newsrooms put around their articles, in Hebrew, Arabic and English, for `boilerplate`.

They match folded lines, so that hamzas, points, invisible controls and variants of quotes make no difference.
"""

from __future__ import annotations

import regex

from annotation.articles.months import MONTHS
from annotation.core.text import folded


def comparable_line(line: str) -> str:
    """The line as the patterns expect it: folded, each run of white space one space, arrows of a path "›" as ">".

    Folding makes quotes of guillemets, which are arrows where all have spaces on both sides and point the same way.
    """
    if " › " in line or (" » " in line and "«" not in line):
        line = line.replace(" › ", " > ").replace(" » ", " > ")
    return " ".join(folded(line).split())


def phrases(*lists: str) -> str:
    """A pattern for any of the phrases, which are separated by commas, folded as the lines are."""
    every = ", ".join(lists).split(", ")
    return "(?:" + "|".join(regex.escape(comparable_line(phrase), literal_spaces=True) for phrase in every) + ")"


_NUMBERS = {comparable_line(name): number for number, names in enumerate(MONTHS, 1) for name in names.split(", ")}
MONTH = phrases(", ".join(sorted(_NUMBERS, key=len, reverse=True)))
"""Any name of a month; longer names first, since some begin with others."""


def month_number(name: str) -> int:
    """1 to 12, for the folded name of a month."""
    return _NUMBERS[name]


_DATE = rf"(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|\d{{1,2}}[,،.]?(?: من| של)? [בל]?-?{MONTH}"
_DATE += rf"(?: ?[/(-] ?{MONTH}\)?)?[,،.]? \d{{4}})"
_DATE += rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?[,،]? \d{{4}}"
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
WHEN = regex.compile(rf"(?<![\w])(?:{_DATE}|{_TIME})(?![\w])")
WEEKDAY = regex.compile(
    "(?:و|في|ב|ה)?"
    + phrases(
        "الأحد, الاثنين, الإثنين, الثلاثاء, الأربعاء, الإربعاء, الخميس, الجمعة, السبت, يوم, مساء, صباح",
        "יום, ראשון, שני, שלישי, רביעי, חמישי, שישי, שבת, א', ב', ג', ד', ה', ו', sunday, monday, tuesday, wednesday",
        "thursday, friday, saturday",
    )
)
BYLINE = regex.compile(
    "^"
    + phrases(
        "מאת, פורסם, עודכן, עדכון אחרון, תאריך פרסום, תאריך עדכון, מערכת האתר, זמן קריאה, כתב:",
        "نشر في, نشر:, نشرت في, تاريخ النشر, آخر تحديث, تم التحديث, تحديث:, بقلم, كتب:",
        "كتبت:, كتبه, إعداد:, إعداد وتحرير, تحرير:, ترجمة:, الكاتب:, المصدر:, מקור:, מחבר:",
        "published, updated, last update, by:, مدة القراءة, وقت القراءة, عدد القراءات, المشاهدات",
    )
    + r"(?!\w)"
)
SERVICE = regex.compile(
    r"^[*-]? ?" + phrases("خدمة, بالاتفاق مع, خاص ب, نقلا عن, ترجمة") + " ?[\"'(][^\"']{2,30}[\"')]$"
)
"""Which paper an article was taken over from, alone on its line."""
AGENCY = regex.compile(r"^" + phrases("وكالة, وكالات, شبكة, סוכנות, סוכנויות") + r" [^-]+ - (?:\S+ ?){1,2}$")
WIDGET = regex.compile(
    phrases(
        "حجم الخط, تصغير الخط, تكبير الخط",
        "גודל טקסט, גודל הטקסט, גודל גופן, גודל הגופן, הגדל טקסט, הקטן טקסט",
    )
    + r"|^[+-]?a ?[+-]?a?[+-]?$|^א[+-] ?א[+-]$|^\+א|\bא\+ "
    + "|^"
    + phrases(
        "استمع إلى المقال, استمع للخبر, طباعة, האזינו לכתבה, פתח הכל סגור הכל, הדפסה, הדפס, نسخ الرابط, העתקת קישור"
    )
    + "$"
)
CAPTION = regex.compile(
    r"^[(\[]?"
    + phrases(
        "صورة أرشيفية, صورة أرشيف, صورة من الأرشيف, صورة تعبيرية, صورة توضيحية, صورة متداولة, صورة:",
        "الصورة:, مصدر الصورة, تصوير:, عدسة:, تعليق الصورة",
        "צילום:, צילומים:, צילם:, צילמה:, תצלום:, קרדיט:, קרדיט צילום, תמונה:, בתמונה:",
        "צילום אילוסטרציה, תמונת אילוסטרציה, תמונת ארכיון, צילום ארכיון, צילום מסך",
        "photo:, photo by, image:, credit:, file photo, caption:",
    )
    + r"(?:(?<=:)|(?!\w))"
)
ARCHIVE = regex.compile(
    r"[,،] "
    + phrases(
        "صورة أرشيفية, صورة أرشيف, صورة من الأرشيف, صورة تعبيرية, صورة توضيحية",
        "תמונת ארכיון, צילום ארכיון, תמונת אילוסטרציה, צילום אילוסטרציה, file photo",
    )
    + r"(?: ?\([^()]*\))?$"
)
SOURCED = regex.compile(r"^(?:صوره|تصوير|תמונה|תמונת|צילום|תצלום) .*\([^()]+\)$")
_AGENCY_NAMES = (
    "רויטרס, פלאש 90, פלאש90, איי-פי, אי-פי, אי.פי, איי.אף.פי, אי-פי-אי, אי.פי.איי, גטי, גטי אימג'ס",
    'דובר צה"ל, לע"מ',
    "رويترز, أ ف ب, أ.ف.ب, أف ب, أ.ف.ب., اف ب, فرانس برس, أ ب, أ.ب, أسوشيتد برس, أسوشييتد برس, د ب أ, د.ب.أ, الأناضول",
    "وكالة الأناضول, سانا, وام, واس, شينخوا, سبوتنيك, غيتي, غيتي إيماجز, جيتي, إ ب أ, الفرنسية, وكالة الأنباء الفرنسية",
    "afp, reuters, ap, epa, getty, getty images, anadolu, flash90, flash 90, xinhua, dpa, upi, sputnik, shutterstock",
)
_AGENCIES = phrases(*_AGENCY_NAMES)
AGENCY_ENDINGS = tuple(
    comparable_line(name) + end for name in ", ".join(_AGENCY_NAMES).split(", ") for end in ("", ")", " )")
)
"""How a line ends that may match `BY_AGENCY`; to ask for them is much faster."""
BY_AGENCY = regex.compile(
    rf"^(?P<words>.*\w\W*?)(?: ?[|/] ?| - ?|[.,،] | ?\((?:[^()]* ?[-/,،:] ?)?)(?:ו|و)?{_AGENCIES}"
    rf"(?: ?[/,،-] ?{_AGENCIES})* ?\)?$"
)
"""What a picture shows, and after a dash, a bar or in brackets the agency it is from; no full stop behind."""
REPORTED = regex.compile(
    r"^[وف]?"
    + phrases("قال, قالت, أضاف, أضافت, أكد, أكدت, ذكر, ذكرت, أوضح, أوضحت, أعلن, أعلنت, أفاد, أفادت, أشار, أشارت")
    + r"(?!\w)|(?<!\w)ו?"
    + phrases("אמר, אמרה, אמרו, מסר, מסרה, נמסר, הוסיף, הוסיפה, הודיע, הודיעה, דיווח, דיווחה")
    + r"(?!\w)|\".*\"|(?<!\w)(?:ان|انه|انها)(?!\w)"
)
"""Words of a report, which a caption has not: who said it, what was said."""
STOCK = regex.compile(r"^[(\[]?" + phrases("الصورة من, أرشيفية, أرشيف, אילוסטרציה, ארכיון, באדיבות") + r"(?!\w)")
CREDIT = regex.compile(
    r"[,.] "
    + phrases("באדיבות, بإذن من")
    + r" [^.,]{1,40}$|[\s(|\[/]"
    + phrases("צילום:, צילום ארכיון:, צילום רפרודוקציה:, קרדיט:, تصوير:, الصورة:, photo:")
    + r"\S*(?: \S+){0,10}$"
)
_NETWORKS = phrases(
    "טוויטר, פייסבוק, ווטסאפ, וואטסאפ, ואטסאפ, טלגרם, אינסטגרם, יוטיוב, טיקטוק",
    "تويتر, فيسبوك, فيس, واتساب, واتس, تلغرام, تليغرام, تلجرام, تيليجرام, إنستغرام, انستقرام, انستجرام, يوتيوب, تيك",
    "facebook, twitter, whatsapp, telegram, instagram, youtube, tiktok, linkedin, x",
)
NETWORK = regex.compile(rf"(?<!\w)[בלו]?(?:ال|لل)?{_NETWORKS}(?!\w)")
SHARE = regex.compile(
    r"^(?:(?:\w+ ){0,2}\w+: )?"
    + phrases(
        "שלחו לנו, أرسلوا لنا, أرسلوا إلينا",
        "שתפו, שתף, שיתוף, עקבו, הצטרפו, הצטרף, הירשמו, הרשמו, הירשם, לחצו, הורידו, עשו, התחברו, אהבתם",
        "شارك, شاركونا, شاركها, مشاركة, تابعنا, تابعونا, تابعوا, تابع, اشترك, اشتركوا, انضم, انضموا, اضغط",
        "حمل, حملوا, سجل, للاشتراك, لمتابعة, للانضمام, share, follow, subscribe, join, sign up",
    )
    + r"(?!\w)"
)
PROMOTION = regex.compile(
    "^"
    + phrases("כל העדכונים, כל מה שצריך לדעת, הכל על, כל התוצאות, كل ما تريد معرفته, جميع التفاصيل عن")
    + r"(?!\w).*"
    + phrases("במקום אחד, במתחם, לחצו, في مكان واحد, اضغط")
)
"""All that the site has on a subject, in one place."""
LINK = regex.compile(
    phrases("לחצו כאן, לחץ כאן, הקליקו כאן, اضغط هنا, انقر هنا, click here")
    + "[!<> ]*$|^"
    + phrases("לידיעה המלאה, לכתבה המלאה, למאמר המלא, לקריאת הכתבה המלאה, لقراءة الخبر كاملا, לצפייה בסרטון")
    + "[:!<> ]*$"
)
CODE = regex.compile(r"^[\"'][@$]?\w+[\"'] ?: ?(?:[\"'].*[\"']|[\d.]+|true|false|null|[\[{])? ?,?$")
"""A line of JSON, which pages have within scripts."""
OURS = regex.compile(
    phrases(
        "שלנו, אותנו, אחרינו, לניוזלטר",
        "قناتنا, صفحتنا, صفحاتنا, نشرتنا, حساباتنا, حسابنا, موقعنا, تطبيقنا, تابعونا, تابعنا",
    )
)
THIS = regex.compile(
    r"(?<!\w)" + phrases("הכתבה, את הכתבה, הידיעה, בערוץ, לערוץ, לקבוצת, לעדכונים, المقال, الخبر, الرابط, القناة, this")
)
EMAIL = regex.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
APPEAL = regex.compile(
    phrases(
        "للتواصل, راسلونا, البريد, إرسال, أرسلوا, ارسلوا, تواصلوا, يمكنكم, ملاحظاتكم, شاركونا",
        'שלחו, כתבו לנו, פנו אלינו, דוא"ל, אימייל, מייל, צרו קשר, ליצירת קשר, contact, e-mail',
    )
)
COPYRIGHT = regex.compile("©|" + phrases("الحقوق محفوظة, حقوق النشر محفوظة, כל הזכויות שמורות, all rights reserved"))
ATTRIBUTION = regex.compile(r"^-+ ?.*\(@\w+\).*\d{4}$")
TWEET_END = regex.compile(r"(?:pic\.twitter\.com|pic\.x\.com|https?://t\.co)/\w+$")
FILE = regex.compile(r"^(?:\S+ ){0,8}\S*\.(?:jpe?g|png|gif|webp|svg|bmp|mp4|mp3|avif)$")
ADVERT = regex.compile(
    "^[-* ]*" + phrases("פרסומת, תוכן שיווקי, תוכן ממומן, إعلان, إعلانات, advertisement") + "[-* ]*$"
)
TAGS = regex.compile("^" + phrases("תגיות, תגים, كلمات مفتاحية, الكلمات المفتاحية, وسوم, الوسوم, tags") + " ?:")
COMMENTS = regex.compile(
    "^" + phrases("הוסף תגובה, הוסיפו תגובה, כתבו תגובה, לתגובות, أضف تعليق, أضف تعليقا, اترك تعليقا, التعليقات")
)
HEADING = regex.compile(
    "^[^\\w]*"
    + phrases(
        "اقرأ أيضا, اقرأ ايضا, اقرأوا أيضا, اقرأ المزيد, اقرأ كذلك, إقرأ أيضا, شاهد أيضا, قد يعجبك",
        "مواضيع ذات صلة, موضوعات ذات صلة, أخبار ذات صلة, مقالات ذات صلة, ذات صلة, أخبار متعلقة, مواضيع متعلقة",
        "الأكثر قراءة, الأكثر مشاهدة, آخر الأخبار, أحدث الأخبار, أهم الأخبار, المزيد من الأخبار",
        "כתבות נוספות, כתבות קשורות, כתבות אחרונות, עוד בנושא, עוד באותו נושא, עוד כתבות, קראו גם, קרא גם",
        "קראו עוד, לקריאה נוספת, עוד באתר, אולי יעניין, כתבות שאולי, הנקראות ביותר, הנצפות ביותר, עוד חדשות",
        "ידיעות נוספות, חדשות נוספות, כותרות נוספות, related, read more, read also, see also, more from, most read",
    )
    + r"(?!\w)"
)
