# SPDX-License-Identifier: GPL-2.0-or-later
"""From a commit to a bootable kernel: the store first, then the slot, kbuild, and the store again.

The order of the steps; each step is a module beside this one.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.kbuild import lineage
from vreview.adapters.kbuild.compiled import compiled_files, linked_objects, split_touched
from vreview.adapters.kbuild.dropped import explained
from vreview.adapters.kbuild.gcov import notes_of
from vreview.adapters.kbuild.identical import object_digests
from vreview.adapters.kbuild.make import IMAGE, Configured, Made, Make, probe_toolchain, variables
from vreview.adapters.kbuild.objects import mend, merged_warnings, standing_warnings
from vreview.adapters.kbuild.slots import Slot, compiled_by, slot_for
from vreview.adapters.kbuild.store import ConfigMemo, KernelStore, Stored, digest
from vreview.errors import ConfigError
from vreview.logic.fragments import asked_vs_got, render
from vreview.model.kernel import (
    SERIES,
    Fragment,
    Kernel,
    KernelConfig,
    KernelKey,
    Recipe,
    Toolchain,
)
from vreview.model.observation import Category, Confidence, Observation, Origin, Place, Severity
from vreview.model.series import Oid
from vreview.model.trial import BuildState, Built
from vreview.parse.diagnostics import (
    Diagnostic,
    observations,
    parse_diagnostics,
    progress_target,
)
from vreview.parse.kconfig import parse_config, parse_fragment
from vreview.ports import Observer

_LOG = ".vreview-build.log"
_WHAT_ELSE_S = 180.0
# What make prints for each option that is y; 1758 lines for 626 options were measured. An
# estimate: it only places the progress bar.
_LINES_AN_OPTION = 2.8


@dataclass(frozen=True, slots=True)
class _Work:
    """One build: what is asked for, where, and with what."""

    commit: Oid
    tree: Oid
    recipe: Recipe
    slot: Slot
    make: Make
    fragments: tuple[Fragment, ...]
    toolchain: Toolchain
    place: lineage.Workplace

    @property
    def config_name(self) -> str:
        """What a configuration depends on: the tree, the asks, the compiler."""
        tools = (self.toolchain.version, self.toolchain.linker_version)
        asked = (self.recipe.profile, render(self.fragments))
        return digest(self.tree, *asked, *tools, *self.strangers)

    @property
    def strangers(self) -> tuple[str, ...]:
        """What a stranger's build made is found under its own commit alone: another way to the
        same tree, or the tree itself, must not get it."""
        return (f"stranger={self.commit}",) if self.place.strange else ()

    def key(self, config: KernelConfig) -> KernelKey:
        toolchain = f"{self.toolchain.version}\n{self.toolchain.linker_version}"
        return KernelKey(
            self.tree,
            config.normalised,
            toolchain,
            (*variables(self.toolchain.cc), *self.recipe.variables, *self.strangers),
        )


@dataclass(frozen=True, slots=True)
class KbuildBuilder:
    """Implements ``ports.Builder`` on the repository ``tree``; keeps everything under ``cache``.

    ``fragments`` is the folder with the .config files; ``jobs`` 0 is one compiler per core.
    """

    tree: Path
    cache: Path
    fragments: Path
    cc: str = "gcc"
    jobs: int = 0
    confinement: Confinement = UNCONFINED
    own: Callable[[Oid], bool] = lineage.nothing_is_own
    """Which commits are the tree's own, with a confinement that is strict (see ``lineage``)."""
    deadline_s: float = 3600.0

    def build(
        self, commit: Oid, *, recipe: Recipe, touched: Sequence[str], observer: Observer
    ) -> Built:
        """Builds a commit, or takes it from the store: then nothing is checked out or made."""
        begun = time.monotonic()
        work, store = self._work(commit, recipe), KernelStore(self.cache)
        memo = store.find_config(work.config_name)
        stored = _find(store, work, memo)
        if memo is None or stored is None:
            what = f"build the {recipe.profile} kernel of {commit[:12]}"
            observer.begin(what)
            with work.slot.held() as interrupted:
                made = self._build_in_slot(store, work, observer, interrupted=interrupted)
                lineage.left(work.place, commit)
            observer.end(what, made.state.value if isinstance(made, Built) else "built")
            if isinstance(made, Built):
                return made
            memo, stored = made
            return _built(work, memo, stored, touched, seconds=time.monotonic() - begun)
        seconds = time.monotonic() - begun
        return _built(work, memo, stored, touched, seconds=seconds, from_store=True)

    def configured(self, commit: Oid, *, recipe: Recipe) -> KernelConfig | None:
        """The .config that a build would have; None when Kconfig refuses. Compiles nothing."""
        work, store = self._work(commit, recipe), KernelStore(self.cache)
        memo = store.find_config(work.config_name)
        if memo is None:
            with work.slot.held() as interrupted:
                self._check_out(work, interrupted=interrupted)
                found = self._configure(store, work)
                lineage.left(work.place, commit)
            memo = found if isinstance(found, ConfigMemo) else None
        return memo.config if memo is not None else None

    def _work(self, commit: Oid, recipe: Recipe) -> _Work:
        slot = slot_for(self.tree, self.cache)
        place = lineage.workplace(
            slot,
            compiled_by(self.cc, recipe.name),
            strict=self.confinement.strict,
            own=self.own(commit),
        )
        named = ("common", *recipe.name.split("+"))
        return _Work(
            commit=commit,
            tree=slot.tree_of(commit),
            recipe=recipe,
            slot=slot,
            make=Make(
                source=slot.source,
                build=place.build,
                lock=slot.make_lock,
                cc=self.cc,
                variables=recipe.variables,
                confinement=self.confinement,
                known_as=place.known_as,
            ),
            fragments=(
                *(read_fragment(self.fragments, name) for name in named),
                *((Fragment(SERIES, recipe.options),) if recipe.options else ()),
            ),
            toolchain=probe_toolchain(self.cc),
            place=place,
        )

    def _build_in_slot(
        self, store: KernelStore, work: _Work, observer: Observer, *, interrupted: bool
    ) -> Built | tuple[ConfigMemo, Stored]:
        """Checkout, configuration, compilation; a Built is a failure. The slot is held."""
        begun = time.monotonic()
        self._check_out(work, interrupted=interrupted)
        memo = self._configure(store, work)
        if isinstance(memo, Configured):
            made = Made(None, memo.log, time.monotonic() - begun, memo.stopped)
            return _failed(store, work, made, BuildState.FAILED)
        # Another process may have built it while we waited, or another configuration came out
        # the same.
        if stored := _find(store, work, memo):
            return memo, stored
        return self._compile(store, work, memo, observer)

    def _check_out(self, work: _Work, *, interrupted: bool) -> None:
        work.slot.checkout(work.commit, clean=interrupted)
        if interrupted:
            recover(work.slot, self.cc)
        if self.confinement.strict:
            lineage.check_links(work.slot.source)
        lineage.entered(work.place, work.slot, commit=work.commit)

    @staticmethod
    def _configure(store: KernelStore, work: _Work) -> ConfigMemo | Configured:
        """The configuration, made once; what came of it when Kconfig refused."""
        memo = store.find_config(work.config_name)
        if memo is None:
            configured = work.make.configure(render(work.fragments))
            if configured.text is None:
                return configured
            memo = _memo(work, configured.text, configured.log)
            store.keep_config(work.config_name, memo)
        return memo

    def _compile(
        self, store: KernelStore, work: _Work, memo: ConfigMemo, observer: Observer
    ) -> Built | tuple[ConfigMemo, Stored]:
        make = work.make
        cold = not (make.build / "vmlinux").exists()
        make.use_config(memo.config.text)
        made = make.bzimage(
            jobs=self.jobs or len(os.sched_getaffinity(0)),
            log=work.place.notes / _LOG,
            deadline_s=self.deadline_s,
            on_line=_progress(observer, _lines_expected(memo.config) if cold else None),
        )
        warnings = merged_warnings(
            make.build, made.log, source=make.source, tool=self.cc, notes=work.place.notes
        )
        if made.status != 0:
            return self._not_made(store, work, made)
        key, linked = work.key(memo.config), linked_objects(make.build)
        kernel = Kernel(key, store.image_path(key), memo.config, work.toolchain, make.release())
        return memo, store.keep(
            kernel,
            image=make.build / IMAGE,
            symbols=make.build / "System.map",
            log=made.log,
            compiled=compiled_files(make.build, make.source, linked),
            objects=object_digests(make.build, linked or (), notes=work.place.notes),
            warnings="\n".join(warning.text for warning in warnings),
            seconds=made.seconds,
            notes=notes_of(make.build, work.recipe.variables),
        )

    def _not_made(self, store: KernelStore, work: _Work, made: Made) -> Built:
        """A failure with all of its errors, and with the warnings of what compiles all the same:
        a patch that breaks one file says nothing of the others."""
        make, notes = work.make, work.place.notes
        if made.status is None:
            mend(make.build)
            late = BuildState.FAILED if made.stopped else BuildState.TIMED_OUT
            return _failed(store, work, made, late)
        more = make.what_else(
            jobs=self.jobs or len(os.sched_getaffinity(0)),
            log=notes / _LOG,
            deadline_s=min(_WHAT_ELSE_S, self.deadline_s),
        )
        if more is None:
            mend(make.build)
        else:
            made = replace(made, log=made.log + more)
        warnings = standing_warnings(
            make.build, made.log, source=make.source, tool=self.cc, notes=notes
        )
        return _failed(store, work, made, BuildState.FAILED, warnings=warnings)


def read_fragment(folder: Path, name: str) -> Fragment:
    """``folder/name.config``. Raises ConfigError that lists what there is."""
    known = {path.stem: path for path in sorted(folder.glob("*.config"))}
    if name not in known:
        raise ConfigError(
            f"there is no kernel fragment {name!r} in {folder}", hint=f"known: {', '.join(known)}"
        )
    return parse_fragment(name, known[name].read_text())


def _find(store: KernelStore, work: _Work, memo: ConfigMemo | None) -> Stored | None:
    if memo is None:
        return None
    return store.find(work.key(memo.config), memo.config, work.toolchain)


def _memo(work: _Work, text: str, log: str) -> ConfigMemo:
    dropped = asked_vs_got(work.fragments, parse_config(text))
    names = tuple(fragment.name for fragment in work.fragments)
    why = explained(dropped, work.make.source)
    return ConfigMemo(KernelConfig(work.recipe.profile, names, text, why), log)


def recover(slot: Slot, cc: str) -> None:
    """After a kill: no half-made object stays, and no warning of a finished one is lost."""
    for build in slot.build_folders():
        mend(build)
        if (log := build / _LOG).is_file():
            text = log.read_text(errors="replace")
            merged_warnings(build, text, source=slot.source, tool=cc)


def _built(
    work: _Work,
    memo: ConfigMemo,
    stored: Stored,
    touched: Sequence[str],
    *,
    seconds: float,
    from_store: bool = False,
) -> Built:
    @functools.cache
    def read(path: str) -> str | None:
        data = work.slot.read(work.commit, path)
        return None if data is None else data.decode(errors="replace")

    config = parse_config(memo.config.text)
    compiled, not_compiled = split_touched(touched, stored.compiled, read, config)
    said = (
        *parse_diagnostics(memo.log, source=str(work.make.source), build=str(work.make.build)),
        *parse_diagnostics(stored.warnings, tool=work.toolchain.cc),
    )
    return Built(
        state=BuildState.BUILT,
        kernel=stored.kernel,
        observations=observations(said),
        log=stored.log,
        seconds=seconds,
        from_store=from_store,
        compiled=compiled,
        not_compiled=not_compiled,
        objects=tuple(
            (path, stored.objects[name])
            for path in compiled
            if (name := f"{path.rpartition('.')[0]}.o") in stored.objects
            and path.endswith((".c", ".S"))
        ),
    )


def _failed(
    store: KernelStore,
    work: _Work,
    made: Made,
    state: BuildState,
    *,
    warnings: Sequence[Diagnostic] = (),
) -> Built:
    """A build that gave no kernel, with the errors; at least one, whatever the log says."""
    said = parse_diagnostics(
        made.log, source=str(work.make.source), build=str(work.make.build), tool=work.toolchain.cc
    )
    errors = tuple(o for o in observations(said) if o.severity is Severity.ERROR)
    name = digest(work.tree, work.config_name)
    return Built(
        state=state,
        kernel=None,
        observations=(
            *(errors if errors and not made.stopped else (_unexplained(made, state),)),
            *observations(warnings),
        ),
        log=store.keep_failed(name, made.log),
        seconds=made.seconds,
    )


def _unexplained(made: Made, state: BuildState) -> Observation:
    last = next((line.strip() for line in reversed(made.log.splitlines()) if line.strip()), "")
    how = "did not end in time" if state is BuildState.TIMED_OUT else "failed"
    if made.stopped:
        how = f"was stopped: {made.stopped}"
    return Observation(
        origin=Origin.COMPILER,
        tool="make",
        rule="build",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        category=Category.BUILD,
        place=Place(""),
        message=f"the build {how}; its last line: {last or 'none'}",
    )


def _lines_expected(config: KernelConfig) -> int:
    on = sum(value == "y" for value in parse_config(config.text).values())
    return int(on * _LINES_AN_OPTION)


def _progress(observer: Observer, total: int | None) -> Callable[[str], None]:
    done = 0

    def on_line(line: str) -> None:
        nonlocal done
        target = progress_target(line)
        if target:
            done += 1
            # An estimate that turned out too low must not show more than all.
            observer.advance(done, None if total is None else max(total, done), target)

    return on_line
