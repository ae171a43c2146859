"""Choice of the raw articles to learn from: each text once, of the languages asked for, and none that is scored on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from annotation.core.document import Document
from annotation.core.errors import ArticleError, UsageError
from annotation.core.near_duplicates import copies_of
from annotation.snapshot.snapshot import THRESHOLD

_TWICE, _HELD_OUT, _UNREADABLE = "twice there", "near-duplicates of dev or test", "not readable"


@dataclass
class RawText:
    """The articles to learn from. Once they were read, `used` has their number by language and `left_out` by reason.

    languages: those wanted, None for all. held_out: documents that must not be learnt from, nor copies of them.
    """

    languages: Sequence[str] | None = None
    held_out: Sequence[Document] = ()
    used: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    first_error: str = ""

    def select(self, articles: Iterable[Document | ArticleError]) -> Iterator[Document]:
        """The articles that are used. Raises UsageError, once all were read, where there was none."""
        for article in self._unlike_held_out(self._unique(articles)):
            self.used[article.language] += 1
            yield article
        if not self.used:
            raise UsageError(f"no raw article is left to learn from ({self.reasons() or 'there was none'})")

    def reasons(self) -> str:
        """What was left out, in words: `3 twice there, 12 in Arabic`; empty for nothing."""
        counts = ", ".join(f"{count} {why}" for why, count in self.left_out.most_common())
        return f"{counts}; the first: {self.first_error}" if self.first_error else counts

    def _unique(self, articles: Iterable[Document | ArticleError]) -> Iterator[Document]:
        """Readable articles of the languages wanted, each text once."""
        seen: set[bytes] = set()
        for article in articles:
            if isinstance(article, ArticleError):
                self.left_out[_UNREADABLE] += 1
                self.first_error = self.first_error or str(article)
            elif self.languages is not None and article.language not in self.languages:
                self.left_out[f"in {article.language}"] += 1
            elif (digest := hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).digest()) in seen:
                self.left_out[_TWICE] += 1
            else:
                seen.add(digest)
                yield article

    def _unlike_held_out(self, articles: Iterable[Document]) -> Iterator[Document]:
        """The articles without near-duplicates of those held out; these are recognised as a snapshot does it."""
        for article, is_copy in copies_of(self.held_out, articles, THRESHOLD):
            if is_copy:
                self.left_out[_HELD_OUT] += 1
            else:
                yield article


def texts_hash(documents: Iterable[Document]) -> str:
    """The SHA-256 of the texts, in their order."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update(document.text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
