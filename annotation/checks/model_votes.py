"""Models' votes on articles, read from the Documents that `naba predict` or `naba evaluate` wrote, for suspects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotation.checks.file_faults import read_lines
from annotation.checks.suspects import FEWEST, Suspect, suspects
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.messages import first_few
from annotation.storage.documents_file import read_documents

PATTERN = "predictions*.jsonl"
"""What a model's predictions are called in the folder of a report."""


@dataclass(frozen=True)
class Votes:
    """What each model marked, by article. files: one a model."""

    files: tuple[Path, ...]
    by_article: dict[str, list[Document]] = field(repr=False)

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Votes:
        """From files of predicted Documents, one a model; a folder stands for all `PATTERN` in it.

        Raises UsageError for fewer than two models, and for a file that holds no Documents.
        """
        files = tuple(dict.fromkeys(file.resolve() for path in paths for file in _files(path)))
        if len(files) < FEWEST:
            given = first_few([str(path) for path in paths])
            raise UsageError(
                f"--suspects: {len(files)} file of predictions ({given}), but a suspect takes {FEWEST} models that "
                "agree; give --suspects again with another model's, or a report's folder"
            )
        by_article: dict[str, list[Document]] = defaultdict(list)
        for file in files:
            for document in {document.id: document for document in read_documents(file)}.values():
                by_article[document.id].append(document)
        return cls(files, dict(by_article))

    def suspects(self, gold: Path) -> Iterator[Suspect]:
        """What all the models say against the annotators of a Documents file, article by article.

        Articles that fewer than two models marked, or marked in another text, are passed over. Raises UsageError where
        these are all.
        """
        judged = False
        for document in (item for item in read_lines(gold) if isinstance(item, Document)):
            votes = [vote for vote in self.by_article.get(document.id, ()) if vote.text == document.text]
            if len(votes) >= FEWEST:
                judged = True
                yield from (suspect for suspect in suspects(document, votes) if suspect.is_sure)
        if not judged:
            raise UsageError(
                f"--suspects: none of the articles of {gold} is marked by {FEWEST} models, in the same text; "
                "predict these very articles, or name the report that was made of them"
            )


def _files(path: Path) -> list[Path]:
    """The file, or those of a folder. Raises UsageError for a folder without any."""
    if not path.is_dir():
        return [path]
    files = sorted(path.glob(PATTERN))
    if not files:
        raise UsageError(
            f"--suspects: {path}: no {PATTERN} in it; name the folder of a report, or files of predictions"
        )
    return files
