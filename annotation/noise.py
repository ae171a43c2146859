"""What a single line of a scraped page is, when it is not the article: a byline, a caption, a share button.

Phrases are matched on the folded line, so that hamzas, points, invisible controls and quote variants do not matter.
Each rule asks for more than a word: prose that begins with "שתפו" or "شارك" must pass.
"""

from __future__ import annotations

import regex

from annotation.text import folded

LONG = 18
"""With more words than these a line without a full stop is a paragraph all the same."""
FEW = 3
"""So many words without a full stop are a menu entry or a name, where a headline or paragraph could be."""


_MOST = 60
"""A line of more words is prose whatever is in it."""


def shown(line: str) -> str:
    """The line as the rules see it: folded, white space as single spaces."""
    return " ".join(folded(line).split())


def _any(*lists: str) -> str:
    """A pattern for any of the phrases, which are separated by commas, folded as the lines are."""
    phrases = ", ".join(lists).split(", ")
    return "(?:" + "|".join(regex.escape(shown(phrase), literal_spaces=True) for phrase in phrases) + ")"


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
_WHEN = regex.compile(rf"(?<![\w])(?:{_DATE}|{_TIME})(?![\w])")
_BYLINE = regex.compile(
    "^"
    + _any(
        "מאת, פורסם, עודכן, עדכון אחרון, תאריך פרסום, תאריך עדכון, מערכת האתר, זמן קריאה, כתב:",
        "نشر في, نشر:, نشرت في, تاريخ النشر, آخر تحديث, تم التحديث, تحديث:, بقلم, كتب:",
        "كتبت:, كتبه, إعداد:, إعداد وتحرير, تحرير:, ترجمة:, الكاتب:, المصدر:, מקור:, מחבר:",
        "published, updated, last update, by:, مدة القراءة, وقت القراءة, عدد القراءات, المشاهدات",
    )
    + r"(?!\w)"
)
_AGENCY = regex.compile(r"^" + _any("وكالة, وكالات, شبكة, סוכנות, סוכנויות") + r" [^-]+ - (?:\S+ ?){1,2}$")
_WIDGET = regex.compile(
    _any(
        "حجم الخط, تصغير الخط, تكبير الخط",
        "גודל טקסט, גודל הטקסט, גודל גופן, גודל הגופן, הגדל טקסט, הקטן טקסט",
    )
    + r"|^[+-]?a ?[+-]?a?[+-]?$|^א[+-] ?א[+-]$|^\+א|\bא\+ "
    + "|^"
    + _any("استمع إلى المقال, استمع للخبر, طباعة, האזינו לכתבה, הדפסה, הדפס, نسخ الرابط, העתקת קישור")
    + "$"
)
_CAPTION = regex.compile(
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
_ARCHIVE = regex.compile(
    r"[,،] "
    + _any(
        "صورة أرشيفية, صورة أرشيف, صورة من الأرشيف, صورة تعبيرية, صورة توضيحية",
        "תמונת ארכיון, צילום ארכיון, תמונת אילוסטרציה, צילום אילוסטרציה, file photo",
    )
    + r"(?: ?\([^()]*\))?$"
)
_SOURCED = regex.compile(r"^(?:صوره|تصوير|תמונה|תמונת|צילום|תצלום) .*\([^()]+\)$")
_STOCK = regex.compile(r"^[(\[]?" + _any("الصورة من, أرشيفية, أرشيف, אילוסטרציה, ארכיון, באדיבות") + r"(?!\w)")
_CREDIT = regex.compile(
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
_NETWORK = regex.compile(rf"(?<!\w)[בלו]?(?:ال|لل)?{_NETWORKS}(?!\w)")
_SHARE = regex.compile(
    r"^(?:(?:\w+ ){0,2}\w+: )?"
    + _any(
        "שלחו לנו, أرسلوا لنا, أرسلوا إلينا",
        "שתפו, שתף, שיתוף, עקבו, הצטרפו, הצטרף, הירשמו, הרשמו, הירשם, לחצו, הורידו, עשו, התחברו, אהבתם",
        "شارك, شاركونا, شاركها, مشاركة, تابعنا, تابعونا, تابعوا, تابع, اشترك, اشتركوا, انضم, انضموا, اضغط",
        "حمل, حملوا, سجل, للاشتراك, لمتابعة, للانضمام, share, follow, subscribe, join, sign up",
    )
    + r"(?!\w)"
)
_OURS = regex.compile(
    _any(
        "שלנו, אותנו, אחרינו, לניוזלטר",
        "قناتنا, صفحتنا, صفحاتنا, نشرتنا, حساباتنا, حسابنا, موقعنا, تطبيقنا, تابعونا, تابعنا",
    )
)
_THIS = regex.compile(
    r"(?<!\w)" + _any("הכתבה, את הכתבה, הידיעה, בערוץ, לערוץ, לקבוצת, לעדכונים, المقال, الخبر, الرابط, القناة, this")
)
_EMAIL = regex.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
_APPEAL = regex.compile(
    _any(
        "للتواصل, راسلونا, البريد, إرسال, أرسلوا, ارسلوا, تواصلوا, يمكنكم, ملاحظاتكم, شاركونا",
        'שלחו, כתבו לנו, פנו אלינו, דוא"ל, אימייל, מייל, צרו קשר, ליצירת קשר, contact, e-mail',
    )
)
_COPYRIGHT = regex.compile("©|" + _any("الحقوق محفوظة, حقوق النشر محفوظة, כל הזכויות שמורות, all rights reserved"))
_ATTRIBUTION = regex.compile(r"^-+ ?.*\(@\w+\).*\d{4}$")
_TWEET_END = regex.compile(r"(?:pic\.twitter\.com|pic\.x\.com|https?://t\.co)/\w+$")
_FILE = regex.compile(r"^(?:\S+ ){0,8}\S*\.(?:jpe?g|png|gif|webp|svg|bmp|mp4|mp3|avif)$")
_ADVERT = regex.compile("^[-* ]*" + _any("פרסומת, תוכן שיווקי, תוכן ממומן, إعلان, إعلانات, advertisement") + "[-* ]*$")
_TAGS = regex.compile("^" + _any("תגיות, תגים, كلمات مفتاحية, الكلمات المفتاحية, وسوم, الوسوم, tags") + " ?:")
_COMMENTS = regex.compile(
    "^" + _any("הוסף תגובה, הוסיפו תגובה, כתבו תגובה, לתגובות, أضف تعليق, أضف تعليقا, اترك تعليقا, التعليقات")
)
_HEADING = regex.compile(
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
_LETTERS = regex.compile(r"[\p{Script=Hebrew}\p{Script=Arabic}]")
_ENDS = regex.compile(r"(?:[.!?؟…]|\.\.\.)[\s\"')\]»]*$")
_FULL_STOP = regex.compile(r"[^.…][.!?؟][\"')\]»]*$")
_INNER = regex.compile(r"\w{2}[.!?؟][\"')»]* \w")
# Folding makes quotes of "›" and "»"; no quote in prose has a space on both sides.
_BARS, _CRUMBS = regex.compile(r" ?[|•·] ?"), regex.compile(r" ?> ?| ['\"] ")
_SPLIT = regex.compile(r"[\s|,،/•·:>\-]+")


def is_sentence(line: str) -> bool:
    """Whether a shown line reads as prose: it ends as sentences do or with a colon, holds one's end, or is long.

    A line of a few words must end with a full stop, since dots also end buttons.
    """
    words = len(line.split())
    if words <= FEW:
        return words > 1 and bool(_FULL_STOP.search(line))
    return ends(line) or line.endswith(":") or words > LONG or (words >= 4 * FEW and bool(_INNER.search(line)))


def is_heading(line: str) -> bool:
    """Whether a shown line announces other articles, in the lines below or itself."""
    return bool(_HEADING.match(line)) and not (is_sentence(line) and len(line.split()) > 15)


def announces(line: str) -> bool:
    """Whether a heading stands over a list; one that goes on after its colon holds its one headline itself."""
    return len(line.split()) <= 2 * FEW and not regex.search(r":.*\w", line)


def asks(line: str) -> bool:
    """Whether a shown line is a question or a cry, as headlines may be, and short enough to be one."""
    return len(line.split()) <= 4 * FEW and line.rstrip("\"')» ").endswith(("?", "؟", "!"))


def ends(line: str) -> bool:
    """Whether a shown line ends as sentences do."""
    return bool(_ENDS.search(line))


def kind(line: str) -> str | None:
    """What noise a shown, non-empty line is, in a word for the report; None for anything that may be the article."""
    words = len(line.split())
    return next((name for name, rule in _RULES.items() if rule(line, words)), None) if words <= _MOST else None


def _dateline(line: str, words: int) -> bool:
    """Dates and times with at most a place or a name beside them; a byline with a name."""
    if words <= 2 * FEW and _AGENCY.match(line):
        return True
    rest = _WHEN.sub(" ", line)
    if _BYLINE.match(line) and words <= 14 and (rest != line or not _ENDS.search(line)):
        return True
    if rest == line or _ENDS.search(line):
        return False
    others = sum(bool(word) for word in _SPLIT.split(rest))
    return others <= 3 or ("|" in line and others <= 10)


def _caption(line: str, words: int) -> bool:
    if words <= FEW + 1 and _STOCK.match(line) and not _ENDS.search(line):
        return True
    return words <= 25 and any(rule.search(line) for rule in (_CAPTION, _CREDIT, _SOURCED, _ARCHIVE))


def _share(line: str, words: int) -> bool:
    """Names of networks with at most a word besides; or an invitation, told from a report by its "our" or "this".

    "شارك" and "הצטרפו" also begin reports, of people who took part and joined, so those must not end as a sentence.
    """
    networks = len(_NETWORK.findall(line))
    if networks and sum(bool(word) for word in _SPLIT.split(line)) <= networks + 1:
        return networks > 1 or bool(_SHARE.match(line))
    if not _SHARE.match(line):
        return False
    if _OURS.search(line):
        return words <= 20
    return not _ENDS.search(line) and (words == 1 or (words <= 8 and bool(networks or _THIS.search(line))))


def _menu(line: str, words: int) -> bool:
    """Names of sections side by side, between bars or dots, or the way down to this one."""
    if _ENDS.search(line):
        return False
    beside, down = _BARS.split(line), _CRUMBS.split(line)
    pieces = beside if len(beside) > 2 else down if len(down) > 1 else []
    return bool(pieces) and all(len(piece.split()) <= FEW for piece in pieces)


def _contact(line: str, words: int) -> bool:
    return bool(_EMAIL.search(line)) and (words <= 12 or (words <= 40 and bool(_APPEAL.search(line))))


def _foreign(line: str, words: int) -> bool:
    """A few words without a single letter of either script: "icon, AFP / Getty", a number, a link; no sentence."""
    return words <= 5 and not _LETTERS.search(line) and not (words > 2 and _FULL_STOP.search(line))


_RULES = {
    "separator": lambda line, words: not any(char.isalnum() for char in line),
    "tweet": lambda line, words: bool(_ATTRIBUTION.match(line) or _TWEET_END.search(line)),
    "image": lambda line, words: bool(_FILE.match(line)),
    "date or byline": _dateline,
    "menu": _menu,
    "text size": lambda line, words: words <= 8 and bool(_WIDGET.search(line)),
    "caption": _caption,
    "contact": _contact,
    "share": _share,
    "copyright": lambda line, words: words <= 40 and bool(_COPYRIGHT.search(line)),
    "advert": lambda line, words: bool(_ADVERT.match(line)),
    "tags": lambda line, words: bool(_TAGS.match(line)) and not _ENDS.search(line),
    "comments": lambda line, words: words <= 6 and bool(_COMMENTS.match(line)),
    "related": lambda line, words: is_heading(line),
    "foreign": _foreign,
}
