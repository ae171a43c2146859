"""Words of what changed since the model before."""

from __future__ import annotations

from annotation.core.matching import HEADLINE
from annotation.core.messages import percent
from training.analysis.since_before import SinceBefore
from training.report.summary import signed

HAPPENED = {
    "added": "only in the new data",
    "removed": "only in the data before",
    "changed": "another text or other marks",
    "moved": "in another split",
}
SET_TITLES = {"now": "what this report is of", "before": "what the model before was scored on"}


def sets_said(name: str, since: SinceBefore) -> str:
    """What of a change of the headline is the test set's, and what the model's."""
    if since.parts is None:
        return "Both models are scored on the same test set." if len({s.name for s in since.test_sets}) == 1 else ""
    then, here, now = since.parts
    rest = " (without the documents that one of them was made with)" if since.ours and since.ours.left_out else ""
    return (
        f"{name} had {HEADLINE} F1 {percent(then)} on its own test set, and this model has {percent(now)} on the new "
        f"one{rest}: {signed(now - then)}. There {name} has {percent(here)}, so {signed(here - then)} of that is "
        f"the test set's, and {signed(now - here)} the model's."
    )
