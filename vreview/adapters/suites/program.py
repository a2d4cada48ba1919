# SPDX-License-Identifier: GPL-2.0-or-later
"""What our suites have in common: one static program, that runs its cases and says KTAP.

The programs are in vreview/guest; their common part (``common/ktap.h``) says how they are called.
What each tests, and how to add one: docs/suites.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vreview.adapters.suites.guestbin import guest_program
from vreview.adapters.suites.paths import touches
from vreview.model.trial import Case, CaseState
from vreview.parse.ktap import parse_ktap
from vreview.ports import Deadlines, GuestJob

_PLANNED = re.compile(r"# case (?P<number>\d{1,4}): (?P<name>[a-z0-9-]{1,64})$")
_UNNAMED = re.compile(r"test (?P<number>\d{1,4})$")


class ProgramSuite:
    """ports.TestSuite. ``cache`` is vreview's cache folder, where the program is kept."""

    name: str

    def __init__(self, *, cache: Path | None = None, cc: str = "gcc") -> None:
        self._cache = cache
        self._cc = cc

    def wanted(self, touched: Sequence[str]) -> bool:
        """As paths.toml says."""
        return touches(self.name, touched)

    def prepare(self, folder: Path) -> GuestJob:
        program = guest_program(self.name, folder=folder, cache=self._cache, cc=self._cc)
        # All cases together take 2 to 20 s. The programs are patient with what is late (ktap.c):
        # 150 s go to the first cases that hang, and then 2 s to each of 75 that get nothing
        # through. One case is silent for 65 s at most: 45 s until it is killed, 20 s until it is
        # given up.
        deadlines = Deadlines(command=600.0, silence=120.0)
        return GuestJob((str(program), "test"), folder, deadlines=deadlines, after=("--after",))

    def read(self, output: str) -> tuple[Case, ...]:
        """As ktap; a case that never reported has its name from the plan all the same.

        A program says at its start which cases it will run, so that a base where a case passed
        and a tip that died in it speak of the same one.
        """
        names: dict[str, str] = {}
        rest = []
        for line in output.splitlines():
            found = _PLANNED.match(line.strip())
            if found:
                names[found["number"]] = found["name"]
            else:
                rest.append(line)
        return tuple(_named(case, names) for case in parse_ktap("\n".join(rest), suite=self.name))


def _named(case: Case, names: dict[str, str]) -> Case:
    found = _UNNAMED.match(case.name) if case.state is CaseState.CRASHED else None
    return replace(case, name=names.get(found["number"], case.name)) if found else case
