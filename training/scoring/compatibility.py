"""Whether gold and predicted speak of the same things, before a number is believed that says how well they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import PRF
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
        known = {"event": set(ontology.events), "role": set(ontology.roles), "entity": set(ontology.entities)}
        for side, types in (("gold", gold), ("predicted", predicted)):
            if unknown := [name for kind, name in types if name not in known[kind]]:
                raise UsageError(
                    f"{len(unknown)} types in {side} are not in the ontology {ontology.name!r} ({_some(unknown)}); "
                    "score with the ontology they were marked by"
                )
    elif predicted and not set(gold) & set(predicted):
        ours, theirs = ([name for _, name in types] for types in (gold, predicted))
        raise UsageError(
            f"gold and predicted share none of their types: gold has {len(ours)} ({_some(ours)}), predicted has "
            f"{len(theirs)} ({_some(theirs)}); they were marked by different ontologies"
        )


def _types(by_type: Mapping[str, Mapping[str, PRF]], side: str) -> list[tuple[str, str]]:
    """Kind and name of what a side has."""
    kinds = ("event", "role", "entity")
    return [(kind, name) for kind in kinds for name, prf in by_type[kind].items() if getattr(prf, side)]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST]) + (", ..." if len(names) > _MOST else "")


def check_labels_known(ontology: Ontology, gold: Sequence[Document], *, path: str) -> None:
    """Refuse a model that cannot say what gold is marked in. Raises UsageError that counts and names the labels."""
    labels = Counter(span.label for document in gold for span in document.spans())
    roles = Counter(f">{argument.role}" for d in gold for event in d.events for argument in event.arguments)
    known = {*ontology.labels, *(f">{role}" for role in ontology.roles)}
    unknown = {label: n for label, n in (labels + roles).items() if label not in known}
    if unknown:
        some = ", ".join(sorted(unknown)[:3]) + (", ..." if len(unknown) > 3 else "")
        raise UsageError(
            f"{path}: its ontology {ontology.name} {ontology.version} lacks {len(unknown)} of the "
            f"{len(labels + roles)} labels and roles that gold is marked in, {sum(unknown.values())} marks ({some}); "
            "score it on a snapshot of its own ontology, or train it anew"
        )
