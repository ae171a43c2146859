"""The card of a model that was just trained: OUTPUT/model/README.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from annotation.core.document import Document
from annotation.snapshot.manifest import Manifest
from training.config.schema import TrainConfig
from training.release.card_parts import ABOUT, front_matter, hub_results, licence, score_table, use
from training.scoring.scores import Scores


def training_card(
    run: TrainConfig,
    learned: Sequence[Document],
    manifests: Sequence[Manifest],
    scores: Scores,
    packages: Mapping[str, str],
) -> str:
    """The text of README.md. learned: what was trained on, out of snapshots with these manifests; scores: on the
    development documents of the first one."""
    output = Path(run.output)
    languages = Counter(document.language for document in learned)
    f1 = {"all": {unit: prf.f1 for unit, prf in scores.micro.items()}}
    for language, part in scores.by_language.items():
        f1[language] = {unit: prf.f1 for unit, prf in part.micro.items()}
    intervals = {unit: prf.interval for unit, prf in scores.micro.items() if prf.interval}
    scored = manifests[0]
    results = hub_results(run.name, f1, dataset=scored.name, split=run.data.dev, revision=scored.content)
    counted = ", ".join(f"{count} {language}" for language, count in sorted(languages.items()))
    origin = "".join(f"- snapshot `{m.name}`, content `{m.content}`, ontology `{m.ontology}`\n" for m in manifests)
    before = f", gone on from {run.init}" if run.init else ""
    return "\n".join(
        [
            front_matter(list(languages), run.encoder.id, results),
            f"# {run.name}\n\n{ABOUT}",
            f"## Trained on\n\n{len(learned)} documents ({counted}):\n\n{origin}",
            f"Encoder {run.encoder.id}, seed {run.seed}{before}; config.yaml holds every setting. "
            f"{', '.join(f'{name} {version}' for name, version in packages.items())}.\n",
            f"## Scores\n\nF1 in percent on the {scores.documents} documents of the {run.data.dev} split of "
            f"`{scored.name}`, which also chose the weights (by {run.fit.metric}) and so flatter them; `naba evaluate` "
            "scores on test.\n",
            score_table(f1, intervals),
            use(f"{output.name if output.is_absolute() else output.as_posix()}/model"),
            licence(run.encoder.id),
        ]
    )
