"""YAML read strictly, whoever wrote it: nothing deep, nothing that grows, no key twice, no number that is none.

libyaml composes nested nodes by recursion in C, which ends the process where they are nested deep enough, and an alias
stands for as much as its anchor holds, so that ten lines can hold a billion values. Both are counted first, on the
stream of events, which needs no recursion. Every fault is a YamlError, a ValueError of one line.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from annotation.core import json_text

SIZE = 5_000_000
"""Most characters; the ontology that comes with naba has 30,000."""
DEPTH = 50
"""Most mappings and lists inside each other; an ontology has 7."""
VALUES = 200_000
"""Most values, aliases counted as what they stand for."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C loader is as safe as the Python one and eight times as fast, but not every build of PyYAML has it."""
_MERGE = "tag:yaml.org,2002:merge"


class YamlError(ValueError):
    """The text is no YAML, or no YAML that is read here."""


def loads(text: str) -> object:
    """The value of a YAML text. Raises YamlError."""
    if len(text) > SIZE:
        raise YamlError(f"is over {SIZE:,} characters")
    try:
        _count(text)
        value = _constructed(text)
    except YamlError:
        raise
    except yaml.YAMLError as error:
        raise YamlError(f"not YAML: {' '.join(str(error).split())}") from error  # yaml reports over several lines
    except (ValueError, OverflowError, TypeError) as error:  # a value that its tag does not fit, such as a 50th of May
        raise YamlError(f"not YAML: {error}") from error
    if (fault := next(json_text.faults(value), None)) is not None:
        raise YamlError(fault)
    return value


def _count(text: str) -> None:
    """Raise YamlError where the text is too deep or stands for too many values."""
    sizes: dict[str, int] = {}
    opened: list[tuple[str | None, int]] = [(None, 0)]
    for event in yaml.parse(text, Loader=_LOADER):
        size, line = 1, event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, 1))
            size = 0
            if len(opened) > DEPTH:
                raise YamlError(f"line {line}: nested more than {DEPTH} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = opened.pop()
            if anchor is not None:
                sizes[anchor] = size
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise YamlError(f"line {line}: *{event.anchor} stands within itself, or for nothing before it")
            size = sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent) and event.anchor is not None:
            sizes[event.anchor] = 1
        anchor, before = opened[-1]
        opened[-1] = anchor, before + size
        if before + size > VALUES:
            raise YamlError(f"line {line}: stands for more than {VALUES:,} values")


def _constructed(text: str) -> object:
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if (fault := next(_repeated(loader, node, set()), None)) is not None:
            raise YamlError(fault)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _repeated(loader: yaml.SafeLoader, node: yaml.Node, seen: set[int]) -> Iterator[str]:
    """A message for each key that a mapping has twice: the later one would silently replace the other."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(loader, item, seen)
        return
    lines: dict[object, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if isinstance(key, yaml.ScalarNode):
            name = key.value if key.tag == _MERGE else loader.construct_object(key)
            if name in lines:
                yield f"the key {name!r} stands twice: in line {lines[name]} and in line {line}"
            lines[name] = line
        yield from _repeated(loader, value, seen)
