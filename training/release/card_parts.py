"""The parts that the cards of trained models and of releases share: the hub's metadata, scores, use and licence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import yaml

from annotation.core.messages import percent

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
"""Ids that the hub can link to; an encoder may also be a local folder."""
_BASE = {"compact": None, "bundled": "intfloat/multilingual-e5-small"}
"""What the hub calls the encoders that have no id of it."""
ABOUT = (
    "Finds events in news articles, their arguments with their roles, and the entities that fill them. Spans may begin "
    "inside a word, where a prefix is glued to it. Offsets count code points; `end` is exclusive.\n"
)

F1 = Mapping[str, Mapping[str, float]]
"""F1 in 0..1 of each unit, over `all` documents and those of each language."""


def front_matter(
    languages: Sequence[str],
    encoder: str,
    results: Mapping[str, object],
    licence: Mapping[str, object] | None = None,
    further: Mapping[str, object] | None = None,
) -> str:
    """The block of metadata that the hub reads.

    results: an entry of its `model-index`. licence: the weights' `license`, by default "other". further: more keys.
    """
    base = _BASE.get(encoder, encoder if _HUB_ID.fullmatch(encoder) else None)
    block = {
        "language": sorted(languages),
        **(licence or {"license": "other"}),
        "pipeline_tag": "token-classification",
        "library_name": "transformers",
        **({"base_model": base} if base else {}),
        "tags": ["event-extraction", "naba"],
        "metrics": ["f1"],
        **(further or {}),
        "model-index": [results],
    }
    return f"---\n{yaml.safe_dump(block, sort_keys=False, allow_unicode=True)}---\n"


def hub_results(model: str, scores: F1, *, dataset: str, split: str, revision: str) -> dict[str, object]:
    """A `model-index` entry in the hub's format: task, dataset and metrics for all documents and each language."""
    results = []
    for language, f1 in scores.items():
        named = dataset if language == "all" else f"{dataset} ({language})"
        about = {"type": dataset, "name": named, "split": split, "revision": revision}
        if language != "all":
            about["config"] = language
        metrics = [{"type": "f1", "name": f"{unit} F1", "value": round(value, 4)} for unit, value in f1.items()]
        task = {"type": "token-classification", "name": "Event extraction"}
        results.append({"task": task, "dataset": about, "metrics": metrics})
    return {"name": model, "results": results}


def score_table(scores: F1, intervals: Mapping[str, tuple[float, float]]) -> str:
    """A table of F1 in percent, with the 95% interval over all documents, where there is one."""
    languages = [language for language in scores if language != "all"]
    lines = [
        "| | all | 95% |" + "".join(f" {language} |" for language in languages),
        "| --- |" + " ---: |" * (2 + len(languages)),
    ]
    for unit, value in scores["all"].items():
        ends = "-".join(map(percent, intervals[unit])) if unit in intervals else "too few"
        others = [percent(scores[language][unit]) for language in languages]
        lines.append(f"| {unit} | {' | '.join((percent(value), ends, *others))} |")
    return "\n".join(lines) + "\n"


def use(model: str, *, hub: str | None = None) -> str:
    """How the model is used. model: the path that its folder has in the examples. hub: its id there, to be fetched."""
    fetch = (
        f'    from huggingface_hub import snapshot_download\n    model = snapshot_download("{hub}")\n' if hub else ""
    )
    return f"""## Use

    from transformers import pipeline
    import training.pipeline  # of naba: what the model is made of

{fetch}    extract = pipeline("event-extraction", model={"model" if hub else f'"{model}"'})
    extract("بالأمس اعتقلت الشرطة ثلاثة أشخاص في حلب")

Or `naba predict model={model} input=articles.jsonl output=predictions.jsonl`. Scores beside spans and arguments are
chances in 0..1.
"""


def licence(encoder: str, table: str = "") -> str:
    """Whose the weights are. table: the licences of the articles, where they are known."""
    base = _BASE.get(encoder, encoder)
    of_encoder = f" and of the encoder it began with ({base})" if base else ""
    return (
        f"## Licence\n\nThe weights are bound by the licences of the articles they were trained on{of_encoder}; "
        f"naba itself is under Apache-2.0.\n{f'{chr(10)}{table}' if table else ''}"
    )
