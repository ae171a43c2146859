"""Model card of a release: the metadata of the Hugging Face hub, scores, gates, use and origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from annotation.core.matching import HEADLINE
from annotation.snapshot.licence_card import licence_metadata, licence_table
from training.lineage.release_record import Record
from training.release.card_parts import ABOUT, front_matter, hub_results, licence, score_table, use
from training.release.data_facts import DataFacts
from training.release.use_and_limits import annotators, use_and_limits


def model_card(
    record: Record,
    facts: DataFacts | None = None,
    *,
    model: str = "model",
    hub: str | None = None,
    given: str | None = None,
    further: Mapping[str, object] | None = None,
) -> str:
    """The text of README.md. Its metadata block has a `model-index`, which the hub shows as the model's results.

    facts: of the data, None where it is not at hand. model: the path that the model's folder has in the examples; hub:
    its id there, if it goes to the hub. given: the licence that the publisher says. further: more metadata.
    """
    facts = facts or DataFacts.unknown()
    data, encoder = record.snapshot, record.trained.encoder
    results = hub_results(record.model, record.scores, dataset=data.name, split=record.split, revision=data.content)
    parts = [
        front_matter(list(record.languages), encoder, results, licence_metadata(facts.licences, given), further),
        f"# {record.model}, release {record.version}\n\n{ABOUT}",
        f"## Scores\n\nF1 in percent on the {record.documents} documents of `{data.name}`, {record.split}; "
        f"the headline is {HEADLINE}: trigger, event type, argument and role all right.\n",
        score_table(record.scores, record.intervals),
        _gates(record),
        use_and_limits(record.scores, facts),
        annotators(facts),
        use(model, hub=hub) + "\nThe release's report.html says how far the scores can be trusted.\n",
        licence(encoder, licence_table(facts.licences, given)),
        _origin(record),
    ]
    return "\n".join(parts)


def _gates(record: Record) -> str:
    hash_ = f" (`{record.gates_hash[:12]}`)" if record.gates_hash else ""
    lines = [f"## Gates\n\nHeld against the gates `{record.gates_preset}`{hash_}.\n"]
    lines += [f"- {gate.gate} ({gate.state}): {gate.said}" for gate in record.gates]
    return "\n".join(lines) + "\n"


def _origin(record: Record) -> str:
    return "## Origin\n\n" + "".join(f"- {name}: {fact}\n" for name, fact in _facts(record))


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    trained = record.trained
    yield "Released", record.created
    yield "Encoder", record.trained.encoder
    learned = ", ".join(f"`{data.name}` (`{data.content}`)" for data in (trained.snapshot, *trained.also))
    yield "Trained on", f"{learned}, seed {trained.seed}"
    if trained.init:
        yield "Went on from", f"{trained.init.model} (`{trained.init.weights}`)"
    yield "Scored on", f"`{record.snapshot.name}` (`{record.snapshot.content}`)"
    yield "Ontology", f"`{record.snapshot.ontology}`"
    if record.against:
        seen = record.against.seen
        too_high = f"; it was trained with {len(seen)} of the {record.documents} documents" if seen else ""
        yield "Compared with", f"{record.against.version or 'a model'} ({record.against.model}){too_high}"
    yield "Weights", f"`{record.weights}`"
    yield "Packages", ", ".join(f"{name} {version}" for name, version in trained.packages.items())
    yield "To make it again", f"`naba release --verify {record.version}`"
