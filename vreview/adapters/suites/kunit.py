# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own unit tests, which ran while it booted: their results as the kernel keeps them.

Read in the guest from debugfs, not from the console, where anyone may write. debugfs keeps little
of a talkative test (512 bytes up to 6.6): such a suite is read from the kernel's ring buffer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vreview.adapters.files import write_whole
from vreview.model.trial import Case, CaseState
from vreview.parse.ktap import parse_ktap
from vreview.ports import Deadlines, GuestJob

NAME = "kunit"

_MARK = re.compile(r"^# vreview-kunit suite (?P<suite>\S{1,120})$", re.MULTILINE)
_ENABLED = ("kunit.enable=1",)
"""v6.0 and later run no test without it, or without CONFIG_KUNIT_DEFAULT_ENABLED."""
_LOG = "# vreview-kunit log"
_SCRIPT = """#!/bin/sh
place=/sys/kernel/debug/kunit
[ -d $place ] || busybox mount -t debugfs debugfs /sys/kernel/debug
for suite in $place/*; do
	[ -e "$suite/results" ] || continue
	echo "# vreview-kunit suite ${suite##*/}"
	cat "$suite/results"
done
echo "# vreview-kunit log"
busybox dmesg
"""


@dataclass(frozen=True, slots=True)
class KunitSuite:
    """ports.TestSuite. ``expected`` are names of suites that were asked for: one that did not run
    is told as skipped. A kernel that has others runs those as well."""

    expected: tuple[str, ...] = ()
    name: str = NAME

    def wanted(self, touched: Sequence[str]) -> bool:  # noqa: ARG002
        """Never by itself: it is chosen together with the kernel that has the tests."""
        return False

    def prepare(self, folder: Path) -> GuestJob:
        script = folder / "kunit.sh"
        write_whole(script, _SCRIPT.encode())
        # The tests themselves run before user space does.
        deadlines = Deadlines(user_space=600.0, silence=180.0)
        return GuestJob(("/bin/sh", str(script)), folder, kernel_args=_ENABLED, deadlines=deadlines)

    def read(self, output: str) -> tuple[Case, ...]:
        """The cases of all suites, as "suite.case"."""
        if not output.strip():
            return (Case(NAME, NAME, CaseState.CRASHED, "it printed no results"),)
        results, _, log = output.partition(f"{_LOG}\n")
        marks = list(_MARK.finditer(results))
        ends = (*(mark.start() for mark in marks[1:]), len(results))
        said = _by_suite(parse_ktap(log, suite=NAME))
        cases: list[Case] = []
        for mark, end in zip(marks, ends, strict=False):
            kept = parse_ktap(results[mark.end() : end], suite=NAME)
            cases += _fuller(mark["suite"], kept, said)
        found = {mark["suite"] for mark in marks}
        cases += (
            Case(NAME, suite, CaseState.SKIPPED, "this kernel does not have it, or did not run it")
            for suite in self.expected
            if suite.replace(" ", "-") not in {name.replace(" ", "-") for name in found}
        )
        return tuple(cases)


def _by_suite(cases: Sequence[Case]) -> Mapping[str, tuple[Case, ...]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.name.partition(".")[0], []).append(case)
    return {suite: tuple(those) for suite, those in found.items()}


def _fuller(
    suite: str, kept: Sequence[Case], said: Mapping[str, tuple[Case, ...]]
) -> Sequence[Case]:
    """What debugfs kept, or, where that was cut short, what the ring buffer has of the suite."""
    cut = any(case.state is CaseState.CRASHED for case in kept)
    return said[suite] if cut and suite in said else kept
