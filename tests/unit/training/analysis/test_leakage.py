"""A document that was trained on is found among those scored, under whatever name and with whatever headline."""

from __future__ import annotations

from annotation.core.document import Document
from training.analysis.leakage import leakage

WORDS = "הודיע הדובר כי אתמול בערב נעצרו שלושה חשודים בכניסה לכפר ואחד מהם שוחרר לאחר חקירה קצרה בתחנה"
OTHER = "قال المتحدث إن الطريق بين البلدتين أغلق صباح اليوم بسبب أعمال صيانة تستمر حتى نهاية الأسبوع المقبل"


def document(id: str, text: str) -> Document:
    return Document(id, text)


def test_a_document_is_told_once_and_by_the_plainest_sign() -> None:
    seen = [document("a", WORDS), document("b", OTHER)]
    copies = [document("a", WORDS), document("x", WORDS), document("y", f"{WORDS}. ידיעה מתפתחת")]
    found = leakage([*copies, document("z", "מזג האוויר מחר יהיה נאה ברוב אזורי הארץ")], seen)
    assert (found.ids, found.texts, found.near) == ((("a", "a"),), (("x", "a"),), (("y", "a"),))
    assert len(found) == 3
    assert str(found) == "1 by id (a of a); 1 with the same text (x of a); 1 as near-duplicates (y of a)"


def test_other_articles_are_none() -> None:
    found = leakage([document("a", WORDS)], [document("b", OTHER)])
    assert len(found) == 0
    assert str(found) == "none"
