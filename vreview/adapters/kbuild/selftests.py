# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds kselftest targets of a tree under test, statically, in the build slot.

Their Makefiles are the tree's, as strange as its others: make runs through the same door. What a
target builds is copied out; nothing is run here.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.files import storage_failed
from vreview.adapters.kbuild.make import Make
from vreview.adapters.kbuild.units import SlotTrees
from vreview.model.kernel import KernelConfig
from vreview.model.series import Oid

FOLDER = "tools/testing/selftests"
_CONFIG = KernelConfig("selftests", (), "")
"""They have an O= folder of their own, and no .config."""
_BUILD_DEADLINE_S = 600.0
_WORD = re.compile(r"[\w.+-]{1,80}")
_TARGET = re.compile(r"[\w-]+(?:/[\w.-]+){0,3}")
_TIMEOUT = re.compile(r"^timeout=(\d{1,5})$", re.MULTILINE)
_ERROR = re.compile(r"^.*(?:error:|cannot find -l|No such file or directory).*$", re.MULTILINE)
DEFAULT_TIMEOUT_S = 45
"""Of a test, as kselftest's own runner has it; a target's ``settings`` may say otherwise."""
_LONGEST_S = 300
_MOST_FILES = 300
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class BuiltTarget:
    """``tests`` are the names of what the target says are its tests, ``files`` of what was copied.
    ``why`` is the first complaint of a build that did not make all; ``timeout_s`` is for a test."""

    target: str
    tests: tuple[str, ...]
    files: frozenset[str]
    why: str = ""
    timeout_s: int = DEFAULT_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class SelftestBuilder:
    """``trees`` gives the slot, and what the tree's own commands are confined to."""

    trees: SlotTrees

    def build(self, commit: Oid, targets: Sequence[str], folder: Path) -> tuple[BuiltTarget, ...]:
        """Builds the targets of a commit into ``folder/<target>/``.

        A target that does not build is a value. Raises OurFailure for our side.
        """
        with self.trees.checked_out(commit, _CONFIG) as make:
            make.headers(deadline_s=_BUILD_DEADLINE_S)
            return tuple(
                self._target(make, target, folder / target)
                for target in targets
                if _TARGET.fullmatch(target) and ".." not in target
            )

    def _target(self, make: Make, target: str, place: Path) -> BuiltTarget:
        source = make.source / FOLDER / target
        if not (source / "Makefile").is_file():
            return BuiltTarget(target, (), frozenset(), "this tree has no such target")
        output = make.build / "kselftest" / target
        if not (_is_own(source, make.source) and _is_own(output, make.build)):
            return BuiltTarget(target, (), frozenset(), "a link leads out of its folder")
        shutil.rmtree(output, ignore_errors=True)
        jobs = self.trees.jobs or len(os.sched_getaffinity(0))
        log = make.selftest(
            source, output, ("-k", f"-j{jobs}", "all"), deadline_s=_BUILD_DEADLINE_S
        )
        if not _is_own(output, make.build):  # its Makefiles may have moved it
            return BuiltTarget(target, (), frozenset(), "a link leads out of its folder")
        listed = make.selftest(source, output, ("-s", "emit_tests"), deadline_s=60.0)
        tests = tuple(dict.fromkeys(_listed(listed)))
        if not _is_own(output, make.build):
            return BuiltTarget(target, (), frozenset(), "a link leads out of its folder")
        complaint = _ERROR.search(log)
        return BuiltTarget(
            target,
            tests,
            frozenset(_copied(output, source, tests, place)),
            complaint[0].strip()[:200] if complaint else "",
            _timeout(source / "settings"),
        )


def _is_own(path: Path, top: Path) -> bool:
    """Whether no link on the way from ``top`` leads elsewhere. Makefiles of strangers may have put
    one there, and what is below it would be deleted, or copied to where their programs run."""
    return path.resolve() == top.resolve() / path.relative_to(top)


def _listed(text: str) -> Iterator[str]:
    """The names of "COLLECTION:NAME" lines."""
    for line in text.splitlines():
        name = line.partition("vreview:")[2].strip()
        if line.startswith("vreview:") and _WORD.fullmatch(name):
            yield name


def _copied(output: Path, source: Path, tests: Sequence[str], place: Path) -> Iterator[str]:
    """Copies what was built, and the tests that are scripts of the source; never a link, which
    could lead anywhere on this machine."""
    scripts = [source / name for name in tests]
    built = sorted(output.iterdir()) if output.is_dir() else []
    files = [p for p in (*built, *scripts) if p.is_file() and not p.is_symlink()]
    total = 0
    try:
        place.mkdir(parents=True, exist_ok=True)
        for path in files[:_MOST_FILES]:
            total += path.stat().st_size
            if path.suffix == ".o" or not _WORD.fullmatch(path.name) or total > _MOST_BYTES:
                continue
            if path.read_bytes()[:4] == b"gpch":  # what gcc makes of a header and no program
                continue
            if not (place / path.name).exists():
                shutil.copyfile(path, place / path.name)
                (place / path.name).chmod(0o755)
            yield path.name
    except OSError as err:
        raise storage_failed("copy a selftest to", place, err) from err


def _timeout(settings: Path) -> int:
    """Seconds for one test; kselftest's 0 (none) is the longest that we wait."""
    text = settings.read_text(errors="replace") if settings.is_file() else ""
    found = _TIMEOUT.search(text)
    seconds = int(found[1]) if found else DEFAULT_TIMEOUT_S
    return min(seconds or _LONGEST_S, _LONGEST_S)
