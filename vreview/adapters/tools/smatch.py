# SPDX-License-Identifier: GPL-2.0-or-later
"""smatch, when it is on PATH: flow within functions, without its whole-kernel database. Needs the
tree as it was built. No distribution packages a recent one.
"""

from __future__ import annotations

from dataclasses import dataclass

from vreview.adapters.confine import UNCONFINED, Confinement
from vreview.adapters.tools.calling import called, of_file, of_unit, version_line
from vreview.adapters.tools.sparse import CHECK_FLAGS
from vreview.model.look import Look, Seen, Sight
from vreview.parse.toolwords import smatch_said


@dataclass(frozen=True, slots=True)
class Smatch:
    program: str = "smatch"
    name: str = "smatch"
    sight: Sight = Sight.BUILD
    deadline_s: float = 300.0
    install: str = "build it from repo.or.cz/smatch.git and put it on PATH"
    confinement: Confinement = UNCONFINED

    def version(self) -> str:
        return f"smatch {version_line(self.program, '--version')}"

    def look(self, at: Look, *, deadline_s: float) -> Seen:
        if at.unit is None:
            return Seen(())
        source = str(at.unit.source / at.file)
        argv = (self.program, "-p=kernel", *CHECK_FLAGS, *at.unit.command[1:], source)
        done = called(
            argv,
            reach=of_unit(at.unit),
            confinement=self.confinement,
            deadline_s=deadline_s,
            statuses=(0, 1),
        )
        return Seen(of_file(smatch_said(done.text, prefix=f"{at.unit.source}/"), at.file))
