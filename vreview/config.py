# SPDX-License-Identifier: GPL-2.0-or-later
"""The settings: one TOML file, the command line over it, and where each value came from.

A file inside the tree under review may set harmless keys only: it is part of the series'
author's reach. Nothing here reads the environment or the clock; paths are passed in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from vreview.errors import ConfigError

_HARMLESS = frozenset({"rules_off", "suites", "fragments", "debug", "options"})
"""What .vreview.toml in a tree under review may say: nothing that names a command or a path."""

_CHOICES = {
    "accelerator": ("auto", "kvm", "tcg"),
    "sandbox": ("required", "best-effort", "off"),
}
_WORDS = {"true": True, "false": False}
_WHOLE = frozenset({"suite_commands"})
"""Lists whose parts may hold commas: -c gives one part, and is repeated."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings with their defaults. ``origins`` pairs each set key with its source."""

    tree: str = ""
    """The kernel tree: a git repository. Empty: the one that vreview imported."""
    mirrors: tuple[str, ...] = ()
    """public-inbox git mirrors in which message-ids are looked up."""
    accelerator: str = "auto"
    """auto, kvm or tcg."""
    jobs: int = 0
    """Parallel compilers; 0 is one per core."""
    rules_off: tuple[str, ...] = ()
    tools: tuple[str, ...] = ("checkpatch", "coccinelle", "sparse", "kernel-doc", "W=1")
    """Other people's tools that a review asks; none when empty."""
    rules: tuple[str, ...] = ()
    """Folders of rules without Python, besides those that ship with vreview."""
    dismissed: tuple[str, ...] = ()
    """Files of dismissed findings. Empty: dismissed.toml beside the config file."""
    suites: tuple[str, ...] = ()
    """Suites to run besides those that the touched files choose."""
    fragments: tuple[str, ...] = ()
    """Further fragments of kernel-configs/ to merge into every kernel."""
    debug: tuple[str, ...] = ()
    """Debug fragments for a kernel that is run besides: kasan, kmemleak, kcsan, ubsan; none keeps
    vreview from choosing one itself."""
    options: tuple[str, ...] = ("auto",)
    """Single options for the kernels, as SYMBOL=value; auto adds those that compile the touched
    files."""
    cc: str = "gcc"
    suite_commands: tuple[str, ...] = ()
    """Commands of the user's as suites, NAME=CMD each; files are looked up from the home folder."""
    runs: int = 1
    """Boots a side for each suite."""
    again: int = 3
    """Further boots a side where, of one boot a side, only the series' failed."""
    kernel_tests: tuple[str, ...] = ("kunit", "kselftest")
    """Which of the tree's own tests a review runs, as the touched files choose them."""
    flaky: tuple[str, ...] = ()
    """Files of tests that are known to be flaky. Empty: flaky.toml beside the config file."""
    untrusted: bool = False
    """What is built and booted is a stranger's: in a sandbox, and a guest without the host's
    files."""
    sandbox: str = "required"
    """Of what is untrusted: required refuses where there is none to be had, best-effort and off go
    without."""
    artifacts_mib: int = 256
    """What a run's consoles, outputs and build logs may take; the longest are cut in the middle."""
    origins: tuple[tuple[str, str], ...] = ()

    def origin(self, key: str) -> str:
        return dict(self.origins).get(key, "default")


def merged(config: Config, values: Mapping[str, object], *, source: str) -> Config:
    """``config`` with ``values`` over it. Raises ConfigError that names source and key."""
    kinds = {f.name: f for f in fields(Config) if f.name != "origins"}
    changed: dict[str, object] = {}
    for key, value in values.items():
        if key not in kinds:
            known = ", ".join(sorted(kinds))
            raise ConfigError(f"{source}: there is no setting {key!r}", hint=f"known: {known}")
        default = getattr(Config(), key)
        if isinstance(default, tuple):
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ConfigError(f"{source}: {key} must be a list of strings, not {value!r}")
            changed[key] = tuple(value)
        elif isinstance(default, bool):
            if not isinstance(value, bool):
                raise ConfigError(f"{source}: {key} must be true or false, not {value!r}")
            changed[key] = value
        elif isinstance(value, bool) or not isinstance(value, type(default)):
            wanted = "a number" if isinstance(default, int) else "a string"
            raise ConfigError(f"{source}: {key} must be {wanted}, not {value!r}")
        elif value not in _CHOICES.get(key, (value,)):
            raise ConfigError(
                f"{source}: there is no {key} {value!r}",
                hint=f"known: {', '.join(_CHOICES[key])}",
            )
        else:
            changed[key] = value
    origins = {**dict(config.origins), **dict.fromkeys(changed, source)}
    return replace(config, **changed, origins=tuple(sorted(origins.items())))  # type: ignore[arg-type]


def from_file(config: Config, path: Path, *, trusted: bool) -> Config:
    """``config`` with a TOML file over it; a missing file changes nothing."""
    try:
        values = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return config
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise ConfigError(
            f"cannot read {path}: {err}", hint=f"correct it, or move {path} away"
        ) from err
    if not trusted:
        refused = sorted(set(values) - _HARMLESS)
        if refused:
            raise ConfigError(
                f"{path} may not set {', '.join(refused)}: it lies in the tree under review",
                hint=f"your own config file may; a tree may set {', '.join(sorted(_HARMLESS))}",
            )
    return merged(config, values, source=str(path))


def from_overrides(config: Config, overrides: Sequence[str]) -> Config:
    """``config`` with the command line's ``-c key=value`` over it. Lists are comma-separated,
    but for those whose parts may hold commas."""
    values: dict[str, object] = {}
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"-c {text}: expected key=value")
        default = getattr(Config(), key, None)
        if key in _WHOLE:
            earlier = values.setdefault(key, [])
            assert isinstance(earlier, list)
            earlier.append(value)
        elif isinstance(default, tuple):
            values[key] = [part for part in value.split(",") if part]
        elif isinstance(default, bool):
            values[key] = _WORDS.get(value, value)
        elif isinstance(default, int) and value.isdigit():
            values[key] = int(value)
        else:
            values[key] = value
    return merged(config, values, source="command line")
