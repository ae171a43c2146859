"""Remarks on a model that another is compared with: labels that it does not know, documents that it has seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotation.core.document import Document
from annotation.core.messages import N_, Message, first_few
from annotation.core.ontology import Ontology
from training.analysis.leakage import leakage
from training.release.earlier_model import EarlierModel
from training.scoring.compatibility import labels_lacking


@dataclass(frozen=True)
class BaselineRemarks:
    """seen: ids of the gold documents it was trained with, None where that is not known. notes: all of it as text."""

    seen: tuple[str, ...] | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, model: EarlierModel, ontology: Ontology, gold: Sequence[Document]) -> BaselineRemarks:
        """The remarks on the model, which has this ontology and is scored on `gold`."""
        path, notes = model.path, list(_lacking(model.path, ontology, gold))
        if model.training is None:
            notes.append(
                Message(
                    "whether %(path)s has seen the documents it is scored on cannot be told: %(error)s",
                    path=path,
                    error=model.unknown,
                )
            )
            return cls(None, tuple(notes))
        seen = leakage(gold, model.training.seen).seen
        if seen:
            rest = (
                N_("the comparison leaves them out")
                if len(seen) < len(gold)
                else N_("nothing is left to compare it on")
            )
            notes.append(
                Message(
                    "%(path)s, compared with, has seen %(seen)s of the %(all)s documents in training (%(ids)s): its "
                    "scores on them are too high; %(rest)s",
                    path=path,
                    seen=len(seen),
                    all=len(gold),
                    ids=first_few(seen),
                    rest=Message(rest),
                )
            )
        return cls(seen, tuple(notes))


def _lacking(path: Path, ontology: Ontology, gold: Sequence[Document]) -> Iterator[str]:
    if lacking := labels_lacking(ontology, gold, path=str(path)):
        yield Message("%(lacking)s: it cannot find them, which its scores suffer from", lacking=lacking)
