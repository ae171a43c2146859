"""The work behind `naba audit`: the part of a snapshot's gold that an encoding can represent, before any training."""

from __future__ import annotations

from collections.abc import Iterator

from annotation import terminal
from annotation.core import json_text
from annotation.core.errors import UsageError
from annotation.core.layers import ARGUMENT, LAYERS, LINK, PLURAL
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import atomic
from training.config.schema import AuditConfig
from training.encoding.coverage import ENOUGH, UNSEEN, Coverage, CoverageCounts, LossExample, coverage
from training.encoding.encoding import Encoding

_FURTHER = "attribute"


def audit(run: AuditConfig) -> float:
    """Show what can be represented and what is lost, write it to `output` if given, and return the coverage in 0..1."""
    snapshot = Snapshot.open(run.snapshot)
    encoding = Encoding.build(snapshot.ontology, run.model, run.encoder)
    wanted = ("train", "dev", "test") if run.split == "all" else (run.split,)
    documents = [document for split in wanted for document in snapshot.split(split)]
    if not documents:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    totals = coverage(encoding, documents, examples=run.examples)
    _show(totals, f"{_name(run)} on {snapshot.manifest.name}, {run.split}: {totals.documents} documents")
    if run.output:
        with atomic(run.output) as file:
            json_text.dump(_row(totals, run), file, indent=2)
        terminal.say(f"audit: {run.output}")
    return totals.share


def _name(run: AuditConfig) -> str:
    return run.encoder.id


def _show(totals: Coverage, title: str) -> None:
    languages = sorted(totals.marks)
    heading = ("", "marks", "can be said", *languages, "by labels of tokens", "not shown")
    terminal.table(title, heading, _figures(totals, languages))
    rows = list(_losses(totals))
    if rows:
        terminal.table("what is lost, and why", ("", "marks"), rows)
    if totals.share < ENOUGH:
        terminal.warn(f"{100 * totals.share:.2f}% can be said, less than {100 * ENOUGH:.0f}%: see what is lost")


def _figures(totals: Coverage, languages: list[str]) -> Iterator[tuple[str, ...]]:
    for kind in (*LAYERS, None):
        marks = totals.of(kind=kind)
        by_language = [_percent(totals.of(kind=kind, language=language).share) for language in languages]
        spans = marks if kind else totals.spans
        has_spans = kind not in (ARGUMENT, LINK)
        tokens = "" if not has_spans else _percent(spans.tokens / spans.total if spans.total else 1.0)
        unseen = "" if not has_spans else str(spans.unseen)
        yield PLURAL.get(kind or "", "all"), str(marks.total), _percent(marks.share), *by_language, tokens, unseen


def _losses(totals: Coverage) -> Iterator[tuple[str, str]]:
    """Reasons with their counts and an example each: of annotations, then of words the encoder is not shown."""
    for kind in (*LAYERS, _FURTHER):
        for why, count in totals.reasons([kind]):
            yield f"{kind}: {_with_example(why, totals.examples[kind, why])}", str(count)
    unseen = [example for kind in LAYERS for example in totals.examples[kind, UNSEEN]]
    if unseen:
        yield _with_example(UNSEEN, unseen), str(totals.spans.unseen)


def _with_example(why: str, examples: list[LossExample]) -> str:
    return f"{why}, as in {examples[0].document}: {examples[0].what}" if examples else why


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def _row(totals: Coverage, run: AuditConfig) -> dict[str, object]:
    """The coverage as JSON values."""
    languages = {
        language: {kind: _marks(marks) for kind, marks in kinds.items()} for language, kinds in totals.marks.items()
    }
    lost = [
        {"kind": kind, "why": why, "count": count, "examples": _examples(totals, kind, why)}
        for (kind, why), count in totals.lost.most_common()
    ]
    unseen = {kind: _examples(totals, kind, UNSEEN) for kind in LAYERS if totals.examples.get((kind, UNSEEN))}
    return {
        "schema": 1,
        "encoder": _name(run),
        "snapshot": run.snapshot,
        "split": run.split,
        "documents": totals.documents,
        "share": totals.share,
        "kinds": {kind: _marks(totals.of(kind=kind)) for kind in LAYERS},
        "languages": languages,
        "lost": lost,
        "unseen": unseen,
    }


def _marks(marks: CoverageCounts) -> dict[str, float]:
    sizes = {"total": marks.total, "said": marks.representable, "tokens": marks.tokens, "unseen": marks.unseen}
    return {**sizes, "share": marks.share}


def _examples(totals: Coverage, kind: str, why: str) -> list[dict[str, str]]:
    return [{"document": example.document, "what": example.what} for example in totals.examples.get((kind, why), ())]
