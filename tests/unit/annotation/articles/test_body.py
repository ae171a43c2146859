"""Which lines of a scraped page are the article, and offsets there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.articles.body import BodyMap, find_body, whole
from annotation.core.text import lines
from tests.strategies import texts

ARABIC = """هدوء حذر في بلدة السنابل بعد ليلة من القصف
عاد الهدوء صباح الأحد إلى بلدة السنابل بعد ليلة من القصف المتبادل، وفق ما قال سكان.
وأوضح رئيس المجلس المحلي سامر الوادي أن أحدا لم يصب.
وختم بالقول: "نريد أن ننام".""".splitlines()
HEBREW = """שקט מתוח בעיירה גבעת אלה אחרי ליל ההפגזות
תושבי גבעת אלה שבו הבוקר אל בתיהם אחרי לילה של הפגזות, כך סיפרו כמה מהם.
ראש המועצה, אורן שדה, אמר שאיש לא נפגע.
"אנחנו רוצים לישון", סיכם.""".splitlines()

NOISE = [
    "2023.11.04 | 09:15 دير السنابل",
    "الأحد 5 نوفمبر 2023 - 14:30",
    "11.03.2024 | 18:40 | מאת: דנה לוי",
    "פורסם: 11 במרץ 2024, 18:40",
    "آخر تحديث: 10:20",
    "بقلم: هالة نور",
    "מאת רון גל, כתב לענייני צבא",
    "+A حجم الخط -A",
    "גודל טקסט: א+ א-",
    "الرئيسية | سياسة | ميدان | رأي وتحليل",
    "דף הבית > חדשות > פלילים ומשפט",
    "דף הבית › ביטחון",
    "سياسة • اقتصاد • ثقافة",
    "| גבעה משפט |",
    "לכל העדכונים: הצטרפו לערוץ הטלגרם שלנו",
    "שלחו לנו תמונות מהשטח בוואטסאפ",
    "השר לביא, החודש. באדיבות משרד החוץ",
    "מכתב מן התיק, צילום רפרודוקציה: יעל בר",
    "صورة أرشيفية لدورية على الطريق العام (وكالة الوادي)",
    "صورة لجسر البلدة القديم (أ ف ب)",
    "כוחות ביציאה מהעיירה (צילום: יעל בר)",
    "צילום: דובר המועצה",
    "נוף העיר מן הגבעה, תמונת ארכיון",
    "قوات خاصة في شارع بالموصل، صورة أرشيفية (ن. برس)",
    "صورة:الصحفي يوسف النعيمي (حسابه الشخصي)",
    "خيام في مخيم النور.png",
    "وكالة نداء - حلب",
    "icon",
    "IMG_20231104.JPG",
    "AFP / Getty",
    "شارك الخبر على فيسبوك",
    "تابعنا : تويتر - تلغرام - فيسبوك",
    "تابعونا على قناتنا في تلغرام.",
    "שתפו בפייסבוק ובוואטסאפ",
    "הצטרפו לערוץ הטלגרם שלנו לעדכונים שוטפים.",
    "— وكالة الوادي (@wadi_news) November 4, 2023",
    "قوة تدخل البلدة من مدخلها الشمالي صباح اليوم… pic.twitter.com/AbCdEf12",
    "للتواصل مع التحرير: news@wadi.example",
    "כתבו לנו: desk@giva.example ונשמח לפרסם",
    "-------------------------------",
    "* * *",
    "© 2023 وكالة الوادي. جميع الحقوق محفوظة.",
    "כל הזכויות שמורות לגבעה ניוז",
    "פרסומת",
    "תגיות: גבעת אלה, הפגזות",
    "اقرأ أيضا: وفد يزور البلدة غدا",
    "دخان فوق بلدة السنابل صباح الأحد - AFP",
    "متظاهرون عند جسر البلدة القديم (رويترز)",
    "نازحون على الطريق إلى السنابل (أ ف ب)",
    "رئيس المجلس سامر الوادي في مكتبه | الأناضول",
    "جسر السنابل القديم قبل القصف (أرشيف - رويترز)",
    "עשן מעל גבעת אלה, הבוקר (רויטרס)",
    "כוחות כיבוי ליד הגשר | פלאש 90",
    "ראש המועצה אורן שדה בלשכתו - Getty Images / AFP",
    "תושבים שבים לבתיהם (צילום: רויטרס)",
    "הגשר הישן (צילום: יעל בר, רון גל, דנה לוי, אורן שדה, מיכל אור)",
    "* خدمة «صحيفة الوادي»",
    "5 غشت 2022",
    "19 ديسمبر/كانون الأول 2024",
    "כל העדכונים מהצפון - הצטרפו לטלגרם של גבעה ניוז",
    "כל מה שצריך לדעת על הבחירות לגבעה במקום אחד - המתחם שלנו",
    "לקריאת המכתב המלא של המועצה - לחצו כאן",
    "פתח הכל סגור הכל",
    '"@type": "ImageObject",',
    "الرئيسية » سياسة » ميدان",
]
PROSE = [
    'The spokesman said: "No comment".',
    "وكالة الأنباء تقول إن الحرب - كما يبدو - انتهت.",
    "نشرت الصحيفة على صفحتها الأولى، صورة أرشيفية للمبنى المدمر.",
    "شارك ناشطون على فيسبوك مقاطع تظهر آثار القصف على المدرسة.",
    "شارك في العملية أربعون عنصرا من القوة المشتركة.",
    "تابع السكان عودتهم إلى منازلهم حتى المساء.",
    "הצטרפו אליהם עוד שלושה צוותי כיבוי מהיישובים השכנים.",
    "פורסם כי שני בני אדם נפצעו קל.",
    "נפצעו שניים.",
    "عند الساعة 10:20 سمع دوي انفجار قرب الجسر.",
    "ב־11.03.2024 נסגר הגשר לתנועה למשך שבוע.",
    "أرشيف البلدية احترق بالكامل في القصف.",
    "وكتب الوادي في بريد إلى wadi@town.example أن الأضرار كبيرة وأن المجلس سيصرف تعويضات للمتضررين في الأسبوع المقبل.",
    "رد فعل السكان",
    "ממשלה | הרמטכ״ל נפרד",
    "הדובר אמר: שלחו לנו סיוע דחוף אל העיירה הנצורה.",
    "התמונות פורסמו אתמול, באדיבות המשפחה של הנהג הפצוע.",
    "על סדר היום: ביטחון · תקציב · מינויים.",
    "النتيجة النهائية بعد فرز الأصوات: 12 > 9",
    'הלילה ההוא נקרא " ליל הגשר " בפי התושבים',
    "عرف الحي باسم « حي الجسر » منذ القصف",
    "وأضاف المصدر أن الوفد غادر البلدة مساء (رويترز)",
    'הדובר מסר: "לא נעזוב את העיירה" (רויטרס)',
    "وصل الوفد. ثم غادر البلدة بعد ساعة واحدة فقط من الزيارة (أ ف ب)",
    "הידיעה פורסמה לראשונה בסוכנות רויטרס.",
]


def bodied(page: list[str]) -> list[str]:
    """The lines found in a page of these lines."""
    text = "\n".join(page)
    body = find_body(text)
    return body.text(text).split("\n") if body else []


@pytest.mark.parametrize("article", [ARABIC, HEBREW], ids=["ar", "he"])
@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_dropped_under_the_headline_within_and_below(noise: str, article: list[str]) -> None:
    for at in (1, 2, len(article)):
        assert bodied([*article[:at], noise, *article[at:]]) == article


@pytest.mark.parametrize("article", [ARABIC, HEBREW], ids=["ar", "he"])
@pytest.mark.parametrize("line", PROSE)
def test_prose_stays_whatever_words_it_begins_with(line: str, article: list[str]) -> None:
    page = [*article[:2], line, *article[2:]]
    assert bodied(page) == page


@pytest.mark.parametrize("article", [ARABIC, HEBREW], ids=["ar", "he"])
def test_a_page_around_the_article_goes(article: list[str]) -> None:
    related = ["جولة جديدة من المحادثات تنطلق غدا في العاصمة", "הגשר הישן ייסגר לשיפוצים בקיץ", "ماذا يحدث في السنابل؟"]
    page = ["الرئيسية", "أخبار", *article, "כתבות נוספות", *related, "© 2023"]
    assert bodied(page) == article


def test_a_list_of_headlines_at_the_end_needs_no_heading() -> None:
    related = ["وفد يزور البلدة غدا", "سعر الخبز يرتفع مرة أخرى في الأسواق", "عودة المدارس بعد أسبوع من الإغلاق"]
    assert bodied([*ARABIC, *related]) == ARABIC


@pytest.mark.parametrize("last", ["החשודים הועברו לחקירה.", "נפצעו שניים.", '"לא נעזוב!"'])
def test_a_last_paragraph_of_a_few_words_stays(last: str) -> None:
    assert bodied([*HEBREW, last, "3 תגובות", "הוסף תגובה", "תנאי שימוש"]) == [*HEBREW, last]


def test_a_list_that_the_article_announces_is_its_own() -> None:
    page = [*ARABIC, "وجاءت أسماء القرى التي تضررت كالتالي:", "تل السرو", "عين الوادي", "بيدر العالي"]
    assert bodied(page) == page


def test_a_list_between_paragraphs_goes_and_the_article_goes_on() -> None:
    assert bodied([*HEBREW[:2], "קראו גם", "הגשר הישן ייסגר לשיפוצים בקיץ", *HEBREW[2:]]) == HEBREW


def test_a_list_above_the_article_leaves_its_headline() -> None:
    assert bodied(["أهم الأخبار", "وفد يزور البلدة غدا", "سعر الخبز يرتفع", *ARABIC]) == ARABIC


def test_an_embedded_tweet_goes_with_its_first_line() -> None:
    tweet = ["القوة المشتركة تدخل البلدة", "دخلت القوة البلدة… pic.twitter.com/AbC123", "— Joint (@joint) May 4, 2023"]
    assert bodied([*ARABIC[:3], *tweet, *ARABIC[3:]]) == ARABIC


def test_the_second_of_two_equal_paragraphs_goes() -> None:
    assert bodied([*ARABIC[:3], ARABIC[1], *ARABIC[3:]]) == ARABIC
    assert bodied([ARABIC[0], *ARABIC]) == ARABIC


def test_the_refrain_of_a_song_stays() -> None:
    song = ["يا ليل السنابل الطويل", "متى يعود الغائبون", "يا ليل السنابل الطويل", "متى يعود القمر"]
    page = [*ARABIC[:3], "وغنى الأطفال في الساحة:", *song, *ARABIC[3:]]
    assert bodied(page) == page


def test_a_list_of_headlines_ends_where_a_paragraph_begins_again() -> None:
    page = [*HEBREW[:2], "- כותרות נוספות:", "הגשר הישן ייסגר לשיפוצים בקיץ", *HEBREW[2:]]
    broken = ["במהלך הלילה חזר השקט אל העיירה גבעת אלה. ראש", "המועצה סייר בבוקר בין הבתים שנפגעו."]
    assert bodied(page) == HEBREW
    assert bodied([*page[:4], *broken, *HEBREW[2:]]) == [*HEBREW[:2], *broken, *HEBREW[2:]]


@pytest.mark.parametrize(
    "headline",
    ["أبرز أخبار الجمعة 10 مارس 2017", "كتبه معلمو السنابل: كتاب عن البلدة يفوز بجائزة"],
)
def test_a_headline_like_a_dateline_or_a_byline_stays(headline: str) -> None:
    page = [headline, *ARABIC[1:]]
    assert bodied(page) == page


@pytest.mark.parametrize(
    "line", ["الأحد 5 نوفمبر 2023 - 14:30", "דנה לוי | 5.11.2023", "وكالة الوادي - 5.11.2023 10:20"]
)
def test_a_dateline_above_an_article_without_headline_is_none(line: str) -> None:
    assert bodied([line, *ARABIC[1:]]) == ARABIC[1:]


@pytest.mark.parametrize("start", ["وأكد", "قالت وزيرة الصحة،", "أعلنت"])
def test_a_sentence_broken_below_the_headline_keeps_its_start(start: str) -> None:
    page = [ARABIC[0], start, *ARABIC[1:]]
    assert bodied(page) == page


def test_a_heading_with_a_date_and_a_colon_is_the_article_s() -> None:
    page = [*ARABIC[:3], "17 مارس 2023 :", *ARABIC[3:]]
    assert bodied(page) == page


def test_a_list_of_items_at_the_end_is_the_article_s() -> None:
    page = [*ARABIC, "1. تطبيق «فيسبوك» للهواتف", "2. تطبيق «البلدة» للخدمات", "3 - تطبيق «تلغرام» للرسائل"]
    assert bodied(page) == page


def test_an_article_without_full_stops_stays() -> None:
    page = [line.rstrip(".") for line in ARABIC[:3]] + [
        "وتتواصل أعمال الإصلاح في شبكة الكهرباء المتضررة حتى مساء الاثنين"
    ]
    assert bodied(page) == page


def test_the_end_of_an_article_without_full_stops_is_no_list_of_headlines() -> None:
    page = [line.rstrip('."') for line in HEBREW[:3]] + [
        "השוטרים עצרו שני חשודים ליד הגשר",
        "הגשר נסגר לתנועה עד הבוקר",
        "בתי הספר ייפתחו מחר כרגיל",
    ]
    assert bodied(page) == page


def test_a_headline_with_its_agency_stays() -> None:
    page = ["وفد أممي يصل إلى بلدة السنابل بعد القصف - رويترز", *ARABIC[1:]]
    assert bodied(page) == page


def test_the_name_on_the_line_below_a_caption_goes_with_it() -> None:
    assert bodied([*HEBREW[:2], "ראש המועצה אורן שדה | צילום: ", "יעל בר, גבעה ניוז", *HEBREW[2:]]) == HEBREW


def test_a_last_paragraph_without_a_full_stop_stays() -> None:
    page = [*ARABIC, "وتتواصل أعمال الإصلاح في شبكة الكهرباء المتضررة حتى مساء الاثنين"]
    assert bodied(page) == page


@pytest.mark.parametrize("headline", ["هدوء في السنابل", "السنابل", "מי הפגיז את גבעת אלה?", "מי הפגיז?"])
def test_a_short_headline_stays_and_is_the_title(headline: str) -> None:
    page = [headline, "04.11.2023", *ARABIC[1:]]
    body = find_body("\n".join(page))
    assert body is not None
    assert body.title == headline
    assert bodied(page) == [headline, *ARABIC[1:]]


def test_the_title_is_the_headline_with_its_white_space_tidied() -> None:
    body = find_body("أخبار\n  " + ARABIC[0].replace(" ", "\u00a0 ", 1) + "\n" + ARABIC[1])
    assert body is not None
    assert body.title == ARABIC[0]


def test_a_long_first_paragraph_is_no_title() -> None:
    body = find_body(" ".join(ARABIC[1:]) * 2)
    assert body is not None
    assert body.title is None


def test_lines_are_kept_whole_and_blank_ones_only_inside() -> None:
    text = f"\n\n{ARABIC[0]} \r\n\r\n  {ARABIC[1]}\r\n\r\nicon\r\n\r\n{ARABIC[2]}\r\n \n"
    body = find_body(text)
    assert body is not None
    assert body.text(text).split("\n") == [f"{ARABIC[0]} ", "", f"  {ARABIC[1]}", "", ARABIC[2]]


def test_blank_lines_of_the_article_itself_stay_as_many_as_they_are() -> None:
    page = [ARABIC[0], "", "", ARABIC[1], "", ARABIC[2]]
    assert bodied(page) == page
    assert bodied([*page[:3], "icon", *page[3:]]) == page


def test_what_was_dropped_says_why() -> None:
    text = "\n".join([*ARABIC, "-----", "تابعنا : تويتر - تلغرام"])
    body = find_body(text)
    assert body is not None
    assert [(text[start:end], why) for (start, end), why in body.dropped] == [
        ("-----", "separator"),
        ("تابعنا : تويتر - تلغرام", "share"),
    ]


def test_a_page_of_nothing_has_no_body() -> None:
    assert find_body("") is None
    assert find_body("\n \n-----\nicon\n12:30") is None


@given(texts(min_size=0))
def test_any_text_has_a_body_of_whole_lines_or_none(text: str) -> None:
    body = find_body(text)
    if body is not None:
        assert set(body.ranges) <= set(lines(text))
        assert list(body.ranges) == sorted(body.ranges)
        assert body.text(text).strip()


def ranges_of(text: str, choice: list[bool]) -> list[tuple[int, int]]:
    return [line for line, wanted in zip(lines(text), choice, strict=False) if wanted]


@given(texts(min_size=0), st.lists(st.booleans(), max_size=40))
def test_offsets_go_to_the_raw_text_and_back(text: str, choice: list[bool]) -> None:
    ranges = ranges_of(text, choice)
    body = "\n".join(text[start:end] for start, end in ranges)
    mapped = BodyMap(ranges)
    for offset in range(len(body) + 1 if ranges else 0):
        raw = mapped.to_raw(offset)
        assert mapped.to_body(raw) == offset
        assert offset == len(body) or body[offset] == "\n" or body[offset] == text[raw]


@given(texts(min_size=0), st.lists(st.booleans(), max_size=40))
def test_every_raw_offset_is_in_the_body_or_in_what_was_dropped(text: str, choice: list[bool]) -> None:
    ranges = ranges_of(text, choice)
    mapped = BodyMap(ranges)
    for raw in range(len(text) + 1):
        inside = any(start <= raw <= end for start, end in ranges)
        offset = mapped.to_body(raw)
        assert (offset is not None) == inside
        assert offset is None or mapped.to_raw(offset) == raw


def test_an_offset_outside_is_refused() -> None:
    mapped = BodyMap([(3, 5), (8, 8)])
    for offset in (-1, 4):
        with pytest.raises(ValueError, match="outside the article of 3 characters"):
            mapped.to_raw(offset)
    with pytest.raises(ValueError, match="of 0 characters"):
        BodyMap([]).to_raw(0)


@given(texts(min_size=0))
def test_the_whole_text_is_all_of_its_lines(text: str) -> None:
    assert whole(text).text(text) == text.replace("\r\n", "\n").replace("\r", "\n")
