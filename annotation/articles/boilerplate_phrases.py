"""Patterns of the phrases newsrooms put around their articles, in Hebrew, Arabic and English, for `boilerplate`.

They match folded lines, so that hamzas, points, invisible controls and variants of quotes make no difference.
"""

from __future__ import annotations

import regex

from annotation.core.text import folded


def comparable_line(line: str) -> str:
    """The line as the patterns expect it: folded, each run of white space one space."""
    return " ".join(folded(line).split())


def _any(*lists: str) -> str:
    """A pattern for any of the phrases, which are separated by commas, folded as the lines are."""
    phrases = ", ".join(lists).split(", ")
    return "(?:" + "|".join(regex.escape(comparable_line(phrase), literal_spaces=True) for phrase in phrases) + ")"


_MONTHS = _any(
    "ינואר, פברואר, מרץ, מרס, אפריל, מאי, יוני, יולי, אוגוסט, ספטמבר, אוקטובר, נובמבר, דצמבר",
    "يناير, فبراير, مارس, أبريل, إبريل, مايو, يونيو, يونيه, يوليو, يوليه, أغسطس, سبتمبر, أكتوبر, نوفمبر, ديسمبر",
    "شباط, آذار, نيسان, أيار, حزيران, تموز, آب, أيلول",
    "كانون الثاني, كانون الأول, تشرين الأول, تشرين الثاني",
    "january, february, march, april, may, june, july, august, september, october, november, december",
    "jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec",
)
_DATE = rf"(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|\d{{1,2}},? [בל]?{_MONTHS}(?: ?/ ?{_MONTHS})?,? \d{{4}})"
_DATE += rf"|{_MONTHS} \d{{1,2}},? \d{{4}}"
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
WHEN = regex.compile(rf"(?<![\w])(?:{_DATE}|{_TIME})(?![\w])")
BYLINE = regex.compile(
    "^"
    + _any(
        "מאת, פורסם, עודכן, עדכון אחרון, תאריך פרסום, תאריך עדכון, מערכת האתר, זמן קריאה, כתב:",
        "نشر في, نشر:, نشرت في, تاريخ النشر, آخر تحديث, تم التحديث, تحديث:, بقلم, كتب:",
        "كتبت:, كتبه, إعداد:, إعداد وتحرير, تحرير:, ترجمة:, الكاتب:, المصدر:, מקור:, מחבר:",
        "published, updated, last update, by:, مدة القراءة, وقت القراءة, عدد القراءات, المشاهدات",
    )
    + r"(?!\w)"
)
AGENCY = regex.compile(r"^" + _any("وكالة, وكالات, شبكة, סוכנות, סוכנויות") + r" [^-]+ - (?:\S+ ?){1,2}$")
WIDGET = regex.compile(
    _any(
        "حجم الخط, تصغير الخط, تكبير الخط",
        "גודל טקסט, גודל הטקסט, גודל גופן, גודל הגופן, הגדל טקסט, הקטן טקסט",
    )
    + r"|^[+-]?a ?[+-]?a?[+-]?$|^א[+-] ?א[+-]$|^\+א|\bא\+ "
    + "|^"
    + _any("استمع إلى المقال, استمع للخبر, طباعة, האזינו לכתבה, הדפסה, הדפס, نسخ الرابط, העתקת קישור")
    + "$"
)
CAPTION = regex.compile(
    r"^[(\[]?"
    + _any(
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
    + _any(
        "صورة أرشيفية, صورة أرشيف, صورة من الأرشيف, صورة تعبيرية, صورة توضيحية",
        "תמונת ארכיון, צילום ארכיון, תמונת אילוסטרציה, צילום אילוסטרציה, file photo",
    )
    + r"(?: ?\([^()]*\))?$"
)
SOURCED = regex.compile(r"^(?:صوره|تصوير|תמונה|תמונת|צילום|תצלום) .*\([^()]+\)$")
STOCK = regex.compile(r"^[(\[]?" + _any("الصورة من, أرشيفية, أرشيف, אילוסטרציה, ארכיון, באדיבות") + r"(?!\w)")
CREDIT = regex.compile(
    r"[,.] "
    + _any("באדיבות, بإذن من")
    + r" [^.,]{1,40}$|[\s(|\[/]"
    + _any("צילום:, צילום ארכיון:, צילום רפרודוקציה:, קרדיט:, تصوير:, الصورة:, photo:")
    + r"\S*(?: \S+){0,6}$"
)
_NETWORKS = _any(
    "טוויטר, פייסבוק, ווטסאפ, וואטסאפ, ואטסאפ, טלגרם, אינסטגרם, יוטיוב, טיקטוק",
    "تويتر, فيسبوك, فيس, واتساب, واتس, تلغرام, تليغرام, تلجرام, تيليجرام, إنستغرام, انستقرام, انستجرام, يوتيوب, تيك",
    "facebook, twitter, whatsapp, telegram, instagram, youtube, tiktok, linkedin, x",
)
NETWORK = regex.compile(rf"(?<!\w)[בלו]?(?:ال|لل)?{_NETWORKS}(?!\w)")
SHARE = regex.compile(
    r"^(?:(?:\w+ ){0,2}\w+: )?"
    + _any(
        "שלחו לנו, أرسلوا لنا, أرسلوا إلينا",
        "שתפו, שתף, שיתוף, עקבו, הצטרפו, הצטרף, הירשמו, הרשמו, הירשם, לחצו, הורידו, עשו, התחברו, אהבתם",
        "شارك, شاركونا, شاركها, مشاركة, تابعنا, تابعونا, تابعوا, تابع, اشترك, اشتركوا, انضم, انضموا, اضغط",
        "حمل, حملوا, سجل, للاشتراك, لمتابعة, للانضمام, share, follow, subscribe, join, sign up",
    )
    + r"(?!\w)"
)
OURS = regex.compile(
    _any(
        "שלנו, אותנו, אחרינו, לניוזלטר",
        "قناتنا, صفحتنا, صفحاتنا, نشرتنا, حساباتنا, حسابنا, موقعنا, تطبيقنا, تابعونا, تابعنا",
    )
)
THIS = regex.compile(
    r"(?<!\w)" + _any("הכתבה, את הכתבה, הידיעה, בערוץ, לערוץ, לקבוצת, לעדכונים, المقال, الخبر, الرابط, القناة, this")
)
EMAIL = regex.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
APPEAL = regex.compile(
    _any(
        "للتواصل, راسلونا, البريد, إرسال, أرسلوا, ارسلوا, تواصلوا, يمكنكم, ملاحظاتكم, شاركونا",
        'שלחו, כתבו לנו, פנו אלינו, דוא"ל, אימייל, מייל, צרו קשר, ליצירת קשר, contact, e-mail',
    )
)
COPYRIGHT = regex.compile("©|" + _any("الحقوق محفوظة, حقوق النشر محفوظة, כל הזכויות שמורות, all rights reserved"))
ATTRIBUTION = regex.compile(r"^-+ ?.*\(@\w+\).*\d{4}$")
TWEET_END = regex.compile(r"(?:pic\.twitter\.com|pic\.x\.com|https?://t\.co)/\w+$")
FILE = regex.compile(r"^(?:\S+ ){0,8}\S*\.(?:jpe?g|png|gif|webp|svg|bmp|mp4|mp3|avif)$")
ADVERT = regex.compile("^[-* ]*" + _any("פרסומת, תוכן שיווקי, תוכן ממומן, إعلان, إعلانات, advertisement") + "[-* ]*$")
TAGS = regex.compile("^" + _any("תגיות, תגים, كلمات مفتاحية, الكلمات المفتاحية, وسوم, الوسوم, tags") + " ?:")
COMMENTS = regex.compile(
    "^" + _any("הוסף תגובה, הוסיפו תגובה, כתבו תגובה, לתגובות, أضف تعليق, أضف تعليقا, اترك تعليقا, التعليقات")
)
HEADING = regex.compile(
    "^[^\\w]*"
    + _any(
        "اقرأ أيضا, اقرأ ايضا, اقرأوا أيضا, اقرأ المزيد, اقرأ كذلك, إقرأ أيضا, شاهد أيضا, قد يعجبك",
        "مواضيع ذات صلة, موضوعات ذات صلة, أخبار ذات صلة, مقالات ذات صلة, ذات صلة, أخبار متعلقة, مواضيع متعلقة",
        "الأكثر قراءة, الأكثر مشاهدة, آخر الأخبار, أحدث الأخبار, أهم الأخبار, المزيد من الأخبار",
        "כתבות נוספות, כתבות קשורות, כתבות אחרונות, עוד בנושא, עוד באותו נושא, עוד כתבות, קראו גם, קרא גם",
        "קראו עוד, לקריאה נוספת, עוד באתר, אולי יעניין, כתבות שאולי, הנקראות ביותר, הנצפות ביותר, עוד חדשות",
        "ידיעות נוספות, חדשות נוספות, related, read more, read also, see also, more from, most read",
    )
    + r"(?!\w)"
)
