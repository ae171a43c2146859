"""Words of what changed since the model before."""

from __future__ import annotations

from annotation.core.matching import HEADLINE
from annotation.core.messages import N_, percent
from annotation.page.wording import Wording
from training.analysis.since_before import SinceBefore
from training.report.figure_words import signed

HAPPENED = {
    N_("added"): N_("only in the new data"),
    N_("removed"): N_("only in the data before"),
    N_("changed"): N_("another text or other marks"),
    N_("moved"): N_("in another split"),
}
SET_TITLES = {"now": N_("what this report is of"), "before": N_("what the model before was scored on")}


def sets_said(name: str, since: SinceBefore, wording: Wording) -> str:
    """What of a change of the headline is the test set's, and what the model's."""
    if since.parts is None:
        one = len({scores.name for scores in since.test_sets}) == 1
        return wording.gettext("Both models are scored on the same test set.") if one else ""
    then, here, now = since.parts
    rest = since.ours is not None and since.ours.left_out
    figures = {
        "model": name,
        "score": f"{HEADLINE} F1",
        "then": percent(then),
        "now": percent(now),
        "here": percent(here),
    }
    changes = {"whole": signed(now - then), "set": signed(here - then), "own": signed(now - here)}
    said = wording.gettext(
        "%(model)s had %(score)s %(then)s on its own test set, and this model has %(now)s on the new one: %(whole)s. "
        "There %(model)s has %(here)s, so %(set)s of that is the test set's, and %(own)s the model's.",
        **figures,
        **changes,
    )
    left = wording.gettext("Documents that one of the models was made with are left out there.") if rest else ""
    return f"{said} {left}".strip()
