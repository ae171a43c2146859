"""Model card of a release: the metadata of the Hugging Face hub, scores, gates, use and origin."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from annotation.core.matching import HEADLINE
from annotation.core.messages import percent
from training.lineage.release_record import Record

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
"""Ids that the hub can link to; an encoder may also be a local folder."""


def model_card(record: Record) -> str:
    """The text of README.md. Its metadata block has a `model-index`, which the hub shows as the model's results."""
    block = yaml.safe_dump(_metadata(record), sort_keys=False, allow_unicode=True)
    parts = [
        f"---\n{block}---\n\n# {record.model}, release {record.version}\n",
        "Finds events in news articles, their arguments with their roles, and the entities that fill them. Spans may "
        "begin inside a word, where a prefix is glued to it. Offsets count code points; `end` is exclusive.\n",
        _scores(record),
        _gates(record),
        _use(record),
        _origin(record),
    ]
    return "\n".join(parts)


def _metadata(record: Record) -> dict[str, object]:
    head = {"language": sorted(record.languages), "license": "other", "pipeline_tag": "token-classification"}
    tags = {"tags": ["event-extraction", "naba"]}
    name = record.trained.encoder
    base = {"base_model": name} if name != "compact" and _HUB_ID.fullmatch(name) else {}
    return {**head, **base, **tags, "metrics": ["f1"], "model-index": [_results(record)]}


def _results(record: Record) -> dict[str, object]:
    """A `model-index` entry in the hub's format: task, dataset and metrics for all documents and each language."""
    data = record.snapshot
    results = []
    for language, scores in record.scores.items():
        named = data.name if language == "all" else f"{data.name} ({language})"
        dataset = {"type": data.name, "name": named, "split": record.split, "revision": data.content}
        if language != "all":
            dataset["config"] = language
        metrics = [{"type": "f1", "name": f"{unit} F1", "value": round(value, 4)} for unit, value in scores.items()]
        task = {"type": "token-classification", "name": "Event extraction"}
        results.append({"task": task, "dataset": dataset, "metrics": metrics})
    return {"name": record.model, "results": results}


def _scores(record: Record) -> str:
    """A table of F1 in percent, with the 95% interval over all documents."""
    lines = [
        f"## Scores\n\nF1 in percent on the {record.documents} documents of `{record.snapshot.name}`, {record.split}; "
        f"the headline is {HEADLINE}: trigger, event type, argument and role all right.\n",
        "| | all | 95% | " + " | ".join(language for language in record.scores if language != "all") + " |",
        "| --- |" + " ---: |" * (1 + len(record.scores)),
    ]
    for unit, value in record.scores["all"].items():
        low, high = record.intervals[unit]
        others = [percent(scores[unit]) for language, scores in record.scores.items() if language != "all"]
        cells = (percent(value), f"{percent(low)}-{percent(high)}", *others)
        lines.append(f"| {unit} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _gates(record: Record) -> str:
    lines = [f"## Gates\n\nHeld against the gates `{record.gates_preset}`.\n"]
    lines += [f"- {gate.gate} ({'passed' if gate.passed else 'FAILED'}): {gate.said}" for gate in record.gates]
    return "\n".join(lines) + "\n"


def _use(record: Record) -> str:
    return (
        "## Use\n\n    naba predict model=model input=articles.jsonl output=predictions.jsonl\n\n"
        "Scores beside spans and arguments are chances in 0..1; report.html says how far they can be trusted.\n"
    )


def _origin(record: Record) -> str:
    return "## Origin\n\n" + "".join(f"- {name}: {fact}\n" for name, fact in _facts(record))


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    trained = record.trained
    yield "Released", record.created
    yield "Encoder", record.trained.encoder
    yield "Trained on", f"`{trained.snapshot.name}` (`{trained.snapshot.content}`), seed {trained.seed}"
    yield "Scored on", f"`{record.snapshot.name}` (`{record.snapshot.content}`)"
    yield "Ontology", f"`{record.snapshot.ontology}`"
    if record.against:
        yield "Compared with", f"{record.against.version or 'a model'} ({record.against.model})"
    yield "Weights", f"`{record.weights}`"
    yield "Packages", ", ".join(f"{name} {version}" for name, version in trained.packages.items())
    yield "To make it again", f"`naba release --verify {record.version}`"
