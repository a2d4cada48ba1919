# SPDX-License-Identifier: GPL-2.0-or-later
"""A suite's cases under the program that makes calls fail, one after another.

The program itself is in vreview/guest/inject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vreview.adapters.suites.guestbin import guest_program
from vreview.adapters.suites.program import ProgramSuite
from vreview.adapters.suites.smoke import SmokeSuite
from vreview.model.trial import Case
from vreview.parse.ktap import parse_ktap
from vreview.ports import GuestJob, TestSuite

KEEP = "/dev/shm/vreview-inject"
"""Where the guest keeps the counters of runs that ran new lines: KEEP/RUN/PATH."""

_AFTER_S = 120.0
"""For the last case to end, and a look for lost memory."""
_KEPT = re.compile(rf"{KEEP}/(?P<run>\d{{1,6}})(?P<path>/.+)")
_MOST_KEPT = 100


class FailingCalls:
    """ports.Injector. ``cache`` is vreview's cache folder, where the program is kept."""

    def __init__(self, *, cache: Path | None = None, cc: str = "gcc") -> None:
        self._cache = cache
        self._cc = cc

    def takes(self, suite: TestSuite) -> bool:
        """Suites whose program runs in user space, and one case when it is told to."""
        return isinstance(suite, ProgramSuite | SmokeSuite)

    def prepare(
        self, suite: TestSuite, cases: Sequence[str], folder: Path, *, seconds: float
    ) -> GuestJob:
        job = suite.prepare(folder)
        program = guest_program("inject", folder=folder, cache=self._cache, cc=self._cc)
        listed = folder / "inject.cases"
        listed.write_text(
            "".join(
                "\t".join((case, job.command[0], "test", "--only", case)) + "\n" for case in cases
            )
        )
        command = (
            *(str(program), "--cases", str(listed), "--keep", KEEP),
            *("--seconds", str(int(seconds))),
        )
        deadlines = replace(job.deadlines, command=seconds + _AFTER_S)
        return replace(job, command=command, deadlines=deadlines, collect=(KEEP,), after=())

    def read(self, suite: TestSuite, output: str) -> tuple[Case, ...]:
        text = "\n".join(line for line in output.splitlines() if not line.startswith("#"))
        return parse_ktap(text, suite=f"{suite.name}-inject")

    def kept(
        self, files: Sequence[tuple[str, bytes]]
    ) -> Iterator[tuple[int, tuple[tuple[str, bytes], ...]]]:
        """The counters by run, in the runs' order."""
        runs: dict[int, list[tuple[str, bytes]]] = {}
        for path, data in files:
            found = _KEPT.fullmatch(path)
            if found:
                runs.setdefault(int(found["run"]), []).append((found["path"], data))
        for run in sorted(runs)[:_MOST_KEPT]:
            yield run, tuple(runs[run])
