"""Subjects of changes as texts: a score, a type or a slice of arguments, in a language of articles or of a source."""

from __future__ import annotations

from annotation.core.messages import N_, Message
from annotation.page.titles import LANGUAGES, Names
from training.analysis.score_changes import SCORE, SEQEVAL, ScoreChange
from training.scoring.scores import seqeval_title

_SUBJECTS = {
    "role": N_("role %(title)s"),
    "arguments": N_("arguments of %(title)s"),
    "event": N_("event %(title)s"),
    "entity": N_("entity %(title)s"),
}
_PLACES = {"language": N_("%(subject)s in %(place)s"), "source": N_("%(subject)s in articles of %(place)s")}


def subject(change: ScoreChange, names: Names) -> str:
    """The subject of a change as text, such as "role Attacker in Arabic"."""
    (kind, name), (slice_kind, value) = change.key, change.slice_
    changed = name if kind == SCORE else seqeval_title(name) if kind == SEQEVAL else _type_or_slice(kind, name, names)
    if slice_kind not in _PLACES:
        return changed
    place = name_of(LANGUAGES.get(value, value)) if slice_kind == "language" else value
    return Message(_PLACES[slice_kind], subject=changed, place=place)


def _type_or_slice(kind: str, name: str, names: Names) -> Message:
    if kind in _SUBJECTS:
        title = names.role(name) if kind == "role" else names.title(name)
        return Message(_SUBJECTS[kind], title=title)
    return Message("arguments, %(kind)s %(name)s", kind=name_of(kind), name=name_of(name))


def name_of(text: str) -> str:
    """A name that pages may have in their language, too."""
    return text if isinstance(text, Message) else Message(text.replace("%", "%%"))
