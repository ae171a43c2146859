"""What cards say of the data behind a model: articles, sources, licences, annotators and how well they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotation.core.document import Document
from annotation.core.licences import Licences
from annotation.core.matching import PRF
from annotation.core.messages import percent
from annotation.snapshot.manifest import Manifest
from training.analysis.human_agreement import agreement_scores

_SHOWN = ("Trig-C", "Arg-C+", "Entity")


@dataclass(frozen=True)
class DataFacts:
    """Of the articles that a model has seen or is scored on.

    languages: articles of each. sources: how many names of sources differ; files that are one article each have as
    many as there are articles. published: the first and the last date, where articles say.
    annotators: how many people marked them, 0 where that is not known. agreed_on: articles that several people marked;
    agreement: their scores, one person's marks against another's, empty where that was not measured.
    """

    documents: int
    languages: Mapping[str, int]
    sources: int
    published: tuple[str, str] | None
    licences: Licences
    annotators: int
    agreed_on: int
    agreement: Mapping[str, PRF]

    @classmethod
    def of(cls, documents: Sequence[Document], manifest: Manifest) -> DataFacts:
        """The facts of these documents and of the snapshot that they were marked for."""
        dates = sorted(d.source.published for d in documents if d.source and d.source.published)
        measured = manifest.agreement or {}
        return cls(
            documents=len(documents),
            languages=dict(sorted(Counter(document.language for document in documents).items())),
            sources=len({document.source.name for document in documents if document.source}),
            published=(dates[0][:10], dates[-1][:10]) if dates else None,
            licences=Licences.of(documents),
            annotators=len(manifest.annotators),
            agreed_on=int(str(measured.get("documents", 0))),
            agreement=agreement_scores(measured.get("overall")),
        )

    @classmethod
    def unknown(cls) -> DataFacts:
        """Where the data is not at hand."""
        return cls(0, {}, 0, None, Licences({}, 0), 0, 0, {})

    def annotation(self) -> str:
        """Who annotated, and how well they agree; no names, which are nobody else's to know."""
        people = {0: "Who annotated is not recorded.", 1: "One person annotated."}
        said = people.get(self.annotators, f"{self.annotators} people annotated.")
        return f"{said} {self._agreement()}"

    def _agreement(self) -> str:
        if not self.agreed_on or not self.agreement:
            return "How well people agree was not measured, so nothing says what a human would reach.\n"
        rows = [f"| {unit} | {_with_interval(self.agreement[unit])} |" for unit in _SHOWN if unit in self.agreement]
        head = f"On the {self.agreed_on} articles that more than one person marked they agree so, as F1 in percent:\n"
        return "\n".join([head, "| | F1 (95%) |", "| --- | ---: |", *rows]) + "\n"

    def about(self) -> str:
        """The articles, in a sentence."""
        counted = ", ".join(f"{count} {language}" for language, count in self.languages.items())
        dates = f", published {self.published[0]} to {self.published[1]}" if self.published else ""
        sources = f" of {self.sources} sources" if 0 < self.sources < self.documents / 2 else ""
        return f"{self.documents} articles ({counted}){sources}{dates}"


def _with_interval(prf: PRF) -> str:
    ends = f" ({percent(prf.interval[0])}-{percent(prf.interval[1])})" if prf.interval else " (too few)"
    return percent(prf.f1) + ends
