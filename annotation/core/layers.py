"""The layers of an annotation: entities, triggers, arguments and links."""

from __future__ import annotations

from collections.abc import Mapping

ENTITY, TRIGGER, ARGUMENT, LINK = "entity", "trigger", "argument", "link"
LAYERS = (ENTITY, TRIGGER, ARGUMENT, LINK)
SPAN_LAYERS = (ENTITY, TRIGGER)
"""The layers that are spans of the text; `Document.entities` and `Document.triggers`."""

PLURAL: Mapping[str, str] = {ENTITY: "entities", TRIGGER: "triggers", ARGUMENT: "arguments", LINK: "links"}
"""Each layer's name for all of its items, as in tables and metrics.json."""
