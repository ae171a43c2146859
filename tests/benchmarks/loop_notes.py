"""What the people of the simulated day write to the lead: doubts about the types that a suggestion gives.

Whoever gives a suggested span another type asks about it; whoever does the same to the same words later says who asked,
and at which article. So the page of notes shows which question several people have.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from annotation.core.document import Document, Span
from annotation.core.ontology import Ontology
from annotation.core.text import folded

ASKED, AGAIN = "asked", "asked again"
_MOST = 2
"""Doubts in one note."""
_HEADLINE = 40
SENTENCES = {
    "he": {
        ASKED: "«{words}»: ההצעה אומרת „{suggested}”, ואני סימנתי „{marked}”. כך נכון?",
        AGAIN: "«{words}»: „{suggested}” או „{marked}”? אותה שאלה כמו של {person} בכתבה «{article}».",
    },
    "ar": {
        ASKED: "«{words}»: الاقتراح يقول «{suggested}»، وأنا حددت «{marked}». هل هذا صحيح؟",
        AGAIN: "«{words}»: «{suggested}» أم «{marked}»؟ السؤال نفسه كما عند {person} في المقال «{article}».",
    },
}


@dataclass
class Doubts:
    """The doubts of a team so far: who asked about a phrase with two types first, and at which article."""

    ontology: Ontology
    first: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, suggested: Document, done: Document, person: str) -> str | None:
        """What the person writes beside the article, a doubt a line; None without any."""
        marked = {(span.start, span.end): span.label for span in done.spans()}
        changed = ((span, marked.get((span.start, span.end), span.label)) for span in suggested.spans())
        doubts = [(span, label) for span, label in changed if label != span.label][:_MOST]
        return "\n".join(self._said(span, label, done, person) for span, label in doubts) or None

    def _said(self, span: Span, label: str, done: Document, person: str) -> str:
        words, headline = span.quote(done.text), done.text.partition("\n")[0][:_HEADLINE]
        asker, article = self.first.setdefault((folded(words), span.label, label), (person, headline))
        kind = ASKED if (asker, article) == (person, headline) else AGAIN
        self.counts[kind] += 1
        return SENTENCES[done.language][kind].format(
            words=words,
            suggested=self._title(span.label, done.language),
            marked=self._title(label, done.language),
            person=asker,
            article=article,
        )

    def _title(self, label: str, language: str) -> str:
        return (self.ontology.events.get(label) or self.ontology.entities[label]).title[language]
