"""`naba read`: raw articles as Documents, and what was cut from them and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotation import terminal
from annotation.commands.options import AsJson
from annotation.core.document import Document
from annotation.core.errors import ArticleError, UsageError
from annotation.storage.documents_file import write_documents

if TYPE_CHECKING:
    from annotation.articles.cuts import Cut

_SHOWN = 160
"""Characters of a cut line on the terminal; --json has all."""


def read(
    articles: Annotated[list[Path], typer.Argument(help="Files and folders: .txt .html .jsonl .parquet.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Where the Documents go; - is standard output. With --explain it may be left out."),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each line that is cut from an article, and why.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read raw articles: find the language, the body and the day published, and write them as Documents.

    They are read as naba push reads them. With --explain and without --out nothing is written: look at what would be
    cut before you push. A line that is cut stays in the raw file, and `source.body` tells where the others are there.
    """
    if out is None and not explain:
        raise UsageError("read: say --out FILE for the Documents, or --explain to see what would be cut")
    run = _Reading(explain, show=explain and not as_json)
    documents = run.documents(articles)
    if out is None:
        for _ in documents:
            pass
    else:
        write_documents(out, documents)
    if as_json:
        terminal.emit(run.as_dict())
    else:
        run.say(out)


@dataclass
class _Reading:
    """The articles read so far. explain: keep what was cut; show: print it as it comes."""

    explain: bool
    show: bool
    articles: list[dict[str, object]] = field(default_factory=list)
    refused: list[dict[str, object]] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    read: int = 0
    dated: int = 0

    def documents(self, paths: list[Path]) -> Iterator[Document]:
        """The readable articles; warns of each other one. Raises UsageError if none is readable."""
        for found, cuts in _found(paths, explain=self.explain):
            self._count(cuts)
            if isinstance(found, Document):
                self._take(found, cuts)
                yield found
            else:
                self._refuse(found, cuts)
        if not self.read:
            raise UsageError("none of what was named could be read as an article")

    def say(self, out: Path | None) -> None:
        """Print the counts of all cuts, and how many articles there were."""
        from annotation.articles.cuts import REASONS

        if self.lines:
            rows = [(reason, count, self.characters[reason]) for reason, count in self.lines.most_common()]
            terminal.table("cut from all articles", ("reason", "lines", "characters"), rows)
            for reason in self.lines:
                terminal.say(f"  {reason}: {REASONS[reason]}")
        where = f" into {out}" if out is not None else ""
        terminal.say(f"{self.read} articles read{where}, {len(self.refused)} refused; {self.dated} with a date")

    def as_dict(self) -> dict[str, object]:
        """All of it as JSON values."""
        reasons = {why: {"lines": n, "characters": self.characters[why]} for why, n in self.lines.most_common()}
        counts = {"read": self.read, "refused": len(self.refused), "dated": self.dated}
        return {"schema": 1, **counts, "cut": reasons, "articles": self.articles, "faults": self.refused}

    def _count(self, cuts: tuple[Cut, ...]) -> None:
        for cut in cuts:
            self.lines[cut.reason] += 1
            self.characters[cut.reason] += len(cut.text)

    def _take(self, document: Document, cuts: tuple[Cut, ...]) -> None:
        self.read += 1
        source = document.source
        published = source.published if source else None
        self.dated += bool(published)
        if self.show:
            terminal.say(_headline(document))
            _show(cuts)
        elif self.explain:
            row = {"id": document.id, "language": document.language, "characters": len(document.text)}
            about = {"name": source.name, "title": source.title} if source else {}
            self.articles.append({**row, **about, "published": published, "cut": [cut.as_dict() for cut in cuts]})

    def _refuse(self, fault: ArticleError, cuts: tuple[Cut, ...]) -> None:
        terminal.warn(str(fault))
        if self.show:
            _show(cuts, none="")
        row = {"path": fault.path, "reason": fault.reason, "remedy": fault.remedy}
        self.refused.append({**row, "cut": [cut.as_dict() for cut in cuts]} if self.explain else dict(row))


def _found(paths: list[Path], *, explain: bool) -> Iterator[tuple[Document | ArticleError, tuple[Cut, ...]]]:
    from annotation.articles import reader

    if explain:
        yield from reader.read_explained(paths)
    else:
        yield from ((found, ()) for found in reader.read(paths))


def _headline(document: Document) -> str:
    """The article's name, id, day, and title, which may be right to left and so stands last."""
    source, lines = document.source, len(document.text.splitlines())
    name = source.name if source else document.id
    day = source.published if source and source.published else "no date found"
    title = f": {source.title}" if source and source.title else ""
    return f"{name} ({document.id}), {document.language}, {day}, {lines} lines kept{title}"


def _show(cuts: tuple[Cut, ...], none: str = "  nothing cut") -> None:
    if not cuts and none:
        terminal.say(none)
    for cut in cuts:
        text = " ".join(cut.text.split())
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text):,} characters)"
        terminal.say(f"  line {cut.line}, {cut.reason}: {shown}")
