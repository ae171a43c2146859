"""The words behind a command that Hydra composes: overrides, options of Hydra, and naba's own -q and -v.

Hydra's parser takes overrides in one stretch only and would print its usage for anything else; here they may be mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.config.validation import ConfigError, hint

SWEEP = frozenset({"-m", "--multirun"})
INFO = frozenset({"-i", "--info"})
_QUIET, _VERBOSE = frozenset({"-q", "--quiet"}), frozenset({"-v", "--verbose"})
_FLAGS = SWEEP | {"-h", "--help", "--hydra-help", "--version", "--resolve", "-r", "--run", "-sc", "--shell-completion"}
_VALUED = frozenset(
    [
        "-c",
        "--cfg",
        "-p",
        "--package",
        "-cp",
        "--config-path",
        "-cn",
        "--config-name",
        "-cd",
        "--config-dir",
        "--experimental-rerun",
    ]
)
_SHOWN = ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")
"""What may follow --info."""


@dataclass(frozen=True)
class HydraWords:
    """Overrides in their order, and the options with their values."""

    overrides: tuple[str, ...]
    options: tuple[str, ...]
    quiet: bool = False
    verbose: bool = False

    @classmethod
    def of(cls, words: Sequence[str]) -> HydraWords:
        """The words, sorted. Raises ConfigError for an option there is not."""
        overrides, options, given, left = [], [], set(), list(words)
        while left:
            word = left.pop(0)
            name = word.partition("=")[0]
            if not word.startswith("-"):
                overrides.append(word)
            elif word in _QUIET | _VERBOSE:
                given.add(word)
            elif (word in _VALUED and left) or (word in INFO and left and left[0] in _SHOWN):
                options += [word, left.pop(0)]
            elif name in _FLAGS | _VALUED | INFO:
                options.append(word)
            else:
                names = [each for each in _FLAGS | _VALUED | INFO | _QUIET | _VERBOSE if each.startswith("--")]
                raise ConfigError([f"{word}: no such option; {hint(name, names)}"])
        return cls(tuple(overrides), tuple(options), bool(given & _QUIET), bool(given & _VERBOSE))

    @property
    def sweeping(self) -> bool:
        """Whether several values of a setting are tried."""
        return bool(SWEEP & set(self.options))

    @property
    def runs(self) -> bool:
        """Whether the command does its work, and does not only show something about itself."""
        return not set(self.options) - SWEEP - {"-r", "--run"}
