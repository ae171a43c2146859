"""What a reader of scores must know: nothing to find, no type in common, types that the ontology does not have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.matching import PRF
from annotation.core.messages import N_, Message, first_few
from annotation.core.ontology import Ontology
from training.scoring.scores import Scores

_MOST = 4


def remarks(scores: Scores, ontology: Ontology | None = None) -> list[str]:
    """Remarks on scores that are 0, or undefined and counted as 0, for another reason than a bad model; often none.

    With the ontology the types that it does not have are named; they are counted like all others, so a predicted one
    is wrong unless gold has it too. Raises UsageError without any Document.
    """
    if not scores.documents:
        raise UsageError("there are no Documents on either side; name files that hold some")
    gold, predicted = _types(scores.by_type, "gold"), _types(scores.by_type, "predicted")
    return [*_empty(scores.documents, bool(gold), bool(predicted)), *_unshared(gold, predicted)] + (
        list(_unknown(gold, predicted, ontology)) if ontology is not None else []
    )


def _empty(documents: int, gold: bool, predicted: bool) -> Iterator[str]:
    if not gold and not predicted:
        yield Message(
            "nothing is marked in the %(documents)s documents, neither in gold nor in predicted: there is nothing to "
            "find, and scores are undefined (counted as 0)",
            documents=documents,
        )
    elif not gold:
        yield Message(
            "nothing is marked in the %(documents)s gold documents: all that is predicted is wrong, and recall is "
            "undefined (counted as 0)",
            documents=documents,
        )
    elif not predicted:
        yield Message(
            "nothing is marked in the %(documents)s predicted documents: every score is 0", documents=documents
        )


def _unshared(gold: Sequence[tuple[str, str]], predicted: Sequence[tuple[str, str]]) -> Iterator[str]:
    if gold and predicted and not set(gold) & set(predicted):
        yield Message(
            "gold and predicted share none of their types (gold has %(gold)s, predicted has %(predicted)s): they score "
            "0; were they marked by different ontologies?",
            gold=_named(gold),
            predicted=_named(predicted),
        )


def _unknown(
    gold: Sequence[tuple[str, str]], predicted: Sequence[tuple[str, str]], ontology: Ontology
) -> Iterator[str]:
    allowed = {"event": ontology.events, "role": ontology.roles, "entity": ontology.entities}
    sides = (
        (
            gold,
            N_(
                "types in gold that are not in the ontology '%(ontology)s': %(types)s; they are to be found, so name "
                "the ontology they were marked by if that is another"
            ),
        ),
        (
            predicted,
            N_(
                "types in predicted that are not in the ontology '%(ontology)s': %(types)s; they count as wrong where "
                "gold does not have them too, so name the ontology they were marked by if that is another"
            ),
        ),
    )
    for types, template in sides:
        if unknown := [(kind, name) for kind, name in types if name not in allowed[kind]]:
            yield Message(template, ontology=ontology.name, types=_named(unknown))


def _named(types: Sequence[tuple[str, str]]) -> str:
    """Their number, and the first few names."""
    return f"{len(types)} ({first_few([name for _, name in types], _MOST)})"


def _types(by_type: Mapping[str, Mapping[str, PRF]], side: str) -> list[tuple[str, str]]:
    """Kind and name of what a side has."""
    kinds = ("event", "role", "entity")
    return [(kind, name) for kind in kinds for name, prf in by_type[kind].items() if getattr(prf, side)]


def check_labels_known(ontology: Ontology, gold: Sequence[Document], *, path: str) -> None:
    """Raise UsageError, with counts and names, where the model's ontology lacks labels or roles of gold."""
    if lacking := labels_lacking(ontology, gold, path=path):
        raise UsageError(f"{lacking}; score it on a snapshot of its own ontology, or train it anew")


def labels_lacking(ontology: Ontology, gold: Sequence[Document], *, path: str) -> Message | None:
    """The labels and roles of gold that the model's ontology lacks, with counts, as text; None where it has all."""
    labels = Counter(span.label for document in gold for span in document.spans())
    roles = Counter(f">{argument.role}" for d in gold for event in d.events for argument in event.arguments)
    allowed = {*ontology.labels, *(f">{role}" for role in ontology.roles)}
    unknown = {label: n for label, n in (labels + roles).items() if label not in allowed}
    if not unknown:
        return None
    return Message(
        "%(path)s: its ontology %(ontology)s lacks %(unknown)s of the %(all)s labels and roles that gold is marked in, "
        "%(marks)s marks (%(names)s)",
        path=path,
        ontology=f"{ontology.name} {ontology.version}",
        unknown=len(unknown),
        all=len(labels + roles),
        marks=sum(unknown.values()),
        names=first_few(sorted(unknown)),
    )
