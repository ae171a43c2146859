"""Other trainings: what models predict that differ in their seed from the one evaluated, or from the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from annotation.core.document import Document
from training.analysis.training_noise import SeedsScored, Trainings
from training.lineage.seed_scores import SeedScores
from training.scoring.document_pairs import DocumentPair, pair_documents
from training.scoring.scores import Scores, Slicer, score_pairs


@dataclass(frozen=True, eq=False)
class OtherTrainings:
    """Predictions for the scored documents by seed, of the model (`now`) and of the one compared with (`before`).

    seeds, before_seeds: what was recorded of either's seeds, None for a model trained with one. same_recipe: the two
    differ in their seed alone.
    """

    now: Mapping[int, Sequence[Document]] = field(default_factory=dict)
    before: Mapping[int, Sequence[Document]] = field(default_factory=dict)
    seeds: SeedScores | None = None
    before_seeds: SeedScores | None = None
    same_recipe: bool = False

    def compared(self, pairs: Sequence[DocumentPair], slicer: Slicer) -> Trainings:
        """Their scores, counted with slices, for a comparison over these pairs."""
        return Trainings(
            now=tuple(_scores(pairs, predicted, slicer) for predicted in self.now.values()),
            before=tuple(_scores(pairs, predicted, slicer) for predicted in self.before.values()),
            same_recipe=self.same_recipe,
            dev=tuple(seeds for seeds in (self.seeds, self.before_seeds) if seeds),
        )

    def scored(self, pairs: Sequence[DocumentPair], scores: Scores) -> SeedsScored | None:
        """The scores of every seed of the model evaluated, whose own are given; None where no other is at hand."""
        if not self.now or self.seeds is None:
            return None
        others = {seed: _scores(pairs, predicted) for seed, predicted in self.now.items()}
        return SeedsScored({self.seeds.kept: scores, **others})

    def votes(
        self, predicted: Sequence[Document], before: Sequence[Document], seen: Iterable[str]
    ) -> dict[str, list[Document]]:
        """What each model marked, by document; the one compared with has no say on those it was trained with."""
        learned, votes = frozenset(seen), dict[str, list[Document]]()
        for document in (*predicted, *(document for documents in self.now.values() for document in documents)):
            votes.setdefault(document.id, []).append(document)
        for document in (*before, *(document for documents in self.before.values() for document in documents)):
            if document.id not in learned:
                votes.setdefault(document.id, []).append(document)
        return votes if any(len(said) > 1 for said in votes.values()) else {}


def _scores(pairs: Sequence[DocumentPair], predicted: Sequence[Document], slicer: Slicer | None = None) -> Scores:
    """The scores of other predictions, for these gold documents alone, in the same stories."""
    wanted = {pair.gold.id for pair in pairs}
    others = pair_documents((pair.gold for pair in pairs), (one for one in predicted if one.id in wanted))
    return score_pairs((replace(b, cluster=a.story) for a, b in zip(pairs, others, strict=True)), slicer)
