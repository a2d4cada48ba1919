# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree's own kselftest targets, built from it and run in the guest by a runner of ours.

kselftest's runner wants a larger userland than busybox. What cannot run there (a script for bash,
a program that could not be linked statically) is skipped, and says so.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vreview.adapters.boot.guestroot import applets
from vreview.adapters.files import write_whole
from vreview.adapters.kbuild.selftests import BuiltTarget
from vreview.model.trial import Case
from vreview.parse.elf import program
from vreview.parse.ktap import parse_ktap
from vreview.ports import Deadlines, GuestJob

NAME = "kselftest"

Build = Callable[[Path], tuple[BuiltTarget, ...]]
"""Builds the chosen targets into a folder."""

_LONGEST_S = 3600.0
_RUNNER = """#!/bin/sh
# one NUMBER TARGET TEST SECONDS: runs a test and says how it ended, as kselftest's runner does.
one() {
	name="selftests: $2: $3"
	echo "# $name"
	cd "$room/tests/$2" || exit 1
	busybox timeout -s KILL "$4" "./$3" >"$room/said" 2>&1 </dev/null
	code=$?
	busybox head -c 200000 "$room/said" | sed 's/^/# /'
	echo
	case $code in
	0) echo "ok $1 $name" ;;
	4) echo "ok $1 $name # SKIP" ;;
	137) echo "not ok $1 $name # TIMEOUT $4 seconds" ;;
	*) echo "not ok $1 $name # exit=$code" ;;
	esac
}
skip() {
	echo "ok $1 selftests: $2: $3 # SKIP $4"
}
echo "TAP version 13"
"""
_PLACE = """\
# In memory: the folder is the host's, a file system of another kind, and may lie below /tmp.
room=${{ROOM:-/run}}
busybox touch "$room/said" 2>/dev/null || busybox mount -t tmpfs tmpfs "$room"
busybox mkdir "$room/tests" && busybox cp -r {top}/. "$room/tests"
busybox touch "${{ROOM:-/tmp}}/said" 2>/dev/null || busybox mount -t tmpfs tmpfs /tmp
"""


@dataclass(slots=True)
class SelftestSuite:
    """ports.TestSuite. ``build`` is called once, by the first ``prepare``; ``only`` gives the
    programs of a target that are run, all where it gives none."""

    build: Build
    only: Callable[[str], Sequence[str]] = lambda _: ()
    name: str = NAME
    built: tuple[BuiltTarget, ...] | None = None
    remarks: list[str] = field(default_factory=list)
    """What could not be built, in sentences; known after ``prepare``."""

    def wanted(self, touched: Sequence[str]) -> bool:  # noqa: ARG002
        """Never by itself: its targets are chosen for each series."""
        return False

    def prepare(self, folder: Path) -> GuestJob:
        if self.built is None:
            self.built = self.build(folder)
            self.remarks += [_unbuilt(t) for t in self.built if not self._tests(t)]
        lines: list[str] = []
        seconds = 0.0
        for target in self.built:
            for test in self._tests(target):
                number = len(lines) + 1
                why = _why_not(folder / target.target / test, target)
                words = (str(number), target.target, test)
                lines.append(
                    shlex.join(
                        ("skip", *words, why) if why else ("one", *words, str(target.timeout_s))
                    )
                )
                seconds += 0 if why else target.timeout_s
        script = folder / "run.sh"
        place = _PLACE.format(top=shlex.quote(str(folder)))
        text = f"{_RUNNER}{place}echo 1..{len(lines)}\n"
        write_whole(script, (text + "".join(f"{line}\n" for line in lines)).encode())
        longest = max((t.timeout_s for t in self.built), default=0)
        deadlines = Deadlines(command=min(seconds + 60.0, _LONGEST_S), silence=longest + 60.0)
        return GuestJob(("/bin/sh", str(script)), folder, memory_mib=1536, deadlines=deadlines)

    def _tests(self, target: BuiltTarget) -> Sequence[str]:
        """The tests of a target that are run; none where none of them was built."""
        wanted = self.only(target.target) or target.tests
        return wanted if target.files.intersection(wanted) else ()

    def read(self, output: str) -> tuple[Case, ...]:
        """Cases named "target: test", and "target: test.case" where the test says KTAP."""
        cases = parse_ktap(output, suite=self.name)
        return tuple(replace(c, name=c.name.removeprefix("selftests: ")) for c in cases)


def _why_not(path: Path, target: BuiltTarget) -> str:
    """Why a test cannot run in the guest; empty when it can."""
    if path.name not in target.files:
        return f"not built: {target.why}" if target.why else "not built"
    needs = program(path.read_bytes())
    if needs.kind == "elf" and needs.interpreter:
        return "it could not be linked statically"
    if needs.kind == "elf" and needs.machine != "x86_64":
        return f"it is for {needs.machine}"
    if needs.kind == "script" and needs.interpreter:
        shell = needs.interpreter.removeprefix("/bin/")
        if shell == needs.interpreter or shell not in applets():
            return f"it wants {needs.interpreter}, which is not in the guest"
    return ""


def _unbuilt(target: BuiltTarget) -> str:
    why = f": {target.why}" if target.why else ""
    return f"kselftest: nothing of {target.target} could be built statically{why}"
