"""Checks that gold and predicted use the same labels; without that a score of how well they agree means nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import PRF
from annotation.core.messages import first_few
from annotation.core.ontology import Ontology
from training.scoring.scores import Scores

_MOST = 4


def check_comparable(scores: Scores, ontology: Ontology | None = None) -> None:
    """Raise UsageError, with counts, where nothing could be scored or the sides were marked by different ontologies.

    With the ontology every type of either side must be in it. Without, sides that have types and share none are
    refused.
    """
    if not scores.documents:
        raise UsageError("there are no Documents on either side; name files that hold some")
    gold, predicted = _types(scores.by_type, "gold"), _types(scores.by_type, "predicted")
    if not gold:
        raise UsageError(f"nothing is marked in the {scores.documents} gold Documents; score against annotated ones")
    if ontology is not None:
        allowed = {"event": set(ontology.events), "role": set(ontology.roles), "entity": set(ontology.entities)}
        for side, types in (("gold", gold), ("predicted", predicted)):
            if unknown := [name for kind, name in types if name not in allowed[kind]]:
                raise UsageError(
                    f"{len(unknown)} types in {side} are not in the ontology {ontology.name!r} "
                    f"({first_few(unknown, _MOST)}); score with the ontology they were marked by"
                )
    elif predicted and not set(gold) & set(predicted):
        gold_names, predicted_names = ([name for _, name in types] for types in (gold, predicted))
        raise UsageError(
            "gold and predicted share none of their types: "
            f"gold has {len(gold)} ({first_few(gold_names, _MOST)}), "
            f"predicted has {len(predicted)} ({first_few(predicted_names, _MOST)}); "
            "they were marked by different ontologies"
        )


def _types(by_type: Mapping[str, Mapping[str, PRF]], side: str) -> list[tuple[str, str]]:
    """Kind and name of what a side has."""
    kinds = ("event", "role", "entity")
    return [(kind, name) for kind in kinds for name, prf in by_type[kind].items() if getattr(prf, side)]


def check_labels_known(ontology: Ontology, gold: Sequence[Document], *, path: str) -> None:
    """Raise UsageError, with counts and names, where the model's ontology lacks labels or roles of gold."""
    labels = Counter(span.label for document in gold for span in document.spans())
    roles = Counter(f">{argument.role}" for d in gold for event in d.events for argument in event.arguments)
    allowed = {*ontology.labels, *(f">{role}" for role in ontology.roles)}
    unknown = {label: n for label, n in (labels + roles).items() if label not in allowed}
    if unknown:
        raise UsageError(
            f"{path}: its ontology {ontology.name} {ontology.version} lacks {len(unknown)} of the "
            f"{len(labels + roles)} labels and roles that gold is marked in, {sum(unknown.values())} marks "
            f"({first_few(sorted(unknown))}); score it on a snapshot of its own ontology, or train it anew"
        )
