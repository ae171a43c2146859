"""Whether two models differ in their seed alone: of one recipe, each is only another draw of the other."""

from __future__ import annotations

from training.config.schema import up_to_date
from training.lineage.release_record import Trained

_NOT_THE_RECIPE = ("seed", "seeds", "name", "output", "resume", "tracking", "snapshot", "init")
"""Settings that leave the weights as they are, and the places of what the record knows by its content."""
_OF_THE_MACHINE = ("device", "threads")


def same_recipe(one: Trained, other: Trained) -> bool:
    """Whether both were trained with the same settings, data, packages and first weights; their seeds may differ."""
    return _recipe(one) == _recipe(other)


def _recipe(trained: Trained) -> dict[str, object]:
    settings = {name: value for name, value in up_to_date(trained.config).items() if name not in _NOT_THE_RECIPE}
    for group, left_out in (("fit", _OF_THE_MACHINE), ("data", ("also",))):
        values = settings.get(group)
        if isinstance(values, dict):
            settings[group] = {name: value for name, value in values.items() if name not in left_out}
    return {
        "settings": settings,
        "data": sorted(data.content for data in (trained.snapshot, *trained.also)),
        "init": trained.init.weights if trained.init else None,
        "packages": dict(trained.packages),
    }
