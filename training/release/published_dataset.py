"""The dataset of a publication: the splits as Parquet, without the articles' text unless that is asked for.

Without text an article is its id, its source, the hash and the length of its text, and the marks at their offsets: who
has the articles can put the text back, and see by the hash that it is the same. People's names are left out always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from annotation.core.document import Document, Provenance
from annotation.snapshot.dataset_card import filled_splits, label_tables
from annotation.snapshot.licence_card import licence_metadata, licence_table
from annotation.snapshot.snapshot import Snapshot
from annotation.snapshot.splits import SPLITS
from annotation.storage.parquet import COLUMNS, to_row, write_parquet
from training.release.data_facts import DataFacts

_BATCH = 512
WITHOUT_TEXT = pa.schema(
    [
        COLUMNS.field("id"),
        pa.field("text_sha256", pa.string()),
        pa.field("characters", pa.int64()),
        *(field for field in COLUMNS if field.name not in ("id", "text")),
    ]
)
"""The columns where the text is left out. text_sha256: of its UTF-8. characters: its code points."""
_MUST_NOT = """## What it must not be used for

Putting the articles' text together again against their licences; finding out who annotated; decisions on the people
that articles name; training or scoring models whose marks are acted on without a person reading the article.
"""


def write_dataset(folder: Path, snapshot: Snapshot, *, text: bool, licence: str | None = None, title: str = "") -> None:
    """Write Parquet files, ontology and card into the folder, which is made. licence: what the publisher says."""
    folder.mkdir(parents=True)
    people = {name: f"annotator-{number}" for number, name in enumerate(_annotators(snapshot), start=1)}
    for name in filled_splits(snapshot.manifest):
        documents = [_public(document, people, text=text) for document in snapshot.split(name)]
        if text:
            write_parquet(folder / f"{name}.parquet", documents)
        else:
            _write_without_text(folder / f"{name}.parquet", documents)
    (folder / "ontology.yaml").write_text(snapshot.ontology.source, encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(
        _card(snapshot, text=text, licence=licence, title=title), encoding="utf-8", newline="\n"
    )


def data_files(snapshot: Snapshot, folder: str = "") -> list[dict[str, object]]:
    """The `configs` of a card's metadata, by which `datasets.load_dataset` finds the splits."""
    files = [{"split": name, "path": f"{folder}{name}.parquet"} for name in filled_splits(snapshot.manifest)]
    return [{"config_name": "default", "data_files": files}]


def all_documents(snapshot: Snapshot) -> list[Document]:
    """The documents of all splits."""
    return [document for name in SPLITS for document in snapshot.split(name)]


def _annotators(snapshot: Snapshot) -> list[str]:
    found = {d.provenance.annotator for d in all_documents(snapshot) if d.provenance and d.provenance.annotator}
    return sorted(found)


def _public(document: Document, people: Mapping[str, str], *, text: bool) -> Document:
    """The document with a number for its annotator, without the records of work; its title is a part of its text."""
    annotator = document.provenance.annotator if document.provenance else None
    source = document.source
    if source and not text:
        source = replace(source, title=None)
    provenance = Provenance(annotator=people[annotator]) if annotator else None
    return replace(document, source=source, provenance=provenance)


def _write_without_text(path: Path, documents: Iterable[Document]) -> None:
    with (
        path.open("wb") as file,
        pq.ParquetWriter(file, WITHOUT_TEXT, compression="zstd") as writer,  # type: ignore[no-untyped-call]
    ):
        for batch in _batches(list(documents)):
            rows = pa.RecordBatch.from_pylist([_row(document) for document in batch], schema=WITHOUT_TEXT)
            writer.write_batch(rows)


def _batches(documents: Sequence[Document]) -> Iterable[Sequence[Document]]:
    return (documents[start : start + _BATCH] for start in range(0, len(documents), _BATCH))


def _row(document: Document) -> dict[str, object]:
    row = {**to_row(document), "text_sha256": document.text_sha256, "characters": len(document.text)}
    del row["text"]
    return row


def _card(snapshot: Snapshot, *, text: bool, licence: str | None, title: str) -> str:
    """The text of README.md: the hub's metadata, the tables of labels, licences, annotators and origin."""
    manifest, documents = snapshot.manifest, all_documents(snapshot)
    facts = DataFacts.of(documents, manifest)
    metadata = {
        "language": sorted(facts.languages),
        **licence_metadata(facts.licences, licence, several=True),
        "pretty_name": manifest.name,
        "task_categories": ["token-classification"],
        "tags": ["event-extraction", "naba"],
        "configs": data_files(snapshot),
    }
    block = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    parts = [
        f"---\n{block}---\n\n# {title or manifest.name}\n",
        f"{facts.about()}, in which events, their arguments and the entities that fill them are marked. Offsets count "
        "code points of the article's text; `end` is exclusive.\n",
        _with_text() if text else _without_text(),
        *label_tables(manifest),
        f"## Annotators\n\n{facts.annotation()}",
        "## Intended use\n\nTraining and scoring of models that find reports of events in news articles, and research "
        "on how people mark them.\n",
        _MUST_NOT,
        f"## Licence\n\n{licence_table(facts.licences, licence)}",
        f"## Origin\n\n- Snapshot `{manifest.name}`, content `{manifest.content}`\n"
        f"- Ontology {snapshot.ontology.name} {snapshot.ontology.version} (`{manifest.ontology}`), in ontology.yaml\n",
    ]
    return "\n".join(part for part in parts if part)


def _with_text() -> str:
    return "The text of the articles is in it: each article's own licence, `source.licence`, says what it allows.\n"


def _without_text() -> str:
    return """## The text is not in it

Marks are offsets into the text that `naba read` makes of the page at `source.url`; `text_sha256` is the hash of that
text in UTF-8, and `characters` its length in code points. With the articles at hand:

    import hashlib
    from datasets import load_dataset

    texts = {hashlib.sha256(text.encode()).hexdigest(): text for text in my_articles}
    marked = load_dataset(FOLDER)["train"].filter(lambda row: row["text_sha256"] in texts)
    marked = marked.map(lambda row: {"text": texts[row["text_sha256"]]})
"""
