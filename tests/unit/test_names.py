"""A name leads to one thing: no two classes share one, nor two modules, but a command's and the work it does."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_MODULES = [path for folder in ("annotation", "training") for path in sorted(Path(folder).rglob("*.py"))]


def _shared(names: Iterator[tuple[str, Path]]) -> dict[str, list[str]]:
    places = defaultdict(list)
    for name, path in names:
        places[name].append(str(path))
    return {name: paths for name, paths in places.items() if len(paths) > 1}


def _classes() -> Iterator[tuple[str, Path]]:
    for path in _MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, path


def test_no_two_classes_share_a_name() -> None:
    assert not _shared(_classes())


def test_no_two_modules_share_a_name_but_a_command_and_the_work_it_does() -> None:
    own = ((path.name, path) for path in _MODULES if "commands" not in path.parts)
    shared = _shared((name, path) for name, path in own if name != "__init__.py")
    assert set(shared) == {"cli.py"}  # each half of naba has commands
