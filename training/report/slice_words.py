"""Titles of slices of the arguments, and of the changes of scores."""

from __future__ import annotations

from collections.abc import Callable

from annotation.core.messages import N_
from annotation.page.titles import Names
from training.analysis.argument_features import EVENT, LANGUAGE, ROLE, SOURCE, UNKNOWN
from training.analysis.score_changes import SCORE, SEQEVAL, ScoreChange
from training.analysis.slices import OTHERS, Slice
from training.scoring.scores import seqeval_title

_KINDS = {"event": N_("trigger"), "arguments": N_("arguments"), "role": N_("role"), "entity": N_("entity")}


def title(change: ScoreChange, names: Names) -> str:
    """The subject of a change: a score, a type by its title, or a slice of arguments; and the slice of documents."""
    (slice_kind, value), wording = change.slice_, names.wording
    subject = _subject(*change.key, names)
    place = names.language(value) if slice_kind == "language" else value
    return wording.gettext("%(score)s, %(place)s", score=subject, place=place) if place else subject


def _subject(kind: str, name: str, names: Names) -> str:
    if kind in (SCORE, SEQEVAL):
        return names.wording.isolated(name if kind == SCORE else seqeval_title(name))
    if kind not in _KINDS:
        slice_ = {"kind": slice_kind(kind, names), "name": slice_name(kind, name, names)}
        return names.wording.gettext("arguments, %(kind)s: %(name)s", **slice_)
    title = names.role(name) if kind == "role" else names.title(name)
    return names.wording.gettext("%(type)s (%(kind)s)", type=title, kind=names.wording.of(_KINDS[kind]))


def slice_title(part: Slice, names: Names) -> str:
    """The title of a slice: its kind and its name."""
    return names.wording.gettext(
        "%(kind)s: %(name)s", kind=slice_kind(part.kind, names), name=slice_name(part.kind, part.name, names)
    )


def slice_kind(kind: str, names: Names) -> str:
    """The title of a kind of slices, which may be an attribute of the ontology."""
    return names.attribute(kind) if kind in names.ontology.attributes else names.wording.of(kind)


def slice_name(kind: str, name: str, names: Names) -> str:
    """The name of a slice, by the ontology's title where it has one."""
    if kind in names.ontology.attributes:
        return names.value(kind, name)
    if name in (OTHERS, UNKNOWN):
        return names.wording.of(name)
    if kind == SOURCE:
        return name
    titles: dict[str, Callable[[str], str]] = {LANGUAGE: names.language, EVENT: names.title, ROLE: names.role}
    return titles.get(kind, names.wording.of)(name)
