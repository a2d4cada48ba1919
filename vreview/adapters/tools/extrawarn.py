# SPDX-License-Identifier: GPL-2.0-or-later
"""The compiler's further warnings, those of ``make W=1``, of one file. Needs the tree as it was
built.

Not by make: with other flags it would make the object anew, and again for the next kernel. So the
flags are ours, and a tree whose scripts/Makefile.extrawarn has others says a little more or less.
What the build warns of anyway is the build's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.tools.calling import called, of_file, of_unit, version_line
from vreview.model.look import Look, Seen, Sight, Unit
from vreview.model.observation import Observation, Origin, Severity
from vreview.parse.diagnostics import observations, parse_diagnostics

W1_FLAGS = (
    "-Wextra", "-Wunused", "-Wmissing-declarations", "-Wmissing-prototypes",
    "-Wold-style-definition", "-Wunused-but-set-variable", "-Wunused-const-variable",
    "-Wpacked-not-aligned", "-Wformat-overflow", "-Wformat-truncation",
    "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Wno-sign-compare",
    "-Wno-type-limits", "-Wno-shift-negative-value",
)  # fmt: skip
"""What two compilers and all versions of them know of it."""

_ENDS = ("-Wno-error", "-fno-diagnostics-show-caret", "-fdiagnostics-color=never")
_ON = re.compile(r"^\s+-W(?P<name>[\w+-]+)\S*\s+(?:\[enabled\]|[1-9]\d*)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ExtraWarnings:
    cc: str = "gcc"
    name: str = "W=1"
    sight: Sight = Sight.BUILD
    deadline_s: float = 180.0
    install: str = "apt-get install gcc"
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return version_line(self.cc, "--version")

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.unit is None:
            return Seen(())
        usual = self._usual(at.unit, deadline_s)
        argv = (*at.unit.command, *W1_FLAGS, *_ENDS, "-c", "-o", "/dev/null")
        done = called(
            (*argv, str(at.unit.source / at.file)),
            reach=of_unit(at.unit),
            confinement=self.confinement,
            deadline_s=deadline_s,
        )
        said = parse_diagnostics(
            done.errors.decode(errors="replace"),
            source=str(at.unit.source),
            build=str(at.unit.cwd),
            tool=self.name,
        )
        new = (_as_a_tools(one) for one in observations(said) if _flag(one) not in usual)
        return Seen(of_file(new, at.file))

    def _usual(self, unit: Unit, deadline_s: float) -> frozenset[str]:
        """The warnings that the build's own flags ask for, as gcc lists them; clang lists none."""
        argv = (*unit.command, "-Q", "--help=warnings")
        done = called(
            argv,
            reach=of_unit(unit),
            confinement=self.confinement,
            deadline_s=deadline_s,
            statuses=(0, 1),
        )
        return frozenset(_ON.findall(done.text))


def _flag(seen: Observation) -> str:
    return seen.rule.partition("=")[0]


def _as_a_tools(seen: Observation) -> Observation:
    return replace(seen, origin=Origin.TOOL, rule=f"W=1/{_flag(seen)}", severity=Severity.NOTE)
