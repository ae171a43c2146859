"""The baseline that needs no model: phrases marked in train, suggested wherever they stand again (`naba draft`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from annotation.core.document import Document
from annotation.core.matching import HEADLINE
from annotation.core.messages import N_
from annotation.core.ontology import Ontology
from annotation.drafting.phrases import PhraseTable
from annotation.drafting.role_habits import RoleHabits
from training.scoring.document_pairs import DocumentPair, pair_documents
from training.scoring.scores import Scores, score_pairs

UNITS_SHOWN = ("Entity", "Trig-C", HEADLINE)
"""The scores of the baseline that the report shows; metrics.json has all."""
MEANING = N_("The baseline without a model: phrases marked in train, suggested wherever they stand again")


def phrase_baseline(
    pairs: Sequence[DocumentPair], train: Sequence[Document] | None, ontology: Ontology
) -> Scores | None:
    """The scores that the phrases and the roles by type pair of `train` reach on the gold side; None without any."""
    if not train:
        return None
    table, habits = PhraseTable.learn(train), RoleHabits.learn(train, ontology)
    gold = [pair.gold for pair in pairs]
    drafted = pair_documents(gold, [habits.fill(table.draft(document.bare())) for document in gold])
    return score_pairs(replace(draft, cluster=pair.story) for pair, draft in zip(pairs, drafted, strict=True))
