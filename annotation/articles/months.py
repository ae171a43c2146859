"""Names of the months of the Gregorian year in Hebrew, in the Arabic of every region, and in English."""

from __future__ import annotations

MONTHS: tuple[str, ...] = (
    "ינואר, يناير, كانون الثاني, كانون ثاني, جانفي, january, jan",
    "פברואר, فبراير, شباط, فيفري, february, feb",
    "מרץ, מרס, مارس, آذار, march, mar",
    "אפריל, أبريل, إبريل, أفريل, نيسان, april, apr",
    "מאי, مايو, أيار, ماي, may",
    "יוני, يونيو, يونيه, حزيران, جوان, june, jun",
    "יולי, يوليو, يوليه, تموز, جويلية, يوليوز, july, jul",
    "אוגוסט, أغسطس, آب, أوت, غشت, august, aug",
    "ספטמבר, سبتمبر, أيلول, شتنبر, september, sept, sep",
    "אוקטובר, أكتوبر, تشرين الأول, تشرين أول, october, oct",
    "נובמבר, نوفمبر, تشرين الثاني, تشرين ثاني, نونبر, november, nov",
    "דצמבר, ديسمبر, كانون الأول, كانون أول, دجنبر, december, dec",
)
"""The names of each month, January first: Egypt and the Gulf, the Levant and Iraq, Tunisia and Algeria, Morocco.

A table of our own, since dateparser 1.2 knows only the first of these: it reads neither "12 شباط 2022" nor
"5 غشت 2022" nor "19 ديسمبر/كانون الأول 2024", and with the day first it takes "2022.02.10" for 2 October.
"""
