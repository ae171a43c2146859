"""What the server that forks commands imports beforehand: all that a command of Label Studio's needs.

Commands import what they need only once they run, so that `naba --help` is fast; here that would be half of the time.
"""

from __future__ import annotations

import importlib
import pkgutil

import httpcore  # noqa: F401

import annotation
import training.cli
import training.commands.watch

_OF_THE_SERVER = "annotation.labelstudio.server.studio_settings"
"""Label Studio alone can import it."""

for _package in (annotation, training.commands.watch):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        if _module.name != _OF_THE_SERVER:
            importlib.import_module(_module.name)
