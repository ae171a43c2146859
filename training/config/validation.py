"""Checked configuration: dataclasses whose fields carry rules, and `typed`, which reports every fault at once.

Hydra composes and OmegaConf interpolates; neither is asked to check types, because both stop at the first fault.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from types import NoneType
from typing import Any, ClassVar, Literal, Protocol, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from annotation.core.errors import UsageError
from annotation.core.errors import hint as hint
from annotation.storage.special_files import is_stdout

T = TypeVar("T")
Rule = Callable[[object], str | None]
"""What is wrong with a value, worded to follow "path: ", or None."""

_KINDS: Mapping[object, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str, int, float), "text"),
}


class ConfigError(UsageError):
    """The configuration is wrong. `faults` holds every fault, each beginning with its path."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


S = TypeVar("S", bound=_Dataclass)


def setting(default: T, *rules: Rule) -> T:
    """A dataclass field with a default and the rules its value must keep; None keeps any rule."""
    return field(default=default, metadata={"rules": rules})


def needed(kind: type[T], *rules: Rule) -> T:
    """A dataclass field of that type which the user must give."""
    return cast(T, field(metadata={"rules": rules}))


def at_least(low: float) -> Rule:
    """The rule that a number is `low` or more."""
    return lambda value: None if cast(float, value) >= low else f"must be at least {low}, not {value}"


def above(low: float) -> Rule:
    """The rule that a number is more than `low`."""
    return lambda value: None if cast(float, value) > low else f"must be above {low}, not {value}"


def within(low: float, high: float) -> Rule:
    """The rule that a number is from `low` to `high`, both included."""
    return lambda value: None if low <= cast(float, value) <= high else f"must be from {low} to {high}, not {value}"


def below(high: float) -> Rule:
    """The rule that a number is less than `high`."""
    return lambda value: None if cast(float, value) < high else f"must be below {high}, not {value}"


def zero_or(low: int) -> Rule:
    """The rule that a number is 0, or `low` or more."""
    return lambda value: None if value == 0 or cast(int, value) >= low else f"must be 0, or at least {low}, not {value}"


def even(value: object) -> str | None:
    """The rule that a whole number is even."""
    return f"must be even, not {value}" if cast(int, value) % 2 else None


def web(value: object) -> str | None:
    """The rule that a text is an address of the web."""
    return None if str(value).startswith(("http://", "https://")) else f"must be a web address, not {value}"


def device(value: object) -> str | None:
    """The rule that a text names a device."""
    named = re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", str(value))
    return None if named else f"must be auto, cpu, cuda, a GPU by its number such as cuda:1, or mps, not {value}"


def filled(value: object) -> str | None:
    """The rule that a text has more than white space."""
    return None if str(value).strip() else "must not be empty"


def folder(value: object) -> str | None:
    """The rule that a text may name a folder to write into; "-" is standard output, where that makes sense."""
    return "must be a folder: it is for several files" if is_stdout(str(value)) else filled(value)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The base of every configuration dataclass. Raises ConfigError when a value breaks a rule."""

    def __post_init__(self) -> None:
        if faults := list(self.faults()):
            raise ConfigError(faults)

    def faults(self) -> Iterator[str]:
        """Each broken rule, beginning with its field. Subclasses add the rules between fields."""
        for f in fields(self):
            for fault in _broken(f.metadata.get("rules", ()), getattr(self, f.name)):
                yield f"{f.name}: {fault}"


def typed(cfg: DictConfig, cls: type[S]) -> S:
    """The composed configuration as `cls`. Raises ConfigError with every fault and its path."""
    try:
        row = OmegaConf.to_container(cfg, resolve=True)
    except OmegaConfBaseException as error:
        raise ConfigError([f"{error.full_key or 'config'}: {str(error).splitlines()[0]}"]) from error
    reader = _ConfigReader()
    built = reader.build(cls, row, "")
    if reader.faults or built is None:
        raise ConfigError(reader.faults)
    return built


def paths(cls: type[_Dataclass], prefix: str = "") -> Iterator[str]:
    """Every dotted path a configuration of this class has, groups included."""
    hints = get_type_hints(cls)
    for f in fields(cls):
        yield prefix + f.name
        inner = (path for group in _groups(hints[f.name]) for path in paths(group, f"{prefix}{f.name}."))
        yield from dict.fromkeys(inner)  # several classes of one group share settings


def spelled(value: object) -> str:
    """A value as it is typed on the command line."""
    if isinstance(value, list | tuple):
        return f"[{','.join(map(spelled, value))}]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return str(value)


def texts(cls: type[_Dataclass]) -> set[str]:
    """The paths whose settings hold text of any kind, such as names and folders."""
    return {path for path, kind in _leaves(cls) if kind in (str, str | None)}


def _leaves(cls: type[_Dataclass], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every setting that is no group, by its dotted path, with its type."""
    for name, kind in get_type_hints(cls).items():
        if groups := _groups(kind):
            for group in groups:
                yield from _leaves(group, f"{prefix}{name}.")
        else:
            yield prefix + name, kind


def _broken(rules: Sequence[Rule], value: object) -> Iterator[str]:
    return (fault for rule in rules if value is not None and (fault := rule(value)))


class _ConfigReader:
    """Builds dataclasses from plain values and collects the faults on the way."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def build(self, cls: type[S], row: object, path: str) -> S | None:
        if not isinstance(row, dict):
            self.faults.append(f"{path.rstrip('.') or 'config'}: must be a group of settings, not {row!r}")
            return None
        before = len(self.faults)
        by_name = {f.name: f for f in fields(cls)}
        for key in row.keys() - by_name.keys():
            of = f" of kind {by_name['kind'].default}" if "kind" in by_name else ""
            self.faults.append(f"{path}{key}: no such setting{of}; {hint(str(key), list(by_name))}")
        hints = get_type_hints(cls)
        values = {n: self.setting(f, hints[n], row, path) for n, f in by_name.items() if n in row or _required(f)}
        if len(self.faults) > before:
            return None
        try:
            return cls(**values)
        except ConfigError as error:
            self.faults += [path + fault for fault in error.faults]
            return None

    def setting(self, f: Field[Any], hint: object, row: Mapping[str, object], path: str) -> object:
        here, value = path + f.name, row.get(f.name, "???")
        if value == "???":
            self.faults.append(f"{here}: missing; say {here}=...")
            return None
        before = len(self.faults)
        value = self.value(hint, value, here)
        if len(self.faults) == before:
            self.faults += [f"{here}: {fault}" for fault in _broken(f.metadata.get("rules", ()), value)]
        return value

    def value(self, hint: object, value: object, path: str) -> object:
        origin, args = get_origin(hint), get_args(hint)
        if value is None and type(None) in args:
            return None
        if groups := _groups(hint):
            return self.group(groups, value, path)
        if origin in (Union, types.UnionType):
            (inner,) = (arg for arg in args if arg is not type(None))
            return self.value(inner, value, path)
        if origin is Literal:
            return self.fits(value in args, value, path, f"one of {', '.join(map(str, args))}")
        if origin is dict:
            self.fits(isinstance(value, dict), value, path, "a group of settings")
            rows = value if isinstance(value, dict) else {}
            return {str(key): self.value(args[1], item, f"{path}.{key}") for key, item in rows.items()}
        if origin in (tuple, list):
            listed = self.fits(not isinstance(value, dict | NoneType), value, path, "a list")
            one = [] if isinstance(listed, dict | NoneType) else [listed]  # alone it is a list of it
            items = value if isinstance(value, list) else one
            return origin(self.value(args[0], item, f"{path}[{i}]") for i, item in enumerate(items))
        kinds, name = _KINDS[hint]
        allowed = isinstance(value, kinds) and (hint is bool or not isinstance(value, bool))
        fitting = self.fits(allowed, value, path, name)
        return cast(Callable[[object], object], hint)(fitting) if allowed else fitting

    def group(self, classes: Sequence[type[_Dataclass]], value: object, path: str) -> object:
        """The group of settings as the class of its `kind`, where there are several."""
        if len(classes) == 1 or not isinstance(value, dict):
            return self.build(classes[0], value, f"{path}.")
        by_kind = {_kind(cls): cls for cls in classes}
        kind = value.get("kind", next(iter(by_kind)))
        if kind not in by_kind:
            return self.fits(False, kind, f"{path}.kind", f"one of {', '.join(by_kind)}")
        return self.build(by_kind[kind], value, f"{path}.")

    def fits(self, fit: bool, value: object, path: str, wanted: str) -> object:
        if not fit:
            self.faults.append(f"{path}: must be {wanted}, not {value!r}")
        return value


def _required(f: Field[Any]) -> bool:
    return f.default is MISSING and f.default_factory is MISSING


def _groups(hint: object) -> list[type[_Dataclass]]:
    """The dataclasses a hint allows: one, or those of a union, which their `kind` tells apart."""
    classes = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return [cls for cls in classes if is_dataclass(cls) and isinstance(cls, type)]


def _kind(cls: type[_Dataclass]) -> str:
    """The value of `kind` that the class of a union is chosen by: its default."""
    return str(cls.__dataclass_fields__["kind"].default)
