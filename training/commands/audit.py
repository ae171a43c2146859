"""The work behind `naba audit`: what of a snapshot's gold an encoder and its encoding can say, before any training."""

from __future__ import annotations

import json
from collections.abc import Iterator

from annotation import terminal
from annotation.core.errors import UsageError
from annotation.core.layers import ARGUMENT, ENTITY, LAYERS, LINK, PLURAL, TRIGGER
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.documents_file import atomic
from training.config.schema import AuditConfig
from training.encoding.coverage import ENOUGH, UNSEEN, Coverage, CoverageCounts, LossExample, coverage
from training.encoding.encoding import Encoding

_FURTHER = "attribute"


def audit(run: AuditConfig) -> float:
    """Show what can be said and what is lost, write it to `output` if that is given, and return the share said."""
    snapshot = Snapshot.open(run.snapshot)
    encoding = Encoding.build(snapshot.ontology, run.model, run.encoder)
    wanted = ("train", "dev", "test") if run.split == "all" else (run.split,)
    documents = [document for split in wanted for document in snapshot.split(split)]
    if not documents:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    found = coverage(encoding, documents, examples=run.examples)
    _show(found, f"{_name(run)} on {snapshot.manifest.name}, {run.split}: {found.documents} documents")
    if run.output:
        with atomic(run.output) as file:
            json.dump(_row(found, run), file, ensure_ascii=False, indent=2)
        terminal.say(f"audit: {run.output}")
    return found.share


def _name(run: AuditConfig) -> str:
    return run.encoder.id


def _show(found: Coverage, title: str) -> None:
    languages = sorted(found.marks)
    heading = ("", "marks", "can be said", *languages, "by labels of tokens", "not shown")
    terminal.table(title, heading, _figures(found, languages))
    rows = list(_losses(found))
    if rows:
        terminal.table("what is lost, and why", ("", "marks"), rows)
    if found.share < ENOUGH:
        terminal.warn(f"{100 * found.share:.2f}% can be said, less than {100 * ENOUGH:.0f}%: see what is lost")


def _figures(found: Coverage, languages: list[str]) -> Iterator[tuple[str, ...]]:
    for kind in (*LAYERS, None):
        marks = found.of(kind=kind)
        by_language = [_percent(found.of(kind=kind, language=language).share) for language in languages]
        spans = marks if kind else _spans(found)
        told = kind not in (ARGUMENT, LINK)
        tokens = "" if not told else _percent(spans.tokens / spans.total if spans.total else 1.0)
        unseen = "" if not told else str(spans.unseen)
        yield PLURAL.get(kind or "", "all"), str(marks.total), _percent(marks.share), *by_language, tokens, unseen


def _spans(found: Coverage) -> CoverageCounts:
    total = found.of(kind=ENTITY)
    total += found.of(kind=TRIGGER)
    return total


def _losses(found: Coverage) -> Iterator[tuple[str, str]]:
    """Reasons with their counts and an example each: of marks, then of what no score counts."""
    for kind in (*LAYERS, _FURTHER):
        for why, count in found.reasons([kind]):
            yield f"{kind}: {_told(why, found.examples[kind, why])}", str(count)
    unseen = [example for kind in LAYERS for example in found.examples[kind, UNSEEN]]
    if unseen:
        yield _told(UNSEEN, unseen), str(_spans(found).unseen)


def _told(why: str, examples: list[LossExample]) -> str:
    return f"{why}, as in {examples[0].document}: {examples[0].what}" if examples else why


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def _row(found: Coverage, run: AuditConfig) -> dict[str, object]:
    """The same for a machine."""
    languages = {
        language: {kind: _marks(marks) for kind, marks in kinds.items()} for language, kinds in found.marks.items()
    }
    lost = [
        {"kind": kind, "why": why, "count": count, "examples": _examples(found, kind, why)}
        for (kind, why), count in found.lost.most_common()
    ]
    unseen = {kind: _examples(found, kind, UNSEEN) for kind in LAYERS if found.examples.get((kind, UNSEEN))}
    return {
        "schema": 1,
        "encoder": _name(run),
        "snapshot": run.snapshot,
        "split": run.split,
        "documents": found.documents,
        "share": found.share,
        "kinds": {kind: _marks(found.of(kind=kind)) for kind in LAYERS},
        "languages": languages,
        "lost": lost,
        "unseen": unseen,
    }


def _marks(marks: CoverageCounts) -> dict[str, float]:
    sizes = {"total": marks.total, "said": marks.representable, "tokens": marks.tokens, "unseen": marks.unseen}
    return {**sizes, "share": marks.share}


def _examples(found: Coverage, kind: str, why: str) -> list[dict[str, str]]:
    return [{"document": example.document, "what": example.what} for example in found.examples.get((kind, why), ())]
