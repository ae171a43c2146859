"""Structs that refuse unknown keys, made from dataclasses, and messages on such keys.

msgspec ignores unknown keys of dataclasses and can refuse them in its own structs only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import msgspec

from annotation.core.errors import hint


@cache
def strict_struct(kind: type, **further: object) -> type[msgspec.Struct]:
    """A struct with the fields of a dataclass, after `further` fields by name, that refuses keys without a field.

    The same is true of every dataclass among the types of its fields.
    """
    types = get_type_hints(kind)
    specs: list[tuple[str, object] | tuple[str, object, object]] = [*further.items()]
    for field in fields(kind):
        type_ = _strict(types[field.name])
        specs.append((field.name, type_) if field.default is MISSING else (field.name, type_, field.default))
    return msgspec.defstruct(kind.__name__, specs, forbid_unknown_fields=True, gc=False)


def unknown_keys(value: object, type_: object, path: str = "") -> Iterator[str]:
    """A message for each key in a JSON value, at any depth, that is no field of the dataclass in its place."""
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from unknown_keys(item, type_, f"{path}[{index}]")
    elif isinstance(value, Mapping) and (kind := _dataclass_in(type_)) is not None:
        types = get_type_hints(kind)
        for key, part in value.items():
            place = f"{path}.{key}" if path else str(key)
            if key in types:
                yield from unknown_keys(part, types[key], place)
            else:
                article = "an" if kind.__name__[0] in "AEIOU" else "a"
                yield f"{place}: no such key of {article} {kind.__name__} ({hint(str(key), [*types])})"


def _strict(type_: object) -> object:
    """The type with a strict struct in the place of each dataclass."""
    if isinstance(type_, type) and is_dataclass(type_):
        return strict_struct(type_)
    origin, parts = get_origin(type_), tuple(map(_strict, get_args(type_)))
    if origin is None:
        return type_
    return reduce(or_, parts) if origin is UnionType else origin[parts]


def _dataclass_in(type_: object) -> type | None:
    """The first dataclass in a type such as `tuple[Span, ...]` or `Source | None`."""
    if isinstance(type_, type) and is_dataclass(type_):
        return type_
    return next((kind for part in get_args(type_) if (kind := _dataclass_in(part)) is not None), None)
