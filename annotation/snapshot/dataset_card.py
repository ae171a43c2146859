"""The dataset card of a snapshot: metadata for the Hugging Face hub, and tables of counts."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from annotation.core.licences import Licences
from annotation.core.ontology import Ontology
from annotation.snapshot.licence_card import licence_metadata, licence_table
from annotation.snapshot.manifest import Manifest
from annotation.snapshot.splits import SPLITS


def dataset_card(manifest: Manifest, ontology: Ontology, licences: Licences) -> str:
    """The text of README.md: the metadata block, then tables with counts of each split."""
    metadata = {
        "language": sorted({language for counts in manifest.counts.values() for language in counts.languages}),
        **licence_metadata(licences, several=True),
        "pretty_name": manifest.name,
        "task_categories": ["token-classification"],
        "tags": ["event-extraction", "naba"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": name, "path": f"{name}.parquet"} for name in filled_splits(manifest)],
            }
        ],
    }
    block = yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    parts = [
        f"---\n{block}---\n\n# {manifest.name}\n",
        "News articles in which events, their arguments and the entities that fill them are marked. Offsets count "
        "code points of `text`; `end` is exclusive.\n",
        _table("Documents", manifest, ["documents", "characters"]),
        *label_tables(manifest),
        f"## Licences\n\n{licence_table(licences)}",
        _origin(manifest, ontology),
    ]
    return "\n".join(part for part in parts if part)


def label_tables(manifest: Manifest) -> list[str]:
    """A table for languages and each kind of label, with a column per split; empty ones among them."""
    return [_table(title, manifest, None, kind) for title, kind in _TABLES]


_TABLES = (
    ("Languages", "languages"),
    ("Entities", "entities"),
    ("Events", "events"),
    ("Arguments", "arguments"),
    ("Links", "links"),
)


def filled_splits(manifest: Manifest) -> list[str]:
    """The splits that have documents; an empty one is not listed for loading."""
    return [name for name in SPLITS if manifest.counts[name].documents]


def _table(title: str, manifest: Manifest, rows: Iterable[str] | None, kind: str | None = None) -> str:
    """A table with one column per split: the counts of a kind of label, or the totals named in `rows`."""
    numbers = [getattr(manifest.counts[name], kind) if kind else vars(manifest.counts[name]) for name in SPLITS]
    names = sorted({name for counts in numbers for name in counts}) if rows is None else list(rows)
    if not names:
        return ""
    lines = [f"## {title}\n", f"| | {' | '.join(SPLITS)} |", "| --- |" + " ---: |" * len(SPLITS)]
    lines += [f"| {name} | {' | '.join(str(counts.get(name, 0)) for counts in numbers)} |" for name in names]
    return "\n".join(lines) + "\n"


def _origin(manifest: Manifest, ontology: Ontology) -> str:
    """A list of what the snapshot was made from."""
    policy = manifest.policy
    facts = {
        "Ontology": f"{ontology.name} {ontology.version} (`{manifest.ontology}`)",
        "Content": f"`{manifest.content}`",
        "Splits": f"ratios {', '.join(map(str, policy.ratios))}, seed {policy.seed}; articles at least "
        f"{policy.threshold} alike stay together",
        "Label Studio project": manifest.project,
        "Pulled up to": manifest.watermark,
        "Annotators": len(manifest.annotators),
        "Annotations in quarantine": manifest.quarantined,
    }
    return "## Origin\n\n" + "".join(f"- {name}: {fact}\n" for name, fact in facts.items() if fact is not None)
