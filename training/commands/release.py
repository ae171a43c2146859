"""The work behind `naba release`: score a model, hold it against the gates, and keep it if they let it pass.

releases/VERSION/       model/ report.html report.md metrics.json predictions.jsonl release.json README.md bom.cdx.json
releases/refused/       the same without the model, of what the gates refused
releases/history.html   every release beside the others
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from annotation import terminal
from annotation.core.errors import Refused, UsageError
from annotation.core.matching import UNITS
from annotation.core.messages import N_, Message
from annotation.core.ontology import Ontology
from annotation.page.titles import Names
from annotation.page.wording import LANGUAGES, TRANSLATED, Wording
from annotation.snapshot.snapshot import Snapshot
from training.analysis.calibration import Calibration
from training.analysis.evaluation import AGAINST, Evaluation, evaluation
from training.analysis.leakage import leakage
from training.analysis.since_before import SinceBefore
from training.config.trained import ReleaseConfig
from training.config.version_names import LAST, NONE, REFUSED
from training.lineage.model_folder import find_model
from training.lineage.release_change import Against
from training.lineage.release_record import RECORD, Data, Gate, Record, check_free, code_hash, packages, settings_hash
from training.lineage.seed_scores import SeedScores
from training.release import gates
from training.release.baseline_remarks import BaselineRemarks
from training.release.bill_of_materials import BILL, bill_of_materials
from training.release.candidate import Examined, Trial, examine
from training.release.change_record import record_of_change
from training.release.data_facts import DataFacts
from training.release.earlier_model import EarlierModel, test_sets
from training.release.gates import Findings, GatesConfig, Outcome
from training.release.model_card import model_card
from training.release.publish import announce, put
from training.release.seed_predictions import other_trainings
from training.release.training_lineage import TrainingDocuments, read_training_record
from training.report.release_history import HISTORY, latest_version, write_history
from training.scoring.compatibility import check_labels_known

_SHOWN = 5
"""Failed gates named in the last line; all of them are listed above it."""


@dataclass(frozen=True)
class Predecessor:
    """The baseline of a release: an earlier release, or a model that is none; with its predictions."""

    version: str | None
    model: EarlierModel
    examined: Examined
    remarks: BaselineRemarks


def release(run: ReleaseConfig) -> Path:
    """Make the release and return its folder.

    Raises Refused with the gates that failed, after leaving the report in `releases`/refused/VERSION; UsageError when
    the version is taken, or a model, a release or a snapshot is not what it was.
    """
    home, asked = Path(run.releases), gates.load_gates(run.gates)
    folder = home / run.version
    check_free(folder)
    earlier = _earlier(run.against, home)
    trial = _trial(run)
    model = _opened(earlier[1], trial, run) if earlier else None
    examined = examine(run.model, trial.gold, run, trial.dev, model.gold if model else ())
    check_labels_known(examined.ontology, trial.gold, path=run.model)
    before = _before(earlier[0], model, trial, run) if earlier and model else None
    result = _evaluated(run, asked, trial, examined, before)
    for note in result.notes:
        terminal.warn(note)
    judged = _judged(asked, _findings(trial, examined, result), trial.snapshot.ontology)
    outcomes = judged["en"]
    record = _record(run, asked, trial, examined, before, result, judged)
    for gate in record.gates:
        terminal.say(f"{gate.state}  {gate.gate}: {gate.said}")
    failed = gates.refusing(asked, outcomes)
    result = replace(result, gates=_gates(judged[run.language]), pages=_pages(before, home, refused=bool(failed)))
    place = put(
        home / REFUSED / run.version if failed else folder,
        record,
        result,
        model=None if failed else run.model,
        language=run.language,
        further=_further(record, trial, run.model),
    )
    if failed:
        write_history(home, run.language)
        raise Refused(_refusal(run, outcomes, failed, place))
    shutil.rmtree(home / REFUSED / run.version, ignore_errors=True)  # it has passed by now
    announce(run, record, folder)
    terminal.say(f"release {run.version}: {folder}; all releases: {write_history(home, run.language)}")
    return folder


def _earlier(against: str, home: Path) -> tuple[str | None, Path] | None:
    """The version compared with and its model's folder, verified; None for nothing. Raises UsageError."""
    if against == NONE:
        return None
    if against == LAST:
        newest = latest_version(home)
        if newest is None:
            return None
        against = newest
    model = find_model(against)
    if (
        model and not (home / against / RECORD).is_file()
    ):  # a path may be absolute, which home / against leaves as it is
        return None, model
    if (home / against).is_dir() and against != REFUSED:
        return Record.open_whole(home / against).version, home / against / "model"
    raise UsageError(f"against={against}: neither a release in {home} nor the folder of a model; name one, or say none")


def _trial(run: ReleaseConfig) -> Trial:
    snapshot, how = Snapshot.open(run.snapshot), read_training_record(run.model)
    gold = snapshot.split(run.split)
    if not gold:
        raise UsageError(f"{run.snapshot}: its {run.split} split is empty; choose another split=")
    training = TrainingDocuments.of(how, snapshot, trained_on=run.trained_on, also=run.also or (), setting="trained_on")
    dev = [] if run.split == "dev" else training.development(snapshot)
    return Trial(snapshot=snapshot, gold=gold, how=how, training=training, dev=dev)


def _opened(path: Path, trial: Trial, run: ReleaseConfig) -> EarlierModel:
    sources = trial.training.sources
    opened = (sources.snapshot, *sources.also)
    return EarlierModel.open(path, trial.snapshot, run.split, at_hand=opened, elsewhere=run.against_snapshot)


def _before(version: str | None, model: EarlierModel, trial: Trial, run: ReleaseConfig) -> Predecessor:
    examined = examine(model.path, trial.gold, run, older=model.gold)
    remarks = BaselineRemarks.of(model, examined.ontology, trial.gold)
    return Predecessor(version, model, examined, remarks)


def _since(before: Predecessor, trial: Trial, examined: Examined, run: ReleaseConfig) -> SinceBefore:
    """What changed since the release before."""
    earlier, other = before.model, before.examined
    sets = test_sets(
        earlier,
        trial.training,
        name=f"{trial.snapshot.manifest.name}, {run.split}",
        scored=(trial.gold, examined.predicted, other.predicted),
        older=(examined.older, other.older),
    )
    return earlier.since(now=trial.how, training=trial.training, scored=trial.snapshot, predictions=sets)


def _evaluated(
    run: ReleaseConfig, asked: GatesConfig, trial: Trial, examined: Examined, before: Predecessor | None
) -> Evaluation:
    manifest = trial.snapshot.manifest
    meta = {
        N_("release"): run.version,
        N_("model"): examined.name,
        N_("snapshot"): f"{manifest.name} ({manifest.content[:12]})",
        N_("split"): run.split,
    }
    if before:
        meta[N_("against")] = before.version or before.examined.name
    return evaluation(
        trial.gold,
        examined.predicted,
        ontology=trial.snapshot.ontology,
        train=trial.seen,
        before=(meta["against"], before.examined.predicted) if before else None,
        before_seen=before.remarks.seen if before else None,
        since=_since(before, trial, examined, run) if before else None,
        dev=(trial.dev, examined.dev),
        agreement=manifest.agreement,
        title=Message(
            "Release %(version)s: %(model)s on %(snapshot)s",
            version=run.version,
            model=examined.name,
            snapshot=manifest.name,
        ),
        meta=meta,
        studio=run.studio,
        seeds=SeedScores.read(Path(run.model)),
        notes=before.remarks.notes if before else (),
        drops=asked.drops,
        trainings=other_trainings(Path(run.model), before.model.path if before else None, trial.gold, run),
        phrases_of=trial.snapshot.train if run.split != "train" else None,
        cost=examined.cost,
    )


def _pages(before: Predecessor | None, home: Path, *, refused: bool) -> dict[str, str]:
    """Addresses on the report's page, relative to the folder of the release."""
    up = "../.." if refused else ".."
    earlier = before.version if before else None
    there = earlier is not None and (home / earlier / "report.html").is_file()
    return {**({AGAINST: f"{up}/{quote(str(earlier))}/report.html"} if there else {}), HISTORY: f"{up}/{HISTORY}"}


def _findings(trial: Trial, examined: Examined, result: Evaluation) -> Findings:
    """What the gates judge; what fell is what the report says fell."""
    before = result.before
    return Findings(
        micro=result.scores.micro,
        leaks=leakage(trial.gold, trial.seen),
        alignment=examined.alignment,
        calibration=_calibration_errors(result.calibration),
        comparison=before.comparison if before else None,
        baseline=before.name if before else "",
        seen=None if before and before.seen is None else len(before.seen or ()) if before else 0,
        scored=result.scores.documents,
    )


def _judged(asked: GatesConfig, findings: Findings, ontology: Ontology) -> dict[str, list[Outcome]]:
    """What the gates say, in each language of pages."""
    return {language: gates.judge(asked, findings, Names(ontology, Wording(language))) for language in LANGUAGES}


def _gates(outcomes: Sequence[Outcome]) -> tuple[Gate, ...]:
    return tuple(Gate(**asdict(outcome)) for outcome in outcomes)


def _gates_in_all_languages(judged: Mapping[str, Sequence[Outcome]]) -> tuple[Gate, ...]:
    """The gates with their messages in every language of pages, so that any later page can show them in its own."""
    said = {language: [Wording(language).of(o.said) for o in judged[language]] for language in TRANSLATED}
    return tuple(
        gate.model_copy(update={"said_in": {language: texts[number] for language, texts in said.items()}})
        for number, gate in enumerate(_gates(judged["en"]))
    )


def _calibration_errors(calibration: Calibration) -> dict[str, tuple[float, float]]:
    """The expected calibration error of each layer that has predictions enough to say, and what chance may give."""
    return {name: (layer.ece, layer.ece_by_chance) for name, layer in calibration.layers.items() if layer.enough}


def _record(
    run: ReleaseConfig,
    asked: GatesConfig,
    trial: Trial,
    examined: Examined,
    before: Predecessor | None,
    result: Evaluation,
    judged: Mapping[str, Sequence[Outcome]],
) -> Record:
    manifest, scores = trial.snapshot.manifest, result.scores
    return Record(
        version=run.version,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=examined.name,
        weights=examined.weights,
        trained=trial.how,
        snapshot=Data(name=manifest.name, path=run.snapshot, content=manifest.content, ontology=manifest.ontology),
        split=run.split,
        documents=len(trial.gold),
        stories=scores.overall.stories,
        languages=dict(sorted(Counter(document.language for document in trial.gold).items())),
        against=_against(before, result) if before else None,
        gates=_gates_in_all_languages(judged),
        gates_preset=run.gates,
        gates_config=asdict(asked),
        gates_hash=settings_hash(asdict(asked)),
        scores={
            "all": {unit: scores.micro[unit].f1 for unit in UNITS},
            **{code: {unit: part.micro[unit].f1 for unit in UNITS} for code, part in scores.by_language.items()},
        },
        intervals={unit: prf.interval for unit, prf in scores.micro.items() if prf.interval},
        code=code_hash(),
        packages=packages(),
    )


def _further(record: Record, trial: Trial, model: str) -> dict[str, str]:
    """The card, and the bill of materials."""
    facts = DataFacts.of([*trial.training.seen, *trial.gold], trial.snapshot.manifest)
    return {"README.md": model_card(record, facts), BILL: bill_of_materials(record, Path(model))}


def _against(before: Predecessor, result: Evaluation) -> Against:
    about = Against(version=before.version, model=before.examined.name, seen=before.remarks.seen)
    return about.model_copy(update=record_of_change(result))


def _refusal(run: ReleaseConfig, outcomes: Sequence[Outcome], failed: Sequence[Outcome], place: Path) -> str:
    reasons = [f"{outcome.gate}: {outcome.said}" for outcome in failed[:_SHOWN]]
    if len(failed) > _SHOWN:
        reasons.append(f"and {len(failed) - _SHOWN} more")
    count = f"{len(failed)} of {len(outcomes)} gates did not let it pass"
    return f"release {run.version} refused, {count}: {'; '.join(reasons)}; see {place / 'report.html'}"
