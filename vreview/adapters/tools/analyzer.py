# SPDX-License-Identifier: GPL-2.0-or-later
"""gcc -fanalyzer: paths within a file. Needs the tree as it was built.

Of what gcc says only the analyzer's own warnings are taken; the others are the build's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.tools.calling import called, of_file, of_unit, version_line
from vreview.model.look import Look, Seen, Sight
from vreview.model.observation import Confidence, Observation, Origin
from vreview.parse.diagnostics import observations, parse_diagnostics
from vreview.parse.toolwords import about

_OPTIONS = (
    "-fanalyzer", "-fdiagnostics-path-format=separate-events", "-fno-diagnostics-show-caret",
    "-fdiagnostics-color=never", "-Wno-error", "-c", "-o", "/dev/null",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Analyzer:
    cc: str = "gcc"
    name: str = "fanalyzer"
    sight: Sight = Sight.BUILD
    deadline_s: float = 300.0
    install: str = "apt-get install gcc"
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return version_line(self.cc, "--version")

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.unit is None:
            return Seen(())
        argv = (*at.unit.command, *_OPTIONS, str(at.unit.source / at.file))
        done = called(
            argv, reach=of_unit(at.unit), confinement=self.confinement, deadline_s=deadline_s
        )
        said = parse_diagnostics(
            done.errors.decode(errors="replace"),
            source=str(at.unit.source),
            build=str(at.unit.cwd),
            tool=self.name,
        )
        seen = (one for one in observations(said) if one.rule.startswith("analyzer-"))
        return Seen(of_file(map(_as_a_tools, seen), at.file))


def _as_a_tools(seen: Observation) -> Observation:
    name = seen.rule.removeprefix("analyzer-")
    return replace(
        seen,
        origin=Origin.TOOL,
        rule=f"fanalyzer/{name}",
        confidence=Confidence.LOW,
        category=about(name),
    )
