"""Articles made up from word lists of our own: any number of them, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from annotation.core.document import Argument, Document, Event, Source, Span

ARABIC = (
    "أفاد سكان القرية صباح اليوم بأن دورية عبرت الجسر القديم ثم عادت نحو المدينة وقال متحدث محلي إن الطريق "
    "مغلق منذ الفجر وإن فرق الإسعاف وصلت متأخرة بسبب الأمطار ولم ترد أنباء عن إصابات حتى ساعات المساء"
)
HEBREW = (
    "תושבי הכפר סיפרו הבוקר כי סיור חצה את הגשר הישן ושב אל העיר ודובר מקומי אמר שהכביש חסום מאז עלות השחר "
    "וכי צוותי הרפואה הגיעו באיחור בשל הגשמים ולא התקבלו דיווחים על נפגעים עד שעות הערב"
)


def articles(count: int, *, characters: int = 3000, seed: int = 7, prefix: str = "made") -> Iterator[Document]:
    """Bare articles of about that length, Hebrew and Arabic in turn."""
    chance = random.Random(seed)
    for number in range(count):
        language, words = (("ar", ARABIC), ("he", HEBREW))[number % 2]
        text = f"{prefix} {number}\n"
        while len(text) < characters:
            text += " ".join(chance.choices(words.split(), k=12)) + ".\n"
        source = Source(name=f"{prefix}-{number}.txt", title=f"{prefix} {number}", url=f"https://example.org/{number}")
        yield Document(id=f"{prefix}-{number}", text=text, language=language, source=source)


def marked(article: Document, *, events: int = 4, score: float | None = None, label: str = "Arrest") -> Document:
    """The article with words marked in it: `events` events with a Person and a Place each."""
    starts = [i for i, char in enumerate(article.text) if char == " " and article.text[i + 1 : i + 2].isalpha()]
    step = max(3, len(starts) // (3 * events))
    spans: list[Span] = []
    for at in starts[::step][: 3 * events]:
        end = min(i for i in range(at + 1, len(article.text) + 1) if not article.text[i : i + 1].isalpha())
        kind = (label, "Person", "GPE")[len(spans) % 3]
        spans.append(Span(at + 1, end, kind, score))
    triples = [spans[i : i + 3] for i in range(0, len(spans) - 2, 3)]
    return Document(
        id=article.id,
        text=article.text,
        language=article.language,
        entities=tuple(span for _, person, place in triples for span in (person, place)),
        events=tuple(
            Event(trigger, (Argument("Person", person, score), Argument("Place", place, score)))
            for trigger, person, place in triples
        ),
        source=article.source,
    )
