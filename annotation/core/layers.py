"""The layers of an annotation: entities, triggers, arguments and links."""

from __future__ import annotations

from collections.abc import Mapping

from annotation.core.messages import N_

ENTITY, TRIGGER, ARGUMENT, LINK = N_("entity"), N_("trigger"), N_("argument"), N_("link")
LAYERS = (ENTITY, TRIGGER, ARGUMENT, LINK)
SPAN_LAYERS = (ENTITY, TRIGGER)
"""The layers that are spans of the text; `Document.entities` and `Document.triggers`."""

PLURAL: Mapping[str, str] = {
    ENTITY: N_("entities"),
    TRIGGER: N_("triggers"),
    ARGUMENT: N_("arguments"),
    LINK: N_("links"),
}
"""Each layer's name for all of its items, as in tables and metrics.json."""
