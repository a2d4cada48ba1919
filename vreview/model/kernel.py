# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel configurations and built kernels."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from vreview.model.series import Oid

SERIES = "series"
"""The name of the fragment that holds a recipe's single options."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A file of ``kernel-configs/``: what it asks for, option by option.

    ``asks`` pairs the symbol without ``CONFIG_`` with ``y``, ``m``, ``n``, a number or a string.
    """

    name: str
    asks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What kernel is wanted of a commit, whichever commit it is.

    ``profile`` says what for: "test" or "perf". ``fragments`` are further ones of
    ``kernel-configs/`` ("kasan"), ``options`` single ones beside them, as a Fragment's ``asks``
    (what compiles the touched files), ``variables`` make's own ("GCOV_PROFILE_vhost.o=y").
    """

    profile: str = "test"
    fragments: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    variables: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Profile and fragments ("test+gcov+kasan"): recipes of one name share their objects."""
        return "+".join((self.profile, *sorted(set(self.fragments))))


@dataclass(frozen=True, slots=True)
class Recipes:
    """The kernels that a review builds, by what they are for; base and tip get the same.

    ``hunt`` is ``test`` with checkers that slow a guest down (KASAN and kin). ``why`` says in
    sentences what was chosen beside the usual, and for what reason; ``blocked`` pairs a touched
    file that no option brings in with what it needs.
    """

    test: Recipe | None = None
    hunt: Recipe | None = None
    perf: Recipe | None = None
    why: tuple[str, ...] = ()
    blocked: tuple[tuple[str, str], ...] = ()

    def named(self) -> tuple[tuple[str, Recipe], ...]:
        """Those that there are under the word that reports have for them, in building order."""
        every = (("test", self.test), ("hunt", self.hunt), ("perf", self.perf))
        return tuple((word, recipe) for word, recipe in every if recipe is not None)


@dataclass(frozen=True, slots=True)
class Dropped:
    """An option that was asked for and is otherwise in the final .config."""

    symbol: str
    asked: str
    got: str
    fragment: str
    why: str = ""
    """What the tree's Kconfig says about it ("depends on …"), where it says something."""


@dataclass(frozen=True, slots=True)
class KernelConfig:
    """A final .config. ``profile`` names what it is for: "test" or "perf"; ``fragments`` are all
    that were merged, in their order."""

    profile: str
    fragments: tuple[str, ...]
    text: str
    dropped: tuple[Dropped, ...] = ()

    @property
    def normalised(self) -> str:
        """The set options alone, sorted: what a kernel's identity may depend on."""
        keep = (s for s in self.text.splitlines() if s.startswith("CONFIG_"))
        skip = ("CONFIG_CC_VERSION_TEXT=",)
        return "\n".join(sorted(s for s in keep if not s.startswith(skip)))


@dataclass(frozen=True, slots=True)
class Toolchain:
    """``cc`` is the command; ``version`` the first line of ``cc --version``."""

    cc: str
    version: str
    linker_version: str


@dataclass(frozen=True, slots=True)
class KernelKey:
    """The content key of a built kernel: nothing with the same key is built twice."""

    tree: Oid
    config: str
    toolchain: str
    make_variables: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        whole = json.dumps([self.tree, self.config, self.toolchain, list(self.make_variables)])
        return hashlib.sha256(whole.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A bootable kernel in the store. Files beside ``image``: System.map, config, build.log."""

    key: KernelKey
    image: Path
    config: KernelConfig
    toolchain: Toolchain
    release: str

    @property
    def folder(self) -> Path:
        return self.image.parent
