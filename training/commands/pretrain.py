"""The work behind `naba pretrain`: raw articles in, word vectors or a further trained checkpoint out."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import cast

from annotation.articles.reader import read
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.snapshot.snapshot import Snapshot
from annotation.storage.new_folder import is_free
from annotation.terminal import with_progress
from training.config.encoders import PretrainedEncoderConfig
from training.config.pretraining import PretrainConfig
from training.lineage.pretraining_record import read_record, write_record
from training.lineage.release_record import packages
from training.loop.run_folder import RUN_ID, RunFolder
from training.pretraining.fasttext import train_vectors
from training.pretraining.masked_words import train_masked
from training.pretraining.raw_text import RawText, texts_hash

_log = logging.getLogger(__name__)
_FREE = ("input", "output", "snapshot", "threads", "device")
"""Settings that may differ when a pretraining is taken up again; what text they led to may not."""


def pretrain(run: PretrainConfig) -> None:
    """Learn from the raw articles and write `output` at once; an interrupted pretraining of a checkpoint goes on.

    Raises UsageError for input without articles, and an output that holds something else.
    """
    output = Path(run.output).resolve()
    recorded = _recorded(output)
    documents, about = _articles(run)
    bound = json.loads(json.dumps({"settings": _bound(run), "texts": texts_hash(documents)}))
    if recorded and any(recorded.get(key) != value for key, value in bound.items()):
        raise UsageError(f"{output}: was pretrained with other settings or articles; choose another output")
    if recorded:
        _log.info("%s is finished already", output)
        write_record(output, _held_out_too(recorded, about))
        return
    folder = _claimed(output.parent / f".{output.name}.pretraining", bound)
    try:
        _pretrained(run, documents, folder, {**bound, **about}).rename(output)
    finally:
        if not folder.holds_work():
            shutil.rmtree(folder.path, ignore_errors=True)
    _log.info("written to %s; use it with %s", output, _how_to_use(run))


def _held_out_too(recorded: Mapping[str, object], about: Mapping[str, object]) -> Mapping[str, object]:
    """The record, with the snapshots too from which the same articles were read now."""
    contents = {str(each) for row in (recorded, about) for each in cast(Sequence[str], row.get("held_out", ()))}
    return {**recorded, "held_out": sorted(contents)}


def _articles(run: PretrainConfig) -> tuple[list[Document], dict[str, object]]:
    """The articles to learn from, and what there was to read."""
    snapshots = [Snapshot.open(path) for path in run.snapshot]
    held_out = [document for snapshot in snapshots for document in (*snapshot.dev, *snapshot.test)]
    raw = RawText(run.languages, held_out)
    documents = list(raw.select(with_progress(read([run.input]))))
    words = sum(len(document.text.split()) for document in documents)
    used = ", ".join(f"{count} in {language}" for language, count in sorted(raw.used.items()))
    _log.info("learning from %s words of raw articles: %s", f"{words:,}", used)
    if raw.left_out:
        _log.warning("left out: %s", raw.reasons())
    contents = [snapshot.manifest.content for snapshot in snapshots]
    return documents, {"articles": dict(raw.used), "left_out": dict(raw.left_out), "held_out": contents}


def _pretrained(
    run: PretrainConfig, documents: Sequence[Document], folder: RunFolder, record: Mapping[str, object]
) -> Path:
    """The folder of the result, complete with its record."""
    if isinstance(run.encoder, PretrainedEncoderConfig):
        made = train_masked(documents, run, run.encoder, folder)
        _log.info("loss of a masked token %.2f, at first %.2f", made["loss"], made["first_loss"])
    else:
        vectors, made = train_vectors(documents, run.vectors, run.seed)
        folder.publish(vectors.write)
    (folder.model / RUN_ID).unlink()
    write_record(folder.model, {**record, **made, "packages": packages()})
    return folder.model


def _recorded(output: Path) -> Mapping[str, object] | None:
    """The record of an earlier pretraining in the folder, None if it is free. Raises UsageError for anything else."""
    record = read_record(output)
    if record is None and not is_free(output):
        raise UsageError(f"{output}: exists and holds no pretraining; choose another output")
    return record


def _claimed(work: Path, bound: Mapping[str, object]) -> RunFolder:
    """The working folder beside the output, emptied of another pretraining."""
    try:
        return RunFolder.claim(work, bound, resume=True)
    except UsageError:
        return RunFolder.claim(work, bound, resume=False)


def _bound(run: PretrainConfig) -> dict[str, object]:
    """The settings that determine the result."""
    row = {name: value for name, value in asdict(run).items() if name not in _FREE}
    unused = "vectors" if isinstance(run.encoder, PretrainedEncoderConfig) else "masking"
    return {name: value for name, value in row.items() if name not in (unused, "languages")}


def _how_to_use(run: PretrainConfig) -> str:
    if isinstance(run.encoder, PretrainedEncoderConfig):
        return f"naba train encoder=hub encoder.name={run.output}"
    return f"naba train encoder.tables={run.output}"
