# SPDX-License-Identifier: GPL-2.0-or-later
"""How the build compiles each file, for tools that read the source as the compiler does.

Uses the slot that the review built in, and its objects' own command lines; make runs only where
there are none of this configuration. What make compiles then is remembered as the build's.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.kbuild import lineage
from vreview.adapters.kbuild.builder import recover
from vreview.adapters.kbuild.make import Make
from vreview.adapters.kbuild.objects import merged_warnings
from vreview.adapters.kbuild.slots import compiled_by, slot_for
from vreview.model.kernel import SERIES, KernelConfig, Recipe
from vreview.model.look import Unit
from vreview.model.series import Oid

_COMMAND = re.compile(r"^(?:saved)?cmd_\S+ := (?P<command>.*)$", re.MULTILINE)
_ENDS = frozenset({";", "&&", "||", "|"})
_OUTPUT = ("-o", "-MF", "-MT", "-MQ")
_COUNTING = frozenset({"-fprofile-arcs", "-ftest-coverage"})  # these write files beside the output
_MAKE_DEADLINE_S = 600.0


@dataclass(frozen=True, slots=True)
class SlotTrees:
    """Implements ``ports.BuiltTrees`` on the build slot of the repository ``tree``."""

    tree: Path
    cache: Path
    cc: str = "gcc"
    jobs: int = 0
    confinement: Confinement = UNCONFINED
    own: Callable[[Oid], bool] = lineage.nothing_is_own

    @contextlib.contextmanager
    def opened(
        self, commit: Oid, *, config: KernelConfig, files: Sequence[str]
    ) -> Iterator[Mapping[str, Unit]]:
        """The slot, held and checked out at ``commit``, with the command of each file."""
        with self.checked_out(commit, config) as make:
            yield self.units(make, config, files)

    @contextlib.contextmanager
    def checked_out(self, revision: Oid, config: KernelConfig) -> Iterator[Make]:
        """The slot, held and checked out at ``revision``, a commit or a tree, with what makes
        objects there."""
        slot = slot_for(self.tree, self.cache)
        # After "common" and the profile; single options share the folder.
        asked = tuple(name for name in config.fragments[2:] if name != SERIES)
        name = compiled_by(self.cc, Recipe(config.profile, asked).name)
        strict = self.confinement.strict
        with slot.held() as interrupted:
            commit = slot.commit_of(revision)
            place = lineage.workplace(slot, name, strict=strict, own=self.own(commit))
            slot.checkout(commit, clean=interrupted)
            if interrupted:
                recover(slot, self.cc)
            if strict:
                lineage.check_links(slot.source)
            lineage.entered(place, slot, commit=commit)
            yield Make(
                source=slot.source,
                build=place.build,
                lock=slot.make_lock,
                cc=self.cc,
                confinement=self.confinement,
                known_as=place.known_as,
            )
            lineage.left(place, commit)

    def units(self, make: Make, config: KernelConfig, files: Sequence[str]) -> Mapping[str, Unit]:
        """How each of ``files`` is compiled in a slot that is held; those that are not are left
        out."""
        self._prepare(make, config, files)
        return dict(_units(files, make.build, make.source))

    def _prepare(self, make: Make, config: KernelConfig, files: Sequence[str]) -> None:
        """Makes the objects where the slot has none, or has those of another configuration."""
        same = _text(make.build / ".config") == config.text
        absent = [
            file
            for file in files
            if (make.source / file).is_file() and not (same and _command(make.build, file))
        ]
        if not absent:
            return
        make.use_config(config.text)
        log = make.objects(
            [f"{file.removesuffix('.c')}.o" for file in absent],
            jobs=self.jobs or len(os.sched_getaffinity(0)),
            deadline_s=_MAKE_DEADLINE_S,
        )
        notes = lineage.notes_of(make.build)
        merged_warnings(make.build, log, source=make.source, tool=self.cc, notes=notes)


def _units(files: Sequence[str], build: Path, source: Path) -> Iterator[tuple[str, Unit]]:
    for file in files:
        command = _command(build, file)
        if command and (source / file).is_file():
            yield file, Unit(command, build, source)


def _command(build: Path, file: str) -> tuple[str, ...]:
    """The compiler's command of a file's object; empty when it was not compiled."""
    target = build / f"{file.removesuffix('.c')}.o"
    return compiler_command(_text(target.with_name(f".{target.name}.cmd")), file)


def compiler_command(text: str, file: str) -> tuple[str, ...]:
    """From a .cmd file: the compiler and its flags, without its launcher, the output, dependency
    files and the source ``file``. Empty for a text that holds none."""
    match = _COMMAND.search(text)
    if match is None:
        return ()
    try:
        words = shlex.split(match["command"].replace("$(pound)", "#").replace("$$", "$"))
    except ValueError:
        return ()
    if words[:1] == ["ccache"]:
        words = words[1:]
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _ENDS:
            break
        if word in _OUTPUT:
            next(rest, "")
        elif not (
            word.startswith("-Wp,-M") or word == "-c" or word in _COUNTING or word.endswith(file)
        ):
            kept.append(word)
    return tuple(kept)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
